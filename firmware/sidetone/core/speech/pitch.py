"""How much the talker's pitch moves: the standard deviation in semitones over the voiced time of the call.

Voiced hops go into a histogram of quarter semitones, because octave errors can only be folded once the median is known:
what lies more than 8 semitones from the median (three times a lively talker's deviation) is taken an octave nearer.
"""

BINS = 160  # quarter semitones over 50 Hz: 0..40
BIN_Q8 = 64
VOICED_PM = 700
ENOUGH = 250  # pitches, one every 20 ms: 5 s of voiced speech
FOLD_BINS = 32  # 8 semitones
OCTAVE_BINS = 48
RENEW = 50  # the deviation is computed anew every second of voiced speech


class PitchSpread:
    """`hop` for every active hop; sd_st_q8 is None until 5 s of voiced speech."""

    def __init__(self):
        self.sd_st_q8 = None
        self.voiced_ms = 0
        self._counts = [0] * BINS
        self._total = 0
        self._new = 0

    def hop(self, pitch_st_q8, voicing_pm):
        """pitch over 50 Hz in Q8 semitones (0 = none), voicing per mille."""
        if pitch_st_q8 <= 0 or voicing_pm < VOICED_PM:
            return
        index = pitch_st_q8 // BIN_Q8
        self._counts[index if index < BINS else BINS - 1] += 1
        self._total += 1
        self.voiced_ms += 20
        self._new += 1
        if self._new >= RENEW and self._total >= ENOUGH:
            self._new = 0
            self.sd_st_q8 = self._deviation_q8()

    def median_st_q8(self):
        """The median pitch, semitones over 50 Hz in Q8; None where nothing was voiced."""
        if not self._total:
            return None
        return self._median_bin() * BIN_Q8 + BIN_Q8 // 2

    def _median_bin(self):
        seen = 0
        for index in range(BINS):
            seen += self._counts[index]
            if seen * 2 >= self._total:
                return index
        return BINS - 1

    def _deviation_q8(self):
        median = self._median_bin()
        total = 0
        squares = 0
        for index in range(BINS):
            count = self._counts[index]
            if count:
                off = index - median
                if off > FOLD_BINS:
                    off -= OCTAVE_BINS
                elif off < -FOLD_BINS:
                    off += OCTAVE_BINS
                total += count * off
                squares += count * off * off
        # variance in quarter semitones, Q8, less the 1/12 that the width of the bins adds
        mean_q8 = (total << 8) // self._total
        variance_q8 = (squares << 8) // self._total - ((mean_q8 * mean_q8) >> 8) - 21
        return _square_root(variance_q8 << 8) >> 2 if variance_q8 > 0 else 0


def _square_root(value):
    """Floor of the square root of an integer >= 0."""
    root = 0
    bit = 1 << 28
    while bit > value:
        bit >>= 2
    while bit:
        if value >= root + bit:
            value -= root + bit
            root = (root >> 1) + bit
        else:
            root >>= 1
        bit >>= 2
    return root
