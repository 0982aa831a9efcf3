"""`sidetone phrases`: a site's own phrases, given as text, and one agent's calibration from a read passage. No training, no TensorFlow."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sidetone.core.etiquette.settings import LANGUAGES
from sidetone_host import released
from sidetone_host.errors import CannotDo, JudgedBad

if TYPE_CHECKING:
    from sidetone_host.phrases.enrol import Enrolment
    from sidetone_host.phrases.estimate import Estimate
    from sidetone_host.released import Released

EPILOG = """examples:
  sidetone phrases add "欢迎致电光明电力" --label company                     into your own site profile, which replay and run use
  sidetone phrases add "二十四小时内回复您" --label promise --file hall-3.toml  into a profile's file
  sidetone phrases add "welcome to /ae k m iy/ power" --label company --language en   a new profile of English calls; sounds between slashes
  sidetone phrases list
  sidetone phrases test call.wav                                              where they are heard, and how near the misses were
  sidetone phrases passage                                                    what an agent reads once
  sidetone phrases enrol passage.wav --out seat07.toml                        that agent's cutoffs, level and syllable scale
"""
FEW_SYLLABLES = 3
NEAR_Q8 = 128  # half a natural-log unit under the cutoff is worth a line in `test`
TALKATIVE_PER_H = 1.0
LATE = 30  # steps: what is told and its slope belong together


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "phrases",
        help="add phrases as text, test them, enrol an agent",
        description=__doc__,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    add = actions.add_parser(
        "add",
        help="read a phrase, say what is to be expected of it, put it into a profile",
        epilog='example: sidetone phrases add "欢迎致电光明电力" --label company',
    )
    add.add_argument("text", metavar="TEXT", help="Chinese characters, or pinyin with tones (huan1 ying2) where a reading is wrong; "
                     "for English calls words, or sounds between slashes (/ae k m iy/) for a word that is not known")  # fmt: skip
    add.add_argument("--label", required=True, metavar="L", help="its name in events and records, such as company; several texts may share it")
    add.add_argument("--cutoff", type=float, metavar="N", help="stricter (nearer to 0) or laxer than the one chosen, -4 to 0")
    add.add_argument("--at-most", type=float, metavar="N", help="choose the cutoff for N false alarms an hour, by the shipped negatives alone")
    add.add_argument("--dry-run", action="store_true", help="say everything, write nothing")
    _file(add)
    _language(add, "of a profile that does not exist yet (default zh); an existing one has its own")
    add.set_defaults(run=_add)
    listing = actions.add_parser(
        "list",
        help="the phrases of a profile, with their reading and false alarms to be expected",
        epilog="example: sidetone phrases list --file hall-3.toml",
    )
    _file(listing)
    listing.set_defaults(run=_list)
    remove = actions.add_parser(
        "remove",
        help="take a label, or one of its texts, out of a profile",
        epilog="example: sidetone phrases remove company",
    )
    remove.add_argument("label", metavar="L")
    remove.add_argument("text", nargs="?", metavar="TEXT", help="only this text (default: all of the label)")
    _file(remove)
    remove.set_defaults(run=_remove)
    test = actions.add_parser(
        "test",
        help="where the phrases are heard in a recording, and the near misses",
        epilog="example: sidetone phrases test call.wav",
    )
    test.add_argument("wav", metavar="FILE", type=Path, help="WAV or FLAC; stereo: agent left")
    test.add_argument("--customer", choices=("left", "right", "none"), help="the customer's side of a stereo file (default right)")
    _file(test)
    test.set_defaults(run=_test)
    enrol = actions.add_parser(
        "enrol",
        help="an agent's cutoffs, level and syllable scale from the read passage",
        epilog="example: sidetone phrases enrol passage.wav --out seat07.toml",
    )
    enrol.add_argument("wav", metavar="PASSAGE", type=Path, help="a recording of the passage, in the seat's own headset")
    enrol.add_argument("--customer", choices=("left", "right", "none"), help="the customer's side of a stereo file (default right)")
    enrol.add_argument("--out", type=Path, metavar="FILE", help="write the seat's calibration (replay and run take it: --calibration FILE)")
    _file(enrol)
    _language(enrol, "of the passage (default: the profile's)")
    enrol.set_defaults(run=_enrol)
    passage = actions.add_parser(
        "passage",
        help="print the passage that an agent reads",
        epilog="example: sidetone phrases passage",
    )
    _file(passage)
    _language(passage, "of the passage (default: the profile's)")
    passage.set_defaults(run=_passage)


def _file(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--file", type=Path, metavar="SITEFILE", help="a profile's TOML file (default: your own site profile)")


def _language(parser: argparse.ArgumentParser, what: str) -> None:
    parser.add_argument("--language", choices=LANGUAGES, help=what)


def _path(args: argparse.Namespace) -> Path:
    from sidetone_host import profile

    return args.file or profile.own()


def _network(language: str) -> Released:
    from sidetone_host import released

    if language not in released.languages():
        raise CannotDo(f"no network for calls in `{language}` is released; there are {', '.join(released.languages())}")
    return released.load(language)


def _add(args: argparse.Namespace) -> int:
    from sidetone.core.etiquette.site_phrases import label_fault, phrases_fault
    from sidetone_host import profile
    from sidetone_host.phrases import site

    path = _path(args)
    fault = label_fault(args.label)
    if fault:
        raise JudgedBad(f"--label {args.label}: {fault}")
    if args.cutoff is not None and not -4 <= args.cutoff < 0:
        raise CannotDo("--cutoff must be -4 to 0 natural-log units a unit")
    if args.at_most is not None and not 0.01 <= args.at_most <= 60:
        raise CannotDo("--at-most must be 0.01 to 60 false alarms an hour")
    table = site.table_of(path)
    language = profile.language_of(path) if path.exists() else args.language or released.DEFAULT
    if args.language not in (None, language):
        raise CannotDo(f"{path} is a profile of calls in `{language}`; --language is for a new one")
    try:
        others = site.texts_of(table[args.label]) if args.label in table else []
        cutoff = _describe(args.text, others, language, args.cutoff, args.at_most)
    except ValueError as problem:
        raise JudgedBad(str(problem)) from None
    rows, problem_text = site.compiled({**table, args.label: [*others, args.text]}, language)
    problem_text = problem_text or phrases_fault(rows)
    if problem_text:
        raise JudgedBad(f"{path}: {problem_text}")
    if args.dry_run:
        return 0
    site.add(path, args.label, args.text, cutoff, language)
    found = "`sidetone replay` and `run` hear it from now on" if args.file is None else f"`--profile {path}` hears it from now on"
    print(f"added to {path} as {args.label}: {found}")
    return 0


def _describe(text: str, others: list[str], language: str, cutoff: float | None, at_most: float | None) -> float | None:
    """Print what a phrase is and what is to be expected of its label; the cutoff to write with it, None for the network's own table."""
    from sidetone_host.phrases import advice, estimate, reading, site
    from sidetone_host.phrases.words import Word

    spoken, manifest = reading.of(language), _network(language).manifest
    units = site.units_of(text, language)
    syllables = spoken.syllables(spoken.read(text))
    folder = released.FOLDER / language
    print(f"{text}\n  {spoken.CAPTION:8} {spoken.shown(spoken.read(text))}\n  sounds   {' '.join(units)}")
    if syllables < FEW_SYLLABLES:
        print("  warning  two syllables: many are missed, and ordinary speech holds the same sounds; give four or more")
    elif syllables == FEW_SYLLABLES:
        print("  note     three syllables: many are missed; four and more are heard far better")
    own = [Word(f"{row['label']} (the network's own)", tuple(manifest["units"][u] for u in phrase), 0.0)
           for row in manifest["labels"] for phrase in row["phrases"]]  # fmt: skip
    said = advice.advise(text, units, syllables, advice.common(folder) + own)
    if said.twins:
        often = f"{said.twins_per_h(spoken.WORDS_PER_H):.1f} an hour"
        print(f"  warning  sounds exactly like {_some(said.twins)}; by how common they are, {often}: context must decide")
    if said.near:
        print(f"  warning  one sound from {_some(said.near)}")
    inside = [word.text.split()[0] for word in own if advice.holds(tuple(units), word.units)]
    if inside:
        print(f"  note     holds the network's own {', '.join(dict.fromkeys(inside))}: both are told")
    try:
        negatives = estimate.load(folder, manifest["sha256"])
    except CannotDo as missing:
        print(f"  false    unknown: {missing}")
        return cutoff
    ids = {name: k for k, name in enumerate(manifest["units"])}
    phrases = [[ids[unit] for unit in site.units_of(one, language)] for one in dict.fromkeys([*others, text])]
    row = estimate.row_of(manifest, "phrase", phrases, round((cutoff or 0) * 256))
    [result] = estimate.false_alarms(manifest, negatives, [row])
    if cutoff is None:
        shortest = min(len(phrase) for phrase in phrases)
        chosen = estimate.own_cutoff(manifest, result, syllables, shortest) if at_most is None else estimate.cutoff_for(result, at_most)
        row["cutoff_q8"], cutoff = chosen, chosen / 256
        [result] = estimate.false_alarms(manifest, negatives, [row])
    rate = result.false / result.hours
    counted = f"{result.false} in {result.hours:.1f} h of speech without it, spliced from {negatives.distinct_hours:.1f} h"
    print(f"  false    {_rate(result)}: {counted}; cutoff {cutoff:.2f}")
    aim = estimate.aim(syllables)
    if rate > max(TALKATIVE_PER_H, 2 * aim) and at_most is None:
        better = estimate.cutoff_for(result, aim) / 256
        print(f"  warning  more than {TALKATIVE_PER_H:g} an hour; with --cutoff {better:.2f} about {aim} an hour, and fewer of the true ones")
    known = manifest.get("metrics", {}).get("text", {}).get(str(min(6, syllables)))
    if known:
        print(f"  heard    of phrases of this length {100 * known['recall']:.0f} % at one cutoff for all (synthetic)")
    return round(cutoff, 3)


