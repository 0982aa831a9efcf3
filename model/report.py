"""Tables and plots of the model card from evaluate.py's figures."""

import json
import sys
from pathlib import Path

import numpy as np

from model.corpus import labels
from model.corpus.language import CODE, phrases

RELEASED = Path(__file__).parent / "released" / CODE
CARD = Path(__file__).parent / "README.md" if CODE == "zh" else RELEASED / "README.md"  # its plots are in the folder `card` beside it


def card_of(folder):
    """Where the tables of the network in the folder stand: in the model card for the released one, beside any other."""
    return CARD if folder.resolve() == RELEASED.resolve() else folder / "README.md"


def percent(error):
    """A share that was measured, or -."""
    return "-" if error is None else f"{100 * error:.1f} %"


def wilson(hit, said):
    """95 % interval of a proportion, in percent."""
    if not said:
        return (0.0, 100.0)
    z, p = 1.96, hit / said
    centre, half = p + z * z / (2 * said), z * np.sqrt(p * (1 - p) / said + z * z / (4 * said * said))
    return tuple(min(100.0, max(0.0, 100 * v / (1 + z * z / said))) for v in (centre - half, centre + half))


def poisson(count, hours):
    """95 % interval of a rate per hour; of no time: any rate."""
    from sidetone_host.phrases.estimate import interval

    low, high = interval(count)
    return (low / hours, high / hours) if hours else (0.0, np.inf)


def pooled(table, names):
    return {"said": sum(table[n]["said"] for n in names), "hit": sum(table[n]["hit"] for n in names),
            "false": sum(table[n]["false"] for n in names), "hours": max([table[n]["hours"] for n in names], default=0.0)}  # fmt: skip


def share(hit, said):
    if not said:
        return "-"
    low, high = wilson(hit, said)
    return f"{100 * hit / said:.0f} % ({low:.0f}-{high:.0f}), {hit}/{said}"


def rate(count, hours):
    if not hours:
        return "-"
    low, high = poisson(count, hours)
    return f"{count / hours:.2f} ({low:.2f}-{high:.2f})"


def table(head, rows):
    return "\n".join(["| " + " | ".join(head) + " |", "|" + "---|" * len(head), *["| " + " | ".join(r) + " |" for r in rows]])


TIERS = (("core, pooled", labels.CORE), ("full, pooled", labels.FULL), ("taboo, pooled", labels.TABOO), ("as text, pooled", {**phrases.DAY_PARTS, **phrases.WORDING}))


def synthetic_sets(result):
    return [n for n in result["sets"] if n.startswith("synthetic")]


def recall_table(result, names):
    """One row a label: recall under every condition, and the delay."""
    rows = []
    for label in next(iter(result["sets"].values()))["labels"]:
        cells = [result["sets"][n]["labels"][label] for n in names]
        if not any(c["said"] for c in cells):
            continue
        delays = [d for n in names for d in result["sets"][n]["labels"][label]["delays"]]
        delay = f"{np.median(delays):.0f} / {np.quantile(delays, 0.95):.0f} ms ({len(delays)})" if delays else "-"
        rows.append([label, *[share(c["hit"], c["said"]) for c in cells], delay])
    for title, group in TIERS:
        sums = [pooled(result["sets"][n]["labels"], group) for n in names]
        delays = [d for n in names for k in group for d in result["sets"][n]["labels"][k]["delays"]]
        delay = f"{np.median(delays):.0f} / {np.quantile(delays, 0.95):.0f} ms ({len(delays)})" if delays else "-"
        rows.append([f"**{title}**", *[share(s["hit"], s["said"]) for s in sums], delay])
    return table(["label", *[n.partition(" ")[2] or n for n in names], "delay after the phrase, median / p95 (n)"], rows)


