"""`sidetone flash`: an empty ESP32-S3 board becomes a seat's device: MicroPython, application, configuration and secrets in one go."""

from __future__ import annotations

import argparse
import functools
from pathlib import Path
from typing import Any

from sidetone_host.wording import HelpAsWritten, marked, notice, say

EPILOG = """example:
  sidetone flash --port /dev/ttyACM0 --image ESP32_GENERIC_S3-SPIRAM_OCT-20260601-v1.28.0.bin \\
      --image-sha256 9f86...0a08 --site hall3.toml --seat seat07

The image is MicroPython's own, from micropython.org/download/ESP32_GENERIC_S3 (variant SPIRAM_OCT; docs/esp32-s3.md). Everything is
verified by the chip's MD5. Repeating is safe and goes on where a cut-off run stopped. What the device kept on its flash (records that
the store does not have yet) is lost: for a device in use there is `sidetone update`.
"""
BAUD = 921600  # what every USB bridge on ESP32-S3 boards does; the chip's own USB does not care
MAIN = Path(__file__).resolve().parents[3] / "firmware/main.py"


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "flash",
        help="write MicroPython, application and a seat's configuration to an ESP32-S3",
        description=__doc__,
        epilog=EPILOG,
        formatter_class=HelpAsWritten,
    )
    parser.add_argument("--port", required=True, help="the serial port (/dev/ttyACM0, COM5) or socket://HOST:PORT")
    parser.add_argument("--image", required=True, type=Path, metavar="FILE", help="MicroPython's image for ESP32_GENERIC_S3, variant SPIRAM_OCT")
    parser.add_argument("--image-sha256", metavar="HEX", help="the image must have this SHA-256")
    parser.add_argument("--site", required=True, type=Path, metavar="FILE", help="the site's TOML file (`sidetone provision --example`)")
    parser.add_argument("--seat", required=True, metavar="NAME", help="which of its seats this device is for")
    parser.add_argument("--baud", type=int, default=BAUD, metavar="N", help=f"speed of the port (default {BAUD})")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from sidetone_host.errors import CannotDo
    from sidetone_host.flash import application, configuration, filesystem, flasher, micropython_image, nvs, site

    # everything that can be refused is refused before the board is touched
    image = micropython_image.load(args.image, args.image_sha256)
    compiled = configuration.compile(site.load(args.site), args.seat)
    for note in (*image.notes, *compiled.notes):
        _tell(f"note: {note}")
    built = application.build(language=compiled.language)
    board = flasher.look(args.port, args.baud)
    place = image.files(board.flash_bytes)
    if len(image.data) > place.offset:
        raise CannotDo(f"{args.image} is longer than its partitions and would reach into the files at {place.offset:#x}: it is not an official image")
    version = image.version or marked("of unknown version")
    _tell(f"{board.chip}, {board.flash_bytes >> 20} MB of flash, {board.mac}; MicroPython {version}, "
          f"application {built.version} ({built.total_bytes >> 10} KB), seat {args.seat}")  # fmt: skip
    files = {"main.py": MAIN.read_bytes(), **{f"a/{path}": content for path, content in built.slot().items()}, **compiled.files}
    secrets = image.nvs
    parts = [
        flasher.Part(marked("MicroPython's boot loader and partition table"), 0, image.data[: secrets.offset]),
        flasher.Part(marked("Wi-Fi, broker and keys"), secrets.offset, nvs.build(secrets.size, compiled.secrets)),
        flasher.Part("MicroPython", secrets.end, image.data[secrets.end :]),
        flasher.Part(marked("application and configuration"), place.offset, filesystem.build(place.size, files, ("data",))),
    ]
    flasher.write(args.port, args.baud, [part for part in parts if part.data], _tell)
    say(f"{args.seat}: flashed and verified; it starts by itself (`sidetone monitor --port {args.port}` shows it)")
    return 0


_tell = functools.partial(notice, "sidetone flash")
