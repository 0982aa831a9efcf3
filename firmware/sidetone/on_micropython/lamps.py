"""Lamps of the device: a strip of WS2812, or two-colour LEDs on pins; the twin of on_cpython/lamps.py, with the device's own state besides.

A lamp that the call leaves dark shows the device's state, if there is one to show:

| state    | loud         | pace         | phrase       | process       | meaning                                                  |
|----------|--------------|--------------|--------------|---------------|----------------------------------------------------------|
| boot     | amber        | amber        | amber        | amber         | starting (also the sign that every LED works)            |
| trial    |              |              |              | green, fast   | an update on trial: not yet confirmed                    |
| sound    | red, fast    |              |              |               | no sound: codec, microphone or its cable                 |
| settings |              | red, fast    |              |               | the configuration has faults, the serial port names them |
| storage  |              |              | red, fast    |               | flash, memory or model: records or phrases may be lost   |
| program  |              |              |              | red, fast     | a part of the program failed and was started again       |
| offline  |              |              |              | amber, slow   | no broker for a while: records wait on the device        |

The first of these that is true for a lamp wins (the order of STATES). `sound` shows in a call, too: without sound its lamp tells nothing
new. After set-up nothing here allocates: a tick compares small numbers and writes only what has changed.
"""

import machine

from sidetone.core.lamps.panel import LAMPS
from sidetone.core.lamps.patterns import lit

COLOURS = ("off", "green", "amber", "red")
PATTERNS = ("steady", "slow", "fast")
# (state, lamp, colour, pattern), the graver first
STATES = (
    ("sound", "loud", "red", "fast"),
    ("settings", "pace", "red", "fast"),
    ("storage", "phrase", "red", "fast"),
    ("program", "process", "red", "fast"),
    ("offline", "process", "amber", "slow"),
    ("trial", "process", "green", "fast"),
    ("boot", "loud", "amber", "steady"),
    ("boot", "pace", "amber", "steady"),
    ("boot", "phrase", "amber", "steady"),
    ("boot", "process", "amber", "steady"),
)
OVER_THE_CALL = "sound"
FULL_PM = 1000
AGAIN_MS = 2000  # a WS2812 that a spike has disturbed is right again after so long


class LampsUnavailable(Exception):
    """The board's lamps cannot be used: one plain line that says what to do."""


class _Lamps:
    """What all kinds share: which colour each lamp has now. A kind overrides `_put(lamp, colour)` and `_flush()`."""

    def __init__(self):
        count = len(LAMPS)
        self._colour = bytearray(count)  # what the call shows: indices into COLOURS and PATTERNS
        self._pattern = bytearray(count)
        self._under = bytearray(count)  # what the device's state shows where the call shows nothing
        self._under_pattern = bytearray(count)
        self._over = bytearray(count)  # 1 where it shows although the call shows something
        self._drawn = bytearray([255] * count)
        self._states = bytearray(len(STATES))
        self._again_ms = 0

    def show(self, lamp, colour, pattern):
        """The call's lamp is to look so from the next tick on."""
        place = LAMPS.index(lamp)
        self._colour[place] = COLOURS.index(colour)
        self._pattern[place] = PATTERNS.index(pattern)

    def state(self, name, on):
        """The device is (or is no longer) in a state of STATES."""
        for row in range(len(STATES)):
            if STATES[row][0] == name:
                self._states[row] = 1 if on else 0
        for place in range(len(LAMPS)):
            self._under[place] = self._over[place] = 0
            for row in range(len(STATES)):
                if self._states[row] and STATES[row][1] == LAMPS[place]:
                    self._under[place] = COLOURS.index(STATES[row][2])
                    self._under_pattern[place] = PATTERNS.index(STATES[row][3])
                    self._over[place] = 1 if STATES[row][0] == OVER_THE_CALL else 0
                    break

    def tick(self, now_ms):
        """Draw. now_ms: any monotonic time."""
        changed = False
        for place in range(len(LAMPS)):
            colour, pattern = self._colour[place], self._pattern[place]
            if not colour or self._over[place]:
                colour, pattern = self._under[place], self._under_pattern[place]
            if colour and pattern and not lit(PATTERNS[pattern], now_ms):
                colour = 0
            if colour != self._drawn[place]:
                self._drawn[place] = colour
                self._put(place, colour)
                changed = True
        if changed or now_ms - self._again_ms >= AGAIN_MS or now_ms < self._again_ms:
            self._again_ms = now_ms
            self._flush()

    def close(self):
        """Dark."""
        for place in range(len(LAMPS)):
            self._colour[place] = self._under[place] = self._over[place] = 0
        for row in range(len(STATES)):
            self._states[row] = 0
        self.tick(0)

    def _put(self, place, colour):
        pass

    def _flush(self):
        pass


class NoLamps(_Lamps):
    """A board without lamps."""


class StripLamps(_Lamps):
    """Four WS2812 in a row, in the order of LAMPS, by MicroPython's neopixel. brightness_pm: 1..1000."""

    def __init__(self, data_pin, brightness_pm):
        super().__init__()
        from neopixel import NeoPixel

        full = max(1, 255 * brightness_pm // FULL_PM)
        # amber is red with less than half of green: a WS2812's green is the brighter one
        self._tuples = ((0, 0, 0), (0, full, 0), (full, max(1, full * 2 // 5), 0), (full, 0, 0))
        try:
            self._strip = NeoPixel(machine.Pin(data_pin), len(LAMPS))
        except ValueError as fault:
            raise LampsUnavailable("no lamps on pin %d (%s); check [lamps] data_pin of the board" % (data_pin, fault)) from None

    def _put(self, place, colour):
        self._strip[place] = self._tuples[colour]

    def _flush(self):
        self._strip.write()


class PinLamps(_Lamps):
    """Two-colour LEDs, amber being both at once: [red pin, green pin] for each of LAMPS; dimmed by PWM below full brightness."""

    def __init__(self, pins, brightness_pm):
        super().__init__()
        self._duty = 65535 * brightness_pm // FULL_PM
        self._dimmed = brightness_pm < FULL_PM
        self._red, self._green = [], []
        try:
            for lamp in LAMPS:
                for side, pin in zip((self._red, self._green), pins[lamp]):
                    output = machine.Pin(pin, machine.Pin.OUT, value=0)
                    side.append(machine.PWM(output, freq=1000, duty_u16=0) if self._dimmed else output)
        except ValueError as fault:
            raise LampsUnavailable("no lamps on these pins (%s); check [lamps] pins of the board" % fault) from None

    def _put(self, place, colour):
        self._light(self._red[place], colour >= 2)  # amber and red
        self._light(self._green[place], colour == 1 or colour == 2)

    def _light(self, output, on):
        if self._dimmed:
            output.duty_u16(self._duty if on else 0)
        else:
            output.value(1 if on else 0)


def of(board, brightness_pm):
    """The lamps of a board (board.Board), which start with the state `boot`. LampsUnavailable where the driver refuses."""
    if board.lamp_kind == "ws2812":
        lamps = StripLamps(board.data_pin, brightness_pm)
    elif board.lamp_kind == "gpio":
        lamps = PinLamps(board.lamp_pins, brightness_pm)
    else:
        lamps = NoLamps()
    lamps.state("boot", True)
    lamps.tick(0)
    return lamps


__all__ = ["COLOURS", "LAMPS", "STATES", "LampsUnavailable", "NoLamps", "PinLamps", "StripLamps", "of"]
