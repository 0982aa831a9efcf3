"""Messages of the wire as rows of the store's tables: what can be stored, and what never can (ValueError, one line)."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from sidetone_host.dashboard import tables

MESSAGE_CHARS_MAX = 65_536  # 40 times the wire's worst case of 1.5 KiB: room for schemas to come, not for a flood
EARLIEST_S = 1_704_067_200  # 2024-01-01: no device of ours is older, a clock that says so was never set
CLOCK_AHEAD_MAX_S = 86_400  # a day covers any time-zone mistake; further ahead a call would hide from every "today"
INT64_MAX = 2**63 - 1

Message = Mapping[str, Any]
Row = dict[str, Any]


def _row(site: str, device: str, message: Message, now: float) -> Row:
    for key in ("boot", "seq"):
        if message.get(key) is None:
            raise ValueError(f"a message without {key} can't be told from another")
    at = _device_time(message, now)
    return {
        "site": checked_name(site, "site"),
        "device": checked_name(device, "device"),
        "boot": checked_name(str(message["boot"]), "boot"),
        "seq": _integer(message["seq"], "seq"),
        "call_number": None if message.get("call") is None else _integer(message["call"], "call"),
        "at": now if at is None else at,
        "received_at": now,
        "message": as_json(message),
    }


def _call_row(site: str, device: str, message: Message, now: float) -> Row:
    row = _row(site, device, message, now)
    record = message.get("record")
    if not isinstance(record, Mapping):
        raise ValueError("a call without its record")
    findings = record.get("findings")
    counts = findings.values() if isinstance(findings, Mapping) else ()
    for key in ("duration_s", "answer_s", "talk_ratio", "rate_speaking_per_min", "level_dbfs"):
        row[key] = _number(record.get(key))
    row["clock_known"] = _device_time(message, now) is not None
    row["truncated"] = bool(message.get("truncated"))
    row["findings_count"] = min(sum(count for count in counts if isinstance(count, int)), 2**31 - 1)
    return row


def _interval_row(site: str, device: str, message: Message, now: float) -> Row:
    t_ms = message.get("t_ms")  # null in an event outside any call
    return {**_row(site, device, message, now), "t_ms": None if t_ms is None else _integer(t_ms, "t_ms")}


def _event_row(site: str, device: str, message: Message, now: float) -> Row:
    finding, phrase = message.get("finding"), message.get("phrase")
    rule = finding.get("rule") if isinstance(finding, Mapping) else None
    label = phrase.get("label") if isinstance(phrase, Mapping) else None
    named = {key: None if value is None else str(value)[: tables.NAME_CHARS] for key, value in (("rule", rule), ("label", label))}
    return {**_interval_row(site, device, message, now), **named}


TABLES = {"call": tables.calls, "interval": tables.intervals, "event": tables.events}
ROW_OF = {"call": _call_row, "interval": _interval_row, "event": _event_row}


def with_message(row: Row) -> Row:
    return {**row, "message": json.loads(row["message"])}


def checked_name(text: str, what: str) -> str:
    if not text or len(text) > tables.NAME_CHARS or not text.isprintable():
        raise ValueError(f"{what} is 1 to {tables.NAME_CHARS} printable characters")
    return text


def _device_time(message: Message, now: float) -> float | None:
    """The device's own time, or None where it knows none or its clock is plainly wrong (before us, or days ahead of us)."""
    at = _number(message.get("t"))
    return at if at is not None and EARLIEST_S <= at <= now + CLOCK_AHEAD_MAX_S else None


def _integer(value: object, what: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not -INT64_MAX <= value <= INT64_MAX:
        raise ValueError(f"{what} is a whole number within 64 bits")
    return value


def _number(value: object) -> float | None:
    """A column's number; what is no finite number is no number (the message beside it still shows what was sent)."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or abs(value) > 1e15 or not math.isfinite(value):
        return None
    return float(value)


def as_json(message: Message) -> str:
    # ASCII escapes: PostgreSQL takes no NUL and no lone surrogate in text, JSON's escapes carry both
    text = json.dumps(message, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    if len(text) > MESSAGE_CHARS_MAX:
        raise ValueError(f"a message of {len(text)} characters; the store takes {MESSAGE_CHARS_MAX}")
    return text
