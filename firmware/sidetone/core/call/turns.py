"""Who speaks when: overlap, interruptions, back-channels, answers, monologues, from the two channels' talk spurts.

The rules, in words:
- The meters give the spurts (`speaking`, `speech_began_ms`, `speech_ended_ms`): `core/speech/activity.py` says what a spurt is.
- An agent's spurt that begins while the customer is in a spurt is OVER him. Longer than `backchannel_max_ms` with at least
  `interrupt_overlap_ms` of it over the customer, it is an interruption; not longer, it is a back-channel.
- A short spurt in a customer's pause that he ends within RESUME_MS was a back-channel too; any other spurt after a customer's turn is an
  answer, and the time from the customer's last word to its first is the response latency.
- The agent's monologue runs from his first word until the customer has said TURN_MS or the agent has rested MONOLOGUE_REST_MS.

Leakage. One side's sound comes through on the other channel, attenuated by a nearly constant amount (cross-talk). `Leakage` follows that
amount; `Turns.hop` tells each meter what to expect (`set_mask_q8`), and the meter takes nothing under it for speech of its own wearer.
"""

HOP_MS = 10
NEAR_MS = 150  # a hop this soon after the last active one still counts as spoken (the closure inside a word)
RESUME_MS = 700  # a customer who goes on this soon had not finished
TURN_MS = 500  # less than this of the customer is no turn of his
SURE_MS = 150  # a first spurt shorter than a syllable is a click
MONOLOGUE_REST_MS = 2000
LATENCIES_KEPT = 256  # turns of an hour-long call; bounds the memory

# Q8 dB
_COUPLING_START_Q8 = -20 * 256  # the worst cross-talk of a worn headset; nothing is known yet
_COUPLING_LOW_Q8 = -60 * 256
_COUPLING_HIGH_Q8 = -14 * 256  # above this it is no longer leakage but a wiring fault
_LEAK_MARGIN_Q8 = 7 * 256  # spread of 10 ms levels around a constant attenuation
_OWN_SPEECH_Q8 = 15 * 256  # so far above the leakage that it can only be this channel's own talker: not learned from
_HOLD_FALL_Q8 = 512  # 2 dB a hop: the other side's level is held some 60 ms for the path's delay and the room
_NOTHING_Q8 = -30000
_ALL_Q8 = 256  # over full scale


class Leakage:
    """Follows how much quieter the other side arrives on this channel (Q8 dB)."""

    def __init__(self):
        self.coupling_q8 = _COUPLING_START_Q8
        self._held_q8 = _NOTHING_Q8

    def mask_q8(self, own_q8, other_q8, other_active):
        """The level under which this channel's sound is the other side leaking in. Call it every hop."""
        held = self._held_q8 - _HOLD_FALL_Q8
        if other_q8 > held:
            held = other_q8
        self._held_q8 = held
        coupling = self.coupling_q8
        if other_active:
            difference = own_q8 - held
            if difference < coupling + _OWN_SPEECH_Q8:
                # a slow quantile follower: settles where twice as many hops lie under it as above it
                if difference > coupling:
                    coupling += 16
                    if coupling > _COUPLING_HIGH_Q8:
                        coupling = _COUPLING_HIGH_Q8
                else:
                    coupling -= 8
                    if coupling < _COUPLING_LOW_Q8:
                        coupling = _COUPLING_LOW_Q8
                self.coupling_q8 = coupling
        return held + coupling + _LEAK_MARGIN_Q8


