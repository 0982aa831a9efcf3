"""`sidetone dashboard` as a process: its address, a broker that is not there, a port that is taken, and its end."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

from sidetone_host.commands.dashboard import known_hosts, listen, read_address
from sidetone_host.errors import CannotDo

WITHIN_S = 60.0  # a busy machine may take its time


def start(tmp_path, *arguments, **env):
    return subprocess.Popen(
        [sys.executable, "-m", "sidetone_host.cli", "dashboard", *arguments],
        env={**os.environ, "SIDETONE_DB": f"sqlite:///{tmp_path / 's.db'}", "SIDETONE_MQTT": "mqtt://127.0.0.1:1", **env},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def first_line(program):
    line = program.stdout.readline()
    assert line.startswith("dashboard: http://"), program.stderr.read()
    return line.split()[1]


def get(address, path):
    with urllib.request.urlopen(address.rstrip("/") + path, timeout=10) as answer:
        return answer.read().decode()


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_without_a_broker_and_ends_cleanly_with_a_stream_open(tmp_path, sign):
    program = start(tmp_path, "--http", "127.0.0.1:0")
    try:
        address = first_line(program)
        assert json.loads(get(address, "/healthz")) == {"status": "ok", "store": "ok", "broker": "absent"}
        with urllib.request.urlopen(address + "api/v1/stream", timeout=10) as stream:
            assert stream.readline() == b"retry: 1000\n"
            began_s = time.monotonic()
            program.send_signal(sign)
            _, told = program.communicate(timeout=WITHIN_S)
        assert program.returncode == (0 if sign == signal.SIGTERM else 130)
        assert time.monotonic() - began_s < 30
        assert "Traceback" not in told
        assert len([line for line in told.splitlines() if "no broker" in line]) == 1
    finally:
        program.kill()


def test_a_taken_port_is_one_line_and_exit_2(tmp_path, free_port):
    port = free_port()
    with contextlib.closing(socket.create_server(("127.0.0.1", port))):
        program = start(tmp_path, "--http", f"127.0.0.1:{port}")
        said, told = program.communicate(timeout=WITHIN_S)
    assert program.returncode == 2
    assert said == ""
    assert told == f"sidetone dashboard: cannot serve on 127.0.0.1:{port}: Address already in use; choose another with --http HOST:PORT\n"


@pytest.mark.parametrize(
    ("env", "says"),
    [
        ({"SIDETONE_DB": "sqlite:////proc/none/s.db"}, "cannot make the store's folder"),
        ({"SIDETONE_DB": "nonsense"}, "the store's URL cannot be read"),
        ({"SIDETONE_MQTT": "http://x"}, "mqtt"),
        ({"SIDETONE_HTTP": "8080"}, "is no address"),
        ({"SIDETONE_HTTP": "no.such.host.invalid:80"}, "cannot serve on"),
    ],
)
def test_what_the_world_has_wrong_is_one_line_and_exit_2(tmp_path, env, says):
    program = start(tmp_path, **{"SIDETONE_HTTP": "127.0.0.1:0", **env})
    _, told = program.communicate(timeout=WITHIN_S)
    assert program.returncode == 2
    assert says in told
    assert told.count("\n") == 1


@pytest.mark.parametrize(
    ("text", "address"),
    [("127.0.0.1:8080", ("127.0.0.1", 8080)), ("[::1]:80", ("::1", 80)), ("0.0.0.0:0", ("0.0.0.0", 0)), ("wall.local:1", ("wall.local", 1))],
)
def test_addresses(text, address):
    assert read_address(text) == address


@pytest.mark.parametrize("text", ["", "8080", ":8080", "host:", "host:http", "host:65536", "host:\u0663", "host:-1"])
def test_what_is_no_address(text):
    with pytest.raises(CannotDo, match="is no address"):
        read_address(text)


def test_a_port_is_free_again_at_once(free_port):
    port = free_port()
    for _ in range(2):
        listen("127.0.0.1", port).close()


def test_names_by_which_it_may_be_asked(monkeypatch):
    monkeypatch.setenv("SIDETONE_HOSTS", "Wall.floor, board.example,")
    names = known_hosts("127.0.0.1")
    assert {"localhost", "127.0.0.1", "wall.floor", "board.example"} <= names
    assert "" not in names
