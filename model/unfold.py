"""A released int8 file -> a network that can be trained on: `make train START=model/released/zh/sidetone-zh.tflite`.

In the file the batch norms are folded into the weights. Each layer is taken apart again: its rows of weights get the length at which training keeps
them, and the batch norm behind it the statistics of some speech. The network then computes what the file does (but for int8's steps), and its norms
are as training would have them.
"""

import numpy as np
import torch
from torch.nn import functional

from model import kernels
from model.network import FEATURE_SCALE, STEM, Network
from model.quantize import Streaming

# Length of a row of a matrix, and root mean square of a depthwise weight, where an optimizer's steps and its decay are in balance
# at model/train.py's rates: Muon's for the one, Adam's for the other.
ROW, WEIGHT = 0.7, 0.27


def weights(run, name):
    """A layer of a `Streaming` -> (float64 weights in the checkpoint's layout, float64 bias)."""
    w, scales = run.stored(f"{name}_w")
    b, bias_scales = run.stored(f"{name}_b")
    # [1, K, 1, C] -> [C, 1, K]; [out, K, 1, in] -> [out, in, K]
    w = w[0].transpose(2, 1, 0) if name.startswith("depth") else w[:, :, 0].transpose(0, 2, 1)
    return w * scales[:, None, None], b * bias_scales


def unfolded(content, frames):
    """The file's bytes and some speech (uint8 [T, 40], T a multiple of 3) -> a checkpoint's weights, {name: tensor}; the head may be of another language.
    ValueError for a file that is no such network."""
    net = Network()
    try:
        run = Streaming(content)
        with torch.no_grad():
            x = (functional.pad(torch.from_numpy(frames * np.float32(FEATURE_SCALE)), (0, 0, STEM - 3, 0)) - net.mean[:, 0]) * net.scale[:, 0]
            x = x.unfold(0, STEM, 3).flatten(1)[None]
            stem, bias = weights(run, "stem")
            mean, scale = net.mean.double().numpy()[None], net.scale.double().numpy()[None]
            bias = bias + (stem * mean).sum((1, 2))
            x = torch.relu(_take(net.stem, net.norm, stem / scale, bias, ROW, lambda w: functional.linear(x, w.flatten(1))))
            for k, block in enumerate(net.blocks):
                y = _take(block.depth, block.norm1, *weights(run, f"depth{k}"), WEIGHT * block.kernel**0.5, lambda w, x=x: kernels.depthwise(x, w))
                x = torch.relu(x + _take(block.point, block.norm2, *weights(run, f"point{k}"), ROW, lambda w, y=y: functional.linear(y, w[..., 0])))
        head, bias = weights(run, "head")
    except (KeyError, IndexError, RuntimeError) as fault:
        raise ValueError(f"not a network of this project's shape ({fault!r})") from fault
    return {**net.state_dict(), "head.weight": torch.from_numpy(head).float(), "head.bias": torch.from_numpy(bias).float()}


def _take(layer, norm, weight, bias, length, run):
    """Give layer and norm the folded weight and bias -> the norm's output."""
    rows = np.sqrt((weight**2).sum((1, 2)))
    gain = np.where(rows > 1e-6, rows / length, 1.0)
    layer.weight.copy_(torch.from_numpy(weight / gain[:, None, None]))
    y = run(layer.weight)
    flat, gain = y.flatten(0, -2).double(), torch.from_numpy(gain)
    norm.running_mean.copy_(flat.mean(0))
    norm.running_var.copy_(flat.var(0))
    norm.weight.copy_(gain * torch.sqrt(flat.var(0) + norm.eps))
    norm.bias.copy_(torch.from_numpy(bias) + gain * flat.mean(0))
    return (y.double() * gain + torch.from_numpy(bias)).float()
