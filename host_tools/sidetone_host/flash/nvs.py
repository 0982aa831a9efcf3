"""The NVS partition: what the device must know and nobody else should, made by Espressif's own generator, run as a program."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from sidetone_host.errors import CannotDo

NAMESPACE = "sidetone"
KEY_CHARACTERS = 15  # NVS' own limit


def build(size_bytes: int, entries: Mapping[str, bytes]) -> bytes:
    """The partition's image. entries: key -> blob. CannotDo where they do not fit."""
    assert all(0 < len(key) <= KEY_CHARACTERS for key in entries)
    rows = [f"{key},data,hex2bin,{blob.hex()}" for key, blob in entries.items()]
    table = "\n".join(["key,type,encoding,value", f"{NAMESPACE},namespace,,", *rows, ""])
    with tempfile.TemporaryDirectory(prefix="sidetone-") as folder:  # readable by the owner alone, gone afterwards
        source, out = Path(folder, "nvs.csv"), Path(folder, "nvs.bin")
        source.write_text(table, encoding="ascii")
        command = [sys.executable, "-m", "esp_idf_nvs_partition_gen", "generate", str(source), str(out), f"{size_bytes:#x}"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode or not out.is_file():
            # its words may hold a value: they are not passed on
            raise CannotDo(f"the secrets do not fit in the NVS partition of {size_bytes >> 10} KB: shorten a certificate's key")
        data = out.read_bytes()
    if len(data) != size_bytes:
        raise CannotDo(f"the NVS generator made {len(data)} bytes where {size_bytes} were asked for")
    return data
