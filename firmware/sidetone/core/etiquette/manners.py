"""Rules between the two sides: interruptions (F1), listening sounds (F2), answers (D4), monologue (D6), pace beside the customer's (D2),
and an excited or faint customer (C4, C7, L6, N2, N3). All of them need the customer's channel.

The rules, in words:
- Each side's level is compared with that side's own usual level, because nobody knows the ear-piece's gain: the agent's usual level is
  the calibration, the customer's is a slow mean over his own speech so far, known after USUAL_MS of it.
- A customer who was angry for escalation.after_s of his speech should have been passed on: the help button, or a transfer phrase (N3).
- A channel that is digitally silent from the start is not heard: nobody is accused of what it does not show.
- The usual level hardly follows what is far from it, or a state that lasts would become the usual one; and the customer's level is smoothed
  before it is judged, because single syllables of a faint voice are not faint.
- A state of the other side (angry, faint) must last STATE_HOLD_MS of his speech before it counts.
"""

from sidetone.core.call.phase import HOLD, TALKING
from sidetone.core.call.record import NO_BUTTON, NO_SIGNAL, ONE_CHANNEL, decibels, seconds
from sidetone.core.etiquette.judge import NO_CHANGE, TURNED_ON, Judge

USUAL_MS = 5_000  # a level over less speech wanders by more than 2 dB
STATE_HOLD_MS = 1_000
STATE_RELEASE_MS = 2_000
FAINT_Q8 = -8 * 256  # as volume.quiet_db: the level at which a talker cannot be heard well
SMOOTH_SHIFT = 2  # of the customer's level: 4 ticks of speech
FAR_SHIFT = 3  # an eighth of the usual level's pace
TICK_SHIFT = 7  # the usual level's time constant: 128 ticks of speech, 13 s
QUARREL_WINDOW_MS = 10_000
QUARREL_OVERLAP_MS = 1_000
RATE_SLACK_PM = 100  # the customer's rate is uncalibrated: 9-16 % low on an unseen speaker (FACTS.md)

RULES_HERE = ("C4", "C7", "D2", "D4", "D6", "F1", "F2", "L6", "N2", "N3")


