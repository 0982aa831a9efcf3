"""Certificates made by openssl for one test run: two authorities, a broker, devices."""

from __future__ import annotations

import subprocess
from pathlib import Path

from wire import DESK

EC = ("ec", "-pkeyopt", "ec_paramgen_curve:prime256v1")  # made at once, where 2048 bits of RSA are searched for
RSA = ("rsa:2048",)


def openssl(*words: str) -> None:
    subprocess.run(["openssl", *words], check=True, capture_output=True)


def authority(folder: Path, name: str) -> None:
    """NAME.key, NAME.pem and NAME.der, signed by itself."""
    key, pem = str(folder / f"{name}.key"), str(folder / f"{name}.pem")
    usage = ["-addext", "keyUsage=critical,keyCertSign,cRLSign"]  # Python 3.13 takes no authority without it
    openssl("req", "-x509", "-newkey", *EC, "-nodes", "-keyout", key, "-out", pem, "-days", "2", "-subj", f"/CN={name}", *usage)
    openssl("x509", "-in", pem, "-outform", "DER", "-out", str(folder / f"{name}.der"))


def certificate(folder: Path, name: str, common_name: str, by: str, names: str, *valid: str) -> None:
    """NAME.key and NAME.pem, signed by an authority, and both as DER (NAME.der, NAME.key.der). valid: openssl's words for the days."""
    key, request, pem = (str(folder / f"{name}.{end}") for end in ("key", "csr", "pem"))
    openssl("req", "-newkey", *(RSA if name == "desk" else EC), "-nodes", "-keyout", key, "-out", request, "-subj", f"/CN={common_name}")
    (folder / f"{name}.ext").write_text(f"subjectAltName={names}\nauthorityKeyIdentifier=keyid\nsubjectKeyIdentifier=hash\n")
    signed_by = ["-CA", str(folder / f"{by}.pem"), "-CAkey", str(folder / f"{by}.key"), "-CAcreateserial"]
    days = valid or ("-days", "2")
    openssl("x509", "-req", "-in", request, *signed_by, *days, "-out", pem, "-extfile", str(folder / f"{name}.ext"))
    openssl("x509", "-in", pem, "-outform", "DER", "-out", str(folder / f"{name}.der"))
    openssl("pkey", "-in", key, "-outform", "DER", "-out", str(folder / f"{name}.key.der"))


def make(folder: Path) -> Path:
    """ca, stranger (another authority), server (for localhost only), desk (a device), forged (a device of the stranger's)."""
    for name in ("ca", "stranger"):
        authority(folder, name)
    certificate(folder, "server", "localhost", "ca", "DNS:localhost")
    certificate(folder, "desk", DESK, "ca", "DNS:desk")
    certificate(folder, "forged", DESK, "stranger", "DNS:desk")
    return folder
