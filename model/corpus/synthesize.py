"""Speak the sentences: shards of clips under the work folder, deterministic, resumable, with progress.

    python -m model.corpus.synthesize --size full              # what a training of that size wants
    python -m model.corpus.synthesize test --first 0 --last 9

A shard is NAME-0007.npz: int16 audio at 16 kHz of all its clips in one row, `ends` in samples, and NAME-0007.jsonl
with one line per clip: text, kind, voice, speed. Sets: "train" and "wide" (voices outside the span of the styles), both to train on; "dev"
(training templates, other words, other mixes of the same parents: for model selection and cutoffs); "test" (voices and templates kept out).
"""

import argparse
import json
import time
import zipfile

import numpy as np

from model import workers
from model.corpus import tts
from model.corpus.language import CODE, reading, voices
from model.corpus.sentences import Writer

SHARD = 50  # clips
SETS = {  # name: (side of the templates, voices, seed)
    "train": ("train", lambda: tts.train_voices(150, seed=1), 11),
    "wide": ("train", tts.wide_voices, 14),
    "dev": ("train", lambda: tts.train_voices(24, seed=3)[len(voices.TRAIN) :], 12),
    "test": ("test", lambda: tts.test_voices(8, seed=2), 13),
}

SIZES = {  # of a training: how many shards of each set
    "tiny": {"train": 1, "wide": 0, "dev": 1},
    "small": {"train": 8, "wide": 2, "dev": 5},
    "full": {"train": 132, "wide": 12, "dev": 14},
}


def folder():
    path = tts.work_dir() / ("synthetic" if CODE == "zh" else f"synthetic-{CODE}")
    path.mkdir(parents=True, exist_ok=True)
    return path


def plan(name, shard):
    """-> list of SHARD dicts (text, kind, voice, speed), the same every time."""
    side, voices_of, seed = SETS[name]
    speakers = voices_of()
    pure = [v for v in speakers if "+" not in v] or speakers
    writer = Writer(side, [seed, shard])
    rng = np.random.default_rng([seed, shard, 1])
    rows = []
    for _ in range(SHARD):
        kind, text = writer.line(writer.any_line)
        if rng.random() < 0.3:  # without pauses
            text = reading.hurried(text)
        pool = pure if rng.random() < 0.3 else speakers
        rows.append(
            {
                "text": text,
                "kind": kind,
                "voice": pool[int(rng.integers(len(pool)))],
                "speed": round(float(np.exp(rng.uniform(np.log(0.8), np.log(1.35)))), 3),
            }
        )
    return rows


def make(name, shard):
    """Speak one shard unless it exists; returns seconds of audio made."""
    path, rows = folder() / f"{name}-{shard:04d}.npz", plan(name, shard)
    about, lines = path.with_suffix(".jsonl"), [json.dumps(row, ensure_ascii=False) + "\n" for row in rows]
    if path.exists():
        if about.exists() and about.read_bytes() == "".join(lines).encode():
            return 0.0
        print(f"{path.name} holds other sentences than those of today: it is spoken anew", flush=True)
        path.unlink()
    clips = []
    for row in rows:
        x = tts.synth(row["text"], row["voice"], row["speed"])
        x = x / max(1e-6, float(np.abs(x).max())) * 0.7  # levels are the augmentation's business
        clips.append(np.round(x * 32767).astype(np.int16))
    about.write_text("".join(lines), encoding="utf-8")
    temporary = path.with_suffix(".tmp.npz")
    np.savez(temporary, audio=np.concatenate(clips), ends=np.cumsum([len(c) for c in clips]))
    temporary.replace(path)
    return sum(len(c) for c in clips) / 16000


def arrays(path):
    """An .npz file of the work folder -> {name: array}. SystemExit, one line, where it is absent or torn."""
    try:
        with np.load(path) as stored:
            return {name: stored[name] for name in stored.files}
    except FileNotFoundError as fault:
        raise SystemExit(f"{path}: no such file; has this training been run?") from fault
    except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile) as fault:
        raise SystemExit(f"{path} is torn; delete it, the same command makes it anew") from fault


def load(name, shards=None):
    """Yield (row, int16 audio) of all finished shards of a set, in order. SystemExit, one line, for a torn one."""
    for path in sorted(folder().glob(f"{name}-[0-9]*.npz")):
        if path.name.endswith(".tmp.npz") or (shards is not None and int(path.stem[-4:]) not in shards):
            continue
        stored, about = arrays(path), path.with_suffix(".jsonl")
        try:
            rows = [json.loads(line) for line in about.open(encoding="utf-8")]
            starts = [0, *stored["ends"]]
            for row, start, end in zip(rows, starts[:-1], starts[1:], strict=True):
                yield row, stored["audio"][start:end]
        except (OSError, ValueError, KeyError) as fault:
            raise SystemExit(f"{about} is torn or absent; delete {path}, the same command makes both anew") from fault


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("set", choices=SETS, nargs="?")
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--last", type=int, default=0)
    parser.add_argument("--size", choices=SIZES, help="instead of a set: all that a training of this size wants")
    args = parser.parse_args()
    if bool(args.set) == bool(args.size):
        parser.error("either a set or --size is wanted")
    counts = SIZES[args.size] if args.size else {args.set: args.last + 1}
    todo = [(name, shard) for name, count in counts.items() for shard in range(args.first, count)]
    tts.fetch()
    began, total = time.monotonic(), 0.0
    with workers.pool() as speakers:
        made = [speakers.submit(make, *piece) for piece in todo]
        for done, (name, shard) in enumerate(todo, 1):
            total += made[done - 1].result()
            spent = time.monotonic() - began
            print(f"{name} shard {shard}, {done} of {len(todo)}: {total / 60:.1f} min of speech in {spent / 60:.1f} min", flush=True)


if __name__ == "__main__":
    main()
