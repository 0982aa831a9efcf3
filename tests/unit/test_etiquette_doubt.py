"""Rules about what was left unsaid: what was perhaps said accuses nobody, and the record says that it was not judged."""

from calls import broken, play, summary

LINES = 60_000
AGENT = [(500, 5_000), (6_000, 14_000), (50_000, 59_000)]


def test_without_a_word_the_opening_and_the_closing_are_missing():
    rules = broken(play(LINES, agent=AGENT))
    for rule in ("B1", "B2", "B3", "G1", "J1", "J2", "J3"):
        assert rule in rules, rule


def test_what_was_perhaps_said_is_not_missing_and_not_judged():
    doubts = [
        (1_500, "greeting"),
        (3_000, "service"),
        (4_500, "offer_help"),
        (52_000, "closing_offer"),
        (55_000, "thanks"),
        (58_000, "farewell"),
    ]
    lines = play(LINES, agent=AGENT, doubts=doubts)
    rules = broken(lines)
    unclear = summary(lines)["not_judged"]["not heard clearly"]
    for rule in ("B1", "B2", "B3", "G1", "J1", "J2", "J3"):
        assert rule not in rules, rule
        assert rule in unclear, rule
    assert not [row for row in lines if row[1] == "phrase"]


def test_a_doubt_while_the_agent_is_silent_is_somebody_else():
    assert "B1" in broken(play(LINES, agent=[(500, 1_500), (9_000, 14_000)], doubts=[(4_000, "greeting")]))


def test_a_doubt_before_the_time_that_counts_helps_nobody():
    assert "J3" in broken(play(LINES, agent=AGENT, doubts=[(3_000, "farewell")]))


def test_a_phrase_heard_in_time_needs_no_benefit_of_the_doubt():
    lines = play(LINES, agent=AGENT, phrases=[(1_500, "greeting")], doubts=[(1_400, "greeting")])
    assert "B1" not in broken(lines)
    assert "B1" not in summary(lines)["not_judged"].get("not heard clearly", [])
