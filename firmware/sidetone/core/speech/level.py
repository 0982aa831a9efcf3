"""Active speech level: how loud the talker is while talking, after ITU-T P.56 (method B), in integers.

`CallLevel` is P.56 itself on hops instead of samples: the envelope (two exponential averages, 30 ms), thresholds
6.02 dB apart, a 200 ms hangover, and the level where energy over active time stands 15.9 dB above the threshold. The
hangover makes a threshold's counter run while the highest envelope of the last 200 ms exceeds it, so one histogram of
that sliding maximum replaces the fifteen counters.

`RunningLevel` is for the lamp: mean power of the hops within 15.9 dB under itself, time constant 0.5 s, less its
constant bias.
"""

from sidetone.core.speech import decibel

MARGIN_Q8 = 4070  # 15.9 dB, P.56's margin
HANGOVER_HOPS = 20  # 200 ms
THRESHOLDS = 16  # hops' envelopes of 2**-15 .. 2**0 of full scale, 6.02 dB apart
STEP_Q8 = 1541  # 6.0206 dB
SMOOTH_Q10 = 734  # exp(-10 ms / 30 ms): what is left of the envelope after one hop
ENVELOPE_Q8 = -563  # the envelope is of |x| and a hop gives RMS: speech's |x| is 2.2 dB under its RMS (measured)


class CallLevel:
    """The whole call's level: `hop` once a hop, `level_q8()` any time."""

    def __init__(self):
        self._first = 0  # envelope averages: amplitude in Q4, 2**19 = full scale
        self._second = 0
        self._recent = [0] * HANGOVER_HOPS  # threshold index of the last 20 hops, a ring
        self._at = 0
        self.counts = [0] * (THRESHOLDS + 1)
        self.energy_high = 0  # sum of mean squares (0 dBFS = 2**29): high * 2**14 + low
        self.energy_low = 0

    def hop(self, energy_q8, power):
        """One hop: its level in dBFS Q8, and decibel.mean_square() of that."""
        amplitude = _amplitude_q4(energy_q8 + ENVELOPE_Q8)
        first = amplitude + (((self._first - amplitude) * SMOOTH_Q10) >> 10)
        second = first + (((self._second - first) * SMOOTH_Q10) >> 10)
        self._first = first
        self._second = second
        index = 0  # how many thresholds the envelope reaches
        rest = second >> 4
        while rest:
            rest >>= 1
            index += 1
        recent = self._recent
        recent[self._at] = index
        self._at += 1
        if self._at == HANGOVER_HOPS:
            self._at = 0
        self.counts[max(recent)] += 1
        low = self.energy_low + (power & 0x3FFF)
        self.energy_high += (power >> 14) + (low >> 14)
        self.energy_low = low & 0x3FFF

    def level_q8(self):
        """Active speech level of everything so far in dBFS Q8, or None where there is none."""
        energy = (self.energy_high << 14) + self.energy_low
        if energy <= 0:
            return None
        energy_log2 = decibel.log2_q12(energy) - (29 << 12)
        active = 0
        above = None
        for index in range(THRESHOLDS, 0, -1):
            active += self.counts[index]
            if active == 0:
                continue
            level = decibel.log2_to_db_q8(energy_log2 - decibel.log2_q12(active))
            over = level - (index - THRESHOLDS) * STEP_Q8
            if over >= MARGIN_Q8:
                if above is None:
                    return level
                level_above, over_above = above
                # between the two thresholds, where the line of the margin crosses 15.9 dB
                span = over - over_above
                return level + (level_above - level) * (over - MARGIN_Q8) // span
            above = (level, over)
        return None


def _amplitude_q4(level_q8):
    """dBFS Q8 -> amplitude in Q4, 2**19 = full scale: the power of half the decibels."""
    return decibel.mean_square(level_q8 >> 1) >> 10


RUNNING_HOPS = 50  # 0.5 s of active speech
RUNNING_BIAS_Q8 = 288  # the gate lets only the louder hops in: 0.9-1.4 dB over P.56, by talker (8 talkers, 1,400 clips)
TRUST_HOPS = 15  # the calibrated level counts as 0.15 s heard: one loud first syllable is no shout
KNOWN_HOPS = 45  # of them 0.3 s heard
LET_GO_Q8 = 26  # 10 dB a second


class RunningLevel:
    """`hop` once a hop; level_q8 (dBFS Q8) means something once `known`."""

    def __init__(self, baseline_q8):
        self.start_q8 = baseline_q8
        self._power = decibel.mean_square(baseline_q8)
        self._hops = TRUST_HOPS
        self._gated_q8 = baseline_q8
        self.level_q8 = baseline_q8
        self.known = False

    def restart(self):
        """A new utterance begins after a pause: a raised voice is not assumed to go on, it has to be heard again."""
        if self._gated_q8 > self.start_q8:
            self._gated_q8 = self.start_q8
            self._power = decibel.mean_square(self.start_q8)
            self.level_q8 = self.start_q8

    def hop(self, active, energy_q8, power):
        """active: the activity gate's word for this hop; frozen otherwise."""
        if not active:
            return
        if energy_q8 < self._gated_q8 - MARGIN_Q8:
            # own speech, and yet far under the running level: the talker fell by more than the gate, so let go of it
            self._gated_q8 -= LET_GO_Q8
            self._power = decibel.mean_square(self._gated_q8)
        else:
            if self._hops < RUNNING_HOPS:
                self._hops += 1
            self._power += (power - self._power) // self._hops
            self._gated_q8 = decibel.mean_square_db_q8(self._power)
            self.known = self._hops >= KNOWN_HOPS
        self.level_q8 = self._gated_q8 - RUNNING_BIAS_Q8
