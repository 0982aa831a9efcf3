"""The link's post room: the outbox, what of it is on its way, and what else waits for the network, behind one lock.

The store thread brings messages in and saves them, the network thread takes them out; each holds the lock no longer than one write.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from sidetone.core.telemetry import payloads
from sidetone.core.telemetry.delivery import Delivery
from sidetone.core.telemetry.outbox import Outbox, Record
from sidetone.on_cpython.clock import Clock

LIVES_MAX = 4  # seconds of `live` that may wait for the socket; an older one is of no use to anybody
META_EVERY_MS = 60_000  # counters that changed are told at most this often

Rows = Sequence[tuple[str, Any]]
Head = list[tuple[str, Any]]


class Stamp:
    """When a message was made: uptime and wall clock, taken when the device said it, not when it was saved or sent."""

    def __init__(self, clock: Clock) -> None:
        self.uptime_ms = clock.uptime_ms()
        self.epoch_s = clock.epoch_s()


class Post:
    """about: rows for `meta`; counters() -> further rows for it, all that was dropped or refused."""

    def __init__(self, outbox: Outbox, clock: Clock, about: Rows, counters: Callable[[], list[tuple[str, int]]]) -> None:
        self.outbox = outbox
        self.dropped_lives = 0
        self._clock = clock
        self._about = list(about)
        self._counters = counters
        self._lock = threading.Lock()
        self._delivery = Delivery(outbox)
        self._lives: deque[tuple[Stamp, list[Any], list[Any]]] = deque(maxlen=LIVES_MAX)
        self._call_seq = 0
        self._told: list[tuple[str, int]] | None = None
        self._told_ms = 0

    @property
    def resent(self) -> int:
        return self._delivery.resent

    # ---- from the device and its store thread

    def put(self, leaf: str, stamp: Stamp, payload_of: Callable[[Head], bytes]) -> None:
        """A message for the outbox; payload_of(envelope) -> its bytes."""
        with self._lock:
            head = self._head(stamp)
            self.outbox.put(leaf, head[2][1], payload_of(head))

    def begin_call(self, number: int, tag: str | None, stamp: Stamp, record: Rows) -> None:
        with self._lock:
            self._call_seq = self.outbox.next_seq()
            self.outbox.begin_call(number, self._call_seq, self._record(number, tag, stamp, record, truncated=True))

    def checkpoint(self, number: int, tag: str | None, stamp: Stamp, record: Rows) -> None:
        with self._lock:
            self.outbox.checkpoint(self._record(number, tag, stamp, record, truncated=True))

    def end_call(self, number: int, tag: str | None, stamp: Stamp, record: Rows) -> None:
        with self._lock:
            self.outbox.end_call(self._record(number, tag, stamp, record, truncated=False))

    def commit(self) -> bool:
        """Save what is not saved. -> whether all is."""
        with self._lock:
            return self.outbox.commit()

    def live(self, measures: Rows, lamps: Sequence[tuple[str, str, str]]) -> None:
        """A second for the page; without the lock, the device must not wait."""
        if len(self._lives) == LIVES_MAX:
            self.dropped_lives += 1
        self._lives.append((Stamp(self._clock), list(measures), list(lamps)))

    # ---- from the network thread

    def availability(self, state: str, reason: str) -> bytes:
        with self._lock:
            return payloads.availability(self._head(Stamp(self._clock)), state, reason)

    def connected(self) -> None:
        """A new connection: everything is sent again, `meta` first."""
        with self._lock:
            self._delivery.connected(self._clock.uptime_ms())
            self._lives.clear()
        self._told = None

    def tell_meta(self) -> None:
        """Say `meta` again with the next messages."""
        self._told = None

    def meta(self) -> bytes | None:
        """The device's description if it is due: after a connection, on demand, when a counter changed a while ago; else None."""
        counters = self._counters()
        now_ms = self._clock.uptime_ms()
        if self._told is not None and (counters == self._told or now_ms - self._told_ms < META_EVERY_MS):
            return None
        self._told, self._told_ms = counters, now_ms
        with self._lock:
            return payloads.meta(self._head(Stamp(self._clock)), self._about, counters)

    def lives(self) -> list[bytes]:
        """The seconds that wait for the page."""
        made = []
        with self._lock:
            while self._lives:
                stamp, measures, lamps = self._lives.popleft()
                made.append(payloads.live(self._head(stamp), measures, lamps))
        return made

    def due(self) -> list[Record]:
        """Records to send now."""
        with self._lock:
            return self._delivery.due(self._clock.uptime_ms())

    def acked(self, keys: list[tuple[int, int]]) -> None:
        with self._lock:
            self._delivery.acked(self._clock.uptime_ms(), keys)

    def waiting(self) -> bool:
        """Whether any record waits for the store."""
        with self._lock:
            return bool(self.outbox.pending())

    # ---- with the lock held

    def _head(self, stamp: Stamp) -> Head:
        return payloads.envelope(self.outbox.boot, self.outbox.next_seq(), stamp.uptime_ms, stamp.epoch_s)

    def _record(self, number: int, tag: str | None, stamp: Stamp, record: Rows, truncated: bool) -> bytes:
        head = payloads.envelope(self.outbox.boot, self._call_seq, stamp.uptime_ms, stamp.epoch_s)
        return payloads.call(head, number, tag, truncated, list(record))
