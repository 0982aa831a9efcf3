"""One call judged: hops, phrases and call states go in; findings, lamps, phases and the record come out.

    conduct = Conduct(profile, emit, baseline_q8, rate_scale_pm, start_s, start_offset_min, direction, has_customer, labels, language)
    conduct.call_state(t_ms, "ringing")                where a site signals call states
    conduct.hop(t_ms, agent_meter, customer_meter)     every 10 ms, after both meters have taken the hop
    conduct.phrase(t_ms, "agent", "greeting", 970)     every detection of the network
    conduct.help(t_ms)                                 the agent has pressed the help button
    conduct.end(t_ms, overruns)                        once, when the sound ends or the line is hung up

`emit(t_ms, kind, rows)` is called with kind `call`, `finding`, `lamp` or `summary`; the rows hold what `telemetry/messages.py` prints.
Times never go back. A call state `ended` ends the call as `end` does; everything after that is ignored.

The work is spread so that a hop is cheap: turns and volume every hop, everything slow every TICK_MS.
"""

from sidetone.core.call.habit import Usual
from sidetone.core.call.phase import IDLE, SIGNALS
from sidetone.core.call.record import decibels, record_rows
from sidetone.core.etiquette.advice import Advice
from sidetone.core.etiquette.closing import Closing
from sidetone.core.etiquette.courtesy import Courtesy
from sidetone.core.etiquette.day_part import DayPart
from sidetone.core.etiquette.figures import figures
from sidetone.core.etiquette.flow import POP_Q8, Flow
from sidetone.core.etiquette.line import Line
from sidetone.core.etiquette.manners import Manners
from sidetone.core.etiquette.opening import Opening
from sidetone.core.etiquette.scene import TICK_MS, Scene
from sidetone.core.etiquette.signs import Signs
from sidetone.core.etiquette.voice import Voice
from sidetone.core.etiquette.waiting import Waiting
from sidetone.core.etiquette.words import Words
from sidetone.core.lamps.panel import Panel
from sidetone.core.speech.music import Music
from sidetone.core.telemetry.messages import Fixed


