"""Float checkpoint -> int8 streaming TFLite file: fold, calibrate, quantize, write, and check against the reference.

    python -m model.quantize RUN_NAME OUT.tflite

Weights are per-channel int8, activations int8. After ReLU the zero point is -128, so the initial state (all zero
points) is real zero, as in training.

Weights of whole convolutions are light: in each group of eight neighbours their absolute values sum to at most 255. The device then
multiplies two at a time (firmware/sidetone/on_micropython/tflite/products.py), for a little less precision than 8 bits and more than 7.
"""

import argparse

import numpy as np
import torch

from model.corpus import features, tts
from model.network import FEATURE_SCALE, OUTPUTS, STEM, TOKENS, UNITS, Network, checkpoint
from model.tflite_writer import Writer

# The output's int8 range in natural-log units: what is further behind is as good as impossible, finer steps serve the rest.
LOGIT_RANGE = 34.0
# What the 1x1 convolutions add has rare wild values, and what is far under zero becomes zero in the ReLU behind the sum: this part of the range,
# low and high, is kept to begin with, in steps that are finer for it.
CLIPPED = (0.35, 0.7)
ENDS_BY = (0.8, 1 / 0.8, 0.9, 1 / 0.9)  # then each end of each range is moved by these factors while the float network is followed more closely
GROUP, GROUP_LIMIT = 8, 255  # of the device's products, see above


def folded(net):
    """Network -> list of (kind, weight, bias): batch norms and the input's normalization folded in.

    stem [C, 40, 5], depth [C, 1, K], point [C, C, 1], head [N, C, 1]; float64 arrays.
    """

    def norm(weight, bn, bias=0.0):
        gain = (bn.weight / torch.sqrt(bn.running_var + bn.eps)).detach().double().numpy()
        shift = bn.bias.detach().double().numpy() - bn.running_mean.double().numpy() * gain
        return weight * gain[:, None, None], bias * gain + shift

    def array(layer):
        return layer.weight.detach().double().numpy()

    stem = array(net.stem) * net.scale.double().numpy()[None]
    offset = -(stem * net.mean.double().numpy()[None]).sum((1, 2))
    out = [("stem", *norm(stem, net.norm, offset))]
    for block in net.blocks:
        out.append(("depth", *norm(array(block.depth), block.norm1)))
        out.append(("point", *norm(array(block.point), block.norm2)))
    out.append(("head", array(net.head), net.head.bias.detach().double().numpy()))
    return out


def run_float(layers, frames, each=lambda name, x: x):
    """frames float [T, 40] -> logits [T // 3, N] by the folded layers; each(name, tensor) -> what is gone on with in the tensor's place."""

    def past(x, rows):
        return torch.nn.functional.pad(x, (rows, 0))

    f = torch.nn.functional
    x, k = torch.from_numpy(frames.T.copy())[None], 0
    for kind, weight, bias in layers:
        w, b = torch.from_numpy(weight).to(x.dtype), torch.from_numpy(bias).to(x.dtype)
        if kind == "stem":
            x = each("x0", torch.relu(f.conv1d(past(x, STEM - 3), w, b, stride=3)))
        elif kind == "depth":
            y = each(f"d{k}", f.conv1d(past(x, w.shape[2] - 1), w, b, groups=w.shape[0]))
        elif kind == "point":
            y = each(f"p{k}", f.conv1d(y, w, b))
            k += 1
            x = each(f"x{k}", torch.relu(x + y))
        else:
            x = each("out", f.conv1d(x, w, b))
    return x[0].T.numpy()


def evened(layers, sequences):
    """Layers that compute the same, each channel on its way through the blocks divided by the root of its reach: a few far ones make the steps of all less coarse."""
    seen = {}

    def note(name, x):
        if name[0] == "x":
            seen.setdefault(name, []).append(x[0].max(1).values.numpy())
        return x

    for frames in sequences:
        run_float(layers, frames, note)
    far = [np.mean(rows, 0) for rows in seen.values()]
    by = np.sqrt(np.maximum(1e-3, np.max([row / row.max() for row in far], 0)))
    out = []
    for kind, weight, bias in layers:
        into, back = by[None, :, None] if kind in ("point", "head") else 1.0, by if kind != "head" else np.ones(1)
        out.append((kind, weight * into / (back[:, None, None] if kind != "depth" else 1.0), bias / back))
    return out


