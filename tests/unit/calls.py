"""Scripted calls for the etiquette's unit tests: spans of speech instead of sound, on both runtimes.

    lines = play(30_000, agent=[(500, 3_000)], customer=[(3_500, 6_000)], phrases=[(1_200, "greeting")])
    found(lines) -> [(t_ms, rule, state)…]

A span is (from_ms, to_ms) or (from_ms, to_ms, level over the baseline in dB, rate per minute). A phrase is (t_ms, label) said by the
agent, or (t_ms, label, "customer"), or either with its posterior behind.
"""

from sidetone.core.etiquette.conduct import Conduct
from sidetone.core.etiquette.labels import LABELS
from sidetone.core.etiquette.profile import Profile

BASELINE_Q8 = -26 * 256
NOISE_Q8 = -70 * 256
HANGOVER_MS = 250
PITCH_ST_Q8 = 20 * 256
TREBLE_Q8 = 3 * 256
DIP_Q8 = 10 * 256
TONE_LATE_MS = 80
ALL_LABELS = tuple([row[0] for row in LABELS])
CORE_LABELS = tuple([row[0] for row in LABELS if row[2] == "core"])


class FakeMeter:
    """A meter that is told when its wearer speaks. The attributes are those of core/speech/meter.py."""

    def __init__(self, spans, flat_from_ms=None, spread_q8=700, digital_rests=False, tones=(), noise_q8=NOISE_Q8, thumps=()):
        self._spans = sorted(spans)
        self._tones = tones
        self._thumps = thumps
        self.tone = False
        self._flat_from_ms = flat_from_ms
        self._digital_rests = digital_rests
        self.plays = False  # music: no dips between syllables
        self.treble_q8 = lambda t_ms: TREBLE_Q8  # speech band over the vowels' band
        self.voiceless_from_ms = None
        self._spread_q8 = spread_q8
        self.mask_q8 = None
        self.active = False
        self.speaking = False
        self.speech_began_ms = None
        self.speech_ended_ms = None
        self.spurt_ms = 0
        self.level_q8 = BASELINE_Q8
        self.level_known = False
        self.energy_q8 = NOISE_Q8
        self.noise_q8 = noise_q8
        self.band_q8 = NOISE_Q8
        self.speech_ms = 0
        self.speech_with_pauses_ms = 0
        self.syllables = 0
        self.rate_per_min = None
        self.pauses = 0
        self.pitch_sd_st_q8 = None
        self.pitch_recent_sd_st_q8 = None
        self.pitch_recent_median_st_q8 = None
        self.pitch_st_q8 = PITCH_ST_Q8
        self.voiced_ms = 0
        self.vowel_q8 = NOISE_Q8 - TREBLE_Q8
        self.own_q8 = BASELINE_Q8
        self.drawn_sounds = 0
        self.digital_silence_ms = 0

    def hop(self, t_ms):
        self.tone = False
        for began_ms, ended_ms in self._tones:
            if began_ms + TONE_LATE_MS <= t_ms <= ended_ms:
                self.tone = True
        span = None
        for row in self._spans:
            if row[0] < t_ms <= row[1]:
                span = row
        if self.mask_q8 is not None and self.mask_q8 > 0:
            span = None  # nothing at all is this side's speech now
        self.active = span is not None
        self.band_q8 = BASELINE_Q8 if self.plays and self.mask_q8 is not None and self.mask_q8 > 0 else NOISE_Q8
        if span is not None:
            level_db = span[2] if len(span) > 2 else 0
            rate = span[3] if len(span) > 3 else 240
            if not self.speaking:
                self.speaking = True
                self.speech_began_ms = t_ms - 10
            self.speech_ended_ms = t_ms
            self.spurt_ms = t_ms - self.speech_began_ms
            self.speech_ms += 10
            self.speech_with_pauses_ms += 10
            self.level_q8 = BASELINE_Q8 + level_db * 256
            self.band_q8 = self.level_q8
            if t_ms % 300 >= 200 and not self.plays:
                self.band_q8 -= DIP_Q8  # between two syllables, which music does not have
            self.level_known = self.speech_ms >= 300
            if self.speech_ms >= 4_000:
                self.rate_per_min = rate
            self.syllables = self.speech_ms * 240 // 60_000
            self.vowel_q8 = self.band_q8 - self.treble_q8(t_ms)
            if self.voiceless_from_ms is None or t_ms < self.voiceless_from_ms:
                self.voiced_ms = self.speech_ms // 2
            if self.voiced_ms >= 5_000:
                self.pitch_sd_st_q8 = self._spread_q8
            if self.voiced_ms >= 15_000:
                self.pitch_recent_sd_st_q8 = self._spread_q8
                self.pitch_recent_median_st_q8 = self.pitch_st_q8
        self.energy_q8 = self.band_q8 if span is None else self.level_q8
        if t_ms in self._thumps:
            self.energy_q8 = -3 * 256  # a thump, or a pop: the speech band has nothing of it
        if span is None and self.speaking and t_ms - self.speech_ended_ms >= HANGOVER_MS:
            self.speaking = False
        if (self._flat_from_ms is not None and t_ms > self._flat_from_ms) or (self._digital_rests and span is None):
            self.digital_silence_ms += 10

    def set_mask_q8(self, level_q8):
        self.mask_q8 = level_q8

    def pitch_median_st_q8(self):
        return self.pitch_st_q8 if self.voiced_ms else None

    def pitch_last_st_q8(self):
        return self.pitch_st_q8 if self.voiced_ms else None

    def call_level_q8(self):
        return self.level_q8 if self.speech_ms else None


