"""One call as its page shows it: stored rows in, plain values for the templates and the chart out. No markup is made here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sidetone_host.dashboard import fields
from sidetone_host.dashboard.rows import Row
from sidetone_host.dashboard.texts import Words

CHART_TEXT_CHARS = 60


def list_row(row: Row, words: Words) -> dict[str, Any]:
    """What the list of calls and the head of the call's page say of a call."""
    message = row["message"]
    ended = datetime.fromtimestamp(row["at"]).astimezone()
    return {
        "id": row["id"],
        "site": row["site"],
        "device": row["device"],
        "boot": row["boot"],
        "seq": row["seq"],
        "ended_iso": ended.isoformat(timespec="seconds"),
        "ended": ended.strftime("%Y-%m-%d %H:%M:%S"),
        "clock_known": row["clock_known"],
        "truncated": row["truncated"],
        "tag": message.get("tag"),
        "left_out": message.get("left_out") or 0,
        "length": clock(row["duration_s"]),
        "level": value(row["level_dbfs"], 1),
        "rate": value(row["rate_speaking_per_min"], 0),
        "answer": value(row["answer_s"], 1),
        "findings": [
            {"rule": str(rule), "name": words.rule(str(rule)), "count": count, "standing": _standing(str(rule))}
            for rule, count in _map(message["record"].get("findings")).items()
        ],
    }


def facts(row: Row, words: Words) -> list[dict[str, Any]]:
    """The few figures at the head of the page."""
    record = message_record(row)
    chosen = ("duration_s", "answer_s", "level_dbfs", "rate_speaking_per_min", "talk_ratio", "interruptions")
    return [_cell(fields.FIELD_OF[key], record, words) for key in chosen]


def record_table(row: Row, words: Words) -> list[dict[str, Any]]:
    """The record by groups: [{"group", "rows": [cell]}]; a field that this page does not know is shown under its own name."""
    record = message_record(row)
    groups: dict[str, list[dict[str, Any]]] = {}
    for field in fields.FIELDS:
        if field.key in record:
            groups.setdefault(field.group, []).append(_cell(field, record, words))
    for key, held in record.items():
        if key not in fields.FIELD_OF and key not in fields.MAPS and not isinstance(held, (dict, list)):
            groups.setdefault("other", []).append(_cell(fields.Field(str(key), "other", "", 2, "", str(key), str(key)), record, words))
    return [{"group": words.pick(fields.GROUPS[group]), "rows": rows} for group, rows in groups.items()]


def findings(row: Row, words: Words) -> list[dict[str, Any]]:
    """Findings in the call's order, each `on` joined with its `off`: when, which rule, the value, the limit and whose limit it is."""
    shown: list[dict[str, Any]] = []
    open_since: dict[str, dict[str, Any]] = {}
    for event in row["events"]:
        found = event.get("finding")
        if not isinstance(found, Mapping):
            continue
        rule, state, t_ms = str(found.get("rule")), found.get("state"), _t_ms(event)
        if state == "off":
            if rule in open_since:
                open_since.pop(rule)["end_ms"] = t_ms
            continue
        standing = "possible" if found.get("possible") is True else "advisory" if found.get("advisory") is True else _standing(rule)
        finding = {
            "rule": rule,
            "name": words.rule(rule) + (f" ({words.content(found['label'])})" if isinstance(found.get("label"), str) else ""),
            "begin_ms": t_ms,
            "end_ms": None,
            "value": _short(found.get("value"), rule),
            "limit": _short(found.get("limit"), rule),
            "unit": words.pick(fields.UNITS[_unit(rule)]),
            "standing": standing,
            "note": words.pick(fields.STANDINGS[standing]),
            "is_span": state == "on",
        }
        if state == "on":
            open_since[rule] = finding
        shown.append(finding)
    for finding in shown:
        finding["begin"] = clock(finding["begin_ms"] / 1000)
        finding["end"] = None if finding["end_ms"] is None else clock(finding["end_ms"] / 1000)
    return shown


def phrases(row: Row, words: Words) -> list[dict[str, Any]]:
    """Every phrase heard, in the call's order."""
    shown = []
    for event in row["events"]:
        heard = event.get("phrase")
        if isinstance(heard, Mapping):
            label, posterior = str(heard.get("label")), heard.get("posterior")
            certainty = _percent(posterior)
            channel = "customer" if heard.get("channel") == "customer" else "agent"
            t_ms = _t_ms(event)
            at = {"t_ms": t_ms, "time": clock(t_ms / 1000)}
            shown.append({**at, "name": words.label(label), "channel": channel, "certainty": certainty})
    return shown


def interval_table(row: Row, words: Words) -> list[dict[str, Any]]:
    """The chart's numbers for those who read them as a table."""
    return [
        {
            "time": clock(_t_ms(interval) / 1000),
            "level": value(interval.get("level_dbfs"), 1),
            "rate": value(interval.get("rate_per_min"), 0),
            "agent": _percent(interval.get("agent_activity")),
            "customer": _percent(interval.get("customer_activity")),
            "phase": _phase(interval.get("phase"), words),
        }
        for interval in row["intervals"]
    ]


