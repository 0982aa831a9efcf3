"""The parts of MicroPython's machine that Sidetone uses, as an ESP32-S3 has them. What the pins do is recorded."""

import sys
from array import array

from fakeboard import Sound, settings, world

from micropython import const

PWRON_RESET = const(1)
HARD_RESET = const(2)
WDT_RESET = const(3)
DEEPSLEEP_RESET = const(4)
SOFT_RESET = const(5)

_DMA_FRAMES = const(256)
_FRAME_BYTES = const(8)  # the driver always receives two 32-bit words
_PINS = 49
_NO_PINS = (22, 23, 24, 25)  # the chip has none of these

_frequency = [160000000]


def freq(hz=None):
    if hz is not None:
        _frequency[0] = hz
    return _frequency[0]


def reset_cause():
    return settings.get("reset_cause", PWRON_RESET)


def unique_id():
    return b"\x84\xfc\xe6\x01\x02\x03"


class Reset(SystemExit):
    """The chip has reset: the program is gone."""


def reset():
    world.note("reset")
    sys.exit(75)


def soft_reset():
    world.note("soft_reset")
    sys.exit(75)


def idle():
    world.sleep_us(1000)


def disable_irq():
    return 0


def enable_irq(state):
    pass


class Pin:
    IN = const(1)
    OUT = const(3)
    PULL_UP = const(2)
    PULL_DOWN = const(1)

    def __init__(self, id, mode=None, pull=None, value=None):
        if not 0 <= id < _PINS or id in _NO_PINS:
            raise ValueError("invalid pin")
        self.id = id
        self._mode = mode
        self._level = 0
        if value is not None:
            self.value(value)

    def init(self, mode=None, pull=None, value=None):
        self._mode = mode
        if value is not None:
            self.value(value)

    def value(self, level=None):
        if level is None:
            return self._contact() if self._mode == Pin.IN else self._level
        if level != self._level:
            world.enter_hardware()
            world.note("pin", pin=self.id, level=1000 if level else 0)
            world.leave_hardware()
        self._level = 1 if level else 0
        return None

    def _contact(self):
        """0 while a contact to ground is closed, by the pull-up 1 else."""
        world.enter_hardware()
        level = 1
        now_ms = world.time_us() // 1000
        for begin_ms, end_ms in settings.get("contacts", {}).get(str(self.id), ()):
            if begin_ms <= now_ms < end_ms:
                level = 0
        world.leave_hardware()
        return level

    def on(self):
        self.value(1)

    def off(self):
        self.value(0)

    def __call__(self, level=None):
        return self.value(level)


