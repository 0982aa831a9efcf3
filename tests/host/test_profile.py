"""Profiles in TOML: good ones, and every fault of a bad one at once, with its place and what to do."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidetone.core.etiquette.profile import Profile, ProfileError, compiled_default, fault_of, scaled_decimal
from sidetone.core.etiquette.settings import RATE_PROFILES, SETTINGS, SILENT_PROFILES
from sidetone_host import cli, profile, released
from sidetone_host.errors import CannotDo, JudgedBad
from sidetone_host.toml_places import places

Written = Callable[[str], Path]


@pytest.fixture
def written(tmp_path: Path) -> Written:
    def write(text: str, name: str = "site.toml") -> Path:
        path = tmp_path / name
        path.write_text(text, "utf-8")
        return path

    return write


def faults(path: Path) -> list[tuple[str, int, str]]:
    return [tuple(fault) for fault in profile.check(path)[1]]


# -- the table itself


def test_every_default_is_valid_and_has_its_source() -> None:
    keys = [row[0] for row in SETTINGS]
    assert len(keys) == len(set(keys))
    for row in SETTINGS:
        assert len(row) == 9
        assert fault_of(row, compiled_default(row)) is None, row[0]
        assert row[7] == "ours" or row[7].startswith(("S0:", "S1:", "S2:", "S3:", "S4:", "ours")), row[0]
        assert row[8].endswith((".", "finding")), row[0]
    Profile()


def test_compiled_values_fit_in_32_bits() -> None:
    for row in SETTINGS:
        if row[4] is not None:
            for limit in row[4:6]:
                assert abs(Decimal(limit)) * 1000 < 2**31, row[0]


@pytest.mark.parametrize("name", profile.names())
def test_bundled_profiles_are_good(name: str) -> None:
    assert profile.load(name).get("name") == name


def test_the_bundled_profiles_select_what_they_are_named_after() -> None:
    assert profile.load(None).rate("red_above") == 330
    assert profile.load("zi-100-120").rate("red_above") == 132
    assert profile.load("words-100-150").rate("target_max") == 240
    assert profile.load("silent-redial").silent("pause_s") == (2000, 3000)
    assert profile.load("silent-repeat").silent("prompts") == 4


def test_every_variant_can_be_selected() -> None:
    for name in RATE_PROFILES:
        assert Profile([("rate_profile", name)]).rate("red_above") > 0
    for name in SILENT_PROFILES:
        assert Profile([("silent_profile", name)]).silent("prompts") > 0


# -- reading


def test_values_and_remarks(written: Written) -> None:
    made = profile.load(
        written(
            """
            base = "zi-100-120"
            name = "hall-3"
            answer.max_rings = 2
            [volume]
            loud_db = { value = 7.5, src = "our hall", note = "agreed" }
            [greeting]
            order = { value = ["greeting", "offer"], enforce = true, src = "ours" }
            day_parts = { noon = "11:30", src = "ours" }
            [silent.redial_2_3s]
            pause_s = { value = [2, 4], src = "ours" }
            [outbound]
            quiet_hours = ["22:00-07:30"]
            """
        )
    )
    assert made.get("volume.loud_db") == 1920
    assert made.get("answer.max_rings") == 2
    assert made.get("greeting.order.enforce") is True
    assert made.get("greeting.day_parts.noon") == 690
    assert made.get("silent.redial_2_3s.pause_s") == (2000, 4000)
    assert made.get("outbound.quiet_hours") == ((1320, 450),)
    assert made.rate("red_above") == 132
    assert [key for key, _value in made.differences()][:3] == ["name", "rate_profile", "answer.max_rings"]


def test_a_base_may_be_a_file(written: Written) -> None:
    written("[volume]\nloud_db = 7\nquiet_db = -9\n", "group.toml")
    made = profile.load(written('base = "group.toml"\n[volume]\nloud_db = 8\n'))
    assert (made.get("volume.loud_db"), made.get("volume.quiet_db")) == (2048, -2304)


def test_a_base_may_have_remarks_and_a_file_a_byte_order_mark(written: Written) -> None:
    made = profile.load(written('\ufeffbase = { value = "zi-100-120", src = "S0:767" }\r\nanswer.max_rings = 2\r\n'))
    assert (made.rate("red_above"), made.get("answer.max_rings")) == (132, 2)


def test_bases_in_a_circle_and_bases_with_faults_are_faults_of_the_file(written: Written) -> None:
    written('base = "b.toml"\n', "a.toml")
    assert "circle" in profile.report(Path("a"), profile.check(written('base = "a.toml"\n', "b.toml"))[1]) or faults(
        written("x = 1", "b.toml")
    )
    written("[volume]\nloud_db = 700\n", "bad.toml")
    [(key, line, text)] = faults(written('name = "x"\nbase = "bad.toml"\n'))
    assert (key, line) == ("base", 2)
    assert "1 faults of its own" in text or "1 fault" in text
    [(key, _line, text)] = faults(written('base = "zi"\n'))
    assert key == "base"
    assert "zi-100-120" in text


def test_decimals_are_exact(written: Written) -> None:
    assert profile.load(written("rate.common.match_tolerance = 0.29\n")).get("rate.common.match_tolerance") == 290
    assert profile.load(written("volume.loud_db = 6.1\n")).get("volume.loud_db") == 1562  # 1561.6
    assert profile.load(written("volume.quiet_db = -8.1\n")).get("volume.quiet_db") == -2074  # -2073.6


# -- faults

ONE_FAULT = [
    ('greeting.deadline_s = "5 s"', "greeting.deadline_s", ["text", "seconds: 5"]),
    ('greeting.deadline_s = "5000 ms"', "greeting.deadline_s", ["seconds: 5"]),
    ('volume.loud_db = "6dB"', "volume.loud_db", ["dB: 6"]),
    ("greeting.deadline_ms = 5000", "greeting.deadline_ms", ["not a setting", "deadline_s = 5"]),
    ("duration.target_min = 3", "duration.target_min", ["target_s = 180"]),
    ("greeting.deadline_s = 5000", "greeting.deadline_s", ["out of range", "1 to 30 s", "write 5"]),
    ("rate.common.match_tolerance = 25", "rate.common.match_tolerance", ["out of range", "write 0.25"]),
    ("volume.quiet_db = 8", "volume.quiet_db", ["out of range", "-30 to -1 dB"]),
    ("answer.max_rings = 2.5", "answer.max_rings", ["whole number"]),
    ("answer.max_rings = true", "answer.max_rings", ["is true"]),
    ("answer.max_rings = [3]", "answer.max_rings", ["rings"]),
    ("volume.loud_db = nan", "volume.loud_db", ["NaN"]),
    ("volume.loud_db = -inf", "volume.loud_db", ["-Infinity"]),
    ("volume.loud_db = 1979-05-27", "volume.loud_db", ["plain number"]),
    ("intonation.led = 1", "intonation.led", ["true or false"]),
    ('intonation.led = "yes"', "intonation.led", ["true or false"]),
    ('closing.farewell = "再见"', "closing.farewell", ["list of texts"]),
    ("closing.farewell = []", "closing.farewell", ["list of texts"]),
    ('closing.farewell = ["保重"]', "closing.farewell", ["phrase label"]),
    ('greeting.day_parts.noon = "25:00"', "greeting.day_parts.noon", ["05:00"]),
    ('outbound.quiet_hours = ["12-14"]', "outbound.quiet_hours", ["12:00-14:00"]),
    ('outbound.quiet_hours = "12:00-14:00"', "outbound.quiet_hours", ["12:00-14:00"]),
    ('rate_profile = "conversatoin"', "rate_profile", ["one of", "did you mean conversation?"]),
    ('rate_profil = "conversation"', "rate_profil", ["did you mean rate_profile?"]),
    ("loud_db = 6", "loud_db", ["did you mean volume.loud_db?"]),
    ("volume = 6", "volume", ["not a setting"]),
    ("[volumes]\nloud_db = 6", "volumes", ["did you mean volume?"]),
    ("volume.loud_db = { src = 'ours' }", "volume.loud_db", ["value"]),
    ("volume.loud_db = { value = 6, sorce = 'ours' }", "volume.loud_db.sorce", ["remarks"]),
    ("silent.redial_2_3s.pause_s = [3, 2]", "silent.redial_2_3s.pause_s", ["low end"]),
    ("silent.redial_2_3s.pause_s = [1, 2, 3]", "silent.redial_2_3s.pause_s", ["[low, high]"]),
    ("privacy.store_audio = true", "privacy.store_audio", ["cannot store sound"]),
    ('name = ""', "name", ["text"]),
    ("schema = 2", "schema", ["out of range"]),
    ("rate.conversation.target_min = 310", "rate.conversation.target_min", ["contradiction", "target_max"]),
    ("hold.progress_warn_s = 15", "hold.progress_warn_s", ["contradiction", "progress_every_s"]),
    ("greeting.opening_s = 4", "greeting.deadline_s", ["contradiction", "opening_s = 4"]),
    ("volume.loud_db = 2\nvolume.quiet_db = -2", "volume.loud_db", ["contradiction", "hysteresis_db"]),
    ("duration.max_s = 100", "duration.target_s", ["contradiction"]),
    ('greeting.day_parts.noon = "04:00"', "greeting.day_parts.morning", ["contradiction"]),
]


@pytest.mark.parametrize(("text", "key", "words"), ONE_FAULT)
def test_one_mistake_is_one_fault_with_what_to_do(written: Written, text: str, key: str, words: list[str]) -> None:
    found = faults(written(text))
    assert len(found) == 1, found
    assert found[0][0] == key or key in found[0][2]
    assert found[0][1] in (1, 2)
    for word in words:
        assert word in found[0][2]


def test_all_faults_at_once_each_in_its_line(written: Written) -> None:
    lines = ["# a site"] + [text for text, _key, _words in ONE_FAULT[:16]]
    path = written("\n".join(lines).replace("greeting.deadline_s = 5000\n", "").replace('"5000 ms"', '"5 s" # again') + "\n")
    # a key may stand only once in TOML: keep the first of each
    seen: set[str] = set()
    kept = [line for line in path.read_text("utf-8").splitlines() if (key := line.split(" =")[0]) not in seen and not seen.add(key)]  # type: ignore[func-returns-value]
    path = written("\n".join(kept))
    found = faults(path)
    assert len(found) == len(kept) - 1
    for key, line, _text in found:
        assert kept[line - 1].startswith(key)


def test_the_command_line(written: Written, capsys: pytest.CaptureFixture[str]) -> None:
    good = written("[volume]\nloud_db = 8\n")
    assert cli.main(["profile", "check", str(good)]) == 0
    assert "volume.loud_db = 8" in capsys.readouterr().out
    bad = written("[volume]\nloud_db = 800\n[hold]\nprogress_warn_s = 20\nx = 1\n", "bad.toml")
    assert cli.main(["profile", "check", str(bad)]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert [line.split(": ")[0] for line in said.err.splitlines()] == [f"{bad}:2", f"{bad}:4", f"{bad}:5", str(bad)]
    assert said.err.splitlines()[-1].endswith("3 faults")


@pytest.mark.parametrize("content", [b"a = [", b"\xff\xfe", b"a = 1\na = 2\n", b"\x00"])
def test_what_is_not_toml_is_one_line(tmp_path: Path, content: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "x.toml"
    path.write_bytes(content)
    assert cli.main(["profile", "check", str(path)]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_absent_and_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for path in (tmp_path / "none.toml", tmp_path):
        assert cli.main(["profile", "check", str(path)]) == 2
        assert len(capsys.readouterr().err.splitlines()) == 1


def test_deep_nesting_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "x.toml"
    path.write_text("a = " + "[" * 100_000 + "]" * 100_000)
    assert cli.main(["profile", "check", str(path)]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_explain_settings_labels(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["profile", "explain", "h2"]) == 0
    said = capsys.readouterr().out
    assert "hold.progress_every_s = 15 s" in said
    assert "S3:15" in said
    assert cli.main(["profile", "explain", "Z9"]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert cli.main(["profile", "settings", "volume.loud_db"]) == 0
    assert "volume.loud_db = 6" in capsys.readouterr().out
    assert cli.main(["profile", "settings", "nothing"]) == 2
    capsys.readouterr()
    assert cli.main(["profile", "labels"]) == 0
    assert "farewell" in capsys.readouterr().out


def test_explain_tells_source_limits_measure_and_known_error(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from sidetone_host import calls_page

    monkeypatch.setattr(calls_page, "measured", dict)
    assert cli.main(["profile", "explain", "H2"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert "  source    S3:15" in said
    assert "  limit     hold.progress_every_s = 15 s  (source S3:15)" in said
    assert said[-1] == "  error     not measured"
    scripted = {"script": {"rules": {"H2": {"breaks": [17, 18], "keeps": [18, 18]}}}}
    monkeypatch.setattr(calls_page, "measured", lambda: {"scripted": {"ears": scripted}})
    assert cli.main(["profile", "explain", "H2"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "  error     words given: 1 of 36 wrong"
    # what is never a finding has no error
    assert cli.main(["profile", "explain", "C6"]) == 0
    assert "error" not in capsys.readouterr().out


def test_explain_says_what_is_not_judged_without_a_network_of_the_language(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for languages in (["zh"], ["en", "zh"]):
        monkeypatch.setattr(released, "languages", lambda languages=languages: languages)
        for rule, needs_words in (("B1", True), ("C1", False), ("H2", False), ("J3", True)):
            assert cli.main(["profile", "explain", rule, "--profile", "english"]) == 0
            said = "no released network hears phrases in `en`" in capsys.readouterr().out
            assert said == (needs_words and "en" not in languages)


def test_an_english_call_on_another_languages_network_says_of_every_phrase_rule_that_it_is_not_judged() -> None:
    """The bundled profile's own comment lists them; the record must name each, and no other for that reason."""
    from sidetone.core.call.record import OTHER_LANGUAGE
    from sidetone.core.etiquette.conduct import Conduct
    from sidetone.core.etiquette.rules import JUDGED, RULES

    said: list[tuple[str, list[str]]] = []
    conduct = Conduct(profile.load("english"), lambda *line: None, -26 * 256, start_s=0, direction="out", labels=("greeting",), language="zh")
    conduct.end(60_000, 0)
    said = conduct._scene.left_out()
    deaf = dict(said)[OTHER_LANGUAGE]
    # I6 and the like need no words; these do, but another reason comes first or the call owes them nothing
    wanted = {row[0] for row in RULES if row[3] in JUDGED and "P" in row[5]}
    reported = {rule for _reason, rules in said for rule in rules}
    assert wanted - reported <= {"B4", "J7", "N3"}
    assert set(deaf) <= wanted
    comment = (profile.BUNDLED / "english.toml").read_text("utf-8").split("base =")[0]
    assert set(deaf) <= _rules_in(comment), set(deaf) - _rules_in(comment)


