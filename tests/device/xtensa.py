"""Runs the ESP32-S3's own machine code of a viper function: mpy-cross compiles it, qemu-xtensa executes it, nothing else is needed.

A .mpy file holds the machine code of each viper function ready to run. It expects a function object that leads to the module's
table of constants, in it the runtime's function table, and of that table it calls only two entries, which turn objects into native
values and back. Here objects are native values already, so both are one stub that returns its first argument. Around them stands the
smallest ELF program: call the function, write the memory of its buffers to standard output, exit.
"""

from __future__ import annotations

import ast
import re
import struct
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from device.viper_rules import viper_functions

Argument = int | bytes | tuple[bytes, int]  # a number, a buffer, or a place in a buffer; one buffer given twice is one place in memory

BASE = 0x00100000
CPU = "dc233c"  # windowed registers, 32-bit multiply: what viper's code uses of the S3's LX7
NONE = 0x2E6E6F6E  # what the stub runtime calls None
KIND_BYTECODE, KIND_PY, KIND_VIPER, KIND_ASM = range(4)

_ENTRY = bytes.fromhex("364100")  # entry a1, 32
_RETURN = bytes.fromhex("1df0")  # retw.n
_SYSCALL = bytes.fromhex("005000")
_SYS_WRITE, _SYS_EXIT = 13, 118


class Mpy:
    """The machine code of a module's viper functions, by name, and which constant is the runtime's function table."""

    def __init__(self, source: Path, compiler: Sequence[str]) -> None:
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder, "module.mpy")
            subprocess.run([*compiler, "-march=xtensawin", "-o", str(out), str(source)], check=True, capture_output=True)
            self._data = out.read_bytes()
        self._at = 4
        if self._data[:2] != b"M\x06":
            raise ValueError("not a .mpy file of version 6")
        strings, objects = self._uint(), self._uint()
        for _ in range(strings):
            self._string()
        kinds = [self._object() for _ in range(objects)]
        self.function_table = kinds.index(0)
        self.constants = objects
        codes = [code for kind, code in self._code() if kind == KIND_VIPER]
        names = [function.name for function in viper_functions(ast.parse(source.read_text("utf-8")))]
        if len(codes) != len(names):
            raise ValueError(f"{source}: {len(codes)} viper functions compiled, {len(names)} written")
        self.functions = dict(zip(names, codes, strict=True))

    def _uint(self) -> int:
        value = 0
        while True:
            byte = self._data[self._at]
            self._at += 1
            value = value << 7 | byte & 127
            if byte < 128:
                return value

    def _string(self) -> None:
        length = self._uint()
        if length & 1 == 0:
            self._at += (length >> 1) + 1

    def _object(self) -> int:
        kind = self._data[self._at]
        self._at += 1
        if kind == 10:  # tuple
            for _ in range(self._uint()):
                self._object()
        elif kind >= 5:
            length = self._uint()
            self._at += length + (kind in (5, 6))  # text and bytes end with a zero
        return kind

    def _code(self) -> Iterator[tuple[int, bytes]]:
        """(kind, machine code) of a function and of those inside it, in the order they are written."""
        head = self._uint()
        kind, length = head & 3, head >> 3
        code = self._data[self._at : self._at + length]
        self._at += length
        if kind == KIND_PY:
            self._uint()
        elif kind in (KIND_VIPER, KIND_ASM) and self._uint() & 0x70:
            raise ValueError("the function needs relocation")
        yield kind, code
        if head & 4:
            for _ in range(self._uint()):
                yield from self._code()


class _Image:
    """Bytes at consecutive addresses from BASE on."""

    def __init__(self) -> None:
        self.data = bytearray()

    def put(self, data: bytes, align: int = 4) -> int:
        self.data += bytes(-len(self.data) % align)
        self.data += data
        return BASE + len(self.data) - len(data)

    def words(self, *values: int) -> int:
        return self.put(struct.pack(f"<{len(values)}I", *(value & 0xFFFFFFFF for value in values)))


