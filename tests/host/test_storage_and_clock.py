"""The adapters beneath the link: files, clock, the broker's address."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from sidetone.core.telemetry.outbox import JOURNAL, Outbox
from sidetone.on_cpython.broker_address import BrokerAddress, BrokerAddressError
from sidetone.on_cpython.clock import Clock
from sidetone.on_cpython.storage import FileStorage, StorageError


def test_files_hold_what_was_written(tmp_path: Path) -> None:
    storage = FileStorage(tmp_path / "a" / "b")
    assert storage.read("x") is None
    storage.write("x", b"one")
    storage.append("x", b"two", durable=True)
    storage.append("x", b"three", durable=False)
    assert storage.read("x") == b"onetwothree"
    storage.write("x", b"new")
    assert storage.read("x") == b"new"
    storage.remove("x")
    storage.remove("x")
    assert storage.read("x") is None
    assert not list(storage.folder.glob("*.new"))


def test_a_folder_serves_one_process(tmp_path: Path) -> None:
    first = FileStorage(tmp_path)
    with pytest.raises(StorageError, match="in use by another device process"):
        FileStorage(tmp_path)
    first.close()
    FileStorage(tmp_path).close()


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="cannot keep data in"):
        FileStorage(tmp_path / "file" / "folder")


def test_a_really_full_disk_leaves_the_old_file_and_is_told(tmp_path: Path) -> None:
    storage = FileStorage(tmp_path)
    storage.write("x", b"old")
    os.symlink("/dev/full", tmp_path / "x.new")
    with pytest.raises(OSError, match="No space left") as caught:
        storage.write("x", b"new")
    assert caught.value.errno == errno.ENOSPC
    assert storage.read("x") == b"old"
    os.symlink("/dev/full", tmp_path / "y")
    with pytest.raises(OSError, match="No space left"):
        storage.append("y", b"more", durable=True)


def test_the_outbox_lives_through_a_really_full_disk(tmp_path: Path) -> None:
    outbox = Outbox(FileStorage(tmp_path), 1)
    os.symlink("/dev/full", tmp_path / JOURNAL)
    outbox.put("call", outbox.next_seq(), b"record")
    assert not outbox.commit()
    assert outbox.fault is not None
    assert "No space left" in outbox.fault
    assert outbox.unsaved() == 1
    os.unlink(tmp_path / JOURNAL)
    assert outbox.commit()
    assert b"record" in (tmp_path / JOURNAL).read_bytes()


def test_a_failed_append_takes_its_half_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    storage = FileStorage(tmp_path)
    storage.append("x", b"whole\n", durable=True)
    real = os.write

    def half(handle: int, data: bytes) -> int:
        if len(data) < 4:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(handle, bytes(data[: len(data) // 2]))

    monkeypatch.setattr(os, "write", half)
    with pytest.raises(OSError, match="No space left"):
        storage.append("x", b"a long line that does not fit\n", durable=True)
    assert storage.read("x") == b"whole\n"


class Hands:
    """The hands of two clocks."""

    def __init__(self, monotonic_s: float, wall_s: float) -> None:
        self.monotonic_s, self.wall_s = monotonic_s, wall_s

    def clock(self) -> Clock:
        return Clock(lambda: self.monotonic_s, lambda: self.wall_s)


def test_the_time_is_unknown_until_it_is_plausible() -> None:
    hands = Hands(100.0, 12.0)
    clock = hands.clock()
    assert clock.epoch_s() is None
    assert clock.uptime_ms() == 0
    hands.monotonic_s, hands.wall_s = 101.5, 1_795_219_200.7
    assert clock.epoch_s() == 1_795_219_200
    assert clock.uptime_ms() == 1500
    assert clock.jumps == 1
    hands.wall_s = 5e9
    assert clock.epoch_s() is None


def test_a_clock_that_is_set_is_counted_a_clock_that_drifts_is_not() -> None:
    hands = Hands(0.0, 1_795_219_200.0)
    clock = hands.clock()
    for _ in range(100):
        clock.epoch_s()
        hands.monotonic_s += 60.0
        hands.wall_s += 60.01
    assert clock.jumps == 0
    hands.wall_s -= 3600.0
    assert clock.epoch_s() is not None
    assert clock.jumps == 1
    assert clock.uptime_ms() == 6_000_000


def test_addresses() -> None:
    plain = BrokerAddress("mqtt://desk:p%40ss%3A@broker.local")
    assert (plain.host, plain.port, plain.user, plain.password, plain.tls) == ("broker.local", 1883, "desk", "p@ss:", False)
    assert plain.text == "mqtt://broker.local:1883"
    assert BrokerAddress("mqtts://[::1]").port == 8883
    assert BrokerAddress("mqtts://[::1]").text == "mqtts://[::1]:8883"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "broker",
        "http://broker",
        "mqtt://",
        "mqtt://host:port",
        "mqtt://host:99999",
        "mqtt://host/topic",
        "mqtt://host?ca=x",
        "mqtts://host?cert=x",
        "mqtts://host?speed=1",
        "mqtt://[::1",
    ],
)
def test_what_is_no_address_is_one_line_without_the_password(url: str) -> None:
    with pytest.raises(BrokerAddressError) as caught:
        BrokerAddress(url)
    assert "\n" not in str(caught.value)
    with pytest.raises(BrokerAddressError) as caught:
        BrokerAddress(url.replace("://", "://desk:secret@") + "/x/y")
    assert "secret" not in str(caught.value)
