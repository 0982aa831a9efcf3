"""The composition root: the only place where the device's parts are built and joined.

`build_listener` makes what hears one call; `Device` joins it to the lamps and the link, call after call; `Standby` listens between calls
for the next one's first word; `Attendant` leads live sound to one or the other.
Ports (on_cpython, on_micropython) are handed in as modules, so this file knows their shape and none of them by name.
"""

from sidetone.core.call.contacts import HELP, OFF_HOOK, ON_HOOK
from sidetone.core.call.countries import tones_of
from sidetone.core.etiquette.conduct import Conduct
from sidetone.core.speech.phrases import site_rows
from sidetone.listener import HOP_MS, HOP_SAMPLES, Ear, Listener

BASELINE_DBFS_Q8 = -26 * 256  # the active speech level that telephony aligns to (ITU-T P.56 practice: -26 dBov)
RATE_SCALE_PM = 1000


class Calibration:
    """What is known of this agent's voice: comfortable active speech level (dBFS Q8), syllable scale (per mille), and the phrase
    cutoffs of a read passage, (label, cutoff_q8) each (`sidetone phrases enrol`); `usual`: what earlier calls taught (agent.py), or None."""

    def __init__(self, baseline_q8=BASELINE_DBFS_Q8, rate_scale_pm=RATE_SCALE_PM, cutoffs_q8=(), usual=None):
        self.baseline_q8 = baseline_q8
        self.rate_scale_pm = rate_scale_pm
        self.cutoffs_q8 = cutoffs_q8
        self.usual = usual


class CallSetup:
    """What is known of a call before it begins.

    direction: "in" or "out"; start_s: seconds since 1970 on the agent's own wall clock, None while the time is unknown;
    has_help: the agent has a help button.
    """

    def __init__(self, has_customer, direction="in", start_s=None, has_help=False):
        self.has_customer = has_customer
        self.direction = direction
        self.start_s = start_s
        self.has_help = has_help


class Instruments:
    """What hears a channel and is dear to make, one set a channel. A runtime that cannot afford to make them for each call keeps them.

    A network of another language than the profile's calls hears nothing true in them: it is left out.

    hearing: the runtime's module of instruments; released: .manifest (dict) and .model (bytes), or None to listen without a network
    (phrases are then not measured); cutoffs_q8: the agent's own, see Calibration.
    """

    def __init__(self, hearing, released, profile, has_customer, cutoffs_q8=()):
        self.language = None if released is None else released.manifest["language"]
        if self.language != profile.get("language"):
            released = None
        site = [] if released is None else site_rows(released.manifest, profile.get("phrases"))
        self.labels = () if released is None else tuple([row["label"] for row in released.manifest["labels"] + site])
        self.meter = hearing.Meter
        self.sets = []  # (channel, kernels, words, spotter)
        network = None
        for channel in ("agent", "customer") if has_customer else ("agent",):
            words = spotter = None
            if released is not None:
                network = hearing.StreamingModel(released.model) if network is None else network.twin()
                words = hearing.Words(hearing.FrontEnd(), network, released.manifest["stride_hops"], channel == "agent")
                spotter = hearing.PhraseSpotter(released.manifest, site, hearing.KeywordGraph, cutoffs_q8 if channel == "agent" else ())
            # nobody judges the customer's pitch, and it is half the kernels' price
            kernels = hearing.ChannelKernels(pitch=channel == "agent")
            self.sets.append((channel, kernels, words, spotter))

    def reset(self):
        """Forget the last call."""
        for _, kernels, words, spotter in self.sets:
            kernels.reset()
            if words is not None:
                words.reset()
                spotter.reset()


def build_listener(hearing, released, profile, calibration, call, emit, instruments=None):
    """A listener for one call, ready for its first block.

    hearing, released: see Instruments, which are made for this call unless they are given (and then forget the last one);
    profile: core/etiquette/profile.Profile; emit(t_ms, kind, rows).
    """
    if instruments is None:
        instruments = Instruments(hearing, released, profile, call.has_customer, calibration.cutoffs_q8)
    else:
        instruments.reset()
    ears = []
    for channel, kernels, words, spotter in instruments.sets:
        meter = instruments.meter(calibration.baseline_q8, calibration.rate_scale_pm if channel == "agent" else RATE_SCALE_PM)
        if channel == "agent":
            if spotter is not None and spotter.counts_syllables:
                meter.share_syllables()
        else:
            tones = tones_of(profile.get)
            meter.expect_tones(tones.beat_hops, tones.loss_low_q8, tones.loss_high_q8)
        ears.append(Ear(channel, kernels, words, spotter, meter))
    conduct = Conduct(
        profile,
        emit,
        baseline_q8=calibration.baseline_q8,
        rate_scale_pm=calibration.rate_scale_pm,
        start_s=call.start_s,
        direction=call.direction,
        has_customer=call.has_customer,
        labels=instruments.labels,
        language=instruments.language,
        usual=calibration.usual,
        has_help=call.has_help,
    )
    return Listener(ears, conduct, emit)


