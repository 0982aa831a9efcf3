"""What the tones on the line say: rings, busy tone, zip tone. Told from their lengths alone; `countries.py` has the lengths.

The rules, in words:
- A BURST is a tone with breaks of up to JOIN_MS; its length counts from the tone's true start, `late_ms` before it was sure.
- Where a ring is one burst: a burst of RING_LOW_MS and more is a ring (told as soon as it is that long).
- Where a ring is two bursts: a burst of about the right length, the right gap and the beginning of another burst are a ring.
- BUSY_BURSTS bursts of about busy_ms with rests of the same kind in between are a busy tone: the other side has hung up, at the
  start of the first of them.
- A single burst of ZIP_LOW_MS..ZIP_HIGH_MS with no other tone ALONE_MS before and after it is a zip tone: a call was put through.
About means from 4/7 to 8/5 of it: exchanges differ, and a line's noise takes a little off a tone's ends.
"""

JOIN_MS = 60
RING_LOW_MS = 600  # shorter is busy or zip; a ring that is cut off by answering may be this short
RING_NEAR_MS = 10  # a hop
BUSY_BURSTS = 3
ZIP_LOW_MS = 100
ZIP_HIGH_MS = 560
ALONE_MS = 1_500

RING, BUSY, ZIP = "ring", "busy", "zip"


class Cadence:
    """`hop` for every hop with a tone, and every hop while `is_waiting`: it returns None or (what, t_ms), RING and BUSY with their start, ZIP
    with its end."""

    def __init__(self, late_ms, tones):
        """late_ms: how long a tone has sounded when the hop's tone flag first says so; tones: countries.Tones."""
        self._late_ms = late_ms
        self._ring_ms = tones.ring_ms
        self._gap_ms = tones.gap_ms
        self._busy_low_ms = tones.busy_ms * 4 // 7
        self._busy_high_ms = tones.busy_ms * 8 // 5
        if not tones.gap_ms and self._busy_high_ms > RING_LOW_MS - RING_NEAR_MS:
            self._busy_high_ms = RING_LOW_MS - RING_NEAR_MS
        self._first_from_ms = None  # start of a burst that may be the first of a ring of two
        self._began_ms = None  # of the burst that sounds
        self._last_ms = None  # last hop with tone in it
        self._ended_ms = None  # of the burst before
        self._rung = False  # the burst that sounds was told as a ring
        self._busy = 0  # busy bursts in a row
        self._busy_from_ms = 0
        self._alone = True  # no tone shortly before the burst
        self._zip = None  # end of a lone short burst, waiting for what follows
        self.is_busy = False

    def hop(self, t_ms, tone):
        """One hop that ends at `t_ms`; tone: the meter hears a steady tone in it."""
        if tone:
            if self._began_ms is None:
                self._begin(t_ms - self._late_ms)
                if self._first_from_ms is not None:
                    began_ms = self._first_from_ms
                    self._first_from_ms = None
                    if _is_about(self._began_ms - self._ended_ms, self._gap_ms):
                        self._rung = True
                        self._busy = 0
                        self._last_ms = t_ms
                        return (RING, began_ms)
            self._last_ms = t_ms
            if not self._gap_ms and not self._rung and t_ms - self._began_ms >= RING_LOW_MS:
                self._rung = True
                self._busy = 0
                return (RING, self._began_ms)
            return None
        if self._began_ms is not None:
            if t_ms - self._last_ms > JOIN_MS:
                return self._end()
        elif self._zip is not None and t_ms - self._zip > ALONE_MS:
            ended_ms = self._zip
            self._zip = None
            return (ZIP, ended_ms)
        return None

    def is_waiting(self):
        """True while hops without a tone matter: a burst may have ended, a lone one may stay alone."""
        return self._began_ms is not None or self._zip is not None

    def _begin(self, began_ms):
        rest_ms = None if self._ended_ms is None else began_ms - self._ended_ms
        if rest_ms is None or not self._busy_low_ms <= rest_ms <= self._busy_high_ms:
            self._busy = 0
        self._zip = None
        self._alone = rest_ms is None or rest_ms > ALONE_MS
        self._began_ms = began_ms
        self._rung = False

    def _end(self):
        length_ms = self._last_ms - self._began_ms
        began_ms = self._began_ms
        self._began_ms = None
        self._ended_ms = self._last_ms
        if self._gap_ms and not self._rung and _is_about(length_ms, self._ring_ms):
            self._first_from_ms = began_ms
        if self._busy_low_ms <= length_ms <= self._busy_high_ms and not self._rung:
            if not self._busy:
                self._busy_from_ms = began_ms
            self._busy += 1
            if self._busy == BUSY_BURSTS:
                self.is_busy = True
                return (BUSY, self._busy_from_ms)
        else:
            self._busy = 0
        if self._alone and ZIP_LOW_MS <= length_ms <= ZIP_HIGH_MS:
            self._zip = self._last_ms
        return None


def _is_about(length_ms, wanted_ms):
    return wanted_ms * 4 // 7 <= length_ms <= wanted_ms * 8 // 5
