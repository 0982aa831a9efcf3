"""Rules of words through the whole call: politeness (G1), taboo (G3, G7), fillers (G4), negative wording (G6), too many apologies (G8), thanks
answered (G9), transfer (T1).

The rules, in words:
- A taboo hit waits EXCLUDE_MS for what is said around it: prescribed sentences contain taboo words ("I do not know whether I explained
  clearly"), and `_EXCLUDED_BY` names the labels that give such a sentence away. What is left is told as `possible`, never as a verdict.
- G4: more fillers in a minute of speech than fillers_per_min, over the whole call; only wordings of three syllables and more are spotted,
  the commonest fillers (that, then) are ordinary words.
- G6: more than negatives_max negative wordings, and more than positive ones.
- A transfer phrase needs a word of the customer after it: his consent, or at least his knowledge.
"""

from sidetone.core.call.record import NO_NETWORK, ONE_CHANNEL, per_minute, seconds

EXCLUDE_MS = 2_000
REPEAT_MS = 1_500  # the same words spotted twice in one breath are one hit
THANKS_ANSWER_MS = 4_000  # rules.tsv G9: 3 s, and the network's delay on both sides
FILLERS_FROM_MS = 60_000  # of speech: in less, one or two fillers are no habit
NEGATIVE = ("negative", "taboo_no_way")
SPOKEN_MS = 10_000  # with less speech than this nothing polite was owed
# every label whose words hold one of the five polite ones (greeting, please, thanks, sorry, farewell): missing one of them is no rudeness
POLITE = ("greeting", "greeting_time", "service", "offer_help", "invite", "hold", "apology", "thanks", "farewell")
# taboo label -> labels that show a prescribed sentence around it (taboo.exclude of the profile)
_EXCLUDED_BY = (
    ("taboo_dont_know", ("clarity_check", "repeat_request")),
    ("taboo_cannot_hear", ("repeat_request",)),
    ("taboo_shout", ("repeat_request",)),
)


class Words:
    """One call's words."""

    def __init__(self, scene):
        get = scene.profile.get
        self._scene = scene
        watched = scene.hearing("taboo.words")
        self._watched = watched
        self.confirm_hits = get("taboo.confirm_hits")
        self.hits = 0
        self._waiting = []  # (label, t_ms) of hits whose surroundings are not known yet
        self._last_hit_ms = {}
        self._apologies_max = get("politeness.apologies_max")
        self._apologies_window_ms = get("politeness.apologies_window_s")
        self._apologies_ms = []
        self._thanked_ms = None
        self._transfer_ms = None
        self._transfer_heard_ms = 0
        self._transfer_labels = scene.hearing("transfer.triggers")
        self._polite = tuple([label for label in POLITE if label in scene.labels])
        self._answers_thanks = "welcome_reply" in scene.labels and "thanks" in scene.labels
        if "taboo_you_must" not in watched:
            scene.cannot_judge("G7", NO_NETWORK)
        if not [label for label in watched if label != "taboo_you_must"]:
            scene.cannot_judge("G3", NO_NETWORK)
        if "greeting" not in self._polite:
            scene.cannot_judge("G1", NO_NETWORK)
        if "apology" not in scene.labels:
            scene.cannot_judge("G8", NO_NETWORK)
        self._fillers_max = get("politeness.fillers_per_min")
        self._negatives_max = get("politeness.negatives_max")
        for rule, label in (("G4", "filler"), ("G6", "negative")):
            if label not in scene.labels:
                scene.cannot_judge(rule, NO_NETWORK)
        for rule, able in (("G9", self._answers_thanks), ("T1", bool(self._transfer_labels))):
            if not able:
                scene.cannot_judge(rule, NO_NETWORK)
            elif not scene.has_customer:
                scene.cannot_judge(rule, ONE_CHANNEL)

    def phrase(self, t_ms, label):
        """The agent said `label`."""
        if label in self._watched:
            last_ms = self._last_hit_ms.get(label)
            if last_ms is None or t_ms - last_ms > REPEAT_MS:
                self._waiting.append((label, t_ms))
            self._last_hit_ms[label] = t_ms
        elif label == "apology":
            self._apology(t_ms)
        elif label == "welcome_reply":
            self._thanked_ms = None
        if label in self._transfer_labels:
            self._transfer_ms = t_ms
            self._transfer_heard_ms = self._scene.turns.customer.speech_ms

    def customer_phrase(self, t_ms, label):
        """The customer said `label`."""
        if label == "thanks" and self._answers_thanks and self._scene.turns.customer.silent_ms(t_ms) is not None:
            self._thanked_ms = t_ms

    def _apology(self, t_ms):
        kept = [said for said in self._apologies_ms if t_ms - said < self._apologies_window_ms]
        kept.append(t_ms)
        if len(kept) > self._apologies_max:
            self._scene.findings.event("G8", t_ms, len(kept), self._apologies_max)
            kept = []  # the next finding needs as many again
        self._apologies_ms = kept

    def tick(self, t_ms):
        """Judge what has come due."""
        while self._waiting and t_ms - self._waiting[0][1] >= EXCLUDE_MS:
            label, said_ms = self._waiting.pop(0)
            self._judge_taboo(t_ms, label, said_ms)
        if self._thanked_ms is not None and t_ms - self._thanked_ms > THANKS_ANSWER_MS:
            self._scene.findings.event("G9", t_ms, None, seconds(THANKS_ANSWER_MS))
            self._thanked_ms = None

    def _judge_taboo(self, t_ms, label, said_ms):
        for excluded, labels in _EXCLUDED_BY:
            if excluded == label:
                around_ms = self._scene.said_ms(labels)
                if around_ms is not None and abs(around_ms - said_ms) <= EXCLUDE_MS:
                    return
        self.hits += 1
        rule = "G7" if label == "taboo_you_must" else "G3"
        self._scene.findings.event(rule, t_ms, self.hits, None, (("label", label), ("possible", True)))

    def _judge_wording(self, t_ms, speech_ms):
        scene = self._scene
        fillers = scene.said_count(("filler",))
        if speech_ms >= FILLERS_FROM_MS and fillers * 60_000 > self._fillers_max * speech_ms:
            scene.findings.event("G4", t_ms, per_minute(fillers, speech_ms), self._fillers_max)
        if "negative" in scene.labels:
            negatives = scene.said_count(NEGATIVE)
            if negatives > self._negatives_max and negatives > scene.said_count(("positive",)):
                scene.findings.event("G6", t_ms, negatives, self._negatives_max)

    def end(self, t_ms):
        """The call is over."""
        scene = self._scene
        for label, said_ms in self._waiting:
            self._judge_taboo(t_ms, label, said_ms)
        self._waiting = []
        if "greeting" in self._polite and scene.turns.agent.speech_ms >= SPOKEN_MS and scene.left_unsaid("G1", self._polite):
            scene.findings.event("G1", t_ms, 0, 1)
        self._judge_wording(t_ms, scene.turns.agent.speech_ms)
        if scene.has_customer and self._transfer_ms is not None and scene.profile.get("transfer.ask_consent"):
            if scene.turns.customer.speech_ms <= self._transfer_heard_ms:
                scene.findings.event("T1", t_ms, None, None)
