"""The device's own link under a unix MicroPython: its real umqtt, a real mosquitto over TLS, the real ingest and store."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from device.interpreters import BOTH
from device_wire import HEAP, DeviceWire
from papers import certificate, make
from sidetone.core.telemetry import topics
from sidetone.on_cpython.broker_address import BrokerAddress
from sidetone_host import schemas
from wire import DESK, HERE, until

pytestmark = [pytest.mark.needs("mosquitto", "openssl", "umqtt")]
ONE = BOTH[:1]  # what does not depend on the width of a word is run on one of them
ROOT = f"sidetone/v1/test/{DESK}/"
FINE = {"truncated": 0, "duplicates": 0, "missing": 0, "beyond": 0}
Start = Callable[..., DeviceWire]


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = make(tmp_path_factory.mktemp("papers"))
    certificate(folder, "old", "localhost", "ca", "DNS:localhost", "-days", "-1")
    return folder


@pytest.fixture
def wire(tmp_path: Path, papers: Path) -> Iterator[Start]:
    made: list[DeviceWire] = []

    def make_wire(kind: str = "micropython", calls: int = 5, call_s: float = 0.04) -> DeviceWire:
        made.append(DeviceWire(tmp_path, kind, calls, call_s, papers))
        return made[-1]

    yield make_wire
    for one in made:
        one.stop()


class Supervisor:
    """A client that hears all the device says, and says what it is told to."""

    def __init__(self, it: DeviceWire) -> None:
        self.heard: list[tuple[str, dict[str, Any]]] = []
        ready = threading.Event()
        address = BrokerAddress(it.urls["dashboard"])
        self.client = address.client("supervisor", clean_session=True)
        self.client.on_subscribe = lambda *words: ready.set()
        self.client.on_message = lambda client, userdata, m: self.heard.append((m.topic.removeprefix(ROOT), json.loads(m.payload)))
        address.connect(self.client)
        self.client.subscribe([(topics.every(leaf), 1) for leaf in topics.DEVICE_LEAVES])
        self.client.loop_start()
        assert ready.wait(20)

    def send(self, leaf: str, payload: bytes | str) -> None:
        self.client.publish(ROOT + leaf, payload, qos=1)

    def said(self, leaf: str) -> list[dict[str, Any]]:
        return [message for name, message in self.heard if name == leaf]

    def answers(self) -> dict[str, Any]:
        return {said["command"]["id"]: said["command"]["fault"] for said in self.said("event") if "command" in said}

    def counters(self) -> dict[str, int]:
        return self.said("meta")[-1]["counters"] if self.said("meta") else {}

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


@pytest.fixture
def supervised(wire: Start) -> Iterator[tuple[DeviceWire, Supervisor]]:
    """A device in a call that does not end, and its supervisor."""
    it = wire(calls=1, call_s=600)
    it.start_broker()
    supervisor = Supervisor(it)
    it.ingest.start()
    it.desk.start()
    until(lambda: bool(it.told("connected to the broker")), 20, "the connection")
    yield it, supervisor
    supervisor.close()


def all_stored(it: DeviceWire) -> None:
    until(lambda: it.desk.ended() is not None, 60, "the device's end")
    assert it.desk.ended() == 0, it.desk.lines()
    assert it.verdict() == {"stored": it.calls, **FINE}
    assert "Traceback" not in "\n".join(it.desk.lines())


# ---- who is let in


@pytest.mark.parametrize("runtime", BOTH)
def test_calls_are_stored_over_tls_and_every_message_keeps_its_schema(wire: Start, runtime: str) -> None:
    it = wire(runtime)
    it.start_broker()
    supervisor = Supervisor(it)
    it.ingest.start()
    it.desk.start()
    all_stored(it)
    until(lambda: [said["state"] for said in supervisor.said("availability")] == ["online", "offline"], 20, "the goodbye")
    assert supervisor.said("availability")[-1]["reason"] == "stop"
    for leaf, message in supervisor.heard:
        if leaf in topics.DEVICE_LEAVES:
            schemas.check(leaf, message)
    assert {"availability", "meta", "event", "interval", "call"} <= {leaf for leaf, _ in supervisor.heard}
    assert it.told("connected to the broker") == [f"connected to the broker mqtts://localhost:{it.place.port}"]
    assert supervisor.said("meta")[0]["counters"]["garbage"] == 0
    supervisor.close()


@pytest.mark.parametrize("runtime", BOTH)
@pytest.mark.parametrize(
    ("words", "line"),
    [
        ({"ca": "stranger.der"}, "shows a certificate that is not trusted: The certificate is not correctly signed by the trusted CA"),
        ({"host": "127.0.0.1"}, "shows a certificate that is not trusted: The certificate Common Name (CN) does not match"),
        ({"server": "old"}, "shows a certificate that is not trusted: The certificate validity has expired"),
        ({"password": "no"}, "refused the user name or the password; trying again"),
    ],
)
def test_whom_it_does_not_trust_is_one_line(wire: Start, runtime: str, words: dict[str, str], line: str) -> None:
    it = wire(runtime, calls=1)
    if "ca" in words:
        it.write_settings(ca=str(it.papers / words["ca"]))
    if "host" in words:
        it.write_settings(url=it.settings["url"].replace("localhost", words["host"]))
    if "password" in words:
        it.write_settings(password=words["password"])
    if "server" in words:
        conf = it.place.folder / "mosquitto.conf"
        conf.write_text(conf.read_text().replace("/server.", f"/{words['server']}."))
    it.start_broker()
    it.desk.start()
    until(lambda: bool(it.told(line)), 20, "the line")
    until(lambda: (it.place.folder / "mosquitto.log").read_text().count("New connection") >= 4, 20, "further attempts")
    assert len(it.desk.lines()) == 1, it.desk.lines()
    assert it.desk.ended() is None


def test_papers_that_cannot_be_used_are_one_line_at_the_start(wire: Start) -> None:
    it = wire(calls=1)
    (it.folder / "garbage").write_bytes(b"\x30\x82garbage")
    desk_der = str(it.papers / "desk.der")
    for words, line in (
        ({"ca": str(it.folder / "garbage")}, "cannot use ca.der"),
        ({"ca": None}, "mqtts needs the certificate of the broker's authority (ca.der)"),
        ({"cert": desk_der}, "a client certificate needs both client.der and its key"),
        ({"cert": desk_der, "key": str(it.folder / "garbage")}, "cannot use client.der and its key"),
        ({"url": "mqtts//localhost"}, "not a broker's address"),
    ):
        settings = dict(it.settings)
        it.write_settings(**words)
        it.desk.start()
        until(lambda: it.desk.ended() is not None, 20, "its end")
        assert it.desk.ended() == 2
        assert line in it.desk.lines()[-1]
        it.settings = settings
    assert len(it.desk.lines()) == 5


@pytest.mark.parametrize("runtime", BOTH)
def test_a_client_certificate_is_enough_and_speaks_for_itself_only(wire: Start, runtime: str) -> None:
    it = wire(runtime, calls=2)
    conf = it.place.folder / "mosquitto.conf"
    text = conf.read_text().replace(f"listener {it.place.port}", "require_certificate true\nuse_identity_as_username true\nlistener X")
    head, listener = text.split("listener X")
    moved = head.replace("require_certificate true\nuse_identity_as_username true\n", "")
    conf.write_text(f"{moved}listener {it.place.port}{listener}require_certificate true\nuse_identity_as_username true\n")
    certificate(it.folder, "dashboard", "dashboard", _linked(it), "DNS:dashboard")
    more = f"&cert={it.folder}/dashboard.pem&key={it.folder}/dashboard.key"
    it.urls["dashboard"] += more
    it.ingest.env["SIDETONE_MQTT"] += more
    papers = {"cert": str(it.papers / "desk.der"), "key": str(it.papers / "desk.key.der")}
    it.write_settings(user=None, password=None, **papers)
    it.start_broker()
    it.ingest.start()
    it.desk.start()
    all_stored(it)
    # the same papers under another device's name: the broker takes nothing from it and tells it nothing
    it.desk.argv[-2:] = ["3", "600000"]
    it.write_settings(device="other")
    supervisor = Supervisor(it)
    it.desk.start()
    until(lambda: len(it.told("connected to the broker")) == 2, 20, "the connection")
    it.desk.kill()
    it.write_settings(device=None, cert=str(it.papers / "forged.der"), key=str(it.papers / "forged.key.der"))
    it.desk.start()
    until(lambda: bool(it.told("does it trust this device's certificate?")), 20, "the line")
    assert not [topic for topic, _ in supervisor.heard if "other" in topic]
    supervisor.close()


def _linked(it: DeviceWire) -> str:
    """The authority's files where certificates of this test are made."""
    for end in ("pem", "key"):
        (it.folder / f"ca.{end}").symlink_to(it.papers / f"ca.{end}")
    return "ca"


