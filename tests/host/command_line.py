"""The `sidetone` command in this process."""

from __future__ import annotations

import pytest

from sidetone_host import cli


def run(capfd: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """-> (exit code, standard output, standard error)."""
    try:
        code = cli.main(list(arguments))
    except SystemExit as end:
        code = int(end.code or 0)
    said = capfd.readouterr()
    return code, said.out, said.err