def _rate(result: Estimate) -> str:
    return f"{result.false / result.hours:.2f} an hour (95 %: {result.low_per_h:.2f}-{result.high_per_h:.2f})"


def _some(words: list[Any]) -> str:
    from sidetone_host.phrases.advice import MOST_SHOWN

    more = f" and {len(words) - MOST_SHOWN} more" if len(words) > MOST_SHOWN else ""
    return ", ".join(word.text for word in words[:MOST_SHOWN]) + more


def _entries(path: Path) -> dict[str, Any]:
    from sidetone_host.phrases import site

    table = site.table_of(path)
    if not table:
        raise CannotDo(f"{path} has no phrases; `sidetone phrases add TEXT --label L` puts one there")
    return table


def _list(args: argparse.Namespace) -> int:
    from sidetone_host import profile
    from sidetone_host.phrases import estimate, reading, site

    path = _path(args)
    entries = _entries(path)
    language = profile.language_of(path)
    spoken, manifest = reading.of(language), _network(language).manifest
    negatives = estimate.load(released.FOLDER / language, manifest["sha256"])
    rows, fault = site.compiled(entries, language)
    if rows is None:
        raise JudgedBad(f"{path}: {fault}")
    from sidetone.core.speech.phrases import site_rows

    print(path)
    whole = [estimate.row_of(manifest, row["label"], row["phrases"], row.get("cutoff_q8", 0)) for row in site_rows(manifest, rows)]
    for row, result in zip(whole, estimate.false_alarms(manifest, negatives, whole), strict=True):
        label = row["label"]
        print(f"{label}  cutoff {row['cutoff_q8'] / 256:.2f}, false alarms {_rate(result)}")
        for text in site.texts_of(entries[label]):
            print(f"  {text}  {spoken.shown(spoken.read(text))}")
    return 0


