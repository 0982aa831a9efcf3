"""The store: once and only once, whole messages back, and the world's faults as one line."""

from __future__ import annotations

import sqlite3
import threading
import time

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

import postgres
from sidetone_host.dashboard import rows, tables
from sidetone_host.dashboard.store import Store, StoreError, default_url

T = 1_795_000_000.0  # a day in November 2026


def call(seq=1, boot="b1", **fields):
    record = {"duration_s": 61.5, "level_dbfs": -24.1, "talk_ratio": None, "findings": {"C1": 2, "D1": 1}, "phrases": {"greeting": 1}}
    record.update(fields.pop("record", {}))
    return {"schema": 1, "boot": boot, "seq": seq, "uptime_ms": 9, "t": T + seq, "call": 7, "truncated": False, "record": record, **fields}


def interval(seq, t_ms, **fields):
    return {"schema": 1, "boot": "b1", "seq": seq, "uptime_ms": 9, "t": T, "call": 7, "t_ms": t_ms, "level_dbfs": -23.0, **fields}


@pytest.fixture(scope="session")
def postgres_url():
    with postgres.server() as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.needs("postgres"))])
def store(request, tmp_path):
    """An empty store, once in each database."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'data' / 's.db'}"
    else:
        url = request.getfixturevalue("postgres_url")
        with sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:")).begin() as connection:
            tables.metadata.drop_all(connection)
    with Store(url) as opened:
        yield opened


def test_a_repeated_record_changes_nothing(store):
    assert store.put_call("hz", "d1", call()) is True
    assert store.put_call("hz", "d1", call(record={"duration_s": 1.0})) is False
    [kept] = store.calls()
    assert kept["duration_s"] == 61.5
    assert kept["message"] == call()


def test_site_device_boot_and_seq_tell_records_apart(store):
    ids = [("hz", "d1", "b1", 1), ("sh", "d1", "b1", 1), ("hz", "d2", "b1", 1), ("hz", "d1", "b2", 1), ("hz", "d1", "b1", 2)]
    for site, device, boot, seq in ids:
        assert store.put_call(site, device, call(seq=seq, boot=boot)) is True
    assert store.counts() == {"devices": 3, "calls": 5, "intervals": 0, "events": 0}


def test_a_call_comes_back_with_its_own_timeline_in_order(store):
    store.put_call("hz", "d1", call())
    store.put_interval("hz", "d1", interval(3, 10_000))
    store.put_interval("hz", "d1", interval(2, 5_000))
    store.put_interval("hz", "d1", interval(4, 15_000, call=8))
    store.put_interval("hz", "d2", interval(5, 20_000))
    store.put_event("hz", "d1", interval(6, 7_000, finding={"rule": "C1", "state": "on"}))
    found = store.call(store.calls()[0]["id"])
    assert [row["t_ms"] for row in found["intervals"]] == [5_000, 10_000]
    assert found["events"][0]["finding"] == {"rule": "C1", "state": "on"}
    assert store.call(999) is None


def test_an_answer_outside_any_call_is_an_event_too(store):
    answer = {**interval(1, None), "call": None, "command": {"id": "x", "cmd": "quiet", "fault": None}}
    assert store.put_event("hz", "d1", answer) is True


def test_what_was_not_measured_stays_null(store):
    store.put_call("hz", "d1", call())
    [kept] = store.calls()
    assert kept["talk_ratio"] is None
    assert kept["findings_count"] == 3


def test_a_device_that_knows_no_time_is_filed_by_arrival(store):
    before = time.time()
    store.put_call("hz", "d1", call(seq=1, t=None))
    store.put_call("hz", "d1", call(seq=2, t=12.0))  # a clock that was never set
    store.put_call("hz", "d1", call(seq=3, t=before + 9e6))  # and one months ahead
    for kept in store.calls():
        assert kept["clock_known"] is False
        assert before <= kept["at"] <= time.time()


def test_filters_and_pages(store):
    for seq in range(1, 8):
        store.put_call("hz", f"d{seq % 2}", call(seq=seq, record={"findings": {} if seq < 4 else {"C1": 1}}))
    assert [row["seq"] for row in store.calls()] == [7, 6, 5, 4, 3, 2, 1]
    assert [row["seq"] for row in store.calls(since=T + 3, until=T + 6)] == [5, 4, 3]
    assert [row["seq"] for row in store.calls(device="d1")] == [7, 5, 3, 1]
    assert [row["seq"] for row in store.calls(with_findings=True)] == [7, 6, 5, 4]
    assert store.calls(site="sh") == []
    seen, before = [], None
    while page := store.calls(limit=3, before=before):
        seen += [row["seq"] for row in page]
        before = (page[-1]["at"], page[-1]["id"])
    assert seen == [7, 6, 5, 4, 3, 2, 1]


def test_pages_lose_nothing_where_calls_share_a_time(store):
    for seq in range(5):
        store.put_call("hz", "d1", call(seq=seq, t=T))
    first = store.calls(limit=2)
    rest = store.calls(limit=9, before=(first[-1]["at"], first[-1]["id"]))
    assert {row["seq"] for row in first + rest} == set(range(5))


def test_many_at_once_are_all_or_none(store):
    good = [("call", "hz", "d1", call(seq=1)), ("interval", "hz", "d1", interval(2, 5_000))]
    with pytest.raises(ValueError, match="record"):
        store.put_all([*good, ("call", "hz", "d1", {**call(seq=3), "record": None})])
    assert store.counts()["calls"] == 0
    assert store.put_all(good) == 2
    assert store.put_all(good) == 0


@pytest.mark.parametrize(
    "message",
    [
        {**call(), "boot": None},
        {**call(), "boot": "b" * 65},
        {**call(), "boot": "b\x00"},
        {**call(), "seq": None},
        {**call(), "seq": True},
        {**call(), "seq": "1"},
        {**call(), "seq": 2**64},
        {**call(), "call": 2**70},
        {**call(), "record": []},
        {**call(), "extra": float("nan")},
        {**call(), "extra": "x" * 70_000},
    ],
)
def test_a_message_that_can_never_be_stored_is_a_value_error(store, message):
    with pytest.raises(ValueError, match=r"\w") as fault:
        store.put_call("hz", "d1", message)
    assert "\n" not in str(fault.value)
    assert store.counts()["calls"] == 0


LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
ANY_JSON = st.recursive(LEAVES, lambda kids: st.lists(kids) | st.dictionaries(st.text(), kids), max_leaves=8)


@given(ANY_JSON)
def test_any_json_becomes_a_row_that_gives_it_back(extra):
    message = call(record={"duration_s": extra, "findings": extra if isinstance(extra, dict) else None})
    row = rows.ROW_OF["call"]("hz", "d1", message, T)
    assert rows.with_message(row)["message"] == message
    assert row["duration_s"] is None or isinstance(row["duration_s"], float)


def test_devices_keep_meta_and_availability(store):
    store.put_meta("hz", "d1", {"firmware": "0.1.0"})
    store.set_availability("hz", "d1", "online", at=T)
    store.set_availability("hz", "d1", "offline", at=T + 5)
    [device] = store.devices()
    assert (device["meta"], device["availability"], device["availability_at"]) == ({"firmware": "0.1.0"}, "offline", T + 5)
    with pytest.raises(ValueError, match="online or offline"):
        store.set_availability("hz", "d1", "<b>")


def test_sizes_tell_about_how_many_rows_there_are(store):
    assert store.sizes() == {"calls": 0, "intervals": 0, "events": 0}
    for seq in (1, 2, 3):
        store.put_call("hz", "d1", call(seq=seq))
    assert store.sizes() == {"calls": 3, "intervals": 0, "events": 0}


def test_pruning_removes_what_is_old_and_nothing_else(store, monkeypatch):
    monkeypatch.setattr("sidetone_host.dashboard.store.PRUNE_ROWS", 1)
    for seq in (1, 2, 3):
        store.put_call("hz", "d1", call(seq=seq))
        store.put_interval("hz", "d1", {**interval(seq, 0), "t": T + seq})
    assert store.prune(timelines_before=T + 3) == 2
    assert store.counts() == {"devices": 1, "calls": 3, "intervals": 1, "events": 0}
    assert store.prune(calls_before=T + 2) == 1
    assert [row["seq"] for row in store.calls()] == [3, 2]


def test_threads_write_side_by_side(store):
    def write(device):
        for seq in range(20):
            store.put_call("hz", device, call(seq=seq))

    threads = [threading.Thread(target=write, args=(f"d{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.counts()["calls"] == 80


def test_records_outlive_the_program(tmp_path):
    url = f"sqlite:///{tmp_path / 's.db'}"
    with Store(url) as first:
        first.put_call("hz", "d1", call())
    with Store(url) as again:
        assert again.put_call("hz", "d1", call()) is False
        assert again.calls()[0]["message"] == call()


def test_a_locked_store_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr("sidetone_host.dashboard.database.BUSY_MS", 1)
    with Store(f"sqlite:///{tmp_path / 's.db'}") as store:
        other = sqlite3.connect(tmp_path / "s.db")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreError, match="locked by another program"):
            store.put_call("hz", "d1", call())
        other.rollback()
        assert store.put_call("hz", "d1", call()) is True


def test_a_full_disk_says_so_and_loses_nothing_stored(tmp_path):
    with Store(f"sqlite:///{tmp_path / 's.db'}") as store:
        store.put_call("hz", "d1", call())
        pages = sqlite3.connect(tmp_path / "s.db").execute("PRAGMA page_count").fetchone()[0]
        with store._engine.connect() as connection:  # SQLite's own limit stands for the disk's: the same SQLITE_FULL
            connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
        big = [("call", "hz", "d1", call(seq=seq, note="x" * 2000)) for seq in range(2, 99)]
        with pytest.raises(StoreError, match="no room left"):
            store.put_all(big)
        assert [row["message"] for row in store.calls()] == [call()]


def test_a_file_that_is_no_database_says_so(tmp_path):
    (tmp_path / "s.db").write_bytes(b"not a database at all, only some bytes\n" * 99)
    with pytest.raises(StoreError, match="not a SQLite file") as fault:
        Store(f"sqlite:///{tmp_path / 's.db'}")
    assert "\n" not in str(fault.value)


def test_a_store_of_another_schema_is_refused(tmp_path):
    url = f"sqlite:///{tmp_path / 's.db'}"
    Store(url).close()
    with sqlite3.connect(tmp_path / "s.db") as raw:
        raw.execute("UPDATE store SET schema_version = ?", (tables.SCHEMA_VERSION + 1,))
    with pytest.raises(StoreError, match="schema 2"):
        Store(url)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("no url", "cannot be read"),
        ("mysql://a/b", "no store of kind mysql"),
        ("sqlite://", "in memory"),
        ("sqlite:////proc/none/s.db", "cannot make the store's folder"),
    ],
)
def test_a_wrong_url_is_one_line(url, says):
    with pytest.raises(StoreError, match=says) as fault:
        Store(url)
    assert "\n" not in str(fault.value)


def test_a_password_is_never_told(tmp_path):
    with pytest.raises(StoreError) as fault:
        Store("postgresql+psycopg://u:hunter2@127.0.0.1:1/none?connect_timeout=1")
    assert "hunter2" not in str(fault.value)


def test_the_default_is_under_the_users_data_folder(monkeypatch, tmp_path):
    monkeypatch.delenv("SIDETONE_DB", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert default_url() == f"sqlite:///{tmp_path}/sidetone/sidetone.db"
    monkeypatch.setenv("SIDETONE_DB", "postgresql://db/x")
    assert default_url() == "postgresql://db/x"
