"""What the commands say, in the terminal's language: English as it stands in the code, Chinese from `data/zh.po`.

`make docs` brings that file in step with the code; its empty entries are then to be translated.
"""

from __future__ import annotations

import argparse
import functools
import itertools
import os
import re
import sys
from pathlib import Path
from typing import Any

CHINESE = Path(__file__).resolve().parent / "data" / "zh.po"

PLACE = re.compile(r"\{(\w+)\}")
OWN_LETTERS = 5  # a text with fewer of its own, such as `{path}: {fault}`, would match anything
LONGEST, MOST_PARTS = 1000, 8  # characters, and parts with a colon between, of a line that is looked at: more are somebody else's words


def tr(message: str, **values: Any) -> str:
    """`message` in the terminal's language, `values` put in its {places} as by str.format (without values it is left as it is).

    A text that is not in the catalogue, such as another program's word, comes back as it is.
    """
    said = _catalogue().get(message, message) if language() == "zh" else message
    return said.format(**values) if values else said


def said(text: str) -> str:
    """What the code worded in English with its values in it, each line in the terminal's language.

    So are faults, which are found in places that know no terminal (the device's code among them: a board has no catalogue). What stands before one (a
    file's name, a setting's) stays, and so does a line that is not known.
    """
    return "\n".join(map(_line, text.split("\n"))) if language() == "zh" else text


def say(line: str) -> None:
    """One line for who runs the command, on standard output."""
    print(said(line), flush=True)


def notice(program: str, line: str) -> None:
    """One line beside the program's output: a warning, or how it goes on."""
    print(f"{program}: {said(line)}", file=sys.stderr, flush=True)


def own_words(text: str) -> str:
    """The text without the places for its values."""
    return PLACE.sub("", text)


def _line(line: str) -> str:
    """The line by the text, of those that it could be, that leaves the least of it in English and most of what stands before a fault in its place."""
    begins = (0, *(match.end() for match in re.finditer(": ", line)))
    if len(line) > LONGEST or len(begins) > MOST_PARTS:
        return line
    # a single word may be a value
    whole = [begin for begin in begins if " " in line[begin:] and line[begin:] in _catalogue()]
    could_be = [(0, line), *((begin, line[:begin] + _catalogue()[line[begin:]]) for begin in whole)]
    for pattern, chinese in _patterns():
        for match in filter(None, (pattern.fullmatch(line, begin) for begin in begins)):
            values = {name: _line(value) for name, value in match.groupdict().items()}
            could_be.append((match.start(), line[: match.start()] + PLACE.sub(lambda place, values=values: values[place[1]], chinese)))  # type: ignore[misc]
    return min(could_be, key=lambda one: (len(re.findall("[A-Za-z]", one[1])), -one[0]))[1]


@functools.cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    """Texts with places: what each matches, and its Chinese."""
    texts = [text for text in _catalogue() if PLACE.search(text) and len(own_words(text)) >= OWN_LETTERS]
    return [(re.compile(_matching(text)), _catalogue()[text]) for text in texts]


def _matching(text: str) -> str:
    """A regular expression for the text with whatever stands in its places; the same value in those of one name."""
    own, names = re.split(PLACE, text)[::2], PLACE.findall(text)
    groups = [f"(?P={name})" if name in names[:at] else f"(?P<{name}>.*?)" for at, name in enumerate(names)]
    return "".join(itertools.chain.from_iterable(itertools.zip_longest(map(re.escape, own), groups, fillvalue="")))


def marked(message: str) -> str:
    """`message` as it is: a constant for the catalogue that `tr` is given elsewhere by its name."""
    return message


def language() -> str:
    """`zh` or `en`: the first of them in LANGUAGE, LC_ALL, LC_MESSAGES or LANG, whichever is set first (gettext's order).

    English where none is, or where the terminal's encoding has no Chinese characters.
    """
    wanted = next(filter(None, map(os.environ.get, ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"))), "")
    chosen = next((name[:2] for name in wanted.split(":") if name[:2] in ("zh", "en") or name.startswith(("C", "POSIX"))), "en")
    return "zh" if chosen == "zh" and _shows_chinese(getattr(sys.stdout, "encoding", None) or "ascii") else "en"


@functools.cache
def _shows_chinese(encoding: str) -> bool:
    try:
        "中文".encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True


@functools.cache
def _catalogue() -> dict[str, str]:
    from babel.messages.pofile import read_po

    with CHINESE.open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file) if message.id and message.string}


class Help(argparse.HelpFormatter):
    """argparse's page of help, our own texts in the terminal's language."""

    def add_text(self, text: str | None) -> None:
        super().add_text(text and tr(text))

    def _get_help_string(self, action: argparse.Action) -> str | None:
        return action.help and tr(action.help)


class HelpAsWritten(Help, argparse.RawDescriptionHelpFormatter):
    """The same, with the lines of description and epilog as they are written."""


def translate_argparse() -> None:
    """Let argparse's own words through `tr`: it would ask gettext, which wants a compiled file."""
    argparse._ = tr  # type: ignore[attr-defined]
