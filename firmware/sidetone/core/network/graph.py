"""A .tflite file as plain objects: subgraphs, tensors, operators, with every number checked that an index or a size depends on.

    model = read_model(data)                     data: bytes; ModelError says in one line what is wrong with them
    model.subgraphs[0].operators[3].name         "CONV_2D"
    model.main.tensors[5].shape                  (1, 3, 1, 40)

Reading is one pass with bounded work. What each operator may look like is judged in `operators.py`; `read_model` calls it, so a
model that comes out of here is consistent: shapes follow from each other, constants are as long as their shapes say, scales are
positive and sane, every tensor is written before it is read. A C++ runtime that trusts its input may then be given the file.
"""

from sidetone.core.network import flatbuffer as fb
from sidetone.core.network.flatbuffer import ModelError

FLOAT32, INT32, UINT8, INT64, BOOL, INT16, INT8, RESOURCE = 0, 2, 3, 4, 6, 7, 9, 13
# type -> (name, bytes an element); the types a quantized streaming network is made of
TYPES = {
    FLOAT32: ("float32", 4),
    INT32: ("int32", 4),
    UINT8: ("uint8", 1),
    INT64: ("int64", 8),
    BOOL: ("bool", 1),
    INT16: ("int16", 2),
    INT8: ("int8", 1),
    RESOURCE: ("resource", 4),
}
MAX_RANK = 5
MAX_TENSOR_BYTES = 1 << 24
SCHEMA_VERSION = 3

# The format's tables (tensorflow/compiler/mlir/lite/schema/schema.fbs, version 3), fields in order. None: refused when present.
_OPERATOR_CODE = (fb.scalar(fb.I8), fb.STRING, fb.scalar(fb.I32, 1), fb.scalar(fb.I32))
_QUANTIZATION = (
    fb.vector(fb.F32_BITS),  # min, max: what training saw; not used
    fb.vector(fb.F32_BITS),
    fb.vector(fb.F32_BITS),  # scale
    fb.vector(fb.I64),  # zero point
    fb.scalar(fb.U8),  # custom quantization: type and
    None,  # its table
    fb.scalar(fb.I32),  # dimension the scales run along
)
_TENSOR = (
    fb.vector(fb.I32),  # shape
    fb.scalar(fb.I8),  # type
    fb.scalar(fb.U32),  # buffer
    fb.STRING,  # name
    fb.table(_QUANTIZATION),
    fb.scalar(fb.U8),  # is_variable
    None,  # sparsity
    fb.vector(fb.I32),  # shape signature (-1: any)
    fb.scalar(fb.U8),  # has_rank
    None,  # variant tensors
)
_CONV = (
    fb.scalar(fb.I8),
    fb.scalar(fb.I32),
    fb.scalar(fb.I32),
    fb.scalar(fb.I8),
    fb.scalar(fb.I32, 1),
    fb.scalar(fb.I32, 1),
    fb.scalar(fb.I8),
)
_DEPTHWISE = (
    fb.scalar(fb.I8),
    fb.scalar(fb.I32),
    fb.scalar(fb.I32),
    fb.scalar(fb.I32),
    fb.scalar(fb.I8),
    fb.scalar(fb.I32, 1),
    fb.scalar(fb.I32, 1),
)
_FULLY_CONNECTED = (fb.scalar(fb.I8), fb.scalar(fb.I8), fb.scalar(fb.U8), fb.scalar(fb.U8), fb.scalar(fb.I8))
_STRIDED_SLICE = (fb.scalar(fb.I32),) * 5 + (fb.scalar(fb.U8),)
# type number of the options -> (their schema, the names of their fields)
OPTIONS = {
    1: (_CONV, ("padding", "stride_w", "stride_h", "activation", "dilation_w", "dilation_h", "bias_type")),
    2: (_DEPTHWISE, ("padding", "stride_w", "stride_h", "depth_multiplier", "activation", "dilation_w", "dilation_h")),
    8: (_FULLY_CONNECTED, ("activation", "weights_format", "keep_num_dims", "asymmetric_inputs", "bias_type")),
    10: ((fb.scalar(fb.I32), fb.scalar(fb.I8)), ("axis", "activation")),
    11: ((fb.scalar(fb.I8), fb.scalar(fb.U8, 1)), ("activation", "pot_scale_int16")),
    17: ((fb.vector(fb.I32),), ("new_shape",)),
    32: (_STRIDED_SLICE, ("begin_mask", "end_mask", "ellipsis_mask", "new_axis_mask", "shrink_axis_mask", "offset")),
    89: ((), ()),
    79: ((fb.scalar(fb.I32),), ("num_splits",)),
    103: ((fb.scalar(fb.I32),), ("init_subgraph_index",)),
    111: ((fb.STRING, fb.STRING), ("container", "shared_name")),
    112: ((), ()),
    113: ((), ()),
}
_OPTION_SCHEMAS = {}
for _number in OPTIONS:
    _OPTION_SCHEMAS[_number] = OPTIONS[_number][0]
