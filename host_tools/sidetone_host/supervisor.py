"""Starts programs, watches them, starts again whichever dies, and stops them in order."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable

from sidetone_host.children import die_with_parent
from sidetone_host.errors import CannotDo

QUICK_S = 3.0  # a program that ends sooner than this did not really start
QUICK_ENDS_MAX = 3  # so many in a row: it never will
PAUSE_S = 0.3  # before a dead program is started again; grows with each quick end
STOP_WITHIN_S = 8.0  # the device gives its outbox five seconds


class Child:
    """One program. args: of the `sidetone` command; env: added to ours; restarts: how often it was started again.

    wanted_end: an exit code that means it has done its work and is not started again by `look`.
    """

    def __init__(self, name: str, args: list[str], env: dict[str, str], quiet: bool, wanted_end: int | None = None) -> None:
        self.name = name
        self.restarts = 0
        self.finished = False
        self._args = [sys.executable, "-m", "sidetone_host.cli", *args]
        self._env = {**os.environ, **env}
        self._quiet = quiet
        self._wanted_end = wanted_end
        self._process: subprocess.Popen[bytes] | None = None
        self._started_s = 0.0
        self._again_s = 0.0
        self._quick_ends = 0

    @property
    def pid(self) -> int | None:
        return None if self._process is None else self._process.pid

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        self.finished = False
        self._started_s = time.monotonic()
        # a group of its own: Ctrl-C reaches us alone, and we stop the programs in order
        self._process = subprocess.Popen(
            self._args,
            env=self._env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL if self._quiet else None,
            preexec_fn=die_with_parent,
            process_group=0,
        )

    def look(self, notice: Callable[[str], None]) -> None:
        """Start it again if it died. CannotDo when it dies whenever it is started."""
        now_s = time.monotonic()
        if self.finished or self.running:
            return
        if self._process is not None:
            code = self._process.returncode
            self._process = None
            if code == self._wanted_end:
                self.finished = True
                return
            self._quick_ends = self._quick_ends + 1 if now_s - self._started_s < QUICK_S and code > 0 else 0
            how = f"was killed ({signal.Signals(-code).name})" if code < 0 else f"ended with {code}"
            if self._quick_ends >= QUICK_ENDS_MAX:
                raise CannotDo(f"the {self.name} {how} {self._quick_ends} times in a row; see its lines above")
            self._again_s = now_s + PAUSE_S * (1 + self._quick_ends)
            notice(f"the {self.name} {how}; it is started again")
        if now_s >= self._again_s:
            self.start()
            self.restarts += 1

    def stop(self) -> None:
        """Ask it to end, wait, and kill it if it does not."""
        if self._process is None or not self.running:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def wait_until(condition: Callable[[], bool], within_s: float, children: list[Child], notice: Callable[[str], None], what: str) -> None:
    """Watch the children until `condition`; CannotDo names `what` did not come in time."""
    until_s = time.monotonic() + within_s
    while not condition():
        for child in children:
            child.look(notice)
        if time.monotonic() > until_s:
            raise CannotDo(f"{what} did not come within {within_s:.0f} s")
        time.sleep(0.1)
