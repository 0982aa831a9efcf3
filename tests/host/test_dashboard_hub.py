"""The hub: one newest tile a device, changes coalesced, ages on our clock, nothing of a device but what we know."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calls_for_pages import HOSTILE, live
from sidetone_host.dashboard import hub as hub_module
from sidetone_host.dashboard.hub import COLOURS, LAMPS, PATTERNS, PHASES, Hub
from sidetone_host.dashboard.metrics import metrics_text


class Clock:
    def __init__(self):
        self.s = 100.0

    def __call__(self):
        return self.s


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def hub(clock):
    return Hub(clock)


def news(hub, seen):
    seen, text = hub.since(seen)
    return seen, json.loads(text) if text else None


def test_a_stream_gets_everything_first_and_then_only_what_changed(hub):
    hub.take("live", "hz", "d1", live())
    hub.take("live", "hz", "d2", live())
    seen, first = news(hub, -1)
    assert [tile["device"] for tile in first["tiles"]] == ["d1", "d2"]
    assert hub.since(seen) == (seen, None)
    hub.take("live", "hz", "d2", live(level_dbfs=-20.0))
    seen, second = news(hub, seen)
    assert [(tile["device"], tile["level_dbfs"]) for tile in second["tiles"]] == [("d2", -20.0)]


def test_many_messages_between_two_looks_are_one_tile(hub):
    seen, _ = news(hub, -1)
    for step in range(100):
        hub.take("live", "hz", "d1", live(level_dbfs=-30.0 + step / 10))
    _, after = news(hub, seen)
    assert [tile["level_dbfs"] for tile in after["tiles"]] == [-20.1]


def test_a_lamp_is_in_the_next_look(hub):
    hub.take("live", "hz", "d1", live())
    seen, _ = news(hub, -1)
    hub.take("live", "hz", "d1", live(lamps={"loud": {"colour": "red", "pattern": "fast"}}))
    _, after = news(hub, seen)
    assert after["tiles"][0]["lamps"]["loud"] == {"colour": "red", "pattern": "fast"}


def test_ages_count_on_our_clock_and_call_time_on_the_devices(hub, clock):
    hub.take("live", "hz", "d1", live(phase="idle", uptime_ms=1_000))
    hub.take("live", "hz", "d1", live(phase="ringing", uptime_ms=6_000))
    clock.s += 2
    hub.take("live", "hz", "d1", live(phase="talking", uptime_ms=8_000, t=None))
    clock.s += 9
    _, text = news(hub, -1)
    [tile] = text["tiles"]
    assert text["now_ms"] - tile["heard_ms"] == 9_000
    assert text["now_ms"] - tile["call_began_ms"] == 11_000
    hub.take("live", "hz", "d1", live(phase="ended", uptime_ms=9_000))
    assert hub.tiles()[0]["call_began_ms"] is None


def call_ms(hub):
    """How long the call is at the newest `live`, as the page shows it."""
    [tile] = hub.tiles()
    return None if tile["call_began_ms"] is None else tile["heard_ms"] - tile["call_began_ms"]


def test_a_call_already_going_on_has_no_length_until_an_interval_tells(hub):
    hub.take("live", "hz", "d1", live(uptime_ms=90_000))
    assert call_ms(hub) is None
    hub.take("interval", "hz", "d1", {"boot": 5, "uptime_ms": 90_500, "call": 3, "t_ms": 30_000})
    assert call_ms(hub) == 29_500
    hub.take("live", "hz", "d1", live(uptime_ms=91_000))
    assert call_ms(hub) == 30_500


def test_a_call_right_behind_another_counts_anew(hub):
    hub.take("live", "hz", "d1", live(uptime_ms=1_000, phase="idle"))
    hub.take("live", "hz", "d1", live(uptime_ms=2_000))
    hub.take("live", "hz", "d1", live(uptime_ms=62_000))
    assert call_ms(hub) == 60_000
    hub.take("call", "hz", "d1", {"boot": 5, "uptime_ms": 62_400, "call": 3})
    hub.take("live", "hz", "d1", live(uptime_ms=63_000))
    hub.take("live", "hz", "d1", live(uptime_ms=64_000))
    assert call_ms(hub) == 1_000
    hub.take("event", "hz", "d1", {"boot": 5, "uptime_ms": 64_500, "call": 4, "t_ms": 2_000})
    assert call_ms(hub) == 1_500


def test_what_a_device_sends_late_about_calls_that_ended_moves_nothing(hub):
    hub.take("live", "hz", "d1", live(uptime_ms=1_000, phase="idle"))
    hub.take("live", "hz", "d1", live(uptime_ms=100_000))
    hub.take("call", "hz", "d1", {"boot": 5, "uptime_ms": 99_000, "call": 3})
    hub.take("interval", "hz", "d1", {"boot": 5, "uptime_ms": 50_000, "call": 3, "t_ms": 30_000})
    hub.take("interval", "hz", "d1", {"boot": 4, "uptime_ms": 190_000, "call": 2, "t_ms": 5_000})
    hub.take("event", "hz", "d1", {"boot": 5, "uptime_ms": 100_100, "call": None, "t_ms": None})
    hub.take("live", "hz", "d1", live(uptime_ms=103_000))
    assert call_ms(hub) == 3_000


def test_a_device_that_starts_anew_has_a_new_clock(hub):
    hub.take("live", "hz", "d1", live(uptime_ms=1_000, phase="idle"))
    hub.take("live", "hz", "d1", live(uptime_ms=100_000))
    hub.take("live", "hz", "d1", live(uptime_ms=2_000, boot=6))
    assert call_ms(hub) is None


def test_availability_makes_a_tile_offline_and_live_brings_it_back(hub):
    hub.take("live", "hz", "d1", live())
    hub.take("availability", "hz", "d1", {"state": "offline", "reason": "lost"})
    assert hub.tiles()[0]["state"] == "offline"
    hub.take("live", "hz", "d1", live())
    assert hub.tiles()[0]["state"] == "online"


def test_a_device_known_from_the_store_has_a_tile_before_it_speaks(hub):
    hub.know("hz", "d1", "offline")
    hub.know("hz", "d2", "online")
    assert [(tile["device"], tile["state"], tile["heard_ms"]) for tile in hub.tiles()] == [("d1", "offline", None), ("d2", "unknown", None)]


def test_the_brokers_state_reaches_the_streams(hub):
    seen, _ = news(hub, -1)
    hub.set_broker(True)
    seen, text = news(hub, seen)
    assert text["broker"] == {"connected": True, "detail": ""}
    hub.set_broker(True)
    assert hub.since(seen)[1] is None


def test_a_flood_of_devices_is_bounded_and_counted(hub, monkeypatch):
    monkeypatch.setattr(hub_module, "DEVICES_MAX", 3)
    for number in range(5):
        hub.take("live", "hz", f"d{number}", live())
    assert len(hub.tiles()) == 3
    assert (hub.messages, hub.left_out) == (5, 2)
    assert "sidetone_left_out_total 2\n" in metrics_text(hub, None, 0, {})


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just(HOSTILE),
    lambda kids: st.lists(kids, max_size=3) | st.dictionaries(st.sampled_from([*LAMPS, "colour", "pattern", "x"]), kids, max_size=4),
    max_leaves=12,
)
FIELDS = st.sampled_from(["level_dbfs", "rate_per_min", "phase", "speaking", "lamps", "state", "t_ms", "call", "html"])


@given(kind=st.sampled_from(["live", "availability", "interval", "event", "meta", "call"]), message=st.dictionaries(FIELDS, ANY, max_size=8))
def test_whatever_a_device_says_a_tile_holds_only_what_we_know(kind, message):
    hub = Hub(Clock())
    hub.take("live", "hz", "d1", live())
    hub.take(kind, "hz", "d1", message)
    _, text = hub.since(-1)
    [tile] = json.loads(text, parse_constant=lambda name: pytest.fail(name))["tiles"]
    assert tile["phase"] in PHASES
    assert tile["state"] in ("online", "offline", "unknown")
    assert set(tile["lamps"]) == set(LAMPS)
    for lamp in tile["lamps"].values():
        assert lamp["colour"] in COLOURS
        assert lamp["pattern"] in PATTERNS
    for key in ("level_dbfs", "rate_per_min", "call_began_ms", "heard_ms"):
        assert tile[key] is None or isinstance(tile[key], (int, float))
    assert "<" not in text


def test_a_call_for_help_stays_on_the_tile(hub, clock):
    hub.take("live", "hz", "d1", live())
    assert hub.tiles()[0]["help_ms"] is None
    clock.s += 1
    head = {"schema": 1, "boot": 5, "seq": 9, "uptime_ms": 1, "t": None, "call": None, "t_ms": None}
    hub.take("event", "hz", "d1", {**head, "help": {"by": "button"}})
    assert hub.tiles()[0]["help_ms"] == 101_000
    clock.s += 1
    hub.take("live", "hz", "d1", live())
    hub.take("event", "hz", "d1", {**head, "help": HOSTILE})
    assert hub.tiles()[0]["help_ms"] == 101_000
