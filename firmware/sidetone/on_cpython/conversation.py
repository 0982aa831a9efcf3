"""The link's network thread: one conversation with the broker after another, as long as the device runs.

Each connection is a fresh paho client driven by our own select loop; what an old connection still held in flight is the outbox's
business. States of the network are told once each, however often a connection is tried.
"""

from __future__ import annotations

import contextlib
import random
import select
import socket
import ssl
import threading
import time
from collections.abc import Callable
from typing import Any

import paho.mqtt.client as mqtt

from sidetone.core.telemetry import topics
from sidetone.core.telemetry.delivery import Backoff
from sidetone.core.telemetry.post import Post
from sidetone.core.telemetry.received import Received
from sidetone.on_cpython.broker_address import BrokerAddress, BrokerAddressError, refusal
from sidetone.on_cpython.clock import Clock

LOOP_S = 0.2  # resend timers and keep-alive are looked at this often
STEADY_MS = 2000  # a connection that held so long was a good one; two devices of one name throw each other out sooner, and must slow down
OFFLINE_WAIT_MS = 1000  # for the broker to take the farewell of a clean exit

OK = mqtt.MQTTErrorCode.MQTT_ERR_SUCCESS


class Conversation:
    """on_command(command): one that was understood, in the network thread; notice(line): one plain line.

    run() is the thread's body; wake() makes it look at once; stop(linger_s) lets it end when all is acknowledged or the time is over.
    """

    def __init__(
        self,
        address: BrokerAddress,
        site: str,
        device: str,
        post: Post,
        clock: Clock,
        on_command: Callable[[dict[str, Any]], None],
        notice: Callable[[str], None],
    ) -> None:
        self.connected = False
        self.connects = 0
        self.received = Received(post, clock, on_command, notice)
        self._address = address
        self._client_id = f"sidetone-{site}-{device}"
        self._topics = {leaf: topics.topic(site, device, leaf) for leaf in topics.QOS}
        self._post = post
        self._clock = clock
        self._notice = notice
        self._backoff = Backoff()
        self._said = ""
        self._connected_ms = 0
        self._answered = False  # the broker said yes or no
        self._farewell_mid: int | None = None
        self._stopping = threading.Event()
        self._linger_until_ms = 0
        self._wake_read, self._wake_write = socket.socketpair()
        self._wake_read.setblocking(False)
        self._wake_write.setblocking(False)

    def wake(self) -> None:
        """There is something to send."""
        with contextlib.suppress(OSError):  # enough wake-ups wait already, or it has ended
            self._wake_write.send(b"\0")

    def stop(self, linger_s: float) -> None:
        """End soon: give the store up to linger_s to acknowledge what waits, say goodbye."""
        self._linger_until_ms = self._clock.uptime_ms() + int(linger_s * 1000)
        self._stopping.set()
        self.wake()

    def run(self) -> None:
        """Connect, converse, and again, with pauses that grow, until stopped."""
        while not self._finished():
            try:
                client = self._new_client()
                self._address.connect(client)
                self._converse(client)
            except BrokerAddressError as error:
                self._say(f"{error}; trying again")
            except ssl.SSLCertVerificationError as error:
                self._say(f"the broker {self._address.text} shows a certificate that is not trusted: {error.verify_message}; trying again")
            except OSError as error:
                self._say(f"no broker at {self._address.text} ({error.strerror or error}); records are kept, trying again")
            if self._stopping.wait(self._backoff.next_ms(random.randrange(1001)) / 1000) and not self._finished():
                time.sleep(LOOP_S)  # stopping, but given time: a record may still find its way
        self._wake_read.close()
        self._wake_write.close()

    def _finished(self) -> bool:
        """Stopping, and either nothing waits or the time for it is over."""
        return self._stopping.is_set() and (not self._post.waiting() or self._clock.uptime_ms() >= self._linger_until_ms)

    def _say(self, line: str) -> None:
        if line != self._said:
            self._said = line
            self._notice(line)

    def _new_client(self) -> mqtt.Client:
        client = self._address.client(self._client_id, clean_session=True)
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        client.on_publish = self._on_publish
        client.will_set(self._topics["availability"], self._post.availability("offline", "lost"), qos=1, retain=True)
        return client

    def _converse(self, client: mqtt.Client) -> None:
        """Serve one connection until it is lost or the device stops."""
        code = OK
        farewell_ms = None
        self._answered = False
        while code == OK and (sock := client.socket()) is not None:
            writing = [sock] if client.want_write() else []
            readable, writable, _ = select.select([sock, self._wake_read], writing, [], LOOP_S)
            if self._wake_read in readable:
                with contextlib.suppress(BlockingIOError):
                    self._wake_read.recv(4096)
            if sock in readable:
                code = client.loop_read()
                while code == OK and _decrypted(client.socket()):
                    code = client.loop_read()
            if writable and code == OK:
                code = client.loop_write()
            if code == OK:
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
                self._say(f"lost the broker {self._address.text}; records are kept, trying again")
        elif not self._answered and not self._finished():
            # TLS 1.3 refuses a client certificate only after the handshake, and MQTT then says nothing
            hint = " (does it trust this device's certificate?)" if self._address.tls else ""
            self._say(f"the broker {self._address.text} ended the connection without an answer{hint}; trying again")

    def _send(self, client: mqtt.Client) -> None:
        meta = self._post.meta()
        if meta is not None:
            client.publish(self._topics["meta"], meta, qos=1, retain=True)
        for payload in self._post.lives():
            client.publish(self._topics["live"], payload, qos=0)
        for record in self._post.due():
            client.publish(self._topics[record.leaf], record.payload, qos=1)

    def _farewell(self, client: mqtt.Client, since_ms: int | None) -> int | None:
        """On a clean exit: wait for the store's acks, say offline, wait for the broker to have it, disconnect."""
        if not self._stopping.is_set():
            return None
        now_ms = self._clock.uptime_ms()
        if since_ms is None:
            if not self._finished():
                return None
            farewell = self._post.availability("offline", "stop")
            self._farewell_mid = client.publish(self._topics["availability"], farewell, qos=1, retain=True).mid
            return now_ms
        if self._farewell_mid is None or now_ms - since_ms > OFFLINE_WAIT_MS:
            client.disconnect()
        return since_ms

    def _on_publish(self, client: mqtt.Client, userdata: Any, mid: int, reason_code: Any, properties: Any) -> None:
        if mid == self._farewell_mid:
            self._farewell_mid = None

    def _on_connect(self, client: mqtt.Client, userdata: Any, flags: Any, reason_code: Any, properties: Any) -> None:
        self._answered = True
        if reason_code.is_failure:
            self._say(f"the broker {self._address.text} {refusal(reason_code)}; trying again")
            return
        client.subscribe([(self._topics[leaf], 1) for leaf in topics.HOST_LEAVES])

    def _on_subscribe(self, client: mqtt.Client, userdata: Any, mid: int, reason_codes: Any, properties: Any) -> None:
        """Now the store's acks reach us: not before is a record sent."""
        if any(code.is_failure for code in reason_codes):
            self._say(f"the broker {self._address.text} does not let this device read its own topics; trying again")
            client.disconnect()
            return
        self._say(f"connected to the broker {self._address.text}")
        self.connects += 1
        self._connected_ms = self._clock.uptime_ms()
        self._hello(client)
        self._post.connected()
        self.connected = True

    def _hello(self, client: mqtt.Client) -> None:
        client.publish(self._topics["availability"], self._post.availability("online", "start"), qos=1, retain=True)
        self._post.tell_meta()

    def _on_message(self, client: mqtt.Client, userdata: Any, message: mqtt.MQTTMessage) -> None:
        if self.received.take("ack" if message.topic == self._topics["ack"] else "cmd", message.payload):
            self._hello(client)


def _decrypted(sock: object) -> bool:
    """Whether a TLS socket holds bytes that it has read already, which select cannot see."""
    return isinstance(sock, ssl.SSLSocket) and sock.pending() > 0
