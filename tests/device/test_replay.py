"""The same sound, profile and network give the same bytes on both runtimes: the test that stands for most others."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

import programs
from device import signals
from device.interpreters import BOTH
from sidetone_host import cli

DEMO = programs.TREE / "host_tools/sidetone_host/data/demo_call.flac"


@pytest.fixture(params=BOTH)
def _interpreter(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIDETONE_MICROPYTHON", programs.path(request.param))


def replayed(capfd: pytest.CaptureFixture[str], *arguments: str) -> bytes:
    assert cli.main(["replay", "--json", *arguments]) == 0
    said = capfd.readouterr()
    assert said.err == ""
    return said.out.encode()


def assert_same(capfd: pytest.CaptureFixture[str], *arguments: str) -> list[bytes]:
    expected = replayed(capfd, *arguments)
    assert replayed(capfd, *arguments, "--runtime", "micropython") == expected
    return expected.splitlines()


@pytest.mark.usefixtures("_interpreter")
def test_bundled_call(capfd: pytest.CaptureFixture[str]) -> None:
    lines = assert_same(capfd, str(DEMO), "--start", "2026-11-21T09:30:00")
    assert any(b'"kind":"phrase"' in line for line in lines)


@pytest.mark.usefixtures("_interpreter")
def test_noise_silence_and_full_scale_squares(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    samples = signals.everything()
    mono, stereo = tmp_path / "mono.wav", tmp_path / "stereo.wav"
    soundfile.write(mono, samples, signals.RATE_HZ)
    soundfile.write(stereo, np.stack([samples[::-1], samples], 1), signals.RATE_HZ)
    assert_same(capfd, str(mono))
    assert_same(capfd, str(stereo), "--customer", "left", "--baseline-dbfs", "-20", "--rate-scale", "1.15", "--direction", "out")


@pytest.mark.usefixtures("_interpreter")
def test_call_states_and_a_site_profile(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    events, profile = tmp_path / "events.jsonl", tmp_path / "site.toml"
    events.write_text('{"t_ms":0,"phase":"ringing"}\n{"t_ms":3000,"phase":"talking"}\n{"t_ms":40000,"phase":"hold"}\n', "utf-8")
    profile.write_text("[volume]\nloud_db = 4.0\n", "utf-8")
    assert_same(capfd, str(DEMO), "--events", str(events), "--profile", str(profile))


@pytest.mark.needs("shared")
@pytest.mark.usefixtures("_interpreter")
def test_real_recordings(capfd: pytest.CaptureFixture[str]) -> None:
    files = sorted(Path(programs.path("shared"), "audio/real_dev").glob("*.flac"))
    for number in np.random.default_rng(7).choice(len(files), 4, replace=False):
        assert_same(capfd, str(files[number]))
