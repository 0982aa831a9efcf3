"""`data/zh.po`, made from the code's texts by `make docs`: every `tr("...")`, every text of the commands' help.

Translations that are there are kept, texts that are gone are dropped, new ones come in empty.
"""

from __future__ import annotations

import argparse
import io
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from sidetone_host.cli import build_parser
from sidetone_host.wording import CHINESE

HOST = Path(__file__).resolve().parent
HEADER = "# What the commands say in Chinese. `make docs` brings this file in step with the code; translate what is empty.\n\n"
ARGPARSE = (  # what it says of a wrong call, and on every page of help
    "usage: ",
    "options",
    "positional arguments",
    "show this help message and exit",
    "the following arguments are required: %s",
    "unrecognized arguments: %s",
    "not allowed with argument %s",
    "expected one argument",
    "expected at least one argument",
    "invalid %(type)s value: %(value)r",
    "invalid choice: %(value)r (choose from %(choices)s)",
    "argument %(argument_name)s: %(message)s",
)


def wanted() -> dict[str, str]:
    """Every text that can be said in Chinese: the text -> the file it stands in, below `sidetone_host`, in the file's order."""
    found: dict[str, str] = {}
    texts = extract_from_dir(str(HOST), method_map=[("**.py", "python")], keywords={"tr": None, "marked": None}, directory_filter=lambda _: True)
    for name, _line, message, _comments, _context in sorted((Path(text[0]).as_posix(), *text[1:]) for text in texts):
        found.setdefault(str(message), name)
    for text in (*_help(build_parser()), *ARGPARSE):
        found.setdefault(text, "--help")
    return found


def _help(parser: argparse.ArgumentParser) -> Iterator[str]:
    """The texts of a parser's help and of all its subcommands', without what argparse is told to hide."""
    yield from filter(None, (parser.description, parser.epilog))
    for action in parser._actions:
        if action.help not in (None, argparse.SUPPRESS):
            yield str(action.help)
        if isinstance(action, argparse._SubParsersAction):
            yield from (str(choice.help) for choice in action._choices_actions)
            for below in action.choices.values():
                yield from _help(below)


def catalogue() -> Catalog:
    with CHINESE.open("rb") as file:
        return read_po(file, locale="zh")


def text() -> str:
    """The file as it should be, with the translations that it has."""
    known, fresh = catalogue(), Catalog(locale="zh")
    for message, name in wanted().items():
        there = known.get(message)
        fresh.add(message, there.string if there else "", locations=[(name, 0)])
    out = io.BytesIO()
    write_po(out, fresh, width=0, omit_header=True, include_lineno=False)
    return HEADER + out.getvalue().decode("utf-8")
