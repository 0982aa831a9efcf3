"""Holds, from sound: when the customer is left waiting, for how long, and the longest silence he had to bear.

The rules, in words:
- After the agent's hold phrase, `after_phrase_ms` of the agent's silence are a hold, unless the customer is telling something.
- Without a phrase, `unasked_ms` of silence on both sides are a hold too, once the customer has been heard at all.
- A hold begins, for the clock, at the agent's last word before it.
- In a hold the agent may report progress. The hold is over when the words of return are heard, when the agent goes on speaking for longer
  than REPORT_MS, or when both talk again: the customer says CUSTOMER_BACK_MS after the agent has spoken.
- A signalled hold begins and ends with its signals only; its silences are counted in the same way.
"""

PHRASE_VALID_MS = 10_000  # the agent may explain for so long after `please wait` before he leaves
CUSTOMER_QUIET_MS = 1_500  # the customer has finished giving consent
REPORT_MS = 5_000  # a progress report is shorter; whoever speaks longer is back
CUSTOMER_BACK_MS = 1_200  # a longer word than `all right`


class Hold:
    """Holds of one call. `step` is called every tick (100 ms) outside and inside holds."""

    def __init__(self, after_phrase_ms, unasked_ms):
        self._after_phrase_ms = after_phrase_ms
        self._unasked_ms = unasked_ms
        self.active = False
        self.began_ms = 0
        self.ended_ms = None
        self.asked = False  # a hold phrase was heard before this hold
        self.answered = False  # the customer said something between the phrase and the hold
        self.count = 0
        self.agent_spoke = False  # inside the current hold
        self.gap_ms = 0  # running silence of the agent, 0 outside a hold
        self.max_gap_ms = 0  # longest closed or running gap of the call
        self.longest_ms = 0  # longest hold
        self._word_ms = 0  # the agent's last word that started the running gap
        self._customer_ms = 0  # customer's speech counter at the agent's last word

    def wants_to_begin(self, t_ms, turns, phrase_ms):
        """True if sound says that a hold has begun. `phrase_ms`: when a hold phrase was last heard, or None."""
        agent = turns.agent
        if agent.talking or agent.last_ms is None:
            return False
        silent_ms = t_ms - agent.last_ms
        customer = turns.customer
        if turns.has_customer and customer.talking:
            return False
        customer_silent_ms = customer.silent_ms(t_ms)
        if phrase_ms is not None and phrase_ms > agent.last_ms - PHRASE_VALID_MS and not self._is_used(phrase_ms):
            return silent_ms >= self._after_phrase_ms and (customer_silent_ms is None or customer_silent_ms >= CUSTOMER_QUIET_MS)
        return customer_silent_ms is not None and silent_ms >= self._unasked_ms and customer_silent_ms >= self._unasked_ms

    def _is_used(self, phrase_ms):
        return self.ended_ms is not None and phrase_ms <= self.ended_ms

    def begin(self, t_ms, turns, phrase_ms):
        """The hold begins: at the agent's last word, or at `t_ms` if he is speaking or has not spoken."""
        agent = turns.agent
        self.active = True
        self.count += 1
        self.began_ms = t_ms if agent.talking or agent.last_ms is None else agent.last_ms
        self.asked = phrase_ms is not None and phrase_ms > self.began_ms - PHRASE_VALID_MS and not self._is_used(phrase_ms)
        customer_last_ms = turns.customer.last_ms
        # consent may be said while the agent is still finishing his sentence
        self.answered = self.asked and customer_last_ms is not None and customer_last_ms > phrase_ms - 500
        self.agent_spoke = False
        self._word_ms = self.began_ms
        self._customer_ms = turns.customer.speech_ms

    def step(self, t_ms, turns):
        """One tick inside a hold: follows the agent's silences. Returns True if sound says that the hold is over."""
        agent = turns.agent
        if agent.talking:
            if agent.began_ms > self._word_ms:
                self._close_gap(agent.began_ms)
                self.agent_spoke = True
            self._word_ms = agent.last_ms
            self.gap_ms = 0
            if turns.monologue_ms() > REPORT_MS and turns.turn_began_ms >= self.began_ms:
                return True
        else:
            if agent.last_ms is not None and agent.last_ms > self._word_ms:
                # a spurt shorter than a tick's distance
                self._close_gap(agent.began_ms)
                self.agent_spoke = True
                self._word_ms = agent.last_ms
            self.gap_ms = t_ms - self._word_ms
            if self.gap_ms > self.max_gap_ms:
                self.max_gap_ms = self.gap_ms
        length_ms = t_ms - self.began_ms
        if length_ms > self.longest_ms:
            self.longest_ms = length_ms
        if not self.agent_spoke:
            self._customer_ms = turns.customer.speech_ms
            return False
        return turns.customer.speech_ms - self._customer_ms > CUSTOMER_BACK_MS

    def _close_gap(self, began_ms):
        gap_ms = began_ms - self._word_ms
        if gap_ms > self.max_gap_ms:
            self.max_gap_ms = gap_ms

    def end(self, t_ms):
        """The hold is over."""
        self.active = False
        self.ended_ms = t_ms
        self.gap_ms = 0
