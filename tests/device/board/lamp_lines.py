"""The lamps a fake board has lit, against the lamp lines of `sidetone replay` of the same sound."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from device.board.desk import BLOCK_MS, Desk
from sidetone.core.lamps.panel import LAMPS
from sidetone.core.lamps.patterns import lit

DMA_FRAMES = 256
Colours = tuple[str, ...]


def colour_of(rgb: list[int]) -> str:
    """Of one WS2812, whatever its brightness."""
    red, green, blue = rgb
    assert blue == 0
    return ("amber" if green else "red") if red else ("green" if green else "off")


def frames(desk: Desk) -> list[tuple[int, Colours]]:
    """(time in us, colours of the four lamps) of every change; several at one time are the last of them."""
    found: dict[int, Colours] = {}
    for line in desk.recorded("pixels"):
        found[line["t_us"]] = tuple(colour_of(rgb) for rgb in line["rgb"])
    return sorted(found.items())


def shown_at(lines: list[dict[str, Any]], t_ms: int) -> dict[str, tuple[str, str]]:
    """The replay's lamps when t_ms of the call have been heard."""
    shown = dict.fromkeys(LAMPS, ("off", "steady"))
    for line in lines:
        if line["kind"] == "lamp" and line["t_ms"] <= t_ms:
            shown[line["lamp"]] = (line["colour"], line["pattern"])
    return shown


def expected_frames(lines: list[dict[str, Any]], lead_ms: int, call_ms: int, since_ms: int, offline_ms: int) -> list[tuple[int, Colours]]:
    """What a board draws in virtual time: it ticks when a block of the driver has come, which is when the DMA has given its last frame."""
    drawn = []
    block = 16 * BLOCK_MS
    for count in range(lead_ms // BLOCK_MS + 1, (lead_ms + call_ms) // BLOCK_MS + 1):
        t_us = -(-count * block // DMA_FRAMES) * DMA_FRAMES * 125 // 2
        t_ms = t_us // 1000
        heard_ms = count * BLOCK_MS - lead_ms
        if heard_ms < since_ms or heard_ms >= call_ms:
            continue
        colours = []
        for lamp, (colour, pattern) in shown_at(lines, heard_ms).items():
            if colour == "off" and lamp == "process" and t_ms >= offline_ms:
                colour, pattern = "amber", "slow"
            colours.append(colour if colour != "off" and lit(pattern, t_ms) else "off")
        drawn.append((t_us, tuple(colours)))
    return [next(group) for _, group in groupby(drawn, key=lambda frame: frame[1])]


def colours_in_turn(frames: list[tuple[int, Colours]]) -> list[list[str]]:
    """For each lamp the colours it had, one after the other, however it blinked."""
    return [[colour for colour, _ in groupby(shown[place] for _, shown in frames) if colour != "off"] for place in range(len(LAMPS))]


def without_repeats(turns: list[list[str]]) -> list[list[str]]:
    return [[colour for colour, _ in groupby(turn)] for turn in turns]


def assert_same_colours(desk: Desk, lines: list[dict[str, Any]], begin_us: int) -> None:
    """Every lamp had the replay's colours in the replay's order. For a board whose time is not quite ours."""
    times = sorted({line["t_ms"] for line in lines if line["kind"] == "lamp"})
    told = [(t_ms, tuple(colour for colour, _ in shown_at(lines, t_ms).values())) for t_ms in times]
    lit_up = [frame for frame in frames(desk) if frame[0] >= begin_us]
    assert without_repeats(colours_in_turn(lit_up)) == without_repeats(colours_in_turn(told))
    assert lit_up[-1][1] == ("off",) * len(LAMPS)
