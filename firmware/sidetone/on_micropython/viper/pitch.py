"""Pitch of one frame in viper: normalized autocorrelation and its best peak. on_cpython/kernels.py explains it (_pitch_frames)."""

import micropython


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
