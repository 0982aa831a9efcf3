"""The interpreter's sums of products in viper, and the rescaling of their results; right for machine words of 32 and (but for one) of 64 bits.

Every sum is left in `sums` as int32 + 2**29, because 32-bit loads are unsigned where a word has 64 bits; |sum| < 2**29. Activations
are bytes of u = q + 128, so that viper's unsigned loads need no sign extension. Three ways to the same integers:

dense       any weights. Bytes of v = w + 128:   sum w (q - zero) + bias  =  sum u v - 128 sum u + [bias - (zero + 128) sum w]
dense_pairs two products with one multiplication, where weights allow it. A word X = q0 + q1 2**16 times W = w1 + w0 2**16 is, modulo
            2**32,  q0 w1 + (q0 w0 + q1 w1) 2**16;  such words may be added up as long as the low and the high half each stay inside
            16 bits, which holds for four of them when the |w| of their eight weights sum to at most 255 (|q| <= 128). The group starts
            at 0x8000, so that the low half rounds instead of borrowing. Only where a word has 32 bits, and drops what is above.
depthwise   weights as words, so that they are signed where it matters (modulo 2**32) and no sum of u is needed.

The brackets are one constant for each output channel (`constants`, + 2**29).

Rescaling is TFLM's with two roundings, exact in 32-bit words: with a = ah 2**15 + al and m = mh 2**16 + ml

    (a m + 2**30) >> 31  =  ah mh + ((al mh + ((ah ml + (al ml >> 15) + 2**15) >> 1)) >> 15)

No row and no product leaves int32: |ah| < 2**14, al < 2**15, mh < 2**15, ml < 2**16. The first two locals of a viper function (three
where it is compiled on the device), arguments first, live in registers on the ESP32, so accumulators are arguments whose value is not
used.
"""

import micropython
from micropython import const

_OFFSET = const(0x20000000)


@micropython.viper
def dense(acc: int, w: ptr8, x: ptr8, sums: ptr32, count: int, constants: ptr32, outputs: int):
    """`outputs` sums of `count` products: x bytes[count], w bytes[outputs][count] -> sums int32[outputs] + 2**29."""
    acc = 0
    n = count
    while n:
        acc += x[0]
        x = ptr8(int(x) + 1)
        n -= 1
    x = ptr8(int(x) - count)
    base = acc << 7
    while outputs:
        acc = constants[0] - base
        n = count >> 4
        while n:
            acc = w[0] * x[0] + acc
            acc = w[1] * x[1] + acc
            acc = w[2] * x[2] + acc
            acc = w[3] * x[3] + acc
            acc = w[4] * x[4] + acc
            acc = w[5] * x[5] + acc
            acc = w[6] * x[6] + acc
            acc = w[7] * x[7] + acc
            acc = w[8] * x[8] + acc
            acc = w[9] * x[9] + acc
            acc = w[10] * x[10] + acc
            acc = w[11] * x[11] + acc
            acc = w[12] * x[12] + acc
            acc = w[13] * x[13] + acc
            acc = w[14] * x[14] + acc
            acc = w[15] * x[15] + acc
            x = ptr8(int(x) + 16)
            w = ptr8(int(w) + 16)
            n -= 1
        n = count & 15
        while n:
            acc = w[0] * x[0] + acc
            x = ptr8(int(x) + 1)
            w = ptr8(int(w) + 1)
            n -= 1
        x = ptr8(int(x) - count)
        sums[0] = acc
        sums = ptr32(int(sums) + 4)
        constants = ptr32(int(constants) + 4)
        outputs -= 1


@micropython.viper
def pack(x: ptr8, out: ptr32, count: int):
    """Bytes of q + 128, x[count] -> words q0 + q1 2**16; the last q of an odd count stands alone."""
    n = count >> 1
    while n:
        out[0] = ((x[1] - 128) << 16) + x[0] - 128
        x = ptr8(int(x) + 2)
        out = ptr32(int(out) + 4)
        n -= 1
    if count & 1:
        out[0] = x[0] - 128


@micropython.viper
def dense_pairs(acc: int, w: ptr32, x: ptr32, sums: ptr32, groups: int, constants: ptr32, outputs: int):
    """`outputs` sums of `groups` of four pairs of products: x words of pack(), w words of pack_weights() -> sums int32[outputs] + 2**29."""
    row = groups << 4  # bytes
    while outputs:
        total = constants[0]
        n = groups >> 2
        while n:
            acc = 0x8000
            acc = w[0] * x[0] + acc
            acc = w[1] * x[1] + acc
            acc = w[2] * x[2] + acc
            acc = w[3] * x[3] + acc
            total = (acc >> 16) + total
            acc = 0x8000
            acc = w[4] * x[4] + acc
            acc = w[5] * x[5] + acc
            acc = w[6] * x[6] + acc
            acc = w[7] * x[7] + acc
            total = (acc >> 16) + total
            acc = 0x8000
            acc = w[8] * x[8] + acc
            acc = w[9] * x[9] + acc
            acc = w[10] * x[10] + acc
            acc = w[11] * x[11] + acc
            total = (acc >> 16) + total
            acc = 0x8000
            acc = w[12] * x[12] + acc
            acc = w[13] * x[13] + acc
            acc = w[14] * x[14] + acc
            acc = w[15] * x[15] + acc
            total = (acc >> 16) + total
            x = ptr32(int(x) + 64)
            w = ptr32(int(w) + 64)
            n -= 1
        n = groups & 3
        while n:
            acc = 0x8000
            acc = w[0] * x[0] + acc
            acc = w[1] * x[1] + acc
            acc = w[2] * x[2] + acc
            acc = w[3] * x[3] + acc
            total = (acc >> 16) + total
            x = ptr32(int(x) + 16)
            w = ptr32(int(w) + 16)
            n -= 1
        x = ptr32(int(x) - row)
        sums[0] = total
        sums = ptr32(int(sums) + 4)
        constants = ptr32(int(constants) + 4)
        outputs -= 1