class Side:
    """Talk spurts of one channel, as its meter tells them."""

    def __init__(self):
        self.talking = False  # inside a spurt, hangover included
        self.began_ms = 0  # of the current or last spurt
        self.last_ms = None  # end of the side's last active hop, None before the first spurt
        self.speech_ms = 0
        self.first_ms = None  # begin of the first spurt that is longer than a click
        self.spurt_over_ms = 0  # overlap inside the current spurt
        self.void_ms = 0  # of the meter's speech, what has turned out to be music or a tone
        self._no_voice_ms = None  # begin of a spurt that was the beginning of a tone

    def hop(self, meter):
        """Returns 1 when a spurt has begun (as of `began_ms`), -1 when it has ended (as of `last_ms`), else 0."""
        if meter.speaking:
            self.last_ms = meter.speech_ended_ms
            self.speech_ms = meter.speech_ms - self.void_ms
            if self.first_ms is None and meter.spurt_ms >= SURE_MS and meter.speech_began_ms != self._no_voice_ms:
                self.first_ms = meter.speech_began_ms
            if self.talking:
                return 0
            self.talking = True
            self.began_ms = meter.speech_began_ms
            self.spurt_over_ms = 0
            return 1
        if self.talking:
            self.talking = False
            return -1
        return 0

    def take_back(self, since_ms):
        """What began at `since_ms` or later was no voice: a tone takes a while to be sure of."""
        if self.talking and self.began_ms >= since_ms:
            self._no_voice_ms = self.began_ms
            spurt_ms = self.last_ms - self.began_ms
            self.void_ms += spurt_ms
            self.speech_ms -= spurt_ms
            if self.first_ms is not None and self.first_ms >= since_ms:
                self.first_ms = None

    def speaks(self, t_ms):
        """True while sound of this side is there, without the hangover."""
        return self.talking and t_ms - self.last_ms <= NEAR_MS

    def silent_ms(self, t_ms):
        """Time since this side's last word, None before its first."""
        return None if self.last_ms is None else t_ms - self.last_ms