def _remove(args: argparse.Namespace) -> int:
    from sidetone_host.phrases import site

    path = _path(args)
    site.remove(path, args.label, args.text)
    print(f"removed from {path}")
    return 0


def _test(args: argparse.Namespace) -> int:
    from sidetone.core.speech.phrases import FAR_Q8, site_rows
    from sidetone_host import profile
    from sidetone_host.phrases import estimate, hear, many, site

    path = _path(args)
    entries = _entries(path)
    language = profile.language_of(path)
    network = _network(language)
    manifest = network.manifest
    compiled, fault = site.compiled(entries, language)
    if compiled is None:
        raise JudgedBad(f"{path}: {fault}")
    rows = [estimate.row_of(manifest, row["label"], row["phrases"], row.get("cutoff_q8", 0)) for row in site_rows(manifest, compiled)]
    heard = hear.agent(args.wav, manifest, network.model, args.customer)
    cost = many.costs(manifest, heard.logits)
    for row in rows:
        [fits] = many.fits(many.sequences(manifest, [row]), manifest["fit_limit"], [cost])
        values = many.heard(manifest, [row], many.label_fits([row], fits), cost.lags)[:, 0]
        told = many.events(values, row["cutoff_q8"], row["refractory_ms"])
        print(f"{row['label']}: heard {len(told)} times" if len(told) != 1 else f"{row['label']}: heard once")
        for step in told:
            print(f"  {heard.step_ms[step] / 1000:8.2f} s  {_margin(values, step, row['cutoff_q8']):+.2f} over the cutoff")
        near = many.events(values, row["cutoff_q8"] - NEAR_Q8, row["refractory_ms"])
        for step in near:
            if not any(abs(step - other) <= LATE for other in told):
                print(f"  {heard.step_ms[step] / 1000:8.2f} s  missed by {-_margin(values, step, row['cutoff_q8']):.2f}")
        if not told and not near and values.max() > FAR_Q8:
            step = int(values.argmax())
            print(f"  {heard.step_ms[step] / 1000:8.2f} s  nothing nearer than {(row['cutoff_q8'] - int(values[step])) / 256:.2f} under the cutoff")
    return 0


