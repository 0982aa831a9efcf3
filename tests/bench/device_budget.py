"""The device's budget (issue 4) as rows for `make bench`: nothing here was measured on silicon.

- kernels: instructions of the real ESP32-S3 machine code, counted under qemu-xtensa (tests/device/step_cost.py), compiled as the device
  compiles them (three register locals) where the compiler for it can be had, else by mpy-cross (two: an upper bound), times 1.3 cycles
- interpreted Python: bytecodes counted on a unix MicroPython (get_counting_micropython.sh), times CYCLES_A_BYTECODE
- heap and allocation: on a MicroPython with 32-bit words, the application as it ships
- start: bytecodes as above, and the compilation of the kernels' source by its length
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

TREE = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TREE / "tests"), str(TREE / "tests/unit")]

import programs  # noqa: E402
from device import step_cost  # noqa: E402
from sidetone_host import decode, released  # noqa: E402
from sidetone_host.flash import application  # noqa: E402
from sidetone_host.flash.application import Application  # noqa: E402

CALL = TREE / "host_tools/sidetone_host/data/demo_call.flac"
HZ = 240_000_000
STEP_HOPS = 3
HOPS = 1500
HEAP = "heapsize=16m"
# What a bytecode costs: MicroPython's own benchmarks on an ESP32 (github.com/micropython/micropython/pull/7850: misc_aes 334.52 and
# bm_fannkuch 71.63 at N=100 M=100, its default 160 MHz), which are integers, loops and calls as ours, divided by the bytecodes that
# get_counting_micropython.sh counts in them (4007 and 18179 a unit): 119 and 123 cycles. An ESP32-S3 at 240 MHz is 1.15 times as quick
# per cycle (scruss.com/blog/tag/benchmark: 8.9 s against 15.4 s at 160 MHz), which is left as a reserve.
CYCLES_A_BYTECODE = 120
# Compiling viper on a unix MicroPython takes 1,500 instructions a byte of source (callgrind, ten modules); three cycles for each, as code
# runs from flash there.
CYCLES_A_SOURCE_BYTE = 4500
FLASH_BYTES_A_S = 1_000_000  # littlefs reading, by guess
BOOT_S = 0.6  # MicroPython's own start until main.py, by guess


class Row(NamedTuple):
    what: str
    found: str
    goal: str = ""
    ok: bool | None = None


def _work(program: str, slot: Path, sound: Path, channels: int) -> dict[str, Any]:
    command = [program, "-X", HEAP, str(TREE / "tests/bench/device_work.py"), str(slot), str(sound), str(HOPS), str(channels)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _counting() -> Path | str:
    """The folder of the counting programs, or why there is none."""
    fetch = subprocess.run(["sh", str(TREE / "tests/bench/get_counting_micropython.sh")], capture_output=True, text=True, check=False)
    return Path(fetch.stdout.strip()) if fetch.returncode == 0 else fetch.stderr.strip()


def _placed(folder: Path, language: str) -> tuple[Application, Path, Path]:
    """The application for calls in a language -> (it, its slot laid out as on the device, the bundled call as raw sound)."""
    sound, slot = folder / "call.raw", folder / "slot"
    np.stack(decode.open_audio(CALL).channels).astype("<i2").tofile(sound)
    shipped = application.build(language=language)
    for name, content in shipped.files.items():
        path = slot / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return shipped, slot, sound


def _share(instructions: float) -> float:
    """Of the core, in every 30 ms."""
    return instructions * step_cost.CYCLES_PER_INSTRUCTION / step_cost.CYCLES_A_STEP


def device() -> Iterator[Row]:
    counting = _counting()
    with tempfile.TemporaryDirectory() as folder:
        shipped, slot, sound = _placed(Path(folder), released.DEFAULT)
        source_bytes = sum(len(content) for name, content in shipped.files.items() if name.endswith(".py"))
        heap = _work(programs.path("micropython32"), slot, sound, 2)
        if isinstance(counting, str):
            yield Row("interpreted Python", f"not counted: {counting}", "", None)
            one = two = None
        else:
            one, two = (_work(str(counting / "micropython"), slot, sound, channels) for channels in (1, 2))
    compilers = [("compiled on the device", str(counting / "mpy-cross"))] if isinstance(counting, Path) else []
    glue = STEP_HOPS * one["hop"] * CYCLES_A_BYTECODE / step_cost.CYCLES_A_STEP if one else 0.0
    second = STEP_HOPS * (two["speaking_hop"] - one["speaking_hop"]) * CYCLES_A_BYTECODE / step_cost.CYCLES_A_STEP if one and two else 0.0
    for how, compiler in [*compilers, ("by mpy-cross", None)]:
        found = step_cost.parts(step_cost.count(compiler))
        share = {part: _share(count) for part, count in found.items()}
        agent = sum(share.values()) + glue
        customer = share["front end"] + share["measures"] + share["sound in"] + second
        ours = how == (compilers[0][0] if compilers else how)
        yield Row(f"ESP32-S3, kernels {how}", f"{sum(found.values()):,.0f} instructions a 30 ms step")
        for part, part_share in sorted(share.items()):
            yield Row(f"  {part}", f"{part_share:.1%} of 240 MHz")
        if one:
            yield Row("  interpreted Python", f"{glue:.1%}: {one['hop']:,.0f} bytecodes a hop x {CYCLES_A_BYTECODE} cycles")
        yield Row("  agent channel" + ("" if one else ", kernels alone"), f"{agent:.1%}", "<= 45 %", agent <= 0.45 if ours and one else None)
        if one:
            more = STEP_HOPS * (one["speaking_hop"] - one["hop"]) * CYCLES_A_BYTECODE / step_cost.CYCLES_A_STEP
            yield Row("    while the agent speaks", f"{agent + more:.1%}")
        yield Row("  customer channel on top", f"{customer:.1%}", "<= 20 %", customer <= 0.20 if ours and one else None)
    yield Row("heap in use, both ears (32-bit words)", f"{heap['heap_after'] / 1024:,.0f} KB", "<= 1 MB", heap["heap_after"] <= 1 << 20)
    yield Row(f"allocated in hops without an event (of {HOPS})", f"{heap['quiet_bytes']} bytes", "0 bytes", heap["quiet_bytes"] == 0)
    yield Row("  in one with events, at most", f"{heap['event_bytes']} bytes")
    if one:
        parts_s = [
            ("MicroPython itself", BOOT_S),
            (f"reading {shipped.total_bytes / 1024:.0f} KB", shipped.total_bytes / FLASH_BYTES_A_S),
            (f"compiling {source_bytes / 1024:.0f} KB of kernels", source_bytes * CYCLES_A_SOURCE_BYTE / HZ),
            ("imports", one["imports"] * CYCLES_A_BYTECODE / HZ),
            ("the network's plan, tables, rules", one["build"] * CYCLES_A_BYTECODE / HZ),
        ]
        start_s = sum(seconds for _, seconds in parts_s)
        yield Row("start to listening", f"{start_s:.1f} s by the same model", "<= 6 s", start_s <= 6)
        for what, seconds in parts_s:
            yield Row(f"  {what}", f"{seconds:.1f} s")
    total_kb = shipped.total_bytes / 1024
    yield Row("application files on flash", f"{total_kb:.0f} KB", "<= 700 KB", total_kb <= 700)
    for language in released.languages():
        if language != released.DEFAULT:
            yield from _other_network(language, compilers[0][1] if compilers else None, glue)


def _other_network(language: str, compiler: str | None, glue: float) -> Iterator[Row]:
    """What differs with the network of another language; interpreted Python is the same."""
    agent = _share(sum(step_cost.parts(step_cost.count(compiler, language)).values())) + glue
    with tempfile.TemporaryDirectory() as folder:
        shipped, slot, sound = _placed(Path(folder), language)
        heap = _work(programs.path("micropython32"), slot, sound, 2)
    yield Row(f"the same with the network for `{language}`: agent channel", f"{agent:.1%}", "<= 45 %", agent <= 0.45 if glue else None)
    yield Row("  heap in use, both ears", f"{heap['heap_after'] / 1024:,.0f} KB", "<= 1 MB", heap["heap_after"] <= 1 << 20)
    yield Row("  allocated in hops without an event", f"{heap['quiet_bytes']} bytes", "0 bytes", heap["quiet_bytes"] == 0)
    yield Row("  application files on flash", f"{shipped.total_bytes / 1024:.0f} KB", "<= 700 KB", shipped.total_bytes <= 700 << 10)
