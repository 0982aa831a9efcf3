"""A signed update in one file: what firmware/sidetone/on_micropython/updates.py installs (its docstring has the format)."""

from __future__ import annotations

import struct
from pathlib import Path

from sidetone_host.flash import signing
from sidetone_host.flash.application import Application

MAGIC = b"sidetone update 1\n"


def build(application: Application, key_file: Path) -> bytes:
    """The package of an application, signed with the site's private key. CannotDo where that is none."""
    return assemble(application, signing.sign(key_file, application.manifest))


def assemble(application: Application, signature: bytes) -> bytes:
    """The package with a given signature over the application's list."""
    contents = [application.files[path] for path in sorted(application.files)]
    return b"".join([MAGIC, struct.pack("<II", len(application.manifest), len(signature)), application.manifest, signature, *contents])
