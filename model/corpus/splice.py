"""New texts from old speech: cut clips between syllables and join the pieces in another order.

A small network learns the word sequences of its corpus by heart, and synthesis is the costly part of a corpus. The
network in training aligns each clip with its text (forced alignment over its own CTC outputs); a cut goes to the
quietest place near a boundary of syllables, never inside a label's phrase. Pieces keep their part of the target.
"""

import numpy as np

from model.corpus import augment
from model.corpus.language import reading

EARLY_STEPS = 7.5  # a causal network speaks late: of 0..8.5, spliced speech was recognized best (37 %, 56 % at 0) with 7-8.5
REACH = int(0.06 * augment.RATE)
_UNITS = len(reading.UNITS)
_SYLLABIC = {reading.UNIT_ID[u] for u in reading.SYLLABIC}


def align(logp, target):
    """log-probabilities [T, tokens] and target -> (step of each token's first frame, mean log-probability), or None."""
    states = np.zeros(2 * len(target) + 1, int)
    states[1::2] = target
    steps, count = len(logp), len(states)
    if not len(target) or steps < len(target) + 2:
        return None
    skip = np.zeros(count, bool)
    skip[3::2] = states[3::2] != states[1:-2:2]
    score = np.full(count, -1e9)
    score[:2] = logp[0, states[:2]]
    back = np.zeros((steps, count), np.int8)
    for t in range(1, steps):
        one = np.concatenate([[-1e9], score[:-1]])
        two = np.where(skip, np.concatenate([[-1e9, -1e9], score[:-2]]), -1e9)
        choice = np.argmax([score, one, two], axis=0)
        back[t] = choice
        score = np.choose(choice, [score, one, two]) + logp[t, states]
    s = count - 1 if score[-1] > score[-2] else count - 2
    total = score[s]
    first = np.zeros(len(target), int)
    for t in range(steps - 1, -1, -1):
        if s % 2:
            first[s // 2] = t
        s -= back[t, s]
    return first, float(total / steps)


def cuts(clip, first):
    """Places to cut -> [(sample, index into target)]: both ends, and boundaries of syllables outside phrases."""
    target, out = clip.target, [(0, 0)]
    for k in reading.starts(target):
        middle = (first[k - 1] + first[k]) / 2 - EARLY_STEPS
        at = int(middle * 480)
        lo, hi = max(out[-1][0] + 800, at - REACH), min(len(clip.audio) - 800, at + REACH)
        if hi - lo < 160:
            continue
        power = np.convolve(clip.audio[lo:hi] ** 2, np.ones(160), "same")
        out.append((lo + int(np.argmin(power)), k))
    return [*out, (len(clip.audio), len(target))]


def protected(clip, phrases):
    """Target indices before which no cut may go: inside a label's phrase, or before its token."""
    inside, target = set(), clip.target
    for k, token in enumerate(target):
        if token < _UNITS:
            continue
        inside.add(k)
        longest = 0
        for phrase in phrases[token - _UNITS]:
            back, at = len(phrase), k
            while back and at:  # walk back over the phrase's units; another label's token may stand between
                at -= 1
                if target[at] < _UNITS:
                    back -= 1
                    if target[at] != phrase[back]:
                        break
            else:
                longest = max(longest, k - at) if not back else longest
        inside.update(range(k - longest + 1, k + 1))
    return inside


def pieces(clip, first, phrases, rng, syllables=(2, 7)):
    """One aligned clip -> [Clip] of a few syllables each."""
    inside, places, out = protected(clip, phrases), cuts(clip, first), []
    last, want = places[0], int(rng.integers(*syllables))
    taken = 0
    for place in places[1:]:
        taken += 1
        end = place[1] == len(clip.target)
        if not end and (taken < want or place[1] in inside):
            continue
        audio, target = clip.audio[last[0] : place[0]], clip.target[last[1] : place[1]]
        if len(audio) > 1600 and target:
            ramp = np.minimum(1, np.minimum(np.arange(len(audio)), np.arange(len(audio))[::-1]) / 80).astype(np.float32)
            out.append(type(clip)(audio * ramp, target, sum(t in _SYLLABIC for t in target), clip.speaker, "", "piece", clip.real))
        last, want, taken = place, int(rng.integers(*syllables)), 0
    return out


def joined(parts, rng):
    """Pieces -> one Clip, mostly without a pause between."""
    audio, target = [], []
    for part in parts:
        audio.append(part.audio)
        target += part.target
        if rng.random() < 0.2:
            audio.append(np.zeros(int(rng.uniform(0.03, 0.3) * augment.RATE), np.float32))
    return type(parts[0])(np.concatenate(audio), target, sum(p.syllables for p in parts), parts[0].speaker, "", "spliced", parts[0].real)


def drawn(all_pieces, count, rng):
    """Yield `count` groups of pieces to join, each of one speaker (now and then of anybody); whoever joins them takes from the same `rng`."""
    by_speaker = {}
    for piece in all_pieces:
        by_speaker.setdefault(piece.speaker, []).append(piece)
    pools = [p for p in by_speaker.values() if len(p) >= 8] or [all_pieces]
    weight = np.cumsum([len(p) for p in pools]) / sum(len(p) for p in pools)
    for _ in range(count):
        pool = all_pieces if rng.random() < 0.25 else pools[min(len(pools) - 1, int(np.searchsorted(weight, rng.random())))]
        yield [pool[int(k)] for k in rng.integers(len(pool), size=int(rng.integers(2, 6)))]


def shuffled(all_pieces, count, rng):
    """-> `count` spliced clips."""
    return [joined(parts, rng) for parts in drawn(all_pieces, count, rng)]
