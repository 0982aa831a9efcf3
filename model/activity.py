"""Speech activity: who is right about when the near talker speaks, and what "speaks" means.

    python -m model.activity [--real DIR | --dev] [--every N]      # truths and detectors side by side, peers where they can be imported

Truth: ITU-T P.56 (method B) on the clean clip alone, before anything is added to it. Its envelope (two averages of |x| in series, 30 ms each) is
compared with a threshold 15.9 dB under the clip's own active speech level, and a moment is speech when the envelope reached the threshold within
the last 200 ms: the time over which P.56 itself takes that level. Nothing in it knows of our detectors.

`LOUD` is the truth that the network's head is trained on, not a definition of speech: frames within 32 dB of the loud ones
(`corpus/features.py`), which is breath, echo and the recording's own noise as well. Against it a gate on the talker's level is judged for its
definition: .83-.89 balanced in clean sound (docs/measures.md).

All detectors are heard live: what they say at the end of a hop is compared with the truth at that hop's last sample.
"""

import argparse
import json
from pathlib import Path

import numpy as np
from scipy.signal import lfilter

from model import rates, score, sets
from model.corpus import augment, features
from model.corpus.calls import active_level_db
from model.corpus.language import CODE
from model.network import TOKENS

HOP = 160
MARGIN_DB, TIME_CONSTANT_S, HANGOVER_S = 15.9, 0.03, 0.2  # P.56's
HANGOVER_HOPS = 20
FIRST_KNOWN = 4  # a step's three frames of 30 ms have been heard at the end of the hop 4 after its first
DRAWS = 1000
CONDITIONS = ("clean", "noise20", "noise10", "babble20", "babble10")


def held(on, most):
    """bool [n] -> the same, each True lasting `most` places more."""
    at = np.arange(len(on))
    return at - np.maximum.accumulate(np.where(on, at, -(10**9))) <= most


def p56(audio):
    """float clip -> bool per sample, to the end of the gap after it (score.GAP): active as P.56 counts active time."""
    audio = np.concatenate([audio, np.zeros(score.GAP, np.float32)]).astype(np.float64)
    scale = 0.5 / max(1e-9, np.abs(audio).max())  # the thresholds that the level is found from stand at powers of two of full scale
    level = active_level_db(audio * scale)
    if level is None:
        return np.zeros(len(audio), bool)
    keep = np.exp(-1 / (augment.RATE * TIME_CONSTANT_S))
    envelope = lfilter([1 - keep], [1, -keep], lfilter([1 - keep], [1, -keep], np.abs(audio * scale)))
    return held(envelope >= 10 ** ((level - MARGIN_DB) / 20), round(HANGOVER_S * augment.RATE) - 1)


def loud(audio):
    """float clip -> bool per sample: what the network's head was taught."""
    out = np.repeat(features.activity(audio), HOP)[: len(audio)]
    return np.concatenate([out, np.zeros(len(audio) + score.GAP - len(out), bool)])


TRUTHS = {"P.56": p56, "LOUD": loud}


def truth(spans, hops, spoken=p56):
    """(clip, ...) of a stream of `score.sounds` -> bool [hops] of its clean clips, and the clips' windows [(first hop, hop after the gap)]."""
    out, windows, at = np.zeros(hops, bool), [], score.GAP
    for clip, *_ in spans:
        on = spoken(clip.audio)
        first, end = at // HOP, min(hops, (at + len(on)) // HOP)
        out[first:end] = on[np.maximum(0, np.arange(first, end) * HOP + HOP - 1 - at)]
        windows.append((first, end))
        at += len(on)
    return out, windows


