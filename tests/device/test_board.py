"""The device's drivers and its program on a fake ESP32-S3 (board/), under both MicroPythons."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

import programs
from device.board import lamp_lines
from device.board.desk import BITTEN, BLOCK_MS, BOARD, RESET, SELF_TEST_BLOCKS, Desk, demo_call
from device.interpreters import BOTH
from sidetone_host import cli

CHECKS = Path(__file__).parent / "board/checks"
LEAD_MS = SELF_TEST_BLOCKS * BLOCK_MS
OFFLINE_MS = 60_000
RATE_HZ = 16000
ONE = BOTH[1:]  # what does not depend on the width of a word is run on the one that is like the chip
WDT_RESET = 3
SILENT_END_MS = 20_000


@pytest.mark.needs("umqtt")
@pytest.mark.parametrize("kind", BOTH)
@pytest.mark.parametrize("module", sorted(path.stem for path in CHECKS.glob("*_checks.py")))
def test_drivers(module: str, kind: str, tmp_path: Path) -> None:
    runner = programs.TREE / "tests/micropython/run_unit.py"
    argv, environment = Desk(tmp_path).command(kind, runner, str(programs.TREE), module)
    environment["MICROPYPATH"] += f":{CHECKS}"
    done = subprocess.run(argv, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def board(folder: Path, config: dict[str, Any] | str | None = None, seconds: float | None = None, **hardware: Any) -> Desk:
    """A board with the application in slot a, its configuration, and the bundled call (or its first seconds) in its ears."""
    desk = Desk(folder, **hardware)
    desk.configure(config)
    desk.install()
    desk.hear(demo_call()[: None if seconds is None else int(seconds * RATE_HZ)], LEAD_MS)
    return desk


def meddling(desk: Desk, *lines: str) -> str:
    """A program that starts the device after some lines of ours: faults that no hardware could be made to have."""
    path = desk.folder / "meddling.py"
    root = str(desk.root)
    head = ["import os, sys", f"os.chdir({root!r})", f"sys.path[:0] = [{root!r} + '/a', {root!r}]", *lines, "import main", "main.main()"]
    path.write_text("\n".join(head) + "\n")
    return str(path)


def calls(desk: Desk) -> list[dict[str, Any]]:
    """The finished calls that wait in the outbox, on the flash."""
    path = desk.root / "data/journal"
    lines = path.read_bytes().splitlines() if path.exists() else []
    return [json.loads(line.split(b" ", 4)[4]) for line in lines if line[9:11] == b"c "]


def replayed(desk: Desk, duration_s: str, folder: Path, capfd: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """The desktop's replay of the sound that the board heard as its call."""
    sound = folder / "heard.wav"
    soundfile.write(sound, desk.codec_heard(LEAD_MS, round(float(duration_s) * 1000)), RATE_HZ, subtype="PCM_16")
    capfd.readouterr()
    assert cli.main(["replay", str(sound), "--json"]) == 0
    return [json.loads(line) for line in capfd.readouterr().out.splitlines()]


pytestmark = pytest.mark.needs("umqtt")


