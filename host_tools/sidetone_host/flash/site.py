"""A site's TOML file: what all its devices share, and one table a seat. Read whole, every fault at once with its line and what to do.

Secrets (Wi-Fi key, broker passwords, keys of certificates) may stand in the file or, better, in files of their own that it names. They
are read for the asked seat only, are never printed, and a file that others can read is told of.
"""

from __future__ import annotations

import difflib
import re
import stat
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from sidetone.core.telemetry import topics
from sidetone_host.calibration import BASELINE_BOUNDS, SCALE_BOUNDS
from sidetone_host.errors import CannotDo, JudgedBad
from sidetone_host.toml_places import places
from sidetone_host.wording import marked

UTC_OFFSET_MIN = (-720, 840)  # UTC-12 to UTC+14, all there are
BRIGHTNESS_PM = (1, 1000)
SSID_BYTES = 32  # IEEE 802.11
WIFI_KEY = (8, 63)  # characters of a WPA passphrase; 64 hexadecimal digits are the key itself

# name -> (type, needed). Every key there is.
SITE_KEYS: dict[str, tuple[type, bool]] = {
    "schema": (int, True), "site": (str, True), "board": (str, False), "profile": (str, False), "broker": (str, True), "ca": (str, False),
    "ntp": (str, False), "utc_offset_min": (int, True), "update_key": (str, False), "passwords": (str, False), "wifi": (dict, True),
    "seats": (list, True),
}  # fmt: skip
WIFI_KEYS: dict[str, tuple[type, bool]] = {"ssid": (str, True), "key": (str, False), "key_file": (str, False), "open": (bool, False)}
SEAT_KEYS: dict[str, tuple[type, bool]] = {
    "name": (str, True), "board": (str, False), "profile": (str, False), "baseline_dbfs": (float, False), "rate_scale": (float, False),
    "calibration": (str, False), "customer": (bool, False), "brightness_pm": (int, False), "dim": (bool, False), "password": (str, False),
    "password_file": (str, False), "certificate": (str, False), "certificate_key": (str, False),
}  # fmt: skip
TYPE_WORDS = {str: marked("a text in quotes"), int: marked("a whole number"), float: marked("a number"), bool: marked("true or false"),
              dict: marked("a table"), list: marked("[[seats]] tables")}  # fmt: skip

EXAMPLE = """\
# A site: what all its devices share. `sidetone provision --site THIS --seat NAME` checks it; `sidetone flash` writes it to a device.
# Paths are relative to this file. Secrets are best kept in files of their own that only you can read (chmod 600).
schema = 1
site = "hall3"                              # in every topic: a-z A-Z 0-9 _ -
board = "esp32s3-generic-oct"               # one of boards/, or a .toml file
profile = "default-zh"                      # a bundled profile, or a .toml file: `sidetone profile check FILE`
broker = "mqtts://broker.hall3.example:8883"
ca = "ca.pem"                               # the authority that signed the broker's certificate
ntp = "ntp.hall3.example"                   # leave it out: rules that need the clock are not judged
utc_offset_min = 480                        # the wall clock: UTC+8
update_key = "update.pem.pub"               # `sidetone update --make-key update.pem`; leave it out: devices take no updates
passwords = "passwords"                     # a folder with SEAT.pass, or SEAT.url as `sidetone broker` writes it

[wifi]
ssid = "headsets"
key_file = "wifi.key"                       # one line; or key = "...", or open = true

[[seats]]
name = "seat07"                             # the device's name, and its user name at the broker
baseline_dbfs = -24.5                       # the agent's comfortable level; default -26
rate_scale = 1.05                           # the agent's syllable scale; default 1.0
customer = true                             # the ear-piece is tapped too (default: as the board has it)
brightness_pm = 100                         # of full (default: the board's)

[[seats]]
name = "seat08"
calibration = "seat08.calibration.toml"     # what `sidetone phrases enrol` wrote for this agent; the two values above go before it
dim = true
"""


