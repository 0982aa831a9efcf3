"""A profile's TOML file -> the compiled profile the device judges by, or every fault of the file at once.

A file holds only differences from a base: `base = "zi-100-120"` names one of `sidetone_host/profiles/`, none means `default-zh`.
A setting is written `key = value`, or `key = { value = …, src = "…" }` with any of the remarks in REMARKS, which the device ignores.
What the settings are, their units and ranges stand in `core/etiquette/settings.py`; what contradicts what in `core/etiquette/profile.py`.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from sidetone.core.etiquette.profile import (
    Profile,
    ProfileError,
    compiled_default,
    contradictions,
    fault_of,
    minutes_of_clock,
    range_text,
    scaled_decimal,
    span_of_hours,
)
from sidetone.core.etiquette.settings import SETTINGS, unit_scale
from sidetone.core.etiquette.site_phrases import phrases_fault
from sidetone_host import folders
from sidetone_host.errors import CannotDo, JudgedBad
from sidetone_host.phrases import site
from sidetone_host.toml_places import places
from sidetone_host.wording import marked

BUNDLED = Path(__file__).parent / "profiles"
DEFAULT_BASE = "default-zh"
BASE_DEPTH = 4  # a site's file, a group's, a country's, ours; more is a circle

REMARKS = ("value", "src", "note", "alt", "conflict", "exception", "use")
_ROWS = {row[0]: row for row in SETTINGS}
_TABLES = {key.rsplit(".", depth)[0] for key in _ROWS for depth in range(1, key.count(".") + 1)}
_NUMBERS = {  # unit -> what to write
    "": marked("a plain number"), "s": marked("a plain number of seconds"), "h": marked("a plain number of hours"),
    "st": marked("a plain number of semitones"), "ratio": marked("a ratio (0.25 is 25 %)"),
}  # fmt: skip
_COUNTED = {"s": marked("counted in seconds"), "ratio": marked("counted in a ratio (0.25 is 25 %)")}
# what people write behind a number or a key: (ending, unit, factor to the unit)
_OTHER_UNITS = (
    ("ms", "s", Decimal("0.001")),
    ("%", "ratio", Decimal("0.01")),
    ("percent", "ratio", Decimal("0.01")),
    ("min", "s", Decimal(60)),
    ("sec", "s", Decimal(1)),
)


class Fault(NamedTuple):
    """One fault of a profile: where (key and line, 0 where the line is unknown) and what to do."""

    key: str
    line: int
    text: str


def names() -> list[str]:
    """The bundled profiles."""
    return sorted(path.stem for path in BUNDLED.glob("*.toml"))


def own() -> Path:
    """This user's own site profile, where `sidetone phrases add` puts phrases. It need not exist."""
    return folders.data() / "site.toml"


def load_or_own(source: Path | None) -> Profile:
    """The profile of a file; without one, this user's own site profile where there is one, else default-zh. CannotDo or JudgedBad as `check`."""
    if source is None and own().exists():
        source = own()
    return load(source)


def load(source: Path | str | None) -> Profile:
    """The profile of a TOML file or of a bundled name; None is default-zh. CannotDo or JudgedBad as `check`."""
    if source is None:
        source = DEFAULT_BASE
    if isinstance(source, str) and source in names():
        source = BUNDLED / f"{source}.toml"
    path = Path(source)
    if not path.exists() and str(source) in names():
        path = BUNDLED / f"{source}.toml"
    return Profile(list(good(path).items()))


def good(path: Path, text: str | None = None) -> dict[str, Any]:
    """What `check` gives of a profile without faults; JudgedBad with all of them where there are some."""
    values, faults = check(path, text)
    if faults:
        raise JudgedBad(report(path, faults))
    return values


def from_command(name: str, values: dict[str, Any]) -> Profile:
    """The profile of a `profile` command: a bundled base's name and differences from it, dotted key -> value as in TOML.
    ValueError with all faults in one line."""
    if name not in names():
        raise ValueError(f"no profile {name!r} is on this device; there are {', '.join(names())}")
    compiled, faults = check(BUNDLED / f"{name}.toml")
    reader = _Reader({}, 0)
    reader.language = _language(compiled)
    for key, value in sorted(values.items(), key=lambda item: item[0] == site.TABLE):
        reader.setting(key, Decimal(repr(value)) if isinstance(value, float) else value)
    compiled.update(reader.values)
    faults += reader.faults or _contradictions(compiled, reader)
    if faults:
        raise ValueError("; ".join(f"{fault.key}: {fault.text}" for fault in faults))
    return Profile(list(compiled.items()))


