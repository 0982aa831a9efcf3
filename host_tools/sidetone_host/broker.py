"""The broker that Sidetone brings: mosquitto as a child process with a configuration of ours, or amqtt inside this process.

Both read one password file and keep one access list:
    dashboard         reads everything under sidetone/v1, writes `cmd` and `ack`
    any other user    is a device: reads and writes only sidetone/v1/{any site}/{its own name}/
Nobody comes in without a password. The data folder holds, for its owner alone:
    passwords         USER:$7$ROUNDS$SALT$HASH lines, mosquitto's own format (PBKDF2-SHA512)
    USER.url          the address with that user's password, as SIDETONE_MQTT takes it
    mosquitto.conf, access, mosquitto.db, mosquitto.log
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sidetone.core.telemetry import topics
from sidetone_host import folders
from sidetone_host.children import die_with_parent
from sidetone_host.errors import CannotDo
from sidetone_host.wording import say

DASHBOARD = "dashboard"
HASH_ROUNDS = 101  # mosquitto's own default; our passwords are 128 random bits, rounds add nothing to those
STARTED_WITHIN_S = 10.0


# ---- who may come in


def password_hash(password: str, salt: bytes, rounds: int = HASH_ROUNDS) -> str:
    """The password file's hash of a password. salt: 12 bytes, the only length that mosquitto 2.0 takes."""
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, rounds)
    return f"$7${rounds}${base64.b64encode(salt).decode()}${base64.b64encode(digest).decode()}"


def password_matches(password: str, stored: str) -> bool:
    """Whether `password` made this hash; False for a hash of another kind."""
    try:
        _, kind, rounds, salt, _ = stored.split("$")
        if kind != "7":
            return False
        return hmac.compare_digest(stored, password_hash(password, base64.b64decode(salt), int(rounds)))
    except ValueError:
        return False


def may(user: str, action: str, topic: str) -> bool:
    """The access list: action is publish, subscribe (topic may hold wildcards) or receive."""
    parts = topic.split("/")
    root = topics.ROOT.split("/")
    if parts[:2] != root:
        return False
    if user == DASHBOARD:
        return action != "publish" or parts[-1] in topics.HOST_LEAVES
    return len(parts) == 5 and parts[3] == user


class Accounts:
    """The users of one data folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "passwords"

    def read(self) -> dict[str, str]:
        """User -> hash."""
        if not self.file.exists():
            return {}
        lines = self.file.read_text("utf-8").splitlines()
        return dict(line.split(":", 1) for line in lines if ":" in line)  # type: ignore[misc]

    def url_file(self, user: str) -> Path:
        return self.folder / f"{user}.url"

    def url(self, user: str, host: str, port: int) -> str:
        """The user's address with the password, for SIDETONE_MQTT. A user who is new, or whose address was lost, gets a new password."""
        fault = topics.name_fault(user)
        if fault:
            raise CannotDo(f"the name of the device {user!r} {fault}")
        users = self.read()
        file = self.url_file(user)
        password = file.read_text("utf-8").rsplit("@", 1)[0].rsplit(":", 1)[-1] if file.exists() else ""
        if not (user in users and password_matches(password, users[user])):
            password = secrets.token_urlsafe(16)
            users[user] = password_hash(password, secrets.token_bytes(12))
            lines = "".join(f"{name}:{hashed}\n" for name, hashed in sorted(users.items()))
            folders.replace(self.file, lines.encode(), private=True)
        url = f"mqtt://{user}:{password}@{f'[{host}]' if ':' in host else host}:{port}"
        folders.replace(file, f"{url}\n".encode(), private=True)
        return url


# ---- mosquitto


@dataclass(frozen=True)
class Place:
    """Where a broker listens and keeps its files."""

    host: str
    port: int
    folder: Path


