"""What of the outbox to send now: a window over its oldest records, and when to send them again.

State of one record    not sent -> sent -> gone (the store's ack)
    connected          everything is `not sent` again: what the old connection still held is unknown
    silence            nothing acked for `resend_ms` while records are sent: all become `not sent`, resend_ms doubles up to RESEND_MAX_MS
    ack                the record is gone, resend_ms is RESEND_MIN_MS again
A repeat changes nothing in the store; the doubling keeps a long absence of the store from filling the broker's queue.
Time is an argument: t_ms, monotonic.
"""

WINDOW = 64  # records sent and not acked: enough to keep a round trip of a second busy at 50 records/s, small in a broker's queue
RESEND_MIN_MS = 2000  # an ack takes a few hundredths of a second, one for which a slow disk was waited for up to one
RESEND_MAX_MS = 300_000


class Delivery:
    """outbox: core/telemetry/outbox.Outbox. The caller asks `due`, publishes, and reports `acked` and `connected`.

    window: a device with little memory for its socket sends fewer at once.
    """

    def __init__(self, outbox, window=WINDOW):
        self._outbox = outbox
        self._window = window
        self._sent = set()  # (boot, seq)
        self._resend_ms = RESEND_MIN_MS
        self._quiet_since_ms = 0
        self.resent = 0

    def connected(self, t_ms):
        """A new connection to the broker."""
        self._sent = set()
        self._resend_ms = RESEND_MIN_MS
        self._quiet_since_ms = t_ms

    def due(self, t_ms):
        """Records to publish now, oldest first; they count as sent from here on."""
        if self._sent and t_ms - self._quiet_since_ms >= self._resend_ms:
            self.resent += len(self._sent)
            self._sent = set()
            self._resend_ms = min(2 * self._resend_ms, RESEND_MAX_MS)
            self._quiet_since_ms = t_ms
        if not self._sent:
            self._quiet_since_ms = t_ms
            if not self._outbox.pending():
                return []
        records = []
        window = set()
        for record in self._outbox.pending()[: self._window]:
            key = (record.boot, record.seq)
            window.add(key)
            if key not in self._sent:
                records.append(record)
        self._sent = window
        return records

    def acked(self, t_ms, keys):
        """The store has `keys`, [(boot, seq)…]: they leave the outbox."""
        if self._outbox.ack(keys):
            self._resend_ms = RESEND_MIN_MS
            self._quiet_since_ms = t_ms
        for key in keys:
            self._sent.discard(key)


class Backoff:
    """Pauses between attempts to reach the broker: doubling from BACKOFF_MIN_MS to BACKOFF_MAX_MS, each shortened by up to a half.

    The half is the jitter: when a broker returns, five hundred devices must not come in the same second.
    """

    BACKOFF_MIN_MS = 500
    BACKOFF_MAX_MS = 60_000

    def __init__(self):
        self._full_ms = self.BACKOFF_MIN_MS

    def reset(self):
        """The broker let us in."""
        self._full_ms = self.BACKOFF_MIN_MS

    def next_ms(self, random_pm):
        """How long to wait before the next attempt, ms. random_pm: 0..1000, fresh for each call."""
        pause_ms = self._full_ms - self._full_ms // 2 * random_pm // 1000
        self._full_ms = min(2 * self._full_ms, self.BACKOFF_MAX_MS)
        return pause_ms
