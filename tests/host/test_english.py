"""English calls: the reading of phrases given as text, the profile that holds them, and the network that the language chooses."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

import flash_desk
import programs
from command_line import run
from model.corpus.english import phrases as wordings
from sidetone import app
from sidetone.core.call.record import NO_NETWORK, OTHER_LANGUAGE
from sidetone.core.etiquette.labels import ENGLISH, LABELS
from sidetone.core.etiquette.settings import LANGUAGES
from sidetone.on_cpython import audio, hearing
from sidetone_host import decode, profile, released
from sidetone_host.errors import CannotDo
from sidetone_host.flash import application, configuration
from sidetone_host.flash import site as flash_site
from sidetone_host.phrases import english, files, passage, reading, site, words

DEMO = programs.TREE / "host_tools/sidetone_host/data/demo_call.flac"  # in Mandarin
CALL = programs.TREE / "tests/host/english_call.flac"


pytestmark = pytest.mark.usefixtures("home")


# -- reading


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("Thank you!", "th ae ng k y uw"),
        ("thank-you", "th ae ng k y uw"),
        ("hello /zh aa b l ih k s/ power", "hh ax l ow zh aa b l ih k s p aw er"),
        ("/zh aa/ hello", "zh aa hh ax l ow"),
        ("24/7", "t uw f ao r s eh v ax n"),  # a slash alone parts words
        ("DON’T", "d ow n t"),
    ],
)
def test_text_becomes_sounds(text: str, units: str) -> None:
    assert " ".join(english.spell(english.read(text))) == units


def test_plurals_and_possessives_follow_from_the_last_sound() -> None:
    known = {word.text for word in words.words(released.FOLDER / "en")}
    for stem, sounds in (("switchboard", "z"), ("handset", "s"), ("headset", "s"), ("mailbox", "ih z"), ("colleague", "z")):
        word = f"{stem}'s"
        assert word not in known, word  # else it would be looked up
        assert english.spell([word]) == english.spell([stem]) + sounds.split(), word
    assert "acmes'" not in known
    assert english.spell(english.read("the colleagues'"))[-1] == "z"


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("bye", "one syllable"),
        ("...", "no words in it"),
        ("", "text"),
        ("hello " * 11, "22 syllables"),
        ("strengths hello " * 5, "sounds; at most 40"),
        ("welcome to zorblix power", "zorblix: not among .* between slashes"),
        ("welcome to zorblixes power", "zorblixes: not among"),
        ("welcome to 光明 power", "光明: not among"),
        ("our café", "café: not among"),
        ("welcome to /ae k mi/ power", "no English sound 'mi'"),
        ("welcome to /ae <b>/ power", "no English sound '<b>'"),
    ],
)
def test_what_cannot_be_heard_is_refused_in_one_line(text: str, word: str) -> None:
    with pytest.raises(ValueError, match=word) as fault:
        site.units_of(text, "en")
    assert "\n" not in str(fault.value)


def test_every_language_of_a_profile_has_a_reading_and_a_passage() -> None:
    assert set(reading.READINGS) == set(passage.PASSAGES) == set(LANGUAGES)
    for language in LANGUAGES:
        spoken = reading.of(language)
        assert profile.language_of(profile.BUNDLED / f"{spoken.BASE}.toml") == language
        assert len(set(spoken.UNITS)) == len(spoken.UNITS)


def test_the_common_words_are_made_of_the_sounds() -> None:
    sounds = set(english.UNITS[1:])
    common = words.words(released.FOLDER / "en")
    assert len(common) > 10_000
    assert all(set(word.units) <= sounds for word in common)


@pytest.mark.parametrize(("content", "said"), [(None, "No such file"), (b"", "torn"), (b"torn", "torn")])
def test_absent_or_torn_words_are_one_line(tmp_path: Path, content: bytes | None, said: str) -> None:
    if content is not None:
        (tmp_path / "words.xz").write_bytes(content)
    with pytest.raises(CannotDo, match=said):
        words.words(tmp_path)


def test_the_words_that_a_label_hears_hold_one_of_its_wordings() -> None:
    """What a profile may list is what the network's labels are made of."""
    of_label = {**wordings.CORE, **wordings.FULL, **wordings.TABOO, **wordings.DAY_PARTS, **wordings.WORDING}
    assert [row[0] for row in LABELS if row[0] not in of_label] == []
    for label, texts in ENGLISH.items():
        for text in texts:
            assert any(f" {wording} " in f" {text} " for wording in of_label[label]), (label, text)


