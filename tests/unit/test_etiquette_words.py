"""Taboo with exclusions, politeness, thanks, transfer; closing, hang-up and length."""

from calls import CORE_LABELS, broken, found, lamp, phases, play, summary

OPENING = [(1_300, "greeting"), (2_600, "service"), (3_900, "offer_help")]
CLOSING = [(25_000, "closing_offer"), (26_500, "thanks"), (28_000, "farewell")]
TALK = [(500, 4_000), (10_000, 16_000), (24_000, 28_200)]
HIS = [(4_500, 9_500), (16_500, 23_000)]


def call(phrases=(), length_ms=30_000, agent=TALK, customer=HIS, opening=OPENING, closing=CLOSING, **more):
    return play(length_ms, agent=agent, customer=customer, phrases=opening + list(phrases) + closing, **more)


# -- taboo


def test_a_taboo_is_an_event_that_is_only_possible():
    lines = call([(12_000, "taboo_no_way")])
    rows = [row[2] for row in lines if row[1] == "finding"]
    assert len(rows) == 1
    assert (rows[0]["rule"], rows[0]["state"], rows[0]["possible"], rows[0]["label"]) == ("G3", "event", True, "taboo_no_way")


def test_one_hit_lights_no_lamp_two_do():
    assert ("red", "fast") not in [row[1:] for row in lamp(call([(12_000, "taboo_no_way")]), "phrase")]
    assert ("red", "fast") in [row[1:] for row in lamp(call([(12_000, "taboo_no_way"), (15_000, "taboo_hurry")]), "phrase")]


def test_the_same_words_in_one_breath_are_one_hit():
    assert len(found(call([(12_000, "taboo_no_way"), (12_600, "taboo_no_way")]), "G3")) == 1
    assert len(found(call([(12_000, "taboo_no_way"), (15_000, "taboo_no_way")]), "G3")) == 2


def test_a_prescribed_sentence_is_excluded_whichever_comes_first():
    assert found(call([(12_000, "taboo_dont_know"), (13_200, "clarity_check")]), "G3") == []
    assert found(call([(12_900, "taboo_dont_know"), (12_500, "repeat_request")]), "G3") == []
    assert len(found(call([(12_000, "taboo_dont_know"), (14_500, "clarity_check")]), "G3")) == 1


def test_a_taboo_at_the_very_end_is_not_lost():
    assert len(found(call([(28_000, "taboo_off_duty")], 28_500), "G3")) == 1


def test_the_customers_taboo_is_not_the_agents():
    assert found(call([(6_000, "taboo_no_way", "customer")]), "G3") == []


def test_a_command_is_g7():
    assert [row[1] for row in found(call([(12_000, "taboo_you_must")]), "G3", "G7")] == ["G7"]


def test_words_that_the_profile_drops_are_not_watched():
    assert found(call([(12_000, "taboo_no_way")], settings=[("taboo.words", ["听不见"])]), "G3") == []


# -- politeness


def test_not_one_polite_word():
    assert "G1" in broken(call(opening=[], closing=[]))
    assert "G1" not in broken(call(opening=[], closing=[(26_500, "thanks")]))
    assert "G1" not in broken(call([(15_000, "hold")], opening=[], closing=[]))  # please wait: there is a please in it


def test_too_many_apologies():
    said = [(at, "apology") for at in range(10_500, 16_000, 1_000)]
    assert len(found(call(said), "G8")) == 1
    assert found(call(said[:5]), "G8") == []
    # spread over more than the window they are none too many
    agent = [(at, at + 1_000) for at in range(1_000, 400_000, 50_000)]
    spread = [(at + 900, "apology") for at in range(1_000, 400_000, 50_000)]
    assert "G8" not in broken(play(400_000, agent=agent, phrases=spread))


def test_thanks_want_an_answer():
    thanked = [(20_000, "thanks", "customer")]
    assert "G9" in broken(call(thanked))
    assert "G9" not in broken(call(thanked + [(24_000 - 200, "welcome_reply")], agent=TALK + [(23_100, 23_900)]))


def test_a_transfer_waits_for_a_word():
    agent = TALK[:2] + [(15_000, 17_000)]
    assert "T1" in broken(play(20_000, agent=agent, customer=HIS[:1], phrases=[(16_900, "transfer")]))
    assert "T1" not in broken(play(20_000, agent=agent, customer=HIS[:1] + [(17_500, 18_000)], phrases=[(16_900, "transfer")]))


# -- closing


def test_each_missing_word_of_the_closing():
    for index, rule in ((0, "J1"), (1, "J2"), (2, "J3")):
        lines = call(closing=CLOSING[:index] + CLOSING[index + 1 :])
        assert broken(lines) == [rule]
        assert found(lines, rule)[0][0] == 30_000


