"""What the device's own link lives through: a unix MicroPython, its real umqtt, a real mosquitto over TLS, the real ingest and store."""

from __future__ import annotations

import json
import os
import signal
import socket
import threading
from collections.abc import Callable

import pytest

from device.interpreters import BOTH
from device_wire import DeviceWire, Supervisor, all_stored
from wire import until

pytestmark = [pytest.mark.needs("mosquitto", "openssl", "umqtt")]
ONE = BOTH[:1]  # what does not depend on the width of a word is run on one of them
Start = Callable[..., DeviceWire]


@pytest.mark.parametrize("runtime", ONE)
def test_a_broker_absent_at_the_start_costs_one_line_and_no_call(device_wire: Start, runtime: str) -> None:
    it = device_wire(runtime)
    it.desk.start()
    it.ingest.start()
    until(lambda: it.begun() == it.calls, 20, "the calls")
    until(lambda: bool(it.told("no broker at")), 20, "the line")
    it.start_broker()
    all_stored(it)
    assert it.told("no broker at") == [
        f"no broker at mqtts://localhost:{it.place.port} (connection refused); records are kept, trying again"
    ]


@pytest.mark.parametrize("runtime", BOTH)
def test_a_broker_that_stands_still_is_noticed_and_costs_no_call(device_wire: Start, runtime: str) -> None:
    it = device_wire(runtime, calls=5)
    until_then = it.folder / "until"
    it.write_settings(dead_after_ms=600, until=str(until_then))
    it.start_broker()
    it.ingest.start()
    it.desk.start()
    until(lambda: it.begun() >= 5, 20, "call 5")
    os.kill(it.broker.pid, signal.SIGSTOP)  # its sockets stay open and say nothing
    until(lambda: bool(it.told("lost the broker")), 20, "the line")
    at = it.begun()
    until(lambda: it.begun() >= at + 10, 30, "calls, which wait for nobody")
    os.kill(it.broker.pid, signal.SIGCONT)
    until_then.touch()
    until(lambda: it.desk.ended() is not None, 60, "the device's end")
    it.calls = it.begun()
    all_stored(it)
    assert len(it.told("lost the broker")) == 1


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.0 400 Bad Request\r\n\r\n", b"\x20\x02\x00"])
def test_a_port_that_is_no_broker_is_one_line(device_wire: Start, answer: bytes) -> None:
    """It takes the connection and says nothing, or something else, or stops in the middle."""
    it = device_wire(calls=1)
    held: list[socket.socket] = []
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(50)

        def serve() -> None:
            while True:
                try:
                    held.append(listener.accept()[0])
                    held[-1].sendall(answer)
                except OSError:
                    return

        threading.Thread(target=serve, daemon=True).start()
        for scheme in ("mqtts", "mqtt"):
            it.write_settings(url=f"{scheme}://127.0.0.1:{listener.getsockname()[1]}", answer_ms=300, ca=it.settings["ca"])
            before = len(held)
            it.desk.start()
            until(lambda before=before: len(held) > before + 2, 20, "three attempts")
            assert len(it.desk.lines()) == 1, it.desk.lines()
            assert "trying again" in it.desk.lines()[0]
            it.desk.kill()
            it.desk.log.unlink()


@pytest.mark.parametrize("runtime", ONE)
def test_a_wifi_that_comes_and_goes_costs_no_call(device_wire: Start, runtime: str) -> None:
    it = device_wire(runtime, calls=3)
    air, until_then = it.folder / "air", it.folder / "until"
    it.write_settings(air=str(air), until=str(until_then))
    it.start_broker()
    supervisor = Supervisor(it)
    it.ingest.start()
    it.desk.start()
    until(lambda: it.begun() >= 3, 20, "calls without any network")
    for flaps in (1, 2, 3):
        air.touch()
        until(lambda flaps=flaps: len(it.told("connected to the broker")) == flaps, 20, "the connection")
        at = it.begun()
        air.unlink()
        until(lambda flaps=flaps: len(it.told("the Wi-Fi hall is gone")) == flaps, 20, "the line")
        until(lambda at=at: it.begun() >= at + 3, 20, "calls without it")
    until_then.touch()
    air.touch()
    until(lambda: it.desk.ended() is not None, 60, "the device's end")
    it.calls = it.begun()
    all_stored(it)
    assert supervisor.counters()["wifi_flaps"] == 3
    supervisor.close()


class TimeServer:
    """A time server of this test: `offset_s` off the true time, None: it says nothing."""

    def __init__(self) -> None:
        import struct
        import time

        self.offset_s: int | None = None
        self.asked = 0
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.name = f"127.0.0.1:{self.socket.getsockname()[1]}"

        def serve() -> None:
            while True:
                try:
                    question, who = self.socket.recvfrom(100)
                except OSError:
                    return
                self.asked += 1
                if self.offset_s is not None:
                    seconds = int(time.time()) + self.offset_s + 2208988800
                    self.socket.sendto(b"\x24\x02" + bytes(22) + question[40:48] + bytes(8) + struct.pack(">II", seconds, 0), who)

        threading.Thread(target=serve, daemon=True).start()


