"""The device's link to the broker: what the listening says goes into the outbox and out over MQTT, without the listening ever waiting.

    device thread --items--> store thread --outbox (lock)--> network thread <--> broker
The store thread writes to the disk; the network thread waits for the network; neither waits for the other longer than one
write. Every queue is bounded, and what is dropped is counted and told in `meta`. What is sent when is decided in core/telemetry.
"""

from __future__ import annotations

import contextlib
import queue
import random
import select
import socket
import ssl
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

import paho.mqtt.client as mqtt

from sidetone.core.telemetry import payloads, topics
from sidetone.core.telemetry.commands import CommandError, Throttle, parse_ack, parse_command
from sidetone.core.telemetry.delivery import Backoff, Delivery
from sidetone.core.telemetry.outbox import Outbox
from sidetone.on_cpython.broker_address import BrokerAddress, BrokerAddressError, refusal
from sidetone.on_cpython.clock import Clock

Rows = Sequence[tuple[str, Any]]

ITEMS_MAX = 4000  # of events and intervals on their way to the disk: minutes of a call, should the disk stand still
COMMANDS_MAX = 32
LIVES_MAX = 4  # seconds of `live` that may wait for the socket; an older one is of no use to anybody
SAVE_AGAIN_S = 5.0  # how often a full disk is tried
LOOP_S = 0.2  # resend timers and keep-alive are looked at this often
META_EVERY_MS = 60_000  # counters that changed are told at most this often
STEADY_MS = 2000  # a connection that held so long was a good one; two devices of one name throw each other out sooner, and must slow down
OFFLINE_WAIT_MS = 1000  # for the broker to take the farewell of a clean exit


