"""The interpreter's arithmetic in viper, right for machine words of 32 and of 64 bits.

Activations and weights are bytes of q + 128, so that viper's unsigned loads need no sign extension. With u = x + 128, v = w + 128:

    sum w (x - zero) + bias  =  sum u v - 128 sum u + [bias - (zero + 128) sum w]

where the bracket is one constant for each output channel. It is kept + 2**29, because 32-bit loads are unsigned where a word has
64 bits. `channels` rows are four 32-bit words, little-endian: constant + 2**29, Q31 multiplier, half of the right shift's unit, and shift: bits
0-7 to the right, 8-15 to the left.

Rescaling is TFLM's with two roundings, exact for |sum| < 2**29 in 32-bit words: with a = ah 2**15 + al and m = mh 2**16 + ml

    (a m + 2**30) >> 31  =  ah mh + ((al mh + ((ah ml + (al ml >> 15) + 2**15) >> 1)) >> 15)

No row and no product leaves int32: |ah| < 2**14, al < 2**15, mh < 2**15, ml < 2**16. The first two locals of a viper function (three
where it is compiled on the device), arguments first, live in registers on the ESP32, so accumulators are arguments whose value is not
used. In registers, accumulator and one pointer make 11 instructions of a product, accumulator and both pointers 10, two pointers 14.
"""

import micropython
from micropython import const

_OFFSET = const(0x20000000)


@micropython.viper
def copy(source: ptr8, target: ptr8, count: int):
    """count bytes, forwards; by words where everything is aligned."""
    if (int(source) | int(target) | count) & 3 == 0:
        t = ptr32(int(target))
        s = ptr32(int(source))
        n = count >> 5
        while n:
            t[0] = s[0]
            t[1] = s[1]
            t[2] = s[2]
            t[3] = s[3]
            t[4] = s[4]
            t[5] = s[5]
            t[6] = s[6]
            t[7] = s[7]
            s = ptr32(int(s) + 32)
            t = ptr32(int(t) + 32)
            n -= 1
        n = (count >> 2) & 7
        while n:
            t[0] = s[0]
            s = ptr32(int(s) + 4)
            t = ptr32(int(t) + 4)
            n -= 1
    else:
        i = 0
        while i < count:
            target[i] = source[i]
            i += 1


@micropython.viper
def copy_blocks(source: ptr8, target: ptr8, block: int, blocks: int, source_step: int, target_step: int):
    """`blocks` runs of `block` bytes, so many bytes apart."""
    while blocks:
        i = 0
        while i < block:
            target[i] = source[i]
            i += 1
        source = ptr8(int(source) + source_step)
        target = ptr8(int(target) + target_step)
        blocks -= 1


@micropython.viper
def gather(source: ptr8, target: ptr8, walk: ptr32):
    """Bytes of a 4-dimensional region, in order. walk: 4 lengths, 4 steps in bytes (all >= 0)."""
    a = walk[0]
    while a:
        from_b = int(source)
        b = walk[1]
        while b:
            from_c = from_b
            c = walk[2]
            while c:
                p = ptr8(from_c)
                step = walk[7]
                d = walk[3]
                while d:
                    target[0] = p[0]
                    target = ptr8(int(target) + 1)
                    p = ptr8(int(p) + step)
                    d -= 1
                from_c += walk[6]
                c -= 1
            from_b += walk[5]
            b -= 1
        source = ptr8(int(source) + walk[4])
        a -= 1


@micropython.viper
def flip(source: ptr8, target: ptr8, at: int, count: int):
    """int8 bytes to bytes of q + 128, or back: source[0 .. count - 1] -> target from `at` on."""
    target = ptr8(int(target) + at)
    while count > 3:
        target[0] = source[0] ^ 128
        target[1] = source[1] ^ 128
        target[2] = source[2] ^ 128
        target[3] = source[3] ^ 128
        target = ptr8(int(target) + 4)
        source = ptr8(int(source) + 4)
        count -= 4
    while count:
        target[0] = source[0] ^ 128
        target = ptr8(int(target) + 1)
        source = ptr8(int(source) + 1)
        count -= 1


@micropython.viper
def look_up(source: ptr8, target: ptr8, table: ptr8, count: int):
    i = 0
    while i < count:
        target[i] = table[source[i]]
        i += 1


