"""`sidetone run` on a recording: practice leaves no record, --learn keeps the agent's usual voice, without either a recording teaches nothing."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from sidetone_host import cli

CALL = Path(__file__).parents[2] / "host_tools/sidetone_host/data/demo_call.flac"
NOWHERE = "mqtt://127.0.0.1:1"  # nobody listens there: records would wait in the outbox


@pytest.fixture(autouse=True)
def terminate() -> Iterator[None]:
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


def run(data: Path, *more: str) -> str:
    """One call of 24 s; what the journal of the outbox holds then."""
    profile = data.parent / "site.toml"
    profile.write_text('[habit]\nmin_speech_s = 5\n[rate.common]\nwindow_s = 10\n', "utf-8")
    arguments = ["run", "--source", str(CALL), "--fast", "--calls", "1", "--seconds", "24", "--lamps", "none", "--data", str(data)]
    assert cli.main([*arguments, "--mqtt", NOWHERE, "--profile", str(profile), *more]) == 0
    journal = data / "journal"
    return journal.read_text("utf-8") if journal.is_file() else ""


def test_a_call_is_recorded_and_a_recording_teaches_nothing(tmp_path: Path) -> None:
    journal = run(tmp_path / "data")
    assert '"record":{"duration_s":24.00' in journal
    assert not (tmp_path / "data" / "habit").exists()


def test_practice_leaves_no_record(tmp_path: Path) -> None:
    assert run(tmp_path / "data", "--practice") == ""
    assert not (tmp_path / "data" / "habit").exists()


def test_learn_keeps_the_usual_voice(tmp_path: Path) -> None:
    assert "duration_s" in run(tmp_path / "data", "--learn")
    kept = (tmp_path / "data" / "habit").read_text("utf-8").split()
    assert kept[:2] == ["1", "-6656"]
    assert kept[4] == "1"  # calls that taught the pitch
