"""The `[phrases]` table of a site's profile: read into compiled rows, and edited line by line so that the site's remarks stay.

    [phrases]
    company = "欢迎致电光明电力"          # in the language of the profile's calls
    promise = { text = ["二十四小时内回复您", "当天回复您"], cutoff = -0.3, src = "script of 2026-03" }

`cutoff` (natural-log units a unit, -4 to 0) replaces the network's own for phrases of that length: nearer to 0 is stricter.
"""

from __future__ import annotations

import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

from sidetone.core.etiquette.site_phrases import UNITS_MAX, label_fault
from sidetone_host import folders
from sidetone_host.errors import CannotDo, JudgedBad
from sidetone_host.phrases import reading
from sidetone_host.toml_places import places

TABLE = "phrases"
REMARKS = ("src", "note")
SYLLABLES_MIN, SYLLABLES_MAX = 2, 20
Row = tuple[str, int, tuple[str, ...]]  # label, cutoff_q8 or 0, texts as unit names


def units_of(text: str, language: str) -> list[str]:
    """A phrase's unit names. ValueError, one line, where it cannot be heard; CannotDo where the language's words are absent."""
    if not isinstance(text, str) or not text.strip():
        raise ValueError("a phrase is a text in quotes")
    spoken = reading.of(language)
    pieces = spoken.read(text)
    if not pieces:
        raise ValueError(f"{text}: {spoken.NOTHING}")
    units, syllables = spoken.spell(pieces), spoken.syllables(pieces)
    if syllables < SYLLABLES_MIN:
        raise ValueError(f"{text}: one syllable is in every sentence; give at least {SYLLABLES_MIN}, better 4")
    if syllables > SYLLABLES_MAX:
        raise ValueError(f"{text}: {syllables} syllables; at most {SYLLABLES_MAX} are heard as one phrase")
    if len(units) > UNITS_MAX:
        raise ValueError(f"{text}: {len(units)} sounds; at most {UNITS_MAX} are heard as one phrase")
    return units


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
        except ValueError as problem:
            return None, f"{label}: {problem}"
        cutoff = entry.get("cutoff", 0) if isinstance(entry, dict) else 0
        if isinstance(cutoff, bool) or not isinstance(cutoff, int | float | Decimal) or not -4 <= cutoff <= 0:
            return None, f"{label}: cutoff must be -4 to 0 natural-log units a unit"
        rows.append((label, round(float(cutoff) * 256), texts))
    return tuple(rows), None


def merged(base: tuple[Row, ...], own: tuple[Row, ...]) -> tuple[Row, ...]:
    """A base's phrases and the file's: a label in both is the file's."""
    names = [row[0] for row in own]
    return (*[row for row in base if row[0] not in names], *own)


def table_of(path: Path) -> dict[str, Any]:
    """The file's own `[phrases]`, {} where there is no file or no table. CannotDo where it is not TOML."""
    if not path.exists():
        return {}
    try:
        table = tomllib.loads(path.read_text("utf-8-sig")).get(TABLE, {})
    except OSError as fault:
        raise CannotDo(f"cannot read the profile {path}: {fault.strerror}") from fault
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise CannotDo(f"the profile {path} is not TOML: {fault}") from fault
    if not isinstance(table, dict):
        raise JudgedBad(f"{path}: phrases: must be a table; `sidetone profile check {path}` says more")
    return table


def add(path: Path, label: str, text: str, cutoff: float | None = None, language: str = "zh") -> None:
    """Put `text` under `label` in the file, which is made where it is absent, for calls in that language; other lines stay as they are."""
    table = table_of(path)
    entry = table.get(label, [])
    texts = texts_of(entry) if entry else []
    if text not in texts:
        texts = [*texts, text]
    new: dict[str, Any] = {**entry, "text": texts} if isinstance(entry, dict) else {"text": texts}
    if cutoff is not None:
        new["cutoff"] = cutoff
    _rewrite(path, table, label, new, reading.of(language).BASE)


def remove(path: Path, label: str, text: str | None = None) -> None:
    """Take a label, or one text of it, out of the file. CannotDo where it is not there."""
    table = table_of(path)
    if label not in table:
        raise CannotDo(f"{path} has no phrases of the label {label}")
    entry = table[label]
    left = [known for known in texts_of(entry) if text is not None and known != text]
    if text is not None and text not in texts_of(entry):
        raise CannotDo(f"{path} has no {text!r} under {label}")
    _rewrite(path, table, label, {**(entry if isinstance(entry, dict) else {}), "text": left} if left else None)


def _quoted(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(_quoted(item) for item in value) + "]"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return repr(value)


def _line(label: str, entry: dict[str, Any]) -> str:
    if set(entry) == {"text"}:
        return f"{label} = {_quoted(entry['text'])}"
    return f"{label} = {{ " + ", ".join(f"{key} = {_quoted(value)}" for key, value in entry.items()) + " }"


def _rewrite(path: Path, table: dict[str, Any], label: str, entry: dict[str, Any] | None, base: str = "") -> None:
    """Replace, add or (None) take out one label's lines; nothing is written unless the result reads back as meant. base: of an empty file."""
    text = path.read_text("utf-8-sig") if path.exists() else ""
    lines = text.splitlines()
    where = places(text)
    begin = where.get(f"{TABLE}.{label}", 0)
    fresh = [] if entry is None else [_line(label, entry)]
    if begin:
        end = begin  # the value may go on over several lines: to where the rest of it is whole TOML
        while end < len(lines) and not _whole(lines[begin - 1 : end]):
            end += 1
        lines[begin - 1 : end] = fresh if lines[begin - 1].lstrip().startswith(label) else [f"{TABLE}.{line}" for line in fresh]
    elif TABLE in where and lines[where[TABLE] - 1].lstrip().startswith("["):
        at = where[TABLE]
        while at < len(lines) and not lines[at].lstrip().startswith("["):
            at += 1
        while at > where[TABLE] and not lines[at - 1].strip():
            at -= 1
        lines[at:at] = fresh
    else:
        lines += [*([""] if lines else [f'base = "{base}"', ""]), f"[{TABLE}]", *fresh]
    wanted = {**{key: value for key, value in table.items() if key != label}, **({} if entry is None else {label: entry})}
    new = "\n".join(lines) + "\n"
    try:
        now = tomllib.loads(new)
        rest = tomllib.loads(text) if text else {"base": base}
    except tomllib.TOMLDecodeError:
        now, rest = {}, {}
    same = {key: _plain(value) for key, value in now.get(TABLE, {}).items()} == {key: _plain(value) for key, value in wanted.items()}
    if not now or not same or {**rest, TABLE: 0} != {**now, TABLE: 0}:
        raise CannotDo(f"{path}: its [phrases] table is laid out in a way this tool does not edit; write the phrase into it by hand")
    folders.replace(path, new.encode(), make_folders=True)


def _whole(lines: list[str]) -> bool:
    try:
        tomllib.loads("\n".join(lines))
    except tomllib.TOMLDecodeError:
        return False
    return True


def _plain(entry: Any) -> dict[str, Any]:
    return {**(entry if isinstance(entry, dict) else {}), "text": texts_of(entry)}
