"""One hop of a talker's measures in viper: activity, noise floor, level, P.56 counters, tones, syllable peaks; meter.py keeps the rest.

The rules are core/speech's (activity, level, tones, syllables), and the integers are the same. All state is one array of unsigned
words, because loads are unsigned where a word has 64 bits: levels are kept as dBFS Q8 + 32768. Places in it:
"""

import micropython
from micropython import const

ZERO = 32768  # added to every level
NOISE, NOISE_KNOWN, PREVIOUS, BEFORE, MASK, LOWEST, RUN, SILENT, STARVED = range(9)
PART_HOPS, PART_LOWEST, PARTS_KNOWN = 9, 10, 11
PARTS = 12  # .. 17
SPEAKING, BEGAN, ENDED = 18, 19, 20
TONE_LAST, TONE_SURE = 21, 22
FIRST, SECOND, AT, ENERGY_HIGH, ENERGY_LOW = 23, 24, 25, 26, 27
OWN = 28  # power, hops so far, hops at most, level
RUNNING = 32  # the same
KNOWN = 36
SYLLABLE_HOPS, PEAKS = 37, 38
BAND = 40  # place in the ring, sum, rising, extreme; its five levels
VOWEL = 49
RING = 58  # .. 77: threshold index of the last 20 hops
COUNTS = 78  # .. 94
WORK = 96  # .. 99
TONE_LOW, TONE_HIGH = 100, 101  # a tone's loss in the speech band, + ZERO
STRONG, SINCE = 102, 103  # a strong hop was heard; where a spurt would begin, + 1 ms, or 0
WORDS = 104

ACTIVE, TALKS, TONE, PEAK = 1, 2, 4, 8  # what `hop` returns: flags, and PEAK for each syllable peak (0, 8 or 16)

_ZERO = const(32768)
_DB_29 = const(22348)  # decibel.log2_to_db_q8(29 << 12); meter.py checks it


