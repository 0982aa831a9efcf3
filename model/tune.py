"""Choose the margin, fusion weights and cutoffs on held-out speech (never on the test sets), and write the manifest.

Positives are the synthetic "dev" set under several conditions; negatives are the same, the held-out clips of the extra corpus, and hours
spliced anew from both (`negatives.py`). The cutoff of a label is where an exponential fitted to the tail of the per-clip maxima reaches the
label's stated rate of false alarms; where that would lose more than MOST_LOST of the dev positives, the cutoff gives way, but never beyond
WORST_RATE. What is counted at the cutoff, and over how many hours, goes into the manifest beside it.
"""

import numpy as np

from model import negatives, score
from model.corpus import augment, features, labels
from model.corpus.language import CODE, reading
from model.network import LABELS, TOKENS, UNITS
from sidetone_host.phrases import estimate, many

RATE = {"service": 0.1, "hold_return": 0.1, "closing_offer": 0.1, "apology": 0.1, "offer_help": 0.1}  # else 0.2
TABOO_RATE = 0.1
# A missing phrase is only told where nothing in its window reached the doubt level. At 6 an hour chance alone gives a doubt in 0.8 % of
# 5-second greetings and 10 % of 60-second closings: the price for accusing nobody of a greeting that was said indistinctly.
DOUBT_RATE = 6.0
# Levels that the manifest keeps for personal cutoffs: the false alarms an hour that each of them gives on the negatives.
LEVEL_RATES = (0.1, 0.2, 0.5, 1.0, 2.0, 6.0)
# Weights and penalties are compared at rates of false alarms that the dev negatives can show (one to three alarms a label), by rank, not extrapolated.
MERIT_RATES = (1.0, 0.34)
PENALTY_SHARES, UNKNOWN_SHARE = (0.0, 0.25, 0.5, 0.75, 1.0), 0.5
MANY = 8  # positives; fewer say nothing about a weight
MOST_LOST = 0.10
MARGIN_Q8 = 26  # 0.1 natural-log unit
# The negatives' voices are mostly those the network learned: what unlike voices ask more. Network 0.4.0 on real_dev, learned labels: 19 false alarms
# instead of 27 (recorded and spliced), 6 of 17 phrases heard instead of 7.
UNLIKE_Q8 = 26
MOST_PENALTY = 100  # a fit and a penalty are one byte on the device
WORST_RATE = 1.0  # false alarms an hour that no recall may buy
MARGINS_NATS = (0.0, 1.0, 2.0)  # by which a unit has to be the best to cost nothing; 3 brought no more, and noise eats margins
TOKEN_WEIGHTS = (0, 26, 51, 77, 128, 205)  # Q8, beside a unit weight of 256
SYLLABLE_UNITS = [reading.UNIT_ID[unit] for unit in reading.SYLLABIC]  # each syllable has one
FIT_NATS, TOKEN_NATS = 4.0, 8.0
OTHER_SPEEDS = (1.12,)


def skeleton(name, version, output_scale, output_zero):
    """The manifest without cutoffs: heads, units, labels with their phrases."""
    scale = float(output_scale)
    return {
        "schema": 1, "name": name, "version": version, "language": CODE, "file": f"{name}.tflite", "sha256": "",
        "hop_ms": 10, "stride_hops": 3, "output_scale": scale, "output_zero_point": int(output_zero),
        "output_scale_q16": round(scale * 65536),
        "fit_limit": round(FIT_NATS / scale), "token_limit": round(TOKEN_NATS / scale),
        "heads": {"units": {"first": 0, "count": UNITS}, "labels": {"first": UNITS, "count": LABELS},
                  "speech": {"first": TOKENS, "count": 1}, "density": {"first": TOKENS + 1, "count": 1}},
        "units": reading.UNITS, "syllable_units": SYLLABLE_UNITS, "labels": [label_row(label) for label in [*labels.LABELS, *labels.GIVEN]],
        "text": {"cutoff_q8_by_units": [-100] * 25, "refractory_ms": 900},
    }  # fmt: skip


