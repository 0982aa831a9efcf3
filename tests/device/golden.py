"""Golden vectors of the viper kernels: recorded calls of the device's code at work, and the machine code to repeat them with."""

from __future__ import annotations

import ast
import json
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

import programs
from device import networks, signals, viper_rules, xtensa

FIRMWARE = programs.TREE / "firmware"
RELEASED = programs.TREE / "model/released"
SECONDS = 1.2


def functions() -> dict[str, list[str]]:
    """Module -> its viper functions."""
    found = {}
    for path in viper_rules.modules():
        name = ".".join(path.relative_to(FIRMWARE).with_suffix("").parts)
        found[name] = [function.name for function in viper_rules.viper_functions(ast.parse(path.read_text("utf-8")))]
    return found


def record(folder: Path, interpreter: str, step: bool, language: str = "zh") -> list[dict[str, Any]]:
    """The calls that record_cases.py keeps of noise and a voice; `step`: all calls of two steps of the language's released
    network."""
    sound, out = folder / "sound.raw", folder / "cases.jsonl"
    everything = signals.everything()
    voice, noise = everything[-signals.N :], everything[: signals.N]
    half = int(SECONDS * signals.RATE_HZ / 2)
    sound.write_bytes(np.concatenate([noise[:half], voice[-half:]]).tobytes())
    manifest_path = RELEASED / language / "manifest.json"
    manifest = json.loads(manifest_path.read_text("utf-8"))
    models = [manifest_path.parent / manifest["file"]]
    if not step:
        for number, (kind, seed) in enumerate((kind, seed) for kind in networks.KINDS for seed in (1, 2, 3)):
            model = folder / f"{number}.tflite"
            model.write_bytes(networks.KINDS[kind](np.random.RandomState(seed)))
            models.append(model)
    command = [interpreter, "-X", "heapsize=64m", str(programs.TREE / "tests/device/record_cases.py")]
    request = json.dumps({"kernels": functions(), "manifest": manifest, "step": step})
    given = [str(programs.TREE), str(sound), str(out), *map(str, models)]
    done = subprocess.run([*command, *given], input=request, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
    return [json.loads(line) for line in out.read_text().splitlines()]


@cache
def compiled(module: str, compiler: str | None = None) -> xtensa.Mpy:
    """A module's machine code, by mpy-cross or another compiler that is called like it."""
    return xtensa.Mpy(FIRMWARE / (module.replace(".", "/") + ".py"), [compiler or programs.path("mpy-cross")])


def arguments(rows: list[list[Any]]) -> list[xtensa.Argument]:
    """A recorded call's arguments; a buffer given twice is one object."""
    values: list[xtensa.Argument] = []
    for row in rows:
        if row[0] == "i":
            values.append(row[1])
        elif row[0] == "b":
            values.append((bytes.fromhex(row[1]), row[3]))
        else:
            first = values[row[1]]
            assert isinstance(first, tuple)
            values.append((first[0], row[2]))
    return values
