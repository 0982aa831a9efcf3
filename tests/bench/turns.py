"""Interruptions, listening sounds and answers on two-channel calls laid from real recordings, with noise and cross-talk.

    python tests/bench/turns.py [--calls 8] [--unmasked] [--louder-customer DB]

Speech: ../shared/audio/real_dev (the customer-service voice is the agent, the DataBaker voice the customer, single syllables are the listening
sounds). A call of 100 s has customer's turns of 1-3 sentences, each followed by an answer after 0.3-1.5 s or by an interruption 0.9-1.5 s before
its end, and syllables dropped into long sentences. White noise and cross-talk both ways (1.5 ms late) are added. Same seed, same call.
"""

from __future__ import annotations

import argparse
import random
import sys
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

TREE = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TREE / "firmware"), str(TREE / "host_tools")]

from sidetone.core.etiquette.conduct import Conduct  # noqa: E402
from sidetone.core.etiquette.profile import Profile  # noqa: E402
from sidetone.core.speech.meter import Meter  # noqa: E402
from sidetone.on_cpython.kernels import ChannelKernels  # noqa: E402

RATE = 16_000
BASELINE_Q8 = -26 * 256
CALL_S = 100
LEAK_SAMPLES = 24
SPEECH = TREE.parent / "shared" / "audio" / "real_dev"
CONDITIONS = ((30, None), (30, -35), (20, -30), (20, -25), (30, -20), (15, -20))  # (noise under speech dB, cross-talk dB)


def clips(kind: str) -> list[Any]:
    """Sentences of one talker, silence cut off at both ends."""
    cut = []
    for path in sorted(SPEECH.glob(f"{kind}_*")):
        samples = soundfile.read(path)[0].astype(np.float32)
        power = np.convolve(samples * samples, np.ones(320) / 320, "same")
        loud = np.where(power > power.max() * 1e-3)[0]
        cut.append(samples[loud[0] : loud[-1] + 1])
    return cut


