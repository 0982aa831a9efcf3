"""Sound as it must not be: offset, hum, clipping, a dead channel, clocks that drift apart, music, foreign tones. Through the real kernels.

A talker is synthesized: harmonics of a moving pitch under syllables of 200 ms with rests between sentences; seeds are fixed. What is asked
is that the figures stay what they were, or are null with a reason, and that nobody is accused of the line's faults.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from sidetone import app
from sidetone.core.call.countries import COUNTRIES
from sidetone.core.etiquette.profile import Profile
from sidetone.core.telemetry.messages import Fixed, Rows
from sidetone.on_cpython import hearing

RATE = 16_000
Sound = npt.NDArray[np.float64]


def voice(seconds: float, seed: int, level_dbfs: float = -26.0, hz: float = 140.0) -> Sound:
    """One talker, speaking all the time."""
    random = np.random.default_rng(seed)
    t = np.arange(int(seconds * RATE)) / RATE
    knots = np.arange(0, seconds + 1, 0.25)
    pitch = hz * 2 ** np.interp(t, knots, random.normal(0, 0.2, len(knots)))
    phase = 2 * np.pi * np.cumsum(pitch) / RATE
    harmonics: Sound = sum(np.sin(k * phase) / k for k in range(1, 20))  # type: ignore[assignment]
    syllables = np.clip(np.sin(2 * np.pi * 4.3 * t) * 1.6 + 0.4, 0.01, 1)
    sound = harmonics * syllables
    return sound * 10 ** (level_dbfs / 20) / np.sqrt(np.mean(sound[syllables > 0.1] ** 2))


def laid(length_s: float, spans: list[tuple[float, float]], seed: int, hz: float, level_dbfs: float = -26.0) -> Sound:
    """A channel of line noise with speech in it."""
    channel = np.random.default_rng(seed).normal(0, 10 ** (-68 / 20), int(length_s * RATE))
    for index, (begin, end) in enumerate(spans):
        at = int(begin * RATE)
        said = voice(end - begin, seed * 100 + index, level_dbfs, hz)
        channel[at : at + len(said)] += said
    return channel


AGENT = [(1.0, 5.0), (11.0, 16.0), (17.0, 19.0), (27.0, 33.0), (36.0, 37.0)]
CUSTOMER = [(6.0, 10.5), (20.0, 26.0), (33.8, 35.2)]
LENGTH_S = 39.0


@cache
def call() -> tuple[Sound, Sound]:
    return laid(LENGTH_S, AGENT, 1, 130), laid(LENGTH_S, CUSTOMER, 2, 210)


def hear(agent: Sound, customer: Sound | None, settings: tuple[tuple[str, Any], ...] = ()) -> dict[str, Any]:
    """The record of a call, plain values; `lines` beside it."""
    lines: list[tuple[int, str, list[tuple[str, Any]]]] = []
    setup = app.CallSetup(customer is not None)
    listener = app.build_listener(
        hearing, None, Profile(settings), app.Calibration(), setup, lambda t_ms, kind, rows: lines.append((t_ms, kind, list(rows)))
    )
    channels = [agent] if customer is None else [agent, customer]
    samples = [np.clip(np.round(channel * 32768), -32768, 32767).astype(np.int16) for channel in channels]
    whole = min(len(channel) for channel in samples) // 1600 * 1600
    for at in range(0, whole, 1600):
        listener.feed([channel[at : at + 1600] for channel in samples])
    listener.finish()
    record = {name: _plain(held) for name, held in lines[-1][2]}
    record["lines"] = lines
    return record


def _plain(held: Any) -> Any:
    if isinstance(held, Fixed):
        return held.scaled / 10**held.places
    return dict(held.rows) if isinstance(held, Rows) else held


@cache
def clean() -> dict[str, Any]:
    return hear(*call())


def same_but_for(record: dict[str, Any], level_db: float = 0.3, speech_s: float = 0.4) -> None:
    reference = clean()
    assert record["findings"] == reference["findings"]
    assert abs(record["level_dbfs"] - reference["level_dbfs"]) <= level_db
    for name in ("agent_speech_s", "customer_speech_s"):
        assert abs(record[name] - reference[name]) <= speech_s, name
    assert abs(record["response_latency_s"] - reference["response_latency_s"]) <= 0.1
    assert (record["interruptions"], record["holds"]) == (reference["interruptions"], reference["holds"])
    assert abs(record["syllables"] - reference["syllables"]) <= 4


def test_the_call_itself_is_heard() -> None:
    record = clean()
    assert record["findings"] == {}
    assert abs(record["agent_speech_s"] - 18) < 1.5
    assert abs(record["customer_speech_s"] - 11.9) < 1.5
    assert record["interruptions"] == 0


def test_a_dc_offset_changes_nothing() -> None:
    agent, customer = call()
    same_but_for(hear(agent + 0.09, customer - 0.05))


def test_hum_of_the_mains_is_no_voice() -> None:
    """Strong hum, 8 dB under the voice: P.56 itself takes it for speech in the rests, so the call's level reads lower; nothing else does."""
    agent, customer = call()
    t = np.arange(len(agent)) / RATE
    hum = 10 ** (-36 / 20) * np.sqrt(2) * np.sin(2 * np.pi * 50 * t)
    same_but_for(hear(agent + hum, customer + hum), level_db=2.0)