def _rules_in(text: str) -> set[str]:
    """Rule ids in a text, `B1-B5` meaning five."""
    found = set()
    for letter, first, _to, last in re.findall(r"\b([A-Z])(\d+)(-[A-Z](\d+))?", text):
        found |= {f"{letter}{number}" for number in range(int(first), int(last or first) + 1)}
    return found


def test_every_rule_has_its_source() -> None:
    from sidetone.core.etiquette.rules import RULES
    from sidetone_host.sources import SOURCES

    assert list(SOURCES) == [row[0] for row in RULES]
    assert all(re.fullmatch(r"S[0-4]:\d+(-\d+)?( S[0-4]:\d+(-\d+)?)*", source) for source in SOURCES.values())


def test_every_rule_can_be_explained(capsys: pytest.CaptureFixture[str]) -> None:
    from sidetone.core.etiquette.rules import RULES

    for row in RULES:
        assert cli.main(["profile", "explain", row[0]]) == 0
    assert capsys.readouterr().out.count("\n") > 3 * len(RULES)


# -- a profile sent to a device


def test_a_profile_by_command() -> None:
    made = profile.from_command("zi-100-120", {"volume.loud_db": 7.5, "intonation.led": True})
    assert (made.rate("red_above"), made.get("volume.loud_db"), made.get("intonation.led")) == (132, 1920, True)
    with pytest.raises(ValueError, match="there are default-zh"):
        profile.from_command("nowhere", {})
    with pytest.raises(ValueError, match="deadline_s") as caught:
        profile.from_command("default-zh", {"greeting.deadline_ms": 5000, "volume.loud_db": "6 dB"})
    assert "\n" not in str(caught.value)
    assert "volume.loud_db" in str(caught.value)


