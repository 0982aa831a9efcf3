"""Sounds for comparing the two runtimes: ordinary ones, and those that reach the corners of fixed-point arithmetic."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

RATE_HZ = 16000
SECONDS = 3
N = RATE_HZ * SECONDS


def _signals() -> Iterator[npt.NDArray[np.float64]]:
    """Three seconds each; what listens runs through all of them without a reset."""
    rng = np.random.default_rng(20261121)
    t = np.arange(N)
    yield rng.integers(-32768, 32768, N)  # full-scale white noise
    yield np.zeros(N)
    yield rng.integers(-3, 4, N)  # a few units: the transform's input is shifted by 12 bits
    for hz in (50, 125, 440, 3999, 7400, 8000):
        yield np.where(np.sin(2 * np.pi * hz * t / RATE_HZ + 0.1) >= 0, 32767, -32768)
    for hz in (60, 1000, 7000):
        yield 32767 * np.sin(2 * np.pi * hz * t / RATE_HZ)
    yield np.full(N, -32768)
    clicks = np.zeros(N)
    clicks[::1120] = -32768
    clicks[3::1000] = 32767
    yield clicks
    lone = rng.integers(-5, 6, N).astype(np.float64)  # the reference overlooks a -32768 when it looks for the peak
    lone[240::160] = -32768
    yield lone
    yield np.repeat(rng.integers(-32768, 32768, N // 400), 400)
    levels = np.exp(rng.uniform(-2, 10, N // 1600)).repeat(1600)
    yield (rng.standard_normal(N) * levels).clip(-32768, 32767)  # bursts over 100 dB
    glide = 2 * np.pi * np.cumsum(110 + 60 * np.sin(2 * np.pi * 0.7 * t / RATE_HZ)) / RATE_HZ
    voice = sum(np.sin(k * glide + k) / k for k in range(1, 30))
    yield voice * 8000 * (np.sin(2 * np.pi * 4 * t / RATE_HZ) > 0)


def everything() -> npt.NDArray[np.int16]:
    """All of them, one after the other, as whole hops."""
    return np.concatenate([np.asarray(signal).astype(np.int16) for signal in _signals()])
