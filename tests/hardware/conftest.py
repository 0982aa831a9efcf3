"""A flashed board on a port: `make test-hardware PORT=/dev/ttyACM0`. Not collected otherwise (pyproject.toml: norecursedirs).

The board has been flashed with `sidetone flash`; the checks stop its program, measure at its prompt, and start it again. What has to be
wired for which check stands in docs/esp32-s3.md. `--ask` adds the checks that need somebody's eyes and ears.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from hardware.at_prompt import Device
from sidetone_host.flash import serial_port


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--port", default="", help="the board's serial port")
    parser.addoption("--ask", action="store_true", help="also the checks that need a person (use with -s)")


@pytest.fixture(scope="session")
def device(request: pytest.FixtureRequest) -> Iterator[Device]:
    port = str(request.config.getoption("--port"))
    if not port:
        pytest.exit("name the board's port: make test-hardware PORT=/dev/ttyACM0", 2)
    device = Device(port)
    yield device
    serial_port.run(port, ["reset"])


@pytest.fixture
def ask(request: pytest.FixtureRequest) -> Any:
    """A question to whoever stands there; skipped without --ask."""
    if not request.config.getoption("--ask"):
        pytest.skip("needs a person: ARGS=--ask")

    def question(text: str) -> None:
        assert input(f"\n{text} [y/n] ").strip().lower().startswith("y"), text

    return question
