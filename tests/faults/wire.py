"""What the wire's fault tests share: a folder, a broker on a free port, an ingest and a desk, each a process that may be killed."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from sidetone_host.broker import DASHBOARD, Accounts, Place
from sidetone_host.children import die_with_parent, free_port

HERE = Path(__file__).parent
DESK = "desk"
PATIENCE = 3.0  # CI machines have much else to do; a deadline costs time only where a test fails


def until(condition: Callable[[], bool], within_s: float, what: str) -> None:
    """Wait for a condition; AssertionError names what did not come. within_s: on a machine with nothing else to do."""
    deadline_s = time.monotonic() + within_s * PATIENCE
    while not condition():
        assert time.monotonic() < deadline_s, f"{what} did not come within {within_s} s"
        time.sleep(0.02)


class Program:
    """A process of ours that is started, killed and started again; its lines are kept in a file."""

    def __init__(self, name: str, argv: list[str], env: dict[str, str], folder: Path, program: str = sys.executable) -> None:
        self.name = name
        self.program = program
        self.log = folder / f"{name}.log"
        self.argv = argv
        self.env = env
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [self.program, *self.argv],
                env={**os.environ, **self.env, "PYTHONUNBUFFERED": "1"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=die_with_parent,
            )

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def ended(self) -> int | None:
        """Its exit code, or None while it runs."""
        return None if self._process is None else self._process.poll()

    def kill(self) -> None:
        """kill -9."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def stop(self) -> int:
        """SIGTERM, and its exit code."""
        if self._process is None:
            return 0
        self._process.terminate()
        try:
            return self._process.wait(15)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"the {self.name} does not stop on SIGTERM") from None

    def lines(self) -> list[str]:
        return self.log.read_text("utf-8", "replace").splitlines() if self.log.exists() else []


class Wire:
    """Broker, ingest and desk in `folder`. kind: "mosquitto" or "amqtt"."""

    def __init__(self, folder: Path, kind: str, calls: int, call_s: float = 0.04) -> None:
        self.folder = folder
        self.calls = calls
        self.place = Place("127.0.0.1", free_port(), folder / "broker")
        self.place.folder.mkdir(parents=True)
        accounts = Accounts(self.place.folder)
        self.urls = {user: accounts.url(user, self.place.host, self.place.port) for user in (DASHBOARD, DESK)}
        self.db = folder / "store.db"
        cli = ["-m", "sidetone_host.cli"]
        serve = [*cli, "broker", "--port", str(self.place.port), "--data", str(self.place.folder), "--device", DESK]
        self.broker = Program("broker", serve + (["--embedded"] if kind == "amqtt" else []), {}, folder)
        self.ingest = Program(
            "ingest",
            [str(HERE / "ingest_process.py")],
            {"SIDETONE_MQTT": self.urls[DASHBOARD], "SIDETONE_DB": f"sqlite:///{self.db}"},
            folder,
        )
        self.desk = Program(
            "desk", [str(HERE / "desk.py"), str(folder / "desk"), str(calls), str(call_s)], {"SIDETONE_MQTT": self.urls[DESK]}, folder
        )
        self.programs = [self.broker, self.ingest, self.desk]

    def start_broker(self) -> None:
        """Start it; a port that the killed one has not given back yet is tried again."""
        heard = len(self.broker.lines())

        def up() -> bool:
            if any("broker:" in line and "pid" in line for line in self.broker.lines()[heard:]):
                return True
            if self.broker.ended() is not None:
                self.broker.start()
            return False

        self.broker.start()
        until(up, 20, "the broker")

    def begun(self) -> int:
        """The number of the latest call, from the device's own checkpoint."""
        try:
            return int((self.folder / "desk" / "call").read_bytes().split(b" ")[4])
        except (OSError, IndexError):
            return 0

    def stored(self) -> list[tuple[int, int, int, bool]]:
        """(call number, boot, seq, truncated) of every call in the store."""
        if not self.db.exists():
            return []
        try:
            with sqlite3.connect(f"file:{self.db}?mode=ro", uri=True, timeout=5) as store:
                return store.execute("select call_number, boot, seq, truncated from calls order by call_number").fetchall()
        except sqlite3.OperationalError:  # not made yet
            return []

    def verdict(self) -> dict[str, int]:
        """How the calls fared: every number 1..calls must be there exactly once."""
        rows = self.stored()
        times = Counter(row[0] for row in rows)
        return {
            "stored": len(times),
            "truncated": sum(bool(row[3]) for row in rows),
            "duplicates": sum(count - 1 for count in times.values()),
            "missing": len(set(range(1, self.calls + 1)) - set(times)),
            "beyond": len(set(times) - set(range(1, self.calls + 1))),
        }

    def stop(self) -> None:
        for program in reversed(self.programs):
            if program.ended() is None:
                program.stop()
