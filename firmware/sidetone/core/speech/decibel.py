"""Decibels in integers: power sums to dB in Q8 (256 = 1 dB) and back, by a log table made of integers.

Every value stays inside int32 and the interpolation error is under 1/256 dB, so both runtimes and the numpy
kernels, which repeat this arithmetic on vectors, get the same numbers bit for bit.
"""

FLOOR_Q8 = -120 * 256  # what a hop without any energy reads; the quietest non-zero hop reads -112.4 dBFS
FULL_SCALE_BITS = 30  # RMS 1.0 = 32768, so a mean square of 2**30 is 0 dBFS
TABLE_BITS = 6  # 64 steps an octave with linear interpolation: error 0.0002 dB


def _make_log2_q16():
    """log2(1 + i/64) for i = 0..64 in Q16, by repeated squaring of a 30-bit mantissa (no float anywhere)."""
    table = []
    for i in range(1 << TABLE_BITS):
        x = ((1 << TABLE_BITS) + i) << (29 - TABLE_BITS)  # Q29, 1.0 <= x < 2.0
        result = 0
        for _ in range(17):
            x = (x * x) >> 29
            result <<= 1
            if x >= 1 << 30:
                x >>= 1
                result += 1
        table.append((result + 1) >> 1)
    table.append(65536)
    return tuple(table)


def _make_exp2_q15():
    """2**(i/64) for i = 0..64 in Q15: the inverse of the table above, found by bisection on it."""
    table = []
    for i in range(1 << TABLE_BITS):
        low = 32768
        high = 65536 if i else low + 1
        while high - low > 1:
            middle = (low + high) // 2
            if log2_q12(middle << 14) - (29 << 12) <= i << (12 - TABLE_BITS):
                low = middle
            else:
                high = middle
        table.append(low)
    table.append(65536)
    return tuple(table)


LOG2_Q16 = _make_log2_q16()


def log2_q12(value):
    """log2 of an integer >= 1, in Q12."""
    exponent = 0
    top = value
    while top >= 1 << 16:  # whole bytes first: a 38-bit sum needs two steps and fourteen halvings would be slow
        top >>= 8
        exponent += 8
    while top >= 2:
        top >>= 1
        exponent += 1
    mantissa = value >> (exponent - 15) if exponent >= 15 else value << (15 - exponent)
    mantissa &= 0x7FFF
    index = mantissa >> (15 - TABLE_BITS)
    rest = mantissa & ((1 << (15 - TABLE_BITS)) - 1)
    low = LOG2_Q16[index]
    fraction = low + (((LOG2_Q16[index + 1] - low) * rest) >> (15 - TABLE_BITS))
    return (exponent << 12) + (fraction >> 4)


def log2_to_db_q8(log2):
    """A log2 of power in Q12 -> dB in Q8: times 10*log10(2)*256 = 770.64, as 770 + 41/64 to stay in int32."""
    return (log2 * 770 + ((log2 * 41) >> 6)) >> 12


def power_db_q8(total, count_db_q8):
    """Sum of squares -> dBFS in Q8; `count_db_q8` is 10*log10(number of samples) in Q8. FLOOR_Q8 for 0."""
    if total <= 0:
        return FLOOR_Q8
    return log2_to_db_q8(log2_q12(total)) - FULL_SCALE_DB_Q8 - count_db_q8


FULL_SCALE_DB_Q8 = log2_to_db_q8(FULL_SCALE_BITS << 12)
EXP2_Q15 = _make_exp2_q15()


def mean_square(level_q8):
    """dBFS in Q8 -> mean square, 0 dBFS = 2**29 (half of full scale keeps MicroPython's small integers); 0 below -87 dB."""
    # 10885/2048 = 4096/770.64: Q8 dB to Q12 octaves
    log2 = ((level_q8 * 10885) >> 11) + (29 << 12)
    if log2 < 0:
        return 0
    if log2 >= 30 << 12:
        log2 = (30 << 12) - 1
    index = (log2 >> (12 - TABLE_BITS)) & ((1 << TABLE_BITS) - 1)
    rest = log2 & ((1 << (12 - TABLE_BITS)) - 1)
    low = EXP2_Q15[index]
    value = low + (((EXP2_Q15[index + 1] - low) * rest) >> (12 - TABLE_BITS))  # Q15, 1..2
    shift = (log2 >> 12) - 15
    return value << shift if shift >= 0 else value >> -shift


def mean_square_db_q8(value):
    """The inverse of mean_square: 2**29 -> 0; FLOOR_Q8 for 0."""
    if value <= 0:
        return FLOOR_Q8
    return log2_to_db_q8(log2_q12(value)) - log2_to_db_q8(29 << 12)
