"""The front end's second half in viper: mel channels, square root, noise reduction, gain control, log. frontend.py says what it all is."""

import micropython


@micropython.viper
def channel_roots(rest: int, twice: int, energy: ptr32, bands: ptr8, weights: ptr16, roots: ptr32, shift: int):
    """energy int32[256] -> roots int32[40]: the rounded square root of each channel's weighted sum, >> shift.

    A bin's weight counts for the channel that ends with its band, the rest to 4096 for the one that begins. Sums have up to
    40 bits: kept as high * 2**15 + low. Roots are taken two bits at a time, which needs no word longer than the root (`twice` is
    2 * root). `rest` and `twice` are arguments for their registers, as in tflite/kernels.py.
    """
    energy = ptr32(int(energy) + 20)
    rising_high = 0
    rising_low = 0
    band = 41
    while band:
        falling_high = 0
        falling_low = 0
        all_high = 0
        all_low = 0
        n = bands[0]
        while n:
            rest = energy[0]
            twice = rest >> 15
            rest = rest & 0x7FFF
            all_high += twice
            all_low += rest
            w = weights[0]
            falling_high += twice * w
            falling_low += rest * w
            energy = ptr32(int(energy) + 4)
            weights = ptr16(int(weights) + 2)
            n -= 1
        low = rising_low + falling_low
        high = rising_high + falling_high + (low >> 15)
        rising_low = (all_low << 12) - falling_low
        rising_high = (all_high << 12) - falling_high
        if band < 41:
            # the same number as 14 low bits and the rest, so that both halves hold whole pairs of bits
            low = low & 0x7FFF
            high = (high << 1) | (low >> 14)
            rest = 0
            twice = 0
            bits = 28
            if high < 0x10000:
                bits = 14
            while bits >= 0 and (high >> bits) == 0:
                bits -= 2
            while bits >= 0:
                rest = (rest << 2) | ((high >> bits) & 3)
                twice = twice << 1
                if rest > twice:
                    rest -= twice + 1
                    twice += 2
                bits -= 2
            bits = 12
            while bits >= 0:
                rest = (rest << 2) | ((low >> bits) & 3)
                twice = twice << 1
                if rest > twice:
                    rest -= twice + 1
                    twice += 2
                bits -= 2
            twice = twice >> 1
            if rest > twice and twice != 0xFFFF:  # rounded, but for the one 32-bit root that could not be
                twice += 1
            roots[0] = twice >> shift
            roots = ptr32(int(roots) + 4)
        bands = ptr8(int(bands) + 1)
        band -= 1


@micropython.viper
def compress(roots: ptr32, noise: ptr32, gains: ptr16, logs: ptr16, out: ptr16):
    """roots int32[40] (< 2**20) -> out uint16[40]: noise reduction, gain control and log; noise int32[40] is carried from hop to hop."""
    i = 0
    while i < 40:
        # noise estimate, Q10: e += (signal - e) * weight, weight .025 and .06 in Q14 by turns
        signal = roots[i]
        scaled = signal << 10
        e = noise[i]
        d = scaled - e
        w = 983 if i & 1 else 409
        e += (d >> 14) * w + (((d & 0x3FFF) * w) >> 14)
        noise[i] = e
        left = 0
        if e < scaled:
            left = (scaled - e) >> 10
        floor = (signal * 819) >> 14  # at least .05 of the signal stays
        if left < floor:
            left = floor
        # the gain for this noise estimate: a parabola for each octave
        gain = 0
        if e < 2:
            gain = gains[e]
        else:
            x = e
            bits = 1
            if x >= 0x10000:
                x >>= 16
                bits += 16
            if x >= 0x100:
                x >>= 8
                bits += 8
            if x >= 0x10:
                x >>= 4
                bits += 4
            if x >= 4:
                x >>= 2
                bits += 2
            if x >= 2:
                bits += 1
            x = e << (11 - bits) if bits < 11 else e >> (bits - 11)
            x = x & 0x3FF
            p = ptr16(int(gains) + 6 * (bits - 1))
            slope = (p[1] ^ 0x8000) - 0x8000
            curve = (p[2] ^ 0x8000) - 0x8000
            gain = (((((curve * x) >> 5) + (slope << 5)) * x + 0x4000) >> 15) + p[0]
        snr = (left >> 6) * gain + (((left & 63) * gain) >> 6)
        if snr < 8192:
            snr = (snr * snr) >> 20
        else:
            snr = (snr >> 6) - 64
        # natural logarithm, Q6
        snr <<= 3
        value = 0
        if snr > 1:
            x = snr
            bits = 0
            if x >= 0x10000:
                x >>= 16
                bits += 16
            if x >= 0x100:
                x >>= 8
                bits += 8
            if x >= 0x10:
                x >>= 4
                bits += 4
            if x >= 4:
                x >>= 2
                bits += 2
            if x >= 2:
                bits += 1
            x = snr - (1 << bits)
            x = x << (16 - bits) if bits < 16 else x >> (bits - 16)
            segment = x >> 9
            below = logs[segment]
            x += below + (((logs[segment + 1] - below) * (x & 511)) >> 16)
            x += bits << 16  # log2, Q16
            x = (x >> 15) * 22713 + (((x & 0x7FFF) * 22713 + 0x4000) >> 15)
            value = ((x << 6) + 0x8000) >> 16
        out[i] = value
        i += 1


@micropython.viper
def quantize_frame(features: ptr16, out: ptr8, count: int):
    """uint16 features -> int8 (as bytes): 0..666 onto -128..127, clamped above; exact for every uint16."""
    i = 0
    while i < count:
        x = features[i]
        q = 127
        if x < 665:
            q = ((x * 25191 + 32768) >> 16) - 128  # = (x * 256 + 333) // 666 - 128 for every x here (tests/device)
        out[i] = q
        i += 1
