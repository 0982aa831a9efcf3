"""`sidetone dashboard`: the web page, its interface and the ingest behind it, in one process."""

from __future__ import annotations

import argparse
import functools
import os
import signal
import socket
import threading
import time
from typing import TYPE_CHECKING, Any

from sidetone_host.errors import CannotDo
from sidetone_host.wording import HelpAsWritten, notice, say

if TYPE_CHECKING:
    from sidetone_host.dashboard.store import Store

HTTP_DEFAULT = "127.0.0.1:8080"
KEEP_TIMELINES_DAYS = 92  # three months: as far as a trend looks back
PRUNE_EVERY_S = 3_600
STOP_WITHIN_S = 3  # how long open answers may take when we are told to end

EPILOG = """\
examples:
  sidetone dashboard
  sidetone dashboard --http 0.0.0.0:8080 --mqtt mqtts://broker.local:8883 --db postgresql+psycopg://sidetone@db.local/sidetone

Open it in a browser; /api/v1/openapi.json describes the interface for programs. There is no login: keep it on this machine or
behind a reverse proxy that asks who is there. SIDETONE_HOSTS lists further names (comma-separated) by which it may be asked.
"""


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "dashboard",
        help="show the wall board and the calls in a browser",
        description="Serve the wall board, the list of calls and the interface for programs; store what devices send.",
        epilog=EPILOG,
        formatter_class=HelpAsWritten,
    )
    parser.add_argument("--http", metavar="HOST:PORT", help=f"address to serve on (SIDETONE_HTTP; default {HTTP_DEFAULT})")
    parser.add_argument(
        "--mqtt", metavar="URL", help="the broker, mqtt:// or mqtts:// (SIDETONE_MQTT; default: this machine's `sidetone broker`)"
    )
    parser.add_argument("--db", metavar="URL", help="the store's SQLAlchemy URL (SIDETONE_DB; default a SQLite file of the user's)")
    parser.add_argument(
        "--keep-timelines-days",
        metavar="DAYS",
        type=int,
        default=KEEP_TIMELINES_DAYS,
        help="remove timelines older than this; 0 keeps all (default %(default)s)",
    )
    parser.add_argument(
        "--keep-calls-days", metavar="DAYS", type=int, default=0, help="remove call records older than this; 0 keeps all (the default)"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Serve until SIGTERM or Ctrl-C."""
    import uvicorn

    from sidetone.on_cpython.broker_address import BrokerAddressError
    from sidetone_host.addresses import broker_url
    from sidetone_host.dashboard.app import create_app
    from sidetone_host.dashboard.hub import Hub
    from sidetone_host.dashboard.store import Store, StoreError
    from sidetone_host.ingest import Ingest

    host, port = read_address(args.http or os.environ.get("SIDETONE_HTTP") or HTTP_DEFAULT)
    listener = listen(host, port)
    try:
        store = Store(args.db)
    except StoreError as fault:
        raise CannotDo(str(fault)) from None
    hub = Hub()
    for row in store.devices():
        hub.know(row["site"], row["device"], row["availability"])
    try:
        ingest = Ingest(broker_url(args.mqtt, "dashboard"), store, hub, hub.set_broker, _notice)
    except BrokerAddressError as fault:
        raise CannotDo(str(fault)) from None
    app = create_app(store, hub, known_hosts(host), ingest.metrics, lambda: server.should_exit)
    config = uvicorn.Config(
        app, log_level="warning", access_log=False, lifespan="off", server_header=False, timeout_graceful_shutdown=STOP_WITHIN_S
    )
    server = uvicorn.Server(config)

    def end(_number: int, _frame: object) -> None:
        server.should_exit = True

    # uvicorn takes SIGTERM while it serves and raises it again afterwards: with a handler of ours that is no sudden death
    signal.signal(signal.SIGTERM, end)
    stopped = threading.Event()
    pruning = threading.Thread(target=_prune_loop, args=(store, args, stopped), name="prune", daemon=True)
    ingest.start()
    pruning.start()
    say(f"dashboard: http://{_shown(host)}:{listener.getsockname()[1]}/")
    if not _is_loopback(host):
        _notice("there is no login, and other machines can read the calls: put a reverse proxy that asks for one in front")
    try:
        server.run(sockets=[listener])
    finally:
        stopped.set()
        ingest.stop()
        store.close()
    return 0


def read_address(text: str) -> tuple[str, int]:
    """`HOST:PORT`, `[::1]:8080` -> (host, port). CannotDo for anything else."""
    host, colon, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not colon or not host or not port.isascii() or not port.isdigit() or int(port) > 65_535:
        raise CannotDo(f"{text!r} is no address: write HOST:PORT, for example {HTTP_DEFAULT}")
    return host, int(port)


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; CannotDo in one line where the port is taken or the address is not this machine's."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as fault:
        raise CannotDo(f"cannot serve on {host}:{port}: {fault.strerror or fault}") from None
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(128)
    except OSError as fault:
        listener.close()
        raise CannotDo(f"cannot serve on {host}:{port}: {fault.strerror}; choose another with --http HOST:PORT") from None
    return listener


def known_hosts(host: str) -> frozenset[str]:
    """The names by which the dashboard may be asked: this machine's, the one it was told to serve on, and SIDETONE_HOSTS."""
    more = [name.strip() for name in os.environ.get("SIDETONE_HOSTS", "").split(",")]
    names = ["localhost", host, socket.gethostname(), f"{socket.gethostname()}.local", *more]
    return frozenset(name.lower() for name in names if name)


def _prune_loop(store: Store, args: argparse.Namespace, stopped: threading.Event) -> None:
    from sidetone_host.dashboard.store import StoreError

    while True:
        now_s = time.time()
        timelines, calls = (now_s - days * 86_400 if days > 0 else None for days in (args.keep_timelines_days, args.keep_calls_days))
        try:
            store.prune(timelines, calls)
        except StoreError as fault:
            _notice(str(fault))  # it is tried again in an hour
        if stopped.wait(PRUNE_EVERY_S):
            return


def _is_loopback(host: str) -> bool:
    return host in ("localhost", "::1") or host.startswith("127.")


def _shown(host: str) -> str:
    name = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"[{name}]" if ":" in name else name


_notice = functools.partial(notice, "dashboard")