@pytest.mark.parametrize("kind", BOTH)
def test_the_bundled_call_has_the_record_and_the_lamps_of_its_replay(kind: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    desk = board(tmp_path, stop_at_ms=120_000)
    # half the time for the same proof; the longest silence of the call has 17 s (the acceptance test waits for the true 90)
    _, said = desk.run(kind, meddling(desk, "from sidetone import app", f"app.SILENT_END_MS = {SILENT_END_MS}"))
    (call,) = calls(desk)
    assert call["truncated"] is False, said
    lines = replayed(desk, str(call["record"]["duration_s"]), tmp_path, capfd)
    assert call["record"] == {key: value for key, value in lines[-1].items() if key not in ("kind", "t_ms")}
    assert call["record"]["duration_s"] > SILENT_END_MS / 1000 + 80
    since_ms = 1500  # before that the second of sound that Standby has kept is heard at once
    call_ms = round(call["record"]["duration_s"] * 1000)
    expected = lamp_lines.expected_frames(lines, LEAD_MS, call_ms, since_ms, OFFLINE_MS + LEAD_MS)
    first_us, last_us = expected[0][0], expected[-1][0]
    drawn = lamp_lines.frames(desk)
    before = [colours for t_us, colours in drawn if t_us <= first_us]
    assert before[-1] == expected[0][1]
    assert [frame for frame in drawn if first_us < frame[0] <= last_us] == expected[1:]
    assert drawn[-1][1] == ("off",) * 4  # stopped: dark
    assert "self-test: passed" in said


@pytest.mark.parametrize("kind", ONE)
def test_an_exception_in_the_listening_ends_the_call_and_the_next_one_begins(kind: str, tmp_path: Path) -> None:
    desk = board(tmp_path, seconds=40, stop_at_ms=60_000)
    script = meddling(
        desk,
        "from sidetone import listener",
        "feed = listener.Listener.feed",
        "def fail_once(self, block):",
        "    if self.t_ms == 9000 and not told:",
        "        told.append(1)",
        "        raise ValueError('made up')",
        "    feed(self, block)",
        "told = []",
        "listener.Listener.feed = fail_once",
    )
    _, said = desk.run(kind, script)
    first, second = calls(desk)
    assert first["record"]["duration_s"] == 9.0
    assert second["record"]["duration_s"] > 40, said
    log = (desk.root / "data/log").read_text()
    assert "fault 1: ValueError: made up | " in log
    assert "fail_once" in log
    reds = [t_us for t_us, colours in lamp_lines.frames(desk) if colours[3] == "red"]
    assert 9_000_000 < reds[0] < 9_800_000


@pytest.mark.parametrize("kind", ONE)
def test_faults_without_end_reset_the_chip_with_the_records_saved(kind: str, tmp_path: Path) -> None:
    desk = board(tmp_path, seconds=40, stop_at_ms=60_000, speed=10)  # in time that jumps, the thread that saves would not come round between
    script = meddling(
        desk,
        "from sidetone import listener",
        "feed = listener.Listener.feed",
        "def fail(self, block):",
        "    if self.t_ms >= 2400:",
        "        raise MemoryError('made up')",
        "    feed(self, block)",
        "listener.Listener.feed = fail",
    )
    code, said = desk.run(kind, script)
    assert code == RESET, said
    assert "5 faults without a good minute between: reset" in said
    assert [call["record"]["duration_s"] for call in calls(desk)] == [2.4] * 4
    assert "fault 5" in (desk.root / "data/log").read_text()


@pytest.mark.parametrize("kind", ONE)
def test_a_loop_that_hangs_is_bitten_by_the_watchdog_and_its_call_is_told_of(kind: str, tmp_path: Path) -> None:
    desk = board(tmp_path, seconds=30, stop_at_ms=60_000)
    hang = ["import time", "from sidetone import listener", "feed = listener.Listener.feed"]
    hang += ["def slow(self, block):", "    if self.t_ms >= 16000:", "        time.sleep(30)", "    feed(self, block)"]
    code, said = desk.run(kind, meddling(desk, *hang, "listener.Listener.feed = slow"))
    assert code == BITTEN, said
    desk.hardware.update(reset_cause=WDT_RESET, stop_at_ms=3000)
    desk.hear(np.zeros((0, 2), np.int16), LEAD_MS)
    _, said = desk.run(kind, meddling(desk))
    assert "start after watchdog" in said
    assert "call 1 was cut by the last stop and is reported as truncated" in said
    assert [(call["truncated"], call["call"]) for call in calls(desk)] == [(True, 1)]


@pytest.mark.parametrize("kind", ONE)
def test_a_codec_that_stands_still_in_a_call(kind: str, tmp_path: Path) -> None:
    desk = board(tmp_path, stop_at_ms=70_000, dead_from_ms=20_000, dead_until_ms=40_000)
    _, said = desk.run(kind)
    lamps = lamp_lines.frames(desk)
    assert any(20_500_000 < t_us < 22_000_000 and colours[0] == "red" for t_us, colours in lamps)
    assert "no sound comes" in said
    assert "the call was ended: no sound for 10 s" in said
    assert "sound is back" in said
    first, second = calls(desk)
    assert 19 <= first["record"]["duration_s"] <= 21
    assert first["record"]["overruns"] > 200
    assert second["record"]["duration_s"] > 20


@pytest.mark.parametrize("kind", ONE)
@pytest.mark.parametrize("text", ["", "[1,2,3]", '{"schema":1,"board":{"sound":{"i2s_pins":{"sck":30,"ws":5,"sd":6}}}}', "\x00\x01}"])
def test_any_configuration_at_all_listens(kind: str, text: str, tmp_path: Path) -> None:
    desk = board(tmp_path, text, seconds=6, stop_at_ms=8000)
    _, said = desk.run(kind)
    faults = [line for line in said.splitlines() if line.startswith("sidetone: config: ")]
    assert faults, said
    assert "self-test: failed: settings" in said
    assert len(calls(desk)) == 1, said
    if "i2s_pins" not in text:  # of that board's lamps nothing is known
        assert any(colours[1] == "red" for _, colours in lamp_lines.frames(desk))


@pytest.mark.parametrize("kind", ONE)
def test_a_flash_that_cannot_be_used_costs_only_the_waiting_records(kind: str, tmp_path: Path) -> None:
    desk = board(tmp_path, seconds=6, stop_at_ms=8000)
    (desk.root / "data").write_text("a file where the folder should be")
    _, said = desk.run(kind)
    assert "self-test: storage" in said
    assert "listening" in said
    assert any(colours[2] == "red" for _, colours in lamp_lines.frames(desk))
    assert lamp_lines.shown_at([], 0)["loud"] == ("off", "steady")
    assert any(colours[0] == "green" for _, colours in lamp_lines.frames(desk))  # the call's lamps go on


@pytest.mark.parametrize("kind", ONE)
def test_a_trial_is_confirmed_after_ten_good_seconds(kind: str, tmp_path: Path) -> None:
    desk = board(tmp_path, seconds=5, stop_at_ms=9000)
    desk.state("b", trial="a", tries=1)
    desk.run(kind)
    assert json.loads((desk.root / "state.json").read_text())["trial"] == "a"
    assert any(colours[3] == "green" and t_us < 1_000_000 for t_us, colours in lamp_lines.frames(desk))
    desk.hardware["stop_at_ms"] = 12_000
    desk.run(kind)
    assert json.loads((desk.root / "state.json").read_text()) == {"slot": "a", "trial": "", "tries": 0}


@pytest.mark.parametrize("kind", ONE)
@pytest.mark.parametrize("trouble", [{"flat": True}, {"dead_from_ms": 0, "dead_until_ms": 90_000}])
def test_a_trial_that_hears_nothing_is_rolled_back(kind: str, trouble: dict[str, Any], tmp_path: Path) -> None:
    desk = board(tmp_path, seconds=0, stop_at_ms=30_000, **trouble)
    desk.hardware["sound"] = None
    desk.state("b", trial="a", tries=0)
    code, said = desk.run(kind)
    assert code == RESET, said
    assert "self-test: microphone: " in said
    assert "slot a failed before it was confirmed: back to slot b" in said
    assert json.loads((desk.root / "state.json").read_text()) == {"slot": "b", "trial": "", "tries": 0}


@pytest.mark.parametrize("kind", ONE)
def test_a_dead_microphone_is_shown_and_the_device_goes_on(kind: str, tmp_path: Path) -> None:
    desk = board(tmp_path, seconds=0, stop_at_ms=12_000, flat=True)
    desk.hardware["sound"] = None
    _, said = desk.run(kind)
    assert "self-test: microphone: digital silence on the agent's channel" in said
    assert "listening" in said
    assert any(colours[0] == "red" for _, colours in lamp_lines.frames(desk))


@pytest.mark.parametrize("kind", ONE)
def test_a_hook_switch_begins_and_ends_a_call_and_a_help_button_is_told(kind: str, tmp_path: Path) -> None:
    inputs = {"board": {**BOARD, "inputs": {"help_pin": 16, "hook_pin": 17}}}
    contacts = {"16": [[5000, 5400], [5450, 5500]], "17": [[2000, 12_000]]}
    desk = board(tmp_path, inputs, seconds=0, stop_at_ms=15_000, contacts=contacts)
    desk.hardware["sound"] = None  # nobody speaks: the switch alone is heard
    _, said = desk.run(kind)
    (call,) = calls(desk)
    assert 10 <= call["record"]["duration_s"] <= 11.2, said  # a second is kept from before
    journal = (desk.root / "data/journal").read_bytes()
    assert journal.count(b'"help":{"by":"button"}') == 1


@pytest.mark.parametrize("kind", ONE)
def test_a_profile_command_counts_from_the_next_call_on(kind: str, tmp_path: Path) -> None:
    desk = board(tmp_path, seconds=3, stop_at_ms=6000)
    script = meddling(
        desk,
        "from sidetone.on_micropython import start",
        "tidy = start.Program._tidy",
        "said = []",
        "def told(self, now):",
        "    tidy(self, now)",
        "    if not said and self.device.in_call:",
        "        said.append(self._instruments)",
        "        for number, values in enumerate(({'volume.loud_db': 6.5}, {'volume.loud_db': 99}, {'no.such': 1})):",
        "            self.link.commands.put({'id': str(number), 'cmd': 'profile', 'name': 'default-zh', 'values': values})",
        "        self.link.commands.put({'id': '3', 'cmd': 'profile', 'name': 'other', 'values': {}})",
        "        self.link.commands.put({'id': '4', 'cmd': 'call_state', 'phase': 'ended', 'by': None})",
        "    elif said and not self.device.in_call and said[0] is not self._instruments:",
        "        print('now', self.profile.get('volume.loud_db'))",
        "        said[0] = self._instruments",
        "start.Program._tidy = told",
    )
    _, said = desk.run(kind, script)
    assert "profile default-zh with 1 changes, from the next call on" in said
    assert said.count("now 1664") == 1, said
    answers = [json.loads(line.split(b" ", 4)[4]) for line in (desk.root / "data/journal").read_bytes().splitlines() if b'"command"' in line]
    faults = [answer["command"]["fault"] for answer in answers]
    assert faults[0] is None
    assert "volume.loud_db: is out of range" in faults[1]
    assert "no.such: is not a setting" in faults[2]
    assert "no profile 'other' is on this device" in faults[3]
    assert faults[4] is None


@pytest.mark.parametrize("kind", ONE)
def test_a_link_whose_thread_died_is_started_again_with_the_chip(kind: str, tmp_path: Path) -> None:
    desk = board(tmp_path, seconds=0, stop_at_ms=30_000)
    desk.hardware["sound"] = None
    script = meddling(
        desk,
        "from sidetone.on_micropython import link",
        "def die(self):",
        "    raise ValueError('made up')",
        "link.Link.carry = die",
    )
    code, said = desk.run(kind, script)
    assert code == RESET, said
    assert "a thread of the link has ended (ValueError('made up',)): reset" in said


@pytest.mark.parametrize("kind", ONE)
def test_lamps_on_pins_dimmed(kind: str, tmp_path: Path) -> None:
    pins = {"loud": [8, 9], "pace": [10, 11], "phrase": [12, 13], "process": [14, 15]}
    lamps = {"board": {**BOARD, "lamps": {"kind": "gpio", "brightness_pm": 300, "pins": pins}}, "brightness_pm": 300, "dim": True}
    desk = board(tmp_path, lamps, seconds=6, stop_at_ms=8000)
    desk.run(kind)
    changes = desk.recorded("pin")
    assert {line["pin"] for line in changes if line["t_us"] == 0} == set(range(8, 16))  # boot: all amber, both LEDs of each
    assert {line["level"] for line in changes} == {0, 75}
    lit = {line["pin"] for line in changes if line["t_us"] > 1_000_000 and line["level"]}
    assert {9, 15} <= lit  # loud and process have been green


@pytest.mark.parametrize("kind", ONE)
def test_a_flash_that_is_full_for_a_while(kind: str, tmp_path: Path) -> None:
    desk = board(tmp_path, seconds=6, stop_at_ms=130_000)
    script = meddling(
        desk,
        "import time, utime",
        "from sidetone.on_micropython import link, start, storage",
        "link.SAVE_EVERY_MS = 100",
        "append = storage.FileStorage.append",
        "full = [True]",
        "def full_append(self, name, data, durable):",
        "    if full[0]:",
        "        raise OSError(28)",
        "    append(self, name, data, durable)",
        "storage.FileStorage.append = full_append",
        "tidy = start.Program._tidy",
        "def later(self, now):",
        "    tidy(self, now)",
        "    if not self.device.in_call and self.link.outbox.pending() and now > 100_000 and full[0]:",
        "        print('waiting', self.link.outbox.unsaved())",
        "        full[0] = False",
        "    if not self.device.in_call and now > 100_000 and self._flash_full:",
        "        utime.sleep_ms(50)",  # the store's thread lives in real time
        "start.Program._tidy = later",
    )
    _, said = desk.run(kind, script)
    assert "cannot save to the outbox" in said
    assert "the outbox is saved again" in said
    assert "waiting " in said
    assert len(calls(desk)) == 1
    lamps = lamp_lines.frames(desk)
    reds = [t_us for t_us, colours in lamps if colours[2] == "red"]
    assert reds
    assert reds[-1] < lamps[-1][0]
