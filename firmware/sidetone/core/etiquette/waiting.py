"""Rules of waiting: holds (H1-H5), silent calls (I1-I3), one-way audio (I6).

The rules, in words:
- `core/call/hold.py` hears when a hold begins and ends. H1 is judged when it begins (a hold nobody announced: when it is over, because
  silence at the end of a call is none), H2 and H3 while it lasts, H4 and H5 after it.
- Nobody has been left waiting before LEFT_MS of the agent's silence: a shorter hold owes neither consent (H1) nor thanks (H5).
- After a hold the agent owes thanks or an apology in his first utterance: within RETURN_MS of his own speech after the hold is over, and
  before the customer's next turn. If he asks the customer to wait once more, it is the same hold that goes on.
- A caller who says nothing is prompted. An utterance of the agent counts as a prompt when PROMPT_REST_MS of rest follow or precede it,
  and the call counts as silent once the caller has kept still for the profile's pause less PAUSE_SLACK_MS after a prompt.
- The silent-call rule is judged at the end, if the caller was never heard at all. An agent who talks for DEAD_TALK_MS to a line that is
  digitally silent from its start talks to somebody we do not hear: the line is dead, not the caller silent.
- One-way audio: the customer's line, which carried sound and noise until then, falls to digital silence.
"""

from sidetone.core.call.phase import CLOSING, HOLD, TALKING
from sidetone.core.call.record import NO_NETWORK, NO_SIGNAL, ONE_CHANNEL, seconds

ANNOUNCED_MS = 10_000  # so long before a hold `please wait` may have been said
RETURN_MS = 6_000
LEFT_MS = 5_000  # rules.tsv H1: "agent silence > 5-8 s"
TURN_MS = 1_000  # the customer has taken the turn
PROMPT_REST_MS = 1_500  # rests inside one prompt are shorter
PAUSE_SLACK_MS = 1_000  # rules.tsv I1: accept 5-10 s; a second early is a human's counting
LINE_TRUSTED_MS = 10_000  # so long the line must have carried noise before its silence means a fault
DEAD_TALK_MS = 30_000  # of the agent's speech: three prompts take less than 20 s
LINE_DIGITAL_MS = 200  # a line that was ever digitally silent for longer is muted by design
_SILENT_RULES = (("three_by_5s", "I1"), ("redial_2_3s", "I2"), ("repeat_twice", "I3"))


