"""The interpreter's moving of bytes in viper, its tables, and ADD; right for machine words of 32 and of 64 bits.

Activations are bytes of q + 128, so that viper's unsigned loads need no sign extension. Sums are left for products.rescale.
"""

import micropython


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
def add(a: ptr8, b: ptr8, sums: ptr32, walk: ptr32, tables: ptr32):
    """The sums of a + b, rescaled to a common scale. walk: 4 output lengths, 4 steps of a, 4 steps of b (0 where broadcast).

    tables: 256 rescaled values of a + 2**28, 256 of b + 2**28.
    """
    table_b = ptr32(int(tables) + 1024)
    step_a = walk[7]
    step_b = walk[11]
    n0 = walk[0]
    from_a = int(a)
    from_b = int(b)
    while n0:
        a1 = from_a
        b1 = from_b
        n1 = walk[1]
        while n1:
            a2 = a1
            b2 = b1
            n2 = walk[2]
            while n2:
                a = ptr8(a2)
                b = ptr8(b2)
                n3 = walk[3]
                while n3:
                    sums[0] = tables[a[0]] + table_b[b[0]]
                    sums = ptr32(int(sums) + 4)
                    a = ptr8(int(a) + step_a)
                    b = ptr8(int(b) + step_b)
                    n3 -= 1
                a2 += walk[6]
                b2 += walk[10]
                n2 -= 1
            a1 += walk[5]
            b1 += walk[9]
            n1 -= 1
        from_a += walk[4]
        from_b += walk[8]
        n0 -= 1
