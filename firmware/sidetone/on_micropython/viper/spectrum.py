"""The front end's first half in viper: window, 512-point real transform, energies. frontend.py says what it all is.

The window keeps each partial transform under 0.5 * 2**15 * sqrt(2) = 23170, so the reference's 16-bit stores never wrap; the one place
where they can (a lone -32768 in the middle of near silence, which the reference overlooks when it scales) is repeated in `first_level`.
Viper's loads from memory are unsigned (ptr32's too, where a word has 64 bits), so signed values in memory are kept as v + 2**15 and
the offset is folded into the constant of the multiplication that follows each load anyway.
"""

import micropython
from micropython import const


@micropython.viper
def shift_in(history: ptr16, samples: ptr16, first: int):
    """history int16[480] drops its oldest hop and takes samples[first : first + 160]; by words, or halves where samples lie odd."""
    t = ptr32(int(history))
    s = ptr32(int(history) + 320)
    n = 20
    while n:
        t[0] = s[0]
        t[1] = s[1]
        t[2] = s[2]
        t[3] = s[3]
        t[4] = s[4]
        t[5] = s[5]
        t[6] = s[6]
        t[7] = s[7]
        t = ptr32(int(t) + 32)
        s = ptr32(int(s) + 32)
        n -= 1
    samples = ptr16(int(samples) + (first << 1))
    if int(samples) & 3 == 0:
        s = ptr32(int(samples))
        n = 10
        while n:
            t[0] = s[0]
            t[1] = s[1]
            t[2] = s[2]
            t[3] = s[3]
            t[4] = s[4]
            t[5] = s[5]
            t[6] = s[6]
            t[7] = s[7]
            t = ptr32(int(t) + 32)
            s = ptr32(int(s) + 32)
            n -= 1
    else:
        history = ptr16(int(t))
        n = 0
        while n < 160:
            history[n] = samples[n]
            n += 1


@micropython.viper
def apply_window(y: int, bits: int, h: ptr16, w: ptr16, o: ptr16) -> int:
    """history int16[480] * window Q12 -> o int16[480]; returns the shift (0..15) that brings the largest |value| to 15 bits.

    `y` and `bits` are arguments for their registers, as in tflite/products.py.
    """
    bits = 0
    n = 60
    while n:
        y = (((h[0] ^ 0x8000) - 0x8000) * w[0]) >> 12
        o[0] = y
        if y < 0:
            y = 0 - y
        bits |= y
        y = (((h[1] ^ 0x8000) - 0x8000) * w[1]) >> 12
        o[1] = y
        if y < 0:
            y = 0 - y
        bits |= y
        y = (((h[2] ^ 0x8000) - 0x8000) * w[2]) >> 12
        o[2] = y
        if y < 0:
            y = 0 - y
        bits |= y
        y = (((h[3] ^ 0x8000) - 0x8000) * w[3]) >> 12
        o[3] = y
        if y < 0:
            y = 0 - y
        bits |= y
        y = (((h[4] ^ 0x8000) - 0x8000) * w[4]) >> 12
        o[4] = y
        if y < 0:
            y = 0 - y
        bits |= y
        y = (((h[5] ^ 0x8000) - 0x8000) * w[5]) >> 12
        o[5] = y
        if y < 0:
            y = 0 - y
        bits |= y
        y = (((h[6] ^ 0x8000) - 0x8000) * w[6]) >> 12
        o[6] = y
        if y < 0:
            y = 0 - y
        bits |= y
        y = (((h[7] ^ 0x8000) - 0x8000) * w[7]) >> 12
        o[7] = y
        if y < 0:
            y = 0 - y
        bits |= y
        h = ptr16(int(h) + 16)
        w = ptr16(int(w) + 16)
        o = ptr16(int(o) + 16)
        n -= 1
    bits = bits & 0x7FFF  # the reference negates in 16 bits, where -32768 stays negative and is overlooked
    y = 15
    while bits:
        bits >>= 1
        y -= 1
    return y


# A quarter of a biased value, rounded as the reference rounds, is (u * 8191 + _QUARTER) >> 15; a half likewise with 16383.
_BIAS = const(32768)
_QUARTER = const(16384 - 32768 * 8191)
_HALF = const(16384 - 32768 * 16383)
_MINUS_HALF = const(16384 + 32768 * 16383)


