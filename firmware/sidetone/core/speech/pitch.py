"""How much the talker's pitch moves: the standard deviation in semitones over voiced speech.

Voiced hops go into histograms of quarter semitones, because octave errors can only be folded once the median is known:
what lies more than 8 semitones from the median (three times a lively talker's deviation) is taken an octave nearer.
One histogram holds the whole call, another forgets: its counts are halved every 15 s of voiced speech.

Two more things are told from the same pitches: sounds that are drawn out (one pitch, held), and where the last sentence's pitch stood.
"""

BINS = 160  # quarter semitones over 50 Hz: 0..40
BIN_Q8 = 64
VOICED_PM = 650  # the deviation's correlation to Praat's is flat (.94) from 600 to 750 and falls above; unvoiced hops stay under 600
PITCH_MS = 20  # one pitch every second hop
ENOUGH = 250  # pitches: 5 s of voiced speech
RECENT = 750  # pitches: 15 s of voiced speech, the shortest in which a talker can be called monotone (FACTS.md)
FOLD_BINS = 32  # 8 semitones
OCTAVE_BINS = 48
RENEW = 50  # the deviations are computed anew every second of voiced speech
LAST = 16  # pitches kept: 320 ms voiced, the last syllable and a half
HELD_Q8 = 154  # 0.6 st: a held vowel moves less, a syllable's tone more
HELD_GAP_HOPS = 3  # a consonant in between is longer
DRAWN = 20  # pitches: 400 ms. In 14 minutes of real Mandarin and English (10 sources) two were held so long, both single syllables


class PitchSpread:
    """`hop` for every active hop.

    sd_st_q8         the whole call's deviation, Q8 semitones; None until 5 s are voiced
    recent_sd_st_q8  the last 15-30 s of voiced speech; None until 15 s
    recent_median_st_q8  median pitch of the same time, Q8 semitones over 50 Hz; None until 15 s
    voiced_ms        voiced speech so far
    drawn            sounds held on one pitch for 400 ms and more, so far
    """

    def __init__(self):
        self.sd_st_q8 = None
        self.recent_sd_st_q8 = None
        self.recent_median_st_q8 = None
        self.voiced_ms = 0
        self.drawn = 0
        self._last = [0] * LAST  # pitches over 50 Hz in Q8, a ring
        self._at = 0
        self._held_st_q8 = 0
        self._held = 0  # pitches in a row near it
        self._hops = 0  # since the last voiced one
        self._counts = [0] * BINS
        self._recent = [0] * BINS
        self._total = 0
        self._recent_total = 0
        self._recent_full = False

    def hop(self, pitch_st_q8, voicing_pm):
        """pitch over 50 Hz in Q8 semitones (0 = none), voicing per mille."""
        if pitch_st_q8 <= 0 or voicing_pm < VOICED_PM:
            self._hops += 1
            return
        self._last[self._at] = pitch_st_q8
        self._at = self._at + 1 if self._at + 1 < LAST else 0
        off_q8 = pitch_st_q8 - self._held_st_q8
        if -HELD_Q8 < off_q8 < HELD_Q8 and self._hops < HELD_GAP_HOPS:
            self._held += 1
            if self._held == DRAWN:
                self.drawn += 1
        else:
            self._held_st_q8 = pitch_st_q8
            self._held = 0
        self._hops = 0
        index = pitch_st_q8 // BIN_Q8
        if index >= BINS:
            index = BINS - 1
        self._counts[index] += 1
        self._recent[index] += 1
        self._total += 1
        self._recent_total += 1
        self.voiced_ms += PITCH_MS
        if self._total % RENEW:
            return
        if self._total >= ENOUGH:
            self.sd_st_q8 = _deviation_q8(self._counts, self._total)
        if self._recent_total >= RECENT:
            self._recent_full = True
        if self._recent_full:
            self.recent_sd_st_q8 = _deviation_q8(self._recent, self._recent_total)
            self.recent_median_st_q8 = _median_bin(self._recent, self._recent_total) * BIN_Q8 + BIN_Q8 // 2
            if self._recent_total >= 2 * RECENT:
                self._forget()

    def median_st_q8(self):
        """The median pitch of the call, semitones over 50 Hz in Q8; None where nothing was voiced."""
        if not self._total:
            return None
        return _median_bin(self._counts, self._total) * BIN_Q8 + BIN_Q8 // 2

    def last_st_q8(self):
        """Mean of the later half of the last pitches, Q8 semitones over 50 Hz; None before as many."""
        if self._total < LAST:
            return None
        total = 0
        for back in range(1, LAST // 2 + 1):
            total += self._last[self._at - back]
        return total // (LAST // 2)

    def _forget(self):
        total = 0
        for index in range(BINS):
            kept = self._recent[index] // 2
            self._recent[index] = kept
            total += kept
        self._recent_total = total


def _median_bin(counts, total):
    seen = 0
    for index in range(BINS):
        seen += counts[index]
        if seen * 2 >= total:
            return index
    return BINS - 1


def _deviation_q8(counts, total):
    """Standard deviation of a histogram around its median, octave-folded, Q8 semitones. total < 2**21: 11 hours voiced."""
    median = _median_bin(counts, total)
    first = 0
    squares = 0
    for index in range(BINS):
        count = counts[index]
        if count:
            off = index - median
            if off > FOLD_BINS:
                off -= OCTAVE_BINS
            elif off < -FOLD_BINS:
                off += OCTAVE_BINS
            first += count * off
            squares += count * off * off
    # variance in quarter semitones, Q8, less the 1/12 that the width of the bins adds
    mean_q8 = (first << 8) // total
    variance_q8 = (squares << 8) // total - ((mean_q8 * mean_q8) >> 8) - 21
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
