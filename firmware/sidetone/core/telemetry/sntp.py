"""The time of a server, by SNTP (RFC 4330): one question, one answer, both 48 bytes.

The time is the server's transmit time plus half the way there and back. An answer that is no answer to our question is refused.
"""

import struct

PORT = 123
PACKET_BYTES = 48
_CLIENT_V4 = 0x23  # leap 0, version 4, mode 3
_EPOCH_1900_TO_1970_S = 2208988800
_ERA_S = 1 << 32  # the 32 bits of seconds begin anew in 2036: a time before 1970 is meant as one of the next era


class SntpError(ValueError):
    """An answer that cannot be used; the text says why."""


def question(nonce):
    """nonce: 8 bytes that the answer must repeat (RFC 4330, section 5: Originate Timestamp)."""
    return bytes([_CLIENT_V4]) + bytes(39) + nonce


def answer(packet, nonce, way_ms):
    """bytes -> milliseconds since 1970 at the moment the answer came in. way_ms: from question to answer."""
    if len(packet) < PACKET_BYTES or packet[24:32] != nonce:
        raise SntpError("an answer to another question")
    if packet[0] & 7 != 4 or not 1 <= packet[1] <= 15 or packet[0] >> 6 == 3:
        raise SntpError("the server does not know the time itself")
    seconds, fraction = struct.unpack(">II", packet[40:48])
    seconds -= _EPOCH_1900_TO_1970_S
    if seconds < 0:
        seconds += _ERA_S
    return seconds * 1000 + (fraction * 1000 >> 32) + way_ms // 2
