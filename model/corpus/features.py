"""Augmented sequences as the network sees them: the real front end run statefully over 6-14 s of joined clips.

A *variant* is one pass over the corpus with its own random augmentation, kept as one .npz file:
`frames` uint8 [total, 40] (int8 feature + 128), `frame_ends`, `targets` (CTC ids), `target_ends`,
`speech` uint8 per 30 ms step (1 = the near talker speaks), `density` float16 syllables/s per step.
"""

from pathlib import Path

import numpy as np
from pymicro_features import MicroFrontend

from model.corpus import augment, labels, splice, synthesize
from model.corpus.extra import CorpusError, listing
from model.corpus.language import reading

HELD_OUT = 6  # of an extra corpus every sixth clip is kept out of training, for the cutoffs
STEP = 3  # frames of 10 ms per network step
MOST_EXTRA_HOURS = 20.0  # of an extra corpus, kept in memory (64 kB a second)


def frontend(samples):
    """int16 16 kHz -> uint8 [frames, 40]: the network's int8 input plus 128. Front end from its initial state."""
    mf = MicroFrontend()
    data = samples.astype("<i2").tobytes()
    rows, at = [], 0
    while len(data) - at >= 320:
        out = mf.process_samples(data[at : at + 3200])
        at += out.samples_read * 2
        if not out.samples_read:
            break
        if out.features:
            rows.append(out.features)
    raw = np.round(np.array(rows, np.float32).reshape(-1, 40) / 0.0390625).astype(np.int32)
    return np.clip((raw * 256 + 333) // 666, 0, 255).astype(np.uint8)


def activity(x):
    """float clip -> bool per 10 ms: within 32 dB of the loud frames, gaps under 100 ms filled."""
    n = max(1, len(x) // 160)
    energy = (np.resize(x, n * 160).reshape(n, 160) ** 2).mean(1)
    on = energy > (augment.level(x) ** 2) * 10**-3.2
    edges = np.flatnonzero(np.diff(np.concatenate([[0], on.view(np.int8), [0]])))
    for a, b in zip(edges[1::2], edges[2::2], strict=False):
        if b - a < 10:
            on[a:b] = True
    return on


class Clip:
    """One spoken text: float32 audio, CTC target, syllable count, speaker."""

    __slots__ = ("audio", "target", "syllables", "speaker", "text", "kind", "real")

    def __init__(self, audio, target, syllables, speaker, text="", kind="", real=False):
        self.audio, self.target, self.syllables, self.speaker = audio, target, syllables, speaker
        self.text, self.kind, self.real = text, kind, real


def synthetic(name, shards=None):
    """The finished shards of a synthetic set -> [Clip]."""
    out = []
    for row, audio in synthesize.load(name, shards):
        target = labels.target(row["text"])
        count = len(reading.syllables(row["text"]))
        out.append(Clip(audio.astype(np.float32) / 32768, target, count, row["voice"], row["text"], row["kind"]))
    return out


def extra(folder, speakers=None, most_hours=MOST_EXTRA_HOURS):
    """Any corpus in one of the layouts of corpus/extra.py -> [Clip].

    Rows without text of the language, or with text or sound that cannot be read, are left out and counted; of more than `most_hours` a part is taken,
    evenly over the list.
    """
    import soundfile

    rows, dropped = listing(folder)
    rows = [(path, text, who) for path, text, who in rows if not speakers or who in speakers]
    if not rows:
        raise CorpusError(f"--extra {folder}: none of the speakers {', '.join(speakers)} is in it")
    kept, read, unread = [], [], 0
    for path, text, who in rows:
        text = reading.cleaned(text)
        try:
            target, count = labels.target(text), len(reading.syllables(text))
        except ValueError:
            target = []
        if target:
            kept.append((path, text, who, target, count))
        else:
            dropped += 1
    hours = 0.0
    if len(kept) > 1000:  # the length of the whole from a sample of its files
        sample = kept[:: max(1, len(kept) // 100)]
        hours = sum(soundfile.info(path).duration for path, *_ in sample) / 3600 / len(sample) * len(kept)
    stride = max(1, int(np.ceil(hours / most_hours)))
    for path, text, who, target, count in kept[::stride]:
        try:
            x, rate = soundfile.read(path, dtype="float32", always_2d=True)
        except soundfile.LibsndfileError:
            unread += 1
            continue
        x = x[:, 0]
        if rate != augment.RATE:
            x = augment.resample_by(x, rate / augment.RATE)
        read.append(Clip(x / (np.abs(x).max() + 1e-9) * 0.7, target, count, who, text, "extra", real=True))
    if not read:
        raise CorpusError(f"--extra {folder}: none of {len(rows)} clips has text of the language and sound that can be read")
    part = f", every {stride}th of {hours:.0f} h" if stride > 1 else ""
    print(f"extra corpus: {len(read)} clips, {sum(len(c.audio) for c in read) / 57.6e6:.2f} h{part}; {dropped} rows left out, {unread} sounds unreadable")
    return read


def sequence(clips, others, rng, strength=1.0):
    """Join clips, disturb, extract -> (frames uint8 [T, 40], target, speech [T // 3], density [T // 3])."""
    parts, active, rate, target = [], [], [], []

    def silence(seconds):
        n = int(seconds * 100)
        parts.append(np.zeros(n * 160, np.float32))
        active.append(np.zeros(n, bool))
        rate.append(np.zeros(n, np.float32))

    silence(rng.uniform(0.05, 0.9))
    for clip in clips:
        x = clip.audio
        if rng.random() < 0.75:
            x = augment.resample_by(x, float(np.exp(rng.normal(0, 0.13 if clip.real else 0.08))))
        # The few real speakers read slowly (3 syllables/s with pauses); agents speak 4-6.
        if rng.random() < (0.65 if clip.real else 0.35):
            x = augment.stretch(x, float(np.exp(rng.uniform(*((-0.1, 0.55) if clip.real else (-0.3, 0.3))))))
        n = len(x) // 160
        x = x[: n * 160] * 10 ** (rng.uniform(-4, 4) / 20)
        on = activity(x)[:n]
        parts.append(x)
        active.append(on)
        rate.append(np.where(on, min(10.0, clip.syllables / max(0.1, on.sum() / 100)), 0).astype(np.float32))
        target += clip.target
        silence(rng.uniform(0.02, 0.25) if rng.random() < 0.4 else rng.uniform(0.2, 1.2))
    silence(0.3)
    x = augment.disturb(np.concatenate(parts), others, rng, strength)
    frames = frontend(x)
    steps = len(frames) // STEP

    def per_step(values):
        return np.concatenate(values)[1 : 1 + steps * STEP].reshape(steps, STEP)  # frame t is centred 15 ms on

    return frames[: steps * STEP], target, per_step(active)[:, 1], per_step(rate).mean(1)


def variant(clips, seed, path, strength=1.0, real_weight=2, pieces=()):
    """Write one augmented pass over the clips (real ones `real_weight` times) to `path`.

    With `pieces` (splice.py) as much speech again is spliced from them.
    """
    rng = np.random.default_rng(seed)
    pool = [c for c in clips for _ in range(real_weight if c.real else 1)]
    if len(pieces):
        pool += splice.shuffled(pieces, int(1.1 * len(clips)), rng)
    order = rng.permutation(len(pool))
    others = [clips[int(k)].audio for k in rng.integers(len(clips), size=min(200, len(clips)))]
    frames, targets, speech, density, k = [], [], [], [], 0
    while k < len(order):
        group, seconds, want = [], 0.0, rng.uniform(3, 10)
        while k < len(order) and seconds < want:
            group.append(pool[order[k]])
            seconds += len(group[-1].audio) / augment.RATE
            k += 1
        f, t, s, d = sequence(group, others, rng, strength)
        if len(t) * 1.25 < len(s):  # CTC needs room
            frames.append(f)
            targets.append(np.array(t, np.int16))
            speech.append(s.astype(np.uint8))
            density.append(d.astype(np.float16))
    temporary = Path(path).with_suffix(".tmp.npz")
    np.savez(temporary, frames=np.concatenate(frames), frame_ends=np.cumsum([len(f) for f in frames]),
             targets=np.concatenate(targets), target_ends=np.cumsum([len(t) for t in targets]),
             speech=np.concatenate(speech), density=np.concatenate(density))  # fmt: skip
    temporary.replace(path)


def load_variant(path):
    """-> list of (frames, target, speech, density)."""
    with np.load(path) as z:
        z = {k: z[k] for k in z.files}
    out, f0, t0 = [], 0, 0
    for f1, t1 in zip(z["frame_ends"], z["target_ends"], strict=True):
        steps = slice(f0 // STEP, f1 // STEP)
        out.append((z["frames"][f0:f1], z["targets"][t0:t1], z["speech"][steps], z["density"][steps]))
        f0, t0 = f1, t1
    return out
