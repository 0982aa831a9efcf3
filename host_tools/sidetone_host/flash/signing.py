"""The site's key for updates: RSA-3072, kept by the site, its public half on every device (NVS `update_pub`).

Why RSA: the device's MicroPython has SHA-256 but verifies no signatures; RSA with e = 65537 is one `pow()` of big integers there, while
an elliptic curve would be some thousand lines of bytecode. PKCS#1 v1.5 over SHA-256: deterministic, and the verifier compares the
whole padded block (firmware/sidetone/on_micropython/updates.py).
"""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from sidetone_host.errors import CannotDo

KEY_BITS = 3072
KEYS_BITS = (2048, 3072)  # what the device takes
EXPONENT = 65537


def make(path: Path) -> Path:
    """A new key: `path` for its owner alone, and `path`.pub with the public half, whose path is returned. Never overwrites."""
    public = path.with_name(path.name + ".pub")
    for taken in (path, public):
        if taken.exists():
            raise CannotDo(f"{taken} is there already; devices that trust a key take updates signed with it only: keep it, or name another file")
    key = rsa.generate_private_key(EXPONENT, KEY_BITS)
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(private)
        public.write_bytes(
            key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        )
    except OSError as fault:
        raise CannotDo(f"cannot write the key {fault.filename}: {fault.strerror}") from fault
    return public


def sign(key_file: Path, message: bytes) -> bytes:
    """The signature of `message` by the site's key. CannotDo where the file holds none."""
    try:
        key = serialization.load_pem_private_key(_read(key_file), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise CannotDo(f"{key_file} holds no private key without a passphrase; `sidetone update --make-key FILE` makes one") from None
    if not isinstance(key, rsa.RSAPrivateKey) or key.key_size not in KEYS_BITS:
        raise CannotDo(f"{key_file} is not an RSA key of {' or '.join(map(str, KEYS_BITS))} bits; `sidetone update --make-key FILE` makes one")
    return key.sign(message, padding.PKCS1v15(), hashes.SHA256())


def modulus(public_file: Path) -> bytes:
    """The public key as the device keeps it: the modulus, big-endian; its exponent is always 65537. CannotDo for another kind of key."""
    data = _read(public_file)
    if b"PRIVATE KEY" in data:
        raise CannotDo(f"{public_file} is the private key: give its public half, the file that ends with .pub")
    try:
        key = serialization.load_pem_public_key(data)
    except (ValueError, UnsupportedAlgorithm):
        raise CannotDo(f"{public_file} holds no public key in PEM; `sidetone update --make-key FILE` makes one") from None
    if not isinstance(key, rsa.RSAPublicKey) or key.key_size not in KEYS_BITS or key.public_numbers().e != EXPONENT:
        raise CannotDo(f"{public_file} is not an RSA key of {' or '.join(map(str, KEYS_BITS))} bits with the exponent {EXPONENT}")
    return key.public_numbers().n.to_bytes(key.key_size // 8, "big")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as fault:
        raise CannotDo(f"cannot read the key {path}: {fault.strerror}") from fault