def test_clipped_sound_is_loud_and_nothing_else() -> None:
    agent, customer = call()
    record = hear(np.clip(agent * 12, -1, 1), customer)
    assert list(record["findings"]) == ["C1"]
    assert record["level_dbfs"] > -12
    assert abs(record["agent_speech_s"] - clean()["agent_speech_s"]) < 1.5


def test_clocks_that_drift_apart() -> None:
    """Two converters of 300 ppm difference: 12 ms over this call, half a second over half an hour."""
    agent, customer = call()
    at = np.arange(int(len(customer) / 1.0003)) * 1.0003
    drifted = np.interp(at, np.arange(len(customer)), customer)
    same_but_for(hear(agent[: len(drifted)], drifted))


@pytest.mark.parametrize("customer_dead", [False, True])
def test_a_dead_channel_is_null_with_its_reason_and_no_fault_of_the_agent(customer_dead: bool) -> None:
    agent, customer = call()
    if customer_dead:
        agent = np.concatenate((agent, agent))  # as long as no silent caller is talked to
        record = hear(agent, np.zeros(len(agent)))
        silent = ("customer_speech_s", "talk_ratio", "interruptions", "backchannels", "overlap_s", "response_latency_s", "silent_prompts")
        assert record["advice"].get("C6") is None
    else:
        record = hear(np.zeros(len(customer)), customer)
        silent = ("agent_speech_s", "syllables", "level_dbfs", "loud_s", "talk_ratio", "interruptions", "response_latency_s")
        assert set(record["unmeasured"].values()) <= {"line dead", "no speech", "no ringing", "no hold", "no phrase network"}
    for name in silent:
        assert record[name] is None, name
        assert record["unmeasured"][name] in ("line dead", "no speech"), name
    assert record["findings"] == {}


def test_one_channel_alone_says_what_it_does_not_hear() -> None:
    record = hear(call()[0], None)
    assert record["unmeasured"]["customer_speech_s"] == "one channel"
    assert record["findings"] == {}


def test_channels_the_wrong_way_round_do_no_harm_but_what_words_would_show() -> None:
    """Without a network nobody can tell; with one, tests/unit/test_etiquette_habits.py."""
    agent, customer = call()
    record = hear(customer, agent)
    assert abs(record["agent_speech_s"] - clean()["customer_speech_s"]) < 0.5
    assert record["interruptions"] == 0


