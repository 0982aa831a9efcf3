"""The acceptance run: `sidetone demo --calls 200 --fast` while its broker, dashboard and device are killed with -9, ten times each.

    python tests/faults/kill_demo.py --calls 200 --kills 10 [--embedded] [--seed N]

The demonstration itself starts the dead programs again and judges at its end; this script reads the store once more, by itself.
It takes as long as the calls take to hear: minutes. Exit 1 if a call is missing or twice there.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

PROGRAMS = {"broker": "broker", "dashboard": "dashboard", "run": "device"}  # the subcommand -> the demonstration's name for it


def children(demo: int) -> dict[str, int]:
    """The demonstration's programs that run now: name -> pid."""
    found = {}
    for pid in subprocess.run(["pgrep", "-P", str(demo)], capture_output=True, text=True, check=False).stdout.split():
        try:
            words = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
        except OSError:
            continue
        found.update({name: int(pid) for word, name in PROGRAMS.items() if word in words[:4]})
    return found


def stored(db: Path) -> list[tuple[int, bool]]:
    """(call number, truncated) of every call in the store."""
    try:
        with sqlite3.connect(f"file:{db}?mode=ro", uri=True, timeout=5) as store:
            return [(number, bool(truncated)) for number, truncated in store.execute("select call_number, truncated from calls")]
    except sqlite3.OperationalError:
        return []


def run(calls: int, kills: int, embedded: bool, seed: int, folder: Path) -> int:
    rng = random.Random(seed)
    db = folder / "sidetone" / "sidetone.db"
    victims = [name for name in PROGRAMS.values() for _ in range(kills)]
    rng.shuffle(victims)
    done: Counter[str] = Counter()
    env = {**os.environ, "XDG_DATA_HOME": str(folder), "SIDETONE_HTTP": "127.0.0.1:0"}
    env.pop("SIDETONE_DB", None)
    command = [sys.executable, "-m", "sidetone_host.cli", "demo", "--calls", str(calls), "--fast", *(["--embedded"] if embedded else [])]
    demo = subprocess.Popen(command, env=env)
    try:
        while demo.poll() is None:
            due = (len(stored(db)) * (len(victims) + 1)) // calls
            if sum(done.values()) < min(due, len(victims)):
                time.sleep(rng.random())  # where in a call the kill falls is left to chance: it must hold anywhere
                name = victims[sum(done.values())]
                pid = children(demo.pid).get(name)
                if pid is not None:
                    os.kill(pid, signal.SIGKILL)
                    done[name] += 1
            time.sleep(0.1)
    finally:
        if demo.poll() is None:
            demo.terminate()
            demo.wait()
    rows = stored(db)
    times = Counter(number for number, _ in rows)
    missing = set(range(1, calls + 1)) - set(times)
    twice = [number for number, count in times.items() if count > 1]
    beyond = set(times) - set(range(1, calls + 1))
    print(
        f"demo exit {demo.returncode}; killed {dict(done)}; in the store {len(times)} of {calls} calls, truncated "
        f"{sum(truncated for _, truncated in rows)}, missing {sorted(missing)}, twice {twice}, beyond {sorted(beyond)}"
    )
    return 1 if demo.returncode or missing or twice or beyond else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=200)
    parser.add_argument("--kills", type=int, default=10, help="of each of the three programs")
    parser.add_argument("--embedded", action="store_true", help="with amqtt although mosquitto is installed")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    began_s = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="sidetone-demo-") as folder:
        code = run(args.calls, args.kills, args.embedded, args.seed, Path(folder))
    print(f"{time.monotonic() - began_s:.0f} s")
    return code


if __name__ == "__main__":
    sys.exit(main())
