"""Messages for the dashboard's tests, as a device sends them (docs/mqtt.md), and text that would do harm if a page ran it."""

from __future__ import annotations

from typing import Any

from sidetone.core.call.record import RECORD_FIELDS

T = 1_795_000_000  # 2026-11-18 11:06:40 UTC
HOSTILE = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>${7*7}{{7*7}}</textarea>]]>"


def record(**fields: Any) -> dict[str, Any]:
    """A record of one channel: what needs the customer is null, with its reason."""
    measured = {"duration_s": 84.2, "syllables": 190, "rate_speaking_per_min": 245.0, "level_dbfs": -24.12, "loud_s": 3.5, "quiet_s": 0.0}
    made: dict[str, Any] = {name: measured.get(name) for name, _places, _meaning in RECORD_FIELDS}
    made.update(
        phrases={"greeting": 1, "farewell": 1},
        findings={"C1": 2, "G3": 1},
        overruns=0,
        unmeasured={name: "one channel" for name, held in made.items() if held is None},
        not_judged={"no phrase network": ["B1", "B2"]},
    )
    return {**made, **fields}


def call(seq: int = 1, *, boot: int = 5, number: int = 7, t: int | None = T, **fields: Any) -> dict[str, Any]:
    head = {"schema": 1, "boot": boot, "seq": seq, "uptime_ms": 90_000, "t": t}
    return {**head, "call": number, "tag": None, "truncated": False, "left_out": 0, "record": record(), **fields}


def interval(seq: int, t_ms: int, level_dbfs: float | None = -24.0, *, number: int = 7) -> dict[str, Any]:
    head = {"schema": 1, "boot": 5, "seq": seq, "uptime_ms": 1, "t": T, "call": number, "t_ms": t_ms}
    return {**head, "level_dbfs": level_dbfs, "rate_per_min": 240.0, "agent_activity": 0.62, "customer_activity": None, "phase": "talking"}


def finding(seq: int, t_ms: int, rule: str, state: str, value: float | None = 8.1, limit: float | None = 6.0, **more: Any) -> dict[str, Any]:
    head = {"schema": 1, "boot": 5, "seq": seq, "uptime_ms": 1, "t": T, "call": 7, "t_ms": t_ms}
    return {**head, "finding": {"rule": rule, "state": state, "value": value, "limit": limit, **more}}


def phrase(seq: int, t_ms: int, label: str, channel: str = "agent") -> dict[str, Any]:
    head = {"schema": 1, "boot": 5, "seq": seq, "uptime_ms": 1, "t": T, "call": 7, "t_ms": t_ms}
    return {**head, "phrase": {"label": label, "channel": channel, "posterior": 0.93}}


def live(seq: int = 1, **fields: Any) -> dict[str, Any]:
    lamps = {lamp: {"colour": "green", "pattern": "steady"} for lamp in ("loud", "pace", "phrase", "process")}
    lamps.update(fields.pop("lamps", {}))
    head = {"schema": 1, "boot": 5, "seq": seq, "uptime_ms": 1, "t": T}
    return {**head, "level_dbfs": -24.5, "rate_per_min": 250.0, "phase": "talking", "speaking": True, **fields, "lamps": lamps}
