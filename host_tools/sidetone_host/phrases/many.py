"""The keyword graph and the spotter's arithmetic over many recordings at once: hours of speech in seconds, the device's integers.

`core/speech/decoder.py` and `core/speech/phrases.py` explain what is computed; here a stream is a row, so that numpy does all streams
in one operation. A test holds the results against the plain spotter's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sidetone.core.speech.decoder import AGE_BITS, AGE_MASK, DEAD, STEPS_MORE
from sidetone.core.speech.phrases import FAR_Q8, HOLD_STEPS, NEVER, STEP_MS, Pace

__all__ = ["FAR_Q8", "NEVER", "Costs", "costs", "events", "fits", "heard", "label_fits", "sequences"]

Int32s = NDArray[np.int32]
UInt8s = NDArray[np.uint8]
BARRED = -1  # a limit that no path meets


class Costs(NamedTuple):
    """One recording's steps: `units` uint8 [steps, 2 * units], what each unit costs (unit 0: saying none of them), and again with the
    margin; `lags` uint8 [steps, label tokens], how far each label's token is behind the best token; `unit_q8` int32 [steps], the steps that a
    unit may last at the speaker's pace."""

    units: UInt8s
    lags: UInt8s
    unit_q8: Int32s


def costs(manifest: dict[str, Any], logits: NDArray[np.int8] | NDArray[np.int16]) -> Costs:
    """int8 [steps, outputs] -> Costs. (int16 for a network that was not quantized, on the same grid.)"""
    units, tokens = (slice(head["first"], head["first"] + head["count"]) for head in (manifest["heads"]["units"], manifest["heads"]["labels"]))
    of_units, of_tokens = logits[:, units].astype(np.int16), logits[:, tokens].astype(np.int16)
    top = np.maximum(of_units.max(1), of_tokens.max(1))
    none = np.maximum(of_units[:, 0], of_tokens.max(1))
    second = np.partition(np.concatenate([of_units, of_tokens], axis=1), -2, axis=1)[:, -2]
    behind = top[:, np.newaxis] - of_units
    sure = np.maximum(np.where(behind > 0, behind, (second - top)[:, np.newaxis]) + manifest.get("unit_margin", 0), 0)
    behind[:, 0] = top - none
    units_twice = np.concatenate([behind, sure], axis=1)
    lags = np.minimum(top[:, np.newaxis] - of_tokens, 255).astype(np.uint8)
    return Costs(np.minimum(units_twice, 255).astype(np.uint8), lags, unit_q8(manifest, _best(of_units)))


def _best(units: NDArray[np.int16]) -> NDArray[np.intp]:
    """[steps, units] -> the best unit of each step: where several are, the one of the step before, else the first."""
    best = units.argmax(1)
    for step in np.flatnonzero((units == units.max(1, keepdims=True)).sum(1) > 1).tolist():
        before = best[step - 1] if step else 0
        if units[step, before] == units[step, best[step]]:
            best[step] = before
    return best


def unit_q8(manifest: dict[str, Any], best: NDArray[np.intp]) -> Int32s:
    """The best unit of each step -> Pace's `unit_q8` at each step."""
    vowel = np.isin(best, manifest.get("syllable_units", ()))
    steps = np.flatnonzero(vowel & (np.diff(best, prepend=0) != 0))
    pace = Pace()
    found = [pace.unit_q8] + [pace.vowel(step * STEP_MS) for step in steps.tolist()]
    return np.repeat(np.array(found, np.int32), np.diff(steps, prepend=0, append=len(best)))


def sequences(manifest: dict[str, Any], rows: Sequence[dict[str, Any]]) -> list[list[int]]:
    """The rows' phrases in places of `Costs.units`: those of labels that ask the margin are in its second half."""
    count = manifest["heads"]["units"]["count"]
    return [[unit + count * bool(row.get("margin")) for unit in phrase] for row in rows for phrase in row["phrases"]]


