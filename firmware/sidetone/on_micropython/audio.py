"""Where hops come from on the device: two channels from a codec through machine.I2S, as blocks like on_cpython/audio.py's.

    codec -> DMA (IBUF_BYTES, filled by hardware) -> slots (RAW_SLOTS blocks, filled by the driver's task) -> blocks (kept KEEP_MS)

The driver's queue of requests is one deep and drops silently what does not fit, so exactly one `readinto` is under way: the interrupt's
callback only notes that a slot is full and asks for the next. All memory is taken when the source is made.

What is lost is lost without a word: when nobody empties it the DMA throws away its oldest 256 frames at a time. It is seen by the
clock, which runs from the same crystal as the bit clock: `lag` is samples that must have come by now, less those that came. A callback
that runs late raises it for a moment, lost sound for good; so the least lag of WINDOW blocks tells, and a slow drift is followed.
"""

import time
from array import array

import machine

from micropython import const
from sidetone.on_micropython.viper import samples

RATE_HZ = 16000
HOP_SAMPLES = 160
IBUF_BYTES = 65536  # of internal memory: 8 bytes a frame whatever is asked for, so 512 ms, for TLS handshakes that hold the interpreter
SLOT_MS = 1500  # blocks that may wait for the listener, at least: a call begins with a second of sound at once
KEEP_MS = 1200  # a block stays as it is for so long: Standby keeps the second before a call
POLL_MS = 4  # how often is asked whether a block has come: other threads have the processor meanwhile
STALL_MS = 500  # no block for so long: the driver is started anew
STALL_AGAIN_MS = 2000  # and again after so long, for as long as it takes

_WINDOW = const(64)  # blocks: two seconds, in which some callback runs without delay however busy the processor is
_LOST = const(192)  # samples: less than the DMA block that is the least to be lost, more than the delay of the promptest of 64 callbacks
_COUNT = const(0xFFFF)  # counters run modulo 2**16, less than a 32-bit small integer and more than there are slots
_US_A_SAMPLE_NUMERATOR = const(2)  # 16 kHz: 2 samples in 125 us
_US_A_SAMPLE_DENOMINATOR = const(125)


class SoundUnavailable(Exception):
    """There is no sound to be had from this board: one plain line that says what to do."""