def test_the_passage_says_each_core_wording_twice_and_nothing_else_of_the_core() -> None:
    made = passage.PASSAGES["en"]
    text = f" {' '.join(english.read(made.text))} "
    assert set(made.said) == set(wordings.CORE)
    for label, texts in made.said.items():
        assert sum(text.count(f" {said} ") for said in texts) == 2, label
        for said in texts:
            assert any(f" {wording} " in f" {said} " for wording in wordings.CORE[label]), (label, said)
            text = text.replace(f" {said} ", " , ")
    for label, known in wordings.CORE.items():
        assert not [wording for wording in known if f" {wording} " in text], label


# -- the profile's file


def test_a_new_file_is_of_the_language_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "hall.toml"
    files.add(path, "company", "welcome to /ae k m iy/ power", -0.5, "en")
    assert profile.language_of(path) == "en"
    made = profile.load(path)
    assert made.get("phrases") == (("company", -128, (" ".join(site.units_of("welcome to /ae k m iy/ power", "en")),)),)
    assert made.get("greeting.required_any")[0] == "hello"
    files.add(path, "company", "acme power speaking")
    assert len(profile.load(path).get("phrases")[0][2]) == 2
    files.remove(path, "company")
    assert profile.load(path).get("phrases") == ()
    assert profile.language_of(path) == "en"


def test_the_language_may_stand_behind_the_phrases_and_in_a_base(tmp_path: Path) -> None:
    behind, above = tmp_path / "behind.toml", tmp_path / "above.toml"
    behind.write_text('phrases.company = "acme power"\nlanguage = { value = "en", src = "ours" }\n', "utf-8")
    above.write_text('base = "behind.toml"\nphrases.slogan = "power for you"\n', "utf-8")
    assert [row[0] for row in profile.load(behind).get("phrases")] == ["company"]
    assert [row[0] for row in profile.load(above).get("phrases")] == ["company", "slogan"]
    behind.write_text('language = "en"\nphrases.company = "欢迎致电"\n', "utf-8")
    [fault] = profile.check(behind)[1]
    assert "not among the common English words" in fault.text


def test_a_bases_phrases_of_another_language_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "group.toml").write_text('phrases.company = "欢迎致电光明电力"\n', "utf-8")
    hall = tmp_path / "hall.toml"
    hall.write_text('base = "group.toml"\nlanguage = "en"\n', "utf-8")
    assert profile.load(hall).get("phrases") == ()
    hall.write_text('base = "group.toml"\nlanguage = "en"\nphrases.slogan = "power for you"\n', "utf-8")
    assert [row[0] for row in profile.load(hall).get("phrases")] == ["slogan"]


def test_the_language_of_a_faulty_file_is_its_own_or_its_bases(tmp_path: Path, home: Path) -> None:
    path = tmp_path / "hall.toml"
    assert profile.language_of(None) == "zh"
    for text, language in (
        ('base = "english"\nx = 1\n', "en"),
        ('language = "xx"\n', "zh"),
        ('base = "english"\nlanguage = 3\n', "en"),
        ('base = "english"\nlanguage = "zh"\n', "zh"),
    ):
        path.write_text(text, "utf-8")
        assert profile.language_of(path) == language, text
    home.parent.mkdir(parents=True)
    shutil.copy(profile.BUNDLED / "english.toml", home)
    assert profile.language_of(None) == "en"


