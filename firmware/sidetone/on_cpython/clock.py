"""Time on CPython: monotonic milliseconds since this start, and the wall clock where it can be believed."""

from __future__ import annotations

import calendar
import time
from collections.abc import Callable

from sidetone.core.telemetry.timekeeper import PLAUSIBLE_FROM_MS, PLAUSIBLE_UNTIL_MS

JUMP_MS = 2000  # wall and monotonic clock disagree by more within one reading interval: someone set the clock


class Clock:
    """monotonic_s, wall_s: the system's clocks, arguments for the tests. `jumps`: how often the wall clock was set while we ran."""

    def __init__(
        self,
        monotonic_s: Callable[[], float] = time.monotonic,
        wall_s: Callable[[], float] = time.time,
    ) -> None:
        self._monotonic_s = monotonic_s
        self._wall_s = wall_s
        self._start_s = monotonic_s()
        self._offset_ms: int | None = None  # wall minus monotonic at the last reading
        self.jumps = 0

    def uptime_ms(self) -> int:
        """Milliseconds since the start; never goes back."""
        return int((self._monotonic_s() - self._start_s) * 1000)

    def epoch_s(self) -> int | None:
        """Seconds since 1970 (UTC), or None while the clock is not set: an unknown time is told as unknown, never guessed."""
        uptime_ms, wall_s = self.uptime_ms(), self._wall_s()
        offset_ms = int(wall_s * 1000) - uptime_ms
        if self._offset_ms is not None and abs(offset_ms - self._offset_ms) > JUMP_MS:
            self.jumps += 1
        self._offset_ms = offset_ms
        # a device without a battery clock wakes in 1970 (or at the date of its image) until the network has told it the time
        return int(wall_s) if PLAUSIBLE_FROM_MS <= wall_s * 1000 < PLAUSIBLE_UNTIL_MS else None

    def wall_s(self) -> int | None:
        """Seconds since 1970 on the agent's own wall clock, or None while the time is not known."""
        epoch_s = self.epoch_s()
        return None if epoch_s is None else calendar.timegm(time.localtime(epoch_s))
