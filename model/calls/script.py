"""The script of one call: who says what when, what sounds on the line, and what should come of it. Times are ms from the call's start.

    def too_quiet(call, broken):
        call.opening()
        said = call.agent(texts.EXPLAIN[0], gain_db=-13 if broken else -3)
        call.judged("C2", broken, said.begin_ms, said.end_ms + 500)
        call.closing()

`say` lays the utterance on the time line at once (so a script can compute with its true begin and end) and moves the cursor
`now_ms` to its end; `at_ms` lays it elsewhere, over the other side for instance. Truth beside the sound:
    said        every utterance (Said), with the phrase labels in its text and when each is complete
    phases      (ms, phase) the call is really in
    expected    rule -> (broken, from_ms, to_ms): the finding must, or must not, come; the window is None where any time will do
"""

from typing import NamedTuple

from model.calls import speech

AGENT, CUSTOMER = "agent", "customer"
AGENT_DBFS = -26.0  # the calibrated level of these agents, which is also the product's default
CUSTOMER_DBFS = -27.0
TONE_DBFS = -24.0
CASTS = {  # voices no training ever heard (model/corpus/tts.py); agent, customer
    "f": ("zf_xiaoyi", "zm_yunyang"),
    "m": ("zm_yunyang", "zf_xiaoyi"),
}
GAP_S = 0.7  # an unhurried answer
CLOSING_MS = 1_500  # an offer or a farewell begins no longer than this before its last syllable ends


class Said(NamedTuple):
    side: str
    text: str
    begin_ms: int
    end_ms: int
    kind: str  # speech, backchannel or interruption
    gain_db: float
    tempo: float
    phrases: tuple  # (label, ms at which its last syllable ends)


class Call:
    """One call in the making. settings: compiled differences from the default profile; start: wall clock "HH:MM" or None."""

    def __init__(self, name, cast="f", settings=(), direction="in", start=None):
        self.name = name
        self.voices = dict(zip((AGENT, CUSTOMER), CASTS[cast], strict=True))
        self.settings = list(settings)
        self.direction = direction
        self.start = start
        self.now_ms = 0
        self.length_ms = 0
        self.clips = []  # (side, begin ms, float samples)
        self.tones = []  # (begin ms, end ms, Hz): on the customer's line
        self.noises = {AGENT: None, CUSTOMER: None}  # dBFS instead of the rendering's noise
        self.mutes = []  # (side, begin ms, end ms) of digital silence
        self.thumps = []  # (ms, dBFS): on the agent's microphone
        self.states = []  # (ms, phase, by) signalled
        self.usual = None  # what earlier calls taught of the agent: keywords of core/call/habit.py `Usual`
        self.has_help = False  # the agent has a help button
        self.said = []
        self.phases = [(0, "talking")]
        self.rings = None
        self.first_ring_ms = None
        self.expected = {}
        self.figures = {}  # what the record should say: name -> value
        self.manner = {AGENT: None, CUSTOMER: None}  # `change` of every utterance of a side
        self.wait(0.8)

    # -- time

    def wait(self, seconds):
        self.now_ms += int(seconds * 1000)
        self.length_ms = max(self.length_ms, self.now_ms)
        return self.now_ms

    def phase(self, name, at_ms=None):
        """From `at_ms` (now) on the call is in this phase."""
        at_ms = self.now_ms if at_ms is None else at_ms
        if self.phases[-1][0] == at_ms:
            self.phases.pop()
        if not self.phases or self.phases[-1][1] != name:
            self.phases.append((at_ms, name))
        elif at_ms < self.phases[-1][0]:
            self.phases[-1] = (at_ms, name)

    # -- voices

    def say(self, side, text, gap_s=GAP_S, gain_db=0.0, tempo=1.0, at_ms=None, kind="speech", change=None):
        """One utterance, `gain_db` over its talker's usual active level. change: "flat" (no melody), "high" (raised pitch) or
        "breathless" (no pauses)."""
        clip = speech.utterance(text, self.voices[side], tempo, change or self.manner[side])
        usual = AGENT_DBFS if side == AGENT else CUSTOMER_DBFS
        begin_ms = self.now_ms + int(gap_s * 1000) if at_ms is None else int(at_ms)
        end_ms = begin_ms + len(clip.samples) * 1000 // speech.RATE
        self.clips.append((side, begin_ms, clip.samples * 10 ** ((usual + gain_db) / 20)))
        phrases = tuple((label, begin_ms + at) for label, at in clip.phrases)
        said = Said(side, text, begin_ms, end_ms, kind, gain_db, tempo, phrases)
        self.said.append(said)
        for label, at in phrases:
            if side == AGENT and label in ("closing_offer", "farewell") and self.phases[-1][1] == "talking":
                self.phase("closing", max(begin_ms, at - CLOSING_MS))
        if kind != "backchannel":
            self.now_ms = max(self.now_ms, end_ms)
        self.length_ms = max(self.length_ms, end_ms)
        return said

    def agent(self, text, **how):
        return self.say(AGENT, text, **how)

    def customer(self, text, **how):
        return self.say(CUSTOMER, text, **how)

    def talk(self, side, sentences, seconds, gap_s=0.25, first_gap_s=GAP_S, **how):
        """`side` goes on for `seconds`: sentences one after another. Returns (begin ms, end ms)."""
        begin_ms = None
        index = 0
        while begin_ms is None or self.now_ms - begin_ms < seconds * 1000:
            said = self.say(side, sentences[index % len(sentences)], gap_s=gap_s if index else first_gap_s, **how)
            begin_ms = said.begin_ms if begin_ms is None else begin_ms
            index += 1
        return begin_ms, self.now_ms

    def sound(self, side, samples, at_ms, gain_db=0.0):
        """Something that is not speech, laid on a side's track; `samples` have a level of 0 dB."""
        usual = AGENT_DBFS if side == AGENT else CUSTOMER_DBFS
        self.clips.append((side, int(at_ms), samples * 10 ** ((usual + gain_db) / 20)))

    # -- the line

    def ring(self, count, on_s=1.0, off_s=4.0, signalled=False):
        """`count` rings, heard as tones on the customer's line or signalled; returns their begins. The pick-up is the next word."""
        begins = []
        self.phase("ringing")
        for number in range(count):
            begins.append(self.now_ms)
            if signalled:
                self.states.append((self.now_ms, "ring", None))
            else:
                self.tones.append((self.now_ms, self.now_ms + int(on_s * 1000), 450))
            self.wait(on_s + (off_s if number + 1 < count else 0.9))
        self.rings, self.first_ring_ms = count, begins[0]
        return begins

    def pick_up(self, signalled=False):
        if signalled:
            self.states.append((self.now_ms, "talking", None))
            self.phase("talking")
        else:
            self.phase("talking", self.now_ms + int(GAP_S * 1000))

    def busy(self, count=5):
        """The customer has hung up: busy tone, 0.35 s on and off."""
        for _ in range(count):
            self.tones.append((self.now_ms, self.now_ms + 350, 450))
            self.wait(0.7)

    def hang_up(self, by, after_s=0.5):
        """The call ends `after_s` from now, signalled with who did it."""
        self.wait(after_s)
        self.length_ms = self.now_ms
        self.states.append((self.now_ms, "ended", by))

    # -- truth

    def judged(self, rule, broken, from_ms=None, to_ms=None):
        """The rule is broken in this call (and the finding lies in the window), or it is kept in it."""
        self.expected[rule] = (bool(broken), from_ms, to_ms)
