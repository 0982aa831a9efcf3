"""Checks that only make sense where the device's own code runs: on_device/*_checks.py, under both MicroPythons."""

from __future__ import annotations

import os
import subprocess

import pytest

import programs
from device.interpreters import BOTH, ON_DEVICE

NEEDS = {"link_checks": [pytest.mark.needs("umqtt")]}  # in every firmware, but not in the unix port
MODULES = [pytest.param(name, marks=NEEDS.get(name, [])) for name in sorted(path.stem for path in ON_DEVICE.glob("*_checks.py"))]


@pytest.mark.parametrize("name", BOTH)
@pytest.mark.parametrize("module", MODULES)
def test_on_device(module: str, name: str) -> None:
    runner = programs.TREE / "tests/micropython/run_unit.py"
    command = [programs.path(name), "-X", "heapsize=32m", str(runner), str(programs.TREE), module]
    umqtt = "" if programs.why_absent("umqtt") else programs.path("umqtt")
    environment = {**os.environ, "MICROPYPATH": f".frozen:{ON_DEVICE}:{umqtt}"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
