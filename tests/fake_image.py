"""An image with the shape of MicroPython's official one for the ESP32-S3, for tests: the real one is not ours to keep here.

Boot loader at 0, partition table at 0x8000, application at 0x10000, each with the checksums that ESP-IDF gives them; the code is noise.
"""

from __future__ import annotations

import hashlib
import random
import struct

from sidetone_host.flash import partitions
from sidetone_host.flash.partitions import Partition

NVS = Partition(1, 2, 0x9000, 0x6000, "nvs")
PHY = Partition(1, 1, 0xF000, 0x1000, "phy_init")
# MicroPython 1.26 and newer (ports/esp32/partitions-4MiBplus.csv): the rest of the flash becomes the file system at start
NEW = (NVS, PHY, Partition(0, 0, 0x10000, 0x1F0000, "factory"))
# before that (partitions-8MiB.csv)
OLD = (*NEW, Partition(1, 0x81, 0x200000, 0x600000, "vfs"))


def code(size: int, seed: int, chip: int, description: bytes = b"") -> bytes:
    """A boot loader or application of two segments, `size` bytes together, with checksum and SHA-256."""
    noise = random.Random(seed).randbytes(size - len(description))
    parts = [description + noise[: size // 2], noise[size // 2 :]]
    header = struct.pack("<BBBBIB3xHB8xB", 0xE9, len(parts), 2, 0x3F, 0x40374000, 0xEE, chip, 0, 1).ljust(24, b"\0")
    header = header[:23] + b"\1"
    body = header
    checksum = 0xEF
    for number, part in enumerate(parts):
        part += b"\0" * (-len(part) % 4)
        body += struct.pack("<II", 0x3C000020 + (number << 20), len(part)) + part
        for byte in part:
            checksum ^= byte
    body += b"\0" * (15 - len(body) % 16) + bytes([checksum])
    return body + hashlib.sha256(body).digest()


def micropython(table: tuple[Partition, ...] = NEW, chip: int = 9, code_bytes: int = 300_000, name: bytes = b"Octal-SPIRAM") -> bytes:
    """The whole image, from flash address 0. chip: 9 is the ESP32-S3."""
    description = struct.pack("<II8s32s32s", 0xABCD5432, 0, b"", b"v1.28.0", b"micropython").ljust(256, b"\0")
    image = code(18_000, 1, chip).ljust(partitions.TABLE_AT, b"\xff") + partitions.write(list(table))
    image = image.ljust(table[2].offset, b"\xff")
    return image + code(code_bytes, 2, chip, description + b"Generic ESP32S3 module with " + name + b" with ESP32S3\0")