class Link:
    """url: see broker_address; site, device: names for the topics; about: rows for `meta`; counters() -> more rows for it;
    notice(line): one plain line for whoever runs the device, from either thread.

    start() and stop() frame it; begin_call .. end_call, publish_* are called from one thread, in the order of the call, and return
    at once. Commands that were understood wait in `commands` (dicts, see core/telemetry/commands.py); the device answers each.
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
        self.address = BrokerAddress(url)
        if self.address.tls:
            self.address.tls_context()  # its faults belong to the start, not to the network thread
        self.outbox = outbox
        self.commands: queue.Queue[dict[str, Any]] = queue.Queue(COMMANDS_MAX)
        self.connected = False
        self.connects = 0
        self._topics = {leaf: topics.topic(site, device, leaf) for leaf in topics.QOS}
        self._client_id = f"sidetone-{site}-{device}"
        self._clock = clock
        self._about = list(about)
        self._more_counters = counters
        self._notice = notice
        self._lock = threading.Lock()  # around outbox and delivery
        self._delivery = Delivery(outbox)
        self._lives: deque[tuple[int, int | None, list[Any], list[Any]]] = deque(maxlen=LIVES_MAX)
        self._items: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._dropped_items = 0
        self._dropped_lives = 0
        self._dropped_commands = 0
        self._garbage = 0
        self._refused = 0
        self._throttle = Throttle()
        self._tag: str | None = None
        self._backoff = Backoff()
        self._connected_ms = 0
        self._last_said = ""
        self._fault_said = ""
        self._meta_wanted = True
        self._meta_counters: list[tuple[str, int]] = []
        self._meta_ms = 0
        self._farewell_mid: int | None = None
        self._stopping = threading.Event()
        self._linger_until_ms = 0
        self._wake_read, self._wake_write = socket.socketpair()
        self._wake_read.setblocking(False)
        self._wake_write.setblocking(False)
        self._failure: BaseException | None = None
        self._store = threading.Thread(target=self._guard, args=(self._store_loop,), name="link-store", daemon=True)
        self._network = threading.Thread(target=self._guard, args=(self._network_loop,), name="link-network", daemon=True)

    # ---- the device's side

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
        self._linger_until_ms = self._clock.uptime_ms() + int(linger_s * 1000)
        self._stopping.set()
        self._wake()
        self._network.join()
        self._wake_read.close()
        self._wake_write.close()
        return not self.outbox.pending()

    def begin_call(self, record: Rows) -> None:
        """A call begins. record: what would be reported of it if the device died at once."""
        self._check()
        uptime_ms, t = self._clock.uptime_ms(), self._clock.epoch_s()
        self._items.put(lambda: self._begin(uptime_ms, t, record))

    def checkpoint(self, record: Rows) -> None:
        """The call's record so far, every interval: what the next start reports as truncated if this device dies now."""
        uptime_ms, t = self._clock.uptime_ms(), self._clock.epoch_s()
        self._items.put(lambda: self._checkpoint(uptime_ms, t, record))

    def end_call(self, record: Rows) -> None:
        """The call is over and this is its record."""
        self._check()
        uptime_ms, t = self._clock.uptime_ms(), self._clock.epoch_s()
        self._items.put(lambda: self._end(uptime_ms, t, record))

    def publish_interval(self, t_ms: int, measures: Rows) -> None:
        """Every 5 s of a call. t_ms: call time."""
        self._put("interval", lambda head: payloads.interval(head, self.outbox.calls_begun, t_ms, list(measures)))

    def publish_event(self, t_ms: int, what: str, rows: Rows) -> None:
        """what: "phrase" or "finding"; rows: as emitted, without kind and t_ms."""
        self._put("event", lambda head: payloads.event(head, self.outbox.calls_begun, t_ms, what, list(rows)))

    def answer(self, command: dict[str, Any], fault: str | None = None) -> None:
        """What became of a command: done (None) or why not."""
        self._put("event", lambda head: payloads.answer(head, command["id"], command["cmd"], fault))

    def publish_live(self, measures: Rows, lamps: Sequence[tuple[str, str, str]]) -> None:
        """Once a second, lost if the broker is away: nobody wants to see an old second."""
        if not self.connected:
            return
        if len(self._lives) == LIVES_MAX:
            self._dropped_lives += 1
        self._lives.append((self._clock.uptime_ms(), self._clock.epoch_s(), list(measures), list(lamps)))
        self._wake()

    def tag(self, text: str | None) -> None:
        """The call in progress, or else the next one, is a test call of this name; taken back by None; forgotten with the call's end."""
        self._items.put(lambda: setattr(self, "_tag", text))

    def flush(self, timeout_s: float | None = None) -> bool:
        """Wait until all said so far is in the outbox's files. -> False if it is not (disk full, or the time is over)."""
        done = threading.Event()
        saved: list[bool] = []

        def check() -> None:
            with self._lock:
                saved.append(self.outbox.commit())
            done.set()

        self._items.put(check)
        until_ms = None if timeout_s is None else self._clock.uptime_ms() + int(timeout_s * 1000)
        while not done.wait(LOOP_S):
            self._check()
            if until_ms is not None and self._clock.uptime_ms() >= until_ms:
                return False
        return saved[0]

    def _check(self) -> None:
        """A bug in one of our threads is the device's bug: it ends with its traceback instead of going on half deaf."""
        if self._failure is not None:
            raise RuntimeError("a thread of the link has ended") from self._failure

    def _guard(self, loop: Callable[[], None]) -> None:
        try:
            loop()
        except BaseException as failure:
            self._failure = failure
            raise

    def counters(self) -> list[tuple[str, int]]:
        """Everything that was dropped, refused or tried again, for `meta`."""
        box = self.outbox
        counts = [(f"dropped_{leaf}", box.dropped(leaf)) for leaf in ("interval", "event", "call")]
        counts += [("dropped_live", self._dropped_lives), ("dropped_items", self._dropped_items), ("unsaved", box.unsaved())]
        counts += [("damaged", box.damaged), ("resent", self._delivery.resent), ("refused", self._refused), ("connects", self.connects)]
        counts += [("garbage", self._garbage)]
        counts += [("refused_commands", self._throttle.refused + self._dropped_commands), ("clock_jumps", self._clock.jumps)]
        return counts + list(self._more_counters())

    # ---- the store thread

    def _put(self, leaf: str, payload_of: Callable[[list[tuple[str, Any]]], bytes]) -> None:
        if self._items.qsize() >= ITEMS_MAX:
            self._dropped_items += 1
            return
        uptime_ms, t = self._clock.uptime_ms(), self._clock.epoch_s()
        self._items.put(lambda: self._put_now(leaf, payload_of, uptime_ms, t))

    def _put_now(self, leaf: str, payload_of: Callable[[list[tuple[str, Any]]], bytes], uptime_ms: int, t: int | None) -> None:
        with self._lock:
            head = self._head(uptime_ms, t)
            self.outbox.put(leaf, head[2][1], payload_of(head))

    def _head(self, uptime_ms: int, t: int | None) -> list[tuple[str, Any]]:
        return payloads.envelope(self.outbox.boot, self.outbox.next_seq(), uptime_ms, t)

    def _record(self, uptime_ms: int, t: int | None, number: int, truncated: bool, record: Rows) -> bytes:
        head = payloads.envelope(self.outbox.boot, self._call_seq, uptime_ms, t)
        return payloads.call(head, number, self._tag, truncated, list(record))

    def _begin(self, uptime_ms: int, t: int | None, record: Rows) -> None:
        with self._lock:
            self._call_seq = self.outbox.next_seq()
            self.outbox.begin_call(self._call_seq, lambda number: self._record(uptime_ms, t, number, True, record))

    def _checkpoint(self, uptime_ms: int, t: int | None, record: Rows) -> None:
        with self._lock:
            self.outbox.checkpoint(self._record(uptime_ms, t, self.outbox.calls_begun, True, record))

    def _end(self, uptime_ms: int, t: int | None, record: Rows) -> None:
        with self._lock:
            self.outbox.end_call(self._record(uptime_ms, t, self.outbox.calls_begun, False, record))
        self._tag = None

    def _store_loop(self) -> None:
        again_ms = 0
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
            with self._lock:
                if self.outbox.fault is None or self._clock.uptime_ms() >= again_ms or not running:
                    self.outbox.commit()
                    again_ms = self._clock.uptime_ms() + int(SAVE_AGAIN_S * 1000)
                fault = self.outbox.fault or ""
            if fault and not self._fault_said:
                self._notice(f"cannot save to the outbox ({fault}): records wait in memory until that works; free some disk space")
            elif self._fault_said and not fault:
                self._notice("the outbox is saved again")
            self._fault_said = fault
            self._wake()

    # ---- the network thread

    def _wake(self) -> None:
        with contextlib.suppress(BlockingIOError):  # enough wake-ups wait already
            self._wake_write.send(b"\0")

    def _say(self, line: str) -> None:
        """One line for one state of the network, however often it is tried."""
        if line != self._last_said:
            self._last_said = line
            self._notice(line)

    def _network_loop(self) -> None:
        while not self._finished():
            try:
                client = self._new_client()
                self.address.connect(client)
                self._converse(client)
            except BrokerAddressError as error:
                self._say(str(error))
            except ssl.SSLCertVerificationError as error:
                self._say(f"the broker {self.address.text} shows a certificate that is not trusted: {error.verify_message}; trying again")
            except OSError as error:
                self._say(f"no broker at {self.address.text} ({error.strerror or error}); records are kept, trying again")
            if not self._stopping.wait(self._backoff.next_ms(random.randrange(1001)) / 1000) or self._finished():
                continue
            time.sleep(LOOP_S)  # stopping, but given time: a record may still find its way

    def _finished(self) -> bool:
        """Stopping, and either nothing waits or its time is over."""
        with self._lock:
            waiting = bool(self.outbox.pending())
        return self._stopping.is_set() and (not waiting or self._clock.uptime_ms() >= self._linger_until_ms)

    def _new_client(self) -> mqtt.Client:
        """A fresh client for each connection: what an old one still held in flight is the outbox's business, not paho's."""
        client = self.address.client(self._client_id, clean_session=True)
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        client.on_publish = self._on_publish
        with self._lock:
            will = payloads.availability(self._head(self._clock.uptime_ms(), self._clock.epoch_s()), "offline", "lost")
        client.will_set(self._topics["availability"], will, qos=1, retain=True)
        return client

    def _converse(self, client: mqtt.Client) -> None:
        """Serve one connection until it is lost or the device stops."""
        code = mqtt.MQTTErrorCode.MQTT_ERR_SUCCESS
        farewell_ms = None
        while code == mqtt.MQTTErrorCode.MQTT_ERR_SUCCESS and (sock := client.socket()) is not None:
            writing = [sock] if client.want_write() else []
            readable, writable, _ = select.select([sock, self._wake_read], writing, [], LOOP_S)
            if self._wake_read in readable:
                with contextlib.suppress(BlockingIOError):
                    self._wake_read.recv(4096)
            if sock in readable:
                code = client.loop_read()
                while code == mqtt.MQTTErrorCode.MQTT_ERR_SUCCESS and _decrypted(client.socket()):
                    code = client.loop_read()
            if writable and code == mqtt.MQTTErrorCode.MQTT_ERR_SUCCESS:
                code = client.loop_write()
            if code == mqtt.MQTTErrorCode.MQTT_ERR_SUCCESS:
                code = client.loop_misc()
            if self.connected and client.socket() is not None:
                self._send(client)
                farewell_ms = self._farewell(client, farewell_ms)
            elif self._finished():
                break
        if client.socket() is not None:
            client.disconnect()
        if self.connected:
            self.connected = False
            if self._clock.uptime_ms() - self._connected_ms >= STEADY_MS:
                self._backoff.reset()
            if not self._stopping.is_set():
                self._say(f"lost the broker {self.address.text}; records are kept, trying again")

    def _farewell(self, client: mqtt.Client, since_ms: int | None) -> int | None:
        """On a clean exit: wait for the store's acks, say offline, wait for the broker to have it, disconnect."""
        if not self._stopping.is_set():
            return None
        now_ms = self._clock.uptime_ms()
        if since_ms is None:
            with self._lock:
                waiting = bool(self.outbox.pending())
            if waiting and now_ms < self._linger_until_ms:
                return None
            head = self._head(now_ms, self._clock.epoch_s())
            farewell = payloads.availability(head, "offline", "stop")
            self._farewell_mid = client.publish(self._topics["availability"], farewell, qos=1, retain=True).mid
            return now_ms
        if self._farewell_mid is None or now_ms - since_ms > OFFLINE_WAIT_MS:
            client.disconnect()
        return since_ms

    def _on_publish(self, client: mqtt.Client, userdata: Any, mid: int, reason_code: Any, properties: Any) -> None:
        if mid == self._farewell_mid:
            self._farewell_mid = None

    def _on_connect(self, client: mqtt.Client, userdata: Any, flags: Any, reason_code: Any, properties: Any) -> None:
        if reason_code.is_failure:
            self._say(f"the broker {self.address.text} {refusal(reason_code)}; trying again")
            return
        self._connected_ms = self._clock.uptime_ms()
        self.connects += 1
        client.subscribe([(self._topics[leaf], 1) for leaf in topics.HOST_LEAVES])

    def _on_subscribe(self, client: mqtt.Client, userdata: Any, mid: int, reason_codes: Any, properties: Any) -> None:
        """Now the store's acks reach us: not before is a record sent."""
        if any(code.is_failure for code in reason_codes):
            self._say(f"the broker {self.address.text} does not let this device read its own topics; trying again")
            client.disconnect()
            return
        self._say(f"connected to the broker {self.address.text}")
        self._hello(client)
        with self._lock:
            self._delivery.connected(self._clock.uptime_ms())
        self.connected = True

    def _hello(self, client: mqtt.Client) -> None:
        with self._lock:
            head = self._head(self._clock.uptime_ms(), self._clock.epoch_s())
        client.publish(self._topics["availability"], payloads.availability(head, "online", "start"), qos=1, retain=True)
        self._meta_wanted = True

    def _send(self, client: mqtt.Client) -> None:
        now_ms = self._clock.uptime_ms()
        with self._lock:
            records = self._delivery.due(now_ms)
            lives = []
            while self._lives:
                uptime_ms, t, measures, lamps = self._lives.popleft()
                lives.append(payloads.live(self._head(uptime_ms, t), measures, lamps))
            counters = self.counters()
            if counters != self._meta_counters and now_ms - self._meta_ms >= META_EVERY_MS:
                self._meta_wanted = True
            if self._meta_wanted:
                meta = payloads.meta(self._head(now_ms, self._clock.epoch_s()), self._about, counters)
        if self._meta_wanted:
            self._meta_wanted, self._meta_counters, self._meta_ms = False, counters, now_ms
            client.publish(self._topics["meta"], meta, qos=1, retain=True)
        for payload in lives:
            client.publish(self._topics["live"], payload, qos=0)
        for record in records:
            client.publish(self._topics[record.leaf], record.payload, qos=1)

    def _on_message(self, client: mqtt.Client, userdata: Any, message: mqtt.MQTTMessage) -> None:
        now_ms = self._clock.uptime_ms()
        try:
            if message.topic == self._topics["ack"]:
                acked, refused = parse_ack(message.payload)
                with self._lock:
                    self._delivery.acked(now_ms, acked + refused)
                if refused:
                    self._refused += len(refused)
                    self._notice(f"the store refused {len(refused)} messages that break their schema: this firmware has a fault, report it")
                return
            if not self._throttle.admits(now_ms):
                if self._throttle.opening:
                    self._notice("a flood of commands: those beyond two a second are refused")
                return
            self._obey(client, parse_command(message.payload))
        except CommandError as error:
            self._garbage += 1
            if self._garbage <= 5 or self._garbage % 1000 == 0:  # a stuck sender must not fill the device's log
                self._notice(f"a message on {message.topic.rsplit('/', 1)[1]} {error}; ignored ({self._garbage} so far)")

    def _obey(self, client: mqtt.Client, command: dict[str, Any]) -> None:
        if command["cmd"] == "ping":
            self._hello(client)
            self.answer(command)
        elif command["cmd"] == "tag":
            self.tag(command["tag"])
            self.answer(command)
        else:
            try:
                self.commands.put_nowait(command)
            except queue.Full:
                self._dropped_commands += 1
                self.answer(command, "the device is too busy")


def _decrypted(sock: object) -> bool:
    """Whether a TLS socket holds bytes that it has read already, which select cannot see."""
    return isinstance(sock, ssl.SSLSocket) and sock.pending() > 0