def false_table(result):
    """One row a label: false alarms an hour on spliced speech of unseen voices and of real speakers, and on the real clips as they are."""
    names = list(result["false"])
    real = result["sets"].get("real")
    head = ["label", *[f"{n}, spliced" for n in names], *(["real, as recorded"] if real else [])]
    rows = []
    for label in next(iter(result["sets"].values()))["labels"]:
        cells = [result["false"][n]["labels"][label] for n in names] + ([real["labels"][label]] if real else [])
        rows.append([label, *[rate(c["false"], c["hours"]) for c in cells]])
    for title, group in TIERS:
        cells = [(sum(result["false"][n]["labels"][k]["false"] for k in group), max(result["false"][n]["labels"][k]["hours"] for k in group)) for n in names]
        if real:
            sums = pooled(real["labels"], group)
            cells.append((sums["false"], sums["hours"]))
        rows.append([f"**{title}**", *[rate(*c) for c in cells]])
    hours = "; ".join(f"{n}: {max(v['hours'] for v in e['labels'].values()):.1f} h spliced from {e['distinct_hours']:.2f} h" for n, e in result["false"].items())
    return table(head, rows) + f"\n\nHours: {hours}."


def spoken(e):
    """activity.balanced in a cell: balanced accuracy with its interval."""
    return f"{e['balanced']:.3f} ({e['low']:.3f}-{e['high']:.3f})"


def set_table(result):
    rows = []
    for name, e in result["sets"].items():
        rows.append([name, str(e["clips"]), str(e["speakers"]), str(e["minutes"]), f"{percent(e['unit_error'])} of {e['units']}",
                     *[spoken(e["activity"][k]) for k in ("spurts", "head", "taught")]])  # fmt: skip
    return table(["set", "clips", "speakers", "minutes", "unit error", "speech activity against P.56, balanced: the product's talk spurts",
                  "the network's head, held 200 ms", "the head against the frames within 32 dB that it was taught"], rows)  # fmt: skip


def rate_table(result):
    rows = []
    found = {name: e["rate"] for name, e in result["sets"].items()} | {f"real, tempo {TEMPO_SPAN}": result.get("tempo")}
    for name, e in found.items():
        if e:
            cells = [f"{e[m]['r']:.3f}; {e[m]['error_per_min']:.1f}/min (x{e[m]['scale']:.2f})" for m in ("both", "counter", "vowels", "density")]
            rows.append([name, f"{e['windows']}, {e['speakers']}", *cells])
    return table(["set", "windows, speakers", "the product's, counter and vowels: r; error after one scale a speaker", "counter", "network's vowels", "density head"], rows)


def doubt_table(result):
    rows = [[n, share(d["heard"], d["said"]), share(d["spared"], d["said"]), f"{d['per_h']:.0f}"] for n, e in result["sets"].items() if (d := e["doubts"])["said"]]
    return table(["set", "core phrases heard", "heard or in doubt", "doubts where it was not said, an hour and label"], rows)


def text_table(result):
    parts = []
    for names in ([n for n in result["text"] if n != "real"], [n for n in result["text"] if n == "real"]):
        if not names:
            continue
        rows, first = [], result["text"][names[0]]
        for n, e in first.items():
            rows.append([n, str(e["phrases"]), *[share(result["text"][c][n]["hit"], result["text"][c][n]["said"]) for c in names],
                         f"{rate(e['false'], e['hours'])}, {e['hours']:.0f} h"])  # fmt: skip
        parts.append(table(["syllables", "phrases", *names, f"false alarms an hour and phrase, {names[0]}"], rows))
    return "\n\n".join(parts)


def group_tables(result):
    parts = []
    for title, rows in result["by"].items():
        cells = [[name, str(e["clips"]), share(e["hit"], e["said"]), f"{percent(e['wrong'] / e['units'] if e['units'] else None)} of {e['units']}"] for name, e in rows.items()]
        parts.append(table([title, "clips", "core recall", "unit error"], cells))
    return "\n\n".join(parts)


def near_table(result):
    rows = [[k, share(e["fired"], e["clips"])] for k, e in result.get("near", {}).items()]
    total = [sum(e[k] for e in result.get("near", {}).values()) for k in ("fired", "clips")]
    return table(["label", "clips with one of its near-homophones in which it fired"], [*rows, ["**all**", share(*total)]])


