"""docs/standard-coverage.md is fresh, and no rule of the standard is without a row."""

from __future__ import annotations

from pathlib import Path

from sidetone.core.etiquette.rules import ADVISORY, DERIVED, LAMP, NAMES, NEVER, RECORD, RULES, rule_row
from sidetone.core.lamps.panel import LAMPS
from sidetone_host import coverage, judging_page

ROOT = Path(__file__).parents[2]

STANDARD = (
    "A1 A2 A3 A4 A5 B1 B2 B3 B4 B5 B6 B7 B8 C1 C2 C3 C4 C5 C6 C7 C8 C9 C10 C11 D1 D2 D3 D4 D5 D6 D7 D8 E1 E2 E3 E4 E5 E6 "
    "F1 F2 F3 F4 F5 F6 F7 G1 G2 G3 G4 G5 G6 G7 G8 G9 G10 H1 H2 H3 H4 H5 H6 T1 T2 T3 T4 T5 I1 I2 I3 I4 I5 I6 I7 I8 "
    "J1 J2 J3 J4 J5 J6 J7 J8 J9 J10 J11 K1 K2 K3 L1 L2 L3 L4 L5 L6 M1 M2 M3 N1 N2 N3"
).split()


def test_every_rule_of_the_standard_has_one_row_in_its_order() -> None:
    assert len(STANDARD) == 100
    assert [row[0] for row in RULES] == STANDARD


def test_rows_are_complete() -> None:
    for rule, english, chinese, severity, lamp, needs, phase, how, note in RULES:
        assert all((english, chinese)), rule
        assert severity in (LAMP, RECORD, ADVISORY, DERIVED, NEVER), rule
        assert set(needs) <= set(coverage.NEEDS), rule
        if severity == LAMP:
            assert lamp in LAMPS, rule
        if severity in (LAMP, RECORD):
            assert all((how, phase, needs)), rule
        if severity == NEVER:
            assert note, f"{rule} must say why it is not judged"
    assert rule_row("C1")[1:3] == NAMES[STANDARD.index("C1")][1:]


def test_a_rule_that_is_judged_is_found_in_the_code_and_no_other_is() -> None:
    """The table's word against the code's: each judged rule's id stands in a module that finds it."""
    modules = [
        path
        for path in (ROOT / "firmware/sidetone/core/etiquette").glob("*.py")
        if path.stem not in ("rules", "settings", "labels", "signs", "findings")
    ]
    code = "\n".join(path.read_text("utf-8") for path in modules)
    for row in RULES:
        if row[3] in (LAMP, RECORD, ADVISORY):
            assert f'"{row[0]}"' in code, f"{row[0]} is said to be judged"
        else:
            assert f'"{row[0]}"' not in code, f"{row[0]} is said not to be judged"


def test_what_sound_shows_easily_is_judged() -> None:
    """rules.tsv's difficulty: what is `hard` is advice or not judged, and so is nothing else but what only meaning could tell."""
    hard = set("B6 B8 C5 C9 D3 D8 E3 E5 E6 F7 G5 I8 J4 L1 L4 L5 M3 T3 T5".split())
    outside = {"A5", "G10", "K3", "T2"}  # not for a device at all
    unjudged = {row[0] for row in RULES if row[3] == NEVER}
    assert unjudged <= hard | outside
    assert not {row[0] for row in RULES if row[3] in (LAMP, RECORD)} & (hard | outside)
    # what is neither: definitions that other rules use, and figures on which the sources set no limit or contradict each other
    rest = {row[0] for row in RULES if row[3] in (ADVISORY, DERIVED)} - hard - outside
    assert rest == set("A3 C6 C11 F3 G2 H6 J8 J10 K1 L2".split())


def test_every_judged_rule_is_named_in_a_unit_test() -> None:
    tests = "\n".join(path.read_text("utf-8") for path in (ROOT / "tests/unit").glob("test_*.py"))
    for row in RULES:
        if row[3] in (LAMP, RECORD):
            assert f'"{row[0]}"' in tests, f"no unit test names {row[0]}"


def test_the_page_is_fresh() -> None:
    page = ROOT / "docs/standard-coverage.md"
    assert page.read_text("utf-8") == coverage.text(), "run: make docs"


def test_the_tables_of_the_judging_page_are_fresh() -> None:
    page = ROOT / "docs/judging.md"
    assert page.read_text("utf-8") == judging_page.text(), "run: make docs"
