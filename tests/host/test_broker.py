"""The broker's papers: passwords, access list, configuration; and the supervisor that the demonstration uses."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

import programs
from sidetone_host.addresses import broker_url
from sidetone_host.broker import DASHBOARD, Accounts, Place, access_list, check_port, may, mosquitto_conf, password_hash, password_matches
from sidetone_host.errors import CannotDo
from sidetone_host.supervisor import Child, wait_until


def test_a_password_matches_its_own_hash_only() -> None:
    stored = password_hash("secret", b"0123456789ab")
    assert stored == "$7$101$MDEyMzQ1Njc4OWFi$" + stored.split("$")[4]
    assert password_matches("secret", stored)
    for wrong in ("Secret", "", "secret "):
        assert not password_matches(wrong, stored)
    for broken in ("", "$", "$6$a$b$c", "$7$x$MDEy$y", "$7$101$*$y", "plain"):
        assert not password_matches("secret", broken)


@pytest.mark.needs("mosquitto")
def test_mosquitto_makes_the_same_hash(tmp_path: Path) -> None:
    file = tmp_path / "passwords"
    program = Path(programs.path("mosquitto")).parent.parent / "bin" / "mosquitto_passwd"
    subprocess.run([program, "-b", "-c", str(file), "desk", "secret"], check=True, capture_output=True)
    assert password_matches("secret", file.read_text().strip().split(":", 1)[1])


def test_accounts_keep_their_passwords_and_are_their_owners_alone(tmp_path: Path) -> None:
    accounts = Accounts(tmp_path)
    url = accounts.url("seat-1", "127.0.0.1", 1883)
    assert accounts.url("seat-1", "127.0.0.1", 1884) == url.replace("1883", "1884")
    assert accounts.url("seat-2", "127.0.0.1", 1883) != url
    assert set(accounts.read()) == {"seat-1", "seat-2"}
    for file in tmp_path.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    password = url.split(":")[2].split("@")[0]
    assert len(password) >= 20
    assert password not in accounts.file.read_text()
    accounts.url_file("seat-1").unlink()
    assert accounts.url("seat-1", "127.0.0.1", 1883) != url
    with pytest.raises(CannotDo, match="the name of the device"):
        accounts.url("seat/1", "127.0.0.1", 1883)


@pytest.mark.parametrize(
    ("user", "action", "topic", "allowed"),
    [
        ("seat", "publish", "sidetone/v1/hall/seat/live", True),
        ("seat", "subscribe", "sidetone/v1/hall/seat/ack", True),
        ("seat", "publish", "sidetone/v1/hall/other/live", False),
        ("seat", "subscribe", "sidetone/v1/hall/+/live", False),
        ("seat", "subscribe", "sidetone/v1/#", False),
        ("seat", "subscribe", "#", False),
        ("seat", "publish", "sidetone/v1/hall/seat/live/more", False),
        ("seat", "publish", "$SYS/x", False),
        (DASHBOARD, "subscribe", "sidetone/v1/+/+/call", True),
        (DASHBOARD, "receive", "sidetone/v1/hall/seat/call", True),
        (DASHBOARD, "publish", "sidetone/v1/hall/seat/ack", True),
        (DASHBOARD, "publish", "sidetone/v1/hall/seat/call", False),
        (DASHBOARD, "subscribe", "#", False),
    ],
)
def test_the_access_list(user: str, action: str, topic: str, allowed: bool) -> None:
    assert may(user, action, topic) is allowed


def test_mosquittos_configuration_lets_nobody_in_without_a_password(tmp_path: Path) -> None:
    conf = mosquitto_conf(Place("127.0.0.1", 18830, tmp_path)).splitlines()
    assert "allow_anonymous false" in conf
    assert "listener 18830 127.0.0.1" in conf
    assert [line for line in conf if line.startswith("listener")] == ["listener 18830 127.0.0.1"]
    assert "pattern readwrite sidetone/v1/+/%u/+" in access_list().splitlines()


def test_a_host_that_is_not_this_machines_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(CannotDo, match=r"port 1883 on 192\.0\.2\.1 cannot be used"):
        check_port(Place("192.0.2.1", 1883, tmp_path))


def test_our_own_broker_is_found_where_nobody_names_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.delenv("SIDETONE_MQTT", raising=False)
    assert broker_url(None, "desk") == "mqtt://127.0.0.1:1883"
    folder = tmp_path / "sidetone" / "broker"
    folder.mkdir(parents=True)
    url = Accounts(folder).url("desk", "127.0.0.1", 1884)
    assert broker_url(None, "desk") == url
    assert broker_url(None, "other") == "mqtt://127.0.0.1:1883"
    monkeypatch.setenv("SIDETONE_MQTT", "mqtt://a")
    assert broker_url(None, "desk") == "mqtt://a"
    assert broker_url("mqtt://b", "desk") == "mqtt://b"


class Stub(Child):
    """A child that runs a line of Python instead of a subcommand of ours."""

    def __init__(self, code: str, wanted_end: int | None = None) -> None:
        super().__init__("stub", [], {}, quiet=True, wanted_end=wanted_end)
        self._args = [sys.executable, "-c", code]


def look(child: Stub, told: list[str], until_s: float = 20.0) -> None:
    """Watch until something is told or the child has finished."""
    deadline_s = time.monotonic() + until_s
    before = len(told)
    while len(told) == before and not child.finished:
        assert time.monotonic() < deadline_s
        child.look(told.append)
        time.sleep(0.01)


def test_a_killed_child_is_started_again() -> None:
    child, told = Stub("import time; time.sleep(600)"), list[str]()
    child.start()
    first = child.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    look(child, told)
    wait_until(lambda: child.running, 20, [child], told.append, "the child")
    assert told == ["the stub was killed (SIGKILL); it is started again"]
    assert child.pid != first
    assert child.restarts == 1
    child.stop()
    assert not child.running


def test_a_child_that_has_done_its_work_is_not_started_again() -> None:
    child, told = Stub("", wanted_end=0), list[str]()
    child.start()
    look(child, told)
    assert child.finished
    assert child.restarts == 0
    assert told == []


def test_a_child_that_never_starts_is_given_up_in_one_line() -> None:
    child, told = Stub("raise SystemExit(2)"), list[str]()
    child.start()
    with pytest.raises(CannotDo, match="the stub ended with 2 3 times in a row"):
        wait_until(lambda: False, 60, [child], told.append, "nothing")


def test_what_does_not_come_in_time_is_named() -> None:
    with pytest.raises(CannotDo, match="the dashboard did not come within 0 s"):
        wait_until(lambda: False, 0.0, [], print, "the dashboard")


def test_a_child_dies_with_its_parent() -> None:
    code = "from test_broker import Stub; c = Stub('import time; time.sleep(600)'); c.start(); print(c.pid, flush=True); import time; time.sleep(600)"
    here = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env=here)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    deadline_s = time.monotonic() + 20.0
    while Path(f"/proc/{pid}").exists() and Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z":
        assert time.monotonic() < deadline_s, "the child outlived its parent"
        time.sleep(0.02)
