"""Is the wearer of this microphone speaking? A gate on the talker's own level, then talk spurts with a hangover.

A hop is *active* when its smoothed speech-band level is
  - within 15 dB under the talker's own tracked level (what is far under it is breath, a neighbour or the customer
    leaking in), and
  - 6 dB over the noise floor (the lowest level of the last 3-4 s: hum, a tone and a fan become floor), and
  - over `mask_q8`, which the caller may set (the expected leak of the other channel).
A talk *spurt* begins with the first of 3 active hops in a row, once one hop was *strong*: within 10 dB under the own level (babble
20 dB under the talker has many peaks that pass 15 dB and few that pass 10). It ends with the last active hop before 250 ms
without one. The own level starts at the calibrated baseline and follows the mean power of the active hops.

| state    | input                                      | next     | what happens                                            |
|----------|--------------------------------------------|----------|---------------------------------------------------------|
| silent   | 3rd active hop in a row, none before it    | silent   | the spurt would begin at the start of the first of them |
| silent   | 10th hop in a row not active               | silent   | it would not, and no hop was strong                     |
| silent   | 3rd active hop in a row or a later one, a strong one was heard | speaking | began_ms = where it would begin     |
| speaking | active hop                                 | speaking | ended_ms = end of this hop                              |
| speaking | 25th hop in a row not active               | silent   | the spurt is over at ended_ms                           |
"""

from sidetone.core.speech import decibel

HOP_MS = 10
GATE_DB_Q8 = 15 * 256  # 14-16 dB is flat in FACTS.md's measurement
OVER_NOISE_Q8 = 6 * 256  # noise is a minimum, 1-2 dB under the mean; white noise passes this less than once a minute
START_DB_Q8 = 10 * 256  # 8-11 dB is flat; at 20 dB babble 2-5 points of balanced accuracy better than 15, elsewhere the same (decision 0207)
ONSET_HOPS = 3  # a click is shorter
LULL_HOPS = 10  # a soft beginning and the vowel after it are one beginning: longer than most closures; up to 15 costs nothing at 20 dB babble
HANGOVER_HOPS = 25  # longer than the closure of a stop (80-150 ms), shorter than a pause that counts (500 ms)
NOISE_PART_HOPS = 50  # the floor is the minimum of the last 6-7 parts of 0.5 s
NOISE_PARTS = 6
BAND_Q8 = -3 * 256  # the speech band's part of the calibrated level (AISHELL: -2 to -4 dB)
OWN_HOPS = 256  # the own level's time constant: 2.6 s of speech
TRUST_HOPS = 10  # the calibrated level weighs as much as 0.1 s of speech heard, so a wrong one is soon forgotten
# A talker far under the calibration (a boom pushed away): where speech-like sound fails the gate for 2 s, the own level
# sinks by 1 dB a second, but never under this, or the other side's leak would become "own" in a long silence.
STARVED_HOPS = 200
STARVED_STEP_Q8 = 3
OWN_LOW_Q8 = -18 * 256  # under the baseline
SPEECHLIKE_Q8 = 12 * 256  # over the noise floor
NO_MASK_Q8 = decibel.FLOOR_Q8


class Activity:
    """`hop` once a hop; read active, speaking, began_ms, ended_ms, noise_q8, own_q8, band_q8 after it."""

    def __init__(self, baseline_q8):
        """baseline_q8: the calibrated active speech level, dBFS in Q8."""
        self.active = False
        self.speaking = False
        self.began_ms = None
        self.ended_ms = None
        self.own_q8 = baseline_q8 + BAND_Q8
        self.mask_q8 = NO_MASK_Q8
        self.noise_q8 = None
        self.band_q8 = decibel.FLOOR_Q8
        self._own_lowest_q8 = baseline_q8 + OWN_LOW_Q8
        self._own_power = decibel.mean_square(self.own_q8)
        self._own_hops = TRUST_HOPS
        self._previous_q8 = decibel.FLOOR_Q8
        self._before_q8 = decibel.FLOOR_Q8
        self._run = 0  # active hops in a row
        self._since_ms = None  # where a spurt would begin
        self._strong = False
        self._silent = 0  # hops since the last active one
        self._starved = 0
        self._part_hops = 0
        self._part_lowest_q8 = 0
        self._parts = [0] * NOISE_PARTS
        self._parts_known = 0

    def hop(self, t_ms, band_q8):
        """One hop that ends at t_ms, its 300-3500 Hz level in dBFS Q8. True while active."""
        if self.noise_q8 is None:  # the first hop: it is its own past
            self._previous_q8 = band_q8
            self._before_q8 = band_q8
        smooth = (band_q8 + self._previous_q8 + self._before_q8) // 3
        self._before_q8 = self._previous_q8
        self._previous_q8 = band_q8
        self.band_q8 = smooth
        self._track_noise(smooth)
        own = self.own_q8
        active = smooth > own - GATE_DB_Q8 and smooth > self.noise_q8 + OVER_NOISE_Q8 and smooth > self.mask_q8
        self.active = active
        if active:
            self._follow(band_q8)
            self._silent = 0
            self._run += 1
            if smooth > own - START_DB_Q8:
                self._strong = True
            if self._run == ONSET_HOPS and self._since_ms is None:
                self._since_ms = t_ms - ONSET_HOPS * HOP_MS
            if self.speaking:
                self.ended_ms = t_ms
            elif self._strong and self._run >= ONSET_HOPS:
                self.speaking = True
                self.began_ms = self._since_ms
                self.ended_ms = t_ms
        else:
            self._run = 0
            self._silent += 1
            if self._silent == LULL_HOPS:
                self._since_ms = None
                self._strong = False
            if self._silent >= HANGOVER_HOPS:
                self.speaking = False
                if smooth > self.noise_q8 + SPEECHLIKE_Q8 and smooth > self.mask_q8:
                    self._starve()
        return active

    def _follow(self, band_q8):
        self._starved = 0
        power = self._own_power
        if self._own_hops < OWN_HOPS:
            self._own_hops += 1
        power += (decibel.mean_square(band_q8) - power) // self._own_hops
        self._own_power = power
        self.own_q8 = decibel.mean_square_db_q8(power)

    def _starve(self):
        self._starved += 1
        if self._starved > STARVED_HOPS and self.own_q8 > self._own_lowest_q8:
            self.own_q8 -= STARVED_STEP_Q8
            self._own_power = decibel.mean_square(self.own_q8)

    def _track_noise(self, level_q8):
        if self._part_hops == 0 or level_q8 < self._part_lowest_q8:
            self._part_lowest_q8 = level_q8
        if self.noise_q8 is None or level_q8 < self.noise_q8:
            self.noise_q8 = level_q8
        self._part_hops += 1
        if self._part_hops < NOISE_PART_HOPS:
            return
        self._part_hops = 0
        parts = self._parts
        for index in range(NOISE_PARTS - 1):
            parts[index] = parts[index + 1]
        parts[NOISE_PARTS - 1] = self._part_lowest_q8
        if self._parts_known < NOISE_PARTS:
            self._parts_known += 1
        self.noise_q8 = min(parts[NOISE_PARTS - self._parts_known :])