def report(path: Path, faults: list[Fault]) -> str:
    """All faults, a line each, in the file's order."""
    lines = []
    for fault in sorted(faults, key=lambda fault: fault.line):
        place = f"{path}:{fault.line}" if fault.line else str(path)
        lines.append(f"{place}: {fault.key}: {fault.text}")
    count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
    return "\n".join([*lines, f"{path}: {count}"])


def check(path: Path, text: str | None = None) -> tuple[dict[str, Any], list[Fault]]:
    """(compiled settings that the file and its bases set, all faults). CannotDo where the file cannot be read or is not TOML.

    text: what the file is to hold, where that is not yet written."""
    return _check(path, 0, text)


def lineage(path: Path) -> list[Path]:
    """The file of a profile without faults, and its bases', the nearest first."""
    files = [path]
    while (base := _base_of(files[-1], _read(files[-1])[1])) is not None:
        files.append(_file_of(files[-1], base))
    return files


def language_of(source: Path | None) -> str:
    """The language of a profile's calls, its own or its bases', whatever else is wrong with it; of this user's own profile without a file, and of
    the default where there is none. CannotDo where the file cannot be read or is not TOML."""
    if source is None and not own().exists():
        return _language({})
    return _language(check(source or own())[0])


def _language(values: dict[str, Any]) -> str:
    """Of compiled settings."""
    return str(values.get("language", compiled_default(_ROWS["language"])))


def _base_of(path: Path, tree: dict[str, Any]) -> Any:
    """What a file's tree names as its base, None where it has none."""
    base = tree.get("base")
    if isinstance(base, dict):
        base = base.get("value")
    return DEFAULT_BASE if base is None and path.parent != BUNDLED else base


def _file_of(path: Path, base: str) -> Path:
    """The file of a base that the file at `path` names."""
    return path.parent / base if base.endswith(".toml") else BUNDLED / f"{base}.toml"


def _check(path: Path, depth: int, text: str | None = None) -> tuple[dict[str, Any], list[Fault]]:
    text, tree = _read(path, text)
    reader = _Reader(places(text), depth)
    values: dict[str, Any] = {}
    base = _base_of(path, tree)
    tree.pop("base", None)
    if base is not None:
        values.update(reader.base(path, base, depth))
    reader.language = _language(values)
    # phrases last: the file's language may stand behind them
    reader.table("", dict(sorted(tree.items(), key=lambda item: item[0] == site.TABLE)))
    # a base's phrases in another language are not said in these calls
    base_phrases = values.get(site.TABLE, ()) if reader.language == _language(values) else ()
    values.pop(site.TABLE, None)
    values.update(reader.values)
    if base_phrases or site.TABLE in reader.values:
        values[site.TABLE] = site.merged(base_phrases, reader.values.get(site.TABLE, ()))
        too_many = phrases_fault(values[site.TABLE])  # each file by itself is within the bounds
        if too_many is not None and site.TABLE in reader.values:
            reader.fault(site.TABLE, f"{too_many}, those of the base with them")
    # contradictions are looked for among valid values only: one mistake is one fault
    return values, reader.faults + _contradictions(values, reader)


def _read(path: Path, text: str | None = None) -> tuple[str, dict[str, Any]]:
    try:
        if text is None:
            text = path.read_text("utf-8-sig")  # some editors put a byte order mark in front
    except OSError as fault:
        raise CannotDo(f"cannot read the profile {path}: {fault.strerror}") from fault
    except UnicodeDecodeError as fault:
        raise CannotDo(f"cannot read the profile {path}: not UTF-8 text") from fault
    try:
        return text, tomllib.loads(text, parse_float=Decimal)
    except (tomllib.TOMLDecodeError, RecursionError) as fault:
        raise CannotDo(f"the profile {path} is not TOML: {str(fault) or 'nested too deeply'}") from fault


def _contradictions(values: dict[str, Any], reader: _Reader) -> list[Fault]:
    def get(key: str) -> Any:
        return values[key] if key in values else compiled_default(_ROWS[key])

    faults = []
    for keys, text in contradictions(get):
        if any(key in reader.faulty for key in keys):
            continue
        # the place is the first of the keys that this file sets; the others are named
        own = [key for key in keys if key in reader.values]
        shown = ", ".join(f"{key} = {show(key, get(key))}" for key in keys)
        mark = "contradiction: " if len(keys) > 1 else ""
        faults.append(Fault(own[0] if own else keys[0], reader.line(own[0]) if own else 0, f"{mark}{text} ({shown})"))
    return faults