def label_row(label):
    row = {"label": label, "tier": tier(label), "phrases": [list(p) for p in labels.phrase_units(label)],
           "refractory_ms": 900, "bias_q8": 0, "unit_weight_q8": 256, "token_weight_q8": 0, "cutoff_q8": -(1 << 15)}  # fmt: skip
    row["token"] = labels.LABEL_ID.get(label, -1)
    return row


def tier(label):
    """core and full: learned; taboo and text: spotted from their units alone."""
    return "core" if label in labels.CORE else "full" if label in labels.FULL else "taboo" if label in labels.TABOO else "text"


def once_each(text, spans):
    """How many of one label's spans (begin, end) in a text are told one by one: what is said twice in a breath (稍等稍等) is one event by the
    spotter's refractory period, and counts once."""
    spans = sorted(spans)
    return sum(k == 0 or text[spans[k - 1][1] : begin].strip(reading.PAUSES) != "" for k, (begin, _) in enumerate(spans))


def said(clip, label):
    """How often the clip holds the label's phrases: by its text (see `once_each`), or (spliced, no text) by its target."""
    if not clip.text:
        if label in labels.LABEL_ID:
            return clip.target.count(UNITS + labels.LABEL_ID[label])
        return int(sounds_like(clip, labels.phrase_units(label)))
    if label in labels.GIVEN:
        return sum(len(reading.occurrences(reading.hurried(clip.text), p)) for p in labels.GIVEN[label])
    return once_each(clip.text, [s[1:] for s in labels.spans(clip.text) if s[0] == label])


def sounds_like(clip, phrases):
    """True if the clip's units hold one of the phrases: an exact homophone, never a negative."""
    sounds = bytes(t for t in clip.target if t < UNITS)
    return any(bytes(p) in sounds for p in phrases)


def tail_cutoff(values, hours, rate, top=12):
    """Cutoff (Q8) at which `rate` false alarms an hour are expected, by an exponential tail over the `top` maxima."""
    heard = np.sort(values[values > score.FAR])[::-1]
    if len(heard) < 3:
        return None
    top = min(top, len(heard) - 1)
    edge = heard[top]
    mean = max(8.0, float((heard[:top] - edge).mean()))
    expected = top / hours
    # Values end at 0, an exponential does not: what nothing reached in all these hours need not be excluded by more than MARGIN_Q8.
    return float(edge) if expected <= rate else min(float(edge + mean * np.log(expected / rate)), float(heard[0]) + MARGIN_Q8)


def level_at(values, hours, rate):
    """Level (Q8) that `rate` negatives an hour reach: by rank where so many were met, else by the tail."""
    heard = np.sort(values[values > score.FAR])[::-1]
    if not len(heard):
        return 0
    if rate * hours >= 3:
        return int(heard[min(len(heard) - 1, int(rate * hours))])
    found = tail_cutoff(values, hours, rate)
    return min(-1, int(np.ceil(float(heard[0]) if found is None else found)))


def faster(clip, factor):
    return features.Clip(augment.resample_by(clip.audio, factor), clip.target, clip.syllables, clip.speaker,
                         clip.text, clip.kind, clip.real)  # fmt: skip


def material(clips, conditions=("clean", "augmented")):
    """-> (streams of the tuning speech under all conditions, with another speed of the clean one; how many of them are the first condition's)."""
    made, first = [], 0
    for number, name in enumerate(conditions):
        made += score.streams(clips, name, number)
        first = first or len(made)
    for number, factor in enumerate(OTHER_SPEEDS):
        made += score.streams([faster(c, factor) for c in clips], "clean", 10 + number)
    return made, first


