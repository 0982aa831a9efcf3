"""Tones on the line: single hops, cadences, and what a call makes of them."""

from calls import broken, found, phases, play, summary
from sidetone.core.call.cadence import BUSY, RING, ZIP, Cadence
from sidetone.core.call.countries import COUNTRIES, CUSTOM, tones_of
from sidetone.core.etiquette.profile import Profile
from sidetone.core.speech.tones import BEAT_STEADY_HOPS, STEADY_HOPS, ToneHops, late_ms

# a 450 Hz sine of -23 dBFS as the kernels measure it
SINE = (-5891, -6287, 3308)


def test_a_sine_is_a_tone_after_eight_hops():
    tones = ToneHops()
    assert [tones.hop(*SINE) for _ in range(STEADY_HOPS + 2)] == [False] * STEADY_HOPS + [True, True]


def test_what_moves_peaks_or_lies_elsewhere_is_none():
    for other in ((-5891, -6287, 6000), (-5891, -6287, 2600), (-5891, -5900, 3308), (-5891, -8000, 3308), (-15_000, -15_396, 60)):
        tones = ToneHops()
        assert not any([tones.hop(*other) for _ in range(50)])
    tones = ToneHops()
    assert not any([tones.hop(-5891 + hop % 2 * 256, -6287 + hop % 2 * 256, 3308) for hop in range(50)])


def test_a_sure_tone_outlasts_two_odd_hops_but_not_its_end():
    tones = ToneHops()
    for _ in range(20):
        tones.hop(*SINE)
    assert tones.hop(-5891, -6287, 6000)
    assert tones.hop(-5891, -6287, 6000)
    assert not tones.hop(-5891, -6287, 6000)
    for _ in range(20):
        tones.hop(*SINE)
    assert not tones.hop(-5891 - 1_500, -6287 - 1_500, 2_000)


# 440+480 Hz as the kernels measure it: the level beats at 40 Hz, so it is the same again after five hops
BEATING = ((-6600, -7000), (-5700, -6200), (-6000, -6100), (-5600, -6300), (-7200, -7400))


def test_a_beating_tone_is_one_after_a_beat_and_its_time():
    tones = ToneHops(5)
    said = [tones.hop(*BEATING[hop % 5], 9000) for hop in range(40)]
    assert said == [hop >= 5 + BEAT_STEADY_HOPS - 1 for hop in range(40)]
    assert late_ms(5) == 10 * (5 + BEAT_STEADY_HOPS) and late_ms(1) == 10 * STEADY_HOPS
    assert not tones.hop(-14_000, -14_000, 100)  # its end is told at once


def test_what_beats_otherwise_is_no_tone():
    tones = ToneHops(4)
    assert not any([tones.hop(*BEATING[hop % 5], 9000) for hop in range(60)])
    tones = ToneHops(5, 600, 760)  # another pitch than the line's
    assert not any([tones.hop(*BEATING[hop % 5], 9000) for hop in range(60)])


CHINA = tones_of(Profile().get)


def country(code):
    """The tones of a profile with this country."""
    return tones_of(Profile([("tones.country", code)]).get)


def cadence(bursts, length_ms=40_000, tones=CHINA):
    """What is heard of tones at (from_ms, to_ms)."""
    made = Cadence(80, tones)
    heard = []
    for t_ms in range(10, length_ms, 10):
        what = made.hop(t_ms, any([began + 80 <= t_ms <= ended for began, ended in bursts]))
        if what is not None:
            heard.append(what)
    return heard


def test_rings_are_told_with_their_start():
    assert cadence([(1_000, 2_000), (6_000, 7_000), (11_000, 12_000)]) == [(RING, 1_000), (RING, 6_000), (RING, 11_000)]


def test_a_ring_that_is_cut_off_counts_and_one_with_a_gap_is_one():
    assert cadence([(1_000, 2_000), (6_000, 6_700)]) == [(RING, 1_000), (RING, 6_000)]
    made = Cadence(80, CHINA)
    heard = [made.hop(t_ms, 80 <= t_ms <= 1_000 and not 500 < t_ms < 550) for t_ms in range(10, 4_000, 10)]
    assert [what for what in heard if what] == [(RING, 0)]


def test_three_busy_bursts():
    assert cadence([(at, at + 350) for at in range(1_000, 5_000, 700)]) == [(BUSY, 1_000)]
    assert cadence([(1_000, 1_350), (1_700, 2_050)]) == []


def test_a_lone_beep_is_a_zip_tone():
    assert cadence([(1_000, 1_300)]) == [(ZIP, 1_300)]
    assert cadence([(1_000, 1_300), (1_600, 1_900)]) == []
    assert cadence([(1_000, 1_050 + 80)]) == [(ZIP, 1_130)]


RINGS = [(1_000, 2_000), (6_000, 7_000), (11_000, 12_000)]


def test_rings_heard_on_the_line():
    lines = play(26_000, agent=[(13_500, 17_000)], customer=[(18_000, 20_000)], tones=RINGS, labels=())
    assert [row[1] for row in phases(lines)] == ["talking", "ringing", "talking", "ended"]
    record = summary(lines)
    assert record["rings"] == 3
    assert record["answer_s"] == "12.50"
    assert broken(lines) == []


def test_a_fourth_ring_is_one_too_many():
    lines = play(40_000, agent=[(18_500, 22_000)], customer=[(23_000, 26_000)], tones=RINGS + [(16_000, 17_000)], labels=())
    assert found(lines, "A1") == [(16_600, "A1", "event")]
    assert summary(lines)["rings"] == 4


