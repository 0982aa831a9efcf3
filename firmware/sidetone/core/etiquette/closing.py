"""Rules of the closing: anything else (J1), thanks (J2), farewell (J3), who hangs up and when (J5-J7), length (K1, K2).

The rules, in words:
- J1-J3 are judged once, at the end of the call, each in its own window before the agent's last word or the end.
- A call in which the agent said nothing, or the caller nothing, owes no closing.
- Who hung up is known only from a signal. The agent may hang up first after a silent call with all its prompts, or when nobody has
  spoken for agent_may_hang_up_after_s.
"""

from sidetone.core.call.phase import CLOSING, HOLD, TALKING
from sidetone.core.call.record import NO_NETWORK, NO_SPEECH, NOT_SIGNALLED, seconds

EARLY_MS = 10_000  # a farewell sooner than this is a homophone of another word, not the end of a call
GOES_ON_MS = 4_000
MORE_MS = 3_000  # a customer who speaks for so long after the closing began has more to say
TALK_MS = 30_000  # of the agent's speech: a line left open is no long talk
STAYS_WAITS = 2  # a customer who is silent for so many waits after the farewell stays on the line


class Closing:
    """One call's end."""

    def __init__(self, scene):
        get = scene.profile.get
        self._scene = scene
        self._rows = (
            ("J1", scene.hearing("closing.anything_else"), get("closing.window_s")),
            ("J2", scene.hearing("closing.thanks"), get("closing.thanks_window_s")),
            ("J3", scene.hearing("closing.farewell"), get("closing.farewell_window_s")),
        )
        self._offer = self._rows[0][1]
        self._farewell = self._rows[2][1]
        self._customer_first = get("closing.customer_hangs_up_first")
        self.wait_ms = get("closing.agent_may_hang_up_after_s")
        self._max_ms = get("duration.max_s")
        self._as_fault = get("duration.as_fault")
        self._convenient_after_ms = get("duration.ask_convenient_after_s")
        self._heard_ms = 0  # customer's speech when the closing began
        self._said_ms = 0
        self.farewell_ms = None
        for rule, labels, _window_ms in self._rows:
            if not labels:
                scene.cannot_judge(rule, NO_NETWORK)
        if "convenient" not in scene.labels:
            scene.cannot_judge("K2", NO_NETWORK)
            if scene.outbound:
                scene.cannot_judge("M1", NO_NETWORK)

    def phrase(self, t_ms, label):
        """The agent said `label`."""
        scene = self._scene
        is_farewell = label in self._farewell
        if not is_farewell and label not in self._offer:
            return
        start_ms = scene.answered_ms()
        if start_ms is None or t_ms - start_ms < EARLY_MS:
            return
        if is_farewell:
            self.farewell_ms = t_ms
        self._heard_ms = scene.turns.customer.speech_ms
        self._said_ms = scene.turns.agent.speech_ms
        if scene.phase.phase in (TALKING, HOLD):
            scene.phase.happen("close", t_ms)

    def tick(self, t_ms):
        """Does the customer have more to say? Is the call long?"""
        scene = self._scene
        if scene.phase.phase == CLOSING:
            more_ms = scene.turns.customer.speech_ms - self._heard_ms
            mine_ms = scene.turns.agent.speech_ms - self._said_ms
            # an offer after which the agent goes on by himself was none: other words that sound like it
            goes_on = self.farewell_ms is None and more_ms <= 0 and mine_ms > GOES_ON_MS
            if more_ms > MORE_MS or mine_ms > 3 * MORE_MS or goes_on:
                scene.phase.happen("resume", t_ms)
        if self._as_fault and t_ms >= self._max_ms and not scene.findings.is_open("K1"):
            scene.findings.on("K1", t_ms, seconds(t_ms), seconds(self._max_ms))

    def may_hang_up(self, t_ms):
        """True when the farewell is said and both have been silent long enough: the lamp tells the agent."""
        last_ms = self._scene.last_word_ms()
        return self._scene.phase.phase == CLOSING and self.farewell_ms is not None and t_ms - last_ms >= self.wait_ms

    def end(self, t_ms, silent_call, silent_call_kept):
        """The call is over."""
        scene = self._scene
        agent_last_ms = scene.turns.agent.last_ms
        if agent_last_ms is None or scene.turns.agent.first_ms is None:
            for rule, labels, _window_ms in self._rows:
                if labels:
                    scene.cannot_judge(rule, NO_SPEECH)
        elif not silent_call:
            for rule, labels, window_ms in self._rows:
                if labels and scene.left_unsaid(rule, labels, max(0, min(agent_last_ms, t_ms) - window_ms)):
                    scene.findings.event(rule, t_ms, 0, 1)
        long_talk = t_ms >= self._convenient_after_ms and scene.turns.agent.speech_ms >= TALK_MS
        if "convenient" in scene.labels and long_talk and scene.left_unsaid("K2", ("convenient",)):
            scene.findings.event("K2", t_ms, seconds(t_ms), seconds(self._convenient_after_ms))
        self._judge_hang_up(t_ms, silent_call_kept)

    def _judge_hang_up(self, t_ms, silent_call_kept):
        scene = self._scene
        by = scene.phase.ended_by
        if by is None:
            for rule in ("J5", "J6", "J7"):
                scene.cannot_judge(rule, NOT_SIGNALLED)
            return
        last_ms = scene.last_word_ms()
        if by != "agent" or not self._customer_first or silent_call_kept or last_ms is None:
            return
        gap_ms = max(0, t_ms - last_ms)
        if gap_ms < self.wait_ms:
            scene.findings.event("J5", t_ms, seconds(gap_ms), seconds(self.wait_ms))
            if self.farewell_ms is not None:
                scene.findings.event("J6", t_ms, seconds(gap_ms), seconds(self.wait_ms))
        elif self.farewell_ms is not None and scene.has_customer and gap_ms > STAYS_WAITS * self.wait_ms:
            offered_ms = scene.said_ms(self._offer)
            if self._offer and (offered_ms is None or offered_ms < self.farewell_ms):
                scene.findings.event("J7", t_ms, seconds(gap_ms), seconds(STAYS_WAITS * self.wait_ms))
