"""The whole straight path of one call: hops in, findings out; one method per stage, in the order the sound takes.

    hops -> kernels -> meters -> conduct            every hop: level, activity, syllables, pitch, turns, lamps
         -> front end -> network -> spotter -> conduct   every 30 ms: phrases

It knows no file, device or socket: the adapters it is given (`Ear`) come from on_cpython/ or on_micropython/, and whatever
it has to say goes through one call, emit(t_ms, kind, rows). The result does not depend on how the sound is cut into blocks.
"""

from sidetone.core.telemetry.messages import Fixed

HOP_MS = 10
HOP_SAMPLES = 160
FIRST_FRAME_HOPS = 3  # the front end's window is 30 ms: its first frame is complete with the third hop


class Ear:
    """One channel's instruments, all of them stateful and made for this one call.

    channel: "agent" or "customer"; kernels, front_end: the adapters of on_*/; quantize: uint16 features -> int8 model input;
    network: a streaming model or None; spotter: core/speech/phrases.PhraseSpotter or None; meter: core/speech/meter.Meter.
    """

    def __init__(self, channel, kernels, front_end, quantize, network, spotter, meter):
        self.channel = channel
        self.kernels = kernels
        self.front_end = front_end
        self.quantize = quantize
        self.network = network
        self.spotter = spotter
        self.meter = meter
        self.rows = None  # the kernels' measurements of the block in hand, one row a hop
        self.steps = []  # model inputs of complete steps not yet heard: (hop index that completes it, input; the agent's: logits)
        self.frames = []  # int8 frames of the step being filled
        self.frames_seen = 0
        self.asleep = False


class Listener:
    """Listens to one call. `feed` takes blocks of whole hops, `finish` ends the call.

    ears: [agent] or [agent, customer]; conduct: core/etiquette/conduct.Conduct; stride_hops: hops per network step (manifest);
    emit(t_ms, kind, rows): called in time order with what was heard and judged.
    """

    def __init__(self, ears, conduct, stride_hops, emit):
        self.ears = ears
        self.agent = ears[0]
        self.customer = ears[1] if len(ears) > 1 else None
        self.conduct = conduct
        self.stride_hops = stride_hops
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
        for ear, samples in zip(self.ears, block):
            ear.rows = iter(ear.kernels.block(samples).rows())
            if ear.network is not None:
                self._features(ear, samples)
        for _ in range(len(block[0]) // HOP_SAMPLES):
            self._hop()

    def call_state(self, t_ms, phase, by=None):
        """A call state from outside (hook switch, telephone system, --events) for call time t_ms; states come in time order."""
        self.states.append((t_ms, phase, by))

    def record_so_far(self):
        """The call's record as it would be if the call ended now: rows of the summary."""
        return self.conduct.record(self.t_ms, self.overruns)

    def finish(self):
        """The sound has ended: the call ends here, open findings are closed and the record is emitted."""
        self.conduct.end(self.t_ms, self.overruns)

    def _features(self, ear, samples):
        """Front end, and its frames gathered into network steps that name the hop they are complete with."""
        for frame in ear.quantize(ear.front_end.block(samples)):
            ear.frames.append(frame)
            ear.frames_seen += 1
            if len(ear.frames) == self.stride_hops:
                # the agent's network never sleeps, so a block's steps are run in a row: a quarter faster than between other work
                step = ear.network.step(ear.frames) if ear is self.agent else ear.frames
                ear.steps.append((ear.frames_seen + FIRST_FRAME_HOPS - 1, step))
                ear.frames = []

    def _hop(self):
        """One hop of every channel through meters and conduct, then the network steps that this hop completes."""
        self.hops += 1
        t_ms = self.hops * HOP_MS
        while self.states and self.states[0][0] <= t_ms:
            self.conduct.call_state(*self.states.pop(0))
        for ear in self.ears:
            ear.meter.hop(t_ms, *next(ear.rows))
        self.conduct.hop(t_ms, self.agent.meter, self.customer.meter if self.customer else None)
        for ear in self.ears:
            if ear.steps and ear.steps[0][0] == self.hops:
                self._network(t_ms, ear, ear.steps.pop(0)[1])

    def _network(self, t_ms, ear, step):
        """One network step: the agent's logits, the customer's frames.

        The customer's words are heard only while the agent is silent: both share one network's budget. Waking, the customer's
        network starts from its initial state, as every training clip did, not from a stale past.
        """
        if ear is not self.agent:
            if self.agent.meter.speaking:
                ear.asleep = True
                return
            if ear.asleep:
                ear.asleep = False
                ear.network.reset()
                ear.spotter.reset()
            step = ear.network.step(step)
        for label, _, posterior_pm in ear.spotter.step(t_ms, step):
            # every detection is told, whatever the phase of the call: phase and exclusions act on findings, not on hearing
            self.emit(t_ms, "phrase", [("label", label), ("channel", ear.channel), ("posterior", Fixed(posterior_pm, 3))])
            self.conduct.phrase(t_ms, ear.channel, label, posterior_pm)
        for label in ear.spotter.doubts:
            self.conduct.doubt(t_ms, ear.channel, label)
