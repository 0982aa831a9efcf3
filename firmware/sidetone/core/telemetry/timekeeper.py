"""The wall clock of a device without a battery: unknown until it is told, then carried on from the uptime, drift and all.

Rules
 1. Before the first telling the time is unknown (None), never guessed.
 2. Each further telling moves the clock to what was told. Off by more than JUMP_MS, somebody set the server's clock or ours was lost:
    that is counted in `jumps` and says nothing about our crystal.
 3. Else, after DRIFT_FROM_MS or more, half of the deviation per time is taken over as drift, at most DRIFT_MAX_PPM: the other half may
    be the network's. Uptime is then stretched by it until the next telling.
Time is an argument: milliseconds of uptime, milliseconds since 1970.
"""

JUMP_MS = 2000
DRIFT_FROM_MS = 600_000  # 20 ms of the network's jitter over ten minutes would be 33 ppm
DRIFT_MAX_PPM = 200  # crystals of such modules are good for 10-20 ppm, with temperature for 50
PLAUSIBLE_FROM_MS = 1_735_689_600_000  # 2025-01-01, before this firmware existed
PLAUSIBLE_UNTIL_MS = 4_102_444_800_000  # 2100-01-01


class Timekeeper:
    """jumps: how often the time was set by more than JUMP_MS; drift_ppm: how much too slowly our clock runs."""

    def __init__(self):
        self.jumps = 0
        self._told = None  # (uptime_ms, epoch_ms, drift_ppm): one value, so that another thread never sees half of a telling

    @property
    def drift_ppm(self):
        return 0 if self._told is None else self._told[2]

    def tell(self, uptime_ms, epoch_ms):
        """At uptime_ms it was epoch_ms. -> False, and nothing changes, if that is no year of ours."""
        if not PLAUSIBLE_FROM_MS <= epoch_ms < PLAUSIBLE_UNTIL_MS:
            return False
        drift_ppm = self.drift_ppm
        if self._told is not None:
            late_ms = epoch_ms - self.epoch_ms(uptime_ms)
            elapsed_ms = uptime_ms - self._told[0]
            if not -JUMP_MS <= late_ms <= JUMP_MS:
                self.jumps += 1
            elif elapsed_ms >= DRIFT_FROM_MS:
                drift_ppm += late_ms * 500_000 // elapsed_ms
                drift_ppm = max(-DRIFT_MAX_PPM, min(DRIFT_MAX_PPM, drift_ppm))
        self._told = (uptime_ms, epoch_ms, drift_ppm)
        return True

    def epoch_ms(self, uptime_ms):
        """Milliseconds since 1970, or None while unknown."""
        told = self._told
        if told is None:
            return None
        elapsed_ms = uptime_ms - told[0]
        return told[1] + elapsed_ms + elapsed_ms * told[2] // 1_000_000
