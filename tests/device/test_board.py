"""The device's drivers and its program on a fake ESP32-S3 (board/), under both MicroPythons."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

import programs
from device.board.desk import Desk
from device.interpreters import BOTH

CHECKS = Path(__file__).parent / "board/checks"


@pytest.mark.needs("umqtt")
@pytest.mark.parametrize("kind", BOTH)
@pytest.mark.parametrize("module", sorted(path.stem for path in CHECKS.glob("*_checks.py")))
def test_drivers(module: str, kind: str, tmp_path: Path) -> None:
    runner = programs.TREE / "tests/micropython/run_unit.py"
    argv, environment = Desk(tmp_path).command(kind, runner, str(programs.TREE), module)
    environment["MICROPYPATH"] += f":{CHECKS}"
    done = subprocess.run(argv, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
