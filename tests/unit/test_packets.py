"""MQTT packets out of pieces of any size, in bounded memory."""

from checks import raises
from sidetone.core.telemetry.packets import PINGRESP, PUBLISH, SUBACK, PacketError, PacketReader, published

BODY_MAX = 40


def length_of(count):
    out = b""
    while True:
        byte = count & 127
        count >>= 7
        out += bytes([byte | (128 if count else 0)])
        if not count:
            return out


def publish(topic, payload, packet_id=None, retain=0):
    body = bytes([len(topic) >> 8, len(topic) & 255]) + topic
    if packet_id is not None:
        body += bytes([packet_id >> 8, packet_id & 255])
    body += payload
    return bytes([0x30 | (2 if packet_id is not None else 0) | retain]) + length_of(len(body)) + body


def read(data, piece):
    """All packets of `data`, fed in pieces of `piece` bytes."""
    found = []
    reader = PacketReader(BODY_MAX, lambda kind, flags, body, length: found.append((kind, flags, bytes(body), length)))
    for start in range(0, len(data), piece):
        part = memoryview(bytearray(data[start : start + piece] + b"rest of the buffer"))
        reader.feed(part, min(piece, len(data) - start))
    return found


STREAM = b"\x90\x03\x00\x01\x01" + b"\xd0\x00" + publish(b"a/b", b"hello", 7) + publish(b"a/c", b"", None, 1) + publish(b"t", bytes(300), 8)


def test_packets_are_the_same_however_they_are_cut():
    whole = read(STREAM, len(STREAM))
    assert [packet[0] for packet in whole] == [SUBACK, PINGRESP, PUBLISH, PUBLISH, PUBLISH]
    assert whole[0] == (SUBACK, 0, b"\x00\x01\x01", 3)
    assert whole[1] == (PINGRESP, 0, b"", 0)
    for piece in range(1, 50):
        assert read(STREAM, piece) == whole, piece


def test_a_stream_cut_anywhere_gives_the_packets_that_are_whole():
    whole = read(STREAM, 1)
    for end in range(len(STREAM)):
        assert read(STREAM[:end], 7) == whole[: len(read(STREAM[:end], 7))]
    assert len(read(STREAM[:-1], 1)) == 4


def test_a_message_gives_its_topic_number_and_payload():
    found = read(STREAM, 3)
    assert published(*found[2][1:]) == (b"a/b", 7, b"hello")
    assert published(*found[3][1:]) == (b"a/c", None, b"")


def test_a_message_too_long_keeps_its_number_and_loses_its_payload():
    _, flags, body, length = read(STREAM, 11)[4]
    assert length == 305
    assert len(body) == BODY_MAX
    assert published(flags, body, length) == (b"t", 8, None)


def test_a_message_of_megabytes_is_read_past():
    found = []
    reader = PacketReader(BODY_MAX, lambda kind, flags, body, length: found.append((kind, length)))
    head = b"\x32" + length_of(5000000)
    reader.feed(memoryview(bytearray(head)), len(head))
    piece = memoryview(bytearray(b"\x00\x01t\x00\x09" + bytes(995)))
    for _ in range(5000):
        reader.feed(piece, 1000)
    reader.feed(memoryview(b"\xd0\x00"), 2)
    assert found == [(PUBLISH, 5000000), (PINGRESP, 0)]


def test_a_length_that_mqtt_does_not_know_is_an_error():
    with raises(PacketError, "what is not MQTT"):
        read(b"\x30\xff\xff\xff\xff\x01", 2)
    assert read(b"\x30\xff\xff\xff", 1) == []


def test_a_message_shorter_than_its_topic_is_an_error():
    for flags, body in ((0, b""), (0, b"\x00"), (0, b"\x00\x05abc"), (2, b"\x00\x02ab"), (2, b"\x00\x02ab\x00")):
        with raises(PacketError):
            published(flags, memoryview(body), len(body))
    assert published(2, memoryview(b"\x00\x02ab\x00\x01"), 6) == (b"ab", 1, b"")


def test_garbage_gives_packets_or_the_one_error():
    state = 1
    for _ in range(300):
        data = bytearray()
        for _ in range(60):
            state = (state * 1103515245 + 12345) & 0x3FFFFFFF
            data.append(state >> 16 & 255)
        try:
            for _, flags, body, length in read(bytes(data), 13):
                published(flags, memoryview(body), length)
        except PacketError:
            pass