def mosquitto_program() -> str | None:
    """mosquitto's path, or None. Debian keeps it in /usr/sbin, which is not on everybody's PATH."""
    return shutil.which("mosquitto", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")


def mosquitto_conf(place: Place) -> str:
    """The whole configuration; nothing of the system's own is read."""
    own_user = "" if os.geteuid() else "user root\n"  # else mosquitto, started by root, becomes a user who cannot read our folder
    return f"""# written by `sidetone broker` at each start: changes here are lost
{own_user}per_listener_settings false
allow_anonymous false
password_file {place.folder}/passwords
acl_file {place.folder}/access
persistence true
persistence_location {place.folder}/
persistence_file mosquitto.db
# what the broker has not saved when it dies the devices send again: their outboxes wait for the store's ack
autosave_interval 30
# of one subscriber: the ingest acknowledges whole transactions
max_inflight_messages 200
max_queued_messages 20000
message_size_limit 16384
log_dest file {place.folder}/mosquitto.log
log_type error
log_type warning
listener {place.port} {place.host}
"""


def access_list() -> str:
    """The access list in mosquitto's words; `may` says the same in ours."""
    root = topics.ROOT
    host = "".join(f"topic write {root}/+/+/{leaf}\n" for leaf in topics.HOST_LEAVES)
    return f"user {DASHBOARD}\ntopic read {root}/#\n{host}\npattern readwrite {root}/+/%u/+\n"


def check_port(place: Place, option: str = "--port") -> None:
    """CannotDo if nothing can listen there now."""
    try:
        family = socket.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((place.host, place.port))
    except OSError as error:
        why = "is in use by another program" if error.errno == 98 else f"cannot be used: {error.strerror}"
        raise CannotDo(f"port {place.port} on {place.host} {why}; give another with {option}") from None


def run_mosquitto(program: str, place: Place, ready: Callable[[], None]) -> int:
    """Run mosquitto until we are told to stop (0) or it ends by itself (CannotDo). ready(): called when it takes connections."""
    conf = place.folder / "mosquitto.conf"
    folders.replace(conf, mosquitto_conf(place).encode(), private=True)
    folders.replace(place.folder / "access", access_list().encode(), private=True)
    stopping = False

    def stop(number: int, frame: object) -> None:
        nonlocal stopping
        stopping = True
        child.terminate()

    child = subprocess.Popen(
        [program, "-c", str(conf)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        preexec_fn=die_with_parent,
    )
    previous = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        if _listens(place, child):
            ready()
        _, complaint = child.communicate()
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
        if child.poll() is None:
            child.kill()
            child.wait()
    if stopping:
        return 0
    said = complaint.decode("utf-8", "replace").strip().splitlines() or _tail(place.folder / "mosquitto.log")
    how = f"was killed by signal {-child.returncode}" if child.returncode < 0 else f"ended with {child.returncode}"
    raise CannotDo(f"mosquitto {how}" + (f": {said[-1][:200]}" if child.returncode > 0 and said else ""))


def _tail(file: Path) -> list[str]:
    with contextlib.suppress(OSError):
        return file.read_text("utf-8", "replace").strip().splitlines()[-1:]
    return []


def _listens(place: Place, child: subprocess.Popen[bytes]) -> bool:
    """Wait until the port answers; False if mosquitto ended or does not listen in time."""
    until_s = time.monotonic() + STARTED_WITHIN_S
    while time.monotonic() < until_s and child.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection((place.host, place.port), timeout=1.0):
            return True
        time.sleep(0.02)
    return False


def serve(place: Place, users: list[str], embedded: bool, announce: Callable[[str], None] = say) -> int:
    """Run a broker in the foreground. announce(line): what the person who started it should know, once it listens."""
    place.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    check_port(place)
    accounts = Accounts(place.folder)
    # an address that means "all of this machine's" is none that another machine could use
    named = socket.gethostname() if place.host in ("0.0.0.0", "::") else place.host
    urls = {user: accounts.url(user, named, place.port) for user in [DASHBOARD, *users]}
    program = None if embedded else mosquitto_program()

    def ready() -> None:
        kind = "mosquitto" if program else "embedded amqtt"
        announce(f"broker: {kind} on mqtt://{place.host}:{place.port} (pid {os.getpid()})")
        for user in urls:
            announce(f"  {user}: SIDETONE_MQTT=$(cat {accounts.url_file(user)})")
        if not place.host.startswith("127.") and place.host not in ("localhost", "::1"):
            announce("  passwords and figures cross the network in clear: for more than a trial use mosquitto with certificates")
        sys.stdout.flush()

    if program:
        return run_mosquitto(program, place, ready)
    from sidetone_host import embedded_broker  # half a second of imports that mosquitto does not need

    return embedded_broker.run(place, ready)
