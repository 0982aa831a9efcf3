"""Greeting, service, offer, rings, the clock."""

from calls import ALL_LABELS, CORE_LABELS, broken, found, lamp, phases, play, summary

OPENING = [(1_300, "greeting"), (2_600, "service"), (3_900, "offer_help")]
CLOSING = [(25_000, "closing_offer"), (26_500, "thanks"), (28_000, "farewell")]
TALK = [(500, 4_000), (10_000, 16_000), (24_000, 28_200)]


def test_a_complete_call_breaks_nothing():
    lines = play(29_000, agent=TALK, customer=[(4_500, 9_500), (16_500, 23_000)], phrases=OPENING + CLOSING, labels=CORE_LABELS)
    assert broken(lines) == []
    record = summary(lines)
    assert record["opening_stages"] == 3
    assert record["findings"] == {}
    assert record["phrases"] == {"greeting": 1, "service": 1, "offer_help": 1, "thanks": 1, "farewell": 1, "closing_offer": 1}
    assert lamp(lines, "phrase") == [(1_400, "green", "steady"), (29_000, "off", "steady")]


def test_a_late_greeting_is_on_at_the_deadline_and_off_when_it_comes():
    lines = play(29_000, agent=TALK + [(7_000, 9_000)], phrases=[(8_000, "greeting")], labels=CORE_LABELS)
    assert found(lines, "B1") == [(5_700, "B1", "on"), (8_000, "B1", "off")]
    shown = lamp(lines, "phrase")
    assert shown[0] == (5_700, "red", "slow")


def test_no_greeting_at_all_stays_on_to_the_end():
    lines = play(29_000, agent=TALK, labels=CORE_LABELS)
    assert found(lines, "B1") == [(5_700, "B1", "on"), (29_000, "B1", "off")]
    assert summary(lines)["opening_stages"] == 0


def test_a_greeting_just_in_time_is_in_time_though_told_later():
    assert "B1" not in broken(play(29_000, agent=[(500, 6_000)], phrases=[(5_650, "greeting")]))


def test_from_the_pick_up_where_it_is_known():
    states = [(0, "ringing"), (3_000, "talking")]
    lines = play(20_000, agent=[(7_500, 9_000)], states=states, labels=CORE_LABELS)
    assert found(lines, "B1")[0][0] == 8_200
    assert phases(lines)[:2] == [(0, "ringing"), (3_000, "talking")]
    # without a word at all the greeting is missing too
    assert found(play(20_000, states=states, labels=CORE_LABELS), "B1")[0][0] == 8_200


def test_without_a_word_and_without_a_pick_up_nothing_is_judged():
    lines = play(20_000, labels=CORE_LABELS)
    assert broken(lines) == []
    assert summary(lines)["not_judged"]["no speech"] == ["J9", "J1", "J2", "J3"]


def test_the_customers_greeting_does_not_count():
    lines = play(20_000, agent=[(500, 2_000)], customer=[(2_500, 5_000)], phrases=[(3_000, "greeting", "customer")], labels=CORE_LABELS)
    assert "B1" in broken(lines)
    # nor does one that leaked into the microphone while the agent was silent: it is counted, but it is not his
    lines = play(20_000, agent=[(500, 1_000)], customer=[(2_500, 5_000)], phrases=[(3_000, "greeting")], labels=CORE_LABELS)
    assert "B1" in broken(lines)
    assert summary(lines)["phrases"] == {"greeting": 1}


def test_stages_missing_are_told_once_the_opening_is_over():
    lines = play(29_000, agent=TALK, phrases=[(1_300, "greeting")], labels=CORE_LABELS)
    # due at 12.7 s, in the middle of a sentence that ends at 16 s
    assert found(lines, "B2", "B3") == [(16_700, "B2", "event"), (16_700, "B3", "event")]
    assert ("amber", "steady") in [row[1:] for row in lamp(lines, "phrase")]
    assert summary(lines)["opening_stages"] == 1