TEMPO_SPAN = "0.62-1.6"
STRICT = ("service", "hold_return", "closing_offer", "apology", "offer_help")
USUAL = ("greeting", "hold", "thanks", "farewell")
FOUR = ("synthetic clean", "synthetic noise20", "synthetic noise10", "synthetic g711")


def target_table(result, manifest):
    """The issue's targets beside what was measured; an aim that an interval reaches is `perhaps`."""
    rows = []

    def verdict(low, high, aim, least=True):
        if least:
            return "yes" if low >= aim else "perhaps" if high >= aim else "no"
        return "yes" if high <= aim else "perhaps" if low <= aim else "no"

    def recalls(title, cells, aims):
        for name, (hit, said), aim in zip(("clean", "20 dB noise", "10 dB noise", "G.711"), cells, aims, strict=True):
            if said:
                rows.append([f"{title}, {name}", f"{aim} %", share(hit, said), verdict(*wilson(hit, said), aim)])

    if all(n in result["sets"] for n in FOUR):
        for title, group, aims, most in (("recall: " + ", ".join(STRICT), STRICT, (98, 97, 90, 96), 0.1), ("recall: " + ", ".join(USUAL), USUAL, (95, 93, 85, 92), 0.2)):
            sums = [pooled(result["sets"][n]["labels"], group) for n in FOUR]
            recalls(title, [(s["hit"], s["said"]) for s in sums], aims)
            for name, e in result["false"].items():
                hours = sum(e["labels"][k]["hours"] for k in group)
                count = sum(e["labels"][k]["false"] for k in group)
                rows.append([f"false alarms an hour and label of these, {name} spliced", f"{most}", rate(count, hours), verdict(*poisson(count, hours), most, least=False)])
    if result["text"] and all(c in result["text"] for c in ("clean", "noise20", "noise10", "g711")):
        tables = [result["text"][c] for c in ("clean", "noise20", "noise10", "g711")]
        for title, lengths, aims in (("as text, 4 to 6 syllables", "456", (95, 93, 80, 90)), ("as text, 3 syllables", "3", (90, 86, 72, 85))):
            recalls(title, [(sum(t[n]["hit"] for n in lengths), sum(t[n]["said"] for n in lengths)) for t in tables], aims)
    if "near" in result:
        fired, clips = (sum(e[k] for e in result["near"].values()) for k in ("fired", "clips"))
        rows.append(["near-homophones that fire", "20 %", share(fired, clips), verdict(*wilson(fired, clips), 20, least=False)])
    delays = [d for n in synthetic_sets(result) for k in labels.CORE for d in result["sets"][n]["labels"][k]["delays"]]
    if delays:
        median, late = np.median(delays), np.quantile(delays, 0.95)
        rows.append(["detection after the phrase, median / p95", "250 / 600 ms", f"{median:.0f} / {late:.0f} ms", "yes" if median <= 250 and late <= 600 else "no"])
    for name in ("synthetic babble20", "real babble20"):
        if name in result["sets"]:
            e = result["sets"][name]["activity"]["spurts"]
            rows.append([f"speech activity against P.56, {name}", "0.94", spoken(e), verdict(e["low"], e["high"], 0.94)])
    real = result["sets"].get("real")
    if real:
        if real["units"]:
            rows.append(["unit error, real, human text", "30 %", percent(real["unit_error"]), "yes" if real["unit_error"] <= 0.3 else "no"])
        sums = pooled(real["labels"], labels.CORE)
        if sums["said"]:
            rows.append(["core recall, real", "90 %", share(sums["hit"], sums["said"]), verdict(*wilson(sums["hit"], sums["said"]), 90)])
        sums = pooled(real["labels"], [*labels.CORE, *labels.FULL, *labels.TABOO])
        rows.append(["false alarms an hour over all labels, real", "12", rate(sums["false"], sums["hours"]), verdict(*poisson(sums["false"], sums["hours"]), 12, least=False)])
        for name, found in ((f"tempo {TEMPO_SPAN}", result.get("tempo")), ("as recorded, 20 dB babble", result["sets"]["real babble20"]["rate"])):
            if found:
                row = found["both"]
                rows.append([f"syllable rate, real, {name}: r; error", "0.95; 10/min", f"{row['r']:.3f}; {row['error_per_min']:.1f}/min ({found['windows']})",
                             "yes" if row["r"] >= 0.95 and row["error_per_min"] <= 10 else "no"])  # fmt: skip
    error = manifest["metrics"]["dev_unit_error"]
    rows.append(["int8 worse than float by", "1 point", f"{100 * (error['int8'] - error['float']):.1f} points", "yes" if error["int8"] - error["float"] <= 0.01 else "no"])
    return table(["target", "aim", "measured", "met"], rows)


