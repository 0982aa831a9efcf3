"""`sidetone provision`: check a site file and compile a seat's configuration: what `sidetone flash` writes beside the application."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from sidetone_host.wording import HelpAsWritten, notice, say

EPILOG = """examples:
  sidetone provision --example > hall3.toml                              a site file to begin with
  sidetone provision --site hall3.toml --seat seat07                     every fault at once; exit 1 where there is one
  sidetone provision --site hall3.toml --seat seat07 --out seat07        and the files: config/..., nvs.bin

Secrets are in nvs.bin alone, which only you can read; they are never printed.
"""
NVS_BYTES = 0x6000  # MicroPython's partition on every ESP32 board; `sidetone flash` takes the size from the image


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "provision",
        help="check a site file, compile a seat's configuration and secrets",
        description=__doc__,
        epilog=EPILOG,
        formatter_class=HelpAsWritten,
    )
    parser.add_argument("--site", type=Path, metavar="FILE", help="the site's TOML file")
    parser.add_argument("--seat", metavar="NAME", help="which of its seats")
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="write the device's files there")
    parser.add_argument("--example", action="store_true", help="print a site file to begin with")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from sidetone_host import folders
    from sidetone_host.errors import CannotDo
    from sidetone_host.flash import configuration, nvs, site

    if args.example:
        print(site.EXAMPLE, end="")
        return 0
    if args.site is None or args.seat is None:
        raise CannotDo("give --site FILE and --seat NAME, or --example")
    compiled = configuration.compile(site.load(args.site), args.seat)
    for note in compiled.notes:
        notice("sidetone provision", f"note: {note}")
    if args.out is not None:
        files = {**compiled.files, "nvs.bin": nvs.build(NVS_BYTES, compiled.secrets)}
        for name, content in files.items():
            folders.replace(args.out / name, content, private=True, make_folders=True)
    say(f"{args.site}: {args.seat} is good: {', '.join(compiled.files)}; secrets: {', '.join(compiled.secrets)}")
    return 0
