"""Where Sidetone keeps what outlives a run (one folder of the user's, never the repository), and how a file of it is written."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from sidetone_host.errors import CannotDo
from sidetone_host.wording import marked

_KINDS = {stat.S_IFDIR: marked("a folder"), stat.S_IFCHR: marked("a device"), stat.S_IFBLK: marked("a device"), stat.S_IFIFO: marked("a pipe"),
          stat.S_IFSOCK: marked("a socket")}  # fmt: skip
_OTHER_KIND = marked("a special one")


def data() -> Path:
    """The user's data folder for Sidetone: $XDG_DATA_HOME/sidetone, else ~/.local/share/sidetone. Not made here."""
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "sidetone"


def replace(path: Path, data: bytes, *, private: bool = False, make_folders: bool = False) -> None:
    """Write a file whole; one that is there stays as it was until then, and keeps its mode; a link to it stays a link. private: for its owner
    alone, and so are the folders that are made. CannotDo, one line, where it cannot be written or is no file but a device, say."""
    target = Path(os.path.realpath(path))
    new = target.with_name(target.name + ".new")
    try:
        if make_folders:
            target.parent.mkdir(mode=0o700 if private else 0o777, parents=True, exist_ok=True)
        kept = mode_of(target)
        mode = 0o600 if private else kept
        try:
            with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666 if mode is None else 0o600), "wb") as file:
                if mode is not None:
                    os.fchmod(file.fileno(), mode)
                file.write(data)
            os.replace(new, target)
        except OSError:
            new.unlink(missing_ok=True)
            raise
    except OSError as fault:
        raise CannotDo(f"cannot write {path}: {fault.strerror}") from fault


def mode_of(path: Path) -> int | None:
    """The permissions of a file, None where there is none. CannotDo where something else is there, which must not be read to its end or replaced."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(mode):
        raise CannotDo(f"{path} is not a file but {_KINDS.get(stat.S_IFMT(mode), _OTHER_KIND)}; name a file")
    return stat.S_IMODE(mode)
