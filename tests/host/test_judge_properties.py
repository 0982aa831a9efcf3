"""What holds for any call: the judge's timing, every `on` with its `off`, times that never go back, one record, calm lamps."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from sidetone.core.call.habit import Usual
from sidetone.core.call.phase import SIGNALS
from sidetone.core.call.record import NOT_CLEAR, REASONS, RECORD_FIELDS
from sidetone.core.etiquette.conduct import Conduct
from sidetone.core.etiquette.judge import TURNED_OFF, TURNED_ON, Judge
from sidetone.core.etiquette.profile import Profile
from sidetone.core.etiquette.rules import ADVISORY, JUDGED, RULES
from sidetone.core.lamps.panel import LAMPS
from sidetone.core.telemetry.messages import encode

sys.path.insert(0, str(Path(__file__).parents[1] / "unit"))
from calls import ALL_LABELS, BASELINE_Q8, FakeMeter

CHANGES_PER_MIN = 12


@given(
    st.lists(st.integers(-100, 100), max_size=200),
    st.integers(-50, 50),
    st.integers(-50, 50),
    st.integers(1, 8),
    st.integers(1, 8),
    st.integers(0, 8),
)
def test_the_judge_keeps_its_word(values: list[int], enter: int, leave: int, hold: int, release: int, cool: int) -> None:
    judge = Judge(enter, leave, hold * 10, release * 10, cool * 10)
    above = enter >= leave

    def outside(value: int) -> bool:
        return value > enter if above else value < enter

    def inside(value: int) -> bool:
        return value <= leave if above else value >= leave

    on = False
    off_at = -(10**6)
    for at, value in enumerate(values):
        change = judge.step(value, 10)
        assert judge.on == (on if not change else change == TURNED_ON)
        if change == TURNED_ON:
            assert not on
            assert all(outside(past) for past in values[max(0, at - hold + 1) : at + 1])
            assert at - off_at >= cool
        elif change == TURNED_OFF:
            assert on
            assert all(inside(past) for past in values[max(0, at - release + 1) : at + 1])
            off_at = at
        elif not on and at - off_at > cool + hold and at >= hold - 1:
            assert not all(outside(past) for past in values[at - hold + 1 : at + 1])
        on = judge.on


def spans(longest: int) -> st.SearchStrategy[list[tuple[int, int, int, int]]]:
    one = st.tuples(st.integers(0, longest), st.integers(50, 20_000), st.integers(-12, 12), st.integers(60, 420))
    return st.lists(one, max_size=6).map(lambda rows: [(at, at + length, level, rate) for at, length, level, rate in rows])


CALL = st.fixed_dictionaries(
    {
        "agent": spans(40_000),
        "customer": st.none() | spans(40_000),
        "phrases": st.lists(
            st.tuples(
                st.integers(0, 45_000), st.sampled_from([*ALL_LABELS, "site_company"]), st.sampled_from(["agent", "agent", "customer"])
            ),
            max_size=25,
        ),
        "doubts": st.lists(st.tuples(st.integers(0, 45_000), st.sampled_from(ALL_LABELS)), max_size=5),
        "tones": st.lists(st.integers(0, 40_000).map(lambda at: (at, at + 1_000)), max_size=4),
        "states": st.lists(
            st.tuples(st.integers(0, 45_000), st.sampled_from(SIGNALS), st.sampled_from([None, "agent", "customer"])), max_size=6
        ),
        "labels": st.sampled_from([(), ALL_LABELS]),
        "direction": st.sampled_from(["in", "out"]),
        "start_s": st.none() | st.integers(0, 2**31 - 1),
        "quiet": st.booleans(),
        "usual": st.none() | st.tuples(st.integers(256, 9_000), st.integers(100, 1_500), st.integers(50, 1_500)),
        "help_ms": st.none() | st.integers(0, 45_000),
        "plays": st.booleans(),
        "language": st.sampled_from(["zh", "zh", "en"]),
        "flat_from_ms": st.none() | st.integers(0, 40_000),
    }
)


def run(call: dict[str, Any], length_ms: int = 45_000) -> list[tuple[int, str, list[tuple[str, Any]]]]:
    lines: list[tuple[int, str, list[tuple[str, Any]]]] = []
    profile = Profile([("lamps.quiet_mode", call["quiet"]), ("language", call["language"])])
    customer = call["customer"]
    conduct = Conduct(
        profile,
        lambda t_ms, kind, rows: lines.append((t_ms, kind, list(rows))),
        BASELINE_Q8,
        start_s=call["start_s"],
        direction=call["direction"],
        has_customer=customer is not None,
        labels=call["labels"],
        language="zh",
        usual=None if call["usual"] is None else Usual(*call["usual"]),
        has_help=call["help_ms"] is not None,
    )
    mine = FakeMeter(call["agent"], None, 300)
    his = None if customer is None else FakeMeter(customer, call["flat_from_ms"], tones=call["tones"])
    if his is not None:
        his.plays = call["plays"]
    states = sorted(call["states"], key=lambda row: row[0])
    phrases = sorted(call["phrases"], key=lambda row: row[0])
    for t_ms in range(10, length_ms + 1, 10):
        while states and states[0][0] <= t_ms:
            _at, name, by = states.pop(0)
            conduct.call_state(t_ms, name, by)
        mine.hop(t_ms)
        if his is not None:
            his.hop(t_ms)
        conduct.hop(t_ms, mine, his)
        while phrases and phrases[0][0] <= t_ms:
            _at, label, channel = phrases.pop(0)
            conduct.phrase(t_ms, channel, label, 900)
        for at, label in call["doubts"]:
            if t_ms - 10 < at <= t_ms:
                conduct.doubt(t_ms, "agent", label)
        if call["help_ms"] is not None and t_ms - 10 < call["help_ms"] <= t_ms:
            conduct.help(t_ms)
        if t_ms % 5_000 == 0:
            conduct.measures(t_ms)
            conduct.interval_measures(t_ms)
            encode(conduct.record(t_ms, 0))
    conduct.end(length_ms, 3)
    return lines


@settings(max_examples=40, deadline=None)
@given(CALL)
def test_any_call_is_told_in_order_and_whole(call: dict[str, Any]) -> None:
    lines = run(call)
    judged = [row[0] for row in RULES if row[3] in JUDGED] + ["K1"]
    last_ms = 0
    open_rules: set[str] = set()
    counts: dict[str, int] = {}
    changes: dict[str, list[int]] = {name: [] for name in LAMPS}
    shown = dict.fromkeys(LAMPS, "off")
    for t_ms, kind, rows in lines:
        assert t_ms >= last_ms
        last_ms = t_ms
        values = dict(rows)
        assert len(values) == len(rows)
        json.loads(encode([("kind", kind), ("t_ms", t_ms), *rows]))
        if kind == "finding":
            assert values["rule"] in judged
            if values["state"] == "on":
                assert values["rule"] not in open_rules
                open_rules.add(values["rule"])
            elif values["state"] == "off":
                open_rules.remove(values["rule"])
            if values["state"] != "off":
                counts[values["rule"]] = counts.get(values["rule"], 0) + 1
        elif kind == "lamp":
            changes[values["lamp"]].append(t_ms)
            shown[values["lamp"]] = values["colour"]
            if call["quiet"]:
                assert (values["colour"], values["pattern"]) in (("red", "steady"), ("off", "steady"))
    assert not open_rules
    assert set(shown.values()) == {"off"}
    for times in changes.values():
        for first, last in zip(times, times[CHANGES_PER_MIN:], strict=False):
            assert last - first >= 60_000 or last == lines[-1][0]  # putting out at the end of the call is not held back
    assert [kind for _t_ms, kind, _rows in lines].count("summary") == 1
    assert lines[-1][1] == "summary"
    assert lines[-2][1] == "call"
    record = dict(lines[-1][2])
    assert dict(record["findings"].rows) == counts
    assert [name for name, _value in lines[-1][2]][: len(RECORD_FIELDS)] == [row[0] for row in RECORD_FIELDS]
    assert {name for name, _places, _meaning in RECORD_FIELDS if record[name] is None} == {
        name for name, _reason in record["unmeasured"].rows
    }
    assert all(reason in REASONS for _name, reason in record["unmeasured"].rows)
    advised = [row[0] for row in RULES if row[3] == ADVISORY] + ["channels_swapped"]
    assert {name for name, _figure in record["advice"].rows} <= set(advised)
    if not call["labels"] or call["language"] != "zh":
        words = {"B7", "C3", "C8", "G4", "G6", "G9", "I7", "J11", "K2", "N1", "T4", "B1", "B2", "B3", "B4", "B5", "G1", "G3", "G7", "G8"}
        assert not set(counts) & (words | {"H1", "H5", "J1", "J2", "J3"})
    if call["customer"] is None:
        assert not set(counts) & {"F1", "F2", "D2", "D4", "D6", "C4", "C7", "L6", "N2", "N3", "C3", "I1", "I2", "I3", "I6"}
    if call["usual"] is None:
        assert not set(counts) & {"E2", "E4"}
    if call["start_s"] is None:
        assert not set(counts) & {"B5", "M2"}
    # a rule that could not be judged at all was not found broken; one that was unclear once may have been broken another time
    reported = [rule for reason, rules in record["not_judged"].rows for rule in rules if reason != NOT_CLEAR]
    assert not set(reported) & set(counts)
