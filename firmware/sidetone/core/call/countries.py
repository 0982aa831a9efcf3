# ruff: noqa: E501  (one country a line)
"""Which country's telephone tones the line carries: how long a ring and a busy tone sound, how high they are, how they beat.

Row: (code, en, zh, ring_ms, gap_ms, rest_ms, busy_ms, low_hz, high_hz, beat_hops, source)
    ring_ms, gap_ms, rest_ms  a ring sounds ring_ms, or twice ring_ms with gap_ms between (0: once), and rests rest_ms until the next
    busy_ms                   the busy or disconnect tone sounds and rests so long
    low_hz, high_hz           lowest and highest pitch of ring, busy and zip tones (a zip tone is the exchange's own: up to 1000 Hz)
    beat_hops                 hops of 10 ms after which a tone of two frequencies, or a modulated one, repeats its level; 1 for a plain one
    source                    ITU-T E.180 Supplement 2 (various tones used in national networks) for all of them; what the tones are made of
"""

COUNTRIES = (
    ("cn", "China", "中国", 1000, 0, 4000, 350, 425, 1000, 1, "450 Hz; 1 s on, 4 s off; busy 0.35 s (also GB/T 3380)"),
    ("hk", "Hong Kong", "香港", 400, 200, 3000, 500, 440, 620, 5, "440+480 Hz, 0.4-0.2-0.4 s on, 3 s off; busy 480+620 Hz, 0.5 s"),
    ("tw", "Taiwan", "台湾", 1000, 0, 2000, 500, 440, 620, 5, "440+480 Hz, 1 s on, 2 s off; busy 480+620 Hz, 0.5 s"),
    ("jp", "Japan", "日本", 1000, 0, 2000, 500, 375, 1000, 25, "400 Hz modulated by 16 Hz, 1 s on, 2 s off; busy 400 Hz, 0.5 s"),
    ("kr", "Korea", "韩国", 1000, 0, 2000, 500, 440, 620, 5, "440+480 Hz, 1 s on, 2 s off; busy 480+620 Hz, 0.5 s"),
    ("us", "United States, Canada", "美国、加拿大", 2000, 0, 4000, 500, 440, 620, 5, "440+480 Hz, 2 s on, 4 s off; busy 480+620 Hz, 0.5 s"),
    ("uk", "United Kingdom", "英国", 400, 200, 2000, 375, 400, 1000, 2, "400+450 Hz, 0.4-0.2-0.4 s on, 2 s off; busy 400 Hz, 0.375 s (also BT SIN 350)"),
    ("au", "Australia", "澳大利亚", 400, 200, 2000, 375, 413, 1000, 4, "413+438 Hz, 0.4-0.2-0.4 s on, 2 s off; busy 425 Hz, 0.375 s"),
    ("in", "India", "印度", 400, 200, 2000, 750, 375, 1000, 4, "400 Hz modulated by 25 Hz, 0.4-0.2-0.4 s on, 2 s off; busy 400 Hz, 0.75 s"),
    ("de", "Germany", "德国", 1000, 0, 4000, 480, 425, 1000, 1, "425 Hz, 1 s on, 4 s off; busy 0.48 s"),
    ("fr", "France", "法国", 1500, 0, 3500, 500, 440, 1000, 1, "440 Hz, 1.5 s on, 3.5 s off; busy 0.5 s"),
)
CUSTOM = "custom"  # the settings tones.ring_s ... instead of a row
CODES = tuple([row[0] for row in COUNTRIES]) + (CUSTOM,)

# (Hz, Q8 dB): how much less a sine has in the kernels' speech band (300-3500 Hz) than in the whole; measured on the kernels
_LOSSES = ((350, 1019), (375, 827), (400, 660), (425, 518), (440, 442), (450, 397), (480, 278), (500, 213), (550, 94), (620, 13))
_MARGIN_Q8 = 110  # 15 dB SNR moves a hop's loss by up to 75
_FLAT_LOW_Q8 = 60  # from 800 to 1000 Hz the band loses 56 to 107; voices that lose nothing are kept out


class Tones:
    """One line's tones, all in ms, hops and Q8 dB."""

    def __init__(self, ring_ms, gap_ms, rest_ms, busy_ms, low_hz, high_hz, beat_hops):
        self.ring_ms = ring_ms
        self.gap_ms = gap_ms
        self.rest_ms = rest_ms
        self.busy_ms = busy_ms
        self.beat_hops = beat_hops
        self.loss_high_q8 = loss_q8(low_hz) + _MARGIN_Q8
        self.loss_low_q8 = _FLAT_LOW_Q8 if high_hz >= 800 else loss_q8(high_hz) - _MARGIN_Q8


def loss_q8(hz):
    """A sine's loss in the speech band (Q8 dB), interpolated; its ends for anything lower or higher."""
    if hz <= _LOSSES[0][0]:
        return _LOSSES[0][1]
    for index in range(1, len(_LOSSES)):
        low_hz, low_q8 = _LOSSES[index - 1]
        high_hz, high_q8 = _LOSSES[index]
        if hz <= high_hz:
            return low_q8 + (high_q8 - low_q8) * (hz - low_hz) // (high_hz - low_hz)
    return _LOSSES[-1][1]


def tones_of(get):
    """The Tones that a profile's `get` asks for."""
    code = get("tones.country")
    for row in COUNTRIES:
        if row[0] == code:
            return Tones(row[3], row[4], row[5], row[6], row[7], row[8], row[9])
    low_hz, high_hz = get("tones.pitch_hz")
    return Tones(
        get("tones.ring_s"), get("tones.gap_s"), get("tones.rest_s"), get("tones.busy_s"), low_hz, high_hz, get("tones.beat_hops")
    )
