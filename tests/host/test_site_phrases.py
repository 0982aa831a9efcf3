"""`sidetone phrases`: phrases given as text are read, judged, stored, and heard in a recording on both runtimes; and enrolment."""

from __future__ import annotations

import json
import lzma
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

import programs
from command_line import run
from sidetone.core.speech.phrases import PhraseSpotter
from sidetone_host import calibration, profile, released
from sidetone_host.errors import CannotDo
from sidetone_host.phrases import advice, estimate, files, many, reading, site, words

DEMO = programs.TREE / "host_tools/sidetone_host/data/demo_call.flac"
# Said once by the agent of the bundled call, at this time (demo_call.truth.json); in no training text.
THREE = (("number", "手机号码告诉我", 19_254, 26_068), ("renew", "自动续费", 48_477, 58_437), ("traffic", "流量超出了套餐", 58_537, 68_377))
NETWORK = released.load()


pytestmark = pytest.mark.usefixtures("home")


# -- reading


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("音乐", "in ve"),
        ("欢迎致电", "h uan ing zh ir d ian"),
        ("chong2 fu4", "ch ong f u"),
        ("一〇零 10086", "i l ing l ing iao l ing l ing b a l iu"),
        ("您好！", "n in h ao"),
        ("“您，\u3000好——”……", "n in h ao"),
        ("nin2hao3, zai4 jian4", "n in h ao z ai j ian"),
        ("5 ji4 套餐", "u j i t ao c an"),
        ("１１０", "iao iao l ing"),
    ],
)
def test_text_becomes_units(text: str, units: str) -> None:
    assert " ".join(site.units_of(text, "zh")) == units


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("好", "one syllable"),
        ("……", "no Chinese"),
        ("hello", "no Chinese"),
        ("VIP客户您好", "^VIP: no Chinese"),
        ("5G套餐", "^G: no Chinese"),
        ("50%优惠", "^%: no Chinese"),
        ("您好🙂", "^🙂: no Chinese"),
        ("请××先生", "^×: no Chinese"),
        ("一○零", "^○: no Chinese"),
        ("您好\n欢迎", "the text holds a line break"),
        ("您好\x07欢迎", "the text holds .* a control character"),
        ("您好\udcff欢迎", "the text holds .* not UTF-8"),
        ("好" * 16000, f"^{'好' * site.SHOWN_MOST}…: 16000 characters"),
        ("A4纸", "^A: no Chinese"),
        ("", "text"),
        ("好" * 21, "21 syllables"),
        ("xq1 a1", "xq1"),
    ],
)
def test_what_cannot_be_heard_is_refused_in_one_line(text: str, word: str) -> None:
    with pytest.raises(ValueError, match=word) as caught:
        site.units_of(text, "zh")
    assert len(str(caught.value)) < 200
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("language", released.languages())
def test_the_alphabet_is_the_networks(language: str) -> None:
    assert released.load(language).manifest["units"] == reading.of(language).UNITS


# -- the arithmetic over many recordings is the spotter's