class _Reader:
    """Walks one TOML tree and collects compiled values and faults."""

    def __init__(self, lines: dict[str, int], depth: int) -> None:
        self._lines = lines
        self._depth = depth
        self.language = _language({})  # of the calls, as far as it is read
        self.values: dict[str, Any] = {}
        self.faults: list[Fault] = []
        self.faulty: set[str] = set()

    def line(self, key: str) -> int:
        """The line of a key, or of the nearest table above it."""
        while key and key not in self._lines:
            key = key.rpartition(".")[0]
        return self._lines.get(key, 0)

    def fault(self, key: str, text: str) -> None:
        self.faulty.add(key)
        self.faults.append(Fault(key, self.line(key), text))

    def base(self, path: Path, base: Any, depth: int) -> dict[str, Any]:
        """The compiled settings of the base, {} with a fault where there is none."""
        if not isinstance(base, str) or (base not in names() and not base.endswith(".toml")):
            self.fault("base", f"no profile {base!r}; write one of {', '.join(names())}, or the path of a .toml file")
            return {}
        other = _file_of(path, base)
        if depth >= BASE_DEPTH:
            self.fault("base", "bases lead in a circle, or deeper than four; name a bundled profile")
            return {}
        try:
            values, faults = _check(other, depth + 1)
        except CannotDo as fault:
            self.fault("base", str(fault))
            return {}
        if faults:
            self.fault("base", f"the base {other} has {len(faults)} faults of its own; `sidetone profile check {other}` lists them")
        return values

    def table(self, prefix: str, tree: dict[str, Any]) -> None:
        """Every entry of a table: settings, and tables below it."""
        for name, value in tree.items():
            key = prefix + name
            if key == site.TABLE:
                self.setting(key, value)
            elif isinstance(value, dict) and "value" not in value and (key in _TABLES or key not in _ROWS):
                if key in _TABLES:
                    # `day_parts = { morning = …, src = … }` is a table with a remark
                    self.table(key + ".", {inner: item for inner, item in value.items() if inner not in REMARKS})
                else:
                    self.unknown(key, is_table=True)
            elif isinstance(value, dict):
                self.remarked(key, value)
            else:
                self.setting(key, value)

    def remarked(self, key: str, entry: dict[str, Any]) -> None:
        """`key = { value = …, remarks… }`; other names in it are settings of their own, such as `order.enforce`."""
        if "value" not in entry:
            self.fault(key, "has no `value`; write { value = …, src = … }")
        else:
            self.setting(key, entry["value"])
        for name, value in entry.items():
            if name in REMARKS:
                continue
            if f"{key}.{name}" in _ROWS:
                self.setting(f"{key}.{name}", value)
            else:
                self.fault(f"{key}.{name}", f"is not known here; remarks are {', '.join(REMARKS[1:])}")

    def setting(self, key: str, value: Any) -> None:
        """One setting in TOML's types."""
        row = _ROWS.get(key)
        if row is None:
            self.unknown(key, is_table=False, value=value)
            return
        compiled, text = _compile(row, value, self.language)
        if text is None:
            text = fault_of(row, compiled)
        if text is not None:
            self.fault(key, text)
        else:
            self.values[key] = compiled
            self.language = _language({"language": self.language, **self.values})

    def unknown(self, key: str, is_table: bool, value: Any = None) -> None:
        """A fault for a key that is not a setting, with the likeliest meaning."""
        what = "table" if is_table else "setting"
        stem, _, ending = key.rpartition("_")
        for other, unit, factor in _OTHER_UNITS:
            row = _ROWS.get(f"{stem}_{unit}")
            if ending == other and row is not None:
                name = row[0].rpartition(".")[2]
                if isinstance(value, int | Decimal) and not isinstance(value, bool):
                    name += f" = {_plain(Decimal(value) * factor)}"
                self.fault(key, f"is not a setting; it is {_COUNTED[unit]}, write {name}")
                return
        near = difflib.get_close_matches(key, list(_TABLES if is_table else _ROWS), 1, 0.6)
        if not near and not is_table:
            same = [known for known in _ROWS if known.rpartition(".")[2] == key.rpartition(".")[2]]
            near = same[:1]
        hint = f"did you mean {near[0]}?" if near else f"`sidetone profile settings` lists every {what}"
        self.fault(key, f"is not a {what}; {hint}")


def _plain(number: Decimal) -> str:
    return format(number.normalize(), "f")


