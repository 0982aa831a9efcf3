"""The operators a quantized streaming network is made of, and what each may look like.

One row an operator in `ROWS`: how many tensors it takes and gives, the type of its options, and the function that judges it. Such a
function works the output's shape out from inputs and options, compares it with what the file claims and returns the number of
multiply-accumulates of one step; it raises ModelError in one line otherwise. `check_model` judges a whole model with them: every
tensor is written once and before it is read, every resource variable has one shape, and CALL_ONCE leads one step down, never round.
"""

from sidetone.core.network.flatbuffer import ModelError
from sidetone.core.network.graph import INT8, INT16, INT32, RESOURCE, UINT8

SAME, VALID = 0, 1  # schema.fbs, Padding
ACTIVATIONS = (0, 1, 3)  # NONE, RELU, RELU6
# LiteRT and TFLM take a rescaling factor apart into 31 bits and a shift; 2^8 is far above any sane one and far below overflow.
MAX_RESCALE_EXPONENT = 8


def _refuse(op, what):
    raise ModelError("operator %d (%s) %s" % (op.index, op.name, what))


def _exponent(tensor, op):
    """Largest binary exponent of a tensor's scales; the operator must have one that is quantized."""
    if not tensor.scale_bits:
        _refuse(op, "needs tensor %d (%s) to be quantized" % (tensor.index, tensor.name))
    return max([(bits >> 23) - 127 for bits in tensor.scale_bits])


def _one_scale(op, tensors, types):
    """Activations: one of `types`, one scale for the whole tensor."""
    for tensor in tensors:
        if tensor.type not in types:
            _refuse(op, "has tensor %d (%s) of type %s, which is not supported" % (tensor.index, tensor.name, tensor.type_name))
        if len(tensor.scale_bits) != 1:
            _refuse(op, "needs one scale for tensor %d (%s)" % (tensor.index, tensor.name))


def _shape(op, tensor, expected):
    if tuple(tensor.shape) != tuple(expected):
        _refuse(op, "gives shape %s, not the %s the file claims" % (str(tuple(expected)), str(tuple(tensor.shape))))


def _activation(op):
    if op.options["activation"] not in ACTIVATIONS:
        _refuse(op, "has fused activation %d, which is not supported" % op.options["activation"])


def _weights(op, data, weights, bias, output, channels, axis):
    """What CONV_2D, DEPTHWISE_CONV_2D and FULLY_CONNECTED share: int8 weights without offset, int32 bias, a sane rescale."""
    _one_scale(op, (data, output), (INT8,))
    if weights.type != INT8 or weights.data is None:
        _refuse(op, "needs constant int8 weights")
    if len(weights.scale_bits) not in (1, channels) or (len(weights.scale_bits) > 1 and weights.axis != axis):
        _refuse(op, "needs one weight scale, or one an output channel")
    for zero in weights.zero_points:
        if zero:
            _refuse(op, "has weights with a zero point, which is not supported")
    if bias is not None and (bias.type != INT32 or bias.data is None or bias.elements != channels):
        _refuse(op, "needs a constant int32 bias for each of %d output channels" % channels)
    if _exponent(data, op) + _exponent(weights, op) - _exponent(output, op) > MAX_RESCALE_EXPONENT:
        _refuse(op, "has scales that cannot be: its output would overflow")
    _activation(op)


