"""The world around a fake ESP32-S3: its time, its sound, and a record of what it did. For the unix MicroPython.

SIDETONE_FAKE_BOARD names a JSON file:
    sound       raw file, int16 stereo little-endian, 16 kHz: what the codec hears; after its end and before it, faint noise
    lead_ms     of noise before the file (0)
    record      file that gets one JSON line for each thing the board did: {"t_us", "samples", "what", ...}
    speed       0: time is virtual and jumps while the main thread sleeps; N: it runs N times as fast as real time, but no more than
                HELD_UP_US on while the main thread does not sleep, so that a slow machine does not make overruns
    stop_at_ms  Ctrl-C at this time
    reset_cause, temperature_c, nvs (file), dead_from_ms, dead_until_ms (the codec gives no clock), flat (digital silence),
    contacts: {pin: [[from_ms, until_ms]...]}, closed to ground at these times
    wifi: {"after_ms", "flaps": [[from_ms, until_ms]...], "rssi_dbm"}

What the hardware does and the program cannot see is true here: a depth-one queue that drops requests in silence, DMA blocks of 256
frames of which the oldest are lost when nobody takes them, callbacks that run only between two bytecodes of the main thread.
"""

import _thread
import json
import os

import utime

import micropython

RATE_HZ = 16000
HELD_UP_US = 100000


def _settings():
    path = os.getenv("SIDETONE_FAKE_BOARD")
    if not path:
        return {}
    with open(path) as file:
        return json.load(file)


settings = _settings()


class World:
    def __init__(self, settings):
        self.settings = settings
        self.speed = settings.get("speed", 0)
        self.now_us = 0
        self.main = _thread.get_ident()
        self.i2s = None  # the running receiver
        self.lost_frames = 0  # that nobody took out of the DMA in time: what the program has to find out
        self.dropped_requests = 0  # readinto calls that the driver's queue had no room for
        self._allowed_us = HELD_UP_US
        self._stop_at_us = settings["stop_at_ms"] * 1000 if "stop_at_ms" in settings else None
        self.bitten = None  # a watchdog, once it is set
        self._lock = _thread.allocate_lock()
        self._locked = False
        self._calling = False
        self._real_us = utime.ticks_us()
        self._record = open(settings["record"], "a") if settings.get("record") else None

    # ---- the heap: locked for the program where a test says so, never for what stands for hardware

    def lock_heap(self):
        self._locked = True
        micropython.heap_lock()

    def unlock_heap(self):
        self._locked = False
        micropython.heap_unlock()

    def enter_hardware(self):
        if self._locked:
            micropython.heap_unlock()

    def leave_hardware(self):
        if self._locked:
            micropython.heap_lock()

    # ---- time

    def time_us(self):
        """Now, in microseconds since the start."""
        if not self.speed:
            return self.now_us
        with self._lock:
            real = utime.ticks_us()
            gone = utime.ticks_diff(real, self._real_us)
            self._real_us = real
            now = max(self.now_us, min(self.now_us + gone * self.speed, self._allowed_us))
            self.now_us = now
        if not self._calling and _thread.get_ident() == self.main:
            self.callbacks()  # a chip's run between any two bytecodes; here at least whenever the program looks at the clock
        return now

    def sleep_us(self, us):
        """The calling thread sleeps; while it is the main thread, callbacks run."""
        self.enter_hardware()
        try:
            if _thread.get_ident() == self.main:
                self._sleep(self.time_us() + us)
            else:
                utime.sleep_us(us // self.speed if self.speed else us)
        finally:
            self.leave_hardware()

    def _sleep(self, until):
        while True:
            self._allowed_us = self.now_us + HELD_UP_US
            self.callbacks()
            now = self.time_us()
            if now >= until:
                return
            if self.speed:
                utime.sleep_us(min(1000, until - now))
            else:
                due = self.i2s.due_us if self.i2s is not None else None
                self.now_us = until if due is None or due > until else max(due, now)

    def busy_us(self, us):
        """The main thread is held up: time goes by (also for the hardware) and no callback runs."""
        self.now_us += us
        if self.i2s is not None:
            self.i2s.work(self.now_us)

    def callbacks(self):
        """What the scheduler would run between two bytecodes."""
        self._calling = True
        now = self.time_us()
        if self.i2s is not None:
            self.i2s.work(now)
            self.i2s.call_back()
        self._calling = False
        if self.bitten is not None:
            self.bitten(now)
        if self._stop_at_us is not None and now >= self._stop_at_us:
            self._stop_at_us = None
            self.note("interrupt")
            raise KeyboardInterrupt

    # ---- the record

    def note(self, what, **values):
        if self._record is None:
            return
        values["what"] = what
        values["t_us"] = self.time_us()
        values["samples"] = self.i2s.delivered if self.i2s is not None else -1
        line = json.dumps(values) + "\n"
        with self._lock:
            self._record.write(line)
            self._record.flush()


world = World(settings)


class Sound:
    """What the codec hears: frames of (left, right) int16, from a file with noise around it."""

    def __init__(self, settings):
        self._file = open(settings["sound"], "rb") if settings.get("sound") else None
        self._lead = settings.get("lead_ms", 0) * RATE_HZ // 1000
        self._frames = os.stat(settings["sound"])[6] // 4 if self._file else 0
        self._flat = settings.get("flat", False)

    def read(self, first, count):
        """Frames first .. first + count - 1 as bytes, int16 stereo."""
        out = bytearray()
        while count:
            at = first - self._lead
            if 0 <= at < self._frames:
                part = min(count, self._frames - at)
                self._file.seek(4 * at)
                out += self._file.read(4 * part)
            else:
                part = min(count, -at) if at < 0 else count
                out += self._noise(first, part)
            first += part
            count -= part
        return out

    def _noise(self, first, count):
        """-90 dBFS: every frame one of four small values, the same for the same place; all zeros where the microphone is dead."""
        if self._flat:
            return bytes(4 * count)
        period = b"\x00\x00\x01\x00\x01\x00\x00\x00\xff\xff\x00\x00\x00\x00\xff\xff"
        phase = 4 * (first % 4)
        return (period * (count // 4 + 2))[phase : phase + 4 * count]