class Turns:
    """Both sides together. With `has_customer` False only the agent's spurts are followed."""

    def __init__(self, has_customer, interrupt_overlap_ms, backchannel_max_ms):
        self.agent = Side()
        self.customer = Side()
        self.has_customer = has_customer
        self._music_ms = 0  # of the customer's void speech, what was music
        self.customer_plays = False  # music on the customer's line: the caller says so
        self._overlap_limit_ms = interrupt_overlap_ms
        self._backchannel_ms = backchannel_max_ms
        self._agent_leak = Leakage()
        self._customer_leak = Leakage()
        self.overlap_ms = 0
        self.interruptions = 0
        self.backchannels = 0
        self.last_backchannel_ms = None
        self.latencies_ms = []
        self.latencies_dropped = 0
        self.customer_turn_ms = 0  # speech of the customer since the agent last took the turn
        self.turn_began_ms = None  # the agent's monologue, None outside
        self.longest_monologue_ms = 0
        self._over = False  # the agent's current spurt began over the customer
        self._judged = False  # the current spurt has been counted already
        self._answer_ms = None  # response latency of the current spurt, while it may still turn out a back-channel
        self._short_end_ms = None  # end of a short spurt in a pause of the customer, waiting for whether he goes on
        self._short_latency_ms = 0
        self.new_interruption_ms = None  # overlap of an interruption counted in this hop
        self.new_latency_ms = None  # response latency counted in this hop
        self.new_take_ms = None  # the turn was taken in this hop: the latency, or 0 for over the customer's last word
        self._customer_said_ms = 0  # within the agent's monologue

    def hop(self, t_ms, agent_meter, customer_meter):
        """One hop; both meters have just taken it. `customer_meter` is not looked at where there is no customer channel."""
        agent = self.agent
        self.new_interruption_ms = None
        self.new_latency_ms = None
        self.new_take_ms = None
        change = agent.hop(agent_meter)
        if not self.has_customer:
            if change:
                self._monologue_change(change)
            elif self.turn_began_ms is not None:
                self._monologue(t_ms)
            return
        agent_q8 = agent_meter.band_q8
        customer_q8 = customer_meter.band_q8
        agent_meter.set_mask_q8(self._agent_leak.mask_q8(agent_q8, customer_q8, customer_meter.active))
        mask_q8 = self._customer_leak.mask_q8(customer_q8, agent_q8, agent_meter.active)
        # a ring, a busy tone or music on the line is not the customer's voice
        customer_meter.set_mask_q8(_ALL_Q8 if customer_meter.tone or self.customer_plays else mask_q8)
        customer = self.customer
        said_ms = customer.speech_ms
        customer_change = customer.hop(customer_meter)
        if customer.talking:
            if customer_change > 0:
                self._customer_began()
            if agent.talking and t_ms - agent.last_ms <= NEAR_MS and t_ms - customer.last_ms <= NEAR_MS:
                self.overlap_ms += HOP_MS
                agent.spurt_over_ms += HOP_MS
            more_ms = customer.speech_ms - said_ms
            if more_ms:
                self.customer_turn_ms += more_ms
                if self.turn_began_ms is not None:
                    self._customer_said_ms += more_ms
        if change > 0:
            self._agent_began(t_ms)
        elif change < 0:
            self._agent_ended()
        elif agent.talking and not self._judged:
            self._agent_goes_on()
        if self._short_end_ms is not None and t_ms - self._short_end_ms > RESUME_MS and not customer.talking:
            self._answered(self._short_latency_ms)
            self._short_end_ms = None
        if change:
            self._monologue_change(change)
        elif self.turn_began_ms is not None:
            self._monologue(t_ms)

    # -- the agent's spurts against the customer

    def _agent_began(self, t_ms):
        customer = self.customer
        self._judged = False
        self._answer_ms = None
        self._over = customer.talking and customer.began_ms < self.agent.began_ms and self.agent.began_ms - customer.last_ms < NEAR_MS
        if self._over:
            # the hops before the spurt was sure are overlap too
            early = t_ms - self.agent.began_ms
            self.agent.spurt_over_ms += early
            self.overlap_ms += early
        elif customer.last_ms is not None and self.customer_turn_ms >= TURN_MS:
            self._answer_ms = max(0, self.agent.began_ms - customer.last_ms)

    def _agent_goes_on(self):
        agent = self.agent
        length_ms = agent.last_ms - agent.began_ms
        if length_ms <= self._backchannel_ms:
            return
        if self._over:
            if agent.spurt_over_ms >= self._overlap_limit_ms:
                self.interruptions += 1
                self.new_interruption_ms = agent.spurt_over_ms
                self.new_take_ms = 0
                self._judged = True
                self.customer_turn_ms = 0
            elif not self.customer.talking:
                self._judged = True  # he had just finished: the turn was taken, nobody was cut off
                self.new_take_ms = 0
                self.customer_turn_ms = 0
            return
        if self._answer_ms is not None:
            self._answered(self._answer_ms)
        self._judged = True
        self.customer_turn_ms = 0

    def _agent_ended(self):
        if self._judged:
            return
        self._judged = True
        agent = self.agent
        length_ms = agent.last_ms - agent.began_ms
        if length_ms > self._backchannel_ms:
            return
        if self._over:
            if 2 * agent.spurt_over_ms >= length_ms:
                self._backchannel()
        elif self._answer_ms is not None:
            if self.customer.talking:
                self._backchannel()
            else:
                self._short_end_ms = agent.last_ms
                self._short_latency_ms = self._answer_ms

    def _customer_began(self):
        if self._short_end_ms is not None:
            # he went on within RESUME_MS: the short sound was a listening sound in his pause
            self._backchannel()
            self._short_end_ms = None

    def _backchannel(self):
        self.backchannels += 1
        self.last_backchannel_ms = self.agent.last_ms

    def _answered(self, latency_ms):
        self.customer_turn_ms = 0
        self.new_latency_ms = latency_ms
        self.new_take_ms = latency_ms
        if len(self.latencies_ms) < LATENCIES_KEPT:
            self.latencies_ms.append(latency_ms)
        else:
            self.latencies_dropped += 1

    # -- the agent's monologue

    def _monologue_change(self, change):
        if change > 0 and self.turn_began_ms is None:
            self.turn_began_ms = self.agent.began_ms
            self._customer_said_ms = 0

    def _monologue(self, t_ms):
        length_ms = self.agent.last_ms - self.turn_began_ms
        if length_ms > self.longest_monologue_ms:
            self.longest_monologue_ms = length_ms
        if self._customer_said_ms >= TURN_MS or t_ms - self.agent.last_ms >= MONOLOGUE_REST_MS:
            self.turn_began_ms = None

    def monologue_ms(self):
        """Length of the running monologue, 0 outside one."""
        return 0 if self.turn_began_ms is None else self.agent.last_ms - self.turn_began_ms

    def play_music(self, on, void_ms):
        """The customer's line carries music (or speaks again), and so much of his speech so far was none."""
        self.customer_plays = on
        customer = self.customer
        more_ms = min(void_ms - self._music_ms, customer.speech_ms)
        self._music_ms = void_ms
        if more_ms > 0:
            customer.speech_ms -= more_ms
            customer.void_ms += more_ms
            self.customer_turn_ms = 0
            if not customer.speech_ms:
                customer.first_ms = None  # nobody has spoken yet

    def median_latency_ms(self):
        """Median response latency, None before the first answer."""
        if not self.latencies_ms:
            return None
        ordered = sorted(self.latencies_ms)
        middle = len(ordered) // 2
        if len(ordered) % 2:
            return ordered[middle]
        return (ordered[middle - 1] + ordered[middle]) // 2
