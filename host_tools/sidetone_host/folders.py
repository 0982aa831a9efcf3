"""Where Sidetone keeps what outlives a run (one folder of the user's, never the repository), and how a file of it is written."""

from __future__ import annotations

import os
from pathlib import Path

from sidetone_host.errors import CannotDo


def data() -> Path:
    """The user's data folder for Sidetone: $XDG_DATA_HOME/sidetone, else ~/.local/share/sidetone. Not made here."""
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "sidetone"


def replace(path: Path, data: bytes, *, private: bool = False, make_folders: bool = False) -> None:
    """Write a file whole; one that is there stays as it was until then. private: for its owner alone, and so are the folders that are
    made. CannotDo, one line, where it cannot be written."""
    new = path.with_name(path.name + ".new")
    try:
        if make_folders:
            path.parent.mkdir(mode=0o700 if private else 0o777, parents=True, exist_ok=True)
        with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600 if private else 0o666), "wb") as file:
            file.write(data)
        os.replace(new, path)
    except OSError as fault:
        raise CannotDo(f"cannot write {path}: {fault.strerror}") from fault