def test_a_profile_command_brings_phrases_in_its_language() -> None:
    made = profile.from_command("english", {"phrases": {"company": "acme power"}})
    assert made.get("phrases") == (("company", 0, (" ".join(site.units_of("acme power", "en")),)),)
    made = profile.from_command("default-zh", {"phrases": {"company": "acme power"}, "language": "en"})
    assert made.get("language") == "en"
    with pytest.raises(ValueError, match="no Chinese"):
        profile.from_command("default-zh", {"phrases": {"company": "acme power"}})


# -- the language chooses the network


def test_without_a_network_of_its_language_a_call_goes_on_without_words(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    assert released.for_calls("zh") == (released.load("zh"), None)
    monkeypatch.setattr(released, "languages", lambda: ["zh"])
    network, note = released.for_calls("en")
    assert network.manifest["language"] == "zh"
    assert note is not None
    code, out, err = run(capfd, "replay", "--json", str(DEMO), "--profile", "english")
    assert code == 0
    assert err == f"sidetone replay: {note}\n"
    assert '"kind":"phrase"' not in out
    assert "B1" in json.loads(out.splitlines()[-1])["not_judged"][OTHER_LANGUAGE]
    code, _, err = run(capfd, "phrases", "add", "welcome to acme", "--label", "company", "--language", "en")
    assert code == 2
    assert "there are zh" in err
    assert err.count("\n") == 1


def replayed(network: released.Released | None, settings: Any) -> tuple[list[str], dict[str, Any]]:
    """The phrases heard in the first 12 s of the bundled Mandarin call, and its record."""
    lines: list[tuple[str, dict[str, Any]]] = []
    recording = decode.open_audio(DEMO)
    recording.channels = [channel[:192_000] for channel in recording.channels]
    listener = app.build_listener(
        hearing, network, settings, app.Calibration(), app.CallSetup(True), lambda _t_ms, kind, rows: lines.append((kind, dict(rows)))
    )
    for block in audio.WavSource(recording):
        listener.feed(block)
    listener.finish()
    return [rows["label"] for kind, rows in lines if kind == "phrase"], lines[-1][1]


def test_a_network_hears_only_calls_of_its_own_language() -> None:
    heard, record = replayed(released.load("zh"), profile.load(None))
    assert "greeting" in heard
    assert OTHER_LANGUAGE not in dict(record["not_judged"].rows)
    heard, record = replayed(released.load("zh"), profile.load("english"))
    assert heard == []
    assert "B1" in dict(record["not_judged"].rows)[OTHER_LANGUAGE]
    assert "B1" in dict(replayed(None, profile.load("english"))[1]["not_judged"].rows)[NO_NETWORK]


def test_an_english_network_hears_only_english_calls() -> None:
    network, note = released.for_calls("en")
    assert note is None
    assert network.manifest["language"] == "en"
    heard, record = replayed(network, profile.load(None))
    assert heard == []
    assert "B1" in dict(record["not_judged"].rows)[OTHER_LANGUAGE]
    _, record = replayed(network, profile.load("english"))
    assert OTHER_LANGUAGE not in dict(record["not_judged"].rows)
    assert "B1" not in [rule for _reason, rules in record["not_judged"].rows for rule in rules]


@pytest.mark.needs("micropython")
def test_both_runtimes_hear_the_same_in_english(capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A voice that no training heard (model.corpus.tts, bf_lily) says five lines: all but "one moment" is heard, a phrase given as text too."""
    monkeypatch.setenv("SIDETONE_MICROPYTHON", programs.path("micropython"))
    hall = tmp_path / "hall.toml"
    files.add(hall, "company", "welcome to acme power", None, "en")
    code, expected, _ = run(capfd, "replay", "--json", str(CALL), "--profile", str(hall))
    assert code == 0
    heard = [json.loads(line)["label"] for line in expected.splitlines() if '"kind":"phrase"' in line]
    assert {"greeting", "company", "offer_help", "hold_return", "apology", "closing_offer", "farewell"} <= {*heard}
    assert run(capfd, "replay", "--json", str(CALL), "--profile", str(hall), "--runtime", "micropython")[1] == expected


def test_a_phrase_is_read_judged_and_written(capfd: pytest.CaptureFixture[str], home: Path) -> None:
    code, out, err = run(capfd, "phrases", "add", "welcome to /ae k m iy/ power", "--label", "company", "--language", "en")
    assert (code, err) == (0, "")
    assert "reading  welcome /" in out
    assert "/ae k m iy/" in out
    assert "an hour (95 %" in out
    [(label, cutoff_q8, texts)] = profile.load(home).get("phrases")
    assert (label, texts) == ("company", (" ".join(site.units_of("welcome to acme power", "en")),))
    assert -1024 <= cutoff_q8 < 0
    assert "ae k m iy" in run(capfd, "phrases", "list")[1]
    assert run(capfd, "phrases", "test", str(DEMO))[0] == 0
    for arguments, code, word in (
        (("bye", "--label", "a"), 1, "one syllable"),
        (("50% off today", "--label", "a"), 1, "%: not among"),
        (("call us @ home", "--label", "a"), 1, "@: not among"),
        (("welcome to zorblix", "--label", "a"), 1, "between slashes"),
        (("欢迎致电", "--label", "a", "--language", "zh"), 2, "--language is for a new one"),
    ):
        got, out, err = run(capfd, "phrases", "add", *arguments)
        assert (got, out) == (code, "")
        assert word in err
        assert err.count("\n") == 1


def test_advice_names_what_sounds_alike_and_what_the_network_hears_already(capfd: pytest.CaptureFixture[str]) -> None:
    said = run(capfd, "phrases", "add", "a meeting", "--label", "a", "--language", "en", "--dry-run")[1]
    assert "three syllables" in said
    assert "one sound from emitting" in said
    said = run(capfd, "phrases", "add", "goodbye for now from acme", "--label", "a", "--language", "en", "--dry-run")[1]
    assert "farewell" in said
    said = run(capfd, "phrases", "add", "within 24 hours", "--label", "a", "--language", "en", "--dry-run")[1]
    assert "one by one" in said


# -- flashed


def test_a_seats_configuration_has_its_language(tmp_path: Path, update_key: Path) -> None:
    path = flash_desk.lay(tmp_path, update_key)
    assert configuration.compile(flash_site.load(path), "seat07").language == "zh"
    hall = tmp_path / "hall.toml"
    files.add(hall, "company", "welcome to /ae k m iy/ power", -0.5, "en")
    path.write_text(path.read_text("utf-8").replace('site = "hall3"', 'site = "hall3"\nprofile = "hall.toml"'), "utf-8")
    made = configuration.compile(flash_site.load(path), "seat07")
    assert made.language == "en"
    values = json.loads(made.files["config/config.json"])["profile"]["values"]
    assert values["language"] == "en"
    assert values["phrases"][0][2] == [" ".join(site.units_of("welcome to acme power", "en"))]
    assert "no released network" not in " ".join(made.notes)


def test_the_application_carries_the_languages_network() -> None:
    made = application.build(language="en")
    manifest = json.loads(made.files["released/manifest.json"])
    assert manifest["language"] == "en"
    assert made.files[f"released/{manifest['file']}"] == released.load("en").model
    assert manifest["units"] == english.UNITS


def test_a_manifest_without_its_language_is_not_this_versions(tmp_path: Path) -> None:
    shutil.copytree(released.FOLDER / "zh", tmp_path / "zh")
    manifest = json.loads((tmp_path / "zh/manifest.json").read_text("utf-8"))
    del manifest["language"]
    (tmp_path / "zh/manifest.json").write_text(json.dumps(manifest), "utf-8")
    with pytest.raises(CannotDo, match="has no language"):
        released.load("zh", tmp_path)
    released.load.cache_clear()
