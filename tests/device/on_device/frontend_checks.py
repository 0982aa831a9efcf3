"""The front end on its own: state, limits, and that a hop allocates nothing. Its numbers are judged by ../test_frontend.py."""

from array import array

import micropython
from checks import raises
from sidetone.on_micropython.frontend import CHANNELS, HOP_SAMPLES, FrontEnd, quantize


def _noise(hops, seed=1):
    samples = array("h", bytes(2 * HOP_SAMPLES * hops))
    for i in range(len(samples)):
        seed = (seed * 25173 + 13849) & 0xFFFF
        samples[i] = seed - 0x8000
    return samples


def _bytes_of(frames):
    return [bytes(frame) for frame in frames]


def test_blocks_of_any_length_give_the_same_frames():
    samples = _noise(20)
    whole = _bytes_of(FrontEnd().block(samples))
    assert len(whole) == 18
    for hops in (1, 3, 7):
        front_end = FrontEnd()
        frames = []
        for first in range(0, 20, hops):
            frames += front_end.block(samples[first * HOP_SAMPLES : (first + hops) * HOP_SAMPLES])
        assert _bytes_of(frames) == whole


def test_reset_forgets_everything():
    front_end = FrontEnd()
    first = _bytes_of(front_end.block(_noise(30)))
    front_end.block(_noise(11, seed=9))
    front_end.reset()
    assert _bytes_of(front_end.block(_noise(30))) == first


def test_part_of_a_hop_is_refused():
    with raises(ValueError, "whole hops"):
        FrontEnd().block(array("h", bytes(2 * 161)))
    assert FrontEnd().block(array("h")) == []


def test_a_hop_allocates_nothing():
    front_end = FrontEnd()
    samples = _noise(4)
    out = array("H", bytes(2 * CHANNELS))
    starts = (0, HOP_SAMPLES, 2 * HOP_SAMPLES, 3 * HOP_SAMPLES)
    full = 0
    micropython.heap_lock()
    try:
        for first in starts:
            if front_end.hop(samples, first, out):
                full += 1
    finally:
        micropython.heap_unlock()
    assert full == 2


def test_every_feature_is_quantized_as_the_formula_says():
    features = array("H", range(65536))
    row = quantize([features])[0]
    for x in range(65536):
        q = (x * 256 + 333) // 666 - 128
        assert row[x] == (q if q < 127 else 127), x