def at_level(samples: Any, level_db: float) -> Any:
    hops = samples[: len(samples) // 160 * 160].reshape(-1, 160)
    power = (hops * hops).mean(1)
    return samples * (10 ** (level_db / 20) / np.sqrt(power[power > power.max() * 0.01].mean()))


def lay(
    seed: int, agent: list[Any], customer: list[Any], sounds: list[Any], louder_db: float
) -> tuple[Any, Any, list[tuple[str, float, float]]]:
    """(agent's channel, customer's channel, truth): truth rows are (kind, begin s, end s, or the latency s of an answer)."""
    choose = random.Random(seed)
    mine = np.zeros(RATE * CALL_S, np.float32)
    his = np.zeros(RATE * CALL_S, np.float32)
    truth: list[tuple[str, float, float]] = []

    def put(channel: Any, samples: Any, at_s: float) -> float:
        first = int(at_s * RATE)
        piece = samples[: max(0, len(channel) - first)]
        channel[first : first + len(piece)] += piece
        return at_s + len(samples) / RATE

    now_s = put(mine, at_level(choose.choice(agent), -26), 1.0)
    while now_s < CALL_S - 25:
        now_s += choose.uniform(0.3, 1.2)
        spans = []
        for _ in range(choose.randint(1, 3)):
            end_s = put(his, at_level(choose.choice(customer), -27 + louder_db), now_s)
            spans.append((now_s, end_s))
            now_s = end_s + choose.uniform(0.2, 0.6)
        now_s = spans[-1][1]
        kind = choose.choice(["answer", "answer", "interruption", "sound", "sound"])
        long = [span for span in spans if span[1] - span[0] > 2.5]
        if kind == "sound" and long:
            begin_s, end_s = choose.choice(long)
            at_s = choose.uniform(begin_s + 0.7, end_s - 1.2)
            truth.append(("sound", at_s, put(mine, at_level(choose.choice(sounds), -28), at_s)))
        if kind == "interruption" and spans[-1][1] - spans[-1][0] > 2.2:
            at_s = now_s - choose.uniform(0.9, 1.5)
            now_s = put(mine, at_level(choose.choice(agent), -26), at_s)
            truth.append(("interruption", at_s, now_s))
        else:
            latency_s = choose.uniform(0.3, 1.5)
            truth.append(("answer", now_s + latency_s, latency_s))
            now_s = put(mine, at_level(choose.choice(agent), -26), now_s + latency_s)
    return mine, his, truth


def mixed(mine: Any, his: Any, noise_db: float, leak_db: float | None, seed: int) -> list[Any]:
    rng = np.random.default_rng(seed)
    leak = 0.0 if leak_db is None else 10 ** (leak_db / 20)
    out = []
    for own, other in ((mine, his), (his, mine)):
        late = np.concatenate([np.zeros(LEAK_SAMPLES, np.float32), other[:-LEAK_SAMPLES]])
        noise = rng.standard_normal(len(own)).astype(np.float32) * 10 ** ((-26 - noise_db) / 20)
        out.append((np.clip(own + leak * late + noise, -1, 1) * 32767).astype(np.int16))
    return out


def heard(channels: list[Any]) -> tuple[list[float], list[float], list[tuple[float, float]]]:
    """(interruptions, listening sounds, (time, latency) of answers), seconds."""
    conduct = Conduct(Profile(), lambda *_line: None, BASELINE_Q8)
    meters = [Meter(BASELINE_Q8), Meter(BASELINE_Q8)]
    rows = [list(ChannelKernels().block(samples).rows()) for samples in channels]
    turns = conduct._turns
    interruptions: list[float] = []
    sounds: list[float] = []
    answers: list[tuple[float, float]] = []
    for hop in range(len(rows[0])):
        t_ms = (hop + 1) * 10
        counted = turns.backchannels
        for meter, row in zip(meters, rows, strict=True):
            meter.hop(t_ms, *row[hop])
        conduct.hop(t_ms, *meters)
        if turns.new_interruption_ms is not None:
            interruptions.append(t_ms / 1000)
        if turns.backchannels > counted:
            sounds.append(turns.last_backchannel_ms / 1000)
        if turns.new_latency_ms is not None:
            answers.append((t_ms / 1000, turns.new_latency_ms / 1000))
    return interruptions, sounds, answers


def match(wanted: list[tuple[str, float, float]], got: list[float], early_s: float, late_s: float) -> tuple[int, int, int]:
    """(found, false, missed): a hit lies from early_s before a wanted begin to late_s after its end or begin."""
    left = list(got)
    found = 0
    for kind, begin_s, end_s in wanted:
        until_s = (end_s if kind == "sound" else begin_s) + late_s
        hits = [at for at in left if begin_s - early_s <= at <= until_s]
        if hits:
            found += 1
            left.remove(hits[0])
    return found, len(left), len(wanted) - found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=8)
    parser.add_argument("--unmasked", action="store_true", help="switch the meters' mask off, to see what it is worth")
    parser.add_argument("--louder-customer", type=float, default=0.0, metavar="DB")
    args = parser.parse_args()
    if not SPEECH.is_dir():
        sys.exit(f"no speech at {SPEECH}")
    if args.unmasked:
        Meter.set_mask_q8 = lambda self, level_q8: None  # type: ignore[method-assign]
    agent = [clip for clip in clips("magic") if len(clip) > 1.6 * RATE]
    customer = clips("baker")
    sounds = [clip for clip in clips("cmnsyl") if 0.2 < len(clip) / RATE < 0.8]
    print("noise dB  cross-talk dB | interruptions F1 found false missed | sounds found false missed | answers found missed  95 % within s")
    for noise_db, leak_db in CONDITIONS:
        totals = np.zeros(6, int)
        errors: list[float] = []
        missed = 0
        for seed in range(args.calls):
            mine, his, truth = lay(seed, agent, customer, sounds, args.louder_customer)
            cut_in, said, answered = heard(mixed(mine, his, noise_db, leak_db, seed))
            totals[:3] += match([row for row in truth if row[0] == "interruption"], cut_in, 0.1, 2.5)
            totals[3:] += match([row for row in truth if row[0] == "sound"], said, 0.2, 0.4)
            for kind, at_s, latency_s in truth:
                if kind == "answer":
                    near = [latency for when, latency in answered if at_s - 0.3 <= when <= at_s + 2.2]
                    if near:
                        errors.append(abs(near[0] - latency_s))
                    else:
                        missed += 1
        found, false, lost = totals[:3]
        f1 = 2 * found / max(1, 2 * found + false + lost)
        print(
            f"{noise_db:8} {leak_db or 'none':>14} | {f1:16.2f} {found:5} {false:5} {lost:6} | {totals[3]:12} {totals[4]:5} {totals[5]:6} "
            f"| {len(errors):13} {missed:6} {np.percentile(errors, 95):16.2f}"
        )


if __name__ == "__main__":
    main()
