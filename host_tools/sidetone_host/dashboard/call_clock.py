"""How long a device's present call lasts, told by its messages; everything in the device's own `uptime_ms`, boot by boot.

- `live` alone says which boot is running: what comes from another boot is an old message, sent after an outage, and moves nothing.
- The call begins at the first `live` in it, when one out of it was heard before; else its begin is unknown.
- An `interval` or `event` says how far the call is, which is better: it sets the begin, unless that call has ended meanwhile.
- A call's record ends it, so that a call right behind it does not go on counting.
"""

from __future__ import annotations

SAME_MS = 1_000  # one call's begin told by two messages differs by less


class CallClock:
    """One device's."""

    def __init__(self) -> None:
        self._boot: object = None
        self._begin(None)

    def _begin(self, boot: object) -> None:
        self._boot = boot
        self._live_ms: float | None = None  # of the newest `live`
        self._began_ms: float | None = None
        self._ended_ms: float | None = None  # of the newest record
        self._change_is_heard = False  # whether a begin would be noticed: something out of a call was heard before

    def hear_live(self, in_call: bool, boot: object, uptime_ms: float | None) -> None:
        if boot != self._boot:
            self._begin(boot)
        self._live_ms = uptime_ms
        if not in_call:
            self._began_ms, self._change_is_heard = None, True
        elif self._began_ms is None and self._change_is_heard:
            self._began_ms, self._change_is_heard = uptime_ms, False

    def hear(self, kind: str, boot: object, uptime_ms: float | None, call_ms: float | None) -> None:
        """Any other message; call_ms: how far its call is, None where it is about none."""
        if boot != self._boot or uptime_ms is None:
            return
        if kind == "call" and (self._ended_ms is None or uptime_ms > self._ended_ms):
            self._ended_ms = uptime_ms
            if self._began_ms is None or self._began_ms < uptime_ms:
                self._began_ms, self._change_is_heard = None, True
        elif kind in ("interval", "event") and call_ms is not None:
            began_ms = uptime_ms - call_ms
            if self._ended_ms is None or began_ms >= self._ended_ms - SAME_MS:
                self._began_ms, self._change_is_heard = began_ms, False

    def began_ms(self, heard_ms: int | None) -> int | None:
        """The call's begin on the clock of `heard_ms`, which is when the newest `live` came; None while unknown."""
        if heard_ms is None or self._live_ms is None or self._began_ms is None:
            return None
        return heard_ms - max(0, int(self._live_ms - self._began_ms))
