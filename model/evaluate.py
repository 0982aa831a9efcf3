"""Measure the released network through the product's own front end and PhraseSpotter; write the model card's figures.

    python -m model.evaluate [--real DIR] [--model model/released/zh]

Test sets: the synthetic "test" set (voices and templates kept out of training) under four conditions, and a folder of
real recordings with a manifest.csv (columns file, text, speaker, lang, text_from). Nothing here chooses a cutoff.
Writes evaluation.json beside the manifest, the figures in model/card/ and the tables of model/README.md.
"""

import argparse
import csv
import json
import re
from pathlib import Path

import numpy as np

from model import report, score, tune
from model.corpus import features, labels, pinyin
from model.network import TOKENS, UNITS
from model.quantize import Streaming

HERE = Path(__file__).parent


def real_clips(folder):
    """Mandarin clips with a text -> [Clip]; kind 'human' or 'asr' after who wrote the text. Latin letters are dropped from the units."""
    import soundfile

    out = []
    with (Path(folder) / "manifest.csv").open(encoding="utf-8") as f:
        for row in csv.DictReader(f):
            if row["lang"] != "zh" or not row["text"]:
                continue
            x, rate = soundfile.read(Path(folder) / row["file"], dtype="float32", always_2d=True)
            if rate != 16000:
                raise SystemExit(f"{row['file']}: {rate} Hz; the evaluation wants 16 kHz")
            text = "".join(c for c in row["text"] if "\u4e00" <= c <= "\u9fff" or c in "，。？！、")
            try:
                target = labels.target(text)
            except ValueError:
                continue
            latin = bool(re.search("[A-Za-z0-9]", row["text"]))
            clip = features.Clip(x[:, 0], target, len(pinyin.syllables(text)), row["speaker"], text,
                                 "human" if row["text_from"] == "human" else "asr", True)  # fmt: skip
            out.append((clip, row["file"], latin))
    return out


def hear(network, manifest, clips, condition, seed=0):
    """-> a list of dict per clip (clip, peaks, events, unit errors, syllables), and the speech head's balanced accuracy."""
    from sidetone.core.speech.phrases import PhraseSpotter

    spotter = PhraseSpotter(manifest)
    zero, scale = manifest["output_zero_point"], manifest["output_scale"]
    out, spoke, logit = [], [], []
    for rows, spans in score.logits(network, score.streams(clips, condition, seed)):
        trace, events = score.listen(spotter, rows, spans)
        best = score.peaks(trace, spans)
        density = np.maximum(0, (rows[:, TOKENS + 1].astype(np.float64) - zero) * scale)
        loud = rows[:, TOKENS] > zero
        truth = np.zeros(len(rows), bool)
        for span, values, found in zip(spans, best, events, strict=True):
            clip, a, b = span
            wrong, units = score.unit_error(rows, span, UNITS, TOKENS)
            part = slice(a, min(len(rows), b + 4))
            out.append({"clip": clip, "peaks": values, "events": found, "end": b, "wrong": wrong, "units": units,
                        "syllables": float((density[part] * loud[part]).sum() * 0.03)})  # fmt: skip
            on = features.activity(clip.audio)[1::3]
            truth[a : a + len(on)] = on[: len(truth) - a]
        spoke.append(truth)
        logit.append(loud)
    on, said = np.concatenate(spoke), np.concatenate(logit)
    return out, float(0.5 * (said[on].mean() + (~said[~on]).mean()))


def errors(heard):
    wrong, units = sum(h["wrong"] for h in heard), sum(h["units"] for h in heard)
    return {"unit_error": wrong / max(1, units), "units": units, "clips": len(heard)}


def tally(heard, manifest):
    """Per label: said, hit, false alarms, hours, delays (ms from the clip's end where the phrase ends the clip)."""
    table = {}
    for row in manifest["labels"]:
        label = row["label"]
        entry = {"said": 0, "hit": 0, "false": 0, "near_false": 0, "near": 0, "hours": 0.0, "delays": [], "listed": []}
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
            if clip.kind == "near":
                entry["near"] += 1
                entry["near_false"] += bool(extra)
            else:
                entry["hours"] += len(clip.audio) / 57.6e6
                entry["false"] += extra
                if extra:
                    entry["listed"].append(("false", clip.text))
            ends = [s for s in labels.spans(clip.text) if s[0] == label]
            if ends and times and ends[-1][2] == len(clip.text):
                entry["delays"].append((times[-1] + 1 - item["end"]) * 30)
        table[label] = entry
    return table


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


