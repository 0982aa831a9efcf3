"""The ESP32's partition table, as it stands in a flash image: 32-byte rows from 0x8000, ended by an MD5 row or blank flash."""

from __future__ import annotations

import hashlib
import struct
from typing import NamedTuple

from sidetone_host.errors import CannotDo

TABLE_AT = 0x8000  # ESP-IDF's CONFIG_PARTITION_TABLE_OFFSET, as every MicroPython board keeps it
TABLE_BYTES = 0xC00  # ESP-IDF's ESP_PARTITION_TABLE_MAX_LEN
ROW_BYTES = 32
ROW_MAGIC, MD5_MAGIC = b"\xaa\x50", b"\xeb\xeb"
APP, DATA = 0, 1
NVS = 2  # subtype of data
SECTOR_BYTES = 4096


class Partition(NamedTuple):
    """One row. offset and size in bytes of flash."""

    kind: int
    subtype: int
    offset: int
    size: int
    label: str

    @property
    def end(self) -> int:
        return self.offset + self.size


def read(image: bytes) -> list[Partition]:
    """The rows of the table in an image that starts at flash address 0. CannotDo, one line, where there is no whole table."""
    found: list[Partition] = []
    table = image[TABLE_AT : TABLE_AT + TABLE_BYTES]
    for at in range(0, len(table) - ROW_BYTES + 1, ROW_BYTES):
        row = table[at : at + ROW_BYTES]
        if row[:2] == ROW_MAGIC:
            kind, subtype, offset, size, label = struct.unpack("<2xBBII16s4x", row)
            found.append(Partition(kind, subtype, offset, size, label.rstrip(b"\0").decode("ascii", "replace")))
        elif row[:2] == MD5_MAGIC:
            if row[16:] != hashlib.md5(table[:at]).digest():
                raise CannotDo("the image's partition table does not match its own MD5: it is torn, take it anew")
            return found
        elif row == b"\xff" * ROW_BYTES and found:
            return found
        else:
            break
    raise CannotDo(
        f"the image holds no partition table at {TABLE_AT:#x}: give the whole image that is written at address 0, not the .app-bin"
    )


def write(partitions: list[Partition]) -> bytes:
    """The table's bytes, with its MD5 row and blank to its full length."""
    rows = b"".join(
        ROW_MAGIC + struct.pack("<BBII16sI", row.kind, row.subtype, row.offset, row.size, row.label.encode("ascii"), 0) for row in partitions
    )
    return (rows + MD5_MAGIC + b"\xff" * 14 + hashlib.md5(rows).digest()).ljust(TABLE_BYTES, b"\xff")
