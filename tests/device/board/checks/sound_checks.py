"""Sound in: what the codec gives is what the listener gets, channel for channel, and what is lost is counted."""

from array import array

import fakeboard
from fakeboard import world

from sidetone.on_micropython import audio
from sidetone.on_micropython.board import Board

PATH = "/tmp/sidetone-fake-codec.raw"
FRAMES = 16000 * 3


def fresh(**settings):
    """The board is powered up anew."""
    fakeboard.settings.clear()
    fakeboard.settings.update(settings)
    world.__init__(fakeboard.settings)


def board(**values):
    it = Board()
    for key in values:
        setattr(it, key, values[key])
    return it


def sound():
    """Two channels that never look alike, full scale included; written where the codec hears it."""
    frames = array("h", bytes(4 * FRAMES))
    seed = 1
    for i in range(2 * FRAMES):
        seed = (seed * 25173 + 13849) & 0xFFFF
        frames[i] = seed - 32768
    with open(PATH, "wb") as file:
        file.write(frames)
    return frames


def taken(source, count):
    """Two channels of `count` blocks, copied."""
    agent, customer = array("h"), array("h")
    for _ in range(count):
        block = source.take(100)
        agent.extend(block[0])
        if len(block) > 1:
            customer.extend(block[1])
    return agent, customer


def one_of(frames, channel, count):
    return array("h", [frames[2 * i + channel] for i in range(count)])


def test_both_channels_come_as_they_are():
    frames = sound()
    for bits in (16, 32):
        fresh(sound=PATH)
        source = audio.I2sSource(board(bits=bits))
        source.start()
        agent, customer = taken(source, 60)
        assert agent == one_of(frames, 0, 60 * 480)
        assert customer == one_of(frames, 1, 60 * 480)
        assert (source.overruns, source.stalls, world.dropped_requests) == (0, 0, 0)


def test_the_board_says_which_channel_is_whose():
    frames = sound()
    for bits in (16, 32):
        fresh(sound=PATH)
        source = audio.I2sSource(board(agent_channel=2, customer_channel=1, bits=bits))
        source.start()
        agent, customer = taken(source, 5)
        assert agent == one_of(frames, 1, 5 * 480)
        assert customer == one_of(frames, 0, 5 * 480)


def test_without_a_customer_one_channel_comes():
    frames = sound()
    fresh(sound=PATH)
    source = audio.I2sSource(board(customer_channel=None, agent_channel=2, block_ms=20))
    source.start()
    assert source.channels == 1
    assert taken(source, 10)[0] == one_of(frames, 1, 3200)


def test_gain_keeps_lower_bits_and_stops_at_full_scale():
    from sidetone.on_micropython.viper import samples

    values = (0, 1, -1, 4096, -4097, 0x7FFFFFFF, -0x80000000, 0x00123456, -0x00123456, 0x07FFFFFF, 0x08000000, -0x08000000, -0x08000001)
    words = array("H")
    for value in values:
        words.extend(array("H", (value & 0xFFFF, (value >> 16) & 0xFFFF, 1, 2)))
    for gain in range(1, 13):
        out = array("h", bytes(2 * len(values)))
        samples.pick_louder(words, out, len(values), gain)
        for value, got in zip(values, out):
            assert got == max(-32768, min(32767, value >> (16 - gain))), (gain, value, got)
    frames = sound()
    fresh(sound=PATH)
    source = audio.I2sSource(board(bits=32, gain_bits=2))
    source.start()
    agent, customer = taken(source, 3)
    assert agent == array("h", [max(-32768, min(32767, 4 * x)) for x in one_of(frames, 0, 3 * 480)])
    assert customer == array("h", [max(-32768, min(32767, 4 * x)) for x in one_of(frames, 1, 3 * 480)])


def test_a_hold_up_that_the_dma_bears_loses_nothing():
    frames = sound()
    fresh(sound=PATH)
    source = audio.I2sSource(board())
    source.start()
    agent = taken(source, 10)[0]
    world.busy_us(450_000)  # a handshake: no callback, no listener
    agent.extend(taken(source, 60)[0])
    assert agent == one_of(frames, 0, 70 * 480)
    assert source.overruns == world.lost_frames == 0


