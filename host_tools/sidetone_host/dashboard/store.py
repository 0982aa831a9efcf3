"""The store: devices, call records and their timelines, in SQLite (default) or PostgreSQL by SQLAlchemy URL.

Every `put_*` is one transaction, on disk when it returns, so that the ingest may acknowledge it; a message that comes again
(same site, device, boot and seq) changes nothing. `put_all` stores many messages in one transaction.

Two kinds of failure:
    StoreError    the world: locked, full, unreadable, wrong URL. One plain line; the message may be tried again later.
    ValueError    the message can never be stored (no boot or seq, a NaN, far too long). Count it and let it go.

Limits: 64 KiB a message, 64 characters a site, device or boot id. Retention: `prune` removes what is older than asked; the
dashboard keeps timelines (intervals, events) for 92 days, the three months of a trend, and call records until it is told otherwise.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterable
from types import TracebackType
from typing import Any, Self

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from sidetone_host.dashboard import tables
from sidetone_host.dashboard.database import StoreError, default_url, make_engine, world
from sidetone_host.dashboard.rows import ROW_OF, TABLES, Message, Row, as_json, checked_name, with_message

PRUNE_ROWS = 10_000  # removed in one transaction, so that what arrives meanwhile waits for a fraction of a second at most

__all__ = ["Store", "StoreError", "default_url"]


class Store:
    """One database. Safe to use from several threads; every method raises StoreError when the world is at fault."""

    def __init__(self, url: str | None = None) -> None:
        self._engine = make_engine(url or default_url())
        self.name = self._engine.url.render_as_string(hide_password=True)
        self._insert = sqlite.insert if self._engine.dialect.name == "sqlite" else postgresql.insert
        # SQLite has one writer at a time; queueing our own threads here keeps them from racing for its lock
        self._writing = threading.Lock()
        try:
            self._prepare()
        except StoreError:
            self._engine.dispose()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        self._engine.dispose()

    # --- writing -------------------------------------------------------------------------------------------------------------

    def put_call(self, site: str, device: str, message: Message) -> bool:
        """Store a call record. True if it was new, False if it was there already."""
        return self.put_all([("call", site, device, message)]) == 1

    def put_interval(self, site: str, device: str, message: Message) -> bool:
        """Store 5 s of a call. True if new."""
        return self.put_all([("interval", site, device, message)]) == 1

    def put_event(self, site: str, device: str, message: Message) -> bool:
        """Store a finding or a phrase. True if new."""
        return self.put_all([("event", site, device, message)]) == 1

    def put_all(self, messages: Iterable[tuple[str, str, str, Message]]) -> int:
        """Store (kind, site, device, message) rows, kind in call, interval, event, in one transaction: all of them or none.

        Returns how many were new. ValueError names the first message that can't be stored; then nothing was.
        """
        now = time.time()
        rows = [(TABLES[kind], ROW_OF[kind](site, device, message, now)) for kind, site, device, message in messages]
        new = 0
        with self._writing, world(self.name), self._engine.begin() as connection:
            for site, device in sorted({(row["site"], row["device"]) for _, row in rows}):
                self._touch(connection, site, device, now, {})
            for table, row in rows:
                # RETURNING gives a row for each that was new; PostgreSQL's driver counts no rows by itself
                put = self._insert(table).values(row).on_conflict_do_nothing().returning(table.c.id)
                new += len(connection.execute(put).all())
        return new

    def put_meta(self, site: str, device: str, message: Message) -> None:
        """Keep a device's newest `meta` (firmware, board, profile)."""
        self._touch_alone(site, device, {"meta": as_json(message)})

    def set_availability(self, site: str, device: str, state: str, at: float | None = None) -> None:
        """Keep what was last said of a device: `online` or `offline` (its last will)."""
        if state not in ("online", "offline"):
            raise ValueError(f"availability is online or offline, not {state!r}")
        self._touch_alone(site, device, {"availability": state, "availability_at": time.time() if at is None else at})

    def prune(self, timelines_before: float | None = None, calls_before: float | None = None) -> int:
        """Remove timelines and call records older than these times (None: keep), some at a time. Returns how many rows went."""
        gone = 0
        for table, before in ((tables.intervals, timelines_before), (tables.events, timelines_before), (tables.calls, calls_before)):
            if before is not None:
                old = sa.select(table.c.id).where(table.c.at < before).limit(PRUNE_ROWS)
                went = PRUNE_ROWS
                while went == PRUNE_ROWS:
                    with self._writing, world(self.name), self._engine.begin() as connection:
                        went = connection.execute(table.delete().where(table.c.id.in_(old))).rowcount
                    gone += went
        return gone

    def _touch_alone(self, site: str, device: str, values: Row) -> None:
        checked_name(site, "site"), checked_name(device, "device")
        with self._writing, world(self.name), self._engine.begin() as connection:
            self._touch(connection, site, device, time.time(), values)

    def _touch(self, connection: sa.Connection, site: str, device: str, now: float, values: Row) -> None:
        row = {"site": site, "device": device, "first_seen": now, "last_seen": now, **values}
        news = {"last_seen": now, **values}
        connection.execute(self._insert(tables.devices).values(row).on_conflict_do_update(index_elements=["site", "device"], set_=news))

    # --- reading -------------------------------------------------------------------------------------------------------------

    def check(self) -> None:
        """Read the schema's version: StoreError unless the store answers and is ours."""
        with world(self.name), self._engine.connect() as connection:
            version = connection.execute(sa.select(tables.store.c.schema_version)).scalar()
        if version != tables.SCHEMA_VERSION:
            ours = tables.SCHEMA_VERSION
            raise StoreError(f"the store {self.name} has schema {version}, this sidetone reads {ours}: use the sidetone that wrote it")

    def sizes(self) -> dict[str, int]:
        """About how many rows each table has, for /metrics: told by the row numbers, because counting millions takes seconds."""
        found = {}
        with world(self.name), self._engine.connect() as connection:
            for table in (tables.calls, tables.intervals, tables.events):
                last, first = connection.execute(sa.select(sa.func.max(table.c.id), sa.func.min(table.c.id))).one()
                found[table.name] = 0 if last is None else int(last - first + 1)
        return found

    def counts(self) -> dict[str, int]:
        """Exactly how many rows each table has."""
        named = (tables.devices, tables.calls, tables.intervals, tables.events)
        with world(self.name), self._engine.connect() as connection:
            return {table.name: int(connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()) for table in named}

    def devices(self) -> list[Row]:
        """Every device ever heard, by site and name; `meta` is an object or None."""
        found = self._rows(sa.select(tables.devices).order_by(tables.devices.c.site, tables.devices.c.device))
        for row in found:
            row["meta"] = None if row["meta"] is None else json.loads(row["meta"])
        return found

    def calls(
        self,
        since: float | None = None,
        until: float | None = None,
        device: str | None = None,
        site: str | None = None,
        with_findings: bool = False,
        before: tuple[float, int] | None = None,
        limit: int = 200,
    ) -> list[Row]:
        """Calls, newest first: since <= at < until, at most `limit`; `before` = (at, id) of the last one of the page before."""
        table = tables.calls
        wanted = sa.select(table)
        if since is not None:
            wanted = wanted.where(table.c.at >= since)
        if until is not None:
            wanted = wanted.where(table.c.at < until)
        if site is not None:
            wanted = wanted.where(table.c.site == site)
        if device is not None:
            wanted = wanted.where(table.c.device == device)
        if with_findings:
            wanted = wanted.where(table.c.findings_count > 0)
        if before is not None:
            at, row_id = before
            wanted = wanted.where(sa.or_(table.c.at < at, sa.and_(table.c.at == at, table.c.id < row_id)))
        return [with_message(row) for row in self._rows(wanted.order_by(table.c.at.desc(), table.c.id.desc()).limit(limit))]

    def call(self, call_id: int) -> Row | None:
        """One call with its `intervals` and `events` (messages, in the call's order), or None if there is no such call."""
        found = self._rows(sa.select(tables.calls).where(tables.calls.c.id == call_id))
        if not found:
            return None
        call = with_message(found[0])
        for table in (tables.intervals, tables.events):
            same = sa.and_(*(table.c[key] == call[key] for key in ("site", "device", "boot", "call_number")))
            rows = self._rows(sa.select(table.c.message).where(same).order_by(table.c.t_ms, table.c.seq))
            call[table.name] = [json.loads(row["message"]) for row in rows]
        return call

    def _rows(self, query: sa.Select[Any]) -> list[Row]:
        with world(self.name), self._engine.connect() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def _prepare(self) -> None:
        """Make the tables of a new store, refuse one of another schema."""
        with self._writing, world(self.name), self._engine.begin() as connection:
            tables.metadata.create_all(connection)
            first = {"id": 1, "schema_version": tables.SCHEMA_VERSION}
            connection.execute(self._insert(tables.store).values(first).on_conflict_do_nothing())
        self.check()
