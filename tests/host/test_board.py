from __future__ import annotations

from pathlib import Path

import pytest

from sidetone.on_cpython import board as boards

GOOD = """
[board]
runtime = "cpython"
summary = "a board"
[sound]
source = "portaudio"
agent_channel = 1
customer_channel = 2
block_ms = 100
[lamps]
kind = "gpio"
brightness_pm = 300
pins = { loud = [5, 6], pace = [13, 16], phrase = [22, 23], process = [24, 25] }
[clock]
note = "none"
"""


def faults_of(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "site.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(boards.BoardError) as caught:
        boards.load(str(path))
    return [line.removeprefix(f"{path}: ") for line in str(caught.value).splitlines()]


def test_buttons_are_optional_and_checked(tmp_path: Path) -> None:
    path = tmp_path / "site.toml"
    path.write_text(GOOD, encoding="utf-8")
    assert boards.load(str(path)).input_pins == {}
    path.write_text(GOOD + "[inputs]\nhelp_pin = 17\nhook_pin = 27\n", encoding="utf-8")
    assert boards.load(str(path)).input_pins == {"help": 17, "hook": 27}
    assert boards.load("rpi-usb").input_pins == {"help": 17}
    assert faults_of(tmp_path, GOOD + "[inputs]\nhelp_pin = 5\n") == ["pin 5 is used more than once; give each signal its own"]
    wrong = faults_of(tmp_path, GOOD + '[inputs]\nbell_pin = 17\nhelp_pin = "17"\n')
    assert wrong == [f"[inputs] {key} must be help_pin or hook_pin, a pin from 0 to 48" for key in ("bell_pin", "help_pin")]


def test_the_boards_that_come_with_sidetone() -> None:
    assert boards.names() == ["desktop", "esp32s3-generic-oct", "rpi-codec", "rpi-usb"]
    for name in boards.names():
        assert boards.load(name).name == name
    assert boards.load("desktop").lamp_kind == "terminal"
    assert boards.load("rpi-codec").channels == 2
    assert boards.load("rpi-usb").lamp_pins["pace"] == (13, 16)
    assert boards.load("rpi-usb").customer_channel is None


def test_a_board_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "site.toml"
    path.write_text(GOOD)
    board = boards.load(str(path))
    assert (board.name, board.device, board.customer_channel, board.brightness_pm) == ("site", "", 2, 300)


def test_all_faults_at_once(tmp_path: Path) -> None:
    text = """
[board]
runtime = "java"
colour = "blue"
[sound]
source = "portaudio"
agent_channel = 1
customer_channel = 1
block_ms = 2000
[lamps]
kind = "gpio"
brightness_pm = true
pins = { loud = [5, 5], pace = [13], phrase = [22, 99], process = [24, 25], mood = [1, 2] }
[clocks]
"""
    assert faults_of(tmp_path, text) == [
        "[clock] is missing; add the section",
        "[clocks] is unknown; the sections are board, sound, lamps, clock, inputs",
        "[board] runtime must be one of cpython, micropython",
        "[board] summary must be a text in quotes",
        "[sound] block_ms must be a whole number from 10 to 500",
        "[lamps] pins.pace must be [red, green], two pins from 0 to 48",
        "[lamps] pins.phrase must be [red, green], two pins from 0 to 48",
        "[lamps] pins.mood is unknown; the lamps are loud, pace, phrase, process",
        "[lamps] brightness_pm must be a whole number from 1 to 1000",
        "[clock] note must be a text in quotes",
        "[board] colour is unknown here; remove it",
        "[sound] customer_channel is the agent's; give the ear-piece a channel of its own, or remove the key",
        "pin 5 is used more than once; give each signal its own",
    ]


def test_words_and_gain_of_an_i2s_board(tmp_path: Path) -> None:
    text = (boards.BOARDS / "esp32s3-generic-oct.toml").read_text("utf-8")
    path = tmp_path / "ours.toml"
    path.write_text(text.replace("agent_channel = 1", "agent_channel = 1\nbits = 32\ngain_bits = 4"))
    assert (boards.load(str(path)).bits, boards.load(str(path)).gain_bits) == (32, 4)
    path.write_text(text.replace("agent_channel = 1", "agent_channel = 1\nbits = 24\ngain_bits = 13"))
    with pytest.raises(boards.BoardError) as caught:
        boards.load(str(path))
    assert "[sound] bits must be 16 or 32" in str(caught.value)
    assert "[sound] gain_bits must be a whole number from 0 to 12" in str(caught.value)
    path.write_text(text.replace("agent_channel = 1", "agent_channel = 1\ngain_bits = 4"))
    with pytest.raises(boards.BoardError, match="gain_bits needs bits = 32"):
        boards.load(str(path))


def test_i2s_is_the_micropython_boards(tmp_path: Path) -> None:
    text = GOOD.replace('"portaudio"', '"i2s"')
    assert faults_of(tmp_path, text) == [
        "[sound] i2s_pins must name a pin from 0 to 48 for each of sck, ws, sd",
        "[sound] source i2s needs runtime micropython; a Raspberry Pi's codec is reached by portaudio",
    ]


def test_a_file_that_is_no_board(tmp_path: Path) -> None:
    assert faults_of(tmp_path, "this is not TOML")[0].startswith("is not TOML")
    with pytest.raises(boards.BoardError, match="cannot be read: No such file"):
        boards.load(str(tmp_path / "absent.toml"))
    with pytest.raises(boards.BoardError, match="there is no board 'toaster': choose one of desktop, "):
        boards.load("toaster")
