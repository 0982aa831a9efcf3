"""What the record says of a scripted call against the script: rings, answer time, holds, latencies, hang-up, prompts, phases."""

import itertools

import numpy as np

from model.calls.measure_voice import row
from model.calls.score import summary, wilson
from model.calls.script import AGENT

NEAR_S = 0.3
PHASES = ("idle", "ringing", "talking", "hold", "closing", "ended")


def latencies_ms(call):
    """True times from the customer's last sound to the agent's first, where the agent takes the turn without a hold before it."""
    rows = sorted((said for said in call.said if said.kind != "backchannel"), key=lambda said: said.begin_ms)
    holds = [at for at, name in call.phases if name == "hold"]
    out = []
    for before, said in itertools.pairwise(rows):
        if said.side == AGENT and before.side != AGENT and not any(before.begin_ms - 3_000 <= at <= said.begin_ms for at in holds):
            out.append(said.begin_ms - before.end_ms)
    return out


def phase_share(call, lines):
    """(ms in the right phase, ms) over the call."""

    def track(changes):
        out = np.zeros(call.length_ms // 10, np.int8)
        for at, name in sorted(changes):
            out[at // 10 :] = PHASES.index(name)
        return out

    truth = track(call.phases)
    got = track([(0, "talking")] + [(line["t_ms"], line["phase"]) for line in lines if line["kind"] == "call" and line["phase"] != "ended"])
    return int((truth == got).sum()) * 10, len(truth) * 10


def compare(call, lines):
    """{name: (measured, true)} of what the script knows; seconds or counts."""
    record = summary(lines)
    out = {}
    if call.rings is not None and call.expected.get("A4") is None:
        out["rings"] = (record["rings"], call.rings)
    if "answer_s" in call.figures:
        out["answer"] = (record["answer_s"], call.figures["answer_s"])
    if "hold_gaps_ms" in call.figures:
        out["hold_gap"] = (record["hold_max_gap_s"], max(call.figures["hold_gaps_ms"]) / 1000)
    if "silent_prompts" in call.figures:
        out["prompts"] = (record["silent_prompts"], call.figures["silent_prompts"])
    if "hang_up_gap_ms" in call.figures:
        told = [line["value"] for line in lines if line["kind"] == "finding" and line["rule"] in ("J5", "J6", "J7") and line["value"] is not None]
        out["hang_up"] = (told[0] if told else None, call.figures["hang_up_gap_ms"] / 1000)
    truth = latencies_ms(call)
    if len(truth) >= 2 and min(truth) > 0:
        out["latency"] = (record["response_latency_s"], float(np.median(truth)) / 1000)
    return out


NAMES = (
    ("rings", "rings counted exactly", ">= 98 %", 0.98),
    ("answer", "answer time within 0.3 s", "within 0.3 s", 0.98),
    ("hold_gap", "longest silence in a hold within 0.3 s", "within 0.3 s", 0.98),
    ("latency", "median response latency within 0.3 s", "within 0.3 s", 0.98),
    ("hang_up", "last word to hang-up within 0.3 s", "within 0.3 s", 0.98),
    ("prompts", "prompts to a silent caller counted exactly", "", None),
)


def table(compared, ear):
    """[{name: (measured, true)}] of all calls and renderings -> rows."""
    rows = []
    for name, text, target, least in NAMES:
        pairs = [one[name] for one in compared if name in one]
        if not pairs:
            continue
        near = [got is not None and abs(float(got) - true) <= (0 if name in ("rings", "prompts") else NEAR_S) for got, true in pairs]
        share = wilson(sum(near), len(near))
        errors = [abs(float(got) - true) for got, true in pairs if got is not None]
        note = f"mean error {sum(errors) / len(errors):.2f}, not told {len(pairs) - len(errors)}" if errors else "never told"
        rows.append(row(f"{name}_{ear}", f"{text} ({ear} ear)", target, share[0] >= least if least else None, share, len(pairs), "", 2, note))
    return rows


def phases(shares, ear):
    """[(ms right, ms)] -> row."""
    pairs = np.array(shares, np.float64)
    whole = pairs[:, 0].sum() / pairs[:, 1].sum()
    drawn = pairs[np.random.default_rng(1).integers(0, len(pairs), (1000, len(pairs)))].sum(1)  # whole calls are drawn
    low, high = np.quantile(drawn[:, 0] / drawn[:, 1], (0.025, 0.975))
    return [row(f"phase_{ear}", f"phase of the call right, share of time ({ear} ear)", ">= 0.95", whole >= 0.95, (whole, low, high), len(shares), "", 3)]
