"""Calls of voice and of an excited customer: C1, C2, C4, C7, C8, D1, D2, E1, L3, L6, N1, N2."""

import numpy as np

from model.calls import texts as t
from model.calls.catalogue import closing, opening, pair, question
from model.calls.script import AGENT, CUSTOMER
from model.calls.speech import breath_pop, held_sound

ANGRY_DB = 10.0
FAINT_DB = -12.0


@pair("C1")
def too_loud(call, broken):
    opening(call)
    call.customer(t.ASK)
    said = call.agent(t.EXPLAIN[0], gain_db=10 if broken else 3)
    call.judged("C1", broken, said.begin_ms, said.begin_ms + 2_500)
    call.customer(t.FINE)
    closing(call)


@pair("C2", cast="m")
def too_quiet(call, broken):
    opening(call)
    call.customer(t.ASK)
    first = call.agent(t.EXPLAIN[0], gain_db=-13 if broken else -4)
    last = call.agent(t.EXPLAIN[3], gain_db=-13 if broken else -4, gap_s=0.3)
    call.judged("C2", broken, first.begin_ms, last.end_ms + 300)
    call.customer(t.FINE)
    closing(call)


def _story(call):
    """The customer has spoken long enough that his usual level is known."""
    opening(call)
    call.customer(t.STORY[0])
    call.customer(t.STORY[1], gap_s=0.4)
    call.agent(t.FINE)


@pair("C4")
def shouts_back(call, broken):
    _story(call)
    call.customer(t.ANGRY[0], gain_db=ANGRY_DB)
    said = call.agent(t.EXPLAIN[2], gain_db=ANGRY_DB if broken else -1)
    call.agent(t.SYMPATHY)
    call.judged("C4", broken, said.begin_ms, said.end_ms + 500)
    call.customer(t.FINE)
    closing(call)


@pair("C7", cast="m")
def shouts_at_faint(call, broken):
    _story(call)
    call.customer(t.STORY[2], gain_db=FAINT_DB)
    said = call.agent(t.EXPLAIN[2], gain_db=5.5 if broken else 0)
    call.judged("C7", broken, said.begin_ms, said.end_ms + 500)
    call.customer(t.FINE)
    closing(call)


@pair("C8")
def jump_in_level(call, broken):
    opening(call)
    call.customer(t.ASK)
    call.agent(t.ANSWER)
    call.customer(t.REPEAT_CUSTOMER)
    said = call.agent(t.ANSWER, gain_db=5.5 if broken else 1)
    call.judged("C8", broken, said.begin_ms, said.end_ms + 300)
    call.customer(t.FINE)
    closing(call)


def _paced(call, tempo, seconds=26):
    opening(call)
    call.customer(t.ASK)
    begin_ms, end_ms = call.talk(AGENT, t.EXPLAIN, seconds, gap_s=0.15, tempo=tempo)
    call.customer(t.FINE)
    closing(call)
    return begin_ms, end_ms


@pair("D1")
def too_fast(call, broken):
    begin_ms, end_ms = _paced(call, 1.75 if broken else 1.15)
    call.judged("D1", broken, begin_ms + 5_000, end_ms + 300)


@pair("D1", cast="m")
def too_slow(call, broken):
    begin_ms, end_ms = _paced(call, 0.5 if broken else 0.9, 30)
    call.judged("D1", broken, begin_ms + 5_000, end_ms + 300)


@pair("D2")
def pace_of_customer(call, broken):
    opening(call)
    call.talk(CUSTOMER, t.STORY[:4], 12, tempo=0.68)
    begin_ms, end_ms = call.talk(AGENT, t.EXPLAIN, 20, gap_s=0.15, tempo=1.3 if broken else 0.85)
    call.judged("D2", broken, begin_ms + 4_000, end_ms + 300)
    call.customer(t.FINE)
    closing(call)


@pair("E1", cast="m")
def monotone(call, broken):
    call.manner[AGENT] = "flat" if broken else None
    opening(call)
    question(call)
    call.customer(t.ASK_SHORT)
    begin_ms, end_ms = call.talk(AGENT, t.EXPLAIN, 21)
    call.customer(t.FINE)
    _begin_ms, end_ms = call.talk(AGENT, t.EXPLAIN[4:], 16)
    call.judged("E1", broken, begin_ms + 5_000, end_ms + 500)
    call.customer(t.FINE)
    closing(call)


@pair("L3")
def loud_room(call, broken):
    call.noises[AGENT] = -35.0 if broken else -54.0
    opening(call)
    question(call)
    call.customer(t.ASK_SHORT)
    call.agent(t.ANSWER_SHORT)
    call.judged("L3", broken, 9_000, None)
    closing(call)


