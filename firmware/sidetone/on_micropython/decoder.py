"""The keyword graph in viper: core/speech/decoder.py, which explains it, with all phrases' paths in one array of int32."""

from array import array

import micropython
from micropython import const
from sidetone.core.speech.decoder import DEAD, UNIT_MOST_Q8

_DEAD = const(0x3FF00000)  # core's DEAD, as viper wants it
_AGE_BITS = const(10)
_AGE_MASK = const(1023)
_STEPS_MORE = const(4)  # core's, too


@micropython.viper
def advance(
    p: ptr32,
    best: int,
    gap: int,
    units: ptr8,
    paths: ptr32,
    table: ptr16,
    fits: ptr16,
    costs: ptr16,
    count: int,
    blank: int,
    unit_q8: int,
) -> int:
    """One step of every phrase; returns how many fit.

    units: all phrases' units, one after the other; paths: two places a unit; table: three words a phrase: units, units that a path
    lives in, mean cost a unit above which it dies; fits: int16 a phrase; costs: of every unit; blank: cost of saying none; unit_q8: steps that a unit
    may last. The first three are there for their registers.
    """
    fitting = 0
    blank = (blank << _AGE_BITS) + 1
    while count:
        fits[0] = 0xFFFF
        n = table[0]
        begin = (costs[units[0]] << _AGE_BITS) + 1
        over = n * table[2] << _AGE_BITS
        if table[1] or begin <= over:
            alive = 0
            s = table[1]
            if s >= n:
                s = n - 1
            p = ptr32(int(paths) + (s << 3))  # the places of unit s: on it, and on the blank after it
            while s > 0:
                unit = units[s]
                on = p[0]
                q = ptr32(int(p) - 8)
                best = q[1]
                if units[s - 1] != unit and q[0] < best:
                    best = q[0]
                if s < n - 1:
                    gap = p[1]
                    if on < gap:
                        gap = on
                    if gap < _DEAD:
                        gap += blank
                        if gap > over:
                            gap = _DEAD
                        elif not alive:
                            alive = s + 1
                    p[1] = gap
                if on < best:
                    best = on
                if best < _DEAD:
                    best += (costs[unit] << _AGE_BITS) + 1
                    if best > over:
                        best = _DEAD
                    elif not alive:
                        alive = s + 1
                p[0] = best
                p = q
                s -= 1
            if n > 1:
                gap = p[1]
                if p[0] < gap:
                    gap = p[0]
                if gap < _DEAD:
                    gap += blank
                    if gap > over:
                        gap = _DEAD
                    elif not alive:
                        alive = 1
                p[1] = gap
            if begin > over:
                begin = _DEAD
            elif not alive:
                alive = 1
            p[0] = begin
            table[1] = alive
            p = ptr32(int(paths) + ((n - 1) << 3))
            end = p[0]
            if end < _DEAD and (end & _AGE_MASK) <= (n * unit_q8 >> 8) + _STEPS_MORE:
                end >>= _AGE_BITS
                fit = 0
                while end >= n:
                    end -= n
                    fit += 1
                fits[0] = fit
                fitting += 1
        units = ptr8(int(units) + n)
        paths = ptr32(int(paths) + (n << 3))
        table = ptr16(int(table) + 6)
        fits = ptr16(int(fits) + 2)
        count -= 1
    return fitting


class KeywordGraph:
    """`phrases`: unit ids of each; `limits`: for each the mean cost per unit above which a path dies; `units`: at least so many in
    `costs`. Read `fits` after a `step` that gave True; `costs` may be filled and `advance` called instead. `unit_q8`: see the core's."""

    def __init__(self, phrases, limits, units=0):
        self.count = len(phrases)
        self.fits = array("h", [-1] * self.count)
        self._table = array("H")
        places = 0
        most = 0
        for k in range(self.count):
            phrase = phrases[k]
            self._table.extend(array("H", (len(phrase), 0, limits[k])))
            places += len(phrase)
            most = max(most, max(phrase))
        self._units = bytearray(places)
        place = 0
        for phrase in phrases:
            for unit in phrase:
                self._units[place] = unit
                place += 1
        self.costs = array("H", bytes(2 * max(most + 1, units)))
        self._paths = array("i", bytes(8 * places))
        self.reset()

    def reset(self):
        self.unit_q8 = UNIT_MOST_Q8
        for k in range(self.count):
            self.fits[k] = -1
            self._table[3 * k + 1] = 0
        for place in range(len(self._paths)):
            self._paths[place] = DEAD

    def step(self, costs, blank):
        """As the core's: `costs[u]` of every unit, `blank` the cost of saying none; True if any phrase fits."""
        kept = self.costs
        for unit in range(min(len(kept), len(costs))):
            kept[unit] = costs[unit]
        return self.advance(blank) > 0

    def advance(self, blank):
        """A step with what is in `costs`: how many phrases fit."""
        return advance(self._paths, 0, 0, self._units, self._paths, self._table, self.fits, self.costs, self.count, blank, self.unit_q8)
