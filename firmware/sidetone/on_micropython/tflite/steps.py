"""What a compiled plan is made of: one object for each operator that does something, all its buffers and numbers at hand.

`run()` of any of them allocates nothing. Buffers are bytearrays or memoryviews; geometry is in arrays of int32 that the kernels read.
"""

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
        self.step = step
        self.zero = zero
        self.low = low
        self.high = high

    def into(self, target):
        products.rescale(0, self.rows, self.sums, target, self.outputs, self.step, self.zero, self.low, self.high)


class Add:
    def __init__(self, a, b, target, walk, tables, rescaled):
        self.a = a
        self.b = b
        self.target = target
        self.walk = walk
        self.tables = tables
        self.rescaled = rescaled

    def run(self):
        kernels.add(self.a, self.b, self.rescaled.sums, self.walk, self.tables)
        self.rescaled.into(self.target)


class Dense:
    """FULLY_CONNECTED, and CONV_2D whose every output place sees one unbroken run of the input. rows: (what it sees, what it fills)."""

    def __init__(self, rows, weights, count, constants, outputs, rescaled):
        self.rows = rows
        self.weights = weights
        self.count = count
        self.constants = constants
        self.outputs = outputs
        self.rescaled = rescaled

    def run(self):
        for row in self.rows:
            products.dense(0, self.weights, row[0], self.rescaled.sums, self.count, self.constants, self.outputs)
            self.rescaled.into(row[1])


class DensePairs:
    """As Dense, with weights light enough for two products at a time."""

    def __init__(self, rows, weights, packed, count, groups, constants, outputs, rescaled):
        self.rows = rows
        self.weights = weights
        self.packed = packed
        self.count = count
        self.groups = groups
        self.constants = constants
        self.outputs = outputs
        self.rescaled = rescaled

    def run(self):
        for row in self.rows:
            products.pack(row[0], self.packed, self.count)
            products.dense_pairs(0, self.weights, self.packed, self.rescaled.sums, self.groups, self.constants, self.outputs)
            self.rescaled.into(row[1])


class Depthwise:
    """DEPTHWISE_CONV_2D; rows as for Dense, weights with a channel's taps side by side."""

    def __init__(self, rows, weights, taps, constants, outputs, repeat, rescaled):
        self.rows = rows
        self.weights = weights
        self.taps = taps
        self.constants = constants
        self.outputs = outputs
        self.repeat = repeat
        self.rescaled = rescaled

    def run(self):
        for row in self.rows:
            products.depthwise(
                0, self.weights, self.weights, row[0], self.rescaled.sums, self.taps, self.constants, self.outputs, self.repeat
            )
            self.rescaled.into(row[1])


class Patched:
    """A convolution with padding, or over a part of the width: each output place's view is first gathered into `scratch`.

    step: the Dense, DensePairs or Depthwise whose one row is (scratch, its target); places: (y, x, target) of each output place.
    """

    def __init__(self, source, scratch, shape, fill, places, step):
        self.source = source
        self.scratch = scratch
        self.shape = shape
        self.fill = fill
        self.places = places
        self.step = step
        self.row = step.rows[0]

    def run(self):
        row = self.row
        for place in self.places:
            kernels.patch(self.source, self.scratch, self.shape, place[0], place[1], self.fill)
            row[1] = place[2]
            self.step.run()
