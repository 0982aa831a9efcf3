"""Rules of the opening: greeting (B1), service (B2), offer (B3), order (B4), late answer (A1, A2), rings (A4), a call passed on (T4),
outbound opening and quiet hours (M1, M2). The greeting's time of day (B5) has a module of its own, day_part.py.

The rules, in words:
- The clock starts at the pick-up where that is known, else with the agent's first speech.
- B1 turns on when the deadline passes without a greeting, and off when the greeting comes after all.
- B2, B3, A2 and T4 are judged once, when the time for the opening is over and the agent has finished the sentence he is in, but not more than
  SENTENCE_MS later.
- A phrase that was perhaps heard (over its doubt level, under its cutoff) is no greeting, but neither is it a missing one: not judged.
- A channel that is digitally silent from the start was not heard: nothing is missing on it.
- PHRASE_LAG_MS of grace covers the network's own delay.
"""

from sidetone.core.call.phase import RINGING
from sidetone.core.call.record import CALL_TOO_SHORT, NO_CLOCK, NO_NETWORK, NO_RINGING, NO_SIGNAL, NO_SPEECH, NOT_SIGNALLED, seconds
from sidetone.core.etiquette.scene import PHRASE_LAG_MS, SAID_WITHIN_MS

SENTENCE_MS = 5_000  # a spoken opening takes 4-5 s: one that has begun in time is heard out
OUTBOUND_OPENING_MS = 30_000  # rules.tsv M1: "in the first 30 s"


