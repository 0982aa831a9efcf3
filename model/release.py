"""Quantize a run and choose its cutoffs: a network as model/released/LANGUAGE holds one, in released/RUN of the work folder.

python -m model.release RUN --version 0.1.0 [--extra DIR] [--out DIR]
python -m model.release model/released/zh --retune --extra DIR      # other cutoffs for the same network, in its place
"""

import argparse
import hashlib
import json
import os
import shlex
from pathlib import Path

import numpy as np

from model import evaluate, negatives, quantize, score, tune
from model.corpus import features, labels, synthesize, tts
from model.corpus.language import CODE
from model.network import FEATURE_SCALE, TOKENS, UNITS, macs

RELEASED = Path(__file__).parent / "released"


def writable(folder):
    """Make the folder. SystemExit, one line, where files cannot be put into it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise SystemExit(f"{folder}: {fault.strerror}") from fault
    if not os.access(folder, os.W_OK):
        raise SystemExit(f"{folder}: nothing may be written there")
    return folder


def replace(folder, contents):
    """Put the files {name: bytes} into the folder, all of them or, where it is stopped before they are written, none."""
    for name, content in contents.items():
        (folder / f"{name}.tmp").write_bytes(content)
    for name in contents:
        (folder / f"{name}.tmp").replace(folder / name)


def compare(layers, content, manifest, dev):
    """Unit error and core recall (at the manifest's cutoffs) of the float network and of the int8 file on the clean dev set."""
    made, error, recall = score.streams(dev, "clean"), {}, {}
    network, scale, zero = quantize.Streaming(content), manifest["output_scale"], manifest["output_zero_point"]
    core = [(k, row) for k, row in enumerate(manifest["labels"]) if row["tier"] == "core"]
    for name in ("float", "int8"):
        wrong = total = said = hit = 0
        rows = []
        for frames, spans in made:
            if name == "float":  # on the int8 file's grid, but not cut to its range
                exact = quantize.run_float(layers, frames[: len(frames) // 3 * 3]* FEATURE_SCALE)
                rows.append((np.round(exact / scale + zero).astype(np.int16), spans))
            else:
                rows.append((network(frames), spans))
        for (logits, spans), (trace, _) in zip(rows, score.listen(manifest, rows), strict=True):
            for span, values in zip(spans, score.peaks(trace, spans), strict=True):
                edits, units = score.unit_error(logits, span, UNITS, TOKENS)
                wrong, total = wrong + edits, total + units
                for k, row in core:
                    if tune.said(span[0], row["label"]):
                        said, hit = said + 1, hit + int(values[k] >= row["cutoff_q8"])
        error[name], recall[name] = round(wrong / total, 4), round(hit / max(1, said), 4)
    print(f"dev unit error: float {error['float']}, int8 {error['int8']}; core recall: float {recall['float']}, int8 {recall['int8']}", flush=True)
    return {"dev_unit_error": error, "dev_core_recall": recall}


def tuned(manifest, network, clips, hours):
    """Fill in the manifest's cutoffs and what they rest on; clips: speech that no training uses -> (table per label, streams of negatives, their
    distinct hours)."""
    made, plain = tune.material(clips)
    rows = score.logits(network, made)
    made, distinct = negatives.spliced(network, manifest["output_scale"], clips, hours)
    more = score.logits(network, made)
    print(f"negatives: {distinct:.2f} h of distinct speech, spliced to {hours:.1f} h", flush=True)
    heard, weight = tune.weigh(manifest, rows + more)
    manifest["text"]["cutoff_q8_by_units"], text = tune.text_cutoffs(manifest, rows[:plain] + more, clips)
    table = tune.tune(heard, weight)
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
    parser.add_argument("--size", choices=synthesize.SIZES, default="full", help="of the training: as much dev speech is for the cutoffs")
    parser.add_argument("--extra", help="the extra corpus of the training: every sixth clip of it is for the cutoffs")
    parser.add_argument("--extra-speakers", help="comma-separated: those of it that were trained on")
    parser.add_argument("--hours", type=float, default=negatives.HOURS, help="of spliced negatives")
    parser.add_argument("--without-near", action="store_true", help="no near-homophones among the negatives")
    parser.add_argument("--retune", action="store_true", help="keep the network, choose its cutoffs anew")
    parser.add_argument("--out", help="instead of released/RUN in the work folder, with --retune instead of the folder itself")
    args = parser.parse_args()
    name = f"sidetone-{CODE}"
    if args.retune:
        _, manifest, _ = evaluate.opened(Path(args.run))
    out = writable(Path(args.out or (args.run if args.retune else tts.work_dir() / "released" / args.run)))
    real = features.extra(args.extra, args.extra_speakers) if args.extra else []
    dev = features.synthetic("dev", range(synthesize.SIZES[args.size]["dev"]))
    if not dev:
        raise SystemExit(f"{synthesize.folder()}: no dev speech to choose cutoffs on; python -m model.corpus.synthesize --size {args.size} speaks it")
    if args.retune:
        content = (Path(args.run) / manifest["file"]).read_bytes()
        manifest["syllable_units"] = tune.SYLLABLE_UNITS
        manifest["labels"] = [tune.label_row(row) for row in [*labels.LABELS, *labels.GIVEN]]
    else:
        if not args.version:
            parser.error("--version is wanted")
        folder = tts.work_dir() / "runs" / args.run
        items = features.load_variant(folder / "variant.npz")
        content, layers, act = quantize.quantize(folder / "last.pt", [i[0] for i in items[:132]], f"{name} {args.version}")
        manifest = tune.skeleton(name, args.version, *act["out"])
        manifest["trained_on"] = ["synthetic: Kokoro-82M v1.0 (Apache-2.0), styles of kokoro-js 1.2.1"]
        trained = [clip for clip in real if not clip.held_out]
        if trained:
            who = len({clip.speaker for clip in trained})
            manifest["trained_on"].append(f"real: {Path(args.extra).resolve().name}, {len(trained)} clips, {who} speaker{'s' * (who > 1)}")
        manifest["metrics"] = {"macs_per_step": macs(), "bytes": len(content)}
    manifest["sha256"] = hashlib.sha256(content).hexdigest()
    table, more, distinct = tuned(manifest, quantize.Streaming(content), negatives.source(dev, real, not args.without_near), args.hours)
    if not args.retune:
        manifest["metrics"].update(compare(layers, content, manifest, dev))
    packed = negatives.packed(manifest, more, distinct)
    replace(out, {manifest["file"]: content, "negatives.xz": packed, "manifest.json": encode(manifest).encode()})
    for label, v in table.items():
        recall = "-" if v["recall"] is None else f"{v['recall']:.2f}"
        print(f"{label:22} cutoff {v['cutoff']:6} recall {recall} of {v['positives']}, {v['false']} false in {v['hours']:.2f} h, aim {v['rate']}/h")
    print(f"made {out}; measure it: make evaluate MODEL={shlex.quote(str(out))}; put it into the product: copy what is in it to {RELEASED / CODE}")


def encode(manifest):
    """JSON with one label a line, so that changes can be read."""
    rows = manifest["labels"]
    text = json.dumps({**manifest, "labels": "@"}, ensure_ascii=False, indent=1)
    lines = ",\n".join("  " + json.dumps(r, ensure_ascii=False) for r in rows)
    return text.replace('"@"', "[\n" + lines + "\n ]") + "\n"


if __name__ == "__main__":
    main()