@dataclass
class Site:
    """A site file that was read. `faults`: (key, line, text); values are only to be used where there are none."""

    path: Path
    table: dict[str, Any]
    lines: dict[str, int]
    faults: list[tuple[str, int, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def get(self, key: str, default: Any = None) -> Any:
        return self.table.get(key, default)

    def seats(self) -> list[dict[str, Any]]:
        seats = self.table.get("seats")
        return [seat for seat in seats if isinstance(seat, dict)] if isinstance(seats, list) else []

    def names(self) -> list[str]:
        return [str(seat.get("name")) for seat in self.seats()]

    def seat(self, name: str) -> tuple[int, dict[str, Any]]:
        """(its index, its table). CannotDo where the site has no such seat."""
        for index, seat in enumerate(self.seats()):
            if seat.get("name") == name:
                return index, seat
        near = difflib.get_close_matches(name, self.names(), 3, 0.5)
        there = ", ".join(near or self.names()[:8]) or "none"
        raise CannotDo(f"{self.path} has no seat {name!r}; {'near it' if near else 'there are'}: {there}")

    def fault(self, key: str, text: str) -> None:
        place = key
        while place and place not in self.lines:
            place = place.rpartition(".")[0]
        self.faults.append((key, self.lines.get(place, 0), text))

    def file(self, name: str) -> Path:
        """A path as the site file means it."""
        return self.path.parent / name

    def secret(self, key: str, name: str) -> str | None:
        """The one line of a secret's file, None with a fault where it cannot be read; others being able to read it is a note."""
        path = self.file(name)
        try:
            if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
                self.notes.append(f"{path} can be read by others on this computer: chmod 600 {path}")
            text = path.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as fault:
            self.fault(key, f"cannot read {path}: {getattr(fault, 'strerror', None) or 'not UTF-8 text'}")
            return None
        if not text or "\n" in text:
            self.fault(key, f"{path} must hold the secret alone, on one line")
            return None
        return text

    def report(self) -> str:
        """All faults, a line each, in the file's order."""
        lines = []
        for key, line, text in sorted(self.faults, key=lambda fault: fault[1]):
            lines.append(f"{self.path}:{line}: {key}: {text}" if line else f"{self.path}: {key}: {text}")
        count = "1 fault" if len(self.faults) == 1 else f"{len(self.faults)} faults"
        return "\n".join([*lines, f"{self.path}: {count}"])

    def judge(self) -> None:
        """JudgedBad with every fault where there is one."""
        if self.faults:
            raise JudgedBad(self.report())


def load(path: Path) -> Site:
    """The site, its own keys and every seat's checked; faults are kept in it. CannotDo where the file cannot be read or is not TOML."""
    try:
        text = path.read_text("utf-8-sig")
        table = tomllib.loads(text)
    except OSError as fault:
        raise CannotDo(f"cannot read the site file {path}: {fault.strerror}; `sidetone provision --example` prints one") from fault
    except UnicodeDecodeError as fault:
        raise CannotDo(f"cannot read the site file {path}: not UTF-8 text") from fault
    except (tomllib.TOMLDecodeError, RecursionError) as fault:
        raise CannotDo(f"the site file {path} is not TOML: {str(fault) or 'nested too deeply'}") from fault
    site = Site(path, table, _lines(text))
    _typed(site, "", table, SITE_KEYS)
    _check_site(site)
    _check_wifi(site)
    names = site.names()
    if not site.seats() and isinstance(table.get("seats"), list):
        site.fault("seats", "there is no seat; add a [[seats]] table with its name")
    for index, seat in enumerate(site.seats()):
        _check_seat(site, f"seats.{index}", seat, names[:index])
    return site


def _lines(text: str) -> dict[str, int]:
    """Dotted key -> line; the keys of the n-th [[seats]] are `seats.n.KEY`."""
    lines = text.splitlines()
    heads = [number for number, line in enumerate(lines) if re.match(r"\s*\[\[?", line)]
    starts = [number for number in heads if re.match(r"\s*\[\[\s*seats\s*\]\]", lines[number])]
    found = places("\n".join(lines[: starts[0]])) if starts else places(text)
    for index, start in enumerate(starts):
        end = next((number for number in heads if number > start), len(lines))
        found[f"seats.{index}"] = start + 1
        for key, line in places("\n".join(lines[start + 1 : end])).items():
            found[f"seats.{index}.{key}"] = start + 1 + line
        if end < len(lines) and end not in starts:  # a table after the seats
            for key, line in places("\n".join(lines[end:])).items():
                found.setdefault(key, end + line)
    return found


def _typed(site: Site, prefix: str, table: dict[str, Any], keys: dict[str, tuple[type, bool]]) -> None:
    """Every key is known, of its type, and there where it is needed. A value of a wrong type is taken out: one mistake is one fault."""
    for key in list(table):
        if key not in keys:
            near = difflib.get_close_matches(key, keys, 1, 0.6)
            site.fault(prefix + key, f"is unknown here; {f'did you mean {near[0]}?' if near else 'there are ' + ', '.join(keys)}")
            continue
        kind, value = keys[key][0], table[key]
        good = isinstance(value, int | float) if kind is float else isinstance(value, kind)
        if not good or (isinstance(value, bool) and kind is not bool):
            site.fault(prefix + key, f"must be {TYPE_WORDS[kind]}")
            del table[key]
        elif kind is str and (not value or not value.isprintable()):
            site.fault(prefix + key, "holds a character that is none" if value else "is empty")
            del table[key]
    faulty = {key for key, _, _ in site.faults}
    for key, (kind, needed) in keys.items():
        if needed and key not in table and prefix + key not in faulty:
            site.fault(prefix + key, f"is missing; it is {TYPE_WORDS[kind]} (`sidetone provision --example` shows one)")


def _check_site(site: Site) -> None:
    if site.get("schema", 1) != 1:
        site.fault("schema", f"is {site.get('schema')}; this version reads schema = 1")
    fault = topics.name_fault(site.get("site", "site"))
    if fault:
        site.fault("site", fault)
    offset = site.get("utc_offset_min", 0)
    if not UTC_OFFSET_MIN[0] <= offset <= UTC_OFFSET_MIN[1]:
        site.fault("utc_offset_min", f"is {offset}; it is counted in minutes, {UTC_OFFSET_MIN[0]} to {UTC_OFFSET_MIN[1]} (China: 480)")
    if "ntp" in site.table and not _is_host(site.get("ntp")):
        site.fault("ntp", "is not a host's name or address; leave the key out where there is no time server")
    if "broker" in site.table:
        _check_broker(site, site.get("broker"))


def _check_broker(site: Site, text: str) -> None:
    try:
        parts = urlsplit(text)
        port = parts.port or 1
    except ValueError:
        port, parts = 0, urlsplit("")
    if parts.scheme not in ("mqtt", "mqtts") or not parts.hostname or not 0 < port < 65536 or parts.path not in ("", "/") or parts.query:
        site.fault("broker", "is not a broker's address; write mqtts://HOST:PORT")
    elif parts.username or parts.password:
        site.fault("broker", "holds a user or password; give each seat its own: `passwords`, `password_file` or `certificate`")
    elif parts.scheme == "mqtts" and "ca" not in site.table:
        site.fault("ca", "is missing; mqtts:// needs the certificate of the authority that signed the broker's")
    elif parts.scheme == "mqtt":
        site.notes.append("the broker is reached without TLS (mqtt://): anyone on the network can read and forge its messages")


def _is_host(text: str) -> bool:
    return len(text) <= 253 and re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9.:-]*[A-Za-z0-9])?", text) is not None


