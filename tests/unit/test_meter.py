"""The meter as a whole, on hops made by hand: what listener and conduct read from it."""

from sidetone.core.speech import decibel
from sidetone.core.speech.meter import Meter

DB = 256
BASELINE = -26 * DB


class Talker:
    """Feeds a meter with talk (five syllables a second at a level) and silence."""

    def __init__(self, meter):
        self.meter = meter
        self.t_ms = 0

    def hop(self, level_db_q8, peak=2000, clipped=0, flat=0, pitch=0, voicing=0):
        self.t_ms += 10
        self.meter.hop(self.t_ms, level_db_q8, level_db_q8 - 3 * DB, level_db_q8 - 4 * DB, peak, clipped, flat, pitch, voicing)

    def talk(self, seconds, level_db=-24, hops=20):
        for k in range(seconds * 100):
            up = k % hops if k % hops < hops // 2 else hops - k % hops
            self.hop(level_db * DB - 14 * DB + 16 * DB * up * 2 // hops, pitch=20 * DB if k % 2 else 0, voicing=900)

    def silence(self, milliseconds):
        for _ in range(milliseconds // 10):
            self.hop(-75 * DB)


def talker(**kind):
    t = Talker(Meter(BASELINE, **kind))
    t.silence(500)
    return t


def test_a_new_meter_knows_nothing():
    meter = Meter(BASELINE)
    assert not meter.speaking and not meter.active and not meter.level_known
    assert meter.speech_began_ms is None and meter.speech_ended_ms is None
    assert meter.rate_per_min is None and meter.pitch_sd_st_q8 is None
    assert meter.call_level_q8() is None
    assert meter.syllables == 0 and meter.speech_ms == 0


def test_spurts_and_times():
    t = talker()
    t.talk(2)
    assert t.meter.speaking
    assert 500 <= t.meter.speech_began_ms <= 600
    t.silence(600)
    assert not t.meter.speaking
    assert abs(t.meter.speech_ended_ms - 2500) <= 100
    assert abs(t.meter.speech_ms - 2000) <= 150
    assert t.meter.spurt_ms == t.meter.speech_ended_ms - t.meter.speech_began_ms


def test_pauses_under_a_second_belong_to_the_speaking_time():
    t = talker()
    t.talk(2)
    t.silence(700)
    t.talk(2)
    t.silence(3000)
    t.talk(2)
    m = t.meter
    assert m.pauses == 1
    assert 5500 <= m.speech_ms <= 6100
    assert 600 <= m.speech_with_pauses_ms - m.speech_ms <= 850


def test_rate_needs_four_seconds_and_then_reads_what_is_said():
    t = talker()
    t.talk(3)
    assert t.meter.rate_per_min is None
    t.talk(22)
    assert 250 <= t.meter.rate_per_min <= 360, t.meter.rate_per_min
    assert abs(t.meter.syllables * 60000 // t.meter.speech_with_pauses_ms - t.meter.rate_per_min) <= 25


def test_the_agents_scale_scales_count_and_rate():
    plain = talker()
    plain.talk(10)
    scaled = talker(rate_scale_pm=1200)
    scaled.talk(10)
    assert abs(scaled.meter.syllables - plain.meter.syllables * 6 // 5) <= 1
    assert abs(scaled.meter.rate_per_min - plain.meter.rate_per_min * 6 // 5) <= 6


def test_the_rate_forgets_what_is_older_than_its_window():
    t = talker()
    t.talk(20, hops=40)
    slow = t.meter.rate_per_min
    t.talk(20, hops=16)
    assert t.meter.rate_per_min > slow * 2, (slow, t.meter.rate_per_min)


def test_level_is_known_and_frozen_in_silence():
    t = talker()
    t.talk(3)
    assert t.meter.level_known
    level = t.meter.level_q8
    t.silence(3000)
    assert abs(t.meter.level_q8 - level) <= 2 * DB
    frozen = t.meter.level_q8
    t.silence(3000)
    assert t.meter.level_q8 == frozen
    assert abs(t.meter.call_level_q8() - level) <= 3 * DB


def test_digital_silence_and_clipping_are_counted():
    t = talker()
    for _ in range(50):
        t.hop(decibel.FLOOR_Q8, peak=0, flat=1)
    assert t.meter.digital_silence_ms == 500
    for _ in range(7):
        t.hop(-3 * DB, peak=32767, clipped=9)
    t.hop(-3 * DB, peak=32767, clipped=1)
    assert t.meter.clipped_hops == 7


def test_an_hour_of_silence_gives_nothing():
    t = Talker(Meter(BASELINE))
    for _ in range(3000):
        t.hop(decibel.FLOOR_Q8, peak=0, flat=1)
    assert t.meter.call_level_q8() is None
    assert t.meter.syllables == 0 and t.meter.rate_per_min is None and t.meter.speech_ms == 0


def test_a_steady_full_scale_sound_is_not_speech_for_long():
    t = Talker(Meter(BASELINE))
    for _ in range(1000):
        t.hop(-1, peak=32767, clipped=160)
    assert not t.meter.speaking
    assert t.meter.speech_ms < 1500
    assert t.meter.clipped_hops == 1000


def test_a_masked_channel_hears_nothing():
    t = talker()
    t.meter.set_mask_q8(0)
    t.talk(3)
    assert t.meter.speech_ms == 0 and t.meter.syllables == 0


def test_pitch_spread_reaches_the_meter():
    t = talker()
    t.talk(12)
    assert t.meter.voiced_ms > 5000
    assert t.meter.pitch_sd_st_q8 is not None


def test_a_network_that_counts_too_has_half_of_the_say_and_only_where_the_wearer_speaks():
    plain = talker()
    plain.talk(10)
    shared = talker()
    shared.meter.share_syllables()
    shared.meter.network_syllable()
    assert shared.meter.syllables == 0  # nobody speaks yet
    shared.talk(10)
    half = shared.meter.syllables
    assert abs(2 * half - plain.meter.syllables) <= 2
    assert shared.meter.speaking
    rate = shared.meter.rate_per_min
    for _ in range(20):
        shared.meter.network_syllable()
    assert shared.meter.syllables == half + 10
    shared.talk(1)
    assert shared.meter.rate_per_min > rate
