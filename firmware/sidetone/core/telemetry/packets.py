"""What a broker sends, cut into MQTT 3.1.1 packets in bounded memory: the receiving half that umqtt leaves to luck.

Rules
 1. Bytes come in pieces of any size; a packet is handed over once it is whole, with at most `body_max` bytes of its body.
 2. A longer body is read to its end and thrown away; the packet is handed over with what was kept and its true length, because a
    broker wants its PUBACK even for a message that nobody reads, and else sends nothing more.
 3. A length that MQTT does not allow, or a PUBLISH that is shorter than its own topic, is a PacketError: the stream is lost.
Nothing is allocated while bytes come in, whatever they are.
"""

CONNACK, PUBLISH, PUBACK, SUBACK, PINGRESP = 2, 3, 4, 9, 13
LENGTH_BYTES_MAX = 4


class PacketError(ValueError):
    """Not MQTT; the connection is worth nothing any more."""


class PacketReader:
    """on_packet(kind, flags, body, length): kind 0..15, flags 0..15, body a memoryview that is valid only inside the call, length the
    body's true length."""

    def __init__(self, body_max, on_packet):
        self._body = memoryview(bytearray(body_max))
        self._on_packet = on_packet
        self.reset()

    def reset(self):
        """A new connection begins."""
        self._head = -1
        self._length = 0
        self._length_bytes = 0  # read so far; -1 when the length is known
        self._have = 0

    def feed(self, data, count):
        """The first `count` bytes of `data` (a memoryview)."""
        at = 0
        while at < count:
            if self._length_bytes >= 0:
                self._header(data[at])
                at += 1
            else:
                taken = min(count - at, self._length - self._have)
                kept = min(taken, len(self._body) - self._have)
                if kept > 0:
                    self._body[self._have : self._have + kept] = data[at : at + kept]
                self._have += taken
                at += taken
            if self._length_bytes < 0 and self._have == self._length:
                head, length = self._head, self._length
                self.reset()
                self._on_packet(head >> 4, head & 15, self._body[: min(length, len(self._body))], length)

    def _header(self, byte):
        if self._head < 0:
            self._head = byte
            return
        self._length |= (byte & 127) << (7 * self._length_bytes)
        self._length_bytes += 1
        if byte < 128:
            self._length_bytes = -1
        elif self._length_bytes == LENGTH_BYTES_MAX:
            raise PacketError("sends what is not MQTT")


def published(flags, body, length):
    """A PUBLISH -> (topic, packet id or None, payload or None): bytes; payload None where it was too long to keep."""
    if len(body) < 2:
        raise PacketError("sends a message without a topic")
    start = 2 + (body[0] << 8 | body[1])
    topic = bytes(body[2:start])
    packet_id = None
    if flags & 6:
        if start + 2 > len(body):
            raise PacketError("sends a message shorter than its topic")
        packet_id = body[start] << 8 | body[start + 1]
        start += 2
    if start > len(body):
        raise PacketError("sends a message shorter than its topic")
    return topic, packet_id, bytes(body[start:]) if length <= len(body) else None
