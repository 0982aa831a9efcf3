"""The ingest without a network: what it stores, what it refuses, and that nothing is acknowledged before it is stored."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidetone_host import ingest as module
from sidetone_host.dashboard.store import StoreError
from sidetone_host.ingest import Ingest, parse
from sidetone_host.schemas import page

SUCCESS = SimpleNamespace(is_failure=False)
LEAVES = ("availability", "meta", "live", "interval", "event", "call")


class Diary:
    """A store and a broker that write down what happens, in order."""

    def __init__(self) -> None:
        self.lines: list[Any] = []
        self.kept: dict[tuple[str, str, int, int], dict[str, Any]] = {}
        self.away = 0  # how many times the store fails before it works
        self.poison = -1  # a seq that the store can never take
        self.acked = threading.Event()

    def put_all(self, messages: Iterable[tuple[str, str, str, dict[str, Any]]]) -> int:
        rows = list(messages)
        if self.away:
            self.away -= 1
            raise StoreError("the store is locked")
        if any(message["seq"] == self.poison for *_, message in rows):
            raise ValueError("never")
        new = 0
        for _, site, device, message in rows:
            key = (site, device, message["boot"], message["seq"])
            new += key not in self.kept
            self.kept.setdefault(key, message)
        self.lines.append(("stored", sorted(message["seq"] for *_, message in rows)))
        return new

    def put_meta(self, site: str, device: str, message: dict[str, Any]) -> None:
        self.lines.append(("meta", site, device))

    def set_availability(self, site: str, device: str, state: str) -> None:
        self.lines.append(("availability", state))

    def publish(self, topic: str, payload: str, qos: int) -> None:
        self.lines.append(("ack", topic, json.loads(payload)))
        self.acked.set()

    def ack(self, mid: int, qos: int) -> None:
        self.lines.append(("puback", mid))

    def subscribe(self, topics: object) -> None:
        self.lines.append(("subscribed",))

    def disconnect(self) -> None:
        pass

    def loop_stop(self) -> None:
        pass


class Bench:
    """An ingest whose client is the diary. say(): a message arrives; run(): the writer works through what waits."""

    def __init__(self) -> None:
        self.diary = Diary()
        self.told: list[str] = []
        self.shown: list[tuple[str, dict[str, Any]]] = []
        self.ingest = Ingest(
            "mqtt://broker", self.diary, lambda leaf, site, device, message: self.shown.append((leaf, message)), notice=self.told.append
        )
        self.ingest._client = self.diary  # type: ignore[assignment]
        self.ingest._on_connect(self.diary, None, None, SUCCESS, None)  # type: ignore[arg-type]
        self.told.clear()
        self.diary.lines.clear()
        self.mid = 0

    def say(self, leaf: str, payload: bytes | None = None, seq: int = 1, **changes: Any) -> None:
        self.mid += 1
        if payload is None:
            payload = json.dumps({**json.loads(page.examples()[leaf][0]), "seq": seq, **changes}).encode()
        received = SimpleNamespace(topic=f"sidetone/v1/hall/seat/{leaf}", payload=payload, mid=self.mid, qos=1)
        self.ingest._on_message(self.diary, None, received)  # type: ignore[arg-type]

    def run(self) -> None:
        self.ingest._queue.put(None)
        self.ingest._write_loop()


def test_nothing_is_acknowledged_before_it_is_stored() -> None:
    bench = Bench()
    for seq in (1, 2, 3):
        bench.say("call" if seq == 2 else "event", seq=seq)
    assert bench.diary.lines == []
    bench.run()
    assert [line[0] for line in bench.diary.lines] == ["stored", "puback", "puback", "puback", "ack"]
    assert bench.diary.lines[-1] == ("ack", "sidetone/v1/hall/seat/ack", {"schema": 1, "acked": [[859573249, seq] for seq in (1, 2, 3)]})
    assert [leaf for leaf, _ in bench.shown] == ["event", "event", "call"]


def test_a_repeat_is_acknowledged_again_and_counted() -> None:
    bench = Bench()
    bench.say("call", seq=5)
    bench.say("call", seq=5)
    bench.run()
    assert bench.ingest.metrics()["stored_total"] == 1
    assert bench.ingest.metrics()["repeated_total"] == 1
    assert bench.diary.lines[-1][2]["acked"] == [[859573249, 5], [859573249, 5]]


def test_a_store_that_is_away_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "STORE_AGAIN_S", 0.0)
    bench = Bench()
    bench.diary.away = 3
    bench.say("call")
    bench.run()
    assert [line[0] for line in bench.diary.lines] == ["stored", "puback", "ack"]
    assert bench.told == ["cannot store: the store is locked; trying again", "the store takes records again"]
    assert bench.ingest.metrics()["store_errors_total"] == 3


def test_a_message_that_can_never_be_stored_is_refused_and_the_others_are_stored() -> None:
    bench = Bench()
    bench.diary.poison = 4
    for seq in range(1, 8):
        bench.say("event", seq=seq)
    bench.run()
    stored = sorted(seq for line in bench.diary.lines if line[0] == "stored" for seq in line[1])
    assert stored == [1, 2, 3, 5, 6, 7]
    ack = bench.diary.lines[-1][2]
    assert sorted(seq for _, seq in ack["acked"]) == stored
    assert ack["refused"] == [[859573249, 4]]


def test_a_message_that_breaks_its_schema_is_refused_if_it_says_which_it_is() -> None:
    bench = Bench()
    bench.say("call", seq=9, truncated="perhaps")
    assert bench.diary.lines == [
        ("puback", 1),
        ("ack", "sidetone/v1/hall/seat/ack", {"schema": 1, "acked": [], "refused": [[859573249, 9]]}),
    ]
    assert len(bench.told) == 1
    assert "call' breaks its schema" in bench.told[0]
    assert bench.shown == []


def test_a_message_of_another_version_is_left_for_an_ingest_that_knows_it() -> None:
    bench = Bench()
    bench.say("call", seq=9, schema=2)
    assert [line[0] for line in bench.diary.lines] == ["puback"]


def test_garbage_is_counted_and_told_once() -> None:
    bench = Bench()
    for payload in (b"", b"\xff", b"[1]", b"NaN", b'{"a":NaN}', b"[" * 15000, b"x" * 20000, b"null"):
        bench.say("live", payload)
    bench.ingest._on_message(
        bench.diary,  # type: ignore[arg-type]
        None,
        SimpleNamespace(topic="sidetone/v1/a/b/c/d", payload=b"{}", mid=99, qos=1),  # type: ignore[arg-type]
    )
    assert bench.ingest.metrics()["garbage_total"] == 9
    assert len(bench.told) == 1
    assert bench.shown == []
    assert {line[0] for line in bench.diary.lines} == {"puback"}


@pytest.mark.parametrize("leaf", LEAVES)
def test_every_kind_of_message_finds_its_place(leaf: str) -> None:
    bench = Bench()
    bench.say(leaf)
    bench.run()
    assert [kind for kind, _ in bench.shown] == [leaf]
    assert bench.ingest.metrics()[f"received_{leaf}_total"] == 1
    words = {"availability": "availability", "meta": "meta", "live": "puback"}.get(leaf, "stored")
    assert bench.diary.lines[0][0] == words
    assert ("puback", 1) in bench.diary.lines


def test_an_ack_is_never_longer_than_a_message_may_be() -> None:
    bench = Bench()
    for seq in range(150):
        bench.say("event", seq=2_000_000_000 + seq, boot=2_000_000_000)
    bench.run()
    acks = [line[2] for line in bench.diary.lines if line[0] == "ack"]
    assert sum(len(ack["acked"]) for ack in acks) == 150
    assert all(len(json.dumps(ack, separators=(",", ":"))) < 1536 for ack in acks)


def test_what_does_not_fit_into_the_queue_is_not_acknowledged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "QUEUE_MAX", 2)
    bench = Bench()
    for seq in (1, 2, 3):
        bench.say("event", seq=seq)
    assert bench.ingest.metrics()["queue_dropped_total"] == 1
    assert bench.ingest._queue.qsize() == 2
    assert bench.diary.lines == []


def test_a_puback_belongs_to_the_connection_that_brought_the_message() -> None:
    bench = Bench()
    bench.say("event")
    bench.ingest._on_disconnect(bench.diary, None, None, None, None)  # type: ignore[arg-type]
    bench.ingest._on_connect(bench.diary, None, None, SUCCESS, None)  # type: ignore[arg-type]
    bench.run()
    assert [line[0] for line in bench.diary.lines] == ["subscribed", "stored", "ack"]


def test_reasons_that_the_wire_grouped_are_stored_a_field_each() -> None:
    bench = Bench()
    record = json.loads(page.examples()["call"][0])["record"]
    record["unmeasured"] = {"one channel": ["talk_ratio", "overlap_s"], "rings": "no ringing"}
    bench.say("call", record=record)
    bench.run()
    (stored,) = bench.diary.kept.values()
    assert stored["record"]["unmeasured"] == {"talk_ratio": "one channel", "overlap_s": "one channel", "rings": "no ringing"}


def test_states_of_the_broker_are_told_once_each() -> None:
    bench = Bench()

    class Refused:
        is_failure = True

        def __str__(self) -> str:
            return "Not authorized"

    client: Any = bench.diary
    for _ in range(3):
        bench.ingest._on_disconnect(client, None, None, None, None)
        for _ in range(3):
            bench.ingest._on_connect_fail(client, None)
        for _ in range(3):
            bench.ingest._on_connect(client, None, None, Refused(), None)
            bench.ingest._on_disconnect(client, None, None, None, None)
        bench.ingest._on_connect(client, None, None, SUCCESS, None)
    assert (
        bench.told
        == [
            "lost the broker mqtt://broker:1883; trying again",
            "no broker at mqtt://broker:1883; trying again",
            "the broker mqtt://broker:1883 refused the user name or the password; trying again",
            "connected to the broker mqtt://broker:1883",
        ]
        * 3
    )


def test_a_bug_over_one_message_does_not_silence_the_others(capsys: pytest.CaptureFixture[str]) -> None:
    bench = Bench()

    def hub(leaf: str, site: str, device: str, message: dict[str, Any]) -> None:
        if message["seq"] == 2:
            raise KeyError("a bug of the page")
        bench.shown.append((leaf, message))

    bench.ingest._hub = hub
    for seq in (1, 2, 3):
        bench.say("event", seq=seq)
    bench.run()
    assert bench.ingest.metrics()["bugs_total"] == 1
    assert "a bug of the page" in capsys.readouterr().err
    assert bench.diary.lines[-1][2]["acked"] == [[859573249, 1], [859573249, 3]]


@given(st.binary(max_size=100))
def test_any_bytes_are_an_object_or_one_line(payload: bytes) -> None:
    try:
        said = parse(payload)
    except ValueError as fault:
        said = {"fault": str(fault)}
    assert isinstance(said, dict)
    assert "\n" not in said.get("fault", "")
