"""What is learned from call to call, and what is judged by it: usual level and pitch (E2), tiredness (E4), advice."""

from calls import BASELINE_Q8, PITCH_ST_Q8, broken, found, play, summary
from sidetone.core.call.habit import FAR_Q8, PITCH_CALLS, STRANGERS, Habit, Usual
from sidetone.core.etiquette.profile import Profile

DB = 256
GET = Profile().get
HOUR_MS = 3_600_000
LONG = [(500, 50_000)]


def lesson(level_db=0, pitch_st=20, spread_q8=700, speech_ms=60_000, odd_ms=0):
    return (BASELINE_Q8 + level_db * DB, pitch_st * DB, spread_q8, speech_ms, odd_ms)


def taught(*lessons):
    habit = Habit(BASELINE_Q8, GET)
    for count in range(len(lessons)):
        habit.learn(count * 300_000, lessons[count])
    return habit


def test_the_level_follows_slowly():
    habit = taught(lesson(2))
    assert 0 < habit.level_q8() - BASELINE_Q8 <= 2 * DB // 20 + 1
    habit = taught(*[lesson(2)] * 100)
    assert 1.9 * DB < habit.level_q8() - BASELINE_Q8 <= 2 * DB


def test_but_never_further_than_its_bound():
    assert taught(*[lesson(20)] * 500).level_q8() == BASELINE_Q8 + 3 * DB
    assert taught(*[lesson(-20)] * 500).level_q8() == BASELINE_Q8 - 3 * DB


def test_short_and_odd_calls_teach_no_level():
    assert taught(lesson(6, speech_ms=29_999)).level_q8() == BASELINE_Q8
    assert taught(lesson(6, speech_ms=30_000)).level_q8() > BASELINE_Q8
    assert taught(lesson(6, odd_ms=15_001)).level_q8() == BASELINE_Q8
    assert taught(lesson(6, odd_ms=15_000)).level_q8() > BASELINE_Q8
    assert taught((None, None, None, 60_000, 0)).level_q8() == BASELINE_Q8
    still = Habit(BASELINE_Q8, Profile([("habit.adapt", False)]).get)
    assert not still.learn(0, lesson(6)) and still.level_q8() == BASELINE_Q8


def test_the_usual_pitch_is_known_after_three_calls():
    assert taught(*[lesson()] * (PITCH_CALLS - 1)).usual(0).pitch_st_q8 is None
    habit = taught(lesson(pitch_st=18), lesson(pitch_st=20), lesson(pitch_st=22))
    assert abs(habit.usual(0).pitch_st_q8 - 20 * DB) <= 2


