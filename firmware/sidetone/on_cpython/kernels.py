"""Integer measurements of the raw hop, beside the network: level, speech-band energy, clipping, pitch.

The front end's gain control removes level, so volume and syllables are measured here. Everything is exact integer
arithmetic that a 32-bit machine can repeat (on_micropython has the same kernels in viper), so the numbers do not
depend on the machine, on numpy's version or on how a call is cut into blocks:

    x    int16, 16 kHz
    y    x less its mean over the last 64 hops (a DC offset is not loudness), clipped to int16
    y8   y low-passed at 3.5 kHz (32 taps, Q14, int32 sums) at 8 kHz
    h8   y8 less its 12-by-12 double moving average: high-passed at 300 Hz (hum at 50 Hz is 34 dB down)
    v8   h8's 5-by-5 double moving average: 300-900 Hz, where vowels are strongest
    y4   y8 low-passed at 1.1 kHz (24 taps) at 4 kHz: pitch
    energies are sums of squares of 38 bits; a 32-bit machine keeps them as sum(q >> 15) and sum(q & 32767)

Sums of squares become dB by core/speech/decibel.py's table, repeated here on vectors.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from sidetone.core.speech import decibel

HOP_SAMPLES = 160
DC_HOPS = 64  # 640 ms: long against speech, short against a call
CLIP_AT = 32000  # just under the tops of A-law (32256), mu-law (32124) and int16, so a clipped call of any codec shows

# Kaiser (beta 5) low-passes, Q14, sums exactly 2**14. Sum of |taps| < 2**15, so int16 in gives int32 sums.
LOWPASS_8K = (-11, 9, 43, -14, -108, 6, 218, 35, -392, -145, 666, 400, -1158, -1093, 2673, 7063)  # and mirrored
LOWPASS_4K = (-16, -33, 8, 131, 212, 36, -427, -777, -350, 1188, 3327, 4893)  # and mirrored
AVERAGE = 12  # samples of 8 kHz; 1/144 = 455/65536
VOWEL_AVERAGE = 5  # -5 dB at 900 Hz, none at 1.6 kHz; 1/25 = 2621/65536

PITCH_WINDOW = 120  # samples of 4 kHz, 30 ms: two periods at 67 Hz
LAG_LOW, LAG_HIGH = 8, 64  # 500 Hz .. 62.5 Hz
PITCH_HOPS = 2  # pitch every 20 ms
PITCH_SPAN = PITCH_WINDOW + LAG_HIGH + 1
PITCH_REFERENCE_LOG2_Q12 = 58663  # log2 of the period of 50 Hz: 80 samples at 4 kHz in Q8, 20480
OCTAVE_FOLD_PM = 900  # the shortest lag whose peak reaches this part of the best is the period, not its double
# A frame this quiet has no pitch worth its price (and block floating point would amplify its rounding noise).
PITCH_FLOOR = 32  # peak of |y4|, -60 dBFS

_COUNTS_DB_Q8 = np.array([[5643], [4872], [4872]], np.int64)  # 10*log10 of 160, 80 and 80 samples, * 256

Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]


class HopMeasures:
    """One block's measurements: lists of ints, one entry a hop.

    energy_q8    dBFS in Q8 of the hop's RMS, DC removed; decibel.FLOOR_Q8 for no energy at all
    band_q8      the same of 300-3500 Hz
    vowel_q8     the same of 300-900 Hz
    peak         largest |sample|, 0..32768
    clipped      samples at or over 32000
    flat         1 where all samples of the hop are equal: digital silence, or a dead converter
    pitch_st_q8  semitones over 50 Hz in Q8 (3.9 .. 39.9); 0 = no pitch, or a hop where none is computed (every second)
    voicing_pm   normalized autocorrelation at the pitch period, per mille; 0 where none is computed
    """

    __slots__ = ("band_q8", "clipped", "energy_q8", "flat", "peak", "pitch_st_q8", "voicing_pm", "vowel_q8")

    def __init__(
        self,
        energy_q8: list[int],
        band_q8: list[int],
        vowel_q8: list[int],
        peak: list[int],
        clipped: list[int],
        flat: list[int],
        pitch_st_q8: list[int],
        voicing_pm: list[int],
    ) -> None:
        self.energy_q8 = energy_q8
        self.band_q8 = band_q8
        self.vowel_q8 = vowel_q8
        self.peak = peak
        self.clipped = clipped
        self.flat = flat
        self.pitch_st_q8 = pitch_st_q8
        self.voicing_pm = voicing_pm

    def __len__(self) -> int:
        return len(self.energy_q8)

    def rows(self) -> Iterator[tuple[int, ...]]:
        """One tuple a hop, in the order of Meter.hop's arguments after t_ms."""
        return zip(
            self.energy_q8,
            self.band_q8,
            self.vowel_q8,
            self.peak,
            self.clipped,
            self.flat,
            self.pitch_st_q8,
            self.voicing_pm,
            strict=True,
        )


