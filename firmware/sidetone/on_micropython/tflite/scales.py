"""Scales as integers: the multipliers, limits and tables that TensorFlow Lite Micro derives from float scales, without a float.

The device's floats are single precision and TFLM derives with doubles, so its double arithmetic is repeated here on integers: a
float32 is (mantissa, exponent), a double is rounded to 53 bits by hand. Runs on any Python; used once, when a model is loaded.
"""

ONE = 0x7FFFFFFF  # 1.0 in Q31, as near as it comes


def float_parts(bits):
    """The bits of a normal positive float32 -> (mantissa, exponent) with value = mantissa * 2**exponent."""
    return (bits & 0x7FFFFF) | 0x800000, (bits >> 23) - 150


def _rounded(numerator, denominator, exponent, precision):
    """numerator / denominator * 2**exponent rounded to `precision` bits, ties to even -> (mantissa, exponent)."""
    shift = precision - (_bits(numerator) - _bits(denominator))
    while True:
        top = numerator << shift if shift >= 0 else numerator
        bottom = denominator if shift >= 0 else denominator << -shift
        mantissa, rest = divmod(top, bottom)
        if mantissa >> precision == 0:
            break
        shift -= 1
    if 2 * rest > bottom or (2 * rest == bottom and mantissa & 1):
        mantissa += 1
    return mantissa, exponent - shift


def _bits(value):
    count = 0
    while value >= 1 << 24:  # far from small integers, every step makes a new one
        value >>= 24
        count += 24
    while value >= 64:
        value >>= 6
        count += 6
    while value:
        value >>= 1
        count += 1
    return count


def product(a, b):
    """Exact product of two (mantissa, exponent)."""
    return a[0] * b[0], a[1] + b[1]


def single(number):
    """A (mantissa, exponent) rounded to float32."""
    return _rounded(number[0], 1, number[1], 24)


def multiplier(numerator, denominator):
    """(mantissa, exponent) / (mantissa, exponent), as a double, -> (Q31 multiplier, shift): value = multiplier / 2**31 * 2**shift."""
    mantissa, exponent = _rounded(numerator[0], denominator[0], numerator[1] - denominator[1], 53)
    width = _bits(mantissa)  # 53, or 54 where rounding carried
    fixed = ((mantissa >> (width - 32)) + 1) >> 1
    shift = exponent + width
    if fixed >> 31:
        fixed >>= 1
        shift += 1
    if shift < -31:
        return 0, 0
    return fixed, shift


def high_product(a, b):
    """Rounded a * b / 2**31 of two int32 (saturating, doubling, high)."""
    if a == b == -0x80000000:
        return ONE
    return (a * b + 0x40000000) >> 31


def rounded_shift(x, bits):
    """x / 2**bits, ties away from zero."""
    if bits == 0:
        return x
    return (x - (1 if x < 0 else 0) + (1 << (bits - 1))) >> bits


def scaled(x, fixed, shift):
    """x times a multiplier: TFLM's MultiplyByQuantizedMultiplier with two roundings."""
    if shift > 0:
        return high_product(x << shift, fixed)
    return rounded_shift(high_product(x, fixed), -shift)


def limits(activation, scale_bits, zero_point):
    """(lowest, highest) int8 output of a fused activation: 0 none, 1 RELU, 3 RELU6."""
    low, high = -128, 127
    if activation:
        low = max(low, zero_point)
    if activation == 3:
        scale = float_parts(scale_bits)
        mantissa, exponent = _rounded(6, scale[0], -scale[1], 24)  # 6.0 / scale as float32
        steps = mantissa << exponent if exponent >= 0 else (mantissa + (1 << (-exponent - 1))) >> -exponent
        high = min(high, zero_point + steps)
    return low, high


def requantize_table(scale_in, zero_in, low_in, scale_out, zero_out, low_out):
    """QUANTIZE from one 8-bit type to another: 256 outputs less low_out, for inputs low_in .. low_in + 255. Scales as parts."""
    fixed, shift = multiplier(scale_in, scale_out)
    table = bytearray(256)
    for i in range(256):
        value = scaled(i + low_in - zero_in, fixed, shift) + zero_out
        table[i] = max(0, min(255, value - low_out))
    return table


def logistic_table(scale_in, zero_in):
    """LOGISTIC from int8 to int8 with scale 1/256 and zero point -128: 256 outputs + 128, for inputs -128 .. 127."""
    fixed, shift = multiplier((scale_in[0], scale_in[1] + 27), (1, 0))  # 4 integer bits
    radius = ((15 << 27) >> shift) if shift >= 0 else (15 << 27) << -shift
    table = bytearray(256)
    for i in range(256):
        x = i - 128 - zero_in
        if x <= -radius:
            table[i] = 0
        elif x >= radius:
            table[i] = 255
        else:
            table[i] = min(255, max(0, rounded_shift(_logistic_q31(scaled(x, fixed, shift)), 23)))
    return table


def _logistic_q31(x):
    """1 / (1 + exp(-x)) for x in Q27, in gemmlowp's fixed-point steps."""
    if x == 0:
        return 1 << 30
    positive = _inverse_of_one_plus(_exp_of_negative(-abs(x)))
    return positive if x > 0 else ONE - positive


# exp(-2**k) for k = -2 .. 3, Q31
_EXP_FACTORS = (1672461947, 1302514674, 790015084, 290630308, 39332535, 720401)


def _exp_of_negative(a):
    """exp of a Q27 number <= 0, Q31: a quarter's remainder by a polynomial, whole quarters by a factor for each bit."""
    if a == 0:
        return ONE
    quarter = 1 << 25
    rest = (a & (quarter - 1)) - quarter
    result = _exp_near_an_eighth(rest << 4)
    whole = rest - a
    for k in range(6):
        if whole & (quarter << k):
            result = high_product(result, _EXP_FACTORS[k])
    return result


def _exp_near_an_eighth(a):
    """exp of a Q31 number in -1/4 .. 0, by its Taylor polynomial around -1/8."""
    x = a + (1 << 28)
    x2 = high_product(x, x)
    x3 = high_product(x2, x)
    x4 = high_product(x2, x2)
    tail = rounded_shift(high_product(rounded_shift(x4, 2) + x3, 715827883) + x2, 1)
    return 1895147668 + high_product(1895147668, x + tail)


def _inverse_of_one_plus(a):
    """1 / (1 + a) for a Q31 number in 0 .. 1, Q31: three Newton steps on half the denominator, in Q29."""
    half = (a + ONE + 1) >> 1
    x = 1515870810 + high_product(half, -1010580540)
    for _ in range(3):
        x += _saturated(high_product(x, (1 << 29) - high_product(half, x)) << 2)
    return _saturated(x << 1)


def _saturated(x):
    return max(-0x80000000, min(ONE, x))
