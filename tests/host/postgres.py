"""A PostgreSQL server of the tests' own, in a folder of its own, ended with them."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import programs
from sidetone_host.children import free_port

# PostgreSQL refuses to run as root; Debian's package brings the account that it runs as.
_AS_ITS_USER = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []


@contextlib.contextmanager
def server() -> Iterator[str]:
    """Runs while the block does; gives the URL of its one database, empty."""
    bin_folder = Path(programs.path("postgres")).parent
    folder = Path(tempfile.mkdtemp(prefix="sidetone-postgres-", dir="/tmp"))  # a path short enough for its socket, its user may enter
    port = free_port()

    def run(*command: str) -> None:
        done = subprocess.run([*_AS_ITS_USER, *command], capture_output=True, text=True, cwd="/tmp", check=False)
        assert done.returncode == 0, done.stdout + done.stderr

    try:
        if _AS_ITS_USER:
            shutil.chown(folder, "postgres")
        run(str(bin_folder / "initdb"), "-D", str(folder / "data"), "-A", "trust", "-U", "sidetone", "--no-sync", "-E", "UTF8", "--locale=C")
        options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        pg_ctl = [str(bin_folder / "pg_ctl"), "-D", str(folder / "data"), "-w", "-s"]
        run(*pg_ctl, "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield f"postgresql://sidetone@127.0.0.1:{port}/postgres"
        finally:
            run(*pg_ctl, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
