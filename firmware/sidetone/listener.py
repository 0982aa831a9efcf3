"""The whole straight path of one call: hops in, findings out; one method per stage, in the order the sound takes.

    hops -> kernels -> meters -> conduct            every hop: level, activity, syllables, pitch, turns, lamps
         -> front end -> network -> spotter -> conduct   every 30 ms: phrases

It knows no file, device or socket: the adapters it is given (`Ear`) come from on_cpython/ or on_micropython/, and whatever
it has to say goes through one call, emit(t_ms, kind, rows). The result does not depend on how the sound is cut into blocks.
"""

from sidetone.core.telemetry.messages import Fixed

HOP_MS = 10
HOP_SAMPLES = 160


class Ear:
    """One channel's instruments, all of them stateful; the meter and the spotter's memory belong to this one call.

    channel: "agent" or "customer"; kernels, words: the adapters of on_*/ (words: front end and network, None without a network);
    spotter: core/speech/phrases.PhraseSpotter or None; meter: core/speech/meter.Meter.
    """

    def __init__(self, channel, kernels, words, spotter, meter):
        self.channel = channel
        self.kernels = kernels
        self.words = words
        self.spotter = spotter
        self.meter = meter
        self.asleep = False


class Listener:
    """Listens to one call. `feed` takes blocks of whole hops, `finish` ends the call.

    ears: [agent] or [agent, customer]; conduct: core/etiquette/conduct.Conduct;
    emit(t_ms, kind, rows): called in time order with what was heard and judged.

    A hop in which nothing is heard, judged or lit allocates nothing on the device (tests/device/on_device/hop_checks.py).
    """

    def __init__(self, ears, conduct, emit):
        self.ears = ears
        self.agent = ears[0]
        self.customer = ears[1] if len(ears) > 1 else None
        self.conduct = conduct
        self.emit = emit
        self.hops = 0
        self.overruns = 0
        self.states = []  # call states to come, in time order: (t_ms, phase, by)

    @property
    def t_ms(self):
        """Call time heard so far, ms."""
        return self.hops * HOP_MS

    def feed(self, block):
        """block: one int16 array [n*160] per ear, all of one length; any n >= 1."""
        number = 0
        for ear in self.ears:
            samples = block[number]
            ear.kernels.begin(samples)
            if ear.words is not None:
                ear.words.begin(samples)
            number += 1
        for hop in range(len(samples) // HOP_SAMPLES):
            self._hop(hop)

    def call_state(self, t_ms, phase, by=None):
        """A call state from outside (hook switch, telephone system, --events) for call time t_ms; states come in time order."""
        self.states.append((t_ms, phase, by))

    def record_so_far(self):
        """The call's record as it would be if the call ended now: rows of the summary."""
        return self.conduct.record(self.t_ms, self.overruns)

    def finish(self):
        """The sound has ended: the call ends here, open findings are closed and the record is emitted."""
        self.conduct.end(self.t_ms, self.overruns)

    def _hop(self, hop):
        """Hop number `hop` of the block: every channel through meter and conduct, then the network steps that it completes."""
        self.hops += 1
        t_ms = self.hops * HOP_MS
        while self.states and self.states[0][0] <= t_ms:
            self.conduct.call_state(*self.states.pop(0))
        agent, customer = self.agent, self.customer
        agent.kernels.measure(hop, t_ms, agent.meter)
        if customer is None:
            self.conduct.hop(t_ms, agent.meter, None)
        else:
            customer.kernels.measure(hop, t_ms, customer.meter)
            self.conduct.hop(t_ms, agent.meter, customer.meter)
        for ear in self.ears:
            if ear.words is not None and ear.words.hop(hop):
                self._network(t_ms, ear, hop)

    def _network(self, t_ms, ear, hop):
        """One network step of a channel.

        The customer's words are heard only while the agent is silent: both share one network's budget. Waking, the customer's
        network starts from its initial state, as every training clip did, not from a stale past.
        """
        if ear is not self.agent:
            if self.agent.meter.speaking:
                ear.asleep = True
                return
            if ear.asleep:
                ear.asleep = False
                ear.words.wake()
                ear.spotter.reset()
        heard = ear.spotter.step(t_ms, ear.words.answer(hop))
        if ear.spotter.syllable and ear is self.agent:  # the customer's network sleeps now and then: his rate is the counter's alone
            ear.meter.network_syllable()
        for label, _, posterior_pm in heard:
            # every detection is told, whatever the phase of the call: phase and exclusions act on findings, not on hearing
            self.emit(t_ms, "phrase", [("label", label), ("channel", ear.channel), ("posterior", Fixed(posterior_pm, 3))])
            self.conduct.phrase(t_ms, ear.channel, label, posterior_pm)
        for label in ear.spotter.doubts:
            self.conduct.doubt(t_ms, ear.channel, label)
