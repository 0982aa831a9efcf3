"""One agent's calibration from the passage read once: cutoffs of the core labels, syllable scale, comfortable level.

Rules, per core label (it stands twice in the passage, each time with the best value that the spotter reached there):
  1. Both readings well over the network's cutoff: it stays as it is.
  2. Else the cutoff comes down to MARGIN under the worse reading, but
  3. never under the level that other people's speech reaches once an hour (`levels_q8` of the manifest), and
  4. never to what the agent's own other sentences reached, plus MARGIN: an agent's voice may not set off his own false alarms.
A cutoff is never raised: who speaks clearly keeps what everybody has.

What it gained is told twice: on the passage itself (flattering), and with each cutoff set on one reading and tried on the other.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sidetone_host.errors import JudgedBad
from sidetone_host.phrases import hear, many, passage

MARGIN_Q8 = 26  # 0.1 natural-log unit: one reading is not the worst that there will be
LATE_STEPS = 20  # a label's token and its held values come up to 0.6 s after the phrase
EARLY_STEPS = 4
WORST_LEVEL = 3  # of tune.LEVEL_RATES (0.1 0.2 0.5 1 2 6 an hour): one an hour
LEVEL_RATES = (0.1, 0.2, 0.5, 1.0, 2.0, 6.0)
POOR = -3.2  # mean log-probability a unit; real readers' own texts align at -1.5 to -1.8, other texts at -5.9 and less (release 0.1.1)
SCALE_MIN, SCALE_MAX = 0.6, 1.6


class Label(NamedTuple):
    """One label's outcome; `readings_q8`: the best value at each place where it is said."""

    label: str
    network_q8: int
    own_q8: int
    readings_q8: tuple[int, ...]
    other_q8: int  # the best value anywhere else in the passage
    crossed: int  # readings heard with the cutoff set on the other one


class Enrolment(NamedTuple):
    labels: list[Label]
    baseline_q8: int
    rate_scale_pm: int
    counted: int
    syllables: int
    fit: float

    @property
    def changed(self) -> list[Label]:
        return [row for row in self.labels if row.own_q8 != row.network_q8]


def enrol(heard: hear.Heard, manifest: dict[str, Any]) -> Enrolment:
    """JudgedBad, one line, where the recording is not the passage, too noisy or clipped."""
    names, places, syllables = passage.units(manifest["language"])
    prints_it = f"`sidetone phrases passage --language {manifest['language']}` prints it"
    ids = {name: k for k, name in enumerate(manifest["units"])}
    if len(heard.logits) < len(names):
        raise JudgedBad(
            f"{len(heard.logits) * 0.03:.0f} s are too short for the passage of {syllables} syllables; {prints_it}"
        )
    first, fit = passage.align(manifest, heard.logits, [ids[name] for name in names])
    if fit < POOR:
        raise JudgedBad(
            f"this does not sound like the passage (fit {fit:.2f}, at least {POOR} wanted); {prints_it}, read all of it"
        )
    level = heard.meter.call_level_q8()
    if level is None or not heard.meter.syllables:
        raise JudgedBad("no speech was found in the recording")
    scale = syllables / heard.meter.syllables
    if not SCALE_MIN <= scale <= SCALE_MAX:
        raise JudgedBad(f"{heard.meter.syllables} syllables were counted where {syllables} are written: read it again in a quieter place")
    rows = [row for row in manifest["labels"] if row["label"] in passage.PASSAGES[manifest["language"]].said]
    trace = _trace(manifest, rows, heard.logits)
    labels = [_label(row, trace[:, k], places, first) for k, row in enumerate(rows)]
    return Enrolment(labels, int(level), round(scale * 1000), heard.meter.syllables, syllables, fit)


def _trace(manifest: dict[str, Any], rows: list[dict[str, Any]], logits: NDArray[np.int8]) -> many.Int32s:
    cost = many.costs(manifest, logits)
    [fits] = many.fits(many.sequences(manifest, rows), manifest["fit_limit"], [cost])
    return many.heard(manifest, rows, many.label_fits(rows, fits), cost.lags)


def _label(row: dict[str, Any], trace: many.Int32s, places: list[passage.Place], first: NDArray[np.int_]) -> Label:
    elsewhere = np.ones(len(trace), np.bool_)
    readings = []
    for place in places:
        if place.label == row["label"]:
            window = slice(max(0, int(first[place.first]) - EARLY_STEPS), int(first[place.end - 1]) + LATE_STEPS)
            elsewhere[window] = False
            readings.append(int(trace[window].max()))
    other = int(trace[elsewhere].max(initial=many.FAR_Q8))
    own = _cutoff(row, min(readings), other)
    crossed = sum(
        value >= _cutoff(row, min(readings[:k] + readings[k + 1 :]), other) for k, value in enumerate(readings)
    )
    return Label(row["label"], row["cutoff_q8"], own, tuple(readings), other, int(crossed))


def _cutoff(row: dict[str, Any], worst_q8: int, other_q8: int) -> int:
    network = int(row["cutoff_q8"])
    floor = min(network, row["levels_q8"][WORST_LEVEL]) if "levels_q8" in row else network
    return min(network, max(worst_q8 - MARGIN_Q8, floor, other_q8 + MARGIN_Q8))


def false_per_h(row: dict[str, Any], cutoff_q8: int) -> float:
    """Expected false alarms an hour at a cutoff, between the manifest's levels; under the lowest known rate that rate."""
    levels = row.get("levels_q8")
    if not levels:
        return 0.0
    return float(np.exp(np.interp(-cutoff_q8, [-level for level in levels], np.log(LEVEL_RATES))))
