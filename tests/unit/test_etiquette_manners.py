"""An angry or a faint customer, quarrel, matching the pace."""

from calls import broken, found, play


def both(agent, customer, length_ms=None, **more):
    """A call that ends 5 s after the last word."""
    if length_ms is None:
        length_ms = max([span[1] for span in agent + customer]) + 5_000
    return play(length_ms, agent=agent, customer=customer, labels=(), **more)


CALM = [(1_000, 9_000)]  # so the customer's usual level is known
ANGRY = [(12_000, 18_000, 8), (22_000, 28_000, 8)]


def test_louder_than_usual_with_an_angry_customer():
    # 7 dB is loud in any case (C1); with an angry customer it breaks C4 too, and the calm N2
    lines = both([(9_500, 11_500), (18_500, 21_500, 7), (29_000, 33_000)], CALM + ANGRY)
    assert broken(lines) == ["C1", "C4", "N2"]
    assert [row[2] for row in found(lines, "C4")] == ["on", "off"]


def test_the_same_level_with_a_calm_customer():
    assert broken(both([(9_500, 11_500), (18_500, 21_500, 7)], CALM + [(12_000, 18_000), (22_000, 28_000)])) == ["C1"]


def test_a_calm_agent_with_an_angry_customer_breaks_nothing():
    assert broken(both([(9_500, 11_500), (18_500, 21_500, -2)], CALM + ANGRY)) == []


def test_the_angry_rule_can_be_switched_off():
    lines = both([(9_500, 11_500), (18_500, 21_500, 7)], CALM + ANGRY, settings=[("volume.angry_customer_rule", "off")])
    assert "C4" not in broken(lines)


def test_hurrying_with_an_angry_customer():
    agent = [(9_500, 11_500), (18_500, 21_500, 0, 340), (28_500, 31_500, 0, 340)]
    lines = both(agent, CALM + ANGRY, settings=[("rate.common.match_customer", False)])
    assert broken(lines) == ["N2"]


def test_quarrel():
    lines = both([(9_500, 11_500), (18_500, 26_000, 8)], CALM + ANGRY)
    assert "L6" in broken(lines)


def test_shouting_back_at_a_faint_customer():
    faint = [(12_000, 18_000, -10), (22_000, 28_000, -10)]
    assert broken(both([(9_500, 11_500), (18_500, 21_500, 5)], CALM + faint)) == ["C7"]
    assert broken(both([(9_500, 11_500), (18_500, 21_500, 2)], CALM + faint)) == []
    assert broken(both([(9_500, 11_500), (18_500, 21_500, 5)], CALM)) == []


def test_pace_that_does_not_match():
    customer = [(1_000, 9_000, 0, 200)]
    agent = [(at, at + 8_000, 0, 300) for at in range(10_000, 50_000, 10_000)]
    assert broken(both(agent, customer)) == ["D2"]
    close = [(at, at + 8_000, 0, 240) for at in range(10_000, 50_000, 10_000)]
    assert broken(both(close, customer)) == []
    assert broken(both(agent, customer, settings=[("rate.common.match_customer", False)])) == []


def test_nobody_is_asked_to_leave_the_band_for_a_fast_customer():
    customer = [(1_000, 9_000, 0, 450)]
    agent = [(at, at + 8_000, 0, 290) for at in range(10_000, 50_000, 10_000)]
    assert broken(both(agent, customer)) == []
