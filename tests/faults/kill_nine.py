"""Kill -9 of ingest, broker and device while calls are made fast: every call must be in the store exactly once.

    python tests/faults/kill_nine.py --calls 200 --kills 10 [--broker mosquitto|amqtt|micropython|micropython32] [--seed N]

With mosquitto or amqtt the device is on_cpython; with a MicroPython it is the device's own link, over TLS to mosquitto.

A call whose device was killed counts once, as truncated. Prints one line with the figures; exit 1 if a call is missing or twice there.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))
from device_wire import DeviceWire
from wire import Wire, until

ALL_STORED_WITHIN_S = 180.0


def run(folder: Path, kind: str, calls: int, kills: int, seed: int) -> dict[str, int]:
    """Play, kill each of the three `kills` times at moments spread over the calls, wait until all is stored. -> the figures."""
    rng = random.Random(seed)
    wire = DeviceWire(folder, kind, calls) if kind.startswith("micropython") else Wire(folder, kind, calls)
    victims = [program for program in wire.programs for _ in range(kills)]
    rng.shuffle(victims)
    done = {program.name: 0 for program in wire.programs}
    try:
        wire.start_broker()
        wire.ingest.start()
        wire.desk.start()
        for index, victim in enumerate(victims):
            begun = (index + 1) * calls // (len(victims) + 1)
            until(lambda begun=begun: wire.begun() >= begun or _revive(wire), 60, f"call {begun}")  # type: ignore[misc]
            time.sleep(rng.random() * 0.05)  # where in a call the kill falls is left to chance: the test must hold anywhere
            if victim.ended() is not None:
                continue  # the device was done already: there is nothing to kill
            victim.kill()
            done[victim.name] += 1
            if victim is wire.broker:
                wire.start_broker()
            else:
                victim.start()
        until(lambda: wire.desk.ended() == 0 or _revive(wire), ALL_STORED_WITHIN_S, "the last call's ack")
        return {**wire.verdict(), **{f"{name}_kills": count for name, count in done.items()}}
    finally:
        wire.stop()


def _revive(wire: Wire) -> bool:
    """A device that ended with records still waiting (3) is started again, as the demonstration's supervisor does."""
    if wire.desk.ended() == 3:
        wire.desk.start()
    return False


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=200)
    parser.add_argument("--kills", type=int, default=10, help="of each of the three programs")
    parser.add_argument("--broker", choices=("mosquitto", "amqtt", "micropython", "micropython32"), default="mosquitto")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    began_s = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="sidetone-kill-") as folder:
        figures = run(Path(folder), args.broker, args.calls, args.kills, args.seed)
    print(f"{args.broker}: {args.calls} calls, {figures}, {time.monotonic() - began_s:.0f} s")
    return 1 if figures["missing"] or figures["duplicates"] or figures["beyond"] else 0


if __name__ == "__main__":
    sys.exit(main())
