"""Random one-operator networks for comparing interpreters: every operator we have, in shapes and scales nobody would choose."""

from __future__ import annotations

import struct
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from tiny_models import INT8, INT32, PER_256, UINT8, Builder

Random = np.random.RandomState


def scale_bits(random: Random, low: float, high: float) -> int:
    """The bits of a float32 drawn evenly over the octaves between two scales."""
    value = np.float32(np.exp(random.uniform(np.log(low), np.log(high))))
    return int(value.view(np.uint32))


def zero(random: Random) -> int:
    return int(random.choice([-128, 127, 0, random.randint(-128, 128)]))


def _values(random: Random, shape: tuple[int, ...]) -> npt.NDArray[np.int8]:
    """Weights of any size, or light ones: eight of these sum to 255 at most, and two are multiplied at a time."""
    reach = (31, 127)[random.randint(2)]
    return random.randint(-reach, reach + 1, shape).astype(np.int8)


def _weights(random: Random, b: Builder, shape: tuple[int, ...], channels: int, axis: int) -> int:
    data = _values(random, shape)
    per_channel = random.randint(2)
    bits = tuple(scale_bits(random, 1e-4, 0.05) for _ in range(channels if per_channel else 1))
    return b.tensor("weights", shape, INT8, data.tobytes(), bits, 0, axis if per_channel else 0)


def _bias(random: Random, b: Builder, channels: int, bits: tuple[int, ...] = ()) -> tuple[int, ...]:
    if not random.randint(4):
        return ()
    values = random.randint(-20000, 20000, channels)
    return (b.tensor("bias", (channels,), INT32, struct.pack(f"<{channels}i", *values), bits),)


