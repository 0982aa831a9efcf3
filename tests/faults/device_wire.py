"""A wire whose device is a MicroPython and whose broker speaks TLS only: mosquitto with our configuration and certificates of this run."""

from __future__ import annotations

import json
import socket
import threading
from pathlib import Path
from typing import Any

import programs
from papers import make
from sidetone.core.telemetry import topics
from sidetone.on_cpython.broker_address import BrokerAddress
from sidetone_host.broker import access_list, mosquitto_conf
from wire import DESK, HERE, Program, Wire, until

HEAP = "heapsize=4m"  # what a device has to spare, and far more than the link needs


class DeviceWire(Wire):
    """kind: "micropython" or "micropython32", as in tests/programs.py. papers: a folder of papers.make, else made here.

    settings: what desk_micropython.py reads; written by start_desk.
    """

    def __init__(self, folder: Path, kind: str, calls: int, call_s: float = 0.04, papers: Path | None = None) -> None:
        super().__init__(folder, "mosquitto", calls, call_s)
        self.papers = papers or make(folder)
        password = self.urls[DESK].split(":")[2].split("@")[0]
        self.settings: dict[str, Any] = {
            "url": f"mqtts://localhost:{self.place.port}",
            "user": DESK,
            "password": password,
            "ca": str(self.papers / "ca.der"),
        }
        firmware = programs.TREE / "firmware"
        environment = {"MICROPYPATH": f".frozen:{firmware}:{programs.path('umqtt')}"}
        argv = ["-X", HEAP, str(HERE / "desk_micropython.py"), str(folder / "settings.json"), str(folder / "desk")]
        self.desk = Program("desk", [*argv, str(calls), str(int(call_s * 1000))], environment, folder, programs.path(kind))
        self.write_settings()
        url = self.urls["dashboard"].replace("mqtt://", "mqtts://").replace("127.0.0.1", "localhost")
        self.urls["dashboard"] = f"{url}?ca={self.papers}/ca.pem"
        self.ingest.env["SIDETONE_MQTT"] = self.urls["dashboard"]
        conf = self.place.folder / "mosquitto.conf"
        lines = [mosquitto_conf(self.place).rstrip(), f"cafile {self.papers}/ca.pem", f"certfile {self.papers}/server.pem"]
        text = "\n".join([*lines, f"keyfile {self.papers}/server.key", "log_type notice", ""])
        conf.write_text(text)
        (self.place.folder / "access").write_text(access_list())
        self.broker = Program("broker", ["-c", str(conf)], {}, folder, programs.path("mosquitto"))
        self.programs = [self.broker, self.ingest, self.desk]

    def write_settings(self, **words: Any) -> None:
        """What the device is told at its next start; None takes a setting back."""
        self.settings.update(words)
        (self.folder / "settings.json").write_text(json.dumps({key: value for key, value in self.settings.items() if value is not None}))

    def start_broker(self) -> None:
        """Start it; a port that the killed one has not given back yet is tried again."""

        def up() -> bool:
            if self.broker.ended() is not None:
                self.broker.start()
            with socket.socket() as probe:
                return probe.connect_ex((self.place.host, self.place.port)) == 0

        self.broker.start()
        until(up, 20, "the broker")

    def told(self, words: str) -> list[str]:
        """The device's lines that hold these words."""
        return [line for line in self.desk.lines() if words in line]


ROOT = f"sidetone/v1/test/{DESK}/"
FINE = {"truncated": 0, "duplicates": 0, "missing": 0, "beyond": 0}


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


def all_stored(it: DeviceWire) -> None:
    until(lambda: it.desk.ended() is not None, 60, "the device's end")
    assert it.desk.ended() == 0, it.desk.lines()
    assert it.verdict() == {"stored": it.calls, **FINE}
    assert "Traceback" not in "\n".join(it.desk.lines())
