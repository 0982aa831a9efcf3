"""Where hops come from on a computer: a decoded recording, or live sound through PortAudio.

Both are iterated for blocks: a list with one int16 array per channel (agent first), each of the same whole number of
hops (160 samples). What is heard does not depend on how it is cut; a block costs much the same however long it is, so replay works
in blocks of 4 s, a recording played in real time in blocks of 100 ms.
"""

from __future__ import annotations

import collections
import threading
import time
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

RATE_HZ = 16000
HOP_SAMPLES = 160
HOP_S = 0.01
REPLAY_HOPS = 400  # one channel, everything, CPU for an hour of sound: 37 s in blocks of 100 ms, 24 of 1 s, 21.5 of 4 s, 21.2 of 8 s
REALTIME_HOPS = 10
LIVE_HOPS = 2
RING_MS = 2000  # live sound that may wait for the listener before it is dropped: longer than any garbage collection or fsync

Block = list[npt.NDArray[np.int16]]


class SoundUnavailable(Exception):
    """There is no sound to be had from this machine or device: one plain line that says what to do."""


class Decoded(Protocol):
    """What a decoder hands over: equal-length int16 channels at 16 kHz."""

    channels: list[npt.NDArray[np.int16]]


class WavSource:
    """A decoded recording as blocks of at most `hops` hops (REPLAY_HOPS or REALTIME_HOPS); a part-hop at the end is left out.

    With `realtime` each block is handed over when its last sample would have been heard (drops nothing: a listener
    that is late gets its blocks late). `now` and `sleep` are the clock, for tests.
    """

    def __init__(
        self,
        recording: Decoded,
        realtime: bool = False,
        hops: int | None = None,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.channels = len(recording.channels)
        self.overruns = 0  # a file never overruns; here so that both sources read alike
        self._recording = recording
        self._realtime = realtime
        self._hops = hops or (REALTIME_HOPS if realtime else REPLAY_HOPS)
        self._now = now
        self._sleep = sleep

    def __iter__(self) -> Iterator[Block]:
        channels = self._recording.channels
        total = len(channels[0]) // HOP_SAMPLES
        began = self._now()
        for first in range(0, total, self._hops):
            last = min(first + self._hops, total)
            if self._realtime:
                wait = began + last * HOP_S - self._now()
                if wait > 0:
                    self._sleep(wait)
            yield [channel[first * HOP_SAMPLES : last * HOP_SAMPLES] for channel in channels]

    def close(self) -> None:
        """Nothing is held open."""


class LiveSource:
    """Live sound at 16 kHz, one or two channels, as blocks of `hops` hops; iterate inside `with`.

    The capture thread only copies into a bounded ring and never waits. A block that finds the ring full is dropped and
    counted in `overruns`, as is every overflow that the sound system reports. The iteration ends on `close`, and with
    SoundUnavailable when the device goes away.
    """

    def __init__(
        self, device: str | int | None = None, channels: int = 1, customer: str = "right", hops: int = LIVE_HOPS, backend: Any = None
    ) -> None:
        """`device`: PortAudio's name or number, None = default; `customer`: side of the customer when channels is 2."""
        self.channels = channels
        self.overruns = 0
        self._swap = channels == 2 and customer == "left"
        self._hops = hops
        self._ring: collections.deque[npt.NDArray[np.int16]] = collections.deque()
        self._ring_blocks = RING_MS // (10 * hops)
        self._ready = threading.Condition()
        self._closed = False
        self._lost = False
        self._stream = self._open(device, backend if backend is not None else _sounddevice())

    def _open(self, device: str | int | None, sounddevice: Any) -> Any:
        try:
            stream = sounddevice.InputStream(
                samplerate=RATE_HZ,
                blocksize=self._hops * HOP_SAMPLES,
                device=device,
                channels=self.channels,
                dtype="int16",
                callback=self._captured,
                finished_callback=self._finished,
            )
            stream.start()
        except (sounddevice.PortAudioError, ValueError) as fault:
            name = "the default input" if device is None else f"input {device!r}"
            why = _one_line(fault)
            raise SoundUnavailable(
                f"no sound from {name} ({why}); plug in a sound card, or name one in the board's [sound] device"
            ) from None
        return stream

    def _captured(self, data: npt.NDArray[np.int16], frames: int, _when: Any, status: Any) -> None:
        """The sound system's thread: copy, count, never wait for the listener."""
        with self._ready:
            if status and status.input_overflow:
                self.overruns += 1
            if len(self._ring) >= self._ring_blocks:
                self.overruns += 1
            else:
                self._ring.append(data[:frames].copy())
                self._ready.notify()

    def _finished(self) -> None:
        with self._ready:
            self._lost = not self._closed
            self._ready.notify_all()

    def __iter__(self) -> Iterator[Block]:
        while True:
            with self._ready:
                while not self._ring and not self._closed and not self._lost:
                    self._ready.wait()
                if not self._ring:
                    if self._lost:
                        raise SoundUnavailable("the sound device went away; plug it in again")
                    return
                data = self._ring.popleft()
            block = [np.ascontiguousarray(data[:, channel]) for channel in range(self.channels)]
            if self._swap:
                block.reverse()
            yield block

    def close(self) -> None:
        """Stop capture; an iteration in progress gets what the ring still holds, then ends."""
        with self._ready:
            if self._closed:
                return
            self._closed = True
            self._ready.notify_all()
        self._stream.close()

    def __enter__(self) -> LiveSource:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def _sounddevice() -> Any:
    """The sounddevice module, imported only where live sound is used."""
    try:
        import sounddevice
    except ImportError:
        raise SoundUnavailable("live sound needs the package sounddevice; install sidetone-headset[live]") from None
    except OSError:
        raise SoundUnavailable("live sound needs the PortAudio library; install it (Debian: libportaudio2)") from None
    return sounddevice


def _one_line(fault: BaseException) -> str:
    return " ".join(str(fault).split())
