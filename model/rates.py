"""Syllable rate in windows of 20 s: the counter, the network's density head, and both together, against the written syllables.

A window is about 20 s of one speaker's clips. The counter is the device's own meter over the same sound; the density head's syllables a
second are summed where the speech head hears speech. Each method gets one scale per speaker, as calibration gives it, so the error is
what is left after it; r is over all windows.
"""

import numpy as np

from model.network import TOKENS
from sidetone.core.speech.meter import Meter

WINDOW_S = 20


def counted(samples):
    """int16 -> the counter's syllables up to each hop (the device's kernels and meter, scale 1)."""
    from sidetone.on_cpython.kernels import ChannelKernels

    kernels, meter, out, t_ms = ChannelKernels(pitch=False), Meter(-26 * 256), [], 0
    samples = samples[: len(samples) // 160 * 160]
    for at in range(0, len(samples), 64000):
        for row in kernels.block(samples[at : at + 64000]).rows():
            t_ms += 10
            meter.hop(t_ms, *row)
            out.append(meter.syllables)
    return np.array(out)


def dense(manifest, rows):
    """int8 [steps, outputs] -> the density head's syllables up to each step."""
    zero, scale = manifest["output_zero_point"], manifest["output_scale"]
    rate = np.maximum(0, (rows[:, TOKENS + 1].astype(np.float64) - zero) * scale)
    return np.cumsum(rate * (rows[:, TOKENS] > zero) * 0.03)


def between(total, a, b):
    return float(total[min(b, len(total) - 1)] - (total[a - 1] if a > 0 else 0))


def windows(clips):
    """[(speaker, written, by counter, by density, seconds)] of clips -> the same, summed to windows of one speaker."""
    out, by_speaker = [], {}
    for row in clips:
        by_speaker.setdefault(row[0], []).append(row)
    for who, rows in by_speaker.items():
        part, seconds = np.zeros(3), 0.0
        for _, written, counter, density, length in rows:
            part, seconds = part + (written, counter, density), seconds + length
            if seconds >= WINDOW_S:
                out.append((who, *part, seconds))
                part, seconds = np.zeros(3), 0.0
    return out


def summary(rows):
    """Windows -> {method: r, error a minute after one scale per speaker, scale over all}, and the number of windows and speakers."""
    if len(rows) < 4:
        return None
    who = np.array([row[0] for row in rows])
    written, counter, density = (np.array([row[k] / row[4] * 60 for row in rows]) for k in (1, 2, 3))
    both = (counter * written.sum() / max(1e-9, counter.sum()) + density * written.sum() / max(1e-9, density.sum())) / 2
    out = {"windows": len(rows), "speakers": len(set(who))}
    for name, said in (("counter", counter), ("density", density), ("both", both)):
        scaled = said.copy()
        for speaker in set(who):
            mine = who == speaker
            scaled[mine] *= written[mine].sum() / max(1e-9, said[mine].sum())
        out[name] = {"r": float(np.corrcoef(said, written)[0, 1]), "error_per_min": float(np.abs(scaled - written).mean()),
                     "scale": float(written.sum() / max(1e-9, said.sum()))}  # fmt: skip
    return out
