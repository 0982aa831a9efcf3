"""The wall clock of a device without a battery, and the time server's answer."""

import struct

from checks import raises
from sidetone.core.telemetry import sntp
from sidetone.core.telemetry.timekeeper import DRIFT_FROM_MS, DRIFT_MAX_PPM, JUMP_MS, Timekeeper

NOW_MS = 1_795_300_000_000
NONCE = b"12345678"


def reply(seconds=NOW_MS // 1000 + 2208988800, fraction=0, nonce=NONCE, first=0x24, stratum=2):
    return bytes([first, stratum]) + bytes(22) + nonce + bytes(8) + struct.pack(">II", seconds & 0xFFFFFFFF, fraction)


def test_a_question_is_exactly_this():
    assert sntp.question(NONCE) == b"\x23" + bytes(39) + NONCE
    assert len(sntp.question(NONCE)) == sntp.PACKET_BYTES


def test_the_answer_is_the_servers_time_and_half_the_way():
    assert sntp.answer(reply(), NONCE, 0) == NOW_MS
    assert sntp.answer(reply(fraction=1 << 31), NONCE, 41) == NOW_MS + 500 + 20


def test_the_seconds_that_begin_anew_in_2036_are_understood():
    assert sntp.answer(reply(seconds=(1 << 32) + 5), NONCE, 0) == ((1 << 32) - 2208988800 + 5) * 1000


def test_what_is_no_answer_is_refused():
    whole = reply()
    for end in range(len(whole)):
        with raises(sntp.SntpError):
            sntp.answer(whole[:end], NONCE, 0)
    for bad in (reply(nonce=b"87654321"), reply(first=0x23), reply(first=0xE4), reply(stratum=0), reply(stratum=16)):
        with raises(sntp.SntpError):
            sntp.answer(bad, NONCE, 0)


def test_the_time_is_unknown_until_it_is_told_and_then_goes_on():
    keeper = Timekeeper()
    assert keeper.epoch_ms(5000) is None
    assert keeper.tell(5000, NOW_MS)
    assert keeper.epoch_ms(5000) == NOW_MS
    assert keeper.epoch_ms(3_605_000) == NOW_MS + 3_600_000
    assert keeper.epoch_ms(4000) == NOW_MS - 1000
    assert keeper.jumps == 0


def test_a_year_that_is_none_of_ours_changes_nothing():
    keeper = Timekeeper()
    for epoch_ms in (0, 946_684_800_000, 4_200_000_000_000):
        assert not keeper.tell(0, epoch_ms)
        assert keeper.epoch_ms(0) is None


def test_a_clock_that_is_set_is_counted_and_is_no_drift():
    keeper = Timekeeper()
    keeper.tell(0, NOW_MS)
    keeper.tell(3_600_000, NOW_MS + 3_600_000 + JUMP_MS + 1)
    assert (keeper.jumps, keeper.drift_ppm) == (1, 0)
    keeper.tell(7_200_000, NOW_MS)
    assert (keeper.jumps, keeper.drift_ppm) == (2, 0)
    assert keeper.epoch_ms(7_200_500) == NOW_MS + 500


def test_a_crystal_that_is_slow_is_learned_within_a_few_hours():
    keeper = Timekeeper()
    worst_ms = 0
    for hour in range(12):
        uptime_ms = hour * 3_600_000
        true_ms = NOW_MS + uptime_ms + uptime_ms * 40 // 1_000_000  # 40 ppm slow
        if hour > 6:
            worst_ms = max(worst_ms, abs(true_ms - keeper.epoch_ms(uptime_ms)))
        keeper.tell(uptime_ms, true_ms)
    assert 35 <= keeper.drift_ppm <= 40
    assert worst_ms <= 10  # of 144 an hour
    assert keeper.jumps == 0


def test_a_short_time_says_nothing_of_drift_and_a_mad_one_is_bounded():
    keeper = Timekeeper()
    keeper.tell(0, NOW_MS)
    keeper.tell(DRIFT_FROM_MS - 1, NOW_MS + DRIFT_FROM_MS + 999)
    assert keeper.drift_ppm == 0
    keeper.tell(2 * DRIFT_FROM_MS, NOW_MS + 2 * DRIFT_FROM_MS + 2900)
    assert keeper.drift_ppm == DRIFT_MAX_PPM
