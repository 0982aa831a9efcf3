"""Integer measurements of the raw hop in viper: the twin of on_cpython/kernels.py, number for number (its head says what is computed).

All signals are kept in memory as uint16 of value + 32768, because viper's loads are unsigned; a sum over n samples is then too large
by n * 32768, which each kernel takes off at once. Sums of squares (38 bits) are two words: of q >> 15 and of q & 32767.
"""

from array import array

import micropython
from micropython import const
from sidetone.core.speech import decibel

HOP_SAMPLES = 160
DC_HOPS = 64
PITCH_HOPS = 2
PITCH_SPAN = 185
PITCH_REFERENCE_LOG2_Q12 = 58663
PITCH_FLOOR = 32

_LAG_LOW = const(8)
_COUNT_160_DB_Q8 = const(5643)
_COUNT_80_DB_Q8 = const(4872)
_SILENCE = const(32768)

# Histories before each hop's new samples, as in on_cpython: 30 of y, 22 of y8, 8 of h8.
_Y, _Y8, _H8 = const(30), const(22), const(8)

_LOG2 = array("i", decibel.LOG2_Q16)


@micropython.viper
def survey(samples: ptr16, first: int, out: ptr32):
    """samples[first : first + 160] -> out int32[4]: sum, highest, lowest, how many are at or over 32000."""
    p = ptr16(int(samples) + (first << 1))
    total = 0
    highest = 0 - 32768
    lowest = 32767
    clipped = 0
    n = 160
    while n:
        x = (p[0] ^ 0x8000) - 0x8000
        p = ptr16(int(p) + 2)
        total += x
        if x > highest:
            highest = x
        if x < lowest:
            lowest = x
        if x >= 32000 or x <= 0 - 32000:
            clipped += 1
        n -= 1
    out[0] = total
    out[1] = highest
    out[2] = lowest
    out[3] = clipped


@micropython.viper
def centre(samples: ptr16, first: int, mean: int, y: ptr16, power: ptr32):
    """y uint16[30 + 160]: its last 30 go to the front, then samples - mean, clipped; power: the hop's sum of squares."""
    i = 0
    while i < 30:
        y[i] = y[i + 160]
        i += 1
    p = ptr16(int(samples) + (first << 1))
    q = ptr16(int(y) + 60)
    high = 0
    low = 0
    n = 160
    while n:
        x = (p[0] ^ 0x8000) - 0x8000 - mean
        if x > 32767:
            x = 32767
        if x < 0 - 32768:
            x = 0 - 32768
        q[0] = x + 32768
        x = x * x
        high += x >> 15
        low += x & 0x7FFF
        p = ptr16(int(p) + 2)
        q = ptr16(int(q) + 2)
        n -= 1
    power[0] = high
    power[1] = low


@micropython.viper
def halve_to_8k(acc: int, x: int, p: ptr16, target: ptr16, count: int):
    """Every second sample of p low-passed at 3.5 kHz (LOWPASS_8K of on_cpython/kernels.py, mirrored) -> target[count].

    `acc` and `x` are arguments for their registers, as in tflite/kernels.py.
    """
    while count:
        acc = 8192 - (1 << 29)  # rounding, less 32768 * 2**14 for the offset
        x = p[0]
        x += p[31]
        acc -= x * 11
        x = p[1]
        x += p[30]
        acc += x * 9
        x = p[2]
        x += p[29]
        acc += x * 43
        x = p[3]
        x += p[28]
        acc -= x * 14
        x = p[4]
        x += p[27]
        acc -= x * 108
        x = p[5]
        x += p[26]
        acc += x * 6
        x = p[6]
        x += p[25]
        acc += x * 218
        x = p[7]
        x += p[24]
        acc += x * 35
        x = p[8]
        x += p[23]
        acc -= x * 392
        x = p[9]
        x += p[22]
        acc -= x * 145
        x = p[10]
        x += p[21]
        acc += x * 666
        x = p[11]
        x += p[20]
        acc += x * 400
        x = p[12]
        x += p[19]
        acc -= x * 1158
        x = p[13]
        x += p[18]
        acc -= x * 1093
        x = p[14]
        x += p[17]
        acc += x * 2673
        x = p[15]
        x += p[16]
        acc += x * 7063
        acc = acc >> 14
        if acc > 32767:
            acc = 32767
        if acc < 0 - 32768:
            acc = 0 - 32768
        target[0] = acc + 32768
        target = ptr16(int(target) + 2)
        p = ptr16(int(p) + 4)
        count -= 1