def head(manifest, logits, hops, over=0):
    """int8 [steps, outputs] -> bool [hops]: the network's speech output over its zero point and `over`, in its integers, from when it is known."""
    steps = np.clip((np.arange(hops) - FIRST_KNOWN) // 3, 0, len(logits) - 1)
    return logits[steps, TOKENS].astype(np.int32) > manifest["output_zero_point"] + over


def counts(said, on, windows):
    """-> [[hops of speech, of them heard, hops of silence, of them left alone] of each clip]."""
    return [[int(on[a:b].sum()), int((said & on)[a:b].sum()), int((~on)[a:b].sum()), int((~said & ~on)[a:b].sum())] for a, b in windows]


def balanced(rows, seed=0):
    """`counts` of clips -> {balanced, low, high (95 %, bootstrap over clips), heard, alone, hops}."""
    rows = np.array(rows)
    drawn = rows[np.random.default_rng([seed, 56]).integers(len(rows), size=(DRAWS, len(rows)))].sum(1)
    many = (drawn[:, 1] / np.maximum(1, drawn[:, 0]) + drawn[:, 3] / np.maximum(1, drawn[:, 2])) / 2
    total = rows.sum(0)
    sure, alone = total[1] / max(1, total[0]), total[3] / max(1, total[2])
    return {"balanced": float((sure + alone) / 2), "low": float(np.quantile(many, 0.025)), "high": float(np.quantile(many, 0.975)),
            "heard": float(sure), "alone": float(alone), "hops": int(total[0] + total[2])}  # fmt: skip


def compared(manifest, counted, logits, spans):
    """A stream's `counts` for the model card: the product's talk spurts, the network's head held as P.56 holds, the head against what it was taught."""
    hops = len(counted.speaking)
    (on, windows), (taught, _) = truth(spans, hops), truth(spans, hops, loud)
    said = head(manifest, logits, hops)
    return {"spurts": counts(counted.speaking, on, windows), "head": counts(held(said, HANGOVER_HOPS), on, windows), "taught": counts(said, taught, windows)}


def peers():
    """{name: detector of int16 sound} of those that can be imported."""
    from model.calls import peers as known

    out = {}
    for name, package, detector in (("webrtcvad, mode 2", "webrtcvad", known.webrtc_active), ("silero-vad", "silero_vad", known.silero_active)):
        try:
            __import__(package)
        except ImportError:
            continue
        out[name] = detector
    return out


def compare(network, manifest, clips, condition):
    """-> {(truth, detector): balanced} of clips under a condition."""
    others, table = peers(), {}
    for sound, spans in score.sounds(clips, condition):
        counted, logits = rates.counted(sound), network(features.frontend(sound))
        hops = len(counted.active)
        said = {"talk spurts (the product's)": counted.speaking, "gate, each hop": counted.active, "gate, held 200 ms": held(counted.active, HANGOVER_HOPS)}
        for over in (0, 12, 24):
            on = head(manifest, logits, hops, over)
            said |= {f"head over {over}": on, f"head over {over}, held 200 ms": held(on, HANGOVER_HOPS)}
        said["head over 0 and gate, held 200 ms"] = held(head(manifest, logits, hops) & counted.active, HANGOVER_HOPS)
        for name, detector in others.items():
            on = detector(sound)[:hops]
            said |= {name: on, f"{name}, held 200 ms": held(on, HANGOVER_HOPS)}
        for title, spoken in TRUTHS.items():
            on, windows = truth(spans, hops, spoken)
            for name, values in said.items():
                table.setdefault((title, name), []).extend(counts(values, on, windows))
    return {key: balanced(rows) for key, rows in table.items()}


def main():
    from model.quantize import Streaming

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--real", help="folder of real recordings with their texts (corpus/extra.py), instead of the synthetic test set")
    parser.add_argument("--dev", action="store_true", help="the synthetic development set, on which things may be chosen")
    parser.add_argument("--every", type=int, default=1, help="only every Nth clip")
    parser.add_argument("--model", default=str(Path(__file__).parent / "released" / CODE))
    args = parser.parse_args()
    folder = Path(args.model)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    network = Streaming((folder / manifest["file"]).read_bytes())
    clips = sets.real(args.real)[0] if args.real else features.synthetic("dev") if args.dev else sets.synthetic()[0]
    clips = clips[:: args.every]
    results = {condition: compare(network, manifest, clips, condition) for condition in CONDITIONS}
    print(f"{len(clips)} clips, {len({c.speaker for c in clips})} talkers, {results['clean']['P.56', 'gate, each hop']['hops'] / 6000:.1f} minutes")
    print("| truth | detector |", " | ".join(CONDITIONS), "|")
    print("|---|---|" + "---|" * len(CONDITIONS))
    for key in results["clean"]:
        cells = [f"{r['balanced']:.3f} [{r['low']:.3f}, {r['high']:.3f}]" for r in (results[c][key] for c in CONDITIONS)]
        print("|", " | ".join([*key, *cells]), "|")


if __name__ == "__main__":
    main()
