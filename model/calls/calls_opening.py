"""Calls of ringing and opening: A1, A2, A4, B1-B5, M1, M2."""

from model.calls import texts as t
from model.calls.catalogue import closing, opening, pair, question

RING_SURE_MS = 2_000  # a ring is a ring once it has lasted 0.6 s


@pair("A1")
def rings_heard(call, broken):
    begins = call.ring(5 if broken else 2)
    call.judged("A1", broken, begins[3] if broken else None, begins[3] + RING_SURE_MS if broken else None)
    call.pick_up()
    said = opening(call, t.OPEN_LATE if broken else t.OPEN, gap_s=0.7)
    call.figures.update(rings=call.rings, answer_s=(said.begin_ms - call.first_ring_ms) / 1000)
    question(call)
    closing(call)


@pair("A1", cast="m")
def rings_signalled(call, broken):
    begins = call.ring(4 if broken else 3, off_s=2.0, signalled=True)
    call.judged("A1", broken, begins[-1] if broken else None, begins[-1] + 500 if broken else None)
    call.pick_up(signalled=True)
    said = opening(call, t.OPEN_LATE if broken else t.OPEN, gap_s=0.7)
    call.figures.update(rings=call.rings, answer_s=(said.begin_ms - call.first_ring_ms) / 1000)
    question(call)
    closing(call)


@pair("A2")
def late_answer(call, broken):
    call.ring(4)
    call.pick_up()
    said = opening(call, t.OPEN if broken else t.OPEN_LATE, gap_s=0.7)
    call.figures.update(rings=call.rings, answer_s=(said.begin_ms - call.first_ring_ms) / 1000)
    question(call)
    closing(call)
    call.judged("A2", broken)


@pair("A4", direction="out")
def nobody_answers(call, broken):
    begins = call.ring(8 if broken else 5)
    call.judged("A4", broken, begins[6] if broken else None, begins[6] + RING_SURE_MS if broken else None)
    call.hang_up("agent", 0.5)


@pair("B1")
def greeting(call, broken):
    first = call.agent(t.BARE if broken else t.OPEN, gap_s=0)
    question(call)
    call.judged("B1", broken, first.begin_ms + 5_000, first.begin_ms + 6_500)
    call.customer(t.ASK_SHORT)
    call.agent(t.ANSWER_SHORT)
    closing(call)


@pair("B1", cast="m")
def greeting_after_rings(call, broken):
    call.ring(2)
    call.pick_up()
    first = call.agent(t.BARE if broken else t.OPEN)
    question(call)
    call.judged("B1", broken, first.begin_ms + 4_000, first.begin_ms + 6_500)
    closing(call)


@pair("B2")
def offers_service(call, broken):
    opening(call, t.OPEN_NO_SERVICE if broken else t.OPEN)
    question(call)
    call.judged("B2", broken)
    closing(call)


@pair("B3", cast="m")
def offers_help(call, broken):
    opening(call, t.OPEN_NO_OFFER if broken else t.OPEN)
    question(call)
    call.judged("B3", broken)
    closing(call)


@pair("B4", settings=[("greeting.order.enforce", True)])
def order(call, broken):
    said = opening(call, t.OPEN_TURNED if broken else t.OPEN)
    call.judged("B4", broken, said.begin_ms, said.end_ms + 1_000)
    question(call)
    closing(call)


@pair("B5", start="09:30")
def time_of_day(call, broken):
    said = opening(call, t.OPEN_AFTERNOON if broken else t.OPEN_MORNING)
    call.judged("B5", broken, said.begin_ms, said.end_ms + 1_000)
    question(call)
    closing(call)


@pair("M1", direction="out", cast="m")
def convenient(call, broken):
    call.customer("喂，你好。", gap_s=0)
    first = call.agent(t.OUTBOUND_RUSHED if broken else t.OUTBOUND)
    call.customer(t.FINE)
    for sentence in t.EXPLAIN[:4]:
        call.agent(sentence, gap_s=0.5)
    call.customer(t.FINE)
    call.agent(t.EXPLAIN[4])
    call.wait(1.0)
    call.judged("M1", broken, first.begin_ms + 29_000, first.begin_ms + 32_000)
    closing(call)


def _quiet_hours(call, broken):
    call.customer("喂，你好。", gap_s=0)
    call.agent(t.OUTBOUND)
    call.customer(t.FINE)
    call.judged("M2", broken, 0, 1_000)
    closing(call)


@pair("M2", direction="out", start="12:30")
def at_noon(call, broken):
    if not broken:
        call.start = "10:05"
    _quiet_hours(call, broken)


@pair("M2", direction="out", start="21:40", cast="m")
def at_night(call, broken):
    if not broken:
        call.start = "19:20"
    _quiet_hours(call, broken)


@pair("T4")
def passed_on(call, broken):
    call.states.append((0, "transferred", None))
    opening(call, t.TRANSFERRED if broken else t.TRANSFERRED_THANKS)
    question(call)
    call.judged("T4", broken)
    closing(call)