@micropython.viper
def halve_to_4k(acc: int, x: int, p: ptr16, target: ptr16, count: int):
    """Every second sample of p low-passed at 1.1 kHz (LOWPASS_4K of on_cpython/kernels.py, mirrored) -> target[count]."""
    while count:
        acc = 8192 - (1 << 29)  # rounding, less 32768 * 2**14 for the offset
        x = p[0]
        x += p[23]
        acc -= x * 16
        x = p[1]
        x += p[22]
        acc -= x * 33
        x = p[2]
        x += p[21]
        acc += x * 8
        x = p[3]
        x += p[20]
        acc += x * 131
        x = p[4]
        x += p[19]
        acc += x * 212
        x = p[5]
        x += p[18]
        acc += x * 36
        x = p[6]
        x += p[17]
        acc -= x * 427
        x = p[7]
        x += p[16]
        acc -= x * 777
        x = p[8]
        x += p[15]
        acc -= x * 350
        x = p[9]
        x += p[14]
        acc += x * 1188
        x = p[10]
        x += p[13]
        acc += x * 3327
        x = p[11]
        x += p[12]
        acc += x * 4893
        acc = acc >> 14
        if acc > 32767:
            acc = 32767
        if acc < 0 - 32768:
            acc = 0 - 32768
        target[0] = acc + 32768
        target = ptr16(int(target) + 2)
        p = ptr16(int(p) + 4)
        count -= 1


@micropython.viper
def running_sums(source: ptr16, sums: ptr32, length: int, count: int):
    """sums[i] = source[i] + .. + source[i + length - 1], i < count."""
    total = 0
    i = 0
    while i < length:
        total += source[i]
        i += 1
    sums[0] = total
    i = 1
    while i < count:
        total += source[i + length - 1]
        total -= source[i - 1]
        sums[i] = total
        i += 1


@micropython.viper
def high_pass(y8: ptr16, sums: ptr32, h8: ptr16, power: ptr32):
    """y8 uint16[22 + 80] and its running sums of 12 -> h8 uint16[8 + 80]: last 8 to the front, then y8 less its double average."""
    i = 0
    while i < 8:
        h8[i] = h8[i + 80]
        i += 1
    total = 0 - 144 * 32768
    i = 0
    while i < 12:
        total += sums[i]
        i += 1
    high = 0
    low = 0
    i = 0
    while i < 80:
        x = y8[i + 11] - 32768 - ((total * 455 + 32768) >> 16)
        total += sums[i + 12]
        total -= sums[i]
        if x > 32767:
            x = 32767
        if x < 0 - 32768:
            x = 0 - 32768
        h8[i + 8] = x + 32768
        x = x * x
        high += x >> 15
        low += x & 0x7FFF
        i += 1
    power[0] = high
    power[1] = low


@micropython.viper
def vowel_power(sums: ptr32, power: ptr32):
    """Sum of squares of 80 samples of h8's 5-by-5 double average; sums: h8's running sums of 5, int32[85]."""
    total = 0 - 25 * 32768
    i = 0
    while i < 5:
        total += sums[i]
        i += 1
    high = 0
    low = 0
    i = 0
    while i < 80:
        x = ((total >> 4) * 2621 + 2048) >> 12
        total += sums[i + 5]
        total -= sums[i]
        x = x * x
        high += x >> 15
        low += x & 0x7FFF
        i += 1
    power[0] = high
    power[1] = low


@micropython.viper
def power_db(power: ptr32, table: ptr32, count_db_q8: int) -> int:
    """decibel.power_db_q8 of a sum of squares in two words; table: LOG2_Q16; count_db_q8 with full scale added. 1 for no power."""
    high = power[0] + (power[1] >> 15)
    low = power[1] & 0x7FFF
    if high == 0 and low == 0:
        return 1
    exponent = 0
    if high:
        x = high
        while x > 1:
            x >>= 1
            exponent += 1
        x = high >> (exponent - 15) if exponent > 15 else (high << (15 - exponent)) | (low >> exponent)
        exponent += 15
    else:
        x = low
        while x > 1:
            x >>= 1
            exponent += 1
        x = low << (15 - exponent)
    x = x & 0x7FFF
    below = table[x >> 9]
    x = below + (((table[(x >> 9) + 1] - below) * (x & 511)) >> 9)
    x = (exponent << 12) + (x >> 4)
    return ((x * 770 + ((x * 41) >> 6)) >> 12) - count_db_q8


