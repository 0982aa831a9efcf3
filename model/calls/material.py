"""Talkers with sentences of known text, for the measures that need no script: synthetic ones, and real ones with --real FOLDER.

A talker is a list of Sentence; samples are set to an active level of 0 dB (ITU-T P.56). Synthetic: the corpus's "test" set, whose voices and
texts no training saw (`python -m model.corpus.synthesize test --last 4`). Real: recordings with a manifest.csv (file, text, syllables, speaker,
lang, text_from), Mandarin, text written by people. The two are never mixed in one figure.
"""

import csv
from pathlib import Path
from typing import NamedTuple

import numpy as np

from model.calls.script import AGENT_DBFS
from model.calls.sound import int16, room_noise
from model.calls.speech import FRAME, RATE, TRIM_DB, trimmed

LEAST_S = 1.5
LEAST_TALKER_S = 20.0
LEAST_SENTENCES = 6
SHARDS = 5  # of the test set, whatever else was synthesized: the figures are of the same talkers


class Sentence(NamedTuple):
    samples: object  # float64, active level 0 dB
    syllables: int


class Stream(NamedTuple):
    sound: object  # int16
    clean: object  # float64, without noise
    spans: list  # (begin, end) in samples, of each sentence
    syllables: list  # of each sentence


def _sentence(samples, syllables):
    from model.corpus.calls import active_level_db

    level = active_level_db(samples)
    if level is None:
        return None
    samples = trimmed(samples, level)
    samples = samples[: len(samples) // FRAME * FRAME]
    return Sentence(samples * 10 ** (-active_level_db(samples) / 20), syllables)


def _enough(talkers):
    """Those with sentences enough to calibrate on one half and to measure on the other."""
    long = {name: sum(len(row.samples) for row in rows) > LEAST_TALKER_S * RATE for name, rows in talkers.items()}
    return {name: rows for name, rows in sorted(talkers.items()) if long[name] and len(rows) >= LEAST_SENTENCES}


def synthetic(name="test"):
    from model.corpus import synthesize
    from model.corpus.mandarin import reading

    talkers = {}
    for row, audio in synthesize.load(name, range(SHARDS)):
        if len(audio) > LEAST_S * RATE:
            talkers.setdefault(row["voice"], []).append(_sentence(audio.astype(np.float64) / 32768, len(reading.syllables(row["text"]))))
    if not talkers:
        raise SystemExit("no synthetic test set; run: python -m model.corpus.synthesize test --last 4")
    return _enough(talkers)


def real(folder):
    import soundfile

    talkers = {}
    with (Path(folder) / "manifest.csv").open(encoding="utf-8") as f:
        for row in csv.DictReader(f):
            if row["lang"] != "zh" or row["text_from"] != "human" or float(row["seconds"]) < LEAST_S or not row["text"]:
                continue
            samples, rate = soundfile.read(Path(folder) / row["file"], dtype="float64", always_2d=True)
            if rate != RATE:
                raise SystemExit(f"{row['file']}: {rate} Hz; the evaluation wants 16 kHz")
            said = int(row["syllables"] or sum("\u4e00" <= char <= "\u9fff" for char in row["text"]))
            sentence = _sentence(samples[:, 0], said)
            if sentence is not None:
                talkers.setdefault(row["speaker"], []).append(sentence)
    return _enough(talkers)


def stream(sentences, seconds, rng, level_dbfs=AGENT_DBFS, snr_db=30, gap_s=(0.2, 0.5), tempo=1.0, first=0):
    """Sentences one after another (from `first` on, round and round) until `seconds` are full, with room noise."""
    from model.corpus.calls import active_level_db, stretched

    parts, spans, syllables = [np.zeros(RATE // 2)], [], []
    at, index = RATE // 2, first
    while at < seconds * RATE:
        sentence = sentences[index % len(sentences)]
        samples = sentence.samples
        if tempo != 1.0:
            samples = stretched(samples, tempo)
            samples = samples * 10 ** (-active_level_db(samples) / 20)
        rest = np.zeros(int(rng.uniform(*gap_s) * RATE))
        spans.append((at, at + len(samples)))
        syllables.append(sentence.syllables)
        parts += [samples, rest]
        at += len(samples) + len(rest)
        index += 1
    clean = np.concatenate(parts)[: at // FRAME * FRAME] * 10 ** (level_dbfs / 20)
    return Stream(int16(clean + room_noise(rng, len(clean), AGENT_DBFS - snr_db)), clean, spans, syllables)


def spoken(clean, spans):
    """bool per 10 ms: inside a sentence, and within TRIM_DB of the stream's level or in a gap shorter than 0.2 s."""
    frames = clean[: len(clean) // FRAME * FRAME].reshape(-1, FRAME)
    db = 10 * np.log10(np.mean(frames * frames, 1) + 1e-12)
    inside = np.zeros(len(db), bool)
    for begin, end in spans:
        inside[begin // FRAME : end // FRAME] = True
    return closed(inside & (db > np.median(db[inside]) - TRIM_DB))


def closed(on):
    """bool per 10 ms, its gaps of less than 0.2 s filled: short closures inside words are speech, as the peers count."""
    edges = np.flatnonzero(np.diff(np.concatenate(([1], on.astype(np.int8), [1]))))
    for begin, end in edges.reshape(-1, 2):
        if end - begin < 20 and begin > 0 and end < len(on):
            on[begin:end] = True
    return on


def syllables(folder):
    """[Sentence] of single spoken syllables of a folder of recordings (under LEAST_S): listening sounds."""
    import soundfile

    out = []
    with (Path(folder) / "manifest.csv").open(encoding="utf-8") as f:
        for row in csv.DictReader(f):
            if row["syllables"] == "1" and row["lang"] == "zh":
                samples, _rate = soundfile.read(Path(folder) / row["file"], dtype="float64", always_2d=True)
                sentence = _sentence(samples[:, 0], 1)
                if sentence is not None and len(sentence.samples) < RATE * 0.8:
                    out.append(sentence)
    return out
