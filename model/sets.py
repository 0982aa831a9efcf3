"""The sets that the evaluation hears: synthetic speech of voices and templates kept out, and real recordings.

Each is a list of `features.Clip`; `About` says what more is known of a clip: its file, its speed, who wrote its text.
"""

from typing import NamedTuple

from model import negatives
from model.corpus import features, synthesize
from model.corpus.extra import CorpusError, LeftOut, told
from model.corpus.language import reading

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
    """Recordings of the language with a text, in one of the layouts of corpus/extra.py -> (clips, About of each); kind 'human' or 'asr' after who wrote
    the text. What of a text cannot be read is dropped from the units. CorpusError, one line, where nothing can be heard."""
    kept, left_out = features.readable(folder)
    clips, about = [], []
    for row, text, target, count in kept:
        try:
            x = features.recording(row.path, target)
        except LeftOut as fault:
            left_out.append((fault, row.path.name))
            continue
        kind = "human" if row.text_from == "human" else "asr"
        clips.append(features.Clip(x, target, count, row.speaker, text, kind, True))
        about.append(About(row.path.name, readable=kind == "human" and not reading.foreign(row.text)))
    if not clips:
        raise CorpusError(f"{folder}: nothing in it can be measured{told(left_out)}")
    print(f"{folder}: {len(clips)} clips{told(left_out)}", flush=True)
    return clips, about


def spliced(network, manifest, clips, hours):
    """Ordinary speech of the same voices in other words, for false alarms -> (streams, distinct hours)."""
    clips = [clip for clip in clips if clip.kind != "near"]
    return negatives.spliced(network, manifest["output_scale"], clips, hours, seed=23)
