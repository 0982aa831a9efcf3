"""Lamps of this runtime: the terminal's line for the desktop, GPIO pins for the Raspberry Pi, and none.

Each has `show(lamp, colour, pattern)` on a change, `tick(now_ms)` as time goes by (blinking), and `close()`, which darkens them.
What is to be shown is decided in core/lamps; here it is only drawn.
"""

from __future__ import annotations

import warnings
from typing import Protocol, TextIO

from sidetone.core.lamps.panel import LAMPS
from sidetone.core.lamps.patterns import lit

# a shape beside each colour, so that the lamps are told apart without colour
SIGNS = {"off": "·", "green": "●", "amber": "▲", "red": "■"}
ANSI = {"off": "2", "green": "32", "amber": "33", "red": "31;1"}


class Lamps(Protocol):
    def show(self, lamp: str, colour: str, pattern: str) -> None: ...

    def tick(self, now_ms: int) -> None: ...

    def close(self) -> None: ...


class LampsUnavailable(Exception):
    """The board's lamps cannot be reached from this machine: one plain line that says what to do."""


class NoLamps:
    """A device without lamps, or one whose lamps nobody looks at (tests, --lamps none)."""

    def show(self, lamp: str, colour: str, pattern: str) -> None:
        pass

    def tick(self, now_ms: int) -> None:
        pass

    def close(self) -> None:
        pass


class TerminalLamps:
    """One line that is drawn over itself on a terminal; a line for each change where the output is a file or a pipe."""

    def __init__(self, out: TextIO) -> None:
        self.out = out
        self.live = out.isatty()
        self.shown = dict.fromkeys(LAMPS, ("off", "steady"))
        self.now_ms = 0
        self.drawn = ""

    def show(self, lamp: str, colour: str, pattern: str) -> None:
        self.shown[lamp] = (colour, pattern)
        if not self.live:
            print(f"{self.now_ms / 1000:8.2f} s  {lamp} {SIGNS[colour]} {colour} {pattern}", file=self.out, flush=True)

    def tick(self, now_ms: int) -> None:
        self.now_ms = now_ms
        if self.live:
            self._draw()

    def close(self) -> None:
        if self.live:
            self.shown = dict.fromkeys(LAMPS, ("off", "steady"))
            self._draw()
            print(file=self.out, flush=True)

    def _draw(self) -> None:
        cells = []
        for lamp, (colour, pattern) in self.shown.items():
            sign = SIGNS[colour] if lit(pattern, self.now_ms) else SIGNS["off"]
            cells.append(f"\x1b[{ANSI[colour]}m{sign} {lamp:8}{colour:6}\x1b[0m")
        line = f"\r{self.now_ms // 60000:3}:{self.now_ms // 1000 % 60:02}  " + "  ".join(cells)
        if line != self.drawn:
            self.drawn = line
            self.out.write(line)
            self.out.flush()


class GpioLamps:
    """Two-colour LEDs on a Raspberry Pi's pins, amber being both colours at once; dimmed by PWM.

    pins: lamp -> (red pin, green pin), BCM numbers from boards/*.toml; brightness_pm: 0..1000.
    """

    def __init__(self, pins: dict[str, tuple[int, int]], brightness_pm: int) -> None:
        try:
            from gpiozero import PWMLED, GPIOZeroError
        except ImportError as fault:
            raise LampsUnavailable("lamps on GPIO pins need the package gpiozero (extra `pi`); or choose --lamps terminal") from fault
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # gpiozero names each pin library that it does not find before it gives up
            try:
                self.leds = {lamp: (PWMLED(red), PWMLED(green)) for lamp, (red, green) in pins.items()}
            except (GPIOZeroError, ImportError) as fault:
                raise LampsUnavailable(f"no lamps on GPIO pins here ({fault}); choose --lamps terminal or another board") from fault
        self.level = brightness_pm / 1000
        self.shown = dict.fromkeys(self.leds, ("off", "steady"))

    def show(self, lamp: str, colour: str, pattern: str) -> None:
        if lamp in self.leds:
            self.shown[lamp] = (colour, pattern)

    def tick(self, now_ms: int) -> None:
        for lamp, (colour, pattern) in self.shown.items():
            red, green = self.leds[lamp]
            level = self.level if lit(pattern, now_ms) else 0.0
            red.value = level if colour in ("red", "amber") else 0.0
            green.value = level if colour in ("green", "amber") else 0.0

    def close(self) -> None:
        for pair in self.leds.values():
            for led in pair:
                led.close()
