"""Every message's exact bytes, and its length at its worst."""

import json

from checks import raises
from sidetone.core.call.record import REASONS, RECORD_FIELDS
from sidetone.core.telemetry import payloads
from sidetone.core.telemetry.messages import Fixed, Rows

HEAD = payloads.envelope(7169, 3, 12345, 1795219200)
WORST_HEAD = payloads.envelope(2147483647, 2147483647, 4294967295000, 4102444799)
WORST_TEXT = "字" * 60
LABEL = "taboo_look_yourself"  # the longest of the model's labels
LABELS_OF_MODEL = 31
RULES = 101


def test_the_exact_bytes_of_each_message():
    head = '{"schema":1,"boot":7169,"seq":3,"uptime_ms":12345,"t":1795219200,'
    cases = (
        (payloads.availability(HEAD, "offline", "lost"), '"state":"offline","reason":"lost"}'),
        (payloads.meta(HEAD, [("board", "desktop")], [("resent", 2)]), '"board":"desktop","counters":{"resent":2}}'),
        (
            payloads.live(HEAD, [("level_dbfs", Fixed(-263, 1)), ("speaking", True)], [("loud", "red", "slow")]),
            '"level_dbfs":-26.3,"speaking":true,"lamps":{"loud":{"colour":"red","pattern":"slow"}}}',
        ),
        (payloads.interval(HEAD, 5, 10000, [("phase", "talking")]), '"call":5,"t_ms":10000,"phase":"talking"}'),
        (
            payloads.event(HEAD, 5, 3400, "finding", [("rule", "C1"), ("state", "on"), ("value", Fixed(71, 1)), ("limit", Fixed(60, 1))]),
            '"call":5,"t_ms":3400,"finding":{"rule":"C1","state":"on","value":7.1,"limit":6.0}}',
        ),
        (payloads.event(HEAD, None, None, "help", [("by", "button")]), '"call":null,"t_ms":null,"help":{"by":"button"}}'),
        (payloads.answer(HEAD, "x1", "ping", None), '"call":null,"t_ms":null,"command":{"id":"x1","cmd":"ping","fault":null}}'),
        (
            payloads.call(HEAD, 5, None, True, [("duration_s", Fixed(123, 1))]),
            '"call":5,"tag":null,"truncated":true,"left_out":0,"record":{"duration_s":12.3}}',
        ),
    )
    for payload, rest in cases:
        assert payload.decode() == head + rest
    assert payloads.envelope(1, 2, 3, None)[-1] == ("t", None)


def worst_record(unmeasured):
    """A record with every map full: all labels, all rules, all counts of six digits; every field null with its reason, or long."""
    rows = []
    for name, places, _ in RECORD_FIELDS:
        longest = Fixed((1 if name == "duration_s" else -1) * 86400 * 1000, places) if places else 1000000
        rows.append((name, None if unmeasured else longest))
    rows.append(("phrases", Rows([("%s%02d" % (LABEL[:-2], i), 100000 + i) for i in range(LABELS_OF_MODEL)])))
    rows.append(("findings", Rows([("A%d" % i, 100000 + i) for i in range(RULES)])))
    rows.append(("advice", Rows([("A%d" % i, Fixed(-1000000, 1)) for i in range(12)])))
    rows.append(("overruns", 1000000))
    reasons = [(name, REASONS[place % len(REASONS)]) for place, (name, _, _) in enumerate(RECORD_FIELDS)]
    rows.append(("unmeasured", Rows(reasons if unmeasured else [])))
    rows.append(("not_judged", Rows([(reason, ["B%d" % i for i in range(RULES)]) for reason in REASONS])))
    return rows


