"""Which marks between the words of a text are said (%, +, an emoji), and which only part words."""

from __future__ import annotations

import unicodedata

SAID = "%‰@&#*％＠＆＃＊"  # Unicode has them among the punctuation
UNSAID = "~～^`´¨|｜¦™®©°"  # and these among the symbols


def is_said(mark: str) -> bool:
    """True for what is no letter and yet stands for a word: to leave it out would change what is said. Punctuation and spaces only part words."""
    return mark in SAID or (mark not in UNSAID and unicodedata.category(mark)[0] not in "PZC")
