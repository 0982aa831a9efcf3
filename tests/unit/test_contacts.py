"""The hook switch and the help button: bounce, repeats, what is told."""

from sidetone.core.call.contacts import HELP, HOOK, OFF_HOOK, ON_HOOK, Contact


def events(kind, closed_at, until_ms=10_000, step_ms=10):
    """(t_ms, event) of a contact that is closed where closed_at(t_ms)."""
    contact = Contact(kind)
    heard = []
    for t_ms in range(0, until_ms, step_ms):
        event = contact.read(t_ms, closed_at(t_ms))
        if event is not None:
            heard.append((t_ms, event))
    return heard


def test_a_press_is_told_once_it_has_settled():
    assert events(HELP, lambda t_ms: 1_000 <= t_ms < 1_500) == [(1_030, HELP)]


def test_bounce_and_a_spark_are_no_press():
    assert events(HELP, lambda t_ms: 1_000 <= t_ms < 1_500 and (t_ms > 1_040 or t_ms % 20 == 0)) == [(1_070, HELP)]
    assert events(HELP, lambda t_ms: 1_000 <= t_ms < 1_020) == []


def test_an_anxious_agent_is_told_of_once_in_three_seconds():
    assert [at for at, _event in events(HELP, lambda t_ms: t_ms % 500 < 200)] == [30, 3_030, 6_030, 9_030]


def test_the_receiver():
    assert events(HOOK, lambda t_ms: 1_000 <= t_ms < 5_000) == [(1_030, OFF_HOOK), (5_030, ON_HOOK)]
    assert events(HOOK, lambda t_ms: True) == [(30, OFF_HOOK)]  # off the hook at the start: a call is in progress
    assert events(HOOK, lambda t_ms: False) == []


def test_times_far_on_are_times_too():
    contact = Contact(HELP)
    base = 2**30 - 15
    assert [contact.read(base + at, True) for at in (0, 10, 20, 30, 40)] == [None, None, None, HELP, None]
