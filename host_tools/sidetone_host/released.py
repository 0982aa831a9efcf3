"""The released networks under model/released/: found, checked against their manifest, and handed over whole."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from sidetone_host.errors import CannotDo

FOLDER = Path(__file__).resolve().parents[2] / "model" / "released"

# What the listener and the phrase spotter read; a manifest without one of them is not from this version.
KEYS = ("file", "sha256", "language", "stride_hops", "output_scale_q16", "heads", "labels", "text", "fit_limit", "token_limit")


DEFAULT = "zh"  # what a device carries for calls in a language that no released network hears


class Released(NamedTuple):
    manifest: dict[str, Any]
    model: bytes


def languages(folder: Path = FOLDER) -> list[str]:
    """The languages that a network is released for."""
    return sorted(path.parent.name for path in folder.glob("*/manifest.json"))


def for_calls(language: str) -> tuple[Released, str | None]:
    """(the network for calls in this language, None); where none is released, (the default one, one line that says so): the device compares the
    languages, hears no phrase, and its record says why. CannotDo as `load`."""
    if language in languages():
        return load(language), None
    note = f"no released network hears phrases in `{language}`: rules that need one are not judged"
    return load(DEFAULT), note


@cache
def load(language: str = DEFAULT, folder: Path = FOLDER) -> Released:
    """The released network of a language. CannotDo, one line, when a file is absent, torn, or not the one the manifest names."""
    place = folder / language
    try:
        manifest = json.loads((place / "manifest.json").read_text("utf-8"))
        model = (place / manifest["file"]).read_bytes()
        expected = manifest["sha256"]
        missing = [key for key in KEYS if key not in manifest]
    except OSError as fault:
        cure = "the networks come with a clone of the repository; run `make setup` there"
        raise CannotDo(f"cannot read the {language} network: {fault.filename}: {fault.strerror}; {cure}") from fault
    except (ValueError, KeyError, TypeError) as fault:
        raise CannotDo(f"{place / 'manifest.json'} is not a network's manifest: {fault!r}; take it anew from the repository") from fault
    if missing:
        raise CannotDo(f"{place / 'manifest.json'} has no {', '.join(missing)}: it is not of this version; take it anew from the repository")
    if hashlib.sha256(model).hexdigest() != expected:
        raise CannotDo(
            f"{place / manifest['file']} is not the file its manifest names (SHA-256 differs); take both anew from the repository"
        )
    return Released(manifest, model)
