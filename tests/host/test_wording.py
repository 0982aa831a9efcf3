"""The commands speak the terminal's language, and everything they say is there in Chinese."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sidetone_host import wording, wording_file

SIDETONE = Path(sys.executable).with_name("sidetone")
VARIABLES = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")


def say(*call: str, **variables: str) -> subprocess.CompletedProcess[bytes]:
    quiet = {name: value for name, value in os.environ.items() if name not in VARIABLES}
    return subprocess.run([SIDETONE, *call], env={**quiet, **variables}, capture_output=True, check=False)


def test_every_text_has_its_chinese() -> None:
    there = wording_file.catalogue()
    assert [text for text in wording_file.wanted() if not there.get(text) or not there.get(text).string] == [], "translate them in data/zh.po"


def test_a_translation_has_the_places_of_its_text() -> None:
    wrong = [(message.id, str(fault)) for message in wording_file.catalogue() for fault in message.check()]
    assert wrong == []


@pytest.mark.parametrize(
    ("variables", "language"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_TW.UTF-8"}, "zh"),
        ({"LANG": "en_US.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "en_US.UTF-8", "LANGUAGE": "de:zh_CN:en"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LANGUAGE": ""}, "zh"),
    ],
)
def test_the_terminals_language(variables: dict[str, str], language: str) -> None:
    done = say("phrases", "passage", "--file", "absent.toml", PYTHONIOENCODING="utf-8", **variables)
    help_page = say("--help", PYTHONIOENCODING="utf-8", **variables).stdout.decode("utf-8")
    assert done.returncode == 2
    assert ("主机工具" in help_page) == (language == "zh")
    assert ("host tools" in help_page) == (language == "en")


def test_a_wrong_call_gets_one_line_in_chinese() -> None:
    done = say("phrases", "add", "您好", LANG="zh_CN.UTF-8", PYTHONIOENCODING="utf-8")
    said = done.stderr.decode("utf-8")
    assert done.returncode == 2
    assert said.count("\n") == 1
    assert "--label" in said
    assert "缺少" in said


def test_chinese_in_the_terminals_own_encoding() -> None:
    assert "主机工具" in say("--help", LANG="zh_CN.GB18030", PYTHONIOENCODING="gb18030").stdout.decode("gb18030")


def test_a_terminal_without_chinese_characters_is_spoken_to_in_english() -> None:
    page = say("--help", LANG="zh_CN.ISO-8859-1", PYTHONIOENCODING="latin-1").stdout
    assert b"host tools" in page
    assert b"\\u" not in page


def test_what_is_not_in_the_catalogue_is_said_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wording, "language", lambda: "zh")
    assert wording.tr("a word of {another} program") == "a word of {another} program"
    assert wording.tr("a text of {n} {things}", n=2, things="{}") == "a text of 2 {}"
