"""The small sister of kill_nine.py: every start of the test run kills each program twice; the acceptance run kills each ten times."""

from __future__ import annotations

from pathlib import Path

import pytest

from device.interpreters import BOTH
from kill_nine import run
from wire import Wire, until

CALLS, KILLS = 24, 2


def judge(figures: dict[str, int]) -> None:
    assert figures["stored"] == CALLS
    assert figures["missing"] == figures["duplicates"] == figures["beyond"] == 0
    assert figures["truncated"] <= figures["desk_kills"]
    assert figures["broker_kills"] == figures["ingest_kills"] == KILLS


@pytest.mark.needs("mosquitto")
def test_every_call_is_stored_exactly_once_with_mosquitto(tmp_path: Path) -> None:
    judge(run(tmp_path, "mosquitto", CALLS, KILLS, seed=1))


def test_every_call_is_stored_exactly_once_with_the_embedded_broker(tmp_path: Path) -> None:
    judge(run(tmp_path, "amqtt", CALLS, KILLS, seed=2))


@pytest.mark.needs("mosquitto", "openssl", "umqtt")
@pytest.mark.parametrize("runtime", BOTH)
def test_every_call_of_a_micropython_is_stored_exactly_once(tmp_path: Path, runtime: str) -> None:
    judge(run(tmp_path, runtime, CALLS, KILLS, seed=3))


def test_a_call_cut_by_a_kill_is_stored_once_as_truncated(tmp_path: Path) -> None:
    wire = Wire(tmp_path, "amqtt", calls=1, call_s=600)
    try:
        wire.start_broker()
        wire.ingest.start()
        wire.desk.start()
        until(lambda: wire.begun() == 1, 20, "the call")
        wire.desk.kill()
        for _ in range(2):  # the second start has nothing to tell any more
            wire.desk.start()
            until(lambda: wire.desk.ended() == 0, 30, "the ack")
        rows = wire.stored()
        assert [(number, bool(truncated)) for number, _, _, truncated in rows] == [(1, True)]
    finally:
        wire.stop()
