"""The unit tests once more, under real MicroPython: with 64-bit words, and with 32-bit words like the ESP32's."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

import programs

UNIT = programs.TREE / "tests/unit"
MODULES = sorted(path.stem for path in UNIT.glob("test_*.py"))

# Far more than the device has: these runs look for wrong results, tests/device for what fits.
HEAP = "heapsize=64m"


def run_unit(interpreter: str, *modules: str) -> subprocess.CompletedProcess[str]:
    command = [interpreter, "-X", HEAP, str(programs.TREE / "tests/micropython/run_unit.py"), str(programs.TREE), *modules]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=UNIT)


@pytest.mark.needs("micropython")
@pytest.mark.parametrize("module", MODULES)
def test_unit_on_64_bits(module: str) -> None:
    done = run_unit(programs.path("micropython"), module)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.needs("micropython32")
@pytest.mark.parametrize("module", MODULES)
def test_unit_on_32_bits(module: str) -> None:
    done = run_unit(programs.path("micropython32"), module)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.needs("micropython")
def test_runner_reports_failures() -> None:
    """A runner that cannot fail would prove nothing."""
    done = run_unit(programs.path("micropython"), "checks", "absent_module")
    assert done.returncode == 1
    assert "FAIL checks (no test in it)" in done.stdout
    assert "FAIL absent_module (import)" in done.stdout
    assert done.stdout.endswith("0 passed, 2 failed\n")


# Imports every module that runs on either Python, and says which one cannot be read.
IMPORT_ALL = """
import sys
sys.path.insert(0, sys.argv[1])
for name in sys.argv[2:]:
    try:
        __import__(name)
    except Exception as error:
        print(name)
        sys.print_exception(error)
        sys.exit(1)
"""


@pytest.mark.parametrize("runtime", [pytest.param(name, marks=pytest.mark.needs(name)) for name in ("micropython", "micropython32")])
def test_every_shared_module_can_be_imported(runtime: str, tmp_path: Path) -> None:
    firmware = programs.TREE / "firmware"
    shared = sorted((firmware / "sidetone/core").rglob("*.py")) + sorted((firmware / "sidetone").glob("*.py"))
    names = [".".join(path.relative_to(firmware).with_suffix("").parts).removesuffix(".__init__") for path in shared]
    script = tmp_path / "import_all.py"
    script.write_text(IMPORT_ALL)
    command = [programs.path(runtime), "-X", HEAP, str(script), str(firmware), *names]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
