"""Keyword graph: how well do the last moments fit a phrase, told only by its units?

Free-start Viterbi over CTC outputs. A phrase of n units has 2n - 1 places: its units, and between them a blank that may
be passed over unless the two units are the same. Every step costs, at each place, how far that place's unit is behind
the step's best token (0 when it is the best). The fit of a phrase is the cost of its cheapest path that ends now, over
its number of units; 0 is a perfect fit. A path may start at any step for nothing, so speech before the phrase is free.

One int32 holds a path: cost << 10 | age in steps. Adding (cost << 10) + 1 each step keeps both, and the smaller value is
the cheaper path. Paths older than the phrase can last (`unit_q8`) are dropped when they end: what picks its units out of two
seconds of other words is chance. All arithmetic is on small integers: a cost is a difference of int8 logits, 0..255 in units
of the model's output scale.

Most phrases live in their first units only; what lies behind the last living one is not looked at (two fifths of the units).
"""

AGE_BITS = 10
AGE_MASK = 1023
DEAD = 0x3FF00000  # worse than every living path: 1023 << 20 stays under 2^30
# A very slow speaker's unit (half a syllable) lasts 200 ms or 7 steps; pauses inside a phrase are short.
UNIT_MOST_Q8 = 7 << 8
STEPS_MORE = 4


class KeywordGraph:
    """`phrases` is a list of unit id sequences (blank is 0); `limits` holds for each the mean cost per unit above which a path dies.

    `unit_q8`: the steps that a unit may last, on the average of its phrase and STEPS_MORE apart (Q8, 1..UNIT_MOST_Q8); whoever knows the
    speaker's pace sets it before a step.
    """

    def __init__(self, phrases, limits):
        self.count = len(phrases)
        self.phrases = [tuple(p) for p in phrases]
        self._dead_over = [(len(self.phrases[k]) * limits[k]) << AGE_BITS for k in range(self.count)]
        # Two places a unit: [2s] on the unit, [2s + 1] on the blank after it.
        self._paths = [[DEAD] * (2 * len(p)) for p in self.phrases]
        self._first = [p[0] for p in self.phrases]
        self._living = bytearray(self.count)  # units of each phrase, from the first, behind which no path lives
        # Fit of each phrase that ends at this step, cost per unit (0..its limit), or -1.
        self.fits = [-1] * self.count
        self.unit_q8 = UNIT_MOST_Q8

    def reset(self):
        self.unit_q8 = UNIT_MOST_Q8
        for k in range(self.count):
            self._living[k] = 0
            self.fits[k] = -1
            path = self._paths[k]
            for j in range(len(path)):
                path[j] = DEAD

    def step(self, costs, blank):
        """`costs[u]` of every unit at this step, `blank` the cost of saying none of them; returns True if any phrase fits."""
        living = self._living
        fits = self.fits
        first = self._first
        blank = (blank << AGE_BITS) + 1
        any_fit = False
        for k in range(self.count):
            fits[k] = -1
            over = self._dead_over[k]
            begin = (costs[first[k]] << AGE_BITS) + 1  # staying on the first unit is never cheaper than starting on it
            if not living[k] and begin > over:
                continue
            units = self.phrases[k]
            path = self._paths[k]
            last = len(units) - 1
            alive = 0
            s = living[k] if living[k] < last else last  # no path gets further than to the next unit
            while s > 0:
                here = 2 * s
                unit = units[s]
                on = path[here]
                best = path[here - 1]  # the blank before this unit
                if units[s - 1] != unit and path[here - 2] < best:
                    best = path[here - 2]
                if s < last:
                    gap = path[here + 1]
                    if on < gap:
                        gap = on
                    if gap < DEAD:
                        gap += blank
                        if gap > over:
                            gap = DEAD
                        elif not alive:
                            alive = s + 1
                    path[here + 1] = gap
                if on < best:
                    best = on
                if best < DEAD:
                    best += (costs[unit] << AGE_BITS) + 1
                    if best > over:
                        best = DEAD
                    elif not alive:
                        alive = s + 1
                path[here] = best
                s -= 1
            if last > 0:
                gap = path[1]
                if path[0] < gap:
                    gap = path[0]
                if gap < DEAD:
                    gap += blank
                    if gap > over:
                        gap = DEAD
                    elif not alive:
                        alive = 1
                path[1] = gap
            if begin > over:
                begin = DEAD
            elif not alive:
                alive = 1
            path[0] = begin
            living[k] = alive
            end = path[2 * last]
            if end < DEAD and (end & AGE_MASK) <= ((last + 1) * self.unit_q8 >> 8) + STEPS_MORE:
                fits[k] = (end >> AGE_BITS) // (last + 1)
                any_fit = True
        return any_fit
