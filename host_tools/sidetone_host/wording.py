"""What the commands say, in the terminal's language: English as it stands in the code, Chinese from `data/zh.po`.

`make docs` brings that file in step with the code; its empty entries are then to be translated.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import os
import sys
from collections.abc import Iterator
from contextvars import ContextVar
from pathlib import Path
from typing import Any

CHINESE = Path(__file__).resolve().parent / "data" / "zh.po"

_english = ContextVar("_english", default=False)


def tr(message: str, **values: Any) -> str:
    """`message` in the terminal's language, `values` put in its {places} as by str.format (without values it is left as it is).

    A text that is not in the catalogue, such as another program's word, comes back as it is.
    """
    said = _catalogue().get(message, message) if language() == "zh" else message
    return said.format(**values) if values else said


def marked(message: str) -> str:
    """`message` as it is: a constant for the catalogue that `tr` is given elsewhere by its name."""
    return message


def language() -> str:
    """`zh` or `en`: the first of them in LANGUAGE, LC_ALL, LC_MESSAGES or LANG, whichever is set first (gettext's order).

    English where none is, or where the terminal's encoding has no Chinese characters.
    """
    if _english.get():
        return "en"
    wanted = next(filter(None, map(os.environ.get, ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"))), "")
    chosen = next((name[:2] for name in wanted.split(":") if name[:2] in ("zh", "en") or name.startswith(("C", "POSIX"))), "en")
    return "zh" if chosen == "zh" and _shows_chinese(getattr(sys.stdout, "encoding", None) or "ascii") else "en"


@contextlib.contextmanager
def english() -> Iterator[None]:
    """What is said inside is English whatever the terminal speaks: it goes over the wire, where programs and other people read it."""
    before = _english.set(True)
    try:
        yield
    finally:
        _english.reset(before)


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
