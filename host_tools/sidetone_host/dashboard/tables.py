"""The store's tables: what is asked for by value is a column, and the whole message is kept beside it as JSON text.

| table     | one row is                                   | told apart by                | grows by                         |
|-----------|----------------------------------------------|------------------------------|----------------------------------|
| devices   | a device that was ever heard                 | site, device                 | a row a device                   |
| calls     | a call record                                | site, device, boot, seq      | about 1.5 KiB a call             |
| intervals | 5 s of a call (the call page's timeline)     | site, device, boot, seq      | about 0.3 KiB each, 720 an hour  |
| events    | a finding or a phrase label in a call        | site, device, boot, seq      | about 0.2 KiB each               |
| store     | the one row that holds the schema's version  |                              |                                  |

`boot` is text whatever the device sends, because it is an identity and not a number. Every time is in seconds since 1970 UTC.
"""

from __future__ import annotations

import sqlalchemy as sa

SCHEMA_VERSION = 1  # raise it with every change below, and teach `store.Store` to carry the older store over

NAME_CHARS = 64  # longest site, device or boot that is stored; docs/mqtt.md allows no more

metadata = sa.MetaData()

# SQLite numbers rows by itself only where the key is exactly INTEGER; PostgreSQL should not run out at 2**31 rows.
_ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

store = sa.Table("store", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("schema_version", sa.Integer, nullable=False))

devices = sa.Table(
    "devices",
    metadata,
    sa.Column("site", sa.String(NAME_CHARS), primary_key=True),
    sa.Column("device", sa.String(NAME_CHARS), primary_key=True),
    sa.Column("first_seen", sa.Float, nullable=False),
    sa.Column("last_seen", sa.Float, nullable=False),
    sa.Column("availability", sa.String(16)),  # online, offline, or null before the first word of it
    sa.Column("availability_at", sa.Float),
    sa.Column("meta", sa.Text),  # the newest `meta` message
)


def _of_a_call(name: str, *columns: sa.Column[object]) -> sa.Table:
    """A table whose rows come from a device's numbered messages; a message that comes twice is one row."""
    return sa.Table(
        name,
        metadata,
        sa.Column("id", _ROW_ID, primary_key=True, autoincrement=True),
        sa.Column("site", sa.String(NAME_CHARS), nullable=False),
        sa.Column("device", sa.String(NAME_CHARS), nullable=False),
        sa.Column("boot", sa.String(NAME_CHARS), nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("call_number", sa.BigInteger),
        sa.Column("at", sa.Float, nullable=False),  # the device's clock where it knows the time, else when it arrived
        sa.Column("received_at", sa.Float, nullable=False),
        *columns,
        sa.Column("message", sa.Text, nullable=False),
        sa.UniqueConstraint("site", "device", "boot", "seq", name=f"{name}_once"),
    )


calls = _of_a_call(
    "calls",
    sa.Column("clock_known", sa.Boolean, nullable=False),  # false: `at` is the time of arrival, the device knew none
    sa.Column("truncated", sa.Boolean, nullable=False),
    sa.Column("duration_s", sa.Float),
    sa.Column("answer_s", sa.Float),
    sa.Column("talk_ratio", sa.Float),
    sa.Column("rate_speaking_per_min", sa.Float),
    sa.Column("level_dbfs", sa.Float),
    sa.Column("findings_count", sa.Integer, nullable=False),
)
intervals = _of_a_call("intervals", sa.Column("t_ms", sa.BigInteger))
events = _of_a_call(
    "events",
    sa.Column("t_ms", sa.BigInteger),
    sa.Column("rule", sa.String(NAME_CHARS)),
    sa.Column("label", sa.String(NAME_CHARS)),
)

sa.Index("calls_by_time", calls.c.at, calls.c.id)
sa.Index("calls_by_device", calls.c.site, calls.c.device, calls.c.at)
sa.Index("intervals_of_call", intervals.c.site, intervals.c.device, intervals.c.boot, intervals.c.call_number)
sa.Index("events_of_call", events.c.site, events.c.device, events.c.boot, events.c.call_number)
sa.Index("intervals_by_time", intervals.c.at)
sa.Index("events_by_time", events.c.at)
