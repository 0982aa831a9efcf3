"""mpremote, run as a program: a device with MicroPython on a serial port."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Sequence

from sidetone_host.errors import CannotDo
from sidetone_host.wording import marked

TIMEOUT_S = 300.0  # for a whole update at 115200 Bd: half a megabyte takes under a minute


def command(port: str, *arguments: str) -> list[str]:
    """mpremote's argv."""
    return [sys.executable, "-m", "mpremote", "connect", port, *arguments]


def run(port: str, arguments: Sequence[str], timeout_s: float = TIMEOUT_S) -> str:
    """Run mpremote's commands on the device -> what it said. CannotDo in one line."""
    try:
        done = subprocess.run(
            command(port, *arguments), stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", timeout=timeout_s, check=False
        )
    except subprocess.TimeoutExpired:
        raise CannotDo(f"the device on {port} does not answer any more: press RESET and run the same command again") from None
    if done.returncode:
        raise CannotDo(reason(done.stdout + done.stderr, port))
    return done.stdout


_REASONS = (
    (r"failed to access|no device found|No such file|could not open",
     marked("cannot open {port}: is the cable in, and is no other program using it?")),
    (r"in use by another program|Resource busy|exclusively lock", marked("{port} is in use by another program (a monitor or terminal)")),
    (r"Permission denied", marked("not allowed to use {port}: add yourself to the group dialout (or uucp) and log in again")),
    (r"could not enter raw repl|could not complete raw paste|timeout waiting|disconnected",
     marked("no MicroPython answers on {port}: press RESET and run the same command again")),
)  # fmt: skip


def reason(said: str, port: str) -> str:
    """One line of what mpremote said when it gave up."""
    for pattern, text in _REASONS:
        if re.search(pattern, said, re.IGNORECASE):
            return text.format(port=port)
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return f"the device on {port} answered: {lines[-1]}" if lines else f"the connection to {port} was lost: run the same command again"
