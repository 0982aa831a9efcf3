"""A fake ESP32-S3 with Sidetone on its flash: folders as on littlefs, the hardware of modules/, and a unix MicroPython as its chip."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

import programs
from sidetone_host import released
from sidetone_host.flash import application

MODULES = Path(__file__).parent / "modules"
DEMO = programs.TREE / "host_tools/sidetone_host/data/demo_call.flac"
HEAP = {"micropython": "16m", "micropython32": "8m"}  # a chip's PSRAM has 8 MB; words of 64 bits need twice as much
RESET, BITTEN, STOPPED = 75, 74, 130  # exit codes of the fake chip: machine.reset, the watchdog, and Ctrl-C
SELF_TEST_BLOCKS = 10
BLOCK_MS = 30

BOARD = {
    "board": {"name": "esp32s3-generic-oct", "runtime": "micropython", "summary": "test"},
    "sound": {
        "source": "i2s",
        "codec": "PCM1822",
        "i2s_pins": {"sck": 4, "ws": 5, "sd": 6},
        "agent_channel": 1,
        "customer_channel": 2,
        "block_ms": BLOCK_MS,
    },
    "lamps": {"kind": "ws2812", "brightness_pm": 100, "data_pin": 7},
    "clock": {"note": "test"},
}
CONFIG: dict[str, Any] = {
    "schema": 1,
    "site": "hall1",
    "device": "seat07",
    "board": BOARD,
    "profile": {"name": "default-zh", "values": {}},
    "calibration": {"baseline_q8": -6656, "rate_scale_pm": 1000},
    "broker": None,
    "utc_offset_min": 480,
    "ntp": None,
    "brightness_pm": 100,
    "dim": False,
    "customer": True,
}


class Desk:
    """`root` is the device's flash. hardware: settings of modules/fakeboard.py."""

    def __init__(self, folder: Path, **hardware: Any) -> None:
        self.folder = folder
        self.root = folder / "flash"
        self.root.mkdir(parents=True)
        self.hardware = {"record": str(folder / "record.jsonl"), "nvs": str(folder / "nvs.json"), **hardware}

    def configure(self, config: dict[str, Any] | str | None = None) -> None:
        """config.json: what differs from CONFIG, or the file's text as it is."""
        (self.root / "config").mkdir(exist_ok=True)
        text = config if isinstance(config, str) else json.dumps({**CONFIG, **(config or {})})
        (self.root / "config/config.json").write_text(text)

    def install(self, slot: str = "a") -> None:
        """The application in a slot, by copying: what `sidetone flash` puts there is the acceptance test's matter."""
        place = self.root / slot
        shutil.copytree(programs.TREE / "firmware/sidetone", place / "sidetone", ignore=shutil.ignore_patterns("__pycache__", "on_cpython"))
        network = released.load()
        (place / "released").mkdir()
        (place / "released/manifest.json").write_text(json.dumps(network.manifest), "utf-8")
        (place / "released" / network.manifest["file"]).write_bytes(network.model)
        files = {path.relative_to(place).as_posix(): path.read_bytes() for path in place.rglob("*") if path.is_file()}
        (place / "files.json").write_bytes(application.listed(files, "9.8.7").manifest)
        self.state(slot)
        shutil.copy(programs.TREE / "firmware/main.py", self.root / "main.py")

    def state(self, slot: str, trial: str = "", tries: int = 0) -> None:
        """What the launcher finds in state.json."""
        (self.root / "state.json").write_text(json.dumps({"slot": slot, "trial": trial, "tries": tries}))

    def unpack(self, files: Mapping[str, bytes]) -> None:
        """A file system's content onto the flash."""
        for path, content in files.items():
            place = self.root / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)

    def keep_secrets(self, secrets: Mapping[str, bytes]) -> None:
        """The chip's NVS."""
        Path(self.hardware["nvs"]).write_text(json.dumps({"sidetone": {name: blob.hex() for name, blob in secrets.items()}}))

    def hear(self, samples: np.ndarray[Any, Any], lead_ms: int = 0) -> None:
        """int16 [frames, 2] for the codec, after lead_ms of faint noise."""
        path = self.folder / "sound.raw"
        path.write_bytes(samples.astype("<i2").tobytes())
        self.hardware.update(sound=str(path), lead_ms=lead_ms)

    def codec_heard(self, first_ms: int, duration_ms: int) -> np.ndarray[Any, Any]:
        """What the codec gave between two times: int16 [frames, 2]. Around the sound it is the faint noise of modules/fakeboard.py."""
        noise = np.array([[0, 1], [1, 0], [-1, 0], [0, -1]], np.int16)
        first, count = 16 * first_ms, 16 * duration_ms
        frames = noise[np.arange(first, first + count) % 4]
        sound = np.fromfile(self.hardware["sound"], "<i2").reshape(-1, 2)
        begin = 16 * self.hardware["lead_ms"] - first
        low, high = max(0, begin), min(count, begin + len(sound))
        frames[low:high] = sound[low - begin : high - begin]
        return frames

    def command(self, interpreter: str, program: Path | str, *arguments: str) -> tuple[list[str], dict[str, str]]:
        """What starts the chip: (argv, environment)."""
        settings = self.folder / "hardware.json"
        settings.write_text(json.dumps(self.hardware))
        # the hardware's modules come first: they stand in the place of the port's own
        path = f"{MODULES}:.frozen:{programs.path('umqtt')}"
        environment = {**os.environ, "MICROPYPATH": path, "SIDETONE_FAKE_BOARD": str(settings), "TZ": "UTC"}
        return [programs.path(interpreter), "-X", f"heapsize={HEAP[interpreter]}", str(program), *arguments], environment

    def run(self, interpreter: str, program: Path | str = "main.py", *arguments: str, timeout_s: float = 200.0) -> tuple[int, str]:
        """Run to the end -> (exit code, what the serial port said)."""
        argv, environment = self.command(interpreter, program, *arguments)
        done = subprocess.run(
            argv, cwd=self.root, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=timeout_s, check=False
        )
        return done.returncode, done.stdout

    def recorded(self, what: str) -> list[dict[str, Any]]:
        """Lines of the record of one kind."""
        path = Path(self.hardware["record"])
        lines = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
        return [line for line in lines if line["what"] == what]


def demo_call() -> np.ndarray[Any, Any]:
    """The bundled call, int16 [frames, 2]."""
    samples, rate_hz = soundfile.read(DEMO, dtype="int16")
    assert rate_hz == 16000
    return np.asarray(samples)
