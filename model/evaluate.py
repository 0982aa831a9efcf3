"""Measure the released network with the product's own arithmetic; write the model card's figures.

    python -m model.evaluate [--real DIR] [--model DIR] [--readme FILE]

Sets: the synthetic "test" set (voices and templates kept out of training) under six conditions, hours of other words spliced from it (false
alarms), and a folder of real recordings with their texts (corpus/extra.py; a .csv's column `lang` chooses those of the language, `text_from` tells those
whose text a human wrote from the rest), spliced too. Nothing here chooses a cutoff. Writes evaluation.json beside the manifest, the plots and the
tables of the model card: model/README.md and model/card/ of the released Mandarin network, beside any other network.
"""

import argparse
import hashlib
import json
import time
from pathlib import Path

import numpy as np

from model import activity, rates, report, score, sets, tune
from model.corpus import augment, features, labels
from model.corpus.language import CODE, reading
from model.network import TOKENS, UNITS
from model.quantize import Streaming
from sidetone.core.speech.phrases import PhraseSpotter
from sidetone_host.errors import CannotDo
from sidetone_host.phrases import estimate

SPLICED_HOURS = {"synthetic": 2.0, "real": 1.5}
TEMPOS = (0.62, 0.8, 1.0, 1.25, 1.6)
TEXT_CONDITIONS = ("clean", "noise20", "noise10", "g711")


def hear(network, manifest, clips, condition, seed=0):
    """-> (a dict per clip, rows of the streams, {detector: activity.balanced}); see the keys below."""
    made = score.sounds(clips, condition, seed)
    rows = score.logits(network, [(features.frontend(sound), spans) for sound, spans in made])
    out, spoken = [], {}
    for (sound, _), (logits, spans), (trace, events) in zip(made, rows, score.listen(manifest, rows), strict=True):
        counted, vowels, density = rates.counted(sound), rates.vowels(manifest, logits), rates.dense(manifest, logits)
        for span, values, found in zip(spans, score.peaks(trace, spans), events, strict=True):
            clip, a, b = span
            wrong, units = score.unit_error(logits, span, UNITS, TOKENS)
            out.append({"clip": clip, "peaks": values, "events": found, "end": b, "wrong": wrong, "units": units,
                        "rates": (rates.between(counted.syllables, 3 * a, 3 * b + 12), rates.between(vowels, a, b + 8), rates.between(density, a, b + 4))})  # fmt: skip
        for name, values in activity.compared(manifest, counted, logits, spans).items():
            spoken.setdefault(name, []).extend(values)
    return out, rows, {name: activity.balanced(values) for name, values in spoken.items()}


def same_as_the_product(manifest, rows):
    """The first stream once more through PhraseSpotter itself, told to be in doubt of everything: it then follows every path that the arrays follow.
    A difference is a bug and ends the evaluation."""
    in_doubt = {**manifest, "labels": [{**row, "doubt_q8": score.FAR} for row in manifest["labels"]]}
    spotter, (logits, spans) = PhraseSpotter(in_doubt), rows[0]
    [(trace, _)] = score.listen(manifest, [(logits[:2000], spans)])
    for step, row in enumerate(logits[:2000].tolist()):
        spotter.step(step * 30, row)
        if spotter.heard_q8 != trace[step].tolist():
            raise RuntimeError(f"step {step}: the arrays and PhraseSpotter differ")


def errors(heard):
    wrong, units = sum(h["wrong"] for h in heard), sum(h["units"] for h in heard)
    return {"unit_error": wrong / units if units else None, "units": units, "clips": len(heard)}


def tally(heard, manifest):
    """Per label: said, hit, false alarms, hours, delays (ms after the end of a phrase that ends its clip and stands in it once)."""
    table = {}
    for row in manifest["labels"]:
        label = row["label"]
        entry = {"said": 0, "hit": 0, "false": 0, "hours": 0.0, "delays": [], "listed": []}
        for item in heard:
            clip = item["clip"]
            count = tune.said(clip, label)
            times = [t for name, t, _ in item["events"] if name == label]
            entry["said"] += count
            entry["hit"] += min(count, len(times))
            extra = max(0, len(times) - count)
            if count > len(times):
                entry["listed"].append(("miss", clip.text))
            if count == 0 and tune.sounds_like(clip, row["phrases"]):
                continue  # an exact homophone: context decides
            if clip.kind != "near":
                entry["hours"] += len(clip.audio) / 57.6e6
                entry["false"] += extra
                if extra:
                    entry["listed"].append(("false", clip.text))
            ends = [s for s in labels.spans(clip.text) if s[0] == label]
            if len(ends) == 1 and len(times) == 1 and ends[0][2] == len(clip.text):
                entry["delays"].append((times[0] + 1 - item["end"]) * 30)
        table[label] = entry
    return table


