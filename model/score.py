"""Clips -> streams -> released network -> PhraseSpotter: what was heard, clip by clip.

Clips are joined into streams of about two minutes with 0.8 s between them, each stream goes statefully through the real
front end, the int8 network (reference kernels) and the arithmetic of the product's PhraseSpotter. A clip's window runs from its start to
0.6 s after its end.
"""

import numpy as np
from scipy.signal import lfilter

from model.corpus import augment, features
from sidetone_host.phrases import many

GAP = int(0.8 * augment.RATE)
LATE_STEPS = 20
FAR = -32768  # heard_q8 of a label that was not heard at all
BABBLERS = 5
CONDITIONS = ("clean", "noise20", "noise10", "babble20", "g711", "band")


def condition(x, name, rng, others=()):
    """float stream -> the stream under a named condition; the speech stays at about -26 dBFS. `others`: clips for babble."""
    x = x / augment.level(x) * 10 ** (-26 / 20)
    if name.startswith("noise"):
        snr = float(name[5:])
        x = x + augment.coloured_noise(len(x), rng) * 10 ** (-26 / 20) * 10 ** (-snr / 20)
    elif name.startswith("babble"):
        talk = np.zeros(len(x), np.float32)
        for _ in range(BABBLERS):
            voice = np.concatenate([others[int(k)].audio / augment.level(others[int(k)].audio) for k in rng.permutation(len(others))[:40]])
            talk += np.resize(np.roll(voice, int(rng.integers(len(voice)))), len(x))
        x = x + talk / augment.level(talk) * 10 ** (-26 / 20) * 10 ** (-float(name[6:]) / 20)
    elif name == "g711":
        x = augment.g711(x, rng)
    elif name == "band":
        x = lfilter(augment._BAND, 1.0, x)
    elif name == "augmented":
        return augment.disturb(x, [], rng, 0.6)
    x = x + rng.standard_normal(len(x)) * 1e-4
    return np.clip(np.round(x * 32767), -32768, 32767).astype(np.int16)


def sounds(clips, name, seed=0, seconds=120):
    """-> list of (int16 sound of about two minutes, [(clip, first step, last step)])."""
    rng = np.random.default_rng([seed, 31])
    out, parts, spans, at = [], [np.zeros(GAP, np.float32)], [], GAP

    def close():
        nonlocal parts, spans, at
        if spans:
            out.append((condition(np.concatenate(parts), name, rng, clips), spans))
        parts, spans, at = [np.zeros(GAP, np.float32)], [], GAP

    for clip in clips:
        parts += [clip.audio, np.zeros(GAP, np.float32)]
        spans.append((clip, at // 480, (at + len(clip.audio)) // 480))
        at += len(clip.audio) + GAP
        if at > seconds * augment.RATE:
            close()
    close()
    return out


def streams(clips, name, seed=0):
    """-> list of (frames uint8 [T, 40], [(clip, first step, last step)])."""
    return [(features.frontend(sound), spans) for sound, spans in sounds(clips, name, seed)]


def logits(network, made):
    """Run `network` (a quantize.Streaming) over streams -> list of (int8 [steps, N], spans)."""
    return [(network(frames), spans) for frames, spans in made]


def listen(manifest, rows, extra=()):
    """(logits, spans) of streams -> [(trace int32 [steps, labels] of heard_q8, per clip [(label, step, posterior_q8 over the cutoff)])].

    The labels are the manifest's and `extra` rows. All streams at once, by the spotter's arithmetic on arrays (`phrases/many.py`), which a
    test and `evaluate` hold against PhraseSpotter itself. Events outside all windows belong to the clip before.
    """
    table = [*manifest["labels"], *extra]
    behind = [many.costs(manifest, logits) for logits, _ in rows]
    out = []
    for (_, spans), cost, fits in zip(rows, behind, many.fits(many.sequences(manifest, table), manifest["fit_limit"], behind), strict=True):
        trace = many.heard(manifest, table, many.label_fits(table, fits), cost.lags)
        found, starts = [[] for _ in spans], [a for _, a, _ in spans]
        for k, row in enumerate(table):
            for t in many.events(trace[:, k], row["cutoff_q8"], row["refractory_ms"]):
                found[max(0, int(np.searchsorted(starts, t, side="right")) - 1)].append((row["label"], t, int(trace[t, k]) - row["cutoff_q8"]))
        out.append((trace, found))
    return out


def peaks(trace, spans):
    """Trace -> int32 [clips, labels]: the highest value in each clip's window."""
    return np.array([trace[a : b + LATE_STEPS].max(0) for _, a, b in spans])


def unit_error(rows, span, units, tokens):
    """Greedy unit errors of one clip (clip, first step, last step) -> (edits, units)."""
    from model.train import edits, greedy

    clip, a, b = span
    said = greedy(rows[a : b + 10, :tokens].astype(np.int32))
    want = [t for t in clip.target if t < units]
    return edits(said[said < units], want), len(want)
