"""The commands speak the terminal's language, and everything they say is there in Chinese."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from sidetone_host import wording, wording_file

SIDETONE = Path(sys.executable).with_name("sidetone")
VARIABLES = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")


def run(*call: str, encoding: str = "utf-8", **variables: str) -> subprocess.CompletedProcess[str]:
    quiet = {name: value for name, value in os.environ.items() if name not in VARIABLES}
    around = {**quiet, "PYTHONIOENCODING": encoding, **variables}
    return subprocess.run([SIDETONE, *call], env=around, capture_output=True, encoding=encoding, check=False)


@pytest.fixture
def in_chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wording, "language", lambda: "zh")


def test_every_text_has_its_chinese() -> None:
    there = {message.id: message.string for message in wording_file.catalogue()}
    assert [text for text in wording_file.wanted() if not there.get(text)] == [], "translate them in data/zh.po"


def test_a_translation_has_the_places_of_its_text() -> None:
    places = re.compile(r"\{\w+(?::[^}]*)?\}|%\(\w+\)[sr]|%s")
    wrong = [m.id for m in wording_file.catalogue() if m.id and sorted(places.findall(m.id)) != sorted(places.findall(m.string))]
    assert wrong == []


@pytest.mark.usefixtures("in_chinese")
def test_every_fault_that_the_code_words_is_said_in_chinese() -> None:
    """Each with a value in its places, as the code would fill it in."""
    english = []
    for text in wording_file.wanted():
        if wording.PLACE.search(text) and len(wording.own_words(text)) >= wording.OWN_LETTERS:
            said = wording.said(wording.PLACE.sub("17", text))
            if not re.search("[\u4e00-\u9fff]", said) and re.search("[\u4e00-\u9fff]", wording.tr(text)):
                english.append(text)
    assert english == []


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
def test_the_terminals_language(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], language: str) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(wording, "_shows_chinese", lambda _: True)
    assert wording.language() == language


def test_pages_of_help_and_wrong_calls_in_chinese() -> None:
    page = run("phrases", "add", "--help", LANG="zh_CN.UTF-8").stdout
    assert "用法" in page
    assert "只说明，不写入" in page
    wrong = run("phrases", "add", "您好", LANG="zh_CN.UTF-8")
    assert wrong.returncode == 2
    assert wrong.stderr == "sidetone phrases add：缺少参数：--label；见 `sidetone phrases add --help`\n"


def test_faults_in_chinese(tmp_path: Path) -> None:
    profile = tmp_path / "hall.toml"
    profile.write_text('base = "default-zh"\n[volume]\nloud_db = 500\nquiet_db = "abc"\n[greeting]\ndeadline_s = 30\nopening_s = 10\n')
    done = run("profile", "check", str(profile), LANG="zh_CN.UTF-8")
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        f"{profile}:3: volume.loud_db: 是 500，超出范围；允许 1 to 30 dB",
        f'{profile}:4: volume.quiet_db: 是文字 "abc"；请写一个数，单位 dB',
        f"{profile}:6: greeting.deadline_s: 矛盾: deadline_s 不得高于 opening_s: 开场包含问候（greeting.deadline_s = 30, greeting.opening_s = 10）",
        f"{profile}: 3 处错误",
    ]
    absent = run("replay", str(tmp_path / "absent.wav"), LANG="zh_CN.UTF-8")
    assert absent.stderr == f"sidetone replay: {tmp_path}/absent.wav: 没有这个文件\n"


@pytest.mark.usefixtures("in_chinese")
def test_a_place_before_a_fault_stays_before_it() -> None:
    """Whatever the Chinese does with the order of the fault's own places."""
    moved = []
    for text in wording_file.wanted():
        fault = wording.PLACE.sub("17", text)
        if wording.PLACE.search(text) and wording.said(fault) != fault and not wording.said(f"site.toml:3: {fault}").startswith("site.toml:3: "):
            moved.append(text)
    assert moved == []


@pytest.mark.usefixtures("in_chinese")
def test_a_long_line_or_one_of_many_parts_stays_as_it_is() -> None:
    fault = "pin 7 is used more than once; give each signal its own"
    assert wording.said("a: " * (wording.MOST_PARTS - 1) + fault) != "a: " * (wording.MOST_PARTS - 1) + fault
    for line in ("a: " * wording.MOST_PARTS + fault, "a: " * 600, f"{'a' * wording.LONGEST}: {fault}"):
        assert wording.said(line) == line


def test_chinese_in_the_terminals_own_encoding() -> None:
    assert "主机工具" in run("--help", encoding="gb18030", LANG="zh_CN.GB18030").stdout


def test_a_terminal_without_chinese_characters_is_spoken_to_in_english() -> None:
    page = run("--help", encoding="latin-1", LANG="zh_CN.ISO-8859-1").stdout
    assert "host tools" in page
    assert "\\u" not in page


@pytest.mark.usefixtures("in_chinese")
def test_what_is_not_in_the_catalogue_is_said_as_it_is() -> None:
    assert wording.tr("a word of {another} program") == "a word of {another} program"
    assert wording.tr("a text of {n} {things}", n=2, things="{}") == "a text of 2 {}"
    assert wording.said("a word of another program: {strange}: no") == "a word of another program: {strange}: no"


@pytest.mark.usefixtures("in_chinese")
def test_a_value_that_is_a_word_of_ours_stays() -> None:
    """`false`, `no` and `limit` are heads of columns, and values of settings."""
    assert wording.said('is "false"; write a text in quotes') == '是 "false"；请写引号里的文字'
    assert wording.said("limit") == "limit"


@pytest.mark.usefixtures("in_chinese")
def test_each_line_keeps_what_stands_before_its_fault() -> None:
    lines = "a.toml: [lamps] pins must give [red, green] for each lamp of kind gpio\nb.toml: pin 7 is used more than once; give each signal its own"
    first, second = wording.said(lines).split("\n")
    assert first == "a.toml: [lamps] pins 应为每个 gpio 指示灯写 [红, 绿]"
    assert second == "b.toml: 引脚 7 用了不止一次；请给每个信号各用一个"
