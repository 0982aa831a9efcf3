"""The ingest: hears every device, checks each message against its schema, stores it, and only then tells the device `ack`.

    broker --network thread: check--> queue (bounded) --writer thread: one transaction--> store --> ack to the device, PUBACK to the broker
What must be stored (call, event, interval) is acknowledged to the broker after it is on the disk, so a killed ingest gets it
again; what still gets lost between them the device sends again, because it waits for our `ack`. A repeat changes nothing.
`live` goes to the page only. Garbage is counted and told once a minute; a store that is away is waited for.
"""

from __future__ import annotations

import json
import queue
import threading
import time
import traceback
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, Protocol

import paho.mqtt.client as mqtt

from sidetone.core.telemetry import topics
from sidetone.core.telemetry.commands import ACK_KEYS_MAX
from sidetone.on_cpython.broker_address import BrokerAddress, refusal
from sidetone_host import schemas
from sidetone_host.dashboard.store import StoreError

QUEUE_MAX = 10_000  # messages: half a minute of five hundred devices; beyond it the devices send again
BATCH_MAX = 200  # messages in one transaction: one fsync for as many as came while the last one ran
PAYLOAD_MAX = 16_384  # bytes; ours stay below 1.5 KiB, more is no message of ours
STORE_AGAIN_S = 1.0
GARBAGE_LINE_S = 60.0
CLIENT_ID = "sidetone-ingest"  # stable: the broker keeps what arrives while we are away under this name

TO_STORE = ("call", "event", "interval")
Message = dict[str, Any]


class Storing(Protocol):
    """What the ingest asks of dashboard.store.Store."""

    def put_all(self, messages: Iterable[tuple[str, str, str, Message]]) -> int: ...
    def put_meta(self, site: str, device: str, message: Message) -> None: ...
    def set_availability(self, site: str, device: str, state: str) -> None: ...


class Heard(NamedTuple):
    """One message that waits for the writer."""

    leaf: str
    site: str
    device: str
    message: Message
    mid: int
    qos: int
    connection: int  # a PUBACK belongs to the connection that brought the message

    @property
    def key(self) -> list[int]:
        return [self.message["boot"], self.message["seq"]]


