"""The tables of docs/judging.md that are made from the code; the words around them are written by hand in the page itself."""

from __future__ import annotations

import re
from pathlib import Path

from sidetone.core.call.countries import COUNTRIES
from sidetone.core.call.phase import TRANSITIONS
from sidetone.core.call.record import RECORD_FIELDS
from sidetone.core.lamps.panel import CHOICES

PAGE = Path(__file__).resolve().parents[2] / "docs" / "judging.md"


def lamps() -> str:
    rows = ["| lamp | shows | means | 含义 |", "|---|---|---|---|"]
    rows += [f"| {lamp} | {colour} {pattern} | {english} | {chinese} |" for lamp, _sign, colour, pattern, english, chinese in CHOICES]
    return "\n".join(rows)


def phases() -> str:
    rows = ["| phase | what happens | next phase |", "|---|---|---|"]
    rows += [f"| {phase} | {event.replace('_', ' ')} | {following} |" for phase, event, following in TRANSITIONS]
    return "\n".join(rows)


def countries() -> str:
    rows = ["| `tones.country` | | 国家/地区 | tones (ITU-T E.180 Supplement 2) |", "|---|---|---|---|"]
    rows += [f"| `{row[0]}` | {row[1]} | {row[2]} | {row[10]} |" for row in COUNTRIES]
    return "\n".join(rows)


def record() -> str:
    rows = ["| field | decimals | meaning |", "|---|---|---|"]
    rows += [f"| `{name}` | {'whole' if places is None else places} | {meaning} |" for name, places, meaning in RECORD_FIELDS]
    return "\n".join(rows)


TABLES = {"lamps": lamps, "phases": phases, "countries": countries, "record": record}


def text() -> str:
    """The page as it should be: its own words with fresh tables."""
    page = PAGE.read_text("utf-8")
    for name, table in TABLES.items():
        block = re.compile(rf"(<!-- made from the code: {name} -->\n).*?(<!-- end -->)", re.DOTALL)
        page, count = block.subn(lambda match, table=table: f"{match[1]}{table()}\n{match[2]}", page)  # type: ignore[misc]
        if count != 1:
            raise ValueError(f"{PAGE.name} has {count} places for the table {name}")
    return page
