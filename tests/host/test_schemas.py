"""The schemas, the builders and the parsers say the same."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

import test_payloads
from sidetone.core.telemetry import payloads
from sidetone.core.telemetry.commands import NAMES, PHASES, CommandError, parse_ack, parse_command
from sidetone.core.telemetry.messages import Rows
from sidetone_host import schemas
from sidetone_host.schemas import page


@pytest.mark.parametrize("name", schemas.NAMES)
def test_each_schema_is_a_schema_and_its_examples_keep_it(name: str) -> None:
    jsonschema.Draft7Validator.check_schema(schemas.schema(name))
    assert page.examples()[name]
    for text in page.examples()[name]:
        message = json.loads(text)
        schemas.check(name, message)
        jsonschema.validate(message, schemas.schema(name))  # an independent validator agrees with the compiled one


@pytest.mark.parametrize("name", ["availability", "meta", "live", "interval", "event", "call"])
def test_without_any_part_of_the_envelope_a_message_is_refused(name: str) -> None:
    message = json.loads(page.examples()[name][0])
    for key, wrong in (("schema", 2), ("boot", -1), ("seq", 0), ("uptime_ms", "1"), ("t", 1.5)):
        for broken in ({**message, key: wrong}, {k: v for k, v in message.items() if k != key}):
            with pytest.raises(schemas.Invalid):
                schemas.check(name, broken)


def test_the_longest_messages_keep_their_schemas() -> None:
    for name, payload in test_payloads.worst_messages():
        leaf = {"answer": "event", "call with nothing measured": "call"}.get(name, name)
        message = json.loads(payload)
        if name == "event":
            message["finding"].pop("words")  # a key that only makes it longer
        schemas.check(leaf, message)


counts = st.lists(
    st.tuples(st.text(st.characters(codec="utf-8"), max_size=40), st.integers(1, 10**6)), max_size=60, unique_by=lambda row: row[0]
)


@given(counts, counts, st.booleans(), st.none() | st.text(st.characters(codec="utf-8"), max_size=200))
def test_any_maps_make_a_record_that_fits_and_keeps_its_schema(phrases: Any, findings: Any, truncated: bool, tag: str | None) -> None:
    record = [
        ("duration_s", 1),
        ("phrases", Rows(phrases)),
        ("findings", Rows(findings)),
        ("unmeasured", Rows([])),
        ("not_judged", Rows([])),
    ]
    payload = payloads.call(payloads.envelope(1, 1, 1, None), 1, tag, truncated, record)
    message = json.loads(payload)
    schemas.check("call", message)
    assert len(payload) <= payloads.PAYLOAD_MAX
    left = len(message["record"]["phrases"]) + len(message["record"]["findings"])
    assert left + message["left_out"] == len(phrases) + len(findings)


texts = st.text(max_size=60)
values = st.none() | st.booleans() | st.integers(-3, 3) | texts | st.sampled_from(PHASES + NAMES + ("agent", "customer"))
keys = st.sampled_from(["schema", "id", "cmd", "phase", "by", "name", "values", "tag", "more"])


@given(
    st.dictionaries(keys, values | st.dictionaries(texts, values, max_size=2), max_size=7),
    st.sampled_from(page.examples()["cmd"]),
    st.booleans(),
)
def test_the_device_and_the_schema_agree_on_what_a_command_is(changes: dict[str, Any], example: str, on_top: bool) -> None:
    message = {**json.loads(example), **changes} if on_top else changes
    payload = json.dumps(message, ensure_ascii=False).encode("utf-8", "surrogatepass")
    try:
        schemas.check("cmd", message)
        valid = True
    except schemas.Invalid:
        valid = False
    try:
        parse_command(payload)
        parsed = True
    except CommandError as error:
        parsed = False
        harmless = "control character" in str(error) or "bytes" in str(error) or "nested" in str(error)
        texts_of = [value for value in message.values() if isinstance(value, str)]
        if harmless or any(ord(char) < 0x20 or 0xD800 <= ord(char) < 0xE000 for text in texts_of for char in text):
            return  # limits that JSON Schema does not speak of
    assert parsed == valid


@given(st.binary(max_size=200))
def test_any_bytes_are_a_command_or_one_error(payload: bytes) -> None:
    for parse in (parse_command, parse_ack):
        fault = ""
        try:
            parse(payload)
        except CommandError as error:
            fault = str(error)
        assert "\n" not in fault
        assert len(fault) < 300


def test_the_ack_of_the_ingest_is_what_the_device_reads() -> None:
    for text in page.examples()["ack"]:
        acked, refused = parse_ack(text.encode())
        assert [list(pair) for pair in acked] == json.loads(text)["acked"]
        assert [list(pair) for pair in refused] == json.loads(text).get("refused", [])