class Waiting:
    """One call's holds and silences."""

    def __init__(self, scene):
        profile = scene.profile
        self._scene = scene
        self._hold_labels = scene.hearing("hold.triggers")
        returns = list(scene.hearing("hold.return_words"))
        if "apology" in scene.labels and returns:
            returns.append("apology")
        self._return_labels = tuple(returns)
        self._need_consent = profile.get("hold.ask_consent") and scene.has_customer
        self._progress_ms = profile.get("hold.progress_every_s")
        self.warn_ms = profile.get("hold.progress_warn_s")
        self._callback_ms = profile.get("hold.callback_after_s")
        self._return_from_ms = None  # H5 is owed, and kept by words said after this time
        self._return_speech_ms = 0
        self._return_customer_ms = 0  # the customer's speech counter when the hold ended
        self._consent_due = False
        if not self._hold_labels:
            scene.cannot_judge("H1", NO_NETWORK)
        if not self._return_labels:
            scene.cannot_judge("H5", NO_NETWORK)
        # silent calls
        self._pause_ms = profile.silent("pause_s")[0]
        self._prompts_owed = profile.silent("prompts")
        self._silent_rule = [rule for name, rule in _SILENT_RULES if name == profile.get("silent_profile")][0]
        self._prompt_end_ms = None  # end of the last prompt
        self._in_prompt = False
        self._utterances = 0
        self._shortest_rest_ms = None
        self.silent_call = False  # the caller has kept still long enough to be prompted
        self.prompts = 0
        if not scene.has_customer:
            for rule in ("I1", "I6"):
                scene.cannot_judge(rule, ONE_CHANNEL)
        # one-way audio
        self._one_way_ms = profile.get("noisy_line.one_way_after_s")
        self._flat_before_ms = 0
        self._flat_run_ms = 0
        self._line_ms = 0
        self._line_mutes = False

    # -- holds

    def tick(self, t_ms, step_ms):
        """One tick (100 ms)."""
        scene = self._scene
        hold = scene.hold
        phase = scene.phase
        if phase.phase == HOLD:
            if not hold.active:
                self._begin(t_ms)  # signalled
            self._in_hold(t_ms)
        else:
            if hold.active:
                self._end(t_ms)  # signalled
            elif (phase.phase == TALKING or phase.phase == CLOSING) and not (phase.signals_holds or phase.signalled or phase.hung_up):
                self._listen_for_hold(t_ms)
        if self._return_from_ms is not None:
            self._await_return(t_ms, step_ms)
        if scene.has_customer:
            self._silence(t_ms)
            self._line(t_ms, step_ms)

    def phrase(self, t_ms, label):
        """The agent said `label`."""
        scene = self._scene
        if label in self._hold_labels:
            scene.hold.note_phrase(t_ms, scene.turns)
        if label in self._return_labels:
            if (
                scene.phase.phase == HOLD
                and label != "apology"
                and t_ms - scene.hold.began_ms > 2_000
                and scene.phase.happen("resume", t_ms)
            ):
                self._end(t_ms)
            self._return_from_ms = None

    def _listen_for_hold(self, t_ms):
        scene = self._scene
        hold = scene.hold
        if scene.has_customer and scene.turns.customer.first_ms is None:
            return  # a caller who has not spoken yet is prompted, not left waiting
        if not hold.wants_to_begin(t_ms, scene.turns):
            return
        if scene.phase.phase == CLOSING and not hold.is_announced(scene.turns):
            return  # both are silent after the farewell: that is the end of the call
        if scene.phase.happen("hold", t_ms):
            self._begin(t_ms)
            self._in_hold(t_ms)

    def _begin(self, t_ms):
        scene = self._scene
        hold = scene.hold
        goes_on = self._return_from_ms is not None
        hold.begin(t_ms, scene.turns, goes_on)
        self._return_from_ms = None
        self._consent_due = bool(self._hold_labels) and hold.asked and self._need_consent and not hold.answered and not goes_on

    def _in_hold(self, t_ms):
        scene = self._scene
        hold = scene.hold
        findings = scene.findings
        over = hold.step(t_ms, scene.turns)
        if self._consent_due and hold.gap_ms >= LEFT_MS:
            self._consent_due = False
            findings.event("H1", t_ms, None, None)
        if hold.gap_ms >= self._progress_ms:
            if not findings.is_open("H2"):
                findings.on("H2", t_ms, seconds(hold.gap_ms), seconds(self._progress_ms))
        elif not hold.gap_ms:
            findings.off("H2", t_ms)
        if t_ms - hold.began_ms > self._callback_ms and not findings.is_open("H3"):
            findings.on("H3", t_ms, seconds(t_ms - hold.began_ms), seconds(self._callback_ms))
        if over and scene.phase.happen("resume", t_ms):
            self._end(t_ms)

    def _end(self, t_ms):
        scene = self._scene
        hold = scene.hold
        length_ms = t_ms - hold.began_ms
        hold.end(t_ms)
        if self._hold_labels and not hold.asked and scene.left_unsaid("H1", self._hold_labels, max(0, hold.began_ms - ANNOUNCED_MS)):
            scene.findings.event("H1", t_ms, None, None)
        scene.findings.off("H2", t_ms)
        scene.findings.off("H3", t_ms, seconds(length_ms))
        if length_ms >= 2 * self._progress_ms and hold.longest_gap_ms >= length_ms - RETURN_MS:
            scene.findings.event("H4", t_ms, seconds(length_ms), seconds(2 * self._progress_ms))
        if self._return_labels and hold.longest_gap_ms >= LEFT_MS:
            said_ms = scene.said_ms(self._return_labels)
            if said_ms is None or said_ms < hold.began_ms + 2_000:
                self._return_from_ms = hold.began_ms + 2_000
                self._return_speech_ms = 0
                self._return_customer_ms = scene.turns.customer.speech_ms

    def _await_return(self, t_ms, step_ms):
        scene = self._scene
        agent = scene.turns.agent
        if agent.talking:
            self._return_speech_ms += step_ms
        answered = scene.turns.customer.speech_ms - self._return_customer_ms >= TURN_MS
        back = answered and agent.last_ms is not None and agent.last_ms > scene.hold.ended_ms
        if self._return_speech_ms >= RETURN_MS or back:
            if scene.left_unsaid("H5", self._return_labels, self._return_from_ms):
                scene.findings.event("H5", t_ms, None, None)
            self._return_from_ms = None

    # -- a caller who says nothing

    def _silence(self, t_ms):
        scene = self._scene
        turns = scene.turns
        if turns.customer.first_ms is not None:
            return
        agent = turns.agent
        if agent.talking:
            if not self._in_prompt:
                self._in_prompt = True
                self._utterances += 1
                if self._prompt_end_ms is not None:
                    rest_ms = agent.began_ms - self._prompt_end_ms
                    if self._shortest_rest_ms is None or rest_ms < self._shortest_rest_ms:
                        self._shortest_rest_ms = rest_ms
            self._prompt_end_ms = agent.last_ms
        elif self._in_prompt and t_ms - agent.last_ms >= PROMPT_REST_MS:
            self._in_prompt = False
        if not self.silent_call and self._prompt_end_ms is not None and t_ms - self._prompt_end_ms >= self._pause_ms - PAUSE_SLACK_MS:
            self.silent_call = True
        if self.silent_call:
            self.prompts = self._utterances

    def silent_call_kept(self):
        """True for a silent call whose prompts and pauses were all given: the agent may hang up first (J10)."""
        if not self.silent_call or self._scene.turns.customer.first_ms is not None:
            return False
        return self._utterances >= self._prompts_owed and (
            self._shortest_rest_ms is None or self._shortest_rest_ms >= self._pause_ms - PAUSE_SLACK_MS
        )

    # -- the customer's line

    def _line(self, t_ms, step_ms):
        flat_ms = self._scene.customer.digital_silence_ms
        if flat_ms - self._flat_before_ms >= step_ms:
            self._flat_run_ms += step_ms
        else:
            if self._flat_run_ms:
                self._scene.findings.off("I6", t_ms)
            if self._flat_run_ms >= LINE_DIGITAL_MS and self._flat_run_ms < self._one_way_ms:
                self._line_mutes = True
            self._flat_run_ms = 0
            self._line_ms += step_ms
        self._flat_before_ms = flat_ms
        if self._flat_run_ms >= self._one_way_ms and not self._line_mutes and self._line_ms >= LINE_TRUSTED_MS:
            self._scene.findings.on("I6", t_ms, seconds(self._flat_run_ms), seconds(self._one_way_ms))

    def line_dead(self, t_ms):
        """True if the customer's line never carried anything though the agent talks as if to somebody."""
        scene = self._scene
        return (
            scene.has_customer
            and scene.turns.customer.first_ms is None
            and scene.turns.agent.speech_ms >= DEAD_TALK_MS
            and scene.is_flat(scene.customer, t_ms)
        )

    def end(self, t_ms):
        """The call is over."""
        hold = self._scene.hold
        if hold.active:
            if hold.asked or hold.agent_spoke or self._scene.phase.signalled or hold.gap_ms >= self._progress_ms:
                hold.end(t_ms)
            else:
                hold.cancel()
        if self.line_dead(t_ms):
            self._scene.cannot_judge(self._silent_rule, NO_SIGNAL)
        elif self._scene.has_customer and self.silent_call and self._scene.turns.customer.first_ms is None and not self.silent_call_kept():
            self._scene.findings.event(self._silent_rule, t_ms, self._utterances, self._prompts_owed)