def _margin(values: Any, step: int, cutoff_q8: int) -> float:
    return (int(values[step : step + LATE].max()) - cutoff_q8) / 256


def _passage(args: argparse.Namespace) -> int:
    from sidetone_host import profile
    from sidetone_host.phrases import passage

    print(passage.PASSAGES[args.language or profile.language_of(args.file)].text)
    return 0


def _enrol(args: argparse.Namespace) -> int:
    from sidetone_host import calibration, profile
    from sidetone_host.phrases import enrol, hear

    network = _network(args.language or profile.language_of(args.file))
    heard = hear.agent(args.wav, network.manifest, network.model, args.customer)
    try:
        result = enrol.enrol(heard, network.manifest)
    except JudgedBad as fault:
        raise JudgedBad(f"{args.wav}: {fault}") from None
    _report(result, network.manifest)
    if args.out:
        calibration.write(args.out, result.baseline_q8, result.rate_scale_pm, [(row.label, row.own_q8) for row in result.changed])
        print(f"written to {args.out}; `sidetone replay` and `run` take it with --calibration {args.out}")
    return 0


def _report(result: Enrolment, manifest: dict[str, Any]) -> None:
    from sidetone_host.phrases import enrol

    rows = {row["label"]: row for row in manifest["labels"]}
    print(f"level    {result.baseline_q8 / 256:.1f} dBFS")
    print(f"scale    {result.rate_scale_pm / 1000:.3f}: {result.counted} syllables counted, {result.syllables} written")
    said = before = after = crossed = 0
    for label in result.labels:
        said += len(label.readings_q8)
        before += sum(value >= label.network_q8 for value in label.readings_q8)
        after += sum(value >= label.own_q8 for value in label.readings_q8)
        crossed += label.crossed
        readings = " ".join(f"{value / 256:+.2f}" for value in label.readings_q8)
        change = "stays" if label.own_q8 == label.network_q8 else f"-> {label.own_q8 / 256:.2f}"
        print(f"{label.label:14} cutoff {label.network_q8 / 256:.2f} {change}; readings {readings}")
    false_before = sum(enrol.false_per_h(rows[label.label], label.network_q8) for label in result.labels)
    false_after = sum(enrol.false_per_h(rows[label.label], label.own_q8) for label in result.labels)
    print(f"heard    {before} of {said} core phrases with the network's cutoffs; {after} with these (on the same reading, so flattering);")
    print(f"         {crossed} of {said} with each cutoff set on one reading and tried on the other")
    print(f"price    false alarms over all core labels {false_before:.1f} -> {false_after:.1f} an hour, by other people's speech")