def _spatial(op, data, output, kernel_h, kernel_w, channels):
    options = op.options
    lengths = []
    for size, kernel, stride, dilation in (
        (data.shape[1], kernel_h, options["stride_h"], options["dilation_h"]),
        (data.shape[2], kernel_w, options["stride_w"], options["dilation_w"]),
    ):
        if not (1 <= stride <= 4096 and 1 <= dilation <= 4096):
            _refuse(op, "has stride %d and dilation %d" % (stride, dilation))
        if options["padding"] == SAME:
            lengths.append((size + stride - 1) // stride)
        elif options["padding"] == VALID:
            lengths.append((size - (kernel - 1) * dilation + stride - 1) // stride)
        else:
            _refuse(op, "has padding %d, which is not supported" % options["padding"])
    if min(lengths) < 1:
        _refuse(op, "has a kernel larger than its input")
    _shape(op, output, (data.shape[0], lengths[0], lengths[1], channels))


def _four_dimensions(op, *tensors):
    for tensor in tensors:
        if len(tensor.shape) != 4:
            _refuse(op, "needs tensor %d (%s) to have 4 dimensions" % (tensor.index, tensor.name))


def _conv_2d(op, inputs, outputs):
    data, weights = inputs[0], inputs[1]
    output = outputs[0]
    _four_dimensions(op, data, weights, output)
    channels, kernel_h, kernel_w, depth = weights.shape
    if depth != data.shape[3]:
        _refuse(op, "has weights for %d input channels, its input has %d" % (depth, data.shape[3]))
    _weights(op, data, weights, inputs[2] if len(inputs) > 2 else None, output, channels, 0)
    _spatial(op, data, output, kernel_h, kernel_w, channels)
    return output.elements * kernel_h * kernel_w * depth


def _depthwise_conv_2d(op, inputs, outputs):
    data, weights = inputs[0], inputs[1]
    output = outputs[0]
    _four_dimensions(op, data, weights, output)
    one, kernel_h, kernel_w, channels = weights.shape
    multiplier = op.options["depth_multiplier"]
    if one != 1 or multiplier < 1 or channels != data.shape[3] * multiplier:
        _refuse(op, "has weights of shape %s for an input of %d channels" % (str(tuple(weights.shape)), data.shape[3]))
    _weights(op, data, weights, inputs[2] if len(inputs) > 2 else None, output, channels, 3)
    _spatial(op, data, output, kernel_h, kernel_w, channels)
    return output.elements * kernel_h * kernel_w


def _fully_connected(op, inputs, outputs):
    data, weights = inputs[0], inputs[1]
    output = outputs[0]
    if len(weights.shape) != 2 or data.elements % weights.shape[1]:
        _refuse(op, "has weights of shape %s for an input of %d values" % (str(tuple(weights.shape)), data.elements))
    channels, depth = weights.shape
    if op.options["weights_format"]:
        _refuse(op, "has shuffled weights, which are not supported")
    _weights(op, data, weights, inputs[2] if len(inputs) > 2 else None, output, channels, 0)
    if output.elements != data.elements // depth * channels or output.shape[-1] != channels:
        _shape(op, output, (data.elements // depth, channels))
    return output.elements * depth


def _add(op, inputs, outputs):
    _one_scale(op, inputs + outputs, (INT8,))
    left, right = inputs
    shape = []
    rank = max(len(left.shape), len(right.shape))
    if rank > 4:
        _refuse(op, "has more than 4 dimensions")
    for place in range(-rank, 0):
        a = left.shape[place] if -place <= len(left.shape) else 1
        b = right.shape[place] if -place <= len(right.shape) else 1
        if a != b and a != 1 and b != 1:
            _refuse(op, "adds shapes %s and %s" % (str(tuple(left.shape)), str(tuple(right.shape))))
        shape.append(a if b == 1 else b)
    _shape(op, outputs[0], shape)
    # LiteRT aborts unless 2 max(scales) / (2^20 output scale) < 1
    if max(_exponent(left, op), _exponent(right, op)) + 2 - 20 - _exponent(outputs[0], op) >= 0:
        _refuse(op, "has scales that cannot be: its output would overflow")
    _activation(op)
    return 0


def _concatenation(op, inputs, outputs):
    output = outputs[0]
    _one_scale(op, inputs + outputs, (INT8,))
    rank = len(output.shape)
    axis = op.options["axis"]
    if axis < 0:
        axis += rank
    if not 0 <= axis < rank:
        _refuse(op, "joins along dimension %d of %d" % (op.options["axis"], rank))
    total = 0
    for tensor in inputs:
        if len(tensor.shape) != rank:
            _refuse(op, "joins shapes of different rank")
        for place in range(rank):
            if place != axis and tensor.shape[place] != output.shape[place]:
                _refuse(op, "joins shapes that do not fit")
        if tensor.scale_bits != output.scale_bits or tensor.zero_points != output.zero_points:
            _refuse(op, "joins tensors of different scale, which is not supported")
        total += tensor.shape[axis]
    _shape(op, output, output.shape[:axis] + (total,) + output.shape[axis + 1 :])
    if op.options["activation"]:
        _refuse(op, "has a fused activation, which is not supported")
    return 0


def _alike(op, tensor, output):
    """Data is moved, not changed: same type and same scale."""
    if tensor.type != output.type or tensor.scale_bits != output.scale_bits or tensor.zero_points != output.zero_points:
        _refuse(op, "gives tensor %d (%s) another type or scale" % (output.index, output.name))


def _reshape(op, inputs, outputs):
    _alike(op, inputs[0], outputs[0])
    if inputs[0].elements != outputs[0].elements:
        _refuse(op, "makes %d values of %d" % (outputs[0].elements, inputs[0].elements))
    if len(inputs) > 1:
        wanted = inputs[1].integers()
    else:
        wanted = op.options.get("new_shape", ())
    fits = len(wanted) == len(outputs[0].shape) and sum([1 for length in wanted if length == -1]) <= 1
    if fits:
        for length, claimed in zip(wanted, outputs[0].shape):
            if length not in (-1, claimed):
                fits = False
    if not fits:
        _shape(op, outputs[0], wanted)
    return 0


def _strided_slice(op, inputs, outputs):
    data, output = inputs[0], outputs[0]
    _alike(op, data, output)
    begin, end, strides = inputs[1].integers(), inputs[2].integers(), inputs[3].integers()
    options = op.options
    rank = len(data.shape)
    if options["ellipsis_mask"] or options["new_axis_mask"] or options["offset"] or not 1 <= rank <= 4:
        _refuse(op, "has an ellipsis, a new axis or an offset, which are not supported")
    if not len(begin) == len(end) == len(strides) == rank:
        _refuse(op, "needs begin, end and stride for each of %d dimensions" % rank)
    shape = []
    for place in range(rank):
        length = data.shape[place]
        first, last, stride = begin[place], end[place], strides[place]
        if stride < 1:
            _refuse(op, "has stride %d, which is not supported" % stride)
        first = 0 if options["begin_mask"] >> place & 1 else max(0, min(length, first + length if first < 0 else first))
        if options["shrink_axis_mask"] >> place & 1:
            if first >= length:
                _refuse(op, "takes place %d of %d" % (begin[place], length))
            continue
        last = length if options["end_mask"] >> place & 1 else max(0, min(length, last + length if last < 0 else last))
        shape.append((last - first + stride - 1) // stride)
    _shape(op, output, shape)
    return 0


def _split_v(op, inputs, outputs):
    data = inputs[0]
    sizes, axis = inputs[1].integers(), inputs[2].integers()
    rank = len(data.shape)
    if len(axis) != 1 or not -rank <= axis[0] < rank or rank > 4:
        _refuse(op, "splits along a dimension that is not there")
    place = axis[0] % rank
    if len(sizes) != len(outputs) or op.options["num_splits"] != len(outputs):
        _refuse(op, "has %d sizes for %d outputs" % (len(sizes), len(outputs)))
    left = data.shape[place]
    open_sizes = 0
    for size in sizes:
        if size == -1:
            open_sizes += 1
        elif size < 1:
            _refuse(op, "has a part of size %d" % size)
        else:
            left -= size
    if open_sizes > 1 or left < open_sizes or (left and not open_sizes):
        _refuse(op, "has sizes %s for a dimension of %d" % (str(tuple(sizes)), data.shape[place]))
    for size, output in zip(sizes, outputs):
        _alike(op, data, output)
        _shape(op, output, data.shape[:place] + (left if size == -1 else size,) + data.shape[place + 1 :])
    return 0


def _logistic(op, inputs, outputs):
    _one_scale(op, inputs + outputs, (INT8,))
    _shape(op, outputs[0], inputs[0].shape)
    if _exponent(inputs[0], op) > MAX_RESCALE_EXPONENT:
        _refuse(op, "has an input scale that cannot be")
    if outputs[0].scale_bits != (0x3B800000,) or outputs[0].zero_points != (-128,):
        _refuse(op, "needs an output of scale 1/256 and zero point -128")
    return 0


def _quantize(op, inputs, outputs):
    _one_scale(op, inputs + outputs, (INT8, UINT8, INT16))
    _shape(op, outputs[0], inputs[0].shape)
    if _exponent(inputs[0], op) - _exponent(outputs[0], op) > MAX_RESCALE_EXPONENT:
        _refuse(op, "has scales that cannot be: its output would overflow")
    return 0


def _state_only(op, inputs, outputs):
    """VAR_HANDLE, READ_VARIABLE, ASSIGN_VARIABLE, CALL_ONCE: no arithmetic; `_Variables` and `check_model` judge them."""
    return 0


# builtin code -> (inputs at least, at most, outputs, type of the options or 0 where none are needed, judge)
MANY = 64
ROWS = {
    0: (2, 2, 1, 11, _add),
    2: (1, MANY, 1, 10, _concatenation),
    3: (2, 3, 1, 1, _conv_2d),
    4: (2, 3, 1, 2, _depthwise_conv_2d),
    9: (2, 3, 1, 8, _fully_connected),
    14: (1, 1, 1, 0, _logistic),
    22: (1, 2, 1, 0, _reshape),
    45: (4, 4, 1, 32, _strided_slice),
    102: (3, 3, MANY, 79, _split_v),
    114: (1, 1, 1, 0, _quantize),
    129: (0, 0, 0, 103, _state_only),
    142: (0, 0, 1, 111, _state_only),
    143: (1, 1, 1, 0, _state_only),
    144: (2, 2, 0, 0, _state_only),
}
# Options an operator may carry although none of their fields matter to us: RESHAPE, LOGISTIC, QUANTIZE, READ/ASSIGN_VARIABLE.
OPTIONAL_OPTIONS = {22: 17, 114: 89, 143: 112, 144: 113}
ADD, CONCATENATION, CONV_2D, DEPTHWISE_CONV_2D, FULLY_CONNECTED = 0, 2, 3, 4, 9
LOGISTIC, RESHAPE, STRIDED_SLICE, SPLIT_V, QUANTIZE = 14, 22, 45, 102, 114
CALL_ONCE, VAR_HANDLE, READ_VARIABLE, ASSIGN_VARIABLE = 129, 142, 143, 144


class _Variables:
    """Resource variables of a model by shared name: one type, shape and scale each."""

    def __init__(self):
        self.kinds = {}  # shared name -> (type, shape)
        self.rows = []  # (shared name, bytes) in the order of their first use
        self.set_by = {}  # index of a subgraph already judged -> the names it assigns
        self.is_set = set()  # names that have a value at this point of the subgraph being judged
        self.handles = {}  # tensor index of a handle, in the subgraph being judged -> shared name

    def judge(self, op, inputs, outputs):
        if op.code == VAR_HANDLE:
            if outputs[0].type != RESOURCE:
                _refuse(op, "gives no resource")
            name = bytes(op.options["container"] or b"") + b"/" + bytes(op.options["shared_name"] or b"")
            self.handles[outputs[0].index] = name
            return
        if inputs[0].index not in self.handles:
            _refuse(op, "takes a handle that no VAR_HANDLE gave")
        name = self.handles[inputs[0].index]
        if op.code == ASSIGN_VARIABLE:
            self.is_set.add(name)
        elif name not in self.is_set:
            _refuse(op, "reads a variable before it has a value")
        value = outputs[0] if op.code == READ_VARIABLE else inputs[1]
        if value.type == RESOURCE:
            _refuse(op, "keeps a resource in a resource")
        kind = (value.type, tuple(value.shape))
        if name not in self.kinds:
            self.kinds[name] = kind
            self.rows.append((name, value.bytes))
        elif self.kinds[name] != kind:
            _refuse(op, "reads and writes one variable with different shapes")


def check_operator(graph, op, variables):
    """Judge one operator whose row exists. Returns its multiply-accumulates a step."""
    least, most, gives, options_type, judge = ROWS[op.code]
    if not least <= len(op.inputs) <= most or (len(op.outputs) != gives and not (gives == MANY and op.outputs)):
        _refuse(op, "has %d inputs and %d outputs" % (len(op.inputs), len(op.outputs)))
    if (options_type or op.options_type) and op.options_type != options_type and OPTIONAL_OPTIONS.get(op.code) != op.options_type:
        _refuse(op, "has options of another operator (%d)" % op.options_type)
    if options_type and not op.options:
        _refuse(op, "has no options")
    places = list(op.inputs)
    if op.code in (CONV_2D, DEPTHWISE_CONV_2D, FULLY_CONNECTED) and len(places) == 3 and places[2] == -1:
        places.pop()
    if -1 in places or -1 in op.outputs:
        _refuse(op, "leaves a tensor out")
    inputs = [graph.tensors[place] for place in places]
    outputs = [graph.tensors[place] for place in op.outputs]
    if op.code in (VAR_HANDLE, READ_VARIABLE, ASSIGN_VARIABLE):
        variables.judge(op, inputs, outputs)
    return judge(op, inputs, outputs)


def check_subgraph(model, graph, variables):
    """Judge one subgraph; leaves `macs` on each of its operators."""
    variables.handles = {}
    variables.is_set = set()
    written = set()
    for place in graph.inputs:
        if place in written or graph.tensors[place].data is not None:
            raise ModelError("subgraph %d has a wrong input tensor %d" % (graph.index, place))
        written.add(place)
    for op in graph.operators:
        if op.code not in ROWS:
            raise ModelError("the model needs operator %s (operator %d), which is not supported" % (op.name, op.index))
        for place in op.inputs:
            if place >= 0 and place not in written and graph.tensors[place].data is None:
                _refuse(op, "reads tensor %d before it is written" % place)
        op.macs = check_operator(graph, op, variables)
        for place in op.outputs:
            if place in written or graph.tensors[place].data is not None:
                _refuse(op, "writes tensor %d, which has its value already" % place)
            written.add(place)
        if op.code == CALL_ONCE:
            target = op.options["init_subgraph_index"]
            if graph.index or not 0 < target < len(model.subgraphs):
                _refuse(op, "calls subgraph %d, which is not supported" % target)
            if model.subgraphs[target].inputs or model.subgraphs[target].outputs:
                _refuse(op, "calls a subgraph with inputs or outputs, which is not supported")
            variables.is_set.update(variables.set_by[target])
    for place in graph.outputs:
        if place not in written and graph.tensors[place].data is None:
            raise ModelError("subgraph %d gives tensor %d, which nothing writes" % (graph.index, place))
    variables.set_by[graph.index] = variables.is_set


def check_model(model):
    """Judge a whole model; leaves `variables`, (shared name, bytes) rows, on it. Raises ModelError."""
    variables = _Variables()
    for graph in model.subgraphs:
        for tensor in graph.tensors:
            if tensor.elements < 1:
                raise ModelError("tensor %d (%s) is empty" % (tensor.index, tensor.name))
    for graph in reversed(model.subgraphs):  # the called ones before the main one
        check_subgraph(model, graph, variables)
    if not model.main.inputs or not model.main.outputs:
        raise ModelError("the model has no input or no output")
    model.variables = variables.rows
