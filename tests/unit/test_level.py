"""Running and whole-call active level on levels made by hand; P.56 itself is compared in tests/host/test_p56.py."""

from sidetone.core.speech import decibel
from sidetone.core.speech.level import CallLevel, RunningLevel

DB = 256


def call(levels_db):
    level = CallLevel()
    for level_db in levels_db:
        level.hop(level_db * DB, decibel.mean_square(level_db * DB))
    return level.level_q8()


def test_a_steady_level_reads_itself():
    for level_db in (-10, -26, -45, -60):
        assert abs(call([level_db] * 400) - level_db * DB) <= 0.1 * DB, level_db


def test_pauses_do_not_lower_the_level():
    speech = ([-26] * 100 + [-90] * 300) * 5
    assert abs(call(speech) + 26 * DB) <= 1.0 * DB + 70, call(speech)
    # the mean power over all of it would read 6 dB less
    assert call(speech) > -28 * DB


def test_silence_has_no_level():
    assert call([-120] * 500) is None
    assert CallLevel().level_q8() is None


def test_an_hour_of_full_scale_does_not_overflow():
    level = CallLevel()
    power = decibel.mean_square(0)
    for _ in range(2000):
        level.hop(0, power)
    level.energy_high *= 180
    for index in range(len(level.counts)):
        level.counts[index] *= 180
    assert abs(level.level_q8()) <= DB // 4


def test_running_level_follows_a_step_within_its_time_constant():
    running = RunningLevel(-26 * DB)
    for _ in range(200):
        running.hop(True, -26 * DB, decibel.mean_square(-26 * DB))
    assert running.known
    before = running.level_q8
    for _ in range(50):
        running.hop(True, -14 * DB, decibel.mean_square(-14 * DB))
    rise = running.level_q8 - before
    # after one time constant 63 % of the power: 12 dB less 2 dB
    assert 9 * DB < rise < 11 * DB, rise


def test_running_level_is_frozen_in_pauses():
    running = RunningLevel(-26 * DB)
    for _ in range(100):
        running.hop(True, -26 * DB, decibel.mean_square(-26 * DB))
    before = running.level_q8
    for _ in range(500):
        running.hop(False, -80 * DB, 0)
    assert running.level_q8 == before


def test_running_level_lets_go_of_a_shout():
    running = RunningLevel(-26 * DB)
    for _ in range(100):
        running.hop(True, -8 * DB, decibel.mean_square(-8 * DB))
    for _ in range(400):
        running.hop(True, -30 * DB, decibel.mean_square(-30 * DB))
    assert abs(running.level_q8 + 31 * DB) <= 1 * DB, running.level_q8


def test_running_level_is_unknown_before_it_has_heard_enough():
    running = RunningLevel(-26 * DB)
    for _ in range(20):
        running.hop(True, -10 * DB, decibel.mean_square(-10 * DB))
    assert not running.known
