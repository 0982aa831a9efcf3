"""An ESP32-S3 in download mode, for tests of flashing: its ROM's and its stub's serial protocol over TCP, and a NOR flash behind them.

    with FakeChip() as chip:
        ...  # esptool --port {chip.url} ...
        chip.flash  # what the flash holds

It answers what the real esptool asks: sync, security info, registers (the flash's identity by SPI commands), upload and start of the
stub, writes plain and deflated, MD5, change of speed. Flash behaves as NOR does: erasing sets bits, writing clears them, so that data
written over unerased flash comes out wrong, as on a desk. A Trouble makes it misbehave at an exact place.
"""

from __future__ import annotations

import hashlib
import socket
import struct
import threading
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

SECTOR_BYTES = 4096
SIZE_IDS = {2 << 20: 0x15, 4 << 20: 0x16, 8 << 20: 0x17, 16 << 20: 0x18}

FLASH_BEGIN, FLASH_DATA, FLASH_END, MEM_BEGIN, MEM_END, MEM_DATA, SYNC, WRITE_REG, READ_REG = range(0x02, 0x0B)
SPI_SET_PARAMS, SPI_ATTACH, CHANGE_BAUDRATE = 0x0B, 0x0D, 0x0F
DEFL_BEGIN, DEFL_DATA, DEFL_END, MD5, SECURITY_INFO = 0x10, 0x11, 0x12, 0x13, 0x14
ERASE_FLASH, ERASE_REGION = 0xD0, 0xD1

SPI_CMD, SPI_USR2, SPI_W0 = 0x60002000, 0x60002020, 0x60002058
MAC_AT = 0x60007044
INVALID, FAILED, BAD_CHECKSUM = 5, 6, 7  # the ROM's reasons


class Vanished(Exception):
    """The cable was pulled."""


@dataclass
class Trouble:
    """Counted from the chip's start; None: never. Each happens once."""

    drop_in_request: int | None = None  # this byte from the host gets lost
    drop_in_answer: int | None = None  # this byte to the host gets lost
    fail_md5: int | None = None  # the n-th MD5, from 0, is wrong
    vanish_after: int | None = None  # bytes from the host; then the line is dead
    silently: bool = False  # vanish without closing the line: no answer, as a hung chip


