"""Two tiny streaming networks, written as .tflite bytes from nothing, and the FlatBuffers writer that does it. Runs on both runtimes.

A table is a list of fields in the format's order: None (left out), (code, number) with a struct code, ("vector", code, numbers),
("bytes", data), ("text", string), ("table", fields), ("tables", [fields, ...]). Parts come after the table that refers to them.
"""

import struct

INT32, UINT8, INT8, RESOURCE = 2, 3, 9, 13
WIDTHS = {"b": 1, "B": 1, "H": 2, "i": 4, "I": 4, "q": 8}


class Writer:
    def __init__(self):
        self.out = bytearray()

    def align(self, width):
        while len(self.out) % width:
            self.out.append(0)

    def put(self, code, value):
        """Append one number, aligned; returns its place."""
        self.align(WIDTHS[code])
        at = len(self.out)
        self.out += struct.pack("<" + code, value)
        return at

    def point(self, place, target):
        self.out[place : place + 4] = struct.pack("<I", target - place)

    def table(self, fields):
        self.align(4)
        vtable = len(self.out)
        self.out += bytes(4 + 2 * len(fields))
        self.align(8)
        at = self.put("i", 0)
        slots = []
        for number, field in enumerate(fields):
            if field is None:
                continue
            code, value = field[:2] if field[0] in WIDTHS else ("I", 0)
            place = self.put(code, value)
            self.out[vtable + 4 + 2 * number : vtable + 6 + 2 * number] = struct.pack("<H", place - at)
            if field[0] not in WIDTHS:
                slots.append((place, field))
        self.out[vtable : vtable + 4] = struct.pack("<HH", 4 + 2 * len(fields), len(self.out) - at)
        self.out[at : at + 4] = struct.pack("<i", at - vtable)
        for place, field in slots:
            self.point(place, self.part(field))
        return at

    def part(self, field):
        if field[0] == "table":
            return self.table(field[1])
        if field[0] == "tables":
            at = self.put("I", len(field[1]))
            for _ in field[1]:
                self.put("I", 0)
            for number, fields in enumerate(field[1]):
                self.point(at + 4 + 4 * number, self.table(fields))
            return at
        if field[0] == "vector":
            if WIDTHS[field[1]] == 8:  # the numbers, not the count, stand on the 8-byte boundary
                while len(self.out) % 8 != 4:
                    self.out.append(0)
            at = self.put("I", len(field[2]))
            for number in field[2]:
                self.put(field[1], number)
            return at
        if field[0] == "text":
            at = self.put("I", len(field[1]))
            self.out += field[1].encode() + b"\x00"
            return at
        # model data stands on 16-byte boundaries
        while len(self.out) % 16 != 12:
            self.out.append(0)
        at = self.put("I", len(field[1]))
        self.out += field[1]
        return at


def file_of(root):
    """The finished file of a root table; like every writer's, its length is a multiple of the strictest alignment used."""
    writer = Writer()
    writer.out += struct.pack("<I4s", 0, b"TFL3")
    writer.point(0, writer.table(root))
    writer.align(16)
    return bytes(writer.out)


class Builder:
    """Collects buffers, operator codes, tensors and operators of the subgraphs of one model."""

    def __init__(self):
        self.buffers = [[]]
        self.codes = []
        self.subgraphs = []
        self.begin()

    def begin(self):
        self.tensors = []
        self.operators = []

    def tensor(self, name, shape, kind=INT8, data=None, scale_bits=(), zero=0, axis=0):
        """Returns the tensor's index. scale_bits: float32 bits, one or one a channel."""
        buffer = 0
        if data is not None:
            buffer = len(self.buffers)
            self.buffers.append([("bytes", data)])
        quantization = None
        if scale_bits:
            zeros = ("vector", "q", [zero] * len(scale_bits))
            quantization = ("table", [None, None, ("vector", "I", scale_bits), zeros, None, None, ("i", axis)])
        self.tensors.append([("vector", "i", shape), ("b", kind), ("I", buffer), ("text", name), quantization])
        return len(self.tensors) - 1

    def integers(self, name, values):
        return self.tensor(name, (len(values),), INT32, struct.pack("<%di" % len(values), *values))

    def operator(self, code, inputs, outputs, options_type=0, options=()):
        if code not in self.codes:
            self.codes.append(code)
        row = [("I", self.codes.index(code)), ("vector", "i", inputs), ("vector", "i", outputs), ("B", options_type)]
        self.operators.append(row + ([("table", list(options))] if options_type else []))

    def end(self, inputs, outputs, name):
        self.subgraphs.append(
            [("tables", self.tensors), ("vector", "i", inputs), ("vector", "i", outputs), ("tables", self.operators), ("text", name)]
        )
        self.begin()

    def file(self):
        codes = [[("b", code if code < 127 else 127), None, ("i", 1), ("i", code)] for code in self.codes]
        return file_of([("I", 3), ("tables", codes), ("tables", self.subgraphs), ("text", "tiny"), ("tables", self.buffers)])


ONE = 0x3F800000  # 1.0
HALF = 0x3F000000
QUARTER = 0x3E800000
HUNDREDTH = 0x3C23D70A
TENTH = 0x3DCCCCCD
PER_256 = 0x3B800000  # 1/256, the scale of a LOGISTIC's answer


def pseudo_random(seed, count):
    """`count` int8 values as bytes, the same on every runtime (linear congruential, high byte)."""
    values = bytearray()
    for _ in range(count):
        seed = (seed * 1103515245 + 12345) & 0x7FFFFFFF
        values.append(seed >> 16 & 255)
    return bytes(values)