def test_without_a_network_no_phrase_rule_is_judged():
    lines = play(60_000, agent=TALK, customer=[(4_500, 9_500)], labels=())
    assert [rule for rule in broken(lines) if rule[0] in "BGJ" or rule in ("H1", "H5")] == []
    record = summary(lines)
    assert record["opening_stages"] is None
    assert record["unmeasured"]["opening_stages"] == "no phrase network"
    for rule in ("B1", "B2", "B3", "H1", "H5", "G3", "J1", "J2", "J3"):
        assert rule in record["not_judged"]["no phrase network"]


def test_order_only_where_it_is_enforced():
    wrong = [(1_300, "service"), (2_600, "greeting"), (3_900, "offer_help")]
    assert "B4" not in broken(play(20_000, agent=TALK, phrases=wrong))
    lines = play(20_000, agent=TALK, phrases=wrong, settings=[("greeting.order.enforce", True)])
    assert found(lines, "B4") == [(1_300, "B4", "event")]


def test_rings_and_a_late_answer():
    rings = [(0, "ring"), (3_000, "ring"), (6_000, "ring"), (9_000, "ring"), (10_000, "talking")]
    lines = play(40_000, agent=[(10_500, 14_000)], phrases=[(11_000, "greeting")], states=rings)
    assert found(lines, "A1") == [(9_000, "A1", "event")]
    assert "A2" in broken(lines)
    record = summary(lines)
    assert record["rings"] == 4
    assert record["answer_s"] == "10.50"
    lines = play(40_000, agent=[(10_500, 14_000)], phrases=[(11_000, "greeting"), (12_000, "apology")], states=rings)
    assert "A2" not in broken(lines)


def test_ringing_time_stands_for_rings_that_are_not_signalled():
    for pick_up_ms, rings in ((2_900, 1), (3_000, 1), (3_100, 2), (9_000, 3)):
        lines = play(20_000, agent=[(pick_up_ms + 500, 15_000)], states=[(0, "ringing"), (pick_up_ms, "talking")], labels=())
        assert summary(lines)["rings"] == rings
        assert broken(lines) == []


def test_an_outbound_call_is_given_up_after_six_rings():
    rings = [(at, "ring") for at in range(0, 21_000, 3_000)]
    assert broken(play(22_000, states=rings, direction="out", labels=())) == ["A4"]
    assert broken(play(17_000, states=rings[:6], direction="out", labels=())) == []


def greets(part, *others):
    """The phrases of a greeting: the trained label, and the text that says which part of the day."""
    return [(1_350, "greeting_time"), (1_300, "greeting_" + part)] + list(others)


def test_the_time_of_day():
    morning_s = 9 * 3600
    lines = play(10_000, agent=TALK, phrases=greets("afternoon"), start_s=morning_s)
    assert found(lines, "B5") == [(2_000, "B5", "event")]
    assert "B5" not in broken(play(10_000, agent=TALK, phrases=greets("morning"), start_s=morning_s))
    lines = play(10_000, agent=TALK, phrases=greets("afternoon"))
    assert "B5" not in broken(lines)
    assert summary(lines)["not_judged"]["no clock"] == ["B5"]
    off = [("greeting.check_time_of_day", False)]
    assert "B5" not in broken(play(10_000, agent=TALK, phrases=greets("afternoon"), start_s=morning_s, settings=off))


def test_the_small_hours_are_still_evening():
    night_s = 3 * 3600
    assert "B5" not in broken(play(10_000, agent=TALK, phrases=greets("evening"), start_s=night_s))
    assert "B5" in broken(play(10_000, agent=TALK, phrases=greets("morning"), start_s=night_s))


def test_near_the_border_both_greetings_are_right():
    for minute, part, kept in (
        (11 * 60 + 29, "morning", True),
        (11 * 60 + 31, "morning", False),
        (10 * 60 + 31, "noon", True),
        (10 * 60 + 29, "noon", False),
        (4 * 60 + 31, "morning", True),
        (17 * 60 + 31, "evening", True),
        (17 * 60 + 29, "evening", False),
        (23 * 60 + 59, "evening", True),
        (0, "evening", True),
    ):
        lines = play(10_000, agent=TALK, phrases=greets(part), start_s=minute * 60)
        assert ("B5" not in broken(lines)) == kept, (minute, part)