@pytest.mark.parametrize("runtime", BOTH)
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_connecting_again_and_again_leaves_nothing_behind(wire: Start, runtime: str, host: str) -> None:
    """Whether the broker is trusted or not (its certificate is for localhost)."""
    it = wire(runtime)
    it.write_settings(url=it.settings["url"].replace("localhost", host))
    it.start_broker()
    command = [it.desk.program, "-X", HEAP, str(HERE / "reconnects_micropython.py"), str(it.folder / "settings.json"), "30"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, **it.desk.env}, timeout=120)
    before, files_before, after, files_after, connected = (int(word) for word in done.stdout.split("\n")[0].split())
    assert connected == (35 if host == "localhost" else 0), done.stdout
    assert files_after == files_before
    assert after <= before + 512, done.stdout


# ---- what it must live through


@pytest.mark.parametrize("runtime", ONE)
def test_a_broker_absent_at_the_start_costs_one_line_and_no_call(wire: Start, runtime: str) -> None:
    it = wire(runtime)
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
def test_a_broker_that_stands_still_is_noticed_and_costs_no_call(wire: Start, runtime: str) -> None:
    it = wire(runtime, calls=5)
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
def test_a_port_that_is_no_broker_is_one_line(wire: Start, answer: bytes) -> None:
    """It takes the connection and says nothing, or something else, or stops in the middle."""
    it = wire(calls=1)
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
def test_a_wifi_that_comes_and_goes_costs_no_call(wire: Start, runtime: str) -> None:
    it = wire(runtime, calls=3)
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
def test_the_time_is_null_until_a_server_tells_it(wire: Start, runtime: str) -> None:
    it = wire(runtime, calls=1, call_s=600)
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
def test_a_flash_full_while_records_are_written_is_one_line_and_no_call_is_lost(wire: Start, runtime: str) -> None:
    it = wire(runtime, calls=40)
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
def test_hours_without_a_broker_cost_the_oldest_only_and_they_are_counted(wire: Start, runtime: str) -> None:
    """The outbox is shrunk instead of the hours lengthened: it holds about ten of fifty calls."""
    it = wire(runtime, calls=50, call_s=0.02)
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
