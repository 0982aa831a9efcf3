"""A technician's desk for tests of flashing: a site file with all that it names, an image, and `sidetone flash` on a fake chip."""

from __future__ import annotations

import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

import fake_image
from fake_esp32s3 import FakeChip
from sidetone_host import cli

SITE = """\
schema = 1
site = "hall3"
broker = "mqtts://broker.example:8883"
ca = "ca.pem"
utc_offset_min = 480
update_key = "update.pem.pub"
passwords = "passwords"

[wifi]
ssid = "headsets"
key_file = "wifi.key"

[[seats]]
name = "seat07"
baseline_dbfs = -24.5
rate_scale = 1.05

[[seats]]
name = "seat08"
certificate = "seat08.pem"
certificate_key = "seat08.key"
dim = true
"""
SECRETS = ("correct horse battery", "sesame-opens-07", "BEGIN PRIVATE KEY", "BEGIN EC PRIVATE KEY")


def private(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o600)


def certificate(path: Path, key_path: Path, name: str) -> None:
    """A self-signed certificate and its key, in PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    start = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start.replace(year=2046))
        .sign(key, hashes.SHA256())
    )
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    encoding = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    private(key_path, key.private_bytes(*encoding).decode())


def lay(folder: Path, update_key: Path) -> Path:
    """The site's files in `folder`; update_key: the folder-independent pair made by signing.make. -> the site file."""
    certificate(folder / "ca.pem", folder / "ca.key", "authority")
    certificate(folder / "seat08.pem", folder / "seat08.key", "seat08")
    (folder / "update.pem.pub").write_bytes(update_key.with_name(update_key.name + ".pub").read_bytes())
    private(folder / "wifi.key", SECRETS[0] + "\n")
    (folder / "passwords").mkdir()
    private(folder / "passwords/seat07.url", f"mqtt://seat07:{SECRETS[1]}@10.0.0.1:1883\n")
    (folder / "hall3.toml").write_text(SITE)
    (folder / "image.bin").write_bytes(fake_image.micropython())
    return folder / "hall3.toml"


def flash(chip: FakeChip | str, site: Path, *more: str, image: Path | None = None, seat: str = "seat07") -> int:
    """`sidetone flash` in this process -> its exit code."""
    port = chip if isinstance(chip, str) else chip.url
    image = image or site.parent / "image.bin"
    return cli.main(["flash", "--port", port, "--image", str(image), "--site", str(site), "--seat", seat, *more])
