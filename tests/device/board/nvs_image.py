"""Reads an NVS partition as an ESP32 does, for tests that look into a flash: namespaces and blobs (ESP-IDF, "NVS internals")."""

from __future__ import annotations

import struct
import zlib

PAGE_BYTES = 4096
ENTRY_BYTES = 32
ENTRIES = 126
EMPTY, WRITTEN = 0b11, 0b10
NAMESPACE = 0x01  # an entry of namespace 0 and type u8 names a namespace
BLOB = 0x42  # one chunk of a blob
INDEX = 0x48


def read(partition: bytes, namespace: str) -> dict[str, bytes]:
    """Every blob of a namespace. AssertionError where a checksum is wrong."""
    numbers: dict[int, str] = {}
    chunks: dict[tuple[int, str], dict[int, bytes]] = {}
    for at in range(0, len(partition), PAGE_BYTES):
        page = partition[at : at + PAGE_BYTES]
        if page[:4] == b"\xff\xff\xff\xff":
            continue
        state = int.from_bytes(page[32:64], "little")
        entry = 0
        while entry < ENTRIES:
            row = page[64 + ENTRY_BYTES * entry :][:ENTRY_BYTES]
            if (state >> (2 * entry)) & 3 != WRITTEN:
                entry += 1
                continue
            owner, kind, span, chunk = row[:4]
            crc = zlib.crc32(row[:4] + row[8:], 0xFFFFFFFF)
            assert crc == struct.unpack("<I", row[4:8])[0], "an entry's checksum"
            key = row[8:24].rstrip(b"\0").decode()
            if owner == 0 and kind == NAMESPACE:
                numbers[row[24]] = key
            elif kind == BLOB:
                size, _, content_crc = struct.unpack("<HHI", row[24:])
                content = page[64 + ENTRY_BYTES * (entry + 1) :][:size]
                assert zlib.crc32(content, 0xFFFFFFFF) == content_crc, "a blob's checksum"
                chunks.setdefault((owner, key), {})[chunk] = content
            entry += span
    return {
        key: b"".join(content for _, content in sorted(parts.items()))
        for (owner, key), parts in chunks.items()
        if numbers.get(owner) == namespace
    }