def convolution(random: Random, depthwise: bool) -> bytes:
    while True:
        h, w, c = (int(n) for n in random.randint(1, 9, 3))
        kh, kw = (int(n) for n in random.randint(1, 6, 2))
        sh, sw = (int(n) for n in random.randint(1, 4, 2))
        dh, dw = ((1, 1), (1, 1), (2, 1), (2, 3))[random.randint(4)]
        same = int(random.randint(2))  # padding: 0 SAME, 1 VALID
        if random.randint(3) == 0:
            w = kw = sw = dw = 1
        oh, ow = ((n + s - 1) // s if same == 0 else (n - (k - 1) * d + s - 1) // s for n, k, s, d in ((h, kh, sh, dh), (w, kw, sw, dw)))
        if oh > 0 and ow > 0:
            break
    b = Builder()
    data = b.tensor("data", (1, h, w, c), INT8, None, (scale_bits(random, 0.005, 0.5),), zero(random))
    activation = (0, 1, 3)[random.randint(3)]
    if depthwise:
        repeat = int(random.randint(1, 4))
        channels = c * repeat
        weights = _weights(random, b, (1, kh, kw, channels), channels, 3)
    else:
        channels = int(random.randint(1, 9))
        weights = _weights(random, b, (channels, kh, kw, c), channels, 0)
    bias = _bias(random, b, channels)
    out = b.tensor("out", (1, oh, ow, channels), INT8, None, (scale_bits(random, 0.001, 0.5),), zero(random))
    if depthwise:
        options = [("b", same), ("i", sw), ("i", sh), ("i", repeat), ("b", activation), ("i", dw), ("i", dh)]
        b.operator(4, (data, weights, *bias), (out,), 2, options)
    else:
        b.operator(3, (data, weights, *bias), (out,), 1, [("b", same), ("i", sw), ("i", sh), ("b", activation), ("i", dw), ("i", dh)])
    b.end((data,), (out,), "main")
    return b.file()


def fully_connected(random: Random) -> bytes:
    b = Builder()
    depth, channels = int(random.randint(1, 200)), int(random.randint(1, 12))
    data_bits, weight_bits = scale_bits(random, 0.005, 0.5), scale_bits(random, 1e-4, 0.05)
    data = b.tensor("data", (1, depth), INT8, None, (data_bits,), zero(random))
    values = _values(random, (channels, depth))
    weights = b.tensor("weights", (channels, depth), INT8, values.tobytes(), (weight_bits,), 0)
    product = np.uint32(data_bits).view(np.float32) * np.uint32(weight_bits).view(np.float32)
    bias = _bias(random, b, channels, (int(product.view(np.uint32)),))  # the official interpreter checks this scale
    out = b.tensor("out", (1, channels), INT8, None, (scale_bits(random, 0.01, 1),), zero(random))
    activation = (0, 1, 3)[random.randint(3)]
    b.operator(9, (data, weights, *bias), (out,), 8, [("b", activation), ("b", 0), ("B", 0), ("B", 0)])
    b.end((data,), (out,), "main")
    return b.file()


def addition(random: Random) -> bytes:
    """The data plus a constant, in either order, one of the two broadcast here and there."""
    b = Builder()
    shape = (1, *(int(n) for n in random.randint(1, 5, 3)))
    other = tuple(1 if random.randint(4) == 0 else n for n in shape)
    base = random.uniform(0.02, 0.2)
    data = b.tensor("data", shape, INT8, None, (scale_bits(random, base / 4, base * 4),), zero(random))
    values = random.randint(-128, 128, other).astype(np.int8).tobytes()
    constant = b.tensor("constant", other, INT8, values, (scale_bits(random, base / 4, base * 4),), zero(random))
    out = b.tensor("out", shape, INT8, None, (scale_bits(random, base / 2, base * 8),), zero(random))
    pair = (data, constant) if random.randint(2) else (constant, data)
    b.operator(0, pair, (out,), 11, [("b", (0, 1, 3)[random.randint(3)]), ("B", 1)])
    b.end((data,), (out,), "main")
    return b.file()


def logistic(random: Random) -> bytes:
    b = Builder()
    data = b.tensor("data", (1, 256), INT8, None, (scale_bits(random, 0.002, 0.6),), zero(random))
    out = b.tensor("out", (1, 256), INT8, None, (PER_256,), -128)
    b.operator(14, (data,), (out,))
    b.end((data,), (out,), "main")
    return b.file()


def quantize(random: Random) -> bytes:
    b = Builder()
    bits = scale_bits(random, 0.005, 0.5)
    kind = (INT8, UINT8)[random.randint(2)]
    data = b.tensor("data", (1, 256), INT8, None, (bits,), zero(random))
    out_bits = bits if random.randint(3) == 0 else scale_bits(random, 0.005, 0.5)
    zero_point = zero(random)
    out = b.tensor("out", (1, 256), kind, None, (out_bits,), zero_point + (128 if kind == UINT8 else 0))
    b.operator(114, (data,), (out,), 89)
    b.end((data,), (out,), "main")
    return b.file()


def shuffle(random: Random) -> bytes:
    """CONCATENATION, SPLIT_V, STRIDED_SLICE and RESHAPE along any dimension: data in, the same values elsewhere out."""
    b = Builder()
    bits, point = (scale_bits(random, 0.01, 0.5),), zero(random)
    shape = [1, *(int(n) for n in random.randint(2, 6, 3))]
    data = b.tensor("data", shape, INT8, None, bits, point)
    axis = int(random.randint(1, 4))
    cut = int(random.randint(1, shape[axis]))
    sizes = (cut, shape[axis] - cut)
    parts = []
    for size in sizes:
        part = list(shape)
        part[axis] = size
        parts.append(b.tensor("part", part, INT8, None, bits, point))
    b.operator(102, (data, b.integers("sizes", sizes), b.integers("axis", (axis,))), tuple(parts), 79, [("i", 2)])
    joined = b.tensor("joined", shape, INT8, None, bits, point)
    b.operator(2, (parts[1], parts[0]), (joined,), 10, [("i", axis), ("b", 0)])
    begin = [int(random.randint(0, n)) for n in shape]
    stride = [int(random.randint(1, 3)) for _ in shape]
    end = [int(random.randint(first + 1, n + 1)) for first, n in zip(begin, shape, strict=True)]
    kept = [(last - first + step - 1) // step for first, last, step in zip(begin, end, stride, strict=True)]
    sliced = b.tensor("sliced", kept, INT8, None, bits, point)
    corners = (b.integers("begin", begin), b.integers("end", end), b.integers("stride", stride))
    b.operator(45, (joined, *corners), (sliced,), 32, [("i", 0)] * 5)
    flat = (1, int(np.prod(kept)))
    out = b.tensor("out", flat, INT8, None, bits, point)
    b.operator(22, (sliced, b.integers("flat", flat)), (out,), 17, [("vector", "i", flat)])
    b.end((data,), (out,), "main")
    return b.file()


KINDS: dict[str, Callable[[Random], bytes]] = {
    "CONV_2D": lambda random: convolution(random, depthwise=False),
    "DEPTHWISE_CONV_2D": lambda random: convolution(random, depthwise=True),
    "FULLY_CONNECTED": fully_connected,
    "ADD": addition,
    "LOGISTIC": logistic,
    "QUANTIZE": quantize,
    "SHUFFLE": shuffle,
}
