"""docs/standard-coverage.md, made from the rule table by `make docs`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from sidetone.core.etiquette.rules import RULES
from sidetone.core.etiquette.settings import SETTINGS
from sidetone_host import calls_page
from sidetone_host.wording import marked

UNIT_TESTS = Path(__file__).resolve().parents[2] / "tests" / "unit"

SEVERITIES = {
    "lamp": marked("yes, lamp and record"),
    "record": marked("yes, record"),
    "advisory": marked("advisory, never a finding"),
    "derived": marked("part of other rules"),
    "never": marked("no"),
}
NEEDS = {
    "A": marked("the agent's channel"),
    "C": marked("the customer's channel"),
    "R": marked("call states"),
    "P": marked("the phrase network"),
    "K": marked("the clock"),
    "D": marked("the direction of the call"),
}


def settings_of(rule: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    """The settings rows that a rule's row names, by full or by last name, or that name the rule in their help."""
    words = set(re.findall(r"[a-z_0-9.]+", f"{rule[7]} {rule[8]}"))
    words |= {word.rstrip(".") for word in words}
    rows = []
    for row in SETTINGS:
        last = row[0].rpartition(".")[2]
        by_name = row[0] in words or ("_" in last and last in words)
        by_help = re.search(rf"\b{rule[0]}\b", row[8]) is not None
        if by_name or by_help:
            rows.append(row)
    return rows


def text() -> str:
    """The whole page."""
    counts = {name: sum(1 for row in RULES if row[3] == name) for name in SEVERITIES}
    lines = [
        "# The standard, rule by rule",
        "",
        "Generated from `firmware/sidetone/core/etiquette/rules.py` by `make docs`; change that table, not this page.",
        "",
        f"{len(RULES)} rules: {counts['lamp'] + counts['record']} are judged ({counts['lamp']} of them show on a lamp), "
        f"{counts['advisory']} give advice only, {counts['derived']} are definitions or exceptions that other rules use, "
        f"{counts['never']} are not judged for the reason given.",
        "",
        "Tests are modules of `tests/unit/` (without `test_`), each of which runs on CPython and on MicroPython.",
        "A finding always means that the rule was broken. The measured error is that of [the scripted calls](calls-evaluation.md): renderings of "
        "calls that break or keep the rule which were judged wrongly, with the words given from the script and with those the released network "
        "heard. The network's own figures stand in [the model card](../model/README.md).",
        "",
        "| rule | what it asks | judged | how, or why not | needs | limits | tests | measured error |",
        "|---|---|---|---|---|---|---|---|",
    ]
    tests = _tests()
    measured = calls_page.measured()
    for row in RULES:
        rule, english, chinese, severity, lamp, needs, _phase, how, note = row
        judged = SEVERITIES[severity] + (f" (`{lamp}`)" if lamp else "")
        why = "; ".join(part for part in (how, note) if part)
        needed = ", ".join(NEEDS[letter] for letter in needs)
        limits = ", ".join(f"`{setting[0]}`" for setting in settings_of(row))
        cells = [rule, f"{english} · {chinese}", judged, _cell(why), needed, limits, _tested(rule, tests), calls_page.of_rule(rule, measured)]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _tests() -> dict[str, str]:
    """Unit test modules and their text."""
    return {path.stem.removeprefix("test_"): path.read_text("utf-8") for path in sorted(UNIT_TESTS.glob("test_*.py"))}


def _tested(rule: str, tests: dict[str, str]) -> str:
    return ", ".join(name for name, code in tests.items() if f'"{rule}"' in code)


def _cell(words: str) -> str:
    return words.replace("|", "\\|")
