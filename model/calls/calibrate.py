"""A talker's calibration, as a technician does it: one passage read at the usual pace, the syllables said over the syllables counted."""

from functools import cache

import numpy as np

from model.calls import material, texts
from model.calls.script import AGENT_DBFS
from model.calls.speech import FRAME, RATE, utterance

REST_S = 0.5
NOISE_DBFS = -60.0


def listen(samples, customer=None, scale_pm=1000, watch=None, block_hops=None, network=False):
    """The product's listener over int16 samples, with the released network or without one (its vowels count in the rate).

    Returns (lines [(t_ms, kind, {…})], listener); watch(listener) is called after each block."""
    from sidetone import app
    from sidetone.core.etiquette.profile import Profile
    from sidetone.on_cpython import hearing
    from sidetone_host import released

    lines = []
    calibration = app.Calibration(round(AGENT_DBFS * 256), scale_pm)
    emit = lambda t_ms, kind, rows: lines.append((t_ms, kind, dict(rows)))  # noqa: E731
    listener = app.build_listener(hearing, released.load() if network else None, Profile([]), calibration, app.CallSetup(customer is not None), emit)
    channels = [samples] if customer is None else [samples, customer]
    length = len(samples) // FRAME * FRAME
    step = FRAME * (block_hops or (10 if watch else 300))
    for begin in range(0, length, step):
        listener.feed([np.ascontiguousarray(channel[begin : min(begin + step, length)]) for channel in channels])
        if watch is not None:
            watch(listener)
    listener.finish()
    return lines, listener


def activity_of(samples):
    """bool per 10 ms: the wearer speaks, short closures inside words included."""
    on = np.zeros(len(samples) // FRAME, bool)

    def watch(listener):
        meter = listener.agent.meter
        on[listener.t_ms // 10 - 1] = meter.speaking and meter.active

    listen(samples, watch=watch, block_hops=1)
    return material.closed(on)


@cache
def passage(voice):
    """(int16, syllables): the passage read by this voice at the calibrated level."""
    clips = [utterance(text, voice) for text in texts.EXPLAIN]
    rest = np.zeros(int(REST_S * RATE))
    samples = np.concatenate([part for clip in clips for part in (rest, clip.samples * 10 ** (AGENT_DBFS / 20))])
    noise = np.random.default_rng(5).standard_normal(len(samples)) * 10 ** (NOISE_DBFS / 20)
    return material.int16(samples + noise), sum(clip.syllables for clip in clips)


@cache
def _read(voice):
    return listen(passage(voice)[0], network=True)[1].agent.meter


def scale_pm(voice):
    """Per mille by which this voice's count is to be multiplied."""
    return round(1000 * passage(voice)[1] / _read(voice).syllables)


def usual(voice):
    """What earlier calls would have taught of this voice (core/call/habit.py `Usual`)."""
    meter = _read(voice)
    return {"pitch_st_q8": meter.pitch_recent_median_st_q8, "first_spread_q8": meter.pitch_sd_st_q8, "recent_spread_q8": meter.pitch_sd_st_q8}
