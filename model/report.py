"""Tables and plots of the model card from evaluate.py's figures."""

import json

import numpy as np

from model.corpus import labels


def wilson(hit, said):
    """95 % interval of a proportion, in percent."""
    if not said:
        return (0.0, 100.0)
    z, p = 1.96, hit / said
    centre, half = p + z * z / (2 * said), z * np.sqrt(p * (1 - p) / said + z * z / (4 * said * said))
    return tuple(100 * v / (1 + z * z / said) for v in (centre - half, centre + half))


def poisson(count, hours):
    """95 % interval of a rate per hour."""
    from scipy.stats import chi2

    low = chi2.ppf(0.025, 2 * count) / 2 if count else 0.0
    return low / hours, chi2.ppf(0.975, 2 * count + 2) / 2 / hours


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
    return f"{count / hours:.1f} ({low:.1f}-{high:.1f})"


def label_table(result):
    """One row a label: recall under every condition, false alarms, near-homophones, delay."""
    names = list(result["sets"])
    lines = ["| label | " + " | ".join(f"recall, {n}" for n in names) + " | false/h synthetic clean | false/h real | near-homophones that fire | delay median / p95 |",
             "|---|" + "---|" * (len(names) + 4)]  # fmt: skip
    first = result["sets"][names[0]]["labels"]
    for label in first:
        cells = [share(result["sets"][n]["labels"][label]["hit"], result["sets"][n]["labels"][label]["said"]) for n in names]
        synthetic = result["sets"].get("synthetic clean", {"labels": first})["labels"][label]
        real = result["sets"].get("real", {}).get("labels", {}).get(label)
        delays = [d for n in names if n.startswith("synthetic") for d in result["sets"][n]["labels"][label]["delays"]]
        delay = f"{np.median(delays):.0f} / {np.quantile(delays, 0.95):.0f} ms" if delays else "-"
        near = f"{synthetic['near_false']}/{synthetic['near']}" if synthetic["near"] else "-"
        lines.append(f"| {label} | " + " | ".join(cells) + f" | {rate(synthetic['false'], synthetic['hours'])} | "
                     + (rate(real["false"], real["hours"]) if real else "-") + f" | {near} | {delay} |")  # fmt: skip
    for title, group in (("core, pooled", labels.CORE), ("full, pooled", labels.FULL), ("taboo, pooled", labels.TABOO)):
        sums = {n: pooled(result["sets"][n]["labels"], group) for n in names}
        synthetic, real = sums.get("synthetic clean"), sums.get("real")
        lines.append(f"| **{title}** | " + " | ".join(share(s["hit"], s["said"]) for s in sums.values())
                     + f" | {rate(synthetic['false'], synthetic['hours']) if synthetic else '-'} | {rate(real['false'], real['hours']) if real else '-'} | | |")  # fmt: skip
    return "\n".join(lines)


def set_table(result):
    lines = ["| set | clips | speakers | minutes | unit error | speech activity, balanced | syllable rate r; error after one scale | windows |",
             "|---|---|---|---|---|---|---|---|"]  # fmt: skip
    for name, e in result["sets"].items():
        r = e["rate"]
        rates = f"{r['r']:.3f}; {r['error_per_min']:.1f}/min (scale {r['scale']:.2f}) | {r['n']}" if r else "- | -"
        balanced = f"{e['speech_balanced']:.3f}" if e["speech_balanced"] else "-"
        lines.append(
            f"| {name} | {e['clips']} | {e['speakers']} | {e['minutes']} | {100 * e['unit_error']:.1f} % of {e['units']} | {balanced} | {rates} |"
        )
    return "\n".join(lines)


def text_table(result):
    lines = ["| syllables | phrases | recall | false alarms per hour and phrase (phrase hours) |", "|---|---|---|---|"]
    for n, e in result.get("text", {}).items():
        lines.append(
            f"| {n} | {e['phrases']} | {share(e['hit'], e['said'])} | {e['false'] / max(1e-9, e['hours']):.2f} ({e['hours']:.0f} h) |"
        )
    return "\n".join(lines)


def speaker_table(result):
    lines = ["| real speaker (human text, no Latin letters) | clips | unit error |", "|---|---|---|"]
    for who, e in result.get("real_by_speaker", {}).items():
        lines.append(f"| {who} | {e['clips']} | {100 * e['unit_error']:.1f} % of {e['units']} |")
    return "\n".join(lines)


def plot(folder, plots):
    """DET curves of the core labels, one small PNG a set."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    folder.mkdir(exist_ok=True)
    for name, table in plots.items():
        figure, axes = pyplot.subplots(figsize=(5.2, 3.6), dpi=80)
        for label in labels.CORE:
            positive, negative, hours = table[label]
            if len(positive) < 3 or not hours:
                continue
            cuts = sorted({*positive, *negative})
            false = [(len(negative) - np.searchsorted(negative, c)) / hours for c in cuts]
            miss = [100 * np.searchsorted(positive, c) / len(positive) for c in cuts]
            axes.step(np.maximum(false, 0.05), miss, where="post", label=f"{label} ({len(positive)})", linewidth=1)
        axes.set_xscale("log")
        axes.set_xlabel("false alarms per hour (0.05 = none)")
        axes.set_ylabel("missed, %")
        axes.set_title(f"core labels, {name}", fontsize=9)
        axes.grid(alpha=0.3)
        axes.legend(fontsize=6)
        figure.tight_layout()
        figure.savefig(folder / f"det-{name.replace(' ', '-')}.png")
        pyplot.close(figure)


def write(here, manifest, result, plots, listed):
    """evaluation.json, PNGs, and the part of README.md between its markers."""
    plot(here / "card", plots)
    slim = {k: v for k, v in result.items() if k != "sets"}
    slim["sets"] = {n: {**e, "labels": {k: {a: b for a, b in v.items() if a not in ("listed", "delays")} for k, v in e["labels"].items()}}
                    for n, e in result["sets"].items()}  # fmt: skip
    (here / "released" / manifest["language"] / "evaluation.json").write_text(json.dumps(slim, indent=1) + "\n", encoding="utf-8")
    parts = [f"Version {manifest['version']}, sha256 `{manifest['sha256'][:16]}`. Recall: clips' phrases heard, with 95 % (Wilson) intervals; false alarms per hour with 95 % (Poisson) intervals.",
             "### Sets", set_table(result), "### Labels", label_table(result), "### Phrases given as text", text_table(result),
             "### Unit error by real speaker", speaker_table(result),
             "### Every miss and false alarm on the real recordings",
             "\n".join(f"- {label}: {kind}: {text}" for label, kind, text in listed) or "none"]  # fmt: skip
    text = "\n\n".join(parts)
    readme = here / "README.md"
    old = readme.read_text(encoding="utf-8") if readme.exists() else "<!-- figures -->\n<!-- /figures -->\n"
    head, _, rest = old.partition("<!-- figures -->")
    _, _, tail = rest.partition("<!-- /figures -->")
    readme.write_text(f"{head}<!-- figures -->\n{text}\n<!-- /figures -->{tail}", encoding="utf-8")
