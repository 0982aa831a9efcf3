"""`sidetone phrases`: a site's own phrases, given as text, and one agent's calibration from a read passage. No training, no TensorFlow."""

from __future__ import annotations

import argparse
import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sidetone.core.etiquette.settings import LANGUAGES
from sidetone_host import released
from sidetone_host.errors import CannotDo, JudgedBad
from sidetone_host.wording import HelpAsWritten, tr

if TYPE_CHECKING:
    from sidetone_host.phrases.enrol import Enrolment
    from sidetone_host.phrases.estimate import Estimate
    from sidetone_host.phrases.files import Heard
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
        formatter_class=HelpAsWritten,
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
    cutoff = add.add_mutually_exclusive_group()
    cutoff.add_argument("--cutoff", type=float, metavar="N", help="stricter (nearer to 0) or laxer than the one chosen, -4 to 0")
    cutoff.add_argument("--at-most", type=float, metavar="N", help="choose the cutoff for N false alarms an hour, by the shipped negatives alone")
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
    known = released.languages()
    if known and language not in known:
        raise CannotDo(tr("no network for calls in `{language}` is released; there are {known}", language=language, known=", ".join(known)))
    return released.load(language)  # without any network it says what to do


def _add(args: argparse.Namespace) -> int:
    from sidetone.core.etiquette.site_phrases import label_fault
    from sidetone_host import folders, profile
    from sidetone_host.phrases import files, site

    path = _path(args)
    fault = label_fault(args.label)
    if fault:
        raise JudgedBad(f"--label {site.shown(args.label)}: {fault}")
    if args.cutoff is not None and not -4 <= args.cutoff <= 0:
        raise CannotDo(tr("--cutoff must be -4 to 0 natural-log units a unit"))
    if args.at_most is not None and not 0.01 <= args.at_most <= 60:
        raise CannotDo(tr("--at-most must be 0.01 to 60 false alarms an hour"))
    exists = folders.mode_of(path) is not None
    language = profile.language_of(path) if exists else args.language or released.DEFAULT
    if args.language not in (None, language):
        raise CannotDo(tr("{path} is a profile of calls in `{language}`; --language is for a new one", path=path, language=language))
    try:
        site.units_of(args.text, language)
        files.add(path, args.label, args.text, args.cutoff, language, dry_run=True)  # what is no good is said before all advice
        known = files.heard(path).get(args.label) if exists else None
        cutoff = _describe(args.text, known, language, args.cutoff, args.at_most)
    except ValueError as problem:
        raise JudgedBad(str(problem)) from None
    if known and not known.file.samefile(path):
        note = tr("takes along what {file} has under {label}: from now on this file's texts go before those", file=known.file, label=args.label)
        _say(tr("note"), note)
    if args.dry_run:
        return 0
    files.add(path, args.label, args.text, cutoff, language)
    own = args.file is None
    found = tr("`sidetone replay` and `run` hear it from now on") if own else tr("`--profile {path}` hears it from now on", path=path)
    print(tr("added to {path} as {label}: {found}", path=path, label=args.label, found=found))
    return 0


