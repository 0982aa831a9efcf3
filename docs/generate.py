"""Writes the documents that are made from the code's tables: `make docs`. A test says when one is stale.

python docs/generate.py            write them
python docs/generate.py --check    only say which are stale; exit code 1 if any
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sidetone.core.etiquette.settings import SETTINGS
from sidetone_host import calls_page, coverage, judging_page, wording, wording_file
from sidetone_host.schemas.page import page as mqtt_page

DOCS = Path(__file__).resolve().parent


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _written(value: Any, kind: str) -> str:
    """A default as a profile's TOML would have it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        quoted = value if kind in ("number", "whole", "span") else [f'"{item}"' for item in value]
        return "[" + ", ".join(quoted) + "]"
    return str(value) if kind in ("number", "whole", "span") else f'"{value}"'


def _allowed(low: str | None, high: str | None, choices: tuple[Any, ...] | None) -> str:
    if choices is not None:
        return ", ".join(_written(choice, "text") for choice in choices)
    if low is None and high is None:
        return ""
    return f"{low if low is not None else ''} .. {high if high is not None else ''}".strip()


def settings() -> str:
    """docs/settings.md: every setting of a profile, in the table's order, a section a first word."""
    lines = [
        "# Settings of a profile",
        "",
        "Written by `make docs` from `firmware/sidetone/core/etiquette/settings.py`; change it there.",
        "",
        'A site\'s profile is a TOML file that names its base (`base = "default-zh"`) and holds only what differs, as `key = value` or',
        '`key = { value = ..., src = "..." }`. `sidetone profile check FILE` lists all faults at once. Source: `S2:1935` is a line of',
        "the written standard, `ours` means that the standard gives no number.",
    ]
    section = None
    for key, default, unit, kind, low, high, choices, source, text in SETTINGS:
        first = key.split(".")[0] if "." in key else "profile"
        if first != section:
            section = first
            lines += ["", f"## {section}", "", "| setting | default | unit | allowed | source | meaning |", "|---|---|---|---|---|---|"]
        cells = [f"`{key}`", f"`{_written(default, kind)}`", unit, _allowed(low, high, choices), source, text]
        lines.append("| " + " | ".join(_cell(cell) for cell in cells) + " |")
    return "\n".join(lines) + "\n"


PAGES: dict[Path, Callable[[], str]] = {
    DOCS / "calls-evaluation.md": calls_page.text,
    DOCS / "judging.md": judging_page.text,
    DOCS / "mqtt.md": mqtt_page,
    DOCS / "settings.md": settings,
    DOCS / "standard-coverage.md": coverage.text,
    wording.CHINESE: wording_file.text,
}


def stale() -> list[Path]:
    """The files that are not what the code would write."""
    return [path for path, page in PAGES.items() if not path.is_file() or path.read_text(encoding="utf-8") != page()]


def main(argv: list[str]) -> int:
    if argv == ["--check"]:
        for path in stale():
            print(f"{path.relative_to(DOCS.parent)} is stale; run `make docs`", file=sys.stderr)
        return 1 if stale() else 0
    for path in stale():
        path.write_text(PAGES[path](), encoding="utf-8")
        print(f"{path.relative_to(DOCS.parent)} written")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
