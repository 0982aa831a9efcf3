"""The official MicroPython image: is it whole, is it for this chip, and where do our two partitions go?

The file is published at micropython.org/download/ESP32_GENERIC_S3 (variant SPIRAM_OCT) and is never part of this repository. Three
things vouch for it: the SHA-256 that the technician gives, the hashes that ESP-IDF appends to the boot loader and to the application,
and the MD5 row of the partition table.
"""

from __future__ import annotations

import hashlib
import re
import struct
from dataclasses import dataclass
from pathlib import Path

from sidetone_host.errors import CannotDo
from sidetone_host.flash import partitions
from sidetone_host.flash.partitions import APP, DATA, NVS, SECTOR_BYTES, Partition
from sidetone_host.wording import marked

MAGIC = 0xE9
ESP32S3 = 9
CHIPS = {0: "ESP32", 2: "ESP32-S2", 5: "ESP32-C3", 9: "ESP32-S3", 12: "ESP32-C2", 13: "ESP32-C6", 16: "ESP32-H2", 18: "ESP32-P4"}
HEADER_BYTES, SEGMENT_BYTES = 24, 8
CHECKSUM_SEED = 0xEF  # ESP_CHECKSUM_MAGIC
DESCRIPTION_MAGIC = 0xABCD5432  # esp_app_desc_t, the first bytes of an application's first segment
NVS_LEAST_BYTES = 0x3000  # three sectors: what ESP-IDF asks of an NVS partition
OCTAL = b"Octal-SPIRAM"  # in MicroPython's own name of the board, of the variant SPIRAM_OCT alone