def _describe(text: str, known: Heard | None, language: str, cutoff: float | None, at_most: float | None) -> float | None:
    """Print what a phrase is and what is to be expected of its label, `known` so far; the cutoff to write with it, None to leave it as it is."""
    from sidetone_host.phrases import advice, cutoffs, estimate, reading, site
    from sidetone_host.phrases.words import Word

    spoken, manifest = reading.of(language), _network(language).manifest
    units, pieces = site.units_of(text, language), spoken.read(text)
    syllables = spoken.syllables(pieces)
    folder = released.FOLDER / language
    print(text)
    _say(tr(spoken.CAPTION), spoken.shown(pieces))
    _say(tr("sounds"), " ".join(units))
    if any(text[at].isdigit() for at, _ in spoken.placed(text)):
        _say(tr("warning"), tr("digits are read one by one, as above; {instead}", instead=tr(spoken.NUMBER)))
    if syllables < FEW_SYLLABLES:
        _say(tr("warning"), tr("two syllables: many are missed, and ordinary speech holds the same sounds; give four or more"))
    elif syllables == FEW_SYLLABLES:
        _say(tr("note"), tr("three syllables: many are missed; four and more are heard far better"))
    owned = [(row["label"], tuple(manifest["units"][u] for u in phrase)) for row in manifest["labels"] for phrase in row["phrases"]]
    own = [Word(tr("{label} (the network's own)", label=label), sounds, 0.0) for label, sounds in owned]
    said = advice.advise(text, units, syllables, advice.common(folder) + own)
    if said.twins:
        alike = tr("sounds exactly like {words}; by how common they are, {per_h:.1f} an hour: context must decide",
                   words=_some(said.twins), per_h=said.twins_per_h(spoken.WORDS_PER_H))  # fmt: skip
        _say(tr("warning"), alike)
    if said.near:
        _say(tr("warning"), tr("one sound from {words}", words=_some(said.near)))
    inside = [label for label, sounds in owned if advice.holds(tuple(units), sounds)]
    if inside:
        _say(tr("note"), tr("holds the network's own {labels}: both are told", labels=", ".join(dict.fromkeys(inside))))
    try:
        negatives = estimate.load(folder, manifest["sha256"])
    except CannotDo as missing:
        if at_most is not None:
            raise
        _say(tr("false"), tr("unknown: {why}", why=missing))
        return cutoff
    others, old_q8 = (site.texts_of(known.entry), known.row[1]) if known else ([], 0)
    texts = list(dict.fromkeys([*others, text]))
    row = cutoffs.row_of(manifest, language, texts, site.cutoff_q8(cutoff))
    if at_most is not None:
        [result] = estimate.false_alarms(manifest, negatives, [row])
        row["cutoff_q8"] = estimate.cutoff_for(result, at_most)
    elif cutoff is None:
        row["cutoff_q8"], chosen_q8 = cutoffs.after(language, old_q8, others, texts)
        if row["cutoff_q8"] != chosen_q8:
            kept = tr("{own} stays: set by hand, or by an earlier release; for these texts {chosen} would be chosen today",
                      own=_units(old_q8), chosen=_units(chosen_q8))  # fmt: skip
            _say(tr("cutoff"), kept)
    if known and row["cutoff_q8"] != old_q8:
        _say(tr("cutoff"), tr("of {label}: {change}", label=known.row[0], change=_changed(old_q8, row["cutoff_q8"])))
    [result] = estimate.false_alarms(manifest, negatives, [row])
    rate = result.false / result.hours if result.hours else 0.0
    counted = tr("{rate}: {count} in {hours:.1f} h of speech without it, spliced from {distinct:.1f} h; cutoff {cutoff}",
                 rate=_rate(result), count=result.false, hours=result.hours, distinct=negatives.distinct_hours,
                 cutoff=_units(row["cutoff_q8"]))  # fmt: skip
    _say(tr("false"), counted)
    aim = estimate.aim(syllables)
    if rate > max(TALKATIVE_PER_H, 2 * aim) and at_most is None:
        better = {**row, "cutoff_q8": estimate.cutoff_for(result, aim)}
        advised = tr("give a longer phrase")
        if better["cutoff_q8"] > row["cutoff_q8"]:
            [strict] = estimate.false_alarms(manifest, negatives, [better])  # the strictest there is may not reach the aim
            about = max(aim, strict.false / strict.hours)
            advised = tr("with --cutoff {cutoff} about {per_h:.1f} an hour, and fewer of the true ones",
                         cutoff=_units(better["cutoff_q8"]), per_h=about)  # fmt: skip
        _say(tr("warning"), tr("more than {per_h:g} an hour; {advised}", per_h=TALKATIVE_PER_H, advised=advised))
    rates = manifest.get("metrics", {}).get("text", {}).get(str(min(6, syllables)))
    if rates:
        _say(tr("heard"), tr("of phrases of this length {percent:.0f} % at one cutoff for all (synthetic)", percent=100 * rates["recall"]))
    return cutoff if row["cutoff_q8"] in (old_q8, site.cutoff_q8(cutoff)) else _decimal(row["cutoff_q8"])


def _say(about: str, what: str) -> None:
    _row(f"  {about:8}", what)


def _decimal(cutoff_q8: int) -> float:
    """As it is written: three decimals tell every Q8 from its neighbours."""
    return round(cutoff_q8 / 256, 3)


def _units(cutoff_q8: int) -> str:
    return f"{_decimal(cutoff_q8):.3f}" if cutoff_q8 else tr("the network's own")


