"""Praat, by `praat-parselmouth` (GPL-3.0-or-later): the one file that imports it, an evaluation tool which no product part may import.

Syllables and pitch for comparison, and its overlap-add resynthesis to make a voice monotone.
"""

import numpy as np
import parselmouth
from parselmouth.praat import call

RATE = 16_000
DIP_DB = 2.0


def _pitch(sound):
    hertz = sound.to_pitch_ac(time_step=0.01, pitch_floor=75, pitch_ceiling=500).selected_array["frequency"]
    return hertz[hertz > 0]


def flattened(samples, spread_st):
    """The same utterance with its melody pressed to `spread_st` semitones (standard deviation)."""
    sound = parselmouth.Sound(np.asarray(samples, np.float64), RATE)
    hertz = _pitch(sound)
    if len(hertz) < 20:
        return samples
    middle = float(np.median(hertz))
    spread = float(np.std(12 * np.log2(hertz / middle)))
    if spread <= spread_st:
        return samples
    manipulation = call(sound, "To Manipulation", 0.01, 75, 500)
    tier = call(manipulation, "Extract pitch tier")
    call(tier, "Formula", f"{middle} * (self / {middle}) ^ {spread_st / spread}")
    call([tier, manipulation], "Replace pitch tier")
    return call(manipulation, "Get resynthesis (overlap-add)").values[0]


def raised(samples, by_st):
    """The same utterance `by_st` semitones higher."""
    manipulation = call(parselmouth.Sound(np.asarray(samples, np.float64), RATE), "To Manipulation", 0.01, 75, 500)
    tier = call(manipulation, "Extract pitch tier")
    call(tier, "Formula", f"self * {2 ** (by_st / 12)}")
    call([tier, manipulation], "Replace pitch tier")
    return call(manipulation, "Get resynthesis (overlap-add)").values[0]


def spread_st(samples):
    """Standard deviation of the pitch in semitones; NaN where nothing is voiced."""
    hertz = _pitch(parselmouth.Sound(np.asarray(samples, np.float64), RATE))
    return float(np.std(12 * np.log2(hertz))) if len(hertz) > 20 else float("nan")


def syllables(samples):
    """Syllable nuclei after de Jong and Wempe (2009): intensity peaks within 25 dB of the loudest, 2 dB dips between them, voiced."""
    sound = parselmouth.Sound(np.asarray(samples, np.float64), RATE)
    intensity = sound.to_intensity(minimum_pitch=50)
    level = intensity.values[0]
    times = intensity.xs()
    pitch = sound.to_pitch_ac(time_step=0.02, pitch_floor=30, very_accurate=False, silence_threshold=0.03, voicing_threshold=0.25,
                              octave_cost=0.01, octave_jump_cost=0.35, voiced_unvoiced_cost=0.25, pitch_ceiling=450)  # fmt: skip
    threshold = max(np.quantile(level, 0.99) - 25, level.min())
    peaks = [k for k in range(1, len(level) - 1) if level[k - 1] < level[k] >= level[k + 1] and level[k] > threshold]
    count = 0
    for number, peak in enumerate(peaks):
        until = peaks[number + 1] if number + 1 < len(peaks) else len(level) - 1
        dip_db = level[peak] - level[peak : until + 1].min()
        if dip_db > DIP_DB and not np.isnan(pitch.get_value_at_time(times[peak])):
            count += 1
    return count
