"""Calls of words and of the end: G1, G3, G7-G9, I7, J1-J3, J5-J7, J11, K2."""

from model.calls import texts as t
from model.calls.catalogue import closing, opening, pair, question
from model.calls.script import AGENT, CUSTOMER

TABOO_MS = 4_000  # a hit waits 2 s for what is said around it


@pair("G1")
def no_polite_word(call, broken):
    call.agent(t.BARE if broken else t.OPEN, gap_s=0)
    call.customer(t.ASK)
    call.talk(AGENT, t.EXPLAIN, 14)
    call.customer(t.FINE)
    call.judged("G1", broken)
    if not broken:
        closing(call)
    call.wait(1.0)


@pair("G3", cast="m")
def taboo(call, broken):
    opening(call)
    call.customer(t.ASK)
    said = call.agent(t.TABOO_OTHER if broken else t.ANSWER)
    call.judged("G3", broken, said.begin_ms, said.end_ms + TABOO_MS)
    call.customer(t.ASK_SHORT)
    call.agent(t.ANSWER_SHORT)
    closing(call)


@pair("G3")
def prescribed_words(call, broken):
    opening(call)
    question(call)
    call.customer(t.FINE)
    said = call.agent(t.TABOO if broken else t.CLEAR)
    call.judged("G3", broken, said.begin_ms, said.end_ms + TABOO_MS)
    call.customer(t.FINE)
    call.agent(t.ANSWER_SHORT)
    closing(call)


@pair("G7")
def you_must(call, broken):
    opening(call)
    question(call)
    call.customer(t.ASK_SHORT)
    said = call.agent(t.YOU_MUST if broken else t.PLEASE_GO)
    call.judged("G7", broken, said.begin_ms, said.end_ms + TABOO_MS)
    call.customer(t.FINE)
    call.agent(t.ANSWER_SHORT)
    closing(call)


@pair("G8", cast="m")
def apologies(call, broken):
    opening(call)
    call.customer(t.ASK)
    sixth = None
    for index in range(7 if broken else 2):
        said = call.agent(t.SORRY[index % len(t.SORRY)])
        if index == 5:
            sixth = said
        call.customer(t.FINE)
        call.agent(t.ANSWER_SHORT)
    call.judged("G8", broken, sixth.begin_ms if sixth else None, call.now_ms if sixth else None)
    closing(call)


@pair("G9")
def thanked(call, broken):
    opening(call)
    question(call)
    thanks = call.customer(t.THANK_YOU_CUSTOMER)
    call.agent(t.NOD if broken else t.WELCOME)
    call.customer(t.ASK_SHORT)
    call.agent(t.ANSWER_SHORT)
    call.judged("G9", broken, thanks.end_ms + 3_000, thanks.end_ms + 6_000)
    closing(call)


@pair("I7", cast="m")
def asks_to_repeat(call, broken):
    opening(call)
    call.customer(t.STORY[0])
    said = call.agent(t.REPEAT_CURT if broken else t.REPEAT)
    call.judged("I7", broken, said.begin_ms + 2_000, said.end_ms + 5_000)
    call.customer(t.STORY[0])
    call.agent(t.ANSWER)
    call.customer(t.FINE)
    closing(call)


@pair("J1")
def anything_else(call, broken):
    opening(call)
    question(call)
    call.customer(t.FINE)
    call.judged("J1", broken)
    closing(call, offer=not broken)


@pair("J2", cast="m")
def thanks(call, broken):
    opening(call)
    question(call)
    call.customer(t.FINE)
    call.judged("J2", broken)
    closing(call, thanks=not broken)


@pair("J3")
def farewell(call, broken):
    opening(call)
    question(call)
    call.customer(t.FINE)
    call.judged("J3", broken)
    closing(call, farewell=not broken)


def _ended(call, customer_last=False):
    """Up to the agent's farewell; returns the end of the last word."""
    opening(call)
    question(call)
    call.customer(t.FINE)
    call.phase("closing", call.agent(t.MORE).begin_ms)
    call.customer(t.NO_MORE)
    call.agent(t.THANKS)
    said = call.agent(t.BYE, gap_s=0.4)
    return call.customer(t.BYE_CUSTOMER, gap_s=0.4).end_ms if customer_last else said.end_ms


@pair("J5")
def hangs_up_first(call, broken):
    last_ms = _ended(call, customer_last=True)
    if not broken:
        call.wait(0.4)
        call.busy()
    call.hang_up("agent", 0.8)
    call.judged("J5", broken)
    if broken:
        call.figures["hang_up_gap_ms"] = call.length_ms - last_ms


@pair("J6", cast="m")
def waits_three_seconds(call, broken):
    last_ms = _ended(call)
    call.hang_up("agent", 1.5 if broken else 4.0)
    call.judged("J6", broken)
    if broken:
        call.figures["hang_up_gap_ms"] = call.length_ms - last_ms


@pair("J7")
def customer_stays(call, broken):
    last_ms = _ended(call)
    if broken:
        call.hang_up("agent", 8.0)
        call.figures["hang_up_gap_ms"] = call.length_ms - last_ms
    else:
        call.agent(t.MORE, gap_s=4.5)
        call.hang_up("agent", 7.0)
    call.judged("J7", broken)


@pair("J11", cast="m")
def wishes(call, broken):
    opening(call)
    question(call)
    call.customer(t.FINE)
    call.agent(t.MORE)
    call.customer(t.NO_MORE)
    call.agent(t.THANKS)
    for text in t.WISH if broken else t.WISH[:1]:
        said = call.agent(text, gap_s=0.8)
    call.judged("J11", broken, said.begin_ms, said.end_ms + 1_000)
    call.agent(t.BYE, gap_s=0.5)
    call.wait(1.0)


@pair("K2", settings=[("duration.ask_convenient_after_s", 45_000)])
def long_talk(call, broken):
    opening(call)
    call.customer(t.ASK)
    call.talk(AGENT, t.EXPLAIN, 18)
    if not broken:
        call.agent(t.TIME)
    call.talk(CUSTOMER, t.STORY, 10)
    call.talk(AGENT, t.EXPLAIN[4:], 12)
    call.customer(t.FINE)
    call.judged("K2", broken)
    closing(call)


@pair("G4")
def fillers(call, broken):
    opening(call)
    call.customer(t.ASK)
    for part in range(4):
        if broken or part == 0:
            for text in t.FILLED if broken else t.FILLED[:1]:
                call.agent(text, gap_s=0.5)
        call.talk(AGENT, t.EXPLAIN[part * 2 :] + t.EXPLAIN[: part * 2], 11 if broken else 17)
        call.customer(t.FINE)
    call.judged("G4", broken)
    closing(call)


@pair("G6", cast="m")
def negative_wording(call, broken):
    opening(call)
    call.customer(t.ASK)
    for negative, positive in zip(t.NEGATIVE, t.POSITIVE, strict=True):
        call.agent(negative if broken else positive)
        call.customer(t.ASK_SHORT)
    call.agent(t.ANSWER)
    call.judged("G6", broken)
    closing(call)
