"""What a row of logits says of each label, in viper: core/speech/phrases.py explains the rules; spotter.py puts them together."""

import micropython


@micropython.viper
def costs(logits: ptr8, out: ptr16, first: int, count: int, tokens: int, tokens_end: int, best: int, margin: int) -> int:
    """int8 logits (as bytes) -> out[2 * count]: what each unit costs, and again with the margin. Returns the best's logit + 128, the blank's
    cost << 8, and the best unit << 16: `best`, which was it before, or the first that is better.

    Units are logits[first ..], the blank first of all; labels' tokens are logits[tokens : tokens_end].
    """
    top = 0
    n = 0
    while n < count:
        x = logits[first + n] ^ 128
        if x > top:
            top = x
        n += 1
    if logits[first + best] ^ 128 != top:
        best = 0
        while logits[first + best] ^ 128 != top:
            best += 1
    blank = logits[first] ^ 128
    n = tokens
    while n < tokens_end:
        x = logits[n] ^ 128
        if x > blank:
            blank = x
        n += 1
    if blank > top:
        top = blank
    n = 0
    second = 0
    while n < count:
        x = logits[first + n] ^ 128
        if n != best and x > second:
            second = x
        x = top - x
        out[n] = x
        x += margin
        if x > 255:
            x = 255
        out[count + n] = x
        n += 1
    if best and out[best] == 0:
        if blank > second:
            second = blank
        margin -= top - second
        if margin < 0:
            margin = 0
        out[count + best] = margin
    return top | (top - blank) << 8 | best << 16


@micropython.viper
def spot(
    fits: ptr16, owner: ptr16, phrases: int, logits: ptr8, rows: ptr32, state: ptr16, held: ptr8, heard: ptr32, count: int, slot: int, packed: int
) -> int:
    """One step of every label; returns how many are heard or in doubt: state[4] of those is 2 or 1.

    fits: of each phrase, 0xFFFF for none; owner: each phrase's label | penalty << 8; phrases: how many of them fit or not, 0 where none fits.
    rows: eight words a label: bias + 2**28, unit weight, token weight, cutoff + 2**28, doubt level + 2**28, refractory steps, token's place
    in logits or 255, unused. state: five words a label: steps until what is held is gone, steps to wait, deaf, unused, event.
    held: 14 bytes a label: the last seven fits, the last seven lags. heard: posterior + 2**28 a label.
    packed: best logit + 128 | farthest token << 8 | no fit << 16.
    """
    top = packed & 255
    far = (packed >> 8) & 255
    none = packed >> 16
    n = 0
    while n < phrases:
        fit = fits[n]
        if fit != 0xFFFF:
            k = owner[n] & 255
            fit += owner[n] >> 8
            s = ptr16(int(state) + k * 10)
            h = ptr8(int(held) + k * 14)
            if s[0] == 0:
                i = 0
                while i < 14:
                    h[i] = 255
                    i += 1
            if s[0] < 8 or fit < h[slot]:
                h[slot] = fit
            s[0] = 8
        n += 1
    events = 0
    while count:
        if state[1]:
            state[1] = state[1] - 1
        state[4] = 0
        lag = 255
        if rows[6] != 255:
            lag = top - (logits[rows[6]] ^ 128)
        if state[0] == 0 and lag > far:
            if state[1] == 0:
                state[2] = 0
            heard[0] = 0x10000000 - 32768
        else:
            if state[0] == 0:
                i = 0
                while i < 14:
                    held[i] = 255
                    i += 1
            if state[0] <= 7:
                held[slot] = 255
            if lag <= far and state[0] < 7:
                state[0] = 7
            state[0] = state[0] - 1
            held[7 + slot] = lag
            fit = none
            lag = far
            i = 0
            while i < 7:
                if held[i] < fit:
                    fit = held[i]
                if held[7 + i] < lag:
                    lag = held[7 + i]
                i += 1
            value = rows[0] - ((rows[1] * fit + rows[2] * lag) >> 8)
            heard[0] = value
            if value < rows[3]:
                if state[1] == 0:
                    state[2] = 0
                    if value >= rows[4]:
                        state[4] = 1
                        events += 1
            elif state[2] == 0:
                state[2] = 1
                state[1] = rows[5]
                state[4] = 2
                events += 1
        rows = ptr32(int(rows) + 32)
        state = ptr16(int(state) + 10)
        held = ptr8(int(held) + 14)
        heard = ptr32(int(heard) + 4)
        count -= 1
    return events
