"""Choose fusion weights and cutoffs on held-out speech (never on the test sets), and write the manifest.

Negatives are the synthetic "dev" set and the held-out clips of the extra corpus, positives the synthetic "dev" set. The
cutoff of a label is where an exponential fitted to the tail of the per-clip maxima reaches the label's stated rate of
false alarms; where that would lose more than MOST_LOST of the dev positives, the cutoff gives way, but never beyond
WORST_RATE.
"""

import numpy as np

from model import score
from model.corpus import augment, features, labels, pinyin
from model.network import LABELS, TOKENS, UNITS

RATE = {"service": 0.1, "hold_return": 0.1, "closing_offer": 0.1, "apology": 0.1, "offer_help": 0.1}  # else 0.2
TABOO_RATE = 0.1
# A missing phrase is only told where nothing in its window reached the doubt level. At 6 an hour chance alone gives a doubt in 0.8 % of
# 5-second greetings and 10 % of 60-second closings: the price for accusing nobody of a greeting that was said indistinctly.
DOUBT_RATE = 6.0
# Weights are compared at one rate of false alarms that the dev negatives can show (about one alarm a label), by rank, not extrapolated.
MERIT_RATE = 1.0
MANY = 8  # positives; fewer say nothing about a weight
MOST_LOST = 0.10
WORST_RATE = 1.0  # false alarms an hour that no recall may buy
TOKEN_WEIGHTS = (0, 26, 51, 77, 128, 205)  # Q8, beside a unit weight of 256
FIT_NATS, TOKEN_NATS = 4.0, 8.0
OTHER_SPEEDS = (1.12,)


def skeleton(name, version, output_scale, output_zero):
    """The manifest without cutoffs: heads, units, labels with their phrases."""
    scale = float(output_scale)
    rows = []
    for label in [*labels.LABELS, *labels.TABOO]:
        row = {"label": label, "tier": tier(label), "phrases": [list(p) for p in labels.phrase_units(label)],
               "refractory_ms": 900, "bias_q8": 0, "unit_weight_q8": 256, "token_weight_q8": 0, "cutoff_q8": -(1 << 15)}  # fmt: skip
        row["token"] = labels.LABEL_ID.get(label, -1)
        rows.append(row)
    return {
        "schema": 1, "name": name, "version": version, "language": "zh", "file": f"{name}.tflite", "sha256": "",
        "hop_ms": 10, "stride_hops": 3, "output_scale": scale, "output_zero_point": int(output_zero),
        "output_scale_q16": round(scale * 65536),
        "fit_limit": round(FIT_NATS / scale), "token_limit": round(TOKEN_NATS / scale),
        "heads": {"units": {"first": 0, "count": UNITS}, "labels": {"first": UNITS, "count": LABELS},
                  "speech": {"first": TOKENS, "count": 1}, "density": {"first": TOKENS + 1, "count": 1}},
        "units": pinyin.UNITS, "labels": rows,
        "text": {"cutoff_q8_by_units": [-100] * 25, "refractory_ms": 900},
    }  # fmt: skip


def tier(label):
    return "core" if label in labels.CORE else "full" if label in labels.FULL else "taboo"


def said(clip, label):
    """How often the clip's text holds the label's phrases (taboo: by text)."""
    if label in labels.TABOO:
        return sum(clip.text.replace("，", "").count(p) for p in labels.TABOO[label])
    return sum(s[0] == label for s in labels.spans(clip.text))


def sounds_like(clip, phrases):
    """True if the clip's units hold one of the phrases: an exact homophone, never a negative."""
    sounds = [t for t in clip.target if t < UNITS]
    return any(sounds[k : k + len(p)] == list(p) for p in phrases for k in range(len(sounds) - len(p) + 1))


def tail_cutoff(values, hours, rate, top=12):
    """Cutoff (Q8) at which `rate` false alarms an hour are expected, by an exponential tail over the `top` maxima."""
    heard = np.sort(values[values > score.FAR])[::-1]
    if len(heard) < 3:
        return None
    top = min(top, len(heard) - 1)
    edge = heard[top]
    mean = max(8.0, float((heard[:top] - edge).mean()))
    expected = top / hours
    return float(edge) if expected <= rate else float(edge + mean * np.log(expected / rate))