class Heard:
    """What the units and the tokens say at every step of the tuning speech: computed once, then weighed in many ways.

    rows: (logits, spans) per stream. All [clips, labels]: `said` int; `positive` bool: said in a sentence of its own, not spliced; `usable`
    bool: a negative of the label.
    """

    def __init__(self, manifest, rows):
        self.manifest = manifest
        table = manifest["labels"]
        behind = [many.costs(manifest, logits) for logits, _ in rows]
        found = many.fits(many.sequences(manifest, table), manifest["fit_limit"], behind)
        self.streams = [(fits, cost.lags, spans) for (_, spans), fits, cost in zip(rows, found, behind, strict=True)]
        self.clips = [span[0] for _, spans in rows for span in spans]
        self.said = np.array([[said(clip, row["label"]) for row in table] for clip in self.clips])
        self.usable = np.array([[not count and clip.kind != "near" and not sounds_like(clip, row["phrases"])
                                 for row, count in zip(table, counts, strict=True)]
                                for clip, counts in zip(self.clips, self.said, strict=True)])  # fmt: skip
        self.positive = (self.said > 0) & np.array([clip.text != "" for clip in self.clips])[:, np.newaxis]
        self.seconds = np.array([len(clip.audio) / 16000 for clip in self.clips])

    def peaks(self, weight, table=None):
        """Highest value of every clip and label with this token weight: int32 [clips, labels]; `table`: other rows of the same phrases."""
        rows = [{**row, "token_weight_q8": weight if row["token"] >= 0 else 0} for row in table or self.manifest["labels"]]
        return np.concatenate([score.peaks(many.heard(self.manifest, rows, many.label_fits(rows, fits), lags), spans) for fits, lags, spans in self.streams])

    def penalize(self, weight):
        """Choose the penalties of the phrases of every label with several, in steps of the logits' scale; those of before are forgotten.

        With whole penalties chance meets each phrase of a label as often as the others, once an hour: 听着 alone must not decide how clearly
        你必须 has to be said. But what people say most may be what chance says most: the share of them that hears most at equal false alarms is
        taken, label by label; UNKNOWN_SHARE where the dev set says the label too seldom. -> per label, how often an hour chance makes a perfect
        fit of each phrase."""
        table, scale = self.manifest["labels"], self.manifest["output_scale_q16"] / 256
        values = self.peaks(weight, [{**row, "phrases": [phrase], "penalties": [0]} for row in table for phrase in row["phrases"]])
        column, whole, perfect_per_h = 0, [], []
        for k, row in enumerate(table):
            usable = self.usable[:, k]
            hours, count = float(self.seconds[usable].sum() / 3600), len(row["phrases"])
            chance = values[usable, column : column + count]
            levels = np.array([level_at(chance[:, p], hours, MERIT_RATES[0]) for p in range(count)])
            whole.append(np.minimum((levels - levels.min()) / scale, MOST_PENALTY))
            perfect_per_h.append((chance > -scale).sum(0) / hours)
            column += count
        merits = []
        for share in PENALTY_SHARES:
            for row, penalties in zip(table, whole, strict=True):
                row["penalties"] = [int(v) for v in np.round(share * penalties)]
            found = self.cutoffs(self.peaks(weight))
            merits.append([found[row["label"]]["merit"] if found[row["label"]]["positives"] >= MANY else share == UNKNOWN_SHARE for row in table])
        for row, penalties, merit in zip(table, whole, np.array(merits).T, strict=True):
            row["penalties"] = [int(v) for v in np.round(PENALTY_SHARES[int(np.argmax(merit))] * penalties)]
        return perfect_per_h

    def bound(self, table, perfect_per_h):
        """No phrase's penalty may put a perfect fit under the cutoff, unless chance brings perfect fits more often than WORST_RATE."""
        scale = self.manifest["output_scale_q16"] / 256
        for row, often in zip(self.manifest["labels"], perfect_per_h, strict=True):
            most = int(-table[row["label"]]["cutoff"] / scale)
            row["penalties"] = [p if rate > WORST_RATE else min(p, most) for p, rate in zip(row["penalties"], often, strict=True)]

    def cutoffs(self, values):
        """Per label a dict: cutoff, doubt, levels, recall (dev), false, hours, positives, merit (recall at MERIT_RATES)."""
        out, text = {}, self.manifest["text"]["cutoff_q8_by_units"]
        for k, row in enumerate(self.manifest["labels"]):
            label = row["label"]
            usable = self.usable[:, k]
            hours = float(self.seconds[usable].sum() / 3600)
            rate = RATE.get(label, TABOO_RATE if row["tier"] == "taboo" else 0.2)
            # The same clip under several conditions is not new speech: the tail is fitted on each clip's own maximum.
            negative = values[usable, k]
            positive = np.sort(values[self.positive[:, k], k])
            cutoff = tail_cutoff(negative, hours, rate)
            if cutoff is None:
                cutoff = float(positive[int(0.1 * len(positive))]) if len(positive) else -256.0
            if len(positive) >= MANY:
                worst = tail_cutoff(negative, hours, WORST_RATE)
                cutoff = min(cutoff, max(float(positive[int(MOST_LOST * len(positive))]), cutoff if worst is None else worst))
            cutoff += UNLIKE_Q8
            if row["token"] < 0:  # few are said in the dev set: as for a site's own phrases
                share = estimate.OWN_SHARE
                cutoff = share * cutoff + (1 - share) * text[min(len(p) for p in row["phrases"])]
            cutoff = min(-1, int(np.ceil(cutoff)))  # 0 is a perfect fit
            allowed = np.sort(negative)[::-1][[int(rate * hours) for rate in MERIT_RATES]]
            merit = float(np.mean([(positive > level).mean() for level in allowed])) if len(positive) else 0.0
            out[label] = {"cutoff": cutoff, "doubt": level_at(negative, hours, DOUBT_RATE), "rate": rate,
                          "levels": [level_at(negative, hours, r) for r in LEVEL_RATES],
                          "recall": float((positive >= cutoff).mean()) if len(positive) else None, "positives": len(positive),
                          "false": int((negative >= cutoff).sum()), "hours": hours, "merit": merit}  # fmt: skip
        return out

    def merit(self, table):
        """Mean recall at MERIT_RATES of the learned labels with enough positives."""
        return np.mean([table[r["label"]]["merit"] for r in self.manifest["labels"] if r["token"] >= 0 and table[r["label"]]["positives"] >= MANY])


