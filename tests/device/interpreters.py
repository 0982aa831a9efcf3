"""The two MicroPythons that stand for the device: 64-bit words for speed of testing, 32-bit ones because the ESP32 has them."""

from __future__ import annotations

import pytest

import programs

BOTH = [
    pytest.param("micropython", marks=pytest.mark.needs("micropython")),
    pytest.param("micropython32", marks=pytest.mark.needs("micropython32")),
]
ON_DEVICE = programs.TREE / "tests/device/on_device"
