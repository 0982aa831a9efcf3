"""One calm lamp: what it is asked to show, and what it does show.

The rules, in words:
- A graver state is shown at once. A milder one waits until the present state has been shown for `min_dwell_ms`.
- At most `changes_per_min` changes in any 60 s, and the last of them is kept for turning red: everything else waits.
- Quiet mode shows nothing but red, and red does not blink.
Grave means: red before amber before green before off; within a colour fast before slow before steady.
"""

OFF, GREEN, AMBER, RED = "off", "green", "amber", "red"
STEADY, SLOW, FAST = "steady", "slow", "fast"

COLOURS = (OFF, GREEN, AMBER, RED)
PATTERNS = (STEADY, SLOW, FAST)
MINUTE_MS = 60_000


def gravity(colour, pattern):
    """0 (off) to 11 (red, fast)."""
    return COLOURS.index(colour) * 3 + PATTERNS.index(pattern)


class Lamp:
    """`emit(t_ms, "lamp", rows)` gets every change of this lamp."""

    def __init__(self, name, emit, changes_per_min, min_dwell_ms, quiet):
        self.name = name
        self._emit = emit
        self._dwell_ms = min_dwell_ms
        self._quiet = quiet
        self._changed_ms = [None] * changes_per_min  # times of the last changes, a ring
        self._next = 0
        self.colour = OFF
        self.pattern = STEADY
        self._since_ms = 0

    def show(self, t_ms, colour, pattern):
        """Ask for a state; call it every tick. Returns True if the lamp has changed."""
        if self._quiet:
            pattern = STEADY
            if colour != RED:
                colour = OFF
        if colour == self.colour and pattern == self.pattern:
            return False
        graver = gravity(colour, pattern) > gravity(self.colour, self.pattern)
        if not graver and t_ms - self._since_ms < self._dwell_ms:
            return False
        to_red = colour == RED and self.colour != RED
        # the ring's oldest entry is at `_next`; whoever must leave one change over asks for the one after it
        oldest_ms = self._changed_ms[self._next if to_red else (self._next + 1) % len(self._changed_ms)]
        if oldest_ms is not None and t_ms - oldest_ms < MINUTE_MS:
            return False
        self._set(t_ms, colour, pattern)
        return True

    def put_out(self, t_ms):
        """Off at once: the call is over."""
        if self.colour != OFF:
            self._set(t_ms, OFF, STEADY)

    def _set(self, t_ms, colour, pattern):
        self._changed_ms[self._next] = t_ms
        self._next = (self._next + 1) % len(self._changed_ms)
        self.colour = colour
        self.pattern = pattern
        self._since_ms = t_ms
        self._emit(t_ms, "lamp", [("lamp", self.name), ("colour", colour), ("pattern", pattern)])
