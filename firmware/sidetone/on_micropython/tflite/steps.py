"""What a compiled plan is made of: one object for each operator that does something, all its buffers and numbers at hand.

`run()` of any of them allocates nothing. Buffers are bytearrays or memoryviews; geometry is in arrays of int32 that the kernels read.
"""

from array import array

from sidetone.on_micropython.tflite import kernels, products


class Copy:
    """RESHAPE, READ_VARIABLE, ASSIGN_VARIABLE, a contiguous slice, where the bytes cannot stay where they are."""

    def __init__(self, source, target, count):
        self.source = source
        self.target = target
        self.count = count

    def run(self):
        kernels.copy(self.source, self.target, self.count)


class CopyBlocks:
    """One input of CONCATENATION, one output of SPLIT_V."""

    def __init__(self, source, target, block, blocks, source_step, target_step):
        self.source = source
        self.target = target
        self.block = block
        self.blocks = blocks
        self.source_step = source_step
        self.target_step = target_step

    def run(self):
        kernels.copy_blocks(self.source, self.target, self.block, self.blocks, self.source_step, self.target_step)


class Gather:
    """STRIDED_SLICE in general."""

    def __init__(self, source, target, walk):
        self.source = source
        self.target = target
        self.walk = walk

    def run(self):
        kernels.gather(self.source, self.target, self.walk)


class LookUp:
    """LOGISTIC and QUANTIZE: 256 answers."""

    def __init__(self, source, target, table, count):
        self.source = source
        self.target = target
        self.table = table
        self.count = count

    def run(self):
        kernels.look_up(self.source, self.target, self.table, self.count)


class Rescaled:
    """What turns sums into int8 outputs. rows: as products.rescale wants them, `step` bytes apart (0: one for all)."""

    def __init__(self, sums, rows, outputs, step, zero, low, high):
        self.sums = sums
        self.rows = rows
        self.outputs = outputs
        self.numbers = array("I", (outputs, step, zero, low, high))


class Add:
    def __init__(self, a, b, target, walk, tables, rescaled):
        self.a = a
        self.b = b
        self.target = target
        self.walk = walk
        self.tables = tables
        self.sums = rescaled.sums
        self.scales = rescaled.rows
        self.numbers = rescaled.numbers

    def run(self):
        sums = self.sums
        kernels.add(self.a, self.b, sums, self.walk, self.tables)
        products.rescale(0, self.scales, sums, self.target, self.numbers)


class _Summing:
    """One output place: what it sees, what it fills. constants: of each channel; rescaled: what comes after the sums."""

    def __init__(self, source, target, weights, constants, rescaled):
        self.source = source
        self.target = target
        self.weights = weights
        self.constants = constants
        self.outputs = rescaled.outputs
        self.sums = rescaled.sums
        self.scales = rescaled.rows
        self.numbers = rescaled.numbers


class Dense(_Summing):
    """FULLY_CONNECTED, and CONV_2D whose every output place sees one unbroken run of the input."""

    def __init__(self, source, target, weights, count, constants, rescaled):
        _Summing.__init__(self, source, target, weights, constants, rescaled)
        self.count = count

    def run(self):
        sums = self.sums
        products.dense(0, self.weights, self.source, sums, self.count, self.constants, self.outputs)
        products.rescale(0, self.scales, sums, self.target, self.numbers)


class DensePairs(_Summing):
    """As Dense, with weights light enough for two products at a time."""

    def __init__(self, source, target, weights, packed, count, groups, constants, rescaled):
        _Summing.__init__(self, source, target, weights, constants, rescaled)
        self.packed = packed
        self.count = count
        self.groups = groups

    def run(self):
        sums, packed = self.sums, self.packed
        products.pack(self.source, packed, self.count)
        products.dense_pairs(0, self.weights, packed, sums, self.groups, self.constants, self.outputs)
        products.rescale(0, self.scales, sums, self.target, self.numbers)


class Depthwise(_Summing):
    """DEPTHWISE_CONV_2D; weights with a channel's taps side by side. repeat: outputs of each input channel."""

    def __init__(self, source, target, weights, taps, constants, repeat, rescaled):
        _Summing.__init__(self, source, target, weights, constants, rescaled)
        self.taps = taps
        self.repeat = repeat

    def run(self):
        sums, weights = self.sums, self.weights
        products.depthwise(0, weights, weights, self.source, sums, self.taps, self.constants, self.outputs, self.repeat)
        products.rescale(0, self.scales, sums, self.target, self.numbers)


class Places:
    """One of the above for several output places. rows: (what it sees, what it fills) of each."""

    def __init__(self, step, rows):
        self.step = step
        self.rows = rows

    def run(self):
        step = self.step
        for row in self.rows:
            step.source = row[0]
            step.target = row[1]
            step.run()


class Patched:
    """A convolution with padding, or over a part of the width: each output place's view is first gathered into `scratch`.

    step: the Dense, DensePairs or Depthwise that sees `scratch`; places: (y, x, target) of each output place.
    """

    def __init__(self, source, scratch, shape, fill, places, step):
        self.source = source
        self.scratch = scratch
        self.shape = shape
        self.fill = fill
        self.places = places
        self.step = step

    def run(self):
        step = self.step
        for place in self.places:
            kernels.patch(self.source, self.scratch, self.shape, place[0], place[1], self.fill)
            step.target = place[2]
            step.run()
