"""A fake ESP32-S3 with Sidetone on its flash: folders as on littlefs, the hardware of modules/, and a unix MicroPython as its chip."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

import programs
from sidetone_host import released

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
    """`root` is the device's flash. config: what differs from CONFIG, or text for the file as it is; hardware: settings of fakeboard.py."""

    def __init__(self, folder: Path, config: dict[str, Any] | str | None = None, **hardware: Any) -> None:
        self.folder = folder
        self.root = folder / "flash"
        (self.root / "config").mkdir(parents=True)
        text = config if isinstance(config, str) else json.dumps({**CONFIG, **(config or {})})
        (self.root / "config/config.json").write_text(text)
        self.hardware = {"record": str(folder / "record.jsonl"), "nvs": str(folder / "nvs.json"), **hardware}

    def install(self) -> None:
        """The application in slot a, as files, by copying: what `sidetone flash` puts there is the acceptance test's matter."""
        slot = self.root / "a"
        shutil.copytree(programs.TREE / "firmware/sidetone", slot / "sidetone", ignore=shutil.ignore_patterns("__pycache__", "on_cpython"))
        network = released.load()
        (slot / "released").mkdir()
        (slot / "released/manifest.json").write_text(json.dumps(network.manifest), "utf-8")
        (slot / "released" / network.manifest["file"]).write_bytes(network.model)
        (slot / "files.json").write_text('{"version":"9.8.7","files":[]}')
        (self.root / "state.json").write_text('{"slot":"a","trial":"","tries":0}')
        shutil.copy(programs.TREE / "firmware/main.py", self.root / "main.py")

    def hear(self, samples: np.ndarray[Any, Any], lead_ms: int = 0) -> None:
        """int16 [frames, 2] for the codec, after lead_ms of faint noise."""
        path = self.folder / "sound.raw"
        path.write_bytes(samples.astype("<i2").tobytes())
        self.hardware.update(sound=str(path), lead_ms=lead_ms)

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


if __name__ == "__main__":  # by hand: python tests/device/board/desk.py FOLDER [INTERPRETER]
    desk = Desk(Path(sys.argv[1]), stop_at_ms=120_000)
    desk.install()
    desk.hear(demo_call(), lead_ms=SELF_TEST_BLOCKS * BLOCK_MS)
    code, said = desk.run(sys.argv[2] if len(sys.argv) > 2 else "micropython")
    print(said, code)
