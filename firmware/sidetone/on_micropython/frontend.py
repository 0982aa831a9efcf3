"""The TensorFlow Lite Micro audio front end in viper: bit-identical to `pymicro-features`, which on_cpython uses.

    480 samples -> Hann (Q12) -> shifted to 15 bits -> real FFT of 512 (as 256 complex points, 16-bit, halved every level)
    -> energies                                                                                              (viper/spectrum.py)
    -> 40 mel channels (Q12 triangles) -> square root -> noise reduction -> gain control (PCAN) -> log, uint16    (viper/mel.py)

Every intermediate fits int32, so the integers are the same where a machine word has 32 bits and where it has 64.
"""

from array import array

from sidetone.on_micropython import frontend_tables as tables
from sidetone.on_micropython.viper import mel, spectrum

HOP_SAMPLES = 160
WINDOW_SAMPLES = 480
CHANNELS = 40
_BINS = 256


def _make_twiddles():
    """cos and -sin of 2 pi i / 256, i = 0..191 (what a radix-4 level can ask for), int16 pairs."""
    sine = tables.QUARTER_SINE
    pairs = array("h")
    for i in range(192):
        u = (2 * i) % 512  # in steps of pi/256
        pairs.append(-_sine(sine, u + 128 + 256))  # cos u = sin(u + pi/2) = -sin(u + 3 pi/2)
        pairs.append(-_sine(sine, u))
    return pairs


def _sine(sine, u):
    u %= 512
    if u > 256:
        return -_sine(sine, u - 256)
    return sine[256 - u if u > 128 else u]


_WINDOW = array("h", tables.WINDOW)
_TWIDDLES = _make_twiddles()
_SINE = array("h", tables.QUARTER_SINE)
_BAND_BINS = bytes(tables.BAND_BINS)
_WEIGHTS = array("h", tables.FALLING_WEIGHTS)
_GAINS = array("h", tables.PCAN_GAINS)
_LOGS = array("h", tables.LOG_CORRECTIONS)
# The first level takes complex points j, j+64, j+128, j+192 in the order of j's three base-4 digits reversed.
_REVERSED = bytes([(b >> 4) | (b & 12) | (b & 3) << 4 for b in range(64)])


class FrontEnd:
    """One channel's front end; its noise estimate and gain run through the whole call."""

    def __init__(self):
        self._history = array("h", bytes(2 * WINDOW_SAMPLES))
        self._windowed = array("h", bytes(2 * 512))  # the last 32 stay zero
        self._z = array("H", bytes(2 * 512))
        self._energy = array("i", bytes(4 * _BINS))
        self._roots = array("i", bytes(4 * CHANNELS))
        self._noise = array("i", bytes(4 * CHANNELS))
        self._hops = 0

    def reset(self):
        """Forget everything heard: the next hop is the first of a new call."""
        for i in range(CHANNELS):
            self._noise[i] = 0
        self._hops = 0

    def hop(self, samples, first, out):
        """One hop, samples[first : first + 160] of an int16 array -> out, a uint16 array of 40. Allocates nothing.

        False, and out untouched, for the first two hops after a reset: the window is not full yet.
        """
        spectrum.shift_in(self._history, samples, first)
        if self._hops < 2:
            self._hops += 1
            return False
        shift = spectrum.apply_window(0, 0, self._history, _WINDOW, self._windowed)
        z = self._z
        spectrum.first_level(z, z, shift, self._windowed, _REVERSED, z)
        spectrum.next_levels(0, 0, z, z, _TWIDDLES)
        spectrum.energies(0, 0, z, _SINE, self._energy)
        mel.channel_roots(0, 0, self._energy, _BAND_BINS, _WEIGHTS, self._roots, shift)
        mel.compress(self._roots, self._noise, _GAINS, _LOGS, out)
        return True

    def block(self, samples):
        """int16 array of whole hops -> list of uint16 arrays of 40; one a hop but for the first two after a reset.

        ValueError where the block is not whole hops.
        """
        if len(samples) % HOP_SAMPLES:
            raise ValueError("a block is int16 and whole hops of 160 samples")
        frames = []
        for first in range(0, len(samples), HOP_SAMPLES):
            frame = array("H", bytes(2 * CHANNELS))
            if self.hop(samples, first, frame):
                frames.append(frame)
        return frames


def quantize(frames):
    """Frames of `block` -> a list of int8 arrays of 40, the network's input."""
    rows = []
    for frame in frames:
        row = array("b", bytes(len(frame)))
        mel.quantize_frame(frame, row, len(frame))
        rows.append(row)
    return rows
