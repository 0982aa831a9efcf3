"""Issue 4's acceptance, end to end: a fake ESP32-S3 is flashed by `sidetone flash` with the real esptool; what lies in its flash then is
unpacked for a MicroPython, whose main.py hears the bundled call through a fake I2S, lights recorded lamps and publishes to a real
mosquitto over TLS; and the real ingest stores the same record as the desktop computes of the same sound.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import struct
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import soundfile

import fake_image
from device.board import nvs_image
from device.board.desk import BLOCK_MS, SELF_TEST_BLOCKS, Desk, demo_call
from device.board.lamp_lines import assert_same_colours
from device.interpreters import BOTH
from device_wire import DeviceWire
from fake_esp32s3 import FakeChip
from flash_desk import flash, private
from papers import make
from sidetone.app import SILENT_END_MS
from sidetone_host import cli
from sidetone_host.flash import filesystem
from wire import DESK, Program, until

pytestmark = [pytest.mark.needs("mosquitto", "openssl", "umqtt", "mpy-cross")]

SITE = """\
schema = 1
site = "hall1"
broker = "mqtts://localhost:{port}"
ca = "ca.pem"
utc_offset_min = 480
passwords = "passwords"

[wifi]
ssid = "headsets"
key_file = "wifi.key"

[[seats]]
name = "desk"
baseline_dbfs = -25.5
rate_scale = 1.05
"""
NVS = slice(0x9000, 0xF000)
FILES_AT = 0x200000
RATE_HZ = 16000
LEAD_MS = SELF_TEST_BLOCKS * BLOCK_MS  # what the self-test hears: the call's first sample is the first that Standby hears
CALL_S = 89
EPOCH_S = 1_795_224_600  # 2026-11-21 01:30 UTC, by the time server of this test
EPOCH_1900_S = 2_208_988_800
SPEED = 12


@pytest.fixture
def wire(tmp_path: Path) -> Iterator[DeviceWire]:
    it = DeviceWire(tmp_path, "micropython", 1, papers=make(tmp_path))
    yield it
    it.programs.remove(it.desk)  # ours is another
    for program in it.programs:
        if program.ended() is None:
            program.kill()


@pytest.fixture
def time_server() -> Iterator[int]:
    """An SNTP server on 127.0.0.1 for which it is always EPOCH_S. -> its port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))

        def serve() -> None:
            while True:
                question, where = server.recvfrom(64)
                if not question:
                    return
                server.sendto(b"\x24\x01" + bytes(22) + question[40:48] + bytes(8) + struct.pack(">II", EPOCH_S + EPOCH_1900_S, 0), where)

        thread = threading.Thread(target=serve)
        thread.start()
        yield int(server.getsockname()[1])
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"", server.getsockname())
        thread.join()


def flashed(wire: DeviceWire) -> FakeChip:
    """A chip that `sidetone flash` has written, verified by its MD5."""
    folder = wire.folder
    (folder / "passwords").mkdir()
    private(folder / "wifi.key", "correct horse battery\n")
    private(folder / "passwords/desk.pass", wire.settings["password"] + "\n")
    (folder / "hall1.toml").write_text(SITE.format(port=wire.place.port))
    (folder / "image.bin").write_bytes(fake_image.micropython())
    with FakeChip() as chip:
        assert flash(chip, folder / "hall1.toml", seat=DESK) == 0
    return chip


def stored(wire: DeviceWire, question: str) -> dict[str, Any]:
    """One message of the store."""
    with sqlite3.connect(f"file:{wire.db}?mode=ro", uri=True, timeout=5) as store:
        row = store.execute(question).fetchone()
    return dict(json.loads(row[0]))


def replayed(capfd: pytest.CaptureFixture[str], sound: Path) -> list[dict[str, Any]]:
    """What the desktop makes of the same sound, with the same calibration."""
    capfd.readouterr()
    assert cli.main(["replay", str(sound), "--json", "--baseline-dbfs", "-25.5", "--rate-scale", "1.05"]) == 0
    return [json.loads(line) for line in capfd.readouterr().out.splitlines()]


@pytest.mark.timeout(900)  # 18 s of time twelve times as fast; a machine with much else to do lets it wait
@pytest.mark.parametrize("kind", BOTH)
def test_a_flashed_board_tells_the_store_what_the_desktop_would(
    kind: str, wire: DeviceWire, tmp_path: Path, capfd: pytest.CaptureFixture[str], time_server: int
) -> None:
    chip = flashed(wire)
    # the ticks wrap in mid-call; the call has begun before the network is there, so its clock is unset and then set; the Wi-Fi goes once
    wifi = {"after_ms": 5000, "flaps": [[70_000, 85_000]]}
    desk = Desk(tmp_path / "board", speed=SPEED, ticks_start_ms=(1 << 30) - 60_000, wifi=wifi, temperature_c=47)
    files = filesystem.read(bytes(chip.flash[FILES_AT:]))
    config = json.loads(files["config/config.json"])
    files["config/config.json"] = json.dumps({**config, "ntp": f"127.0.0.1:{time_server}"}).encode()  # a port of our own
    desk.unpack(files)
    desk.keep_secrets(nvs_image.read(bytes(chip.flash[NVS]), "sidetone"))
    desk.hear(demo_call(), lead_ms=LEAD_MS)
    starter = f"import os\nos.chdir({str(desk.root)!r})\nimport main\nmain.main()"
    argv, environment = desk.command(kind, "-c", starter)
    device = Program("device", argv[1:], environment, tmp_path, argv[0])
    wire.programs.append(device)
    wire.start_broker()
    wire.ingest.start()
    device.start()
    until(lambda: bool(wire.stored()) or device.ended() is not None, 120, "the call in the store")
    assert device.ended() is None, "\n".join(device.lines())
    os.kill(device.pid, signal.SIGINT)
    until(lambda: device.ended() is not None, 20, "a clean end")

    said = "\n".join(device.lines())
    call = stored(wire, "select message from calls")
    record = call["record"]
    heard_s = float(record["duration_s"])
    assert 80 + SILENT_END_MS / 1000 <= heard_s <= CALL_S + SILENT_END_MS / 1000, said  # its last word is spoken in its last seconds
    sound = tmp_path / "heard.wav"
    soundfile.write(sound, desk.codec_heard(LEAD_MS, int(heard_s * 1000)), RATE_HZ, subtype="PCM_16")
    lines = replayed(capfd, sound)
    assert lines[-1]["kind"] == "summary"
    assert record == {key: value for key, value in lines[-1].items() if key not in ("kind", "t_ms")}
    assert record["overruns"] == 0
    assert record["phrases"]["greeting"] == 1
    assert_same_colours(desk, lines, LEAD_MS * 1000 + 60_000)
    assert call["truncated"] is False
    assert EPOCH_S < call["t"] < EPOCH_S + 600
    assert "the time is known: 2026-11-21 01:30" in said
    meta = stored(wire, "select meta from devices")
    assert (meta["board"], meta["reset"], meta["self_test"]) == ("esp32s3-generic-oct", "power", "passed")
    counters = meta["counters"]
    assert (counters["temperature_c"], counters["rssi_dbm"], counters["overruns"], counters["task_faults"]) == (47, -61, 0, 0)
    assert counters["wifi_flaps"] == 1
    assert counters["connects"] >= 2