class Manners:
    """`hop` every hop, `tick` every tick; neither is called without a customer's channel."""

    def __init__(self, scene):
        profile = scene.profile
        get = profile.get
        self._scene = scene
        self._turns = scene.turns
        self._hold_labels = scene.hearing("hold.triggers")
        self._response_ms = get("turns.response_warn_s")
        self._monologue_ms = get("turns.monologue_warn_s")
        self._listening_ms = get("turns.backchannel_expected_every_s")
        self._interrupt_limit = seconds(get("turns.interrupt_overlap_s"))
        self._deaf_from_ms = None  # customer's speech counter when the agent was last heard
        self._deaf_told = False
        angry = get("volume.angry_customer_db")
        self._angry_q8 = angry
        self._angry = Judge(angry, angry // 2, STATE_HOLD_MS, STATE_RELEASE_MS)
        self._faint = Judge(FAINT_Q8, FAINT_Q8 // 2, STATE_HOLD_MS, STATE_RELEASE_MS)
        self._judge_angry = get("volume.angry_customer_rule") != "off"
        self._judge_faint = get("volume.keep_level_when_customer_faint")
        self._step_q8 = get("volume.max_step_db")
        self._louder = Judge(angry, angry // 2, STATE_HOLD_MS, STATE_RELEASE_MS)
        self._shouting = Judge(self._step_q8, self._step_q8 // 2, STATE_HOLD_MS, STATE_RELEASE_MS)
        self.angry_since_ms = None  # when the customer was last angry
        self._angry_ms = 0  # speech of an angry customer
        self._escalate_ms = get("escalation.after_s")
        self._transfer_labels = scene.hearing("transfer.triggers")
        if not scene.has_help:
            scene.cannot_judge("N3", NO_BUTTON)
        self.faint_ms = 0  # speech of the customer since he became faint and stayed so
        self._usual_q8 = None  # the customer's, Q8 << TICK_SHIFT once known
        self._usual_ms = 0
        self._over_q8 = 0  # the customer's level over his usual one, smoothed
        self._loud_limit_q8 = get("volume.loud_db")
        self._red = profile.rate("red_above")
        self._unquiet = Judge(1, 1, STATE_HOLD_MS, STATE_RELEASE_MS)
        self._quarrel_from = None  # (t_ms, overlap_ms) of the running window
        self._match = get("rate.common.match_customer")
        tolerance = get("rate.common.match_tolerance") + RATE_SLACK_PM
        self._mismatch = Judge(tolerance, tolerance * 2 // 3, get("rate.common.red_hold_s"), get("rate.common.release_s"))
        self._tolerance_pm = tolerance
        self._target_min = profile.rate("target_min")
        self._target_max = profile.rate("target_max")
        if not scene.has_customer:
            for rule in RULES_HERE:
                scene.cannot_judge(rule, ONE_CHANNEL)

    def hop(self, t_ms):
        """What has to be told in the hop it happens in."""
        turns = self._turns
        if turns.new_interruption_ms is not None:
            if self._scene.phase.phase != HOLD:
                self._scene.findings.event("F1", t_ms, seconds(turns.new_interruption_ms), self._interrupt_limit)
        elif turns.new_latency_ms is not None:
            self._answer(t_ms, turns.new_latency_ms)

    def _answer(self, t_ms, latency_ms):
        if latency_ms <= self._response_ms or self._scene.phase.phase == HOLD:
            return
        asked_ms = self._scene.said_ms(self._hold_labels)
        if asked_ms is not None and t_ms - asked_ms < latency_ms + 10_000:
            return  # he had asked the customer to wait
        self._scene.findings.event("D4", t_ms, seconds(latency_ms), seconds(self._response_ms))

    def tick(self, t_ms, step_ms):
        """Everything slow."""
        turns = self._turns
        findings = self._scene.findings
        monologue_ms = turns.monologue_ms()
        if monologue_ms >= self._monologue_ms and not (turns.customer.first_ms is None and self._scene.is_flat(self._scene.customer, t_ms)):
            if not findings.is_open("D6"):  # the figures of a finding cost, and it is told once
                findings.on("D6", t_ms, seconds(monologue_ms), seconds(self._monologue_ms))
        elif not monologue_ms and findings.is_open("D6"):
            findings.off("D6", t_ms, seconds(turns.longest_monologue_ms))
        self._listening(t_ms)
        self._levels(t_ms, step_ms)
        if self._match and turns.agent.talking:
            self._pace(t_ms, step_ms)

    def _listening(self, t_ms):
        turns = self._turns
        heard_ms = turns.customer.speech_ms
        if turns.agent.talking or self._deaf_from_ms is None or self._scene.phase.phase != TALKING:
            self._deaf_from_ms = heard_ms
            self._deaf_told = False
        elif heard_ms - self._deaf_from_ms >= self._listening_ms and not self._deaf_told:
            self._deaf_told = True
            if self._scene.is_flat(self._scene.agent, t_ms):
                self._scene.cannot_judge("F2", NO_SIGNAL)
                return
            self._scene.findings.event("F2", t_ms, seconds(heard_ms - self._deaf_from_ms), seconds(self._listening_ms))

    # -- levels

    def _customer_over_q8(self, step_ms):
        """The customer's level over his own usual one (Q8 dB), None while unknown or while he is silent."""
        customer = self._scene.customer
        if not customer.speaking or not customer.level_known:
            return None
        level_q8 = customer.level_q8
        self._usual_ms += step_ms
        if self._usual_q8 is None:
            self._usual_q8 = level_q8 << TICK_SHIFT
        over_q8 = level_q8 - (self._usual_q8 >> TICK_SHIFT)
        if self._usual_ms < USUAL_MS:
            # a running mean until it is known, then a slow one
            self._usual_q8 += over_q8 << (TICK_SHIFT - 4)
            return None
        far = over_q8 > self._angry_q8 // 2 or over_q8 < FAINT_Q8 // 2 or self._angry.on or self._faint.on
        self._usual_q8 += over_q8 >> FAR_SHIFT if far else over_q8
        self._over_q8 += (over_q8 - self._over_q8) >> SMOOTH_SHIFT
        return self._over_q8

    def _levels(self, t_ms, step_ms):
        scene = self._scene
        findings = scene.findings
        over_q8 = self._customer_over_q8(step_ms)
        if over_q8 is not None:
            angry = self._angry.step(over_q8, step_ms)
            faint = self._faint.step(over_q8, step_ms)
            if angry > 0:
                self.angry_since_ms = t_ms
            if self._angry.on:
                self._angry_ms += step_ms
            if not self._faint.on:
                self.faint_ms = 0
            else:
                self.faint_ms += STATE_HOLD_MS if faint > 0 else step_ms  # he was faint while it was not sure yet
            if angry < 0:
                findings.off("C4", t_ms)
                findings.off("N2", t_ms)
            if faint < 0:
                findings.off("C7", t_ms)
        agent = scene.agent
        if not agent.speaking or not agent.level_known:
            return
        mine_q8 = agent.level_q8 - scene.baseline_q8
        if self._judge_angry:
            self._tell("C4", self._louder.step(mine_q8, step_ms), self._angry.on, t_ms, mine_q8, self._angry_q8)
        if self._judge_faint:
            self._tell("C7", self._shouting.step(mine_q8, step_ms), self._faint.on, t_ms, mine_q8, self._step_q8)
        rate = agent.rate_per_min
        hot = mine_q8 > self._loud_limit_q8 or (rate is not None and rate > self._red)
        change = self._unquiet.step(2 if hot else 0, step_ms)
        if self._angry.on and self._unquiet.on:
            findings.on("N2", t_ms, None, None)
        elif change < 0:
            findings.off("N2", t_ms)
        if self._angry.on and self._louder.on:
            self._quarrel(t_ms)
        else:
            self._quarrel_from = None

    def _tell(self, rule, change, condition, t_ms, value_q8, limit_q8):
        """`on` needs the judge and the customer's condition together; the judge alone ends it."""
        if change != NO_CHANGE and change != TURNED_ON:
            self._scene.findings.off(rule, t_ms, decibels(value_q8))
        elif condition and (self._louder.on if rule == "C4" else self._shouting.on):
            self._scene.findings.on(rule, t_ms, decibels(value_q8), decibels(limit_q8))

    def _quarrel(self, t_ms):
        overlap_ms = self._turns.overlap_ms
        if self._quarrel_from is None or t_ms - self._quarrel_from[0] > QUARREL_WINDOW_MS:
            self._quarrel_from = (t_ms, overlap_ms)
        elif overlap_ms - self._quarrel_from[1] >= QUARREL_OVERLAP_MS:
            self._quarrel_from = (t_ms, overlap_ms)
            self._scene.findings.event("L6", t_ms, seconds(QUARREL_OVERLAP_MS), None)

    # -- pace

    def _pace(self, t_ms, step_ms):
        mine = self._scene.agent.rate_per_min
        his = self._scene.customer.rate_per_min
        if mine is None or not his:
            return
        # the band has the last word: nobody is asked to leave it for a fast or slow customer
        wanted = min(max(his, self._target_min), self._target_max)
        difference_pm = (mine - wanted) * 1000 // wanted
        if difference_pm < 0:
            difference_pm = -difference_pm
        change = self._mismatch.step(difference_pm, step_ms)
        if change > 0:
            self._scene.findings.on("D2", t_ms, mine, wanted)
        elif change < 0:
            self._scene.findings.off("D2", t_ms, mine)

    def end(self, t_ms):
        """The call is over."""
        scene = self._scene
        if scene.has_help and self._angry_ms >= self._escalate_ms and scene.helped_ms is None:
            if not self._transfer_labels or scene.left_unsaid("N3", self._transfer_labels):
                scene.findings.event("N3", t_ms, seconds(self._angry_ms), seconds(self._escalate_ms))