@micropython.viper
def depthwise(acc: int, p: ptr8, w: ptr32, x: ptr8, sums: ptr32, taps: int, constants: ptr32, outputs: int, repeat: int):
    """One sum of `taps` products a channel: x bytes[taps][outputs / repeat], w int32[outputs][taps] -> sums int32[outputs] + 2**29.

    repeat: outputs of each input channel (the depth multiplier). p: unused.
    """
    depth = outputs
    if repeat > 1:
        depth = 0
        n = outputs
        while n > 0:
            depth += 1
            n -= repeat
    again = repeat
    while outputs:
        acc = constants[0]
        p = x
        n = taps >> 2
        while n:
            acc = w[0] * p[0] + acc
            p = ptr8(int(p) + depth)
            acc = w[1] * p[0] + acc
            p = ptr8(int(p) + depth)
            acc = w[2] * p[0] + acc
            p = ptr8(int(p) + depth)
            acc = w[3] * p[0] + acc
            p = ptr8(int(p) + depth)
            w = ptr32(int(w) + 16)
            n -= 1
        if taps & 2:
            acc = w[0] * p[0] + acc
            p = ptr8(int(p) + depth)
            acc = w[1] * p[0] + acc
            p = ptr8(int(p) + depth)
            w = ptr32(int(w) + 8)
        if taps & 1:
            acc = w[0] * p[0] + acc
            w = ptr32(int(w) + 4)
        sums[0] = acc
        sums = ptr32(int(sums) + 4)
        constants = ptr32(int(constants) + 4)
        again -= 1
        if again == 0:
            again = repeat
            x = ptr8(int(x) + 1)
        outputs -= 1


@micropython.viper
def rescale(acc: int, rows: ptr16, sums: ptr32, out: ptr8, numbers: ptr32):
    """sums int32 + 2**29 -> out bytes. numbers: how many; bytes from one channel's row to the next; and of the output, + 128: zero point,
    lowest, highest.

    rows: low and high half of the Q31 multiplier; shift to the right - 1; 0, or 1 + the shift to the left where there is none to the right.
    """
    outputs = numbers[0]
    step = numbers[1]
    zero = numbers[2]
    narrow = numbers[3] + (numbers[4] ^ 255)
    while outputs:
        acc = sums[0] - _OFFSET
        if rows[3]:  # a multiplier of one half or more: far outside, the output is saturated anyway
            if acc > 4096:
                acc = 4096
            if acc < 0 - 4096:
                acc = 0 - 4096
            acc = acc << (rows[3] - 1)
        t = acc & 0x7FFF
        acc = acc >> 15
        n = (((t * rows[0]) >> 15) + acc * rows[0] + 0x8000) >> 1
        acc = ((t * rows[1] + n) >> 15) + acc * rows[1]
        if rows[3] == 0:
            if acc < 0:
                acc -= 1
            acc = ((acc >> rows[2]) + 1) >> 1
        acc += zero
        if acc >> 8:
            n = 255
            if acc < 0:
                n = 0
            acc = n
        if narrow:
            if acc < numbers[3]:
                acc = numbers[3]
            if acc > numbers[4]:
                acc = numbers[4]
        out[0] = acc
        out = ptr8(int(out) + 1)
        sums = ptr32(int(sums) + 4)
        rows = ptr16(int(rows) + step)
        outputs -= 1


# --- once, when a plan is made


@micropython.viper
def total(w: ptr8, count: int, step: int) -> int:
    """Sum of `count` weights, bytes of w + 128 that lie `step` apart."""
    found = 0
    n = count
    while n:
        found += w[0] - 128
        w = ptr8(int(w) + step)
        n -= 1
    return found


@micropython.viper
def heaviest_group(w: ptr8, count: int, outputs: int) -> int:
    """The largest sum of |weights| in any group of eight (each output's `count` weights on their own), bytes of w + 128."""
    most = 0
    while outputs:
        found = 0
        n = 0
        while n < count:
            if n & 7 == 0:
                found = 0
            x = w[n] - 128
            if x < 0:
                x = 0 - x
            found += x
            if found > most:
                most = found
            n += 1
        w = ptr8(int(w) + count)
        outputs -= 1
    return most


@micropython.viper
def pack_weights(w: ptr8, out: ptr32, count: int, words: int, outputs: int):
    """Bytes of w + 128, w[outputs][count] -> words w1 + w0 2**16, out[outputs][words]; what is missing is 0."""
    while outputs:
        n = 0
        while n < words:
            at = n + n
            pair = 0
            if at < count:
                pair = (w[at] - 128) << 16
            if at + 1 < count:
                pair += w[at + 1] - 128
            out[n] = pair
            n += 1
        w = ptr8(int(w) + count)
        out = ptr32(int(out) + (words << 2))
        outputs -= 1


@micropython.viper
def widen(w: ptr8, out: ptr32, count: int, outputs: int):
    """Bytes of w + 128, w[count][outputs] -> words of w, out[outputs][count]."""
    channel = 0
    while channel < outputs:
        p = ptr8(int(w) + channel)
        n = count
        while n:
            out[0] = p[0] - 128
            out = ptr32(int(out) + 4)
            p = ptr8(int(p) + outputs)
            n -= 1
        channel += 1
