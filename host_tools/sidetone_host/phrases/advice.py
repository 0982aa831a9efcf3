"""Does a phrase sound like something that people say anyway? Its twins among common words and among the network's own phrases.

`words.xz` lies beside the released network: common Chinese words with their units and how many there are in a million words of written text
(model/common_words.py makes it from jieba's dictionary, MIT).
"""

from __future__ import annotations

import lzma
from functools import cache
from pathlib import Path
from typing import NamedTuple

from sidetone_host.errors import CannotDo

WORDS_PER_H = 4000  # an agent who speaks half of the time at 220 syllables a minute, 1.6 syllables a word
SHORT = 3  # syllables up to which one wrong sound is worth a warning
MOST_SHOWN = 6


class Word(NamedTuple):
    text: str
    units: tuple[str, ...]
    per_million: float


class Advice(NamedTuple):
    """Warnings about one phrase; `twins` sound exactly like it (or hold it), `near` differ by one sound."""

    twins: list[Word]
    near: list[Word]

    @property
    def twins_per_h(self) -> float:
        return sum(word.per_million for word in self.twins) * WORDS_PER_H / 1e6


@cache
def words(folder: Path) -> list[Word]:
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


def holds(longer: tuple[str, ...], part: tuple[str, ...]) -> bool:
    return any(longer[k : k + len(part)] == part for k in range(len(longer) - len(part) + 1))


def one_off(a: tuple[str, ...], b: tuple[str, ...]) -> bool:
    """True if one sound taken, put in or changed makes b of a."""
    if abs(len(a) - len(b)) > 1 or a == b:
        return False
    k = 0
    while k < min(len(a), len(b)) and a[k] == b[k]:
        k += 1
    return a[k + 1 :] == b[k + 1 :] or a[k:] == b[k + 1 :] or a[k + 1 :] == b[k:]


def advise(text: str, units: list[str], syllables: int, known: list[Word]) -> Advice:
    """Twins and near twins, the commonest first. `known`: common words, and the network's own phrases as words of their own."""
    sounds = tuple(units)
    twins = [word for word in known if word.text not in text and text not in word.text and holds(word.units, sounds)]
    near = [word for word in known if word.text not in text and one_off(word.units, sounds)] if syllables <= SHORT else []
    return Advice(sorted(twins, key=_commonest), sorted(near, key=_commonest))


def _commonest(word: Word) -> float:
    return -word.per_million
