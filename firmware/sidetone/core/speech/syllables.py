"""Syllables from the ups and downs of the speech band's level: one nucleus is a rise and a fall of some dB.

Two counters run, on 300-3500 Hz and on 300-900 Hz (where a vowel stands out from the consonants around it); each peak
is half a syllable. Fast speech melts neighbours into one peak, so a peak weighs more the denser the peaks have been
over the last 2-3 s of speech. No vowel detector is needed, and steady noise makes no peaks inside the gate.

One counter:
| state   | input                            | next    | what happens                       |
|---------|----------------------------------|---------|------------------------------------|
| falling | level >= lowest so far + DIP     | rising  | the peak is followed from here     |
| rising  | level <= highest so far - DIP    | falling | a peak inside the gate is counted  |
"""

from sidetone.core.speech import decibel

# Chosen on AISHELL (2 speakers, human text; at 0.8, 1, 1.25 and 1.5 times its tempo) among 3-9 hops, 0.25-3 dB, 11-14 dB;
# results alike within 1 % around this point.
SMOOTH_HOPS = 5
DIP_Q8 = 256  # 1 dB
GATE_Q8 = 2816  # the band's peaks: 11 dB under the own level
VOWEL_GATE_Q8 = 3328  # the vowel band is 2 dB lower

# Weight of a peak in milli-syllables: BASE + DENSITY * (peaks a second of active speech), so that slow and fast speech
# come out alike (fitted on the tempos above).
WEIGHT_BASE = 528
WEIGHT_DENSITY = 75
DENSITY_SHIFT = 8  # averaged over 256 active hops, 2.6 s
USUAL_DENSITY_Q12 = 6 * 4096 // 100  # peaks per active hop before anything was heard: 6 a second


class PeakCounter:
    """One band: `hop` says when a peak inside the gate was just confirmed."""

    def __init__(self):
        self._recent = [decibel.FLOOR_Q8] * SMOOTH_HOPS
        self._at = 0
        self._sum = decibel.FLOOR_Q8 * SMOOTH_HOPS
        self._rising = False
        self._extreme_q8 = decibel.FLOOR_Q8

    def hop(self, level_q8, gate_q8):
        """level_q8: this hop's level; gate_q8: the level a peak must reach."""
        recent = self._recent
        at = self._at
        self._sum += level_q8 - recent[at]
        recent[at] = level_q8
        self._at = at + 1 if at + 1 < SMOOTH_HOPS else 0
        level = self._sum // SMOOTH_HOPS
        if self._rising:
            if level > self._extreme_q8:
                self._extreme_q8 = level
            elif level <= self._extreme_q8 - DIP_Q8:
                self._rising = False
                peak = self._extreme_q8
                self._extreme_q8 = level
                return peak > gate_q8
        elif level < self._extreme_q8:
            self._extreme_q8 = level
        elif level >= self._extreme_q8 + DIP_Q8:
            self._rising = True
            self._extreme_q8 = level
        return False


class SyllableCounter:
    """`hop` once a hop returns the milli-syllables it adds (mostly 0); `milli` is their sum."""

    def __init__(self):
        self.milli = 0
        self._band = PeakCounter()
        self._vowel = PeakCounter()
        # leaky sums over active hops: active hops, and peaks (Q12); the start is one second of usual speech
        self._hops = 100
        self._peaks_q12 = 100 * USUAL_DENSITY_Q12

    def hop(self, active, band_q8, vowel_q8, own_q8):
        """active: the gate's word; band_q8, vowel_q8: this hop's levels; own_q8: the talker's own level."""
        found = 0
        if self._band.hop(band_q8, own_q8 - GATE_Q8):
            found = 1
        if self._vowel.hop(vowel_q8, own_q8 - VOWEL_GATE_Q8):
            found += 1
        if active:
            if self._hops < 1 << DENSITY_SHIFT:
                self._hops += 1
            else:
                self._peaks_q12 -= self._peaks_q12 >> DENSITY_SHIFT
        if not found:
            return 0
        self._peaks_q12 += found << 11
        density_x100 = (self._peaks_q12 * 100 // self._hops * 100) >> 12
        added = found * (WEIGHT_BASE + WEIGHT_DENSITY * density_x100 // 100) // 2
        self.milli += added
        return added