def doubt_level(values, hours):
    """Level (Q8) that DOUBT_RATE negatives an hour reach: what lies between it and the cutoff was perhaps said."""
    heard = np.sort(values[values > score.FAR])[::-1]
    return int(heard[min(len(heard) - 1, int(DOUBT_RATE * hours))]) if len(heard) else 0


def faster(clip, factor):
    return features.Clip(augment.resample_by(clip.audio, factor), clip.target, clip.syllables, clip.speaker,
                         clip.text, clip.kind, clip.real)  # fmt: skip


def material(network, real, conditions=("clean", "augmented")):
    """-> (clips, rows per stream): the tuning speech under all conditions, with two other speeds of the clean one."""
    clips = features.synthetic("dev") + real
    made = []
    for number, name in enumerate(conditions):
        made += score.streams(clips, name, number)
    for number, factor in enumerate(OTHER_SPEEDS):
        made += score.streams([faster(c, factor) for c in clips], "clean", 10 + number)
    return score.logits(network, made)


def measure(manifest, rows):
    """-> (clips, fits, tokens, spans): traces with only the units and only the tokens weighed, per stream."""
    from sidetone.core.speech.phrases import PhraseSpotter

    def spotter(units, tokens):
        table = [{**r, "unit_weight_q8": units, "token_weight_q8": tokens if r["token"] >= 0 else 0} for r in manifest["labels"]]
        return PhraseSpotter({**manifest, "labels": table})

    by_units, by_tokens = spotter(256, 0), spotter(0, 256)
    out = []
    for logits, spans in rows:
        out.append((score.listen(by_units, logits, spans)[0], score.listen(by_tokens, logits, spans)[0], spans))
    return out


def fused(traces, weight, learned):
    """Highest fused value of every clip -> (clips, int array [clips, labels]); `learned` marks labels that have a token."""
    clips, values = [], []
    for units, tokens, spans in traces:
        both = np.where(units > score.FAR, units + (np.where(learned, tokens, 0) * weight >> 8), score.FAR)
        clips += [s[0] for s in spans]
        values.append(score.peaks(both, spans))
    return clips, np.concatenate(values)


def cutoffs(manifest, clips, values):
    """Per label: (cutoff, dev recall at it, false alarms/h, positives, hours, doubt level, recall at MERIT_RATE)."""
    out, text = {}, manifest["text"]["cutoff_q8_by_units"]
    for k, row in enumerate(manifest["labels"]):
        label = row["label"]
        count = np.array([said(c, label) for c in clips])
        usable = np.array([not n and c.kind != "near" and not sounds_like(c, row["phrases"])
                           for n, c in zip(count, clips, strict=True)])  # fmt: skip
        hours = sum(len(c.audio) for c, u in zip(clips, usable, strict=True) if u) / 57.6e6
        rate = RATE.get(label, TABOO_RATE if row["tier"] == "taboo" else 0.2)
        # The same clip under several conditions is not new speech: the tail is fitted on each clip's own maximum.
        negative = values[usable, k]
        positive = np.sort(values[count > 0, k])
        cutoff = tail_cutoff(negative, hours, rate)
        if cutoff is None:
            cutoff = float(positive[int(0.1 * len(positive))]) if len(positive) else -256.0
        if len(positive) >= 8:
            cutoff = min(cutoff, max(float(positive[int(MOST_LOST * len(positive))]), tail_cutoff(negative, hours, WORST_RATE) or cutoff))
        if row["tier"] == "taboo":  # few are said in the dev set: the rule for text bounds them on the strict side
            cutoff = max(cutoff, text[min(len(p) for p in row["phrases"])])
        cutoff = min(-1, int(np.ceil(cutoff)))  # 0 is a perfect fit
        recall = float((positive >= cutoff).mean()) if len(positive) else None
        at_merit = float((positive > np.sort(negative)[::-1][int(MERIT_RATE * hours)]).mean()) if len(positive) else 0.0
        out[label] = (cutoff, recall, float((negative >= cutoff).sum() / hours), len(positive), hours, doubt_level(negative, hours), at_merit)
    return out


