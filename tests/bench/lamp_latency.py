"""How fast, and how falsely, the `loud` lamp comes: real speech at the baseline steps up, the real meter and judge listen.

    python tests/bench/lamp_latency.py [--trials 200] [--minutes 60]

Speech: ../shared/audio (AISHELL and the customer-service and DataBaker voices) where it is there, else the bundled demo call.
A trial is 6-12 s of one talker at the baseline (each sentence set to it by P.56), then the same talker louder from a sentence's
start or from a random place inside one. Latency is stream time from the first loud speech sample to the `C1 on` finding; the 10 ms
hop that decides is included, the live block (20 ms) is not. False-ons: speech at a constant level, per-minute blocks set by P.56.
"""

from __future__ import annotations

import argparse
import csv
import sys
from pathlib import Path

import numpy as np

TREE = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TREE / "firmware"), str(TREE / "host_tools")]

from sidetone.core.etiquette.conduct import Conduct  # noqa: E402
from sidetone.core.etiquette.profile import Profile  # noqa: E402
from sidetone.core.speech import decibel  # noqa: E402
from sidetone.core.speech.level import CallLevel  # noqa: E402
from sidetone.core.speech.meter import Meter  # noqa: E402
from sidetone.on_cpython.kernels import ChannelKernels  # noqa: E402
from sidetone_host.decode import open_audio  # noqa: E402

BASELINE_Q8 = -26 * 256
HOP = 160
SHARED = TREE.parent / "shared" / "audio"
TALKERS = {"real_train_apache": ("aishell1_S0150", "aishell1_S0252"), "real_dev": ("magicdata_cs_f1", "databaker_f")}
PLACES_BELOW_DB = 25  # a hop within this under the sentence's level is speech: where "the first loud sample" is looked for


