"""A call's script made into sound: two channels of int16 at 16 kHz, with room noise, cross-talk both ways, tones, thumps and cut lines.

The same call, noise and cross-talk give the same bytes on one machine.
"""

import zlib
from functools import cache
from typing import NamedTuple

import numpy as np

from model.calls.script import AGENT, AGENT_DBFS, CUSTOMER, CUSTOMER_DBFS, TONE_DBFS
from model.calls.speech import RATE

VERSION = 2  # of what this file makes; what was played of another version is played anew
LEAK_DELAY = 24  # samples: ear-piece to boom microphone, 50 cm
THUMP_MS = 60


class Rendering(NamedTuple):
    snr_db: int  # active speech to noise, both channels
    leak_db: int  # how much quieter the other side comes through, both ways

    def __str__(self):
        return f"{self.snr_db}/{self.leak_db}"


ALL = tuple(Rendering(snr_db, leak_db) for snr_db in (30, 20, 15) for leak_db in (-35, -25, -20))
FEW = (Rendering(30, -35), Rendering(20, -25), Rendering(15, -20))


@cache
def _noise_bank():
    """float64 [2^22]: noise that falls 3 dB an octave above 40 Hz, RMS 1, without a seam where its end meets its begin."""
    length = 1 << 22
    spectrum = np.fft.rfft(np.random.default_rng(2026).standard_normal(length))
    hertz = np.maximum(np.arange(len(spectrum)) * RATE / length, 40.0)
    noise = np.fft.irfft(spectrum / np.sqrt(hertz), length)
    return noise / np.sqrt(np.mean(noise**2))


def room_noise(rng, length, level_dbfs):
    """`length` samples of room noise, RMS at `level_dbfs`, from a random place of four minutes of it."""
    bank = _noise_bank()
    begin = int(rng.integers(len(bank)))
    return np.resize(np.roll(bank, -begin) if length > len(bank) - begin else bank[begin:], length) * 10 ** (level_dbfs / 20)


def int16(samples):
    """Full scale 1.0 -> int16, clipped."""
    return np.clip(np.rint(samples * 32768), -32768, 32767).astype(np.int16)


def limited(signal):
    """A microphone amplifier's soft knee: linear to -4.4 dBFS, never over full scale."""
    knee = 0.6
    over = np.abs(signal) > knee
    out = signal.copy()
    out[over] = np.sign(signal[over]) * (knee + (1 - knee) * np.tanh((np.abs(signal[over]) - knee) / (1 - knee)))
    return out


def _at(ms):
    return int(ms) * RATE // 1000


def _tone(length, hertz):
    fade = np.minimum(1.0, np.minimum(np.arange(length), np.arange(length)[::-1]) / 80)
    return np.sqrt(2) * 10 ** (TONE_DBFS / 20) * np.sin(2 * np.pi * hertz * np.arange(length) / RATE) * fade


def tracks(call):
    """{side: float64} of what each side itself sends, without noise and cross-talk."""
    length = _at(call.length_ms) // 160 * 160
    out = {AGENT: np.zeros(length), CUSTOMER: np.zeros(length)}

    def lay(side, begin_ms, samples):
        part = out[side][_at(begin_ms) : _at(begin_ms) + len(samples)]
        part += samples[: len(part)]

    for side, begin_ms, samples in call.clips:
        lay(side, begin_ms, samples)
    for begin_ms, end_ms, hertz in call.tones:
        lay(CUSTOMER, begin_ms, _tone(_at(end_ms - begin_ms), hertz))
    rng = np.random.default_rng(zlib.crc32(call.name.encode()))
    for at_ms, dbfs in call.thumps:
        knock = rng.standard_normal(_at(THUMP_MS)) * np.hanning(_at(THUMP_MS))
        lay(AGENT, at_ms, knock * 10 ** (dbfs / 20) / np.sqrt(np.mean(knock**2)))
    return out


def render(call, rendering):
    """int16 [n, 2]: agent, customer."""
    rng = np.random.default_rng([zlib.crc32(call.name.encode()), rendering.snr_db, -rendering.leak_db])
    own = tracks(call)
    length = len(own[AGENT])
    leak = 10 ** (rendering.leak_db / 20)
    sides = []
    for side, other, usual in ((AGENT, CUSTOMER, AGENT_DBFS), (CUSTOMER, AGENT, CUSTOMER_DBFS)):
        late = np.concatenate((np.zeros(LEAK_DELAY), own[other][:-LEAK_DELAY]))
        level = call.noises[side]
        noise = room_noise(rng, length, usual - rendering.snr_db if level is None else level)
        mixed = limited(own[side] + leak * late + noise)
        for mute_side, begin_ms, end_ms in call.mutes:
            if mute_side == side:
                mixed[_at(begin_ms) : _at(end_ms)] = 0
        sides.append(mixed)
    return int16(np.stack(sides, 1))
