"""The device's link to the broker: what the listening says goes into the outbox and out over MQTT; the twin of on_cpython/link.py.

    device thread --errands--> store thread (here) --> post room <-- network thread (conversation.py) <--> broker
The store thread writes to the flash, the network thread waits for the network: one thread for each, nothing else touches them.
Flash wears out and stands still while it is erased, so events and the store's acks are saved together every SAVE_EVERY_MS, and a
call's end at once: what the store takes within that time is never written at all.
"""

import _thread
import sys
import time

from sidetone.core.telemetry.outbox import Outbox
from sidetone.core.telemetry.post import Post
from sidetone.core.telemetry.reporter import Reporter
from sidetone.on_micropython.broker_address import BrokerAddress
from sidetone.on_micropython.conversation import Conversation

ERRANDS_MAX = 400
WINDOW = 16  # records on their way at once: 24 kB at most, which the socket takes in a second or two
OUTBOX_BYTES = 192 * 1024  # about sixty calls with their events: most of a day without a broker
INTERVALS_MAX = 120  # ten minutes of calls, in memory only
JOURNAL_BYTES = 32 * 1024
SAVE_EVERY_MS = 5000
CHECKPOINT_EVERY_MS = 15000  # a cut call's figures are at most this old
SLICE_MS = 100
# bytes; mbedtls' handshake needs most of it. The unix port's frames are larger, its default is right there
STACKS = (8 * 1024, 20 * 1024) if sys.platform == "esp32" else (0, 0)


def open_outbox(storage, random_20_bits):
    """The outbox in the bounds of this device. storage: on_micropython/storage.FileStorage."""
    return Outbox(storage, random_20_bits, OUTBOX_BYTES, INTERVALS_MAX, JOURNAL_BYTES, 2, eager=False)


class Link(Reporter):
    """url: mqtt(s)://HOST:PORT; site, device: names for the topics; outbox: open_outbox(); clock: on_micropython/clock.Clock;
    about: rows for `meta`; counters() -> more rows for it; notice(line): one plain line, from any thread;
    user, password, ca, cert, key: see broker_address; wifi: on_micropython/wifi.Wifi, or None where the network is always there.

    start() and stop() frame what core/telemetry/reporter.py offers the device. The loop opens and shuts the gate: while `may_connect`
    is False no connection is made (a TLS handshake takes the processor for a second or two), one that stands goes on.
    `connecting` is True while one is being made: what the loop loses then is the handshake's doing.
    Raises BrokerAddressError and topics.TopicError when made.
    """

    def __init__(
        self,
        url,
        site,
        device,
        outbox,
        clock,
        about,
        counters=lambda: (),
        notice=lambda line: None,
        user=None,
        password=None,
        ca=None,
        cert=None,
        key=None,
        wifi=None,
    ):
        address = BrokerAddress(url, user, password, ca, cert, key)
        post = Post(outbox, clock, about, self.counters, _thread.allocate_lock, WINDOW)
        super().__init__(post, outbox, clock, _thread.allocate_lock, counters, ERRANDS_MAX)
        self.may_connect = True
        self._notice = notice
        self._wifi = wifi
        self._conversation = Conversation(
            address, site, device, post, clock, self.obey, notice, wifi, lambda: self.may_connect or self._ending
        )
        self._ending = False
        self.failure = None
        self._running = [False, False]
        self._last_checkpoint_ms = None
        self._saving = False

    @property
    def connected(self):
        return self._conversation.connected

    @property
    def connecting(self):
        return self._conversation.connecting

    def start(self):
        """Begin to connect, in the background; a broker that is away is only a notice."""
        if self.outbox.damaged:
            self._notice(str(self.outbox.damaged) + " damaged lines of the outbox were skipped")
        for number, body in enumerate((self._store_loop, self._conversation.run)):
            self._running[number] = True
            _thread.stack_size(STACKS[number])
            _thread.start_new_thread(self._guard, (number, body))
        _thread.stack_size(0)

    def stop(self, linger_s=5.0):
        """Save everything, give the store up to linger_s to acknowledge it, say goodbye. -> whether the outbox is empty."""
        self._ending = True
        while self._running[0]:
            time.sleep_ms(SLICE_MS)
        self._conversation.stop(linger_s)
        while self._running[1]:
            time.sleep_ms(SLICE_MS)
        self._post.commit()
        return not self.outbox.pending()

    def checkpoint(self, record):
        """As the Reporter's, but less often: each is a block of the flash."""
        now_ms = self._clock.uptime_ms()
        if self._last_checkpoint_ms is None or now_ms - self._last_checkpoint_ms >= CHECKPOINT_EVERY_MS:
            self._last_checkpoint_ms = now_ms
            super().checkpoint(record)

    def begin_call(self, record):
        """A call begins. record: what would be reported of it if the device died at once."""
        self._last_checkpoint_ms = self._clock.uptime_ms()
        super().begin_call(record)

    def flush(self, timeout_s=None):
        """Wait until all said so far is in the outbox's files. -> False if it is not (flash full, or the time is over)."""
        saved = []
        self._put("end", lambda: saved.append(self._post.commit()))  # beyond the bound: it is waited for
        until_ms = None if timeout_s is None else self._clock.uptime_ms() + int(timeout_s * 1000)
        while not saved:
            self._check()
            if until_ms is not None and self._clock.uptime_ms() >= until_ms:
                return False
            time.sleep_ms(SLICE_MS)
        return saved[0]

    def counters(self):
        """Everything that was dropped, refused or tried again, for `meta`."""
        talk = self._conversation
        counts = super().counters(talk.received, talk.connects)
        counts += [("attempts", talk.attempts), ("oversized", talk.oversized), ("drift_ppm", self._clock.drift_ppm)]
        return counts + ([] if self._wifi is None else [("wifi_flaps", self._wifi.flaps)])

    # ---- the store thread

    def _store_loop(self):
        again_ms = 0
        fault_said = ""
        running = True
        while running:
            running = not self._ending
            while self.carry():
                pass
            now_ms = self._clock.uptime_ms()
            if now_ms >= again_ms or not running:
                self._post.commit()
                again_ms = now_ms + SAVE_EVERY_MS
            fault = self.outbox.fault or ""
            if fault and not fault_said:
                self._notice("cannot save to the outbox (" + fault + "): records wait in memory until that works; the flash may be full")
            elif fault_said and not fault:
                self._notice("the outbox is saved again")
            fault_said = fault
            if running:
                time.sleep_ms(SLICE_MS)

    # ---- both

    def _guard(self, number, body):
        try:
            body()
        except BaseException as failure:  # noqa: BLE001 (told by _check in the device's own thread)
            self.failure = failure
            sys.print_exception(failure)
        self._running[number] = False

    def _check(self):
        """It ends with its traceback instead of going on half deaf."""
        if self.failure is not None:
            raise RuntimeError("a thread of the link has ended: " + repr(self.failure))
