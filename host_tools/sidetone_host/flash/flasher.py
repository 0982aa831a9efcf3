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

from sidetone_host.children import die_with_parent
from sidetone_host.errors import CannotDo
from sidetone_host.wording import marked

CHIP = "esp32s3"
# esptool writes in pieces: one that is in the flash already (blank ones of a new module above all) is skipped by its MD5, a run that was
# cut off goes on at its piece, and a chip that hangs is noticed after the 20 s that esptool grants half a megabyte, not after minutes.
PIECE_BYTES = 1 << 19
AGAIN = marked("check the cable and run the same command again: it goes on where it stopped")
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
    pieces = [(part, at) for part in parts for at in range(0, len(part.data), PIECE_BYTES)]
    with tempfile.TemporaryDirectory(prefix="sidetone-") as folder:  # for the owner alone: one part holds the secrets
        for number, (part, at) in enumerate(pieces):
            file = Path(folder, f"{number}.bin")
            with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
                out.write(part.data[at : at + PIECE_BYTES])
            arguments += [f"{part.offset + at:#x}", str(file)]
        reader = _Progress([(part, len(part.data[at : at + PIECE_BYTES])) for part, at in pieces], progress)
        # keep: the image is written as it was published, byte for byte
        _run(
            [*_options(port, baud), "write-flash", "--skip-flashed", "--flash-mode", "keep", "--flash-freq", "keep",
             "--flash-size", "keep", *arguments],
            reader.line,
        )  # fmt: skip
    reader.finish()


class _Progress:
    """esptool's lines -> ours: a line for every tenth of a part, one where it is verified."""

    def __init__(self, pieces: Sequence[tuple[Part, int]], tell: Callable[[str], None]) -> None:
        self._pieces, self._tell = pieces, tell
        self._now = -1
        self._done_bytes = 0  # of the part
        self._written_bytes = 0  # of these, what was not there already
        self._tenth = 0
        self._verified = 0

    def line(self, text: str) -> None:
        if text.startswith("Writing '") or (len(self._pieces) == 1 and self._now < 0 and text.startswith("Comparing")):
            self._now += 1
            return
        if not 0 <= self._now < len(self._pieces):
            return
        percent = _PERCENT.match(text)
        if percent:
            self._show(self._done_bytes + self._pieces[self._now][1] * int(percent[1]) // 100)
        elif "already in flash" in text:
            self._piece_is_there(0)
        elif text.startswith("Hash of data verified"):
            self._piece_is_there(self._pieces[self._now][1])

    def _show(self, done_bytes: int) -> None:
        part = self._pieces[self._now][0]
        tenth = done_bytes * 10 // len(part.data)
        if self._tenth < tenth < 10 and len(part.data) > PIECE_BYTES // 2:
            self._tenth = tenth
            self._tell(f"{part.what}: {tenth * 10} %")

    def _piece_is_there(self, written_bytes: int) -> None:
        part, size = self._pieces[self._now]
        self._verified += 1
        self._done_bytes += size
        self._written_bytes += written_bytes
        if self._done_bytes < len(part.data):
            if self._written_bytes:
                self._show(self._done_bytes)
            return
        written = f"{self._written_bytes >> 10} KB of {len(part.data) >> 10} KB written" if self._written_bytes else "there already"
        self._tell(f"{part.what}: {written}, verified")
        self._done_bytes = self._written_bytes = self._tenth = 0

    def finish(self) -> None:
        """CannotDo where esptool ended well without having verified everything: nothing may count as flashed by mistake."""
        if self._verified != len(self._pieces):
            raise CannotDo(f"esptool verified {self._verified} of {len(self._pieces)} pieces; {AGAIN}")


def _options(port: str, baud: int) -> list[str]:
    return ["--chip", CHIP, "--port", port, "--baud", str(baud)]


def _run(arguments: Sequence[str], hear: Callable[[str], None]) -> str:
    """Run esptool; `hear` gets each line as it comes. -> all it said. CannotDo with the line that says why."""
    environment = {**os.environ, "COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb", "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "esptool", *arguments]
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", env=environment,
        preexec_fn=die_with_parent if os.name == "posix" else None,
    ) as process:  # fmt: skip
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
    (r"This chip is (?P<chip>.+?), not ESP32-S3", marked("the chip on {port} is an {chip}: this is not an ESP32-S3 board, nothing was written")),
    (r"Could not open|the port is busy|No such file",
     marked("cannot open {port}: is the cable in, and is no other program (monitor, terminal) using it?")),
    (r"Permission denied", marked("not allowed to use {port}: add yourself to the group dialout (or uucp) and log in again")),
    (r"Failed to connect|No serial data received",
     marked("no answer from a chip on {port}: hold BOOT, press RESET, let BOOT go, and run this again")),
    (r"MD5 of file does not match|Write failed, the written flash region is empty",
     marked("what was written reads back differently; {again}; if it happens twice the flash chip is worn out")),
    (r"will not fit in (?P<size>\d+) bytes of flash", marked("the flash of {size} bytes is too small for this image")),
)  # fmt: skip

_FAILED = marked("the connection to {port} failed ({why}); {again}")
_LOST = marked("the connection was lost")


def _reason(said: str, port: str) -> str:
    """One line of what esptool said when it gave up."""
    for pattern, text in _REASONS:
        found = re.search(pattern, said)
        if found:
            return text.format(**found.groupdict(), port=port, again=AGAIN)
    faults = [line.strip() for line in said.splitlines() if re.search(r"fatal error|Error|failed|stopped|Invalid", line)]
    last = re.sub(r"^A fatal error occurred:\s*", "", faults[-1]) if faults else _LOST
    return _FAILED.format(port=port, why=last.rstrip("."), again=AGAIN)
