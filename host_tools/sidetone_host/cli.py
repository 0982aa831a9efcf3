"""The `sidetone` command: one module a subcommand in `commands/`, each with `add_parser(subparsers)` and `run(args) -> int`."""

from __future__ import annotations

import argparse
import errno
import importlib
import io
import os
import pkgutil
import sys
from typing import Any, NoReturn

from sidetone_host import commands
from sidetone_host.errors import CannotDo, JudgedBad
from sidetone_host.wording import Help, notice, said, tr, translate_argparse

DISK_FULL = (errno.ENOSPC, errno.EDQUOT)
EXIT_DONE, EXIT_JUDGED_BAD, EXIT_CANNOT, EXIT_INTERRUPTED = 0, 1, 2, 130


class _Parser(argparse.ArgumentParser):
    """argparse's, in the terminal's language; a wrong call gets one line and no page of usage."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"formatter_class": Help, **options})

    def error(self, message: str) -> NoReturn:
        self.exit(EXIT_CANNOT, tr("{program}: {fault}; see `{program} --help`", program=self.prog, fault=said(message)) + "\n")


def build_parser() -> argparse.ArgumentParser:
    translate_argparse()
    parser = _Parser(prog="sidetone", description="Etiquette in the headset cord: host tools.")
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for module in sorted(info.name for info in pkgutil.iter_modules(commands.__path__)):
        importlib.import_module(f"{commands.__name__}.{module}").add_parser(subparsers)
    return parser


def main(argv: list[str] | None = None) -> int:
    """Run one subcommand. Exit codes: 0 done, 1 judged bad by a check, 2 could not do it, 130 interrupted."""
    try:
        return _main(argv)
    except KeyboardInterrupt:  # while the subcommands are imported, too
        return EXIT_INTERRUPTED


def _main(argv: list[str] | None) -> int:
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a terminal that is not UTF-8, a file name that is none
    args = build_parser().parse_args(argv)
    try:
        code = int(args.run(args))
        if sys.stdout is not None:  # None where it was closed before we began
            sys.stdout.flush()
        return code
    except JudgedBad as fault:
        print(said(str(fault)), file=sys.stderr)
        return EXIT_JUDGED_BAD
    except CannotDo as fault:
        notice(f"sidetone {args.command}", str(fault))
        return EXIT_CANNOT
    except BrokenPipeError:
        _drop_output()  # the reader went away (`| head`): stop quietly
        return EXIT_DONE
    except OSError as fault:
        full = fault.errno in DISK_FULL
        if not full and fault.filename is None:
            raise
        if full:
            _drop_output()
        place = fault.filename or tr("standard output")
        notice(f"sidetone {args.command}", f"{place}: {fault.strerror}")
        return EXIT_CANNOT


def _drop_output() -> None:
    """Keep the interpreter from writing what is left into an output that takes no more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main())
