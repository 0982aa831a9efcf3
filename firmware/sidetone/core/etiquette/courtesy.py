"""Rules of courtesy over a whole call: titles (B7), repeating back (F5), checking that it was understood (F6), asking politely to repeat (I7),
wishes (J11), an apology to an angry customer (N1).

The rules, in words:
- B7, F5 and F6 are owed only in a call that is long enough to owe them; a missing phrase in a short one is no fault.
- F6 is owed after an explanation: a turn of the agent of check_after_s and more; the question may come in it or any time after it.
- `Please repeat` (I7) must have an apology within POLITE_MS before or after it.
- N1: a customer who was angry must have heard an apology by the end of the call.
"""

from sidetone.core.call.record import NO_NETWORK, ONE_CHANNEL, seconds

POLITE_MS = 3_000


class Courtesy:
    """One call's courtesy."""

    def __init__(self, scene, manners):
        get = scene.profile.get
        self._scene = scene
        self._manners = manners
        self._title_after_ms = get("politeness.title_after_s")
        self._recap_after_ms = get("understanding.recap_after_s")
        self._check_after_ms = get("understanding.check_after_s")
        self._wishes_max = get("politeness.wishes_max")
        self._has = {}
        for rule, label in (
            ("B7", "courtesy_title"),
            ("F5", "recap"),
            ("F6", "clarity_check"),
            ("I7", "repeat_request"),
            ("J11", "wish"),
            ("N1", "apology"),
        ):
            self._has[rule] = label in scene.labels
            if not self._has[rule]:
                scene.cannot_judge(rule, NO_NETWORK)
            elif rule in ("F5", "F6", "N1") and not scene.has_customer:
                self._has[rule] = False
                scene.cannot_judge(rule, ONE_CHANNEL)
        self._has["I7"] = self._has["I7"] and "apology" in scene.labels
        self._asked_ms = None  # `please repeat`, waiting for an apology
        self._explained_ms = None  # the last explanation long enough

    def phrase(self, t_ms, label):
        """The agent said `label`."""
        scene = self._scene
        if label == "repeat_request" and self._has["I7"] and self._asked_ms is None:
            apology_ms = scene.said_ms(("apology",))
            if apology_ms is None or t_ms - apology_ms > POLITE_MS:
                self._asked_ms = t_ms
        elif label == "apology":
            self._asked_ms = None
        elif label == "wish" and scene.said_count(("wish",)) == self._wishes_max + 1:
            scene.findings.event("J11", t_ms, self._wishes_max + 1, self._wishes_max)

    def tick(self, t_ms):
        """Judge what has come due."""
        if self._asked_ms is not None and t_ms - self._asked_ms > POLITE_MS:
            self._judge_asking(t_ms)
        if self._scene.turns.monologue_ms() >= self._check_after_ms:
            self._explained_ms = self._scene.turns.turn_began_ms

    def _judge_asking(self, t_ms):
        if self._scene.left_unsaid("I7", ("apology",), max(0, self._asked_ms - POLITE_MS)):
            self._scene.findings.event("I7", t_ms, None, seconds(POLITE_MS))
        self._asked_ms = None

    def end(self, t_ms):
        """The call is over."""
        scene = self._scene
        findings = scene.findings
        if self._asked_ms is not None:
            self._judge_asking(t_ms)
        agent_ms = scene.turns.agent.speech_ms
        if self._has["B7"] and agent_ms >= self._title_after_ms and scene.left_unsaid("B7", ("courtesy_title",)):
            findings.event("B7", t_ms, 0, 1)
        if self._has["F5"] and scene.turns.customer.speech_ms >= self._recap_after_ms and scene.left_unsaid("F5", ("recap",)):
            findings.event("F5", t_ms, 0, 1)
        if self._has["F6"] and self._explained_ms is not None and scene.left_unsaid("F6", ("clarity_check",), self._explained_ms):
            findings.event("F6", t_ms, 0, 1)
        angry_ms = self._manners.angry_since_ms
        if self._has["N1"] and angry_ms is not None and scene.left_unsaid("N1", ("apology",), angry_ms):
            findings.event("N1", t_ms, 0, 1)
