"""The lamps of this runtime: lines for people, and LEDs on (mock) GPIO pins."""

from __future__ import annotations

import io
from collections.abc import Iterator

import gpiozero
import pytest
from gpiozero.pins.mock import MockFactory, MockPWMPin

from sidetone.on_cpython import board
from sidetone.on_cpython.lamps import GpioLamps, LampsUnavailable, TerminalLamps

PINS = {"loud": (5, 6), "pace": (13, 16)}


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def pins() -> Iterator[MockFactory]:
    factory = MockFactory(pin_class=MockPWMPin)
    before, gpiozero.Device.pin_factory = gpiozero.Device.pin_factory, factory
    yield factory
    factory.reset()
    gpiozero.Device.pin_factory = before


def levels(pins: MockFactory) -> list[float]:
    """Red and green of loud, red and green of pace."""
    return [round(pins.pin(number).state, 3) for number in (5, 6, 13, 16)]


def test_a_colour_is_one_led_or_both_dimmed(pins: MockFactory) -> None:
    lamps = GpioLamps(PINS, 300)
    assert levels(pins) == [0, 0, 0, 0]
    lamps.show("loud", "red", "steady")
    lamps.show("pace", "amber", "steady")
    lamps.show("phrase", "red", "steady")  # this board has no such lamp
    lamps.tick(0)
    assert levels(pins) == [0.3, 0, 0.3, 0.3]
    lamps.show("loud", "green", "steady")
    lamps.show("pace", "off", "steady")
    lamps.tick(10)
    assert levels(pins) == [0, 0.3, 0, 0]
    lamps.close()
    assert levels(pins) == [0, 0, 0, 0]


def test_a_blinking_lamp_is_dark_for_a_part_of_the_time(pins: MockFactory) -> None:
    lamps = GpioLamps(PINS, 1000)
    lamps.show("loud", "red", "fast")
    seen = set()
    for now_ms in range(0, 2000, 10):
        lamps.tick(now_ms)
        seen.add(levels(pins)[0])
    assert seen == {0, 1}


def test_the_boards_pins_suit_the_library(pins: MockFactory) -> None:
    for name in ("rpi-usb", "rpi-codec"):
        lamps = GpioLamps(board.load(name).lamp_pins, 300)
        assert set(lamps.leds) == {"loud", "pace", "phrase", "process"}
        lamps.close()


def test_no_pins_on_this_machine(monkeypatch: pytest.MonkeyPatch, recwarn: pytest.WarningsRecorder) -> None:
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "pigpio")
    monkeypatch.setenv("PIGPIO_ADDR", "127.0.0.1")
    monkeypatch.setattr(gpiozero.Device, "pin_factory", None)
    with pytest.raises(LampsUnavailable, match="choose --lamps terminal") as caught:
        GpioLamps(PINS, 300)
    assert "\n" not in str(caught.value)
    assert not recwarn.list


def test_a_terminal_has_one_line_that_is_drawn_over() -> None:
    out = Terminal()
    lamps = TerminalLamps(out)
    lamps.show("loud", "red", "steady")
    lamps.tick(61_500)
    drawn = out.getvalue()
    assert drawn.startswith("\r  1:01  ")
    assert "■ loud    red" in drawn
    lamps.tick(61_600)
    assert out.getvalue() == drawn  # nothing changed, nothing is drawn
    lamps.close()
    assert out.getvalue().endswith("\n")
    assert "· loud    off" in out.getvalue()


def test_a_file_has_a_line_for_each_change() -> None:
    out = io.StringIO()
    lamps = TerminalLamps(out)
    lamps.tick(1_250)
    lamps.show("pace", "amber", "slow")
    lamps.tick(1_300)
    lamps.close()
    assert out.getvalue() == "    1.25 s  pace ▲ amber slow\n"