def _check_wifi(site: Site) -> None:
    wifi = site.get("wifi")
    if not isinstance(wifi, dict):
        return
    _typed(site, "wifi.", wifi, WIFI_KEYS)
    if len(wifi.get("ssid", "").encode()) > SSID_BYTES:
        site.fault("wifi.ssid", f"is longer than the {SSID_BYTES} bytes that Wi-Fi allows")
    given = [key for key in ("key", "key_file", "open") if wifi.get(key)]
    if len(given) != 1 and not any(key.startswith("wifi.") for key, _, _ in site.faults):
        site.fault("wifi", "needs exactly one of key_file (a file with the key), key, and open = true")


def _check_seat(site: Site, prefix: str, seat: dict[str, Any], before: list[str]) -> None:
    _typed(site, prefix + ".", seat, SEAT_KEYS)
    name = seat.get("name")
    if name is not None:
        fault = topics.name_fault(name)
        if fault:
            site.fault(prefix + ".name", fault)
        elif name in before:
            site.fault(prefix + ".name", f"{name} is a seat already; two devices of one name would put each other off the broker")
    for key, (low, high) in (("baseline_dbfs", BASELINE_BOUNDS), ("rate_scale", SCALE_BOUNDS), ("brightness_pm", BRIGHTNESS_PM)):
        if key in seat and not low <= seat[key] <= high:
            site.fault(f"{prefix}.{key}", f"is {seat[key]}; allowed is {low:g} to {high:g}")
            del seat[key]
    if len([key for key in ("password", "password_file") if key in seat]) > 1:
        site.fault(prefix + ".password", "stands beside password_file; keep one of the two")
    if ("certificate" in seat) != ("certificate_key" in seat):
        site.fault(prefix + ".certificate", "a client certificate needs both certificate and certificate_key")


def password_in(text: str, user: str) -> str | None:
    """The password in a secret's line: the line itself, or that of an address as `sidetone broker` writes it. None: another user's."""
    if not re.match(r"mqtts?://", text):
        return text
    parts = urlsplit(text)
    return unquote(parts.password) if parts.password and unquote(parts.username or "") == user else None
