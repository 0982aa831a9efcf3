"""ITU-T P.56 method B in floating point, sample by sample: the oracle that the integer meters are measured against.

Written from the recommendation, sharing no line or constant with the firmware.
"""

import math

import numpy as np

MARGIN_DB = 15.9
TIME_CONSTANT_S = 0.03
HANGOVER_S = 0.2


def envelope(signal, rate):
    """Two exponential averages of |x| in series, 30 ms each."""
    keep = math.exp(-1 / (rate * TIME_CONSTANT_S))
    gain = 1 - keep
    out = np.empty(len(signal))
    p = q = 0.0
    for index, value in enumerate(np.abs(signal).tolist()):
        p = keep * p + gain * value
        q = keep * q + gain * p
        out[index] = q
    return out


def active_counts(q, rate):
    """For thresholds 2**-15 .. 2**-1 of full scale: samples at which q reached it within the last 200 ms."""
    hang = math.ceil(HANGOVER_S * rate)
    where = np.arange(len(q))
    counts = []
    for j in range(15):
        last = np.maximum.accumulate(np.where(q >= 2.0 ** (j - 15), where, -(10**9)))
        counts.append(int(np.count_nonzero(where - last < hang)))
    return counts


def active_level_db(signal, rate=16000, q=None):
    """float signal in -1..1 -> (active speech level dB re RMS 1.0, activity factor), or (None, 0.0) without speech."""
    signal = np.asarray(signal, np.float64)
    energy = float(np.dot(signal, signal))
    if energy == 0:
        return None, 0.0
    counts = active_counts(envelope(signal, rate) if q is None else q, rate)
    previous = None
    for j, count in enumerate(counts):
        if not count:
            break
        level = 10 * math.log10(energy / count)
        threshold = 20 * math.log10(2.0 ** (j - 15))
        if level - threshold <= MARGIN_DB:
            if previous is None:
                return level, count / len(signal)
            level_before, over_before = previous
            part = (over_before - MARGIN_DB) / (over_before - (level - threshold))
            active = level_before + part * (level - level_before)
            return active, 10 ** (10 * math.log10(energy / len(signal)) / 10 - active / 10)
        previous = (level, level - threshold)
    return None, 0.0
