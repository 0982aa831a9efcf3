"""A floor for the browser tests: broker and dashboard as their own processes, a device of the tests' own, headless Chromium.

The device publishes by paho what docs/mqtt.md allows; nothing between it and the page is replaced.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt

from sidetone_host.broker import DASHBOARD, Accounts
from sidetone_host.children import die_with_parent, free_port

SITE, DEVICES = "floor", ("desk-1", "desk-2", "desk-10")
WITHIN_S = 30.0  # for what is to come at last; a busy machine may take its time

CHROMIUM_FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update "
    "--disable-sync --disable-dev-shm-usage --window-size=1280,900"
)


def until(condition: Callable[[], Any], what: str, within_s: float = WITHIN_S) -> Any:
    """Wait until the condition holds and return what it said; AssertionError names what did not come."""
    deadline_s = time.monotonic() + within_s
    while True:
        found = condition()
        if found:
            return found
        assert time.monotonic() < deadline_s, f"{what} did not come within {within_s} s"
        time.sleep(0.02)


class Program:
    """A `sidetone` command as a process of its own."""

    def __init__(self, folder: Path, arguments: list[str], **env: str) -> None:
        self.log = folder / f"{arguments[0]}.log"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "sidetone_host.cli", *arguments],
                env={**os.environ, **env, "PYTHONUNBUFFERED": "1"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=die_with_parent,
            )

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise AssertionError(f"it does not stop on SIGTERM: {self.log.read_text()}") from None


class Device:
    """What a device says, as it would say it."""

    def __init__(self, name: str, url: str) -> None:
        from sidetone.on_cpython.broker_address import BrokerAddress

        address = BrokerAddress(url)
        self.name, self.seq = name, 0
        self._client = address.client(f"test-{name}", clean_session=True)
        self._client.connect(address.host, address.port)
        self._client.loop_start()

    def say(self, leaf: str, message: dict[str, Any], retain: bool = False) -> float:
        """Publish with the next seq; returns when (time.time()) it was handed to the broker's socket."""
        self.seq += 1
        payload = json.dumps({"schema": 1, "boot": 41, "seq": self.seq, "uptime_ms": self.seq * 10, "t": int(time.time()), **message})
        info = self._client.publish(f"sidetone/v1/{SITE}/{self.name}/{leaf}", payload, qos=1, retain=retain)
        said_s = time.time()
        assert info.rc == mqtt.MQTT_ERR_SUCCESS
        return said_s

    def live(self, loud: str = "green", pattern: str = "steady", **more: Any) -> float:
        lamps = {lamp: {"colour": "green", "pattern": "steady"} for lamp in ("loud", "pace", "phrase", "process")}
        lamps["loud"] = {"colour": loud, "pattern": pattern}
        said = {"level_dbfs": -24.5, "rate_per_min": 250, "phase": "talking", "speaking": True, "lamps": lamps, **more}
        return self.say("live", said)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


class Floor:
    """Broker, dashboard, and the devices that may connect."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.mqtt_port, self.http_port = free_port(), free_port()
        self.base = f"http://127.0.0.1:{self.http_port}"
        self._accounts = Accounts(folder)
        names = [word for name in DEVICES for word in ("--device", name)]
        self._broker_arguments = ["broker", "--port", str(self.mqtt_port), "--data", str(folder), *names]
        urls = {name: self._accounts.url(name, "127.0.0.1", self.mqtt_port) for name in (DASHBOARD, *DEVICES)}
        self._urls = urls
        self.broker = Program(folder, self._broker_arguments)
        self.dashboard = Program(
            folder,
            ["dashboard", "--http", f"127.0.0.1:{self.http_port}", "--db", f"sqlite:///{folder / 'store.db'}"],
            SIDETONE_MQTT=urls[DASHBOARD],
        )
        until(lambda: self.health().get("broker") == "connected", f"the floor ({self.dashboard.log})", 60)
        self.devices = {name: self.connect(name) for name in DEVICES}

    def connect(self, name: str) -> Device:
        return Device(name, self._urls[name])

    def start_broker(self) -> None:
        self.broker = Program(self.folder, self._broker_arguments)

    def get(self, path: str) -> Any:
        with urllib.request.urlopen(self.base + path, timeout=10) as answer:
            return json.load(answer)

    def health(self) -> dict[str, str]:
        with contextlib.suppress(OSError):
            found: dict[str, str] = self.get("/healthz")
            return found
        return {}

    def stop(self) -> None:
        for device in self.devices.values():
            device.close()
        assert self.dashboard.stop() == 0
        self.broker.stop()