class Conduct:
    """See the module. One object is one call."""

    def __init__(
        self,
        profile,
        emit,
        baseline_q8,
        rate_scale_pm=1000,
        start_s=None,
        start_offset_min=0,
        direction="in",
        has_customer=True,
        labels=(),
        language=None,
        usual=None,
        has_help=False,
    ):
        """baseline_q8: the agent's comfortable active level, dBFS in Q8; rate_scale_pm: his rate scale, applied by the meter already and
        kept here for the record's reader; start_s: epoch seconds of t_ms 0 or None; start_offset_min: local time minus UTC, minutes;
        direction: "in" or "out"; labels: what the phrase network can hear, () without one; language: the network's, None without one;
        usual: habit.Usual, what earlier calls taught of this agent, or None; has_help: whether he has a help button."""
        self.rate_scale_pm = rate_scale_pm
        local_s = None if start_s is None else start_s + start_offset_min * 60
        self._emit = emit
        self._scene = scene = Scene(
            profile, emit, baseline_q8, local_s, direction == "out", has_customer, labels, language, usual or Usual(), has_help
        )
        self._turns = scene.turns
        self._findings = scene.findings
        self._voice = Voice(scene)
        self._opening = Opening(scene)
        self._day_part = DayPart(scene)
        self._manners = Manners(scene)
        self._waiting = Waiting(scene)
        self._words = Words(scene)
        self._closing = Closing(scene)
        self._line = Line(scene)
        self._courtesy = Courtesy(scene, self._manners)
        self._flow = Flow(scene, self._manners)
        self._advice = Advice(scene)
        self._music = Music()
        self._panel = Panel(emit, profile.get("lamps.changes_per_min"), profile.get("lamps.min_dwell_s"), profile.get("lamps.quiet_mode"))
        self._signs = Signs(scene, self._voice, self._waiting, self._words, self._closing)
        self._is_true = self._signs.is_true  # bound once: at every tick it would be made anew
        self._has_customer = has_customer
        self._tick_due_ms = 0
        self._spoken_ms = [0, 0]  # agent, customer: speech at the last `interval_measures`
        self._measured_ms = 0
        self.ended = False

    @property
    def phase(self):
        """The phase of the call, one of core/call/phase.py's."""
        return self._scene.phase.phase

    def hop(self, t_ms, agent, customer=None):
        """One hop that ends at `t_ms`. `customer` is the other meter, or None with one channel."""
        if self.ended:
            return
        scene = self._scene
        if scene.agent is None:
            scene.agent = agent
            scene.customer = customer
            if scene.phase.phase == IDLE:
                scene.phase.happen("start", 0)
        turns = self._turns
        turns.hop(t_ms, agent, customer)
        if customer is not None and (customer.tone or self._line.listening):
            self._line.hop(t_ms, customer.tone)
        if agent.energy_q8 > self._flow.loudest_q8:
            self._flow.loudest_q8 = agent.energy_q8
        if agent.energy_q8 - agent.band_q8 > POP_Q8:
            self._flow.pop_hop(agent.energy_q8)
        elif self._flow.pop_hops:
            self._flow.pop_over()
        if agent.speaking:
            self._voice.hop(t_ms, agent)
        if turns.new_interruption_ms is not None or turns.new_latency_ms is not None:
            self._manners.hop(t_ms)
        if turns.new_take_ms is not None:
            self._flow.answered(turns.new_take_ms)
        if t_ms >= self._tick_due_ms:
            self._tick(t_ms)
        elif self._findings.changed:
            self._light(t_ms)

    def _tick(self, t_ms):
        self._tick_due_ms = (t_ms // TICK_MS + 1) * TICK_MS
        scene = self._scene
        scene.t_ms = t_ms
        self._line.tick(t_ms)
        self._opening.tick(t_ms)
        self._day_part.tick(t_ms)
        self._voice.tick(t_ms, TICK_MS)
        self._waiting.tick(t_ms, TICK_MS)
        if self._has_customer:
            music = self._music
            was_on = music.on
            music.look(scene.customer.band_q8, scene.customer.speech_ms)
            if music.on or was_on:
                scene.turns.play_music(music.on, music.void_ms)
            self._manners.tick(t_ms, TICK_MS)
        self._words.tick(t_ms)
        self._courtesy.tick(t_ms)
        self._flow.tick(t_ms, TICK_MS)
        self._closing.tick(t_ms)
        self._advice.tick(t_ms, self._flow.loudest_tick_q8)
        self._light(t_ms)

    def _light(self, t_ms):
        self._findings.changed = False
        self._signs.look(t_ms)
        self._panel.show(t_ms, self._is_true)

    def phrase(self, t_ms, channel, label, posterior_pm):
        """A detection on `channel` ("agent" or "customer"). `posterior_pm` has passed the network's own cutoff already."""
        if self.ended:
            return
        if not self._scene.note_phrase(t_ms, channel, label):
            if channel == "customer":
                self._words.customer_phrase(t_ms, label)
                self._flow.customer_phrase(t_ms, label)
                self._advice.phrase(label, True)
            return
        self._opening.phrase(t_ms, label)
        self._day_part.phrase(t_ms, label, posterior_pm)
        self._advice.phrase(label, False)
        self._waiting.phrase(t_ms, label)
        self._words.phrase(t_ms, label)
        self._courtesy.phrase(t_ms, label)
        self._closing.phrase(t_ms, label)

    def doubt(self, t_ms, channel, label):
        """Something that sounded like `label` and stayed under its cutoff: rules about what was left unsaid give the benefit of the doubt."""
        if not self.ended:
            self._scene.note_doubt(t_ms, channel, label)

    def help(self, t_ms):
        """The agent asks for his shift leader."""
        self._scene.helped_ms = t_ms
        self._findings.changed = True  # the lamp says at once that it was heard

    def call_state(self, t_ms, phase, by=None, overruns=0):
        """A signalled call state (one of SIGNALS; ValueError otherwise). `by`: who hung up, "agent", "customer" or None.
        `ended` closes the call as `end` does, with `overruns` for the record."""
        if phase not in SIGNALS:
            raise ValueError("not a call state: " + repr(phase))
        if self.ended:
            return
        if phase == "ended":
            # a hook switch knows its own receiver only: where the busy tone was heard before, the customer was first
            if by != "agent" or not self._scene.phase.hung_up:
                self._scene.phase.ended_by = by
            self.end(t_ms, overruns)
            return
        scene = self._scene
        scene.phase.signal(t_ms, phase, by, scene.anybody_spoke())
        if scene.phase.pick_up_ms == t_ms and phase == "talking":
            # what was said while it still rang was not said in this call
            scene.turns.agent.first_ms = None
            scene.turns.customer.first_ms = None

    def end(self, t_ms, overruns):
        """The call is over: judge what is judged at the end, close every finding, put the lamps out, hand over the record."""
        if self.ended:
            return
        self.ended = True
        scene = self._scene
        if scene.phase.phase == IDLE:
            scene.phase.happen("start", 0)
        self._opening.end(t_ms)
        self._day_part.end(t_ms)
        self._voice.end(t_ms)
        if self._has_customer:
            self._manners.end(t_ms)
        self._words.end(t_ms)
        self._courtesy.end(t_ms)
        self._flow.end(t_ms)
        self._waiting.end(t_ms)
        silent = self._waiting.silent_call and scene.turns.customer.first_ms is None
        self._closing.end(t_ms, silent, self._waiting.silent_call_kept())
        self._findings.close_all(t_ms)
        self._panel.put_out(t_ms)
        scene.phase.happen("end", t_ms, True)
        self._emit(t_ms, "summary", self.record(t_ms, overruns))

    def record(self, t_ms, overruns):
        """The record's rows as the call stands at `t_ms`: the summary's, or those of a checkpoint in mid-call."""
        scene = self._scene
        values, reasons = figures(scene, self._voice, self._opening, self._waiting, t_ms)
        advice = self._advice.rows(t_ms)
        return record_rows(values, reasons, scene.phrase_rows(), self._findings.counts(), overruns, scene.left_out(), advice)

    def lesson(self):
        """What this call says of the agent's usual voice, for habit.Habit.learn: (level_q8, pitch_st_q8, spread_st_q8, speech_ms, odd_ms);
        None where nothing was measured; odd_ms: his speech that was too loud or too quiet."""
        agent = self._scene.agent
        if agent is None or not agent.speech_ms:
            return (None, None, None, 0, 0)
        odd_ms = self._voice.loud_ms + self._voice.quiet_ms
        return (agent.call_level_q8(), agent.pitch_median_st_q8(), agent.pitch_sd_st_q8, agent.speech_ms, odd_ms)

    def measures(self, t_ms):
        """Rows of the running measures, for `live`."""
        scene = self._scene
        agent = scene.agent
        known = agent is not None and agent.level_known
        return [
            ("level_dbfs", decibels(agent.level_q8, 1) if known else None),
            ("rate_per_min", agent.rate_per_min if agent is not None else None),
            ("phase", scene.phase.phase),
            ("speaking", agent is not None and agent.speaking),
        ]

    def interval_measures(self, t_ms):
        """Rows of the measures since the last call of this method, for `interval`: activities are shares of that time, 0..1."""
        scene = self._scene
        span_ms = t_ms - self._measured_ms
        self._measured_ms = t_ms
        shares = []
        for index, side in ((0, scene.turns.agent), (1, scene.turns.customer)):
            share = None
            if (index == 0 or self._has_customer) and span_ms > 0:
                share = Fixed(min(100, (side.speech_ms - self._spoken_ms[index]) * 100 // span_ms), 2)
            self._spoken_ms[index] = side.speech_ms
            shares.append(share)
        level, rate, phase, _speaking = self.measures(t_ms)
        return [level, rate, ("agent_activity", shares[0]), ("customer_activity", shares[1]), phase]

    def lamps(self):
        """(name, colour, pattern) of the four lamps."""
        return self._panel.states()
