"""The scripted calls: every judged rule has a call that breaks it and one that keeps it, scripts are what they say, the pages are fresh."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path

import numpy as np
import soundfile

from model.calls import catalogue, hear, score, sound, speech, texts
from sidetone.core.etiquette.rules import LAMP, RECORD, RULES
from sidetone_host import calls_page, cli

ROOT = Path(__file__).parents[2]
RINGING_ONLY = "A4-nobody_answers-breaks"  # no speech in it: needs no synthesizer


def test_every_judged_rule_has_a_call_that_breaks_it_and_one_that_keeps_it() -> None:
    kinds = defaultdict(set)
    for rule, _script, broken, _how in catalogue.load().values():
        kinds[rule].add(broken)
    for row in RULES:
        if row[3] in (LAMP, RECORD):
            assert kinds[row[0]] == {True, False}, f"{row[0]} needs a script in model/calls/calls_*.py"


def test_plain_sentences_hold_no_phrase() -> None:
    for text in (*texts.EXPLAIN, *texts.STORY, *texts.ANGRY, texts.ANSWER, texts.ASK, texts.FINE, texts.BARE, texts.NOD):
        assert speech.text_phrases(text) == [], text
    assert ("greeting", 2) in speech.text_phrases(texts.OPEN)
    assert {label for label, _end in speech.text_phrases(texts.CLEAR)} >= {"taboo_dont_know", "clarity_check"}


def test_a_call_is_the_same_bytes_each_time() -> None:
    call = catalogue.build(RINGING_ONLY)
    first = sound.render(call, sound.FEW[2])
    again = sound.render(catalogue.build(RINGING_ONLY), sound.FEW[2])
    assert first.tobytes() == again.tobytes()
    other = sound.render(call, sound.FEW[0])
    assert first.shape == other.shape == (call.length_ms * 16, 2)
    assert not np.array_equal(first, other)


def test_calls_are_played_as_replay_plays_them(tmp_path: Path, capsys: object) -> None:
    call = catalogue.build(RINGING_ONLY)
    samples = sound.render(call, sound.FEW[1])
    soundfile.write(tmp_path / "call.flac", samples, 16_000, subtype="PCM_16")
    events = "\n".join(json.dumps({"t_ms": t_ms, "phase": phase, **({"by": by} if by else {})}) for t_ms, phase, by in call.states)
    (tmp_path / "events.jsonl").write_text(events)
    arguments = ["replay", str(tmp_path / "call.flac"), "--json", "--direction", "out", "--events", str(tmp_path / "events.jsonl")]
    assert cli.main(arguments) == 0
    replayed = [json.loads(line) for line in capsys.readouterr().out.splitlines()]  # type: ignore[attr-defined]
    lines, syllables_ms = hear.play(call, samples, "network")
    assert lines == replayed
    verdict = score.verdict(call, lines)
    assert verdict["right"], verdict
    assert verdict == score.verdict(call, hear.play(call, samples, "script", syllables_ms=syllables_ms)[0])


def test_the_committed_figures_are_of_the_calls_there_are() -> None:
    ears = calls_page.measured()["scripted"]["ears"]
    rules = {row[0] for row in catalogue.load().values()}
    for ear in hear.EARS:
        assert set(ears[ear]["rules"]) <= rules
    assert calls_page.measured()["scripted"]["calls"] >= 40


def test_the_page_is_fresh() -> None:
    page = ROOT / "docs/calls-evaluation.md"
    assert page.read_text("utf-8") == calls_page.text(), "run: make docs"
