"""The keyword graph on whole arrays: what core/speech/decoder.py says one place at a time, the same integers in the same order.

A phrase is a column, its s-th unit row s; `_on` holds the paths on the units, `_gap` those on the blank after each. The plain loop
goes from a phrase's end to its start, so every place is made from its neighbours' values of the step before: so is every row here.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sidetone.core.speech.decoder import AGE_BITS, AGE_MASK, DEAD, STEPS_MORE, UNIT_MOST_Q8

Int32s = NDArray[np.int32]
NEVER = -1  # a limit that no path meets


class KeywordGraph:
    """`phrases`: unit ids of each; `limits`: for each the mean cost per unit above which a path dies. Read `fits` after a `step` that gave True.

    `unit_q8`: see the core's."""

    def __init__(self, phrases: Sequence[Sequence[int]], limits: Sequence[int]) -> None:
        self.count = len(phrases)
        lengths = np.array([len(phrase) for phrase in phrases], np.int32)
        rows = int(lengths.max(initial=1))
        place = np.arange(rows, dtype=np.int32)[:, np.newaxis]
        units = np.zeros((rows, self.count), np.intp)
        for column, phrase in enumerate(phrases):
            units[: len(phrase), column] = phrase
        self._units = units
        over = (lengths * np.array(limits, np.int32) << AGE_BITS).astype(np.int32)
        self._over_on = np.where(place < lengths, over, NEVER).astype(np.int32)
        self._over_gap = np.where(place < lengths - 1, over, NEVER).astype(np.int32)
        # A unit said twice needs the blank between: the path straight from the unit before is as good as dead.
        self._barred = np.where(units[1:] == units[:-1], DEAD, 0).astype(np.int32)
        self._ends = ((lengths - 1) * self.count + np.arange(self.count)).astype(np.intp)
        self._lengths = lengths
        self._paths = np.empty((2, rows, self.count), np.int32)
        self._on, self._gap = self._paths[0], self._paths[1]
        self._fresh = np.empty((rows, self.count), np.int32)
        self._cost = np.empty((rows, self.count), np.int32)
        self.fits = [-1] * self.count
        self.reset()

    def reset(self) -> None:
        self.unit_q8 = UNIT_MOST_Q8
        self._paths.fill(DEAD)
        self._any_living = False
        self._fitting: list[int] = []
        self.fits[:] = [-1] * self.count

    def step(self, costs: Sequence[int], blank: int) -> bool:
        """As the core's: `costs[u]` of every unit, `blank` the cost of saying none; True if any phrase fits."""
        if self._fitting:
            for column in self._fitting:
                self.fits[column] = -1
            self._fitting = []
        unit_cost = np.array(costs, np.int32)
        unit_cost <<= AGE_BITS
        unit_cost += 1
        # count_nonzero instead of the method any: a quarter of its overhead, which is all it costs
        cost = unit_cost.take(self._units, out=self._cost, mode="clip")
        begin = cost[0]
        if not self._any_living and not np.count_nonzero(begin <= self._over_on[0]):
            return False
        on, gap, fresh = self._on, self._gap, self._fresh[1:]
        np.maximum(on[:-1], self._barred, out=fresh)
        np.minimum(fresh, gap[:-1], out=fresh)
        np.minimum(gap, on, out=gap)
        gap += (blank << AGE_BITS) + 1
        later = on[1:]
        np.minimum(later, fresh, out=later)
        later += cost[1:]
        on[0] = begin
        np.putmask(gap, gap > self._over_gap, DEAD)
        np.putmask(on, on > self._over_on, DEAD)
        self._any_living = np.count_nonzero(self._paths < DEAD) > 0
        ends = on.take(self._ends)
        ended = ends < DEAD
        if not np.count_nonzero(ended):
            return False
        ended &= (ends & AGE_MASK) <= (self._lengths * self.unit_q8 >> 8) + STEPS_MORE
        for column in np.flatnonzero(ended).tolist():
            self.fits[column] = int(ends[column] >> AGE_BITS) // int(self._lengths[column])
            self._fitting.append(column)
        return bool(self._fitting)
