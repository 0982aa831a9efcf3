"""Compiles a parsed model into a plan: where every tensor lies, and a list of steps that only name kernels and buffers.

Two passes over the operators. `_lay_out` decides which tensors need bytes of their own and which share another's; `_compile`
then makes the steps. Everything that can be refused is refused here, so that running cannot fail.
"""

import sys
from array import array

from sidetone.core.network import operators as codes
from sidetone.core.network.flatbuffer import I32, ModelError, numbers
from sidetone.core.network.graph import INT8, UINT8
from sidetone.on_micropython.tflite import kernels, products, scales, steps
from sidetone.on_micropython.tflite.memory import FOREVER, Memory, Root, stored

# The kernels' 32-bit sums hold 4096 products and constants under 2**28 (products.py); no layer of a network for a device is near.
MAX_PRODUCTS = 4096
MAX_CONSTANT = 1 << 28
_OFFSET = 1 << 29
_GROUP = 8  # products that one group of pairs sums up before it is taken apart ...
_GROUP_LIMIT = 255  # ... which needs its |weights| to sum to this at most: 128 * 255 < 2**15
_ROW_BYTES = 8  # of products.rescale
_NARROW = sys.maxsize >> 31 == 0  # words of 32 bits, as pairs need them


def _refuse(op, what):
    raise ModelError("operator %d (%s) %s" % (op.index, op.name, what))


