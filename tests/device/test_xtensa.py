"""Every viper kernel's real ESP32-S3 machine code against what the same kernel does here, and how many instructions it takes.

`make test-xtensa` prints the table. Vectors are recorded from the device's code at work (record_cases.py) on a 32-bit MicroPython,
whose kernels test_frontend, test_kernels, test_tflite and on_device/ compare with their references.
"""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import programs
from device import networks, signals, viper_rules, xtensa

pytestmark = [pytest.mark.needs("qemu-xtensa"), pytest.mark.needs("mpy-cross"), pytest.mark.needs("micropython32")]
FIRMWARE = programs.TREE / "firmware"
SECONDS = 1.2


def _module_name(path: Path) -> str:
    return ".".join(path.relative_to(FIRMWARE).with_suffix("").parts)


def _functions() -> dict[str, list[str]]:
    """Module -> its viper functions."""
    paths = viper_rules.modules()
    return {_module_name(path): [found.name for found in viper_rules.viper_functions(ast.parse(path.read_text("utf-8")))] for path in paths}


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """The recorded calls."""
    folder = tmp_path_factory.mktemp("cases")
    sound, out = folder / "sound.raw", folder / "cases.jsonl"
    everything = signals.everything()
    voice, noise = everything[-signals.N :], everything[: signals.N]
    half = int(SECONDS * signals.RATE_HZ / 2)
    sound.write_bytes(np.concatenate([noise[:half], voice[-half:]]).tobytes())
    models = sorted((programs.TREE / "model/released").glob("*/*.tflite"))[:1]
    for number, (kind, seed) in enumerate((kind, seed) for kind in networks.KINDS for seed in (1, 2, 3)):
        model = folder / f"{number}.tflite"
        model.write_bytes(networks.KINDS[kind](np.random.RandomState(seed)))
        models.append(model)
    command = [programs.path("micropython32"), "-X", "heapsize=64m", str(programs.TREE / "tests/device/record_cases.py")]
    arguments = [str(programs.TREE), str(sound), str(out), *map(str, models)]
    done = subprocess.run([*command, *arguments], input=json.dumps(_functions()), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return [json.loads(line) for line in out.read_text().splitlines()]


@cache
def _compiled(module: str) -> xtensa.Mpy:
    return xtensa.Mpy(FIRMWARE / (module.replace(".", "/") + ".py"), [programs.path("mpy-cross")])


def _arguments(rows: list[list[Any]]) -> list[int | bytes]:
    values: list[int | bytes] = []
    for row in rows:
        values.append(row[1] if row[0] == "i" else values[row[1]] if row[0] == "same" else bytes.fromhex(row[1]))
    return values


def test_every_kernel_is_recorded(cases: list[dict[str, Any]]) -> None:
    recorded = {(case["module"], case["name"]) for case in cases}
    assert recorded == {(module, name) for module, names in _functions().items() for name in names}


def test_machine_code_gives_the_same(cases: list[dict[str, Any]]) -> None:
    counts: dict[tuple[str, str], list[int]] = {}
    for case in cases:
        module, name = case["module"], case["name"]
        counted = counts.setdefault((module, name), [])
        qemu = programs.path("qemu-xtensa")
        result, after, executed = xtensa.run(qemu, _compiled(module), name, _arguments(case["args"]), count=len(counted) < 2)
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
    arguments = _arguments(case["args"])
    target = bytes.fromhex(case["args"][3][2])
    changed = bytearray(arguments[1])  # type: ignore[arg-type]
    changed[0] ^= 0x7F
    arguments[1] = bytes(changed)
    arguments[2] = b"\xff" * len(arguments[2])  # type: ignore[arg-type]
    after = xtensa.run(programs.path("qemu-xtensa"), _compiled(case["module"]), "dense", arguments)[1]
    assert after[3] != target
