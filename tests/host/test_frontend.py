"""The front end adapter: shapes, exact integers, state across blocks, quantization."""

from __future__ import annotations

import numpy as np
import pytest

from sidetone.on_cpython.frontend import FrontEnd, quantize


def noise(hops, seed=1):
    return np.random.default_rng(seed).integers(-8000, 8000, hops * 160).astype(np.int16)


def test_frames_lag_hops_by_two():
    front_end = FrontEnd()
    assert front_end.block(noise(1)).shape == (0, 40)
    assert front_end.block(noise(1)).shape == (0, 40)
    first = front_end.block(noise(1))
    assert first.shape == (1, 40)
    assert first.dtype == np.uint16
    assert front_end.block(noise(10)).shape == (10, 40)


def test_blocks_do_not_matter():
    sound = noise(40)
    whole = FrontEnd().block(sound)
    front_end = FrontEnd()
    parts = np.concatenate([front_end.block(sound[at : at + 160 * 7]) for at in range(0, len(sound), 160 * 7)])
    assert np.array_equal(whole, parts)


def test_features_are_the_librarys_integers():
    from pymicro_features import MicroFrontend

    library = MicroFrontend()
    sound = noise(20)
    raw = [library.process_samples(sound[at : at + 160].tobytes()).features for at in range(0, len(sound), 160)]
    raw = np.array([frame for frame in raw if frame])
    ours = FrontEnd().block(sound)
    # the library gives integers times 10/256; nothing may be lost in undoing that
    assert np.abs(raw * 25.6 - ours).max() < 1e-3
    assert ours.max() > 100


def test_reset_begins_a_new_call():
    front_end = FrontEnd()
    front_end.block(noise(30, 2))
    front_end.reset()
    assert np.array_equal(front_end.block(noise(30)), FrontEnd().block(noise(30)))


def test_quantize_by_hand():
    features = np.array([[0, 1, 2, 333, 665, 666, 700, 65535]], np.uint16)
    assert quantize(features).tolist() == [[-128, -128, -127, 0, 127, 127, 127, 127]]
    assert quantize(features).dtype == np.int8


@pytest.mark.parametrize("samples", [np.zeros(100, np.int16), np.zeros(160, np.float32)])
def test_a_part_hop_is_a_bug(samples):
    with pytest.raises(ValueError, match="whole hops"):
        FrontEnd().block(samples)
