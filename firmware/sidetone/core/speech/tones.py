"""Is this hop a steady tone of the telephone system (ring-back, busy, zip tone)? Told from measures that are there anyway.

A tone has one level and one shape: from hop to hop its energy moves by less than STEADY_Q8, its peak is that of a sine (twice the mean
square, more under noise), and its share of the speech band fits its frequency. A voice does none of this for STEADY_HOPS in a row:
in 45 minutes of real speech the longest run was one of 0.4 s.

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


class ToneHops:
    """`hop` once a hop; True while a tone sounds."""

    def __init__(self):
        self._last_q8 = decibel.FLOOR_Q8
        self._sure = 0  # good hops so far, less A_MISS for each bad one

    def hop(self, energy_q8, band_q8, peak):
        """energy_q8 and band_q8 in dBFS Q8, peak 0..32768."""
        change_q8 = energy_q8 - self._last_q8
        self._last_q8 = energy_q8
        sure = self._sure
        if -STEADY_Q8 < change_q8 < STEADY_Q8 and energy_q8 > QUIET_Q8 and LOSS_LOW_Q8 <= energy_q8 - band_q8 <= LOSS_HIGH_Q8:
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
