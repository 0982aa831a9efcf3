"""Courtesy over a whole call and how the talk goes on: B7 C8 D5 F4 F5 F6 I4 I5 I7 J9 J11 L3 N1."""

from calls import BASELINE_Q8, broken, found, play

TALK = [(500, 4_000), (10_000, 16_000), (24_000, 28_200)]
HIS = [(4_500, 9_500), (16_500, 23_000)]


def broke(rule, length_ms, **more):
    return rule in broken(play(length_ms, **more))


def turns(length_ms, agent_ms=5_000, customer_ms=4_000):
    """A dialogue of even turns with answers after 0.5 s."""
    agent = []
    customer = []
    for at in range(500, length_ms - 12_000, agent_ms + customer_ms + 1_000):
        agent.append((at, at + agent_ms))
        customer.append((at + agent_ms + 500, at + agent_ms + 500 + customer_ms))
    return agent, customer


def test_a_long_talk_without_a_title():
    agent, customer = turns(150_000)
    assert broke("B7", 150_000, agent=agent, customer=customer)
    assert not broke("B7", 150_000, agent=agent, customer=customer, phrases=[(2_000, "courtesy_title")])
    assert not broke("B7", 60_000, agent=agent[:5], customer=customer[:5])


def test_a_long_request_that_is_not_repeated_back():
    agent, customer = turns(130_000)
    assert broke("F5", 130_000, agent=agent, customer=customer)
    assert not broke("F5", 130_000, agent=agent, customer=customer, phrases=[(12_000, "recap")])
    assert not broke("F5", 60_000, agent=agent[:5], customer=customer[:5])


def test_a_long_explanation_without_a_check():
    agent = [(1_000, 33_000), (36_000, 38_000)]
    customer = [(33_500, 35_000)]
    assert broke("F6", 40_000, agent=agent, customer=customer)
    assert not broke("F6", 40_000, agent=agent, customer=customer, phrases=[(32_000, "clarity_check")])
    assert not broke("F6", 40_000, agent=agent, customer=customer, phrases=[(37_000, "clarity_check")])
    assert not broke("F6", 40_000, agent=TALK, customer=HIS)


def test_please_repeat_wants_an_apology_near_it():
    assert broke("I7", 30_000, agent=TALK, customer=HIS, phrases=[(12_000, "repeat_request")])
    assert not broke("I7", 30_000, agent=TALK, customer=HIS, phrases=[(12_000, "repeat_request"), (11_000, "apology")])
    assert not broke("I7", 30_000, agent=TALK, customer=HIS, phrases=[(12_000, "repeat_request"), (14_500, "apology")])
    assert broke("I7", 28_500, agent=TALK, customer=HIS, phrases=[(28_000, "repeat_request")])


def test_wishes_in_excess():
    said = [(25_000, "wish"), (26_000, "wish"), (27_000, "wish")]
    assert found(play(30_000, agent=TALK, customer=HIS, phrases=said), "J11") == [(27_000, "J11", "event")]
    assert not broke("J11", 30_000, agent=TALK, customer=HIS, phrases=said[:2])
    assert not broke("J11", 30_000, agent=TALK, customer=HIS)


ANGRY = [(1_000, 9_000), (12_000, 18_000, 8), (22_000, 28_000, 8)]
CALM_AGENT = [(9_500, 11_500), (18_500, 21_500), (28_500, 31_000)]


def test_an_angry_customer_is_owed_an_apology():
    assert broke("N1", 33_000, agent=CALM_AGENT, customer=ANGRY)
    assert broke("N1", 33_000, agent=CALM_AGENT, customer=ANGRY, phrases=[(10_000, "apology")])  # before he was angry
    assert not broke("N1", 33_000, agent=CALM_AGENT, customer=ANGRY, phrases=[(20_000, "apology")])
    assert not broke("N1", 33_000, agent=CALM_AGENT, customer=[(1_000, 9_000), (12_000, 18_000)])


def test_a_voice_raised_in_one_jump():
    asked = [(9_400, "repeat_request", "customer")]
    louder = [(500, 4_000), (10_000, 16_000, 5)]
    assert broke("C8", 20_000, agent=louder, customer=HIS[:1], phrases=asked)
    assert not broke("C8", 20_000, agent=louder, customer=HIS[:1])
    assert not broke("C8", 20_000, agent=[(500, 4_000), (10_000, 16_000, 3)], customer=HIS[:1], phrases=asked)
    # only the utterance that answers counts
    assert not broke("C8", 30_000, agent=[(500, 4_000), (10_000, 12_000), (18_000, 20_000, 5)], customer=HIS[:1], phrases=asked)