class Ingest:
    """url: see on_cpython/broker_address; store: see Storing; hub(leaf, site, device, message): for the page, from either thread;
    status(connected, line): the broker came or went; notice(line): one plain line for the log.

    start() returns at once; stop() writes what it holds. `metrics()` -> counters for /metrics. Raises BrokerAddressError when made.
    """

    def __init__(
        self,
        url: str,
        store: Storing,
        hub: Callable[[str, str, str, Message], None] = lambda leaf, site, device, message: None,
        status: Callable[[bool, str], None] = lambda connected, line: None,
        notice: Callable[[str], None] = lambda line: None,
        client_id: str = CLIENT_ID,
    ) -> None:
        self.address = BrokerAddress(url)
        self._store = store
        self._hub = hub
        self._status = status
        self._notice = notice
        self._queue: queue.Queue[Heard | None] = queue.Queue(QUEUE_MAX)
        self._counts: Counter[str] = Counter()
        self._counting = threading.Lock()
        self._connection = 0
        self._connected = False
        self._answered = False  # the broker said yes or no
        self._said = ""
        self._garbage_said_s = float("-inf")
        self._stopping = threading.Event()
        self._client = self.address.client(client_id, clean_session=False, manual_ack=True)
        self._client.reconnect_delay_set(min_delay=1, max_delay=15)
        self._client.on_connect = self._on_connect
        self._client.on_connect_fail = self._on_connect_fail
        self._client.on_disconnect = self._on_disconnect
        self._client.on_message = self._on_message
        self._writer = threading.Thread(target=self._write_loop, name="ingest-writer", daemon=True)

    def start(self) -> None:
        """Begin to connect and to write, in the background; a broker that is away is only a line."""
        self._writer.start()
        self._client.connect_async(self.address.host, self.address.port, keepalive=15)
        self._client.loop_start()

    def stop(self) -> None:
        """Store what was heard, acknowledge it, disconnect."""
        self._stopping.set()
        self._queue.put(None)
        self._writer.join()
        self._client.disconnect()
        self._client.loop_stop()

    @property
    def connected(self) -> bool:
        return self._connected

    def metrics(self) -> dict[str, int]:
        """Counters since the start, and the queue's length: name -> value, names fit for Prometheus."""
        with self._counting:
            counts = dict(self._counts)
        return {**counts, "queue_length": self._queue.qsize(), "connected": int(self._connected)}

    def _count(self, name: str, by: int = 1) -> None:
        with self._counting:
            self._counts[name] += by

    # ---- the network thread (paho's)

    def _say(self, connected: bool, line: str) -> None:
        self._connected = connected
        self._status(connected, line)
        if line != self._said:
            self._said = line
            self._notice(line)

    def _on_connect(self, client: mqtt.Client, userdata: Any, flags: Any, reason_code: Any, properties: Any) -> None:
        self._answered = True
        if reason_code.is_failure:
            self._say(False, f"the broker {self.address.text} {refusal(reason_code)}; trying again")
            return
        self._connection += 1
        self._count("connects_total")
        client.subscribe([(topics.every(leaf), topics.QOS[leaf]) for leaf in topics.DEVICE_LEAVES])
        self._say(True, f"connected to the broker {self.address.text}")

    def _on_connect_fail(self, client: mqtt.Client, userdata: Any) -> None:
        self._say(False, f"no broker at {self.address.text}; trying again")

    def _on_disconnect(self, client: mqtt.Client, userdata: Any, flags: Any, reason_code: Any, properties: Any) -> None:
        if self._stopping.is_set():
            self._connected = False
        elif self._connected:
            self._say(False, f"lost the broker {self.address.text}; trying again")
        elif not self._answered:
            self._say(False, f"the broker {self.address.text} ended the connection without an answer; trying again")
        self._answered = False

    def _on_message(self, client: mqtt.Client, userdata: Any, received: mqtt.MQTTMessage) -> None:
        try:
            self._hear(client, received)
        except Exception:  # noqa: BLE001 (see _bug)
            self._bug()

    def _bug(self) -> None:
        """A fault of ours over one message must not silence all devices: it is counted, shown whole, and nothing is acknowledged."""
        self._count("bugs_total")
        traceback.print_exc()

    def _hear(self, client: mqtt.Client, received: mqtt.MQTTMessage) -> None:
        try:
            site, device, leaf = topics.parse(received.topic)
            message = parse(received.payload)
        except ValueError as fault:
            self._garbage(f"{received.topic[:120]!r}: {fault}")
            client.ack(received.mid, received.qos)
            return
        self._count(f"received_{leaf}_total")
        heard = Heard(leaf, site, device, message, received.mid, received.qos, self._connection)
        try:
            schemas.check(leaf, message)
        except schemas.Invalid as fault:
            self._garbage(f"{received.topic[:120]!r} breaks its schema: {fault}")
            if leaf in TO_STORE and message.get("schema") == 1 and _has_key(message):
                self._acknowledge([], [heard])
            else:
                client.ack(received.mid, received.qos)
            return
        if leaf != "call":  # a call is shown when it is stored: the page reads it from there
            self._hub(leaf, site, device, message)
        if leaf == "live":
            client.ack(received.mid, received.qos)
            return
        try:
            self._queue.put_nowait(heard)
        except queue.Full:
            self._count("queue_dropped_total")  # no ack of any kind: the device sends it again

    def _garbage(self, line: str) -> None:
        """Counted, and told at most once a minute: a broken sender must not fill the log."""
        self._count("garbage_total")
        now_s = time.monotonic()
        if now_s - self._garbage_said_s >= GARBAGE_LINE_S:
            self._garbage_said_s = now_s
            self._notice(f"ignored a message on {line}")

    # ---- the writer thread

    def _write_loop(self) -> None:
        running = True
        while running:
            first = self._queue.get()
            if first is None:
                return
            batch = [first]
            while len(batch) < BATCH_MAX:
                try:
                    more = self._queue.get_nowait()
                except queue.Empty:
                    break
                if more is None:
                    running = False
                    break
                batch.append(more)
            try:
                self._write(batch)
            except Exception:  # noqa: BLE001 (see _bug)
                self._bug()

    def _write(self, batch: list[Heard]) -> None:
        stored, refused = self._until_stored([heard for heard in batch if heard.leaf in TO_STORE])
        newest = {(heard.site, heard.device, heard.leaf): heard for heard in batch if heard.leaf not in TO_STORE}
        for heard in newest.values():
            self._keep(heard)
        for heard in batch:
            if heard.leaf not in TO_STORE:
                self._puback(heard)
        self._acknowledge(stored, refused)
        for heard in stored:
            if heard.leaf == "call":
                self._hub(heard.leaf, heard.site, heard.device, heard.message)

    def _until_stored(self, batch: list[Heard]) -> tuple[list[Heard], list[Heard]]:
        """-> (stored, refused). Waits while the store is away; messages it can never take are told from the others one by one."""
        if not batch:
            return [], []
        try:
            new = self._patiently(lambda: self._store.put_all([(h.leaf, h.site, h.device, as_stored(h)) for h in batch]))
        except ValueError as fault:
            if len(batch) == 1:
                self._garbage(f"{batch[0].site}/{batch[0].device}/{batch[0].leaf} that cannot be stored: {fault}")
                return [], batch
            halves = self._until_stored(batch[: len(batch) // 2]), self._until_stored(batch[len(batch) // 2 :])
            return halves[0][0] + halves[1][0], halves[0][1] + halves[1][1]
        if new is None:
            return [], []
        self._count("stored_total", new)
        self._count("repeated_total", len(batch) - new)
        return batch, []

    def _patiently(self, write: Callable[[], int | None]) -> int | None:
        """Try until it is written; None if we are stopped first."""
        said = ""
        while True:
            try:
                done = write()
            except StoreError as error:
                self._count("store_errors_total")
                if str(error) != said:
                    said = str(error)
                    self._notice(f"cannot store: {said}; trying again")
                if self._stopping.wait(STORE_AGAIN_S):
                    return None
            else:
                if said:
                    self._notice("the store takes records again")
                return done or 0

    def _keep(self, heard: Heard) -> None:
        """A device's newest `meta` or `availability`."""

        def write() -> None:
            if heard.leaf == "meta":
                self._store.put_meta(heard.site, heard.device, heard.message)
            else:
                self._store.set_availability(heard.site, heard.device, heard.message["state"])

        try:
            self._patiently(write)
        except ValueError as fault:
            self._garbage(f"{heard.site}/{heard.device}/{heard.leaf} that cannot be stored: {fault}")

    def _acknowledge(self, stored: list[Heard], refused: list[Heard]) -> None:
        keys: dict[tuple[str, str], list[tuple[str, list[int]]]] = defaultdict(list)
        for name, those in (("acked", stored), ("refused", refused)):
            for heard in those:
                keys[heard.site, heard.device].append((name, heard.key))
                self._puback(heard)
            self._count(f"{name}_total", len(those))
        for (site, device), pairs in keys.items():
            for start in range(0, len(pairs), ACK_KEYS_MAX):
                part = pairs[start : start + ACK_KEYS_MAX]
                ack = {"schema": 1, "acked": [key for name, key in part if name == "acked"]}
                if len(ack["acked"]) < len(part):  # type: ignore[arg-type]
                    ack["refused"] = [key for name, key in part if name == "refused"]
                if self._connected:  # else the device asks again by sending again
                    self._client.publish(topics.topic(site, device, "ack"), json.dumps(ack, separators=(",", ":")), qos=1)

    def _puback(self, heard: Heard) -> None:
        if heard.connection == self._connection and self._connected:
            self._client.ack(heard.mid, heard.qos)


def parse(payload: bytes | bytearray) -> Message:
    """Bytes -> one JSON object; ValueError with a plain line for anything else."""
    if len(payload) > PAYLOAD_MAX:
        raise ValueError(f"{len(payload)} bytes, at most {PAYLOAD_MAX} are read")
    try:
        message = json.loads(payload.decode("utf-8"), parse_constant=_no_constant)
    except RecursionError:
        raise ValueError("nested too deep") from None
    except ValueError:
        raise ValueError(f"no JSON: {bytes(payload[:40])!r}") from None
    if not isinstance(message, dict):
        raise ValueError(f"no JSON object: {bytes(payload[:40])!r}")
    return message


def _no_constant(name: str) -> None:
    raise ValueError(name)  # NaN and Infinity are not JSON, though Python's reader takes them


def _has_key(message: Message) -> bool:
    return all(type(message.get(name)) is int and 0 <= message[name] < 2**31 for name in ("boot", "seq"))


def as_stored(heard: Heard) -> Message:
    """The message as the store keeps it: `unmeasured` always field -> reason, however the wire had to write it."""
    if heard.leaf != "call":
        return heard.message
    unmeasured: dict[str, str] = {}
    for key, value in heard.message["record"]["unmeasured"].items():
        unmeasured.update({key: value} if isinstance(value, str) else dict.fromkeys(value, key))
    return {**heard.message, "record": {**heard.message["record"], "unmeasured": unmeasured}}