_OPERATOR = (
    fb.scalar(fb.U32),  # index of the operator code
    fb.vector(fb.I32),  # inputs, -1: left out
    fb.vector(fb.I32),  # outputs
    fb.scalar(fb.U8),  # type of the options and
    fb.union(_OPTION_SCHEMAS),  # the options
    fb.BYTES,  # custom options
    fb.scalar(fb.I8),
    fb.vector(fb.U8),  # mutating inputs
    fb.vector(fb.I32),  # intermediates
    None,
    None,
    None,
    None,
    fb.scalar(fb.I32, -1),  # debug metadata
)
_SUBGRAPH = (
    fb.tables(_TENSOR),
    fb.vector(fb.I32),
    fb.vector(fb.I32),
    fb.tables(_OPERATOR),
    fb.STRING,
    fb.scalar(fb.I32, -1),  # debug metadata
)
_BUFFER = (fb.BYTES, None, None)
_METADATA = (fb.STRING, fb.scalar(fb.U32))
_TENSOR_MAP = (fb.STRING, fb.scalar(fb.U32))
_SIGNATURE = (fb.tables(_TENSOR_MAP), fb.tables(_TENSOR_MAP), fb.STRING, fb.STRING, fb.scalar(fb.U32))
_MODEL = (
    fb.scalar(fb.U32),  # version
    fb.tables(_OPERATOR_CODE),
    fb.tables(_SUBGRAPH),
    fb.STRING,
    fb.tables(_BUFFER),
    fb.vector(fb.I32),
    fb.tables(_METADATA),
    fb.tables(_SIGNATURE),
)


class Tensor:
    """shape: tuple of ints >= 1; data: memoryview of a constant's bytes (little-endian), or None; scale_bits: tuple of float32
    bits; zero_points: tuple of ints; axis: the dimension the scales run along; buffer: number of its buffer."""

    def __init__(self, index, fields, buffers):
        shape, kind, buffer, name, quantization, is_variable = fields[:6]
        self.index = index
        self.name = _text(name)
        self.shape = shape
        self.type = kind
        self.is_variable = bool(is_variable)
        where = "tensor %d (%s)" % (index, self.name)
        if kind not in TYPES:
            raise ModelError("%s has element type %d, which is not supported" % (where, kind))
        self.type_name, self.item_bytes = TYPES[kind]
        self.elements = 1
        if len(shape) > MAX_RANK:
            raise ModelError("%s has %d dimensions; at most %d are supported" % (where, len(shape), MAX_RANK))
        for length in shape:
            if length < 0 or length > MAX_TENSOR_BYTES:
                raise ModelError("%s has a dimension of %d" % (where, length))
            self.elements *= length
        self.bytes = self.elements * self.item_bytes
        if self.bytes > MAX_TENSOR_BYTES:
            raise ModelError("%s takes %d bytes" % (where, self.bytes))
        for length in fields[7]:
            if length < 1 and length != -1:
                raise ModelError("%s has a signature dimension of %d" % (where, length))
        if fields[7] and len(fields[7]) != len(shape):
            raise ModelError("%s has a signature of another rank" % where)
        if buffer >= len(buffers):
            raise ModelError("%s refers to buffer %d of %d" % (where, buffer, len(buffers)))
        self.buffer = buffer
        data = buffers[buffer]
        self.data = data if buffer and data is not None and len(data) else None
        if self.data is not None and len(data) != self.bytes:
            raise ModelError("%s needs %d bytes of data, its buffer has %d" % (where, self.bytes, len(data)))
        self._quantize(where, quantization)

    def _quantize(self, where, quantization):
        self.scale_bits, self.zero_points, self.axis = (), (), 0
        if quantization is None:
            return
        self.scale_bits, self.zero_points, self.axis = quantization[2], quantization[3], quantization[6]
        if quantization[4]:
            raise ModelError("%s uses custom quantization, which is not supported" % where)
        for bits in self.scale_bits:
            # sign 0 and 2^-60 < scale < 2^30: anything else is damage, and would overflow a multiplier later
            if not 67 <= bits >> 23 <= 157:
                raise ModelError("%s has a scale that is zero, negative or absurd" % where)
        count = len(self.scale_bits)
        if len(self.zero_points) not in ((count,) if count else (0, 1)):
            raise ModelError("%s has %d scales but %d zero points" % (where, count, len(self.zero_points)))
        for zero in self.zero_points:
            low, high = (-128, 127) if self.type == INT8 else (0, 255) if self.type == UINT8 else (-32768, 32767)
            if not low <= zero <= high or (self.type in (INT16, INT32, INT64) and zero):
                raise ModelError("%s has zero point %d" % (where, zero))
        if count > 1 and not (0 <= self.axis < len(self.shape) and self.shape[self.axis] == count):
            raise ModelError("%s has %d scales along dimension %d of %s" % (where, count, self.axis, str(self.shape)))

    def integers(self):
        """The values of a constant int32 or int64 vector as a tuple; ModelError if it is not constant or not integers."""
        if self.data is None or self.type not in (INT32, INT64) or self.elements > 64:
            raise ModelError("tensor %d (%s) must be a short constant list of integers" % (self.index, self.name))
        return fb.numbers(fb.I32 if self.type == INT32 else fb.I64, self.data)


