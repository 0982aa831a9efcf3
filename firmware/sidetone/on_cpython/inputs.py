"""What the agent can press on this runtime: buttons on a Raspberry Pi's pins, keys of a terminal, or nothing.

Each has `poll(now_ms)` -> what has happened since (core/call/contacts.py), `has_help`, and `close()`.
"""

from __future__ import annotations

import contextlib
import os
import select
import sys
import termios
import tty
import warnings
from typing import Protocol

from sidetone.core.call.contacts import HELP, HELP_AGAIN_MS, Contact

HELP_KEYS = b"h?"


class Inputs(Protocol):
    has_help: bool

    def poll(self, now_ms: int) -> list[str]: ...

    def close(self) -> None: ...


class InputsUnavailable(Exception):
    """The board's buttons cannot be reached from this machine: one plain line that says what to do."""


class NoInputs:
    """Nothing to press."""

    has_help = False

    def poll(self, now_ms: int) -> list[str]:
        return []

    def close(self) -> None:
        pass


class GpioInputs:
    """Contacts from a pin to ground. pins: "help" or "hook" -> BCM number, from boards/*.toml."""

    def __init__(self, pins: dict[str, int]) -> None:
        try:
            from gpiozero import DigitalInputDevice, GPIOZeroError
        except ImportError as fault:
            raise InputsUnavailable("buttons on GPIO pins need the package gpiozero (extra `pi`); or take [inputs] out of the board") from fault
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                self.pins = {kind: DigitalInputDevice(pin, pull_up=True) for kind, pin in pins.items()}
            except (GPIOZeroError, ImportError) as fault:
                raise InputsUnavailable(f"no buttons on GPIO pins here ({fault}); take [inputs] out of the board") from fault
        self.contacts = {kind: Contact(kind) for kind in pins}
        self.has_help = HELP in pins

    def poll(self, now_ms: int) -> list[str]:
        read = (contact.read(now_ms, bool(self.pins[kind].value)) for kind, contact in self.contacts.items())
        return [event for event in read if event is not None]

    def close(self) -> None:
        for pin in self.pins.values():
            pin.close()


class KeyInputs:
    """The terminal's keys: h or ? asks for help. The terminal is given back as it was."""

    has_help = True

    def __init__(self, descriptor: int | None = None) -> None:
        self.descriptor = sys.stdin.fileno() if descriptor is None else descriptor
        self._before = termios.tcgetattr(self.descriptor)
        tty.setcbreak(self.descriptor)
        self._told_ms: int | None = None

    def poll(self, now_ms: int) -> list[str]:
        if not select.select([self.descriptor], [], [], 0)[0]:
            return []
        pressed = os.read(self.descriptor, 64)
        if not any(key in HELP_KEYS for key in pressed) or (self._told_ms is not None and now_ms - self._told_ms < HELP_AGAIN_MS):
            return []
        self._told_ms = now_ms
        return [HELP]

    def close(self) -> None:
        with contextlib.suppress(termios.error):  # the terminal has gone
            termios.tcsetattr(self.descriptor, termios.TCSADRAIN, self._before)
