"""Whom the device's own link trusts and who lets it in: a unix MicroPython, its real umqtt, a real mosquitto over TLS."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable

import pytest

from device.interpreters import BOTH
from device_wire import HEAP, DeviceWire, Supervisor, all_stored
from papers import certificate
from sidetone.core.telemetry import topics
from sidetone_host import schemas
from wire import HERE, until

pytestmark = [pytest.mark.needs("mosquitto", "openssl", "umqtt")]
Start = Callable[..., DeviceWire]


@pytest.mark.parametrize("runtime", BOTH)
def test_calls_are_stored_over_tls_and_every_message_keeps_its_schema(device_wire: Start, runtime: str) -> None:
    it = device_wire(runtime)
    it.start_broker()
    supervisor = Supervisor(it)
    it.ingest.start()
    it.desk.start()
    all_stored(it)
    until(lambda: [said["state"] for said in supervisor.said("availability")] == ["online", "offline"], 20, "the goodbye")
    assert supervisor.said("availability")[-1]["reason"] == "stop"
    for leaf, message in supervisor.heard:
        if leaf in topics.DEVICE_LEAVES:
            schemas.check(leaf, message)
    assert {"availability", "meta", "event", "interval", "call"} <= {leaf for leaf, _ in supervisor.heard}
    assert it.told("connected to the broker") == [f"connected to the broker mqtts://localhost:{it.place.port}"]
    assert supervisor.said("meta")[0]["counters"]["garbage"] == 0
    supervisor.close()


@pytest.mark.parametrize("runtime", BOTH)
@pytest.mark.parametrize(
    ("words", "line"),
    [
        ({"ca": "stranger.der"}, "shows a certificate that is not trusted: The certificate is not correctly signed by the trusted CA"),
        ({"host": "127.0.0.1"}, "shows a certificate that is not trusted: The certificate Common Name (CN) does not match"),
        ({"server": "old"}, "shows a certificate that is not trusted: The certificate validity has expired"),
        ({"password": "no"}, "refused the user name or the password; trying again"),
    ],
)
def test_whom_it_does_not_trust_is_one_line(device_wire: Start, runtime: str, words: dict[str, str], line: str) -> None:
    it = device_wire(runtime, calls=1)
    if "ca" in words:
        it.write_settings(ca=str(it.papers / words["ca"]))
    if "host" in words:
        it.write_settings(url=it.settings["url"].replace("localhost", words["host"]))
    if "password" in words:
        it.write_settings(password=words["password"])
    if "server" in words:
        conf = it.place.folder / "mosquitto.conf"
        conf.write_text(conf.read_text().replace("/server.", f"/{words['server']}."))
    it.start_broker()
    it.desk.start()
    until(lambda: bool(it.told(line)), 20, "the line")
    until(lambda: (it.place.folder / "mosquitto.log").read_text().count("New connection") >= 4, 20, "further attempts")
    assert len(it.desk.lines()) == 1, it.desk.lines()
    assert it.desk.ended() is None


def test_papers_that_cannot_be_used_are_one_line_at_the_start(device_wire: Start) -> None:
    it = device_wire(calls=1)
    (it.folder / "garbage").write_bytes(b"\x30\x82garbage")
    desk_der = str(it.papers / "desk.der")
    for words, line in (
        ({"ca": str(it.folder / "garbage")}, "cannot use ca.der"),
        ({"ca": None}, "mqtts needs the certificate of the broker's authority (ca.der)"),
        ({"cert": desk_der}, "a client certificate needs both client.der and its key"),
        ({"cert": desk_der, "key": str(it.folder / "garbage")}, "cannot use client.der and its key"),
        ({"url": "mqtts//localhost"}, "not a broker's address"),
    ):
        settings = dict(it.settings)
        it.write_settings(**words)
        it.desk.start()
        until(lambda: it.desk.ended() is not None, 20, "its end")
        assert it.desk.ended() == 2
        assert line in it.desk.lines()[-1]
        it.settings = settings
    assert len(it.desk.lines()) == 5


@pytest.mark.parametrize("runtime", BOTH)
def test_a_client_certificate_is_enough_and_speaks_for_itself_only(device_wire: Start, runtime: str) -> None:
    it = device_wire(runtime, calls=2)
    conf = it.place.folder / "mosquitto.conf"
    text = conf.read_text().replace(f"listener {it.place.port}", "require_certificate true\nuse_identity_as_username true\nlistener X")
    head, listener = text.split("listener X")
    moved = head.replace("require_certificate true\nuse_identity_as_username true\n", "")
    conf.write_text(f"{moved}listener {it.place.port}{listener}require_certificate true\nuse_identity_as_username true\n")
    certificate(it.folder, "dashboard", "dashboard", _linked(it), "DNS:dashboard")
    more = f"&cert={it.folder}/dashboard.pem&key={it.folder}/dashboard.key"
    it.urls["dashboard"] += more
    it.ingest.env["SIDETONE_MQTT"] += more
    papers = {"cert": str(it.papers / "desk.der"), "key": str(it.papers / "desk.key.der")}
    it.write_settings(user=None, password=None, **papers)
    it.start_broker()
    it.ingest.start()
    it.desk.start()
    all_stored(it)
    # the same papers under another device's name: the broker takes nothing from it and tells it nothing
    it.desk.argv[-2:] = ["3", "600000"]
    it.write_settings(device="other")
    supervisor = Supervisor(it)
    it.desk.start()
    until(lambda: len(it.told("connected to the broker")) == 2, 20, "the connection")
    it.desk.kill()
    it.write_settings(device=None, cert=str(it.papers / "forged.der"), key=str(it.papers / "forged.key.der"))
    it.desk.start()
    until(lambda: bool(it.told("does it trust this device's certificate?")), 20, "the line")
    assert not [topic for topic, _ in supervisor.heard if "other" in topic]
    supervisor.close()


def _linked(it: DeviceWire) -> str:
    """The authority's files where certificates of this test are made."""
    for end in ("pem", "key"):
        (it.folder / f"ca.{end}").symlink_to(it.papers / f"ca.{end}")
    return "ca"


@pytest.mark.parametrize("runtime", BOTH)
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_connecting_again_and_again_leaves_nothing_behind(device_wire: Start, runtime: str, host: str) -> None:
    """Whether the broker is trusted or not (its certificate is for localhost)."""
    it = device_wire(runtime)
    it.write_settings(url=it.settings["url"].replace("localhost", host))
    it.start_broker()
    command = [it.desk.program, "-X", HEAP, str(HERE / "reconnects_micropython.py"), str(it.folder / "settings.json"), "30"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, **it.desk.env}, timeout=120)
    before, files_before, after, files_after, connected = (int(word) for word in done.stdout.split("\n")[0].split())
    assert connected == (35 if host == "localhost" else 0), done.stdout
    assert files_after == files_before
    assert after <= before + 512, done.stdout
