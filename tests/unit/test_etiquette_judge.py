"""Hysteresis, debounce and cool-down."""

from sidetone.core.etiquette.judge import NO_CHANGE, TURNED_OFF, TURNED_ON, Judge


def run(judge, values, step_ms=10):
    """(step index, change) of every change."""
    changes = []
    for index in range(len(values)):
        change = judge.step(values[index], step_ms)
        if change != NO_CHANGE:
            changes.append((index, change))
    return changes


def test_on_after_the_debounce_and_off_after_the_release():
    judge = Judge(100, 80, 30, 50)
    assert run(judge, [0] * 3 + [101] * 10 + [79] * 10) == [(5, TURNED_ON), (17, TURNED_OFF)]


def test_the_limit_itself_is_not_beyond_it():
    assert run(Judge(100, 80, 10, 10), [100] * 20) == []


def test_one_step_back_cancels_the_debounce():
    assert run(Judge(100, 80, 30, 50), [101, 101, 100] * 20) == []


def test_the_dead_band_keeps_what_is_on():
    judge = Judge(100, 80, 10, 50)
    assert run(judge, [101] + [90] * 50) == [(0, TURNED_ON)]
    assert judge.on


def test_one_step_into_the_dead_band_cancels_the_release():
    judge = Judge(100, 80, 10, 30)
    assert run(judge, [101] + [80, 80, 81] * 20) == [(0, TURNED_ON)]
    assert run(judge, [80, 80, 80]) == [(2, TURNED_OFF)]


def test_too_little_is_the_mirror_image():
    judge = Judge(-100, -80, 30, 50)
    assert run(judge, [0] * 3 + [-101] * 10 + [-79] * 10) == [(5, TURNED_ON), (17, TURNED_OFF)]


def test_cool_down_refuses_a_new_on():
    judge = Judge(100, 80, 10, 10, cool_ms=50)
    changes = run(judge, [101, 0] + [101] * 20)
    assert changes == [(0, TURNED_ON), (1, TURNED_OFF), (7, TURNED_ON)]


def test_time_that_is_not_stepped_does_not_count():
    judge = Judge(100, 80, 30, 50)
    assert run(judge, [101, 101]) == []
    assert run(judge, [101]) == [(0, TURNED_ON)]


def test_no_dead_band():
    judge = Judge(1, 1, 10, 10)
    assert run(judge, [2, 1, 2]) == [(0, TURNED_ON), (1, TURNED_OFF), (2, TURNED_ON)]


def test_no_dead_band_below():
    judge = Judge(5, 5, 10, 10, above=False)
    assert run(judge, [6, 4, 5]) == [(1, TURNED_ON), (2, TURNED_OFF)]
