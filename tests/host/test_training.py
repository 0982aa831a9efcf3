"""`make train` in the environment that its lock file makes: every stage, on hardly any speech, from the released network's weights."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from pathlib import Path

import numpy as np
import pytest
import soundfile

import programs
from sidetone.on_cpython.inference import StreamingModel
from sidetone_host import released

RATE = 16000
SPEECH = programs.TREE / "host_tools/sidetone_host/data/demo_call.flac"


def made(command: list[str], work: Path) -> tuple[int, str]:
    """Run in the repository with its own work folder -> (exit code, standard error). What make started ends with the test."""
    environment = {**os.environ, "SIDETONE_TRAIN": str(work), "SIDETONE_LANGUAGE": "zh"}
    with subprocess.Popen(command, cwd=programs.TREE, env=environment, stderr=subprocess.PIPE, text=True, start_new_session=True) as running:
        try:
            said = running.communicate()[1]
            return running.returncode, said
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(running.pid, signal.SIGKILL)


@pytest.mark.needs("training", "npm")
@pytest.mark.timeout(900)  # two minutes of two processors that have nothing else to do
def test_from_the_released_file_to_another_that_hears_as_well(tmp_path: Path) -> None:
    recorded = tmp_path / "a site/recorded"
    recorded.mkdir(parents=True)
    sound = soundfile.read(SPEECH, always_2d=True)[0][:, 0]
    for k in range(7):
        soundfile.write(recorded / f"{k}.wav", sound[k * 2 * RATE : (k + 1) * 2 * RATE], RATE)
    (recorded / "text.txt").write_text("".join(f"{k} 您好\n" for k in range(7)), "utf-8")
    start = f"model/released/zh/{released.load('zh').manifest['file']}"
    command = ["make", "train", "SIZE=tiny", "VERSION=0.0.1", f"START={start}", f"EXTRA={recorded}", f"OUT={tmp_path / 'zh'}"]
    assert made(command, tmp_path / "work")[0] == 0
    network = released.load("zh", tmp_path)
    assert network.manifest["version"] == "0.0.1"
    assert network.manifest["trained_on"][1] == "real: recorded, 5 clips, 1 speaker"
    assert network.manifest["heads"] == released.load("zh").manifest["heads"]
    # A few small steps on little speech: what the released file had learned is still there, in float and in int8.
    assert max(network.manifest["metrics"]["dev_unit_error"].values()) < 0.3
    silence = np.full((10, *StreamingModel(network.model).input_shape), -128, np.int8)
    assert StreamingModel(network.model).run(silence).shape == (10, StreamingModel(released.load("zh").model).outputs)
    # The same run with less in its corpus is not the same training: it says so instead of calling the old one finished.
    (recorded / "text.txt").write_text("".join(f"{k} 您好\n" for k in range(6)), "utf-8")
    code, said = made(command, tmp_path / "work")
    assert code == 2
    assert "zh-tiny was trained with other contents of EXTRA; give NAME=" in said
