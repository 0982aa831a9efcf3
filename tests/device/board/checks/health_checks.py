"""Self-test, heartbeat and log: each fault is seen, told in one line, and bounded."""

import gc
import os

import fakeboard
import machine
from fakeboard import world

from sidetone.on_micropython import audio, heartbeat, logbook, selftest
from sidetone.on_micropython.board import Board

FOLDER = "/tmp/sidetone-health-checks"


def fresh(**settings):
    fakeboard.settings.clear()
    fakeboard.settings.update(settings)
    world.__init__(fakeboard.settings)


def microphone(**settings):
    fresh(**settings)
    source = audio.I2sSource(Board())
    source.start()
    return selftest.microphone(source)


def codec(value_of):
    with open(FOLDER + "/codec.raw", "wb") as file:
        for i in range(16000):
            file.write((value_of(i) & 0xFFFF).to_bytes(2, "little") + b"\x07\x00")
    return FOLDER + "/codec.raw"


def folder():
    try:
        os.mkdir(FOLDER)
    except OSError:
        pass
    for name in os.listdir(FOLDER):
        os.remove(FOLDER + "/" + name)
    return FOLDER


def test_a_living_microphone_passes():
    folder()
    assert microphone() is None  # a converter's own noise
    assert microphone(sound=codec(lambda i: (i * 7919) % 65536)) is None  # and full scale of a loud room


def test_a_dead_microphone_is_told():
    folder()
    assert "digital silence" in microphone(flat=True)
    assert "stuck" in microphone(sound=codec(lambda i: 1234 + i % 2))
    assert "full scale" in microphone(sound=codec(lambda i: 32767 if i // 8 % 2 else -32768))
    assert "no sound comes" in microphone(dead_from_ms=0, dead_until_ms=60_000)


def test_storage_is_tried():
    assert selftest.storage(folder()) is None
    assert os.listdir(FOLDER) == []
    assert "cannot be written" in selftest.storage(FOLDER + "/absent")


def test_memory_is_asked_for():
    assert selftest.memory() is None
    taken = [None] * 40000  # made before: a list that has to grow would fail while much is free
    count = 0
    for size in (65536, 4096, 512):
        try:
            while True:
                taken[count] = bytearray(size)
                count += 1
        except MemoryError:
            pass
    fault = selftest.memory()
    del taken
    gc.collect()
    assert "kB of memory are free" in fault


def test_the_result_in_words():
    result = selftest.Result()
    result.add(selftest.MICROPHONE, None)
    result.add(selftest.SETTINGS, "broker must be ...")
    assert result.confirms() and result.text() == "failed: settings"
    result.add(selftest.MODEL, "absent")
    assert not result.confirms() and result.text() == "failed: settings model"
    for part in (selftest.MICROPHONE, selftest.STORAGE, selftest.MEMORY, selftest.MODEL, selftest.SETTINGS, selftest.LAMPS):
        result.add(part, "x")
    assert len(result.text()) <= 96


def test_the_heartbeat_takes_its_figures_once_a_minute():
    fresh(temperature_c=52)
    source = audio.I2sSource(Board())
    strength = [-70]
    heart = heartbeat.Heartbeat(source, lambda: strength[0])
    near_wrap = (1 << 30) - 30_000
    assert heart.tick(near_wrap)
    rows = dict(heart.rows())
    assert rows["temperature_c"] == 52 and rows["rssi_dbm"] == -70 and rows["heap_free_kb"] > 0
    strength[0] = None
    assert not heart.tick(near_wrap + 29_999)
    assert not heart.tick(29_999)
    assert heart.tick(30_000)
    assert dict(heart.rows())["rssi_dbm"] == heartbeat.NOT_KNOWN


def test_why_the_chip_has_started():
    for cause, text in ((machine.PWRON_RESET, "power"), (machine.WDT_RESET, "watchdog"), (machine.SOFT_RESET, "program"), (99, "unknown")):
        fresh(reset_cause=cause)
        assert heartbeat.reset_cause() == text


def test_the_log_is_bounded_and_keeps_the_end():
    said = []
    log = logbook.Logbook(folder(), lambda: 61_000, said.append)
    for number in range(2000):
        log.note("line %d" % number)
    assert len(said) == 2000
    sizes = [os.stat(FOLDER + "/" + name)[6] for name in os.listdir(FOLDER)]
    assert len(sizes) == 2 and sum(sizes) <= 2 * logbook.FILE_BYTES
    with open(FOLDER + "/log") as file:
        assert file.read().strip().split("\n")[-1] == "61 line 1999"
    log.note("the same")
    log.note("the same")
    with open(FOLDER + "/log") as file:
        assert file.read().count("the same") == 1


def test_a_traceback_is_one_line_with_the_reason_first():
    said = []
    log = logbook.Logbook(folder(), lambda: 5000, said.append)
    try:
        _fails()
    except ValueError as fault:
        log.trace("fault 1", fault)
    with open(FOLDER + "/log") as file:
        lines = file.read().split("\n")
    assert lines[0].startswith("5 fault 1: ValueError: that is wrong | ")
    assert "_fails" in lines[0]
    assert lines[1:] == [""]
    assert said[-1] == "ValueError: that is wrong"


def _fails():
    raise ValueError("that is wrong")


def test_a_flash_that_cannot_be_written_costs_only_the_file():
    said = []
    log = logbook.Logbook(FOLDER + "/absent", lambda: 0, said.append)
    log.note("hello")
    assert said == ["sidetone: hello"] and log.lost == 1