def near(heard, manifest):
    """Near-homophones: per label, clips that hold one of its near words (and not the phrase or its very sounds), and those that fired."""
    out = {}
    for row in manifest["labels"]:
        label = row["label"]
        words = labels.NEAR.get("taboo" if label in labels.TABOO else label, ())
        mine = [h for h in heard if any(reading.occurrences(h["clip"].text, w) for w in words) and not tune.said(h["clip"], label)
                and not tune.sounds_like(h["clip"], row["phrases"])]  # fmt: skip
        if mine:
            out[label] = {"clips": len(mine), "fired": sum(any(name == label for name, _, _ in h["events"]) for h in mine)}
    return out


def det(heard, manifest):
    """Per label: sorted peaks of positives and of ordinary negatives, and the negatives' hours."""
    out = {}
    for k, row in enumerate(manifest["labels"]):
        positive, negative, hours = [], [], 0.0
        for item in heard:
            if tune.said(item["clip"], row["label"]):
                positive.append(int(item["peaks"][k]))
            elif item["clip"].kind != "near" and not tune.sounds_like(item["clip"], row["phrases"]):
                negative.append(int(item["peaks"][k]))
                hours += len(item["clip"].audio) / 57.6e6
        out[row["label"]] = (sorted(positive), sorted(negative), hours)
    return out


def false_alarms(network, manifest, clips, hours):
    """Spliced speech: per label (false alarms, hours), peaks for the DET curves, distinct hours."""
    made, distinct = sets.spliced(network, manifest, clips, hours)
    rows = score.logits(network, made)
    heard = [{"clip": span[0], "peaks": values, "events": found}
             for (_, spans), (trace, events) in zip(rows, score.listen(manifest, rows), strict=True)
             for span, values, found in zip(spans, score.peaks(trace, spans), events, strict=True)]  # fmt: skip
    table = {}
    for row in manifest["labels"]:
        mine = [h for h in heard if not tune.said(h["clip"], row["label"]) and not tune.sounds_like(h["clip"], row["phrases"])]
        table[row["label"]] = {"false": sum(sum(name == row["label"] for name, _, _ in h["events"]) for h in mine),
                               "hours": sum(len(h["clip"].audio) for h in mine) / 57.6e6}  # fmt: skip
    return {"labels": table, "distinct_hours": distinct}, {k: (v[1], v[2]) for k, v in det(heard, manifest).items()}


def groups(heard, manifest, name_of):
    """Pooled core recall and unit error by a property of the clips -> {name: said, hit, units, wrong, clips}."""
    out = {}
    for item in heard:
        row = out.setdefault(name_of(item), {"clips": 0, "said": 0, "hit": 0, "units": 0, "wrong": 0})
        row["clips"] += 1
        row["units"], row["wrong"] = row["units"] + item["units"], row["wrong"] + item["wrong"]
        for label in labels.CORE:
            count = tune.said(item["clip"], label)
            row["said"] += count
            row["hit"] += min(count, sum(name == label for name, _, _ in item["events"]))
    return dict(sorted(out.items()))


def doubts(heard, manifest):
    """Core labels, clip by clip: said, heard, heard or in doubt; and doubts an hour and label where the label was not said."""
    core = [(k, row) for k, row in enumerate(manifest["labels"]) if row["tier"] == "core"]
    said = sure = spared = other = 0
    hours = 0.0
    for item in heard:
        hours += len(item["clip"].audio) / 57.6e6
        for k, row in core:
            value = item["peaks"][k]
            if tune.said(item["clip"], row["label"]):
                said, sure, spared = said + 1, sure + int(value >= row["cutoff_q8"]), spared + int(value >= row["doubt_q8"])
            elif item["clip"].kind != "near" and not tune.sounds_like(item["clip"], row["phrases"]):
                other += int(value >= row["doubt_q8"])
    return {"said": said, "heard": sure, "spared": spared, "per_h": other / len(core) / max(1e-9, hours)}


def rate_windows(heard):
    return rates.windows([(h["clip"].speaker, h["clip"].syllables, len(h["clip"].audio) / 16000, *h["rates"]) for h in heard])


def tempo(network, manifest, clips):
    """Rate windows of the same real clips played at other tempos: what a slow or hurried agent would be told -> rates.summary of all."""
    rows = []
    for factor in TEMPOS:
        changed = [features.Clip(augment.stretch(c.audio, factor), c.target, c.syllables, c.speaker, c.text, c.kind, True) for c in clips]
        heard, _, _ = hear(network, manifest, changed, "clean")
        rows += rate_windows(heard)
    return rates.summary(rows)


def given(manifest, shipped, clips, seed=8):
    """Phrases drawn from the clips' sentences -> {syllables: (phrases, the cutoffs that `sidetone phrases add` chooses with the `shipped` negatives)}."""
    rng, out = np.random.default_rng(seed), {}
    for syllables in (2, 3, 4, 5, 6):
        phrases = tune.text_phrases(clips, syllables, rng)
        found = estimate.false_alarms(manifest, shipped, [estimate.row_of(manifest, "", [units]) for _, units in phrases])
        out[syllables] = phrases, [estimate.own_cutoff(manifest, one, syllables, len(units)) for one, (_, units) in zip(found, phrases, strict=True)]
    return out


