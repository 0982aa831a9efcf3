"""Time on the device: ticks that wrap, a time server that is silent, lies or jumps, the chip's own clock, a date kept on the flash."""

import socket
import struct
import time

from memory_storage import MemoryStorage
from sidetone.on_micropython import clock as module
from sidetone.on_micropython.clock import Clock

NOW_S = 1_795_300_000
WRAP = 1 << 30  # of ticks_ms, on the device and on most ports


class Ticks:
    """ticks_ms of the device: wraps after 2**30 ms, 12 days."""

    def __init__(self, at=0):
        self.ms = at

    def __call__(self):
        return self.ms % WRAP


def difference(later, earlier):
    return ((later - earlier + WRAP // 2) % WRAP) - WRAP // 2


def made(ticks, **words):
    words.setdefault("set_rtc", None)
    return Clock(ticks_ms=ticks, ticks_diff=difference, **words)


def test_uptime_never_wraps():
    ticks = Ticks(WRAP - 5000)
    clock = made(ticks)
    assert clock.uptime_ms() == 0
    for days in range(1, 100):
        ticks.ms += 86_400_000
        assert clock.uptime_ms() == days * 86_400_000
    ticks.ms -= 3  # two threads ask at once: the later answer may be the earlier one
    assert clock.uptime_ms() == 99 * 86_400_000
    ticks.ms += 4
    assert clock.uptime_ms() == 99 * 86_400_000 + 1


def test_the_time_is_unknown_until_it_is_told():
    ticks = Ticks()
    lines = []
    clock = made(ticks, utc_offset_min=480, notice=lines.append)
    assert clock.epoch_s() is None and clock.wall_s() is None
    assert not clock.told(5)
    assert clock.epoch_s() is None
    assert clock.told(NOW_S * 1000 + 999)
    assert clock.epoch_s() == NOW_S
    assert clock.wall_s() == NOW_S + 8 * 3600
    ticks.ms += 3_600_001
    assert clock.epoch_s() == NOW_S + 3601
    assert lines[1] == "the time is known: 2026-11-21 22:26:40 UTC", lines[1]
    assert clock.jumps == 0
    clock.told(NOW_S * 1000)
    assert clock.jumps == 1 and clock.epoch_s() == NOW_S


def test_the_chips_clock_starts_at_the_latest_date_that_is_known():
    set_to = []
    storage = MemoryStorage()
    clock = made(Ticks(), storage=storage, set_rtc=set_to.append)
    assert set_to == [1_735_689_600]
    clock.told(NOW_S * 1000)
    assert set_to[-1] == NOW_S
    made(Ticks(), storage=storage, set_rtc=set_to.append)
    assert set_to[-1] == NOW_S
    made(Ticks(), storage=storage, made_s=NOW_S + 5, set_rtc=set_to.append)
    assert set_to[-1] == NOW_S + 5
    storage.write("time", b"garbage")
    made(Ticks(), storage=storage, set_rtc=set_to.append)
    assert set_to[-1] == 1_735_689_600


def test_the_date_is_kept_once_a_day():
    ticks = Ticks()
    storage = MemoryStorage()
    clock = made(ticks, storage=storage)
    for hour in range(49):
        clock.told((NOW_S + hour * 3600) * 1000)
        ticks.ms += 3_600_000
    assert storage.writes == 3
    storage.room = 0
    clock = made(Ticks(), storage=storage)
    assert clock.told(NOW_S * 1000)  # a full flash does not stop the clock


class Server:
    """A time server on a socket of its own, which is answered by hand."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        for port in range(20000, 21000):
            try:
                self.socket.bind(socket.getaddrinfo("127.0.0.1", port)[0][-1])
                break
            except OSError:
                pass
        self.name = "127.0.0.1:%d" % port
        self.socket.setblocking(False)

    def answer(self, ms, spoil=b""):
        """What lies there is answered. -> how many questions."""
        count = 0
        while True:
            try:
                question, who = self.socket.recvfrom(100)
            except OSError:
                return count
            count += 1
            nonce = spoil or question[40:48]
            fraction = (ms % 1000 << 32) // 1000 + 1
            self.socket.sendto(b"\x24\x02" + bytes(22) + nonce + bytes(8) + struct.pack(">II", ms // 1000 + 2208988800, fraction), who)


def answering(server, ticks, ms, spoil=b""):
    """time.sleep_ms as the clock sees it: each pause is 20 ms of virtual time in which the server answers."""

    class Time:
        gmtime = time.gmtime

        @staticmethod
        def sleep_ms(pause_ms):
            ticks.ms += pause_ms
            if ms is not None:
                server.answer(ms, spoil)

    return Time


def test_a_server_is_asked_again_until_it_answers_and_then_every_hour():
    ticks = Ticks()
    server = Server()
    lines = []
    clock = made(ticks, server=server.name, notice=lines.append)
    real, asked = module.time, 0
    try:
        module.time = answering(server, ticks, None)
        assert not clock.keep(False)
        for _ in range(600):
            asked += clock.keep(True)
            ticks.ms += 1000
        assert 5 <= asked <= 12, asked  # in ten minutes: 5 s, then twice as long, ...
        assert server.answer(0) == asked
        assert lines == ["no time from 127.0.0.1 (no answer); trying again"]
        module.time = answering(server, ticks, NOW_S * 1000 + 500, b"87654321")
        ticks.ms += 700_000
        assert clock.keep(True) and clock.epoch_s() is None  # an answer to another question
        module.time = answering(server, ticks, NOW_S * 1000 + 500)
        ticks.ms += 700_000
        assert clock.keep(True)
        assert clock.epoch_s() == NOW_S
        asked = 0
        for _ in range(1440):
            asked += clock.keep(True)
            ticks.ms += 60_000
        assert 24 <= asked <= 27, asked
    finally:
        module.time = real
