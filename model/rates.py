"""Syllable rate in windows of 20 s: the counter, the network's vowels, both together (the product's), and the density head, against the text.

A window is about 20 s of one speaker's clips. The counter is the device's own meter over the same sound; a vowel is a step at which a final
becomes the best unit (PhraseSpotter.syllable); the density head's syllables a second are summed where the speech head hears speech. Each
method gets one scale per speaker, as calibration gives it, so the error is what is left after it; r is over all windows.
docs/decisions/0205 says why the rate is made as it is.
"""

from typing import NamedTuple

import numpy as np

from model.network import TOKENS, UNITS
from sidetone.core.speech.meter import Meter

WINDOW_S = 20


class Counted(NamedTuple):
    """By the device's kernels and meter, after each hop."""

    syllables: object  # int [hops], so far, scale 1
    active: object  # bool [hops]: the gate
    speaking: object  # bool [hops]: a talk spurt


def counted(samples):
    """int16 -> Counted."""
    from sidetone.on_cpython.kernels import ChannelKernels

    kernels, meter, rows, t_ms = ChannelKernels(pitch=False), Meter(-26 * 256), [], 0
    samples = samples[: len(samples) // 160 * 160]
    for at in range(0, len(samples), 64000):
        for row in kernels.block(samples[at : at + 64000]).rows():
            t_ms += 10
            meter.hop(t_ms, *row)
            rows.append((meter.syllables, meter.active, meter.speaking))
    out, active, speaking = np.array(rows, int).reshape(-1, 3).T
    return Counted(out, active > 0, speaking > 0)


def dense(manifest, rows):
    """int8 [steps, outputs] -> the density head's syllables up to each step."""
    zero, scale = manifest["output_zero_point"], manifest["output_scale"]
    rate = np.maximum(0, (rows[:, TOKENS + 1].astype(np.float64) - zero) * scale)
    return np.cumsum(rate * (rows[:, TOKENS] > zero) * 0.03)


def vowels(manifest, rows):
    """int8 [steps, outputs] -> the network's syllables up to each step, as PhraseSpotter.syllable tells them.

    (Where two units are equally good the spotter stays with the one before; argmax takes the first: a difference of no consequence.)"""
    best = rows[:, :UNITS].argmax(1)
    vowel = np.zeros(UNITS, bool)
    vowel[manifest["syllable_units"]] = True
    return np.cumsum((best != np.concatenate([[0], best[:-1]])) & vowel[best])


def between(total, a, b):
    return float(total[min(b, len(total) - 1)] - (total[a - 1] if a > 0 else 0))


METHODS = ("counter", "vowels", "density")


def windows(clips):
    """[(speaker, written, seconds, by each of METHODS ...)] of clips -> the same, summed to windows of one speaker."""
    out, by_speaker = [], {}
    for who, *row in clips:
        by_speaker.setdefault(who, []).append(row)
    for who, rows in by_speaker.items():
        part = np.zeros(2 + len(METHODS))
        for row in rows:
            part = part + row
            if part[1] >= WINDOW_S:
                out.append((who, *part))
                part = np.zeros(2 + len(METHODS))
    return out


def summary(rows):
    """Windows -> {method: r, error a minute after one scale per speaker, scale over all}, and the number of windows and speakers."""
    if len(rows) < 4:
        return None
    who = np.array([row[0] for row in rows])
    written = np.array([row[1] / row[2] * 60 for row in rows])
    said = {name: np.array([row[3 + k] / row[2] * 60 for row in rows]) for k, name in enumerate(METHODS)}
    said["both"] = (said["counter"] + said["vowels"]) / 2
    out = {"windows": len(rows), "speakers": len(set(who))}
    for name, values in said.items():
        scaled = values.copy()
        for speaker in set(who):
            mine = who == speaker
            scaled[mine] *= written[mine].sum() / max(1e-9, values[mine].sum())
        out[name] = {"r": float(np.corrcoef(values, written)[0, 1]), "error_per_min": float(np.abs(scaled - written).mean()),
                     "scale": float(written.sum() / max(1e-9, values.sum()))}  # fmt: skip
    return out