def _mirrored(half: tuple[int, ...]) -> Int32:
    return np.array(half + half[::-1], np.int32)


_TAPS_8K = _mirrored(LOWPASS_8K)
_TAPS_4K = _mirrored(LOWPASS_4K)
_LOG2_Q16 = np.array(decibel.LOG2_Q16, np.int64)
_TRANSFORM = 256  # >= PITCH_SPAN, so that no lag in use wraps round


def _windows(signal: npt.NDArray[np.int32], count: int, length: int, step: int) -> Int32:
    """[count, length] overlapping views, `step` samples apart."""
    size = signal.itemsize
    return np.lib.stride_tricks.as_strided(signal, (count, length), (step * size, size), writeable=False)


def log2_q12(values: Int64) -> Int64:
    """decibel.log2_q12 on a vector of integers >= 1 (< 2**53: exact as float64, so frexp gives their bits)."""
    fraction_of_two, power = np.frexp(values.astype(np.float64))
    mantissa = (fraction_of_two * 65536.0).astype(np.int64) & 0x7FFF
    index = mantissa >> 9
    low = _LOG2_Q16[index]
    fraction = low + (((_LOG2_Q16[index + 1] - low) * (mantissa & 511)) >> 9)
    return ((power.astype(np.int64) - 1) << 12) + (fraction >> 4)


def _power_db_q8(totals: Int64, count_db_q8: int | Int64) -> Int64:
    """decibel.power_db_q8 on vectors."""
    log2 = log2_q12(np.maximum(totals, 1))
    level = ((log2 * 770 + ((log2 * 41) >> 6)) >> 12) - (decibel.FULL_SCALE_DB_Q8 + count_db_q8)
    return np.where(totals > 0, level, decibel.FLOOR_Q8)