def reach(layers, sequences):
    """Sequences of frames float [T, 40] -> {tensor: (low, high)}: where its values end, but for rare ones."""
    seen = {}

    def note(name, x):
        seen.setdefault(name, []).append(np.quantile(x.reshape(-1), [0.0, 0.0002, 0.9998, 1.0]))
        return x

    for frames in sequences:
        run_float(layers, frames, note)
    ends = {}
    for name, rows in seen.items():
        rows = np.array(rows)
        # Between the extreme and the 99.98 % point: one wild value must not cost everybody a bit.
        high = 0.5 * rows[:, 3].max() + 0.5 * np.quantile(rows[:, 2], 0.99)
        low = 0.5 * rows[:, 0].min() + 0.5 * np.quantile(rows[:, 1], 0.01)
        if name == "out":
            low = max(low, high - LOGIT_RANGE)
        elif name[0] == "p":
            low, high = low * CLIPPED[0], high * CLIPPED[1]
        ends[name] = (0.0 if name[0] == "x" else low, high)
    return ends


def activation_scales(ends):
    """{tensor: (low, high)} -> {tensor: (scale float32, zero point)}; what comes after a ReLU starts at 0."""
    out = {}
    for name, (low, high) in ends.items():
        scale = np.float32((high - low) / 255)
        out[name] = (scale, int(np.clip(round(-128 - low / float(scale)), -128, 127)))
    return out


def moved(layers, ends, sequences):
    """Ends of ranges -> ends at which the network with int8's steps (of the activations; the weights' steps cost a fifteenth of theirs) diverges least
    from the float one on these sequences of frames: Kullback-Leibler divergence of the posteriors of units and labels, nat a step (docs/decisions/0206-model-training.md)."""
    sequences = [frames.astype(np.float32) for frames in sequences]

    def posteriors(frames, *each):
        return torch.from_numpy(run_float(layers, frames, *each)[:, :TOKENS]).log_softmax(1)

    wanted = [posteriors(frames) for frames in sequences]

    def divergence(ends):
        act, total, steps = activation_scales(ends), 0.0, 0

        def rounded(name, x):
            scale, zero = act[name]
            return torch.fake_quantize_per_tensor_affine(x, float(scale), zero, -128, 127)

        for frames, want in zip(sequences, wanted, strict=True):
            total += float((want.exp() * (want - posteriors(frames, rounded))).sum())
            steps += len(want)
        return total / steps

    best = first = divergence(ends)
    for by in ENDS_BY:
        for name in ends:
            for side in (0, 1) if name[0] in "dp" else (1,):
                while name != "out":
                    ahead = {**ends, name: tuple(end * by if k == side else end for k, end in enumerate(ends[name]))}
                    value = divergence(ahead)
                    if value > 0.999 * best:
                        break
                    best, ends = value, ahead
    print(f"divergence of int8 from float: {first:.4f}, with ends of ranges moved {best:.4f} nat a step", flush=True)
    return ends


def heaviest_groups(rows):
    """int8 or float [C, n] -> [C]: the largest sum of |weights| in any group of eight neighbours."""
    padded = np.pad(np.abs(rows.astype(np.float64)), ((0, 0), (0, -rows.shape[1] % GROUP)))
    return padded.reshape(len(rows), -1, GROUP).sum(2).max(1)