def _compile(row: tuple[Any, ...], value: Any, language: str) -> tuple[Any, str | None]:
    """(compiled value, None) or (None, what is wrong); `language` is that of the calls."""
    kind = row[3]
    if kind in ("number", "whole"):
        return _number(row, value, whole=kind == "whole")
    if kind == "span":
        items = value if isinstance(value, list) else [value, value]
        if len(items) != 2:
            return None, f"must be one number or [low, high], {range_text(row)}"
        compiled = []
        for item in items:
            number, text = _number(row, item, whole=False)
            if text is not None:
                return None, text
            compiled.append(number)
        return tuple(compiled), None
    if kind == "clock":
        minutes = minutes_of_clock(value) if isinstance(value, str) else None
        return (minutes, None) if minutes is not None else (None, f'is {shown(value)}; write a time of day such as "05:00"')
    if kind == "hours":
        spans = [span_of_hours(item) if isinstance(item, str) else None for item in value] if isinstance(value, list) else [None]
        return (
            (tuple(spans), None) if None not in spans else (None, f'is {shown(value)}; write a list such as ["12:00-14:00", "21:00-08:00"]')
        )
    if kind == "flag":
        return (value, None) if isinstance(value, bool) else (None, f"is {shown(value)}; write true or false, without quotes")
    if kind == "words":
        if not isinstance(value, list) or not value or not all(isinstance(item, str) and item for item in value):
            return None, f'is {shown(value)}; write a list of texts such as ["再见"]'
        return tuple(value), None
    if kind == "phrases":
        return site.compiled(value, language)
    if kind == "choice":
        near = difflib.get_close_matches(str(value), row[6], 1, 0.6)
        fault = f"is {shown(value)}, must be one of {', '.join(row[6])}"
        return (value, None) if value in row[6] else (None, f"{fault}; did you mean {near[0]}?" if near else fault)
    return (value, None) if isinstance(value, str) and value else (None, f"is {shown(value)}; write a text in quotes")


def _number(row: tuple[Any, ...], value: Any, whole: bool) -> tuple[int | None, str | None]:
    unit = row[2]
    counted = f"a plain number of {unit}"
    counted = _NUMBERS.get(unit, counted)
    if isinstance(value, str):
        meant = _meant(value, unit)
        return None, f"is the text {shown(value)}; write {counted}: {meant}" if meant else f"is the text {shown(value)}; write {counted}"
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None, f"is {shown(value)}; write {counted}, {range_text(row)}"
    number = Decimal(value)
    if not number.is_finite():
        return None, f"is {value}; write {counted}, {range_text(row)}"
    if whole and number != number.to_integral_value():
        return None, f"is {value}; write a whole number, {range_text(row)}"
    if not Decimal(row[4]) <= number <= Decimal(row[5]):
        fault = f"is {_plain(number)}, out of range; allowed is {range_text(row)}"
        return None, _with_hint(fault, row, number)
    return scaled_decimal(format(number, "f"), unit_scale(unit)), None


def _with_hint(fault: str, row: tuple[Any, ...], number: Decimal) -> str:
    """The fault; milliseconds or per cent given for seconds or a ratio?"""
    for name, unit, factor in _OTHER_UNITS[:2]:
        if row[2] == unit and Decimal(row[4]) <= number * factor <= Decimal(row[5]):
            return f"{fault}; if {_plain(number)} {name} are meant, write {_plain(number * factor)}"
    return fault


def _meant(text: str, unit: str) -> str:
    """`5` for "5 s", `5` for "5000 ms", nothing where the text is not a number with a unit."""
    match = re.fullmatch(r"\s*([-+]?\d+(?:\.\d+)?)\s*([A-Za-z%]*)\s*", text)
    if match is None:
        return ""
    number = Decimal(match[1])
    written = match[2].lower()
    if written in ("", unit.lower(), "seconds", "second", "decibel"):
        return _plain(number)
    for name, to_unit, factor in _OTHER_UNITS:
        if written == name and to_unit == unit:
            return _plain(number * factor)
    return ""


def shown(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{value}"'
    return str(value)


def show(key: str, compiled: Any) -> str:
    """A compiled value as it is written in TOML."""
    row = _ROWS[key]
    kind = row[3]
    scale = unit_scale(row[2])
    if kind in ("number", "whole"):
        return _plain((Decimal(compiled) / scale).quantize(Decimal("0.01"))) if scale > 1 else str(compiled)
    if kind == "span":
        low, high = (_plain((Decimal(item) / scale).quantize(Decimal("0.01"))) if scale > 1 else str(item) for item in compiled)
        return low if low == high else f"[{low}, {high}]"
    if kind == "clock":
        return f'"{compiled // 60:02}:{compiled % 60:02}"'
    if kind == "hours":
        return "[" + ", ".join(f'"{a // 60:02}:{a % 60:02}-{b // 60:02}:{b % 60:02}"' for a, b in compiled) + "]"
    if kind == "words":
        return "[" + ", ".join(f'"{word}"' for word in compiled) + "]"
    if kind == "phrases":
        return "; ".join(f"{label}: {', '.join(texts)}" for label, _cutoff, texts in compiled) or "none"
    return shown(compiled)


__all__ = ["Fault", "Profile", "ProfileError", "check", "from_command", "good", "lineage", "load", "load_or_own", "names", "own", "report", "show"]