def test_loading_raises_all_faults(written: Written) -> None:
    with pytest.raises(JudgedBad, match="2 faults"):
        profile.load(written("x = 1\ny = 2\n"))
    with pytest.raises(CannotDo):
        profile.load("no-such-file.toml")


# -- the core's own check


def test_the_core_refuses_what_the_host_refuses() -> None:
    with pytest.raises(ProfileError) as caught:
        Profile([("volume.loud_db", 99_999), ("no.such", 1), ("answer.max_rings", True), ("hold.progress_warn_s", 15_000)])
    assert [key for key, _text in caught.value.faults] == [
        "volume.loud_db",
        "no.such",
        "answer.max_rings",
        "hold.progress_warn_s, hold.progress_every_s",
    ]


@given(st.decimals(-10_000, 10_000, places=3), st.sampled_from([1, 256, 1000]))
def test_scaled_decimal_is_the_rounded_product(number: Decimal, scale: int) -> None:
    exact = number * scale
    scaled = scaled_decimal(format(number, "f"), scale)
    assert scaled is not None
    assert abs(exact - scaled) <= Decimal("0.5")
    assert (scaled >= 0) == (number >= 0) or scaled == 0


@given(st.text(max_size=12))
def test_scaled_decimal_takes_any_text(text: str) -> None:
    value = scaled_decimal(text, 256)
    assert value is None or isinstance(value, int)


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4),
    max_leaves=6,
)


