"""Holds, silent calls, one-way audio."""

from calls import CORE_LABELS, broken, found, lamp, phases, play, summary

SAID = [(1_300, "greeting"), (2_600, "service"), (3_900, "offer_help"), (11_500, "hold")]
BEFORE = [(500, 4_000), (10_000, 12_000)]
HIS = [(4_500, 9_500), (12_400, 13_000)]  # his request, and his consent


def hold(agent=(), customer=(), phrases=(), length_ms=49_000, said=SAID, his=HIS, **more):
    return play(
        length_ms, agent=BEFORE + list(agent), customer=his + list(customer), phrases=said + list(phrases), labels=CORE_LABELS, **more
    )


def test_a_hold_with_progress_and_thanks_breaks_nothing():
    lines = hold([(24_000, 26_000), (36_000, 44_000)], [(45_000, 48_000)], [(37_000, "hold_return")])
    assert [rule for rule in broken(lines) if rule[0] == "H"] == []
    assert [row[1] for row in phases(lines)] == ["talking", "hold", "talking", "ended"]
    record = summary(lines)
    assert record["holds"] == 1
    assert record["hold_max_gap_s"] == "12.00"


def test_fifteen_seconds_of_silence_break_h2_and_twelve_light_the_lamp():
    lines = hold([(32_000, 40_000)], [(41_000, 44_000)], [(33_000, "hold_return")])
    on, off = found(lines, "H2")
    assert on == (27_000, "H2", "on")
    assert 32_000 <= off[0] <= 32_100
    shown = [(row[0], row[1]) for row in lamp(lines, "process") if row[0] > 14_000]
    assert shown[0] == (24_000, "amber")
    assert shown[1] == (27_000, "red")
    assert shown[2][1] == "green"
    assert "19.99" <= summary(lines)["hold_max_gap_s"] <= "20.00"


def test_twelve_seconds_are_no_finding():
    lines = hold([(25_500, 33_000)], [(34_000, 37_000)], [(26_500, "hold_return")])
    assert "H2" not in broken(lines)
    assert (24_000, "amber", "steady") in lamp(lines, "process")


def test_leaving_without_a_phrase_breaks_h1():
    lines = hold([(30_000, 38_000)], said=SAID[:3], length_ms=45_000)
    assert len(found(lines, "H1")) == 1
    assert 30_000 < found(lines, "H1")[0][0] < 38_000
    assert [row[1] for row in phases(lines)] == ["talking", "hold", "talking", "ended"]


def test_silence_at_the_end_of_the_call_is_no_hold():
    lines = hold([], said=SAID[:3], length_ms=27_000)
    assert [rule for rule in broken(lines) if rule[0] == "H"] == []
    assert summary(lines)["holds"] == 0
    assert summary(lines)["hold_max_gap_s"] is None


def test_leaving_without_consent_breaks_h1():
    lines = hold([(24_000, 32_000)], his=HIS[:1])
    assert len(found(lines, "H1")) == 1
    lines = hold([(24_000, 32_000)], his=HIS[:1], settings=[("hold.ask_consent", False)])
    assert found(lines, "H1") == []


def test_no_words_of_return_break_h5():
    lines = hold([(24_000, 32_000)], [(33_000, 36_000)])
    assert len(found(lines, "H5")) == 1
    lines = hold([(24_000, 32_000)], [(33_000, 36_000)], [(25_000, "apology")])
    assert found(lines, "H5") == []


def test_a_very_long_hold_breaks_h3():
    reports = [(at, at + 2_000) for at in range(24_000, 84_000, 12_000)]
    lines = hold(reports + [(84_000, 92_000)], [(93_000, 96_000)], [(85_000, "hold_return")], 99_000)
    on, off = found(lines, "H3")
    assert 72_000 <= on[0] <= 72_100
    assert 84_000 <= off[0] <= 85_100
    assert "H4" not in broken(lines)


def test_a_long_hold_without_a_word_breaks_h4():
    lines = hold([(50_000, 58_000)], [], [(51_000, "hold_return")], 60_000)
    assert "H4" in broken(lines)


def test_please_wait_in_passing_is_no_hold():
    lines = hold([(13_500, 20_000)], [(21_000, 24_000)], length_ms=30_000)
    assert summary(lines)["holds"] == 0


def test_a_signalled_hold_is_believed():
    states = [(13_000, "hold"), (40_000, "talking")]
    lines = hold([(20_000, 28_000), (41_000, 44_000)], states=states, said=SAID)
    assert [row[1] for row in phases(lines)] == ["talking", "hold", "talking", "ended"]
    assert [row[0] for row in phases(lines)][1:3] == [13_000, 40_000]


