"""The device's code on a MicroPython of this machine: the host decodes, the interpreter hears (`--runtime micropython`).

It is the same folder of source files that a device carries, run by a unix MicroPython with the native emitter, fed through a pipe
(firmware/sidetone/on_micropython/pipe.py has the protocol). SIDETONE_MICROPYTHON names another interpreter, for example one with
32-bit words like the device's.
"""

from __future__ import annotations

import itertools
import json
import os
import shutil
import struct
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt

import sidetone
from sidetone.core.telemetry.messages import Fixed, Rows, encode
from sidetone_host.errors import CannotDo

HEAP = "heapsize=64m"  # a device has 8 MB; this is for a replay's long lists, not for what runs on the device
HOPS_A_CHUNK = 100
STEPS_A_CHUNK = 100
HOP_SAMPLES = 160
CHANNELS = 40
WORLD_FAULT = 3


def interpreter() -> str:
    """The path of a MicroPython. CannotDo where there is none."""
    named = os.environ.get("SIDETONE_MICROPYTHON")
    if named:
        return named
    found = shutil.which("micropython", path=str(Path(sys.executable).parent)) or shutil.which("micropython")
    if not found:
        raise CannotDo("no micropython is installed; `make setup` installs one on x86-64 Linux, SIDETONE_MICROPYTHON names another")
    return found


def converse(request: dict[str, Any], chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Send the request and the chunks, yield the chunks that come back. CannotDo for a fault of the world on the other side."""
    firmware = Path(next(iter(sidetone.__path__))).parent
    environment = {**os.environ, "MICROPYPATH": f".frozen:{firmware}"}
    command = [interpreter(), "-X", HEAP, "-m", "sidetone.on_micropython.pipe"]
    try:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)
    except OSError as fault:
        raise CannotDo(f"cannot start {command[0]}: {fault.strerror or fault}") from None
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    said: list[bytes] = []
    failed: list[BaseException] = []
    threads = [
        threading.Thread(target=_send, args=(process.stdin, request, chunks, failed), daemon=True),
        threading.Thread(target=lambda pipe: said.append(pipe.read()), args=(process.stderr,), daemon=True),
    ]
    for thread in threads:
        thread.start()
    try:
        yield from _received(process.stdout)
        code = process.wait()
        for thread in threads:
            thread.join()
    finally:
        process.kill()
        process.wait()
    _judge(code, b"".join(said).decode("utf-8", "replace").strip(), failed)


def _send(pipe: IO[bytes], request: dict[str, Any], chunks: Iterable[bytes], failed: list[BaseException]) -> None:
    try:
        with pipe:
            for chunk in itertools.chain((json.dumps(request).encode(),), chunks):
                pipe.write(struct.pack("<I", len(chunk)) + chunk)
                pipe.flush()
            pipe.write(struct.pack("<I", 0))
    except BrokenPipeError:
        pass  # the other side has ended; its exit code and its words say why
    except Exception as fault:  # noqa: BLE001 - handed to the thread that waits for it
        failed.append(fault)


def _received(pipe: IO[bytes]) -> Iterator[bytes]:
    while head := pipe.read(4):
        if len(head) < 4:
            return
        size = struct.unpack("<I", head)[0]
        data = pipe.read(size)
        if len(data) < size:
            return
        yield data


def _judge(code: int, said: str, failed: list[BaseException]) -> None:
    if failed:
        raise failed[0]
    if code == WORLD_FAULT:
        raise CannotDo(said or "the device's code could not do it")
    if code:
        raise RuntimeError(f"the device's code ended with exit code {code}:\n{said}")


def features(samples: npt.NDArray[np.int16]) -> npt.NDArray[np.uint16]:
    """int16 whole hops -> uint16 [frames, 40], by the device's front end."""
    step = HOPS_A_CHUNK * HOP_SAMPLES
    chunks = (samples[first : first + step].tobytes() for first in range(0, len(samples), step))
    return np.frombuffer(b"".join(converse({"task": "features"}, chunks)), np.uint16).reshape(-1, CHANNELS)


def measures(samples: npt.NDArray[np.int16]) -> npt.NDArray[np.int32]:
    """int16 whole hops -> int32 [hops, 8]: the device's kernels, columns as HopMeasures.rows()."""
    step = HOPS_A_CHUNK * HOP_SAMPLES
    chunks = (samples[first : first + step].tobytes() for first in range(0, len(samples), step))
    return np.frombuffer(b"".join(converse({"task": "measures"}, chunks)), np.int32).reshape(-1, 8)


def answers(content: bytes, steps: npt.NDArray[np.int8], outputs: int, kind: npt.DTypeLike) -> npt.NDArray[Any]:
    """int8 [steps, ...] through the device's interpreter -> raw integers [steps, outputs]; content: the model's file."""
    chunks = itertools.chain((content,), (steps[first : first + STEPS_A_CHUNK].tobytes() for first in range(0, len(steps), STEPS_A_CHUNK)))
    return np.frombuffer(b"".join(converse({"task": "model"}, chunks)), kind).reshape(-1, outputs)


def replay(request: dict[str, Any], content: bytes, blocks: Iterable[list[npt.NDArray[np.int16]]]) -> Iterator[tuple[int, str, list[Any]]]:
    """One call through the device's listener: yields (t_ms, kind, rows) as the listener of this Python would.

    request: what firmware/sidetone/on_micropython/pipe.py's `replay` asks for; content: the network's file.
    """
    chunks = itertools.chain((content,), (b"".join(samples.tobytes() for samples in block) for block in blocks))
    for answer in converse({"task": "replay", **request}, chunks):
        for line in answer.decode().splitlines():
            yield _parsed(line)


def _parsed(line: str) -> tuple[int, str, list[Any]]:
    """A line that the device wrote -> (t_ms, kind, rows), which encode to that very line again."""
    rows = json.loads(line, parse_float=_fixed, object_pairs_hook=Rows).rows
    if encode(rows) != line:
        raise RuntimeError(f"the device wrote a line that is not in its own encoder's form: {line}")
    return rows[1][1], rows[0][1], rows[2:]


def _fixed(text: str) -> Fixed:
    whole, _, fraction = text.partition(".")
    return Fixed(int(whole + fraction), len(fraction))