@micropython.viper
def first_level(p: ptr16, out: ptr16, shift: int, windowed: ptr16, order: ptr8, z: ptr16):
    """Radix-4 butterflies of neighbours in digit-reversed order: windowed int16[512] (256 complex) << shift -> z biased uint16[512]."""
    out = z
    b = 0
    while b < 64:
        p = ptr16(int(windowed) + (order[b] << 2))
        ar = ((((p[0] << shift) & 0xFFFF) ^ 0x8000) * 8191 + _QUARTER) >> 15
        ai = ((((p[1] << shift) & 0xFFFF) ^ 0x8000) * 8191 + _QUARTER) >> 15
        br = ((((p[128] << shift) & 0xFFFF) ^ 0x8000) * 8191 + _QUARTER) >> 15
        bi = ((((p[129] << shift) & 0xFFFF) ^ 0x8000) * 8191 + _QUARTER) >> 15
        p = ptr16(int(p) + 512)
        cr = ((((p[0] << shift) & 0xFFFF) ^ 0x8000) * 8191 + _QUARTER) >> 15
        ci = ((((p[1] << shift) & 0xFFFF) ^ 0x8000) * 8191 + _QUARTER) >> 15
        dr = ((((p[128] << shift) & 0xFFFF) ^ 0x8000) * 8191 + _QUARTER) >> 15
        di = ((((p[129] << shift) & 0xFFFF) ^ 0x8000) * 8191 + _QUARTER) >> 15
        er = ar - cr + _BIAS
        ei = ai - ci + _BIAS
        ar += cr + _BIAS
        ai += ci + _BIAS
        cr = br - dr
        ci = bi - di
        br += dr
        bi += di
        out[0] = ar + br
        out[1] = ai + bi
        out[2] = er + ci
        out[3] = ei - cr
        out[4] = ar - br
        out[5] = ai - bi
        out[6] = er - ci
        out[7] = ei + cr
        out = ptr16(int(out) + 16)
        b += 1


@micropython.viper
def next_levels(x: int, y: int, q: ptr16, z: ptr16, twiddles: ptr16):
    """The radix-4 levels after the first of z (biased uint16[512]) in place: 4, 16, 64 points a quarter in 16, 4, 1 groups.

    `x`, `y` and `q` are arguments for their registers, as in tflite/products.py.
    """
    m = 4
    groups = 16
    while groups:
        quarter = m << 2  # bytes from one quarter to the next
        k = 0
        while k < m:
            w = ptr16(int(twiddles) + (k * groups << 2))
            w1r = (w[0] ^ 0x8000) - 0x8000
            w1i = (w[1] ^ 0x8000) - 0x8000
            w = ptr16(int(w) + (k * groups << 2))
            w2r = (w[0] ^ 0x8000) - 0x8000
            w2i = (w[1] ^ 0x8000) - 0x8000
            w = ptr16(int(w) + (k * groups << 2))
            w3r = (w[0] ^ 0x8000) - 0x8000
            w3i = (w[1] ^ 0x8000) - 0x8000
            p = ptr16(int(z) + (k << 2))
            n = groups
            while n:
                ar = (p[0] * 8191 + _QUARTER) >> 15
                ai = (p[1] * 8191 + _QUARTER) >> 15
                q = ptr16(int(p) + quarter)
                x = (q[0] * 8191 + _QUARTER) >> 15
                y = (q[1] * 8191 + _QUARTER) >> 15
                br = (x * w1r - y * w1i + 16384) >> 15
                bi = (x * w1i + y * w1r + 16384) >> 15
                q = ptr16(int(q) + quarter)
                x = (q[0] * 8191 + _QUARTER) >> 15
                y = (q[1] * 8191 + _QUARTER) >> 15
                cr = (x * w2r - y * w2i + 16384) >> 15
                ci = (x * w2i + y * w2r + 16384) >> 15
                q = ptr16(int(q) + quarter)
                x = (q[0] * 8191 + _QUARTER) >> 15
                y = (q[1] * 8191 + _QUARTER) >> 15
                dr = (x * w3r - y * w3i + 16384) >> 15
                di = (x * w3i + y * w3r + 16384) >> 15
                er = ar - cr + _BIAS
                ei = ai - ci + _BIAS
                ar += cr + _BIAS
                ai += ci + _BIAS
                cr = br - dr
                ci = bi - di
                br += dr
                bi += di
                q[0] = er - ci
                q[1] = ei + cr
                q = ptr16(int(q) - quarter)
                q[0] = ar - br
                q[1] = ai - bi
                q = ptr16(int(q) - quarter)
                q[0] = er + ci
                q[1] = ei - cr
                p[0] = ar + br
                p[1] = ai + bi
                p = ptr16(int(p) + (quarter << 2))
                n -= 1
            k += 1
        m = m << 2
        groups >>= 2


@micropython.viper
def energies(x: int, y: int, z: ptr16, sine: ptr16, energy: ptr32):
    """The real transform's bins 5..251 out of the packed complex one: |X|^2 -> energy int32[256]. sine: QUARTER_SINE."""
    k = 5
    while k <= 128:
        p = ptr16(int(z) + (k << 2))
        q = ptr16(int(z) + ((256 - k) << 2))
        x = (p[0] * 16383 + _HALF) >> 15
        y = (q[0] * 16383 + _HALF) >> 15
        sum_r = x + y
        dif_r = x - y
        x = (p[1] * 16383 + _HALF) >> 15
        y = (_MINUS_HALF - q[1] * 16383) >> 15
        sum_i = x + y
        dif_i = x - y
        s = sine[k]
        c = sine[128 - k]
        x = (dif_i * c - dif_r * s + 16384) >> 15
        y = (16384 - dif_r * c - dif_i * s) >> 15
        dif_r = (sum_r + x) >> 1
        dif_i = (sum_i + y) >> 1
        energy[k] = dif_r * dif_r + dif_i * dif_i
        dif_r = (sum_r - x) >> 1
        dif_i = (y - sum_i) >> 1
        energy[256 - k] = dif_r * dif_r + dif_i * dif_i  # at k = 128 the second one stays, as in the reference
        k += 1