@micropython.viper
def patch(source: ptr8, target: ptr8, shape: ptr32, y: int, x: int, fill: int):
    """What one output place of a convolution sees, as one run of bytes; places outside the input hold `fill`.

    shape: input height, width, depth, kernel height, width, dilation down, across. (y, x): the kernel's first place, may be negative.
    """
    height = shape[0]
    width = shape[1]
    depth = shape[2]
    ky = shape[3]
    down = shape[5]
    across = shape[6]
    while ky:
        kx = shape[4]
        at = x
        while kx:
            if y >= 0 and y < height and at >= 0 and at < width:
                p = ptr8(int(source) + (y * width + at) * depth)
                n = 0
                while n < depth:
                    target[n] = p[n]
                    n += 1
            else:
                n = 0
                while n < depth:
                    target[n] = fill
                    n += 1
            target = ptr8(int(target) + depth)
            at += across
            kx -= 1
        y += down
        ky -= 1


@micropython.viper
def dense(acc: int, w: ptr8, x: ptr8, out: ptr8, count: int, channels: ptr32, outputs: int, zero: int, low: int, high: int):
    """`outputs` sums of `count` products: x bytes[count], w bytes[outputs][count] -> out bytes[outputs].

    zero, low, high: zero point and limits of the output, + 128.
    """
    acc = 0
    n = count
    while n:
        acc += x[0]
        x = ptr8(int(x) + 1)
        n -= 1
    x = ptr8(int(x) - count)
    base = (acc << 7) + _OFFSET
    while outputs:
        acc = channels[0] - base
        n = count >> 5
        while n:
            acc += w[0] * x[0]
            acc += w[1] * x[1]
            acc += w[2] * x[2]
            acc += w[3] * x[3]
            acc += w[4] * x[4]
            acc += w[5] * x[5]
            acc += w[6] * x[6]
            acc += w[7] * x[7]
            acc += w[8] * x[8]
            acc += w[9] * x[9]
            acc += w[10] * x[10]
            acc += w[11] * x[11]
            acc += w[12] * x[12]
            acc += w[13] * x[13]
            acc += w[14] * x[14]
            acc += w[15] * x[15]
            acc += w[16] * x[16]
            acc += w[17] * x[17]
            acc += w[18] * x[18]
            acc += w[19] * x[19]
            acc += w[20] * x[20]
            acc += w[21] * x[21]
            acc += w[22] * x[22]
            acc += w[23] * x[23]
            acc += w[24] * x[24]
            acc += w[25] * x[25]
            acc += w[26] * x[26]
            acc += w[27] * x[27]
            acc += w[28] * x[28]
            acc += w[29] * x[29]
            acc += w[30] * x[30]
            acc += w[31] * x[31]
            x = ptr8(int(x) + 32)
            w = ptr8(int(w) + 32)
            n -= 1
        n = (count >> 3) & 3
        while n:
            acc += w[0] * x[0]
            acc += w[1] * x[1]
            acc += w[2] * x[2]
            acc += w[3] * x[3]
            acc += w[4] * x[4]
            acc += w[5] * x[5]
            acc += w[6] * x[6]
            acc += w[7] * x[7]
            x = ptr8(int(x) + 8)
            w = ptr8(int(w) + 8)
            n -= 1
        n = count & 7
        while n:
            acc += w[0] * x[0]
            x = ptr8(int(x) + 1)
            w = ptr8(int(w) + 1)
            n -= 1
        x = ptr8(int(x) - count)
        s = channels[3]
        if s >> 8:  # a multiplier of one or more: far outside, the output is saturated anyway
            if acc > 4096:
                acc = 4096
            if acc < 0 - 4096:
                acc = 0 - 4096
            acc = acc << (s >> 8)
            s = s & 255
        halves = ptr16(int(channels))
        t = acc & 0x7FFF
        acc = acc >> 15
        n = halves[2]
        m = halves[3]
        n = acc * n + ((t * n) >> 15) + 0x8000
        acc = acc * m + ((t * m + (n >> 1)) >> 15)
        if s:
            if acc < 0:
                acc -= 1
            acc = (acc + channels[2]) >> s
        acc += zero
        if acc < low:
            acc = low
        if acc > high:
            acc = high
        out[0] = acc
        out = ptr8(int(out) + 1)
        channels = ptr32(int(channels) + 16)
        outputs -= 1


