"""A board at its prompt, by mpremote: code goes there, JSON comes back; and its start, by `sidetone monitor`."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from typing import Any

from sidetone_host.flash import serial_port

# The slot that runs comes first in the path, as with the launcher; `say` answers the host.
PRELUDE = """
import gc, json, os, sys, time, machine
ROOT = os.getcwd().rstrip('/')
try:
    SLOT = ROOT + '/' + json.load(open(ROOT + '/state.json'))['slot']
except OSError:
    SLOT = ROOT + '/a'
sys.path.insert(0, SLOT)
machine.WDT(timeout=3600000)
machine.freq(240000000)
CONFIG = json.load(open(ROOT + '/config/config.json'))
def say(value): print('\\n@' + json.dumps(value))
"""


class Device:
    """A board at its prompt."""

    def __init__(self, port: str) -> None:
        self.port = port

    def run(self, code: str, timeout_s: float = 120.0) -> Any:
        """Run code on the board after a soft reset -> what it gave to say()."""
        said = serial_port.run(self.port, ["exec", PRELUDE + code], timeout_s)
        answers = [line[1:] for line in said.splitlines() if line.startswith("@")]
        assert answers, f"the board answered nothing: {said[-2000:]}"
        return json.loads(answers[-1])

    def restart(self, until: str, timeout_s: float = 60.0) -> list[str]:
        """Reset the board and listen until a line holds `until` -> the lines. The chip's boot text and the time until the port is open
        again may be missed; the program's own start takes longer than that."""
        serial_port.run(self.port, ["reset"])
        with _Monitor(self.port) as monitor:
            return monitor.lines(until, timeout_s)


class _Monitor:
    """`sidetone monitor --plain`, as a program."""

    def __init__(self, port: str) -> None:
        self._port = port

    def __enter__(self) -> _Monitor:
        command = [sys.executable, "-m", "sidetone_host.cli", "monitor", "--plain", "--port", self._port]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        return self

    def __exit__(self, *error: object) -> None:
        self._process.terminate()
        self._process.wait(10)

    def lines(self, until: str, timeout_s: float) -> list[str]:
        assert self._process.stdout is not None
        found = []
        end = time.monotonic() + timeout_s
        for line in self._process.stdout:
            found.append(line.rstrip())
            if until in line:
                return found
            assert time.monotonic() < end, f"no line with {until!r}: {found[-20:]}"
        raise AssertionError(f"the monitor ended before a line with {until!r}: {found[-20:]}")
