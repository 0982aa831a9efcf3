"""What every device is doing now, as the wall board shows it: the ingest's thread writes, the page's streams read.

A tile is the newest state of one device. The rules:
- Only what is known here reaches the page: names of lamps, colours, patterns and phases come from the tables below, numbers are
  finite and in range, everything else that a device says is left out. A hostile payload can at worst show a wrong number.
- Every change gives the tile the next version. A stream asks for what changed since the version it has seen, so ten messages
  between two looks are one tile sent (coalesced), and a slow reader costs nothing but its own delay.
- Ages are counted on the server's monotonic clock (`heard_ms`); devices' and browsers' clocks play no part.
- A call for help stays on the tile; the page shows it for as long as it likes.
- A call's length is counted on the device's own uptime (call_clock.py).
"""

from __future__ import annotations

import json
import math
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from sidetone_host.dashboard.call_clock import CallClock

LAMPS = ("loud", "pace", "phrase", "process")
COLOURS = ("off", "green", "amber", "red")
PATTERNS = ("steady", "slow", "fast")
PHASES = ("idle", "ringing", "talking", "hold", "closing", "ended")
IN_CALL = ("ringing", "talking", "hold", "closing")

DEVICES_MAX = 5_000  # tiles kept; ten times the largest floor we plan for, and about 4 MB
NUMBER_MAX = 1e12  # no level, rate, count or uptime of ours comes near it

Message = Mapping[str, Any]


class Hub:
    """The newest state of every device. Safe to use from several threads; nothing here waits."""

    def __init__(self, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._clock_s = clock_s
        self._lock = threading.Lock()
        self._tiles: dict[tuple[str, str], dict[str, Any]] = {}
        self._texts: dict[tuple[str, str], str] = {}
        self._call_clocks: dict[tuple[str, str], CallClock] = {}
        self._versions: dict[tuple[str, str], int] = {}
        self._version = 0
        self.messages = 0  # taken since the start
        self.left_out = 0  # messages of devices beyond DEVICES_MAX
        self.broker: dict[str, Any] = {"connected": False, "detail": ""}

    def __call__(self, kind: str, site: str, device: str, message: Message) -> None:
        """Take one message of the ingest: kind is the topic's last level (live, availability, interval, ...)."""
        self.take(kind, site, device, message)

    def take(self, kind: str, site: str, device: str, message: Message) -> None:
        now_ms = self.now_ms()
        with self._lock:
            self.messages += 1
            key = (site, device)
            if key not in self._tiles and len(self._tiles) >= DEVICES_MAX:
                self.left_out += 1
                return
            tile = self._tiles.setdefault(key, _new_tile(site, device))
            if kind == "availability":
                state = message.get("state")
                tile["state"] = state if state in ("online", "offline") else "unknown"
            elif kind == "live":
                self._live(key, tile, message, now_ms)
            else:
                clock = self._call_clocks.setdefault(key, CallClock())
                clock.hear(kind, message.get("boot"), _number(message.get("uptime_ms")), _call_time_ms(message))
                if tile["phase"] in IN_CALL:
                    tile["call_began_ms"] = clock.began_ms(tile["heard_ms"])
                if isinstance(message.get("help"), Mapping):
                    tile["help_ms"] = now_ms
            self._changed(key, tile)

    def know(self, site: str, device: str, availability: str | None) -> None:
        """A device that the store knows of: it gets a tile before it says anything."""
        with self._lock:
            key = (site, device)
            if key in self._tiles or len(self._tiles) >= DEVICES_MAX:
                return
            # what was last said before this dashboard started may be old: only "offline" is safe to repeat
            self._tiles[key] = {**_new_tile(site, device), "state": "offline" if availability == "offline" else "unknown"}
            self._changed(key, self._tiles[key])

    def set_broker(self, connected: bool, detail: str = "") -> None:
        """Whether the ingest hears the broker, and in one line why not."""
        with self._lock:
            if self.broker != {"connected": connected, "detail": detail}:
                self.broker = {"connected": connected, "detail": detail}
                self._version += 1

    def since(self, version: int) -> tuple[int, str | None]:
        """(newest version, JSON text of what changed after `version`), or (version, None) if nothing did.

        The text: {"now_ms", "broker": {...}, "tiles": [...]}; `now_ms` is the clock of the tiles' `heard_ms` and `call_began_ms`.
        """
        with self._lock:
            if version == self._version:
                return version, None
            changed = [self._texts[key] for key, seen in self._versions.items() if seen > version]
            head = json.dumps({"now_ms": self.now_ms(), "broker": self.broker}, allow_nan=False)
            return self._version, f'{head[:-1]}, "tiles": [{",".join(changed)}]}}'

    def tiles(self) -> list[dict[str, Any]]:
        """Every tile as it is now, by site and name."""
        with self._lock:
            return [dict(self._tiles[key]) for key in sorted(self._tiles)]

    def now_ms(self) -> int:
        return int(self._clock_s() * 1000)

    def _live(self, key: tuple[str, str], tile: dict[str, Any], message: Message, now_ms: int) -> None:
        phase = message.get("phase")
        phase = phase if phase in PHASES else "idle"
        clock = self._call_clocks.setdefault(key, CallClock())
        clock.hear_live(phase in IN_CALL, message.get("boot"), _number(message.get("uptime_ms")))
        tile.update(
            state="online",
            phase=phase,
            speaking=message.get("speaking") is True,
            level_dbfs=_number(message.get("level_dbfs")),
            rate_per_min=_number(message.get("rate_per_min")),
            lamps=_lamps(message.get("lamps")),
            heard_ms=now_ms,
            call_began_ms=clock.began_ms(now_ms) if phase in IN_CALL else None,
        )

    def _changed(self, key: tuple[str, str], tile: dict[str, Any]) -> None:
        self._version += 1
        self._versions[key] = self._version
        # the text is made once a message, however many streams send it
        self._texts[key] = json.dumps(tile, ensure_ascii=True, allow_nan=False, separators=(",", ":"))


def _new_tile(site: str, device: str) -> dict[str, Any]:
    return {
        "site": site,
        "device": device,
        "state": "unknown",
        "phase": "idle",
        "speaking": False,
        "level_dbfs": None,
        "rate_per_min": None,
        "lamps": {lamp: {"colour": "off", "pattern": "steady"} for lamp in LAMPS},
        "heard_ms": None,
        "help_ms": None,
        "call_began_ms": None,
    }


def _lamps(said: object) -> dict[str, dict[str, str]]:
    shown = {}
    for lamp in LAMPS:
        one = said.get(lamp) if isinstance(said, Mapping) else None
        one = one if isinstance(one, Mapping) else {}
        colour, pattern = one.get("colour"), one.get("pattern")
        shown[lamp] = {
            "colour": colour if isinstance(colour, str) and colour in COLOURS else "off",
            "pattern": pattern if isinstance(pattern, str) and pattern in PATTERNS else "steady",
        }
    return shown


def _call_time_ms(message: Message) -> float | None:
    """How far the call is, of a message about one."""
    return None if message.get("call") is None else _number(message.get("t_ms"))


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value) or abs(value) > NUMBER_MAX:
        return None
    return value
