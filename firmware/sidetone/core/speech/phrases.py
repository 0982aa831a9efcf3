"""Phrases from the network's logits: the keyword graph, the label tokens, cutoffs and refractory periods.

Rules, per label and step:
  0. A unit *costs* how far its logit is behind the step's best token. Where a label asks the model's margin (`margin`), a unit that is the
     best still costs what its lead over the second is short of the margin, and every other unit the margin more: hardly best in all its
     units is no perfect fit. Phrases given as text ask none: the network is less sure of words it never learned.
  0b. A phrase may last five eighths of a syllable a unit at the speaker's own pace, and 120 ms more: see `Pace`. What lasts longer picks its units
     out of other words. (No `syllable_units` in the manifest: as long as a very slow speaker's.)
  1. The *fit* is the best of its phrases in the keyword graph (mean cost per unit, plus the phrase's penalty where common speech resembles it
     more than the label's others), held for HOLD_STEPS, because the label's token comes a little after the last unit.
  2. The *token* is how far the label's token is behind the best token, the least of the last HOLD_STEPS. A label given
     as text only has none.
  3. posterior_q8 = bias - unit_weight * fit - token_weight * token (natural-log units, Q8): the weights come with the
     model. A label is *heard* when it reaches the label's cutoff.
  4. A label between its doubt level and its cutoff is no detection; it stands in `doubts` for this step, so that nobody is accused of
     having left out what he may have said. (No `doubt_q8` in the manifest: no doubts.)
  5. After a detection the label is deaf until it has been under its cutoff and the refractory period is over.

| state | input                                    | next  | what happens            |
|-------|------------------------------------------|-------|-------------------------|
| ready | heard                                    | deaf  | (label, t_ms, posterior) |
| deaf  | not heard and refractory period over     | ready |                         |

`syllable` is True at a step where a vowel has just become the best unit: the network's own count of syllables (`syllable_units` of the manifest;
`counts_syllables` says if there are any).

Detections are reported whatever the phase of the call; what counts is decided on findings, not on hearing.
`logits` are the network's raw int8 outputs, one row a step; nothing is allocated while nothing is detected.
"""

from sidetone.core.speech.decoder import UNIT_MOST_Q8, KeywordGraph

HOLD_STEPS = 7  # 210 ms: tokens follow the last unit by 0-5 steps
NEVER = 255  # the largest cost there is
NOTHING = ()
STEP_MS = 30

# A running mean over some sixteen syllables, begun at the slowest. What it is worth: docs/decisions/0201.
PACE_SHIFT = 4
PAUSE_STEPS = 20  # 600 ms: whoever takes longer to the next vowel has paused
UNIT_LEAST_Q8 = 3 << 8  # 420 syllables a minute: what sounds faster still is noise between vowels


class Pace:
    """How long a unit may last: `unit_q8`, steps in Q8, UNIT_LEAST_Q8..UNIT_MOST_Q8, from the time between the vowels just heard.

    Chinese has 1.9 units a syllable: five eighths of a syllable are a unit and a fifth. A language with more of them a syllable is given more time.
    """

    def __init__(self):
        self.reset()

    def reset(self):
        self._last_ms = -(PAUSE_STEPS + 1) * STEP_MS
        self._syllable_q8 = UNIT_MOST_Q8 * 8 // 5
        self.unit_q8 = UNIT_MOST_Q8

    def vowel(self, t_ms):
        """A vowel begins; returns `unit_q8`."""
        steps = (t_ms - self._last_ms) // STEP_MS
        self._last_ms = t_ms
        if steps <= PAUSE_STEPS:
            self._syllable_q8 += ((steps << 8) - self._syllable_q8) >> PACE_SHIFT
            self.unit_q8 = min(UNIT_MOST_Q8, max(UNIT_LEAST_Q8, self._syllable_q8 * 5 >> 3))
        return self.unit_q8