def test_signals_take_precedence_over_tones():
    states = [(500, "ring"), (12_500, "talking")]
    assert summary(play(30_000, agent=[(13_500, 17_000)], customer=[], tones=RINGS, states=states, labels=()))["rings"] == 1


def test_an_outbound_call_is_picked_up_by_the_customers_word():
    lines = play(30_000, agent=[(13_500, 17_000)], customer=[(12_500, 13_000)], tones=RINGS, direction="out", labels=())
    assert 12_600 < phases(lines)[2][0] <= 12_800


def test_rings_that_end_without_a_word_are_picked_up_too():
    lines = play(30_000, agent=[], customer=[], tones=RINGS[:1], labels=())
    assert [row[1] for row in phases(lines)] == ["talking", "ringing", "talking", "ended"]


def test_a_tone_in_mid_call_is_no_ring():
    lines = play(30_000, agent=[(500, 3_000)], customer=[(4_000, 8_000)], tones=[(15_000, 16_000)], labels=())
    assert summary(lines)["rings"] is None


def test_a_zip_tone_starts_the_greetings_clock():
    said = [(7_700, "greeting")]
    lines = play(30_000, agent=[(7_000, 9_000)], customer=[], tones=[(1_000, 1_300)], phrases=said, labels=("greeting",))
    assert found(lines, "B1")[0] == (6_500, "B1", "on")
    assert found(play(30_000, agent=[(7_000, 9_000)], customer=[], phrases=said, labels=("greeting",)), "B1") == []


def test_a_busy_tone_says_that_the_customer_hung_up():
    busy = [(at, at + 350) for at in range(20_000, 27_000, 700)]
    lines = play(27_000, agent=[(500, 3_000), (12_000, 19_000)], customer=[(4_000, 11_000)], tones=busy, labels=())
    assert "not signalled" not in summary(lines)["not_judged"]
    assert broken(lines) == []
    # and a long one leaves nobody waiting
    busy = [(at, at + 350) for at in range(20_000, 48_000, 700)]
    assert broken(play(50_000, agent=[(500, 3_000), (12_000, 19_000)], customer=[(4_000, 11_000)], tones=busy, labels=())) == []


def rings_of(tones, count, from_ms=1_000):
    """(from_ms, to_ms) of the bursts of `count` rings."""
    bursts = []
    at = from_ms
    for _ in range(count):
        bursts.append((at, at + tones.ring_ms))
        at += tones.ring_ms
        if tones.gap_ms:
            bursts.append((at + tones.gap_ms, at + tones.gap_ms + tones.ring_ms))
            at += tones.gap_ms + tones.ring_ms
        at += tones.rest_ms
    return bursts


def test_every_country_s_rings_and_busy_tone_are_told_apart():
    for row in COUNTRIES:
        tones = country(row[0])
        period_ms = tones.rest_ms + (2 * tones.ring_ms + tones.gap_ms if tones.gap_ms else tones.ring_ms)
        assert cadence(rings_of(tones, 3), tones=tones) == [(RING, 1_000 + n * period_ms) for n in range(3)], row[0]
        busy = [(at, at + tones.busy_ms) for at in range(1_000, 1_000 + 8 * tones.busy_ms, 2 * tones.busy_ms)]
        assert cadence(busy, tones=tones) == [(BUSY, 1_000)], row[0]
        assert cadence([(1_000, 1_300)], tones=tones) == [(ZIP, 1_300)], row[0]
        assert 0 < tones.loss_low_q8 + 110 < tones.loss_high_q8


def test_a_ring_of_two_bursts_needs_both():
    britain = country("uk")
    assert cadence([(1_000, 1_400)], tones=britain) == [(ZIP, 1_400)]
    assert cadence([(1_000, 3_000)], tones=britain) == []  # a long tone is no ring there
    assert cadence(rings_of(britain, 1) + [(4_000, 4_400)], tones=britain) == [(RING, 1_000), (ZIP, 4_400)]


def test_a_line_of_its_own():
    mine = [("tones.country", CUSTOM), ("tones.ring_s", 700), ("tones.rest_s", 1_500), ("tones.busy_s", 250), ("tones.pitch_hz", (480, 500))]
    tones = tones_of(Profile(mine).get)
    assert (tones.ring_ms, tones.gap_ms, tones.rest_ms, tones.busy_ms, tones.beat_hops) == (700, 0, 1_500, 250, 1)
    assert tones.loss_low_q8 == 213 - 110 and tones.loss_high_q8 == 278 + 110
    assert [what for what, _at in cadence(rings_of(tones, 3), tones=tones)] == [RING] * 3


def test_a_call_rung_in_britain():
    britain = country("uk")
    tones = [("tones.country", "uk")]
    lines = play(30_000, agent=[(11_500, 15_000)], customer=[(18_000, 20_000)], tones=rings_of(britain, 3), settings=tones, labels=())
    assert summary(lines)["rings"] == 3
    assert broken(lines) == []


def test_music_on_the_customers_line_is_not_his_speech():
    def plays(mine, his):
        his.plays = True

    agent = [(500, 3_000), (60_000, 70_000)]
    lines = play(80_000, agent=agent, customer=[(5_000, 75_000)], labels=(), meters=plays)
    # but for the seconds until it was sure
    assert "F2" not in broken(lines) and "F1" not in broken(lines)
    assert float(summary(lines)["customer_speech_s"]) < 1
    # the same as speech breaks both
    lines = play(80_000, agent=agent, customer=[(5_000, 75_000)], labels=())
    assert "F2" in broken(lines) and "F1" in broken(lines)
    assert float(summary(lines)["customer_speech_s"]) == 70