class ChannelKernels:
    """The measurements of one channel, carried across blocks. `pitch=False` leaves pitch out (a third of the cost)."""

    def __init__(self, pitch: bool = True) -> None:
        self._pitch = pitch
        self.reset()

    def reset(self) -> None:
        """Forget everything heard."""
        self._hops = 0
        self._sums: Int64 = np.zeros(DC_HOPS, np.int64)  # of the last 64 hops
        self._y: Int32 = np.zeros(len(_TAPS_8K) - 2, np.int32)
        self._y8: Int32 = np.zeros(2 * AVERAGE - 2, np.int32)  # also feeds the 4 kHz filter: 22 = 24 taps - 2
        self._h8: Int32 = np.zeros(2 * VOWEL_AVERAGE - 2, np.int32)
        self._y4: Int32 = np.zeros(PITCH_SPAN, np.int32)
        self._rows: list[tuple[int, ...]] = []

    def block(self, samples: npt.NDArray[np.int16]) -> HopMeasures:
        """int16 [n*160], n >= 1 -> HopMeasures of n hops. The same numbers however a call is cut into blocks."""
        if samples.dtype != np.int16 or len(samples) % HOP_SAMPLES or not len(samples):
            raise ValueError("a block is int16 and whole hops of 160 samples")
        hops = len(samples) // HOP_SAMPLES
        x = samples.astype(np.int32).reshape(hops, HOP_SAMPLES)
        highest = x.max(axis=1)
        lowest = x.min(axis=1)
        peak = np.maximum(highest, -lowest)
        clipped = [0] * hops
        if int(peak.max()) >= CLIP_AT:
            clipped = np.count_nonzero(np.abs(x) >= CLIP_AT, axis=1).tolist()

        y = self._without_dc(x, hops)
        energy = _energies(y, hops)
        y8 = self._at_8k(y.reshape(-1))
        history = np.concatenate((self._y8, y8))
        self._y8 = history[-len(self._y8) :]
        high = _high_passed(history, len(y8))
        vowels = np.concatenate((self._h8, high))
        self._h8 = vowels[-len(self._h8) :]
        sums = np.stack((energy, _energies(high, hops), _energies(_vowel_band(vowels), hops)))
        energy_q8, band_q8, vowel_q8 = _power_db_q8(sums, _COUNTS_DB_Q8).tolist()
        pitch, voicing = self._pitches(history, hops) if self._pitch else ([0] * hops, [0] * hops)
        self._hops += hops
        return HopMeasures(
            energy_q8,
            band_q8,
            vowel_q8,
            peak.tolist(),
            clipped,
            (highest == lowest).astype(np.int32).tolist(),
            pitch,
            voicing,
        )

    def begin(self, samples: npt.NDArray[np.int16]) -> None:
        """A block whose hops `measure` gives to a meter one by one, in order."""
        self._rows = list(self.block(samples).rows())

    def measure(self, hop: int, t_ms: int, meter: Any) -> None:
        """Hop number `hop` of the block, which ends at t_ms, to meter.hop."""
        meter.hop(t_ms, *self._rows[hop])

    def _without_dc(self, x: Int32, hops: int) -> Int32:
        """Subtract the floored mean of the last 64 hops (of all hops so far while there are fewer)."""
        sums = np.concatenate((self._sums, x.sum(axis=1, dtype=np.int64)))
        running = np.cumsum(sums)
        windowed = running[DC_HOPS:] - running[:-DC_HOPS]
        self._sums = sums[-DC_HOPS:]
        counts = np.minimum(np.arange(self._hops + 1, self._hops + hops + 1), DC_HOPS)
        mean = (windowed // (counts * HOP_SAMPLES)).astype(np.int32)
        if not mean.any():
            return x
        return np.clip(x - mean[:, None], -32768, 32767)

    def _at_8k(self, y: Int32) -> Int32:
        history = np.concatenate((self._y, y))
        self._y = history[-len(self._y) :]
        sums = _windows(history, len(y) // 2, len(_TAPS_8K), 2) @ _TAPS_8K
        return np.clip((sums + 8192) >> 14, -32768, 32767)

    def _pitches(self, y8: Int32, hops: int) -> tuple[list[int], list[int]]:
        """Pitch of every second hop of the call (its odd hops, 0-based), from the 46 ms that end with it."""
        length = hops * HOP_SAMPLES // 4
        sums = _windows(y8, length, len(_TAPS_4K), 2) @ _TAPS_4K
        history = np.concatenate((self._y4, np.clip((sums + 8192) >> 14, -32768, 32767)))
        self._y4 = history[-PITCH_SPAN:]
        pitch = [0] * hops
        voicing = [0] * hops
        first = (self._hops + 1) % PITCH_HOPS  # the block's first hop with an odd number in the call
        frames = len(range(first, hops, PITCH_HOPS))
        if not frames:
            return pitch, voicing
        start = history[(first + 1) * 40 :]
        found = _pitch_frames(np.ascontiguousarray(_windows(start, frames, PITCH_SPAN, 40 * PITCH_HOPS)))
        pitch[first::PITCH_HOPS], voicing[first::PITCH_HOPS] = found
        return pitch, voicing


def _energies(signal: Int32, hops: int) -> Int64:
    """Sum of squares of each hop."""
    rows = signal.reshape(hops, -1)
    return np.einsum("ij,ij->i", rows, rows, dtype=np.int64)


def _double_average(signal: Int32, length: int) -> Int64:
    """Sums over `length` samples of sums over `length` samples; 2 * length - 2 entries fewer than the signal."""
    once = np.cumsum(signal, dtype=np.int64)
    once = np.concatenate((once[length - 1 : length], once[length:] - once[:-length]))
    twice = np.cumsum(once)
    return np.concatenate((twice[length - 1 : length], twice[length:] - twice[:-length]))


def _high_passed(y8: Int32, count: int) -> Int32:
    """The last `count` samples of y8 (22 of history before them) less their double moving average, clipped to int16."""
    average = (_double_average(y8, AVERAGE) * 455 + 32768) >> 16
    return np.clip(y8[AVERAGE - 1 : AVERAGE - 1 + count] - average, -32768, 32767).astype(np.int32)


def _vowel_band(h8: Int32) -> Int32:
    """h8 (8 samples of history first) low-passed; 25 * 32768 * 2621 is over int32, so 4 bits are dropped first."""
    return (((_double_average(h8, VOWEL_AVERAGE) >> 4) * 2621 + 2048) >> 12).astype(np.int32)


def _pitch_frames(frames: Int32) -> tuple[list[int], list[int]]:
    """int32 [n, 185] of 4 kHz -> pitch (semitones over 50 Hz, Q8, 0 = none) and voicing (per mille), n entries each.

    The normalized autocorrelation 2 r(t) / (E0 + Et) over 120 samples. Frames are first shifted to 11 bits, so that
    every sum fits int32.
    """
    peak = np.abs(frames).max(axis=1)
    if int(peak.max()) < PITCH_FLOOR:
        return [0] * len(frames), [0] * len(frames)
    shift = np.maximum(np.frexp(peak.astype(np.float64))[1].astype(np.int32) - 11, 0)
    scaled = frames >> shift[:, None]
    # Correlation by Fourier transform: every product is an integer under 2**30 and float64 is off by under 1e-5, so
    # rounding makes it the exact integer that a sum of products gives.
    spectrum = np.conj(np.fft.rfft(scaled[:, :PITCH_WINDOW], _TRANSFORM)) * np.fft.rfft(scaled, _TRANSFORM)
    product = np.rint(np.fft.irfft(spectrum, _TRANSFORM)[:, LAG_LOW - 1 : LAG_HIGH + 2]).astype(np.int32)
    squares = np.concatenate((np.zeros((len(scaled), 1), np.int32), np.cumsum(scaled * scaled, axis=1, dtype=np.int32)), axis=1)
    own = squares[:, PITCH_WINDOW : PITCH_WINDOW + 1]
    energy = own + squares[:, LAG_LOW - 1 + PITCH_WINDOW : LAG_HIGH + 2 + PITCH_WINDOW] - squares[:, LAG_LOW - 1 : LAG_HIGH + 2]
    # Per mille needs 11 bits more: block floating point again, both to under 2**20.
    down = np.maximum(np.frexp((energy.max(axis=1) >> 1).astype(np.float64))[1].astype(np.int32) - 19, 0)[:, None]
    normalized = ((product >> down) * np.int32(1000)) // np.maximum(energy >> (down + 1), 1)

    middle = normalized[:, 1:-1]
    peaks = (middle > normalized[:, :-2]) & (middle >= normalized[:, 2:]) & (middle > 0)
    height = np.where(peaks, middle, 0)
    best = height.max(axis=1)
    period = np.argmax(height * 1000 >= (best * OCTAVE_FOLD_PM)[:, None], axis=1)
    here = np.arange(len(frames))
    left, centre, right = normalized[here, period], middle[here, period], normalized[here, period + 2]
    curve = np.maximum(2 * centre - left - right, 1)
    lag_q8 = ((period + LAG_LOW) << 8) + ((right - left) * 128) // curve
    semitones = ((PITCH_REFERENCE_LOG2_Q12 - log2_q12(lag_q8.astype(np.int64))) * 12) >> 4
    heard = (best > 0) & (peak >= PITCH_FLOOR)
    return np.where(heard, semitones, 0).tolist(), np.where(heard, np.clip(centre, 0, 1000), 0).tolist()
