"""Updates from the host's signing to the device's switch: packages made by host code, installed by device code on littlefs."""

from __future__ import annotations

import hashlib
import json
import os
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

import programs
from device.board.desk import MODULES
from device.interpreters import BOTH, ON_DEVICE
from sidetone_host.errors import CannotDo
from sidetone_host.flash import application, package, signing
from sidetone_host.flash.application import Application

START = "sidetone/on_micropython/start.py"
FILES = {START: b"def main(path, confirm):\n    confirm()\n", "sidetone/app.py": b"# one\n" * 90, "released/manifest.json": b"{}\n"}


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the site's key and a stranger's."""
    folder = tmp_path_factory.mktemp("keys")
    signing.make(folder / "site.pem")
    signing.make(folder / "stranger.pem")
    return folder


def version(number: int, files: dict[str, bytes] | None = None) -> Application:
    changed = {**FILES, "sidetone/app.py": b"# version %d\n" % number * 70}
    return application.listed(changed if files is None else files, f"{number}.0.0")


def relisted(keys: Path, change: Callable[[dict[str, object]], None], files: dict[str, bytes] | None = None) -> bytes:
    """A well-signed package whose list is not what its maker would write."""
    good = version(2, files)
    table = json.loads(good.manifest)
    change(table)
    return package.build(Application(good.version, good.files, json.dumps(table).encode()), keys / "site.pem")


def put(table: dict[str, object], **values: object) -> None:
    table.update(values)


def row(table: dict[str, object], value: list[object]) -> None:
    table["files"][0] = value  # type: ignore[index]


def refused(keys: Path) -> dict[str, tuple[bytes, str]]:
    """Name -> (package, words of the one line that refuses it)."""
    good = package.build(version(2), keys / "site.pem")
    listed = len(version(2).manifest)
    at = len(package.MAGIC) + 8
    flipped = {
        f"flipped_{where}": (good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :], words)
        for where, place, words in (
            ("magic", 3, "not an update"),
            ("list_length", len(package.MAGIC), "not signed"),
            ("signature_length", len(package.MAGIC) + 4, "head is damaged"),
            ("list", at + 5, "not signed"),
            ("signature", at + listed + 7, "not signed"),
            ("content", at + listed + 384 + 20, "damaged in the update"),
            ("last", len(good) - 1, "damaged in the update"),
        )
    }
    digest = "0" * 64
    return {
        **flipped,
        "empty": (b"", "cut off"),
        "stranger": (package.build(version(2), keys / "stranger.pem"), "not signed with this site's key"),
        "unsigned": (package.assemble(version(2), bytes(384)), "not signed"),
        "all_ones": (package.assemble(version(2), b"\xff" * 384), "not signed"),
        "lenient": (lenient(keys), "not signed"),
        "longer": (good + b"\0", "longer than its list"),
        "older": (package.build(version(0), keys / "site.pem"), "runs 1.0.0"),
        "other_target": (relisted(keys, lambda table: put(table, target="esp32")), "is for esp32"),
        "other_schema": (relisted(keys, lambda table: put(table, schema=2)), "is for"),
        "no_version": (relisted(keys, lambda table: put(table, version="new")), "cannot be read"),
        "no_json": (package.build(Application("2.0.0", {}, b"{"), keys / "site.pem"), "cannot be read"),
        "oversized": (relisted(keys, lambda table: row(table, ["x", 800_000, digest])), "a slot takes 700"),
        "too_much": (relisted(keys, lambda table: row(table, ["x", 600_000, digest])), "KB free"),
        "long_list": (package.MAGIC + struct.pack("<II", 1 << 20, 384) + bytes(1 << 20), "head is damaged"),
        "up": (relisted(keys, lambda table: row(table, ["../main.py", 1, digest])), "a row that is none"),
        "absolute": (relisted(keys, lambda table: row(table, ["/main.py", 1, digest])), "a row that is none"),
        "list_itself": (relisted(keys, lambda table: row(table, ["files.json", 1, digest])), "a row that is none"),
        "twice": (relisted(keys, lambda table: row(table, ["sidetone/app.py", 1, digest])), "a row that is none"),
        "negative": (relisted(keys, lambda table: row(table, ["x", -1, digest])), "a row that is none"),
        "no_start": (package.build(version(2, {"sidetone/app.py": b"#\n"}), keys / "site.pem"), "no application to start"),
    }


def lenient(keys: Path) -> bytes:
    """A signature by the right key, but with bytes behind the hash: what a verifier that only skips the padding would take."""
    made = version(2)
    key = serialization.load_pem_private_key((keys / "site.pem").read_bytes(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    digest = bytes.fromhex("3031300d060960864801650304020105000420") + hashlib.sha256(made.manifest).digest()
    block = (b"\x00\x01" + b"\xff" * 8 + b"\x00" + digest).ljust(384, b"\0")
    numbers = key.private_numbers()
    signature = pow(int.from_bytes(block, "big"), numbers.d, numbers.public_numbers.n).to_bytes(384, "big")
    return package.assemble(made, signature)


@pytest.fixture(scope="module")
def packages(keys: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("packages")
    (folder / "public.key").write_bytes(signing.modulus(keys / "site.pem.pub"))
    for number in (1, 2):
        (folder / f"v{number}.update").write_bytes(package.build(version(number), keys / "site.pem"))
    for name, left_out in (("v2_folder", ""), ("v2_holey", "sidetone/app.py")):
        for path, content in version(2).slot(signing.sign(keys / "site.pem", version(2).manifest)).items():
            (folder / name / path).parent.mkdir(parents=True, exist_ok=True)
            if path != left_out:
                (folder / name / path).write_bytes(content)
    cases = refused(keys)
    for name, (data, _) in cases.items():
        (folder / name).write_bytes(data)
    (folder / "refused.json").write_text(json.dumps([[name, words] for name, (_, words) in cases.items()]))
    return folder


@pytest.mark.parametrize("name", BOTH)
def test_on_littlefs(name: str, packages: Path) -> None:
    """The whole of tests/device/on_device/updates_cuts.py, power cuts included."""
    runner = programs.TREE / "tests/micropython/run_unit.py"
    command = [programs.path(name), "-X", "heapsize=32m", str(runner), str(programs.TREE), "updates_cuts"]
    environment = {**os.environ, "MICROPYPATH": f".frozen:{ON_DEVICE}:{MODULES}", "SIDETONE_PACKAGES": str(packages)}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    key = tmp_path / "site.pem"
    public = signing.make(key)
    assert key.stat().st_mode & 0o777 == 0o600
    assert len(signing.modulus(public)) == 384
    assert len(signing.sign(key, b"message")) == 384
    with pytest.raises(CannotDo, match="is there already"):
        signing.make(key)
    with pytest.raises(CannotDo, match="is the private key"):
        signing.modulus(key)
    with pytest.raises(CannotDo, match="holds no private key"):
        signing.sign(public, b"message")
    with pytest.raises(CannotDo, match="cannot read the key"):
        signing.modulus(tmp_path / "absent")


@pytest.mark.parametrize("text", ["1", "1.2", "1.2.3.4", "v1.2.3", "1.2.x", "", "01.2.3", "1.2.3 "])
def test_a_version_that_cannot_be_compared(text: str) -> None:
    with pytest.raises(CannotDo, match="three whole numbers"):
        application.listed(FILES, text)
