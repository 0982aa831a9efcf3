"""Site and seat -> what the device reads: config.json and its certificates on littlefs, its secrets in NVS.

The device checks config.json again (firmware/sidetone/on_micropython/board.py); here every fault is told with its place in the site's
own file, before anything is written.
"""

from __future__ import annotations

import json
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from sidetone.core.etiquette.profile import Profile
from sidetone.on_cpython import board as boards
from sidetone_host import calibration, profile, released
from sidetone_host.errors import CannotDo, JudgedBad
from sidetone_host.flash import signing
from sidetone_host.flash.site import WIFI_KEY, Site, password_in

DEFAULT_BOARD = "esp32s3-generic-oct"


@dataclass(frozen=True)
class Configuration:
    """files: path on the device -> content, no secret in them; secrets: NVS key -> blob. notes: what the technician should know.
    language: of the seat's calls."""

    files: dict[str, bytes]
    secrets: dict[str, bytes]
    notes: tuple[str, ...]
    language: str

    def __repr__(self) -> str:
        return f"Configuration({', '.join(self.files)}; secrets {', '.join(self.secrets)})"


def now_s() -> int:
    """Seconds since 1970."""
    return int(time.time())


def compile(site: Site, seat_name: str) -> Configuration:
    """The seat's configuration. JudgedBad with every fault of the site file and of what it names; CannotDo for a seat that is not there."""
    try:
        index, seat = site.seat(seat_name)
    except CannotDo:
        site.judge()  # a faulty seat may be the one that was meant
        raise
    where = f"seats.{index}"
    board = _board(site, where, seat)
    settings = _profile(site, where, seat)
    voice = _calibration(site, where, seat, settings)
    files, secrets = _trust(site, where, seat)
    secrets = {**_wifi(site), "mqtt_user": seat_name.encode(), **_password(site, where, seat, seat_name), **secrets}
    if "update_key" in site.table:
        try:
            secrets["update_pub"] = signing.modulus(site.file(site.get("update_key")))
        except CannotDo as fault:
            site.fault("update_key", str(fault))
    site.judge()
    assert board is not None
    assert settings is not None
    tables, loaded = board
    table = {
        "schema": 1,
        # a chip without a battery wakes in 2000 and would refuse every certificate as not yet valid: its clock starts here
        "made_s": now_s(),
        "site": site.get("site"),
        "device": seat_name,
        "board": tables,
        "profile": {"name": settings.get("name"), "values": dict(settings.differences())},
        "calibration": voice,
        "broker": site.get("broker").rstrip("/"),
        "utc_offset_min": site.get("utc_offset_min"),
        "ntp": site.get("ntp"),
        "brightness_pm": seat.get("brightness_pm", loaded.brightness_pm),
        "dim": seat.get("dim", False),
        "customer": seat.get("customer", loaded.customer_channel is not None),
    }
    files["config/config.json"] = (json.dumps(table, ensure_ascii=False, separators=(",", ":")) + "\n").encode()
    notes = [*site.notes]
    _, deaf = released.for_calls(settings.get("language"))
    if deaf:
        notes.append(deaf)
    if "update_pub" not in secrets:
        notes.append("the site names no update_key: this device will take no updates, only a new flashing")
    if "mqtt_pass" not in secrets and "client_key" not in secrets:
        notes.append(f"the seat {seat_name} has neither a password nor a certificate: its broker has to let anyone in")
    return Configuration(files, secrets, tuple(notes), settings.get("language"))


def _board(site: Site, where: str, seat: dict[str, Any]) -> tuple[dict[str, Any], boards.Board] | None:
    """(the TOML's tables with the board's name in [board], the checked board)."""
    own = "board" in seat
    key, name = (f"{where}.board", seat["board"]) if own else ("board", site.get("board", DEFAULT_BOARD))
    path = site.file(name) if name.endswith(".toml") else boards.BOARDS / f"{name}.toml"
    try:
        board = boards.load(str(path) if path.is_file() else name)
    except boards.BoardError as fault:
        for line in str(fault).splitlines():
            site.fault(key, line)
        return None
    if board.runtime != "micropython":
        mine = [known for known in boards.names() if boards.load(known).runtime == "micropython"]
        site.fault(key, f"{board.name} does not run MicroPython; choose {', '.join(mine)} or a file of your own")
        return None
    if seat.get("customer") and board.customer_channel is None:
        site.fault(f"{where}.customer", f"the board {board.name} taps no ear-piece")
    tables = tomllib.loads(path.read_text("utf-8"))
    tables["board"] = {"name": board.name, **tables["board"]}
    return tables, board


