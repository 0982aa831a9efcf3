"""Real speech that a site or a developer has: the layouts that `make train EXTRA=DIR` and `make evaluate REAL=DIR` read.

| layout | text | sound | speaker |
|---|---|---|---|
| ours | `*.csv` with columns `file`, `text`, perhaps `speaker`, `lang`, `text_from` | the named file, anywhere below DIR, in the folders that are named with it | `speaker`, else the csv's name |
| Common Voice | `*.tsv` with columns `path`, `sentence`, `client_id` (beside a validated.tsv that one alone) | `clips/` | `client_id` |
| AISHELL-1 | `transcript/*.txt`, a line `ID word word ...` | `wav/*/SPEAKER/ID.wav`, its archives unpacked | the folder SPEAKER |
| plain | `*.txt` or `*.tsv`, a line `file<tab or blank>text` | the named file or stem, anywhere below DIR | the sound's folder |

WAV, FLAC, MP3 or OGG, any rate, one or more channels (the first is taken). Nothing is unpacked or fetched. Tables in UTF-8.
"""

import csv
import hashlib
from pathlib import Path
from typing import NamedTuple

SOUNDS = (".wav", ".flac", ".mp3", ".ogg")
TABLES = (".csv", ".tsv", ".txt")
ARCHIVES = (".tar.gz", ".tgz", ".tar", ".zip")
COLUMNS = (("file", "text", "speaker"), ("path", "sentence", "client_id"))  # ours, Common Voice's


class CorpusError(SystemExit):
    """The folder cannot be used: one plain line that says what to do."""


class Row(NamedTuple):
    """A sound and what is said in it."""

    path: Path
    text: str
    speaker: str
    lang: str = ""  # a language's code; '': not said
    text_from: str = "human"  # who wrote the text


class LeftOut(ValueError):
    """Why something of a corpus is not used: its kind, in the plural."""


def told(left_out):
    """[(kind, name)] of what is not used -> '; left out: texts that cannot be read (3, first: a.wav), ...', or ''."""
    names = {}
    for kind, name in left_out:
        names.setdefault(str(kind), []).append(name)
    return "; left out: " * bool(names) + ", ".join(f"{kind} ({len(found)}, first: {found[0]})" for kind, found in names.items())


def listing(folder):
    """-> ([Row] in a fixed order, each sound once, [(kind, name)] of what is left out). CorpusError, one line, where nothing is left."""
    folder = Path(folder)
    if not folder.is_dir():
        raise CorpusError(f"{folder}: no such folder")
    every = sorted(path for path in folder.rglob("*") if path.is_file())
    sounds = {}
    for path in every:
        if path.suffix.lower() in SOUNDS:
            sounds.setdefault(path.stem, []).append(path)
    if not sounds:
        packed = [p.name for p in every if p.name.endswith(ARCHIVES)]
        why = f"unpack {packed[0]} first" if packed else f"{', '.join(SOUNDS)} are read"
        raise CorpusError(f"{folder}: no sound in it; {why}")
    # Beside a validated.tsv lie Common Voice's other tables: parts of it, or what was turned down.
    validated = {p.parent for p in every if p.name == "validated.tsv"}
    tables = [p for p in every if p.suffix.lower() in TABLES and (p.suffix.lower() != ".tsv" or p.parent not in validated or p.name == "validated.tsv")]
    out, left_out = {}, []
    for table in tables:
        found, absent = [], []
        try:
            for row in _rows(table, left_out):
                path = _sound(folder, table, row.path, sounds)
                if path is None:
                    absent.append(row.path.name)
                else:
                    found.append(row._replace(path=path, speaker=row.speaker or path.parent.name))
        except (csv.Error, LeftOut, UnicodeDecodeError) as fault:
            left_out.append((fault if isinstance(fault, LeftOut) else "tables that are not UTF-8 text", table.name))
            continue
        if not found:  # a list of something else, a licence, a read-me
            left_out.append(("tables that name no sound of the folder", table.name))
            continue
        left_out += [("rows without their sound", name) for name in absent]
        for row in found:
            if row.path in out:
                left_out.append(("rows for a sound that has one", row.path.name))
            else:
                out[row.path] = row
    if not out:
        raise CorpusError(
            f"{folder}: no line of text belongs to a sound; wanted is a .csv with columns file,text, Common Voice's validated.tsv, or lines of "
            f"`file text` in a .txt ({sum(map(len, sounds.values()))} sounds{told(left_out) or ' and no table were found'})"
        )
    return list(out.values()), left_out


def contents(folder):
    """A number that is another one where the corpus is: of its sounds' names and sizes, and of what is said of them."""
    rows, _ = listing(folder)
    told_apart = [(str(row.path.relative_to(folder)), row.path.stat().st_size, *row[1:]) for row in rows]
    return hashlib.sha256(repr(told_apart).encode()).hexdigest()


def _sound(folder, table, name, sounds):
    """The sound that a row of the table names, with or without its ending and some of its folders, or None. CorpusError, one line, where it may be
    several."""
    wanted = name.with_suffix("") if name.suffix.lower() in SOUNDS else name
    # Either may have more folders in front: a list knows those that the corpus was unpacked out of, a bare name none.
    called = [path for path in sounds.get(wanted.name, ()) if _ends_alike(wanted, path.relative_to(folder).with_suffix(""))]
    if len(called) < 2:
        return called[0] if called else None
    exact = {place.resolve() for place in (folder / name, table.parent / name)}
    chosen = [path for path in called if path.resolve() in exact]
    if len(chosen) != 1:
        raise CorpusError(f"{folder}: several sounds are called {wanted}; name them with their folders in {table.name}")
    return chosen[0]


def _ends_alike(one, other):
    """Whether one path's last parts are the whole other."""
    shared = min(len(one.parts), len(other.parts))
    return one.parts[-shared:] == other.parts[-shared:]


def _rows(table, left_out):
    """One table -> Rows, their `path` as the table gives it; rows that cannot be told apart join `left_out`. LeftOut, csv.Error or UnicodeDecodeError
    for what is no such table."""
    comma = table.suffix.lower() == ".csv"
    layout = {} if comma else {"delimiter": "\t", "quoting": csv.QUOTE_NONE}
    with table.open(encoding="utf-8-sig", newline="") as f:
        first = f.readline()
        head = next(csv.reader([first], **layout), [])
        for file, text, speaker in COLUMNS:
            if {file, text} <= set(head):
                for row in csv.DictReader(f, fieldnames=head, **layout):
                    if None in row:
                        left_out.append(("rows with more columns than the head (a text that holds a comma is put in quotes)", row[file]))
                        continue
                    row = {name: value or "" for name, value in row.items()}
                    if row[file]:
                        yield Row(Path(row[file]), row[text], row.get(speaker) or table.stem, row.get("lang", ""), row.get("text_from") or "human")
                return
        if comma:
            raise LeftOut(f"tables with the columns {', '.join(head)} instead of file,text")
        for line in (first, *f):
            name, _, text = line.strip().partition("\t" if "\t" in line else " ")
            if name:
                yield Row(Path(name), text, "")
