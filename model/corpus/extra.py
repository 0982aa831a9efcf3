"""Real speech that a site or a developer has: the layouts that `make train EXTRA=DIR` reads.

| layout | text | sound | speaker |
|---|---|---|---|
| ours | `*.csv` with columns `file`, `text`, perhaps `speaker` | the named file, anywhere below DIR | `speaker`, else the csv's name |
| Common Voice | `*.tsv` with columns `path`, `sentence`, `client_id` (validated.tsv where there is one) | `clips/` | `client_id` |
| AISHELL-1 | `transcript/*.txt`, a line `ID word word ...` | `wav/*/SPEAKER/ID.wav`, its archives unpacked | the folder SPEAKER |
| plain | `*.txt` or `*.tsv`, a line `file<tab or blank>text` | the named file or stem, anywhere below DIR | the sound's folder |

WAV, FLAC, MP3 or OGG, any rate, one or more channels (the first is taken). Nothing is unpacked or fetched.
"""

import csv
from pathlib import Path

SOUNDS = (".wav", ".flac", ".mp3", ".ogg")
ARCHIVES = (".tar.gz", ".tgz", ".tar", ".zip")


class CorpusError(SystemExit):
    """The folder cannot be used: one plain line that says what to do."""


def listing(folder):
    """-> [(path of a sound, text, speaker)] in a fixed order, and how many lines of text had no sound. CorpusError, one line."""
    folder = Path(folder)
    if not folder.is_dir():
        raise CorpusError(f"--extra {folder}: no such folder")
    sounds, doubled = {}, set()
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in SOUNDS:
            doubled |= {path.stem} & set(sounds)
            sounds.setdefault(path.stem, path)
    if not sounds:
        packed = [p.name for p in sorted(folder.rglob("*")) if p.name.endswith(ARCHIVES)]
        why = f"unpack {packed[0]} first" if packed else f"{', '.join(SOUNDS)} are read"
        raise CorpusError(f"--extra {folder}: no sound in it; {why}")
    tables = sorted(p for p in folder.rglob("*") if p.suffix in (".csv", ".tsv", ".txt"))
    validated = [p for p in tables if p.name == "validated.tsv"]
    if validated:  # Common Voice's other tables are parts of it, or what was turned down
        tables = [p for p in tables if p.suffix != ".tsv" or p in validated]
    out, absent = [], 0
    for table in tables:
        for name, text, speaker in _rows(table):
            path = sounds.get(Path(name).stem)
            if path is None:
                absent += 1
                continue
            if path.stem in doubled:
                exact = [p for p in (folder / name, table.parent / name) if p.is_file()]
                if not exact:
                    raise CorpusError(f"--extra {folder}: several sounds are called {path.stem}; name them with their folders in {table.name}")
                path = exact[0]
            out.append((path, text, speaker or path.parent.name))
    if not out:
        raise CorpusError(
            f"--extra {folder}: no line of text belongs to a sound; wanted is a .csv with columns file,text, Common Voice's "
            f"validated.tsv, or lines of `file text` in a .txt ({len(tables)} tables and {len(sounds)} sounds were found)"
        )
    return out, absent


def _rows(table):
    """One table -> (file or stem, text, speaker or '')."""
    try:
        with table.open(encoding="utf-8-sig", newline="") as f:
            if table.suffix == ".csv":
                rows = csv.DictReader(f)
                if not {"file", "text"} <= set(rows.fieldnames or ()):
                    return
                for row in rows:
                    yield row["file"], row["text"], row.get("speaker") or table.stem
                return
            first = f.readline()
            head = first.rstrip("\r\n").split("\t")
            if {"path", "sentence"} <= set(head):
                for row in csv.DictReader(f, fieldnames=head, delimiter="\t", quoting=csv.QUOTE_NONE):
                    yield row["path"], row["sentence"], row.get("client_id") or table.stem
                return
            for line in (first, *f):
                name, _, text = line.strip().partition("\t" if "\t" in line else " ")
                yield name, text, ""
    except UnicodeDecodeError:
        raise CorpusError(f"--extra: {table} is not UTF-8 text") from None