def per_channel(weight, bias, scale_in, light=False):
    """weight [C, ...] in the order it is stored -> int8 weight, float32 scales [C], int32 bias; `light`: groups within GROUP_LIMIT."""
    rows = weight.reshape(len(weight), -1)
    scales = np.abs(rows).max(1) / 127
    if light:
        scales = np.maximum(scales, heaviest_groups(rows) / GROUP_LIMIT)
    # Keep bias within 2^25 of the accumulator, and no channel's scale so small that nothing is left of it.
    scales = np.maximum(scales, np.abs(bias) / (scale_in * 2.0**24))
    scales = np.maximum(scales, 1e-7).astype(np.float32)
    while True:
        q = np.clip(np.round(rows / scales[:, None]), -127, 127).astype(np.int8)
        heavy = heaviest_groups(q) > GROUP_LIMIT
        if not light or not heavy.any():
            break
        scales[heavy] *= np.float32(1.001)  # rounding added up to more than it may
    return q.reshape(weight.shape), scales, np.round(bias / (float(scale_in) * scales)).astype(np.int32)


def build(layers, act, name):
    """Folded layers and activation scales -> the flatbuffer's bytes."""
    w = Writer(name)
    channels = layers[0][1].shape[0]
    inp = w.tensor("frames", [1, 3, 40], FEATURE_SCALE, -128)
    states_in, states_out, state = [], [], 0

    def remember(x, shape, rows, scale, zero):
        """Concatenate the state before x; returns the joined tensor."""
        nonlocal state
        depth = shape[3]
        old = w.tensor(f"state_{state}", [1, rows, 1, depth], scale, zero)
        joined = w.tensor(f"joined_{state}", [1, rows + shape[1], 1, depth], scale, zero)
        new = w.tensor(f"state_{state}_next", [1, rows, 1, depth], scale, zero)
        w.concatenate([old, x], joined, 1)
        w.slice_rows(joined, new, shape[1], rows, [1, rows, 1, depth])
        states_in.append(old)
        states_out.append(new)
        state += 1
        return joined

    def weights(label, weight, bias, scale_in, layout, axis):
        data, scales, b = per_channel(layout(weight), bias, scale_in, light=axis == 0)
        if axis:
            data = np.ascontiguousarray(data.T[None, :, None, :])
        wt = w.tensor(f"{label}_w", data.shape, scales, 0, data, axis=axis)
        bt = w.tensor(f"{label}_b", b.shape, np.float64(scale_in) * scales, 0, b)
        return wt, bt

    def conv_layout(q):  # [out, in, K] -> [out, K, 1, in]
        return np.ascontiguousarray(q.transpose(0, 2, 1)[:, :, None, :])

    def depth_layout(q):  # [C, 1, K] -> [C, K]
        return q[:, 0, :]

    x = w.tensor("frames_4d", [1, 3, 1, 40], FEATURE_SCALE, -128)
    w.reshape(inp, x, [1, 3, 1, 40])
    joined = remember(x, [1, 3, 1, 40], STEM - 3, FEATURE_SCALE, -128)
    wt, bt = weights("stem", layers[0][1], layers[0][2], FEATURE_SCALE, conv_layout, 0)
    x = w.tensor("x0", [1, 1, 1, channels], *act["x0"])
    w.conv(joined, wt, bt, x, relu=True)
    blocks = (len(layers) - 2) // 2
    for k in range(blocks):
        depth, point = layers[1 + 2 * k], layers[2 + 2 * k]
        joined = remember(x, [1, 1, 1, channels], depth[1].shape[2] - 1, *act[f"x{k}"])
        wt, bt = weights(f"depth{k}", depth[1], depth[2], act[f"x{k}"][0], depth_layout, 3)
        d = w.tensor(f"d{k}", [1, 1, 1, channels], *act[f"d{k}"])
        w.depthwise(joined, wt, bt, d)
        wt, bt = weights(f"point{k}", point[1], point[2], act[f"d{k}"][0], conv_layout, 0)
        p = w.tensor(f"p{k}", [1, 1, 1, channels], *act[f"p{k}"])
        w.conv(d, wt, bt, p, relu=False)
        nx = w.tensor(f"x{k + 1}", [1, 1, 1, channels], *act[f"x{k + 1}"])
        w.add(x, p, nx, relu=True)
        x = nx
    wt, bt = weights("head", layers[-1][1], layers[-1][2], act[f"x{blocks}"][0], conv_layout, 0)
    y = w.tensor("logits_4d", [1, 1, 1, OUTPUTS], *act["out"])
    w.conv(x, wt, bt, y, relu=False)
    out = w.tensor("logits", [1, OUTPUTS], *act["out"])
    w.reshape(y, out, [1, OUTPUTS])
    return w.bytes([inp, *states_in], [out, *states_out])


