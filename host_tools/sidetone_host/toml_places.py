"""Where each key of a TOML text stands. `tomllib` forgets lines; a fault must name one."""

from __future__ import annotations

import re

_TABLE = re.compile(r"^\s*\[\[?\s*([^\]]+?)\s*\]\]?")
_KEY = re.compile(r"""^\s*((?:"[^"]*"|'[^']*'|[A-Za-z0-9_-]+)(?:\s*\.\s*(?:"[^"]*"|'[^']*'|[A-Za-z0-9_-]+))*)\s*=""")
_QUOTED = re.compile(r'"""|\'\'\'|"(?:\\.|[^"\\])*"|\'[^\']*\'|#.*')


def places(text: str) -> dict[str, int]:
    """Dotted key or table -> line (from 1) of its first appearance in valid TOML. Keys inside inline tables have their line's key only."""
    found: dict[str, int] = {}
    table = ""
    depth = 0  # open brackets of a value that goes on over several lines
    inside: str | None = None  # the quotes of a multi-line string that is open
    for number, line in enumerate(text.splitlines(), 1):
        if inside is not None:
            end = line.find(inside)
            if end < 0:
                continue
            line = line[end + 3 :]
            inside = None
        elif depth == 0:
            heading = _TABLE.match(line)
            key = _KEY.match(line)
            if heading:
                table = _dotted(heading[1])
                found.setdefault(table, number)
                continue
            if key:
                name = _dotted(key[1])
                found.setdefault(f"{table}.{name}" if table else name, number)
                line = line[key.end() :]
        bare, inside = _without_texts(line)
        depth += sum(bare.count(mark) for mark in "[{") - sum(bare.count(mark) for mark in "]}")
    return found


def remarks(lines: list[str]) -> list[str]:
    """The comments at the ends of these lines, `#` and all."""
    return [found[0].rstrip() for line in lines for found in _QUOTED.finditer(line) if found[0].startswith("#")]


def _dotted(name: str) -> str:
    return ".".join(part.strip().strip("\"'") for part in name.split("."))


def _without_texts(line: str) -> tuple[str, str | None]:
    """(the line without texts and comment, the quotes of a multi-line text left open)."""
    out = ""
    at = 0
    while True:
        match = _QUOTED.search(line, at)
        if match is None:
            return out + line[at:], None
        out += line[at : match.start()]
        quotes = match[0]
        if quotes in ('"""', "'''"):
            end = line.find(quotes, match.end())
            if end < 0:
                return out, quotes
            at = end + 3
        else:
            at = match.end()