def rates(heard):
    """Syllables by the density head against the text, groups of about 20 s of one speaker -> (r, mean error per min, n)."""
    groups, said, true, seconds, who = [], 0.0, 0, 0.0, None
    for item in sorted(heard, key=lambda i: i["clip"].speaker):
        clip = item["clip"]
        if who != clip.speaker:
            said, true, seconds, who = 0.0, 0, 0.0, clip.speaker
        said, true, seconds = said + item["syllables"], true + clip.syllables, seconds + len(clip.audio) / 16000
        if seconds > 20:
            groups.append((said / seconds * 60, true / seconds * 60))
            said, true, seconds = 0.0, 0, 0.0
    a = np.array(groups)
    if len(a) < 3:
        return None
    scale = a[:, 1].sum() / a[:, 0].sum()
    return {"r": float(np.corrcoef(a.T)[0, 1]), "scale": float(scale), "n": len(a),
            "error_per_min": float(np.abs(a[:, 0] * scale - a[:, 1]).mean())}  # fmt: skip


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--real", help="folder of real recordings with manifest.csv")
    parser.add_argument("--model", default=str(HERE / "released" / "zh"))
    args = parser.parse_args()
    folder = Path(args.model)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    network = Streaming((folder / manifest["file"]).read_bytes())
    result = {"version": manifest["version"], "sets": {}}
    plots = {}
    test = features.synthetic("test")
    sets = [(f"synthetic {c}", test, c) for c in score.CONDITIONS] if test else []
    listed = []
    if args.real:
        clips = real_clips(args.real)
        sets.append(("real", [c for c, _, _ in clips], "clean"))
        human = {id(c) for c, _, latin in clips if c.kind == "human" and not latin}
    for name, clips, condition in sets:
        heard, balanced = hear(network, manifest, clips, condition)
        read = [h for h in heard if name != "real" or id(h["clip"]) in human]
        entry = {"clips": len(clips), "speakers": len({c.speaker for c in clips}),
                 "minutes": round(sum(len(c.audio) for c in clips) / 960000, 1),
                 **{k: v for k, v in errors(read).items() if k != "clips"},
                 "speech_balanced": balanced, "labels": tally(heard, manifest), "rate": rates(read)}  # fmt: skip
        if name == "real":
            result["real_by_speaker"] = {who: errors([h for h in read if h["clip"].speaker == who])
                                         for who in sorted({h["clip"].speaker for h in read})}  # fmt: skip
            listed = [(label, kind, text) for label, e in entry["labels"].items() for kind, text in e["listed"]]
        result["sets"][name] = entry
        plots[name] = det(heard, manifest)
        pooled = report.pooled(entry["labels"], labels.CORE)
        print(f"{name}: unit error {100 * entry['unit_error']:.1f} %, core recall {pooled['hit']}/{pooled['said']}, "
              f"core false {pooled['false']} in {pooled['hours']:.2f} h, speech {balanced:.3f}", flush=True)  # fmt: skip
    if test:
        result["text"] = text_table(manifest, score.logits(network, score.streams(test, "clean")), test)
    report.write(HERE, manifest, result, plots, listed)


def text_table(manifest, rows, clips, seed=8):
    """Phrases given as text, drawn from the test sentences, at the manifest's cutoffs."""
    rng, out = np.random.default_rng(seed), {}
    cutoffs = manifest["text"]["cutoff_q8_by_units"]
    for syllables in (2, 3, 4, 5, 6):
        phrases = tune.text_phrases(clips, syllables, rng)
        positive, negative, hours = tune.text_trial(manifest, rows, phrases)
        cutoff = cutoffs[min(2 * syllables, len(cutoffs) - 1)]
        out[str(syllables)] = {"phrases": len(phrases), "said": len(positive), "hit": int((positive >= cutoff).sum()),
                               "false": int((negative >= cutoff).sum()), "hours": hours}  # fmt: skip
    return out


if __name__ == "__main__":
    main()
