"""Phrases on the device: core/speech/phrases.py's PhraseSpotter, number for number, its step in viper (viper/phrases.py)."""

from array import array

from sidetone.core.speech import phrases
from sidetone.on_micropython.decoder import KeywordGraph
from sidetone.on_micropython.viper import phrases as kernels

_ROOM = 1 << 28  # keeps what may be negative over zero
_NO_TOKEN = 255


class PhraseSpotter(phrases.PhraseSpotter):
    """See core/speech/phrases.py. A step allocates nothing while nothing is heard or in doubt."""

    def __init__(self, manifest, site_phrases=(), graph=KeywordGraph, cutoffs_q8=()):
        self._state = None
        units = manifest["heads"]["units"]["count"]
        phrases.PhraseSpotter.__init__(self, manifest, site_phrases, lambda rows, limits: graph(rows, limits, 2 * units), cutoffs_q8)
        rows = self._rows = array("I", bytes(32 * self.count))
        for k in range(self.count):
            token = self._token[k]
            row = (self._bias[k] + _ROOM, self._unit_weight[k], self._token_weight[k], self._cutoff[k] + _ROOM, self._doubt[k] + _ROOM)
            row += (self._refractory[k], _NO_TOKEN if token < 0 else token)
            for place in range(len(row)):
                rows[8 * k + place] = row[place]
        self._owner = array("H", [self._owner[p] | self._penalty[p] << 8 for p in range(len(self._owner))])
        self._held = bytearray(2 * phrases.HOLD_STEPS * self.count)
        self._heard = array("I", bytes(4 * self.count))
        self._far_none = self._token_far << 8 | self._fit_none << 16
        self._state = array("H", bytes(10 * self.count))
        self._fits = self._lags = None
        self._alone = [(label,) for label in self.labels]  # one label in doubt is usual, and nothing to allocate for
        self.reset()

    def reset(self):
        self.graph.reset()
        self._pace.reset()
        self._slot = 0
        self._best = 0
        if self._state is not None:
            for place in range(len(self._state)):
                self._state[place] = 0

    def step(self, t_ms, logits):
        """As core's; `logits`: int8 as bytes or array."""
        graph = self.graph
        first = self._units_first
        before = self._best
        packed = kernels.costs(
            logits, graph.costs, first, self._units_end - first, self._tokens_first, self._tokens_end, before, self._margin
        )
        best = packed >> 16
        self._best = best
        self.syllable = best != before and self._vowels[best] == 1
        if self.syllable:
            graph.unit_q8 = self._pace.vowel(t_ms)
        fitting = graph.advance((packed >> 8) & 255)
        slot = self._slot
        self._slot = slot + 1 if slot + 1 < phrases.HOLD_STEPS else 0
        self.doubts = phrases.NOTHING
        events = kernels.spot(
            graph.fits,
            self._owner,
            graph.count if fitting else 0,
            logits,
            self._rows,
            self._state,
            self._held,
            self._heard,
            self.count,
            slot,
            self._far_none | packed & 255,
        )
        return self._told(t_ms, events) if events else phrases.NOTHING

    def _told(self, t_ms, events):
        """What `step` found, so many, in the order of the labels."""
        found = doubts = phrases.NOTHING
        state = self._state
        at = 4
        while events:
            while not state[at]:
                at += 5
            k = at // 5
            events -= 1
            if state[at] == 2:
                over = self._heard[k] - _ROOM - self._cutoff[k]
                found = found or []
                found.append((self.labels[k], t_ms, self._posterior[min(over >> 4, len(self._posterior) - 1)]))
            else:
                doubts = doubts + self._alone[k] if doubts else self._alone[k]
            at += 5
        self.doubts = doubts
        return found

    @property
    def heard_q8(self):
        """posterior_q8 of each label at this step."""
        return [value - _ROOM for value in self._heard]

    @heard_q8.setter
    def heard_q8(self, _):
        """Core's constructor sets it; here it is told from the kernel's."""