def test_one_channel_holds_by_phrase():
    lines = play(60_000, agent=BEFORE + [(32_000, 40_000)], phrases=SAID + [(33_000, "hold_return")], labels=CORE_LABELS)
    assert found(lines, "H2")[0] == (27_000, "H2", "on")
    assert "H1" not in broken(lines)


def test_silence_on_one_channel_is_no_hold():
    assert summary(play(60_000, agent=BEFORE, phrases=SAID[:3], labels=CORE_LABELS))["holds"] == 0


# -- silent calls

PROMPTS = [(500, 4_000), (9_500, 12_000), (17_500, 22_000)]


def test_three_prompts_five_seconds_apart_keep_the_rule():
    lines = play(28_000, agent=PROMPTS, customer=[], phrases=SAID[:3], labels=CORE_LABELS)
    assert broken(lines) == []
    record = summary(lines)
    assert record["silent_prompts"] == 3
    assert record["customer_speech_s"] == "0.00"
    assert record["holds"] == 0
    assert ("green", "fast") in [row[1:] for row in lamp(lines, "process")]


def test_too_few_prompts_break_it():
    lines = play(20_000, agent=PROMPTS[:2], customer=[], phrases=SAID[:3], labels=CORE_LABELS)
    assert broken(lines) == ["I1"]
    values = [row[2] for row in lines if row[1] == "finding"][0]
    assert (values["value"], values["limit"]) == (2, 3)


def test_prompts_in_a_hurry_break_it():
    agent = [(500, 4_000), (8_500, 10_000), (12_500, 14_000)]
    assert broken(play(20_000, agent=agent, customer=[], phrases=SAID[:3], labels=CORE_LABELS)) == ["I1"]


def test_the_profile_selects_the_variant():
    agent = [(500, 4_000), (6_500, 8_000), (10_500, 12_000)]
    lines = play(15_000, agent=agent, customer=[], phrases=SAID[:3], labels=CORE_LABELS, settings=[("silent_profile", "redial_2_3s")])
    assert broken(lines) == []
    lines = play(9_900, agent=agent[:2], customer=[], phrases=SAID[:3], labels=CORE_LABELS, settings=[("silent_profile", "redial_2_3s")])
    assert broken(lines) == ["I2"]
    lines = play(28_000, agent=PROMPTS, customer=[], phrases=SAID[:3], labels=CORE_LABELS, settings=[("silent_profile", "repeat_twice")])
    assert broken(lines) == ["I3"]


def test_a_caller_who_answers_is_no_silent_call():
    lines = play(20_000, agent=[(500, 4_000)], customer=[(5_000, 9_000)], phrases=SAID[:3], labels=CORE_LABELS)
    assert summary(lines)["silent_prompts"] == 0
    assert "I1" not in broken(lines)


# -- the line


def test_one_way_audio():
    lines = play(40_000, agent=[(500, 4_000), (25_000, 28_000)], customer=[(5_000, 20_000)], flat_from_ms=20_000, labels=())
    assert found(lines, "I6")[0] == (23_000, "I6", "on")
    assert ("red", "fast") in [row[1:] for row in lamp(lines, "process")]


def test_a_line_that_mutes_its_pauses_is_no_fault():
    his = [(at, at + 3_000) for at in range(5_000, 35_000, 5_000)]
    assert "I6" not in broken(play(50_000, agent=[(500, 4_000)], customer=his, digital_rests=True, labels=()))


def test_a_long_report_that_asks_to_wait_again_is_the_same_hold():
    lines = hold([(24_000, 30_000), (38_000, 46_000)], [], [(29_500, "hold"), (39_000, "hold_return")])
    assert [rule for rule in broken(lines) if rule[0] == "H"] == []
    assert summary(lines)["holds"] == 1


def test_a_short_wait_owes_neither_consent_nor_thanks():
    lines = hold([(16_000, 22_000)], [(23_000, 26_000)], his=HIS[:1], length_ms=30_000)
    assert [row[1] for row in phases(lines)] == ["talking", "hold", "talking", "ended"]
    assert [rule for rule in broken(lines) if rule[0] == "H"] == []


def test_thanks_in_doubt_while_he_came_back_accuse_nobody():
    assert "H5" in broken(hold([(24_000, 32_000)], [(33_000, 36_000)]))
    assert "H5" not in broken(hold([(24_000, 32_000)], [(33_000, 36_000)], doubts=[(25_000, "hold_return")]))


def test_a_signalled_hold_before_the_agent_s_first_word():
    states = [(20, "hold"), (6_000, "talking")]
    lines = play(30_000, agent=[(22_000, 29_000)], customer=[(2_000, 20_000)], states=states)
    assert "H5" in broken(lines)