def weigh(manifest, rows):
    """Choose, by merit, the margin of what units cost, which learned labels ask it (both into the manifest), and the tokens' weight beside
    the units -> (Heard, weight)."""
    best, plain = None, {}
    for nats in MARGINS_NATS:
        manifest["unit_margin"] = margin = round(nats / manifest["output_scale"])
        for row in manifest["labels"]:
            row["margin"] = margin > 0 and row["token"] >= 0
        heard, told = Heard(manifest, rows), []
        for weight in TOKEN_WEIGHTS:
            table = heard.cutoffs(heard.peaks(weight))
            if not margin:
                plain[weight] = table
            merit = heard.merit(table)
            told.append(f"{weight / 256:.2f}: {merit:.3f}")
            if best is None or merit > best[0]:
                best = (merit, margin, table, weight)
        print(f"margin {nats:.0f}, merit by token weight {', '.join(told)}", flush=True)
    _, manifest["unit_margin"], table, weight = best
    for row in manifest["labels"]:
        label = row["label"]
        row["margin"] = row["token"] >= 0 and table[label]["merit"] > plain[weight][label]["merit"]
    print(f"no margin asked by {', '.join(r['label'] for r in manifest['labels'] if r['token'] >= 0 and not r['margin']) or 'none'}", flush=True)
    return Heard(manifest, rows), weight


def tune(heard, weight):
    """Fill in penalties and cutoffs; returns the table per label."""
    manifest = heard.manifest
    before = heard.merit(heard.cutoffs(heard.peaks(weight)))
    perfect_per_h = heard.penalize(weight)
    table = heard.cutoffs(heard.peaks(weight))
    print(f"with penalties: merit {heard.merit(table):.3f} (without {before:.3f})", flush=True)
    heard.bound(table, perfect_per_h)
    values = heard.peaks(weight)
    for k, row in enumerate(manifest["labels"]):
        chosen, positive = table[row["label"]], heard.positive[:, k]
        told = values[:, k] >= chosen["cutoff"]  # with the bounded penalties
        chosen["false"] = int((told & heard.usable[:, k]).sum())
        chosen["recall"] = float(told[positive].mean()) if positive.any() else None
        row["token_weight_q8"] = weight if row["token"] >= 0 else 0
        row["cutoff_q8"], row["doubt_q8"] = chosen["cutoff"], min(chosen["cutoff"], chosen["doubt"])
        row["levels_q8"] = chosen["levels"]
    return table


