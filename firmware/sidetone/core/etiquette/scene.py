"""What the groups of rules look at: one call's meters, turns, phase, phrases and findings, in one place.

The scene decides nothing. Phrases of the agent count for rules only where the agent himself was speaking (the customer's `hello` leaks
into the microphone); every detection on the agent's channel is counted for the record.
"""

from sidetone.core.call.hold import Hold
from sidetone.core.call.phase import RINGING, CallPhase
from sidetone.core.call.record import NO_NETWORK, NOT_CLEAR, OTHER_LANGUAGE, SWAPPED
from sidetone.core.call.turns import Turns
from sidetone.core.etiquette.findings import Findings
from sidetone.core.etiquette.labels import LABELS

TICK_MS = 100
SAID_WITHIN_MS = 700  # detections come 90-150 ms after the words (FACTS.md), and the meter's spurt ends with the last of them
# what only an agent says: two of them on the customer's channel and none on his own, and the plugs are in the wrong way round
_AGENTS_OWN = ("service", "offer_help", "closing_offer", "hold_return")
SWAPPED_LABELS = 2
FLAT_PART = 20  # but for one part in so many: a channel that was digitally silent for longer was dead, or its wearer silent on a digital line
PHRASE_LAG_MS = 200  # a phrase said just in time is told this much later (150 ms at the 90th percentile, FACTS.md)


class Scene:
    """See the module. `labels`: phrase labels that the network can hear, () without a network; `language`: the network's, None without one;
    `usual`: habit.Usual, what earlier calls taught of this agent; `has_help`: whether he has a help button."""

    def __init__(self, profile, emit, baseline_q8, start_s, outbound, has_customer, labels, language, usual, has_help):
        self.profile = profile
        self.baseline_q8 = baseline_q8
        self.start_s = start_s
        self.outbound = outbound
        self.has_customer = has_customer
        self.usual = usual
        self.has_help = has_help
        self.helped_ms = None  # when the help button was last pressed in this call
        own_language = language is None or language == profile.get("language")
        self.labels = tuple(labels) if own_language else ()
        self.no_words = NO_NETWORK if own_language else OTHER_LANGUAGE  # why a phrase rule is not judged
        self.findings = Findings(emit)
        self.phase = CallPhase(emit)
        self.turns = Turns(has_customer, profile.get("turns.interrupt_overlap_s"), profile.get("turns.backchannel_max_s"))
        self.hold = Hold(profile.get("hold.silence_after_phrase_s"), profile.get("hold.silence_unasked_s"))
        self.agent = None  # the meters, from the first hop on
        self.customer = None
        self.t_ms = 0
        self.phrase_counts = {}  # every detection on the agent's channel
        self._said_ms = {}  # label -> last time the agent said it
        self._said_count = {}
        self._perhaps_ms = {}  # label -> last time something under the cutoff sounded like it
        self._customer_said = set()  # labels
        self._own_words_at_customer = 0  # labels of _AGENTS_OWN heard on the customer's channel
        self.not_judged = []  # (reason, rule), filled when the groups are built

    # -- what can be judged

    def hearing(self, key):
        """The labels for a word list of the profile that this network really has."""
        return tuple([label for label in self.profile.labels(key) if label in self.labels])

    def cannot_judge(self, rule, reason):
        """Note why a rule is left out of this call."""
        if reason == NO_NETWORK:
            reason = self.no_words
        if (reason, rule) not in self.not_judged:
            self.not_judged.append((reason, rule))

    def left_out(self):
        """(reason, [rule…]) in the order the reasons came up."""
        reasons = []
        for reason, rule in self.not_judged:
            for row in reasons:
                if row[0] == reason:
                    if rule not in row[1]:
                        row[1].append(rule)
                    break
            else:
                reasons.append((reason, [rule]))
        return reasons

    # -- phrases

    def note_phrase(self, t_ms, channel, label):
        """A detection. Returns True if the agent said it himself."""
        if self.no_words == OTHER_LANGUAGE:
            return False
        if channel != "agent":
            if label in _AGENTS_OWN and label not in self._customer_said:
                self._own_words_at_customer += 1
            self._customer_said.add(label)
            return False
        self.phrase_counts[label] = self.phrase_counts.get(label, 0) + 1
        if not self._agent_speaks(t_ms):
            return False
        self._said_ms[label] = t_ms
        self._said_count[label] = self._said_count.get(label, 0) + 1
        return True

    def note_doubt(self, t_ms, channel, label):
        """Something that may have been `label`: no phrase, but nobody is accused of having left it out."""
        if channel == "agent" and self._agent_speaks(t_ms):
            self._perhaps_ms[label] = t_ms

    def _agent_speaks(self, t_ms):
        silent_ms = self.turns.agent.silent_ms(t_ms)
        return self.phase.phase != RINGING and silent_ms is not None and silent_ms <= SAID_WITHIN_MS

    def left_unsaid(self, rule, labels, since_ms=0):
        """True if the agent said none of `labels` from `since_ms` on, beyond doubt. In doubt the rule is not judged and the record says so."""
        if self.seems_swapped():
            self.cannot_judge(rule, SWAPPED)
            return False
        said_ms = self.said_ms(labels)
        if said_ms is not None and said_ms >= since_ms:
            return False
        for label in labels:
            if self._perhaps_ms.get(label, -1) >= since_ms:
                self.cannot_judge(rule, NOT_CLEAR)
                return False
        return True

    def seems_swapped(self):
        """True if the customer says what only agents say, and the agent none of it."""
        return self._own_words_at_customer >= SWAPPED_LABELS and not self.said_count(_AGENTS_OWN)

    def is_flat(self, meter, t_ms):
        """True if a channel has carried nothing but digital silence so far."""
        return meter is not None and meter.digital_silence_ms >= t_ms - t_ms // FLAT_PART

    def said_ms(self, labels):
        """When the agent last said one of `labels`, or None."""
        latest = None
        for label in labels:
            said = self._said_ms.get(label)
            if said is not None and (latest is None or said > latest):
                latest = said
        return latest

    def said_count(self, labels):
        """How often the agent said any of `labels`."""
        count = 0
        for label in labels:
            count += self._said_count.get(label, 0)
        return count

    def phrase_rows(self):
        """(label, count) for the record: labels of the label table in its order, then site labels in alphabetical order."""
        rows = [(row[0], self.phrase_counts[row[0]]) for row in LABELS if row[0] in self.phrase_counts]
        known = [row[0] for row in LABELS]
        for label in sorted([label for label in self.phrase_counts if label not in known]):
            rows.append((label, self.phrase_counts[label]))
        return rows

    # -- time

    def answered_ms(self):
        """The start that opening rules count from: the pick-up, else the agent's first speech; None before either."""
        if self.phase.pick_up_ms is not None:
            return self.phase.pick_up_ms
        return self.turns.agent.first_ms

    def anybody_spoke(self):
        """True once either side has been heard; a click is nobody."""
        return self.turns.agent.first_ms is not None or self.turns.customer.first_ms is not None

    def last_word_ms(self):
        """End of the last word of either side, None before the first."""
        agent = self.turns.agent.last_ms
        customer = self.turns.customer.last_ms
        if agent is None:
            return customer
        if customer is None:
            return agent
        return max(agent, customer)

    def minute_of_day(self, t_ms):
        """Minutes after local midnight, None where the clock is unknown."""
        if self.start_s is None:
            return None
        return (self.start_s + t_ms // 1000) // 60 % 1440
