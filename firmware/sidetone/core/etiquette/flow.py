"""Rules of how the talk goes on: pauses (D5), hesitation (D7), no rush to answer (F4), a voice raised step by step (C8) and raised at all (C3),
breath in the microphone (C10), the noise around (L3), hanging up on a faint (I4) or noisy line (I5), and gently (J9).

The rules, in words:
- D5: the agent speaks for pause_every_s of speaking time without one pause of PAUSE_MS.
- F4: at least RUSHED_TURNS answers come sooner than rush_below_s (as a listener hears it: LATE_MS more here), or over the customer's last
  word, and they are more than half of all.
- C3: the agent speaks SOFT_Q8 and more under his calibrated level, the customer asks him to repeat, and the next utterance is not RAISE_Q8
  louder.
- C8: after the customer's `please repeat`, the next utterance is more than max_step_db over the one before.
- C10: more than pops_per_min breath pops in a minute of his speech. A pop is a burst of POP_HOPS hops in which nearly all of the level lies
  outside the speech band, as loud as speech.
- D7: more than hesitations_per_min in a minute of his speech: sounds held on one pitch, and bits shorter than BIT_MS between two gaps
  of GAP_LOW_MS to GAP_HIGH_MS while the customer is silent.
- L3: the noise floor of the agent's microphone is closer than noise_below_db to his own level.
- I4, I5: the agent hangs up on a customer who was faint, or whose line was noisy, to the end: without having asked him to repeat or having waited
  (I4), without a word of consent or enough repeats (I5).
- J9: in the last SLAM_MS of the call, unless the customer hung up, a hop is slam_db over the agent's level: no voice is.
"""

from sidetone.core.call.record import NO_NETWORK, NO_SPEECH, NOT_SIGNALLED, ONE_CHANNEL, decibels, seconds
from sidetone.core.etiquette.judge import Judge

PAUSE_MS = 500
MINUTE_MS = 60_000
SOFT_Q8 = 3 * 256  # half-way from the calibrated level to the default quiet limit
RAISE_Q8 = 256
POP_Q8 = 18 * 256  # whole level over the speech band's: 99.9 % of real speech stays under 15 dB, most of it under 10
POP_HOPS = (2, 15)
POP_UNDER_Q8 = 3 * 256  # under the calibrated level
BIT_MS = 800  # a fluent bit between two pauses is longer: a second and more
GAP_LOW_MS = 300
GAP_HIGH_MS = 1_000
RUSHED_TURNS = 3
LONG_ENOUGH_MS = 700  # an utterance whose level means something
REST_MS = 1_000  # rests inside one utterance are shorter
NOISE_HOLD_MS = 10_000
NOISE_RELEASE_MS = 10_000
NOISE_DEAD_Q8 = 2 * 256
FLOOR_UNDER_Q8 = 690  # a noise floor, being a minimum, lies 2.7 dB under a steady noise's own level
NOISY_LINE_Q8 = 10 * 256 + FLOOR_UNDER_Q8  # the floor under the customer's own level, both in the speech band: 10 dB, where FACTS.md's VADs fail
LATE_MS = 150  # the meters end a voice 60 to 150 ms before its tail does and begin one 50 ms late: a listener hears a shorter gap
FAINT_MS = 2_000  # speech of a customer who stayed faint
SLAM_MS = 2_000
NOTHING_Q8 = -32_000
SLOTS = 20  # of 100 ms: the loudest hop of each


