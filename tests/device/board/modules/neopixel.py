"""MicroPython's neopixel driver on a recorded strip: the same names, the same buffer in the order green, red, blue."""

from fakeboard import world


class NeoPixel:
    ORDER = (1, 0, 2, 3)

    def __init__(self, pin, n, bpp=3, timing=1):
        self.pin = pin
        self.n = n
        self.bpp = bpp
        self.buf = bytearray(n * bpp)
        self.pin.init(3)
        self._shown = b""

    def __len__(self):
        return self.n

    def __setitem__(self, i, value):
        offset = i * self.bpp
        for k in range(self.bpp):
            self.buf[offset + self.ORDER[k]] = value[k]

    def __getitem__(self, i):
        offset = i * self.bpp
        return tuple(self.buf[offset + self.ORDER[k]] for k in range(self.bpp))

    def fill(self, value):
        for i in range(self.n):
            self[i] = value

    def write(self):
        world.enter_hardware()
        self._record()
        world.leave_hardware()

    def _record(self):
        if bytes(self.buf) != self._shown:
            self._shown = bytes(self.buf)
            world.note("pixels", rgb=[list(self[i]) for i in range(self.n)])