class Plan:
    """steps: to be run in order; inputs, outputs: tensor numbers; `view(tensor)`: its bytes; `start()`: variables to initial values."""

    def __init__(self, model):
        self.graph = model.main
        self.tensors = model.main.tensors
        self.inputs = model.main.inputs
        self.outputs = model.main.outputs
        self.memory = Memory(self.tensors)
        self.variables = {}  # name -> Root
        self.initial = {}  # name -> bytes as stored
        self.steps = []
        self._sums = array("I")  # all steps' room for sums
        self._packed = array("I")  # all steps' room for packed inputs
        self._handles = {}
        self._lay_out(model)
        self.memory.settle()
        self.view = self.memory.view
        for index, op in enumerate(self.graph.operators):
            self._compile(index, op)
        self.steps = tuple(self.steps)
        self._beginnings = [(self.initial[name], self.variables[name].buffer) for name in self.variables]
        self.start()

    def start(self):
        """Resource variables back to what the model's initialization gives them."""
        for initial, buffer in self._beginnings:
            kernels.copy(initial, buffer, len(buffer))

    # --- first pass -------------------------------------------------------------------------------------------------------

    def _lay_out(self, model):
        memory = self.memory
        for tensor in self.inputs:
            memory.new(tensor, -1).last = FOREVER
        reads = []  # (root of a value read, the variable's name, when)
        writes = []  # (name, when)
        for when, op in enumerate(self.graph.operators):
            for tensor in self._data_inputs(op):
                memory.read(tensor, when)
            if op.code == codes.CALL_ONCE:
                self._initialize(model.subgraphs[op.options["init_subgraph_index"]])
            elif op.code == codes.VAR_HANDLE:
                self._handles[op.outputs[0]] = _variable_name(op)
            elif op.code == codes.READ_VARIABLE:
                root = memory.new(op.outputs[0], when)
                root.whole = False
                reads.append((root, self._handles[op.inputs[0]], when))
            elif op.code == codes.ASSIGN_VARIABLE:
                writes.append((self._handles[op.inputs[0]], when))
            elif op.code == codes.RESHAPE:
                memory.share(op.outputs[0], op.inputs[0], 0)
            elif op.code == codes.STRIDED_SLICE and _unbroken(self.tensors, op):
                memory.share(op.outputs[0], op.inputs[0], _slice_walk(self.tensors, op)[0])
            else:
                for tensor in op.outputs:
                    memory.new(tensor, when)
                if op.code == codes.CONCATENATION:
                    for tensor, at, _, rows, _ in self._parts(op):
                        if rows == 1:
                            memory.become_part(tensor, op.outputs[0], at)
        for tensor in self.outputs:
            memory.read(tensor, FOREVER)
        for name, size in model.variables:
            root = Root(size, -1)
            root.buffer = bytearray(size)
            if name not in self.initial:
                raise ModelError("variable %s has no initial value" % str(name, "utf-8"))
            self.variables[name] = root
        for root, name, when in reads:
            later = [write for other, write in writes if other == name and write > when]
            if not later or root.last <= min(later):
                root.buffer = self.variables[name].buffer  # nobody writes the variable while its old value is needed

    def _data_inputs(self, op):
        """The inputs whose bytes an operator reads when it runs; weights, shapes and handles are compiled in."""
        if op.code in (codes.CALL_ONCE, codes.VAR_HANDLE, codes.READ_VARIABLE):
            return ()
        if op.code == codes.ASSIGN_VARIABLE:
            return (op.inputs[1],)
        if op.code in (codes.ADD, codes.CONCATENATION):
            return op.inputs
        return (op.inputs[0],)

    def _initialize(self, graph):
        """CALL_ONCE: its subgraph may only assign constants."""
        handles = {}
        for op in graph.operators:
            if op.code == codes.VAR_HANDLE:
                handles[op.outputs[0]] = _variable_name(op)
            elif op.code == codes.ASSIGN_VARIABLE and graph.tensors[op.inputs[1]].data is not None:
                self.initial[handles[op.inputs[0]]] = stored(graph.tensors[op.inputs[1]])
            else:
                _refuse(op, "computes an initial value, which is not supported")

    # --- second pass ------------------------------------------------------------------------------------------------------

    def _compile(self, index, op):
        code = op.code
        if code in (codes.CALL_ONCE, codes.VAR_HANDLE, codes.RESHAPE):
            return
        if code == codes.READ_VARIABLE:
            variable = self.variables[self._handles[op.inputs[0]]].buffer
            if self.memory.places[op.outputs[0]][0].buffer is not variable:
                self._copy(variable, self.view(op.outputs[0]))
        elif code == codes.ASSIGN_VARIABLE:
            self._copy(self.view(op.inputs[1]), self.variables[self._handles[op.inputs[0]]].buffer)
        elif code == codes.STRIDED_SLICE:
            self._strided_slice(op)
        elif code == codes.CONCATENATION:
            self._concatenation(op)
        elif code == codes.SPLIT_V:
            self._split_v(op)
        elif code in (codes.LOGISTIC, codes.QUANTIZE):
            self._table(op)
        elif code == codes.ADD:
            self._add(op)
        elif code == codes.FULLY_CONNECTED:
            self._fully_connected(op)
        elif code in (codes.CONV_2D, codes.DEPTHWISE_CONV_2D):
            self._convolution(op)
        else:
            _refuse(op, "is not supported on the device")

    def _copy(self, source, target):
        self.steps.append(steps.Copy(source, target, len(target)))

    def _strided_slice(self, op):
        if not _unbroken(self.tensors, op):
            start, walk = _slice_walk(self.tensors, op)
            self.steps.append(steps.Gather(self.view(op.inputs[0])[start:], self.view(op.outputs[0]), walk))

    def _parts(self, op):
        """CONCATENATION -> of each input (tensor, where it begins in a row of the output, its bytes in a row, rows, bytes of a row)."""
        output = self.tensors[op.outputs[0]]
        axis = op.options["axis"] % len(output.shape)
        row, rows = _rows(output, axis)
        at, found = 0, []
        for tensor in op.inputs:
            block = _rows(self.tensors[tensor], axis)[0]
            found.append((tensor, at, block, rows, row))
            at += block
        return found

    def _concatenation(self, op):
        root, start = self.memory.places[op.outputs[0]]
        for tensor, at, block, rows, row in self._parts(op):
            if self.memory.places[tensor] == (root, start + at):
                continue  # it was written there
            source, target = self.view(tensor), self.view(op.outputs[0])[at:]
            if rows == 1:
                self._copy(source, target[:block])
            else:
                self.steps.append(steps.CopyBlocks(source, target, block, rows, block, row))

    def _split_v(self, op):
        data = self.tensors[op.inputs[0]]
        axis = self.tensors[op.inputs[2]].integers()[0] % len(data.shape)
        row, rows = _rows(data, axis)
        at = 0
        for tensor in op.outputs:
            block = _rows(self.tensors[tensor], axis)[0]
            source, target = self.view(op.inputs[0])[at:], self.view(tensor)
            self.steps.append(steps.CopyBlocks(source, target, block, rows, row, block))
            at += block

    def _table(self, op):
        data, output = self.tensors[op.inputs[0]], self.tensors[op.outputs[0]]
        scale, zero = scales.float_parts(data.scale_bits[0]), data.zero_points[0]
        if op.code == codes.LOGISTIC:
            table = scales.logistic_table(scale, zero)
        else:
            low = _lowest(op, data)
            other = scales.float_parts(output.scale_bits[0])
            table = scales.requantize_table(scale, zero, low, other, output.zero_points[0], _lowest(op, output))
        self.steps.append(steps.LookUp(self.view(op.inputs[0]), self.view(op.outputs[0]), table, output.elements))

    def _add(self, op):
        a, b, output = self.tensors[op.inputs[0]], self.tensors[op.inputs[1]], self.tensors[op.outputs[0]]
        scale_a, scale_b = scales.float_parts(a.scale_bits[0]), scales.float_parts(b.scale_bits[0])
        larger = scale_a if a.scale_bits[0] > b.scale_bits[0] else scale_b  # the bits of positive floats are in their order
        twice = (larger[0], larger[1] + 1)
        words = array("I")
        for tensor, scale in ((a, scale_a), (b, scale_b)):
            fixed, shift = scales.multiplier(scale, twice)
            for i in range(256):
                words.append(scales.scaled((i - 128 - tensor.zero_points[0]) << 20, fixed, shift) + (_OFFSET >> 1))
        out = scales.float_parts(output.scale_bits[0])
        fixed, shift = scales.multiplier(twice, (out[0], out[1] + 20))
        if shift > 0:
            _refuse(op, "has scales that cannot be: its output would overflow")
        walk = array("i", _padded(output.shape, 1))
        for tensor in (a, b):
            shape = _padded(tensor.shape, 1)
            step, row = [], 1
            for length in reversed(shape):
                step.insert(0, row if length > 1 else 0)
                row *= length
            walk.extend(array("i", step))
        rescaled = steps.Rescaled(self._room(output.elements), _row(fixed, shift), output.elements, 0, *_output_limits(op, output))
        self.steps.append(steps.Add(self.view(op.inputs[0]), self.view(op.inputs[1]), self.view(op.outputs[0]), walk, words, rescaled))

    def _fully_connected(self, op):
        data, output = self.tensors[op.inputs[0]], self.tensors[op.outputs[0]]
        outputs, count = self.tensors[op.inputs[1]].shape
        source, target = self.view(op.inputs[0]), self.view(op.outputs[0])
        rows = []
        for row in range(data.elements // count):
            rows.append((source[row * count : (row + 1) * count], target[row * outputs : (row + 1) * outputs]))
        self.steps.append(_placed(self._dense(op, rows[0], count, outputs), rows))

    def _convolution(self, op):
        data, weights, output = self.tensors[op.inputs[0]], self.tensors[op.inputs[1]], self.tensors[op.outputs[0]]
        if data.shape[0] != 1:
            _refuse(op, "has a batch of %d; 1 is supported" % data.shape[0])
        _, height, width, depth = data.shape
        _, out_height, out_width, outputs = output.shape
        kernel_h, kernel_w = weights.shape[1:3]
        options = op.options
        down, across = options["dilation_h"], options["dilation_w"]
        taps = kernel_h * kernel_w
        source, target = self.view(op.inputs[0]), self.view(op.outputs[0])
        top = _padding(options["padding"], height, out_height, kernel_h, options["stride_h"], down)
        left = _padding(options["padding"], width, out_width, kernel_w, options["stride_w"], across)
        places = []
        unbroken = (kernel_w == width or (kernel_h == 1 and taps == 1)) and across == 1 and (down == 1 or kernel_h == 1)
        for row in range(out_height):
            for column in range(out_width):
                y, x = row * options["stride_h"] - top, column * options["stride_w"] - left
                inside = y >= 0 and y + (kernel_h - 1) * down < height and x >= 0 and x + (kernel_w - 1) * across < width
                unbroken = unbroken and inside
                at = (row * out_width + column) * outputs
                places.append((y, x, target[at : at + outputs]))
        scratch = None if unbroken else bytearray(taps * depth)
        rows = []
        if unbroken:
            for y, x, part in places:
                at = (y * width + x) * depth
                rows.append((source[at : at + taps * depth], part))
        else:
            rows.append((scratch, None))
        if op.code == codes.CONV_2D:
            step = self._dense(op, rows[0], taps * depth, outputs)
        else:
            repeat = options["depth_multiplier"]
            kept = stored(weights)
            words = array("I", bytes(4 * len(kept)))
            products.widen(kept, words, taps, outputs)
            constants, rescaled = self._channels(op, kept, outputs, taps, outputs, data.zero_points[0] + 128)
            step = steps.Depthwise(*rows[0], words, taps, constants, repeat, rescaled)
        step = _placed(step, rows)
        if not unbroken:
            shape = array("i", (height, width, depth, kernel_h, kernel_w, down, across))
            step = steps.Patched(source, scratch, shape, data.zero_points[0] + 128, places, step)
        self.steps.append(step)

    def _dense(self, op, row, count, outputs):
        """The step of `outputs` sums of `count` products: by pairs where the weights are light enough for them."""
        kept = stored(self.tensors[op.inputs[1]])
        zero = self.tensors[op.inputs[0]].zero_points[0]
        if not _NARROW or products.heaviest_group(kept, count, outputs) > _GROUP_LIMIT:
            constants, rescaled = self._channels(op, kept, outputs, count, 1, zero + 128)
            return steps.Dense(*row, kept, count, constants, rescaled)
        groups = (count + _GROUP - 1) // _GROUP
        constants, rescaled = self._channels(op, kept, outputs, count, 1, zero)
        words = groups * _GROUP // 2
        weights = array("I", bytes(4 * words * outputs))
        products.pack_weights(kept, weights, count, words, outputs)
        if len(self._packed) < words:
            self._packed.extend(array("I", bytes(4 * (words - len(self._packed)))))
        return steps.DensePairs(*row, weights, self._packed, count, groups, constants, rescaled)

    def _room(self, count):
        """The scratch of `sums` for `count` of them; array.extend keeps the object, so all steps share the one that grows."""
        if len(self._sums) < count:
            self._sums.extend(array("I", bytes(4 * (count - len(self._sums)))))
        return self._sums

    def _channels(self, op, kept, outputs, count, step, zero):
        """(the kernels' constant of each output channel, the step that rescales them). A channel's weights lie `step` apart, `count` of them.

        zero: what a weight's input is too large by in the kernel's sum.
        """
        data, weights, output = self.tensors[op.inputs[0]], self.tensors[op.inputs[1]], self.tensors[op.outputs[0]]
        if count > MAX_PRODUCTS:
            _refuse(op, "sums %d products; at most %d are supported" % (count, MAX_PRODUCTS))
        bias = None
        if len(op.inputs) > 2 and op.inputs[2] >= 0:
            bias = numbers(I32, self.tensors[op.inputs[2]].data)
        scale_in, scale_out = scales.float_parts(data.scale_bits[0]), scales.float_parts(output.scale_bits[0])
        constants, rows = array("I"), array("H")
        view = memoryview(kept)
        for channel in range(outputs):
            first = channel if step > 1 else channel * count
            constant = (bias[channel] if bias else 0) - zero * products.total(view[first:], count, step)
            if not -MAX_CONSTANT < constant < MAX_CONSTANT:
                _refuse(op, "has a bias of %d, too large for 32-bit sums" % constant)
            constants.append(constant + _OFFSET)
            scale = scales.float_parts(weights.scale_bits[channel if len(weights.scale_bits) > 1 else 0])
            factor = scales.product(scale_in, scale)
            if op.code == codes.FULLY_CONNECTED and len(weights.scale_bits) == 1:
                factor = scales.single(factor)  # the reference multiplies these two as floats
            rows.extend(_row(*scales.multiplier(factor, scale_out)))
        return constants, steps.Rescaled(self._room(outputs), rows, outputs, _ROW_BYTES, *_output_limits(op, output))


def _variable_name(op):
    return bytes(op.options["container"] or b"") + b"/" + bytes(op.options["shared_name"] or b"")


def _placed(step, rows):
    """A step for the first of `rows` -> one for all of them."""
    return step if len(rows) == 1 else steps.Places(step, rows)


def _row(fixed, shift):
    """A multiplier and its shift as products.rescale wants them."""
    return array("H", (fixed & 0xFFFF, fixed >> 16, max(0, -shift - 1), 0 if shift < 0 else 1 + shift))


def _lowest(op, tensor):
    if tensor.type not in (INT8, UINT8):
        _refuse(op, "has tensor %d (%s) of type %s, which is not supported on the device" % (tensor.index, tensor.name, tensor.type_name))
    return -128 if tensor.type == INT8 else 0


def _output_limits(op, output):
    low, high = scales.limits(op.options["activation"], output.scale_bits[0], output.zero_points[0])
    return output.zero_points[0] + 128, low + 128, high + 128


def _padding(kind, size, out, kernel, stride, dilation):
    """Places before the input that the first output sees (the reference gives the odd one to the end)."""
    if kind == codes.VALID:
        return 0
    return max(0, (out - 1) * stride + (kernel - 1) * dilation + 1 - size) // 2


def _padded(shape, filler):
    return [filler] * (4 - len(shape)) + list(shape)


def _rows(tensor, axis):
    """(bytes of the dimensions from `axis` on, how many such rows)."""
    block = tensor.item_bytes
    for length in tensor.shape[axis:]:
        block *= length
    return block, tensor.bytes // block


def _slice_walk(tensors, op):
    """STRIDED_SLICE -> (byte offset of its first element, walk for kernels.gather; the innermost dimension is one element's bytes)."""
    data = tensors[op.inputs[0]]
    begin, end, stride = [tensors[place].integers() for place in op.inputs[1:4]]
    options = op.options
    lengths, jumps = [], []
    step, start = data.item_bytes, 0
    for place in range(len(data.shape) - 1, -1, -1):
        length = data.shape[place]
        first = 0 if options["begin_mask"] >> place & 1 else max(0, min(length, begin[place] + (length if begin[place] < 0 else 0)))
        last = length if options["end_mask"] >> place & 1 else max(0, min(length, end[place] + (length if end[place] < 0 else 0)))
        if options["shrink_axis_mask"] >> place & 1:
            last = first + 1
        lengths.insert(0, (last - first + stride[place] - 1) // stride[place])
        jumps.insert(0, step * stride[place])
        start += first * step
        step *= length
    return start, array("i", _padded(lengths, 1) + _padded(jumps, 0))


def _unbroken(tensors, op):
    """Whether a STRIDED_SLICE takes one run of bytes."""
    data = tensors[op.inputs[0]]
    if data.item_bytes != 1:
        _refuse(op, "slices %s, which is not supported on the device" % data.type_name)
    _, walk = _slice_walk(tensors, op)
    run = 1
    for place in range(3, -1, -1):
        if walk[place] > 1:
            if walk[4 + place] != run:
                return False
            run *= walk[place]
    return True