def _changed(old_q8: int, new_q8: int) -> str:
    return f"{_units(old_q8)} -> {_units(new_q8)}"


def _rate(result: Estimate) -> str:
    if not result.hours:
        return tr("unknown")
    per_h = result.false / result.hours
    return tr("{per_h:.2f} an hour (95 %: {low:.2f}-{high:.2f})", per_h=per_h, low=result.low_per_h, high=result.high_per_h)


def _some(words: list[Any]) -> str:
    from sidetone_host.phrases.advice import MOST_SHOWN

    shown = ", ".join(word.text for word in words[:MOST_SHOWN])
    return tr("{words} and {more} more", words=shown, more=len(words) - MOST_SHOWN) if len(words) > MOST_SHOWN else shown


def _heard(args: argparse.Namespace) -> tuple[Released, str, list[tuple[Heard, dict[str, Any]]]]:
    """The network of a profile's calls, their language, and each label that is heard under it with its row of PhraseSpotter."""
    from sidetone.core.speech.phrases import site_rows
    from sidetone_host import folders, profile
    from sidetone_host.phrases import estimate, files

    path = _path(args)
    heard = list(files.heard(path).values()) if folders.mode_of(path) is not None or args.file else []
    if not heard:
        raise CannotDo(tr("{path} has no phrases; `sidetone phrases add TEXT --label L` puts one there", path=path))
    language = profile.language_of(path)
    network = _network(language)
    manifest = network.manifest
    rows = site_rows(manifest, [label.row for label in heard])
    whole = [estimate.row_of(manifest, row["label"], row["phrases"], row.get("cutoff_q8", 0)) for row in rows]
    return network, language, list(zip(heard, whole, strict=True))


def _place(heard: Heard, args: argparse.Namespace) -> str:
    """Where a label of a base stands; nothing of one of the profile's own."""
    return "" if heard.file == _path(args) else "  " + tr("(from {file})", file=heard.file)


def _list(args: argparse.Namespace) -> int:
    from sidetone_host.phrases import estimate, reading, site

    network, language, labels = _heard(args)
    spoken, manifest = reading.of(language), network.manifest
    negatives = estimate.load(released.FOLDER / language, manifest["sha256"])
    print(_path(args))
    for (heard, row), result in zip(labels, estimate.false_alarms(manifest, negatives, [row for _, row in labels]), strict=True):
        expected = tr("cutoff {cutoff}, false alarms {rate}", cutoff=_units(row["cutoff_q8"]), rate=_rate(result))
        print(f"{row['label']}  {expected}{_place(heard, args)}")
        for text in site.texts_of(heard.entry):
            print(f"  {text}  {spoken.shown(spoken.read(text))}")
    return 0


def _remove(args: argparse.Namespace) -> int:
    from sidetone_host import profile
    from sidetone_host.phrases import cutoffs, files, site

    path = _path(args)
    cutoff, told = None, tr("removed from {path}", path=path)
    left = files.texts_left(path, args.label, args.text)
    entry = files.table_of(path)[args.label]
    if left:
        try:
            old_q8 = site.cutoff_of(entry)
        except ValueError as problem:
            raise JudgedBad(f"{path}: {args.label}: {problem}") from None
    if left and old_q8:
        try:
            new_q8, chosen_q8 = cutoffs.after(profile.language_of(path), old_q8, site.texts_of(entry), left)
        except (CannotDo, ValueError) as problem:
            told = tr("removed from {path}; its cutoff stays {cutoff}: {why}", path=path, cutoff=_units(old_q8), why=problem)
        else:
            if new_q8 != old_q8:
                cutoff = _decimal(new_q8)
                told = tr("removed from {path}; its cutoff {change}", path=path, change=_changed(old_q8, new_q8))
            elif new_q8 != chosen_q8:
                told = tr("removed from {path}; its cutoff stays {cutoff}, set by hand or by an earlier release: for the texts that are left "
                          "{chosen} would be chosen today",
                          path=path, cutoff=_units(old_q8), chosen=_units(chosen_q8))  # fmt: skip
    files.remove(path, args.label, args.text, cutoff)
    print(told)
    known = None
    with contextlib.suppress(CannotDo, JudgedBad):  # what else is wrong with the profile is not asked here
        known = files.heard(path).get(args.label)
    if known and not known.file.samefile(path):
        _say(tr("note"), tr("{file} still has {label}: it goes on being heard", file=known.file, label=args.label))
    return 0


