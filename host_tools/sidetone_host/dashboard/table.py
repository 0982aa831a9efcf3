"""Calls as other programs read them: JSON objects, and CSV that a spreadsheet opens without running anything."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from sidetone_host.dashboard import fields
from sidetone_host.dashboard.rows import Row

_IDENTITY = ("id", "site", "device", "call", "ended_at", "clock_known", "truncated", "tag")
CSV_COLUMNS = (*_IDENTITY, *fields.FIELD_OF, *fields.MAPS)

# A cell that begins so is a formula to Excel, LibreOffice and Google Sheets (OWASP, CSV injection); what devices say is not to be run.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def iso(at: float | None) -> str | None:
    """Seconds since 1970 -> `2026-11-21T20:15:02.125Z`."""
    if at is None:
        return None
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def call_object(row: Row) -> dict[str, Any]:
    """A stored call as the API shows it; the record is exactly what the device said."""
    message = row["message"]
    shown = {
        "id": row["id"],
        "site": row["site"],
        "device": row["device"],
        "boot": row["boot"],
        "seq": row["seq"],
        "call": row["call_number"],
        "ended_at": iso(row["at"]),
        "clock_known": row["clock_known"],
        "received_at": iso(row["received_at"]),
        "truncated": row["truncated"],
        "tag": message.get("tag"),
        "left_out": message.get("left_out", 0),
        "record": message["record"],
    }
    for timeline in ("intervals", "events"):
        if timeline in row:
            shown[timeline] = row[timeline]
    return shown


def csv_lines(rows: Iterable[Row]) -> Iterator[str]:
    """The header, then a line a call; lines end with CR LF as RFC 4180 has it."""
    yield _line(CSV_COLUMNS)
    for row in rows:
        shown = call_object(row)
        record = shown["record"]
        cells = [shown.get(name) if name in shown else record.get(name) for name in CSV_COLUMNS]
        yield _line([_cell(cell) for cell in cells])


def _cell(value: object) -> str:
    if value is None:
        return ""  # what was not measured is an empty cell, never 0; `unmeasured` says why
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, dict):
        text = "; ".join(f"{key}={' '.join(map(str, one)) if isinstance(one, list) else one}" for key, one in value.items())
    else:
        text = str(value)
    text = text.replace("\x00", "")
    return "'" + text if text.startswith(_FORMULA_STARTS) else text


def _line(cells: Iterable[object]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()
