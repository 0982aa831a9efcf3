"""mqtts:// against a real mosquitto: the broker's certificate is checked, and a client certificate is enough to be let in."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import programs
from papers import make
from sidetone.on_cpython.broker_address import BrokerAddress, BrokerAddressError
from sidetone_host.children import die_with_parent, free_port
from wire import Program, until

pytestmark = [pytest.mark.needs("mosquitto"), pytest.mark.needs("openssl")]


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("papers"))


@pytest.fixture
def port(papers: Path, tmp_path: Path) -> Iterator[int]:
    """A mosquitto that asks for a client certificate and takes its common name for the user's."""
    place = free_port()
    (tmp_path / "access").write_text("pattern readwrite sidetone/v1/+/%u/+\n")
    (tmp_path / "mosquitto.conf").write_text(
        f"user root\nlistener {place} 127.0.0.1\ncafile {papers}/ca.pem\ncertfile {papers}/server.pem\nkeyfile {papers}/server.key\n"
        f"require_certificate true\nuse_identity_as_username true\nacl_file {tmp_path}/access\nallow_anonymous false\n"
    )
    command = [programs.path("mosquitto"), "-c", str(tmp_path / "mosquitto.conf")]
    log = (tmp_path / "mosquitto.log").open("wb")
    broker = subprocess.Popen(command, stdout=log, stderr=log, preexec_fn=die_with_parent)
    yield place
    broker.terminate()
    broker.wait()
    log.close()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Callable[[str], Program]]:
    """A device process with this address."""
    started: list[Program] = []

    def start(url: str) -> Program:
        argv = [str(Path(__file__).parent / "desk.py"), str(tmp_path / "desk"), "1", "0.01"]
        started.append(Program("desk", argv, {"SIDETONE_MQTT": url}, tmp_path))
        started[-1].start()
        return started[-1]

    yield start
    for program in started:
        if program.ended() is None:
            program.kill()


def said(program: Program, words: str) -> Callable[[], bool]:
    return lambda: any(words in line for line in program.lines())


def test_a_client_certificate_lets_the_device_in(papers: Path, port: int, desk: Callable[[str], Program]) -> None:
    device = desk(f"mqtts://localhost:{port}?ca={papers}/ca.pem&cert={papers}/desk.pem&key={papers}/desk.key")
    until(said(device, f"connected to the broker mqtts://localhost:{port}"), 20, "the connection")


def test_a_broker_of_another_authority_is_not_trusted(papers: Path, port: int, desk: Callable[[str], Program]) -> None:
    device = desk(f"mqtts://localhost:{port}?ca={papers}/stranger.pem&cert={papers}/desk.pem&key={papers}/desk.key")
    until(said(device, "shows a certificate that is not trusted"), 20, "the line")
    assert not said(device, "connected to")()


def test_a_certificate_for_another_host_is_not_trusted(papers: Path, port: int, desk: Callable[[str], Program]) -> None:
    device = desk(f"mqtts://127.0.0.1:{port}?ca={papers}/ca.pem&cert={papers}/desk.pem&key={papers}/desk.key")
    until(said(device, "shows a certificate that is not trusted"), 20, "the line")
    assert not said(device, "connected to")()


def test_a_device_with_forged_papers_is_not_let_in(papers: Path, port: int, desk: Callable[[str], Program]) -> None:
    device = desk(f"mqtts://localhost:{port}?ca={papers}/ca.pem&cert={papers}/forged.pem&key={papers}/forged.key")
    until(said(device, "ended the connection without an answer (does it trust this device's certificate?)"), 20, "the line")
    assert not said(device, "connected to")()
    assert "Traceback" not in "\n".join(device.lines())


def test_papers_that_cannot_be_read_are_one_line(papers: Path) -> None:
    for query in (f"ca={papers}/absent.pem", f"ca={papers}/desk.key", f"cert={papers}/desk.pem&key={papers}/server.key"):
        with pytest.raises(BrokerAddressError, match="cannot use the certificates") as caught:
            BrokerAddress(f"mqtts://localhost:8883?{query}").tls_context()
        assert "\n" not in str(caught.value)
