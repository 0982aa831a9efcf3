"""The link's network thread: one conversation with the broker after another, as long as the device runs; the twin of on_cpython's.

umqtt (frozen in the firmware) writes the packets; it would also wait inside `publish`, read in unbounded pieces and never notice a dead
broker. So it speaks through our Wire, is never let wait, and what comes in is read by core/telemetry/packets.py.
This thread alone touches the Wi-Fi, the time server and the broker. It connects only while the gate is open (`may_connect`).
"""

import errno
import random
import time

import umqtt.simple as simple

from sidetone.core.telemetry import packets, topics
from sidetone.core.telemetry.commands import COMMAND_MAX
from sidetone.core.telemetry.delivery import Backoff
from sidetone.core.telemetry.received import Received
from sidetone.on_micropython.broker_address import NotNow, Sockets, Wire, hung_up, words

KEEPALIVE_S = 15  # the last will is spoken after 1.5 of these: a wall board shows a dead device within 25 s
PING_AFTER_MS = 7000  # of silence of ours
DEAD_AFTER_MS = 20000  # of silence of the broker, which has been asked by then
SUBSCRIBED_WITHIN_MS = 10000
STEADY_MS = 2000  # a connection that held so long was a good one; two devices of one name throw each other out sooner, and must slow down
OFFLINE_WAIT_MS = 1000  # for the broker to take the farewell of a clean exit
SLICE_MS = 50  # the socket is looked at this often: a poll object would look every tick of the system and cost the listening more
IDLE_MS = 200
CHUNK_BYTES = 1024  # read at once, one piece a slice: a flood waits in the broker and costs us 20 kB/s of reading
BODY_MAX = 2 + 128 + 2 + COMMAND_MAX  # topic, packet id, payload; what is longer is no message of ours

CONNACK_WORDS = {4: "refused the user name or the password", 5: "refused the user name or the password"}


class _Sent(Exception):
    """umqtt has written its packet and wants to wait for the answer."""


class _Refused(Exception):
    """The broker lets us in but not read our topics; it has been told."""


class Client(simple.MQTTClient):
    """umqtt's client, which never waits: answers are heard by the conversation."""

    def wait_msg(self):
        raise _Sent

    def say(self, topic, payload, retain, qos):
        """Publish, and don't wait for PUBACK: only the store's ack counts."""
        self._number()
        try:
            self.publish(topic, payload, retain, qos)
        except _Sent:
            pass
        self.sock.flush()
        return self.pid

    def ask_for(self, topic):
        """Subscribe with QoS 1; the SUBACK comes later."""
        self._number()
        try:
            self.subscribe(topic, 1)
        except _Sent:
            pass
        self.sock.flush()

    def _number(self):
        if self.pid >= 0xFFFF:  # umqtt counts on, and 0 is not allowed
            self.pid = 0


