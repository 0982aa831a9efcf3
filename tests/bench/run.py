"""`make bench`: speed and memory as one table, ours beside other packages on the same sound, on one pinned core, in one run.

Times are processor seconds, the best of several rounds; ours and theirs take turns, so whatever else the machine does meets both.
Absolute times on a shared machine say little: read the ratios. The sound is the bundled call (88 s, two channels).

    python tests/bench/run.py [--rounds N] [--live-s S] [--only PART...]      parts: replay live peers latency device
"""

from __future__ import annotations

import argparse
import gc
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

TREE = Path(__file__).resolve().parents[2]
CALL = TREE / "host_tools/sidetone_host/data/demo_call.flac"
RATE_HZ = 16000
CHUNK_SAMPLES = 1600  # 100 ms
LIVE_HOPS = 10  # what boards/*.toml say
HOUR_S = 3600


class Row(NamedTuple):
    """ok: True, False, or None where there is no goal."""

    what: str
    found: str
    goal: str = ""
    ok: bool | None = None


def pin() -> int:
    """This process and its children stay on one core: the last one we may use."""
    core = max(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {core})
    return core


def cpu_s(work: Callable[[], object]) -> float:
    gc.collect()
    began = time.process_time()
    work()
    return time.process_time() - began


def in_turns(rounds: int, *works: Callable[[], object]) -> list[float]:
    """The best processor seconds of each, taking turns; the first round only warms up."""
    best = [float("inf")] * len(works)
    for number in range(rounds + 1):
        for place, work in enumerate(works):
            spent = cpu_s(work)
            if number:
                best[place] = min(best[place], spent)
    return best


# ---- ours


def ours(channels: int, with_network: bool = True, hops: int | None = None) -> Callable[[], None]:
    """Play the call through the device's own listener, as `sidetone replay` does. Returns the work and loads nothing twice."""
    from sidetone import app
    from sidetone.on_cpython import audio, hearing
    from sidetone_host import decode, profile, released

    recording = decode.open_audio(CALL)
    recording.channels = recording.channels[:channels]
    settings, network = profile.load(None), released.load() if with_network else None

    def work() -> None:
        heard: list[Any] = []
        call = app.CallSetup(channels > 1)
        listener = app.build_listener(hearing, network, settings, app.Calibration(), call, lambda *said: heard.append(said))
        for block in audio.WavSource(recording, hops=hops):
            listener.feed(block)
        listener.finish()
        assert heard[-1][1] == "summary"

    return work


def agent_chunks() -> list[bytes]:
    """The agent's channel in chunks of 100 ms, as bytes."""
    from sidetone_host import decode

    samples = decode.open_audio(CALL).channels[0]
    return [samples[first : first + CHUNK_SAMPLES].tobytes() for first in range(0, len(samples) - CHUNK_SAMPLES + 1, CHUNK_SAMPLES)]


def call_s() -> float:
    return len(agent_chunks()) * CHUNK_SAMPLES / RATE_HZ


def replay(rounds: int) -> Iterator[Row]:
    seconds = call_s()
    whole, deaf, live = in_turns(rounds, ours(2), ours(2, with_network=False), ours(2, hops=LIVE_HOPS))
    speed = seconds / whole
    yield Row("two-channel replay, everything", f"{speed:.0f} x real time", ">= 25", speed >= 25)
    yield Row("  of it the network and the phrase spotter", f"{(whole - deaf) / whole:.0%} of the time")
    yield Row("the same in blocks of 100 ms, as live", f"{live / seconds:.2%} of a core", "<= 4 %", live / seconds <= 0.04)


# ---- theirs


def micro_wake_word() -> Callable[[], None]:
    from pymicro_wakeword import MicroWakeWord, MicroWakeWordFeatures, Model

    chunks = agent_chunks()
    network, front_end = MicroWakeWord.from_builtin(Model.HEY_JARVIS), MicroWakeWordFeatures()

    def work() -> None:
        network.reset()
        front_end.reset()
        for chunk in chunks:
            for features in front_end.process_streaming(chunk):
                network.process_streaming(features)

    return work


def open_wake_word() -> Callable[[], None]:
    from pyopen_wakeword import Model, OpenWakeWord, OpenWakeWordFeatures

    chunks = agent_chunks()
    network, front_end = OpenWakeWord.from_builtin(Model.OKAY_NABU), OpenWakeWordFeatures.from_builtin()

    def work() -> None:
        network.reset()
        front_end.reset()
        for chunk in chunks:
            for features in front_end.process_streaming(chunk):
                for _ in network.process_streaming(features):
                    pass

    return work


PEERS = (
    # name, how to make its work, goal for ours / theirs, how to get it
    ("pymicro-wakeword hey_jarvis (its smallest)", micro_wake_word, 3.0, "make setup (x86-64 Linux)"),
    ("openWakeWord okay_nabu (its smallest)", open_wake_word, 1.0, ".venv/bin/pip install pyopen-wakeword==1.1.0"),
)