class Operator:
    """code: the builtin code; name: its upper-case name; inputs, outputs: tensor indices (-1: left out); options: name -> value."""

    def __init__(self, index, code, fields, tensor_count):
        self.index = index
        self.code = code
        self.name = builtin_name(code)
        self.inputs = fields[1]
        self.outputs = fields[2]
        self.macs = 0  # multiply-accumulates a step; operators.check_model counts them
        self.options_type, values = fields[4] if fields[4][0] else (fields[3], None)
        self.options = {}
        if values is not None:
            for number, name in enumerate(OPTIONS[self.options_type][1]):
                self.options[name] = values[number]
        if fields[5] is not None or fields[8]:
            raise ModelError("operator %d (%s) has custom options or intermediates" % (index, self.name))
        if fields[7] and len(fields[7]) != len(self.inputs):
            raise ModelError("operator %d (%s) has a wrong list of mutating inputs" % (index, self.name))
        for place in self.inputs + self.outputs:
            if not -1 <= place < tensor_count:
                raise ModelError("operator %d (%s) refers to tensor %d of %d" % (index, self.name, place, tensor_count))


class Subgraph:
    def __init__(self, index, fields, codes, buffers):
        self.index = index
        self.tensors = []
        for number, tensor in enumerate(fields[0]):
            self.tensors.append(Tensor(number, tensor, buffers))
        self.inputs = fields[1]
        self.outputs = fields[2]
        self.name = _text(fields[4])
        for place in self.inputs + self.outputs:
            if not 0 <= place < len(self.tensors):
                raise ModelError("subgraph %d refers to tensor %d of %d" % (index, place, len(self.tensors)))
        self.operators = []
        for number, operator in enumerate(fields[3]):
            if operator[0] >= len(codes):
                raise ModelError("operator %d refers to operator code %d of %d" % (number, operator[0], len(codes)))
            self.operators.append(Operator(number, codes[operator[0]], operator, len(self.tensors)))


class Model:
    """subgraphs: list; main: the first of them; buffers: list of memoryviews or None; description: text."""

    def __init__(self, data):
        reader = fb.FlatBuffer(data, b"TFL3")
        version, codes, subgraphs, description, buffers, metadata_buffers, metadata, signatures = reader.root(_MODEL)
        if version != SCHEMA_VERSION:
            raise ModelError("the model has schema version %d; version %d is supported" % (version, SCHEMA_VERSION))
        self.file_bytes = reader.size
        self.description = _text(description)
        self.buffers = []
        for buffer in buffers:
            self.buffers.append(buffer[0])
        numbers = []
        for deprecated, custom, _, code in codes:
            if custom is not None and len(custom):
                raise ModelError("the model needs the custom operator %s, which is not supported" % _text(custom))
            # files written before the code outgrew a byte carry it in the old field only
            numbers.append(code if code > deprecated else deprecated)
        if not subgraphs:
            raise ModelError("the model holds no subgraph")
        self.subgraphs = []
        for index, fields in enumerate(subgraphs):
            self.subgraphs.append(Subgraph(index, fields, numbers, self.buffers))
        self.main = self.subgraphs[0]
        self.variables = []  # (shared name, bytes) of each resource variable; operators.check_model fills it in
        self._check_names(metadata_buffers, metadata, signatures)
        self._check_length(reader)

    def _check_names(self, metadata_buffers, metadata, signatures):
        for buffer in list(metadata_buffers) + [row[1] for row in metadata]:
            if not 0 <= buffer < len(self.buffers):
                raise ModelError("the metadata refers to buffer %d of %d" % (buffer, len(self.buffers)))
        for inputs, outputs, _, _, subgraph in signatures:
            if subgraph >= len(self.subgraphs):
                raise ModelError("a signature refers to subgraph %d of %d" % (subgraph, len(self.subgraphs)))
            for _, tensor in list(inputs) + list(outputs):
                if tensor >= len(self.subgraphs[subgraph].tensors):
                    raise ModelError("a signature refers to tensor %d" % tensor)

    def _check_length(self, reader):
        """A file cut inside the padding at its end has lost nothing, but cut it is: a writer pads to its strictest alignment."""
        if reader.size % reader.alignment:
            raise ModelError("the model file ends after %d bytes, which is no multiple of %d: cut short" % (reader.size, reader.alignment))


def builtin_name(code):
    """The upper-case name of a builtin operator code, or its number."""
    from sidetone.core.network.builtin_names import NAMES  # only needed for a message or a listing: not kept on a device

    names = NAMES.split()
    return names[code] if 0 <= code < len(names) else "number %d" % code


def _text(raw):
    if raw is None:
        return ""
    try:
        return str(bytes(raw), "utf-8")
    except ValueError:  # UnicodeError on both runtimes
        raise ModelError("a name in the model is not UTF-8: damaged") from None


def read_model(data):
    """Read and judge a whole .tflite file. `data`: bytes. Returns a Model; raises ModelError."""
    from sidetone.core.network.operators import check_model

    model = Model(data)
    check_model(model)
    return model