@micropython.viper
def hop(x: int, s: ptr32, t_ms: int, energy: int, band: int, vowel: int, peak: int, exp2: ptr32, log2: ptr32) -> int:
    """One hop that ends at t_ms: levels in dBFS Q8, peak 0..32768; exp2, log2: decibel's tables as words. x: unused."""
    energy += _ZERO
    band += _ZERO
    vowel += _ZERO
    flags = 0
    # activity: the smoothed band over the gates
    if s[1] == 0:
        s[2] = band
        s[3] = band
    x = band + s[2] + s[3]
    smooth = (x * 5461) >> 14  # a third, and at most 7 too small
    x -= 3 * smooth
    while x >= 3:
        smooth += 1
        x -= 3
    s[3] = s[2]
    s[2] = band
    # the noise floor
    if s[9] == 0 or smooth < s[10]:
        s[10] = smooth
    if s[1] == 0 or smooth < s[0]:
        s[0] = smooth
        s[1] = 1
    s[9] = s[9] + 1
    if s[9] >= 50:
        s[9] = 0
        x = 12
        while x < 17:
            s[x] = s[x + 1]
            x += 1
        s[17] = s[10]
        if s[11] < 6:
            s[11] = s[11] + 1
        x = 18 - s[11]
        y = s[17]
        while x < 17:
            if s[x] < y:
                y = s[x]
            x += 1
        s[0] = y
    noise = s[0]
    active = 0
    if smooth > s[31] - 3840 and smooth > noise + 1536 and smooth > s[4]:
        active = 1
    # what becomes a power: this hop, its envelope's amplitude, and what the own or the running level is made of
    s[96] = energy + 32768
    s[97] = ((energy - _ZERO - 563) >> 1) + 65536
    work = 98
    starve = 0
    let_go = 0
    if active:
        flags = 1
        s[8] = 0
        s[7] = 0
        s[6] = s[6] + 1
        if smooth > s[31] - 2560:
            s[102] = 1
        if s[6] == 3 and s[103] == 0:
            s[103] = t_ms - 29
        if s[18]:
            s[20] = t_ms
        elif s[102] and s[6] >= 3:
            s[18] = 1
            s[19] = s[103] - 1
            s[20] = t_ms
        s[98] = band + 32768
        work = 99
        if energy < s[35] - 4070:
            let_go = 1
            s[35] = s[35] - 26
            s[99] = s[35] + 32768
            work = 100
    else:
        s[6] = 0
        s[7] = s[7] + 1
        if s[7] == 10:
            s[102] = 0
            s[103] = 0
        if s[7] >= 25:
            s[18] = 0
            if smooth > noise + 3072 and smooth > s[4]:
                s[8] = s[8] + 1
                if s[8] > 200 and s[31] > s[5]:
                    starve = 1
                    s[31] = s[31] - 3
                    s[98] = s[31] + 32768
                    work = 99
    i = 96
    while i < work:
        x = ((((s[i] - 65536) * 10885) >> 11)) + 118784
        y = 0
        if x >= 0:
            if x >= 122880:
                x = 122879
            y = (x >> 6) & 63
            low = exp2[y]
            y = low + (((exp2[y + 1] - low) * (x & 63)) >> 6)
            x = (x >> 12) - 15
            if x >= 0:
                y = y << x
            else:
                y = y >> (0 - x)
        s[i] = y
        i += 1
    power = s[96]
    # tones
    change = energy - s[21]
    s[21] = energy
    sure = s[22]
    good = 0
    x = energy - band
    if change < 192 and change > 0 - 192 and energy > _ZERO - 14080 and x >= s[100] - _ZERO and x <= s[101] - _ZERO:
        x = power >> 5
        y = (peak * peak) >> 5
        if y >= 3 * x and y <= 8 * x:
            good = 1
            if sure < 14:
                s[22] = sure + 1
            if sure >= 7:
                flags |= 4
    if good == 0 and sure:
        if energy < _ZERO - 14080 or change < 0 - 1024:
            s[22] = 0
        else:
            x = 0
            if sure > 3:
                x = sure - 3
            s[22] = x
            if x >= 8:
                flags |= 4
    # P.56: envelope, hangover and histogram
    amplitude = s[97] >> 10
    x = amplitude + (((s[23] - amplitude) * 734) >> 10)
    y = x + (((s[24] - x) * 734) >> 10)
    s[23] = x
    s[24] = y
    x = 0
    y = y >> 4
    while y:
        y >>= 1
        x += 1
    s[58 + s[25]] = x
    y = s[25] + 1
    if y == 20:
        y = 0
    s[25] = y
    y = 58
    x = 0
    while y < 78:
        if s[y] > x:
            x = s[y]
        y += 1
    s[78 + x] = s[78 + x] + 1
    x = s[27] + (power & 0x3FFF)
    s[26] = s[26] + (power >> 14) + (x >> 14)
    s[27] = x & 0x3FFF
    # the own level and the running one: means of powers, told in decibels
    if starve:
        s[28] = s[98]
    if active:
        if let_go:
            s[32] = s[99]
        q = ptr32(int(s) + 112)
        new = s[98]
        i = 2 - let_go
        while i:
            y = q[1]
            if y < q[2]:
                y += 1
                q[1] = y
            x = new - q[0]
            below = 0
            if x < 0:
                below = 1
                x = y - 1 - x  # floor, not towards zero
            shift = 0
            while (y << (shift + 1)) <= x:
                shift += 1
            mean = 0
            while shift >= 0:
                if x >= y << shift:
                    x -= y << shift
                    mean += 1 << shift
                shift -= 1
            if below:
                mean = 0 - mean
            x = q[0] + mean
            q[0] = x
            level = _ZERO - 30720
            if x > 0:
                y = x
                shift = 0
                while y > 1:
                    y >>= 1
                    shift += 1
                if shift >= 15:
                    x = x >> (shift - 15)
                else:
                    x = x << (15 - shift)
                x = x & 0x7FFF
                y = x >> 9
                low = log2[y]
                x = low + (((log2[y + 1] - low) * (x & 511)) >> 9)
                x = (shift << 12) + (x >> 4)
                level = ((x * 770 + ((x * 41) >> 6)) >> 12) - _DB_29 + _ZERO
            q[3] = level
            q = ptr32(int(q) + 16)
            new = power
            i -= 1
        if let_go == 0:
            s[36] = 0
            if s[33] >= 45:
                s[36] = 1
    # syllables: ups and downs of both bands
    q = ptr32(int(s) + 160)
    level = band
    gate = s[31] - 2816
    i = 2
    while i:
        x = q[0]
        y = q[1] + level - q[4 + x]
        q[1] = y
        q[4 + x] = level
        x += 1
        if x == 5:
            x = 0
        q[0] = x
        x = (y * 3276) >> 14  # a fifth, and at most 8 too small
        y -= 5 * x
        while y >= 5:
            x += 1
            y -= 5
        y = q[3]
        if q[2]:
            if x > y:
                q[3] = x
            elif x <= y - 256:
                q[2] = 0
                q[3] = x
                if y > gate:
                    flags += 8
        elif x < y:
            q[3] = x
        elif x >= y + 256:
            q[2] = 1
            q[3] = x
        q = ptr32(int(q) + 36)
        level = vowel
        gate = s[31] - 3328
        i -= 1
    if active:
        x = s[37]
        if x < 256:
            s[37] = x + 1
        else:
            s[38] = s[38] - (s[38] >> 8)
    if s[18]:
        flags |= 2
    return flags
