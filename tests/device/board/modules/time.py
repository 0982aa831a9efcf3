"""MicroPython's time on the fake board's clock; ticks have an ESP32's period of 2**30."""

from fakeboard import settings, world
from utime import gmtime, localtime, mktime, ticks_cpu  # noqa: F401

from micropython import const

_MASK = const(0x3FFFFFFF)
_HALF = const(0x20000000)
_START_MS = settings.get("ticks_start_ms", 0)  # near the wrap, where a test wants to see it
_epoch = [settings.get("epoch_s")]  # None: unset, as after power-up: 2000-01-01


def ticks_us():
    return (world.time_us() + _START_MS * 1000) & _MASK


def ticks_ms():
    return (world.time_us() // 1000 + _START_MS) & _MASK


def ticks_diff(later, earlier):
    gone = (later - earlier) & _MASK
    return gone - _MASK - 1 if gone >= _HALF else gone


def ticks_add(ticks, delta):
    return (ticks + delta) & _MASK


def sleep_us(us):
    world.sleep_us(us)


def sleep_ms(ms):
    world.sleep_us(ms * 1000)


def sleep(s):
    world.sleep_us(int(s * 1000000))


def time():
    """The RTC: seconds since 1970 on this port; a board wakes in 2000."""
    base = _epoch[0]
    return (946684800 if base is None else base) + world.time_us() // 1000000


def time_ns():
    return time() * 1000000000


def set_epoch(seconds):
    """What machine.RTC().datetime(...) does."""
    _epoch[0] = seconds - world.time_us() // 1000000