def tune(manifest, rows):
    """Fill in weights and cutoffs; returns the table per label."""
    learned = np.array([r["token"] >= 0 for r in manifest["labels"]])
    traces, best = measure(manifest, rows), None
    for weight in TOKEN_WEIGHTS:
        table = cutoffs(manifest, *fused(traces, weight, learned))
        merit = np.mean([table[r["label"]][6] for r in manifest["labels"] if r["token"] >= 0 and table[r["label"]][3] >= MANY])
        print(f"token weight {weight / 256:.2f}: merit {merit:.3f}", flush=True)
        if best is None or merit > best[0]:
            best = (merit, weight, table)
    _, weight, table = best
    for row in manifest["labels"]:
        row["token_weight_q8"] = weight if row["token"] >= 0 else 0
        row["cutoff_q8"], row["doubt_q8"] = table[row["label"]][0], min(table[row["label"]][0], table[row["label"]][5])
    return table


def text_phrases(clips, syllables, rng, most=60):
    """Word sequences of so many syllables, each from one clip's text -> [(clip, unit ids)]; no learned label inside."""
    out = []
    for k in rng.permutation(len(clips)):
        words = [w for w in pinyin.read(clips[k].text) if w[0][-1].isdigit()]
        ends = np.cumsum([0] + [len(w) for w in words])
        fits = [(i, j) for i in range(len(ends)) for j in range(i, len(ends)) if ends[j] - ends[i] == syllables]
        if not fits or labels.spans(clips[k].text):
            continue
        i, j = fits[int(rng.integers(len(fits)))]
        units = [pinyin.UNIT_ID[p] for w in words[i:j] for s in w for p in pinyin.split(s)]
        out.append((clips[k], units))
        if len(out) == most:
            break
    return out


def text_trial(manifest, rows, phrases):
    """Spot phrases given as text -> (values of the clips that say them, values of those that don't, hours x phrases)."""
    from sidetone.core.speech.phrases import PhraseSpotter

    site = [(str(k), [units]) for k, (_, units) in enumerate(phrases)]
    spotter = PhraseSpotter({**manifest, "labels": []}, site)
    positive, negative, seconds = [], [], 0.0
    for logits, spans in rows:
        best = score.peaks(score.listen(spotter, logits, spans)[0], spans)
        for (clip, _, _), values in zip(spans, best, strict=True):
            for k, (owner, units) in enumerate(phrases):
                if clip.text == owner.text:
                    positive.append(values[k])
                elif not sounds_like(clip, [units]):
                    negative.append(values[k])
                    seconds += len(clip.audio) / 16000
    return np.array(positive), np.array(negative), seconds / 3600


def text_cutoffs(manifest, rows, seed=4):
    """Cutoffs for phrases given as text, by number of units, at 0.1 false alarms an hour (0.2 up to three syllables)."""
    rng = np.random.default_rng(seed)
    rows = rows[: len(rows) // 3]  # the clean streams come first
    clips = list({s[0].text: s[0] for _, spans in rows for s in spans if not s[0].real}.values())
    known = {}
    for syllables, rate in ((2, 0.2), (3, 0.2), (4, 0.1)):
        positive, negative, hours = text_trial(manifest, rows, text_phrases(clips, syllables, rng))
        cutoff = min(-1.0, tail_cutoff(negative, hours, rate, top=40) or -256.0)
        known[2 * syllables] = int(np.ceil(cutoff))
        print(f"text, {syllables} syllables: cutoff {cutoff:.0f}, recall {(positive >= cutoff).mean():.2f} of {len(positive)}, "
              f"{(negative >= cutoff).sum() / hours:.3f}/h on {hours:.0f} phrase hours", flush=True)  # fmt: skip
    # Longer phrases meet chance less often still: they keep the cutoff of four syllables.
    return [int(np.interp(n, list(known), list(known.values()))) for n in range(25)]