@dataclass
class FakeChip:
    """One chip on 127.0.0.1. chip_id: 9 is an ESP32-S3; None: a chip without security info, which is told by a magic register."""

    flash_bytes: int = 8 << 20
    chip_id: int | None = 9
    magic: int = 0
    trouble: Trouble = field(default_factory=Trouble)
    flash: bytearray = field(init=False)
    gone: bool = False
    received: int = 0
    sent: int = 0
    md5s: int = 0
    written_bytes: int = 0

    def __post_init__(self) -> None:
        self.flash = bytearray(b"\xff") * self.flash_bytes
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._closing = False
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._reset()

    @property
    def url(self) -> str:
        return f"socket://127.0.0.1:{self.port}"

    def __enter__(self) -> FakeChip:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._closing = True
        socket.create_connection(("127.0.0.1", self.port)).close()
        self._thread.join(10)
        self._listener.close()

    def revive(self) -> None:
        """The cable is back, the chip is in its ROM again; nothing more goes wrong."""
        self.trouble = Trouble()
        self.gone = False

    def _reset(self) -> None:
        self.stub = False
        self.registers: dict[int, int] = {}
        self._ram_bytes = 0
        self._writer: _Writer | None = None

    def _serve(self) -> None:
        while True:
            line, _ = self._listener.accept()
            with line:
                if self._closing:
                    return
                if self.gone:
                    continue  # closed at once: nobody is there
                self._reset()
                try:
                    for request in self._requests(line):
                        self._answer(line, request)
                except (Vanished, ConnectionError):
                    pass

    def _requests(self, line: socket.socket) -> Iterator[bytes]:
        """SLIP packets from the host."""
        packet: bytearray | None = None
        escaped = False
        while data := line.recv(65536):
            for byte in data:
                self.received += 1
                if self.trouble.vanish_after is not None and self.received > self.trouble.vanish_after:
                    self.gone = True
                    if self.trouble.silently:
                        while line.recv(65536):
                            pass
                    raise Vanished
                if self.received == self.trouble.drop_in_request:
                    continue
                if byte == 0xC0:
                    if packet:
                        yield bytes(packet)
                        packet = None
                    else:
                        packet = bytearray()
                elif packet is not None:
                    if escaped:
                        byte, escaped = {0xDC: 0xC0, 0xDD: 0xDB}.get(byte, byte), False
                    elif byte == 0xDB:
                        escaped = True
                        continue
                    packet.append(byte)

    def _send(self, line: socket.socket, packet: bytes) -> None:
        data = b"\xc0" + packet.replace(b"\xdb", b"\xdb\xdd").replace(b"\xc0", b"\xdb\xdc") + b"\xc0"
        lost = self.trouble.drop_in_answer
        if lost is not None and self.sent < lost <= self.sent + len(data):
            at = lost - self.sent - 1
            data = data[:at] + data[at + 1 :]
            self.sent += 1
        self.sent += len(data)
        line.sendall(data)

    def _answer(self, line: socket.socket, packet: bytes) -> None:
        if len(packet) < 8 or packet[0] != 0:
            return
        operation, size, checksum = struct.unpack_from("<xBHI", packet)
        body = packet[8:]
        value, data, reason = 0, b"", 0
        if len(body) != size:
            reason = INVALID
        else:
            try:
                value, data, reason = self._do(operation, body, checksum)
            except struct.error:
                reason = INVALID
        status = bytes([1 if reason else 0, reason]) + (b"" if self.stub else b"\0\0")
        answer = struct.pack("<BBHI", 1, operation, len(data) + len(status), value) + data + status
        for _ in range(8 if operation == SYNC else 1):
            self._send(line, answer)
        if operation == MEM_END and not reason and struct.unpack_from("<I", body, 4)[0]:
            self.stub = True
            self._send(line, b"OHAI")

    def _do(self, operation: int, body: bytes, checksum: int) -> tuple[int, bytes, int]:
        """(value, data, reason for failure or 0)."""
        if operation == SYNC:
            return 0 if self.stub else 0x20120707, b"", 0
        if operation == SECURITY_INFO and self.chip_id is not None:
            return 0, struct.pack("<IB7sII", 0, 0, bytes(7), self.chip_id, 0), 0
        if operation == READ_REG:
            return self._read_register(struct.unpack("<I", body)[0]), b"", 0
        if operation == WRITE_REG:
            self._write_registers(body)
            return 0, b"", 0
        if operation in (MEM_BEGIN, SPI_SET_PARAMS, SPI_ATTACH, CHANGE_BAUDRATE):
            return 0, b"", 0
        if operation == MEM_DATA:
            self._ram_bytes += len(body) - 16
            return 0, b"", _checked(body, checksum)
        if operation == MEM_END:
            return 0, b"", 0 if self._ram_bytes else FAILED
        if operation == MD5:
            return 0, self._md5(*struct.unpack_from("<II", body)), 0
        if operation == ERASE_FLASH and self.stub:
            self._erase(0, self.flash_bytes)
            return 0, b"", 0
        if operation == ERASE_REGION and self.stub:
            self._erase(*struct.unpack("<II", body))
            return 0, b"", 0
        return 0, b"", self._write(operation, body, checksum)

    def _read_register(self, address: int) -> int:
        if address == 0x40001000:
            return self.magic
        if address in (MAC_AT, MAC_AT + 4):
            return (0x5DE0_0001, 0x0000_3485)[(address - MAC_AT) // 4]
        return self.registers.get(address, 0)

    def _write_registers(self, body: bytes) -> None:
        for at in range(0, len(body), 16):
            address, value, mask, _ = struct.unpack_from("<IIII", body, at)
            self.registers[address] = (self.registers.get(address, 0) & ~mask) | (value & mask)
            if address == SPI_CMD and value & 1 << 18:  # a command to the flash chip: it answers in W0, at once
                command = self.registers.get(SPI_USR2, 0) & 0xFF
                identity = 0xC8 | 0x40 << 8 | SIZE_IDS[self.flash_bytes] << 16
                self.registers[SPI_W0] = {0x9F: identity, 0x5A: 0x50444653}.get(command, 0)
                self.registers[SPI_CMD] = 0

    def _md5(self, offset: int, size: int) -> bytes:
        digest = hashlib.md5(self.flash[offset : offset + size])
        self.md5s += 1
        if self.trouble.fail_md5 is not None and self.md5s == self.trouble.fail_md5 + 1:
            digest.update(b"a bit flipped")
        return digest.digest() if self.stub else digest.hexdigest().encode()

    def _write(self, operation: int, body: bytes, checksum: int) -> int:
        """Flash commands -> reason for failure or 0."""
        if operation in (FLASH_BEGIN, DEFL_BEGIN):
            size, _, _, offset = struct.unpack_from("<IIII", body)
            if offset + size > self.flash_bytes:
                return FAILED
            if not self.stub:
                self._erase(offset, size)  # the ROM erases first, the stub as it goes
            self._writer = _Writer(self, offset, size, operation == DEFL_BEGIN, self.stub)
            return 0
        if operation in (FLASH_DATA, DEFL_DATA):
            reason = _checked(body, checksum)
            if reason or self._writer is None:
                return reason or FAILED
            return self._writer.take(struct.unpack_from("<I", body, 4)[0], body[16:])
        if operation in (FLASH_END, DEFL_END):
            return 0
        return INVALID

    def _erase(self, offset: int, size: int) -> None:
        first, last = offset // SECTOR_BYTES * SECTOR_BYTES, -(-(offset + size) // SECTOR_BYTES) * SECTOR_BYTES
        self.flash[first:last] = b"\xff" * (last - first)

    def program(self, at: int, data: bytes) -> None:
        """Write as NOR flash does: bits are only cleared."""
        self.written_bytes += len(data)
        old = self.flash[at : at + len(data)]
        if old != b"\xff" * len(data):
            data = (int.from_bytes(old, "little") & int.from_bytes(data, "little")).to_bytes(len(data), "little")
        self.flash[at : at + len(data)] = data


class _Writer:
    """One run of FLASH_DATA or DEFL_DATA blocks."""

    def __init__(self, chip: FakeChip, offset: int, size: int, deflated: bool, erases: bool) -> None:
        self.chip, self.at, self.end = chip, offset, offset + size
        self.erased = offset if erases else offset + size
        self.next = 0
        self.inflate: Any = zlib.decompressobj() if deflated else None

    def take(self, sequence: int, data: bytes) -> int:
        if sequence != self.next:
            return FAILED  # a block that was taken already, or one that got lost
        if self.inflate is not None:
            try:
                data = self.inflate.decompress(data)
            except zlib.error:
                return FAILED
        self.next += 1
        data = data[: self.end - self.at]  # a plain run's last block is padded
        while self.erased < self.at + len(data):
            self.chip._erase(self.erased, 1)
            self.erased = self.erased // SECTOR_BYTES * SECTOR_BYTES + SECTOR_BYTES
        self.chip.program(self.at, data)
        self.at += len(data)
        return 0


def _checked(body: bytes, checksum: int) -> int:
    size = struct.unpack_from("<I", body)[0]
    state = 0xEF
    for byte in body[16:]:
        state ^= byte
    if size != len(body) - 16:
        return INVALID
    return 0 if state == checksum else BAD_CHECKSUM
