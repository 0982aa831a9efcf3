"""Speech to build calls from: utterances of the package's own synthesizer, cut, levelled, changed, with the times of their phrases.

An utterance is spoken once (model/corpus/calls.py `speak` keeps it under SIDETONE_TRAIN) and set to an active level of 0 dB here; scripts
say how loud. Phrase times come from the text: pauses found in the sound are matched with the text's commas, syllables share the
time between them evenly.
"""

import functools
import hashlib
import json
import os
import re
from typing import NamedTuple

import numpy as np

RATE = 16_000
VERSION = 1  # of what `_made` makes
SPEED = 0.85  # of the synthesizer: 210-250 syllables a minute, as call-centre agents speak
FRAME = 160
TRIM_DB = 32  # a frame this far under the utterance's level is not part of it
GAP_FRAMES = 9  # 90 ms of quiet are a pause between clauses
BREATHLESS_FRAMES = 20
FLAT_ST = 0.9  # spread of pitch of a flattened utterance, semitones
HIGH_ST = 5.0  # how far a strained voice is raised


class Clip(NamedTuple):
    samples: object  # float64 [n], active level 0 dB
    phrases: tuple  # (label, ms after the begin)
    syllables: int


def _frames_db(samples):
    frames = samples[: len(samples) // FRAME * FRAME].reshape(-1, FRAME)
    return 10 * np.log10(np.mean(frames * frames, 1) + 1e-12)


def trimmed(samples, level_db):
    """Cut to the frames within TRIM_DB of the level, 10 ms steps."""
    loud = np.flatnonzero(_frames_db(samples) > level_db - TRIM_DB)
    return samples[loud[0] * FRAME : (loud[-1] + 1) * FRAME] if len(loud) else samples


def pauses(samples, level_db, least=GAP_FRAMES):
    """[(begin, end)] in frames: quiet stretches inside an utterance."""
    quiet = _frames_db(samples) < level_db - 28
    edges = np.flatnonzero(np.diff(np.concatenate(([0], quiet.astype(np.int8), [0]))))
    spans = edges.reshape(-1, 2)
    return [(int(a), int(b)) for a, b in spans if b - a >= least and a > 0 and b < len(quiet)]


def without_pauses(samples, level_db):
    """No pause longer than BREATHLESS_FRAMES."""
    keep = np.ones(len(samples), bool)
    for begin, end in pauses(samples, level_db, BREATHLESS_FRAMES + 1):
        keep[(begin + BREATHLESS_FRAMES) * FRAME : end * FRAME] = False
    return samples[keep]


def text_phrases(text):
    """[(label, characters until its end)] of every label of the product's table whose words stand in the text, what a perfect ear hears."""
    from sidetone.core.etiquette.labels import LABELS

    found = []
    for row in LABELS:
        ends = set()
        for core in row[1]:
            ends |= {match.end() for match in re.finditer(re.escape(core), text)}
        found.extend((row[0], end) for end in ends)
    return sorted(found, key=lambda item: item[1])


def _is_spoken(char):
    return "\u4e00" <= char <= "\u9fff" or char.isdigit()


def _phrase_times(text, samples, level_db):
    """[(label, ms)]: clauses lie between the pauses where there are as many as commas, else all syllables are alike."""
    phrases = text_phrases(text)
    if not phrases:
        return ()
    total_ms = len(samples) * 1000 / RATE
    clauses = [part for part in re.split("[，。？！、；：]", text) if any(_is_spoken(c) for c in part)]
    gaps = sorted(sorted(pauses(samples, level_db), key=lambda gap: gap[0] - gap[1])[: len(clauses) - 1])
    counts = [sum(map(_is_spoken, clause)) for clause in clauses]
    if len(gaps) == len(clauses) - 1:
        begins = [0.0, *[gap[1] * 10.0 for gap in gaps]]
        ends = [*[gap[0] * 10.0 for gap in gaps], total_ms]
    else:
        edges = np.concatenate(([0], np.cumsum(counts))) / sum(counts) * total_ms
        begins, ends = edges[:-1], edges[1:]
    out = []
    for label, until in phrases:
        spoken = sum(map(_is_spoken, text[:until]))
        for count, begin, end in zip(counts, begins, ends, strict=True):
            if spoken <= count:
                out.append((label, int(begin + (end - begin) * spoken / count)))
                break
            spoken -= count
    return tuple(out)


@functools.lru_cache(maxsize=4096)
def utterance(text, voice, tempo=1.0, change=None):
    """A Clip: spoken by `voice`, `tempo` times as fast, set to an active level of 0 dB. Kept under SIDETONE_TRAIN."""
    from model.corpus import tts

    about = json.dumps([VERSION, text, voice, SPEED, tempo, change], ensure_ascii=False)
    path = tts.work_dir() / "calls" / "said" / f"{hashlib.sha256(about.encode()).hexdigest()[:24]}.npz"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        samples, level_db, syllables = _made(text, voice, tempo, change)
        temporary = path.with_suffix(f".{os.getpid()}.npz")
        np.savez(temporary, samples=samples.astype(np.float32), level_db=level_db, syllables=syllables)
        temporary.replace(path)
    with np.load(path) as kept:
        samples, level_db, syllables = kept["samples"].astype(np.float64), float(kept["level_db"]), int(kept["syllables"])
    return Clip(samples * 10 ** (-level_db / 20), _phrase_times(text, samples, level_db), syllables)


def _made(text, voice, tempo, change):
    """(float64 samples, their active level in dB, syllables)."""
    from model.corpus import calls
    from model.corpus.mandarin import reading

    samples = calls.stretched(calls.speak(text, voice, SPEED).astype(np.float64), tempo)
    samples = trimmed(samples, calls.active_level_db(samples))
    if change in ("flat", "high"):
        from model.calls import praat

        samples = praat.flattened(samples, FLAT_ST) if change == "flat" else praat.raised(samples, HIGH_ST)
    if change == "breathless":
        samples = without_pauses(samples, calls.active_level_db(samples))
    return samples, calls.active_level_db(samples), len(reading.syllables(text))


def breath_pop(rng):
    """80 ms of breath in a microphone: rumble under 100 Hz, level 0 dB."""
    length = RATE * 80 // 1000
    pop = np.sin(2 * np.pi * 55 * np.arange(length) / RATE + rng.uniform(0, 6)) * np.hanning(length)
    return pop / np.sqrt(np.mean(pop**2))


def held_sound(rng, seconds=0.6, hertz=180.0):
    """A drawn-out `er`: a vowel on one pitch, level 0 dB."""
    length = int(RATE * seconds)
    at = np.arange(length) / RATE
    sound = sum(np.cos(2 * np.pi * hertz * k * at + rng.uniform(0, 6)) / (1 + ((hertz * k - 550) / 350) ** 2) for k in range(1, 18))
    sound *= np.minimum(1, np.minimum(np.arange(length), np.arange(length)[::-1]) / 400)
    return sound / np.sqrt(np.mean(sound**2))