def test_a_listener_that_is_late_finds_its_sound_in_the_slots():
    import time

    frames = sound()
    fresh(sound=PATH)
    source = audio.I2sSource(board())
    source.start()
    agent = taken(source, 10)[0]
    time.sleep_ms(2300)  # callbacks run: 1920 ms are in the slots, the rest in the DMA
    agent.extend(taken(source, 85)[0])
    assert agent == one_of(frames, 0, 95 * 480)
    assert source.overruns == world.lost_frames == 0


def test_what_is_lost_is_counted_by_the_clock():
    """A chip loses whole DMA blocks in silence; the fake one knows how many."""
    for start_ms in (0, (1 << 30) - 5000, (1 << 29) - 5000):  # the ticks' wrap and their sign's
        for held_ms in (600, 2500):
            fresh(ticks_start_ms=start_ms)
            source = audio.I2sSource(board())
            source.start()
            _take_some(source, 130)
            assert source.overruns == 0
            world.busy_us(held_ms * 1000)
            _take_some(source, 200)
            lost = world.lost_frames
            assert lost >= (held_ms - 550) * 16, (held_ms, lost)
            assert abs(source.lost_samples - lost) <= 64, (source.lost_samples, lost)  # the poll of 4 ms
            assert source.overruns == (source.lost_samples + 479) // 480
            assert source.stalls == 0


def test_a_late_listener_beyond_slots_and_dma_loses_and_counts():
    import time

    fresh()
    source = audio.I2sSource(board())
    source.start()
    _take_some(source, 130)
    time.sleep_ms(3000)
    _take_some(source, 200)
    assert world.lost_frames > 16 * 500
    assert abs(source.lost_samples - world.lost_frames) <= 64, (source.lost_samples, world.lost_frames)


def test_minutes_without_loss_count_none():
    fresh(ticks_start_ms=(1 << 30) - 60_000)
    source = audio.I2sSource(board())
    source.start()
    for _ in range(3000):
        source.take(100)
    assert source.overruns == source.lost_samples == world.lost_frames == 0


def test_a_dead_clock_is_a_stall_and_sound_comes_back():
    fresh(dead_from_ms=5000, dead_until_ms=17_300)
    source = audio.I2sSource(board())
    source.start()
    missed = 0
    longest_ms = 0
    for _ in range(700):
        if source.take(100) is None:
            missed += 1
            longest_ms = max(longest_ms, source.silent_ms)
    assert 12_000 <= longest_ms <= 18_000
    assert source.stalls == 6  # after 0.5 s, then every 2 s
    assert 100 <= missed <= 180
    assert abs(source.lost_samples - 16 * 12_300) < 16 * 2100
    assert source.silent_ms < 40


def test_a_driver_that_refuses_is_one_line():
    for settings, pins in (({"i2s_fault": 0x103}, {"sck": 4, "ws": 5, "sd": 6}), ({}, {"sck": 4, "ws": 5, "sd": 24})):
        fresh(**settings)
        source = audio.I2sSource(board(i2s_pins=pins))
        try:
            source.start()
        except audio.SoundUnavailable as fault:
            assert "i2s_pins" in str(fault) and "\n" not in str(fault)
        else:
            raise AssertionError("it has started")


def test_nothing_is_allocated_after_set_up():
    for bits, gain in ((16, 0), (32, 3)):
        fresh()
        source = audio.I2sSource(board(bits=bits, gain_bits=gain))
        source.start()
        _take_some(source, 5)
        world.lock_heap()
        try:
            count = _take_some(source, 300)  # more than the ring of blocks, and four weighings
        finally:
            world.unlock_heap()
        assert count == 300


def _take_some(source, count):
    got = 0
    while got < count:
        if source.take(100) is not None:
            got += 1
    return got


def test_a_block_stays_as_it_is_while_standby_keeps_it():
    from sidetone.app import PREROLL_HOPS

    sound()
    fresh(sound=PATH)
    source = audio.I2sSource(board())
    source.start()
    first = source.take(100)
    kept = array("h", first[0])
    for _ in range(PREROLL_HOPS // 3 + 2):
        source.take(100)
    assert first[0] == kept
