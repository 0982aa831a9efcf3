"""The raw hop's filters and sums in viper. kernels.py puts them together.

All signals are kept in memory as uint16 of value + 32768, because viper's loads are unsigned; a sum over n samples is then too large
by n * 32768, which each kernel takes off at once. Sums of squares (38 bits) are two words: of q >> 15 and of q & 32767.
The first two arguments of most are there for their registers, as in tflite/kernels.py: pass 0.
"""

import micropython


@micropython.viper
def survey(x: int, total: int, samples: ptr16, first: int, out: ptr32):
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
def centre(x: int, high: int, samples: ptr16, first: int, mean: int, y: ptr16, power: ptr32):
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
    """Every second sample of p low-passed at 3.5 kHz (LOWPASS_8K of on_cpython/kernels.py, mirrored) -> target[count]."""
    while count:
        acc = 8192 - (1 << 29)  # rounding, less 32768 * 2**14 for the offset
        x = p[0]
        x += p[31]
        acc = x * -11 + acc
        x = p[1]
        x += p[30]
        acc = x * 9 + acc
        x = p[2]
        x += p[29]
        acc = x * 43 + acc
        x = p[3]
        x += p[28]
        acc = x * -14 + acc
        x = p[4]
        x += p[27]
        acc = x * -108 + acc
        x = p[5]
        x += p[26]
        acc = x * 6 + acc
        x = p[6]
        x += p[25]
        acc = x * 218 + acc
        x = p[7]
        x += p[24]
        acc = x * 35 + acc
        x = p[8]
        x += p[23]
        acc = x * -392 + acc
        x = p[9]
        x += p[22]
        acc = x * -145 + acc
        x = p[10]
        x += p[21]
        acc = x * 666 + acc
        x = p[11]
        x += p[20]
        acc = x * 400 + acc
        x = p[12]
        x += p[19]
        acc = x * -1158 + acc
        x = p[13]
        x += p[18]
        acc = x * -1093 + acc
        x = p[14]
        x += p[17]
        acc = x * 2673 + acc
        x = p[15]
        x += p[16]
        acc = x * 7063 + acc
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
        acc = x * -16 + acc
        x = p[1]
        x += p[22]
        acc = x * -33 + acc
        x = p[2]
        x += p[21]
        acc = x * 8 + acc
        x = p[3]
        x += p[20]
        acc = x * 131 + acc
        x = p[4]
        x += p[19]
        acc = x * 212 + acc
        x = p[5]
        x += p[18]
        acc = x * 36 + acc
        x = p[6]
        x += p[17]
        acc = x * -427 + acc
        x = p[7]
        x += p[16]
        acc = x * -777 + acc
        x = p[8]
        x += p[15]
        acc = x * -350 + acc
        x = p[9]
        x += p[14]
        acc = x * 1188 + acc
        x = p[10]
        x += p[13]
        acc = x * 3327 + acc
        x = p[11]
        x += p[12]
        acc = x * 4893 + acc
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
def running_sums(total: int, n: int, source: ptr16, sums: ptr32, length: int, count: int):
    """sums[i] = source[i] + .. + source[i + length - 1], i < count."""
    total = 0
    ahead = source
    n = length
    while n:
        total += ahead[0]
        ahead = ptr16(int(ahead) + 2)
        n -= 1
    sums[0] = total
    n = count - 1
    while n:
        total += ahead[0]
        total -= source[0]
        sums[1] = total
        ahead = ptr16(int(ahead) + 2)
        source = ptr16(int(source) + 2)
        sums = ptr32(int(sums) + 4)
        n -= 1


@micropython.viper
def high_pass(x: int, total: int, y8: ptr16, sums: ptr32, h8: ptr16, power: ptr32):
    """y8 uint16[22 + 80] and its running sums of 12 -> h8 uint16[8 + 80]: last 8 to the front, then y8 less its double average."""
    x = 0
    while x < 8:
        h8[x] = h8[x + 80]
        x += 1
    h8 = ptr16(int(h8) + 16)
    y8 = ptr16(int(y8) + 22)
    total = 0 - 144 * 32768
    x = 0
    while x < 12:
        total += sums[x]
        x += 1
    high = 0
    low = 0
    n = 80
    while n:
        x = y8[0] - 32768 - ((total * 455 + 32768) >> 16)
        total += sums[12]
        total -= sums[0]
        if x > 32767:
            x = 32767
        if x < 0 - 32768:
            x = 0 - 32768
        h8[0] = x + 32768
        x = x * x
        high += x >> 15
        low += x & 0x7FFF
        h8 = ptr16(int(h8) + 2)
        y8 = ptr16(int(y8) + 2)
        sums = ptr32(int(sums) + 4)
        n -= 1
    power[0] = high
    power[1] = low


@micropython.viper
def vowel_power(x: int, total: int, sums: ptr32, power: ptr32):
    """Sum of squares of 80 samples of h8's 5-by-5 double average; sums: h8's running sums of 5, int32[85]."""
    total = 0 - 25 * 32768
    x = 0
    while x < 5:
        total += sums[x]
        x += 1
    high = 0
    low = 0
    n = 80
    while n:
        x = ((total >> 4) * 2621 + 2048) >> 12
        total += sums[5]
        total -= sums[0]
        x = x * x
        high += x >> 15
        low += x & 0x7FFF
        sums = ptr32(int(sums) + 4)
        n -= 1
    power[0] = high
    power[1] = low


@micropython.viper
def power_db(power: ptr32, table: ptr32, count_db_q8: int) -> int:
    """decibel.power_db_q8 of a sum of squares in two words; table: LOG2_Q16; count_db_q8 with full scale added. decibel.FLOOR_Q8 for no power."""
    high = power[0] + (power[1] >> 15)
    low = power[1] & 0x7FFF
    if high == 0 and low == 0:
        return 0 - 30720
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
def shift_down(signal: ptr16, late: ptr16, count: int, by: int):
    """signal[0 .. count - 1] = signal[by .. by + count - 1]. `late` is the signal once more."""
    late = ptr16(int(signal) + (by << 1))
    while count > 3:
        signal[0] = late[0]
        signal[1] = late[1]
        signal[2] = late[2]
        signal[3] = late[3]
        signal = ptr16(int(signal) + 8)
        late = ptr16(int(late) + 8)
        count -= 4
    while count:
        signal[0] = late[0]
        signal = ptr16(int(signal) + 2)
        late = ptr16(int(late) + 2)
        count -= 1
