"""Is what the line carries music or noise instead of speech? Told from how seldom it is quiet.

Speech falls silent between syllables and words: of 8 s of it at least a quarter lies 6 dB and more under its own mean power. Music on
hold does not: notes overlap. The band's level is looked at once a tick; where hardly any look is low, it is no speech. A steady noise fills
speech's gaps as well, but it shows as a floor on which many looks lie: then nothing is said, the meters' noise floor takes care of it.

Measured on hops of 14 minutes of real speech (10 sources, clean and with white noise down to 10 dB SNR) and on five synthesized kinds of
music in the telephone's band; tests/host/test_bad_sound.py plays a call with music. Singing, and speech over music, are not told from speech.
"""

from sidetone.core.speech import decibel

LOOKS = 80  # of 100 ms each: 8 s
EVERY = 10  # looks between two decisions
LOW_Q8 = -6 * 256
ON_BELOW = 14  # low looks of LOOKS: 17.5 %
OFF_FROM = 20
FLOOR_Q8 = 2 * 256  # looks this near the lowest lie on a floor
FLOOR_LOOKS = 12  # so many of them, and it is one: music's loudness moves
QUIET_Q8 = -50 * 256  # nothing to tell under this mean
_SHIFT = 7  # 80 mean squares of up to 2**29 must add up within 30 bits


class Music:
    """`look` every tick. `on`: what is heard is no speech; `void_ms`: how much of the side's speech so far was none."""

    def __init__(self):
        self.on = False
        self.void_ms = 0
        self._levels = [decibel.FLOOR_Q8] * LOOKS
        self._spoken = [0] * (LOOKS // EVERY)  # the speech counter at the last decisions
        self._at = 0
        self._looks = 0
        self._suspected = False

    def look(self, band_q8, speech_ms):
        """band_q8: the hop's speech-band level; speech_ms: the side's speech counter, as its meter tells it."""
        self._levels[self._at] = band_q8
        self._at = self._at + 1 if self._at + 1 < LOOKS else 0
        self._looks += 1
        if self._looks < LOOKS or self._looks % EVERY:
            if not self._looks % EVERY:
                self._spoken[self._looks // EVERY % len(self._spoken)] = speech_ms
            return
        slot = self._looks // EVERY % len(self._spoken)
        before_ms = self._spoken[slot]
        self._spoken[slot] = speech_ms
        low = self._low_looks()
        if low >= OFF_FROM:
            self._suspected = self.on = False
        elif 0 <= low < ON_BELOW:
            if self._suspected and not self.on:
                self.on = True
                if speech_ms > before_ms:
                    self.void_ms += speech_ms - before_ms
            self._suspected = True

    def _low_looks(self):
        """How many of the looks lie LOW_Q8 under the mean power: all where it is quiet, -1 (undecided) for a steady noise."""
        total = 0
        lowest = 0
        for level in self._levels:
            if level < lowest:
                lowest = level
            total += decibel.mean_square(level) >> _SHIFT
        mean_q8 = decibel.mean_square_db_q8((total // LOOKS) << _SHIFT) if total else decibel.FLOOR_Q8
        if mean_q8 < QUIET_Q8:
            return LOOKS
        low = floor = 0
        for level in self._levels:
            if level < mean_q8 + LOW_Q8:
                low += 1
            if level < lowest + FLOOR_Q8:
                floor += 1
        return -1 if low < ON_BELOW and floor >= FLOOR_LOOKS else low
