"""Integer decibels against known values; the vectors of the numpy twin are compared in tests/host/test_kernels.py."""

from sidetone.core.speech import decibel

COUNT_160_DB_Q8 = 5643


def test_full_scale_sine_reads_minus_three():
    # mean square of a full-scale sine is half of 2**30, 160 samples of it
    assert abs(decibel.power_db_q8(160 << 29, COUNT_160_DB_Q8) + 771) <= 2


def test_full_scale_square_reads_zero():
    assert abs(decibel.power_db_q8(160 << 30, COUNT_160_DB_Q8)) <= 2


def test_every_ten_decibels_are_ten():
    value = 10**11
    while value >= 100:
        step = decibel.power_db_q8(value, 0) - decibel.power_db_q8(value // 10, 0)
        assert abs(step - 2560) <= 2, (value, step)
        value //= 10


def test_nothing_reads_the_floor():
    assert decibel.power_db_q8(0, COUNT_160_DB_Q8) == decibel.FLOOR_Q8
    assert decibel.mean_square_db_q8(0) == decibel.FLOOR_Q8
    assert decibel.mean_square(decibel.FLOOR_Q8) == 0


def test_the_quietest_hop_is_over_the_floor():
    assert decibel.power_db_q8(1, COUNT_160_DB_Q8) > decibel.FLOOR_Q8


def test_mean_square_and_back():
    level = -50 * 256
    while level <= 0:
        assert abs(decibel.mean_square_db_q8(decibel.mean_square(level)) - level) <= 4, level
        level += 97


def test_mean_square_stays_a_small_integer():
    # over full scale (DC removal can add 6 dB) it saturates instead of leaving int32
    assert decibel.mean_square(20 * 256) <= 1 << 30
    assert decibel.mean_square(0) >= 1 << 29


def test_logarithm_is_monotone():
    before = -1
    for value in range(1, 3000):
        now = decibel.log2_q12(value)
        assert now >= before, value
        before = now
    assert decibel.log2_q12(1) == 0
    assert decibel.log2_q12(1 << 37) == 37 << 12
