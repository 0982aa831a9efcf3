"""The `[phrases]` table of a site's profile, read into compiled rows.

    [phrases]
    company = "欢迎致电光明电力"          # in the language of the profile's calls
    promise = { text = ["二十四小时内回复您", "当天回复您"], cutoff = -0.3, src = "script of 2026-03" }

`cutoff` (natural-log units a unit, -4 to 0) replaces the network's own for phrases of that length: nearer to 0 is stricter.
"""

from __future__ import annotations

import unicodedata
from decimal import Decimal
from typing import Any

from sidetone.core.etiquette.site_phrases import UNITS_MAX, label_fault
from sidetone_host.phrases import reading

TABLE = "phrases"
REMARKS = ("src", "note")
SYLLABLES_MIN, SYLLABLES_MAX = 2, 20
TEXT_MOST = 400  # characters: 20 syllables in any notation
SHOWN_MOST = 40  # characters of a text that a fault repeats
Row = tuple[str, int, tuple[str, ...]]  # label, cutoff_q8 or 0, texts as unit names


def units_of(text: str, language: str) -> list[str]:
    """A phrase's unit names. ValueError, one line, where it cannot be heard; CannotDo where the language's words are absent."""
    if not isinstance(text, str) or not text.strip():
        raise ValueError("a phrase is a text in quotes")
    if any(unicodedata.category(mark) in ("Cc", "Cs", "Zl", "Zp") for mark in text):
        raise ValueError(f"{shown(text)}: the text holds a line break, a control character or bytes that are not UTF-8; write it in one plain line")
    if len(text) > TEXT_MOST:
        raise ValueError(f"{shown(text)}: {len(text)} characters; at most {SYLLABLES_MAX} syllables are heard as one phrase")
    spoken = reading.of(language)
    pieces = spoken.read(text)
    if not pieces:
        raise ValueError(f"{shown(text)}: {spoken.NOTHING}")
    units, syllables = spoken.spell(pieces), spoken.syllables(pieces)
    if syllables < SYLLABLES_MIN:
        raise ValueError(f"{shown(text)}: one syllable is in every sentence; give at least {SYLLABLES_MIN}, better 4")
    if syllables > SYLLABLES_MAX:
        raise ValueError(f"{shown(text)}: {syllables} syllables; at most {SYLLABLES_MAX} are heard as one phrase")
    if len(units) > UNITS_MAX:
        raise ValueError(f"{shown(text)}: {len(units)} sounds; at most {UNITS_MAX} are heard as one phrase")
    return units


def shown(text: str) -> str:
    """A text as a fault repeats it: its beginning, in one printable line."""
    short = text if len(text) <= SHOWN_MOST else f"{text[:SHOWN_MOST]}…"
    return "".join(mark if mark.isprintable() or mark == "\u3000" else "\ufffd" for mark in short)


def texts_of(entry: Any) -> list[str]:
    """The texts of one label as TOML gives it: a text, a list of texts, or a table with `text`. ValueError in one line."""
    if isinstance(entry, dict):
        unknown = [key for key in entry if key not in ("text", "cutoff", *REMARKS)]
        if unknown or "text" not in entry:
            raise ValueError(f"{unknown[0]} is not known here" if unknown else "has no `text`; write { text = [...], cutoff = -0.3 }")
        entry = entry["text"]
    texts = entry if isinstance(entry, list) else [entry]
    if not texts or not all(isinstance(text, str) for text in texts):
        raise ValueError('write a text or a list of texts, such as ["欢迎致电光明电力"]')
    return texts


def compiled(table: Any, language: str) -> tuple[tuple[Row, ...] | None, str | None]:
    """The TOML table, read in the profile's language -> (rows, None), or (None, what is wrong)."""
    if not isinstance(table, dict):
        return None, 'must be a table such as company = ["欢迎致电光明电力"]'
    rows: list[Row] = []
    for label, entry in table.items():
        fault = label_fault(label)
        if fault:
            return None, f"{label}: {fault}"
        try:
            texts = tuple(dict.fromkeys(" ".join(units_of(text, language)) for text in texts_of(entry)))
            row = (label, cutoff_of(entry), texts)
        except ValueError as problem:
            return None, f"{label}: {problem}"
        rows.append(row)
    return tuple(rows), None


def cutoff_of(entry: Any) -> int:
    """The cutoff (Q8, as `cutoff_q8`) that a label's entry of the table has. ValueError where it is none."""
    cutoff = entry.get("cutoff") if isinstance(entry, dict) else None
    if isinstance(cutoff, bool) or not isinstance(cutoff, int | float | Decimal | None) or not -4 <= (cutoff or 0) <= 0:
        raise ValueError("cutoff must be -4 to 0 natural-log units a unit")
    return cutoff_q8(cutoff)


def cutoff_q8(cutoff: int | float | Decimal | None) -> int:
    """Natural-log units a unit, -4 to 0 -> Q8 as a row has it: 0 for None, the network's own, so that the strictest there is, is -1."""
    return 0 if cutoff is None else min(-1, round(float(cutoff) * 256))


def merged(base: tuple[Row, ...], own: tuple[Row, ...]) -> tuple[Row, ...]:
    """A base's phrases and the file's: a label in both is the file's."""
    names = [row[0] for row in own]
    return (*[row for row in base if row[0] not in names], *own)
