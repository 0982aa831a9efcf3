"""Quantize a run, choose its cutoffs and put it under model/released/LANGUAGE.

python -m model.release RUN --version 0.1.0 [--extra DIR]
"""

import argparse
import hashlib
import json
from pathlib import Path

from model import quantize, score, tune
from model.corpus import features, tts
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


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run")
    parser.add_argument("--version", required=True)
    parser.add_argument("--language", default="zh")
    parser.add_argument("--extra")
    parser.add_argument("--out", help="instead of model/released/LANGUAGE")
    args = parser.parse_args()
    name = f"sidetone-{args.language}"
    folder = tts.work_dir() / "runs" / args.run
    items = features.load_variant(folder / "variant.npz")
    content, layers, act = quantize.quantize(folder / "last.pt", [i[0] for i in items[:120]], f"{name} {args.version}")
    manifest = tune.skeleton(name, args.version, *act["out"])
    real = features.extra(args.extra) if args.extra else []
    held = [c for k, c in enumerate(real) if k % features.HELD_OUT == 0]
    rows = tune.material(quantize.Streaming(content), held)
    manifest["text"]["cutoff_q8_by_units"] = tune.text_cutoffs(manifest, rows)
    table = tune.tune(manifest, rows)
    manifest["sha256"] = hashlib.sha256(content).hexdigest()
    manifest["trained_on"] = ["synthetic: Kokoro-82M v1.0 (Apache-2.0), styles of kokoro-js 1.2.1"]
    if real:
        manifest["trained_on"].append("real: AISHELL-1 sample, 2 speakers (Apache-2.0)")
    manifest["metrics"] = {
        "dev_unit_error": compare(layers, content),
        "macs_per_step": macs(),
        "bytes": len(content),
        "dev": {
            k: {"recall": v[1] and round(v[1], 3), "false_per_h": round(v[2], 2), "positives": v[3], "hours": round(v[4], 2)}
            for k, v in table.items()
        },
    }
    out = Path(args.out) if args.out else RELEASED / args.language
    out.mkdir(parents=True, exist_ok=True)
    (out / manifest["file"]).write_bytes(content)
    (out / "manifest.json").write_text(encode(manifest), encoding="utf-8")
    for label, (cutoff, recall, rate, count, hours, *_) in table.items():
        print(
            f"{label:22} cutoff {cutoff:6} recall {recall if recall is None else round(recall, 2)} of {count}, {rate:.2f}/h on {hours:.2f} h"
        )


def encode(manifest):
    """JSON with one label a line, so that changes can be read."""
    rows = manifest["labels"]
    text = json.dumps({**manifest, "labels": "@"}, ensure_ascii=False, indent=1)
    lines = ",\n".join("  " + json.dumps(r, ensure_ascii=False) for r in rows)
    return text.replace('"@"', "[\n" + lines + "\n ]") + "\n"


if __name__ == "__main__":
    main()