def text_phrases(clips, syllables, rng, most=60):
    """Word sequences of so many syllables, each from one clip's text -> [(clip, unit ids)]; no learned label inside."""
    out = []
    for k in rng.permutation(len(clips)):
        words = reading.words(clips[k].text)
        ends = np.cumsum([0] + [count for count, _ in words])
        fits = [(i, j) for i in range(len(ends)) for j in range(i, len(ends)) if ends[j] - ends[i] == syllables]
        if not fits or labels.spans(clips[k].text):
            continue
        i, j = fits[int(rng.integers(len(fits)))]
        units = [unit for _, sounds in words[i:j] for unit in sounds]
        out.append((clips[k], units))
        if len(out) == most:
            break
    return out


def text_trial(manifest, rows, phrases, clips=(), cutoffs=None):
    """Spot phrases given as text -> (values of the clips that say them, values of those that don't, hours x phrases); with `cutoffs`, one a
    phrase, the values are what is over them.

    Spliced clips that hold a piece of a phrase's own sentence are left out: they would be near misses that nobody says. `clips`: what was
    spliced, in that order."""
    number = {clip.text: k for k, clip in enumerate(clips)}
    site = [{"label": str(k), "phrases": [units], "cutoff_q8": 0, "refractory_ms": 900} for k, (_, units) in enumerate(phrases)]
    positive, negative, seconds = [], [], 0.0
    under = np.zeros(len(phrases), np.int32) if cutoffs is None else np.array(cutoffs, np.int32)
    for (trace, _), (_, spans) in zip(score.listen({**manifest, "labels": []}, rows, site), rows, strict=True):
        for (clip, _, _), values in zip(spans, score.peaks(trace, spans) - under, strict=True):
            sounds, parts = bytes(t for t in clip.target if t < UNITS), negatives.sources(clip)
            for k, (owner, units) in enumerate(phrases):
                if clip.text and clip.text == owner.text:
                    positive.append(values[k])
                elif bytes(units) not in sounds and number.get(owner.text, -1) not in parts:
                    negative.append(values[k])
                    seconds += len(clip.audio) / 16000
    return np.array(positive), np.array(negative), seconds / 3600


def text_cutoffs(manifest, rows, spliced_from, seed=4):
    """Cutoffs for phrases given as text, by number of units, at 0.1 false alarms an hour (0.2 up to three syllables).

    rows: the undisturbed streams of the tuning speech and the spliced ones; spliced_from: the clips these are made of."""
    rng = np.random.default_rng(seed)
    clips = list({s[0].text: s[0] for _, spans in rows for s in spans if s[0].text and not s[0].real}.values())
    known, report = {}, {}
    for syllables, rate in ((2, 0.2), (3, 0.2), (4, 0.1), (5, 0.1), (6, 0.1)):
        positive, negative, hours = text_trial(manifest, rows, text_phrases(clips, syllables, rng), spliced_from)
        found = tail_cutoff(negative, hours, rate, top=40)
        cutoff = -256.0 if found is None else min(-1.0, found)
        units = round(reading.UNITS_PER_SYLLABLE * syllables)
        known[units] = min(int(np.ceil(cutoff)), *known.values(), -1)  # longer phrases meet chance less often
        report[str(syllables)] = {"cutoff_q8": known[units], "recall": round(float((positive >= cutoff).mean()), 3),
                                  "said": len(positive), "false": int((negative >= cutoff).sum()), "phrase_hours": round(hours, 1)}  # fmt: skip
        print(f"text, {syllables} syllables: cutoff {cutoff:.0f}, recall {(positive >= cutoff).mean():.2f} of {len(positive)}, "
              f"{(negative >= cutoff).sum() / hours:.3f}/h on {hours:.0f} phrase hours", flush=True)  # fmt: skip
    # Still longer ones keep the cutoff of six syllables.
    return [int(np.interp(n, list(known), list(known.values()))) for n in range(25)], report
