"""Every viper kernel's real ESP32-S3 machine code against what the same kernel does here, and how many instructions it takes.

`make test-xtensa` prints the table. Vectors are recorded from the device's code at work (record_cases.py) on a 32-bit MicroPython,
whose kernels test_frontend, test_kernels, test_tflite and on_device/ compare with their references.
"""

from __future__ import annotations

import sys
from typing import Any

import pytest

import programs
from device import golden, xtensa

pytestmark = [pytest.mark.needs("qemu-xtensa"), pytest.mark.needs("mpy-cross"), pytest.mark.needs("micropython32")]


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """The recorded calls."""
    return golden.record(tmp_path_factory.mktemp("cases"), programs.path("micropython32"), step=False)


def test_every_kernel_is_recorded(cases: list[dict[str, Any]]) -> None:
    recorded = {(case["module"], case["name"]) for case in cases}
    assert recorded == {(module, name) for module, names in golden.functions().items() for name in names}


def test_machine_code_gives_the_same(cases: list[dict[str, Any]]) -> None:
    counts: dict[tuple[str, str], list[int]] = {}
    for case in cases:
        module, name = case["module"], case["name"]
        counted = counts.setdefault((module, name), [])
        qemu = programs.path("qemu-xtensa")
        result, after, executed = xtensa.run(qemu, golden.compiled(module), name, golden.arguments(case["args"]), count=len(counted) < 2)
        assert result == case["result"], (module, name)
        for row, buffer in zip(case["args"], after, strict=True):
            if row[0] == "b":
                assert buffer is not None
                assert buffer.hex() == row[2], (module, name)
        if executed:
            counted.append(executed)
    print(f"\n{len(cases)} calls of {len(counts)} kernels, all equal; instructions of a call in real Xtensa code (mpy-cross):", file=sys.stderr)
    for (module, name), counted in counts.items():
        print(f"  {module.removeprefix('sidetone.on_micropython.') + '.' + name:32} {max(counted):>9,}", file=sys.stderr)


def test_a_wrong_byte_is_seen(cases: list[dict[str, Any]]) -> None:
    """The comparison could otherwise pass by never looking."""
    case = next(case for case in cases if case["name"] == "dense")
    given = golden.arguments(case["args"])
    target = bytes.fromhex(case["args"][3][2])
    for place, byte in ((1, 0x7F), (2, 0x55)):
        buffer, offset = given[place]  # type: ignore[misc]
        given[place] = (bytes(byte ^ value for value in buffer), offset)
    after = xtensa.run(programs.path("qemu-xtensa"), golden.compiled(case["module"]), "dense", given)[1]
    assert after[3] != target
