"""The device's link to the broker: what the listening says goes into the outbox and out over MQTT, without the listening ever waiting.

    device thread --items--> store thread (here) --> post room <-- network thread (conversation.py) <--> broker
The store thread writes to the disk, the network thread waits for the network. Every queue is bounded, and what is dropped is
counted and told in `meta`. What is sent when, and what survives what, is decided in core/telemetry.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence
from typing import Any

from sidetone.core.telemetry import payloads
from sidetone.core.telemetry.outbox import Outbox
from sidetone.on_cpython.broker_address import BrokerAddress
from sidetone.on_cpython.clock import Clock
from sidetone.on_cpython.conversation import Conversation
from sidetone.on_cpython.post import Head, Post, Rows, Stamp

ITEMS_MAX = 4000  # of events and intervals on their way to the disk: minutes of a call, should the disk stand still
COMMANDS_MAX = 32
SAVE_AGAIN_S = 5.0  # how often a full disk is tried
CHECK_S = 0.2


class Link:
    """url: see broker_address; site, device: names for the topics; about: rows for `meta`; counters() -> more rows for it;
    notice(line): one plain line for whoever runs the device, from any thread.

    start() and stop() frame it; begin_call .. end_call and publish_* are called from one thread, in the order of the call, and return
    at once. `outbox.calls_begun` counts with begin_call. Commands that were understood wait in `commands` (dicts, see
    core/telemetry/commands.py) for the device to do and answer; ping and tag are done here.
    Raises BrokerAddressError and topics.TopicError when made.
    """

    def __init__(
        self,
        url: str,
        site: str,
        device: str,
        outbox: Outbox,
        clock: Clock,
        about: Rows,
        counters: Callable[[], Rows] = lambda: (),
        notice: Callable[[str], None] = lambda line: None,
    ) -> None:
        address = BrokerAddress(url)
        if address.tls:
            address.tls_context()  # its faults belong to the start, not to the network thread
        self.outbox = outbox
        self.commands: queue.Queue[dict[str, Any]] = queue.Queue(COMMANDS_MAX)
        self._clock = clock
        self._more_counters = counters
        self._notice = notice
        self._post = Post(outbox, clock, about, self.counters)
        self._conversation = Conversation(address, site, device, self._post, clock, self._obey, notice)
        self._items: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._dropped_items = 0
        self._dropped_commands = 0
        self._tag: str | None = None
        self._failure: BaseException | None = None
        self._store = threading.Thread(target=self._guard, args=(self._store_loop,), name="link-store", daemon=True)
        self._network = threading.Thread(target=self._guard, args=(self._conversation.run,), name="link-network", daemon=True)

    @property
    def connected(self) -> bool:
        return self._conversation.connected

    def start(self) -> None:
        """Begin to connect, in the background; a broker that is away is only a notice."""
        if self.outbox.damaged:
            self._notice(f"{self.outbox.damaged} damaged lines of the outbox were skipped")
        self._store.start()
        self._network.start()

    def stop(self, linger_s: float = 5.0) -> bool:
        """Save everything, give the store up to linger_s to acknowledge it, say goodbye. -> whether the outbox is empty."""
        self._items.put(None)
        self._store.join()
        self._conversation.stop(linger_s)
        self._network.join()
        return not self.outbox.pending()

    # ---- what the device says

    def begin_call(self, record: Rows) -> None:
        """A call begins. record: what would be reported of it if the device died at once."""
        self._check()
        number, stamp = self.outbox.next_call(), Stamp(self._clock)
        self._items.put(lambda: self._post.begin_call(number, self._tag, stamp, record))

    def checkpoint(self, record: Rows) -> None:
        """The call's record so far, every interval: what the next start reports as truncated if this device dies now."""
        number, stamp = self.outbox.calls_begun, Stamp(self._clock)
        self._items.put(lambda: self._post.checkpoint(number, self._tag, stamp, record))

    def end_call(self, record: Rows) -> None:
        """The call is over and this is its record."""
        self._check()
        number, stamp = self.outbox.calls_begun, Stamp(self._clock)

        def end() -> None:
            self._post.end_call(number, self._tag, stamp, record)
            self._tag = None

        self._items.put(end)

    def publish_interval(self, t_ms: int, measures: Rows) -> None:
        """Every 5 s of a call. t_ms: call time."""
        number = self.outbox.calls_begun
        self._put("interval", lambda head: payloads.interval(head, number, t_ms, list(measures)))

    def publish_event(self, t_ms: int, what: str, rows: Rows) -> None:
        """what: "phrase" or "finding"; rows: as emitted, without kind and t_ms."""
        number = self.outbox.calls_begun
        self._put("event", lambda head: payloads.event(head, number, t_ms, what, list(rows)))

    def answer(self, command: dict[str, Any], fault: str | None = None) -> None:
        """What became of a command: done (None) or why not."""
        self._put("event", lambda head: payloads.answer(head, command["id"], command["cmd"], fault))

    def publish_live(self, measures: Rows, lamps: Sequence[tuple[str, str, str]]) -> None:
        """Once a second, lost if the broker is away: nobody wants to see an old second."""
        if self.connected:
            self._post.live(measures, lamps)
            self._conversation.wake()

    def tag(self, text: str | None) -> None:
        """The call in progress, or else the next one, is a test call of this name; taken back by None; forgotten with the call's end."""
        self._items.put(lambda: setattr(self, "_tag", text))

    def flush(self, timeout_s: float | None = None) -> bool:
        """Wait until all said so far is in the outbox's files. -> False if it is not (disk full, or the time is over)."""
        done = threading.Event()
        saved: list[bool] = []

        def save() -> None:
            saved.append(self._post.commit())
            done.set()

        self._items.put(save)
        until_ms = None if timeout_s is None else self._clock.uptime_ms() + int(timeout_s * 1000)
        while not done.wait(CHECK_S):
            self._check()
            if until_ms is not None and self._clock.uptime_ms() >= until_ms:
                return False
        return saved[0]

    def counters(self) -> list[tuple[str, int]]:
        """Everything that was dropped, refused or tried again, for `meta`."""
        box, talk = self.outbox, self._conversation
        counts = [(f"dropped_{leaf}", box.dropped(leaf)) for leaf in ("interval", "event", "call")]
        counts += [("dropped_live", self._post.dropped_lives), ("dropped_items", self._dropped_items), ("unsaved", box.unsaved())]
        counts += [("damaged", box.damaged), ("resent", self._post.resent), ("refused", talk.refused), ("connects", talk.connects)]
        counts += [("garbage", talk.garbage), ("refused_commands", talk.throttle.refused + self._dropped_commands)]
        return [*counts, ("clock_jumps", self._clock.jumps), *self._more_counters()]

    # ---- the store thread

    def _put(self, leaf: str, payload_of: Callable[[Head], bytes]) -> None:
        if self._items.qsize() >= ITEMS_MAX:
            self._dropped_items += 1
            return
        stamp = Stamp(self._clock)
        self._items.put(lambda: self._post.put(leaf, stamp, payload_of))

    def _store_loop(self) -> None:
        again_ms = 0
        fault_said = ""
        running = True
        while running:
            try:
                item = self._items.get(timeout=SAVE_AGAIN_S)
                while item is not None:  # all that wait are saved by one write
                    item()
                    item = self._items.get_nowait()
                running = False
            except queue.Empty:
                pass
            if self.outbox.fault is None or self._clock.uptime_ms() >= again_ms or not running:
                self._post.commit()
                again_ms = self._clock.uptime_ms() + int(SAVE_AGAIN_S * 1000)
            fault = self.outbox.fault or ""
            if fault and not fault_said:
                self._notice(f"cannot save to the outbox ({fault}): records wait in memory until that works; free some disk space")
            elif fault_said and not fault:
                self._notice("the outbox is saved again")
            fault_said = fault
            self._conversation.wake()

    # ---- the network thread

    def _obey(self, command: dict[str, Any]) -> None:
        if command["cmd"] in ("ping", "tag"):
            if command["cmd"] == "tag":
                self.tag(command["tag"])
            self.answer(command)
            return
        try:
            self.commands.put_nowait(command)
        except queue.Full:
            self._dropped_commands += 1
            self.answer(command, "the device is too busy")

    # ---- both

    def _guard(self, body: Callable[[], None]) -> None:
        try:
            body()
        except BaseException as failure:
            self._failure = failure
            raise

    def _check(self) -> None:
        """A bug in one of our threads is the device's bug: it ends with its traceback instead of going on half deaf."""
        if self._failure is not None:
            raise RuntimeError("a thread of the link has ended") from self._failure
