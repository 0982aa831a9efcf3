"""A MicroPython on a serial port that behaves as an ESP32 does: it runs main.py, gives a prompt after Ctrl-C, and starts anew when reset.

The chip is a unix MicroPython on a pseudo terminal, the port another one. What a chip does and a Unix program does not is done between
them: Ctrl-C interrupts the running program; Ctrl-D at the raw prompt, where the program ends, is a soft reset back to the raw prompt; the
exit code of a fake `machine.reset()` is a new start with main.py.
"""

from __future__ import annotations

import contextlib
import os
import pty
import select
import signal
import subprocess
import threading
import time
import tty
from collections.abc import Mapping, Sequence
from pathlib import Path

RESET = 75  # tests/device/board/modules/machine.py
BOOT_TEXT = b"ESP-ROM:esp32s3-20210327\r\nrst:0x3 (RTC_SW_SYS_RST),boot:0x8 (SPI_FAST_FLASH_BOOT)\r\n"
CTRL_A, CTRL_C = b"\x01", b"\x03"
RAW = b"raw REPL; CTRL-B to exit\r\n>"
PROMPT = b">>> "


class SerialBoard:
    """command: the interpreter with its options; folder: the device's root, with main.py. `port`: what to give as --port."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], folder: Path) -> None:
        self._command, self._environment, self._folder = list(command), dict(environment), folder
        self._outer, self._far = pty.openpty()
        tty.setraw(self._outer)
        tty.setraw(self._far)
        self.port = os.ttyname(self._far)
        self.starts = 0
        self.said = b""
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._live, daemon=True)

    def __enter__(self) -> SerialBoard:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._stop.set()
        self._thread.join(20)
        os.close(self._outer)
        os.close(self._far)

    def wait(self, words: bytes, seconds: float = 60.0) -> None:
        """Until the chip has said `words`. Only for what has no other end to wait for."""
        end = time.monotonic() + seconds
        while words not in self.said:
            assert time.monotonic() < end, f"the chip never said {words!r}: {self.said[-2000:]!r}"
            time.sleep(0.02)

    def _live(self) -> None:
        soft = False
        while not self._stop.is_set():
            soft = self._run(soft) != RESET
            self._say(b"MPY: soft reboot\r\n" if soft else BOOT_TEXT)

    def _run(self, soft: bool) -> int:
        """One life of the chip -> its exit code. soft: at the raw prompt, without main.py."""
        inner, near = pty.openpty()
        tty.setraw(near)
        self.starts += 1
        command = [*self._command, *([] if soft else ["-i", "main.py"])]
        chip = subprocess.Popen(
            command, stdin=near, stdout=near, stderr=near, cwd=self._folder, env=self._environment, start_new_session=True
        )
        os.close(near)
        heard, told = b"", b""
        silent = soft  # of a soft reset only the raw prompt is heard
        at_prompt = soft
        try:
            while not self._stop.is_set():
                ready, _, _ = select.select([inner, self._outer], [], [], 0.05)
                if inner in ready:
                    try:
                        data = os.read(inner, 4096)
                    except OSError:
                        break  # the program has ended
                    heard = (heard + data)[-200:]
                    if silent:
                        if PROMPT in heard and CTRL_A not in told:
                            os.write(inner, CTRL_A)
                            told += CTRL_A
                        if RAW in heard:
                            silent = False
                            self._say(RAW)
                    else:
                        self._say(data)
                    at_prompt = at_prompt or PROMPT in heard
                if self._outer in ready and not silent:
                    data = os.read(self._outer, 4096)
                    if not at_prompt and CTRL_C in data:
                        os.kill(chip.pid, signal.SIGINT)
                        data = data.replace(CTRL_C, b"")
                    if data:
                        with contextlib.suppress(OSError):
                            os.write(inner, data)
        finally:
            if self._stop.is_set():
                chip.kill()
            code = chip.wait(20)
            os.close(inner)
        return code

    def _say(self, data: bytes) -> None:
        self.said += data
        with contextlib.suppress(BlockingIOError):
            os.write(self._outer, data)