def peers(rounds: int) -> Iterator[Row]:
    """One channel. Ours as `sidetone replay` works (blocks of 4 s) and as a live device does (100 ms, as theirs)."""
    hours = call_s() / HOUR_S
    made = []
    for name, make, goal, how in PEERS:
        try:
            made.append((name, make(), goal))
        except ImportError:
            yield Row(name, f"not installed: {how}")
    replayed, live, *spent = in_turns(rounds, ours(1), ours(1, hops=LIVE_HOPS), *[work for _, work, _ in made])
    yield Row("one channel, all our measures: CPU per hour of sound", f"{replayed / hours:.1f} s; in 100 ms blocks {live / hours:.1f} s")
    for (name, _, goal), theirs in zip(made, spent, strict=True):
        ratio = replayed / theirs
        found = f"{theirs / hours:.1f} s; ours / theirs {ratio:.2f} ({live / theirs:.2f})"
        yield Row(f"  {name}", found, f"<= {goal:g}", ratio <= goal)


# ---- one live device as a process


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def used_ticks(pid: int) -> int:
    """User and system clock ticks of a process with all its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])


def memory_mb(pid: int, name: str) -> float:
    line = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith(name + ":"))
    return int(line.split()[1]) / 1024


def live(seconds: float) -> Iterator[Row]:
    """`sidetone run` on the call in real time, two channels, with a broker beside it (not counted)."""
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        sidetone = [sys.executable, "-m", "sidetone_host.cli"]
        quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
        broker = subprocess.Popen([*sidetone, "broker", "--port", str(port), "--device", "bench", "--data", f"{folder}/broker"], **quiet)
        device = None
        try:
            address = Path(folder, "broker", "bench.url")
            until = time.monotonic() + 15
            while not address.exists() and broker.poll() is None and time.monotonic() < until:
                time.sleep(0.1)
            url = address.read_text().strip()
            device = subprocess.Popen(
                [*sidetone, "run", "--source", str(CALL), "--device", "bench", "--mqtt", url, "--data", f"{folder}/device", "--lamps", "none"],
                **quiet,
            )
            time.sleep(8)  # start-up is not what an hour of work costs
            before, began = used_ticks(device.pid), time.monotonic()
            time.sleep(seconds)
            share = (used_ticks(device.pid) - before) / os.sysconf("SC_CLK_TCK") / (time.monotonic() - began)
            resident, peak = memory_mb(device.pid, "VmRSS"), memory_mb(device.pid, "VmHWM")
            yield Row("one live device, two channels, MQTT and all: CPU", f"{share:.2%} of a core", "<= 4 %", share <= 0.04)
            yield Row("  resident", f"{resident:.0f} MB (peak {peak:.0f})", "<= 160 MB", peak <= 160)
        except (OSError, StopIteration, IndexError):
            process = device or broker
            process.terminate()
            said = process.communicate()[1].decode(errors="replace").strip().splitlines()
            yield Row("one live device", f"did not run: {said[-1] if said else 'no word why'}", "<= 4 %", False)
        finally:
            for process in (device, broker):
                if process is not None and process.poll() is None:
                    process.terminate()
                    process.communicate(timeout=30)


# ---- lamp latency


def latency() -> Iterator[Row]:
    """Stream time, not processor time: it is the same on every machine. tests/bench/lamp_latency.py measures and judges."""
    script = TREE / "tests/bench/lamp_latency.py"
    if not script.exists():
        yield Row("lamp latency", "not measured: tests/bench/lamp_latency.py is absent", "", False)
        return
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=False)
    for line in done.stdout.splitlines():
        yield Row(line.rstrip(), "")
    if done.returncode:
        yield Row("lamp latency", f"failed: {(done.stderr.strip().splitlines() or ['no word why'])[-1]}", "", False)


# ---- the device's budget


def device_budget() -> Iterator[Row]:
    """Counted, not timed: tests/bench/device_budget.py says how, docs/device-budget.md what it means."""
    sys.path.insert(0, str(TREE / "tests"))
    import programs
    from bench.device_budget import device

    try:
        for row in device():
            yield Row(*row)
    except programs.Absent as absent:
        yield Row("the device's budget", f"not counted: {absent}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3, help="rounds that count, after one that warms up (default 3)")
    parser.add_argument("--live-s", type=float, default=20.0, help="how long the live device is watched (default 20 s)")
    parser.add_argument("--only", nargs="+", choices=("replay", "live", "peers", "latency", "device"), help="only these parts")
    args = parser.parse_args()
    parts: dict[str, Callable[[], Iterator[Row]]] = {
        "replay": lambda: replay(args.rounds),
        "live": lambda: live(args.live_s),
        "peers": lambda: peers(args.rounds),
        "latency": latency,
        "device": device_budget,
    }
    if args.only != ["device"]:  # which is counted, not timed
        print(f"Python {sys.version.split()[0]}, numpy {np.__version__}, core {pin()}, {args.rounds} rounds, load {os.getloadavg()[0]:.1f}")
    missed = 0
    for name, part in parts.items():
        if args.only and name not in args.only:
            continue
        for row in part():
            missed += row.ok is False
            verdict = {True: "met", False: "MISSED", None: ""}[row.ok]
            print(f"{row.what:<53} {row.found:<38} {row.goal:<10} {verdict}".rstrip(), flush=True)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
