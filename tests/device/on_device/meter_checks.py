"""The meter in viper gives what core's gives, attribute by attribute and hop by hop, on levels that nobody's voice has."""

from sidetone.core.speech.meter import Meter as PlainMeter
from sidetone.on_micropython.meter import Meter

NAMES = (
    "active speaking speech_began_ms speech_ended_ms spurt_ms level_q8 level_known own_q8 energy_q8 vowel_q8 band_q8 noise_q8 speech_ms "
    "speech_with_pauses_ms syllables rate_per_min pauses pitch_sd_st_q8 pitch_recent_sd_st_q8 pitch_recent_median_st_q8 voiced_ms "
    "drawn_sounds tone clipped_hops digital_silence_ms"
).split()


class _Random:
    def __init__(self, seed):
        self.state = (seed * 2654435 + 12345) & 0x3FFFFFFF

    def below(self, limit):
        self.state = (self.state * 1103 + 12345) & 0xFFFFF
        return (self.state >> 4) % limit


def _compare(seed, baseline_q8, hops, tones=None):
    """Speech-like stretches of random level, noise, tones, digital silence and full scale; the mask moves too."""
    random = _Random(seed)
    plain, ours = PlainMeter(baseline_q8, 900 + seed), Meter(baseline_q8, 900 + seed)
    if tones:
        plain.expect_tones(*tones)
        ours.expect_tones(*tones)
    if seed & 1:
        plain.share_syllables()
        ours.share_syllables()
    seen = set()
    level, left, kind = -8000, 0, 0
    for hop in range(hops):
        if not left:
            kind, left = random.below(7), 5 + random.below(120)
            level = -2000 - random.below(22000)
        left -= 1
        t_ms = 10 * hop + 10
        row = [level + random.below(1500), 0, 0, 0, 0, 0, 0, 0]
        if kind == 0:
            row = [-30720, -30720, -30720, 0, 0, 1, 0, 0]
        elif kind == 1:  # a steady sine
            row[0] = level
            row[1], row[3] = level - 397, _peak(level)
        elif kind == 2:
            row[0] = -771 + random.below(771)
            row[3], row[4] = 32768, random.below(5)
        if kind != 1 and kind != 0:
            wave = (hop * 64 + seed) % 1300
            row[1] = max(-30720, row[0] - 200 - random.below(600) - (wave if kind > 3 else 0))
            row[3] = row[3] or random.below(32769)
        if kind:
            row[2] = max(-30720, row[1] - 100 - random.below(900))
        if kind > 2 and hop & 1:
            row[6], row[7] = 3000 + level // 16 + random.below(300), 600 + random.below(400)
        plain.hop(t_ms, *row)
        ours.hop(t_ms, *row)
        if seed & 1 and hop % 21 == 0:
            plain.network_syllable()
            ours.network_syllable()
        for name in NAMES:
            expected, found = getattr(plain, name), getattr(ours, name)
            assert expected == found and type(expected) is type(found), (seed, hop, name, expected, found)
        if plain.speaking:
            seen.add("speaking")
        if plain.tone:
            seen.add("tone")
        if not hop % 50:
            assert plain.call_level_q8() == ours.call_level_q8(), (seed, hop)
            mask = -46000 + random.below(45000) if hop % 100 else -30720
            plain.set_mask_q8(mask)
            ours.set_mask_q8(mask)
    assert plain.pitch_median_st_q8() == ours.pitch_median_st_q8()
    assert plain.pitch_last_st_q8() == ours.pitch_last_st_q8()
    if plain.syllables > 20:
        seen.add("syllables")
    if plain.pauses:
        seen.add("pauses")
    if plain.pitch_sd_st_q8:
        seen.add("pitch")
    return seen


def _peak(level_q8):
    """About the peak of a sine of this level: 32768 at -3.01 dBFS."""
    peak, at = 32768, -771
    while at > level_q8:
        peak, at = peak * 8913 // 10000, at - 256
    return peak


def test_equal_to_the_plain_meter():
    seen = set()
    for seed in range(4):
        seen |= _compare(seed, (-6656, -3000, -12000)[seed % 3], 4000)
    assert seen == {"speaking", "tone", "syllables", "pauses", "pitch"}, seen


def test_a_talker_far_under_the_calibration():
    _compare(77, -1000, 1500)


def test_tones_that_beat_are_cores():
    assert "speaking" in _compare(3, -6656, 1000, (5, 40, 900))
