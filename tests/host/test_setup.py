"""Set-up: its plain lines where it cannot be done, and the lock files."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from programs import TREE

OLD = '"$2" in *%d*) echo 3.9.2;; *version_info*) exit 1;;'
BARE = '"$2" in *%d*) echo 3.11.2;; *version_info*) exit 0;; *) exit 1;;'


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """What set-up reads, in a folder of its own."""
    shutil.copytree(TREE / "requirements", tmp_path / "requirements")
    shutil.copy(TREE / "pyproject.toml", tmp_path)
    return tmp_path


def set_up(clone: Path, cases: str) -> subprocess.CompletedProcess[str]:
    """Run set-up with a Python that answers `-c CODE` as the shell's cases say."""
    fake = clone / "fake-python"
    fake.write_text(f"#!/bin/sh\ncase {cases} esac\n")
    fake.chmod(0o755)
    return subprocess.run(["sh", "requirements/setup.sh", str(fake)], cwd=clone, capture_output=True, text=True, check=False)


def test_an_absent_python(clone: Path) -> None:
    done = subprocess.run(["sh", "requirements/setup.sh", "python3.99"], cwd=clone, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == "make setup: there is no Python called 'python3.99'; name another one: make setup PYTHON=...\n"


def test_an_old_python(clone: Path) -> None:
    done = set_up(clone, OLD)
    assert done.returncode == 2
    assert done.stderr == "make setup: Python 3.9.2 is too old; name one of 3.11 or newer: make setup PYTHON=python3.13\n"


def test_a_python_without_venv_and_pip(clone: Path) -> None:
    done = set_up(clone, BARE)
    assert done.returncode == 2
    assert done.stderr == "make setup: this Python has neither venv nor pip; on Debian: apt-get install python3-venv\n"


def pinned(name: str) -> dict[str, str]:
    """Package -> version of a lock file's lines; a package may stand there twice, for different Pythons."""
    lines = (TREE / "requirements" / name).read_text(encoding="utf-8").splitlines()
    rows = [re.fullmatch(r"([a-z0-9.-]+)(?:\[[a-z,]+\])?==([0-9a-z.+]+)(?: ; .+)?", line) for line in lines]
    assert all(rows), f"{name}: a line is not `package==version`"
    return {row[1]: row[2] for row in rows if row}


@pytest.mark.parametrize(("name", "extras"), [("dev.lock", ("live", "dashboard", "plot", "dev")), ("pi.lock", ("pi", "dashboard"))])
def test_the_lock_holds_what_is_declared(name: str, extras: tuple[str, ...]) -> None:
    project = tomllib.loads((TREE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = project["dependencies"] + [line for extra in extras for line in project["optional-dependencies"][extra]]
    names = {re.split(r"[\[<>=~!; ]", line, maxsplit=1)[0] for line in declared}
    assert names <= set(pinned(name))
