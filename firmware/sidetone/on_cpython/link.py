"""The device's link to the broker: what the listening says goes into the outbox and out over MQTT, without the listening ever waiting.

    device thread --errands--> store thread (here) --> post room <-- network thread (conversation.py) <--> broker
The store thread writes to the disk, the network thread waits for the network. Every queue is bounded, and what is dropped is
counted and told in `meta`. What is sent when, and what survives what, is decided in core/telemetry.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

from sidetone.core.telemetry.outbox import Outbox
from sidetone.core.telemetry.post import Post
from sidetone.core.telemetry.reporter import Reporter
from sidetone.on_cpython.broker_address import BrokerAddress
from sidetone.on_cpython.clock import Clock
from sidetone.on_cpython.conversation import Conversation

SAVE_AGAIN_S = 5.0  # how often a full disk is tried
CHECK_S = 0.2

Rows = Sequence[tuple[str, Any]]


class Link(Reporter):
    """url: see broker_address; site, device: names for the topics; about: rows for `meta`; counters() -> more rows for it;
    notice(line): one plain line for whoever runs the device, from any thread.

    start() and stop() frame what core/telemetry/reporter.py offers the device.
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
        post = Post(outbox, clock, about, self.counters, threading.Lock)
        super().__init__(post, outbox, clock, threading.Lock, counters)  # type: ignore[no-untyped-call]
        self._notice = notice
        self._conversation = Conversation(address, site, device, post, clock, self.obey, notice)
        self._something = threading.Event()  # for the store thread
        self._ending = False
        self._failure: BaseException | None = None
        self._store = threading.Thread(target=self._guard, args=(self._store_loop,), name="link-store", daemon=True)
        self._network = threading.Thread(target=self._guard, args=(self._conversation.run,), name="link-network", daemon=True)

    @property
    def connected(self) -> bool:  # type: ignore[override]
        return self._conversation.connected

    def start(self) -> None:
        """Begin to connect, in the background; a broker that is away is only a notice."""
        if self.outbox.damaged:
            self._notice(f"{self.outbox.damaged} damaged lines of the outbox were skipped")
        self._store.start()
        self._network.start()

    def stop(self, linger_s: float = 5.0) -> bool:
        """Save everything, give the store up to linger_s to acknowledge it, say goodbye. -> whether the outbox is empty."""
        self._ending = True
        self._something.set()
        self._store.join()
        self._conversation.stop(linger_s)
        self._network.join()
        return not self.outbox.pending()

    def flush(self, timeout_s: float | None = None) -> bool:
        """Wait until all said so far is in the outbox's files. -> False if it is not (disk full, or the time is over)."""
        done = threading.Event()
        saved: list[bool] = []

        def save() -> None:
            saved.append(self._post.commit())
            done.set()

        self._put("end", save)  # type: ignore[no-untyped-call]  # beyond the bound: it is waited for
        until_ms = None if timeout_s is None else self._clock.uptime_ms() + int(timeout_s * 1000)
        while not done.wait(CHECK_S):
            self._check()
            if until_ms is not None and self._clock.uptime_ms() >= until_ms:
                return False
        return saved[0]

    def counters(self) -> list[tuple[str, int]]:  # type: ignore[override]
        """Everything that was dropped, refused or tried again, for `meta`."""
        return super().counters(self._conversation.received, self._conversation.connects)  # type: ignore[no-untyped-call]

    # ---- the store thread

    def _store_loop(self) -> None:
        again_ms = 0
        fault_said = ""
        running = True
        while running:
            self._something.wait(SAVE_AGAIN_S)
            self._something.clear()
            running = not self._ending
            while self.carry():  # type: ignore[no-untyped-call]  # all that wait are saved by one write
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

    # ---- both

    def _wake(self) -> None:
        self._something.set()
        self._conversation.wake()

    def _guard(self, body: Callable[[], None]) -> None:
        try:
            body()
        except BaseException as failure:
            self._failure = failure
            raise

    def _check(self) -> None:
        """It ends with its traceback instead of going on half deaf."""
        if self._failure is not None:
            raise RuntimeError("a thread of the link has ended") from self._failure
