"""Who speaks when: interruptions, back-channels, latency, monologue, leakage."""

from calls import broken, found, lamp, play, summary
from sidetone.core.call.turns import Leakage

LONG = [(3_000, 12_000)]  # the customer tells something


def record(agent, customer, length_ms=20_000):
    return summary(play(length_ms, agent=agent, customer=customer, labels=()))


def test_talking_over_the_customer_is_an_interruption():
    lines = play(20_000, agent=[(6_000, 8_000)], customer=LONG, labels=())
    assert found(lines, "F1") == [(7_010, "F1", "event")]
    assert summary(lines)["interruptions"] == 1
    assert summary(lines)["backchannels"] == 0
    assert summary(lines)["overlap_s"] == "2.15" or "1.99" <= summary(lines)["overlap_s"] <= "2.20"
    assert ("amber", "fast") in [row[1:] for row in lamp(lines, "process")]


def test_a_listening_sound_is_none():
    lines = play(20_000, agent=[(6_000, 6_900), (9_000, 9_400)], customer=LONG, labels=())
    assert found(lines, "F1") == []
    assert summary(lines)["interruptions"] == 0
    assert summary(lines)["backchannels"] == 2


def test_just_over_a_second_is_no_listening_sound():
    assert record([(6_000, 7_000)], LONG)["backchannels"] == 1
    assert record([(6_000, 7_100)], LONG)["interruptions"] == 1


def test_taking_the_turn_at_its_end_is_no_interruption():
    one = record([(11_700, 15_000)], LONG)
    assert one["interruptions"] == 0
    assert one["backchannels"] == 0


def test_the_customer_who_breaks_in_is_not_our_interruption():
    assert record([(1_000, 9_000)], [(4_000, 8_000)])["interruptions"] == 0


def test_a_sound_in_the_customers_pause_is_a_listening_sound_if_he_goes_on():
    one = record([(6_300, 6_700)], [(3_000, 6_000), (7_000, 12_000)])
    assert (one["backchannels"], one["interruptions"], one["response_latency_s"]) == (1, 0, None)


def test_a_short_answer_is_an_answer():
    one = record([(6_800, 7_300)], [(3_000, 6_000)])
    assert (one["backchannels"], one["response_latency_s"]) == (0, "0.80")


def test_latency_is_the_median_of_the_answers():
    agent = [(1_000, 2_000), (7_000, 9_000), (13_000, 15_000), (19_500, 21_000)]
    customer = [(3_000, 6_000), (10_000, 12_500), (16_000, 17_500)]
    assert record(agent, customer, 25_000)["response_latency_s"] == "1.00"


def test_a_late_answer_is_told_with_its_time():
    lines = play(20_000, agent=[(11_000, 13_000)], customer=[(3_000, 6_000)], labels=())
    assert found(lines, "D4")[0][2] == "event"
    values = [row[2] for row in lines if row[1] == "finding" and row[2]["rule"] == "D4"][0]
    assert values["value"].text() == "5.00"
    assert broken(play(20_000, agent=[(9_500, 13_000)], customer=[(3_000, 6_000)], labels=())) == []


def test_an_answer_after_please_wait_is_not_late():
    agent = [(1_000, 2_000), (11_000, 13_000)]
    lines = play(20_000, agent=agent, customer=[(3_000, 6_000)], phrases=[(1_900, "hold")])
    assert "D4" not in broken(lines)


def test_monologue():
    lines = play(70_000, agent=[(1_000, 60_000)], customer=[(61_000, 64_000)], labels=())
    on, off = found(lines, "D6")
    assert 46_000 <= on[0] <= 46_100
    assert 61_000 <= off[0] <= 63_000
    assert ("red", "slow") in [row[1:] for row in lamp(lines, "pace")]
    assert summary(lines)["longest_monologue_s"] == "59.00"
    # a customer's `mm` does not make it a dialogue, his turn does
    assert "D6" in broken(play(70_000, agent=[(1_000, 60_000)], customer=[(20_000, 20_300), (61_000, 64_000)], labels=()))
    assert "D6" not in broken(play(70_000, agent=[(1_000, 25_000), (27_000, 60_000)], customer=[(25_200, 26_800)], labels=()))


def test_a_customer_who_gets_no_listening_sound():
    lines = play(40_000, agent=[(1_000, 2_000)], customer=[(3_000, 30_000)], labels=())
    assert len(found(lines, "F2")) == 1
    assert 23_000 <= found(lines, "F2")[0][0] <= 23_200
    assert "F2" not in broken(play(40_000, agent=[(1_000, 2_000), (15_000, 15_400)], customer=[(3_000, 30_000)], labels=()))


def test_talk_ratio_and_one_channel():
    assert record([(1_000, 4_000)], [(5_000, 14_000)])["talk_ratio"] == "0.250"
    alone = summary(play(20_000, agent=[(1_000, 4_000)], labels=()))
    for field in ("customer_speech_s", "talk_ratio", "interruptions", "backchannels", "overlap_s", "response_latency_s", "silent_prompts"):
        assert alone[field] is None
        assert alone["unmeasured"][field] == "one channel"


def test_nobody_speaks():
    one = record([], [])
    assert one["talk_ratio"] is None
    assert one["level_dbfs"] is None
    assert one["agent_speech_s"] == "0.00"
    assert one["syllables"] == 0
    assert one["rate_speaking_per_min"] is None


def test_leakage_finds_a_constant_attenuation():
    leak = Leakage()
    mask_q8 = 0
    for hop in range(3_000):
        other_q8 = -26 * 256 + (hop * 7919 % 2_048)
        mask_q8 = leak.mask_q8(other_q8 - 30 * 256, other_q8, True)
    assert -33 * 256 < leak.coupling_q8 < -27 * 256
    assert mask_q8 < -26 * 256 - 10 * 256  # the own talker at his usual level is far above it


def test_leakage_does_not_learn_from_double_talk():
    leak = Leakage()
    for _hop in range(3_000):
        leak.mask_q8(-26 * 256, -26 * 256, True)
    assert leak.coupling_q8 == -20 * 256


def test_leakage_forgets_the_other_side_in_a_tenth_of_a_second():
    leak = Leakage()
    leak.mask_q8(-70 * 256, -20 * 256, True)
    for _hop in range(10):
        mask_q8 = leak.mask_q8(-70 * 256, -90 * 256, False)
    assert mask_q8 <= -50 * 256