def timeline(row: Row, words: Words) -> dict[str, Any]:
    """What the chart draws; times in seconds of the call, `None` where nothing was measured."""
    duration_s = row["duration_s"] or 0.0
    last_s = max([duration_s, *(_t_ms(message) / 1000 for message in row["intervals"] + row["events"])])
    return {
        "end_s": last_s,
        "t_s": [_t_ms(interval) / 1000 for interval in row["intervals"]],
        "level_dbfs": [_or_none(interval.get("level_dbfs")) for interval in row["intervals"]],
        "rate_per_min": [_or_none(interval.get("rate_per_min")) for interval in row["intervals"]],
        "findings": [
            {
                "rule": _plain(found["rule"]),
                "name": _plain(found["name"]),
                "begin_s": found["begin_ms"] / 1000,
                "end_s": (found["end_ms"] / 1000 if found["end_ms"] is not None else last_s if found["is_span"] else None),
                "standing": found["standing"],
                "note": found["note"],
            }
            for found in findings(row, words)
        ],
        "phrases": [
            {"t_s": heard["t_ms"] / 1000, "name": _plain(heard["name"]), "channel": heard["channel"]} for heard in phrases(row, words)
        ],
    }


def not_judged(row: Row, words: Words) -> list[dict[str, str]]:
    """Rules that this call gave no means to judge, by reason: silence about a rule is not praise."""
    held = _map(message_record(row).get("not_judged"))
    return [
        {"reason": words.reason(str(reason)), "rules": ", ".join(str(rule) for rule in rules)}
        for reason, rules in held.items()
        if isinstance(rules, list) and rules
    ]


def advice(row: Row, words: Words) -> list[dict[str, str | None]]:
    """Figures for a coach, by rule: never findings."""
    shown = []
    for rule, figure in _map(message_record(row).get("advice")).items():
        name = words.pick(fields.ADVICE[rule]) if rule in fields.ADVICE else words.rule(str(rule))
        decimals = 0 if isinstance(figure, int) else 1
        unit = words.pick(fields.UNITS[_unit(str(rule))])
        shown.append({"rule": str(rule) if rule in fields.RULE_OF else "", "name": name, "value": value(figure, decimals), "unit": unit})
    return shown


def message_record(row: Row) -> Mapping[str, Any]:
    record: Mapping[str, Any] = row["message"]["record"]
    return record


def clock(seconds: object) -> str | None:
    """Seconds -> `1:02:03` or `2:03`; None for what is no number."""
    if not _is_number(seconds):
        return None
    whole = max(0, round(float(seconds)))  # type: ignore[arg-type]  # _is_number has looked
    hours, rest = divmod(whole, 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"


def value(held: object, decimals: int) -> str | None:
    """A number as it is printed, with a true minus sign; None for what is no number."""
    if not _is_number(held):
        return None
    text = f"{float(held):.{decimals}f}"  # type: ignore[arg-type]  # _is_number has looked
    return "\u2212" + text[1:] if text.startswith("-") and float(text) else text.removeprefix("-")


def _unit(rule: str) -> str:
    return fields.RULE_OF[rule].unit if rule in fields.RULE_OF else ""


def _short(held: object, rule: str) -> str | None:
    """A finding's value or limit: whole numbers as they are, others with one decimal, minutes of the day as a time."""
    if _unit(rule) == "day_minute" and isinstance(held, int):
        return f"{held // 60 % 24:02}:{held % 60:02}"
    return value(held, 0 if isinstance(held, int) else 1)


def _cell(field: fields.Field, record: Mapping[str, Any], words: Words) -> dict[str, Any]:
    held = record.get(field.key)
    if field.unit == "ratio" and _is_number(held):
        held = float(held) * 100  # type: ignore[arg-type]  # a share reads better in per cent
    reason = _map(record.get("unmeasured")).get(field.key)
    printed = value(held, field.decimals)
    return {
        "key": field.key,
        "name": words.pick((field.en, field.zh)),
        "value": printed if printed is not None or held is None else str(held)[:200],
        "unit": words.pick(fields.UNITS[field.unit]),
        "reason": words.reason(str(reason)) if reason is not None else None,
        "note": words.pick(fields.STANDINGS[field.note]) if field.note else "",
    }


def _standing(rule: str) -> str:
    return fields.RULE_OF[rule].standing if rule in fields.RULE_OF else "ours"


def _map(held: object) -> Mapping[str, Any]:
    return held if isinstance(held, Mapping) else {}


def _t_ms(message: Mapping[str, Any]) -> int:
    t_ms = message.get("t_ms")
    return t_ms if isinstance(t_ms, int) else 0


def _is_number(held: object) -> bool:
    return isinstance(held, (int, float)) and not isinstance(held, bool)


def _or_none(held: object) -> object:
    return held if _is_number(held) else None


def _percent(held: object) -> str | None:
    return f"{float(held) * 100:.0f} %" if _is_number(held) else None  # type: ignore[arg-type]  # _is_number has looked


def _phase(held: object, words: Words) -> str:
    return words(f"phase_{held}") if held in ("idle", "ringing", "talking", "hold", "closing", "ended") else ""


def _plain(text: str) -> str:
    """Text for the chart: its library reads a few HTML tags in labels, so there is nothing left that could be one."""
    return text.replace("<", "‹").replace(">", "›").replace("&", "+")[:CHART_TEXT_CHARS]