def test_speech_without_a_pause():
    assert [row[2] for row in found(play(70_000, agent=[(1_000, 66_000)], labels=()), "D5")] == ["event"]
    pausing = [(at, at + 9_400) for at in range(1_000, 60_000, 10_000)]
    assert not broke("D5", 70_000, agent=pausing, labels=())


def test_answers_in_a_rush():
    rushed = [(4_600, 8_000), (12_100, 16_000), (20_050, 24_000)]
    customer = [(1_000, 4_500), (8_500, 12_000), (16_500, 20_000)]
    assert broke("F4", 25_000, agent=rushed, customer=customer, labels=())
    assert not broke("F4", 25_000, agent=rushed[:2] + [(20_500, 24_000)], customer=customer, labels=())


def test_noise_around():
    assert broke("L3", 20_000, agent=TALK, labels=(), noise_q8=BASELINE_Q8 - 15 * 256)
    assert not broke("L3", 20_000, agent=TALK, labels=(), noise_q8=BASELINE_Q8 - 20 * 256)


def test_a_slam_at_the_end():
    assert broke("J9", 30_000, agent=TALK, labels=(), thumps=(29_500,))
    assert not broke("J9", 30_000, agent=TALK, labels=(), thumps=(27_000,))
    assert not broke("J9", 40_000, agent=TALK, labels=(), thumps=(29_500,), states=[(30_000, "ended", "customer")])
    assert broke("J9", 40_000, agent=TALK, labels=(), thumps=(29_500,), states=[(30_000, "ended", "agent")])


FAINT = [(1_000, 9_000), (12_000, 18_000, -10), (22_000, 25_000, -10)]


def test_hanging_up_on_a_faint_caller():
    agent = [(9_500, 11_500), (18_500, 21_500), (25_500, 27_000)]
    asked = [(20_000, "repeat_request"), (19_000, "apology")]
    assert broke("I4", 60_000, agent=agent, customer=FAINT, states=[(33_000, "ended", "agent")])
    assert broke("I4", 60_000, agent=agent, customer=FAINT, states=[(29_000, "ended", "agent")], phrases=asked)
    assert not broke("I4", 60_000, agent=agent, customer=FAINT, states=[(33_000, "ended", "agent")], phrases=asked)
    assert not broke("I4", 60_000, agent=agent, customer=FAINT, states=[(33_000, "ended", "customer")])
    assert not broke("I4", 60_000, agent=agent, customer=FAINT[:1], states=[(33_000, "ended", "agent")])


def test_hanging_up_on_a_noisy_line():
    noise_q8 = BASELINE_Q8 - 8 * 256
    states = [(40_000, "ended", "agent")]
    assert broke("I5", 60_000, agent=TALK, customer=HIS, states=states, line_noise_q8=noise_q8)
    assert not broke("I5", 60_000, agent=TALK, customer=HIS + [(29_000, 29_800)], states=states, line_noise_q8=noise_q8)  # his consent
    tries = TALK + [(33_000, 34_000), (39_000, 39_500)]
    assert not broke("I5", 60_000, agent=tries, customer=HIS, states=states, line_noise_q8=noise_q8)
    assert not broke("I5", 60_000, agent=TALK, customer=HIS, states=states)


def test_an_answer_is_rushed_as_a_listener_hears_it():
    def answers(gap_ms):
        agent, customer = [], []
        for turn in range(4):
            at = 1_000 + turn * 6_000
            customer.append((at, at + 3_000))
            agent.append((at + 3_000 + gap_ms, at + 5_500))
        return play(26_000, agent=agent, customer=customer, labels=())

    # the meters' own delays are not the agent's: 340 ms here are under 0.2 s to a listener
    assert "F4" in broken(answers(340))
    assert "F4" not in broken(answers(360))


def test_a_hook_switch_does_not_overrule_the_busy_tone():
    busy = [(at, at + 350) for at in range(20_000, 25_000, 700)]
    talk = {"agent": [(500, 3_000), (12_000, 19_000)], "customer": [(4_000, 11_000)], "labels": ()}
    states = [(26_000, "ended", "agent")]
    assert "J5" not in broken(play(27_000, tones=busy, states=states, **talk))
    assert "J5" in broken(play(27_000, states=[(19_500, "ended", "agent")], **talk))


def test_a_customer_who_stays_faint_is_not_taken_for_a_quiet_one():
    # 8 s at a level that wanders around 10 dB under his usual one: single syllables are louder than the limit
    faint = [(12_000 + at * 500, 12_400 + at * 500, -13 if at % 3 else -6) for at in range(16)]
    customer = [(1_000, 10_700)] + faint
    agent = [(20_500, 21_500)]
    lines = play(23_000, agent=agent, customer=customer, states=[(22_500, "ended", "agent")])
    assert "I4" in broken(lines)
