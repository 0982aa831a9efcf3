"""How often would a phrase given as text be heard where nobody says it? Counted on hours of speech that ship as the network's costs.

`negatives.xz` lies beside the released network (model/negatives.py makes it): one line of JSON (steps of each stream, the clips' places and
units, hours), then uint8 [steps, units] of each stream. The phrase goes through the same integers as on the device. Clips whose words hold
its very sounds are left out: exact homophones are a matter of context, `advice.py` tells of them.
"""

from __future__ import annotations

import json
import lzma
import math
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sidetone.core.speech.phrases import FAR_Q8
from sidetone_host.errors import CannotDo
from sidetone_host.phrases import many

LATE_STEPS = 20  # a clip's window ends 0.6 s after it, as in the evaluation
AIM_PER_H = {2: 0.2, 3: 0.2}  # by syllables; else 0.1: the network's own aims for phrases given as text
TAIL = 12  # clips that an extrapolation rests on
# On 90 phrases a length from real recordings with network 0.3.0: heard 43, 43, 70, 84 % of 3, 4, 5, 6 syllables at 0.07, 0.02, 0, 0 false alarms an
# hour by the table alone (share 0); 70, 76, 90, 91 % at 0.12, 0.07, 0.09, 0.02 with this share and WHOLE_Q8 (without it 0.26 for 6 syllables).
OWN_SHARE = 0.7
WHOLE_Q8 = 5000  # however rare a phrase sounds, all its units together may cost no more: two wholly wrong syllables are another phrase
LOWEST_Q8 = -4 * 256  # of a cutoff, as in a profile


class Negatives(NamedTuple):
    streams: list[NDArray[np.uint8]]
    clips: list[list[tuple[int, int, bytes]]]  # of each stream: first step, last step, units
    hours: float
    distinct_hours: float


class Estimate(NamedTuple):
    """False alarms of one label: `false` of them in `hours`, with the 95 % Poisson interval an hour; `peaks_q8`: each clip's best value."""

    false: int
    hours: float
    low_per_h: float
    high_per_h: float
    peaks_q8: NDArray[np.int32]


@cache
def load(folder: Path, sha256: str) -> Negatives:
    """The shipped negatives of the network with this SHA-256. CannotDo, one line, where they are absent, torn or another network's."""
    path = folder / "negatives.xz"
    try:
        head, _, body = lzma.decompress(path.read_bytes()).partition(b"\n")
        about = json.loads(head)
        steps, units, clips = about["steps"], about["units"], about["clips"]
        hours, distinct, owner = about["hours"], about["distinct_hours"], about["sha256"]
    except OSError as fault:
        raise CannotDo(f"no false alarms can be estimated: {path}: {fault.strerror}") from fault
    except (lzma.LZMAError, ValueError, KeyError, TypeError) as fault:
        raise CannotDo(f"{path} is torn; take it anew from the repository") from fault
    if len(body) != sum(steps) * units:
        raise CannotDo(f"{path} is torn; take it anew from the repository")
    if owner != sha256:
        raise CannotDo(f"{path} belongs to another network; take the whole folder anew from the repository")
    data, streams, at = np.frombuffer(body, np.uint8).reshape(-1, units), [], 0
    for count in steps:
        streams.append(data[at : at + count])
        at += count
    return Negatives(streams, [[(a, b, bytes(said)) for a, b, said in row] for row in clips], hours, distinct)


def interval(count: int) -> tuple[float, float]:
    """95 % interval of a Poisson mean after `count` events."""

    def mean_at(events: int, chance: float) -> float:
        low, high = 0.0, 10.0 * (events + 5)
        for _ in range(60):
            middle = (low + high) / 2
            term = total = math.exp(-middle)
            for k in range(1, events + 1):
                term *= middle / k
                total += term
            low, high = (middle, high) if total > chance else (low, middle)
        return low

    return (mean_at(count - 1, 0.975) if count else 0.0), mean_at(count, 0.025)


