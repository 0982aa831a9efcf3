"""Measure the product on scripted calls: `make evaluate-calls`, or

    python -m model.calls [--renderings 9] [--ears script,network] [--only REGEX] [--parts rules,measures] [--real FOLDER] [--write]

Builds every call of the catalogue, renders it at 30/20/15 dB SNR and -35/-25/-20 dB cross-talk, plays it through the product's listener with
both ears, and measures voices and turns on the synthetic test set (and on real speech with --real). Resumable: what was played is kept under
SIDETONE_TRAIN until the device's code or the network changes. --write leaves model/calls/measured.json, which docs/ is made from.
"""

import argparse
import hashlib
import json
import re
import time
from datetime import UTC, datetime
from pathlib import Path

from model.calls import calibrate, catalogue, hear, score, sound, timing

OUT = Path(__file__).with_name("measured.json")
TALKERS_IN_TURNS = 6


class Progress:
    """A line now and then: done of all, and what is left of the time."""

    def __init__(self, total):
        self._total = total
        self._began = self._told = time.monotonic()

    def step(self, done, what):
        now = time.monotonic()
        if now - self._told > 20 or done == self._total:
            self._told = now
            left = (now - self._began) / done * (self._total - done)
            print(f"  {done}/{self._total} {what}; {left / 60:.1f} min left", flush=True)


def rules(names, renderings, ears, say_wrong=True):
    """Play the calls. Returns {ear: {"rules": by_rule, "calls": per call, "table": rows}}."""
    verdicts = {ear: [] for ear in ears}
    compared = {ear: [] for ear in ears}
    shares = {ear: [] for ear in ears}
    seconds = 0.0
    progress = Progress(len(names))
    for number, name in enumerate(names, 1):
        call = catalogue.build(name)
        scale_pm = calibrate.scale_pm(call.voices["agent"])
        for rendering in renderings:
            seconds += call.length_ms / 1000
            for ear in ears:
                lines = hear.played(call, rendering, ear, scale_pm)
                verdict = score.verdict(call, lines)
                verdicts[ear].append((name, str(rendering), verdict))
                compared[ear].append(timing.compare(call, lines))
                shares[ear].append(timing.phase_share(call, lines))
                if say_wrong and not verdict["right"]:
                    print(f"  wrong: {ear} {name} {rendering} found at {verdict['at']}, window {verdict['window']} {verdict['not_judged'] or ''}", flush=True)
        progress.step(number, name)
    out = {}
    for ear in ears:
        wrong = [[name, rendering, v["at"], v["window"], v["not_judged"]] for name, rendering, v in verdicts[ear] if not v["right"]]
        out[ear] = {"rules": score.by_rule(verdicts[ear]), "wrong": wrong, "table": timing.table(compared[ear], ear) + timing.phases(shares[ear], ear)}
    return {"calls": len(names), "renderings": [str(r) for r in renderings], "minutes": round(seconds / 60), "ears": out}


def measures(kind, talkers, sounds):
    """Rows of the voice's and the turns' measures over {talker: [Sentence]}; each function's rows are kept until code or speech change."""
    from model.calls import measure_talk, measure_voice
    from model.corpus import tts

    heard = hashlib.sha256(b"".join(s.samples.tobytes() for rows in talkers.values() for s in rows)).hexdigest()[:16]
    rows = []
    for function, arguments in (
        *((function, (talkers,)) for function in (measure_voice.level, measure_voice.loud, measure_voice.false_loud)),
        *((function, (talkers,)) for function in (measure_voice.pace, measure_voice.melody, measure_voice.activity)),
        (measure_talk.turns, (talkers, sounds)),
    ):
        path = tts.work_dir() / "calls" / "measures" / f"{kind}-{function.__name__}-{heard}-{hear.code_hash()}.json"
        if not path.exists():
            began = time.monotonic()
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(function(*arguments)))
            print(f"  {kind} {function.__name__}: {time.monotonic() - began:.0f} s", flush=True)
        rows += json.loads(path.read_text())
    minutes = sum(len(s.samples) for rows in talkers.values() for s in rows) / 16_000 / 60
    return {"talkers": len(talkers), "minutes": round(minutes, 1), "rows": rows}


def synthetic():
    from model.calls import material, texts
    from model.calls.speech import utterance

    talkers = material.synthetic()
    sounds = {name: [material.Sentence(utterance(text, name).samples, 1) for text in texts.SOUNDS] for name in list(talkers)[:TALKERS_IN_TURNS]}
    return talkers, sounds


def real(folder):
    from model.calls import material

    return material.real(folder), material.syllables(folder)


def show(result):
    """The tables on the terminal, as the page has them."""
    from sidetone_host import calls_page

    print(calls_page.tables(result))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--renderings", type=int, choices=(1, 3, 9), default=9, help="how many of the nine conditions (default 9)")
    parser.add_argument("--ears", default="script,network", help="script: phrases given; network: the released network (default both)")
    parser.add_argument("--only", default=".", metavar="REGEX", help="only calls of such a name")
    parser.add_argument("--parts", default="rules,measures")
    parser.add_argument("--real", metavar="FOLDER", help="also measure on real speech (a manifest.csv and recordings), in a table of its own")
    parser.add_argument("--write", action="store_true", help="write model/calls/measured.json; then `make docs`")
    args = parser.parse_args()
    result = {}
    if "rules" in args.parts:
        renderings = {1: sound.FEW[:1], 3: sound.FEW, 9: sound.ALL}[args.renderings]
        names = [name for name in sorted(catalogue.load()) if re.search(args.only, name)]
        result["scripted"] = {"date": _today(), "code": hear.code_hash(), **rules(names, renderings, args.ears.split(","))}
    if "measures" in args.parts:
        result["synthetic"] = {"date": _today(), "code": hear.code_hash(), **measures("synthetic", *synthetic())}
    if args.real:
        result["real"] = {"date": _today(), "code": hear.code_hash(), **measures("real", *real(args.real))}
    if args.write:
        kept = json.loads(OUT.read_text()) if OUT.exists() else {}
        OUT.write_text(json.dumps({"schema": 1, **kept, **result}, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        print(f"{OUT.name} written; `make docs` makes the pages of it")
    show(result)


def _today():
    return datetime.now(UTC).date().isoformat()


if __name__ == "__main__":
    main()
