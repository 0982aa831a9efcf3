"""The device's front end against `pymicro-features`: every value of every frame, for ordinary and for hostile sound."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pytest

import programs
from device.interpreters import BOTH
from sidetone.on_cpython.frontend import FrontEnd
from sidetone_host import micropython

RATE_HZ = 16000
SECONDS = 3
N = RATE_HZ * SECONDS


def _signals() -> Iterator[npt.NDArray[np.float64]]:
    """Three seconds each; the front end runs through all of them without a reset."""
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
    voice = sum(np.sin(2 * np.pi * 140 * k * t / RATE_HZ + k) / k for k in range(1, 40))
    yield voice * 8000 * (np.sin(2 * np.pi * 4 * t / RATE_HZ) > 0)


@pytest.mark.parametrize("name", BOTH)
def test_equals_pymicro_features(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    samples = np.concatenate([np.asarray(signal).astype(np.int16) for signal in _signals()])
    expected = FrontEnd().block(samples)
    assert len(expected) == len(samples) // 160 - 2
    assert expected.max() > 600
    monkeypatch.setenv("SIDETONE_MICROPYTHON", programs.path(name))
    assert np.array_equal(micropython.features(samples), expected)


@pytest.mark.needs("micropython")
def test_shipped_tables_are_fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(programs.TREE / "tests/golden"))
    import make_frontend_tables

    assert make_frontend_tables.MODULE.read_text("utf-8") == make_frontend_tables.text()
    del sys.modules["make_frontend_tables"]
