"""Quantize a run, choose its cutoffs and put it under model/released/LANGUAGE.

python -m model.release RUN --version 0.1.0 [--extra DIR]
python -m model.release model/released/zh --retune --extra DIR      # other cutoffs for the same network
"""

import argparse
import hashlib
import json
from pathlib import Path

from model import negatives, quantize, score, tune
from model.corpus import features, labels, tts
from model.network import macs

RELEASED = Path(__file__).parent / "released"


def compare(layers, content):
    """Unit error of the float network and of the int8 file on the clean dev set."""
    from model.network import FEATURE_SCALE, TOKENS, UNITS

    made, out = score.streams(features.synthetic("dev"), "clean"), {}
    network = quantize.Streaming(content)
    for name in ("float", "int8"):
        wrong = total = 0
        for frames, spans in made:
            if name == "float":
                rows = quantize.run_float(layers, frames[: len(frames) // 3 * 3].astype(float) * FEATURE_SCALE) * 256
            else:
                rows = network(frames)
            for span in spans:
                edits, units = score.unit_error(rows, span, UNITS, TOKENS)
                wrong, total = wrong + edits, total + units
        out[name] = round(wrong / total, 4)
    print(f"dev unit error: float {out['float']}, int8 {out['int8']}", flush=True)
    return out


def tuned(manifest, network, extra, hours):
    """Fill in the manifest's cutoffs and what they rest on -> (table per label, streams of negatives, their distinct hours)."""
    clips = negatives.source(extra)
    made, plain = tune.material(clips)
    rows = score.logits(network, made)
    made, distinct = negatives.spliced(network, manifest["output_scale"], clips, hours)
    more = score.logits(network, made)
    print(f"negatives: {distinct:.2f} h of distinct speech, spliced to {hours:.1f} h", flush=True)
    manifest["text"]["cutoff_q8_by_units"], text = tune.text_cutoffs(manifest, rows[:plain] + more)
    table = tune.tune(manifest, rows + more)
    manifest["metrics"].update({
        "negatives": {"spliced_hours": hours, "distinct_hours": round(distinct, 2)},
        "text": text,
        "dev": {k: {"recall": v["recall"] and round(v["recall"], 3), "positives": v["positives"], "aim_per_h": v["rate"],
                    "false": v["false"], "hours": round(v["hours"], 2)} for k, v in table.items()},
    })  # fmt: skip
    return table, more, distinct


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", help="a run's name under the work folder, or (with --retune) a folder with a released network")
    parser.add_argument("--version", help="of the release; --retune keeps the old one")
    parser.add_argument("--language", default="zh")
    parser.add_argument("--extra", help="the extra corpus of the training: every sixth clip of it is for the cutoffs")
    parser.add_argument("--hours", type=float, default=negatives.HOURS, help="of spliced negatives")
    parser.add_argument("--retune", action="store_true", help="keep the network, choose its cutoffs anew")
    parser.add_argument("--out", help="instead of model/released/LANGUAGE")
    args = parser.parse_args()
    name = f"sidetone-{args.language}"
    if args.retune:
        manifest = json.loads((Path(args.run) / "manifest.json").read_text(encoding="utf-8"))
        content = (Path(args.run) / manifest["file"]).read_bytes()
        manifest["labels"] = [tune.label_row(row) for row in [*labels.LABELS, *labels.GIVEN]]
    else:
        if not args.version:
            parser.error("--version is wanted")
        folder = tts.work_dir() / "runs" / args.run
        items = features.load_variant(folder / "variant.npz")
        content, layers, act = quantize.quantize(folder / "last.pt", [i[0] for i in items[:120]], f"{name} {args.version}")
        manifest = tune.skeleton(name, args.version, *act["out"])
        manifest["trained_on"] = ["synthetic: Kokoro-82M v1.0 (Apache-2.0), styles of kokoro-js 1.2.1"]
        if args.extra:
            manifest["trained_on"].append("real: AISHELL-1 sample, 2 speakers (Apache-2.0)")
        manifest["metrics"] = {"dev_unit_error": compare(layers, content), "macs_per_step": macs(), "bytes": len(content)}
    manifest["sha256"] = hashlib.sha256(content).hexdigest()
    table, more, distinct = tuned(manifest, quantize.Streaming(content), args.extra, args.hours)
    out = Path(args.out) if args.out else RELEASED / args.language
    out.mkdir(parents=True, exist_ok=True)
    (out / manifest["file"]).write_bytes(content)
    (out / "manifest.json").write_text(encode(manifest), encoding="utf-8")
    negatives.pack(out / "negatives.xz", manifest, more, distinct)
    for label, v in table.items():
        recall = "-" if v["recall"] is None else f"{v['recall']:.2f}"
        print(f"{label:22} cutoff {v['cutoff']:6} recall {recall} of {v['positives']}, {v['false']} false in {v['hours']:.2f} h, aim {v['rate']}/h")


def encode(manifest):
    """JSON with one label a line, so that changes can be read."""
    rows = manifest["labels"]
    text = json.dumps({**manifest, "labels": "@"}, ensure_ascii=False, indent=1)
    lines = ",\n".join("  " + json.dumps(r, ensure_ascii=False) for r in rows)
    return text.replace('"@"', "[\n" + lines + "\n ]") + "\n"


if __name__ == "__main__":
    main()
