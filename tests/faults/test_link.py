"""The link against a real broker: what it says of itself, what it obeys, what it ignores, how it goes."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sidetone.core.telemetry import topics
from sidetone.core.telemetry.messages import Fixed, Rows
from sidetone.core.telemetry.outbox import Outbox
from sidetone.on_cpython.broker_address import BrokerAddress
from sidetone.on_cpython.clock import Clock
from sidetone.on_cpython.link import Link
from sidetone.on_cpython.storage import FileStorage
from sidetone_host import schemas
from wire import DESK, Wire, until

ROOT = f"sidetone/v1/test/{DESK}/"
RECORD = [("duration_s", Fixed(10, 1)), ("phrases", Rows([])), ("findings", Rows([])), ("unmeasured", Rows([])), ("not_judged", Rows([]))]


class Desk:
    """A link in this process, and a supervisor's client that hears all it says."""

    def __init__(self, wire: Wire, folder: Path) -> None:
        self.heard: list[tuple[str, dict[str, Any], bool]] = []
        self.told: list[str] = []
        subscribed = threading.Event()
        self.client = BrokerAddress(wire.urls["dashboard"]).client("supervisor", clean_session=True)
        self.client.on_message = lambda client, userdata, m: self.heard.append(
            (m.topic.removeprefix(ROOT), json.loads(m.payload), m.retain)
        )
        self.client.on_subscribe = lambda *words: subscribed.set()
        self.client.connect(wire.place.host, wire.place.port)
        self.client.subscribe([(topics.every(leaf), 1) for leaf in topics.DEVICE_LEAVES])
        self.client.loop_start()
        assert subscribed.wait(10)
        self.outbox = Outbox(FileStorage(folder / "link"), 5)
        self.link = Link(wire.urls[DESK], "test", DESK, self.outbox, Clock(), [("board", "test")], notice=self.told.append)
        self.link.start()
        until(lambda: self.link.connected, 20, "the connection")

    def command(self, **words: Any) -> None:
        self.send("cmd", json.dumps({"schema": 1, **words}).encode())

    def send(self, leaf: str, payload: bytes) -> None:
        self.client.publish(ROOT + leaf, payload, qos=1)

    def said(self, leaf: str) -> list[dict[str, Any]]:
        return [message for name, message, _ in self.heard if name == leaf]

    def answers(self) -> dict[str, Any]:
        return {said["command"]["id"]: said["command"]["fault"] for said in self.said("event") if "command" in said}

    def acknowledge(self) -> None:
        """What the ingest would do."""
        keys = [[message["boot"], message["seq"]] for leaf in ("call", "event", "interval") for message in self.said(leaf)]
        self.send("ack", json.dumps({"schema": 1, "acked": keys[:60]}).encode())


@pytest.fixture
def wire(tmp_path: Path) -> Iterator[Wire]:
    it = Wire(tmp_path, "amqtt", 1)
    it.start_broker()
    yield it
    it.stop()


@pytest.fixture
def desk(wire: Wire, tmp_path: Path) -> Iterator[Desk]:
    it = Desk(wire, tmp_path)
    yield it
    if it.link._network.is_alive():
        it.link.stop(linger_s=0.0)
    it.client.disconnect()
    it.client.loop_stop()


def within(condition: Callable[[], bool], what: str) -> None:
    until(condition, 20, what)


def test_everything_it_says_keeps_its_schema(desk: Desk) -> None:
    link = desk.link
    link.begin_call(RECORD)
    link.publish_live(
        [("level_dbfs", None), ("rate_per_min", None), ("phase", "talking"), ("speaking", False)], [("loud", "off", "steady")]
    )
    link.publish_event(10, "phrase", [("label", "greeting"), ("channel", "agent"), ("posterior", Fixed(970, 3))])
    link.publish_event(20, "finding", [("rule", "C1"), ("state", "on"), ("value", Fixed(71, 1)), ("limit", Fixed(60, 1))])
    link.publish_interval(5000, [("level_dbfs", Fixed(-250, 1)), ("rate_per_min", 250), ("phase", "talking")])
    link.end_call(RECORD)
    within(
        lambda: {name for name, _, _ in desk.heard} >= {"availability", "meta", "live", "interval", "event", "call"},
        "every kind of message",
    )
    for name, message, _ in desk.heard:
        schemas.check(name, message)
    assert [message["call"] for message in desk.said("event")] == [1, 1]
    numbers = [message["seq"] for _, message, _ in desk.heard]
    assert len(set(numbers)) == len(numbers)
    assert desk.outbox.pending()
    desk.acknowledge()
    within(lambda: not desk.outbox.pending(), "the outbox's end")


