"""Volume, pace and pitch: C1, C2, D1, E1 and their lamps."""

from calls import broken, found, lamp, play, summary


def test_loud_turns_on_quickly_and_off_after_the_release():
    lines = play(6_000, agent=[(500, 2_000), (2_000, 3_500, 9), (3_500, 6_000)], labels=())
    assert found(lines, "C1") == [(2_300, "C1", "on"), (4_500, "C1", "off")]
    assert lamp(lines, "loud") == [(800, "green", "steady"), (2_300, "red", "steady"), (4_500, "green", "steady"), (6_000, "off", "steady")]
    record = summary(lines)
    assert record["findings"] == {"C1": 1}
    assert record["loud_s"] == "2.20"


def test_the_finding_tells_decibels_over_the_baseline():
    lines = play(3_000, agent=[(500, 3_000, 9)], labels=())
    values = [row[2] for row in lines if row[1] == "finding"][0]
    assert values["value"].text() == "9.00"
    assert values["limit"].text() == "6.00"


def test_at_the_limit_nobody_is_loud():
    assert broken(play(6_000, agent=[(500, 6_000, 6)], labels=())) == []


def test_between_the_limits_a_loud_voice_stays_loud():
    lines = play(6_000, agent=[(500, 2_000, 7), (2_000, 6_000, 4)], labels=())
    assert [row[2] for row in found(lines, "C1")] == ["on", "off"]
    assert found(lines, "C1")[1][0] == 6_000  # only the end of the call closes it


def test_a_pause_freezes_the_debounce():
    # 150 ms loud, a pause of 1.5 s, 200 ms loud: together longer than the debounce, and the judge did not forget
    lines = play(6_000, agent=[(500, 1_500), (1_500, 1_650, 9), (3_200, 3_400, 9), (3_500, 6_000)], labels=())
    assert found(lines, "C1")[0][2] == "on"
    assert 3_200 < found(lines, "C1")[0][0] <= 3_400


def test_a_turn_that_is_over_ends_the_finding_and_the_red_lamp():
    lines = play(9_000, agent=[(500, 1_500), (1_500, 3_000, 9), (7_000, 9_000)], labels=())
    assert [row[2] for row in found(lines, "C1")] == ["on", "off"]
    assert 5_000 <= found(lines, "C1")[1][0] <= 5_200
    assert "red" not in [row[1] for row in lamp(lines, "loud") if row[0] > 5_300]


def test_quiet_after_two_seconds_of_speech():
    lines = play(8_000, agent=[(500, 4_000, -9), (4_000, 8_000)], labels=())
    assert found(lines, "C2") == [(2_790, "C2", "on"), (5_000, "C2", "off")]
    assert lamp(lines, "loud")[1] == (2_790, "amber", "slow")
    assert summary(lines)["quiet_s"] == "2.21"


def test_the_profile_moves_the_limit():
    spans = [(500, 4_000, 9)]
    assert broken(play(4_000, agent=spans, labels=())) == ["C1"]
    assert broken(play(4_000, agent=spans, labels=(), settings=[("volume.loud_db", 10 * 256)])) == []


def test_too_fast_needs_its_hold_time():
    lines = play(40_000, agent=[(500, 10_000), (10_000, 25_000, 0, 340), (25_000, 40_000)], labels=())
    on, off = found(lines, "D1")
    assert on[2] == "on" and 15_900 <= on[0] <= 16_100
    assert off[2] == "off" and 27_900 <= off[0] <= 28_100
    values = [row[2] for row in lines if row[1] == "finding"][0]
    assert (values["value"], values["limit"]) == (340, 330)
    colours = [row[1:] for row in lamp(lines, "pace")]
    assert colours == [("green", "steady"), ("amber", "steady"), ("red", "steady"), ("green", "steady"), ("off", "steady")]


def test_too_slow_is_the_same_rule_with_the_other_limit():
    lines = play(20_000, agent=[(500, 20_000, 0, 120)], labels=())
    values = [row[2] for row in lines if row[1] == "finding"][0]
    assert (values["rule"], values["value"], values["limit"]) == ("D1", 120, 150)
    assert lamp(lines, "pace")[1][1:] == ("amber", "slow")


def test_from_too_fast_to_too_slow_is_two_findings():
    lines = play(60_000, agent=[(500, 20_000, 0, 400), (20_000, 60_000, 0, 100)], labels=())
    assert [row[2] for row in found(lines, "D1")] == ["on", "off", "on", "off"]
    assert summary(lines)["findings"]["D1"] == 2


def test_the_selected_band_judges():
    spans = [(500, 20_000, 0, 240)]
    assert broken(play(20_000, agent=spans, labels=())) == []
    assert broken(play(20_000, agent=spans, labels=(), settings=[("rate_profile", "zi_100_120")])) == ["D1"]


def test_monotone_is_told_after_its_window_and_lights_only_where_wanted():
    spans = [(500, 60_000)]
    lines = play(60_000, agent=spans, labels=(), spread_q8=300)
    assert found(lines, "E1")[0][0] > 30_000  # half of the speech is voiced, the window is 15 s
    assert ("amber", "fast") not in [row[1:] for row in lamp(lines, "pace")]
    lines = play(60_000, agent=spans, labels=(), spread_q8=300, settings=[("intonation.led", True)])
    assert ("amber", "fast") in [row[1:] for row in lamp(lines, "pace")]
    assert "E1" not in broken(play(60_000, agent=spans, labels=(), spread_q8=400))


def test_the_cool_down_keeps_a_lamp_calm():
    def again_after(inside_ms, cool):
        """Loud, inside for so long, loud again: the findings."""
        spans = [(0, 4_000), (4_000, 6_000, 9), (6_000, 6_000 + inside_ms), (6_000 + inside_ms, 6_500 + inside_ms, 9), (6_500 + inside_ms, 12_000)]
        lines = play(12_000, agent=spans, labels=(), settings=[("calm.cool_down_s", cool)])
        return [state for _t_ms, _rule, state in found(lines, "C1")].count("on")

    # off after 1 s inside, and for the cool-down nothing turns it on
    assert again_after(1_600, 1_000) == 1
    assert again_after(2_100, 1_000) == 2
    assert again_after(1_100, 0) == 2
