"""Writes firmware/sidetone/on_micropython/frontend_tables.py: the constants of the TFLite Micro audio front end, as integers.

    .venv/bin/python tests/golden/make_frontend_tables.py

The reference computes them at start in single-precision floats from the parameters below; the device's floats and libm would
round a few of them differently, so they are computed once here, in the reference's order of operations, and shipped as integers.
That they are the right ones is proven by tests/device/test_frontend.py, which compares whole outputs with `pymicro-features`.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt

TREE = Path(__file__).resolve().parents[2]
MODULE = TREE / "firmware/sidetone/on_micropython/frontend_tables.py"

WINDOW_SAMPLES = 480
WINDOW_ONE = 4096  # Q12
CHANNELS = 40
LOW_HZ, HIGH_HZ = 125.0, 7500.0
BIN_HZ = 31.25  # 16 kHz / 512
BANK_ONE = 4096  # Q12
PCAN_STRENGTH, PCAN_OFFSET, PCAN_GAIN_BITS = 0.95, 80.0, 21
PCAN_INPUT_BITS = 7  # 10 smoothing bits less the 3 that the 512-point transform and the Q12 bank leave
LOG_SEGMENTS = 128

f32 = np.float32
Ints = list[int]


def window() -> Ints:
    """Hann over 480 samples, sampled between its points, Q12."""
    step = f32(f32(np.pi) * f32(2.0) / f32(WINDOW_SAMPLES))
    turns = step * (np.arange(WINDOW_SAMPLES, dtype=f32) + f32(0.5))
    values = f32(0.5) - f32(0.5) * np.cos(turns, dtype=f32)
    return [int(v) for v in np.floor(values * f32(WINDOW_ONE) + f32(0.5))]


def quarter_sine() -> Ints:
    """sin(pi i / 256), i = 0..128, Q15 with 32767 as one: every twiddle factor of the transform is one of these or its negative."""
    return [int(np.floor(0.5 + 32767 * np.sin(np.pi * i / 256))) for i in range(129)]


def _mel(hz: npt.ArrayLike) -> npt.NDArray[np.float32]:
    return f32(1127.0) * np.log1p(np.asarray(hz, f32) / f32(700.0), dtype=f32)


def bank() -> tuple[int, Ints, Ints]:
    """(first bin, bins of each of 41 bands, falling weight of each bin in Q12). A bin's weight counts for the channel that ends
    in its band, the rest to 4096 for the channel that begins there; the first band's rest and the last band's weight... see code."""
    low, high = _mel(LOW_HZ), _mel(HIGH_HZ)
    spacing = f32(f32(high - low) / f32(CHANNELS + 1))
    centres = [f32(low + f32(spacing * f32(i + 1))) for i in range(CHANNELS + 1)]
    first = at = int(f32(1.5) + f32(LOW_HZ) / f32(BIN_HZ))  # never the constant part
    widths, weights = [], []
    below = low
    for centre in centres:
        begin = at
        while _mel(at * BIN_HZ) <= centre:
            weight = f32(f32(centre - _mel(at * BIN_HZ)) / f32(centre - below))
            falling = int(np.floor(weight * f32(BANK_ONE) + f32(0.5)))
            rising = int(np.floor((f32(1.0) - weight) * f32(BANK_ONE) + f32(0.5)))
            if falling + rising != BANK_ONE:
                raise AssertionError("a bin's two weights no longer add up to one: the kernel relies on it")
            weights.append(falling)
            at += 1
        widths.append(at - begin)
        below = centre
    return first, widths, weights


def _gain(noise: int) -> int:
    x = f32(f32(noise) / f32(1 << PCAN_INPUT_BITS))
    gain = f32(f32(1 << PCAN_GAIN_BITS) * np.power(f32(x + f32(PCAN_OFFSET)), f32(-PCAN_STRENGTH), dtype=f32))
    return min(32767, int(f32(gain + f32(0.5))))


def pcan_gains() -> Ints:
    """The gain over the noise estimate as one parabola for each octave 2**(k-1)..2**k: three numbers for k = 2..32, before them
    the gains at 0 and at 1 and a filler, so that octave k begins at 3 * (k - 1)."""
    table = [_gain(0), _gain(1), 0]
    for octave in range(2, 33):
        x0 = 1 << (octave - 1)
        x2 = 2 * x0 - 1 if octave == 32 else 2 * x0
        y0, y1, y2 = _gain(x0), _gain(x0 + (x0 >> 1)), _gain(x2)
        slope = 4 * (y1 - y0) - (y2 - y0)
        table += [y0, slope, (y2 - y0) - slope]
    return table


def log_corrections() -> Ints:
    """log2(1 + i/128) - i/128 in Q16, i = 0..128, and one more that is never weighted."""
    return [int(np.rint(65536 * (np.log2(1 + i / LOG_SEGMENTS) - i / LOG_SEGMENTS))) for i in range(LOG_SEGMENTS + 1)] + [0]


def _rows(name: str, comment: str, values: Ints) -> str:
    lines, line = [], "   "
    for value in values:
        if len(line) + len(str(value)) > 136:
            lines.append(line)
            line = "   "
        line += f" {value},"
    lines.append(line)
    return f"# {comment}\n{name} = (\n" + "\n".join(lines) + "\n)\n"


def text() -> str:
    first, widths, weights = bank()
    head = (
        '"""Constants of the log-mel front end. Written by tests/golden/make_frontend_tables.py, which says what each one is."""\n\n'
        "# fmt: off\n\n"
        f"FIRST_BIN = {first}\n"
    )
    parts = [
        _rows("WINDOW", "Hann, Q12", window()),
        _rows("QUARTER_SINE", "sin(pi i / 256), one = 32767", quarter_sine()),
        _rows("BAND_BINS", "bins of each band, from FIRST_BIN on", widths),
        _rows("FALLING_WEIGHTS", "of each bin from FIRST_BIN on, Q12", weights),
        _rows("PCAN_GAINS", "gains at 0 and 1, a filler, then (value, slope, curve) for each octave of the noise estimate", pcan_gains()),
        _rows("LOG_CORRECTIONS", "log2(1 + i/128) - i/128, Q16", log_corrections()),
    ]
    return head + "\n" + "\n".join(parts)


if __name__ == "__main__":
    MODULE.write_text(text(), "utf-8")
    sys.stdout.write(f"{MODULE.relative_to(TREE)}\n")
