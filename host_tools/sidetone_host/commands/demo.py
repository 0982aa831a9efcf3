"""`sidetone demo`: broker, dashboard and a device that plays a call, as separate programs on this machine."""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import functools
import json
import os
import shutil
import signal
import socket
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any, NamedTuple

from sidetone_host.wording import HelpAsWritten, marked, notice, say

SITE, DEVICE = "demo", "demo-desk"
SHORT_CALL_S = 8.0  # of the bundled call, when many are played fast: long enough for speech, lamps and a finding
STARTED_WITHIN_S = 30.0
STORED_WITHIN_S = 120.0  # without one more call in the store we give up


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "demo",
        help="show everything at work on this machine: broker, dashboard, a device that plays a call",
        description="Start a broker, the dashboard and a device as separate programs, print the dashboard's address, and play a bundled call\n"
        "through the device again and again, its lamps in this terminal, until interrupted. A program that dies is started again.",
        epilog="examples:\n  sidetone demo\n  sidetone demo --once\n  sidetone demo --calls 200 --fast",
        formatter_class=HelpAsWritten,
    )
    parser.add_argument("--once", action="store_true", help="play the call once, see its record in the store, end")
    parser.add_argument("--calls", type=int, metavar="N", help="play N calls, see each of them in the store, end")
    parser.add_argument("--fast", action="store_true", help="as fast as the device can instead of in real time")
    parser.add_argument(
        "--seconds", type=float, metavar="S", help=f"only its first S seconds (with --calls and --fast: {SHORT_CALL_S:.0f})"
    )
    parser.add_argument("--source", metavar="FILE", help="another recording instead of the bundled call")
    parser.add_argument("--profile", metavar="FILE", help="a profile's TOML file")
    parser.add_argument("--http", type=int, metavar="PORT", help="the dashboard's port (default 8080, or a free one where that is taken)")
    parser.add_argument("--embedded", action="store_true", help="use the embedded broker although mosquitto is installed")
    parser.set_defaults(run=run)


class Stored(NamedTuple):
    """What the store has of this demonstration's calls."""

    numbers: list[int]  # one entry a row
    truncated: int

    @property
    def distinct(self) -> int:
        return len(set(self.numbers))


def run(args: argparse.Namespace) -> int:
    from sidetone_host.errors import CannotDo

    calls = 1 if args.once else args.calls
    if calls is not None and calls < 1:
        raise CannotDo("--calls must be 1 or more")
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    return _Demo(args, calls).run()


def _bundled() -> Path:
    from importlib import resources

    return Path(str(resources.files("sidetone_host").joinpath("data/demo_call.flac")))


