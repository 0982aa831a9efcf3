"""Advice: figures for a coach about what sound shows only indirectly. Never a finding, never on a lamp; in the record's `advice`, by rule.

| rule | figure |
|---|---|
| B6 | semitones by which the first sentence ends over the call's median pitch; its last syllable's tone moves it too |
| C6 | dB of the agent's level over the customer's, both as the tap hears them |
| C9 | seconds of loud and muffled speech: MUFFLED_Q8 left over the vowels' band where his usual speech has USUAL_TREBLE_Q8 |
| C11 | standard deviation of his utterances' levels, dB |
| G2 | polite questions (all right?) in the call |
| J4 | 1: something was repeated back within closing.window_s of the end, 0: nothing was |
| J8 | who said farewell first: 1 the agent, 2 the customer |
| L2 | loud short bursts without voice: a cough, a sneeze, a knock |
| channels_swapped | 1: the customer says what only agents say, and the agent does not; look at the plugs |
A figure that was not measured is left out.
"""

from sidetone.core.call.record import decibels, scaled, seconds

UTTERANCE_MS = 700  # shorter ones have no level of their own
MOST_UTTERANCES = 512  # then their sums are halved, so that a call that never ends overflows nothing
FIRST_REST_MS = 700  # the first sentence is over
MUFFLED_Q8 = 256
USUAL_TREBLE_Q8 = 2 * 256  # speech band over vowels' band: 2 to 5 dB for real talkers
LOUD_Q8 = 3 * 256
TICK_MS = 100
LOOKS_MIN = 7
BURST_LOW_MS = 100
BURST_HIGH_MS = 700
BURST_OVER_Q8 = 6 * 256
CONTRAST_SHIFT = 4  # levels are summed in Q4: 512 squares of 40 dB fit 30 bits


class Advice:
    """`tick` every tick, `phrase` for what either side says, `rows` at any time."""

    def __init__(self, scene):
        self._scene = scene
        self._began_ms = None  # of the spurt in hand
        self._voiced_ms = 0  # voiced speech when it began
        self._loudest_q8 = 0
        self._looks = 0
        self._treble_q8 = 0  # sums over the spurt: speech band less vowels' band, level over the baseline
        self._level_q8 = 0
        self._usual_looks = 0
        self._usual_treble_q8 = 0
        self._muffled_ms = 0
        self._bursts = 0
        self._utterances = 0
        self._sum = 0  # of the utterances' levels over the baseline, Q4
        self._squares = 0
        self._end_st_q8 = None  # pitch at the end of the first sentence
        self._farewell_by = 0

    def phrase(self, label, by_customer):
        """Somebody said `label`."""
        if label == "farewell" and not self._farewell_by:
            self._farewell_by = 2 if by_customer else 1

    def tick(self, t_ms, loudest_q8):
        """loudest_q8: the agent's loudest hop of this tick."""
        side = self._scene.turns.agent
        agent = self._scene.agent
        if side.talking:
            if side.began_ms != self._began_ms:
                self._began_ms = side.began_ms
                self._voiced_ms = agent.voiced_ms
                self._looks = self._treble_q8 = self._level_q8 = 0
                self._loudest_q8 = loudest_q8
            if loudest_q8 > self._loudest_q8:
                self._loudest_q8 = loudest_q8
            if agent.active and agent.level_known:
                self._looks += 1
                self._treble_q8 += agent.band_q8 - agent.vowel_q8
                self._level_q8 += agent.level_q8 - self._scene.baseline_q8
        elif self._began_ms is not None:
            if self._end_st_q8 is None and t_ms - side.last_ms >= FIRST_REST_MS and side.speech_ms >= UTTERANCE_MS:
                self._end_st_q8 = agent.pitch_last_st_q8()
            if self._looks >= 0:
                self._spurt_over(side, agent)
                self._looks = -1

    def _spurt_over(self, side, agent):
        length_ms = side.last_ms - side.began_ms
        looks = self._looks
        voiced_ms = agent.voiced_ms - self._voiced_ms
        if BURST_LOW_MS <= length_ms <= BURST_HIGH_MS and self._loudest_q8 > self._scene.baseline_q8 + BURST_OVER_Q8:
            if voiced_ms * 5 < length_ms:
                self._bursts += 1
        if length_ms < UTTERANCE_MS or looks < LOOKS_MIN:
            return
        level_q8 = self._level_q8 // looks
        treble_q8 = self._treble_q8 // looks
        usual = self._usual_looks
        if usual >= LOOKS_MIN * 4 and level_q8 > LOUD_Q8 and treble_q8 < MUFFLED_Q8 and self._usual_treble_q8 // usual >= USUAL_TREBLE_Q8:
            self._muffled_ms += length_ms
        else:
            self._usual_looks = usual + looks
            self._usual_treble_q8 += self._treble_q8
            if self._usual_looks > 10_000:
                self._usual_looks //= 2
                self._usual_treble_q8 //= 2
        level = level_q8 >> CONTRAST_SHIFT
        self._utterances += 1
        self._sum += level
        self._squares += level * level
        if self._utterances >= MOST_UTTERANCES:
            self._utterances //= 2
            self._sum //= 2
            self._squares //= 2

    def rows(self, t_ms):
        """(rule, figure) of what could be measured, in the rule table's order."""
        scene = self._scene
        agent = scene.agent
        rows = []
        if agent is None:
            return rows
        median_q8 = agent.pitch_median_st_q8()
        if self._end_st_q8 is not None and median_q8 is not None:
            rows.append(("B6", decibels(self._end_st_q8 - median_q8, 1)))
        mine_q8 = agent.call_level_q8()
        if scene.has_customer and mine_q8 is not None and scene.turns.customer.speech_ms:
            his_q8 = scene.customer.call_level_q8()
            if his_q8 is not None:
                rows.append(("C6", decibels(mine_q8 - his_q8, 1)))
        if self._usual_looks:
            rows.append(("C9", seconds(self._muffled_ms, 1)))
        if self._utterances >= 3:
            mean = self._sum // self._utterances
            variance = self._squares // self._utterances - mean * mean
            rows.append(("C11", scaled(_root(max(0, variance) << 8), 256, 1)))
        if "polite_question" in scene.labels:
            rows.append(("G2", scene.said_count(("polite_question",))))
        if "recap" in scene.labels and scene.has_customer:
            said_ms = scene.said_ms(("recap",))
            recent = said_ms is not None and t_ms - said_ms <= scene.profile.get("closing.window_s")
            rows.append(("J4", 1 if recent else 0))
        if self._farewell_by:
            rows.append(("J8", self._farewell_by))
        if scene.turns.agent.first_ms is not None:
            rows.append(("L2", self._bursts))
        if scene.seems_swapped():
            rows.append(("channels_swapped", 1))
        return rows


def _root(value):
    """Floor of the square root of an integer >= 0."""
    root = 0
    while (root + 1) * (root + 1) <= value:
        step = 1
        while (root + 2 * step) * (root + 2 * step) <= value:
            step *= 2
        root += step
    return root
