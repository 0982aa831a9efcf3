"""Is this hop a steady tone of the telephone system (ring-back, busy, zip tone)? Told from measures that are there anyway.

A tone of one frequency has one level and one shape: from hop to hop its energy moves by less than STEADY_Q8, its peak is that of a sine
(twice the mean square, more under noise), and its share of the speech band fits its frequency. A voice does none of this for STEADY_HOPS in
a row: in 45 minutes of real speech the longest run was one of 0.4 s.

Many countries ring with two frequencies or a modulated one, whose level beats: North America's 440+480 Hz at 40 Hz. A beat repeats itself:
whole level and speech band are what they were `beat_hops` before, within BEAT_Q8, for BEAT_STEADY_HOPS in a row, and their difference is
looked at over a whole beat. core/call/countries.py says which country's tones beat how.

Measured by the kernels' filters: 450 Hz (China) lies 1.55 dB lower in the 300-3500 Hz band than in the whole, 400 Hz 2.6, 480 Hz 1.2,
1000 Hz 0.4; a voice's vowel lies anywhere.
"""

from sidetone.core.speech import decibel

STEADY_Q8 = 192  # 0.75 dB: at 15 dB SNR a tone's hops move by 0.2 dB (standard deviation)
STEADY_HOPS = 8  # 80 ms
SUREST = 14  # so that two misses in a row do not break a tone that is sure
A_MISS = 3
DROP_Q8 = 1024  # 4 dB
LOSS_LOW_Q8 = 60  # energy over the speech band: 1000 Hz and below ...
LOSS_HIGH_Q8 = 760  # ... down to 390 Hz
# Peak squared over mean square: a sine has 2, with noise 15 dB under it up to 4. decibel.mean_square is half of the true one, so 3 .. 8.
QUIET_Q8 = -55 * 256  # a tone fainter than this is nobody's signal
BEAT_Q8 = 320  # 1.25 dB: at 15 dB SNR 99 % of a beating tone's hops repeat themselves within 1.0 dB
BEAT_STEADY_HOPS = 12
BEAT_SUREST = 18


def late_ms(beat_hops):
    """How long a tone has sounded when `hop` first says so."""
    return 10 * (STEADY_HOPS if beat_hops == 1 else BEAT_STEADY_HOPS + beat_hops)


class ToneHops:
    """`hop` once a hop; True while a tone sounds. beat_hops: hops after which the line's tones repeat themselves, 1 for a plain sine;
    the losses: how much less a tone has in the speech band than in the whole, lowest and highest (Q8 dB)."""

    def __init__(self, beat_hops=1, loss_low_q8=LOSS_LOW_Q8, loss_high_q8=LOSS_HIGH_Q8):
        self._beat_hops = beat_hops
        self._low_q8 = loss_low_q8
        self._high_q8 = loss_high_q8
        self._last_q8 = decibel.FLOOR_Q8
        self._sure = 0  # good hops so far, less A_MISS for each bad one
        self._energies = [decibel.FLOOR_Q8] * beat_hops  # rings of the last beat
        self._bands = [decibel.FLOOR_Q8] * beat_hops
        self._at = 0
        self._losses = 0  # sum over the rings

    def hop(self, energy_q8, band_q8, peak):
        """energy_q8 and band_q8 in dBFS Q8, peak 0..32768."""
        if self._beat_hops > 1:
            return self._beat(energy_q8, band_q8)
        change_q8 = energy_q8 - self._last_q8
        self._last_q8 = energy_q8
        sure = self._sure
        if -STEADY_Q8 < change_q8 < STEADY_Q8 and energy_q8 > QUIET_Q8 and self._low_q8 <= energy_q8 - band_q8 <= self._high_q8:
            mean_square = decibel.mean_square(energy_q8) >> 5
            square = (peak * peak) >> 5
            if 3 * mean_square <= square <= 8 * mean_square:
                if sure < SUREST:
                    self._sure = sure + 1
                return sure + 1 >= STEADY_HOPS
        if not sure:
            return False
        # under noise a hop or two of a tone look otherwise; a tone that has ended is over at once
        if energy_q8 < QUIET_Q8 or change_q8 < -DROP_Q8:
            self._sure = 0
            return False
        self._sure = sure - A_MISS if sure > A_MISS else 0
        return self._sure >= STEADY_HOPS

    def _beat(self, energy_q8, band_q8):
        at = self._at
        energy_before = self._energies[at]
        band_before = self._bands[at]
        self._energies[at] = energy_q8
        self._bands[at] = band_q8
        self._at = at + 1 if at + 1 < self._beat_hops else 0
        loss = self._losses + (energy_q8 - band_q8) - (energy_before - band_before)
        self._losses = loss
        change_q8 = energy_q8 - energy_before
        sure = self._sure
        if -BEAT_Q8 < change_q8 < BEAT_Q8 and -BEAT_Q8 < band_q8 - band_before < BEAT_Q8 and energy_q8 > QUIET_Q8:
            if self._low_q8 * self._beat_hops <= loss <= self._high_q8 * self._beat_hops:
                if sure < BEAT_SUREST:
                    self._sure = sure + 1
                return sure + 1 >= BEAT_STEADY_HOPS
        if not sure:
            return False
        if change_q8 < -DROP_Q8:
            self._sure = 0
            return False
        self._sure = sure - A_MISS if sure > A_MISS else 0
        return self._sure >= BEAT_STEADY_HOPS
