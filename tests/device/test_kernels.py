"""The device's measurements of the raw hop against the numpy ones: every number of every hop."""

from __future__ import annotations

import numpy as np
import pytest

import programs
from device import signals
from device.interpreters import BOTH
from sidetone.on_cpython.kernels import ChannelKernels
from sidetone_host import micropython


@pytest.mark.parametrize("name", BOTH)
def test_equals_the_numpy_kernels(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    samples = signals.everything()
    expected = np.array(list(ChannelKernels().block(samples).rows()))
    assert np.all([len(np.unique(column)) > 1 for column in expected.T])
    monkeypatch.setenv("SIDETONE_MICROPYTHON", programs.path(name))
    np.testing.assert_array_equal(micropython.measures(samples), expected)
