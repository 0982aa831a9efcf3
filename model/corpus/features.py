"""Augmented sequences as the network sees them: the real front end run statefully over 6-14 s of joined clips.

A *variant* is one pass over the corpus with its own random augmentation, kept as one .npz file:
`frames` uint8 [total, 40] (int8 feature + 128), `frame_ends`, `targets` (CTC ids), `target_ends`,
`speech` uint8 per 30 ms step (1 = the near talker speaks), `density` float16 syllables/s per step.
"""

import contextlib
from pathlib import Path

import numpy as np
from pymicro_features import MicroFrontend

from model.corpus import augment, labels, splice, synthesize
from model.corpus.extra import CorpusError, LeftOut, listing, told
from model.corpus.language import CODE, reading

HELD_OUT = 6  # of an extra corpus every sixth clip is kept out of training, for the cutoffs
STEP = 3  # frames of 10 ms per network step
MOST_EXTRA_HOURS = 20.0  # of an extra corpus, kept in memory (64 kB a second)
UNREADABLE = "texts that cannot all be read"


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
    """One spoken text: float32 audio, CTC target, syllable count, speaker; `held_out`: of an extra corpus, never to be trained on."""

    __slots__ = ("audio", "target", "syllables", "speaker", "text", "kind", "real", "held_out")

    def __init__(self, audio, target, syllables, speaker, text="", kind="", real=False, held_out=False):
        self.audio, self.target, self.syllables, self.speaker = audio, target, syllables, speaker
        self.text, self.kind, self.real, self.held_out = text, kind, real, held_out


def synthetic(name, shards=None):
    """The finished shards of a synthetic set -> [Clip]."""
    out = []
    for row, audio in synthesize.load(name, shards):
        target = labels.target(row["text"])
        count = len(reading.syllables(row["text"]))
        out.append(Clip(audio.astype(np.float32) / 32768, target, count, row["voice"], row["text"], row["kind"]))
    return out


def spoken(row):
    """A row of a corpus -> (what of its text can be read, its CTC target, syllables). LeftOut where that is nothing."""
    if row.lang not in ("", CODE):
        raise LeftOut("texts of another language")
    if not row.text.strip():
        raise LeftOut("rows without text")
    text = reading.cleaned(row.text)
    try:
        target, count = labels.target(text), len(reading.syllables(text))
    except ValueError:
        target = []
    if not target:
        raise LeftOut(UNREADABLE)
    return text, target, count


def roomy(units, steps):
    """True where CTC has room for so many units in so many steps."""
    return units * 1.25 < steps


def recording(path, target):
    """A sound file -> float32 at 16 kHz, its first channel. LeftOut where it is no sound that the target can be said in."""
    import soundfile

    try:
        x, rate = soundfile.read(path, dtype="float32", always_2d=True)
    except soundfile.LibsndfileError as fault:
        raise LeftOut("sounds that cannot be read") from fault
    x = x[:, 0]
    if not np.isfinite(x).all():
        raise LeftOut("sounds with samples that are no numbers")
    if not x.any():
        raise LeftOut("empty or silent sounds")
    if not roomy(len(target), len(x) / rate * 100 / STEP):
        raise LeftOut("sounds too short for their text")
    return x if rate == augment.RATE else augment.resample_by(x, rate / augment.RATE)


def readable(folder, speakers=None):
    """A corpus in one of the layouts of corpus/extra.py, or `speakers` of it (names with commas between) -> ([(row, its text, target, syllables)],
    [(kind, name)] of what is left out). CorpusError, one line, where nothing is left. No sound is opened: quick."""
    rows, left_out = listing(folder)
    chosen = [row for row in rows if not speakers or row.speaker in speakers.split(",")]
    if not chosen:
        raise CorpusError(f"{folder}: none of the speakers {speakers} is in it")
    kept = []
    for row in chosen:
        try:
            kept.append((row, *spoken(row)))
        except LeftOut as fault:
            left_out.append((fault, row.path.name))
    if not kept:
        raise CorpusError(f"{folder}: no text of the language {CODE} in it{told(left_out)}")
    return kept, left_out


def duration_h(rows):
    """Hours of all the rows' sounds, from about a thousand of them; what cannot be read lasts nothing."""
    import soundfile

    sample, hours = rows[:: max(1, len(rows) // 1000)], 0.0
    for row in sample:
        with contextlib.suppress(soundfile.LibsndfileError):
            hours += soundfile.info(row.path).duration / 3600
    return hours / len(sample) * len(rows)


def extra(folder, speakers=None, most_hours=MOST_EXTRA_HOURS):
    """Any corpus in one of the layouts of corpus/extra.py -> [Clip].

    What cannot be read or heard is left out and counted, and texts that hold something unreadable: their targets would lack what is said. Of more than
    `most_hours` a part is taken, evenly over the list.
    """
    kept, left_out = readable(folder, speakers)
    hours = duration_h([row for row, *_ in kept])
    stride = max(1, int(np.ceil(hours / most_hours)))
    read = []
    # Counted before anything else is left out: which clips are held out does not hang on a letter in a text or on a torn file.
    for number, (row, text, target, count) in enumerate(kept[::stride]):
        try:
            if reading.foreign(row.text):
                raise LeftOut(UNREADABLE)
            x = recording(row.path, target)
        except LeftOut as fault:
            left_out.append((fault, row.path.name))
            continue
        x = x / (np.abs(x).max() + 1e-9) * 0.7
        read.append(Clip(x, target, count, row.speaker, text, "extra", real=True, held_out=number % HELD_OUT == 0))
    if not read:
        raise CorpusError(f"{folder}: nothing in it can be trained on{told(left_out)}")
    part = f", every {stride}. sound of {hours:.0f} h" if stride > 1 else ""
    print(f"{folder}: {len(read)} clips, {sum(len(c.audio) for c in read) / 57.6e6:.2f} h{part}{told(left_out)}", flush=True)
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
        if roomy(len(t), len(s)):
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
    """-> list of (frames, target, speech, density). SystemExit, one line, for a torn file."""
    z = synthesize.arrays(path)
    out, f0, t0 = [], 0, 0
    for f1, t1 in zip(z["frame_ends"], z["target_ends"], strict=True):
        steps = slice(f0 // STEP, f1 // STEP)
        out.append((z["frames"][f0:f1], z["targets"][t0:t1], z["speech"][steps], z["density"][steps]))
        f0, t0 = f1, t1
    return out
