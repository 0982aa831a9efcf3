"""Broker absent, gone, refusing; disk full; port taken: one clear line each, nothing lost."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sidetone_host.broker import Accounts, password_hash
from wire import DESK, Program, Wire, until

EVERYTHING_FINE = {"truncated": 0, "duplicates": 0, "missing": 0, "beyond": 0}


@pytest.fixture
def wire(tmp_path: Path) -> Iterator[Callable[..., Wire]]:
    made: list[Wire] = []

    def make(calls: int = 5, kind: str = "amqtt") -> Wire:
        made.append(Wire(tmp_path, kind, calls))
        return made[-1]

    yield make
    for one in made:
        one.stop()


def fine(wire: Wire) -> None:
    assert wire.verdict() == {"stored": wire.calls, **EVERYTHING_FINE}


def test_a_broker_absent_at_the_start_costs_one_line_and_no_call(wire: Callable[..., Wire]) -> None:
    it = wire()
    it.desk.start()
    it.ingest.start()
    until(lambda: it.begun() == it.calls, 20, "the calls")
    for program in (it.desk, it.ingest):
        until(lambda program=program: "no broker at" in str(program.lines()), 20, f"the line of the {program.name}")
    it.start_broker()
    until(lambda: it.desk.ended() is not None, 60, "the device's end")
    assert it.desk.ended() == 0
    fine(it)
    for program in (it.desk, it.ingest):
        assert len([line for line in program.lines() if "no broker at" in line]) == 1


def test_a_broker_gone_for_a_while_costs_one_line_and_no_call(wire: Callable[..., Wire]) -> None:
    it = wire(calls=40)
    it.start_broker()
    it.ingest.start()
    it.desk.start()
    until(lambda: it.begun() >= 5, 20, "call 5")
    assert it.broker.stop() == 0
    gone_at = it.begun()
    until(lambda: it.begun() >= min(gone_at + 10, 40), 20, "ten calls without a broker")
    it.start_broker()
    until(lambda: it.desk.ended() == 0, 60, "the device's end")
    fine(it)
    assert len([line for line in it.desk.lines() if "lost the broker" in line]) == 1


def test_a_store_that_comes_late_gets_every_call(wire: Callable[..., Wire]) -> None:
    it = wire()
    it.start_broker()
    it.desk.start()
    until(lambda: it.begun() == it.calls, 20, "the calls")
    it.ingest.start()
    until(lambda: it.desk.ended() is not None, 60, "the device's end")
    assert it.desk.ended() == 0
    fine(it)


@pytest.mark.parametrize("kind", ["amqtt", pytest.param("mosquitto", marks=pytest.mark.needs("mosquitto"))])
def test_a_wrong_password_is_one_line_and_tried_until_it_is_right(wire: Callable[..., Wire], kind: str) -> None:
    it = wire(kind=kind)
    it.start_broker()
    it.ingest.start()
    right = it.urls[DESK]
    wrong = right.replace(f"{DESK}:", f"{DESK}:no")
    it.desk.env["SIDETONE_MQTT"] = wrong
    it.desk.start()
    until(lambda: any("refused the user name or the password" in line for line in it.desk.lines()), 20, "the line")
    # the technician makes the broker know that password
    assert it.broker.stop() == 0
    accounts = Accounts(it.place.folder)
    stored = accounts.read()[DESK]
    accounts.file.write_text(accounts.file.read_text().replace(stored, password_hash(wrong.split(":")[2].split("@")[0], b"salt of test")))
    accounts.url_file(DESK).write_text(wrong)
    it.start_broker()
    until(lambda: it.desk.ended() is not None, 60, "the device's end")
    assert it.desk.ended() == 0, it.desk.lines()
    fine(it)
    assert len([line for line in it.desk.lines() if "refused the user" in line]) == 1, it.desk.lines()
    assert "Traceback" not in "\n".join(it.desk.lines())


def test_one_device_cannot_speak_for_another(wire: Callable[..., Wire]) -> None:
    from sidetone.on_cpython.broker_address import BrokerAddress

    it = wire()
    it.start_broker()
    heard: list[str] = []
    reader, thief = (BrokerAddress(it.urls[user]).client(user, clean_session=True) for user in ("dashboard", DESK))
    ready = threading.Event()
    reader.on_subscribe = lambda *args: ready.set()
    reader.on_message = lambda client, userdata, message: heard.append(message.topic)
    reader.connect(it.place.host, it.place.port)
    reader.subscribe("sidetone/v1/#", 1)
    reader.loop_start()
    assert ready.wait(10)
    thief.connect(it.place.host, it.place.port)
    thief.loop_start()
    thief.publish("sidetone/v1/test/other/call", b"{}", qos=1)
    thief.publish(f"sidetone/v1/test/{DESK}/call", b"{}", qos=1)
    until(lambda: bool(heard), 10, "its own message")
    for client in (thief, reader):
        client.disconnect()
        client.loop_stop()
    assert heard == [f"sidetone/v1/test/{DESK}/call"]


def test_a_disk_full_while_records_are_written_is_one_line_and_no_call_is_lost(wire: Callable[..., Wire], tmp_path: Path) -> None:
    it = wire(calls=40)
    # the journal of forty calls needs more than 12 kB: somewhere in the middle of a record the system refuses to write on
    full = Program("full", [*it.desk.argv[:1], str(tmp_path / "desk"), "40", "0.01", "12000"], it.desk.env, tmp_path)
    it.programs.append(full)
    full.start()
    until(lambda: it.begun() == 40, 30, "the calls")
    until(lambda: any("cannot save to the outbox" in line for line in full.lines()), 20, "the line")
    assert (tmp_path / "desk" / "journal").stat().st_size <= 12000
    it.start_broker()
    it.ingest.start()
    until(lambda: full.ended() is not None, 60, "the device's end")
    assert full.ended() == 0, full.lines()
    fine(it)
    assert len([line for line in full.lines() if "cannot save to the outbox" in line]) == 1


def test_a_device_killed_with_the_disk_full_keeps_what_was_saved(wire: Callable[..., Wire], tmp_path: Path) -> None:
    it = wire(calls=40)
    full = Program("full", [*it.desk.argv[:1], str(tmp_path / "desk"), "40", "0.01", "12000"], it.desk.env, tmp_path)
    full.start()
    until(lambda: any("cannot save to the outbox" in line for line in full.lines()), 20, "the line")
    saved = [line.split(b" ", 4) for line in (tmp_path / "desk" / "journal").read_bytes().split(b"\n")[:-1]]
    calls = {(int(line[2]), int(line[3])) for line in saved if len(line) == 5 and line[1] == b"c"}
    full.kill()
    assert len(calls) > 3
    it.start_broker()
    it.ingest.start()
    it.desk.start()
    until(lambda: it.desk.ended() == 0, 60, "the device's end")
    assert calls <= {(int(boot), seq) for _, boot, seq, _ in it.stored()}
    assert it.verdict()["duplicates"] == 0


@pytest.mark.parametrize("more", [["--embedded"], pytest.param([], marks=pytest.mark.needs("mosquitto"))])
def test_a_port_in_use_is_one_line_and_exit_2(tmp_path: Path, more: list[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "sidetone_host.cli", "broker", "--port", port, "--data", str(tmp_path), *more]
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 2
    assert done.stderr == f"sidetone broker: port {port} on 127.0.0.1 is in use by another program; give another with --port\n"
    assert done.stdout == ""


@pytest.mark.needs("mosquitto")
def test_mosquitto_does_not_outlive_a_killed_parent(wire: Callable[..., Wire]) -> None:
    it = wire(kind="mosquitto")
    it.start_broker()
    it.broker.kill()

    def gone() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex((it.place.host, it.place.port)) != 0

    until(gone, 10, "mosquitto's end")


@pytest.mark.needs("mosquitto")
def test_a_killed_mosquitto_is_one_line_and_exit_2(wire: Callable[..., Wire]) -> None:
    it = wire(kind="mosquitto")
    it.start_broker()
    children = subprocess.run(["pgrep", "-P", str(it.broker.pid)], capture_output=True, text=True, check=True)
    subprocess.run(["kill", "-9", *children.stdout.split()], check=True)
    until(lambda: it.broker.ended() is not None, 10, "the broker's end")
    assert it.broker.ended() == 2
    assert it.broker.lines()[-1] == "sidetone broker: mosquitto was killed by signal 9"
