"""The common words that lie beside a released network: how each sounds, and how often it is said.

`words.xz`: a line `word<TAB>unit names<TAB>per million` each, the commonest first; lines that begin with # are remarks. A word on several lines
has several pronunciations, the usual one first. (model/common_words.py makes it.)
"""

from __future__ import annotations

import lzma
from functools import cache
from pathlib import Path
from typing import NamedTuple

from sidetone_host.errors import CannotDo


class Word(NamedTuple):
    text: str
    units: tuple[str, ...]
    per_million: float


@cache
def words(folder: Path) -> list[Word]:
    """The words beside the network of this folder. CannotDo, one line, where they are absent or torn."""
    path = folder / "words.xz"
    try:
        lines = lzma.decompress(path.read_bytes()).decode("utf-8").splitlines()
    except OSError as fault:
        raise CannotDo(f"no common words to compare with: {path}: {fault.strerror}") from fault
    except (lzma.LZMAError, UnicodeDecodeError) as fault:
        raise CannotDo(f"{path} is torn; take it anew from the repository") from fault
    out = []
    for line in lines:
        if not line.startswith("#"):
            text, units, count = line.split("\t")
            out.append(Word(text, tuple(units.split()), float(count)))
    return out
