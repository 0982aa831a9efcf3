"""Are the findings right? Per rule over all its calls and renderings, for one ear; and the intervals of all figures here."""

import math
from collections import defaultdict

from model.calls import catalogue


def wilson(right, n):
    """(share, low, high) of `right` in `n`: 95 % Wilson interval; None of nothing."""
    if not n:
        return None
    p, z = right / n, 1.96
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return p, max(0.0, middle - half), min(1.0, middle + half)


def poisson(count, amount):
    """(rate, low, high) of `count` events in `amount`: 95 % exact interval."""
    from scipy.stats import chi2

    low = chi2.ppf(0.025, 2 * count) / 2 if count else 0.0
    return count / amount, low / amount, chi2.ppf(0.975, 2 * count + 2) / 2 / amount


def mean(values):
    """(mean, low, high): 95 % interval by Student's t."""
    from scipy.stats import t

    n = len(values)
    middle = sum(values) / n
    if n < 2:
        return middle, middle, middle
    half = t.ppf(0.975, n - 1) * math.sqrt(sum((x - middle) ** 2 for x in values) / (n - 1) / n)
    return middle, middle - half, middle + half


def findings(lines, rule):
    """[ms] at which the rule was found broken."""
    return [line["t_ms"] for line in lines if line["kind"] == "finding" and line["rule"] == rule and line["state"] != "off"]


def summary(lines):
    return next(line for line in lines if line["kind"] == "summary")


def not_judged(lines, rule):
    """Why the call's record says that the rule was not judged, or None."""
    for reason, rules in summary(lines)["not_judged"].items():
        if rule in rules:
            return reason
    return None


def verdict(call, lines):
    """{"broken", "right", "at": [ms of findings], "window", "not_judged"} of the call's own rule."""
    rule = catalogue.load()[call.name][0]
    broken, from_ms, to_ms = call.expected[rule]
    at = findings(lines, rule)
    in_time = [t_ms for t_ms in at if (from_ms is None or from_ms <= t_ms) and (to_ms is None or t_ms <= to_ms)]
    right = bool(in_time) if broken else not at
    return {"rule": rule, "broken": broken, "right": right, "at": at, "window": [from_ms, to_ms], "not_judged": not_judged(lines, rule)}


def by_rule(verdicts):
    """[(call name, rendering, verdict)] -> {rule: {"calls", "breaks": [right, n], "keeps": [right, n], "not_judged"}}."""
    out = defaultdict(lambda: {"calls": set(), "breaks": [0, 0], "keeps": [0, 0], "not_judged": 0})
    for name, _rendering, verdict in verdicts:
        row = out[verdict["rule"]]
        row["calls"].add(name)
        count = row["breaks" if verdict["broken"] else "keeps"]
        count[0] += verdict["right"]
        count[1] += 1
        row["not_judged"] += verdict["not_judged"] is not None
    return {rule: {**row, "calls": len(row["calls"])} for rule, row in out.items()}