@pytest.mark.parametrize("runtime", BOTH)
def test_the_time_is_null_until_a_server_tells_it(device_wire: Start, runtime: str) -> None:
    it = device_wire(runtime, calls=1, call_s=600)
    server = TimeServer()
    it.write_settings(ntp=server.name, sync_every_ms=500)
    it.start_broker()
    supervisor = Supervisor(it)
    it.desk.start()
    until(lambda: server.asked >= 2 and bool(it.told("no time from")), 20, "a time server that says nothing")
    supervisor.send("cmd", '{"schema":1,"id":"before","cmd":"ping"}')
    until(lambda: "before" in supervisor.answers(), 20, "the answer")
    assert all(message["t"] is None for _, message in supervisor.heard if "t" in message)
    server.offset_s = 0
    until(lambda: bool(it.told("the time is known")), 20, "the time")
    supervisor.send("cmd", '{"schema":1,"id":"after","cmd":"ping"}')
    until(lambda: "after" in supervisor.answers(), 20, "the answer")
    told = next(said for said in supervisor.said("event") if said.get("command", {}).get("id") == "after")
    import time

    assert abs(told["t"] - time.time()) < 60
    server.offset_s = 3600
    until(
        lambda: bool(supervisor.send("cmd", '{"schema":1,"id":"p","cmd":"ping"}') or supervisor.counters().get("clock_jumps")), 20, "a jump"
    )
    assert len(it.told("no time from")) == 1
    supervisor.close()
    server.socket.close()


@pytest.mark.parametrize("runtime", ONE)
def test_a_flash_full_while_records_are_written_is_one_line_and_no_call_is_lost(device_wire: Start, runtime: str) -> None:
    it = device_wire(runtime, calls=40)
    it.write_settings(room=12000)
    it.desk.start()
    until(lambda: it.begun() == 40, 30, "the calls")
    until(lambda: bool(it.told("cannot save to the outbox")), 20, "the line")
    assert (it.folder / "desk" / "journal").stat().st_size <= 12000
    it.start_broker()
    it.ingest.start()
    all_stored(it)
    assert len(it.told("cannot save to the outbox")) == 1


@pytest.mark.parametrize("runtime", ONE)
def test_hours_without_a_broker_cost_the_oldest_only_and_they_are_counted(device_wire: Start, runtime: str) -> None:
    """The outbox is shrunk instead of the hours lengthened: it holds about ten of fifty calls."""
    it = device_wire(runtime, calls=50, call_s=0.02)
    it.write_settings(outbox_bytes=4000, journal_bytes=2000)
    it.desk.start()
    until(lambda: it.begun() == 50, 30, "the calls")
    journal = (it.folder / "desk" / "journal").stat().st_size
    assert journal < 20_000  # bounded too: it is rewritten without what is gone
    it.start_broker()
    supervisor = Supervisor(it)
    it.ingest.start()
    until(lambda: it.desk.ended() == 0, 60, "the device's end")
    numbers = [row[0] for row in it.stored()]
    assert numbers == list(range(numbers[0], 51)), numbers
    assert 8 <= len(numbers) <= 20
    dropped = supervisor.counters()
    assert dropped["dropped_call"] == 50 - len(numbers)
    assert dropped["dropped_event"] > 100
    supervisor.close()


# ---- what anybody may send it


def test_a_flood_and_garbage_and_giants_do_not_stop_it(supervised: tuple[DeviceWire, Supervisor]) -> None:
    it, supervisor = supervised
    for number in range(300):
        supervisor.send("cmd", json.dumps({"schema": 1, "id": str(number), "cmd": "tag", "tag": None}))
    for number in range(100):
        supervisor.send("ack", os.urandom(number * 7))
    for _ in range(20):
        supervisor.send("cmd", bytes(16_000))  # as much as the broker lets through
    supervisor.send("ack", b"[" * 2000)
    supervisor.send("ack", b'{"schema":1,"acked":[[1,2],[3,4]]}')

    def calm() -> bool:
        supervisor.send("cmd", '{"schema":1,"id":"still there","cmd":"ping"}')
        return "still there" in supervisor.answers()

    until(calm, 30, "an answer after the flood")
    until(
        lambda: bool(supervisor.send("cmd", '{"schema":1,"id":"p","cmd":"ping"}') or supervisor.counters().get("oversized") == 20), 30, "20"
    )
    counters = supervisor.counters()
    assert counters["refused_commands"] >= 280
    assert counters["garbage"] >= 110
    assert counters["connects"] == 1
    assert len(it.told("a flood of commands")) <= 3  # one for each flood: the pings after it are another
    assert len(it.told("ignored")) == 5
    assert it.desk.ended() is None


def test_its_last_will_tells_of_a_killed_device(supervised: tuple[DeviceWire, Supervisor]) -> None:
    it, supervisor = supervised
    until(lambda: bool(supervisor.said("availability")), 20, "online")
    assert supervisor.said("availability")[-1]["state"] == "online"
    it.desk.kill()
    until(lambda: supervisor.said("availability")[-1]["state"] == "offline", 20, "the last will")
    assert supervisor.said("availability")[-1]["reason"] == "lost"