def _profile(site: Site, where: str, seat: dict[str, Any]) -> Profile | None:
    own = "profile" in seat
    key, name = (f"{where}.profile", seat["profile"]) if own else ("profile", site.get("profile", profile.DEFAULT_BASE))
    if not name.endswith(".toml") and name not in profile.names():
        site.fault(key, f"there is no profile {name!r}; choose one of {', '.join(profile.names())}, or give a .toml file")
        return None
    try:
        return profile.load(site.file(name) if name.endswith(".toml") else name)
    except CannotDo as fault:
        site.fault(key, str(fault))
    except JudgedBad as fault:
        for line in str(fault).splitlines()[:-1]:
            site.fault(key, line)
    return None


def _calibration(site: Site, where: str, seat: dict[str, Any], settings: Profile | None) -> dict[str, Any]:
    """baseline_q8 (dBFS Q8), rate_scale_pm (per mille) and cutoffs_q8 of the seat's agent; the site file's own values go before a file's."""
    path = site.file(seat["calibration"]) if "calibration" in seat else None
    try:
        return calibration.known(path, seat.get("baseline_dbfs"), seat.get("rate_scale"), settings)
    except CannotDo as fault:
        site.fault(f"{where}.calibration", str(fault))
        return {}


def _wifi(site: Site) -> dict[str, bytes]:
    wifi = site.get("wifi")
    if not isinstance(wifi, dict):
        return {}
    key = wifi.get("key")
    if "key_file" in wifi:
        key = site.secret("wifi.key_file", wifi["key_file"])
    if key is not None:
        is_hex = len(key) == 64 and all(digit in "0123456789abcdefABCDEF" for digit in key)
        if not is_hex and not WIFI_KEY[0] <= len(key.encode()) <= WIFI_KEY[1]:
            site.fault("wifi.key_file" if "key_file" in wifi else "wifi.key", f"a Wi-Fi key has {WIFI_KEY[0]} to {WIFI_KEY[1]} characters")
    return {"wifi_ssid": wifi.get("ssid", "").encode(), **({"wifi_key": key.encode()} if key else {})}  # an open network has no key


def _password(site: Site, where: str, seat: dict[str, Any], user: str) -> dict[str, bytes]:
    text, key = seat.get("password"), f"{where}.password"
    if "password_file" in seat:
        key = f"{where}.password_file"
        text = site.secret(key, seat["password_file"])
    elif text is None and "passwords" in site.table and "certificate" not in seat:
        key, folder = "passwords", site.get("passwords")
        there = [name for name in (f"{folder}/{user}.pass", f"{folder}/{user}.url") if site.file(name).is_file()]
        if not there:
            site.fault(key, f"{site.file(folder)} has neither {user}.pass nor {user}.url")
        else:
            text = site.secret(key, there[0])
    if text is None:
        return {}
    password = password_in(text, user)
    if password is None:
        site.fault(key, f"the address there is not that of the user {user}")
        return {}
    return {"mqtt_pass": password.encode()}


def _trust(site: Site, where: str, seat: dict[str, Any]) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """(certificates in DER for littlefs, the client's private key in DER for NVS)."""
    files, secrets = {}, {}
    if "ca" in site.table:
        certificate = _certificate(site, "ca", site.file(site.get("ca")))
        if certificate is not None:
            files["config/ca.der"] = certificate.public_bytes(serialization.Encoding.DER)
    if "certificate" in seat and "certificate_key" in seat:
        certificate = _certificate(site, f"{where}.certificate", site.file(seat["certificate"]))
        key = _private_key(site, f"{where}.certificate_key", site.file(seat["certificate_key"]))
        if certificate is not None and key is not None:
            if certificate.public_key() != key.public_key():
                site.fault(f"{where}.certificate_key", "is not the key of this certificate")
            files["config/client.der"] = certificate.public_bytes(serialization.Encoding.DER)
            secrets["client_key"] = key.private_bytes(
                serialization.Encoding.DER, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
            )  # the older form: what every mbedTLS reads
    return files, secrets


def _certificate(site: Site, key: str, path: Path) -> x509.Certificate | None:
    try:
        data = path.read_bytes()
        return x509.load_pem_x509_certificate(data) if data.lstrip().startswith(b"-----") else x509.load_der_x509_certificate(data)
    except OSError as fault:
        site.fault(key, f"cannot read {path}: {fault.strerror}")
    except ValueError:
        site.fault(key, f"{path} is not a certificate in PEM or DER")
    return None


def _private_key(site: Site, key: str, path: Path) -> rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | None:
    try:
        data = path.read_bytes()
        loaded = (
            serialization.load_pem_private_key(data, None) if data.startswith(b"-----") else serialization.load_der_private_key(data, None)
        )
    except OSError as fault:
        site.fault(key, f"cannot read {path}: {fault.strerror}")
        return None
    except (ValueError, TypeError):
        site.fault(key, f"{path} is not a private key without a passphrase")
        return None
    if not isinstance(loaded, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        site.fault(key, f"{path} is neither an RSA nor an elliptic-curve key")
        return None
    return loaded