def network_table(manifest):
    m = manifest["metrics"]
    rows = [["unit error, synthetic dev", *[f"{100 * m['dev_unit_error'][k]:.1f} %" for k in ("float", "int8")]]]
    if "dev_core_recall" in m:
        rows.append(["core recall, synthetic dev, at the same cutoffs", *[f"{100 * m['dev_core_recall'][k]:.1f} %" for k in ("float", "int8")]])
    return table(["", "float", "int8"], rows)


def cutoff_table(manifest):
    """What each cutoff rests on: false alarms counted at it on the tuning negatives, and the recall that is left there."""
    rows = []
    for row in manifest["labels"]:
        dev = manifest["metrics"]["dev"].get(row["label"])
        if dev and "false" in dev:
            recall = "-" if dev["recall"] is None else f"{100 * dev['recall']:.0f} % of {dev['positives']}"
            rows.append([row["label"], f"{row['cutoff_q8'] / 256:.2f}", str(dev["aim_per_h"]), rate(dev["false"], dev["hours"]), recall])
    return table(["label", "cutoff", "aim, an hour", "counted at it, an hour (95 %)", "recall there (dev)"], rows)


def peers_table(folder):
    path = folder / "peers.json"
    if not path.exists():
        return "not run"
    data = json.loads(path.read_text(encoding="utf-8"))
    rows = [[name.partition(":")[0], e["what"], share(e["hit"], e["said"]), f"{e['false']} in {e['hours']:.2f} h", f"{e['cpu_s_per_h'] / 60:.1f} min"] for name, e in data["systems"].items()]
    return data["note"] + "\n\n" + table(["system", "set", "core recall", "false alarms of core labels", "CPU per hour of sound"], rows)


def enrolment_text(folder):
    path = folder / "enrolment.json"
    if not path.exists():
        return "not run"
    data = json.loads(path.read_text(encoding="utf-8"))
    t = data["total"]
    read = sum("refused" not in v for v in data["voices"].values())
    return (f"`python -m model.enrolment`, release {data['version']}: {read} of {len(data['voices'])} test voices read the passage (synthetic, 20 dB noise). On their other sentences, at 20 and "
            f"10 dB noise, core recall {share(t['before'], t['said'])} with the network's cutoffs, {share(t['after'], t['said'])} with their own; false alarms of all core labels together "
            f"{rate(t['false_before'], t['hours'])} -> {rate(t['false_after'], t['hours'])} an hour ({t['hours']:.2f} h spliced).")  # fmt: skip


def curve(axes, positive, negative, hours, **style):
    if len(positive) < 3 or not hours:
        return
    cuts = sorted({*positive, *negative})
    false = [(len(negative) - np.searchsorted(negative, c)) / hours for c in cuts]
    miss = [100 * np.searchsorted(positive, c) / len(positive) for c in cuts]
    axes.step(np.maximum(false, 0.1), miss, where="post", linewidth=1, **style)