def text_table(manifest, drawn, rows):
    """The `given` phrases in the streams."""
    out = {}
    for syllables, (phrases, cutoffs) in drawn.items():
        positive, negative, hours = tune.text_trial(manifest, rows, phrases, cutoffs=cutoffs)
        out[str(syllables)] = {"phrases": len(phrases), "said": len(positive), "hit": int((positive >= 0).sum()),
                               "false": int((negative >= 0).sum()), "hours": hours}  # fmt: skip
    return out


def opened(folder):
    """A released network's folder -> (network, manifest, shipped negatives). SystemExit, one line, where it is not one of the language."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        if manifest["language"] != CODE:
            raise SystemExit(f"{folder}: a network of SIDETONE_LANGUAGE={manifest['language']}, not {CODE}")
        content = (folder / manifest["file"]).read_bytes()
        if hashlib.sha256(content).hexdigest() != manifest["sha256"]:
            raise SystemExit(f"{folder / manifest['file']} is not the network that the manifest beside it is of")
        return Streaming(content), manifest, estimate.load(folder, manifest["sha256"])
    except OSError as fault:
        raise SystemExit(f"{fault.filename}: {fault.strerror}; wanted is a folder as make train leaves it") from fault
    except (ValueError, KeyError, CannotDo) as fault:
        raise SystemExit(f"{folder}: no network as make train leaves it ({fault})") from fault


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--real", help="folder of real recordings with their texts")
    parser.add_argument("--model", default=str(report.RELEASED), help="folder of the network, instead of the released one")
    parser.add_argument("--readme", help="write the tables into this file instead of the model card, and the plots beside it")
    args = parser.parse_args()
    folder, began = Path(args.model), time.monotonic()
    network, manifest, shipped = opened(folder)
    result, plots, listed = {"version": manifest["version"], "sets": {}, "text": {}, "false": {}, "by": {}}, {}, []
    test, about = sets.synthetic()
    drawn = given(manifest, shipped, test) if test else {}
    todo = [(f"synthetic {c}", test, c) for c in score.CONDITIONS] if test else []
    if args.real:
        real, about_real = sets.real(args.real)
        todo += [("real", real, "clean"), ("real babble20", real, "babble20")]
    for name, clips, condition in todo:
        heard, rows, speech = hear(network, manifest, clips, condition)
        is_real = name.startswith("real")
        read = [h for h, a in zip(heard, about_real if is_real else about, strict=True) if a.readable]
        entry = {"clips": len(clips), "speakers": len({c.speaker for c in clips}),
                 "minutes": round(sum(len(c.audio) for c in clips) / 960000, 1),
                 **{k: v for k, v in errors(read).items() if k != "clips"},
                 "activity": speech, "labels": tally(heard, manifest), "rate": rates.summary(rate_windows(read)),
                 "doubts": doubts(heard, manifest)}  # fmt: skip
        result["sets"][name] = entry
        plots[name] = det(heard, manifest)
        if name == "real":
            result["by"]["real speaker"] = groups(read, manifest, lambda h: h["clip"].speaker)
            listed = [(label, kind, text) for label, e in entry["labels"].items() for kind, text in e["listed"]]
            result["tempo"] = tempo(network, manifest, [h["clip"] for h in read])
        elif name == "synthetic clean":
            same_as_the_product(manifest, rows)
            speed_of = {id(c): a.speed for c, a in zip(test, about, strict=True)}
            result["by"]["voice"] = groups(heard, manifest, lambda h: h["clip"].speaker)
            result["by"]["speed"] = groups(heard, manifest, lambda h, speeds=speed_of: speeds[id(h["clip"])])
            result["near"] = near(heard, manifest)
        if name == "real":
            result["text"]["real"] = text_table(manifest, given(manifest, shipped, [h["clip"] for h in read]), rows)
        elif not is_real and condition in TEXT_CONDITIONS:
            result["text"][condition] = text_table(manifest, drawn, rows)
        pooled = report.pooled(entry["labels"], labels.CORE)
        print(f"{time.monotonic() - began:4.0f} s {name}: unit error {report.percent(entry['unit_error'])}, core recall {pooled['hit']}/{pooled['said']}, "
              f"core false {pooled['false']} in {pooled['hours']:.2f} h, speech {speech['spurts']['balanced']:.3f}", flush=True)  # fmt: skip
    for name, clips in (("synthetic", test), ("real", real if args.real else [])):
        if clips:
            result["false"][name], negative = false_alarms(network, manifest, clips, SPLICED_HOURS[name])
            for other in [n for n in plots if n.startswith(name)]:
                # the ordinary clips are few: the curves' false alarms come from the spliced hours
                plots[other] = {k: (positive, *negative[k]) for k, (positive, _, _) in plots[other].items()}
            pooled = report.pooled({k: {"said": 0, "hit": 0, **v} for k, v in result["false"][name]["labels"].items()}, labels.CORE)
            print(f"{time.monotonic() - began:4.0f} s {name} spliced: {pooled['false']} false alarms of core labels in {pooled['hours']:.2f} h", flush=True)
    report.write(folder, manifest, result, plots, listed, Path(args.readme or report.card_of(folder)))


if __name__ == "__main__":
    main()