class PhraseSpotter:
    """`manifest` is a model's manifest as parsed JSON; `site_phrases` are (label, [unit ids, ...]) or dicts like its labels;
    `graph` makes the keyword graph: this folder's plain loop, or a port's that gives the same integers faster;
    `cutoffs_q8` are (label, cutoff) of one agent's calibration, in place of the manifest's."""

    def __init__(self, manifest, site_phrases=(), graph=KeywordGraph, cutoffs_q8=()):
        units = manifest["heads"]["units"]
        tokens = manifest["heads"]["labels"]
        self._units_first = units["first"]
        self._units_end = units["first"] + units["count"]
        self._tokens_first = tokens["first"]
        self._tokens_end = tokens["first"] + tokens["count"]
        scale_q16 = manifest["output_scale_q16"]
        self._margin = manifest.get("unit_margin", 0)  # in steps of the logits
        text = manifest["text"]
        rows = list(manifest["labels"])
        for site in site_phrases:
            rows.append(site if isinstance(site, dict) else {"label": site[0], "phrases": site[1]})
        self.labels = [row["label"] for row in rows]
        self.count = len(rows)
        self._cutoff = []
        self._doubt = []
        self._refractory = []
        self._bias = []
        self._unit_weight = []  # Q8 natural-log units per logit step and unit, after the output scale
        self._token_weight = []
        self._token = []
        phrases = []
        self._owner = []
        self._penalty = []
        count = self._units_end - self._units_first
        for k in range(self.count):
            row = rows[k]
            shortest = 99
            self._penalty += row.get("penalties", [0] * len(row["phrases"]))
            for phrase in row["phrases"]:
                phrases.append([unit + count for unit in phrase] if row.get("margin") else phrase)
                self._owner.append(k)
                shortest = min(shortest, len(phrase))
            cutoff = row.get("cutoff_q8")
            if cutoff is None:
                table = text["cutoff_q8_by_units"]
                cutoff = table[min(shortest, len(table) - 1)]
            for label, personal in cutoffs_q8:
                if label == row["label"]:
                    cutoff = personal
            self._cutoff.append(cutoff)
            self._doubt.append(min(cutoff, row.get("doubt_q8", cutoff)))
            self._refractory.append(row.get("refractory_ms", text["refractory_ms"]) // STEP_MS)
            self._bias.append(row.get("bias_q8", 0))
            self._unit_weight.append((row.get("unit_weight_q8", 256) * scale_q16) >> 8)  # Q16 per logit step
            self._token_weight.append((row.get("token_weight_q8", 0) * scale_q16) >> 8)
            token = row.get("token", -1)
            self._token.append(-1 if token is None or token < 0 else self._tokens_first + token)
        self.doubts = NOTHING  # labels in doubt at the last step
        self._vowels = bytearray(count)
        for unit in manifest.get("syllable_units", ()):
            self._vowels[unit] = 1
        self.counts_syllables = max(self._vowels) > 0
        self._pace = Pace()
        self.syllable = False
        self._best = 0  # the best unit, the blank to begin with
        self.graph = graph(phrases, self._limits(manifest["fit_limit"]))
        self._fit_none = manifest["fit_limit"]
        self._costs = [0] * (2 * count)  # of every unit, and again with the margin
        self._fits = [[NEVER] * HOLD_STEPS for _ in range(self.count)]
        self._lags = [[NEVER] * HOLD_STEPS for _ in range(self.count)]
        self._busy = [0] * self.count  # steps until the held values are all gone
        self._wait = [0] * self.count
        self._deaf = bytearray(self.count)
        self._token_far = manifest["token_limit"]
        self._posterior = _posterior_table()
        # posterior_q8 of each label at this step, true from its doubt level up; the evaluation reads it.
        self.heard_q8 = [FAR_Q8] * self.count
        self._slot = 0
        self.reset()

    def _limits(self, most):
        """For each phrase the fit, `most` at the most, beyond which its label could not even be in doubt: the graph need not follow such paths."""
        limits = []
        for p in range(len(self._owner)):
            k = self._owner[p]
            room = ((self._bias[k] - self._doubt[k] + 1) << 8) - 1  # of unit_weight * fit + token_weight * lag
            limits.append(max(1, min(most, room // max(1, self._unit_weight[k]) - self._penalty[p] + 1)))
        return limits

    def reset(self):
        self.graph.reset()
        self._pace.reset()
        self._slot = 0
        self._best = 0
        for k in range(self.count):
            self._busy[k] = 0
            self._wait[k] = 0
            self._deaf[k] = 0
            self.heard_q8[k] = FAR_Q8
            for j in range(HOLD_STEPS):
                self._fits[k][j] = NEVER
                self._lags[k][j] = NEVER

    def step(self, t_ms, logits):
        """One row of logits (30 ms) -> list of (label, t_ms, posterior 0..1000), or () when nothing is detected."""
        first = self._tokens_first
        end = self._tokens_end
        top = max(logits[self._units_first : self._units_end])
        best = self._units_first
        self.syllable = False
        if logits[best + self._best] != top:
            while logits[best] != top:
                best += 1
            self._best = best - self._units_first
            self.syllable = self._vowels[self._best] == 1
        said = max(logits[first:end])
        blank = logits[self._units_first]
        if said > blank:
            blank = said
        if said > top:
            top = said
        costs = self._costs
        at = self._units_first
        at_end = self._units_end
        count = at_end - at
        margin = self._margin
        for u in range(count):
            cost = top - logits[at + u]
            costs[u] = cost
            cost += margin
            costs[count + u] = cost if cost < NEVER else NEVER
        best = self._best
        if best and costs[best] == 0:
            second = max(max(logits[at : at + best]), said)
            if at + best + 1 < at_end:
                second = max(second, max(logits[at + best + 1 : at_end]))
            costs[count + best] = max(0, margin + second - top)
        if self.syllable:
            self.graph.unit_q8 = self._pace.vowel(t_ms)
        some = self.graph.step(costs, top - blank)
        slot = self._slot
        self._slot = slot + 1 if slot + 1 < HOLD_STEPS else 0
        busy = self._busy
        if some:
            fits = self.graph.fits
            owner = self._owner
            penalty = self._penalty
            for p in range(len(owner)):
                fit = fits[p]
                if fit >= 0:
                    fit += penalty[p]
                    k = owner[p]
                    held = self._fits[k]
                    if busy[k] <= 0:
                        self._clear(k)
                    if busy[k] < HOLD_STEPS + 1 or fit < held[slot]:
                        held[slot] = fit
                    busy[k] = HOLD_STEPS + 1
        far = self._token_far
        found = self.doubts = NOTHING
        wait, deaf, tokens, heard_q8 = self._wait, self._deaf, self._token, self.heard_q8  # looked up once, not once a label
        for k in range(self.count):
            if wait[k] > 0:
                wait[k] -= 1
            token = tokens[k]
            lag = top - logits[token] if token >= 0 else NEVER
            if busy[k] <= 0 and lag > far:
                if wait[k] == 0:
                    deaf[k] = 0
                heard_q8[k] = FAR_Q8
                continue
            held = self._fits[k]
            lags = self._lags[k]
            if busy[k] <= 0:
                self._clear(k)
            if busy[k] <= HOLD_STEPS:
                held[slot] = NEVER
            if lag <= far and busy[k] < HOLD_STEPS:
                busy[k] = HOLD_STEPS
            busy[k] -= 1
            lags[slot] = lag
            fit = min(held)
            if fit > self._fit_none:
                fit = self._fit_none
            lag = min(lags)
            if lag > far:
                lag = far
            value = self._bias[k] - ((self._unit_weight[k] * fit + self._token_weight[k] * lag) >> 8)
            heard_q8[k] = value
            over = value - self._cutoff[k]
            if over < 0:
                if wait[k] == 0:
                    deaf[k] = 0
                    if value >= self._doubt[k]:
                        if self.doubts is NOTHING:
                            self.doubts = []
                        self.doubts.append(self.labels[k])  # type: ignore[attr-defined]
            elif not deaf[k]:
                deaf[k] = 1
                wait[k] = self._refractory[k]
                if found is NOTHING:
                    found = []
                found.append((self.labels[k], t_ms, self._posterior[min(over >> 4, len(self._posterior) - 1)]))  # type: ignore[attr-defined]
        return found

    def _clear(self, k):
        held = self._fits[k]
        lags = self._lags[k]
        for j in range(HOLD_STEPS):
            held[j] = NEVER
            lags[j] = NEVER


FAR_Q8 = -32768  # not heard at all


def site_rows(manifest, phrases):
    """The `phrases` setting of a profile, (label, cutoff_q8 or 0, texts as unit names) each -> PhraseSpotter's `site_phrases`.

    ValueError where this network has not the units: the phrases were compiled for another language.
    """
    names = manifest["units"] if phrases else ()
    ids = {}
    for k in range(len(names)):
        ids[names[k]] = k
    rows = []
    for label, cutoff_q8, texts in phrases:
        row = {"label": label, "phrases": []}
        if cutoff_q8:
            row["cutoff_q8"] = cutoff_q8
        for text in texts:
            for unit in text.split():
                if unit not in ids:
                    raise ValueError("phrase " + label + ": this network has no unit " + unit)
            row["phrases"].append([ids[unit] for unit in text.split()])
        rows.append(row)
    return rows


def _posterior_table():
    """Posterior in 1/1000 for (posterior_q8 - cutoff) >> 4: 500 at the cutoff, logistic above. Integers only."""
    out = []
    decay = 1 << 20  # exp(-x) in Q20, x in steps of 1/16
    for _ in range(128):
        out.append(min(999, (1000 << 20) // ((1 << 20) + decay)))
        decay = decay * 985040 >> 20  # exp(-1/16) in Q20
    return tuple(out)