class _Demo:
    def __init__(self, args: argparse.Namespace, calls: int | None) -> None:
        from sidetone_host import broker, folders
        from sidetone_host.children import free_port
        from sidetone_host.commands import dashboard
        from sidetone_host.errors import CannotDo
        from sidetone_host.supervisor import Child

        self.calls = calls
        self.fast = args.fast
        source = Path(args.source) if args.source else _bundled()
        if not source.exists():
            raise CannotDo(f"there is no recording {source}")
        http_host, wanted = dashboard.read_address(os.environ.get("SIDETONE_HTTP") or dashboard.HTTP_DEFAULT)
        if args.http:
            broker.check_port(broker.Place(http_host, args.http, Path()), "--http")
        http_port = args.http or free_port(wanted, http_host)
        mqtt_port = free_port()
        self.base = f"http://{http_host}:{http_port}"
        home = folders.data() / "demo"
        try:
            home.mkdir(mode=0o700, parents=True, exist_ok=True)
            _sweep(home)
            # a new device for each demonstration: its count of calls begins with 1
            self.folder = Path(tempfile.mkdtemp(prefix="run-", dir=home))
            self._lock = _locked(self.folder)
        except OSError as error:
            raise CannotDo(f"cannot keep data in {home}: {error.strerror}") from None
        broker_folder = self.folder / "broker"
        broker_folder.mkdir()
        self.mqtt = ("127.0.0.1", mqtt_port)
        accounts = broker.Accounts(broker_folder)
        urls = {user: accounts.url(user, *self.mqtt) for user in (broker.DASHBOARD, DEVICE)}  # in the environment: `ps` shows arguments
        self.broker = Child(
            "broker",
            [
                "broker",
                "--port",
                str(mqtt_port),
                "--data",
                str(broker_folder),
                "--device",
                DEVICE,
                *(["--embedded"] if args.embedded else []),
            ],
            {},
            quiet=True,
        )
        serve = ["dashboard", "--http", f"{http_host}:{http_port}"]
        self.dashboard = Child("dashboard", serve, {"SIDETONE_MQTT": urls[broker.DASHBOARD]}, quiet=True)
        play = ["run", "--source", str(source), "--site", SITE, "--device", DEVICE, "--data", str(self.folder / "device")]
        play += ["--lamps", "none" if self.fast else "terminal"]
        play += ["--calls", str(calls)] if calls else []
        play += ["--fast"] if self.fast else []
        play += ["--profile", args.profile] if args.profile else []
        seconds = args.seconds or (SHORT_CALL_S if calls and calls > 1 and self.fast else None)
        play += ["--seconds", str(seconds)] if seconds else []
        self.device = Child("device", play, {"SIDETONE_MQTT": urls[DEVICE]}, quiet=False, wanted_end=0)
        self.children = [self.broker, self.dashboard, self.device]
        self.since_s = int(time.time())

    def run(self) -> int:
        from sidetone_host.supervisor import wait_until

        try:
            self.broker.start()
            wait_until(self._broker_answers, STARTED_WITHIN_S, [self.broker], _notice, marked("the broker"))
            self.dashboard.start()
            wait_until(self._dashboard_answers, STARTED_WITHIN_S, [self.broker, self.dashboard], _notice, marked("the dashboard"))
            say(f"dashboard: {self.base}/")
            self.device.start()
            pids = ", ".join(f"{child.name} {child.pid}" for child in self.children)
            say(f"programs (pid): {pids}" + ("" if self.calls else "; Ctrl-C ends them"))
            return self._until_interrupted() if self.calls is None else self._until_stored(self.calls)
        finally:
            self._stop()

    def _until_interrupted(self) -> int:
        while True:
            for child in self.children:
                child.look(_notice)
            if self.device.finished:
                self.device.start()
            time.sleep(0.2)

    def _until_stored(self, calls: int) -> int:
        from sidetone_host.errors import CannotDo

        best, progress_s, told = 0, time.monotonic(), 0
        while True:
            for child in self.children:
                child.look(_notice)
            # at most one look a second: the dashboard is busy with the calls themselves
            stored = self._stored() if self.dashboard.running else None
            if stored is not None and stored.distinct > best:
                best, progress_s = stored.distinct, time.monotonic()
            if not self.device.running:
                if stored is not None and stored.distinct >= calls:
                    return self._report(calls, stored)
                if self.device.finished:
                    self.device.start()  # played all, but its outbox still has some: it sends them and ends
            else:
                # a call takes its own time to play; only what comes after the last one is waited for with a limit
                progress_s = progress_s if self.fast else time.monotonic()
            if time.monotonic() - progress_s > STORED_WITHIN_S:
                raise CannotDo(f"{best} of {calls} calls are in the store and for {STORED_WITHIN_S:.0f} s none came")
            if best // 20 > told:
                told = best // 20
                say(f"{best} of {calls} calls stored")
            time.sleep(0.25 if calls == 1 else 1.0)

    def _report(self, calls: int, stored: Stored) -> int:
        """The proof, one line. Exit 0 only if every call is there exactly once."""
        from sidetone_host.errors import CannotDo

        missing = sorted(set(range(1, calls + 1)) - set(stored.numbers))
        duplicates = len(stored.numbers) - stored.distinct
        finished = calls - len(missing) - stored.truncated
        restarts = ", ".join(f"{child.name} {child.restarts}" for child in self.children)
        say(f"calls {calls}: finished {finished}, stored {stored.distinct}, truncated {stored.truncated}, missing {len(missing)}, "
            f"duplicates {duplicates}; started again: {restarts}")  # fmt: skip
        if missing or duplicates:
            raise CannotDo("not every call is in the store exactly once")
        if calls == 1:
            query = urllib.parse.urlencode({"since": self.since_s, "device": f"{SITE}/{DEVICE}"})
            say(f"record stored: {self.base}/api/v1/calls?{query}")
        return 0

    def _stop(self) -> None:
        for child in (self.device, self.dashboard, self.broker):
            child.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _broker_answers(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(self.mqtt, timeout=1.0):
            return True
        return False

    def _dashboard_answers(self) -> bool:
        return self._get("/healthz") is not None

    def _get(self, path: str) -> Any:
        """An answer of the dashboard, or None while it does not answer."""
        try:
            with urllib.request.urlopen(self.base + path, timeout=5.0) as answer:
                return json.load(answer)
        except (OSError, ValueError):  # urllib's errors are OSErrors; ValueError: an answer cut by a kill
            return None

    def _stored(self) -> Stored | None:
        """Every page of this demonstration's calls."""
        numbers, truncated, cursor = [], 0, ""
        while True:
            query = {"since": str(self.since_s), "device": f"{SITE}/{DEVICE}", "limit": "1000", **({"cursor": cursor} if cursor else {})}
            answer = self._get("/api/v1/calls?" + urllib.parse.urlencode(query))
            if answer is None:
                return None
            numbers += [row["call"] for row in answer["calls"]]
            truncated += sum(row["truncated"] for row in answer["calls"])
            cursor = answer["next"]
            if not cursor:
                return Stored(numbers, truncated)


def _locked(folder: Path) -> int | None:
    """Take a demonstration's folder for this process; None if it belongs to one that runs."""
    handle = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        return None
    return handle


def _sweep(home: Path) -> None:
    """Remove what killed demonstrations left behind."""
    for folder in home.glob("run-*"):
        handle = _locked(folder)
        if handle is not None:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(handle)


_notice = functools.partial(notice, "sidetone demo")
