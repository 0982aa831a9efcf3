"""Samples as the I2S driver leaves them -> int16 of one channel.

A slot holds frames of two channels, little-endian: 16-bit words (the driver keeps the upper halves of the codec's 32-bit ones), or the
32-bit words themselves, of which the upper 16 + `gain` bits are used.
"""

import micropython


@micropython.viper
def pick(raw: ptr16, out: ptr16, count: int, step: int):
    """count samples, one of every `step` 16-bit words of raw from its first on -> out, int16."""
    while count:
        out[0] = raw[0]
        raw = ptr16(int(raw) + (step << 1))
        out = ptr16(int(out) + 2)
        count -= 1


@micropython.viper
def pick_louder(raw: ptr16, out: ptr16, count: int, gain: int):
    """count samples out of stereo 32-bit words, `gain` bits (1..12; 6 dB each) louder, limited to full scale -> out, int16.

    raw points at the low half of the channel's first word.
    """
    shift = 16 - gain
    limit = 32768 >> gain
    while count:
        high = raw[1]
        if high & 0x8000:
            high -= 65536
        if high >= limit:
            value = 32767
        elif high < 0 - limit:
            value = 0x8000
        else:
            value = ((high << gain) + (raw[0] >> shift)) & 0xFFFF
        out[0] = value
        raw = ptr16(int(raw) + 8)
        out = ptr16(int(out) + 2)
        count -= 1
