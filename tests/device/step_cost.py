"""What one 30 ms step of one channel costs in viper kernels on the ESP32-S3, instruction by instruction of the real machine code.

    .venv/bin/python tests/device/step_cost.py [zh|en]      (part of `make test-xtensa`)

Every kernel call of two steps (six hops) of a voice, released network included, runs under qemu-xtensa and is counted. Compiled by
mpy-cross, which leaves two registers to a function's locals; compiled on the device it is three, so these counts are an upper bound
(`make bench` counts both). Interpreted Python between the kernels is not in them.
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
    "pitch": "pitch",
    "voice": "measures",
    "kernels": "network",
    "products": "network",
    "decoder": "keyword graph",
    "phrases": "keyword graph",
    "samples": "sound in",
}
PITCH_ALONE = "halve_to_4k"  # of the filters, what only pitch needs


def count(compiler: str | None = None, language: str = "zh") -> dict[tuple[str, str], tuple[float, float]]:
    """(part, kernel) -> calls and instructions a step. AssertionError where the machine code gives something else than the device's code."""
    with tempfile.TemporaryDirectory() as folder:
        cases = golden.record(Path(folder), programs.path("micropython32"), step=True, language=language)
    rows: dict[tuple[str, str], list[int]] = {}
    for case in cases:
        _, after, executed = xtensa.run(
            programs.path("qemu-xtensa"), golden.compiled(case["module"], compiler), case["name"], golden.arguments(case["args"]), count=True
        )
        for row, buffer in zip(case["args"], after, strict=True):
            if row[0] == "b" and (buffer is None or buffer.hex() != row[2]):
                raise AssertionError(f"{case['module']}.{case['name']} gives something else on Xtensa")
        part = "pitch" if case["name"] == PITCH_ALONE else PARTS[case["module"].rsplit(".", 1)[1]]
        rows.setdefault((part, case["name"]), []).append(executed)
    return {key: (len(counts) / STEPS, sum(counts) / STEPS) for key, counts in rows.items()}


def parts(rows: dict[tuple[str, str], tuple[float, float]]) -> dict[str, float]:
    """Part -> instructions a step."""
    found: dict[str, float] = {}
    for (part, _), (_, instructions) in rows.items():
        found[part] = found.get(part, 0) + instructions
    return found


def main() -> int:
    rows = count(language=sys.argv[1] if len(sys.argv) > 1 else "zh")
    for (part, name), (calls, instructions) in sorted(rows.items()):
        print(f"  {part:14} {name:18} {calls:5.1f} calls {instructions:>11,.0f} instructions a step")
    found = parts(rows)
    for part, instructions in [*found.items(), ("all", sum(found.values()))]:
        share = instructions * CYCLES_PER_INSTRUCTION / CYCLES_A_STEP
        print(f"{part:16} {instructions:>11,.0f} instructions a step, about {share:.1%} of 240 MHz")
    return 0


if __name__ == "__main__":
    sys.exit(main())
