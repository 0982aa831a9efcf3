"""Hours of ordinary speech that holds no phrase: what cutoffs are set on, and what `sidetone phrases` estimates false alarms from.

There are 40 minutes of speech that is neither trained on nor tested on: the synthetic "dev" set and every sixth clip of the extra
corpus. They are cut between syllables where the network itself aligns them (`corpus/splice.py`) and joined anew, so that hours of other
syllable sequences come of it; half of the streams are disturbed (room, headset, noise, babble, bands). Sounds and voices repeat, joints do not:
the hours are nominal, and `distinct_hours` says how much speech they are made of.

`packed` are the streams' costs (how far each unit is behind the best one, up to LIMIT_NATS) for the host's tools: about 0.4 MB an hour.
"""

import copy
import json
import lzma

import numpy as np

from model import score
from model.corpus import features, labels, splice
from model.network import TOKENS, UNITS

HOURS = 3.0
SHIPPED_HOURS = 2.0  # of them go into the repository
LIMIT_NATS = 8.0  # a path is over every cutoff long before one unit costs so much
POOR = -1.5  # mean log-probability a step under which an alignment is not trusted, as in training
PER_JOIN_S = 3.4  # mean length of a spliced clip


def source(dev, extra, near=True):
    """Speech that no training and no test uses -> [Clip]: the synthetic dev set's (`near`: its near-homophones too) and the held-out ones of an
    extra corpus' clips."""
    return [c for c in dev if near or c.kind != "near"] + [c for c in extra if c.held_out]


def pieces(network, scale, clips, rng):
    """Aligned by the int8 network's own outputs -> pieces of a few syllables, never cut inside a label's phrase; the whole clips for a network
    that hears too little to align any."""
    phrases, out = [labels.phrase_units(name) for name in labels.LABELS], []
    lead = np.zeros(4800, np.float32)
    for number, clip in enumerate(clips):
        x = np.concatenate([lead, clip.audio, lead]) * 0.3 + rng.standard_normal(len(clip.audio) + 9600) * 1e-4
        rows = network(features.frontend(np.round(np.clip(x, -1, 1) * 32767).astype(np.int16)))[:, :TOKENS].astype(np.float64) * scale
        rows -= rows.max(1, keepdims=True)
        logp = rows - np.log(np.exp(rows).sum(1, keepdims=True))
        found = splice.align(logp, clip.target)
        if found is not None and found[1] >= POOR:
            for piece in splice.pieces(clip, found[0] - 10, phrases, rng):
                piece.kind = f"{number}"  # where it comes from
                out.append(piece)
    return out or [whole(clip, number) for number, clip in enumerate(clips)]


def whole(clip, number):
    """The clip as a piece of itself."""
    piece = copy.copy(clip)
    piece.kind = f"{number}"
    return piece


def sources(clip):
    """Numbers of the clips that a spliced clip is made of; () for any other clip."""
    return tuple(int(n) for n in clip.kind[8:].split("+")) if clip.kind.startswith("spliced:") else ()


def shuffled(all_pieces, count, rng):
    """As splice.shuffled, but remembering the sources."""
    out = []
    for parts in splice.drawn(all_pieces, count, rng):
        clip = splice.joined(parts, rng)
        clip.kind = "spliced:" + "+".join(p.kind for p in parts)
        out.append(clip)
    return out


def spliced(network, scale, clips, hours=HOURS, seed=17):
    """-> (list of (frames, spans) as score.streams gives them, distinct hours). Deterministic for one network and one set of clips."""
    rng = np.random.default_rng(seed)
    parts = pieces(network, scale, clips, rng)
    joined, seconds = [], 0.0
    while seconds < hours * 3600 and parts:
        more = shuffled(parts, int((hours * 3600 - seconds) / PER_JOIN_S) + 1, rng)
        joined += more
        seconds += sum(len(c.audio) for c in more) / 16000
    half = len(joined) // 2
    made = score.streams(joined[:half], "clean", 21) + score.streams(joined[half:], "augmented", 22)
    return made, sum(len(p.audio) for p in parts) / 57.6e6


def packed(manifest, rows, distinct_hours):
    """-> bytes of a file with the costs of the streams and their clips' units; rows: (logits, spans) of each."""
    from sidetone_host.phrases import many

    limit = min(255, int(LIMIT_NATS / manifest["output_scale"]))
    rows = rows[::2] + rows[1::2]  # the first half is clean, the second disturbed: some of both
    seconds = [sum(len(clip.audio) for clip, _, _ in spans) / 16000 for _, spans in rows]
    rows = [row for row, upto in zip(rows, np.cumsum(seconds), strict=True) if upto <= SHIPPED_HOURS * 3600]
    dense = [np.minimum(many.costs(manifest, logits).units[:, :UNITS], limit).astype(np.uint8) for logits, _ in rows]
    clips = [[[a, b, [t for t in clip.target if t < UNITS]] for clip, a, b in spans] for _, spans in rows]
    hours = sum(len(clip.audio) for _, spans in rows for clip, _, _ in spans) / 57.6e6
    head = {"schema": 1, "sha256": manifest["sha256"], "units": UNITS, "limit": limit, "hours": round(hours, 3),
            "distinct_hours": round(distinct_hours, 3), "steps": [len(d) for d in dense], "clips": clips}  # fmt: skip
    data = json.dumps(head, separators=(",", ":")).encode() + b"\n" + b"".join(d.tobytes() for d in dense)
    return lzma.compress(data, preset=6)