def _start(call: int, function: int, count: int, arguments: int, result: int, dump: int, size: int) -> bytes:
    """The program's code, to stand at BASE + 64; its literals at BASE."""
    literals = (call, function, arguments, result, dump, size)
    code = bytearray()

    def load(register: int, literal: int) -> None:  # l32r
        at = BASE + 64 + len(code)
        offset = (BASE + 4 * literal - ((at + 3) & ~3)) >> 2
        code.extend(((offset & 0xFFFF) << 8 | register << 4 | 1).to_bytes(3, "little"))

    def move(register: int, value: int) -> None:  # movi
        code.extend(((value & 255) << 16 | 0xA << 12 | (value >> 8 & 15) << 8 | register << 4 | 2).to_bytes(3, "little"))

    load(10, 1)
    move(11, count)
    move(12, 0)
    load(13, 2)
    load(8, 0)
    code.extend(bytes.fromhex("e00800"))  # callx8 a8
    load(9, 3)
    code.extend((6 << 12 | 9 << 8 | 10 << 4 | 2).to_bytes(3, "little"))  # s32i a10, a9, 0
    move(2, _SYS_WRITE)
    move(6, 1)
    load(3, 4)
    load(4, 5)
    code.extend(_SYSCALL)
    move(2, _SYS_EXIT)
    move(6, 0)
    code.extend(_SYSCALL)
    return struct.pack("<6I", *literals).ljust(64, b"\0") + bytes(code)


def _program(mpy: Mpy, name: str, arguments: Sequence[Argument]) -> tuple[bytes, list[int], int]:
    """(ELF file, offset in the dump of each argument's buffer, or -1, dump's size)."""
    image = _Image()
    image.put(bytes(256), 16)  # the program comes here
    stub = image.put(_ENTRY + _RETURN)
    crash = image.put(_ENTRY + bytes(3))  # ill
    table = image.words(NONE, NONE + 1, NONE + 2, stub, stub, *[crash] * 60)
    constants = image.words(*(table if place == mpy.function_table else 0 for place in range(mpy.constants)))
    context = image.words(0, 0, constants, constants)
    function = image.words(0, context, 0, 0)
    code = image.put(mpy.functions[name], 16)
    first = image.words(0)  # the result
    values, offsets, places = [], [], dict[int, int]()
    for argument in arguments:
        if isinstance(argument, int):
            values.append(argument)
            offsets.append(-1)
        else:
            buffer, offset = argument if isinstance(argument, tuple) else (argument, 0)
            if id(buffer) not in places:
                places[id(buffer)] = image.put(buffer, 16)
            values.append(places[id(buffer)] + offset)
            offsets.append(places[id(buffer)] - first)
    size = BASE + len(image.data) - first
    start = _start(code, function, len(values), image.words(*values), first, first, size)
    image.data[: len(start)] = start
    header = struct.pack(
        "<4sBBBBB7xHHIIIIIHHHHHH", b"\x7fELF", 1, 1, 1, 0, 0, 2, 94, 1, BASE + 64, 52, 0, 0, 52, 32, 1, 0, 0, 0
    )
    segment = struct.pack("<IIIIIIII", 1, 4096, BASE, BASE, len(image.data), len(image.data), 7, 4096)
    return (header + segment).ljust(4096, b"\0") + bytes(image.data), offsets, size


def run(qemu: str, mpy: Mpy, name: str, arguments: Sequence[Argument], count: bool = False) -> tuple[int | None, list[bytes | None], int]:
    """Call a function: (its result, what each buffer holds afterwards, instructions executed where `count`, else 0)."""
    program, offsets, size = _program(mpy, name, arguments)
    with tempfile.TemporaryDirectory() as folder:
        path, trace = Path(folder, "program"), Path(folder, "trace")
        path.write_bytes(program)
        path.chmod(0o755)
        options = ["-singlestep", "-d", "exec,nochain", "-D", str(trace)] if count else []
        done = subprocess.run([qemu, "-cpu", CPU, *options, str(path)], capture_output=True, check=False)
        if done.returncode or len(done.stdout) != size:
            raise RuntimeError(f"{name}: qemu-xtensa ended with {done.returncode}: {done.stderr.decode()[-300:]}")
        executed = len(re.findall(rb"^Trace", trace.read_bytes(), re.MULTILINE)) if count else 0
    result = struct.unpack_from("<i", done.stdout)[0]
    after: list[bytes | None] = []
    for at, value in zip(offsets, arguments, strict=True):
        after.append(None if isinstance(value, int) else done.stdout[at : at + len(value[0] if isinstance(value, tuple) else value)])
    return None if result == NONE else result, after, executed
