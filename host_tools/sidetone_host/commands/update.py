"""`sidetone update`: a new version for a device in use, signed with the site's key. It is tried, and taken back when it fails.

What the device keeps (configuration, secrets, records that wait) stays. The new version goes into the slot that does not run; after a
start with a passed self-test and ten seconds of listening it is confirmed, else the device goes back by itself.
"""

from __future__ import annotations

import argparse
import re
import tempfile
from pathlib import Path
from typing import Any

from sidetone.core.etiquette.settings import LANGUAGES
from sidetone_host import released
from sidetone_host.wording import HelpAsWritten, notice, say

EPILOG = """examples:
  sidetone update --make-key update.pem                      once a site; update.pem.pub goes into the site file
  sidetone update --key update.pem --version 1.4.0 --out sidetone-1.4.0.update
  sidetone update --package sidetone-1.4.0.update --port /dev/ttyACM0
  sidetone update --key update.pem --port /dev/ttyACM0       pack this checkout and install it
"""
# Run at the device's prompt after a soft reset: the slot that is confirmed installs into the other one.
_BEFORE_MOUNT = "import os; ROOT = os.getcwd().rstrip('/')"
_INSTALL = """
import json, sys
try:
    with open(ROOT + '/state.json') as file: SLOT = json.load(file)['slot']
except (OSError, ValueError, KeyError): SLOT = 'a'
sys.path.insert(0, ROOT + '/' + SLOT)
from sidetone.on_micropython import updates
updates.at_the_prompt(ROOT, '/remote/package')
"""


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "update",
        help="sign a new version and install it on a device in use",
        description=__doc__,
        epilog=EPILOG,
        formatter_class=HelpAsWritten,
    )
    parser.add_argument("--port", help="the device's serial port")
    parser.add_argument("--key", type=Path, metavar="FILE", help="the site's private key: pack and sign this checkout")
    parser.add_argument("--version", metavar="X.Y.Z", help="its version (default: this package's); a device takes none that is older than its own")
    parser.add_argument("--language", choices=LANGUAGES, default=released.DEFAULT,
                        help="of the calls at its seats: the network that goes with it (default zh)")  # fmt: skip
    parser.add_argument("--out", type=Path, metavar="FILE", help="keep the package")
    parser.add_argument("--package", type=Path, metavar="FILE", help="a package that was made before")
    parser.add_argument("--make-key", type=Path, metavar="FILE", help="make the site's key: FILE for you alone, FILE.pub for its devices")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from sidetone_host import folders
    from sidetone_host.errors import CannotDo
    from sidetone_host.flash import application, package, signing

    if args.make_key is not None:
        public = signing.make(args.make_key)
        say(f"{args.make_key}: keep it safe, it makes updates; {public}: name it in the site file (update_key)")
        return 0
    if (args.key is None) == (args.package is None):
        raise CannotDo("give --key FILE to pack this checkout, or --package FILE to install one (--make-key FILE makes a key)")
    if args.package is not None:
        data = _read(args.package)
    else:
        built = application.build(args.version, args.language)
        network, note = released.for_calls(args.language)
        if note:
            notice("sidetone update", note)
        data = package.build(built, args.key)
        say(f"version {built.version}: {len(built.files)} files, {len(data) >> 10} KB, network {network.manifest['name']}, signed")
    if args.out is not None:
        folders.replace(args.out, data)
    if args.port is not None:
        version = _install(args.port, data)
        say(f"{args.port}: version {version} is installed and on trial; the device confirms it by itself or goes back")
    elif args.out is None:
        raise CannotDo("give --port to install it, or --out FILE to keep it")
    return 0


def _install(port: str, data: bytes) -> str:
    """Stop the device, let it install the package, start it again -> the version it installed. CannotDo with its own line."""
    from sidetone_host.errors import CannotDo
    from sidetone_host.flash import serial_port

    notice("sidetone update", f"{port}: the device stops listening while it installs")
    with tempfile.TemporaryDirectory(prefix="sidetone-") as folder:
        Path(folder, "package").write_bytes(data)
        said = serial_port.run(port, ["exec", _BEFORE_MOUNT, "mount", folder, "exec", _INSTALL, "umount", "reset"])
    answer = re.search(r"^(installed|refused) (.+?)\s*$", said, re.MULTILINE)
    if answer is None:
        lines = said.strip().splitlines()
        raise CannotDo(f"the device on {port} installed nothing" + (f": {lines[-1]}" if lines else ""))
    if answer[1] == "refused":
        raise CannotDo(answer[2])
    return answer[2]


def _read(path: Path) -> bytes:
    from sidetone_host.errors import CannotDo

    try:
        return path.read_bytes()
    except OSError as fault:
        raise CannotDo(f"cannot read the package {path}: {fault.strerror}") from fault
