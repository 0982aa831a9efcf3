"""When a blinking lamp is lit."""

from sidetone.core.lamps.patterns import PERIODS_MS, lit


def test_steady_is_always_lit():
    assert all([lit("steady", now_ms) for now_ms in range(0, 5000, 70)])


def test_blinking_is_lit_for_the_first_half_of_each_period():
    for pattern in ("slow", "fast"):
        half = PERIODS_MS[pattern] // 2
        for period in range(3):
            start = period * 2 * half
            assert lit(pattern, start) and lit(pattern, start + half - 1)
            assert not lit(pattern, start + half) and not lit(pattern, start + 2 * half - 1)


def test_nothing_flashes_at_three_hertz_or_more():
    assert max([1000 / period_ms for period_ms in PERIODS_MS.values()]) < 3