def call_level_db(samples):
    """P.56 active level (dBFS) of int16 samples; None without speech."""
    level = CallLevel()
    for energy_q8 in ChannelKernels(pitch=False).block(samples[: len(samples) // HOP * HOP]).energy_q8:
        level.hop(energy_q8, decibel.mean_square(energy_q8))
    found = level.level_q8()
    return None if found is None else found / 256


def scaled(samples, gain_db):
    return np.clip(np.rint(samples * 10 ** (gain_db / 20)), -32768, 32767).astype(np.int16)


def sentences(limit):
    """{talker: [int16 sentence at its own level]}, at most `limit` each."""
    out = {}
    for folder, talkers in TALKERS.items():
        manifest = SHARED / folder / "manifest.csv"
        if not manifest.exists():
            continue
        for row in csv.DictReader(manifest.open(encoding="utf-8")):
            if row["speaker"] in talkers and len(out.setdefault(row["speaker"], [])) < limit:
                out[row["speaker"]].append(open_audio(SHARED / folder / row["file"]).channels[0])
    if not out:
        recording = open_audio(TREE / "host_tools/sidetone_host/data/demo_call.flac")
        for side, channel in zip(("demo agent", "demo customer"), recording.channels, strict=True):
            out[side] = [channel[at : at + 6 * 16000] for at in range(0, len(channel) - 6 * 16000, 6 * 16000)]
            out[side] = [c for c in out[side] if (call_level_db(c) or -99) > -40]
    return out


def findings(samples):
    """Times (ms) at which C1 turned on."""
    on = []

    def emit(t_ms, kind, rows):
        values = dict(rows)
        if kind == "finding" and values["rule"] == "C1" and values["state"] == "on":
            on.append(t_ms)

    meter = Meter(BASELINE_Q8)
    conduct = Conduct(Profile([]), emit, BASELINE_Q8, has_customer=False)
    kernels = ChannelKernels()
    t_ms = 0
    for at in range(0, len(samples) - HOP + 1, HOP * 50):
        for row in kernels.block(samples[at : min(at + HOP * 50, len(samples) // HOP * HOP)]).rows():
            t_ms += 10
            meter.hop(t_ms, *row)
            conduct.hop(t_ms, meter)
    return on


def step_trials(talkers, step_db, trials, seed=1):
    """Latencies in ms (inf where the lamp did not come within the loud speech), and false-ons before the step."""
    rng = np.random.default_rng([seed, int(step_db * 10)])
    latencies, early = [], 0
    names = sorted(talkers)
    for trial in range(trials):
        own = talkers[names[trial % len(names)]]
        calm, length = [], 0
        while length < int(rng.uniform(6, 12) * 16000):
            calm.append(own[int(rng.integers(len(own)))])
            length += len(calm[-1])
        loud = []
        while sum(map(len, loud)) < 6 * 16000:
            loud.append(own[int(rng.integers(len(own)))])
        loud = np.concatenate(loud)
        if trial % 2:  # inside a sentence: its first part is still calm
            cut = int(rng.uniform(0.2, 0.8) * min(len(loud) // 2, 3 * 16000))
            calm.append(loud[:cut])
            loud = loud[cut:]
        calm = np.concatenate(calm)
        hops = loud[: len(loud) // HOP * HOP].astype(np.float64).reshape(-1, HOP)
        power = 10 * np.log10((hops**2).mean(axis=1) / 2**30 + 1e-12)
        first = int(np.argmax(power > -26 - PLACES_BELOW_DB)) * HOP
        begin_ms = (len(calm) + first) / 16
        on = findings(np.concatenate((calm, scaled(loud, step_db))))
        early += sum(t < begin_ms for t in on)
        after = [t for t in on if t >= begin_ms]
        latencies.append(after[0] - begin_ms if after else np.inf)
    return np.array(latencies), early


def median_interval(values, rng):
    """95 % bootstrap interval of the median."""
    draws = np.median(rng.choice(values, (2000, len(values))), axis=1)
    return np.percentile(draws, [2.5, 97.5])


def false_ons(talkers, over_db, minutes):
    """(false-ons, minutes of speech): each talker's sentences in order, in blocks of a minute set to baseline + over_db."""
    count, total = 0, 0.0
    for own in talkers.values():
        block, spent = [], 0.0
        for sentence in own:
            block.append(sentence)
            if sum(map(len, block)) >= 60 * 16000 and spent < minutes / len(talkers):
                samples = np.concatenate(block)
                level = call_level_db(samples)
                count += len(findings(scaled(samples, -26 + over_db - level)))
                spent += len(samples) / 16000 / 60
                block = []
        total += spent
    return count, total


def poisson_upper(count):
    """95 % upper limit of a Poisson mean with `count` seen."""
    mean = count
    while True:
        mean += 0.05
        term, below = np.exp(-mean), 0.0
        for k in range(count + 1):
            below += term
            term *= mean / (k + 1)
        if below <= 0.05:
            return mean


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=200, help="steps of each size")
    parser.add_argument("--minutes", type=float, default=60, help="speech for the false-ons, all talkers together")
    args = parser.parse_args()
    raw = sentences(500)
    levelled = {}
    for name, own in raw.items():
        pairs = [(s, call_level_db(s)) for s in own[:120]]
        levelled[name] = [scaled(s, -26 - level) for s, level in pairs if level is not None and len(s) > 16000]
    rng = np.random.default_rng(9)
    print(f"talkers: {', '.join(f'{k} ({len(v)})' for k, v in sorted(raw.items()))}")
    print("step   n    missed  median ms [95 %]     p90   p95   early   goal")
    for step_db, goal in ((12.0, "median <= 600, p95 <= 1300"), (9.0, "median <= 800"), (16.0, "-")):
        latencies, early = step_trials(levelled, step_db, args.trials)
        low, high = median_interval(latencies, rng)
        p90, p95 = np.percentile(latencies, [90, 95], method="lower")
        missed = int(np.isinf(latencies).sum())
        print(
            f"+{step_db:4.0f}  {len(latencies):4d} {missed:5d}  {np.median(latencies):7.0f} [{low:.0f}, {high:.0f}]"
            f"  {p90:6.0f} {p95:6.0f} {early:5d}     {goal}"
        )
    for over_db, goal in ((3.0, "<= 1.5 a minute"), (0.0, "<= 1 an hour")):
        count, minutes = false_ons(raw, over_db, args.minutes)
        print(
            f"false-ons at baseline {over_db:+.0f} dB: {count} in {minutes:.0f} min = {count / minutes:.2f}/min "
            f"(95 % under {poisson_upper(count) / minutes:.2f}/min, {60 * poisson_upper(count) / minutes:.1f}/h)   goal {goal}"
        )


if __name__ == "__main__":
    main()