@dataclass(frozen=True)
class Image:
    """A checked image. `notes`: what a technician should know before it is written."""

    path: Path
    data: bytes
    sha256: str
    version: str  # of MicroPython, "" where the image does not say
    partitions: list[Partition]
    notes: tuple[str, ...]

    @property
    def nvs(self) -> Partition:
        return next(row for row in self.partitions if row.kind == DATA and row.subtype == NVS)

    def files(self, flash_bytes: int) -> Partition:
        """The file system's partition on a flash of that size: `vfs` of the table, else, as MicroPython 1.26 and newer do at start,
        from the end of the last partition to the end of the flash (ports/esp32/main.c). CannotDo where the flash is too small."""
        end = max(row.end for row in self.partitions)
        if end > flash_bytes:
            raise CannotDo(
                f"the flash has {flash_bytes >> 20} MB, but the image's partitions end at {end / (1 << 20):g} MB: "
                f"use a module with more flash, or an image for {flash_bytes >> 20} MB"
            )
        for row in self.partitions:
            if row.kind == DATA and row.label == "vfs":
                return row
        offset = -(-end // SECTOR_BYTES) * SECTOR_BYTES
        if flash_bytes - offset < 16 * SECTOR_BYTES:
            raise CannotDo(f"the flash has {flash_bytes >> 20} MB, and the image leaves no room for files there: use a module with more flash")
        return Partition(DATA, 0x81, offset, flash_bytes - offset, "vfs")


def load(path: Path, sha256: str | None) -> Image:
    """The image in `path`, checked. CannotDo, one line, for everything that must not be written to a device."""
    try:
        data = path.read_bytes()
    except OSError as fault:
        raise CannotDo(f"cannot read the image {path}: {fault.strerror}") from fault
    found = hashlib.sha256(data).hexdigest()
    if sha256 is not None:
        if not re.fullmatch(r"[0-9a-fA-F]{64}", sha256):
            raise CannotDo("--image-sha256 takes the 64 hexadecimal digits of a SHA-256")
        if found != sha256.lower():
            raise CannotDo(f"{path} is not the image that was meant: its SHA-256 is {found}, {sha256.lower()} was asked for; take it anew")
    if len(data) < HEADER_BYTES or data[0] != MAGIC:
        raise CannotDo(f"{path} is not an ESP32 image: take ESP32_GENERIC_S3-SPIRAM_OCT-....bin from micropython.org")
    chip = struct.unpack_from("<H", data, 12)[0]
    if chip != ESP32S3:
        raise CannotDo(f"{path} is for the chip {CHIPS.get(chip, f'number {chip}')}: take the image for the ESP32-S3")
    try:
        rows = partitions.read(data)
        version, notes = _check(data, rows)
    except CannotDo as fault:
        raise CannotDo(f"{path}: {fault}") from None
    if OCTAL not in data:
        notes.append("the image does not name octal PSRAM: a module of the R8 kind needs the variant SPIRAM_OCT")
    if sha256 is None:
        notes.append(f"the image's SHA-256 is {found}; give it with --image-sha256 once you have compared it")
    return Image(path, data, found, version, rows, tuple(notes))


def _check(data: bytes, rows: list[Partition]) -> tuple[str, list[str]]:
    """(MicroPython's version, notes). CannotDo for a torn image or one without the partitions that we need."""
    nvs = [row for row in rows if row.kind == DATA and row.subtype == NVS]
    apps = [row for row in rows if row.kind == APP]
    if not nvs or nvs[0].size < NVS_LEAST_BYTES or nvs[0].offset % SECTOR_BYTES or nvs[0].size % SECTOR_BYTES:
        raise CannotDo("the image's partition table has no usable NVS partition for Wi-Fi and keys")
    if not apps:
        raise CannotDo("the image's partition table has no application: it is not MicroPython's")
    if any(row.kind == DATA and row.label == "ffat" for row in rows):
        raise CannotDo("the image keeps its files on FAT, which a power cut can damage: take one with littlefs (label vfs)")
    notes = []
    version = ""
    for at, torn in (
        (0, marked("the image's boot loader is torn or damaged: take the image anew")),
        (apps[0].offset, marked("the image's application is torn or damaged: take the image anew")),
    ):
        if data[at : at + 1] == bytes([MAGIC]):
            _check_code(data, at, CannotDo(torn))
        elif at:
            notes.append(f"there is no application at {at:#x} whose checksum could be verified")
        else:
            notes.append(f"there is no boot loader at {at:#x} whose checksum could be verified")
    at = apps[0].offset + HEADER_BYTES + SEGMENT_BYTES
    if len(data) >= at + 256 and struct.unpack_from("<I", data, at)[0] == DESCRIPTION_MAGIC:
        version = data[at + 16 : at + 48].rstrip(b"\0").decode("ascii", "replace")
    return version, notes


def _check_code(data: bytes, at: int, torn: CannotDo) -> None:
    """A boot loader or application at that place: whole, and as its own checksum and SHA-256 say; else `torn` is raised."""
    segments, appended = data[at + 1], data[at + 23]
    end = at + HEADER_BYTES
    checksum = CHECKSUM_SEED
    for _ in range(segments):
        if end + SEGMENT_BYTES > len(data):
            raise torn
        size = struct.unpack_from("<I", data, end + 4)[0]
        end += SEGMENT_BYTES
        if size > len(data) - end:
            raise torn
        checksum ^= _exclusive_or(data[end : end + size])
        end += size
    end = at + ((end - at) // 16 * 16 + 15)  # the checksum is the last byte of a block of 16
    if end >= len(data) or data[end] != checksum:
        raise torn
    if appended == 1 and data[end + 1 : end + 33] != hashlib.sha256(data[at : end + 1]).digest():
        raise torn


def _exclusive_or(data: bytes) -> int:
    """All bytes together by exclusive or, in a few long steps instead of a million short ones."""
    while len(data) > 64:
        half = (len(data) + 1) // 2
        data = (int.from_bytes(data[:half], "little") ^ int.from_bytes(data[half:], "little")).to_bytes(half, "little")
    value = 0
    for byte in data:
        value ^= byte
    return value