@micropython.viper
def shift_down(signal: ptr16, count: int, by: int):
    """signal[0 .. count - 1] = signal[by .. by + count - 1]."""
    i = 0
    while i < count:
        signal[i] = signal[i + by]
        i += 1


@micropython.viper
def correlate(acc: int, x: int, frame: ptr16, scaled: ptr16, normalized: ptr16, work: ptr32) -> int:
    """frame uint16[185] of 4 kHz -> normalized uint16[59]: autocorrelation at lags 7..65, per mille + 4096. Returns the peak.

    scaled uint16[185]: the frame as 11 bits and sign + 2048. work int32[2 * 59]: products + 2**29, energies.
    """
    peak = 0
    i = 0
    while i < 185:
        x = frame[i] - 32768
        if x < 0:
            x = 0 - x
        if x > peak:
            peak = x
        i += 1
    shift = 0
    x = peak >> 11
    while x:
        x >>= 1
        shift += 1
    i = 0
    sum_a = 0
    own = 0
    sum_b = 0
    energy = 0
    while i < 185:
        x = ((frame[i] - 32768) >> shift) + 2048
        scaled[i] = x
        y = (x - 2048) * (x - 2048)
        if i < 120:
            sum_a += x
            own += y
        if i >= 7 and i < 127:
            sum_b += x
            energy += y
        i += 1
    most = 0
    lag = 7
    while lag < 66:
        p = scaled
        q = ptr16(int(scaled) + (lag << 1))
        acc = 0
        n = 5
        while n:
            x = p[0]
            acc += x * q[0]
            x = p[1]
            acc += x * q[1]
            x = p[2]
            acc += x * q[2]
            x = p[3]
            acc += x * q[3]
            x = p[4]
            acc += x * q[4]
            x = p[5]
            acc += x * q[5]
            x = p[6]
            acc += x * q[6]
            x = p[7]
            acc += x * q[7]
            x = p[8]
            acc += x * q[8]
            x = p[9]
            acc += x * q[9]
            x = p[10]
            acc += x * q[10]
            x = p[11]
            acc += x * q[11]
            x = p[12]
            acc += x * q[12]
            x = p[13]
            acc += x * q[13]
            x = p[14]
            acc += x * q[14]
            x = p[15]
            acc += x * q[15]
            x = p[16]
            acc += x * q[16]
            x = p[17]
            acc += x * q[17]
            x = p[18]
            acc += x * q[18]
            x = p[19]
            acc += x * q[19]
            x = p[20]
            acc += x * q[20]
            x = p[21]
            acc += x * q[21]
            x = p[22]
            acc += x * q[22]
            x = p[23]
            acc += x * q[23]
            p = ptr16(int(p) + 48)
            q = ptr16(int(q) + 48)
            n -= 1
        # sum (a - 2048)(b - 2048) out of sum ab, which may wrap round 32 bits: the result does not
        work[lag - 7] = acc - ((sum_a + sum_b) << 11) + (120 << 22) + 0x20000000
        x = own + energy
        work[lag + 52] = x
        if x > most:
            most = x
        if lag < 65:
            x = scaled[lag]
            y = scaled[lag + 120]
            sum_b += y - x
            energy += (y - 2048) * (y - 2048) - (x - 2048) * (x - 2048)
        lag += 1
    down = 0
    x = most >> 20
    while x:
        x >>= 1
        down += 1
    i = 0
    while i < 59:
        numerator = ((work[i] - 0x20000000) >> down) * 1000
        denominator = work[i + 59] >> (down + 1)
        if denominator < 1:
            denominator = 1
        negative = 0
        if numerator < 0:
            negative = 1
            numerator = denominator - 1 - numerator  # floor, not towards zero
        y = 0
        n = 11
        while n >= 0:
            if numerator >= (denominator << n):
                numerator -= denominator << n
                y += 1 << n
            n -= 1
        if negative:
            y = 0 - y
        normalized[i] = y + 4096
        i += 1
    return peak


