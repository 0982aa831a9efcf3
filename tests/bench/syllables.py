"""How right the syllable counts are: whole two-channel calls of real speech, counted by the real meters, against human text.

    python tests/bench/syllables.py [--scripted FOLDER]

1. Calls built from real sentences (../shared/audio), agent and customer in turn, with noise at 30/20/15 dB and the customer leaking
   into the agent's microphone at -35/-25/-20 dB, each side's count at the default scale against its text.
2. Sentences of real_dev Mandarin with human text, in groups of 20 s: rate error and interval.
3. With --scripted: calls of `python -m model.corpus.calls many FOLDER`, synthetic voices.

AISHELL (real_train_apache) tuned the counter; the talkers of real_dev did not. Nothing is measured where ../shared is absent.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from pathlib import Path

import numpy as np

TREE = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TREE / "firmware"), str(TREE / "host_tools"), str(TREE / "tests/bench")]

from lamp_latency import call_level_db, scaled  # noqa: E402

from sidetone.core.etiquette.conduct import Conduct  # noqa: E402
from sidetone.core.etiquette.profile import Profile  # noqa: E402
from sidetone.core.speech.meter import Meter  # noqa: E402
from sidetone.on_cpython.kernels import ChannelKernels  # noqa: E402
from sidetone_host.decode import open_audio  # noqa: E402

SHARED = TREE.parent / "shared" / "audio"
BASELINE_Q8 = -26 * 256
SNRS_DB = (30, 20, 15)
LEAKS_DB = (-35, -25, -20)
PAIRS = (
    ("aishell1_S0150", "aishell1_S0252"),
    ("aishell1_S0252", "aishell1_S0150"),
    ("magicdata_cs_f1", "databaker_f"),
    ("databaker_f", "magicdata_cs_f1"),
    ("magicdata_cs_f1", "aishell1_S0150"),
    ("databaker_f", "aishell1_S0252"),
)
SENTENCES = 10  # of each side in a call


def said(row):
    return int(row["syllables"] or sum("\u4e00" <= c <= "\u9fff" for c in row["text"]))


def talkers():
    """{talker: [(int16, syllables)]}: Mandarin sentences over 1.5 s with human text."""
    out = {}
    for folder in ("real_train_apache", "real_dev"):
        for row in csv.DictReader((SHARED / folder / "manifest.csv").open(encoding="utf-8")):
            if row["lang"] == "zh" and row["text_from"] == "human" and row["text"] and float(row["seconds"]) > 1.5 and said(row) > 2:
                out.setdefault(row["speaker"], []).append((SHARED / folder / row["file"], said(row)))
    return out


def listen(channels, baseline_q8=BASELINE_Q8):
    """Meters of one call, all its hops heard, cross-talk followed as on the device."""
    meters = [Meter(baseline_q8) for _ in channels]
    conduct = Conduct(Profile([]), lambda *_: None, baseline_q8, has_customer=len(channels) > 1)
    hops = len(channels[0]) // 160
    rows = [list(ChannelKernels().block(c[: hops * 160]).rows()) for c in channels]
    for hop in range(hops):
        for meter, own in zip(meters, rows, strict=True):
            meter.hop(10 * hop + 10, *own[hop])
        conduct.hop(10 * hop + 10, *meters)
    return meters


def build(agent, customer, rng, snr_db, leak_db):
    """(int16 channels, syllables of each): sentences in turn at the baseline, 0.3-1.5 s between them."""
    tracks, counts = ([], []), [0, 0]
    for _ in range(SENTENCES):
        for side, own in enumerate((agent, customer)):
            path, syllables = own[int(rng.integers(len(own)))]
            samples = open_audio(path).channels[0]
            spoken = scaled(samples, -26 - side - call_level_db(samples)) / 32768
            gap = np.zeros(int(rng.uniform(0.3, 1.5) * 16000))
            tracks[side].extend((gap, spoken))
            tracks[1 - side].extend((gap, np.zeros(len(spoken))))
            counts[side] += syllables
    sound = [np.concatenate(track) for track in tracks]
    sound[0] = sound[0] + 10 ** (leak_db / 20) * np.concatenate((np.zeros(24), sound[1][:-24]))
    noisy = [s + 10 ** ((-26 - snr_db) / 20) * pink(rng, len(s)) for s in sound]
    return [np.clip(np.rint(s * 32768), -32768, 32767).astype(np.int16) for s in noisy], counts


def pink(rng, length):
    """Unit-RMS noise that falls 3 dB an octave over 40 Hz."""
    spectrum = np.fft.rfft(rng.standard_normal(length))
    noise = np.fft.irfft(spectrum / np.sqrt(np.maximum(np.arange(len(spectrum)) * 16000 / length, 40.0)), length)
    return noise / np.sqrt(np.mean(noise**2))


def interval(values, rng, what=np.mean):
    draws = [what(rng.choice(values, len(values))) for _ in range(2000)]
    return np.percentile(draws, [2.5, 97.5])


def line(label, errors, rng):
    """errors: relative, one a call side."""
    errors = np.array(errors)
    low, high = interval(np.abs(errors), rng)
    mean = np.abs(errors).mean()
    print(f"  {label:34s} n {len(errors):3d}  mean |error| {mean:6.1%} [{low:.1%}, {high:.1%}]  bias {errors.mean():+6.1%}", flush=True)


def real_calls(people, rng):
    rows = []
    for number, (agent, customer) in enumerate(PAIRS):
        for k, snr_db in enumerate(SNRS_DB):
            leak_db = LEAKS_DB[(k + number) % 3]
            channels, counts = build(people[agent], people[customer], rng, snr_db, leak_db)
            meters = listen(channels)
            for side, name in enumerate((agent, customer)):
                rows.append((name, snr_db, leak_db, side, meters[side].syllables / counts[side] - 1))
    print(f"1. two-channel calls of real sentences: {len(rows) // 2} calls")
    line("all sides", [r[4] for r in rows], rng)
    line("agents", [r[4] for r in rows if r[3] == 0], rng)
    line("talkers that tuned nothing", [r[4] for r in rows if not r[0].startswith("aishell")], rng)
    for snr_db in SNRS_DB:
        line(f"SNR {snr_db} dB", [r[4] for r in rows if r[1] == snr_db], rng)
    for leak_db in LEAKS_DB:
        line(f"agents, leak {leak_db} dB", [r[4] for r in rows if r[2] == leak_db and r[3] == 0], rng)
    for name in sorted({r[0] for r in rows}):
        line(name, [r[4] for r in rows if r[0] == name], rng)


def sentences(people, rng):
    print("2. groups of at least 20 s, uncalibrated (baseline -26 dBFS whatever the level): rate over clip time, syllables/min")
    table = []
    for name, own in sorted(people.items()):
        if name in ("chen_wang", "davinfifield_f"):
            continue  # single syllables, not speech
        group = [[], 0]
        for path, syllables in own[:150]:
            group[0].append(open_audio(path).channels[0])
            group[1] += syllables
            length = sum(map(len, group[0])) / 16000
            if length >= 20:
                meter = listen([np.concatenate(group[0])])[0]
                table.append((name, meter.syllables / length * 60, group[1] / length * 60))
                group = [[], 0]
    for label, chosen in (
        ("real_dev (not tuned on)", [r for r in table if not r[0].startswith("aishell1_S0")]),
        ("AISHELL (tuned on)", [r for r in table if r[0].startswith("aishell1_S0")]),
    ):
        found, true = np.array([r[1] for r in chosen]), np.array([r[2] for r in chosen])
        low, high = interval(np.abs(found - true), rng)
        r = np.corrcoef(found, true)[0, 1]
        scales = {n: np.sum([t for m, _, t in chosen if m == n]) / np.sum([f for m, f, _ in chosen if m == n]) for n, _, _ in chosen}
        own = np.array([abs(f * scales[n] - t) for n, f, t in chosen])
        print(
            f"  {label:26s} {len(chosen):3d} groups, {len(scales)} talkers: r {r:.3f}  mean |error| {np.abs(found - true).mean():.1f}"
            f" [{low:.1f}, {high:.1f}]  with each talker's own scale {own.mean():.1f}"
        )
        line("relative", found / true - 1, rng)


def scripted(folder, rng):
    rows = []
    for path in sorted(folder.glob("call-*.truth.json")):
        truth = json.loads(path.read_text(encoding="utf-8"))
        recording = open_audio(str(path).replace(".truth.json", ".flac"))
        meters = listen(recording.channels)
        for side, meter in zip(("agent", "customer"), meters, strict=True):
            rows.append((truth["snr_db"], truth["leak_db"], side, meter.syllables / truth["syllables"][side] - 1))
    print(f"3. scripted calls, synthetic voices: {len(rows) // 2} calls")
    line("all sides", [r[3] for r in rows], rng)
    line("agents", [r[3] for r in rows if r[2] == "agent"], rng)
    line("customers", [r[3] for r in rows if r[2] == "customer"], rng)
    for snr_db in sorted({r[0] for r in rows}):
        line(f"SNR {snr_db} dB", [r[3] for r in rows if r[0] == snr_db], rng)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scripted", type=Path, help="folder of scripted calls")
    args = parser.parse_args()
    rng = np.random.default_rng(11)
    if SHARED.exists():
        people = talkers()
        real_calls(people, rng)
        sentences(people, rng)
    else:
        print("../shared/audio is absent: nothing measured on real speech")
    if args.scripted:
        scripted(args.scripted, rng)


if __name__ == "__main__":
    main()
