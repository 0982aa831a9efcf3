"""desk.py's twin for MicroPython: the device's real link, outbox and storage under a unix MicroPython, and calls of made-up numbers.

    micropython tests/faults/desk_micropython.py SETTINGS.json FOLDER CALLS CALL_MS

SETTINGS: see `main`. It ends with 0 when CALLS have begun and the outbox is empty, with 3 if records still wait.
Pauses between attempts are shortened: what takes minutes on a device must not take them in a test.
"""

import json
import sys
import time

from sidetone.core.telemetry.delivery import Backoff
from sidetone.core.telemetry.messages import Fixed, Rows
from sidetone.on_micropython import link as module
from sidetone.on_micropython.broker_address import BrokerAddressError
from sidetone.on_micropython.clock import Clock
from sidetone.on_micropython.link import Link, open_outbox
from sidetone.on_micropython.storage import FileStorage

EVENTS_A_CALL = 3
Backoff.BACKOFF_MIN_MS = 100
Backoff.BACKOFF_MAX_MS = 400
module.SAVE_EVERY_MS = 200
module.CHECKPOINT_EVERY_MS = 0


def record(duration_ms):
    return [
        ("duration_s", Fixed(duration_ms // 10, 2)),
        ("phrases", Rows([("greeting", 1)])),
        ("findings", Rows([])),
        ("overruns", 0),
        ("unmeasured", Rows([("rings", "no ringing")])),
        ("not_judged", Rows([])),
    ]


def content(path):
    if path is None:
        return None
    with open(path, "rb") as file:
        return file.read()


class SmallFlash(FileStorage):
    """A flash that is full when its files have `room` bytes."""

    room = None

    def append(self, name, data, durable):
        self._spend(name, len(data) + len(self.read(name) or b""))
        super().append(name, data, durable)

    def write(self, name, data):
        self._spend(name, len(data))
        super().write(name, data)

    def _spend(self, name, count):
        if self.room is not None and name == "journal" and count > self.room:
            raise OSError(28)


def main(settings, folder, calls, call_ms):
    """settings: url, user, password, ca, cert, key (paths of DER files), ntp, room (bytes of flash), all but url optional."""

    def notice(line):
        print(line)

    storage = SmallFlash(folder)
    storage.room = settings.get("room")
    outbox = open_outbox(storage, time.ticks_us() & 0xFFFFF)
    clock = Clock(settings.get("ntp"), 480, storage, None, notice)
    link = Link(
        settings["url"],
        "test",
        settings.get("device", "desk"),
        outbox,
        clock,
        [("firmware", "test")],
        notice=notice,
        user=settings.get("user"),
        password=settings.get("password"),
        ca=content(settings.get("ca")),
        cert=content(settings.get("cert")),
        key=content(settings.get("key")),
    )
    link.start()
    while outbox.calls_begun < calls:
        link.begin_call(record(0))
        for event in range(EVENTS_A_CALL):
            time.sleep_ms(call_ms // EVENTS_A_CALL)
            link.publish_event(event, "phrase", [("label", "greeting"), ("channel", "agent"), ("posterior", Fixed(970, 3))])
            link.publish_interval(event, [("level_dbfs", Fixed(-260, 1)), ("rate_per_min", None), ("phase", "talking")])
            link.checkpoint(record(event))
        link.end_call(record(1000))
        link.flush()
    return 0 if link.stop(40) else 3


with open(sys.argv[1]) as file:
    SETTINGS = json.load(file)
try:
    sys.exit(main(SETTINGS, sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))
except BrokerAddressError as error:
    print(error)
    sys.exit(2)