@pytest.mark.parametrize("margin", [0, 15, 200])
def test_many_streams_give_the_spotters_own_integers(margin: int) -> None:
    rng = np.random.default_rng(3)
    rows = [
        {**row, "penalties": [(k + 2 * p) % 4 for p in range(len(row["phrases"]))], "margin": k % 3 > 0}
        for k, row in enumerate(NETWORK.manifest["labels"])
    ]
    manifest = {**NETWORK.manifest, "labels": rows, "unit_margin": margin}
    streams = []
    for steps in (150, 90, 1):  # phrases laid into noise, so that paths end
        logits = rng.integers(-120, -20, (steps, 80)).astype(np.int8)
        at = 0
        while at + 12 < steps:
            row = rows[int(rng.integers(len(rows)))]
            for unit in row["phrases"][0][: (steps - at) // 2]:
                logits[at, unit] = rng.integers(-30, 60)
                logits[at + 1, 0] = 60
                at += 2
            if row["token"] >= 0:
                logits[at, 59 + row["token"]] = 90
            at += int(rng.integers(3, 9))
        streams.append(logits)
    costs = [many.costs(manifest, logits) for logits in streams]
    found = many.fits(many.sequences(manifest, rows), manifest["fit_limit"], costs)
    told, least = 0, [min(row["cutoff_q8"], row["doubt_q8"]) for row in rows]
    in_doubt = {**manifest, "labels": [{**row, "doubt_q8": -(1 << 15)} for row in rows]}  # of everything: every path is followed
    for logits, cost, fits in zip(streams, costs, found, strict=True):
        values = many.heard(manifest, rows, many.label_fits(rows, fits), cost.lags)
        spotter, every, expected = PhraseSpotter(manifest), PhraseSpotter(in_doubt), []
        for step, logit in enumerate(logits.tolist()):
            expected += [(step, label) for label, _, _ in spotter.step(step * 30, logit)]
            every.step(step * 30, logit)
            assert every.heard_q8 == values[step].tolist(), step
            assert np.array_equal(np.maximum(spotter.heard_q8, least), np.maximum(values[step], least)), step
        got = [(step, row["label"]) for k, row in enumerate(rows) for step in many.events(values[:, k], row["cutoff_q8"], row["refractory_ms"])]
        assert sorted(got) == sorted(expected)
        told += len(got)
    assert told > 5


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_pace_of_whole_recordings_is_the_spotters_own(language: str) -> None:
    """Units held for several steps, and many that are equally good."""
    manifest, rng = released.load(language).manifest, np.random.default_rng(1)
    units, labels = manifest["heads"]["units"], manifest["heads"]["labels"]
    for _ in range(3):
        logits = np.repeat(rng.integers(-4, 4, (150, labels["first"] + labels["count"])), rng.integers(1, 6, 150), axis=0).astype(np.int8)
        for step in range(0, len(logits), 3):
            logits[step : step + int(rng.integers(1, 9)), units["first"] + int(rng.integers(units["count"]))] = rng.integers(0, 9)
        spotter, paces = PhraseSpotter({**manifest, "labels": []}, [("x", [[5, 6]])]), []
        for step, row in enumerate(logits.tolist()):
            spotter.step(30 * step, row)
            paces.append(spotter.graph.unit_q8)
        assert paces == many.costs(manifest, logits).unit_q8.tolist()
        assert len(set(paces)) > 5


# -- what is said of a phrase


def test_intervals_are_poissons() -> None:
    assert estimate.interval(0) == (0.0, pytest.approx(3.689, abs=0.001))
    assert estimate.interval(3) == (pytest.approx(0.619, abs=0.001), pytest.approx(8.767, abs=0.001))


def test_twins_and_near_twins() -> None:
    common = (("在建", "z ai j ian", 5.0), ("再接", "z ai j ie", 3.0), ("再见", "z ai j ian", 9.0))
    known = [words.Word(word, tuple(units.split()), count) for word, units, count in common]
    said = advice.advise("再见", site.units_of("再见", "zh"), 2, known)
    assert [word.text for word in said.twins] == ["在建"]
    assert [word.text for word in said.near] == ["再接"]
    assert said.twins_per_h(4000) == pytest.approx(0.02)
    for a, b, near in (("ab", "ac", True), ("ab", "abc", True), ("abc", "ac", True), ("ab", "ab", False), ("ab", "cd", False), ("ab", "ba", False)):
        assert advice.one_off(tuple(a), tuple(b)) is near


def test_the_shipped_negatives_belong_to_the_network_and_a_torn_file_is_one_line(tmp_path: Path) -> None:
    manifest = NETWORK.manifest
    negatives = estimate.load(released.FOLDER / "zh", manifest["sha256"])
    assert negatives.hours >= 0.9
    assert sum(len(row) for row in negatives.clips) > 500
    good = (released.FOLDER / "zh/negatives.xz").read_bytes()
    for number, bad in enumerate((good[:5000], b"", lzma.compress(b"{}\n"), lzma.compress(lzma.decompress(good)[:-1]))):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "negatives.xz").write_bytes(bad)
        with pytest.raises(CannotDo, match="torn"):
            estimate.load(folder, manifest["sha256"])
    with pytest.raises(CannotDo, match="another network"):
        estimate.load(released.FOLDER / "zh", "0" * 64)


def test_a_stricter_cutoff_is_chosen_for_fewer_false_alarms() -> None:
    manifest = NETWORK.manifest
    negatives = estimate.load(released.FOLDER / "zh", manifest["sha256"])
    units = [manifest["units"].index(unit) for unit in site.units_of("意思", "zh")]
    [loose] = estimate.false_alarms(manifest, negatives, [estimate.row_of(manifest, "x", [units], -300)])
    assert loose.false >= 3
    assert loose.low_per_h < loose.false / loose.hours < loose.high_per_h
    cutoff = estimate.cutoff_for(loose, 1.0)
    assert cutoff > -300
    one, strict = estimate.false_alarms(manifest, negatives, [estimate.row_of(manifest, "x", [units], c) for c in (-300, cutoff)])
    assert one.false == loose.false
    assert strict.false < loose.false