class Flow:
    """`tick` every tick; `loudest_q8` is kept by the caller."""

    def __init__(self, scene, manners):
        get = scene.profile.get
        self._scene = scene
        self._manners = manners
        self._pause_every_ms = get("turns.pause_every_s")
        self._run_from_ms = None  # speech counter at the last pause
        self._run_told = False
        self._rush_ms = get("turns.rush_below_s")
        self._answers = 0
        self._rushed = 0
        self._step_q8 = get("volume.max_step_db")
        self._utterance_q8 = None  # level of the agent's last utterance
        self._asked_q8 = None  # the same, when the customer asked him to repeat
        self._asked_at_ms = 0
        noise = scene.baseline_q8 - get("ambient.noise_below_db")
        self._noise_limit = decibels(-get("ambient.noise_below_db"))
        self._noise = Judge(noise, noise - NOISE_DEAD_Q8, NOISE_HOLD_MS, NOISE_RELEASE_MS)
        self._slam_q8 = get("closing.slam_db")
        self.loudest_q8 = NOTHING_Q8  # the loudest hop since the last tick: the caller keeps it, a call a hop would cost more than this
        self.loudest_tick_q8 = NOTHING_Q8  # of the last tick
        self._slots_q8 = [NOTHING_Q8] * SLOTS
        self._slot = 0
        self._faint_wait_ms = get("noisy_line.faint_hangup_after_s")
        self._repeats = get("noisy_line.repeats")
        self._need_assent = get("noisy_line.need_assent")
        self._since_customer = 0  # utterances of the agent since the customer's last word
        self._talking = False
        self._hears_requests = scene.has_customer and "repeat_request" in scene.labels
        self._soft_q8 = scene.baseline_q8 - SOFT_Q8
        self._heard_soft_q8 = None  # level of the soft utterance that the customer did not understand
        self._pop_floor_q8 = scene.baseline_q8 - POP_UNDER_Q8
        self.pop_hops = 0  # hops of the pop in hand; the caller looks at it
        self.pops = 0
        self._pops_max = get("volume.pops_per_min")
        self._pops_from = 0
        self._hesitations_max = get("turns.hesitations_per_min")
        self._bits = 0
        self._drawn_from = 0
        self._minute_from_ms = 0  # speech counter at the start of the running minute of speech
        self._spurt_began_ms = None  # of the spurt before
        self._spurt_ended_ms = 0
        self._spurt_after_gap = False
        if not scene.has_customer:
            for rule in ("C3", "C8", "F4", "I4", "I5"):
                scene.cannot_judge(rule, ONE_CHANNEL)
        elif "repeat_request" not in scene.labels:
            for rule in ("C3", "C8", "I4"):
                scene.cannot_judge(rule, NO_NETWORK)

    def answered(self, latency_ms):
        """The agent has taken the turn, so many ms after the customer's last word; 0 for over it."""
        self._answers += 1
        if latency_ms < self._rush_ms + LATE_MS:
            self._rushed += 1

    def customer_phrase(self, t_ms, label):
        """The customer said `label`."""
        if label == "repeat_request" and self._hears_requests and self._utterance_q8 is not None:
            self._asked_q8 = self._utterance_q8
            self._asked_at_ms = t_ms
            if self._utterance_q8 <= self._soft_q8:
                self._heard_soft_q8 = self._utterance_q8

    def pop_hop(self, energy_q8):
        """A hop whose level lies outside the speech band."""
        if energy_q8 > self._pop_floor_q8:
            self.pop_hops += 1
        else:
            self.pop_over()

    def pop_over(self):
        """The hop after a pop."""
        if POP_HOPS[0] <= self.pop_hops <= POP_HOPS[1]:
            self.pops += 1
        self.pop_hops = 0

    def tick(self, t_ms, step_ms):
        """Every tick."""
        scene = self._scene
        self._slot = (self._slot + 1) % SLOTS
        self._slots_q8[self._slot] = self.loudest_tick_q8 = self.loudest_q8
        self.loudest_q8 = NOTHING_Q8
        agent = scene.agent
        side = scene.turns.agent
        self._pauses(t_ms, side)
        self._utterances(t_ms, side, agent)
        self._bits_and_pieces(side)
        if side.speech_ms - self._minute_from_ms >= MINUTE_MS:
            self._minute(t_ms, side, agent)
        if agent.noise_q8 is not None:
            change = self._noise.step(agent.noise_q8, step_ms)
            if change > 0:
                scene.findings.on("L3", t_ms, decibels(agent.noise_q8 - scene.baseline_q8), self._noise_limit)
            elif change < 0:
                scene.findings.off("L3", t_ms)

    def _pauses(self, t_ms, side):
        if self._run_from_ms is None or side.last_ms is None or t_ms - side.last_ms >= PAUSE_MS:
            self._run_from_ms = side.speech_ms
            self._run_told = False
        elif not self._run_told and side.speech_ms - self._run_from_ms >= self._pause_every_ms:
            self._run_told = True
            self._scene.findings.event("D5", t_ms, seconds(side.speech_ms - self._run_from_ms), seconds(self._pause_every_ms))

    def _bits_and_pieces(self, side):
        """Counts the bits of broken speech: spurts shorter than BIT_MS with a short gap before and after."""
        if not side.talking or side.began_ms == self._spurt_began_ms:
            if side.talking:
                self._spurt_ended_ms = side.last_ms
            return
        after_gap = False
        if self._spurt_began_ms is not None:
            gap_ms = side.began_ms - self._spurt_ended_ms
            customer = self._scene.turns.customer
            alone = customer.last_ms is None or customer.last_ms < self._spurt_began_ms
            after_gap = alone and GAP_LOW_MS <= gap_ms <= GAP_HIGH_MS
            if after_gap and self._spurt_after_gap and self._spurt_ended_ms - self._spurt_began_ms < BIT_MS:
                self._bits += 1
        self._spurt_after_gap = after_gap
        self._spurt_began_ms = side.began_ms
        self._spurt_ended_ms = side.last_ms

    def _minute(self, t_ms, side, agent):
        """Another minute of the agent's speech is over."""
        findings = self._scene.findings
        pops = self.pops - self._pops_from
        if pops > self._pops_max:
            findings.event("C10", t_ms, pops, self._pops_max)
        hesitations = self._bits + agent.drawn_sounds - self._drawn_from
        if hesitations > self._hesitations_max:
            findings.event("D7", t_ms, hesitations, self._hesitations_max)
        self._pops_from = self.pops
        self._bits = 0
        self._drawn_from = agent.drawn_sounds
        self._minute_from_ms = side.speech_ms

    def _utterances(self, t_ms, side, agent):
        customer = self._scene.turns.customer
        if customer.talking:
            self._since_customer = 0
        if side.talking:
            if not self._talking:
                self._talking = True
                self._since_customer += 1
            if side.last_ms - side.began_ms >= LONG_ENOUGH_MS and agent.level_known:
                self._utterance_q8 = agent.level_q8
                if self._asked_q8 is not None and side.began_ms > self._asked_at_ms - PAUSE_MS:
                    step_q8 = self._utterance_q8 - self._asked_q8
                    if step_q8 > self._step_q8:
                        self._scene.findings.event("C8", t_ms, decibels(step_q8), decibels(self._step_q8))
                        self._asked_q8 = None
        elif self._talking and t_ms - side.last_ms >= REST_MS:
            self._talking = False
            if self._heard_soft_q8 is not None and side.began_ms > self._asked_at_ms - PAUSE_MS:
                if side.last_ms - side.began_ms >= LONG_ENOUGH_MS and self._utterance_q8 - self._heard_soft_q8 < RAISE_Q8:
                    limit = decibels(-SOFT_Q8)
                    self._scene.findings.event("C3", t_ms, decibels(self._utterance_q8 - self._scene.baseline_q8), limit)
                self._heard_soft_q8 = None
            if self._asked_q8 is not None and side.began_ms > self._asked_at_ms - PAUSE_MS:
                self._asked_q8 = None  # the utterance after the request is over, and was not too loud

    def end(self, t_ms):
        """The call is over."""
        scene = self._scene
        if self._rushed >= RUSHED_TURNS and 2 * self._rushed > self._answers:
            scene.findings.event("F4", t_ms, self._rushed, self._answers)
        by = scene.phase.ended_by
        self._judge_slam(t_ms, by)
        if not scene.has_customer:
            return
        if by is None:
            scene.cannot_judge("I4", NOT_SIGNALLED)
            scene.cannot_judge("I5", NOT_SIGNALLED)
        elif by == "agent" and scene.customer is not None:
            self._judge_line(t_ms)

    def _judge_slam(self, t_ms, by):
        scene = self._scene
        agent = scene.agent
        level_q8 = agent.call_level_q8() if agent is not None else None
        if level_q8 is None:
            scene.cannot_judge("J9", NO_SPEECH)
        elif by != "customer":
            over_q8 = max(max(self._slots_q8), self.loudest_q8) - level_q8
            if over_q8 > self._slam_q8:
                scene.findings.event("J9", t_ms, decibels(over_q8), decibels(self._slam_q8))

    def _judge_line(self, t_ms):
        scene = self._scene
        customer = scene.customer
        last_ms = scene.last_word_ms()
        gap_ms = 0 if last_ms is None else t_ms - last_ms
        if self._manners.faint_ms >= FAINT_MS and "repeat_request" in scene.labels:
            if gap_ms < self._faint_wait_ms or scene.left_unsaid("I4", ("repeat_request",)):
                scene.findings.event("I4", t_ms, seconds(gap_ms), seconds(self._faint_wait_ms))
        noisy = customer.level_known and customer.noise_q8 is not None and customer.own_q8 - customer.noise_q8 < NOISY_LINE_Q8
        if noisy and self._need_assent and 0 < self._since_customer <= self._repeats:
            scene.findings.event("I5", t_ms, self._since_customer - 1, self._repeats)