LIVE_MS = 1000  # `live` once a second of the device's own time (docs/mqtt.md)
INTERVAL_MS = 5000  # `interval` and the open call's checkpoint every 5 s of call time
# ours: without a hook switch a call is over when nobody has spoken for this long; the longest wait that the standard knows
# (a hold with a call-back promised after 60 s) must not cut a call in two
SILENT_END_MS = 90_000
# ours: a call that never ends (a radio beside the microphone) is cut, or its record would never be told; its next part is a new call
LONGEST_CALL_MS = 4 * 3_600_000
PREROLL_HOPS = 100  # a second: the call starts before the first word, which must not lose its onset
IDLE_PHASE = "idle"


class Unheard:
    """In place of the link while the agent practises: his lamps are all that comes of the call."""

    def begin_call(self, record):
        pass

    def checkpoint(self, record):
        pass

    def end_call(self, record):
        pass

    def publish_interval(self, t_ms, measures):
        pass

    def publish_event(self, t_ms, what, rows):
        pass

    def publish_live(self, measures, lamps):
        pass


class Device:
    """One running device: what the listener says goes to the lamps and the link, and what the link is told goes to the listener.

    hear(emit) -> a fresh Listener; lamps: on_*/lamps; link: on_*/link.Link; now_ms(): monotonic time of this boot;
    new_profile(name, values): called for a `profile` command, raises ValueError with one line, used from the next call on;
    agent: agent.Agent, which learns from each call, or None; inputs: on_*/inputs, or None.

    practice: from the next call on, lamps only; nothing of a call is told to the link, and the agent's habits learn nothing.
    """

    def __init__(self, hear, lamps, link, now_ms, new_profile, agent=None, inputs=None):
        self._hear = hear
        self._lamps = lamps
        self._link = link
        self._now_ms = now_ms
        self._new_profile = new_profile
        self._agent = agent
        self._inputs = inputs
        self.practice = False
        self._told = link  # what hears of the call in progress: the link, or nobody
        self._unheard = Unheard()
        self._states = []  # call states that came before their call, (phase, by)
        self._listener = None
        self._record = None
        self._last_live_ms = now_ms() - LIVE_MS
        self._next_interval_ms = INTERVAL_MS
        self._shown = {}
        self.last_speech_ms = 0  # call time
        self.told_to_begin = False
        self.told_to_end = False

    @property
    def in_call(self):
        return self._listener is not None

    @property
    def silent_ms(self):
        """How long nobody has spoken in the call in progress."""
        return self._listener.t_ms - self.last_speech_ms

    def begin_call(self):
        """A call begins with the next block."""
        self._listener = self._hear(self._emit)
        self._record = None
        self._next_interval_ms = INTERVAL_MS
        self.last_speech_ms = 0
        self.told_to_begin = self.told_to_end = False
        self._told = self._unheard if self.practice else self._link
        self._told.begin_call(self._listener.record_so_far())
        for phase, by in self._states:
            self._listener.call_state(0, phase, by)
        self._states = []

    def feed(self, block, overruns):
        """One block of the call in progress; overruns: blocks of sound lost by the capture since the call began."""
        listener = self._listener
        listener.overruns = overruns
        listener.feed(block)
        for ear in listener.ears:
            if ear.meter.speaking:
                self.last_speech_ms = listener.t_ms
        if listener.t_ms >= self._next_interval_ms:
            self._next_interval_ms += INTERVAL_MS
            self._told.publish_interval(listener.t_ms, listener.conduct.interval_measures(listener.t_ms))
            self._told.checkpoint(listener.record_so_far())
        if listener.t_ms >= LONGEST_CALL_MS:
            self.told_to_end = True
        self.tick()

    def lose(self, overruns):
        """No block has come; overruns: blocks of sound lost since the call began."""
        self._listener.overruns = overruns

    def end_call(self):
        """The call is over: its record goes to the link, the lamps go dark."""
        listener = self._listener
        listener.finish()
        self._told.end_call(self._record)
        if self._agent is not None and self._told is self._link:
            self._agent.learn(listener.conduct.lesson())
        self._told = self._link
        self._listener = None
        self.tick()

    def abandon(self):
        """The call in progress cannot go on, a part of the program has failed in it: what is known of it so far is its record."""
        listener, self._listener = self._listener, None
        for lamp in self._shown:
            self._shown[lamp] = ("off", "steady")
            self._lamps.show(lamp, "off", "steady")
        if listener is not None:
            self._told.end_call(listener.record_so_far())
        self._told = self._link

    def tick(self):
        """Lamps blink, `live` is told once a second, commands are obeyed; also between calls."""
        now_ms = self._now_ms()
        self._lamps.tick(now_ms)
        while not self._link.commands.empty():
            command = self._link.commands.get()
            self._link.answer(command, self._obey(command))
        if self._inputs is not None:
            for event in self._inputs.poll(now_ms):
                self._press(event)
        if now_ms - self._last_live_ms >= LIVE_MS:
            self._last_live_ms = now_ms
            listener = self._listener
            if listener is None:
                measures = [("level_dbfs", None), ("rate_per_min", None), ("phase", IDLE_PHASE), ("speaking", False)]
            else:
                measures = listener.conduct.measures(listener.t_ms)
            self._told.publish_live(measures, [(lamp, colour, pattern) for lamp, (colour, pattern) in self._shown.items()])

    def _emit(self, t_ms, kind, rows):
        if kind == "lamp":
            lamp, colour, pattern = rows[0][1], rows[1][1], rows[2][1]
            self._shown[lamp] = (colour, pattern)
            self._lamps.show(lamp, colour, pattern)
        elif kind in ("phrase", "finding"):
            self._told.publish_event(t_ms, kind, rows)
        elif kind == "summary":
            self._record = rows

    def _obey(self, command):
        """Do what a command says -> None, or why not in one line."""
        name = command["cmd"]
        if name == "tag":
            self._link.tag(command["tag"])
        elif name == "practice":
            self.practice = command["on"]
        elif name == "profile":
            try:
                self._new_profile(command["name"], command["values"])
            except ValueError as fault:
                return str(fault)
        elif name == "call_state":
            return self._call_state(command["phase"], command["by"])
        return None

    def _call_state(self, phase, by):
        if phase == "ended":
            if not self.in_call:
                return "no call is in progress"
            self.told_to_end = True
        if self.in_call:
            self._listener.call_state(self._listener.t_ms, phase, by)
        else:
            self.told_to_begin = True
            self._states.append((phase, by))
        return None

    def _press(self, event):
        """The agent has pressed the help button, lifted the receiver or put it down. Help is told in practice too."""
        if event == HELP:
            self.ask_help("button")
        elif event == OFF_HOOK:
            self._call_state("talking", None)
        elif event == ON_HOOK and self.in_call:
            self._call_state("ended", "agent")

    def ask_help(self, by):
        """The agent asks for his shift leader, in a call or outside. by: "button" or "key"."""
        listener = self._listener
        self._link.publish_event(None if listener is None else listener.t_ms, "help", [("by", by)])
        if listener is not None:
            listener.conduct.help(listener.t_ms)


