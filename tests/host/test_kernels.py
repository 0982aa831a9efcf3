"""The numpy kernels: golden vectors, independence of blocks, and what their numbers mean."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sidetone.core.speech import decibel
from sidetone.on_cpython import kernels
from sidetone.on_cpython.kernels import ChannelKernels

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
sys.path.insert(0, str(GOLDEN))

import make_kernels  # noqa: E402

SOUNDS = make_kernels.sounds()
ROW = {field: row for row, field in enumerate(make_kernels.FIELDS)}


@pytest.fixture(scope="module")
def golden():
    with np.load(GOLDEN / "kernels.npz") as arrays:
        return dict(arrays)


@pytest.mark.parametrize("name", sorted(SOUNDS))
def test_golden_vectors(golden, name):
    assert np.array_equal(golden[f"{name}.in"], SOUNDS[name])
    assert np.array_equal(make_kernels.measured(SOUNDS[name], 10), golden[f"{name}.out"])


@pytest.mark.parametrize("hops", [1, 2, 3, 7, 60])
@pytest.mark.parametrize("name", ["voice_in_noise_with_dc", "random_full_scale"])
def test_blocks_do_not_matter(golden, name, hops):
    assert np.array_equal(make_kernels.measured(SOUNDS[name], hops), golden[f"{name}.out"])


@given(st.lists(st.integers(1, 9), min_size=1, max_size=12), st.integers(0, 2**32 - 1))
@settings(deadline=None, max_examples=25)
def test_any_cut_gives_the_same(cuts, seed):
    sound = np.random.default_rng(seed).integers(-20000, 20000, 160 * sum(cuts)).astype(np.int16)
    whole = list(ChannelKernels().block(sound).rows())
    parts, at, channel = [], 0, ChannelKernels()
    for hops in cuts:
        parts += list(channel.block(sound[at : at + 160 * hops]).rows())
        at += 160 * hops
    assert parts == whole


@given(st.integers(1, 160 << 30))
def test_vector_and_scalar_decibels_agree(total):
    assert kernels._power_db_q8(np.array([total], np.int64), 5643).tolist() == [decibel.power_db_q8(total, 5643)]


def test_values_are_plain_ints():
    for row in ChannelKernels().block(SOUNDS["voice"]).rows():
        assert all(type(value) is int for value in row)


def test_a_minus_26_dbov_sine_reads_minus_26():
    at = np.arange(16000)
    sound = np.rint(32768 * 10 ** (-26 / 20) * np.sqrt(2) * np.sin(2 * np.pi * 1000 * at / 16000)).astype(np.int16)
    measures = ChannelKernels().block(sound)
    assert measures.energy_q8[50] / 256 == pytest.approx(-26, abs=0.02)
    assert measures.band_q8[50] / 256 == pytest.approx(-26.4, abs=0.2)  # inside the band


@pytest.mark.parametrize("hertz", [75, 110, 155, 220, 310, 440])
def test_pitch_of_a_harmonic_sound(hertz):
    at = np.arange(16000) / 16000
    sound = sum(np.sin(2 * np.pi * hertz * k * at + k) / k for k in range(1, 6)) * 4000
    measures = ChannelKernels().block(sound.astype(np.int16))
    assert measures.pitch_st_q8[51] / 256 == pytest.approx(12 * np.log2(hertz / 50), abs=0.1)
    assert measures.voicing_pm[51] > 900
    assert measures.pitch_st_q8[50] == 0  # every second hop


def test_noise_has_no_sure_pitch():
    measures = ChannelKernels().block(SOUNDS["noise"])
    assert np.median(measures.voicing_pm[1::2]) < 600


def test_dc_is_no_loudness():
    plain = ChannelKernels().block(SOUNDS["noise"])
    shifted = ChannelKernels().block((SOUNDS["noise"].astype(np.int32) + 9000).astype(np.int16))
    # the first hop removes its own mean and all but the last digits agree from then on
    assert np.abs(np.array(plain.energy_q8) - shifted.energy_q8).max() <= 2
    constant = ChannelKernels().block(np.full(16000, 1234, np.int16))
    assert set(constant.energy_q8) == {decibel.FLOOR_Q8}
    assert set(constant.flat) == {1}


def test_hum_stays_out_of_the_speech_band():
    measures = ChannelKernels().block(SOUNDS["hum_50"])
    assert measures.band_q8[40] < measures.energy_q8[40] - 18 * 256


def test_clipping_is_counted():
    measures = ChannelKernels().block(SOUNDS["square_full_scale"])
    assert measures.clipped[10] == 160
    assert measures.peak[10] == 32768
    assert ChannelKernels().block(SOUNDS["voice"]).clipped[10] == 0


def test_pitch_can_be_left_out():
    with_pitch = ChannelKernels().block(SOUNDS["voice"])
    without = ChannelKernels(pitch=False).block(SOUNDS["voice"])
    assert without.band_q8 == with_pitch.band_q8
    assert set(without.pitch_st_q8) == {0}


def test_reset_forgets():
    channel = ChannelKernels()
    channel.block(SOUNDS["steps"])
    channel.reset()
    assert list(channel.block(SOUNDS["voice"]).rows()) == list(ChannelKernels().block(SOUNDS["voice"]).rows())


@pytest.mark.parametrize("samples", [np.zeros(100, np.int16), np.zeros(0, np.int16), np.zeros(160, np.int32)])
def test_a_part_hop_is_a_bug(samples):
    with pytest.raises(ValueError, match="whole hops"):
        ChannelKernels().block(samples)
