"""esptool, run as a program: which chip is there, and write and verify everything in one go. Its pages become one line each.

Repeating is safe: a part that is in the flash already is told by its MD5 and not written again, so a run that was cut off goes on
where it stopped, part by part. esptool verifies each part by the MD5 that the chip computes of its flash.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from sidetone_host.errors import CannotDo

CHIP = "esp32s3"
PROGRESS_BYTES = 1 << 18  # a smaller part is there before one could read of it
AGAIN = "check the cable and run the same command again: it goes on where it stopped"
_SIZE = re.compile(r"Detected flash size:\s*(\d+)(KB|MB)")
_PERCENT = re.compile(r"Writing at .*?(\d+)\.\d%")


class Board(NamedTuple):
    """What stands on the port."""

    chip: str
    mac: str
    flash_bytes: int


class Part(NamedTuple):
    """Some bytes and where they go. `what` is for people."""

    what: str
    offset: int
    data: bytes


def look(port: str, baud: int) -> Board:
    """The board on the port. CannotDo, one line: nobody answers, another chip, a flash whose size it does not tell."""
    said = _run([*_options(port, baud), "flash-id"], lambda line: None)
    size, mac, chip = _SIZE.search(said), re.search(r"MAC:\s*([0-9a-fA-F:]+)", said), re.search(r"Chip type:\s*(.+)", said)
    if not size:
        raise CannotDo(f"the board on {port} does not tell the size of its flash: its flash chip may be broken")
    return Board(
        chip[1].strip() if chip else CHIP, mac[1] if mac else "unknown", int(size[1]) << (20 if size[2] == "MB" else 10)
    )


def write(port: str, baud: int, parts: Sequence[Part], progress: Callable[[str], None]) -> None:
    """Write and verify all parts; `progress` gets a line for people now and then. CannotDo, one line, and the flash may then be half
    written: the boot loader is written first, so that the chip stays reachable by its ROM in any case."""
    arguments = []
    with tempfile.TemporaryDirectory(prefix="sidetone-") as folder:  # for the owner alone: one part holds the secrets
        for number, part in enumerate(parts):
            file = Path(folder, f"{number}.bin")
            with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
                out.write(part.data)
            arguments += [f"{part.offset:#x}", str(file)]
        reader = _Progress(parts, progress)
        # keep: the image is written as it was published, byte for byte
        _run(
            [*_options(port, baud), "write-flash", "--skip-flashed", "--flash-mode", "keep", "--flash-freq", "keep",
             "--flash-size", "keep", *arguments],
            reader.line,
        )  # fmt: skip
    reader.finish()


class _Progress:
    """esptool's lines -> ours."""

    def __init__(self, parts: Sequence[Part], tell: Callable[[str], None]) -> None:
        self._parts, self._tell = parts, tell
        self._now = -1
        self._tenth = 0
        self.verified = 0

    def line(self, text: str) -> None:
        if re.match(r"Writing '.*' at 0x", text) or (len(self._parts) == 1 and self._now < 0 and text.startswith("Comparing")):
            self._now, self._tenth = self._now + 1, 0
            return
        if not 0 <= self._now < len(self._parts):
            return
        part = self._parts[self._now]
        percent = _PERCENT.match(text)
        if percent and int(percent[1]) // 10 > self._tenth and len(part.data) >= PROGRESS_BYTES:
            self._tenth = int(percent[1]) // 10
            self._tell(f"{part.what}: {self._tenth * 10} %")
        elif "already in flash" in text:
            self.verified += 1
            self._tell(f"{part.what}: there already")
        elif text.startswith("Hash of data verified"):
            self.verified += 1
            self._tell(f"{part.what}: written and verified, {len(part.data) >> 10} KB")

    def finish(self) -> None:
        """CannotDo where esptool ended well without having verified everything: nothing may count as flashed by mistake."""
        if self.verified != len(self._parts):
            raise CannotDo(f"esptool verified {self.verified} of {len(self._parts)} parts; {AGAIN}")


def _options(port: str, baud: int) -> list[str]:
    return ["--chip", CHIP, "--port", port, "--baud", str(baud)]


def _run(arguments: Sequence[str], hear: Callable[[str], None]) -> str:
    """Run esptool; `hear` gets each line as it comes. -> all it said. CannotDo with the line that says why."""
    environment = {**os.environ, "COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb", "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "esptool", *arguments]
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", env=environment
    ) as process:
        said = []
        assert process.stdout is not None
        try:
            for line in process.stdout:
                said.append(line)
                hear(line.strip())
        except BaseException:
            process.terminate()
            raise
    text = "".join(said)
    if process.returncode:
        raise CannotDo(_reason(text, arguments[3]))
    return text


# esptool's words -> ours: what is wrong and what to do
_REASONS = (
    (r"This chip is (.+?), not ESP32-S3", "the chip on {port} is an {0}: this is not an ESP32-S3 board, nothing was written"),
    (r"Could not open|the port is busy|No such file", "cannot open {port}: is the cable in, and is no other program (monitor, terminal) using it?"),
    (r"Permission denied", "not allowed to use {port}: add yourself to the group dialout (or uucp) and log in again"),
    (r"Failed to connect|No serial data received", "no answer from a chip on {port}: hold BOOT, press RESET, let BOOT go, and run this again"),
    (r"MD5 of file does not match|Write failed, the written flash region is empty",
     "what was written reads back differently; {again}; if it happens twice the flash chip is worn out"),
    (r"will not fit in (\d+) bytes of flash", "the flash of {0} bytes is too small for this image"),
)  # fmt: skip


def _reason(said: str, port: str) -> str:
    """One line of what esptool said when it gave up."""
    for pattern, text in _REASONS:
        found = re.search(pattern, said)
        if found:
            return text.format(*found.groups(), port=port, again=AGAIN)
    faults = [line.strip() for line in said.splitlines() if re.search(r"fatal error|Error|failed|stopped|Invalid", line)]
    last = re.sub(r"^A fatal error occurred:\s*", "", faults[-1]) if faults else "the connection was lost"
    return f"the connection to {port} failed ({last.rstrip('.')}); {AGAIN}"