@pair("L6")
def quarrel(call, broken):
    loud_db = ANGRY_DB if broken else 0
    _story(call)
    angry = call.customer(t.ANGRY[0], gain_db=ANGRY_DB)
    first = call.agent(t.EXPLAIN[2], gain_db=loud_db, at_ms=angry.end_ms - (1_500 if broken else -600), kind="interruption" if broken else "speech")
    again = call.customer(t.ANGRY[1], gain_db=ANGRY_DB, at_ms=first.end_ms - (2_000 if broken else -600))
    last = call.agent(t.EXPLAIN[3], gain_db=loud_db, at_ms=again.end_ms - (1_800 if broken else -600), kind="interruption" if broken else "speech")
    call.judged("L6", broken, first.begin_ms, last.end_ms)
    call.customer(t.FINE)
    call.agent(t.SYMPATHY)
    closing(call)


@pair("N1", cast="m")
def no_apology(call, broken):
    _story(call)
    call.customer(t.ANGRY[0], gain_db=ANGRY_DB)
    call.customer(t.ANGRY[1], gain_db=ANGRY_DB, gap_s=0.4)
    call.agent(t.NO_SYMPATHY if broken else t.SYMPATHY)
    call.judged("N1", broken)
    call.customer(t.FINE)
    closing(call)


@pair("N2")
def loses_calm(call, broken):
    _story(call)
    call.customer(t.ANGRY[0], gain_db=ANGRY_DB)
    said = call.agent(t.EXPLAIN[2], gain_db=9 if broken else -1)
    call.judged("N2", broken, said.begin_ms, said.end_ms + 500)
    call.agent(t.SYMPATHY)
    call.customer(t.FINE)
    closing(call)


def _minute_of_speech(call, between):
    """A minute and more of the agent's speech in four turns; between(sentence number) after each sentence."""
    opening(call)
    call.customer(t.ASK)
    number = 0
    spoken_ms = 0
    while spoken_ms < 64_000:
        said = call.agent(t.EXPLAIN[number % len(t.EXPLAIN)], gap_s=0.5)
        spoken_ms += said.end_ms - said.begin_ms
        between(number, said)
        number += 1
        if number % 4 == 0:
            call.customer(t.FINE)
    call.wait(1.0)
    closing(call)


@pair("C10")
def breath_in_microphone(call, broken):
    rng = np.random.default_rng(10)

    def pops(number, said):
        for share in (0.1, 0.3, 0.5, 0.7, 0.9) if broken else ((0.5,) if number % 3 == 0 else ()):
            call.sound(AGENT, breath_pop(rng), said.begin_ms + share * (said.end_ms - said.begin_ms), 12)

    _minute_of_speech(call, pops)
    call.judged("C10", broken)


@pair("D7", cast="m")
def hesitates(call, broken):
    rng = np.random.default_rng(7)

    def hems(number, said):
        if broken or number == 2:
            call.sound(AGENT, held_sound(rng, hertz=130), said.end_ms + 450)
            call.wait(1.5)
            call.agent("那个。", gap_s=0.0, at_ms=call.now_ms)
            call.wait(0.1)

    _minute_of_speech(call, hems)
    call.judged("D7", broken)


@pair("E2")
def shrill(call, broken):
    from model.calls import calibrate

    call.usual = {"pitch_st_q8": calibrate.usual(call.voices[AGENT])["pitch_st_q8"]}
    call.manner[AGENT] = "high" if broken else None
    opening(call)
    question(call)
    call.customer(t.ASK_SHORT)
    begin_ms, _end_ms = call.talk(AGENT, t.EXPLAIN, 21)
    call.customer(t.FINE)
    _begin_ms, end_ms = call.talk(AGENT, t.EXPLAIN[4:], 16)
    call.judged("E2", broken, begin_ms, end_ms + 500)
    call.customer(t.FINE)
    closing(call)


@pair("E4", cast="m")
def tired(call, broken):
    from model.calls import calibrate

    spread_q8 = calibrate.usual(call.voices[AGENT])["first_spread_q8"]
    call.usual = {"first_spread_q8": spread_q8, "recent_spread_q8": spread_q8 * (6 if broken else 9) // 10}
    call.manner[AGENT] = "flat" if broken else None
    opening(call)
    question(call)
    call.customer(t.ASK_SHORT)
    call.talk(AGENT, t.EXPLAIN, 12)
    call.customer(t.FINE)
    call.judged("E4", broken)
    closing(call)


@pair("C3")
def stays_soft(call, broken):
    opening(call, gap_s=0.0)
    call.customer(t.ASK)
    call.agent(t.ANSWER, gain_db=-6)
    call.customer(t.REPEAT_CUSTOMER)
    said = call.agent(t.ANSWER, gain_db=-6 if broken else -1)
    call.judged("C3", broken, said.end_ms, said.end_ms + 2_500)
    call.wait(1.0)
    call.customer(t.FINE)
    closing(call)


@pair("N3", settings=[("escalation.after_s", 15_000)], cast="m")
def passes_on(call, broken):
    call.has_help = True
    _story(call)
    for text in (*t.ANGRY, *t.ANGRY, t.ANGRY[0]):
        call.customer(text, gain_db=ANGRY_DB, gap_s=0.4)
    call.agent(t.SYMPATHY if broken else t.TRANSFER)
    call.judged("N3", broken)
    call.customer(t.FINE)
    closing(call)