def play(length_ms, agent=(), customer=None, phrases=(), doubts=(), states=(), settings=(), labels=ALL_LABELS, **more):
    """Every line of one call: (t_ms, kind, {key: value}). `customer` None is one channel; `more` goes to the meters and to Conduct."""
    spread_q8 = more.pop("spread_q8", 700)
    flat_from_ms = more.pop("flat_from_ms", None)
    digital_rests = more.pop("digital_rests", False)
    tones = more.pop("tones", ())
    noise_q8 = more.pop("noise_q8", NOISE_Q8)
    line_noise_q8 = more.pop("line_noise_q8", NOISE_Q8)
    thumps = more.pop("thumps", ())
    presses = list(more.pop("presses", ()))
    meters = more.pop("meters", lambda mine, his: None)
    lines = []

    def emit(t_ms, kind, rows):
        keys = [row[0] for row in rows]
        assert len(keys) == len(set(keys))
        lines.append((t_ms, kind, dict(rows)))

    more.setdefault("language", "zh")
    conduct = Conduct(Profile(settings), emit, BASELINE_Q8, has_customer=customer is not None, labels=labels, **more)
    mine = FakeMeter(agent, None, spread_q8, False, (), noise_q8, thumps)
    his = None if customer is None else FakeMeter(customer, flat_from_ms, 700, digital_rests, tones, line_noise_q8)
    meters(mine, his)
    waiting_states = sorted(states)
    waiting_phrases = sorted(phrases)
    waiting_doubts = sorted(doubts)
    for t_ms in range(10, length_ms + 1, 10):
        while waiting_states and waiting_states[0][0] <= t_ms:
            conduct.call_state(*waiting_states.pop(0))
        mine.hop(t_ms)
        if his is not None:
            his.hop(t_ms)
        conduct.hop(t_ms, mine, his)
        while presses and presses[0] <= t_ms:
            conduct.help(presses.pop(0))
        while waiting_doubts and waiting_doubts[0][0] <= t_ms:
            conduct.doubt(waiting_doubts[0][0], "agent", waiting_doubts.pop(0)[1])
        while waiting_phrases and waiting_phrases[0][0] <= t_ms:
            row = waiting_phrases.pop(0)
            conduct.phrase(row[0], row[2] if len(row) > 2 else "agent", row[1], row[3] if len(row) > 3 else 970)
    conduct.end(length_ms, 0)
    return lines


def found(lines, *rules):
    """(t_ms, rule, state) of the findings, of these rules or of all."""
    return [(row[0], row[2]["rule"], row[2]["state"]) for row in lines if row[1] == "finding" and (not rules or row[2]["rule"] in rules)]


def broken(lines):
    """The rules broken, each once, in the order of their first finding."""
    rules = []
    for _t_ms, rule, state in found(lines):
        if state != "off" and rule not in rules:
            rules.append(rule)
    return rules


def lamp(lines, name):
    """(t_ms, colour, pattern) of one lamp."""
    return [(row[0], row[2]["colour"], row[2]["pattern"]) for row in lines if row[1] == "lamp" and row[2]["lamp"] == name]


def phases(lines):
    """(t_ms, phase) of the call."""
    return [(row[0], row[2]["phase"]) for row in lines if row[1] == "call"]


def summary(lines):
    """The record as a dict, decimals as text, maps as dicts."""
    rows = [row[2] for row in lines if row[1] == "summary"]
    assert len(rows) == 1
    record = {}
    for key, value in rows[0].items():
        if hasattr(value, "text"):
            value = value.text()
        elif hasattr(value, "rows"):
            value = dict(value.rows)
        record[key] = value
    return record
