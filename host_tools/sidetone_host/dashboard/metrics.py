"""/metrics in Prometheus' text format (version 0.0.4): a name, a help line and a type for each, no device names in labels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sidetone_host.dashboard.hub import Hub

STALE_MS = 6_000  # `live` comes once a second; six missed in a row is a device that says nothing


def metrics_text(hub: Hub, stored: Mapping[str, int] | None, streams: int, ingest: Mapping[str, int]) -> str:
    """stored: rows a table, None while the store does not answer; ingest: the ingest's own counters."""
    return "".join(_lines(hub, stored, streams, ingest))


def _lines(hub: Hub, stored: Mapping[str, int] | None, streams: int, ingest: Mapping[str, int]) -> Iterator[str]:
    tiles, now_ms = hub.tiles(), hub.now_ms()
    states: dict[str, int] = {"live": 0, "silent": 0, "offline": 0}
    for tile in tiles:
        fresh = tile["heard_ms"] is not None and now_ms - tile["heard_ms"] <= STALE_MS
        states["offline" if tile["state"] == "offline" else "live" if fresh else "silent"] += 1
    red = {lamp: sum(tile["lamps"][lamp]["colour"] == "red" for tile in tiles) for lamp in ("loud", "pace", "phrase", "process")}
    yield from _family("sidetone_devices", "gauge", "Devices by what is heard of them.", _by("state", states))
    yield from _family("sidetone_lamps_red", "gauge", "Devices whose lamp is red.", _by("lamp", red))
    yield from _family("sidetone_broker_connected", "gauge", "1 while the broker is connected.", [("", int(hub.broker["connected"]))])
    yield from _family("sidetone_store_up", "gauge", "1 while the store answers.", [("", int(stored is not None))])
    yield from _family("sidetone_streams", "gauge", "Open server-sent event streams.", [("", streams)])
    yield from _family("sidetone_messages_total", "counter", "Messages taken by the wall board since the start.", [("", hub.messages)])
    yield from _family("sidetone_left_out_total", "counter", "Messages of devices beyond the wall board's limit.", [("", hub.left_out)])
    if stored is not None:
        yield from _family("sidetone_stored_rows", "gauge", "Rows in the store, about.", _by("table", stored))
    for name, value in sorted(ingest.items()):
        kind = "counter" if name.endswith("_total") else "gauge"
        yield from _family(f"sidetone_ingest_{name}", kind, "Of the ingest, since it started.", [("", value)])


def _by(label: str, values: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return [(f'{{{label}="{name}"}}', value) for name, value in values.items()]


def _family(name: str, kind: str, told: str, samples: list[tuple[str, Any]]) -> Iterator[str]:
    yield f"# HELP {name} {told}\n# TYPE {name} {kind}\n"
    for labels, value in samples:
        yield f"{name}{labels} {value}\n"
