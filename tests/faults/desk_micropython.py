"""desk.py's twin for MicroPython: the device's real link, outbox and storage under a unix MicroPython, and calls of made-up numbers.

    micropython tests/faults/desk_micropython.py SETTINGS.json FOLDER CALLS CALL_MS

SETTINGS: see `main`. It ends with 0 when CALLS have begun and the outbox is empty, with 3 if records still wait.
Pauses between attempts are shortened: what takes minutes on a device must not take them in a test.
"""

import json
import os
import sys
import time

from sidetone.core.telemetry.delivery import Backoff
from sidetone.core.telemetry.messages import Fixed, Rows
from sidetone.on_micropython import broker_address, clock, conversation, link
from sidetone.on_micropython.broker_address import BrokerAddressError
from sidetone.on_micropython.clock import Clock
from sidetone.on_micropython.link import Link, open_outbox
from sidetone.on_micropython.storage import FileStorage
from sidetone.on_micropython.wifi import Wifi

EVENTS_A_CALL = 3
Backoff.BACKOFF_MIN_MS = 100
Backoff.BACKOFF_MAX_MS = 400
link.SAVE_EVERY_MS = 200
link.CHECKPOINT_EVERY_MS = 0
link.SLICE_MS = 10
clock.ANSWER_MS = 200
conversation.SLICE_MS = 10


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
        if self.room is not None and name == "journal" and len(data) + self._bytes(name) > self.room:
            raise OSError(28)
        super().append(name, data, durable)

    def replace(self, name, pieces):
        pieces = list(pieces)
        if self.room is not None and name == "journal" and sum([len(piece) for piece in pieces]) > self.room:
            raise OSError(28)
        super().replace(name, pieces)

    def _bytes(self, name):
        try:
            return os.stat(self.folder + "/" + name)[6]
        except OSError:
            return 0


class Air:
    """The `network` module of a board on a computer: the Wi-Fi is in reach while a file of this name exists."""

    STA_IF = 0
    STAT_NO_AP_FOUND = 201

    def __init__(self, path):
        self.path = path
        self.name = None
        self.joined = False
        self.PM_NONE, self.PM_PERFORMANCE = 0, 1

    def WLAN(self, interface):
        return self

    def hostname(self, name):
        self.name = name

    def active(self, on):
        pass

    def config(self, **words):
        pass

    def connect(self, ssid, key=None):
        self.joined = True

    def disconnect(self):
        self.joined = False

    def isconnected(self):
        if self.joined and not self._in_reach():
            self.joined = False
        return self.joined

    def status(self, what=None):
        return -50 if what else self.STAT_NO_AP_FOUND

    def _in_reach(self):
        return exists(self.path)


def exists(path):
    try:
        os.stat(path)
    except OSError:
        return False
    return True


def shrink(settings):
    """Hours and kilobytes that a test has not got."""
    link.OUTBOX_BYTES = settings.get("outbox_bytes", link.OUTBOX_BYTES)
    link.JOURNAL_BYTES = settings.get("journal_bytes", link.JOURNAL_BYTES)
    clock.SYNC_EVERY_MS = settings.get("sync_every_ms", clock.SYNC_EVERY_MS)
    if "dead_after_ms" in settings:
        conversation.DEAD_AFTER_MS = broker_address.WRITE_MS = broker_address.HANDSHAKE_MS = settings["dead_after_ms"]
        conversation.PING_AFTER_MS = settings["dead_after_ms"] // 3
    if "answer_ms" in settings:
        broker_address.ANSWER_MS = broker_address.HANDSHAKE_MS = settings["answer_ms"]


def main(settings, folder, calls, call_ms):
    """settings: url, user, password, ca, cert, key (paths of DER files), device, ntp, room (bytes of flash), air (see Air), until (a
    file: calls are made beyond CALLS until it exists), and what `shrink` reads; all but url optional."""

    def notice(line):
        print(line)

    shrink(settings)
    wifi = Wifi("hall", "secret", "desk", notice, Air(settings["air"])) if "air" in settings else None
    storage = SmallFlash(folder)
    storage.room = settings.get("room")
    outbox = open_outbox(storage, time.ticks_us() & 0xFFFFF)
    time_of_day = Clock(settings.get("ntp"), 480, storage, None, notice)
    line = Link(
        settings["url"],
        "test",
        settings.get("device", "desk"),
        outbox,
        time_of_day,
        [("firmware", "test")],
        notice=notice,
        user=settings.get("user"),
        password=settings.get("password"),
        ca=content(settings.get("ca")),
        cert=content(settings.get("cert")),
        key=content(settings.get("key")),
        wifi=wifi,
    )
    line.start()
    while outbox.calls_begun < calls or not exists(settings.get("until", folder)):
        line.begin_call(record(0))
        for event in range(EVENTS_A_CALL):
            time.sleep_ms(call_ms // EVENTS_A_CALL)
            line.publish_event(event, "phrase", [("label", "greeting"), ("channel", "agent"), ("posterior", Fixed(970, 3))])
            line.publish_interval(event, [("level_dbfs", Fixed(-260, 1)), ("rate_per_min", None), ("phase", "talking")])
            line.checkpoint(record(event))
        line.end_call(record(1000))
        line.flush()
    return 0 if line.stop(40) else 3


with open(sys.argv[1]) as file:
    SETTINGS = json.load(file)
try:
    sys.exit(main(SETTINGS, sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))
except BrokerAddressError as error:
    print(error)
    sys.exit(2)
