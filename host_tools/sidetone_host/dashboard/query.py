"""The parameters of the calls list, for the API and the page alike: one table, read strictly; a wrong one is a BadQuery line."""

from __future__ import annotations

import base64
import binascii
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

LIMIT_DEFAULT = 200
LIMIT_MAX = 1_000  # about 1.5 MB of JSON; the next page's cursor comes with the answer

# name: (JSON Schema, what it means); the OpenAPI document prints this table
PARAMETERS: dict[str, tuple[dict[str, Any], str]] = {
    "since": (
        {"type": "string", "examples": ["2026-11-21", "2026-11-21T08:00:00+08:00", "1795219200"]},
        "Calls that ended at this time or later: ISO 8601 (the server's time zone where none is given) or seconds since 1970.",
    ),
    "until": ({"type": "string", "examples": ["2026-11-22"]}, "Calls that ended before this time, written like `since`."),
    "device": (
        {"type": "string", "examples": ["desk-07", "hangzhou/desk-07"]},
        "Only this device; `site/device` where two sites use one name.",
    ),
    "findings": ({"type": "string", "enum": ["any", "some"], "default": "any"}, "`some`: only calls with at least one finding."),
    "limit": ({"type": "integer", "minimum": 1, "maximum": LIMIT_MAX, "default": LIMIT_DEFAULT}, "How many calls at most, newest first."),
    "cursor": ({"type": "string"}, "`next` of the answer before: the calls that follow it."),
    "format": ({"type": "string", "enum": ["json", "csv"], "default": "json"}, "How the calls are written."),
}


class BadQuery(ValueError):
    """A parameter that cannot be read; one line that names it."""


@dataclass(frozen=True)
class CallsQuery:
    """What was asked of the calls list; times in seconds since 1970."""

    since: float | None = None
    until: float | None = None
    site: str | None = None
    device: str | None = None
    with_findings: bool = False
    limit: int = LIMIT_DEFAULT
    before: tuple[float, int] | None = None
    format: str = "json"

    def selection(self) -> dict[str, Any]:
        """The arguments of `Store.calls`."""
        names = ("since", "until", "site", "device", "with_findings", "limit", "before")
        return {name: getattr(self, name) for name in names}


def read(given: Mapping[str, str], known: tuple[str, ...] = tuple(PARAMETERS)) -> CallsQuery:
    """Parameters as sent -> CallsQuery. BadQuery for an unknown name or a value that makes no sense; an empty value is none."""
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise BadQuery(f"no parameter is called {_shown(unknown[0])}; there are {', '.join(known)}")
    said = {name: value.strip() for name, value in given.items() if value.strip()}
    since = _time("since", said["since"]) if "since" in said else None
    until = _time("until", said["until"]) if "until" in said else None
    if since is not None and until is not None and since > until:
        raise BadQuery("since is later than until")
    site, device = _device(said["device"]) if "device" in said else (None, None)
    return CallsQuery(
        since=since,
        until=until,
        site=site,
        device=device,
        with_findings=_choice("findings", said.get("findings", "any")) == "some",
        limit=_limit(said["limit"]) if "limit" in said else LIMIT_DEFAULT,
        before=_cursor(said["cursor"]) if "cursor" in said else None,
        format=_choice("format", said.get("format", "json")),
    )


def cursor(at: float, row_id: int) -> str:
    """The opaque `next` of an answer whose last call is this."""
    return base64.urlsafe_b64encode(f"{at!r}:{row_id}".encode()).decode().rstrip("=")


def _cursor(text: str) -> tuple[float, int]:
    try:
        at, _, row_id = base64.urlsafe_b64decode(text[:200] + "=" * (-len(text[:200]) % 4)).decode("ascii").partition(":")
        found = (float(at), int(row_id))
    except (ValueError, binascii.Error):
        raise BadQuery("cursor: give back `next` of the answer before, unchanged") from None
    if not math.isfinite(found[0]) or not 0 <= found[1] < 2**63:
        raise BadQuery("cursor: give back `next` of the answer before, unchanged")
    return found


def _time(name: str, text: str) -> float:
    if re.fullmatch(r"\d{1,11}(\.\d{1,6})?", text):
        return float(text)
    # a + that was not written %2B arrives as a blank: only an offset can stand there
    text = re.sub(r"(T[\d:.]+) (\d\d:?\d\d)$", r"\1+\2", text)
    try:
        return datetime.fromisoformat(text).timestamp()
    except (ValueError, OverflowError, OSError):
        raise BadQuery(f"{name}: {_shown(text)} is no time; write 2026-11-21, 2026-11-21T08:00:00+08:00 or seconds since 1970") from None


def _device(text: str) -> tuple[str | None, str]:
    site, slash, device = text.rpartition("/")
    if len(text) > 140 or not text.isprintable() or not device or (slash and not site):
        raise BadQuery("device: write a device's name, or site/device")
    return (site or None), device


def _choice(name: str, text: str) -> str:
    choices = PARAMETERS[name][0]["enum"]
    if text not in choices:
        raise BadQuery(f"{name}: {_shown(text)} is none of {', '.join(choices)}")
    return text


def _limit(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,6}", text) or not 1 <= int(text) <= LIMIT_MAX:
        raise BadQuery(f"limit: a whole number from 1 to {LIMIT_MAX}")
    return int(text)


def _shown(text: str) -> str:
    return repr(text[:40])
