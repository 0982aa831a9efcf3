"""The pitch's spread on pitches made by hand (semitones over 50 Hz, Q8)."""

from sidetone.core.speech.pitch import PitchSpread

ST = 256


def spread(semitones_q8, voicing=900):
    pitch = PitchSpread()
    for value in semitones_q8:
        pitch.hop(value, voicing)
    return pitch


def test_nothing_until_five_seconds_are_voiced():
    assert spread([20 * ST] * 249).sd_st_q8 is None
    assert spread([20 * ST] * 300).sd_st_q8 is not None


def test_one_tone_is_flat():
    assert spread([20 * ST + 32] * 500).sd_st_q8 <= ST // 8


def test_two_tones_four_semitones_apart_deviate_by_two():
    pitch = spread([18 * ST + 10, 22 * ST + 10] * 250)
    assert abs(pitch.sd_st_q8 - 2 * ST) <= ST // 8, pitch.sd_st_q8


def test_octave_errors_are_folded():
    values = [18 * ST, 20 * ST, 22 * ST, 20 * ST] * 120 + [32 * ST] * 20
    assert abs(spread(values).sd_st_q8 - spread([18 * ST, 20 * ST, 22 * ST, 20 * ST] * 125).sd_st_q8) <= ST // 3


def test_unvoiced_hops_do_not_count():
    pitch = spread([20 * ST] * 500, voicing=300)
    assert pitch.sd_st_q8 is None and pitch.voiced_ms == 0
    assert spread([0] * 500).voiced_ms == 0


def test_out_of_range_pitch_is_kept_in_range():
    assert spread([50 * ST] * 300).median_st_q8() is not None
    assert PitchSpread().median_st_q8() is None


def test_recent_spread_forgets_the_lively_beginning():
    lively = [18 * ST + 10, 22 * ST + 10] * 500
    flat = [20 * ST + 10] * 2600
    pitch = spread(lively + flat)
    assert pitch.recent_sd_st_q8 < ST
    assert pitch.sd_st_q8 > ST
    assert spread([20 * ST] * 749).recent_sd_st_q8 is None
    assert spread([20 * ST] * 750).recent_sd_st_q8 is not None


def test_a_held_sound_is_counted_once_and_a_moving_one_not():
    spread = PitchSpread()
    for hop in range(200):  # 2 s, a pitch every second hop
        spread.hop(20 * 256 if hop % 2 else 0, 900)
    assert spread.drawn == 1
    for hop in range(200):
        spread.hop(20 * 256 + hop * 40 if hop % 2 else 0, 900)
    assert spread.drawn == 1
    for hop in range(400):  # two equal syllables with a consonant between are no held sound
        spread.hop(30 * 256 if hop % 2 and hop % 38 < 30 else 0, 900)
    assert spread.drawn == 1


def test_the_last_pitch_and_the_recent_median():
    spread = PitchSpread()
    assert spread.last_st_q8() is None and spread.recent_median_st_q8 is None
    for _ in range(800):
        spread.hop(20 * 256, 900)
    for _ in range(8):
        spread.hop(24 * 256, 900)
    assert spread.last_st_q8() == 24 * 256
    assert 20 * 256 <= spread.recent_median_st_q8 <= 20 * 256 + 64