class Streaming:
    """The released file run step by step with the reference kernels, state carried by hand."""

    def __init__(self, content):
        from ai_edge_litert.interpreter import Interpreter, OpResolverType

        self._run = Interpreter(model_content=content, experimental_op_resolver_type=OpResolverType.BUILTIN_REF, num_threads=1)
        self._run.allocate_tensors()
        self._in, self._out = self._run.get_input_details(), self._run.get_output_details()

    def __call__(self, frames):
        """frames uint8 [T, 40] (int8 + 128) -> int8 [T // 3, N], from the initial state."""
        state = [np.full(d["shape"], d["quantization"][1], np.int8) for d in self._in[1:]]
        rows = np.empty((len(frames) // 3, int(self._out[0]["shape"][-1])), np.int8)
        x = (frames.astype(np.int16) - 128).astype(np.int8)
        for t in range(len(rows)):
            self._run.set_tensor(self._in[0]["index"], x[None, 3 * t : 3 * t + 3])
            for d, s in zip(self._in[1:], state, strict=True):
                self._run.set_tensor(d["index"], s)
            self._run.invoke()
            rows[t] = self._run.get_tensor(self._out[0]["index"]).ravel()
            state = [self._run.get_tensor(d["index"]) for d in self._out[1:]]
        return rows

    def stored(self, name):
        """Of a layer's "..._w" or "..._b" -> (the file's integers, their scales, float64: one or one of each output channel). KeyError if there is none."""
        tensor = {d["name"]: d for d in self._run.get_tensor_details()}[name]
        return self._run.get_tensor(tensor["index"]), tensor["quantization_parameters"]["scales"].astype(np.float64)


def quantize(path, sequences, name):
    """Path of a checkpoint and calibration sequences (uint8 [T, 40]) -> (bytes, layers, activation scales); a minute for 132 sequences."""
    net = Network()
    net.load_state_dict(checkpoint(path)["net"])
    net.eval()
    sequences = [frames * FEATURE_SCALE for frames in sequences]
    most = len(sequences) * 3 // 5
    layers = evened(folded(net), sequences[:most])
    act = activation_scales(moved(layers, reach(layers, sequences[:most]), sequences[most:]))
    return build(layers, act, name), layers, act


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run")
    parser.add_argument("out")
    args = parser.parse_args()
    folder = tts.work_dir() / "runs" / args.run
    items = features.load_variant(folder / "variant.npz")
    content, layers, act = quantize(folder / "last.pt", [i[0] for i in items[:132]], f"sidetone {args.run}")
    with open(args.out, "wb") as f:
        f.write(content)
    print(f"{len(content)} bytes; output scale {act['out'][0]:.5f}, zero point {act['out'][1]}")
    streaming = Streaming(content)
    error, agree, steps = 0.0, 0, 0
    for frames, _, _, _ in items[132:152]:
        want = run_float(layers, frames * FEATURE_SCALE)
        got = (streaming(frames).astype(np.float64) - act["out"][1]) * float(act["out"][0])
        error += np.abs(want - got).sum() / want.shape[1]
        agree += (want[:, :UNITS].argmax(1) == got[:, :UNITS].argmax(1)).sum()
        steps += len(want)
    print(f"float and int8: mean difference {error / steps:.3f}, same best token in {100 * agree / steps:.2f} % of steps")


if __name__ == "__main__":
    main()
