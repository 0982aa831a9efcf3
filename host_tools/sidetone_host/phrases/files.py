"""The phrases in profiles' files: which a profile hears and where each stands, and editing one file line by line, so that the site's remarks stay.

A label is edited whole: what its lines had as remarks stands behind its new line. Only who takes a label out takes its remark out with it.
"""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any, NamedTuple

from sidetone_host import folders, profile
from sidetone_host.errors import CannotDo, JudgedBad
from sidetone_host.phrases import reading
from sidetone_host.phrases.site import TABLE, Row, shown, texts_of
from sidetone_host.toml_places import places, remarks


class Heard(NamedTuple):
    """One label that a profile hears: its compiled row, the file it comes from (the profile's own or a base's), and the entry there, as in TOML."""

    row: Row
    file: Path
    entry: Any


def heard(path: Path) -> dict[str, Heard]:
    """Label -> what is heard of it under the profile at `path`, its bases' phrases with it. CannotDo or JudgedBad as profile.good."""
    rows = profile.good(path).get(TABLE, ())
    tables = [(file, table_of(file)) for file in profile.lineage(path)]
    return {row[0]: next(Heard(row, file, table[row[0]]) for file, table in tables if row[0] in table) for row in rows}


def table_of(path: Path) -> dict[str, Any]:
    """The file's own `[phrases]`, {} where there is no file or no table. CannotDo where it is not TOML."""
    return _table(path, _text(path))


def add(path: Path, label: str, text: str, cutoff: float | None = None, language: str = "zh", dry_run: bool = False) -> None:
    """Put `text` under `label` in the file, which is made where it is absent, for calls in that language; other lines stay as they are. Texts that
    a base has under the label are taken along. cutoff: in place of the label's. JudgedBad where the file would be no good profile; dry_run: only
    look whether it would."""
    old = _text(path)
    known = heard(path).get(label) if old else None
    entry = known.entry if known else []
    texts = texts_of(entry) if known else []
    new: dict[str, Any] = {**(entry if isinstance(entry, dict) else {}), "text": [*texts, *([text] if text not in texts else [])]}
    if cutoff is not None:
        new["cutoff"] = cutoff
    made = _rewritten(path, old, label, new, reading.of(language).BASE)
    profile.good(path, made)
    if not dry_run:
        folders.replace(path, made.encode(), make_folders=True)


def remove(path: Path, label: str, text: str | None = None, cutoff: float | None = None) -> None:
    """Take a label, or one text of it, out of the file. cutoff: of the texts that are left. CannotDo where it is not there."""
    old = _text(path)
    left = texts_left(path, label, text)
    entry = _table(path, old)[label]
    new = {**(entry if isinstance(entry, dict) else {}), "text": left, **({} if cutoff is None else {"cutoff": cutoff})}
    folders.replace(path, _rewritten(path, old, label, new if left else None).encode())


def texts_left(path: Path, label: str, text: str | None) -> list[str]:
    """What `remove` leaves of a label. CannotDo where the file has not what is to go; JudgedBad where the label's texts are none."""
    table = table_of(path)
    if label not in table:
        raise CannotDo(f"{path} has no phrases of the label {shown(label)} in it; `sidetone phrases list` says where each stands")
    if text is None:
        return []
    try:
        texts = texts_of(table[label])
    except ValueError as problem:
        raise JudgedBad(f"{path}: {label}: {problem}") from None
    if text not in texts:
        raise CannotDo(f'{path} has no "{shown(text)}" under {label}')
    return [known for known in texts if known != text]


def _text(path: Path) -> str:
    """The file's text, "" where there is none. CannotDo where it is no file or cannot be read."""
    if folders.mode_of(path) is None:
        return ""
    try:
        return path.read_text("utf-8-sig")
    except OSError as fault:
        raise CannotDo(f"cannot read the profile {path}: {fault.strerror}") from fault
    except UnicodeDecodeError as fault:
        raise CannotDo(f"cannot read the profile {path}: not UTF-8 text") from fault


def _table(path: Path, text: str) -> dict[str, Any]:
    try:
        table = tomllib.loads(text).get(TABLE, {})
    except (tomllib.TOMLDecodeError, RecursionError) as fault:
        raise CannotDo(f"the profile {path} is not TOML: {str(fault) or 'nested too deeply'}") from fault
    if not isinstance(table, dict):
        raise JudgedBad(f"{path}: phrases: must be a table; `sidetone profile check {path}` says more")
    return table


def _line(label: str, entry: dict[str, Any]) -> str:
    if set(entry) == {"text"}:
        return f"{label} = {_quoted(entry['text'])}"
    return f"{label} = {{ " + ", ".join(f"{key} = {_quoted(value)}" for key, value in entry.items()) + " }"


def _quoted(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)  # of texts, lists of them and numbers: TOML's notation too


def _rewritten(path: Path, text: str, label: str, entry: dict[str, Any] | None, base: str = "") -> str:
    """A file's text with one label's lines replaced, added or (None) taken out. CannotDo unless it reads back as meant. base: of an empty file."""
    table = _table(path, text)
    lines = text.splitlines()
    where = places(text)
    begin = where.get(f"{TABLE}.{label}", 0)
    fresh = [] if entry is None else [_line(label, entry)]
    if begin:
        end = begin  # the value may go on over several lines: to where the rest of it is whole TOML
        while end < len(lines) and not _whole(lines[begin - 1 : end]):
            end += 1
        old = lines[begin - 1 : end]
        prefix = f"{TABLE}." if old[0].lstrip().startswith(f"{TABLE}.") else ""
        lines[begin - 1 : end] = ["  ".join([f"{prefix}{line}", *remarks(old)]) for line in fresh]
    elif TABLE in where and lines[where[TABLE] - 1].lstrip().startswith("["):
        at = where[TABLE]
        while at < len(lines) and not lines[at].lstrip().startswith("["):
            at += 1
        while at > where[TABLE] and not lines[at - 1].strip():
            at -= 1
        lines[at:at] = fresh
    else:
        lines += [*([""] if lines else [f'base = "{base}"', ""]), f"[{TABLE}]", *fresh]
    new = "\n".join(lines) + "\n"
    wanted = {key: value for key, value in table.items() if key != label}
    try:
        now = tomllib.loads(new)
        rest = tomllib.loads(text) if text else {"base": base}
    except tomllib.TOMLDecodeError:
        now, rest = {}, {}
    found = dict(now.get(TABLE, {}))
    made = found.pop(label, None)
    if isinstance(made, list):
        made = {"text": made}
    if not now or found != wanted or made != entry or {**rest, TABLE: 0} != {**now, TABLE: 0}:
        raise CannotDo(f"{path}: its [phrases] table is laid out in a way this tool does not edit; write the phrase into it by hand")
    return new


def _whole(lines: list[str]) -> bool:
    try:
        tomllib.loads("\n".join(lines))
    except tomllib.TOMLDecodeError:
        return False
    return True
