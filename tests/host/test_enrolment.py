"""An agent's calibration: its file, the passages, and what enrolment makes of a reading; with every released network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

import programs
from sidetone.core.etiquette.profile import Profile
from sidetone_host import calibration, cli, released
from sidetone_host.errors import CannotDo, JudgedBad
from sidetone_host.phrases import enrol, hear, passage
from sidetone_host.released import Released

DEMO = programs.TREE / "host_tools/sidetone_host/data/demo_call.flac"


@pytest.fixture(params=released.languages())
def network(request: pytest.FixtureRequest) -> Released:
    return released.load(request.param)


def test_a_calibration_is_read_back_and_a_faulty_one_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "seat.toml"
    calibration.write(path, "zh", -6221, 1083, [("greeting", -90), ("farewell", -201)])
    assert calibration.read(path, None) == {"baseline_q8": -6221, "rate_scale_pm": 1083, "cutoffs_q8": [("greeting", -90), ("farewell", -201)]}
    for text in ("baseline_dbfs = 3", "rate_scale = true", "x = 1", "cutoffs = 1", "[cutoffs]\ngreeting = 1", "=", '[cutoffs]\ngreeting = "a"'):
        path.write_text(text, "utf-8")
        with pytest.raises(CannotDo):
            calibration.read(path, None)
    with pytest.raises(CannotDo):
        calibration.read(tmp_path / "absent.toml", None)
    with pytest.raises(CannotDo, match=r"absent/seat\.toml: No such file"):
        calibration.write(tmp_path / "absent/seat.toml", "zh", -6221, 1083, [])


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "says nothing"),
        ('language = "en"\nbaseline_dbfs = -24\n', "made for calls in `en`; these are in `zh`"),
        ("[cutoffs]\ngreting = -0.5\n", "did you mean greeting"),
    ],
)
def test_a_calibration_that_does_not_fit_the_calls_is_one_line(
    capfd: pytest.CaptureFixture[str], tmp_path: Path, home: Path, text: str, word: str
) -> None:
    seat = tmp_path / "seat.toml"
    seat.write_text(text, "utf-8")
    for command in (("replay", str(DEMO)), ("run", "--source", str(DEMO), "--fast", "--calls", "1", "--data", str(tmp_path / "data"))):
        assert cli.main([*command, "--calibration", str(seat)]) == 2
        said = capfd.readouterr()
        assert (said.out, said.err.count("\n")) == ("", 1)
        assert word in said.err


def test_a_calibration_may_name_a_phrase_of_the_profile(tmp_path: Path) -> None:
    seat = tmp_path / "seat.toml"
    calibration.write(seat, "zh", -6221, 1083, [("company", -90)])
    with pytest.raises(CannotDo, match="company"):
        calibration.read(seat, Profile())
    assert calibration.read(seat, Profile([("phrases", [["company", 0, ["h uan i ing"]]])]))["cutoffs_q8"] == [("company", -90)]


def test_the_passage_holds_each_core_phrase_twice(network: Released) -> None:
    language = network.manifest["language"]
    names, places, syllables = passage.units(language)
    assert 150 < syllables < 300
    rows = {row["label"]: row for row in network.manifest["labels"] if row["tier"] == "core"}
    assert set(rows) == set(passage.PASSAGES[language].said)
    for label in rows:
        mine = [place for place in places if place.label == label]
        assert len(mine) == 2, label
        for place in mine:
            said = " ".join(names[place.first : place.end])
            sounds = [" ".join(network.manifest["units"][u] for u in phrase) for phrase in rows[label]["phrases"]]
            assert any(sound in said for sound in sounds), (label, said)


class Meter:
    """What a meter has to say of the passage when it is over."""

    def __init__(self, counted: int) -> None:
        self.syllables = counted

    def call_level_q8(self) -> int:
        return -6200


def passage_read(manifest: dict[str, Any], indistinct: dict[str, int], counted: int = 220) -> hear.Heard:
    """The passage as a network would write it that is sure of every unit, but for labels said with `indistinct` steps of doubt a unit."""
    names, places, _ = passage.units(manifest["language"])
    outputs, tokens = sum(head["count"] for head in manifest["heads"].values()), manifest["heads"]["labels"]["first"]
    doubt = {at: steps for place in places for at in range(place.first, place.end) if (steps := indistinct.get(place.label, 0))}
    rows = []
    for k, name in enumerate(names):
        said = np.full(outputs, -100, np.int8)
        said[manifest["units"].index(name)] = 40 - doubt.get(k, 0)
        said[1 if name != manifest["units"][1] else 2] = 40 if k in doubt else -100  # another unit is likelier
        quiet = np.full(outputs, -100, np.int8)
        quiet[0] = 40
        rows += [said, quiet]
        for place in places:
            if place.end == k + 1:
                token = {row["label"]: row["token"] for row in manifest["labels"]}[place.label]
                rows[-1] = np.full(outputs, -100, np.int8)
                rows[-1][tokens + token] = 40
    logits = np.stack(rows)
    return hear.Heard(logits, np.arange(len(logits), dtype=np.int32) * 30, Meter(counted), None)


def with_levels(manifest: dict[str, Any], cutoff_q8: int) -> dict[str, Any]:
    levels = [-60, -80, -120, -160, -200, -300]
    own = {"cutoff_q8": cutoff_q8, "levels_q8": levels, "margin": False}
    rows = [{**row, **own, "penalties": [0] * len(row["phrases"])} for row in manifest["labels"]]
    return {**manifest, "labels": rows}


def test_enrolment_lowers_what_this_agent_needs_and_nothing_else(network: Released) -> None:
    manifest = with_levels(network.manifest, -40)
    scale = manifest["output_scale"]
    made = enrol.enrol(passage_read(manifest, {"farewell": round(0.4 / scale)}), manifest)
    assert made.rate_scale_pm == round(made.syllables / 220 * 1000)
    assert made.baseline_q8 == -6200
    assert [row.label for row in made.changed] == ["farewell"]
    [row] = made.changed
    assert -160 <= row.own_q8 <= min(row.readings_q8) - enrol.MARGIN_Q8 + 1
    assert row.crossed == 2
    # never under the level of one false alarm an hour, however indistinct
    made = enrol.enrol(passage_read(manifest, {"farewell": round(0.9 / scale)}), manifest)
    assert [(row.label, row.own_q8) for row in made.changed] == [("farewell", -160)]
    # a manifest without levels gives no room
    bare = {**manifest, "labels": [{k: v for k, v in row.items() if k != "levels_q8"} for row in manifest["labels"]]}
    assert enrol.enrol(passage_read(manifest, {"farewell": round(0.4 / scale)}), bare).changed == []
    assert enrol.false_per_h(manifest["labels"][0], -160) == pytest.approx(1.0)
    assert enrol.false_per_h(manifest["labels"][0], 0) == pytest.approx(0.1)


def test_what_is_not_the_passage_is_refused(network: Released, tmp_path: Path) -> None:
    manifest = network.manifest
    with pytest.raises(JudgedBad, match="syllables were counted"):
        enrol.enrol(passage_read(manifest, {}, counted=100), manifest)
    with pytest.raises(JudgedBad, match="no speech"):
        enrol.enrol(passage_read(manifest, {}, counted=0), manifest)
    heard = hear.agent(DEMO, manifest, network.model)
    with pytest.raises(JudgedBad, match="does not sound like the passage"):
        enrol.enrol(heard, manifest)
    quiet = tmp_path / "short.wav"
    soundfile.write(quiet, np.zeros(16000, np.int16), 16000)
    with pytest.raises(JudgedBad, match="too short"):
        enrol.enrol(hear.agent(quiet, manifest, network.model), manifest)


def test_the_passage_is_printed_in_the_language_of_the_profile(
    capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    hall = tmp_path / "hall.toml"
    hall.write_text('base = "english"\n', "utf-8")
    english = ("--file", str(hall))
    for arguments, language in (((), "zh"), (("--language", "en"), "en"), (english, "en"), ((*english, "--language", "zh"), "zh")):
        assert cli.main(["phrases", "passage", *arguments]) == 0
        assert capfd.readouterr().out.strip() == passage.PASSAGES[language].text
    assert cli.main(["phrases", "passage", "--file", str(tmp_path / "absent.toml")]) == 2
