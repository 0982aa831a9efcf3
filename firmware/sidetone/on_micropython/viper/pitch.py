"""Pitch of one frame in viper: normalized autocorrelation and its best peak. on_cpython/kernels.py explains it (_pitch_frames)."""

import micropython


@micropython.viper
def correlate(acc: int, q: ptr16, p: ptr16, frame: ptr16, scaled: ptr16, normalized: ptr16, work: ptr32) -> int:
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
            acc = q[0] * p[0] + acc
            acc = q[1] * p[1] + acc
            acc = q[2] * p[2] + acc
            acc = q[3] * p[3] + acc
            acc = q[4] * p[4] + acc
            acc = q[5] * p[5] + acc
            acc = q[6] * p[6] + acc
            acc = q[7] * p[7] + acc
            acc = q[8] * p[8] + acc
            acc = q[9] * p[9] + acc
            acc = q[10] * p[10] + acc
            acc = q[11] * p[11] + acc
            acc = q[12] * p[12] + acc
            acc = q[13] * p[13] + acc
            acc = q[14] * p[14] + acc
            acc = q[15] * p[15] + acc
            acc = q[16] * p[16] + acc
            acc = q[17] * p[17] + acc
            acc = q[18] * p[18] + acc
            acc = q[19] * p[19] + acc
            acc = q[20] * p[20] + acc
            acc = q[21] * p[21] + acc
            acc = q[22] * p[22] + acc
            acc = q[23] * p[23] + acc
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
        acc = numerator
        denominator = denominator << 11
        y = 0
        n = 12
        while n:
            y = y + y
            if acc >= denominator:
                acc -= denominator
                y += 1
            denominator >>= 1
            n -= 1
        if negative:
            y = 0 - y
        normalized[i] = y + 4096
        i += 1
    return peak


@micropython.viper
def semitones(normalized: ptr16, period: int, log2: ptr32, reference: int) -> int:
    """The pitch of a period that find_period gave, by a parabola through its peak: Q8 semitones over 50 Hz << 10 | voicing per mille.

    log2: decibel.LOG2_Q16; reference: log2 (Q12) of the period of 50 Hz in 1/256 samples.
    """
    left = normalized[period]
    middle = normalized[period + 1]
    right = normalized[period + 2]
    numerator = (right - left) << 7
    denominator = 2 * middle - left - right
    if denominator < 1:
        denominator = 1
    negative = 0
    if numerator < 0:
        negative = 1
        numerator = denominator - 1 - numerator  # floor, not towards zero
    shift = 0
    while (denominator << (shift + 1)) <= numerator:
        shift += 1
    lag = 0
    while shift >= 0:
        if numerator >= denominator << shift:
            numerator -= denominator << shift
            lag += 1 << shift
        shift -= 1
    if negative:
        lag = 0 - lag
    lag += (period + 8) << 8
    shift = 0
    x = lag
    while x > 1:
        x >>= 1
        shift += 1
    if shift >= 15:
        lag = lag >> (shift - 15)
    else:
        lag = lag << (15 - shift)
    lag = lag & 0x7FFF
    x = lag >> 9
    low = log2[x]
    x = low + (((log2[x + 1] - low) * (lag & 511)) >> 9)
    x = ((reference - (shift << 12) - (x >> 4)) * 12) >> 4
    middle -= 4096
    if middle > 1000:
        middle = 1000
    if middle < 0:
        middle = 0
    return x << 10 | middle


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