class Standby:
    """Between calls: listens for a voice and keeps the last second, so that the call begins before its first word."""

    def __init__(self, hearing, calibration, channels):
        self._kernels = [hearing.ChannelKernels(pitch=False) for _ in range(channels)]
        self._meters = [hearing.Meter(calibration.baseline_q8, calibration.rate_scale_pm) for _ in range(channels)]
        self._t_ms = 0
        self._asleep = False  # a call came between: what the meters knew is from before it, until they have heard a pause
        self.kept = []  # blocks of the last second, oldest first
        self._kept_hops = 0

    def feed(self, block):
        """One block -> whether somebody speaks in it."""
        hops = len(block[0]) // HOP_SAMPLES
        self.kept.append(block)
        self._kept_hops += hops
        while self._kept_hops - len(self.kept[0][0]) // HOP_SAMPLES >= PREROLL_HOPS:
            self._kept_hops -= len(self.kept.pop(0)[0]) // HOP_SAMPLES
        voice = False
        for channel in range(len(self._kernels)):
            t_ms = self._t_ms
            kernels, meter = self._kernels[channel], self._meters[channel]
            kernels.begin(block[channel])
            for hop in range(hops):
                t_ms += HOP_MS
                kernels.measure(hop, t_ms, meter)
                voice = voice or meter.speaking
        self._t_ms += hops * HOP_MS
        if not voice:
            self._asleep = False
        return voice and not self._asleep

    def leave(self):
        """A call begins -> the blocks kept, oldest first."""
        kept, self.kept = self.kept, []
        self._kept_hops = 0
        self._asleep = True
        return kept


class Attendant:
    """Waits for a call, follows it, and waits again: live sound goes through here, block by block.

    A call begins with a voice or with the telephone's word, and ends with the telephone's word or a long silence. device: Device;
    standby: Standby; lost(): blocks of sound that the capture has lost so far.
    """

    def __init__(self, device, standby, lost):
        self._device = device
        self._standby = standby
        self._lost = lost
        self._lost_before = 0

    def hear(self, block):
        """One block of sound."""
        device = self._device
        if device.in_call:
            device.feed(block, self._lost() - self._lost_before)
            if device.told_to_end or device.silent_ms >= SILENT_END_MS:
                device.end_call()
        else:
            voice = self._standby.feed(block)
            device.tick()
            if voice or device.told_to_begin:
                self._begin()

    def idle(self):
        """No sound has come for a while: lamps and commands must not wait for it."""
        device = self._device
        device.tick()
        if device.in_call:
            device.lose(self._lost() - self._lost_before)
            if device.told_to_end:
                device.end_call()
        elif device.told_to_begin:
            self._begin()

    def _begin(self):
        self._lost_before = self._lost()
        self._device.begin_call()
        for block in self._standby.leave():
            self._device.feed(block, 0)
