"""The causal network: frames of 40 log-mel channels in, one row of logits per 30 ms step out.

Stem: 5 frames -> C channels, every 3 frames. Then residual blocks of a depthwise convolution over time and a 1x1
convolution, with one ReLU behind their sum (a second one between the two cost 2-7 % more errors in trainings of five
minutes). All padding is on the past side and is real 0, which is also the streaming state's initial value.
Heads in one row: units (CTC, blank first), labels (tokens of the same CTC), speech activity (logit), density (syllables/s).
"""

import torch
from torch import nn
from torch.nn import functional

from model import kernels
from model.corpus import labels
from model.corpus.language import reading

UNITS = len(reading.UNITS)
LABELS = len(labels.LABELS)
TOKENS = UNITS + LABELS
OUTPUTS = TOKENS + 2
FEATURE_SCALE = 0.1015625  # of the int8 input; zero point -128
CHANNELS = 96
KERNELS = (5, 7, 9, 11, 13, 13)  # steps of 30 ms; the field is 1.65 s
STEM = 5  # frames


class Block(nn.Module):
    def __init__(self, channels, kernel):
        super().__init__()
        self.kernel = kernel
        self.depth = nn.Conv1d(channels, channels, kernel, groups=channels, bias=False)
        self.norm1 = nn.BatchNorm1d(channels)
        self.point = nn.Conv1d(channels, channels, 1, bias=False)
        self.norm2 = nn.BatchNorm1d(channels)

    def forward(self, x):  # [B, T, C]
        y = _norm(self.norm1, kernels.depthwise(x, self.depth.weight))
        return torch.relu(x + _norm(self.norm2, functional.linear(y, self.point.weight[..., 0])))


def _norm(norm, x):
    """A BatchNorm1d over the last dimension; float32."""
    y = functional.batch_norm(
        x.float().flatten(0, 1), norm.running_mean, norm.running_var, norm.weight, norm.bias, norm.training, norm.momentum, norm.eps
    )
    return y.view(x.shape)


class Network(nn.Module):
    def __init__(self, channels=CHANNELS, kernels=KERNELS):
        super().__init__()
        self.register_buffer("mean", torch.full((40, 1), 8.0))
        self.register_buffer("scale", torch.full((40, 1), 0.25))
        self.stem = nn.Conv1d(40, channels, STEM, stride=3, bias=False)
        self.norm = nn.BatchNorm1d(channels)
        self.blocks = nn.ModuleList(Block(channels, k) for k in kernels)
        self.head = nn.Conv1d(channels, OUTPUTS, 1)

    def forward(self, frames):
        """frames: float [B, T, 40], real units (0..25.9), T a multiple of 3 -> logits [B, T // 3, OUTPUTS]."""
        x = (functional.pad(frames, (0, 0, STEM - 3, 0)) - self.mean[:, 0]) * self.scale[:, 0]
        x = x.unfold(1, STEM, 3).flatten(2)  # [B, T // 3, 40 * STEM]
        x = torch.relu(_norm(self.norm, functional.linear(x, self.stem.weight.flatten(1))))
        for block in self.blocks:
            x = block(x)
        return functional.linear(x, self.head.weight[..., 0], self.head.bias)


def checkpoint(path):
    """A training's last.pt -> what is in it. SystemExit, one line, where it is absent, torn or something else."""
    try:
        state = torch.load(path, weights_only=False)
        if not all(isinstance(weight, torch.Tensor) for weight in state["net"].values()):
            raise TypeError("no weights in it")
    except (FileNotFoundError, IsADirectoryError, PermissionError) as fault:
        raise SystemExit(f"{path}: {fault.strerror}") from fault
    except Exception as fault:  # a pickle of whatever kind can end in any of them
        raise SystemExit(f"{path} is torn, or no checkpoint of a training; where it is a run's own last.pt, delete it, and the run begins anew") from fault
    return state


def macs(channels=CHANNELS, kernels=KERNELS):
    """Multiply-accumulates per 30 ms step."""
    return STEM * 40 * channels + sum((k + channels) * channels for k in kernels) + channels * OUTPUTS