def _test(args: argparse.Namespace) -> int:
    from sidetone.core.speech.phrases import FAR_Q8
    from sidetone_host.phrases import hear, many

    network, _, labels = _heard(args)
    manifest = network.manifest
    recording = hear.agent(args.wav, manifest, network.model, args.customer)
    cost = many.costs(manifest, recording.logits)
    for heard, row in labels:
        [fits] = many.fits(many.sequences(manifest, [row]), manifest["fit_limit"], [cost])
        values = many.heard(manifest, [row], many.label_fits([row], fits), cost.lags)[:, 0]
        told = many.events(values, row["cutoff_q8"], row["refractory_ms"])
        times = tr("heard once") if len(told) == 1 else tr("heard {n} times", n=len(told))
        print(f"{row['label']}: {times}{_place(heard, args)}")
        for step in told:
            _at(recording.step_ms[step], tr("{margin:+.2f} over the cutoff", margin=_margin(values, step, row["cutoff_q8"])))
        near = many.events(values, row["cutoff_q8"] - NEAR_Q8, row["refractory_ms"])
        for step in near:
            if not any(abs(step - other) <= LATE for other in told):
                _at(recording.step_ms[step], tr("missed by {margin:.2f}", margin=-_margin(values, step, row["cutoff_q8"])))
        if not told and not near and values.max() > FAR_Q8:
            step = int(values.argmax())
            under = (row["cutoff_q8"] - int(values[step])) / 256
            _at(recording.step_ms[step], tr("nothing nearer than {margin:.2f} under the cutoff", margin=under))
    return 0


def _at(t_ms: int, what: str) -> None:
    print(f"  {t_ms / 1000:8.2f} s  {what}")


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
        cutoffs_q8 = [(row.label, row.own_q8) for row in result.changed]
        calibration.write(args.out, network.manifest["language"], result.baseline_q8, result.rate_scale_pm, cutoffs_q8)
        print(tr("written to {path}; `sidetone replay` and `run` take it with --calibration {path}", path=args.out))
    return 0


def _report(result: Enrolment, manifest: dict[str, Any]) -> None:
    from sidetone_host.phrases import enrol

    rows = {row["label"]: row for row in manifest["labels"]}
    _row(tr("level"), f"{result.baseline_q8 / 256:.1f} dBFS")
    counted = tr("{scale:.3f}: {counted} syllables counted, {written} written",
                 scale=result.rate_scale_pm / 1000, counted=result.counted, written=result.syllables)  # fmt: skip
    _row(tr("scale"), counted)
    said = before = after = crossed = 0
    for label in result.labels:
        said += len(label.readings_q8)
        before += sum(value >= label.network_q8 for value in label.readings_q8)
        after += sum(value >= label.own_q8 for value in label.readings_q8)
        crossed += label.crossed
        readings = " ".join(f"{value / 256:+.2f}" for value in label.readings_q8)
        stays = label.own_q8 == label.network_q8
        change = tr("stays") if stays else f"-> {label.own_q8 / 256:.2f}"
        cutoff = tr("cutoff {cutoff:.2f} {change}; readings {readings}", cutoff=label.network_q8 / 256, change=change, readings=readings)
        print(f"{label.label:14} {cutoff}")
    false_before = sum(enrol.false_per_h(rows[label.label], label.network_q8) for label in result.labels)
    false_after = sum(enrol.false_per_h(rows[label.label], label.own_q8) for label in result.labels)
    heard = tr("{before} of {said} core phrases with the network's cutoffs; {after} with these (on the same reading, so flattering);",
               before=before, said=said, after=after)  # fmt: skip
    _row(tr("heard"), heard)
    _row("", tr("{crossed} of {said} with each cutoff set on one reading and tried on the other", crossed=crossed, said=said))
    price = tr("false alarms over all core labels {before:.1f} -> {after:.1f} an hour, by other people's speech",
               before=false_before, after=false_after)  # fmt: skip
    _row(tr("price"), price)


def _row(about: str, what: str) -> None:
    print(f"{about:8} {what}")