def worst_messages():
    lamps = [("process", "amber", "steady"), ("phrase", "amber", "steady"), ("loud", "amber", "steady"), ("pace", "amber", "steady")]
    measures = [("level_dbfs", Fixed(-9999, 2)), ("rate_per_min", Fixed(99999, 1)), ("agent_activity", Fixed(1000, 3))]
    measures += [("customer_activity", Fixed(1000, 3)), ("phase", "talking"), ("speaking", False)]
    about = [(name, WORST_TEXT) for name in ("firmware", "board", "model", "profile", "runtime")]
    counters = [("a_counter_with_a_long_name_%d" % i, 2147483647) for i in range(14)]
    rows = [("rule", "A10"), ("state", "event"), ("value", WORST_TEXT), ("limit", WORST_TEXT), ("possible", True), ("words", WORST_TEXT)]
    yield "availability", payloads.availability(WORST_HEAD, "offline", "start")
    yield "meta", payloads.meta(WORST_HEAD, about, counters)
    yield "live", payloads.live(WORST_HEAD, measures, lamps)
    yield "interval", payloads.interval(WORST_HEAD, 2147483647, 2147483647, measures)
    yield "event", payloads.event(WORST_HEAD, 2147483647, 2147483647, "finding", rows)
    yield "answer", payloads.answer(WORST_HEAD, "字" * 32, "call_state", WORST_TEXT)
    yield "call", payloads.call(WORST_HEAD, 2147483647, WORST_TEXT, True, worst_record(False))
    yield "call with nothing measured", payloads.call(WORST_HEAD, 2147483647, WORST_TEXT, True, worst_record(True))


def test_no_message_reaches_one_and_a_half_kibibytes():
    for name, payload in worst_messages():
        assert len(payload) < 1536, (name, len(payload))
        json.loads(payload.decode())


def record_of(payload):
    message = json.loads(payload.decode())
    return message["left_out"], message["record"]


def test_a_record_that_fits_is_sent_as_it_is():
    rows = [("phrases", Rows([("greeting", 1)])), ("unmeasured", Rows([("rings", "no ringing"), ("holds", "no ringing")]))]
    left_out, record = record_of(payloads.call(HEAD, 1, None, False, rows))
    assert left_out == 0
    assert record == {"phrases": {"greeting": 1}, "unmeasured": {"rings": "no ringing", "holds": "no ringing"}}


def test_reasons_are_grouped_before_anything_is_left_out():
    reasons = [("a_field_of_some_length_%02d" % i, "a reason as long as this") for i in range(30)]
    left_out, record = record_of(payloads.call(HEAD, 1, None, False, [("unmeasured", Rows(reasons))]))
    assert left_out == 0
    assert record == {"unmeasured": {"a reason as long as this": [field for field, _ in reasons]}}


def test_the_smallest_counts_are_left_out_first_and_counted():
    phrases = [("label_%02d" % i, 1 + (i * 7) % 50) for i in range(50)]
    findings = [("C%d" % i, 3) for i in range(99)]
    rows = [
        ("phrases", Rows(phrases)),
        ("findings", Rows(findings)),
        ("unmeasured", Rows([])),
        ("advice", Rows([("C6", Fixed(-25, 1)), ("J8", 1)])),
        ("not_judged", Rows([("no clock", ["B5"])])),
    ]
    left_out, record = record_of(payloads.call(HEAD, 1, None, False, rows))
    assert record["not_judged"] == {} and record["advice"] == {}
    assert left_out == 3 + 50 - len(record["phrases"])
    assert 0 < len(record["phrases"]) < 50
    left = [count for label, count in phrases if label not in record["phrases"]]
    assert max(left) <= min(record["phrases"].values())
    assert len(record["findings"]) == 99


def test_every_field_outlives_the_worst_maps():
    for unmeasured in (False, True):
        left_out, record = record_of(payloads.call(WORST_HEAD, 1, WORST_TEXT, True, worst_record(unmeasured)))
        assert left_out > 0
        for name, _, _ in RECORD_FIELDS:
            assert name in record
        if unmeasured:
            assert sorted(sum(record["unmeasured"].values(), [])) == sorted(name for name, _, _ in RECORD_FIELDS)


def test_a_record_that_cannot_be_made_to_fit_is_a_bug():
    with raises(payloads.PayloadError, "bytes"):
        payloads.call(HEAD, 1, None, False, [("field_%d" % i, 1) for i in range(200)])
    with raises(payloads.PayloadError, "bytes"):
        payloads.interval(HEAD, 1, 0, [("field_%d" % i, 1) for i in range(200)])


def test_free_text_is_clipped():
    assert payloads.clipped("x" * 48) == "x" * 48
    assert payloads.clipped("x" * 49) == "x" * 47 + "…"
    assert payloads.clipped(None) is None
