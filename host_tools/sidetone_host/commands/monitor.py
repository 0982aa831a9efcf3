"""`sidetone monitor`: what a device says on its serial port, with the time beside each line; the device goes on undisturbed.

The port is read by mpremote, run as a program: it knows how to open a port of an ESP32 without resetting the chip. A device that is
reset or unplugged is waited for.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import select
import signal
import subprocess
import sys
import time
from typing import Any

from sidetone_host.wording import HelpAsWritten, notice, tr

EPILOG = """examples:
  sidetone monitor --port /dev/ttyACM0             until Ctrl-C; nothing is sent to the device
  sidetone monitor --port /dev/ttyACM0 --log       the log that it keeps on its flash; the device is stopped for that and started again
"""
AGAIN_S = 1.0  # between two looks for a device that has gone
LEAVE = b"\x1d"  # mpremote's Ctrl-]
BANNER = ("Connected to MicroPython at", "Use Ctrl-] or Ctrl-x to exit")  # mpremote's own lines
# At the device's prompt: the two files of firmware/sidetone/on_micropython/logbook.py.
_LOG = """
for name in ('log.old', 'log'):
    try:
        with open('data/' + name) as file:
            for line in file: print(line, end='')
    except OSError: pass
"""


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "monitor",
        help="show what a device says on its serial port",
        description=__doc__,
        epilog=EPILOG,
        formatter_class=HelpAsWritten,
    )
    parser.add_argument("--port", required=True, help="the serial port (/dev/ttyACM0, COM5)")
    parser.add_argument("--plain", action="store_true", help="the lines as they come, without the time")
    parser.add_argument("--seconds", type=float, metavar="S", help="end after this long, exit code 0 (default: until Ctrl-C)")
    parser.add_argument("--log", action="store_true", help="print the device's own log; stops the device and starts it again")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from sidetone_host.errors import CannotDo
    from sidetone_host.flash import serial_port

    if args.log:
        print(serial_port.run(args.port, ["exec", _LOG, "reset"]), end="")
        return 0
    if os.name != "posix":
        raise CannotDo(f"here the lines are shown by mpremote itself: mpremote connect {args.port} resume repl")
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a supervisor's stop ends it like Ctrl-C
    end = None if args.seconds is None else time.monotonic() + args.seconds
    seen = False
    while True:
        lines, said = _watch(args.port, args.plain, end)
        seen = seen or lines
        if end is not None and time.monotonic() >= end:
            return 0
        if not seen:
            raise CannotDo(serial_port.reason(said, args.port))
        if lines:
            notice("sidetone monitor", f"{args.port} has gone; waiting for it")
        time.sleep(AGAIN_S)


def _watch(port: str, plain: bool, end: float | None) -> tuple[bool, str]:
    """Show lines until mpremote ends or the time is over -> (whether the port could be opened, mpremote's own words)."""
    import pty

    from sidetone_host.children import die_with_parent
    from sidetone_host.flash import serial_port

    terminal, near = pty.openpty()
    process = subprocess.Popen(
        serial_port.command(port, "resume", "repl"),
        stdin=near,
        stdout=near,
        stderr=near,
        start_new_session=True,
        env={**os.environ, "TERM": "dumb"},
        preexec_fn=die_with_parent,  # it would keep the port
    )
    os.close(near)
    opened, own = False, ""
    rest = b""
    try:
        while end is None or time.monotonic() < end:
            if not select.select([terminal], [], [], 0.1)[0]:
                continue
            try:
                data = os.read(terminal, 65536)
            except OSError:
                break  # mpremote has ended
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                text = line.decode("utf-8", "replace").strip("\r")
                if text.startswith(BANNER):
                    opened = True
                elif opened:
                    _show(text, plain)
                else:
                    own += text + "\n"
    finally:
        if process.poll() is None:
            with contextlib.suppress(OSError):
                os.write(terminal, LEAVE)
            try:
                process.wait(3)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        os.close(terminal)
    return opened, own


def _show(text: str, plain: bool) -> None:
    """One line of the device's. Its own begin with `sidetone: `; the rest is MicroPython's (a traceback, the chip's boot text)."""
    if not plain:
        own = text.startswith("sidetone: ")
        text = f"{time.strftime('%H:%M:%S')} {text.removeprefix('sidetone: ') if own else '| ' + text}"
    print(text, flush=True)
    if not plain and "no whole application" in text:
        print("         " + tr("(the device needs `sidetone flash`)"), file=sys.stderr, flush=True)
