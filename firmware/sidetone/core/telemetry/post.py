"""The link's post room: the outbox, what of it is on its way, and what else waits for the network, behind one lock.

The store thread brings messages in and saves them, the network thread takes them out; each holds the lock no longer than one write.
The seconds for the page have a lock of their own, which is never held for longer than a list's change: the device must not wait.
"""

from sidetone.core.telemetry import payloads
from sidetone.core.telemetry.delivery import WINDOW, Delivery

LIVES_MAX = 4  # seconds of `live` that may wait for the socket; an older one is of no use to anybody
META_EVERY_MS = 60_000  # counters that changed are told at most this often


class Stamp:
    """When a message was made: uptime and wall clock, taken when the device said it, not when it was saved or sent."""

    def __init__(self, clock):
        self.uptime_ms = clock.uptime_ms()
        self.epoch_s = clock.epoch_s()


class Post:
    """about: rows for `meta`; counters() -> further rows for it, all that was dropped or refused; new_lock() -> a lock for `with`."""

    def __init__(self, outbox, clock, about, counters, new_lock, window=WINDOW):
        self.outbox = outbox
        self.dropped_lives = 0
        self._clock = clock
        self._about = list(about)
        self._counters = counters
        self._lock = new_lock()
        self._lives_lock = new_lock()
        self._delivery = Delivery(outbox, window)
        self._lives = []  # (stamp, measures, lamps)
        self._call_seq = 0
        self._told = None
        self._told_ms = 0

    @property
    def resent(self):
        return self._delivery.resent

    # ---- from the device and its store thread

    def put(self, leaf, stamp, payload_of):
        """A message for the outbox; payload_of(envelope) -> its bytes."""
        with self._lock:
            head = self._head(stamp)
            self.outbox.put(leaf, head[2][1], payload_of(head))

    def begin_call(self, number, tag, stamp, record):
        with self._lock:
            self._call_seq = self.outbox.next_seq()
            self.outbox.begin_call(number, self._call_seq, self._record(number, tag, stamp, record, True))

    def checkpoint(self, number, tag, stamp, record):
        with self._lock:
            self.outbox.checkpoint(self._record(number, tag, stamp, record, True))

    def end_call(self, number, tag, stamp, record):
        with self._lock:
            self.outbox.end_call(self._record(number, tag, stamp, record, False))

    def commit(self):
        """Save what is not saved. -> whether all is."""
        with self._lock:
            return self.outbox.commit()

    def live(self, measures, lamps):
        """A second for the page."""
        second = (Stamp(self._clock), list(measures), list(lamps))
        with self._lives_lock:
            if len(self._lives) == LIVES_MAX:
                self._lives.pop(0)
                self.dropped_lives += 1
            self._lives.append(second)

    # ---- from the network thread

    def availability(self, state, reason):
        with self._lock:
            return payloads.availability(self._head(Stamp(self._clock)), state, reason)

    def connected(self):
        """A new connection: everything is sent again, `meta` first."""
        with self._lock:
            self._delivery.connected(self._clock.uptime_ms())
        self._take_lives()
        self._told = None

    def tell_meta(self):
        """Say `meta` again with the next messages."""
        self._told = None

    def meta(self):
        """The device's description if it is due: after a connection, on demand, each minute in which a counter changed; else None."""
        now_ms = self._clock.uptime_ms()
        if self._told is not None and now_ms - self._told_ms < META_EVERY_MS:
            return None  # before anything is computed: this is asked many times a second
        told, self._told, self._told_ms = self._told, self._counters(), now_ms
        if self._told == told:
            return None
        counters = self._told
        with self._lock:
            return payloads.meta(self._head(Stamp(self._clock)), self._about, counters)

    def lives(self):
        """The seconds that wait for the page."""
        if not self._lives:
            return []
        made = []
        for stamp, measures, lamps in self._take_lives():
            with self._lock:
                made.append(payloads.live(self._head(stamp), measures, lamps))
        return made

    def due(self):
        """Records to send now."""
        with self._lock:
            return self._delivery.due(self._clock.uptime_ms())

    def acked(self, keys):
        with self._lock:
            self._delivery.acked(self._clock.uptime_ms(), keys)

    def waiting(self):
        """Whether any record waits for the store."""
        with self._lock:
            return bool(self.outbox.pending())

    # ---- inside

    def _take_lives(self):
        with self._lives_lock:
            lives, self._lives = self._lives, []
        return lives

    def _head(self, stamp):
        """With the lock held."""
        return payloads.envelope(self.outbox.boot, self.outbox.next_seq(), stamp.uptime_ms, stamp.epoch_s)

    def _record(self, number, tag, stamp, record, truncated):
        """With the lock held."""
        head = payloads.envelope(self.outbox.boot, self._call_seq, stamp.uptime_ms, stamp.epoch_s)
        return payloads.call(head, number, tag, truncated, list(record))
