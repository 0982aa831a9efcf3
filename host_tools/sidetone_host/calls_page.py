"""docs/calls-evaluation.md: what the scripted calls and the measures gave, from model/calls/measured.json (`make evaluate-calls`)."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from sidetone.core.etiquette.rules import LAMP, RECORD, RULES

MEASURED = Path(__file__).resolve().parents[2] / "model" / "calls" / "measured.json"
TARGET = 0.95


def measured() -> dict[str, Any]:
    """The committed figures; {} where nothing was measured yet."""
    loaded: dict[str, Any] = json.loads(MEASURED.read_text("utf-8")) if MEASURED.is_file() else {}
    return loaded


def wilson(right: int, n: int) -> tuple[float, float]:
    """95 % Wilson interval of a share."""
    p, z = right / n, 1.96
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return max(0.0, middle - half), min(1.0, middle + half)


def share(right: int, n: int) -> str:
    """`17/18, 94 % (74-99)`."""
    if not n:
        return "-"
    low, high = wilson(right, n)
    return f"{right}/{n}, {100 * right / n:.0f} % ({100 * low:.0f}-{100 * high:.0f})"


def pooled(row: dict[str, Any]) -> tuple[int, int]:
    """(right, n) of a rule's breaking and keeping calls together."""
    return row["breaks"][0] + row["keeps"][0], row["breaks"][1] + row["keeps"][1]


def of_rule(rule: str, result: dict[str, Any]) -> str:
    """The measured error of one rule, for docs/standard-coverage.md."""
    ears = result.get("scripted", {}).get("ears", {})
    parts = []
    for ear, name in (("script", "words given"), ("network", "network")):
        row = ears.get(ear, {}).get("rules", {}).get(rule)
        if row:
            right, n = pooled(row)
            parts.append(f"{name}: {n - right} of {n} wrong")
    return "; ".join(parts)


def _number(value: float, digits: int) -> str:
    return f"{value:.{digits}f}"


def _rows(rows: list[dict[str, Any]]) -> list[str]:
    out = ["| measure | target | measured | 95 % interval | n | met |", "|---|---|---|---|---|---|"]
    for row in rows:
        digits, unit = row["digits"], f" {row['unit']}" if row["unit"] else ""
        met = {True: "yes", False: "**no**", None: ""}[row["met"]]
        text = row["text"] + (f" ({row['note']})" if row["note"] else "")
        interval = f"{_number(row['low'], digits)} .. {_number(row['high'], digits)}"
        out.append(f"| {text} | {row['target']} | {_number(row['value'], digits)}{unit} | {interval} | {row['n']} | {met} |")
    return out


def _rules(scripted: dict[str, Any]) -> list[str]:
    ears = scripted["ears"]
    out = [
        "| rule | words | calls | words given: breaks found | keeps clean | both "
        "| released network: breaks found | keeps clean | both | not judged |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for rule in RULES:
        if rule[3] not in (LAMP, RECORD):
            continue
        cells = []
        calls = 0
        for ear in ("script", "network"):
            row = ears.get(ear, {}).get("rules", {}).get(rule[0])
            if row is None:
                cells += ["-", "-", "-"]
                continue
            calls = row["calls"]
            right, n = pooled(row)
            both = share(right, n)
            cells += [f"{good}/{all_}" for good, all_ in (row["breaks"], row["keeps"])]
            cells.append(both if right >= TARGET * n else f"**{both}**")
        network = ears.get("network", {}).get("rules", {}).get(rule[0])
        cells.append(str(network["not_judged"]) if network else "-")
        words = "yes" if "P" in rule[5] else "no"
        out.append(f"| {rule[0]} {rule[1]} | {words} | {calls} | " + " | ".join(cells) + " |")
    return out


def _totals(scripted: dict[str, Any]) -> list[str]:
    judged = [row[0] for row in RULES if row[3] in (LAMP, RECORD)]
    words = {row[0] for row in RULES if "P" in row[5]}
    out = []
    for ear, name in (("script", "words given from the script"), ("network", "words heard by the released network")):
        rules = scripted["ears"].get(ear, {}).get("rules", {})
        for kind, members in (("without words", [r for r in judged if r not in words]), ("with words", [r for r in judged if r in words])):
            rows = [rules[r] for r in members if r in rules]
            right = sum(pooled(row)[0] for row in rows)
            n = sum(pooled(row)[1] for row in rows)
            met = sum(pooled(row)[0] >= TARGET * pooled(row)[1] for row in rows)
            if n:
                out.append(f"- {name}, rules {kind}: {met} of {len(rows)} rules reach 95 %; {share(right, n)} of all renderings right.")
    return out


def tables(result: dict[str, Any]) -> str:
    """All tables, as Markdown."""
    lines: list[str] = []
    scripted = result.get("scripted")
    if scripted:
        lines += ["## Measures of the scripted calls", ""]
        lines += _rows([row for ear in ("script", "network") for row in scripted["ears"].get(ear, {}).get("table", [])])
        lines += [""]
    for key, name in (("synthetic", "Measures on synthetic voices"), ("real", "Measures on real voices")):
        part = result.get(key)
        if part:
            lines += [f"## {name}", "", f"{part['talkers']} talkers, {part['minutes']} minutes of distinct speech; {part['date']}.", ""]
            lines += [*_rows(part["rows"]), ""]
    if scripted:
        lines += ["## Each rule", "", *_totals(scripted), "", *_rules(scripted), ""]
    return "\n".join(lines)


def text() -> str:
    """The whole page."""
    result = measured()
    lines = [
        "# Scripted calls: how right the measures and the rules are",
        "",
        "Generated by `make docs` from `model/calls/measured.json`, which `make evaluate-calls` writes. Do not edit.",
        "",
    ]
    scripted = result.get("scripted")
    if not scripted:
        return "\n".join([*lines, "Nothing has been measured yet.", ""])
    lines += [
        f"{scripted['calls']} two-channel calls of synthetic speech (voices kept out of all training), each at {len(scripted['renderings'])} "
        f"conditions (SNR/cross-talk in dB: {', '.join(scripted['renderings'])}), {scripted['minutes']} minutes in all, {scripted['date']}, "
        "played through the listener that `sidetone replay` uses. The noise falls 3 dB an octave, on both channels; cross-talk goes both ways.",
        "",
        "A rule is right in a rendering when the finding comes in the call that breaks it (inside a window around the true time where there is "
        "one) and does not come in the call that keeps it. `words given`: the phrases of the script are told at their true times, so that only "
        "rules and measures can be wrong; `released network`: what the network misses, the rules miss. `not judged`: renderings in which the "
        "record says that the rule was left open.",
        "",
        "What the intervals (95 %: Wilson, Student, Poisson, bootstrap) do not hold: renderings of one call are not independent of one another, "
        "all synthetic voices come from one synthesizer, and every call is of our own writing. Rows without a target are for comparison, other "
        "packages on the same sound.",
        "",
    ]
    return "\n".join(lines) + tables(result)
