"""The sets that the evaluation hears: synthetic speech of voices and templates kept out, and real recordings.

Each is a list of `features.Clip`; `About` says what more is known of a clip: its file, its speed, who wrote its text.
"""

import csv
from pathlib import Path
from typing import NamedTuple

from model import negatives
from model.corpus import features, labels, synthesize
from model.corpus.language import CODE, reading

SPEEDS = ((0.0, 0.95, "slow (under 0.95)"), (0.95, 1.15, "usual"), (1.15, 9.0, "fast (over 1.15)"))


class About(NamedTuple):
    file: str = ""
    speed: str = ""
    readable: bool = True  # a human wrote the text, and all of it can be read: its unit error counts


def synthetic():
    """-> (clips, About of each) of the synthetic test set; [] where it was not made."""
    clips = features.synthetic("test")
    speeds = [row["speed"] for row, _ in synthesize.load("test")]
    return clips, [About(speed=next(name for a, b, name in SPEEDS if a <= s < b)) for s in speeds]


def real(folder):
    """Recordings of the language with a text -> (clips, About of each); kind 'human' or 'asr' after who wrote the text. What of a text cannot be read is
    dropped from the units."""
    import soundfile

    clips, about = [], []
    with (Path(folder) / "manifest.csv").open(encoding="utf-8") as f:
        for row in csv.DictReader(f):
            if row["lang"] != CODE or not row["text"]:
                continue
            x, rate = soundfile.read(Path(folder) / row["file"], dtype="float32", always_2d=True)
            if rate != 16000:
                raise SystemExit(f"{row['file']}: {rate} Hz; the evaluation wants 16 kHz")
            text = reading.cleaned(row["text"])
            try:
                target = labels.target(text)
            except ValueError:
                continue
            kind = "human" if row["text_from"] == "human" else "asr"
            clips.append(features.Clip(x[:, 0], target, len(reading.syllables(text)), row["speaker"], text, kind, True))
            about.append(About(row["file"], readable=kind == "human" and not reading.foreign(row["text"])))
    return clips, about


def spliced(network, manifest, clips, hours):
    """Ordinary speech of the same voices in other words, for false alarms -> (streams, distinct hours)."""
    clips = [clip for clip in clips if clip.kind != "near"]
    return negatives.spliced(network, manifest["output_scale"], clips, hours, seed=23)