def music(seconds: int, seed: int) -> Sound:
    """Chords that ring on, a melody, a beat: in the telephone's band, at -22 dBFS."""
    random = np.random.default_rng(seed)
    out = np.zeros(seconds * RATE)

    def play(at: float, hz: float, length: float, decay: float, gain: float) -> None:
        t = np.arange(int(length * RATE)) / RATE
        note = sum(np.sin(2 * np.pi * hz * k * t) / k for k in range(1, 6)) * np.minimum(t / 0.02, 1) * np.exp(-t / decay)
        begin = int(at * RATE)
        count = min(len(note), len(out) - begin)
        out[begin : begin + count] += gain * note[:count]

    for beat in np.arange(0, seconds, 0.25):
        if int(beat * 4) % 8 == 0:
            root = random.choice([220.0, 262.0, 294.0, 196.0])
            for interval in (1, 1.26, 1.5):
                play(float(beat), root * interval, 2.1, 4, 0.2)
        if int(beat * 4) % 2 == 0:
            play(float(beat), float(random.choice([440, 494, 523, 587, 659])), 0.45, 0.6, 0.3)
    spectrum = np.fft.rfft(out)
    hz = np.fft.rfftfreq(len(out), 1 / RATE)
    spectrum[(hz < 300) | (hz > 3400)] = 0
    band: Sound = np.fft.irfft(spectrum, len(out))
    return band * 10 ** (-22 / 20) / np.sqrt(np.mean(band**2))


@pytest.mark.parametrize("seed", [3, 4, 5])
def test_music_on_hold_is_not_the_customer_s_speech(seed: int) -> None:
    length = 60
    customer = laid(length, [(1.0, 5.0), (52.0, 56.0)], 7, 200)
    customer[8 * RATE : 50 * RATE] += music(42, seed)
    agent = laid(length, [(5.5, 7.5), (30.0, 33.0), (50.5, 51.8)], 8, 120)
    record = hear(agent, customer)
    # 8 s of speech; what was counted before the music was sure has been taken back
    assert record["customer_speech_s"] < 14, record["customer_speech_s"]
    assert "F1" not in record["findings"]
    assert "F2" not in record["findings"]


def rung(code: str, seconds: float, rings: int, snr_db: float) -> tuple[Sound, Sound]:
    """A line of a country: so many rings, then a talk, then the busy tone."""
    pitches = {"cn": (450,), "de": (425,), "fr": (440,), "uk": (400, 450), "au": (413, 438), "jp": (400,), "in": (400,)}.get(code, (440, 480))
    busy = {"cn": (450,), "de": (425,), "fr": (440,), "uk": (400,), "au": (425,), "jp": (400,), "in": (400,)}.get(code, (480, 620))
    modulated = {"jp": 16, "in": 25}.get(code)
    row = next(row for row in COUNTRIES if row[0] == code)
    ring_s, gap_s, rest_s, busy_s = (row[index] / 1000 for index in (3, 4, 5, 6))

    def tone(hz: tuple[int, ...], length: float, depth: int | None = None) -> Sound:
        t = np.arange(int(length * RATE)) / RATE
        made: Sound = sum(np.sin(2 * np.pi * f * t) for f in hz) / len(hz)  # type: ignore[assignment]
        return made * (0.5 + 0.5 * np.sin(2 * np.pi * depth * t)) if depth else made

    line = np.random.default_rng(9).normal(0, 10 ** ((-26 - snr_db) / 20), int(seconds * RATE))

    def lay(at: float, sound: Sound) -> None:
        begin = int(at * RATE)
        count = min(len(sound), len(line) - begin)
        line[begin : begin + count] += sound[:count] * 10 ** (-23 / 20)

    at = 1.0
    for _ in range(rings):
        lay(at, tone(pitches, ring_s, modulated))
        at += ring_s
        if gap_s:
            lay(at + gap_s, tone(pitches, ring_s, modulated))
            at += gap_s + ring_s
        at += rest_s
    picked_up = at - rest_s + 0.6
    talk = picked_up + 5
    line[int(talk * RATE) : int((talk + 4) * RATE)] += voice(4, 11, -24, 200)
    at = talk + 9
    while at < seconds - 1:
        lay(at, tone(busy, busy_s))
        at += 2 * busy_s
    agent = laid(seconds, [(picked_up, picked_up + 4), (talk + 4.5, talk + 8)], 12, 130)
    return agent, line


@pytest.mark.parametrize("code", [row[0] for row in COUNTRIES])
def test_every_country_s_rings_are_counted_and_its_busy_tone_is_known(code: str) -> None:
    for snr_db in (40, 15):
        agent, line = rung(code, 42, 3, snr_db)
        record = hear(agent, line, (("tones.country", code),))
        assert record["rings"] == 3, snr_db
        assert "J5" not in record["not_judged"].get("not signalled", []), "who hung up is known from the busy tone"
        assert record["findings"] == {}
