"""What one 30 ms step of one channel costs in viper kernels on the ESP32-S3, instruction by instruction of the real machine code.

    .venv/bin/python tests/device/step_cost.py      (part of `make test-xtensa`)

Every kernel call of two steps (six hops) of a voice, released network included, runs under qemu-xtensa and is counted. Compiled by
mpy-cross, which leaves two registers to a function's locals; compiled on the device it is three, so these counts are an upper bound.
Interpreted Python between the kernels is not in them.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1]), str(Path(__file__).resolve().parents[1] / "unit")]

import programs  # noqa: E402
from device import golden, xtensa  # noqa: E402

STEPS = 2
CYCLES_PER_INSTRUCTION = 1.3  # by model: 12.5 instructions took 16 cycles in the network's inner loop, others 1.12 to 1.27
CYCLES_A_STEP = 7_200_000  # 30 ms at 240 MHz
PARTS = {
    "spectrum": "front end",
    "mel": "front end",
    "filters": "measures",
    "pitch": "measures",
    "voice": "measures",
    "kernels": "network",
    "products": "network",
    "decoder": "keyword graph",
    "phrases": "keyword graph",
    "samples": "sound in",
}


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        cases = golden.record(Path(folder), programs.path("micropython32"), step=True)
    rows: dict[tuple[str, str], list[int]] = {}
    for case in cases:
        _, after, executed = xtensa.run(
            programs.path("qemu-xtensa"), golden.compiled(case["module"]), case["name"], golden.arguments(case["args"]), count=True
        )
        for row, buffer in zip(case["args"], after, strict=True):
            if row[0] == "b" and (buffer is None or buffer.hex() != row[2]):
                raise AssertionError(f"{case['module']}.{case['name']} gives something else on Xtensa")
        rows.setdefault((PARTS[case["module"].rsplit(".", 1)[1]], case["name"]), []).append(executed)
    parts: dict[str, int] = {}
    for (part, name), counts in sorted(rows.items()):
        parts[part] = parts.get(part, 0) + sum(counts)
        print(f"  {part:14} {name:18} {len(counts) / STEPS:5.1f} calls {sum(counts) // STEPS:>10,} instructions a step")
    total = sum(parts.values()) // STEPS
    for part, count in [*parts.items(), ("all", total * STEPS)]:
        share = count / STEPS * CYCLES_PER_INSTRUCTION / CYCLES_A_STEP
        print(f"{part:16} {count // STEPS:>10,} instructions a step, about {share:.1%} of 240 MHz")
    return 0


if __name__ == "__main__":
    sys.exit(main())