def row_of(manifest: dict[str, Any], label: str, phrases: list[list[int]], cutoff_q8: int = 0) -> dict[str, Any]:
    """A label's row as PhraseSpotter makes it of a site phrase."""
    table = manifest["text"]["cutoff_q8_by_units"]
    shortest = min(len(phrase) for phrase in phrases)
    own = table[min(shortest, len(table) - 1)]
    return {"label": label, "phrases": phrases, "cutoff_q8": cutoff_q8 or own, "refractory_ms": manifest["text"]["refractory_ms"]}


def false_alarms(manifest: dict[str, Any], negatives: Negatives, rows: Sequence[dict[str, Any]]) -> list[Estimate]:
    """Each label against the negatives, at its cutoff; the time is that of the negatives, not of the labels."""
    sounds = [[bytes(phrase) for phrase in row["phrases"]] for row in rows]
    # Where two units are best, or a label's token is, the file does not tell which unit the spotter takes: a matter of the pace's last bits.
    heard = [many.Costs(s, np.empty((len(s), 0), np.uint8), many.unit_q8(manifest, s.argmin(1))) for s in negatives.streams]
    found = many.fits([phrase for row in rows for phrase in row["phrases"]], manifest["fit_limit"], heard)
    false, spoken, total = [0] * len(rows), [0] * len(rows), 0
    peaks: list[list[int]] = [[] for _ in rows]
    for fits, clips, recording in zip(found, negatives.clips, heard, strict=True):
        best = many.label_fits(rows, fits)
        values = many.heard(manifest, rows, best, recording.lags)
        total += sum(b - a for a, b, _ in clips)
        for k, row in enumerate(rows):
            told = np.array(many.events(values[:, k], row["cutoff_q8"], row["refractory_ms"]), int)
            for a, b, said in clips:
                if any(sound in said for sound in sounds[k]):
                    continue
                spoken[k] += b - a
                peaks[k].append(int(values[a : b + LATE_STEPS, k].max(initial=FAR_Q8)))
                false[k] += int(((told >= a) & (told < b + LATE_STEPS)).sum())
    out = []
    for count, steps, values_q8 in zip(false, spoken, peaks, strict=True):
        hours = negatives.hours * steps / max(1, total)
        low, high = interval(count)
        # Where every clip holds the very sounds, nothing is known: any rate is possible.
        bounds = (low / hours, high / hours) if hours else (0.0, math.inf)
        out.append(Estimate(count, hours, *bounds, np.array(values_q8, np.int32)))
    return out


def cutoff_for(estimate: Estimate, rate_per_h: float) -> int:
    """The cutoff (Q8) at which about `rate_per_h` false alarms are to be expected: by rank, beyond that by an exponential tail."""
    heard = np.sort(estimate.peaks_q8[estimate.peaks_q8 > FAR_Q8])[::-1]
    wanted = rate_per_h * estimate.hours
    if not len(heard):
        return LOWEST_Q8  # whatever the cutoff, nothing comes of it
    if wanted >= 3:
        return min(-1, int(heard[min(len(heard) - 1, int(wanted))]) + 1)
    top = min(TAIL, len(heard) - 1)
    mean = max(8.0, float((heard[:top] - heard[top]).mean())) if top else 8.0
    return min(-1, math.ceil(float(heard[top]) + mean * max(0.0, math.log(max(1, top) / max(1e-9, wanted)))))


def own_cutoff(manifest: dict[str, Any], estimate: Estimate, syllables: int, units: int) -> int:
    """A phrase's own cutoff (Q8) for the network's aim: OWN_SHARE of what its own chance fits on the negatives ask for, the rest from the
    table by number of units, which steadies it; never laxer than WHOLE_Q8 allows so many units. One cutoff for a whole length is set by the few
    phrases that common speech resembles."""
    table = manifest["text"]["cutoff_q8_by_units"]
    wanted = cutoff_for(estimate, aim(syllables))
    length = table[min(units, len(table) - 1)]
    own = min(-1, round(OWN_SHARE * wanted + (1 - OWN_SHARE) * length))
    return max(LOWEST_Q8, -WHOLE_Q8 // units, own)


def aim(syllables: int) -> float:
    """The false alarms an hour that a phrase given as text of this length may have."""
    return AIM_PER_H.get(syllables, 0.1)
