"""`sidetone monitor` and `sidetone update` with the real mpremote: a MicroPython on a pseudo terminal that resets like a chip, and runs
the real launcher and the real updates. The application in its slots is a small one that says who it is."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import programs
from device.board.desk import BITTEN, Desk
from serial_board import SerialBoard
from sidetone_host import cli
from sidetone_host.flash import application, package, signing
from sidetone_host.flash.application import Application

pytestmark = pytest.mark.needs("micropython")

ON_MICROPYTHON = programs.TREE / "firmware/sidetone/on_micropython"
START = """\
import time
def main(path, confirm):
    print("sidetone: version %s starts in " + path)
    %s
    confirm()
    n = 0
    while True:
        n += 1
        print("sidetone: version %s listens", n)
        time.sleep_ms(100)
"""


def version(number: int, before_confirm: str = "pass") -> Application:
    text = START % (number, before_confirm, number)
    files = {"sidetone/__init__.py": b"", "sidetone/on_micropython/__init__.py": b"", "sidetone/on_micropython/start.py": text.encode()}
    for name in ("updates.py", "nvs.py"):
        files[f"sidetone/on_micropython/{name}"] = (ON_MICROPYTHON / name).read_bytes()
    return application.listed(files, f"{number}.0.0")


@pytest.fixture
def desk(tmp_path: Path, update_key: Path) -> Desk:
    desk = Desk(tmp_path / "desk", speed=1)
    desk.unpack({f"a/{path}": content for path, content in version(1).slot().items()})
    desk.unpack({"main.py": (programs.TREE / "firmware/main.py").read_bytes()})
    desk.keep_secrets({"update_pub": signing.modulus(update_key.with_name("update.pem.pub"))})
    return desk


@pytest.fixture
def board(desk: Desk) -> Iterator[SerialBoard]:
    argv, environment = desk.command("micropython", "main.py")
    with SerialBoard(argv[:-1], environment, desk.root) as board:
        board.wait(b"version 1 listens")
        yield board


def pack(folder: Path, made: Application, key: Path) -> Path:
    path = folder / f"{made.version}.update"
    path.write_bytes(package.build(made, key))
    return path


def test_the_monitor_shows_the_lines_and_disturbs_nothing(board: SerialBoard, capfd: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["monitor", "--port", board.port, "--seconds", "3"]) == 0
    lines = capfd.readouterr().out.splitlines()
    numbers = [int(match[1]) for match in (re.fullmatch(r"\d\d:\d\d:\d\d version 1 listens (\d+)", line) for line in lines) if match]
    assert len(numbers) >= 3
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    assert board.starts == 1


def test_the_monitor_of_a_port_that_is_not_there(capfd: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["monitor", "--port", "/dev/absent"]) == 2
    assert capfd.readouterr().err == "sidetone monitor: cannot open /dev/absent: is the cable in, and is no other program using it?\n"


def test_the_log_is_printed_and_the_device_starts_again(desk: Desk, board: SerialBoard, capfd: pytest.CaptureFixture[str]) -> None:
    desk.unpack({"data/log.old": b"1 old\n", "data/log": b"2 self-test: passed\n3 new\n"})
    assert cli.main(["monitor", "--port", board.port, "--log"]) == 0
    assert capfd.readouterr().out.replace("\r", "") == "1 old\n2 self-test: passed\n3 new\n"
    board.said = b""
    board.wait(b"version 1 listens")


def test_an_update_is_installed_tried_and_confirmed(
    desk: Desk, board: SerialBoard, update_key: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = pack(desk.folder, version(2), update_key)
    assert cli.main(["update", "--port", board.port, "--package", str(path)]) == 0
    assert "version 2.0.0 is installed and on trial" in capfd.readouterr().out
    board.wait(b"version 2 listens")
    assert json.loads((desk.root / "state.json").read_text()) == {"slot": "b", "trial": "", "tries": 0}
    # and the next one, from b to a
    assert cli.main(["update", "--port", board.port, "--package", str(pack(desk.folder, version(3), update_key))]) == 0
    board.wait(b"version 3 listens")
    assert sorted(path.name for path in desk.root.iterdir()) == ["a", "b", "main.py", "state.json"]


def test_a_version_that_hangs_is_taken_back_by_the_watchdog(desk: Desk, update_key: Path) -> None:
    """Before it has a watchdog of its own; the launcher's is here of one second."""
    launcher = (desk.root / "main.py").read_text()
    (desk.root / "main.py").write_text(launcher.replace("TRIAL_WATCHDOG_MS = 60000", "TRIAL_WATCHDOG_MS = 1000"))
    made = version(2, "while True: time.sleep_ms(10)")
    desk.unpack({f"b/{path}": content for path, content in made.slot().items()})
    desk.state("a", "b", 0)
    code, said = desk.run("micropython", "main.py")
    assert code == BITTEN, said
    assert "version 2 starts" in said
    desk.hardware["reset_cause"] = 3  # machine.WDT_RESET
    desk.hardware["stop_at_ms"] = 2000
    code, said = desk.run("micropython", "main.py")
    assert "slot b was not confirmed: back to slot a" in said
    assert "version 1 starts" in said


