"""A device process without sound: the real link, outbox and storage, and calls of made-up numbers, as fast as they go.

    python tests/faults/desk.py FOLDER CALLS CALL_S [FILE_BYTES_MAX]    with SIDETONE_MQTT

It ends with 0 when CALLS have begun and the outbox is empty, with 3 if records still wait.

What it must survive is the same as for `sidetone run`; a call takes milliseconds, so hundreds can be killed in a test.
"""

from __future__ import annotations

import os
import random
import resource
import sys
import time
from pathlib import Path

from sidetone.core.telemetry.messages import Fixed, Rows
from sidetone.core.telemetry.outbox import Outbox
from sidetone.on_cpython.clock import Clock
from sidetone.on_cpython.link import Link
from sidetone.on_cpython.storage import FileStorage

EVENTS_A_CALL = 3


def record(duration_ms: int) -> list[tuple[str, object]]:
    return [
        ("duration_s", Fixed(duration_ms // 10, 2)),
        ("phrases", Rows([("greeting", 1)])),
        ("findings", Rows([])),
        ("overruns", 0),
        ("unmeasured", Rows([("rings", "no ringing")])),
        ("not_judged", Rows([])),
    ]


def main(folder: Path, calls: int, call_s: float, file_bytes_max: int) -> int:
    if file_bytes_max:  # the system refuses longer files: a disk that is full for this process alone
        resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes_max, resource.RLIM_INFINITY))
    storage = FileStorage(folder)
    outbox = Outbox(storage, random.SystemRandom().randrange(1 << 20))
    link = Link(
        os.environ["SIDETONE_MQTT"], "test", "desk", outbox, Clock(), [("firmware", "test")], notice=lambda line: print(line, flush=True)
    )
    link.start()
    while outbox.calls_begun < calls:
        link.begin_call(record(0))
        for event in range(EVENTS_A_CALL):
            time.sleep(call_s / EVENTS_A_CALL)
            link.publish_event(event, "phrase", [("label", "greeting"), ("channel", "agent"), ("posterior", Fixed(970, 3))])
            link.publish_interval(event, [("level_dbfs", Fixed(-260, 1)), ("rate_per_min", None), ("phase", "talking")])
            link.checkpoint(record(event))
        link.end_call(record(1000))
        link.flush()
    return 0 if link.stop(linger_s=40.0) else 3


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4]) if len(sys.argv) > 4 else 0))