@micropython.viper
def depthwise(
    acc: int, p: ptr8, w: ptr8, x: ptr8, out: ptr8, taps: int, channels: ptr32, outputs: int, repeat: int, zero: int, low: int, high: int
):
    """One sum of `taps` products a channel: x bytes[taps][outputs / repeat], w bytes[outputs][taps] -> out bytes[outputs].

    repeat: outputs of each input channel (the depth multiplier). The channels' constant holds bias - (zero + 128) sum w.
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
        acc = channels[0] - _OFFSET
        p = x
        total = 0
        n = taps >> 2
        while n:
            acc += w[0] * p[0]
            total += p[0]
            p = ptr8(int(p) + depth)
            acc += w[1] * p[0]
            total += p[0]
            p = ptr8(int(p) + depth)
            acc += w[2] * p[0]
            total += p[0]
            p = ptr8(int(p) + depth)
            acc += w[3] * p[0]
            total += p[0]
            p = ptr8(int(p) + depth)
            w = ptr8(int(w) + 4)
            n -= 1
        n = taps & 3
        while n:
            acc += w[0] * p[0]
            total += p[0]
            p = ptr8(int(p) + depth)
            w = ptr8(int(w) + 1)
            n -= 1
        acc -= total << 7
        s = channels[3]
        if s >> 8:  # a multiplier of one or more: far outside, the output is saturated anyway
            if acc > 4096:
                acc = 4096
            if acc < 0 - 4096:
                acc = 0 - 4096
            acc = acc << (s >> 8)
            s = s & 255
        halves = ptr16(int(channels))
        t = acc & 0x7FFF
        acc = acc >> 15
        n = halves[2]
        m = halves[3]
        n = acc * n + ((t * n) >> 15) + 0x8000
        acc = acc * m + ((t * m + (n >> 1)) >> 15)
        if s:
            if acc < 0:
                acc -= 1
            acc = (acc + channels[2]) >> s
        acc += zero
        if acc < low:
            acc = low
        if acc > high:
            acc = high
        out[0] = acc
        out = ptr8(int(out) + 1)
        channels = ptr32(int(channels) + 16)
        again -= 1
        if again == 0:
            again = repeat
            x = ptr8(int(x) + 1)
        outputs -= 1


@micropython.viper
def add(acc: int, t: int, p: ptr8, a: ptr8, b: ptr8, out: ptr8, walk: ptr32, tables: ptr32, zero: int, low: int, high: int):
    """out = a + b. walk: 4 output lengths, 4 steps of a, 4 steps of b (0 where broadcast). zero, low, high as for `dense`.

    tables: 256 rescaled values of a + 2**28, 256 of b + 2**28, then the output's Q31 multiplier and right shift. p: unused.
    """
    table_b = ptr32(int(tables) + 1024)
    last = ptr32(int(tables) + 2048)
    mh = last[0] >> 16
    ml = last[0] & 0xFFFF
    s = last[1]
    half = 0
    if s:
        half = 1 << (s - 1)
    step_a = walk[7]
    step_b = walk[11]
    n0 = walk[0]
    while n0:
        a1 = int(a)
        b1 = int(b)
        n1 = walk[1]
        while n1:
            a2 = a1
            b2 = b1
            n2 = walk[2]
            while n2:
                p = ptr8(a2)
                q = ptr8(b2)
                n3 = walk[3]
                while n3:
                    acc = tables[p[0]]
                    t = table_b[q[0]]
                    acc += t - _OFFSET
                    t = acc & 0x7FFF
                    acc = acc >> 15
                    half_up = (acc * ml + ((t * ml) >> 15) + 0x8000) >> 1
                    acc = acc * mh + ((t * mh + half_up) >> 15)
                    if half:
                        if acc < 0:
                            acc -= 1
                        acc = (acc + half) >> s
                    acc += zero
                    if acc < low:
                        acc = low
                    if acc > high:
                        acc = high
                    out[0] = acc
                    out = ptr8(int(out) + 1)
                    p = ptr8(int(p) + step_a)
                    q = ptr8(int(q) + step_b)
                    n3 -= 1
                a2 += walk[6]
                b2 += walk[10]
                n2 -= 1
            a1 += walk[5]
            b1 += walk[9]
            n1 -= 1
        a = ptr8(int(a) + walk[4])
        b = ptr8(int(b) + walk[8])
        n0 -= 1
