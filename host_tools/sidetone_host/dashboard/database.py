"""The database beneath the store: its URL, its engine, and its complaints turned into one plain line."""

from __future__ import annotations

import os
from pathlib import Path
from types import TracebackType
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event as sa_event
from sqlalchemy import exc as sa_exc

from sidetone_host import folders

BUSY_MS = 5_000  # how long SQLite waits for another program's write before it gives up
POOL_WAIT_S = 10  # how long a reader waits for one of the connections


class StoreError(Exception):
    """The store cannot be read or written just now; one plain line that says why and what to do."""


def default_url() -> str:
    """`SIDETONE_DB`, else a SQLite file under the user's data folder (XDG_DATA_HOME, ~/.local/share)."""
    named = os.environ.get("SIDETONE_DB")
    if named:
        return named
    return f"sqlite:///{folders.data() / 'sidetone.db'}"


def make_engine(url: str) -> sa.Engine:
    """An engine for a SQLite or PostgreSQL URL; StoreError for any other, or where its folder or driver is missing."""
    try:
        parsed = sa.make_url(url)
    except sa_exc.ArgumentError:
        raise StoreError("the store's URL cannot be read; write sqlite:////folder/file.db or postgresql+psycopg://user@host/name") from None
    if parsed.get_backend_name() not in ("sqlite", "postgresql"):
        raise StoreError(f"no store of kind {parsed.get_backend_name()}: use sqlite:/// or postgresql+psycopg://")
    if parsed.get_backend_name() == "postgresql" and parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")  # the driver that our `dashboard` extra brings
    try:
        if parsed.get_backend_name() == "sqlite":
            if parsed.database in (None, "", ":memory:"):
                raise StoreError("a store in memory would forget what was acknowledged: name a file, sqlite:////folder/file.db")
            # figures about people: a folder that we make is its owner's alone
            Path(str(parsed.database)).absolute().parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            return _sqlite_engine(parsed)
        return sa.create_engine(parsed, pool_pre_ping=True, pool_timeout=POOL_WAIT_S)
    except OSError as fault:
        raise StoreError(f"cannot make the store's folder {fault.filename}: {fault.strerror}") from None
    except ModuleNotFoundError as fault:
        raise StoreError(f"the store's driver {fault.name} is not installed: pip install 'sidetone-headset[dashboard]'") from None


def _sqlite_engine(url: sa.URL) -> sa.Engine:
    engine = sa.create_engine(url, connect_args={"check_same_thread": False}, pool_timeout=POOL_WAIT_S)

    @sa_event.listens_for(engine, "connect")
    def set_up(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={BUSY_MS}")
        cursor.execute("PRAGMA journal_mode=WAL")  # readers go on while one writes
        cursor.execute("PRAGMA synchronous=FULL")  # the device forgets a record when we acknowledge it: it must outlive a power cut
        cursor.close()

    return engine


class world:
    """Turns what the database says of the world into one StoreError line; a bug passes as it is."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, _trace: TracebackType | None) -> None:
        if isinstance(fault, sa_exc.DataError):
            raise ValueError("the database takes no such value: " + " ".join(str(fault.orig).split())[:200]) from fault
        if isinstance(fault, sa_exc.DBAPIError):
            raise StoreError(f"the store {self._name} {_reason(str(fault.orig))}") from fault
        if isinstance(fault, sa_exc.TimeoutError):
            raise StoreError(f"the store {self._name} is too busy: no connection came free within {POOL_WAIT_S} s") from fault


_REASONS = (  # what SQLite and PostgreSQL say, and what to do about it
    ("database is locked", "is locked by another program: stop it or wait"),
    ("is full", "has no room left on its disk: free some and try again"),
    ("No space left", "has no room left on its disk: free some and try again"),
    ("not a database", "is not a SQLite file: name another or move it away"),
    ("malformed", "is damaged: restore it from a backup or move it away"),
    ("readonly", "may not be written: check the file's owner and mode"),
    ("unable to open", "cannot be opened: check its folder's owner and mode"),
    ("disk I/O", "cannot be read or written (disk I/O error)"),
)


def _reason(said: str) -> str:
    for words, plain in _REASONS:
        if words in said:
            return plain
    return "does not answer: " + " ".join(said.split())[:200]