class I2sSource:
    """Both channels of the board's codec. board: board.Board (i2s_pins, bits, gain_bits, agent_channel, customer_channel, block_ms).

    take(timeout_ms) gives the next block, a list with one int16 array per channel (agent first), the same arrays again after KEEP_MS.
    Attributes: overruns, blocks' worth of sound that was lost; stalls, how often the driver was started anew; silent_ms, how long no
    block has come.
    """

    def __init__(self, board):
        hops = board.block_ms // 10
        self.frames = hops * HOP_SAMPLES
        self.channels = 2 if board.customer_channel else 1
        self.overruns = 0
        self.lost_samples = 0
        self.stalls = 0
        self._board = board
        self._i2s = None
        words = 2 * (2 if board.bits == 32 else 1)  # 16-bit words a frame
        self._step = words
        self._gain = board.gain_bits if board.bits == 32 else 0
        count = 1
        while count * board.block_ms < SLOT_MS:
            count <<= 1
        self._slots = [array("H", bytes(2 * words * self.frames)) for _ in range(count)]
        self._mask = count - 1
        self._firsts = []  # where each channel begins in a slot, in 16-bit words
        for channel in (board.agent_channel, board.customer_channel)[: self.channels]:
            first = channel - 1 if board.bits == 16 else 2 * (channel - 1) + (0 if self._gain else 1)
            self._firsts.append(first)
        # a view of each slot for each channel: viper takes a buffer's start, not an offset
        self._views = [[memoryview(slot)[first:] for slot in self._slots] for first in self._firsts]
        kept = KEEP_MS // board.block_ms + 2
        self._blocks = [[array("h", bytes(2 * self.frames)) for _ in range(self.channels)] for _ in range(kept)]
        self._block = 0
        self._filled = 0  # slots, modulo 2**16; only the callback writes it
        self._taken = 0  # only the listener writes it
        self._waiting = False  # no slot was free: the listener has to ask
        self._on_filled = self._filled_slot  # bound once: a bound method made in an interrupt would be an allocation
        self._restart_after_ms = STALL_MS
        self._heard_ms = self._asked_ms = time.ticks_ms()
        self._start_clock()

    @property
    def silent_ms(self):
        """How long no block has come."""
        return time.ticks_diff(time.ticks_ms(), self._heard_ms)

    def start(self):
        """Start the codec's clocks. SoundUnavailable where the driver refuses."""
        board = self._board
        pins = board.i2s_pins
        try:
            self._i2s = machine.I2S(
                0,
                sck=machine.Pin(pins["sck"]),
                ws=machine.Pin(pins["ws"]),
                sd=machine.Pin(pins["sd"]),
                mode=machine.I2S.RX,
                bits=board.bits,
                format=machine.I2S.STEREO,
                rate=RATE_HZ,
                ibuf=IBUF_BYTES,
            )
            self._i2s.irq(self._on_filled)
        except (OSError, ValueError) as fault:
            raise SoundUnavailable("I2S cannot be started (%s); check [sound] i2s_pins of the board" % fault) from None
        self._waiting = False
        self._asked_ms = time.ticks_ms()
        self._start_clock()
        self._i2s.readinto(self._slots[self._filled & self._mask])

    def close(self):
        """Stop the clocks; blocks that wait stay."""
        if self._i2s is not None:
            self._i2s.deinit()
            self._i2s = None

    def take(self, timeout_ms):
        """The next block, or None when none has come in time. A driver that has stalled is started anew meanwhile."""
        began = time.ticks_ms()
        while self._filled == self._taken:
            time.sleep_ms(POLL_MS)  # callbacks run here, those too that a long hold-up kept waiting
            now = time.ticks_ms()
            if self._filled != self._taken:
                break
            if time.ticks_diff(now, self._asked_ms) >= self._restart_after_ms:
                self._restart(now)
            if time.ticks_diff(now, began) >= timeout_ms:
                return None
        self._heard_ms = self._asked_ms = time.ticks_ms()
        self._restart_after_ms = STALL_MS
        slot = self._taken & self._mask
        block = self._blocks[self._block]
        self._block = self._block + 1 if self._block + 1 < len(self._blocks) else 0
        for channel in range(self.channels):
            if self._gain:
                samples.pick_louder(self._views[channel][slot], block[channel], self.frames, self._gain)
            else:
                samples.pick(self._views[channel][slot], block[channel], self.frames, self._step)
        self._taken = (self._taken + 1) & _COUNT
        if self._waiting and self._i2s is not None:
            self._waiting = False
            self._i2s.readinto(self._slots[self._filled & self._mask])
        return block

    def _filled_slot(self, _):
        """The driver has filled the slot that was asked for. Runs between two bytecodes of whichever thread comes first."""
        now = time.ticks_us()
        account = self._account + _US_A_SAMPLE_NUMERATOR * time.ticks_diff(now, self._last_us)
        self._last_us = now
        lag = self._lag + account // _US_A_SAMPLE_DENOMINATOR - self.frames
        self._account = account % _US_A_SAMPLE_DENOMINATOR
        self._lag = lag
        if self._seen == 0 or lag < self._least:
            self._least = lag
        self._seen += 1
        if self._seen == _WINDOW:
            self._seen = 0
            self._weigh()
        filled = (self._filled + 1) & _COUNT
        self._filled = filled
        if (filled - self._taken) & _COUNT > self._mask:
            self._waiting = True
        else:
            self._i2s.readinto(self._slots[filled & self._mask])

    def _weigh(self):
        """A window of blocks is over: has the least lag grown for good?"""
        if self._base is not None and self._least - self._base >= _LOST:
            self._lose(self._least - self._base)
            self._lag -= self._least - self._base
        else:
            self._base = self._least

    def _lose(self, count):
        """So many samples never came."""
        self.lost_samples += count
        self.overruns += (count + self.frames - 1) // self.frames

    def _restart(self, now):
        """No block for a while: the driver anew, and what should have come is lost."""
        self.stalls += 1
        self._lose(time.ticks_diff(now, self._asked_ms) * HOP_SAMPLES // 10)
        self._restart_after_ms = STALL_AGAIN_MS
        self._asked_ms = now
        self.close()
        try:
            self.start()
        except SoundUnavailable:
            pass  # counted as a stall; tried again, and shown, for as long as it lasts

    def _start_clock(self):
        self._last_us = time.ticks_us()
        self._account = 0  # 125ths of a sample
        self._lag = 0
        self._least = 0
        self._base = None
        self._seen = 0
