"""How a file of the user's is written: whole or not at all, through links, with its mode; and what a command says of the world's faults."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import programs
from command_line import run
from sidetone_host import cli, folders
from sidetone_host.errors import CannotDo

DEMO = programs.TREE / "host_tools/sidetone_host/data/demo_call.flac"


def test_a_link_stays_a_link_and_a_file_keeps_its_mode(tmp_path: Path) -> None:
    real, link = tmp_path / "real.toml", tmp_path / "link.toml"
    real.write_text("old")
    real.chmod(0o640)
    link.symlink_to(real)
    folders.replace(link, b"new")
    assert link.is_symlink()
    assert real.read_text() == "new"
    assert real.stat().st_mode & 0o777 == 0o640
    folders.replace(link, b"newer", private=True)
    assert real.stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link.toml", "real.toml"]


def test_what_is_no_file_stays_what_it_is(tmp_path: Path) -> None:
    pipe, folder = tmp_path / "pipe", tmp_path / "folder"
    os.mkfifo(pipe)
    folder.mkdir()
    for path, kind in ((pipe, "pipe"), (folder, "folder")):
        with pytest.raises(CannotDo, match=f"not a file but a {kind}"):
            folders.replace(path, b"new")
    assert pipe.is_fifo()
    assert folder.is_dir()


def test_nothing_is_left_of_a_write_that_failed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "site.toml"
    path.write_text("old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(CannotDo, match="No space left"):
        folders.replace(path, b"new")
    assert [(left.name, left.read_text()) for left in tmp_path.iterdir()] == [("site.toml", "old")]


def test_a_fault_of_the_world_with_a_files_name_is_one_line(
    capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(path: Path, **_: object) -> os.stat_result:
        raise PermissionError(13, "Permission denied", str(path))

    hall = tmp_path / "locked/hall.toml"
    monkeypatch.setattr(Path, "stat", locked)
    code, out, err = run(capfd, "phrases", "list", "--file", str(hall))
    assert (code, out, err) == (2, "", f"sidetone phrases: {hall}: Permission denied\n")


def test_an_interrupt_while_the_commands_are_imported_is_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "build_parser", interrupted)
    assert cli.main([]) == 130


def test_a_terminal_that_is_not_utf8_and_a_name_that_is_not_either(tmp_path: Path) -> None:
    name = os.fsdecode(b"hall\xff.toml")
    (tmp_path / name).write_text('[phrases]\na = "欢迎致电"\n', "utf-8")
    command = [sys.executable, "-m", "sidetone_host.cli", "phrases", "list", "--file", name]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False, env={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"hall\\udcff.toml" in done.stdout
    assert b"huan1 ying2 zhi4 dian4" in done.stdout


def test_a_plot_that_cannot_be_written_is_said_before_the_replay(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    for name in ("folder", "absent/call.png"):
        code, out, err = run(capfd, "replay", str(DEMO), "--plot", str(tmp_path / name))
        assert (code, out, err.count("\n")) == (2, "", 1)