@pytest.mark.parametrize("fault", ["raise ValueError('self-test failed')", "return", "import no_such_module"])
def test_a_version_that_fails_is_taken_back(desk: Desk, board: SerialBoard, update_key: Path, fault: str) -> None:
    board.said = b""
    path = pack(desk.folder, version(2, fault), update_key)
    assert cli.main(["update", "--port", board.port, "--package", str(path)]) == 0
    board.wait(b"slot b failed before it was confirmed: back to slot a")
    board.wait(b"version 1 listens")
    assert b"version 2 starts" in board.said
    assert json.loads((desk.root / "state.json").read_text()) == {"slot": "a", "trial": "", "tries": 0}


def test_a_refused_update_is_one_line_and_the_device_goes_on(
    desk: Desk, board: SerialBoard, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    signing.make(tmp_path / "stranger.pem")
    path = pack(desk.folder, version(2), tmp_path / "stranger.pem")
    board.said = b""
    assert cli.main(["update", "--port", board.port, "--package", str(path)]) == 2
    assert capfd.readouterr().err.splitlines()[-1] == (
        "sidetone update: the update is not signed with this site's key: nothing was changed"
    )
    board.wait(b"version 1 listens")


def test_both_slots_broken_is_one_line_again_and_again(desk: Desk, update_key: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (desk.root / "a/sidetone/on_micropython/start.py").write_text("broken(")
    desk.configure()
    argv, environment = desk.command("micropython", "main.py")
    done = subprocess.run([*argv], cwd=desk.root, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 75
    assert done.stdout == "sidetone: no whole application in slot a or b: write it anew with `sidetone flash`\n"
    assert desk.recorded("pixels")[-1]["rgb"] == [[24, 0, 0]] * 4


def test_packing_this_checkout(tmp_path: Path, update_key: Path, capfd: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "sidetone.update"
    assert cli.main(["update", "--key", str(update_key), "--version", "1.4.0", "--out", str(out)]) == 0
    assert capfd.readouterr().out.startswith("version 1.4.0: ")
    assert out.read_bytes().startswith(package.MAGIC)
    assert cli.main(["update", "--key", str(update_key), "--version", "1.4"]) == 2
    assert "three whole numbers" in capfd.readouterr().err
    assert cli.main(["update"]) == 2
    assert "give --key FILE" in capfd.readouterr().err
    assert cli.main(["update", "--make-key", str(update_key)]) == 2
    assert "is there already" in capfd.readouterr().err


def test_mpremote_is_the_real_one() -> None:
    done = subprocess.run([sys.executable, "-m", "mpremote", "version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("mpremote ")
