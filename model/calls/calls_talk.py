"""Calls of turns: D4-D6, F1, F2, F4-F6, B7, and of the line: I4-I6, J9."""

from model.calls import texts as t
from model.calls.catalogue import closing, opening, pair, question
from model.calls.script import AGENT, CUSTOMER


@pair("D4")
def slow_answer(call, broken):
    opening(call)
    call.customer(t.ASK)
    said = call.agent(t.ANSWER, gap_s=5.5 if broken else 1.2)
    call.judged("D4", broken, said.begin_ms, said.begin_ms + 2_000)
    call.customer(t.FINE)
    closing(call)


@pair("D5", cast="m")
def no_pause(call, broken):
    opening(call)
    call.customer(t.ASK)
    begin_ms, _end_ms = call.talk(AGENT, t.EXPLAIN, 36, gap_s=0.12 if broken else 0.9, change="breathless")
    call.judged("D5", broken, begin_ms + 26_000, begin_ms + 40_000)
    call.customer(t.FINE)
    closing(call)


@pair("D6")
def monologue(call, broken):
    opening(call)
    call.customer(t.ASK)
    begin_ms, _middle_ms = call.talk(AGENT, t.EXPLAIN, 25, gap_s=0.6)
    if not broken:
        call.customer(t.FINE)
    call.talk(AGENT, t.EXPLAIN[3:], 25, gap_s=0.6)
    call.judged("D6", broken, begin_ms + 44_000, begin_ms + 47_000)
    call.customer(t.FINE)
    closing(call)


@pair("F1")
def cuts_in(call, broken):
    opening(call)
    call.customer(t.STORY[0])
    asked = call.customer(t.STORY[2], gap_s=0.4)
    if broken:
        said = call.agent(t.ANSWER, at_ms=asked.end_ms - 1_600, kind="interruption")
    else:
        said = call.agent(t.LISTENING, at_ms=asked.end_ms - 1_800, kind="backchannel")
        call.agent(t.ANSWER)
    call.judged("F1", broken, said.begin_ms + 500, said.begin_ms + 2_500)
    call.customer(t.FINE)
    closing(call)


@pair("F1", cast="m")
def cuts_in_early(call, broken):
    opening(call)
    asked = call.customer(t.STORY[3])
    said = call.agent(t.ANSWER, at_ms=asked.begin_ms + 1_500 if broken else asked.end_ms + 400, kind="interruption" if broken else "speech")
    call.judged("F1", broken, said.begin_ms + 500, said.begin_ms + 2_500)
    call.customer(t.FINE)
    closing(call)


@pair("F2", cast="m")
def mute_listener(call, broken):
    opening(call)
    begin_ms, end_ms = call.talk(CUSTOMER, t.STORY, 25, gap_s=0.3)
    if not broken:
        call.agent(t.LISTENING, at_ms=begin_ms + 8_000, kind="backchannel")
        call.agent(t.LISTENING, at_ms=begin_ms + 17_000, kind="backchannel")
    call.judged("F2", broken, begin_ms + 19_500, end_ms + 500)
    call.agent(t.ANSWER)
    call.customer(t.FINE)
    closing(call)


def _four_answers(call, gap_s):
    for asked, answer in ((t.ASK, t.ANSWER), (t.ASK_SHORT, t.ANSWER_SHORT), (t.STORY[4], t.EXPLAIN[6]), (t.FINE, t.EXPLAIN[7])):
        call.customer(asked)
        call.agent(answer, gap_s=gap_s)
    call.customer(t.NO_MORE)
    call.agent(t.BYE, gap_s=0.6)
    call.wait(1.0)


@pair("F4")
def rushes(call, broken):
    gap_s = 0.04 if broken else 0.7
    opening(call)
    _four_answers(call, gap_s)
    call.judged("F4", broken)


@pair("F4", cast="m")
def over_the_last_word(call, broken):
    opening(call)
    _four_answers(call, -0.3 if broken else 0.9)
    call.judged("F4", broken)


@pair("F5", cast="m")
def repeats_back(call, broken):
    opening(call)
    for part in range(3):
        call.talk(CUSTOMER, t.STORY[part * 2 :] + t.STORY[: part * 2], 16, gap_s=0.3)
        call.agent(t.LISTENING if part < 2 else (t.ANSWER if broken else t.RECAP))
    call.customer(t.FINE)
    call.judged("F5", broken)
    closing(call)


@pair("F6")
def understood(call, broken):
    opening(call)
    call.customer(t.ASK)
    call.talk(AGENT, t.EXPLAIN, 33, gap_s=0.5)
    if not broken:
        call.agent(t.UNDERSTOOD)
    call.customer(t.FINE)
    call.judged("F6", broken)
    closing(call)


@pair("B7", cast="m")
def title(call, broken):
    opening(call)
    call.customer(t.ASK)
    if not broken:
        call.agent(t.TITLE)
    for part in range(3):
        call.talk(AGENT, t.EXPLAIN[part * 2 :] + t.EXPLAIN[: part * 2], 20, gap_s=0.3)
        call.customer(t.FINE)
    call.judged("B7", broken)
    closing(call)


@pair("I4")
def faint_caller(call, broken):
    opening(call)
    call.customer(t.STORY[0])
    call.customer(t.STORY[1], gap_s=0.4)
    call.agent(t.FINE)
    call.customer(t.FAINT, gain_db=-13)
    call.customer(t.STORY[4], gain_db=-13, gap_s=0.4)
    if broken:
        call.agent(t.BYE)
        call.hang_up("agent", 1.0)
    else:
        call.agent(t.REPEAT)
        call.customer(t.FAINT, gain_db=-13)
        call.agent(t.BYE)
        call.hang_up("agent", 6.5)
    call.judged("I4", broken)


@pair("I5", cast="m")
def noisy_line(call, broken):
    call.noises[CUSTOMER] = -33.0
    opening(call)
    call.customer(t.ASK)
    call.agent(t.HELLO)
    if not broken:
        call.agent(t.REPEAT, gap_s=5.0)
        call.agent(t.HELLO, gap_s=5.0)
        call.agent(t.BYE, gap_s=5.0)
    call.hang_up("agent", 5.2)
    call.judged("I5", broken)


@pair("I6")
def line_goes_dead(call, broken):
    opening(call)
    question(call)
    call.customer(t.ASK_SHORT)
    said = call.agent(t.ANSWER_SHORT)
    begin_ms = said.end_ms + 200
    call.wait(1.0)
    call.agent(t.HELLO)
    call.wait(2.5)
    call.agent(t.HELLO)
    if broken:
        call.mutes.append(("customer", begin_ms, call.now_ms + 1_500))
    call.judged("I6", broken, begin_ms + 2_900, begin_ms + 4_000)
    call.wait(1.6)
    call.customer(t.FINE)
    closing(call)


@pair("J9", cast="m")
def slam(call, broken):
    opening(call)
    question(call)
    closing(call)
    call.thumps.append((call.now_ms - 300, -2.0 if broken else -26.0))
    call.judged("J9", broken)
    call.hang_up("agent", 0.4)
