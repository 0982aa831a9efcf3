"""Lamps: colours, blinking, the device's own state beneath the call's, and no allocation."""

import machine
import neopixel
from fakeboard import world

from sidetone.on_micropython import lamps
from sidetone.on_micropython.board import Board

STRIPS = []


class Strip(neopixel.NeoPixel):
    def __init__(self, pin, n):
        super().__init__(pin, n)
        STRIPS.append(self)

    def colours(self):
        return [self[i] for i in range(self.n)]


def strip(brightness_pm=100):
    true = neopixel.NeoPixel
    neopixel.NeoPixel = Strip
    try:
        it = lamps.StripLamps(7, brightness_pm)
    finally:
        neopixel.NeoPixel = true
    return it, STRIPS[-1]


OFF, GREEN, AMBER, RED = (0, 0, 0), (0, 25, 0), (25, 10, 0), (25, 0, 0)


def test_each_lamp_has_its_place_and_its_colour():
    it, pixels = strip()
    for lamp, colour in (("loud", "red"), ("pace", "amber"), ("phrase", "green"), ("process", "off")):
        it.show(lamp, colour, "steady")
    assert pixels.colours() == [OFF] * 4  # drawn by the next tick
    it.tick(0)
    assert pixels.colours() == [RED, AMBER, GREEN, OFF]
    it.close()
    assert pixels.colours() == [OFF] * 4


def test_brightness_is_a_part_of_full_and_never_none():
    for brightness_pm, red, amber in ((1000, (255, 0, 0), (255, 102, 0)), (300, (76, 0, 0), (76, 30, 0)), (1, (1, 0, 0), (1, 1, 0))):
        it, pixels = strip(brightness_pm)
        it.show("loud", "red", "steady")
        it.show("pace", "amber", "steady")
        it.tick(5)
        assert pixels.colours()[:2] == [red, amber]


def test_slow_and_fast_blink_and_steady_does_not():
    it, pixels = strip()
    it.show("loud", "red", "slow")
    it.show("pace", "red", "fast")
    it.show("phrase", "red", "steady")
    for now_ms in range(0, 8000, 10):
        it.tick(now_ms)
        lit = [colour != OFF for colour in pixels.colours()]
        assert lit == [now_ms % 2000 < 1000, now_ms % 400 < 200, True, False], now_ms


def test_the_devices_state_shows_where_the_call_is_dark():
    it, pixels = strip()
    it.state("boot", True)
    it.tick(0)
    assert pixels.colours() == [AMBER] * 4
    it.state("sound", True)
    it.state("offline", True)
    it.tick(0)
    assert pixels.colours() == [RED, AMBER, AMBER, AMBER]
    it.state("boot", False)
    it.tick(100)
    assert pixels.colours() == [RED, OFF, OFF, AMBER]
    it.show("process", "green", "steady")
    it.tick(1200)
    assert pixels.colours() == [RED, OFF, OFF, GREEN]
    it.show("process", "off", "steady")
    it.tick(1300)
    assert pixels.colours() == [RED, OFF, OFF, OFF]  # amber, slow: its dark half
    it.show("loud", "green", "steady")  # what a call says of the sound is old when there is none
    it.tick(1301)
    assert pixels.colours()[0] == RED
    it.show("loud", "off", "steady")
    it.state("program", True)  # graver than offline
    it.tick(1601)
    assert pixels.colours() == [RED, OFF, OFF, RED]
    for name, *_ in lamps.STATES:
        it.state(name, False)
    it.tick(1700)
    assert pixels.colours() == [OFF] * 4


def test_every_state_is_told_apart_from_every_other():
    looks = []
    for name in sorted({row[0] for row in lamps.STATES}):
        it, pixels = strip()
        it.state(name, True)
        look = []
        for now_ms in range(0, 2000, 100):
            it.tick(now_ms)
            look.append(pixels.colours())
        assert look not in looks, name
        looks.append(look)


def test_nothing_is_allocated_in_a_tick():
    it, _ = strip()
    it.show("loud", "red", "fast")
    it.state("offline", True)
    it.tick(0)
    world.lock_heap()
    try:
        _ticks(it)
    finally:
        world.unlock_heap()


def _ticks(it):
    now_ms = 0
    while now_ms < 9000:
        it.tick(now_ms)
        it.show("pace", "amber", "slow" if now_ms & 1024 else "steady")
        now_ms += 30


PINS = {"loud": [1, 2], "pace": [8, 9], "phrase": [10, 11], "process": [12, 13]}


def test_leds_on_pins_amber_is_both_and_dim_is_pwm():
    for brightness_pm in (1000, 250):
        machine.PWM._used.clear()
        it = lamps.PinLamps(PINS, brightness_pm)
        for lamp, colour in (("loud", "red"), ("pace", "amber"), ("phrase", "green")):
            it.show(lamp, colour, "steady")
        it.tick(0)
        read = "value" if brightness_pm == 1000 else "duty_u16"
        full = 1 if brightness_pm == 1000 else 65535 // 4
        assert [getattr(pin, read)() for pin in it._red] == [full, full, 0, 0]
        assert [getattr(pin, read)() for pin in it._green] == [0, full, full, 0]
        it.close()
        assert not any([getattr(pin, read)() for pin in it._red + it._green])


def test_a_pin_that_is_none_is_one_line():
    board = Board()
    for kind, data_pin, pins in (("ws2812", 23, None), ("gpio", None, dict(PINS, loud=[23, 2]))):
        machine.PWM._used.clear()
        board.lamp_kind, board.data_pin, board.lamp_pins = kind, data_pin, pins
        try:
            lamps.of(board, 100)
        except lamps.LampsUnavailable as fault:
            assert "[lamps]" in str(fault) and "\n" not in str(fault)
        else:
            raise AssertionError("it took the pin")


def test_a_board_without_lamps_takes_everything():
    board = Board()
    board.lamp_kind = "none"
    it = lamps.of(board, 100)
    it.show("loud", "red", "fast")
    it.tick(3)
    it.close()