def fits(phrases: Sequence[Sequence[int]], limit: int, recordings: Sequence[Costs]) -> list[NDArray[np.int16]]:
    """Fit of every phrase at every step of every recording: int16 [steps, phrases], -1 where none ends.

    The same integers as KeywordGraph.step, phrase by phrase; recordings are of any length.
    """
    streams = [recording.units for recording in recordings]
    lengths = np.array([len(phrase) for phrase in phrases], np.int32)
    rows, count, lanes = int(lengths.max(initial=1)), len(phrases), len(streams)
    place = np.arange(rows, dtype=np.int32)[:, np.newaxis]
    units = np.zeros((rows, count), np.intp)
    for column, phrase in enumerate(phrases):
        units[: len(phrase), column] = phrase
    over = (lengths * limit << AGE_BITS).astype(np.int32)
    over_on = np.where(place < lengths, over, BARRED).astype(np.int32)
    over_gap = np.where(place < lengths - 1, over, BARRED).astype(np.int32)
    # A unit said twice needs the blank between: the path straight from the unit before is as good as dead.
    barred = np.where(units[1:] == units[:-1], DEAD, 0).astype(np.int32)
    ends, last = (lengths - 1).astype(np.intp), np.arange(count)

    order = np.argsort([-len(stream) for stream in streams], kind="stable")
    longest = len(streams[order[0]]) if lanes else 0
    active = np.array([len(streams[k]) for k in order])
    found = [np.full((len(stream), count), -1, np.int16) for stream in streams]
    packed = np.full((longest, lanes, streams[0].shape[1] if lanes else 1), 255, np.uint8)
    last_q8 = np.zeros((longest, lanes, 1), np.int32)
    for lane, k in enumerate(order):
        packed[: len(streams[k]), lane] = streams[k]
        last_q8[: len(streams[k]), lane, 0] = recordings[k].unit_q8
    on = np.full((lanes, rows, count), DEAD, np.int32)
    gap = on.copy()
    for step in range(longest):
        n = int(np.searchsorted(-active, -step, side="left"))  # streams still running are the first n
        on, gap = on[:n], gap[:n]
        unit_cost = (packed[step, :n].astype(np.int32) << AGE_BITS) + 1
        cost = unit_cost[:, units]
        fresh = np.minimum(np.maximum(on[:, :-1], barred), gap[:, :-1])
        gap = np.minimum(gap, on) + unit_cost[:, 0, np.newaxis, np.newaxis]
        later = np.minimum(on[:, 1:], fresh) + cost[:, 1:]
        on = np.concatenate([cost[:, :1], later], axis=1)
        gap[gap > over_gap] = DEAD
        on[on > over_on] = DEAD
        end = on[:, ends, last]
        lanes_ended, phrases_ended = np.nonzero((end < DEAD) & ((end & AGE_MASK) <= (lengths * last_q8[step, :n] >> 8) + STEPS_MORE))
        values = (end[lanes_ended, phrases_ended] >> AGE_BITS) // lengths[phrases_ended]
        for lane, column, value in zip(lanes_ended.tolist(), phrases_ended.tolist(), values.tolist(), strict=True):
            found[order[lane]][step, column] = value
    return found


def _least(values: NDArray[np.int16], steps: int) -> NDArray[np.int16]:
    """The least of the last `steps` rows, row by row."""
    out = values.copy()
    for back in range(1, steps):
        np.minimum(out[back:], values[:-back], out=out[back:])
    return out


def label_fits(rows: Sequence[dict[str, Any]], found: NDArray[np.int16]) -> NDArray[np.int16]:
    """Fits of the rows' phrases, in their order -> the best per row, penalties added, NEVER where none ends at the step."""
    out, column = np.full((len(found), len(rows)), NEVER, np.int16), 0
    for k, row in enumerate(rows):
        for penalty in row.get("penalties", [0] * len(row["phrases"])):
            fit = found[:, column]
            np.minimum(out[:, k], np.where(fit >= 0, fit + penalty, NEVER), out=out[:, k])
            column += 1
    return out


def heard(manifest: dict[str, Any], rows: Sequence[dict[str, Any]], best: NDArray[np.int16], lags: UInt8s) -> Int32s:
    """posterior_q8 of every label at every step, FAR_Q8 where nothing of it was heard: what PhraseSpotter.heard_q8 holds.

    rows: the labels' rows (manifest or site); best: label_fits of one stream; lags: its Costs.lags.
    """
    far, none, scale = manifest["token_limit"], manifest["fit_limit"], manifest["output_scale_q16"]
    out = np.empty(best.shape, np.int32)
    fit = _least(best, HOLD_STEPS).astype(np.int32)
    reached = _least(best, HOLD_STEPS + 1) < NEVER
    for column, row in enumerate(rows):
        token = row.get("token", -1)
        unit_weight = (row.get("unit_weight_q8", 256) * scale) >> 8
        token_weight = (row.get("token_weight_q8", 0) * scale) >> 8
        lag = lags[:, token].astype(np.int16) if token is not None and token >= 0 else np.full(len(best), NEVER, np.int16)
        lag = _least(lag, HOLD_STEPS).astype(np.int32)
        awake = reached[:, column] | (lag <= far)
        value = row.get("bias_q8", 0) - ((unit_weight * np.minimum(fit[:, column], none) + token_weight * np.minimum(lag, far)) >> 8)
        out[:, column] = np.where(awake, value, FAR_Q8)
    return out


def events(values: Int32s, cutoff_q8: int, refractory_ms: int) -> list[int]:
    """Steps at which one label is told: over its cutoff, then deaf until under it and the refractory period is over."""
    over = values >= cutoff_q8
    steps = np.flatnonzero(over)
    rest = refractory_ms // STEP_MS
    told: list[int] = []
    while len(steps):
        told.append(int(steps[0]))
        under = np.flatnonzero(~over[told[-1] + rest :])
        if not len(under):
            break
        ready = told[-1] + rest + int(under[0])
        steps = steps[np.searchsorted(steps, ready) :]
    return told