@given(st.lists(st.tuples(st.sampled_from([row[0] for row in SETTINGS]) | st.text(max_size=8), _VALUES), max_size=6))
def test_the_core_never_trips_over_a_value(values: list[tuple[str, object]]) -> None:
    try:
        made = Profile(values)
    except ProfileError:
        pass
    else:
        for key, value in values:
            assert made.get(key) == (tuple(value) if isinstance(value, list) else value) or [row[0] for row in values].count(key) > 1


_JSON = st.recursive(
    st.booleans() | st.integers(-(2**40), 2**40) | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from([row[0] for row in SETTINGS]) | st.text(max_size=8), _JSON, max_size=5))
def test_a_command_gives_a_profile_or_one_line(values: dict[str, object]) -> None:
    with contextlib.suppress(ValueError):
        assert isinstance(profile.from_command("default-zh", values), Profile)


# -- places


def test_places_of_keys() -> None:
    text = (
        'a = 1\n[t]\n# b = 2\nb = [\n  "c = 3", # d = 4\n]\ne = """\nf = 5\n[g]\n"""\n"h" . i = 6\n[ j . k ]\nl = { m = 1 }\n'
        "n = '''x'''\no = 7\n[[p]]\nq = 8\nr = \"\\\"[\"\ns = 9\n"
    )
    assert places(text) == {
        "a": 1, "t": 2, "t.b": 4, "t.e": 7, "t.h.i": 11, "j.k": 12, "j.k.l": 13, "j.k.n": 14, "j.k.o": 15, "p": 16, "p.q": 17, "p.r": 18, "p.s": 19,
    }  # fmt: skip


@given(st.text(max_size=60))
def test_places_of_any_text(text: str) -> None:
    for line in places(text).values():
        assert 1 <= line <= len(text.splitlines())