class Conversation:
    """on_command(command): one that was understood, in the network thread; notice(line): one plain line; wifi: on_*/wifi.Wifi or None
    where the network is always there; may_connect() -> whether a connection may be made now.

    run() is the thread's body; stop(linger_s) lets it end when all is acknowledged or the time is over.
    """

    def __init__(self, address, site, device, post, clock, on_command, notice, wifi=None, may_connect=lambda: True):
        self.connected = False
        self.connecting = False
        self.connects = 0
        self.attempts = 0
        self.oversized = 0
        self.received = Received(post, clock, on_command, notice)
        self._address = address
        self._client_id = "sidetone-" + site + "-" + device
        self._topics = {leaf: topics.topic(site, device, leaf).encode() for leaf in topics.QOS}
        self._post = post
        self._clock = clock
        self._notice = notice
        self._wifi = wifi
        self._may_connect = may_connect
        self._backoff = Backoff()
        self._said = ""
        self._connected_ms = 0
        self._client = None
        self._wire = None
        self._sockets = Sockets()
        simple.socket = self._sockets
        self._chunk = memoryview(bytearray(CHUNK_BYTES))
        self._reader = packets.PacketReader(BODY_MAX, self._on_packet)
        self._subscriptions = 0
        self._sent_ms = 0
        self._heard_ms = 0
        self._farewell_pid = None
        self._stopping = False
        self._linger_until_ms = 0

    def stop(self, linger_s):
        """End soon: give the store up to linger_s to acknowledge what waits, say goodbye."""
        self._linger_until_ms = self._clock.uptime_ms() + int(linger_s * 1000)
        self._stopping = True

    def run(self):
        """Connect, converse, and again, with pauses that grow, until stopped."""
        while not self._finished():
            if not self._network():
                time.sleep_ms(IDLE_MS)
                continue
            self._clock.keep(True)
            if not self._may_connect():
                time.sleep_ms(IDLE_MS)
                continue
            self.attempts += 1
            if self._attempt():
                self._pause(self._backoff.next_ms(random.getrandbits(10) * 1000 // 1023))

    def _network(self):
        return self._wifi is None or self._wifi.keep(self._clock.uptime_ms())

    def _finished(self):
        """Stopping, and either nothing waits or the time for it is over."""
        return self._stopping and (not self._post.waiting() or self._clock.uptime_ms() >= self._linger_until_ms)

    def _pause(self, pause_ms):
        until_ms = self._clock.uptime_ms() + pause_ms
        while self._clock.uptime_ms() < until_ms and not self._finished():
            self._network()
            time.sleep_ms(SLICE_MS)

    def _say(self, line):
        if line != self._said:
            self._said = line
            self._notice(line)

    # ---- one connection

    def _attempt(self):
        """One connection from beginning to end. -> False if it was given up for the listening's sake: then nothing is held against it."""
        text = self._address.text
        self._wire = self._sockets.wire = Wire(self._address, self._clock.uptime_ms, self._may_connect)
        self._reader.reset()
        self._subscriptions = 0
        self.connecting = True
        try:
            self._open()
            self._converse()
        except NotNow:
            return False
        except _Refused:
            pass
        except simple.MQTTException as error:
            code = error.args[0]
            self._say("the broker " + text + " " + CONNACK_WORDS.get(code, "refused the connection: code " + str(code)) + "; trying again")
        except ValueError as error:  # mbedtls says it in words; a PacketError is one, too
            self._untrusted(error)
        except (AssertionError, IndexError):  # umqtt's way to say that this was no CONNACK
            self._say("at " + text + " answers something that is no MQTT broker; trying again")
        except MemoryError:
            self._say("no connection to " + text + ": not enough memory; records are kept, trying again")
        except OSError as error:
            self._failed(error)
        finally:
            self.connecting = False
            self._wire.drop()
            if self.connected:
                self.connected = False
                if self._clock.uptime_ms() - self._connected_ms >= STEADY_MS:
                    self._backoff.reset()
        return True

    def _untrusted(self, error):
        if isinstance(error, packets.PacketError):
            self._say("the broker " + self._address.text + " " + str(error) + "; trying again")
            return
        why = "; ".join(str(error).strip().split("\n"))
        if "validity" in why and self._clock.epoch_s() is None:
            why += " (this device's clock is not set: is the time server right?)"
        self._say("the broker " + self._address.text + " shows a certificate that is not trusted: " + why + "; trying again")

    def _failed(self, error):
        text = self._address.text
        if self._stopping and self.connected:
            return
        if self.connected:
            self._say("lost the broker " + text + "; records are kept, trying again")
        elif self._wire.opened and hung_up(error):
            hint = " (does it trust this device's certificate?)" if self._address.tls else ""
            self._say("the broker " + text + " ended the connection without an answer" + hint + "; trying again")
        else:
            self._say("no broker at " + text + " (" + words(error) + "); records are kept, trying again")

    def _open(self):
        """TCP, TLS, CONNECT, and the request for our topics."""
        address = self._address
        # bytes: umqtt counts characters, which are not bytes in every password
        user = None if address.user is None else address.user.encode()
        client = Client(self._client_id, address.host, address.port, user, (address.password or "").encode(), KEEPALIVE_S)
        will = self._post.availability("offline", "lost")
        client.set_last_will(self._topics["availability"], will, True, 1)
        client.set_callback(self._on_packet)  # umqtt wants one before it subscribes
        client.connect()
        self._client = client
        for leaf in topics.HOST_LEAVES:
            client.ask_for(self._topics[leaf])
        self._sent_ms = self._heard_ms = self._connected_ms = self._clock.uptime_ms()

    def _converse(self):
        """Serve the connection until it is lost (OSError) or the device stops."""
        farewell_ms = None
        while True:
            if not self._network():
                raise OSError(errno.ENOTCONN)
            count = self._wire.receive(self._chunk)
            now_ms = self._clock.uptime_ms()
            if count:
                self._heard_ms = now_ms
                self._reader.feed(self._chunk, count)
            if now_ms - self._heard_ms >= DEAD_AFTER_MS:
                raise OSError(errno.ETIMEDOUT)
            if self.connected:
                self.connecting = False
                self._send()
                if self._stopping:
                    if farewell_ms is None and self._finished():
                        farewell_ms = now_ms
                        self._farewell_pid = self._publish("availability", self._post.availability("offline", "stop"))
                    if farewell_ms is not None and (self._farewell_pid is None or now_ms - farewell_ms > OFFLINE_WAIT_MS):
                        self._client.disconnect()
                        return
            elif self._finished():
                return
            elif now_ms - self._connected_ms >= SUBSCRIBED_WITHIN_MS:
                raise OSError(errno.ETIMEDOUT)
            if now_ms - self._sent_ms >= PING_AFTER_MS:
                self._sent_ms = now_ms
                self._client.ping()
            self._wire.flush()  # what was answered while reading
            self._clock.keep(True)
            time.sleep_ms(SLICE_MS)

    def _publish(self, leaf, payload):
        self._sent_ms = self._clock.uptime_ms()
        return self._client.say(self._topics[leaf], payload, leaf in topics.RETAINED, topics.QOS[leaf])

    def _send(self):
        meta = self._post.meta()
        if meta is not None:
            self._publish("meta", meta)
        for payload in self._post.lives():
            self._publish("live", payload)
        for record in self._post.due():
            self._publish(record.leaf, record.payload)

    def _hello(self):
        self._publish("availability", self._post.availability("online", "start"))
        self._post.tell_meta()

    # ---- what the broker says

    def _on_packet(self, kind, flags, body, length):
        if kind == packets.PUBLISH:
            self._on_message(*packets.published(flags, body, length), length)
        elif kind == packets.SUBACK:
            self._on_subscribed(body)
        elif kind == packets.PUBACK and length == 2 and (body[0] << 8 | body[1]) == self._farewell_pid:
            self._farewell_pid = None

    def _on_subscribed(self, body):
        """Now the store's acks reach us: not before is a record sent."""
        if len(body) != 3 or body[2] & 0x80:
            self._say("the broker " + self._address.text + " does not let this device read its own topics; trying again")
            raise _Refused
        self._subscriptions += 1
        if self._subscriptions == len(topics.HOST_LEAVES):
            self._say("connected to the broker " + self._address.text)
            self.connects += 1
            self._connected_ms = self._clock.uptime_ms()
            self._hello()
            self._post.connected()
            self.connected = True

    def _on_message(self, topic, packet_id, payload, length):
        if packet_id is not None:
            self._wire.write(bytes((packets.PUBACK << 4, 2, packet_id >> 8, packet_id & 255)))
        leaf = "ack" if topic == self._topics["ack"] else "cmd"
        if payload is None:
            self.oversized += 1
            self.received.ignore(leaf, "has " + str(length) + " bytes")
        elif self.received.take(leaf, payload):
            self._hello()
