"""The demonstration as people start it: once to the end, and until Ctrl-C."""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from wire import until

DEMO = [sys.executable, "-m", "sidetone_host.cli", "demo"]


class Demo:
    """A demonstration with a data folder of its own; `text` is what it has said so far."""

    def __init__(self, home: Path, *words: str) -> None:
        env = {**os.environ, "XDG_DATA_HOME": str(home), "SIDETONE_HTTP": "127.0.0.1:0"}
        env.pop("SIDETONE_DB", None)
        self.home = home / "sidetone"
        self.process = subprocess.Popen(
            [*DEMO, *words],
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )
        self.text = ""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.text += line

    def pids(self) -> list[int]:
        found = re.search(r"programs \(pid\): (.*)", self.text)
        return [] if found is None else [int(pid) for pid in re.findall(r"\w+ (\d+)", found.group(1))]

    def end(self) -> int:
        code = self.process.wait(120)
        self._reader.join(10)
        return code


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Callable[..., Demo]]:
    made: list[Demo] = []

    def start(*words: str) -> Demo:
        made.append(Demo(tmp_path, *words))
        return made[-1]

    yield start
    for one in made:
        if one.process.poll() is None:
            one.process.kill()
            one.process.wait()


def test_once_ends_with_the_record_in_the_store(demo: Callable[..., Demo]) -> None:
    it = demo("--once", "--fast", "--embedded")
    assert it.end() == 0, it.text
    assert "calls 1: finished 1, stored 1, truncated 0, missing 0, duplicates 0" in it.text
    with sqlite3.connect(it.home / "sidetone.db") as store:
        (message,) = store.execute("select message from calls").fetchone()
    assert json.loads(message)["record"]["duration_s"] > 60
    assert not list((it.home / "demo").iterdir())  # passwords and outbox went with it


def test_it_runs_until_interrupted_and_leaves_nothing_running(demo: Callable[..., Demo]) -> None:
    it = demo("--embedded")
    until(lambda: len(it.pids()) == 3, 60, "the programs")
    found = re.search(r"dashboard: (http://127\.0\.0\.1:\d+/)", it.text)
    assert found is not None
    with urllib.request.urlopen(found.group(1) + "healthz", timeout=20) as answer:
        assert json.load(answer)["status"] == "ok"
    it.process.send_signal(signal.SIGINT)
    assert it.end() == 130, it.text
    assert "Traceback" not in it.text
    until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in it.pids()), 20, "the programs' end")
    assert not list((it.home / "demo").iterdir())


def test_a_killed_demonstration_takes_its_programs_along_and_is_swept_up_by_the_next(demo: Callable[..., Demo]) -> None:
    it = demo("--embedded")
    until(lambda: len(it.pids()) == 3, 60, "the programs")
    it.process.kill()
    until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in it.pids()), 20, "the programs' end")
    left = list((it.home / "demo").iterdir())
    assert len(left) == 1
    again = demo("--embedded")
    until(lambda: len(again.pids()) == 3, 60, "the programs")
    assert not left[0].exists()
    again.process.send_signal(signal.SIGTERM)
    assert again.end() == 130, again.text


def test_a_recording_that_is_absent_is_one_line(tmp_path: Path) -> None:
    done = subprocess.run([*DEMO, "--source", str(tmp_path / "absent.wav")], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert done.stderr == f"sidetone demo: there is no recording {tmp_path / 'absent.wav'}\n"