class Opening:
    """One call's opening. `tick` every tick, `phrase` for what the agent says."""

    def __init__(self, scene):
        profile = scene.profile
        self._scene = scene
        self._deadline_ms = profile.get("greeting.deadline_s")
        self._opening_ms = profile.get("greeting.opening_s")
        self._max_rings = profile.get("answer.max_rings")
        self._apologise_after = profile.get("answer.apologise_after_rings")
        self._abandon_after = profile.get("answer.outbound_abandon_rings")
        self._ms_per_ring = profile.get("answer.seconds_per_ring")
        # the three stages: labels, or () where the network has none for them
        self._stages = (
            scene.hearing("greeting.required_any"),
            scene.hearing("greeting.stage2_any"),
            scene.hearing("greeting.stage3_any"),
        )
        self._apologies = tuple([label for label in ("apology", "hold_return") if label in scene.labels])
        self._stage_ms = [None, None, None]
        self.stages_in_time = None
        self._greeting_judged = False
        self._opening_judged = False
        self._late_told = False
        self._abandon_told = False
        self._outbound_judged = not scene.outbound or "convenient" not in scene.labels
        self._enforce_order = profile.get("greeting.order.enforce")
        self._quiet_hours_judged = False
        for rule, stage in (("B1", 0), ("B2", 1), ("B3", 2)):
            if not self._stages[stage]:
                scene.cannot_judge(rule, NO_NETWORK)
        if not self._apologies:
            scene.cannot_judge("A2", NO_NETWORK)
            scene.cannot_judge("T4", NO_NETWORK)
        if scene.start_s is None and scene.outbound:
            scene.cannot_judge("M2", NO_CLOCK)

    def phrase(self, t_ms, label):
        """The agent said `label`."""
        for stage in range(3):
            if label in self._stages[stage] and self._stage_ms[stage] is None:
                self._stage_ms[stage] = t_ms
                if stage == 0:
                    self._scene.findings.off("B1", t_ms, self._since_start(t_ms))
                elif self._enforce_order and self._stages[0] and not self._opening_judged:
                    self._judge_order(t_ms, stage)

    def _since_start(self, t_ms):
        start_ms = self._scene.answered_ms()
        return None if start_ms is None else seconds(max(0, t_ms - start_ms))

    def _judge_order(self, t_ms, stage):
        for earlier in range(stage):
            if self._stages[earlier] and self._stage_ms[earlier] is None:
                self._scene.findings.event("B4", t_ms, stage + 1, earlier + 1)
                return

    def tick(self, t_ms):
        """Judge what has come due."""
        scene = self._scene
        self._rings(t_ms)
        if scene.outbound and not self._quiet_hours_judged:
            self._quiet_hours_judged = True
            self._judge_quiet_hours(t_ms)
        start_ms = scene.answered_ms()
        if start_ms is None or self._opening_judged and self._outbound_judged:
            return
        since_ms = t_ms - start_ms
        if not self._greeting_judged and since_ms >= self._deadline_ms + PHRASE_LAG_MS:
            self._greeting_judged = True
            if scene.is_flat(scene.agent, t_ms):
                scene.cannot_judge("B1", NO_SIGNAL)
            elif self._stages[0] and self._stage_ms[0] is None and scene.left_unsaid("B1", self._stages[0]):
                scene.findings.on("B1", t_ms, seconds(since_ms), seconds(self._deadline_ms))
        if not self._opening_judged and since_ms >= self._opening_ms + PHRASE_LAG_MS:
            silent_ms = scene.turns.agent.silent_ms(t_ms)
            if silent_ms is None or silent_ms >= SAID_WITHIN_MS or since_ms >= self._opening_ms + SENTENCE_MS:
                self._judge_opening(t_ms)
        if not self._outbound_judged and since_ms >= OUTBOUND_OPENING_MS:
            self._outbound_judged = True
            if scene.left_unsaid("M1", ("convenient",)):
                scene.findings.event("M1", t_ms, None, seconds(OUTBOUND_OPENING_MS))

    def _judge_opening(self, t_ms):
        self._opening_judged = True
        scene = self._scene
        limit = seconds(self._opening_ms)
        flat = scene.is_flat(scene.agent, t_ms)
        self.stages_in_time = 0
        for stage in range(3):
            heard_ms = self._stage_ms[stage]
            if heard_ms is not None:
                self.stages_in_time += 1
            elif stage and self._stages[stage]:
                rule = ("B1", "B2", "B3")[stage]
                if flat:
                    scene.cannot_judge(rule, NO_SIGNAL)
                elif scene.left_unsaid(rule, self._stages[stage]):
                    scene.findings.event(rule, t_ms, None, limit)
        rings = scene.phase.rings(t_ms, self._ms_per_ring)
        if rings is not None and rings > self._apologise_after and self._apologies and scene.left_unsaid("A2", self._apologies):
            scene.findings.event("A2", t_ms, rings, self._apologise_after)
        if scene.phase.transferred and self._apologies and scene.left_unsaid("T4", self._apologies):
            scene.findings.event("T4", t_ms, None, limit)

    def _rings(self, t_ms):
        scene = self._scene
        if scene.phase.phase != RINGING:
            return
        rings = scene.phase.rings(t_ms, self._ms_per_ring)
        if scene.outbound:
            if rings > self._abandon_after and not self._abandon_told:
                self._abandon_told = True
                scene.findings.event("A4", t_ms, rings, self._abandon_after)
        elif rings > self._max_rings and not self._late_told:
            self._late_told = True
            scene.findings.event("A1", t_ms, rings, self._max_rings)

    def _judge_quiet_hours(self, t_ms):
        minute = self._scene.minute_of_day(t_ms)
        if minute is None:
            return
        for start, end in self._scene.profile.get("outbound.quiet_hours"):
            inside = start <= minute < end if start <= end else (minute >= start or minute < end)
            if inside:
                self._scene.findings.event("M2", t_ms, minute, start)
                return

    def end(self, t_ms):
        """The call is over: an opening that had its greeting's time is judged as it stands, a shorter call is not judged."""
        start_ms = self._scene.answered_ms()
        if not self._opening_judged and start_ms is not None and t_ms - start_ms >= self._deadline_ms:
            self._judge_opening(t_ms)
        if self._apologies and not self._scene.phase.transferred:
            self._scene.cannot_judge("T4", NOT_SIGNALLED)
        if self._scene.phase.ring_began_ms is None:
            for rule in ("A1", "A2"):
                self._scene.cannot_judge(rule, NO_RINGING)
            if self._scene.outbound:
                self._scene.cannot_judge("A4", NO_RINGING)

    def stages(self):
        """(stages heard in time or None, reason)."""
        if not (self._stages[0] and self._stages[1] and self._stages[2]):
            return None, self._scene.no_words
        return self.stages_in_time, NO_SPEECH if self._scene.turns.agent.first_ms is None else CALL_TOO_SHORT
