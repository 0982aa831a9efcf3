"""`sidetone profile`: check a site's profile, explain a rule, list settings and labels."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from sidetone_host.errors import CannotDo
from sidetone_host.wording import HelpAsWritten, say, tr

EPILOG = """examples:
  sidetone profile check hall-3.toml      every fault at once, each with its line and what to do
  sidetone profile explain C1             what the rule asks, its limits and their sources
  sidetone profile settings volume        the settings whose name holds `volume`
"""


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "profile",
        help="check a site's profile, explain a rule",
        description=__doc__,
        epilog=EPILOG,
        formatter_class=HelpAsWritten,
    )
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    check = actions.add_parser(
        "check", help="find every fault of a profile; exit 1 where there is one", epilog="example: sidetone profile check hall-3.toml"
    )
    check.add_argument("file", metavar="FILE", type=Path, help="TOML: differences from a base")
    check.set_defaults(run=_check)
    explain = actions.add_parser(
        "explain",
        help="a rule: what it asks, its source, how it is judged, its limits, its known error",
        epilog="example: sidetone profile explain C1",
    )
    explain.add_argument("rule", metavar="RULE", help="an id of the standard, such as C1")
    explain.add_argument("--profile", metavar="FILE", type=Path, help="show this profile's limits (default: default-zh)")
    explain.set_defaults(run=_explain)
    settings = actions.add_parser(
        "settings", help="every setting: default, unit, range, source", epilog="example: sidetone profile settings volume"
    )
    settings.add_argument("part", nargs="?", default="", metavar="TEXT", help="only settings whose name holds this")
    settings.set_defaults(run=_settings)
    labels = actions.add_parser(
        "labels", help="the phrase labels and the words each of them hears", epilog="example: sidetone profile labels"
    )
    labels.set_defaults(run=_labels)


def _check(args: argparse.Namespace) -> int:
    from sidetone.core.etiquette.labels import words_unheard
    from sidetone.core.etiquette.profile import HEARD_LISTS, Profile
    from sidetone.core.etiquette.settings import SETTINGS
    from sidetone_host import profile

    values = profile.good(args.file)
    compiled = Profile(list(values.items()))
    changed = compiled.differences()
    say(f"{args.file}: good; {len(changed)} of {len(SETTINGS)} settings differ from the defaults")
    for key, value in changed:
        print(f"  {key} = {profile.show(key, value)}")
    for key in HEARD_LISTS:
        deaf = [word for word in words_unheard(compiled.get(key)) if key in values]
        if deaf:
            say(f"  note: {key}: no phrase label hears {', '.join(deaf)}; kept for the coach")
    return 0


def _explain(args: argparse.Namespace) -> int:
    from sidetone.core.etiquette.rules import JUDGED, RULES
    from sidetone_host import calls_page, profile, released
    from sidetone_host.coverage import NEEDS, SEVERITIES, settings_of
    from sidetone_host.sources import SOURCES

    rows = {row[0]: row for row in RULES}
    row = rows.get(args.rule.upper())
    if row is None:
        raise CannotDo(f"the standard has no rule {args.rule!r}; docs/standard-coverage.md lists all {len(rows)}")
    compiled = profile.load(args.profile)
    rule, english, chinese, severity, lamp, needs, phase, how, note = row
    print(f"{rule}  {english} / {chinese}")
    _about(tr("source"), SOURCES[rule])
    _about(tr("judged"), tr(SEVERITIES[severity]) + (tr(", lamp {lamp}", lamp=lamp) if lamp else ""))
    if "P" in needs and compiled.get("language") not in released.languages():
        _about("", tr("not under this profile: no released network hears phrases in `{language}`", language=compiled.get("language")))
    if needs:
        _about(tr("needs"), ", ".join(tr(NEEDS[letter]) for letter in needs))
    if phase:
        _about(tr("when"), phase)
    if how:
        _about(tr("measure"), how)
    for setting in settings_of(row):
        unit = f" {setting[2]}" if setting[2] else ""
        value = profile.show(setting[0], compiled.get(setting[0]))
        _about(tr("limit"), f"{setting[0]} = {value}{unit}  " + tr("(source {source})", source=setting[7]))
    if note:
        _about(tr("note"), note)
    if severity in JUDGED:
        _about(tr("error"), calls_page.of_rule(rule, calls_page.measured()) or tr("not measured"))
    return 0


def _about(head: str, text: str) -> None:
    print(f"  {head:9} {text}")


def _settings(args: argparse.Namespace) -> int:
    from sidetone.core.etiquette.profile import compiled_default
    from sidetone.core.etiquette.settings import SETTINGS
    from sidetone_host import profile

    rows = [row for row in SETTINGS if args.part in row[0]]
    if not rows:
        raise CannotDo(f"no setting's name holds {args.part!r}")
    for row in rows:
        allowed = f"  ({row[4]} to {row[5]}{f' {row[2]}' if row[2] else ''})" if row[4] is not None else ""
        choices = f"  (one of {', '.join(map(profile.shown, row[6]))})" if row[6] else ""
        print(f"{row[0]} = {profile.show(row[0], compiled_default(row))}{allowed}{choices}  source: {row[7]}\n    {row[8]}")
    return 0


def _labels(args: argparse.Namespace) -> int:
    from sidetone.core.etiquette.labels import ENGLISH, LABELS

    for label, words, tier, english, chinese in LABELS:
        print(f"{label:20} {tier:6} {english} / {chinese}: {' '.join(words)}; {', '.join(ENGLISH[label])}")
    return 0