def test_commands_are_obeyed_handed_on_and_answered(desk: Desk) -> None:
    before = len(desk.said("availability"))
    desk.command(id="p", cmd="ping")
    desk.command(id="t", cmd="tag", tag="test call")
    desk.command(id="s", cmd="call_state", phase="ringing")
    within(lambda: not desk.link.commands.empty(), "the command")
    command = desk.link.commands.get()
    assert command == {"id": "s", "cmd": "call_state", "phase": "ringing", "by": None}
    desk.link.answer(command, "no telephone")
    within(lambda: len(desk.answers()) == 3, "the answers")
    assert desk.answers() == {"p": None, "t": None, "s": "no telephone"}
    within(lambda: len(desk.said("availability")) > before, "the ping's availability")
    desk.link.begin_call(RECORD)
    desk.link.end_call(RECORD)
    desk.link.begin_call(RECORD)
    desk.link.end_call(RECORD)
    within(lambda: len(desk.said("call")) == 2, "the records")
    assert [message["tag"] for message in desk.said("call")] == ["test call", None]


def test_garbage_is_one_line_each_at_first_and_then_silence(desk: Desk) -> None:
    for index in range(12):
        desk.send("cmd", b"garbage %d" % index)
    desk.send("ack", b'{"schema":1,"acked":[["1",2]]}')
    desk.send("ack", b"\xff" * 3000)
    within(lambda: dict(desk.link.counters())["garbage"] == 14, "the count")
    lines = [line for line in desk.told if "ignored" in line]
    assert len(lines) == 5
    assert lines[0] == "a message on cmd is not a JSON object: b'garbage 0'; ignored (1 so far)"


def test_a_flood_of_commands_is_one_line(desk: Desk) -> None:
    for index in range(200):
        desk.command(id=str(index), cmd="tag", tag=None)
    within(lambda: dict(desk.link.counters())["refused_commands"] >= 100, "the refusals")
    assert len([line for line in desk.told if "flood" in line]) == 1


def test_a_device_that_does_not_take_its_commands_refuses_further_ones(desk: Desk) -> None:
    for index in range(34):
        desk.link.obey({"id": str(index), "cmd": "call_state", "phase": "hold", "by": None})
    within(lambda: len(desk.answers()) == 2, "the refusals")
    assert desk.answers() == {"32": "the device is too busy", "33": "the device is too busy"}
    assert desk.link.commands.qsize() == 32
    assert dict(desk.link.counters())["refused_commands"] == 2


def test_what_the_store_refuses_leaves_the_outbox_and_is_told(desk: Desk) -> None:
    desk.link.publish_event(1, "phrase", [("label", "x"), ("channel", "agent"), ("posterior", Fixed(1, 3))])
    within(lambda: bool(desk.said("event")), "the event")
    said = desk.said("event")[0]
    desk.send("ack", json.dumps({"schema": 1, "refused": [[said["boot"], said["seq"]]]}).encode())
    within(lambda: not desk.outbox.pending(), "the outbox's end")
    within(lambda: dict(desk.link.counters())["refused"] == 1, "the count")
    within(lambda: any("the store refused 1 messages" in line for line in desk.told), "the line")


def test_a_clean_exit_says_offline_itself(desk: Desk) -> None:
    assert desk.link.stop()
    within(lambda: desk.said("availability")[-1]["state"] == "offline", "offline")
    assert desk.said("availability")[-1]["reason"] == "stop"


def test_a_killed_device_is_reported_by_its_last_will(wire: Wire, desk: Desk) -> None:
    desk.link.stop()
    wire.desk.argv[-1] = "600"
    wire.desk.start()
    within(lambda: desk.said("availability")[-1]["state"] == "online" and wire.begun() == 1, "online")
    wire.desk.kill()
    within(lambda: desk.said("availability")[-1]["state"] == "offline", "the last will")
    assert desk.said("availability")[-1]["reason"] == "lost"


def test_who_comes_later_finds_availability_and_meta(wire: Wire, desk: Desk) -> None:
    within(lambda: bool(desk.said("meta")), "meta")
    late: list[tuple[str, bool]] = []
    client = BrokerAddress(wire.urls["dashboard"]).client("late", clean_session=True)
    client.on_message = lambda client, userdata, message: late.append((message.topic.removeprefix(ROOT), message.retain))
    client.connect(wire.place.host, wire.place.port)
    client.subscribe("sidetone/v1/#", 1)
    client.loop_start()
    within(lambda: len(late) >= 2, "the retained messages")
    client.disconnect()
    client.loop_stop()
    assert set(late) == {("availability", True), ("meta", True)}  # amqtt may say them twice


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_bug_in_a_thread_of_the_link_ends_the_device(desk: Desk) -> None:
    desk.link.end_call(RECORD)  # of no call
    with pytest.raises(RuntimeError, match="a thread of the link has ended"):
        desk.link.flush(20.0)
