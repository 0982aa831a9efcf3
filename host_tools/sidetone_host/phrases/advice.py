"""Does a phrase sound like something that people say anyway? Its twins among common words and among the network's own phrases."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from sidetone_host.phrases.words import Word, words

RARE_PER_MILLION = 1.0  # an agent says a rarer word less than once in 200 hours of work: not worth a warning
SHORT = 3  # syllables up to which one wrong sound is worth a warning
MOST_SHOWN = 6


class Advice(NamedTuple):
    """Warnings about one phrase; `twins` sound exactly like it (or hold it), `near` differ by one sound."""

    twins: list[Word]
    near: list[Word]

    def twins_per_h(self, words_per_h: int) -> float:
        """How often the twins are said by an agent who says so many words an hour."""
        return sum(word.per_million for word in self.twins) * words_per_h / 1e6


def common(folder: Path) -> list[Word]:
    """The words beside a network that are common enough to be told of. CannotDo where they are absent or torn."""
    return [word for word in words(folder) if word.per_million >= RARE_PER_MILLION]


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
    sounds, text = tuple(units), text.lower()
    twins = [word for word in known if word.text not in text and text not in word.text and holds(word.units, sounds)]
    near = [word for word in known if word.text not in text and one_off(word.units, sounds)] if syllables <= SHORT else []
    return Advice(_commonest(twins), _commonest(near))


def _commonest(found: list[Word]) -> list[Word]:
    """Each word once, whatever its pronunciations, the commonest first."""
    return sorted({word.text: word for word in found}.values(), key=lambda word: -word.per_million)