def plot(folder, plots):
    """DET curves: one panel a core label with a line a condition; and the recordings' core labels together."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    folder.mkdir(parents=True, exist_ok=True)
    for title, group in (("core", labels.CORE), ("full", labels.FULL)):
        names = list(group)
        figure, axes = pyplot.subplots((len(names) + 2) // 3, 3, figsize=(10, 2.4 * ((len(names) + 2) // 3)), dpi=72, sharex=True, sharey=True)
        for label, panel in zip(names, axes.flat, strict=False):
            for name, curves in plots.items():
                positive, negative, hours = curves[label]
                curve(panel, positive, negative, hours, label=f"{name} ({len(positive)})")
            panel.set_xscale("log")
            panel.set_xlim(0.1, 300)
            panel.set_title(label, fontsize=8)
            panel.grid(alpha=0.3)
            if panel.lines:
                panel.legend(fontsize=5)
        for panel in axes.flat[len(names) :]:
            panel.set_axis_off()
        figure.supxlabel("false alarms an hour on spliced speech (0.1 = none counted)", fontsize=8)
        figure.supylabel("missed, %", fontsize=8)
        figure.tight_layout()
        figure.savefig(folder / f"det-{title}.png")
        pyplot.close(figure)


def write(folder, manifest, result, plots, listed, readme):
    """evaluation.json beside the manifest, PNGs, and the part of the readme between its markers."""
    plot(readme.parent / "card", plots)
    slim = {**result, "listed": listed}
    slim["sets"] = {n: {**e, "labels": {k: {a: b for a, b in v.items() if a != "listed"} for k, v in e["labels"].items()}}
                    for n, e in result["sets"].items()}  # fmt: skip
    (folder / "evaluation.json").write_text(json.dumps(slim, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
    render(folder, manifest, slim, readme)


def render(folder, manifest, result, readme):
    """The tables into the readme, between its markers."""
    listed = result["listed"]
    synthetic, real = synthetic_sets(result), [n for n in result["sets"] if n.startswith("real")]
    parts = [f"Version {manifest['version']}, sha256 `{manifest['sha256'][:16]}`. Recall: phrases said and heard, with 95 % (Wilson) intervals; false alarms per hour with 95 % (Poisson) intervals.",
             "### Against the targets", target_table(result, manifest), "### Sets", set_table(result)]  # fmt: skip
    if synthetic:
        parts += ["### Recall on synthetic speech, voices and sentences both kept out", recall_table(result, synthetic)]
    if real:
        parts += ["### Recall on real recordings", recall_table(result, real)]
    parts += ["### False alarms an hour", false_table(result), "![DET curves, core labels](card/det-core.png)", "![DET curves, full labels](card/det-full.png)",
              "### Near-homophones that fire", near_table(result) if "near" in result else "-",
              "### Phrases given as text", text_table(result) if result["text"] else "-", "### By voice, speed and speaker", group_tables(result),
              "### Syllable rate, windows of 20 s", rate_table(result), "### What the cutoffs rest on", cutoff_table(manifest), "### Benefit of the doubt", doubt_table(result),
              "### Float and int8", network_table(manifest), "### What enrolment gains", enrolment_text(folder), "### Beside other programs", peers_table(folder),
              "### Every miss and false alarm on the real recordings",
              "\n".join(f"- {label}: {kind}: {text}" for label, kind, text in listed) or "none"]  # fmt: skip
    text = "\n\n".join(parts)
    old = readme.read_text(encoding="utf-8") if readme.exists() else "<!-- figures -->\n<!-- /figures -->\n"
    head, _, rest = old.partition("<!-- figures -->")
    _, _, tail = rest.partition("<!-- /figures -->")
    readme.write_text(f"{head}<!-- figures -->\n{text}\n<!-- /figures -->{tail}", encoding="utf-8")


def main():
    """python -m model.report [FOLDER]: the tables anew from evaluation.json and what else was measured since (peers.json, enrolment.json)."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else RELEASED
    manifest, result = (json.loads((folder / name).read_text(encoding="utf-8")) for name in ("manifest.json", "evaluation.json"))
    render(folder, manifest, result, card_of(folder))


if __name__ == "__main__":
    main()
