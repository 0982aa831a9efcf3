"""The wall board under load: 300 devices, a `live` message a second each, from MQTT to a tile drawn in Chromium.

    python tests/bench/dashboard_load.py [--devices N] [--rate PER_S] [--seconds S] [--streams N] [--no-browser]

Prints how long a message takes from its publishing until a stream has it and until its tile is drawn (percentiles, in ms), what the
dashboard's process and Chromium use for it, and how many tiles were sent for how many messages. Real mosquitto, real
`sidetone dashboard`, all on the loopback address of this machine; it ends by itself after S seconds.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[1] / "browser")]

import paho.mqtt.client as mqtt  # noqa: E402
from floor import CHROMIUM_FLAGS, Program, until  # noqa: E402

import programs  # noqa: E402
from sidetone_host.children import die_with_parent, free_port  # noqa: E402

WARM_UP_S = 3.0
VALUES = 1_000_000  # a message's number rides in `rate_per_min`, so that what is drawn names the message it came from

# The page notes every change of a tile's rate: [device, what is drawn, when, by the clock that time.time() reads]
OBSERVE = """
window.drawn = [];
const watch = (tile) => new MutationObserver(() => window.drawn.push(
  [tile.dataset.key, tile.querySelector(".rate").textContent, performance.timeOrigin + performance.now()]
)).observe(tile.querySelector(".rate"), { childList: true, characterData: true, subtree: true });
document.querySelectorAll("#tiles > .tile").forEach(watch);
"""


class Publisher(threading.Thread):
    """Says one `live` message after another, evenly spread over the devices and the second."""

    def __init__(self, port: int, devices: int, per_s: float) -> None:
        super().__init__(daemon=True)
        self.devices, self.per_s = devices, per_s
        self.said_s: dict[str, float] = {}  # "site/device value" -> time.time()
        self.stopped = threading.Event()
        self._client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, "load")
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()

    def run(self) -> None:
        lamps = {lamp: {"colour": "green", "pattern": "steady"} for lamp in ("loud", "pace", "phrase", "process")}
        began_s, number = time.monotonic(), 0
        while not self.stopped.is_set():
            device = f"desk-{number % self.devices:03}"
            colour = ("green", "green", "amber", "red")[(number // self.devices + number) % 4]
            measures = {"level_dbfs": -24.5, "rate_per_min": number % VALUES, "phase": "talking", "speaking": True}
            head = {"schema": 1, "boot": 1, "seq": number + 1, "uptime_ms": number, "t": int(time.time())}
            payload = json.dumps({**head, **measures, "lamps": {**lamps, "loud": {"colour": colour, "pattern": "steady"}}})
            self.said_s[f"load/{device} {number % VALUES}"] = time.time()
            self._client.publish(f"sidetone/v1/load/{device}/live", payload)
            number += 1
            self.stopped.wait(max(0.0, began_s + number / self.per_s - time.monotonic()))
        self._client.loop_stop()


class Reader(threading.Thread):
    """One stream's reader, as a browser would be."""

    def __init__(self, port: int) -> None:
        super().__init__(daemon=True)
        self.got: list[tuple[str, float]] = []
        self._port = port

    def run(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._port)
        connection.request("GET", "/api/v1/stream")
        for line in connection.getresponse():
            if line.startswith(b'data: {"'):
                now_s = time.time()
                for tile in json.loads(line[6:])["tiles"]:
                    if tile["rate_per_min"] is not None:
                        self.got.append((f"{tile['site']}/{tile['device']} {tile['rate_per_min']}", now_s))


def percentiles(delays_s: list[float]) -> str:
    ordered = sorted(delays_s)
    if not ordered:
        return "nothing came"
    shown = ((50, "p50"), (95, "p95"), (99, "p99"))
    return "  ".join(f"{name} {ordered[min(len(ordered) - 1, len(ordered) * at // 100)] * 1000:5.0f}" for at, name in shown) + (
        f"  worst {ordered[-1] * 1000:5.0f} ms  ({len(ordered)} seen)"
    )


def cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_mib(pid: int) -> float:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def family_of(driver_pid: int) -> list[int]:
    """The driver's processes: the browser, its renderers, and the one that stands for the graphics card."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except OSError:
                continue  # it has ended meanwhile
    family, grown = {driver_pid}, True
    while grown:
        more = {pid for pid, parent in parents.items() if parent in family} - family
        family, grown = family | more, bool(more)
    return sorted(family)


def browse(address: str, seconds: float, devices: int) -> tuple[list[tuple[str, float]], float]:
    """Watch the board in Chromium: what was drawn and when, and the processor that the browser took."""
    from selenium import webdriver
    from selenium.webdriver.chrome.options import Options
    from selenium.webdriver.chrome.service import Service

    options = Options()
    options.binary_location = programs.path("chromium")
    with tempfile.TemporaryDirectory() as profile:
        for flag in [*CHROMIUM_FLAGS.split(), f"--user-data-dir={profile}"]:
            options.add_argument(flag)
        driver: Any = webdriver.Chrome(options=options, service=Service(programs.path("chromedriver")))
        try:
            driver.get(address)
            until(lambda: driver.execute_script("return document.querySelectorAll('#tiles > .tile').length") >= devices, "the tiles")
            driver.execute_script(OBSERVE)

            pids = family_of(driver.service.process.pid)
            before_s, began_s = sum(map(cpu_s, pids)), time.monotonic()
            time.sleep(seconds)
            share = (sum(map(cpu_s, pids)) - before_s) / (time.monotonic() - began_s)
            drawn = driver.execute_script("return window.drawn")
        finally:
            driver.quit()
    return [(f"{key} {text}", at_ms / 1000) for key, text, at_ms in drawn], share


def measure(args: argparse.Namespace, folder: Path) -> None:
    mqtt_port, http_port = free_port(), free_port()
    broker = subprocess.Popen([programs.path("mosquitto"), "-p", str(mqtt_port)], stderr=subprocess.DEVNULL, preexec_fn=die_with_parent)
    address = f"http://127.0.0.1:{http_port}/"
    serve = ["dashboard", "--http", f"127.0.0.1:{http_port}", "--mqtt", f"mqtt://127.0.0.1:{mqtt_port}", "--db", f"sqlite:///{folder / 's.db'}"]
    dashboard = Program(folder, serve)
    try:
        until(lambda: "dashboard:" in dashboard.log.read_text() and _connected(http_port), "the dashboard", 60)
        publisher = Publisher(mqtt_port, args.devices, args.rate)
        publisher.start()
        readers = [Reader(http_port) for _ in range(args.streams)]
        for reader in readers:
            reader.start()
        time.sleep(WARM_UP_S)
        began_s, cpu_before_s, said_before = time.time(), cpu_s(dashboard.process.pid), len(publisher.said_s)
        drawn: list[tuple[str, float]] = []
        share = 0.0
        if args.browser:
            drawn, share = browse(address, args.seconds, args.devices)
        else:
            time.sleep(args.seconds)
        took_s = time.time() - began_s
        said = len(publisher.said_s) - said_before
        load = (cpu_s(dashboard.process.pid) - cpu_before_s) / took_s
        publisher.stopped.set()

        def delays(seen: list[tuple[str, float]]) -> list[float]:
            return [at_s - publisher.said_s[key] for key, at_s in seen if key in publisher.said_s and publisher.said_s[key] >= began_s]

        sent = sum(at_s >= began_s for _, at_s in readers[0].got)
        watching = f"{args.streams} streams" + (" and Chromium" if args.browser else "")
        print(f"{args.devices} devices, {said / took_s:.0f} messages/s for {took_s:.0f} s, {watching}; load average {os.getloadavg()[0]:.1f}")
        print(f"message -> stream     {percentiles([one for reader in readers for one in delays(reader.got)])}")
        if args.browser:
            print(f"message -> tile drawn {percentiles(delays(drawn))}")
            print(f"all of Chromium       {share:.0%} of a core (it draws without a graphics card here)")
        print(f"dashboard's process   {load:.0%} of a core, {resident_mib(dashboard.process.pid):.0f} MiB; {sent} tiles sent a stream")
    finally:
        dashboard.process.terminate()
        broker.terminate()


def _connected(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request("GET", "/healthz")
    return bool(json.load(connection.getresponse())["broker"] == "connected")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--devices", type=int, default=300)
    parser.add_argument("--rate", type=float, default=300.0, help="messages a second, all devices together (default %(default)s)")
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--streams", type=int, default=5, help="open streams besides the browser's (default %(default)s)")
    parser.add_argument("--no-browser", dest="browser", action="store_false")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="sidetone-load-") as folder:
        measure(args, Path(folder))
    return 0


if __name__ == "__main__":
    sys.exit(main())
