"""The own-level gate and talk spurts, on levels made by hand (dBFS in Q8)."""

from sidetone.core.speech import decibel
from sidetone.core.speech.activity import Activity

DB = 256
BASELINE = -26 * DB


def run(gate, levels_db, t_ms=0, jitter_db=0):
    """Feed levels (dB); returns how many hops were active and the time after them."""
    active = 0
    for index, level in enumerate(levels_db):
        t_ms += 10
        # a little movement, as every sound has: noise floors are minima
        active += 1 if gate.hop(t_ms, level * DB + (index % 3 - 1) * jitter_db * DB // 2) else 0
    return active, t_ms


def quiet_gate():
    gate = Activity(BASELINE)
    _, t_ms = run(gate, [-70] * 100)
    return gate, t_ms


def test_speech_begins_and_ends_where_it_was():
    gate, t_ms = quiet_gate()
    _, t_ms = run(gate, [-28] * 100, t_ms)
    assert gate.speaking
    _, t_ms = run(gate, [-70] * 40, t_ms)
    assert not gate.speaking
    assert abs(gate.began_ms - 1000) <= 20, gate.began_ms
    assert abs(gate.ended_ms - 2000) <= 30, gate.ended_ms


def test_a_click_is_not_speech():
    gate, t_ms = quiet_gate()
    run(gate, [-28, -70, -70, -70], t_ms)
    assert not gate.speaking
    assert gate.began_ms is None


def test_the_closure_inside_a_word_does_not_end_the_spurt():
    gate, t_ms = quiet_gate()
    run(gate, [-28] * 30 + [-65] * 15 + [-28] * 30, t_ms)
    assert gate.speaking
    assert abs(gate.began_ms - 1000) <= 20


def test_babble_whose_peaks_pass_the_gate_begins_no_spurt():
    gate, t_ms = quiet_gate()
    _, t_ms = run(gate, [-28] * 300 + [-70] * 50, t_ms)
    ended_ms = gate.ended_ms
    active, t_ms = run(gate, ([-41] * 10 + [-50] * 5) * 5, t_ms)  # 13 dB under
    assert active > 30
    assert not gate.speaking
    assert gate.ended_ms == ended_ms


def test_a_soft_beginning_belongs_to_the_spurt():
    gate, t_ms = quiet_gate()
    _, t_ms = run(gate, [-41] * 10 + [-60] * 6 + [-28] * 20, t_ms)  # an aspirated consonant, a closure, a vowel
    assert gate.speaking
    assert abs(gate.began_ms - 1000) <= 20, gate.began_ms


def test_what_is_far_under_the_own_level_is_not_own():
    gate, t_ms = quiet_gate()
    _, t_ms = run(gate, [-28, -30, -32] * 100, t_ms)
    _, t_ms = run(gate, [-70] * 50, t_ms)
    active, _ = run(gate, [-52] * 150, t_ms)
    assert active == 0
    assert not gate.speaking


def test_steady_sound_becomes_floor():
    gate = Activity(BASELINE)
    run(gate, [-20] * 100, 0, 1)
    assert not gate.speaking
    assert gate.noise_q8 > -24 * DB


def test_digital_silence_is_silence_and_counts_as_floor():
    gate = Activity(BASELINE)
    active = 0
    for hop in range(500):
        active += gate.hop(10 * hop + 10, decibel.FLOOR_Q8)
    assert active == 0 and not gate.speaking


def test_a_talker_far_under_the_calibration_is_found():
    gate, t_ms = quiet_gate()
    speech = ([-40] * 12 + [-44] * 8 + [-62] * 10) * 40
    run(gate, speech, t_ms)
    assert gate.speaking or gate.began_ms is not None
    assert gate.own_q8 < -36 * DB


def test_a_very_faint_talker_is_found_in_time_but_not_below_the_limit():
    gate, t_ms = quiet_gate()
    run(gate, ([-49] * 12 + [-52] * 8 + [-66] * 10) * 80, t_ms)
    assert gate.began_ms is not None
    faint, t_ms = quiet_gate()
    run(faint, ([-60] * 12 + [-62] * 8 + [-70] * 10) * 200, t_ms)
    assert faint.began_ms is None


def test_a_mask_keeps_the_other_side_out():
    gate, t_ms = quiet_gate()
    gate.mask_q8 = -25 * DB
    active, _ = run(gate, [-28] * 100, t_ms)
    assert active == 0


def test_loud_after_normal_raises_the_own_level():
    gate, t_ms = quiet_gate()
    _, t_ms = run(gate, [-30] * 300, t_ms, 2)
    before = gate.own_q8
    run(gate, [-18] * 300, t_ms, 2)
    assert gate.own_q8 > before + 6 * DB