def test_words_too_long_before_the_end_do_not_count():
    agent = TALK + [(29_000, 70_000)]
    assert "J2" in broken(call(length_ms=71_000, agent=agent))
    assert "J3" in broken(call(length_ms=71_000, agent=agent))
    assert "J1" not in broken(call(length_ms=71_000, agent=agent))
    assert "J1" in broken(call(length_ms=96_000, agent=TALK + [(29_000, 95_000)]))


def test_dead_air_after_the_farewell_changes_nothing():
    assert broken(call(length_ms=45_000)) == []


def test_the_closing_phase_and_back():
    assert [row[1] for row in phases(call())] == ["talking", "closing", "ended"]
    more = call(customer=HIS + [(28_500, 33_000)], agent=TALK + [(34_000, 36_000)], length_ms=40_000)
    assert [row[1] for row in phases(more)] == ["talking", "closing", "talking", "ended"]


def test_an_offer_in_the_middle_of_a_long_turn_was_none():
    lines = call([(33_000, "closing_offer")], agent=TALK[:2] + [(30_000, 45_000)], length_ms=46_000, closing=[])
    assert phases(lines)[1] == (33_000, "closing")
    assert phases(lines)[2][1] == "talking" and phases(lines)[2][0] < 37_200
    # followed by the customer's answer and the agent's goodbye it was one
    lines = call(
        agent=TALK[:2] + [(24_000, 26_000), (28_000, 33_000)],
        customer=HIS + [(26_500, 27_300)],
        length_ms=35_000,
        closing=[(25_500, "closing_offer")],
    )
    assert [row[1] for row in phases(lines)] == ["talking", "closing", "ended"]


def test_a_farewell_in_the_first_seconds_is_a_homophone():
    assert [row[1] for row in phases(call([(3_000, "farewell")]))] == ["talking", "closing", "ended"]
    assert phases(call([(3_000, "farewell")]))[1][0] > 24_000


# -- hanging up


def hang_up(t_ms, by, **more):
    return call(states=[(t_ms, "ended", by)], length_ms=60_000, **more)


def test_the_agent_who_hangs_up_first_and_early():
    lines = hang_up(29_000, "agent")
    assert broken(lines) == ["J5", "J6"]
    assert summary(lines)["duration_s"] == "29.00"
    values = [row[2] for row in lines if row[1] == "finding"][0]
    assert (values["value"].text(), values["limit"].text()) == ("0.80", "3.00")


def test_after_three_seconds_he_may():
    lines = hang_up(31_300, "agent")
    assert broken(lines) == []
    assert ("green", "slow") in [row[1:] for row in lamp(lines, "process")]


def test_the_customer_may_at_any_time():
    assert broken(hang_up(28_300, "customer")) == []


def test_unknown_order_is_not_judged():
    lines = hang_up(28_300, None)
    assert broken(lines) == []
    assert summary(lines)["not_judged"]["not signalled"] == ["T4", "I4", "I5", "J5", "J6", "J7"]


def test_a_customer_who_stays_is_asked_again():
    assert broken(hang_up(36_000, "agent")) == ["J7"]
    lines = hang_up(45_000, "agent", agent=TALK + [(33_000, 35_000)], closing=CLOSING + [(34_000, "closing_offer")])
    assert "J7" not in broken(lines)


def test_a_silent_call_exempts_from_the_order():
    prompts = [(500, 4_000), (9_500, 12_000), (17_500, 22_000)]
    lines = play(40_000, agent=prompts, customer=[], phrases=OPENING, labels=CORE_LABELS, states=[(22_500, "ended", "agent")])
    assert broken(lines) == []


def test_nothing_happens_after_the_end():
    lines = hang_up(29_000, "customer", agent=TALK + [(30_000, 50_000, 12)])
    assert lines[-1][1] == "summary"
    assert lines[-1][0] == 29_000


# -- length


def test_length_is_information():
    agent = [(at, at + 2_000) for at in range(500, 310_000, 6_000)]
    lines = play(312_000, agent=agent, phrases=OPENING, labels=CORE_LABELS)
    shown = [row for row in lamp(lines, "process") if row[1] in ("amber", "red")]
    assert [(row[0], row[1]) for row in shown] == [(180_000, "amber"), (300_000, "red")]
    assert "K1" not in broken(lines)
    fault = play(312_000, agent=agent, phrases=OPENING, labels=CORE_LABELS, settings=[("duration.as_fault", True)])
    assert found(fault, "K1")[0] == (300_000, "K1", "on")


def test_a_long_talk_without_asking_for_time():
    agent = [(at, at + 2_000) for at in range(500, 190_000, 6_000)]
    assert "K2" in broken(play(195_000, agent=agent))
    assert "K2" not in broken(play(195_000, agent=agent, phrases=[(14_000, "convenient")]))
    assert "K2" not in broken(play(100_000, agent=agent))