class PWM:
    CHANNELS = 8  # an ESP32-S3 has no more
    _used = []

    def __init__(self, pin, freq=5000, duty_u16=0):
        if pin.id not in PWM._used:
            if len(PWM._used) == PWM.CHANNELS:
                raise ValueError("out of PWM channels:%d" % PWM.CHANNELS)
            PWM._used.append(pin.id)
        self._pin = pin
        self._freq = freq
        self._duty = 0
        self.duty_u16(duty_u16)

    def duty_u16(self, duty=None):
        if duty is None:
            return self._duty
        if duty != self._duty:
            world.enter_hardware()
            world.note("pin", pin=self._pin.id, level=(duty * 1000 + 32767) // 65535)
            world.leave_hardware()
        self._duty = duty
        return None

    def deinit(self):
        PWM._used.remove(self._pin.id)


class I2S:
    """The receiver of an ESP32-S3 in the three modes; Sidetone uses the non-blocking one."""

    RX = const(1)
    TX = const(2)
    STEREO = const(1)
    MONO = const(0)

    def __init__(self, id, *, sck, ws, sd, mode, bits, format, rate, ibuf):
        if mode != I2S.RX or bits not in (16, 32) or format != I2S.STEREO or id not in (0, 1):
            raise ValueError("invalid mode, bits, format or id")
        if ibuf < 2 * _DMA_FRAMES * _FRAME_BYTES:
            raise OSError(-258)  # ESP_ERR_INVALID_ARG: the driver wants two DMA blocks at least
        if settings.get("i2s_fault"):
            raise OSError(settings["i2s_fault"])
        self.bits = bits
        self._rate = rate
        self._capacity = ibuf // (_DMA_FRAMES * _FRAME_BYTES) * _DMA_FRAMES
        self._frame_bytes = bits // 4
        self._sound = Sound(settings)
        self._callback = None
        self._request = None  # the driver's task is filling this
        self._queued = None  # one more waits
        self._calls = 0  # callbacks that are scheduled
        self._began_us = world.time_us()
        # sound goes on where an earlier receiver stopped: it is the room's, not the driver's
        self._first = world.i2s.heard() if world.i2s is not None else settings.get("first_sample", 0)
        self._taken = 0  # frames taken out of the DMA, or lost
        self.delivered = 0
        world.i2s = self

    def heard(self):
        """The place in the room's sound up to which time has gone."""
        return self._first + self._captured(world.time_us())

    def irq(self, handler):
        self._callback = handler

    def deinit(self):
        self._request = self._queued = None
        self._calls = 0

    def readinto(self, buffer):
        world.enter_hardware()
        try:
            return self._ask(buffer)
        finally:
            world.leave_hardware()

    def _ask(self, buffer):
        if len(memoryview(buffer)) * _itemsize(buffer) % self._frame_bytes:
            raise OSError(22)
        if self._callback is None:
            raise NotImplementedError("the fake receives in non-blocking mode only")
        if self._request is None:
            self._request = buffer
        elif self._queued is None:
            self._queued = buffer
        else:  # the queue is one deep, and what does not fit is dropped without a word
            world.dropped_requests += 1
        self.work(world.time_us())
        return len(memoryview(buffer)) * _itemsize(buffer)

    @property
    def due_us(self):
        """When the request under way will be filled; None without one, or while the codec's clock stands still."""
        if self._calls:
            return world.now_us
        if self._request is None:
            return None
        need = self._taken + self._frames_of(self._request)
        blocks = (need + _DMA_FRAMES - 1) // _DMA_FRAMES
        when = self._began_us + blocks * _DMA_FRAMES * 125 // 2
        if "dead_from_ms" in settings:
            begin, end = settings["dead_from_ms"] * 1000, settings["dead_until_ms"] * 1000
            if when > begin and self._began_us < end:
                when += end - max(begin, self._began_us)
        return when

    def _captured(self, now_us):
        """Frames that the codec has sent since the start."""
        dead_from = settings.get("dead_from_ms")
        gone = now_us - self._began_us
        if dead_from is not None:
            begin, end = dead_from * 1000, settings["dead_until_ms"] * 1000
            if now_us > begin and self._began_us < end:
                gone -= min(now_us, end) - max(begin, self._began_us)
        return gone * 2 // 125

    def work(self, now_us):
        """The DMA and the driver's task, up to now: neither waits for the program."""
        captured = self._captured(now_us) // _DMA_FRAMES * _DMA_FRAMES
        while self._request is not None and captured - self._taken >= self._frames_of(self._request):
            self._spill(captured)
            frames = self._frames_of(self._request)
            if captured - self._taken < frames:
                break
            self._fill(self._request, self._sound.read(self._first + self._taken, frames))
            self._taken += frames
            self.delivered = self._first + self._taken
            self._request, self._queued = self._queued, None
            self._calls += 1
        self._spill(captured)

    def _spill(self, captured):
        while captured - self._taken > self._capacity:
            self._taken += _DMA_FRAMES
            world.lost_frames += _DMA_FRAMES

    def call_back(self):
        while self._calls:
            self._calls -= 1
            world.leave_hardware()
            try:
                self._callback(self)
            except Exception as fault:
                print("Unhandled exception in callback")
                sys.print_exception(fault)
            world.enter_hardware()

    def _frames_of(self, buffer):
        return len(memoryview(buffer)) * _itemsize(buffer) // self._frame_bytes

    def _fill(self, buffer, frames):
        if self.bits == 16:
            data = frames
        else:
            words = array("H", frames)
            data = array("H", bytes(2 * len(frames)))
            for i in range(len(words)):
                data[2 * i + 1] = words[i]
        _copy(data, buffer)


def _itemsize(buffer):
    view = memoryview(buffer)
    return view.itemsize if hasattr(view, "itemsize") else len(bytes(view[:1]))


def _copy(data, buffer):
    view = memoryview(buffer)
    if _itemsize(buffer) == 1:
        view[:] = data
    else:
        view[:] = array("H", data)


class WDT:
    """Bites with exit code 74."""

    def __init__(self, id=0, timeout=5000):
        self._timeout_us = timeout * 1000
        self._fed_us = world.time_us()
        world.bitten = self._bite

    def feed(self):
        self._fed_us = world.time_us()

    def _bite(self, now_us):
        if now_us - self._fed_us > self._timeout_us:
            world.bitten = None  # a note looks at the clock, and that at the watchdog
            world.note("watchdog")
            sys.exit(74)


class RTC:
    def datetime(self, value=None):
        import time

        import utime

        if value is None:
            now = utime.gmtime(time.time())
            return (now[0], now[1], now[2], now[6], now[3], now[4], now[5], 0)
        year, month, day, _, hour, minute, second, _ = value
        # this port's mktime takes local time: the tests run in UTC
        time.set_epoch(int(utime.mktime((year, month, day, hour, minute, second, 0, 0))))
        return None
