"""Boards: what is wired to what, read from boards/*.toml and checked whole before anything is opened."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sidetone.core.call.contacts import HELP, HOOK
from sidetone.core.lamps.panel import LAMPS

BOARDS = Path(__file__).resolve().parents[3] / "boards"

RUNTIMES = ("cpython", "micropython")
SOURCES = ("portaudio", "i2s")
LAMP_KINDS = ("terminal", "gpio", "ws2812", "none")
INPUTS = (HELP, HOOK)  # a button, and the telephone's hook switch: contacts to ground
I2S_PINS = ("sck", "ws", "sd")
WORD_BITS = (16, 32)
GAIN_BITS = (0, 12)
GPIO_LAST = 48  # ESP32-S3's highest GPIO; a Raspberry Pi's header ends at 27
BLOCK_MS = (10, 500)  # one hop; more than half a second would make the lamps late
FULL_PM = 1000


class BoardError(Exception):
    """The board file cannot be used: every fault, a line each, with its place and what to do."""


@dataclass(frozen=True)
class Board:
    """One board. Channels are counted from 1; `customer_channel` is None where nothing taps the ear-piece."""

    name: str
    runtime: str
    summary: str
    source: str
    device: str  # part of the sound input's name; "" for the system's default
    codec: str
    agent_channel: int
    customer_channel: int | None
    block_ms: int
    i2s_pins: dict[str, int]
    bits: int  # of a word that the I2S driver is asked for, 16 or 32
    gain_bits: int  # how many of a 32-bit word's lower bits are kept besides the upper 16: 6 dB each
    lamp_kind: str
    lamp_pins: dict[str, tuple[int, int]]  # lamp -> (red, green)
    data_pin: int | None
    brightness_pm: int
    clock_note: str
    input_pins: dict[str, int]  # of INPUTS, those that are wired

    @property
    def channels(self) -> int:
        """How many channels have to be captured to reach the highest one that is used."""
        return max(self.agent_channel, self.customer_channel or 0)


def names() -> list[str]:
    """The boards that come with Sidetone."""
    return sorted(path.stem for path in BOARDS.glob("*.toml"))


def load(name_or_path: str) -> Board:
    """The board of that name, or of that file. BoardError with all faults at once."""
    path = Path(name_or_path)
    if path.suffix != ".toml":
        path = BOARDS / f"{name_or_path}.toml"
        if not path.is_file():
            raise BoardError(f"there is no board {name_or_path!r}: choose one of {', '.join(names())}, or give a .toml file")
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as fault:
        raise BoardError(f"{path}: cannot be read: {fault.strerror}") from fault
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        raise BoardError(f"{path}: is not TOML: {fault}") from fault
    reader = _Reader(table)
    board = reader.board(path.stem)
    if reader.faults:
        raise BoardError("\n".join(f"{path}: {fault}" for fault in reader.faults))
    return board


class _Reader:
    """Takes the expected keys out of the table, noting each fault; what is left over is unknown."""

    def __init__(self, table: dict[str, Any]) -> None:
        self.faults: list[str] = []
        self.table = table

    def board(self, name: str) -> Board:
        about, sound, lamps, clock = (self._section(key) for key in ("board", "sound", "lamps", "clock"))
        inputs = self.table.pop("inputs", {})
        for key in self.table:
            self.faults.append(f"[{key}] is unknown; the sections are board, sound, lamps, clock, inputs")
        source = self._choice(sound, "sound", "source", SOURCES)
        kind = self._choice(lamps, "lamps", "kind", LAMP_KINDS)
        board = Board(
            name=name,
            runtime=self._choice(about, "board", "runtime", RUNTIMES),
            summary=self._text(about, "board", "summary"),
            source=source,
            device=self._text(sound, "sound", "device", needed=False),
            codec=self._text(sound, "sound", "codec", needed=False),
            agent_channel=self._whole(sound, "sound", "agent_channel", 1, 8) or 1,
            customer_channel=self._whole(sound, "sound", "customer_channel", 1, 8, needed=False),
            block_ms=self._whole(sound, "sound", "block_ms", *BLOCK_MS) or BLOCK_MS[0],
            i2s_pins=self._i2s_pins(sound) if source == "i2s" else {},
            bits=self._word_bits(sound) if source == "i2s" else WORD_BITS[0],
            gain_bits=self._whole(sound, "sound", "gain_bits", *GAIN_BITS, needed=False) or 0 if source == "i2s" else 0,
            lamp_kind=kind,
            lamp_pins=self._lamp_pins(lamps) if kind == "gpio" else {},
            data_pin=self._whole(lamps, "lamps", "data_pin", 0, GPIO_LAST) if kind == "ws2812" else None,
            brightness_pm=self._brightness(lamps) if kind in ("gpio", "ws2812") else FULL_PM,
            clock_note=self._text(clock, "clock", "note"),
            input_pins=self._input_pins(inputs),
        )
        for section, rest in (("board", about), ("sound", sound), ("lamps", lamps), ("clock", clock)):
            for key in rest:
                self.faults.append(f"[{section}] {key} is unknown here; remove it")
        self._cross_check(board)
        return board

    def _section(self, key: str) -> dict[str, Any]:
        section = self.table.pop(key, None)
        if isinstance(section, dict):
            return section
        self.faults.append(f"[{key}] is missing; add the section")
        return {}

    def _text(self, section: dict[str, Any], where: str, key: str, needed: bool = True) -> str:
        value = section.pop(key, None)
        if isinstance(value, str):
            return value
        if value is not None or needed:
            self.faults.append(f"[{where}] {key} must be a text in quotes")
        return ""

    def _choice(self, section: dict[str, Any], where: str, key: str, choices: tuple[str, ...]) -> str:
        value = section.pop(key, None)
        if value in choices:
            return str(value)
        self.faults.append(f"[{where}] {key} must be one of {', '.join(choices)}")
        return ""

    def _whole(self, section: dict[str, Any], where: str, key: str, low: int, high: int, needed: bool = True) -> int | None:
        value = section.pop(key, None)
        if value is None and not needed:
            return None
        if type(value) is int and low <= value <= high:
            return value
        self.faults.append(f"[{where}] {key} must be a whole number from {low} to {high}")
        return None

    def _brightness(self, lamps: dict[str, Any]) -> int:
        return self._whole(lamps, "lamps", "brightness_pm", 1, FULL_PM) or FULL_PM

    def _i2s_pins(self, sound: dict[str, Any]) -> dict[str, int]:
        pins = sound.pop("i2s_pins", None)
        if isinstance(pins, dict) and sorted(pins) == sorted(I2S_PINS) and all(_is_pin(pin) for pin in pins.values()):
            return pins
        self.faults.append(f"[sound] i2s_pins must name a pin from 0 to {GPIO_LAST} for each of {', '.join(I2S_PINS)}")
        return {}

    def _word_bits(self, sound: dict[str, Any]) -> int:
        bits = sound.pop("bits", WORD_BITS[0])
        if bits in WORD_BITS:
            return int(bits)
        self.faults.append(f"[sound] bits must be {' or '.join(map(str, WORD_BITS))}")
        return WORD_BITS[0]

    def _lamp_pins(self, lamps: dict[str, Any]) -> dict[str, tuple[int, int]]:
        pins = lamps.pop("pins", None)
        if not isinstance(pins, dict):
            self.faults.append("[lamps] pins must give [red, green] for each lamp of kind gpio")
            return {}
        good = {}
        for lamp in LAMPS:
            pair = pins.pop(lamp, None)
            if isinstance(pair, list) and len(pair) == 2 and all(_is_pin(pin) for pin in pair):
                good[lamp] = (pair[0], pair[1])
            else:
                self.faults.append(f"[lamps] pins.{lamp} must be [red, green], two pins from 0 to {GPIO_LAST}")
        for lamp in pins:
            self.faults.append(f"[lamps] pins.{lamp} is unknown; the lamps are {', '.join(LAMPS)}")
        return good

    def _input_pins(self, inputs: object) -> dict[str, int]:
        """[inputs] help_pin = …, hook_pin = …, each of which may be left out."""
        pins: dict[str, int] = {}
        for key, pin in inputs.items() if isinstance(inputs, dict) else [("", inputs)]:
            if key.removesuffix("_pin") not in INPUTS or type(pin) is not int or not _is_pin(pin):
                self.faults.append(f"[inputs] {key} must be help_pin or hook_pin, a pin from 0 to {GPIO_LAST}")
            else:
                pins[key.removesuffix("_pin")] = pin
        return pins

    def _cross_check(self, board: Board) -> None:
        if board.agent_channel == board.customer_channel:
            self.faults.append("[sound] customer_channel is the agent's; give the ear-piece a channel of its own, or remove the key")
        if board.gain_bits and board.bits != 32:
            self.faults.append("[sound] gain_bits needs bits = 32")
        if board.source == "i2s" and board.runtime == "cpython":
            self.faults.append("[sound] source i2s needs runtime micropython; a Raspberry Pi's codec is reached by portaudio")
        used = list(board.i2s_pins.values()) + list(board.input_pins.values()) + [pin for pair in board.lamp_pins.values() for pin in pair]
        if board.data_pin is not None:
            used.append(board.data_pin)
        for pin in sorted({pin for pin in used if used.count(pin) > 1}):
            self.faults.append(f"pin {pin} is used more than once; give each signal its own")


def _is_pin(value: object) -> bool:
    return type(value) is int and 0 <= value <= GPIO_LAST
