"""Sound files -> the int16 hops that every part hears: 16 kHz, agent's channel first.

WAV (8/16/24/32-bit integer, 32/64-bit float) and FLAC, any common rate, one or two channels. 16-bit files at 16 kHz
come through sample for sample; everything else is converted here, once, by fixed arithmetic, so that both runtimes
get the same hops.
"""

from __future__ import annotations

import os
import struct
from pathlib import Path

import numpy as np
import numpy.typing as npt

from sidetone.on_cpython.quiet import silent_stderr
from sidetone_host.errors import CannotDo

RATE_HZ = 16000
HOP_SAMPLES = 160
RATE_LOW_HZ, RATE_HIGH_HZ = 4000, 192000  # under it there is no speech band, over it no sound card
SUFFIXES_HELP = "give a WAV or FLAC file"

Samples = npt.NDArray[np.int16]


class Recording:
    """channels: one or two int16 arrays at 16 kHz of equal length (agent, then customer); warning: one line or None."""

    def __init__(self, channels: list[Samples], warning: str | None = None) -> None:
        self.channels = channels
        self.warning = warning

    @property
    def hops(self) -> int:
        """Whole hops; the rest of a last hop (under 10 ms) is not judged."""
        return len(self.channels[0]) // HOP_SAMPLES

    @property
    def duration_ms(self) -> int:
        """Length in whole milliseconds, the last part-hop included."""
        return len(self.channels[0]) * 1000 // RATE_HZ


def open_audio(path: str | Path, customer: str | None = None) -> Recording:
    """Decode one file.

    `customer` names the side the customer is on in a stereo file: "left", "right" (the default) or "none" (take the
    left channel as the agent's and leave the other out). A mono file is the agent alone, and naming a side for it is
    an error. CannotDo, one line, for what cannot be played; data shorter than its header says is played with a
    warning.
    """
    path = Path(path)
    data, rate, warning = _read(path)
    channels = data.shape[1]
    if channels > 2:
        raise CannotDo(f"{path}: {channels} channels; give one (agent) or two (agent and customer)")
    if channels == 1 and customer in ("left", "right"):
        raise CannotDo(f"{path}: one channel only, so the customer is not on the {customer}; leave --customer out")
    if not RATE_LOW_HZ <= rate <= RATE_HIGH_HZ:
        raise CannotDo(f"{path}: {rate} samples a second; give 4000 to 192000")
    sides = [_at_16k(data[:, index], rate) for index in range(channels)]
    if len(sides[0]) < HOP_SAMPLES:
        raise CannotDo(f"{path}: no sound in it (shorter than one hop of 10 ms)")
    if channels == 2:
        if customer == "left":
            sides.reverse()
        elif customer == "none":
            del sides[1]
    return Recording(sides, warning)


def _read(path: Path) -> tuple[npt.NDArray[np.int16] | npt.NDArray[np.float64], int, str | None]:
    """-> samples [n, channels] (int16, or float64 in -1..1), rate, warning."""
    import soundfile

    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(12)
    except FileNotFoundError:
        raise CannotDo(f"{path}: no such file") from None
    except IsADirectoryError:
        raise CannotDo(f"{path}: is a folder; {SUFFIXES_HELP}") from None
    except OSError as fault:
        raise CannotDo(f"{path}: {fault.strerror or fault}") from None
    if size == 0:
        raise CannotDo(f"{path}: empty file")
    missing = _missing_wav_bytes(path, size) if head[:4] == b"RIFF" and head[8:12] == b"WAVE" else 0
    try:
        with silent_stderr(), soundfile.SoundFile(os.fsencode(path)) as file:
            if file.format not in ("WAV", "WAVEX", "FLAC", "RF64"):
                raise CannotDo(f"{path}: {file.format} is not read; {SUFFIXES_HELP}")
            rate = int(file.samplerate)
            exact = file.subtype == "PCM_16"
            promised = int(file.frames)
            # a damaged FLAC gives nothing of the read in which it breaks: small reads keep what came before
            step = 4096 if file.format == "FLAC" else 1 << 20
            blocks = []
            broken = False
            while True:
                try:
                    block = file.read(step, dtype="int16" if exact else "float64", always_2d=True)
                except (soundfile.LibsndfileError, RuntimeError):
                    broken = True
                    break
                if not len(block):
                    break
                blocks.append(block)
            channels = int(file.channels)
    except (soundfile.LibsndfileError, RuntimeError):
        what = "its header is cut or damaged" if head[:4] in (b"RIFF", b"fLaC") else "not sound that we can read"
        raise CannotDo(f"{path}: {what}; {SUFFIXES_HELP}") from None
    data = np.concatenate(blocks) if blocks else np.zeros((0, channels), np.int16)
    warning = None
    if missing or broken or len(data) < promised:
        warning = f"{path}: shorter than its header says; playing the {len(data) / rate:.1f} s that are there"
    if not exact and len(data) and not np.isfinite(data).all():
        raise CannotDo(f"{path}: holds numbers that are not sound (infinite or not a number)")
    return data, rate, warning


def _missing_wav_bytes(path: Path, size: int) -> int:
    """How many bytes of the `data` chunk its header promises and the file does not hold (0 where all are there).

    CannotDo where the file ends before the sound begins. libsndfile repairs both silently, so we look ourselves.
    """
    cut = CannotDo(f"{path}: its header is cut; {SUFFIXES_HELP}")
    at = 12
    with path.open("rb") as file:
        while True:
            file.seek(at)
            chunk = file.read(8)
            if len(chunk) < 8:
                raise cut
            name, length = struct.unpack("<4sI", chunk)
            if name == b"data":
                if length == 0xFFFFFFFF or length == 0:  # written by a stream that could not seek back
                    return 0
                return max(0, at + 8 + int(length) - size)
            at += 8 + int(length) + (int(length) & 1)
            if at >= size:
                raise cut


def _at_16k(channel: npt.NDArray[np.int16] | npt.NDArray[np.float64], rate: int) -> Samples:
    """One channel -> int16 at 16 kHz: resampled in float64 by soxr (HQ), rounded half to even, clipped."""
    if channel.dtype == np.int16:
        if rate == RATE_HZ:
            return np.ascontiguousarray(channel, np.int16)
        wide = channel.astype(np.float64)
    else:
        wide = channel.astype(np.float64) * 32768.0
    if rate != RATE_HZ and len(wide):
        import soxr

        wide = np.asarray(soxr.resample(wide, rate, RATE_HZ, quality="HQ"), np.float64)
    return np.clip(np.rint(wide), -32768, 32767).astype(np.int16)
