"""The OpenAPI 3.1 document of the dashboard's interface, made from the same tables that the handlers read."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from sidetone_host.dashboard import fields, hub, query, table

_TIME = {"type": ["string", "null"], "format": "date-time"}
_NUMBER = {"type": ["number", "null"]}
_COUNTS = {"type": "object", "additionalProperties": {"type": "integer"}}


def _record() -> dict[str, Any]:
    numbers: dict[str, Any] = {
        field.key: {"type": ["number", "null"], "description": f"{field.en}{f' ({fields.UNITS[field.unit][0]})' if field.unit else ''}"}
        for field in fields.FIELDS
    }
    lists = {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}}
    maps = {
        "phrases": _COUNTS,
        "findings": _COUNTS,
        "advice": {"type": "object", "additionalProperties": {"type": "number"}, "description": "rule -> figure for a coach, never a finding"},
        "unmeasured": {"type": "object", "additionalProperties": {"type": "string"}, "description": "field -> why it is null"},
        "not_judged": {**lists, "description": "reason -> the rules that could not be judged for it"},
    }
    told = "The device's record as it was sent. What was not measured is null, never 0, and `unmeasured` says why."
    return {"type": "object", "description": told, "properties": {**numbers, **maps}}


def _schemas() -> dict[str, Any]:
    lamp = {
        "type": "object",
        "properties": {"colour": {"enum": list(hub.COLOURS)}, "pattern": {"enum": list(hub.PATTERNS)}},
        "required": ["colour", "pattern"],
    }
    live = {
        "type": ["object", "null"],
        "description": "The newest `live` message; null where none was heard since the dashboard started.",
        "properties": {
            "phase": {"enum": list(hub.PHASES)},
            "speaking": {"type": "boolean"},
            "level_dbfs": _NUMBER,
            "rate_per_min": _NUMBER,
            "lamps": {"type": "object", "properties": dict.fromkeys(hub.LAMPS, lamp)},
            "age_ms": {"type": "integer"},
            "call_ms": {"type": ["integer", "null"]},
        },
    }
    device = {
        "site": {"type": "string"},
        "device": {"type": "string"},
        "first_seen": _TIME,
        "last_seen": _TIME,
        "availability": {"enum": ["online", "offline", None]},
        "availability_at": _TIME,
        "meta": {"type": ["object", "null"]},
        "live": live,
    }
    call = {
        "id": {"type": "integer"},
        "site": {"type": "string"},
        "device": {"type": "string"},
        "boot": {"type": "string"},
        "seq": {"type": "integer"},
        "call": {"type": ["integer", "null"]},
        "ended_at": _TIME,
        "clock_known": {"type": "boolean", "description": "False: the device knew no time, `ended_at` is when its record arrived."},
        "received_at": _TIME,
        "truncated": {"type": "boolean", "description": "The device stopped in the middle of the call."},
        "tag": {"type": ["string", "null"]},
        "left_out": {"type": "integer", "description": "Entries of `phrases` and `findings` that did not fit the message."},
        "record": {"$ref": "#/components/schemas/Record"},
    }
    timeline = {name: {"type": "array", "items": {"type": "object"}} for name in ("intervals", "events")}
    return {
        "Error": {"type": "object", "properties": {"error": {"type": "string"}}, "required": ["error"]},
        "Record": _record(),
        "Device": {"type": "object", "properties": device, "required": list(device)},
        "Call": {"type": "object", "properties": call, "required": list(call)},
        "CallWithTimeline": {"type": "object", "properties": {**call, **timeline}, "required": [*call, *timeline]},
    }


def _answer(told: str, content: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return {"description": told, "content": {kind: {"schema": schema} for kind, schema in content.items()}}


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _get(summary: str, answer: dict[str, Any], errors: dict[str, str], parameters: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    faults = {status: _answer(told, {"application/json": _ref("Error")}) for status, told in errors.items()}
    return {"get": {"summary": summary, "parameters": parameters or [], "responses": {"200": answer, **faults}}}


def paths() -> dict[str, Any]:
    """Path -> operation, for every route that is for programs."""
    text: dict[str, Any] = {"type": "string"}
    down = {"503": "The store does not answer."}
    asked = [
        {"name": name, "in": "query", "required": False, "description": told, "schema": schema}
        for name, (schema, told) in query.PARAMETERS.items()
    ]
    list_of_calls = {
        "type": "object",
        "properties": {"calls": {"type": "array", "items": _ref("Call")}, "next": {"type": ["string", "null"]}},
        "required": ["calls", "next"],
    }
    calls = _answer("Calls, newest first; `next` is the cursor of the older ones.", {"application/json": list_of_calls, "text/csv": text})
    calls["headers"] = {"X-Next-Cursor": {"description": "CSV: the cursor of the older calls, if there are any.", "schema": text}}
    devices = {"type": "object", "properties": {"devices": {"type": "array", "items": _ref("Device")}}, "required": ["devices"]}
    health = {"type": "object", "properties": dict.fromkeys(("status", "store", "broker"), text), "required": ["status", "store", "broker"]}
    identity = [{"name": "id", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 0}}]
    healthy = _get("Health", _answer("The store answers.", {"application/json": health}), {})
    healthy["get"]["responses"]["503"] = _answer("The store does not answer.", {"application/json": health})
    call = _answer("The call.", {"application/json": _ref("CallWithTimeline")})
    csv_told = f"CSV has the columns {', '.join(table.CSV_COLUMNS)}."
    return {
        "/healthz": healthy,
        "/metrics": _get("Metrics for Prometheus", _answer("Prometheus text.", {"text/plain": text}), {}),
        "/api/v1/devices": _get("Devices and their live state", _answer("Every device ever heard.", {"application/json": devices}), down),
        "/api/v1/calls": _get(f"Call records. {csv_told}", calls, {"400": "A parameter is wrong.", **down}, asked),
        "/api/v1/calls/{id}": _get("One call with its timeline", call, {"404": "No such call.", **down}, identity),
        "/api/v1/stream": _get(
            "Live tiles as server-sent events: `tiles` (all at first, then what changed), `still` when nothing did",
            _answer("An endless stream.", {"text/event-stream": text}),
            {"503": "Too many streams are open."},
        ),
        "/api/v1/openapi.json": _get("This document", _answer("OpenAPI 3.1.", {"application/json": {"type": "object"}}), {}),
    }


def document() -> dict[str, Any]:
    """The whole document."""
    about = "Figures about calls, never sound and never words. Read only; every answer is advisory."
    return {
        "openapi": "3.1.0",
        "info": {"title": "Sidetone dashboard", "version": version("sidetone-headset"), "description": about},
        "paths": paths(),
        "components": {"schemas": _schemas()},
    }