def test_a_phrase_that_common_speech_resembles_gets_a_stricter_cutoff() -> None:
    manifest = NETWORK.manifest
    negatives = estimate.load(released.FOLDER / "zh", manifest["sha256"])
    table = manifest["text"]["cutoff_q8_by_units"]
    rows = []
    for text in ("可以的话", "光明电力局"):
        units = [manifest["units"].index(unit) for unit in site.units_of(text, "zh")]
        rows.append(estimate.row_of(manifest, text, [units]))
    common, rare = estimate.false_alarms(manifest, negatives, rows)
    units = len(rows[1]["phrases"][0])
    assert estimate.own_cutoff(manifest, common, 4, 8) > estimate.own_cutoff(manifest, rare, 5, units)
    assert -estimate.WHOLE_Q8 // units <= estimate.own_cutoff(manifest, rare, 5, units) < table[units]
    for length in (4, 8, 15, 24, 30):  # however long: two wholly wrong syllables are another phrase
        rarest = estimate.Estimate(0, 2.0, 0.0, 1.8, np.array([], np.int32))
        assert -estimate.own_cutoff(manifest, rarest, 8, length) * length < estimate.WHOLE_Q8 + length
    nothing = estimate.Estimate(0, 2.0, 0.0, 1.8, np.array([], np.int32))  # never heard at all: still a cutoff, and never 0
    assert estimate.LOWEST_Q8 <= estimate.own_cutoff(manifest, nothing, 8, 16) < 0
    everything = estimate.Estimate(900, 2.0, 420.0, 480.0, np.full(900, -1, np.int32))  # in every sentence: as strict as there is
    assert estimate.own_cutoff(manifest, everything, 2, 4) == -1


def test_advice_on_the_command_line(capfd: pytest.CaptureFixture[str], home: Path) -> None:
    code, out, _ = run(capfd, "phrases", "add", "在线", "--label", "online")
    assert code == 0
    assert "z ai x ian" in out
    assert "two syllables" in out
    assert "an hour (95 %" in out
    [(label, cutoff_q8, texts)] = profile.load(home).get("phrases")
    assert (label, texts) == ("online", ("z ai x ian",))
    assert estimate.LOWEST_Q8 <= cutoff_q8 < 0  # chosen for this phrase, and written with it
    for arguments, word in (
        (("好", "--label", "a"), "one syllable"),
        (("欢迎致电", "--label", "greeting"), "own labels"),
        (("thank you", "--label", "a"), "no Chinese"),
    ):
        code, out, err = run(capfd, "phrases", "add", *arguments)
        assert (code, out) == (1, "")
        assert word in err
        assert err.count("\n") == 1
    before = home.read_text("utf-8")
    assert run(capfd, "phrases", "add", "欢迎致电", "--label", "a", "--dry-run")[0] == 0
    assert home.read_text("utf-8") == before
    assert run(capfd, "phrases", "remove", "online")[0] == 0
    code, _, err = run(capfd, "phrases", "list")
    assert code == 2
    assert "phrases add" in err


# -- acceptance


def test_three_phrases_given_as_text_are_found_without_any_training_library(home: Path, tmp_path: Path) -> None:
    program = (
        "import sys\n"
        "for name in ('tensorflow', 'torch', 'jieba', 'scipy', 'keras'):\n"
        "    sys.modules[name] = None\n"  # an import of one of them would fail
        "from sidetone_host.cli import main\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )

    def sidetone(*arguments: str) -> str:
        return subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True).stdout

    for label, text, _, _ in THREE:
        sidetone("phrases", "add", text, "--label", label)
    assert home.exists()
    sidetone("phrases", "add", "明天会下大雨", "--label", "weather")
    lines = [json.loads(line) for line in sidetone("replay", "--json", str(DEMO)).splitlines()]
    spoken = [line for line in lines if line["kind"] == "phrase"]
    ours = [(line["label"], line["t_ms"], line["channel"]) for line in spoken if line["label"] in ("number", "renew", "traffic", "weather")]
    for label, _, begin_ms, end_ms in THREE:
        assert [begin_ms < t_ms < end_ms + 600 for name, t_ms, channel in ours if name == label and channel == "agent"] == [True], (label, ours)
    assert not [name for name, _, _ in ours if name == "weather"]
    counted = lines[-1]["phrases"]
    assert all(counted[label] == 1 for label, _, _, _ in THREE)
    assert "heard once" in sidetone("phrases", "test", str(DEMO))


@pytest.mark.needs("micropython")
def test_both_runtimes_hear_the_same_with_phrases_and_personal_cutoffs(
    capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIDETONE_MICROPYTHON", programs.path("micropython"))
    sound, rate = soundfile.read(DEMO, dtype="int16")
    cut = tmp_path / "cut.wav"
    soundfile.write(cut, sound[int(20.5 * rate) : int(26.0 * rate), 0], rate)
    hall, seat = tmp_path / "hall.toml", tmp_path / "seat.toml"
    files.add(hall, "number", "手机号码告诉我", cutoff=-0.9)
    calibration.write(seat, "zh", -24 * 256, 1100, [("greeting", -400), ("transfer", -900)])
    arguments = ("replay", "--json", str(cut), "--profile", str(hall), "--calibration", str(seat))
    code, expected, _ = run(capfd, *arguments)
    assert code == 0
    assert '"label":"number"' in expected
    assert run(capfd, *arguments, "--runtime", "micropython")[1] == expected