def test_a_greeting_that_may_have_been_the_right_one_is_no_fault():
    morning_s = 9 * 3600
    near = greets("evening", (1_320, "greeting_morning", "agent", 900))
    assert "B5" not in broken(play(10_000, agent=TALK, phrases=near, start_s=morning_s))
    far = greets("evening", (1_320, "greeting_morning", "agent", 700))
    assert "B5" in broken(play(10_000, agent=TALK, phrases=far, start_s=morning_s))


def test_a_text_alone_is_no_greeting_where_the_network_was_trained_for_it():
    morning_s = 9 * 3600
    alone = [(1_300, "greeting_afternoon")]
    assert "B5" not in broken(play(10_000, agent=TALK, phrases=alone, start_s=morning_s))
    late = [(1_300, "greeting_afternoon"), (2_100, "greeting_time")]
    assert "B5" not in broken(play(10_000, agent=TALK, phrases=late, start_s=morning_s))
    texts = tuple([label for label in ALL_LABELS if label != "greeting_time"])
    assert "B5" in broken(play(10_000, agent=TALK, phrases=alone, start_s=morning_s, labels=texts))


def test_words_in_mid_call_are_no_greeting():
    said = [(27_000, "greeting_time"), (27_000, "greeting_afternoon")]
    assert "B5" not in broken(play(29_000, agent=TALK, phrases=said, start_s=9 * 3600))


def test_a_call_that_was_passed_on_owes_thanks_for_waiting():
    states = [(0, "transferred"), (0, "talking")]
    lines = play(29_000, agent=TALK, phrases=OPENING, states=states, labels=CORE_LABELS)
    assert found(lines, "T4") == [(16_700, "T4", "event")]
    thanked = OPENING + [(2_000, "hold_return")]
    assert "T4" not in broken(play(29_000, agent=TALK, phrases=thanked, states=states, labels=CORE_LABELS))
    lines = play(29_000, agent=TALK, phrases=OPENING, labels=CORE_LABELS)
    assert "T4" not in broken(lines)
    assert "T4" in summary(lines)["not_judged"]["not signalled"]


def test_outbound_quiet_hours_and_convenience():
    night_s = 22 * 3600
    assert "M2" in broken(play(2_000, agent=[(500, 2_000)], start_s=night_s, direction="out"))
    assert "M2" in broken(play(2_000, agent=[(500, 2_000)], start_s=7 * 3600 + 3599, direction="out"))
    assert "M2" not in broken(play(2_000, agent=[(500, 2_000)], start_s=8 * 3600, direction="out"))
    assert "M2" not in broken(play(2_000, agent=[(500, 2_000)], start_s=night_s))
    assert "M1" in broken(play(40_000, agent=TALK, direction="out"))
    assert "M1" not in broken(play(40_000, agent=TALK, phrases=[(3_000, "convenient")], direction="out"))


def test_the_sentence_in_hand_is_heard_out_but_not_for_ever():
    late = [(1_300, "greeting"), (2_600, "service"), (14_000, "offer_help")]
    assert broken(play(20_000, agent=[(500, 3_000), (11_000, 14_500)], phrases=late, labels=("greeting", "service", "offer_help"))) == []
    lines = play(30_000, agent=[(500, 3_000), (11_000, 29_000)], phrases=late[:2], labels=("greeting", "service", "offer_help"))
    assert found(lines, "B3")[0][0] == 17_500


def test_talk_with_a_neighbour_while_it_rings_is_not_the_answer():
    states = [(0, "ring"), (4_000, "talking")]
    lines = play(20_000, agent=[(500, 2_500), (4_800, 8_000)], states=states, labels=())
    assert summary(lines)["answer_s"] == "4.80"
