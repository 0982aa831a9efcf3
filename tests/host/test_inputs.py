"""Buttons on (mock) GPIO pins, and a terminal's keys on a pseudo terminal."""

from __future__ import annotations

import os
import pty
import termios
from collections.abc import Iterator

import gpiozero
import pytest
from gpiozero.pins.mock import MockFactory

from sidetone.core.call.contacts import HELP, OFF_HOOK, ON_HOOK
from sidetone.on_cpython.inputs import GpioInputs, KeyInputs, NoInputs


@pytest.fixture
def pins() -> Iterator[MockFactory]:
    factory = MockFactory()
    before, gpiozero.Device.pin_factory = gpiozero.Device.pin_factory, factory
    yield factory
    factory.reset()
    gpiozero.Device.pin_factory = before


def test_buttons_pull_their_pins_to_ground(pins: MockFactory) -> None:
    inputs = GpioInputs({"help": 17, "hook": 27})
    assert inputs.has_help
    assert [inputs.poll(now_ms) for now_ms in (0, 40)] == [[], []]
    pins.pin(17).drive_low()
    pins.pin(27).drive_low()
    assert [inputs.poll(now_ms) for now_ms in (50, 90, 130)] == [[], [HELP, OFF_HOOK], []]
    pins.pin(27).drive_high()
    assert [inputs.poll(now_ms) for now_ms in (140, 180)] == [[], [ON_HOOK]]
    inputs.close()


def test_a_board_without_a_help_button(pins: MockFactory) -> None:
    assert not GpioInputs({"hook": 27}).has_help
    assert not NoInputs().has_help
    assert NoInputs().poll(0) == []


def test_keys_ask_for_help_and_the_terminal_is_given_back() -> None:
    ours, theirs = pty.openpty()
    before = termios.tcgetattr(theirs)
    keys = KeyInputs(theirs)
    assert keys.poll(0) == []
    os.write(ours, b"x")
    assert keys.poll(10) == []
    os.write(ours, b"h")
    assert keys.poll(20) == [HELP]
    os.write(ours, b"hh")
    assert keys.poll(2_000) == []
    os.write(ours, b"?")
    assert keys.poll(3_020) == [HELP]
    keys.close()
    assert termios.tcgetattr(theirs) == before
    os.close(ours)
    os.close(theirs)