def test_another_voice_is_told_from_a_mood():
    calls = [lesson(pitch_st=20)] * PITCH_CALLS
    other = lesson(4, pitch_st=20 + FAR_Q8 // DB + 1)
    habit = taught(*calls, *[other] * (STRANGERS - 1))
    assert habit.usual(0).pitch_st_q8 == 20 * DB
    level_q8 = habit.level_q8()
    assert level_q8 == BASELINE_Q8
    habit.learn(9_000_000, lesson())  # it was somebody's visit
    assert habit.usual(9_000_000).pitch_st_q8 == 20 * DB
    habit = taught(*calls, *[other] * (STRANGERS + PITCH_CALLS - 1))
    assert abs(habit.usual(0).pitch_st_q8 - (20 * DB + FAR_Q8 + DB)) <= 2


def test_it_survives_a_restart_but_not_another_calibration():
    habit = taught(*[lesson(2)] * 30)
    again = Habit(BASELINE_Q8, GET)
    assert again.restore(habit.state())
    assert again.level_q8() == habit.level_q8() and again.usual(0).pitch_st_q8 == habit.usual(0).pitch_st_q8
    assert again.state() == habit.state()
    other = Habit(BASELINE_Q8 + 1, GET)
    assert not other.restore(habit.state()) and other.level_q8() == BASELINE_Q8 + 1
    for line in ("", "1", "1 2 3 4 x", "2 " + habit.state()[2:], "1 {} 999999 0 0".format(BASELINE_Q8), habit.state() + " 7"):
        assert not again.restore(line)
    assert again.state() == habit.state()


def test_five_hundred_calls_a_day_for_a_year_stay_in_bounds():
    habit = Habit(BASELINE_Q8, GET)
    for call in range(20_000):
        habit.learn(call * 172_800, lesson(call % 41 - 20, 14 + call % 12, 300 + call % 900))
    assert abs(habit.level_q8() - BASELINE_Q8) <= 3 * DB
    assert 14 * DB <= habit.usual(20_000 * 172_800).pitch_st_q8 <= 26 * DB
    assert len(habit.state()) < 60


def test_shrill_is_three_semitones_over_the_usual_pitch():
    for over, kept in ((2, True), (3, True), (4, False)):
        usual = Usual(PITCH_ST_Q8 - over * DB)
        lines = play(60_000, agent=LONG, labels=(), usual=usual)
        assert ("E2" not in broken(lines)) == kept, over
    assert found(lines, "E2")[-1] == (60_000, "E2", "off")
    lines = play(60_000, agent=LONG, labels=())
    assert "E2" not in broken(lines) and summary(lines)["not_judged"]["usual voice not known yet"] == ["E2"]


def test_tired_is_flatter_than_the_shift_s_first_calls():
    for recent, this, kept in ((400, 400, False), (700, 400, True), (400, 700, True), (480, 500, True), (480, 480, False)):
        lines = play(60_000, agent=LONG, labels=(), usual=Usual(None, 700, recent), spread_q8=this)
        assert ("E4" not in broken(lines)) == kept, (recent, this)
    assert summary(play(60_000, agent=LONG, labels=()))["not_judged"]["shift too young"] == ["E4"]


def test_a_shift_s_first_calls_are_its_measure():
    habit = taught(*[lesson(spread_q8=700)] * 5)
    usual = habit.usual(2_000_000)
    assert (usual.first_spread_q8, usual.recent_spread_q8) == (700, None)
    for call in range(5):
        habit.learn(2_000_000 + call, lesson(spread_q8=400))
    usual = habit.usual(3_000_000)
    assert (usual.first_spread_q8, usual.recent_spread_q8) == (700, 400)
    usual = habit.usual(2_000_004 + 4 * HOUR_MS + 1)  # after a rest
    assert (usual.first_spread_q8, usual.recent_spread_q8) == (None, None)


def test_advice_is_never_a_finding():
    talk = [(500, 3_000), (4_000, 7_000, 4), (8_000, 11_000, -4), (12_000, 15_000)]
    lines = play(20_000, agent=talk, customer=[(16_000, 19_000, -3)], phrases=[(14_000, "farewell"), (14_500, "polite_question")])
    advice = summary(lines)["advice"]
    assert advice["B6"].text() == "0.0"
    assert advice["C6"].text() == "3.0"
    assert advice["C9"].text() == "0.0"
    assert 2.5 < float(advice["C11"].text()) < 3.5
    assert (advice["G2"], advice["J4"], advice["J8"], advice["L2"]) == (1, 0, 1, 0)
    assert not [rule for rule in broken(lines) if rule in advice]


def test_who_says_farewell_first_and_what_is_repeated_back():
    talk = [(500, 9_000), (11_000, 12_500)]
    said = [(8_000, "recap"), (10_000, "farewell", "customer"), (12_000, "farewell")]
    advice = summary(play(13_000, agent=talk, customer=[(9_200, 10_500)], phrases=said))["advice"]
    assert (advice["J4"], advice["J8"]) == (1, 2)
    assert "J8" not in summary(play(13_000, agent=talk, labels=()))["advice"]


def test_loud_and_muffled_speech_is_measured_against_his_own_treble():
    def hand(mine, _his):
        mine.treble_q8 = lambda t_ms: 100 if t_ms > 10_000 else 3 * DB

    talk = [(500, 9_000), (12_000, 15_000, 6)]
    assert summary(play(20_000, agent=talk, labels=(), meters=hand))["advice"]["C9"].text() == "3.0"
    quiet = [(500, 9_000), (12_000, 15_000)]
    assert summary(play(20_000, agent=quiet, labels=(), meters=hand))["advice"]["C9"].text() == "0.0"


def test_a_loud_burst_without_voice_is_a_cough_perhaps():
    def cough(mine, _his):
        mine.voiceless_from_ms = 5_000

    talk = [(500, 4_000), (6_000, 6_300, 9)]
    assert summary(play(9_000, agent=talk, labels=(), meters=cough))["advice"]["L2"] == 1
    assert summary(play(9_000, agent=talk, labels=()))["advice"]["L2"] == 0


def test_plugs_the_wrong_way_round_are_suspected_and_nobody_is_accused():
    agent = [(10_000, 16_000)]
    customer = [(500, 6_000), (17_000, 26_000)]
    said = [(1_000, "greeting", "customer"), (2_000, "service", "customer"), (3_000, "offer_help", "customer")]
    lines = play(30_000, agent=agent, customer=customer, phrases=said)
    record = summary(lines)
    assert record["advice"]["channels_swapped"] == 1
    assert "B1" in record["not_judged"]["channels perhaps swapped"]
    assert not [rule for rule in broken(lines) if rule in ("B1", "B2", "B3", "J1", "J2", "J3", "G1")]
    said.append((11_000, "service"))
    record = summary(play(30_000, agent=agent, customer=customer, phrases=said))
    assert "channels_swapped" not in record["advice"]
