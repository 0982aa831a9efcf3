"""Calls of waiting: holds H1-H5, transfer T1, silent callers I1-I3."""

from model.calls import texts as t
from model.calls.catalogue import closing, opening, pair, question
from model.calls.script import AGENT


def _until_hold(call, hold=t.HOLD, consent=True):
    """Returns the ms of the agent's last word before the hold."""
    opening(call)
    call.customer(t.ASK)
    said = call.agent(hold)
    if consent:
        call.customer(t.CONSENT, gap_s=0.4)
    call.phase("hold", said.end_ms)
    return said.end_ms


def _back(call, gap_s, text=t.BACK):
    said = call.agent(text, gap_s=gap_s)
    call.phase("talking", said.begin_ms)
    return said


@pair("H1")
def leaves_unasked(call, broken):
    word_ms = _until_hold(call, t.HOLD_CURT if broken else t.HOLD, consent=not broken)
    back = _back(call, 9.0)
    call.judged("H1", broken, word_ms + 4_500, back.end_ms)
    call.figures["hold_gaps_ms"] = [back.begin_ms - word_ms]
    call.customer(t.FINE)
    closing(call)


@pair("H1", cast="m")
def leaves_without_word(call, broken):
    if broken:
        opening(call)
        question(call)
        asked = call.customer(t.ASK_SHORT)
        call.phase("hold", asked.end_ms)
        back = _back(call, 11.0)
        call.judged("H1", True, asked.end_ms + 8_000, back.end_ms + 4_000)
    else:
        _until_hold(call)
        _back(call, 11.0)
        call.judged("H1", False)
    call.customer(t.FINE)
    closing(call)


@pair("H2", cast="m")
def no_report(call, broken):
    word_ms = _until_hold(call)
    if broken:
        back = _back(call, 18.0)
        gaps = [back.begin_ms - word_ms]
    else:
        report = call.agent(t.PROGRESS, gap_s=10.0)
        back = _back(call, 10.0)
        gaps = [report.begin_ms - word_ms, back.begin_ms - report.end_ms]
    call.judged("H2", broken, word_ms + 14_700, word_ms + 15_600)
    call.figures["hold_gaps_ms"] = gaps
    call.customer(t.FINE)
    closing(call)


@pair("H3")
def long_hold(call, broken):
    word_ms = _until_hold(call)
    gaps, last_ms = [], word_ms
    for _ in range(6 if broken else 2):
        said = call.agent(t.PROGRESS, gap_s=9.5)
        gaps.append(said.begin_ms - last_ms)
        last_ms = said.end_ms
    back = _back(call, 5.0)
    gaps.append(back.begin_ms - last_ms)
    call.figures["hold_gaps_ms"] = gaps
    call.judged("H3", broken, word_ms + 59_700, word_ms + 61_500)
    call.customer(t.FINE)
    closing(call)


@pair("H4", cast="m")
def silent_hold(call, broken):
    word_ms = _until_hold(call)
    gaps, last_ms = [], word_ms
    if broken:
        back = _back(call, 33.0)
    else:
        for _ in range(2):
            said = call.agent(t.PROGRESS, gap_s=10.0)
            gaps.append(said.begin_ms - last_ms)
            last_ms = said.end_ms
        back = _back(call, 10.0)
    gaps.append(back.begin_ms - last_ms)
    call.figures["hold_gaps_ms"] = gaps
    call.judged("H4", broken, back.begin_ms, back.end_ms + 4_000)
    call.customer(t.FINE)
    closing(call)


@pair("H5")
def returns_without_thanks(call, broken):
    word_ms = _until_hold(call)
    back = _back(call, 10.0, t.BACK_CURT if broken else t.BACK)
    call.talk(AGENT, t.EXPLAIN[:2], 6, first_gap_s=0.3)
    call.figures["hold_gaps_ms"] = [back.begin_ms - word_ms]
    call.customer(t.FINE)
    call.customer(t.ASK_SHORT, gap_s=0.3)
    call.agent(t.ANSWER_SHORT)
    call.judged("H5", broken, back.begin_ms, call.now_ms)
    closing(call)


@pair("T1", cast="m")
def transfers(call, broken):
    opening(call)
    question(call)
    call.customer(t.ASK_SHORT)
    call.agent(t.TRANSFER_CURT if broken else t.TRANSFER)
    if not broken:
        call.customer(t.CONSENT)
        call.agent("好的。")
    call.judged("T1", broken)
    call.hang_up("agent", 3.2)


def _silent(call, broken, rule, texts, gap_s):
    for index, text in enumerate(texts):
        call.agent(text, gap_s=gap_s if index else 0.5)
    call.figures["silent_prompts"] = len(texts)
    call.judged(rule, broken)
    call.hang_up("agent", gap_s + 0.3)


@pair("I1")
def silent_caller(call, broken):
    _silent(call, broken, "I1", (t.SILENT_PROMPT, t.SILENT_LAST) if broken else (t.SILENT_PROMPT, t.SILENT_AGAIN, t.SILENT_LAST), 5.4)


@pair("I1", cast="m")
def silent_caller_hurried(call, broken):
    _silent(call, broken, "I1", (t.SILENT_PROMPT, t.SILENT_AGAIN, t.SILENT_LAST), 5.4)
    if broken:
        # the third prompt comes 2.5 s after the second one
        said = call.said[2]
        begin_ms = call.said[1].end_ms + 2_500
        call.clips[2] = (call.clips[2][0], begin_ms, call.clips[2][2])
        call.said[2] = said._replace(begin_ms=begin_ms, end_ms=begin_ms + said.end_ms - said.begin_ms, phrases=tuple((label, at - said.begin_ms + begin_ms) for label, at in said.phrases))


@pair("I2", settings=[("silent_profile", "redial_2_3s")])
def silent_redial(call, broken):
    _silent(call, broken, "I2", (t.SILENT_PROMPT, t.SILENT_LAST) if broken else (t.SILENT_PROMPT, t.SILENT_AGAIN, t.SILENT_LAST), 2.6)


@pair("I3", settings=[("silent_profile", "repeat_twice")], cast="m")
def silent_repeat(call, broken):
    texts = (t.SILENT_PROMPT, t.SILENT_PROMPT, t.SILENT_LAST) if broken else (t.SILENT_PROMPT, t.SILENT_PROMPT, t.SILENT_AGAIN, t.SILENT_LAST)
    _silent(call, broken, "I3", texts, 5.4)
