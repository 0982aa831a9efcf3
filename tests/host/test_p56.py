"""Levels against ITU-T P.56 method B (tests/host/p56.py), on speech-like sound made here and on the bundled call."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import p56
from sidetone.core.speech.meter import Meter
from sidetone.on_cpython.kernels import ChannelKernels
from sidetone_host.decode import open_audio

DEMO = Path(__file__).resolve().parents[2] / "host_tools/sidetone_host/data/demo_call.flac"


def metered(samples, baseline_q8=-26 * 256):
    meter = Meter(baseline_q8)
    for index, row in enumerate(ChannelKernels().block(samples[: len(samples) // 160 * 160]).rows()):
        meter.hop(10 * index + 10, *row)
    return meter


def speechlike(seed, level_db, seconds=8, pauses=True):
    """Harmonic syllables of varying pitch, length and strength with pauses between phrases; int16."""
    rng = np.random.default_rng(seed)
    pieces = []
    while sum(map(len, pieces)) < seconds * 16000:
        for _ in range(rng.integers(3, 9)):
            length = int(rng.uniform(0.1, 0.26) * 16000)
            at = np.arange(length) / 16000
            pitch = rng.uniform(90, 220) * (1 + 0.1 * np.sin(8 * at))
            phase = 2 * np.pi * np.cumsum(pitch) / 16000
            sound = sum(np.sin(k * phase + k) / k for k in range(1, 12)) + 0.1 * rng.standard_normal(length)
            pieces.append(sound * np.hanning(length) * rng.uniform(0.4, 1.0))
        if pauses:
            pieces.append(0.002 * rng.standard_normal(int(rng.uniform(0.2, 1.2) * 16000)))
    signal = np.concatenate(pieces)
    active, _ = p56.active_level_db(signal / 8)
    return np.clip(np.rint(signal / 8 * 10 ** ((level_db - active) / 20) * 32768), -32768, 32767).astype(np.int16)


def test_the_oracle_reads_a_minus_26_dbov_sine():
    at = np.arange(48000) / 16000
    level, activity = p56.active_level_db(10 ** (-26 / 20) * np.sqrt(2) * np.sin(2 * np.pi * 1000 * at))
    assert level == pytest.approx(-26, abs=0.05)
    assert activity > 0.99


def test_the_oracle_hears_nothing_in_silence():
    assert p56.active_level_db(np.zeros(16000)) == (None, 0.0)


@pytest.mark.parametrize("level_db", [-14, -26, -38])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_whole_call_level_is_p56(seed, level_db):
    samples = speechlike(seed, level_db)
    level, _ = p56.active_level_db(samples / 32768)
    assert metered(samples).call_level_q8() / 256 == pytest.approx(level, abs=0.5)


@pytest.mark.parametrize("side", [0, 1])
def test_whole_call_level_of_the_bundled_call(side):
    samples = open_audio(DEMO).channels[side]
    level, _ = p56.active_level_db(samples / 32768)
    assert metered(samples).call_level_q8() / 256 == pytest.approx(level, abs=0.5)


def test_running_level_is_p56_of_the_last_seconds():
    samples = speechlike(4, -26, seconds=12)
    assert metered(samples).level_q8 / 256 == pytest.approx(-26, abs=2.0)


@pytest.mark.parametrize("name", ["silence", "square", "hum", "dc", "noise"])
def test_what_is_no_speech_makes_no_nonsense(name):
    at = np.arange(20 * 16000)
    rng = np.random.default_rng(5)
    sound = {
        "silence": np.zeros(len(at)),
        "square": np.where((at // 18) % 2, 32767, -32768),
        "hum": 6000 * np.sin(2 * np.pi * 50 * at / 16000),
        "dc": np.full(len(at), 12000) + rng.integers(-2, 3, len(at)),
        "noise": 300 * rng.standard_normal(len(at)),
    }[name]
    meter = metered(sound.astype(np.int16))
    assert meter.speech_ms <= 1000
    assert meter.syllables <= 4
    assert not meter.speaking
    if meter.speech_ms == 0:
        assert meter.call_level_q8() is None


def test_hum_and_dc_under_speech_change_neither_times_nor_syllables_much():
    clean = speechlike(6, -26, seconds=10)
    at = np.arange(len(clean))
    dirty = np.clip(clean + 500 * np.sin(2 * np.pi * 50 * at / 16000) + 3000, -32768, 32767).astype(np.int16)
    a, b = metered(clean), metered(dirty)
    assert abs(a.speech_ms - b.speech_ms) <= 0.03 * a.speech_ms
    assert abs(a.syllables - b.syllables) <= 2
    # P.56 is wide-band, so hum 13 dB under the speech counts a little, in the reference too
    assert abs(a.call_level_q8() - b.call_level_q8()) <= 384
