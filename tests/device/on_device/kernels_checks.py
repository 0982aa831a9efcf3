"""The raw hop's measurements on their own: state and limits. Their numbers are judged by ../test_kernels.py."""

from array import array

from checks import raises
from sidetone.on_micropython.kernels import HOP_SAMPLES, ChannelKernels


def _noise(hops, seed=1):
    samples = array("h", bytes(2 * HOP_SAMPLES * hops))
    for i in range(len(samples)):
        seed = (seed * 25173 + 13849) & 0xFFFF
        samples[i] = seed - 0x8000
    return samples


def test_blocks_of_any_length_give_the_same_rows():
    samples = _noise(70)
    whole = list(ChannelKernels().block(samples).rows())
    for hops in (1, 3, 7):
        kernels = ChannelKernels()
        rows = []
        for first in range(0, 70, hops):
            rows += kernels.block(samples[first * HOP_SAMPLES : (first + hops) * HOP_SAMPLES]).rows()
        assert rows == whole


def test_reset_forgets_everything():
    kernels = ChannelKernels()
    first = list(kernels.block(_noise(80)).rows())
    kernels.block(_noise(5, seed=3))
    kernels.reset()
    assert list(kernels.block(_noise(80)).rows()) == first


def test_without_pitch_the_rest_is_the_same():
    samples = _noise(10)
    with_pitch = [row[:6] for row in ChannelKernels().block(samples).rows()]
    without = list(ChannelKernels(pitch=False).block(samples).rows())
    assert [row[:6] for row in without] == with_pitch
    assert [row[6:] for row in without] == [(0, 0)] * 10


def test_part_of_a_hop_or_nothing_is_refused():
    for count in (161, 0):
        with raises(ValueError, "whole hops"):
            ChannelKernels().block(array("h", bytes(2 * count)))
