"""A site's phrases in profiles' files: added, taken out, what their bases give, and the cutoffs that go with them."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

import programs
from command_line import run
from sidetone_host import profile
from sidetone_host.errors import CannotDo, JudgedBad
from sidetone_host.phrases import files, site

DEMO = programs.TREE / "host_tools/sidetone_host/data/demo_call.flac"

pytestmark = pytest.mark.usefixtures("home")


def test_adding_and_removing_leave_the_sites_remarks(tmp_path: Path) -> None:
    path = tmp_path / "hall.toml"
    old = 'old = [\n  "欢迎光临",  # since May\n  "祝您愉快",\n]  # agreed\n'
    path.write_text(f'base = "zi-100-120"\n# ours\n[phrases]\n{old}\n[volume]\nloud_db = 8  # noisy\n', "utf-8")
    files.add(path, "company", "欢迎致电光明电力")
    files.add(path, "company", "光明电力为您服务", cutoff=-0.5)
    files.add(path, "old", "欢迎再来")
    text = path.read_text("utf-8")
    assert "# ours" in text
    assert "# noisy" in text
    assert 'old = ["欢迎光临", "祝您愉快", "欢迎再来"]  # since May  # agreed\n' in text
    made = profile.load(path)
    assert [row[0] for row in made.get("phrases")] == ["old", "company"]
    assert {row[0]: row[1] for row in made.get("phrases")} == {"old": 0, "company": -128}
    assert made.get("volume.loud_db") == 2048
    files.remove(path, "company", "欢迎致电光明电力")
    assert site.texts_of(files.table_of(path)["company"]) == ["光明电力为您服务"]
    files.remove(path, "company")
    files.remove(path, "old")
    assert files.table_of(path) == {}
    with pytest.raises(CannotDo, match="no phrases"):
        files.remove(path, "company")


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("[phrases]\n" + "".join(f'l{k} = "欢迎致电"\n' for k in range(12)), "at most 12 labels"),
        ('base = "full.toml"\n', "those of the base with them"),
        ('base = "absent.toml"\n', "cannot read the profile"),
        ('base = "hall.toml"\n', "the base"),
        ('language = "de"\n', "must be one of"),
        ("phrases = 3\n", "must be a table"),
        ("[phrases]\na = 5\n", "list of texts"),
    ],
)
def test_what_would_be_no_good_profile_is_not_written(tmp_path: Path, capfd: pytest.CaptureFixture[str], text: str, word: str) -> None:
    (tmp_path / "full.toml").write_text("[phrases]\n" + "".join(f'l{k} = "欢迎致电"\n' for k in range(12)), "utf-8")
    hall = tmp_path / "hall.toml"
    hall.write_text(text, "utf-8")
    code, out, err = run(capfd, "phrases", "add", "光明电力", "--label", "new", "--file", str(hall))
    assert (code, out) == (1, "")
    assert word in err
    assert hall.read_text("utf-8") == text


def test_the_bounds_hold_over_a_file_and_its_base(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "full.toml").write_text("[phrases]\n" + "".join(f'l{k} = "欢迎致电"\n' for k in range(12)), "utf-8")
    hall = tmp_path / "hall.toml"
    hall.write_text('base = "full.toml"\n[phrases]\nnew = "光明电力"\n', "utf-8")
    for command in (("profile", "check", str(hall)), ("replay", str(DEMO), "--profile", str(hall)), ("phrases", "list", "--file", str(hall))):
        code, out, err = run(capfd, *command)
        assert (code, out) == (1, "")
        assert err.startswith(f"{hall}:2: phrases: at most 12 labels")


def test_the_strictest_cutoff_is_not_the_networks_own(tmp_path: Path) -> None:
    path = tmp_path / "hall.toml"
    path.write_text('[phrases]\na = { text = "欢迎致电", cutoff = 0 }\nb = { text = "欢迎致电", cutoff = -0.001 }\nc = "欢迎致电"\n', "utf-8")
    assert [row[1] for row in profile.load(path).get("phrases")] == [-1, -1, 0]


def test_advice_is_of_a_stricter_cutoff_that_add_takes(capfd: pytest.CaptureFixture[str], home: Path) -> None:
    said = run(capfd, "phrases", "add", "是的", "--label", "yes", "--cutoff=-0.9", "--dry-run")[1]
    [advised] = re.findall(r"with --cutoff (-0\.\d{3}) about", said)
    assert float(advised) > -0.9
    code, said, _ = run(capfd, "phrases", "add", "是的", "--label", "yes", f"--cutoff={advised}")
    assert code == 0
    assert "with --cutoff" not in said or re.findall(r"with --cutoff (-0\.\d{3}) about", said) > [advised]
    said = run(capfd, "phrases", "add", "是的", "--label", "yes2", "--cutoff=-0.001")[1]
    assert "cutoff -0.004" in said
    assert "give a longer phrase" in said  # no cutoff is stricter
    assert [row[1] for row in profile.load(home).get("phrases")][-1] == -1
    assert run(capfd, "phrases", "add", "是的", "--label", "yes", "--cutoff=-0.1", "--at-most=1")[0] == 2


def test_a_chosen_cutoff_follows_the_texts_and_one_set_by_hand_stays(capfd: pytest.CaptureFixture[str], home: Path) -> None:
    def cutoff() -> float:
        return float(files.table_of(home)["a"]["cutoff"])

    assert run(capfd, "phrases", "add", "光明电力局", "--label", "a")[0] == 0
    first = cutoff()
    said = run(capfd, "phrases", "add", "可以的话", "--label", "a")[1]
    second = cutoff()
    assert second > first
    assert f"cutoff   of a: {first:.3f} -> {second:.3f}" in said
    said = run(capfd, "phrases", "remove", "a", "可以的话")[1]
    assert cutoff() == first
    assert f"{second:.3f} -> {first:.3f}" in said
    home.write_text(home.read_text("utf-8").replace(str(first), "-0.1"), "utf-8")
    said = run(capfd, "phrases", "add", "可以的话", "--label", "a")[1]
    assert cutoff() == -0.1
    assert "set by hand" in said
    said = run(capfd, "phrases", "remove", "a", "可以的话")[1]
    assert cutoff() == -0.1
    assert "set by hand" in said


def test_what_a_base_gives_is_listed_tested_and_taken_along(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    group, hall = tmp_path / "group.toml", tmp_path / "hall.toml"
    group.write_text('[phrases]\ncompany = "欢迎致电光明电力"\n', "utf-8")
    hall.write_text('base = "group.toml"\n', "utf-8")
    for command in (("list",), ("test", str(DEMO))):
        code, out, _ = run(capfd, "phrases", *command, "--file", str(hall))
        assert code == 0
        assert re.search(rf"^company.*\(from {group}\)", out, re.MULTILINE)
    code, out, _ = run(capfd, "phrases", "add", "光明电力三号厅", "--label", "company", "--file", str(hall))
    assert code == 0
    assert f"takes along what {group} has under company" in out
    assert site.texts_of(files.table_of(hall)["company"]) == ["欢迎致电光明电力", "光明电力三号厅"]
    assert "(from" not in run(capfd, "phrases", "list", "--file", str(hall))[1]
    code, _, err = run(capfd, "phrases", "remove", "nothing", "--file", str(hall))
    assert code == 2
    assert "phrases list" in err


def test_a_label_whose_texts_are_none_can_be_taken_out(tmp_path: Path) -> None:
    path = tmp_path / "hall.toml"
    path.write_text('[phrases]\na = 5\nb = "欢迎致电"  # ours\n', "utf-8")
    with pytest.raises(JudgedBad, match="list of texts"):
        files.remove(path, "a", "x")
    files.remove(path, "a")
    assert path.read_text("utf-8") == '[phrases]\nb = "欢迎致电"  # ours\n'


@pytest.mark.parametrize("cutoff", ['"low"', "[1]", "inf", "nan", "true", "-9"])
def test_a_label_whose_cutoff_is_none_can_be_taken_out(capfd: pytest.CaptureFixture[str], tmp_path: Path, cutoff: str) -> None:
    path = tmp_path / "hall.toml"
    path.write_text(f'[phrases]\na = {{ text = ["欢迎致电", "光明电力"], cutoff = {cutoff} }}\nb = "您好吗朋友"\n', "utf-8")
    code, _, err = run(capfd, "phrases", "remove", "a", "光明电力", "--file", str(path))
    assert (code, err) == (1, f"{path}: a: cutoff must be -4 to 0 natural-log units a unit\n")
    assert run(capfd, "phrases", "remove", "a", "--file", str(path))[0] == 0
    assert path.read_text("utf-8") == '[phrases]\nb = "您好吗朋友"\n'


def test_what_a_base_still_gives_is_told_when_it_is_removed(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "group.toml").write_text('[phrases]\ncompany = "欢迎致电光明电力"\n', "utf-8")
    hall = tmp_path / "hall.toml"
    hall.write_text('base = "group.toml"\n[phrases]\ncompany = "光明电力为您服务"\n', "utf-8")
    code, said, _ = run(capfd, "phrases", "remove", "company", "--file", str(hall))
    assert code == 0
    assert f"{tmp_path}/group.toml still has company: it goes on being heard" in said


def test_no_cutoff_is_chosen_for_a_rate_without_negatives(capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(*_: object) -> None:
        raise CannotDo("no false alarms can be estimated")

    monkeypatch.setattr("sidetone_host.phrases.estimate.load", absent)
    path = tmp_path / "hall.toml"
    assert run(capfd, "phrases", "add", "光明电力局", "--label", "a", "--at-most", "0.2", "--file", str(path))[0] == 2
    assert not path.exists()
    assert run(capfd, "phrases", "add", "光明电力局", "--label", "a", "--cutoff=-0.5", "--file", str(path))[0] == 0


def test_a_tilde_parts_words_only() -> None:
    assert site.units_of("您好～欢迎光临", "zh") == site.units_of("您好，欢迎光临", "zh") == site.units_of("您好~ 欢迎光临 ™", "zh")


def test_digits_are_told_to_be_read_one_by_one(capfd: pytest.CaptureFixture[str]) -> None:
    for text, warned in (("24小时服务", True), ("二十四小时服务", False), ("huan1 ying2 zhi4 dian4", False)):
        assert ("one by one" in run(capfd, "phrases", "add", text, "--label", "a", "--dry-run")[1]) is warned


def test_a_file_that_is_not_there_is_said(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    for command in (("list",), ("test", str(DEMO))):
        code, _, err = run(capfd, "phrases", *command, "--file", str(tmp_path / "absent.toml"))
        assert (code, err.count("\n")) == (2, 1)
        assert "No such file" in err


@pytest.mark.parametrize("name", ["x" * 300 + ".toml", "folder", "pipe"])
def test_what_is_no_file_is_one_line(capfd: pytest.CaptureFixture[str], tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    for command in (("add", "欢迎致电", "--label", "a"), ("list",)):
        code, out, err = run(capfd, "phrases", *command, "--file", str(tmp_path / name))
        assert (code, out, err.count("\n")) == (2, "", 1)
    assert (tmp_path / "folder").is_dir()
    assert (tmp_path / "pipe").is_fifo()


def test_a_base_gives_its_phrases_and_the_file_goes_before_it(tmp_path: Path) -> None:
    (tmp_path / "group.toml").write_text('[phrases]\ncompany = "欢迎致电光明电力"\nslogan = "光明就在身边"\n', "utf-8")
    (tmp_path / "hall.toml").write_text('base = "group.toml"\n[phrases]\ncompany = "光明电力三号厅"\n', "utf-8")
    rows = profile.load(tmp_path / "hall.toml").get("phrases")
    assert [(label, texts) for label, _, texts in rows] == [
        ("slogan", (" ".join(site.units_of("光明就在身边", "zh")),)),
        ("company", (" ".join(site.units_of("光明电力三号厅", "zh")),)),
    ]


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ('phrases = "x"', "table"),
        ('phrases.greeting = "欢迎致电"', "own labels"),
        ('phrases.a = "好"', "one syllable"),
        ("phrases.a = 3", "list of texts"),
        ('phrases.a = { text = "欢迎致电", cut = 1 }', "not known"),
        ('phrases.a = { text = "欢迎致电", cutoff = 3 }', "cutoff"),
        ('phrases.a-b = "欢迎致电"', "characters"),
    ],
)
def test_a_faulty_phrase_is_one_fault_with_its_line(tmp_path: Path, line: str, word: str) -> None:
    path = tmp_path / "hall.toml"
    path.write_text(f'name = "x"\n{line}\n', "utf-8")
    [fault] = profile.check(path)[1]
    assert word in fault.text
    assert fault.line in (0, 2)
