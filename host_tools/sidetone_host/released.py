"""The released networks under model/released/: found, checked against their manifest, and handed over whole."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from sidetone_host.errors import CannotDo

FOLDER = Path(__file__).resolve().parents[2] / "model" / "released"


class Released(NamedTuple):
    manifest: dict[str, Any]
    model: bytes


@cache
def load(language: str = "zh", folder: Path = FOLDER) -> Released:
    """The released network of a language. CannotDo, one line, when a file is absent, torn, or not the one the manifest names."""
    place = folder / language
    try:
        manifest = json.loads((place / "manifest.json").read_text("utf-8"))
        model = (place / manifest["file"]).read_bytes()
        expected = manifest["sha256"]
    except OSError as fault:
        raise CannotDo(f"cannot read the {language} network: {fault.filename}: {fault.strerror}") from fault
    except (ValueError, KeyError, TypeError) as fault:
        raise CannotDo(f"{place / 'manifest.json'} is not a network's manifest: {fault!r}; take it anew from the repository") from fault
    if hashlib.sha256(model).hexdigest() != expected:
        raise CannotDo(f"{place / manifest['file']} is not the file its manifest names (SHA-256 differs); take both anew from the repository")
    return Released(manifest, model)
