"""How phrases given as text are read: a language is a module of this folder with the names below, chosen by the `language` of a profile."""

from __future__ import annotations

from typing import Protocol

from sidetone_host.phrases import english, mandarin


class Reading(Protocol):
    """A language's module. A *piece* is what a text is read in: a syllable of pinyin, an English word."""

    UNITS: list[str]  # the network's alphabet, the blank first
    BASE: str  # the bundled profile that a site's new file builds on
    CAPTION: str  # what a reading is called where it is shown
    NOTHING: str  # what is said of a text with nothing in it to read
    NUMBER: str  # what is said of digits, which are read one by one
    WORDS_PER_H: int  # that an agent says in an hour at work

    def read(self, text: str, /) -> list[str]:
        """Text -> its pieces."""

    def placed(self, text: str, /) -> list[tuple[int, str]]:
        """Text -> its pieces, each with the index of its first character."""

    def spell(self, pieces: list[str], /) -> list[str]:
        """Pieces -> unit names. ValueError, one line, names what cannot be said."""

    def syllables(self, pieces: list[str], /) -> int:
        """How many syllables the pieces have."""

    def shown(self, pieces: list[str], /) -> str:
        """The reading as a user checks it."""


READINGS: dict[str, Reading] = {"zh": mandarin, "en": english}


def of(language: str) -> Reading:
    """The reading of a language of the settings' table."""
    return READINGS[language]