@micropython.viper
def find_period(normalized: ptr16, fold_pm: int) -> int:
    """The index 0..56 (lag - 8) of the shortest period whose peak reaches fold_pm of the best one; -1 where there is no peak."""
    best = 0
    i = 1
    while i < 58:
        x = normalized[i]
        if x > 4096 and x > normalized[i - 1] and x >= normalized[i + 1] and x - 4096 > best:
            best = x - 4096
        i += 1
    if best == 0:
        return 0 - 1
    i = 1
    while i < 58:
        x = normalized[i]
        if x > 4096 and x > normalized[i - 1] and x >= normalized[i + 1] and (x - 4096) * 1000 >= best * fold_pm:
            return i - 1
        i += 1
    return 0 - 1


_OCTAVE_FOLD_PM = const(900)


class HopMeasures:
    """One block's measurements; `rows()`: one tuple a hop, in the order of Meter.hop's arguments after t_ms."""

    def __init__(self, rows):
        self._rows = rows

    def __len__(self):
        return len(self._rows)

    def rows(self):
        return self._rows


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
        self._hops = 0
        self._total = 0
        for signal in (self._y, self._y8, self._h8, self._y4):
            for i in range(len(signal)):
                signal[i] = _SILENCE
        for i in range(DC_HOPS):
            self._sums[i] = 0

    def block(self, samples):
        """int16 array [n*160], n >= 1 -> HopMeasures of n hops. The same numbers however a call is cut into blocks."""
        if len(samples) % HOP_SAMPLES or not len(samples):
            raise ValueError("a block is int16 and whole hops of 160 samples")
        return HopMeasures([self.hop(samples, first) for first in range(0, len(samples), HOP_SAMPLES)])

    def hop(self, samples, first):
        """One hop, samples[first : first + 160] -> (energy_q8, band_q8, vowel_q8, peak, clipped, flat, pitch_st_q8, voicing_pm)."""
        found = self._survey
        survey(samples, first, found)
        highest, lowest = found[1], found[2]
        place = self._hops % DC_HOPS
        self._total += found[0] - self._sums[place]
        self._sums[place] = found[0]
        self._hops += 1
        mean = self._total // (min(self._hops, DC_HOPS) * HOP_SAMPLES)
        power = self._power
        centre(samples, first, mean, self._y, power)
        energy_q8 = self._db(_COUNT_160_DB_Q8)
        shift_down(self._y8, _Y8, 80)
        halve_to_8k(0, 0, self._y, self._new8, 80)
        running_sums(self._y8, self._work, 12, 91)
        high_pass(self._y8, self._work, self._h8, power)
        band_q8 = self._db(_COUNT_80_DB_Q8)
        running_sums(self._h8, self._work, 5, 84)
        vowel_power(self._work, power)
        vowel_q8 = self._db(_COUNT_80_DB_Q8)
        pitch_st_q8 = voicing_pm = 0
        if self._pitch:
            shift_down(self._y4, PITCH_SPAN, 40)
            halve_to_4k(0, 0, self._y8, self._new4, 40)
            if self._hops % PITCH_HOPS == 0:
                pitch_st_q8, voicing_pm = self._find_pitch()
        flat = 1 if highest == lowest else 0
        return energy_q8, band_q8, vowel_q8, max(highest, -lowest), found[3], flat, pitch_st_q8, voicing_pm

    def _db(self, count_db_q8):
        level = power_db(self._power, _LOG2, decibel.FULL_SCALE_DB_Q8 + count_db_q8)
        return decibel.FLOOR_Q8 if level == 1 else level

    def _find_pitch(self):
        """(semitones over 50 Hz in Q8, voicing per mille) of the 46 ms that end with this hop, or (0, 0)."""
        normalized = self._normalized
        peak = correlate(0, 0, self._frame, self._scaled, normalized, self._work)
        if peak < PITCH_FLOOR:
            return 0, 0
        period = find_period(normalized, _OCTAVE_FOLD_PM)
        if period < 0:
            return 0, 0
        left, middle, right = normalized[period] - 4096, normalized[period + 1] - 4096, normalized[period + 2] - 4096
        lag_q8 = ((period + _LAG_LOW) << 8) + ((right - left) * 128) // max(2 * middle - left - right, 1)
        return ((PITCH_REFERENCE_LOG2_Q12 - decibel.log2_q12(lag_q8)) * 12) >> 4, min(max(middle, 0), 1000)
