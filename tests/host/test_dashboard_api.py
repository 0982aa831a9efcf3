"""The interface for programs: true to its OpenAPI document, strict about parameters, plain about faults."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import time
from datetime import datetime

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from calls_for_pages import HOSTILE, T, call, finding, interval, live, phrase, record
from sidetone_host.dashboard import api, query, table
from sidetone_host.dashboard.app import API_ROUTES, create_app
from sidetone_host.dashboard.hub import Hub
from sidetone_host.dashboard.openapi import document
from sidetone_host.dashboard.store import Store, StoreError


@pytest.fixture
def store(tmp_path):
    with Store(f"sqlite:///{tmp_path / 's.db'}") as opened:
        yield opened


@pytest.fixture
def hub():
    return Hub(lambda: 100.0)


@pytest.fixture
def client(store, hub):
    return TestClient(create_app(store, hub), base_url="http://127.0.0.1")


def fill(store, hub):
    store.put_call("hz", "d1", call(1))
    store.put_call("hz", "d2", call(2, t=T + 10, truncated=True))
    store.put_interval("hz", "d1", interval(3, 5_000))
    store.put_event("hz", "d1", finding(4, 6_000, "C1", "on"))
    store.put_meta("hz", "d1", {"schema": 1, "firmware": "0.1.0"})
    store.set_availability("hz", "d1", "online", at=T)
    hub.take("live", "hz", "d1", live())
    hub.take("live", "hz", "d9", live())


def schema_of(path, status="200", kind="application/json"):
    whole = document()
    found = whole["paths"][path]["get"]["responses"][status]["content"][kind]["schema"]
    return {**found, "components": whole["components"]}


# --- the document and the routes say the same


def test_the_document_has_every_route_and_no_other():
    routes = {re.sub(r":int", "", route.path) for route in API_ROUTES}
    assert set(document()["paths"]) == routes


def test_the_document_is_served(client):
    served = client.get("/api/v1/openapi.json").json()
    assert served == document()
    for name in re.findall(r'"#/components/schemas/(\w+)"', json.dumps(served)):
        jsonschema.Draft202012Validator.check_schema(served["components"]["schemas"][name])


@pytest.mark.parametrize(
    ("path", "of"),
    [
        ("/healthz", "/healthz"),
        ("/api/v1/devices", "/api/v1/devices"),
        ("/api/v1/calls", "/api/v1/calls"),
        ("/api/v1/calls?limit=1", "/api/v1/calls"),
        ("/api/v1/calls/1", "/api/v1/calls/{id}"),
    ],
)
def test_answers_are_as_the_document_says(client, store, hub, path, of):
    fill(store, hub)
    answer = client.get(path)
    assert answer.status_code == 200
    jsonschema.validate(answer.json(), schema_of(of), cls=jsonschema.Draft202012Validator)


def test_documented_parameters_are_the_ones_that_are_read():
    documented = {parameter["name"]: parameter["schema"] for parameter in document()["paths"]["/api/v1/calls"]["get"]["parameters"]}
    assert set(documented) == set(query.PARAMETERS)
    for name, schema in documented.items():
        for example in [*schema.get("examples", []), *schema.get("enum", []), *([str(schema["default"])] if "default" in schema else [])]:
            query.read({name: example})


# --- calls


def test_calls_come_newest_first_and_whole(client, store, hub):
    fill(store, hub)
    answer = client.get("/api/v1/calls").json()
    assert [one["device"] for one in answer["calls"]] == ["d2", "d1"]
    assert answer["calls"][1]["record"] == record()
    assert answer["calls"][1]["ended_at"] == "2026-11-18T11:06:40.000Z"
    assert answer["next"] is None


def test_filters(client, store, hub):
    fill(store, hub)

    def devices(**parameters):
        return [one["device"] for one in client.get("/api/v1/calls", params=parameters).json()["calls"]]

    assert devices(since=str(T + 1)) == ["d2"]
    assert devices(until=str(T + 10)) == ["d1"]
    assert devices(since="2026-11-18T11:06:45Z") == ["d2"]
    assert devices(since="2026-11-18T19:06:45+08:00") == ["d2"]
    assert devices(device="d1") == devices(device="hz/d1") == ["d1"]
    assert devices(device="sh/d1") == []
    assert devices(findings="some") == ["d2", "d1"]
    assert devices(since="", device="") == ["d2", "d1"]


def test_an_unescaped_plus_in_an_offset_still_means_plus(client, store, hub):
    fill(store, hub)
    answer = client.get("/api/v1/calls?since=2026-11-18T19:06:45+08:00")
    assert [one["device"] for one in answer.json()["calls"]] == ["d2"]


@pytest.fixture
def shanghai():
    before = os.environ.get("TZ")
    os.environ["TZ"] = "Asia/Shanghai"
    time.tzset()
    yield
    os.environ.pop("TZ")
    if before is not None:
        os.environ["TZ"] = before
    time.tzset()


def test_a_time_without_an_offset_is_the_servers(shanghai):
    assert query.read({"since": "2026-11-18T19:06:40"}).since == T
    assert query.read({"since": "2026-11-18"}).since == datetime.fromisoformat("2026-11-18T00:00:00+08:00").timestamp()


def test_pages_by_cursor_see_every_call_once(client, store):
    for seq in range(7):
        store.put_call("hz", "d1", call(seq, t=T + seq // 3))
    seen, cursor = [], ""
    while cursor is not None:
        answer = client.get("/api/v1/calls", params={"limit": 3, "cursor": cursor}).json()
        seen += [one["seq"] for one in answer["calls"]]
        cursor = answer["next"]
    assert sorted(seen) == list(range(7))
    assert len(seen) == 7


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ("since=yesterday", "since: 'yesterday' is no time"),
        ("until=99999999999999999999", "until: "),
        ("since=2026-13-40", "since: "),
        ("since=0001-01-01", "since: "),
        ("since=300&until=200", "since is later than until"),
        ("limit=0", "limit: a whole number from 1 to 1000"),
        ("limit=1001", "limit: "),
        ("limit=-1", "limit: "),
        ("limit=%D9%A3", "limit: "),
        ("limit=1e3", "limit: "),
        ("cursor=zzz", "cursor: "),
        ("cursor=bmFuOjE", "cursor: "),
        ("format=xml", "format: 'xml' is none of json, csv"),
        ("findings=yes", "findings: "),
        ("device=/", "device: "),
        ("device=a%00b", "device: "),
        ("devices=d1", "no parameter is called 'devices'"),
    ],
)
def test_a_wrong_parameter_is_400_in_one_line(client, asked, says):
    answer = client.get("/api/v1/calls?" + asked)
    assert answer.status_code == 400
    jsonschema.validate(answer.json(), schema_of("/api/v1/calls", "400"))
    assert says in answer.json()["error"]
    assert "\n" not in answer.json()["error"]


@given(st.dictionaries(st.sampled_from([*query.PARAMETERS, "x"]), st.text(max_size=40), max_size=4))
def test_any_parameters_are_read_or_refused(given):
    line = ""
    try:
        asked = query.read(given)
    except query.BadQuery as fault:
        line = str(fault)
    else:
        assert 1 <= asked.limit <= query.LIMIT_MAX
    assert "\n" not in line


@given(at=st.floats(min_value=0, max_value=1e11), row_id=st.integers(min_value=0, max_value=2**63 - 1))
def test_a_cursor_comes_back_as_it_was(at, row_id):
    assert query.read({"cursor": query.cursor(at, row_id)}).before == (at, row_id)


# --- CSV


def read_csv(client, asked="/api/v1/calls?format=csv"):
    answer = client.get(asked)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(answer.text, newline="")))


def test_csv_has_a_header_and_a_line_a_call(client, store, hub):
    assert client.get("/api/v1/calls?format=csv").text.strip() == ",".join(table.CSV_COLUMNS)
    fill(store, hub)
    rows = read_csv(client)
    assert [row["device"] for row in rows] == ["d2", "d1"]
    assert rows[0]["truncated"] == "true"
    assert rows[1]["level_dbfs"] == "-24.12"
    assert rows[1]["talk_ratio"] == ""
    assert rows[1]["findings"] == "C1=2; G3=1"
    assert rows[1]["not_judged"] == "no phrase network=B1 B2"


def test_csv_has_a_column_for_every_field_of_the_record():
    assert set(record()) <= set(table.CSV_COLUMNS)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x","y")'])
def test_csv_has_no_cell_that_a_spreadsheet_would_run(client, store, text):
    store.put_call("hz", "d1", call(1, tag=text, record=record(phrases={text: 1}, duration_s=text)))
    [row] = read_csv(client)
    assert row["tag"].startswith("'")
    for cell in row.values():
        assert not cell.startswith(("=", "+", "@", "\t", "\r")), cell
        assert not cell.startswith("-") or float(cell) < 0


def test_csv_keeps_quotes_lines_and_unicode_apart(client, store):
    store.put_call("hz", "d1", call(1, tag='a,"b"\nc 您好'))
    [row] = read_csv(client)
    assert row["tag"] == 'a,"b"\nc 您好'


def test_csv_gives_the_cursor_in_a_header(client, store, hub):
    fill(store, hub)
    answer = client.get("/api/v1/calls?format=csv&limit=1")
    following = read_csv(client, f"/api/v1/calls?format=csv&limit=1&cursor={answer.headers['x-next-cursor']}")
    assert [row["device"] for row in following] == ["d1"]


# --- one call, devices, health, metrics


def test_one_call_has_its_timeline(client, store, hub):
    fill(store, hub)
    shown = client.get("/api/v1/calls/1").json()
    assert [one["t_ms"] for one in shown["intervals"]] == [5_000]
    assert shown["events"][0]["finding"]["rule"] == "C1"
    for none in ("/api/v1/calls/99", "/api/v1/calls/99999999999999999999", "/api/v1/nothing"):
        assert client.get(none).status_code == 404
        assert "error" in client.get(none).json()
    assert client.post("/api/v1/calls").status_code == 405


def test_devices_show_the_store_and_the_live_state(client, store, hub):
    fill(store, hub)
    by_name = {one["device"]: one for one in client.get("/api/v1/devices").json()["devices"]}
    assert set(by_name) == {"d1", "d2", "d9"}
    assert by_name["d1"]["meta"] == {"schema": 1, "firmware": "0.1.0"}
    assert by_name["d1"]["availability"] == "online"
    assert by_name["d1"]["live"]["lamps"]["loud"] == {"colour": "green", "pattern": "steady"}
    assert by_name["d1"]["live"]["age_ms"] == 0
    assert by_name["d2"]["live"] is None
    assert by_name["d9"]["first_seen"] is None


class Down:
    """A store that does not answer."""

    def __getattr__(self, _name):
        def fail(*_arguments, **_named):
            raise StoreError("the store x is locked by another program: stop it or wait")

        return fail


def test_a_store_that_is_down_is_said_everywhere(hub):
    client = TestClient(create_app(Down(), hub), base_url="http://127.0.0.1")
    for path in ("/healthz", "/api/v1/devices", "/api/v1/calls", "/api/v1/calls/1", "/calls", "/calls/1"):
        answer = client.get(path)
        assert answer.status_code == 503
        assert "locked by another program" in answer.text
    assert "sidetone_store_up 0\n" in client.get("/metrics").text
    assert client.get("/").status_code == 200


def test_health_tells_the_broker(client, hub):
    assert client.get("/healthz").json() == {"status": "ok", "store": "ok", "broker": "absent"}
    hub.set_broker(True)
    assert client.get("/healthz").json()["broker"] == "connected"


def test_metrics_are_prometheus_text(store, hub):
    fill(store, hub)
    hub.take("live", "hz", "d9", live(lamps={"loud": {"colour": "red", "pattern": "fast"}}))
    app = create_app(store, hub, ingest_counters=lambda: {"garbage_total": 3, "queue_length": 0})
    answer = TestClient(app, base_url="http://127.0.0.1").get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    lines = answer.text.splitlines()
    for line in lines:
        assert re.fullmatch(r'# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{[a-z_]+="[a-z_]+"\})? -?\d+(\.\d+)?', line), line
    named = [re.split(r"[{ ]", line)[0] for line in lines if not line.startswith("#")]
    typed = [line.split()[2] for line in lines if line.startswith("# TYPE")]
    assert set(named) == set(typed)
    for wanted in (
        'sidetone_devices{state="live"} 2',
        'sidetone_lamps_red{lamp="loud"} 1',
        'sidetone_stored_rows{table="calls"} 2',
        "sidetone_broker_connected 0",
        "sidetone_store_up 1",
        "sidetone_ingest_garbage_total 3",
        "# TYPE sidetone_ingest_queue_length gauge",
    ):
        assert wanted in lines


# --- the stream


def events(text):
    blocks = [block for block in text.split("\n\n") if block.startswith("event:")]
    return [dict(line.split(": ", 1) for line in block.splitlines()) for block in blocks]


def stop_after(looks):
    """is_stopping for a stream that is to look so many times."""
    left = iter(range(looks))
    return lambda: next(left, None) is None


def test_the_stream_begins_with_every_tile_and_coalesces(store, hub, monkeypatch):
    monkeypatch.setattr(api, "STREAM_TICK_S", 0)
    for _ in range(50):
        hub.take("live", "hz", "d1", live())
    hub.take("live", "hz", "d2", live())
    client = TestClient(create_app(store, hub, is_stopping=stop_after(3)), base_url="http://127.0.0.1")
    answer = client.get("/api/v1/stream")
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["cache-control"] == "no-store"
    [only] = events(answer.text)
    assert only["event"] == "tiles"
    assert [tile["device"] for tile in json.loads(only["data"])["tiles"]] == ["d1", "d2"]


def test_a_quiet_stream_says_that_it_lives(store, hub, monkeypatch):
    monkeypatch.setattr(api, "STREAM_TICK_S", 0.001)
    monkeypatch.setattr(api, "HEARTBEAT_S", 0.0015)
    client = TestClient(create_app(store, hub, is_stopping=stop_after(5)), base_url="http://127.0.0.1")
    kinds = [event["event"] for event in events(client.get("/api/v1/stream").text)]
    assert kinds[0] == "tiles"
    assert "still" in kinds[1:]


def test_streams_are_bounded_and_given_back(store, hub, monkeypatch):
    monkeypatch.setattr(api, "STREAM_TICK_S", 0)
    app = create_app(store, hub, is_stopping=stop_after(1))
    client = TestClient(app, base_url="http://127.0.0.1")
    app.state.streams = api.STREAMS_MAX
    assert client.get("/api/v1/stream").status_code == 503
    app.state.streams = 0
    assert client.get("/api/v1/stream").status_code == 200
    assert app.state.streams == 0


# --- every answer


@pytest.mark.parametrize("path", ["/", "/calls", "/calls/1", "/nothing", "/healthz", "/metrics", "/api/v1/calls", "/static/board.js"])
def test_every_answer_has_its_security_headers(client, store, hub, path):
    fill(store, hub)
    headers = client.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8080", 200),
        ("localhost", 200),
        ("LOCALHOST.:8080", 200),
        ("[::1]:8080", 200),
        ("192.168.7.7", 200),
        ("wall.floor", 200),
        ("evil.example", 421),
        ("127.0.0.1.evil.example", 421),
        ("", 421),
        ("localhost:evil", 421),
    ],
)
def test_only_our_own_names_are_answered(store, hub, host, status):
    client = TestClient(create_app(store, hub, frozenset({"localhost", "wall.floor"})), base_url="http://127.0.0.1")
    assert client.get("/healthz", headers={"host": host}).status_code == status


def test_hostile_text_comes_back_as_text(client, store, hub):
    store.put_call("hz", "d1", call(1, tag=HOSTILE, record=record(phrases={HOSTILE: 1})))
    store.put_event("hz", "d1", phrase(2, 1, HOSTILE))
    answer = client.get("/api/v1/calls/1")
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["tag"] == HOSTILE