def _body(b, data, state, seed):
    """features [1,3,4] and 2 remembered steps of 4 channels -> (logits [1,1,1,5], the 2 newest steps)."""
    wide = b.tensor("wide", (1, 3, 1, 4), INT8, None, (TENTH,), 3)
    shape = b.integers("wide_shape", (1, 3, 1, 4))
    b.operator(22, (data, shape), (wide,), 17, [("vector", "i", (1, 3, 1, 4))])
    joined = b.tensor("joined", (1, 5, 1, 4), INT8, None, (TENTH,), 3)
    b.operator(2, (state, wide), (joined,), 10, [("i", 1), ("b", 0)])
    newest = b.tensor("newest", (1, 2, 1, 4), INT8, None, (TENTH,), 3)
    cut = (b.integers("begin", (0, -2, 0, 0)), b.integers("end", (1, 5, 1, 4)), b.integers("stride", (1, 1, 1, 1)))
    b.operator(45, (joined,) + cut, (newest,), 32, [("i", 13), ("i", 15), ("i", 0), ("i", 0), ("i", 0)])
    smooth = b.tensor("smooth", (1, 3, 1, 4), INT8, None, (QUARTER,), -7)
    kernel = b.tensor("kernel", (1, 3, 1, 4), INT8, pseudo_random(seed, 12), (HUNDREDTH, HUNDREDTH, QUARTER, TENTH), 0, 3)
    offset = b.tensor("offset", (4,), INT32, struct.pack("<4i", 100, -200, 0, 50))
    b.operator(4, (joined, kernel, offset), (smooth,), 2, [("b", 1), ("i", 1), ("i", 1), ("i", 1), ("b", 1), ("i", 1), ("i", 1)])
    sums = b.tensor("sums", (1, 3, 1, 4), INT8, None, (HALF,), 5)
    b.operator(0, (smooth, wide), (sums,), 11, [("b", 0), ("B", 1)])
    logits = b.tensor("logits", (1, 1, 1, 5), INT8, None, (ONE,), 2)
    weights = b.tensor("weights", (5, 3, 1, 4), INT8, pseudo_random(seed + 1, 60), (HUNDREDTH,), 0, 0)
    bias = b.tensor("bias", (5,), INT32, struct.pack("<5i", 9, -9, 0, 1000, -1000))
    b.operator(3, (sums, weights, bias), (logits,), 1, [("b", 1), ("i", 1), ("i", 1), ("b", 0), ("i", 1), ("i", 1)])
    return logits, newest


def explicit_states(seed=1):
    """Input 0 the features, output 0 the logits int8 [1,1,1,5]; input 1 and output 1 the state."""
    b = Builder()
    data = b.tensor("features", (1, 3, 4), INT8, None, (TENTH,), 3)
    state = b.tensor("state", (1, 2, 1, 4), INT8, None, (TENTH,), 3)
    logits, newest = _body(b, data, state, seed)
    b.end((data, state), (logits, newest), "main")
    return b.file()


def resource_variables(seed=1, last=114):
    """The same network with its state in a resource variable, set by a CALL_ONCE, and a microWakeWord tail: SPLIT_V,
    FULLY_CONNECTED, LOGISTIC, QUANTIZE to uint8. `last`: the code of the last operator, to try one we lack."""
    b = Builder()
    data = b.tensor("features", (1, 3, 4), INT8, None, (TENTH,), 3)
    b.operator(129, (), (), 103, [("i", 1)])
    handle = b.tensor("handle", (), RESOURCE)
    b.operator(142, (), (handle,), 111, [("text", ""), ("text", "steps")])
    state = b.tensor("state", (1, 2, 1, 4), INT8, None, (TENTH,), 3)
    b.operator(143, (handle,), (state,), 112)
    logits, newest = _body(b, data, state, seed)
    b.operator(144, (handle, newest), (), 113)
    left = b.tensor("left", (1, 1, 1, 2), INT8, None, (ONE,), 2)
    right = b.tensor("right", (1, 1, 1, 3), INT8, None, (ONE,), 2)
    b.operator(102, (logits, b.integers("sizes", (2, 3)), b.integers("axis", (3,))), (left, right), 79, [("i", 2)])
    score = b.tensor("score", (1, 1), INT8, None, (TENTH,), 4)
    weights = b.tensor("head", (1, 3), INT8, pseudo_random(seed + 2, 3), (HUNDREDTH,), 0)
    bias = b.tensor("head_bias", (1,), INT32, struct.pack("<i", 300), (HUNDREDTH,))  # LiteRT wants scale = input x weights
    b.operator(9, (right, weights, bias), (score,), 8, [("b", 0), ("b", 0), ("B", 0), ("B", 0)])
    share = b.tensor("share", (1, 1), INT8, None, (PER_256,), -128)
    b.operator(14, (score,), (share,))
    posterior = b.tensor("posterior", (1, 1), UINT8, None, (PER_256,), 0)
    b.operator(last, (share,), (posterior,))
    b.end((data,), (posterior,), "main")
    zero = b.tensor("zero", (1, 2, 1, 4), INT8, bytes([3] * 8), (TENTH,), 3)
    handle = b.tensor("handle", (), RESOURCE)
    b.operator(142, (), (handle,), 111, [("text", ""), ("text", "steps")])
    b.operator(144, (handle, zero), (), 113)
    b.end((), (), "init")
    return b.file()
