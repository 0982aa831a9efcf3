"""The device's front end against `pymicro-features`: every value of every frame, for ordinary and for hostile sound."""

from __future__ import annotations

import numpy as np
import pytest

import programs
from device import signals
from device.interpreters import BOTH
from golden import make_frontend_tables
from sidetone.on_cpython.frontend import FrontEnd
from sidetone_host import micropython


@pytest.mark.parametrize("name", BOTH)
def test_equals_pymicro_features(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    samples = signals.everything()
    expected = FrontEnd().block(samples)
    assert len(expected) == len(samples) // 160 - 2
    assert expected.max() > 600
    monkeypatch.setenv("SIDETONE_MICROPYTHON", programs.path(name))
    assert np.array_equal(micropython.features(samples), expected)


def test_shipped_tables_are_fresh() -> None:
    assert make_frontend_tables.MODULE.read_text("utf-8") == make_frontend_tables.text()
