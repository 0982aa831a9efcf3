from checks import raises
from sidetone.core.telemetry import topics


def test_topics_as_documented():
    assert topics.topic("hall-1", "seat_07", "live") == "sidetone/v1/hall-1/seat_07/live"
    assert topics.every("call") == "sidetone/v1/+/+/call"
    for leaf in topics.DEVICE_LEAVES + topics.HOST_LEAVES:
        assert topics.parse(topics.topic("s", "d", leaf)) == ("s", "d", leaf)
        assert topics.QOS[leaf] == (0 if leaf == "live" else 1)


def test_names_that_would_break_a_topic_or_an_access_list_are_refused():
    for name in ("", "a/b", "a b", "+", "#", "a+", "办公室", "a.b", "a\x00", "$SYS", "x" * 33):
        with raises(topics.TopicError, "site"):
            topics.topic(name, "d", "live")
        with raises(topics.TopicError, "device"):
            topics.topic("s", name, "live")
    assert topics.name_fault("x" * 32) is None


def test_a_topic_that_is_not_ours_is_refused():
    for text in (
        "",
        "sidetone",
        "sidetone/v1/a/b",
        "sidetone/v1/a/b/c",
        "sidetone/v1/a/b/live/x",
        "sidetone/v2/a/b/live",
        "/sidetone/v1/a/b/live",
    ):
        with raises(topics.TopicError):
            topics.parse(text)


def test_a_fault_quotes_little():
    with raises(topics.TopicError) as caught:
        topics.parse("x" * 10000)
    assert len(str(caught.error)) < 120
