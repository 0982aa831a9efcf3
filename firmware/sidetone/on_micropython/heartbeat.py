"""How the device is: what `meta` tells besides the link's own counters, and why it started.

The figures are taken every EVERY_MS, not when `meta` is written: looking at the heap takes as long as a collection.
"""

import gc
import time

import machine

EVERY_MS = 60_000
NOT_KNOWN = -1000  # a count has to be a whole number; no temperature and no signal strength is this low

_CAUSES = (
    ("PWRON_RESET", "power"),
    ("HARD_RESET", "button"),
    ("WDT_RESET", "watchdog"),
    ("DEEPSLEEP_RESET", "sleep"),
    ("SOFT_RESET", "program"),
)


def reset_cause():
    """Why the chip started: power, button, watchdog, sleep, program or unknown."""
    cause = machine.reset_cause()
    for name, text in _CAUSES:
        if getattr(machine, name, None) == cause:
            return text
    return "unknown"


class Heartbeat:
    """source: audio.I2sSource; rssi() -> dBm or None. `rows` are for the link's `counters`; `task_faults` is the loop's to count up."""

    def __init__(self, source, rssi):
        self.task_faults = 0
        self.collections = 0  # made on purpose
        self.longest_gap_ms = 0  # between two blocks heard
        self.connect_overruns = 0  # while a connection was being made
        self._source = source
        self._rssi = rssi
        self._due_ms = None
        self._temperature_c = self._heap_free_kb = self._rssi_dbm = NOT_KNOWN

    def tick(self, now_ms):
        """Take the figures if they are due. -> whether they were taken. now_ms: ticks."""
        if self._due_ms is not None and time.ticks_diff(now_ms, self._due_ms) < 0:
            return False
        self._due_ms = time.ticks_add(now_ms, EVERY_MS)
        self._temperature_c = _temperature_c()
        self._heap_free_kb = gc.mem_free() // 1024
        rssi = self._rssi()
        self._rssi_dbm = NOT_KNOWN if rssi is None else rssi
        return True

    def rows(self):
        """[(name, whole number)...]"""
        return [
            ("overruns", self._source.overruns),
            ("connect_overruns", self.connect_overruns),
            ("sound_stalls", self._source.stalls),
            ("task_faults", self.task_faults),
            ("collections", self.collections),
            ("longest_gap_ms", self.longest_gap_ms),
            ("temperature_c", self._temperature_c),
            ("heap_free_kb", self._heap_free_kb),
            ("rssi_dbm", self._rssi_dbm),
        ]


def _temperature_c():
    try:
        import esp32

        return int(esp32.mcu_temperature())
    except (ImportError, AttributeError, OSError):  # an older firmware, or a chip without a thermometer
        return NOT_KNOWN
