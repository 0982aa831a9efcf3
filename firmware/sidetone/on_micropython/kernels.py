"""Integer measurements of the raw hop: the twin of on_cpython/kernels.py, number for number (its head says what is computed)."""

from array import array

from micropython import const
from sidetone.core.speech import decibel
from sidetone.on_micropython.viper import filters, pitch

HOP_SAMPLES = 160
DC_HOPS = 64
PITCH_SPAN = 185
PITCH_REFERENCE_LOG2_Q12 = 58663
PITCH_FLOOR = 32
OCTAVE_FOLD_PM = 900

_COUNT_160_DB_Q8 = const(5643)
_COUNT_80_DB_Q8 = const(4872)
_SILENCE = const(32768)

# Histories before each hop's new samples, as in on_cpython: 30 of y, 22 of y8, 8 of h8.
_Y = const(30)
_Y8 = const(22)
_H8 = const(8)

_LOG2 = array("i", decibel.LOG2_Q16)
_ENERGY_DB_Q8 = decibel.FULL_SCALE_DB_Q8 + _COUNT_160_DB_Q8
_BAND_DB_Q8 = decibel.FULL_SCALE_DB_Q8 + _COUNT_80_DB_Q8


class HopMeasures:
    """One block's measurements; `rows()`: one tuple a hop, in the order of Meter.hop's arguments after t_ms."""

    def __init__(self, rows):
        self._rows = rows

    def __len__(self):
        return len(self._rows)

    def rows(self):
        return self._rows


class _Row:
    """Stands for a meter where the numbers themselves are wanted."""

    def hop(self, t_ms, *numbers):
        self.numbers = numbers


class ChannelKernels:
    """The measurements of one channel, carried across blocks. `pitch=False` leaves pitch out."""

    def __init__(self, pitch=True):
        self._pitch = pitch
        self._sums = array("i", bytes(4 * DC_HOPS))  # of the last 64 hops
        self._y = array("H", bytes(2 * (_Y + HOP_SAMPLES)))
        self._y8 = array("H", bytes(2 * (_Y8 + 80)))
        self._h8 = array("H", bytes(2 * (_H8 + 80)))
        self._y4 = array("H", bytes(2 * (PITCH_SPAN + 40)))
        self._new8 = memoryview(self._y8)[_Y8:]
        self._new4 = memoryview(self._y4)[PITCH_SPAN:]
        self._frame = memoryview(self._y4)[40:]
        self._scaled = array("H", bytes(2 * PITCH_SPAN))
        self._normalized = array("H", bytes(2 * 59))
        self._work = array("i", bytes(4 * 2 * 59))
        self._survey = array("i", bytes(16))
        self._power = array("i", bytes(8))
        self.reset()

    def reset(self):
        """Forget everything heard."""
        self._samples = None
        self._hops = 0  # so far, DC_HOPS at most
        self._place = 0  # of this hop in _sums, and its number's lowest bit
        self._total = 0
        for signal in (self._y, self._y8, self._h8, self._y4):
            for i in range(len(signal)):
                signal[i] = _SILENCE
        for i in range(DC_HOPS):
            self._sums[i] = 0

    def block(self, samples):
        """int16 array [n*160], n >= 1 -> HopMeasures of n hops. The same numbers however a call is cut into blocks."""
        self.begin(samples)
        rows, row = [], _Row()
        for hop in range(len(samples) // HOP_SAMPLES):
            self.measure(hop, 0, row)
            rows.append(row.numbers)
        return HopMeasures(rows)

    def begin(self, samples):
        """A block, int16 array [n*160], n >= 1: its hops are measured one by one, in order."""
        if len(samples) % HOP_SAMPLES or not len(samples):
            raise ValueError("a block is int16 and whole hops of 160 samples")
        self._samples = samples

    def measure(self, hop, t_ms, meter):
        """Hop number `hop` of the block, which ends at t_ms, to meter.hop. Allocates nothing."""
        samples, first = self._samples, hop * HOP_SAMPLES
        found = self._survey
        filters.survey(0, 0, samples, first, found)
        highest = found[1]
        lowest = found[2]
        place = self._place
        sums = self._sums
        total = self._total + found[0] - sums[place]
        self._total = total
        sums[place] = found[0]
        self._place = place + 1 if place < 63 else 0
        if self._hops < DC_HOPS:
            self._hops += 1
        y, y8, h8 = self._y, self._y8, self._h8  # four at once would be a tuple
        work, power = self._work, self._power
        filters.centre(0, 0, samples, first, total // (self._hops * HOP_SAMPLES), y, power)
        energy_q8 = filters.power_db(power, _LOG2, _ENERGY_DB_Q8)
        filters.shift_down(y8, y8, _Y8, 80)
        filters.halve_to_8k(0, 0, y, self._new8, 80)
        filters.running_sums(0, 0, y8, work, 12, 91)
        filters.high_pass(0, 0, y8, work, h8, power)
        band_q8 = filters.power_db(power, _LOG2, _BAND_DB_Q8)
        filters.running_sums(0, 0, h8, work, 5, 84)
        filters.vowel_power(0, 0, work, power)
        vowel_q8 = filters.power_db(power, _LOG2, _BAND_DB_Q8)
        found_pitch = 0
        if self._pitch:
            filters.shift_down(self._y4, self._y4, PITCH_SPAN, 40)
            filters.halve_to_4k(0, 0, y8, self._new4, 40)
            if place & 1:
                found_pitch = self._find_pitch()
        peak = highest if highest > -lowest else -lowest
        meter.hop(
            t_ms,
            energy_q8,
            band_q8,
            vowel_q8,
            peak,
            found[3],
            1 if highest == lowest else 0,
            found_pitch >> 10,
            found_pitch & 1023,
        )

    def _find_pitch(self):
        """Semitones over 50 Hz in Q8, * 1024, and voicing per mille of the 46 ms that end with this hop; or 0."""
        normalized = self._normalized
        peak = pitch.correlate(0, self._frame, self._frame, self._frame, self._scaled, normalized, self._work)
        if peak < PITCH_FLOOR:
            return 0
        period = pitch.find_period(normalized, OCTAVE_FOLD_PM)
        if period < 0:
            return 0
        return pitch.semitones(normalized, period, _LOG2, PITCH_REFERENCE_LOG2_Q12)
