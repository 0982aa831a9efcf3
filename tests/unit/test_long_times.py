"""Times that grow: counters past 2**30 and 2**31 (MicroPython's small integers and its millisecond ticks), an hour of nothing, midnight,
a clock that jumps."""

from calls import BASELINE_Q8, FakeMeter, broken, play, summary
from sidetone.core.call.contacts import HELP, Contact
from sidetone.core.etiquette.conduct import Conduct
from sidetone.core.etiquette.labels import LABELS
from sidetone.core.etiquette.profile import Profile

ALL = tuple([row[0] for row in LABELS])


class Late(FakeMeter):
    """A meter whose call time has begun at base_ms."""

    def __init__(self, base_ms, spans):
        FakeMeter.__init__(self, [(base_ms + row[0], base_ms + row[1]) + tuple(row[2:]) for row in spans])


def told(base_ms):
    """What a call tells whose first hop stands at base_ms, times counted from there; length is no part of it."""
    lines = []
    rules = [("duration.ask_convenient_after_s", 3_600_000)]

    def emit(t_ms, kind, rows):
        if kind in ("finding", "lamp", "call"):
            values = dict(rows)
            if values.get("rule") != "K2" and values.get("colour") != "amber" and values.get("lamp") != "process":
                lines.append((t_ms - base_ms, kind, values.get("rule"), values.get("state"), values.get("lamp"), values.get("colour")))

    conduct = Conduct(Profile(rules), emit, BASELINE_Q8, labels=ALL)
    mine = Late(base_ms, [(500, 4_000), (10_000, 16_000, 9), (40_000, 44_000)])
    his = Late(base_ms, [(4_500, 9_000), (17_000, 20_000)])
    phrases = [(1_300, "greeting"), (15_900, "hold"), (41_000, "hold_return"), (43_000, "farewell")]
    for hop in range(1, 5_000):
        t_ms = base_ms + hop * 10
        mine.hop(t_ms)
        his.hop(t_ms)
        conduct.hop(t_ms, mine, his)
        while phrases and base_ms + phrases[0][0] <= t_ms:
            at, label = phrases.pop(0)
            conduct.phrase(base_ms + at, "agent", label, 900)
    conduct.end(base_ms + 50_000, 0)
    # a call that has lasted for twelve days is over its length: only the first lines of a lamp differ
    return lines


def test_the_counters_may_wrap_in_a_call():
    reference = told(0)
    rules = [row[2] for row in reference if row[1] == "finding"]
    assert "C1" in rules and "H2" in rules
    for power in (2**30, 2**31, 2**32):
        base_ms = (power - 20_000) // 100 * 100  # ticks come every 100 ms
        assert [row for row in told(base_ms) if row[1] == "finding"] == [row for row in reference if row[1] == "finding"], base_ms


def test_a_button_pressed_when_the_uptime_passes_two_to_the_thirty():
    for base_ms in (2**30, 2**31, 2**32):
        contact = Contact(HELP)
        pressed = [contact.read(base_ms - 50 + at, at < 100) for at in range(0, 200, 10)]
        assert [event for event in pressed if event] == [HELP]


def test_an_hour_of_silence_finds_nothing_and_stays_small():
    lines = play(3_600_000, agent=[], customer=[], labels=ALL)
    assert broken(lines) == []
    assert len(lines) < 12
    record = summary(lines)
    assert record["duration_s"] == "3600.00"
    assert record["agent_speech_s"] == "0.00" and record["level_dbfs"] is None
    assert record["unmeasured"]["level_dbfs"] == "no speech"


def test_a_call_over_midnight_and_a_clock_that_jumps():
    # the clock is read once, when the call begins: whatever it does then, the call's own time goes on
    night_s = 23 * 3_600 + 3_595
    said = [(11_000, "greeting_evening"), (11_000, "greeting_time")]
    assert "B5" not in broken(play(20_000, agent=[(10_500, 14_000)], phrases=said, start_s=night_s))
    said = [(11_000, "greeting_morning"), (11_000, "greeting_time")]
    assert "B5" in broken(play(20_000, agent=[(10_500, 14_000)], phrases=said, start_s=night_s))
    assert "M2" in broken(play(2_000, agent=[(500, 2_000)], start_s=night_s, direction="out"))
