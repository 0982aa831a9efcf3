"""Holds, from sound: when the customer is left waiting, for how long, and the longest silence he had to bear.

The rules, in words:
- After the agent's hold phrase, `after_phrase_ms` of the agent's silence are a hold, unless the customer is telling something.
- Without a phrase, `unasked_ms` of silence on both sides are a hold too, once the customer has been heard at all.
- A hold begins, for the clock, at the agent's last word before it.
- A hold that nobody announced and after which nobody speaks again is the end of the call: `cancel` takes it back.
- In a hold the agent may report progress. The hold is over when the words of return are heard, when the agent goes on speaking for longer
  than REPORT_MS, or when both talk again: the customer says CUSTOMER_BACK_MS after the agent has spoken.
- A signalled hold begins and ends with its signals only; its silences are counted in the same way.
"""

PHRASE_AGENT_MS = 5_000  # the agent may explain for so long after `please wait` before he leaves
PHRASE_CUSTOMER_MS = 2_500  # a customer who says more than his consent has taken the turn
CUSTOMER_QUIET_MS = 1_500  # the customer has finished giving consent
REPORT_MS = 4_000  # a progress report is shorter; whoever speaks longer is back
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
        self.max_gap_ms = 0  # longest gap of the call
        self.longest_gap_ms = 0  # of the current or last hold
        self._max_gap_before_ms = 0
        self._phrase_ms = None  # the last hold phrase, and how much both had said by then
        self._phrase_agent_ms = 0
        self._phrase_customer_ms = 0
        self._word_ms = 0  # the agent's last word that started the running gap
        self._customer_ms = 0  # customer's speech counter at the agent's last word

    def note_phrase(self, t_ms, turns):
        """The agent has said a hold phrase."""
        self._phrase_ms = t_ms
        self._phrase_agent_ms = turns.agent.speech_ms
        self._phrase_customer_ms = turns.customer.speech_ms

    def is_announced(self, turns):
        """True while the last hold phrase still announces a hold: nobody has said much since, and no hold has used it up."""
        return (
            self._phrase_ms is not None
            and turns.agent.speech_ms - self._phrase_agent_ms <= PHRASE_AGENT_MS
            and turns.customer.speech_ms - self._phrase_customer_ms <= PHRASE_CUSTOMER_MS
        )

    def wants_to_begin(self, t_ms, turns):
        """True if sound says that a hold has begun."""
        agent = turns.agent
        customer = turns.customer
        if agent.talking or customer.talking or agent.last_ms is None:
            return False
        silent_ms = t_ms - agent.last_ms
        customer_silent_ms = customer.silent_ms(t_ms)
        if self.is_announced(turns):
            return silent_ms >= self._after_phrase_ms and (customer_silent_ms is None or customer_silent_ms >= CUSTOMER_QUIET_MS)
        return customer_silent_ms is not None and silent_ms >= self._unasked_ms and customer_silent_ms >= self._unasked_ms

    def begin(self, t_ms, turns, goes_on=False):
        """The hold begins: at the agent's last word (unannounced: at the last word of both), or at `t_ms` if he is speaking. `goes_on`: it is
        the last one, which a long report seemed to have ended."""
        agent = turns.agent
        customer = turns.customer
        self.active = True
        if not goes_on:
            self.count += 1
        self._max_gap_before_ms = self.max_gap_ms
        self.asked = self.is_announced(turns)
        # consent may be said while the agent is still finishing his sentence
        self.answered = self.asked and customer.last_ms is not None and customer.last_ms > self._phrase_ms - 500
        self._phrase_ms = None
        self.began_ms = t_ms if agent.talking or agent.last_ms is None else agent.last_ms
        if not self.asked and customer.last_ms is not None and customer.last_ms > self.began_ms:
            self.began_ms = customer.last_ms
        self.agent_spoke = False
        self.longest_gap_ms = 0
        self._word_ms = self.began_ms
        self._customer_ms = customer.speech_ms

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
            self._count_gap(self.gap_ms)
        if not self.agent_spoke:
            self._customer_ms = turns.customer.speech_ms
            return False
        return turns.customer.speech_ms - self._customer_ms > CUSTOMER_BACK_MS

    def _close_gap(self, began_ms):
        self._count_gap(began_ms - self._word_ms)

    def _count_gap(self, gap_ms):
        if gap_ms > self.longest_gap_ms:
            self.longest_gap_ms = gap_ms
        if gap_ms > self.max_gap_ms:
            self.max_gap_ms = gap_ms

    def cancel(self):
        """The call has ended in this hold, and it was none."""
        self.active = False
        self.count -= 1
        self.gap_ms = 0
        self.max_gap_ms = self._max_gap_before_ms

    def end(self, t_ms):
        """The hold is over."""
        self.active = False
        self.ended_ms = t_ms
        self.gap_ms = 0
