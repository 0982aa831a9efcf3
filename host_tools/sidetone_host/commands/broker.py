"""`sidetone broker`: an MQTT broker with passwords and access list, for a floor without one."""

from __future__ import annotations

import argparse
from pathlib import Path

from sidetone_host.wording import HelpAsWritten


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "broker",
        help="run an MQTT broker (mosquitto if installed, else an embedded one)",
        description="Run an MQTT broker until interrupted: mosquitto as a child process if it is installed, else the embedded amqtt (no\n"
        "certificates, tens of devices). Users are `dashboard` and one for each --device; their addresses with passwords\n"
        "are kept in the data folder as USER.url.",
        epilog="example:\n  sidetone broker --device desk-1 --device desk-2\n"
        "`sidetone dashboard` and `sidetone run --device desk-1` of the same user then find it by themselves.",
        formatter_class=HelpAsWritten,
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default %(default)s: this machine only)")
    parser.add_argument("--port", type=int, default=1883, help="port (default %(default)s)")
    parser.add_argument("--device", action="append", default=[], metavar="NAME", help="a device that may connect; may be given again")
    parser.add_argument(
        "--data", type=Path, metavar="DIR", help="folder for passwords and kept messages (default: broker/ in the user's data)"
    )
    parser.add_argument("--embedded", action="store_true", help="use the embedded broker although mosquitto is installed")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from sidetone_host import broker, folders
    from sidetone_host.errors import CannotDo

    if not 1 <= args.port <= 65535:
        raise CannotDo(f"a port is 1 to 65535, not {args.port}")
    folder = (args.data or folders.data() / "broker").absolute()
    try:
        return broker.serve(broker.Place(args.host, args.port, folder), args.device, args.embedded)
    except OSError as error:
        raise CannotDo(f"cannot keep the broker's data in {folder}: {error.strerror}") from None
