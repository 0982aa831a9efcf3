"""What the tests of the device's own link share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from device_wire import DeviceWire, Supervisor
from papers import certificate, make
from wire import until


@pytest.fixture(scope="session")
def device_papers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """papers.make, and `old`: a broker whose certificate has expired."""
    folder = make(tmp_path_factory.mktemp("papers"))
    certificate(folder, "old", "localhost", "ca", "DNS:localhost", "-days", "-1")
    return folder


@pytest.fixture
def device_wire(tmp_path: Path, device_papers: Path) -> Iterator[Callable[..., DeviceWire]]:
    """(kind, calls, call_s) -> a wire that is stopped in the end."""
    made: list[DeviceWire] = []

    def make_wire(kind: str = "micropython", calls: int = 5, call_s: float = 0.04) -> DeviceWire:
        made.append(DeviceWire(tmp_path, kind, calls, call_s, device_papers))
        return made[-1]

    yield make_wire
    for one in made:
        one.stop()


@pytest.fixture
def supervised(device_wire: Callable[..., DeviceWire]) -> Iterator[tuple[DeviceWire, Supervisor]]:
    """A device in a call that does not end, and its supervisor."""
    it = device_wire(calls=1, call_s=600)
    it.start_broker()
    supervisor = Supervisor(it)
    it.ingest.start()
    it.desk.start()
    until(lambda: bool(it.told("connected to the broker")), 20, "the connection")
    yield it, supervisor
    supervisor.close()
