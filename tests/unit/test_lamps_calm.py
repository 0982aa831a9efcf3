"""Calm lamps: dwell, a limit on changes, quiet mode; and the panel's choice."""

from sidetone.core.lamps.calm import AMBER, FAST, GREEN, OFF, RED, SLOW, STEADY, Lamp, gravity
from sidetone.core.lamps.panel import CHOICES, LAMPS, Panel


def lamp(changes_per_min=12, min_dwell_ms=800, quiet=False):
    lines = []
    made = Lamp("loud", lambda t_ms, kind, rows: lines.append((t_ms, rows[1][1], rows[2][1])), changes_per_min, min_dwell_ms, quiet)
    return made, lines


def test_graver_at_once_and_milder_after_the_dwell():
    made, lines = lamp()
    made.show(1_000, GREEN, STEADY)
    made.show(1_100, RED, STEADY)
    for t_ms in range(1_200, 3_000, 100):
        made.show(t_ms, GREEN, STEADY)
    assert lines == [(1_000, GREEN, STEADY), (1_100, RED, STEADY), (1_900, GREEN, STEADY)]


def test_what_does_not_change_is_not_told():
    made, lines = lamp()
    for t_ms in range(1_000, 9_000, 100):
        made.show(t_ms, AMBER, SLOW)
    assert len(lines) == 1


def test_the_last_change_of_a_minute_is_kept_for_red():
    made, lines = lamp(changes_per_min=4, min_dwell_ms=100)
    for t_ms in range(0, 50_000, 1_000):
        made.show(t_ms, AMBER if t_ms % 2_000 else GREEN, STEADY)
    assert [row[0] for row in lines] == [0, 1_000, 2_000]
    made.show(50_000, RED, STEADY)
    assert lines[-1] == (50_000, RED, STEADY)
    made.show(51_000, RED, FAST)  # another pattern of the same colour must wait
    made.show(60_000, GREEN, STEADY)  # and so must all clear: 1 s, 2 s and 50 s are within the minute
    assert lines[-1] == (50_000, RED, STEADY)
    made.show(61_000, GREEN, STEADY)
    made.show(61_100, RED, STEADY)
    assert lines[-2:] == [(61_000, GREEN, STEADY), (61_100, RED, STEADY)]


def test_any_minute_holds_no_more_changes_than_allowed():
    made, lines = lamp(changes_per_min=6, min_dwell_ms=100)
    for t_ms in range(0, 600_000, 100):
        made.show(t_ms, GREEN if (t_ms // 700) % 2 else OFF, STEADY)
    assert_calm(lines)
    made, lines = lamp(changes_per_min=6, min_dwell_ms=100)
    for t_ms in range(0, 600_000, 100):
        made.show(t_ms, (OFF, RED, GREEN, AMBER, RED, GREEN)[(t_ms // 300) % 6], (STEADY, FAST)[(t_ms // 1_100) % 2])
    assert_calm(lines)


def assert_calm(lines):
    times = [row[0] for row in lines]
    assert len(times) >= 40
    for index in range(6, len(times)):
        assert times[index] - times[index - 6] >= 60_000


def test_quiet_mode_shows_red_only_and_steady():
    made, lines = lamp(quiet=True)
    made.show(1_000, GREEN, STEADY)
    made.show(3_000, AMBER, FAST)
    made.show(5_000, RED, FAST)
    made.show(9_000, AMBER, STEADY)
    assert lines == [(5_000, RED, STEADY), (9_000, OFF, STEADY)]


def test_put_out_is_at_once():
    made, lines = lamp()
    made.show(1_000, RED, STEADY)
    made.put_out(1_010)
    made.put_out(1_020)
    assert lines[1:] == [(1_010, OFF, STEADY)]


def test_gravity_orders_colours_before_patterns():
    assert gravity(OFF, STEADY) == 0
    assert gravity(GREEN, FAST) < gravity(AMBER, STEADY) < gravity(AMBER, FAST) < gravity(RED, STEADY)


def test_the_panel_lights_the_first_true_row():
    shown = []
    panel = Panel(lambda t_ms, kind, rows: shown.append((rows[0][1], rows[1][1], rows[2][1])), 12, 800, False)
    true = ["too_quiet", "level_good", "pace_good", "greeted", "in_call"]
    panel.show(100, lambda name: name in true)
    assert shown == [("loud", AMBER, SLOW), ("pace", GREEN, STEADY), ("phrase", GREEN, STEADY), ("process", GREEN, STEADY)]
    panel.put_out(200)
    assert [row[1] for row in panel.states()] == [OFF] * 4


def test_every_row_of_the_table_is_usable():
    from sidetone.core.etiquette.signs import _CONDITIONS

    names = [row[1] for row in CHOICES]
    assert len(names) == len(set(names))
    for name, condition, colour, pattern, english, chinese in CHOICES:
        assert name in LAMPS
        assert condition in _CONDITIONS or condition == "late_answer"
        assert gravity(colour, pattern) > 0
        assert english and chinese
    for name in LAMPS:
        # gravest first within a lamp, or the first true row would not be the gravest; information may follow what the agent must do
        order = [gravity(row[2], row[3]) // 3 for row in CHOICES if row[0] == name and row[1] not in ("over_max", "over_target", "in_call")]
        assert order == sorted(order, reverse=True)
