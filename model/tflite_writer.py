"""Write a streaming int8 TFLite flatbuffer by hand: tensors, a chain of operators, explicit state.

Only what the reference kernels of TFLite and TFLite Micro compute identically: RESHAPE, CONCATENATION, STRIDED_SLICE,
CONV_2D, DEPTHWISE_CONV_2D, ADD. A state's new value is a slice of the concatenation it entered, so it keeps the
quantization of the activation it holds and nothing is requantized.
"""

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as fb


class Writer:
    def __init__(self, description):
        self.model = fb.ModelT()
        self.model.version = 3
        self.model.description = description
        self.graph = fb.SubGraphT()
        self.graph.name = "step"
        self.graph.tensors, self.graph.operators = [], []
        self.graph.inputs, self.graph.outputs = [], []
        self.model.subgraphs = [self.graph]
        self.model.buffers = [fb.BufferT()]  # buffer 0 is the empty one
        self.model.operatorCodes = []
        self._codes = {}

    def tensor(self, name, shape, scale=None, zero=0, data=None, dtype=None, axis=0):
        """-> index. `scale` a float, or an array for per-channel weights along `axis`; data int8/int32 or None."""
        t = fb.TensorT()
        t.name, t.shape, t.buffer = name, list(shape), 0
        kinds = {np.dtype("int8"): fb.TensorType.INT8, np.dtype("int32"): fb.TensorType.INT32}
        t.type = kinds[np.dtype(dtype or (data.dtype if data is not None else "int8"))]
        if scale is not None:
            q = fb.QuantizationParametersT()
            scales = np.atleast_1d(np.asarray(scale, np.float32))
            q.scale = scales
            q.zeroPoint = np.full(len(scales), zero, np.int64)
            q.quantizedDimension = axis
            t.quantization = q
        if data is not None:
            buffer = fb.BufferT()
            buffer.data = np.frombuffer(np.ascontiguousarray(data).tobytes(), np.uint8)
            self.model.buffers.append(buffer)
            t.buffer = len(self.model.buffers) - 1
        self.graph.tensors.append(t)
        return len(self.graph.tensors) - 1

    def _op(self, code, version, inputs, outputs, kind, options):
        if code not in self._codes:
            entry = fb.OperatorCodeT()
            entry.builtinCode, entry.deprecatedBuiltinCode, entry.version = code, code, version
            self.model.operatorCodes.append(entry)
            self._codes[code] = len(self.model.operatorCodes) - 1
        op = fb.OperatorT()
        op.opcodeIndex, op.inputs, op.outputs = self._codes[code], inputs, outputs
        op.builtinOptionsType, op.builtinOptions = kind, options
        self.graph.operators.append(op)

    def reshape(self, source, target, shape):
        options = fb.ReshapeOptionsT()
        options.newShape = list(shape)
        const = self.tensor(f"shape_{target}", [len(shape)], data=np.array(shape, np.int32))
        self._op(fb.BuiltinOperator.RESHAPE, 1, [source, const], [target], fb.BuiltinOptions.ReshapeOptions, options)

    def concatenate(self, sources, target, axis):
        options = fb.ConcatenationOptionsT()
        options.axis = axis
        self._op(fb.BuiltinOperator.CONCATENATION, 2, sources, [target], fb.BuiltinOptions.ConcatenationOptions, options)

    def slice_rows(self, source, target, first, rows, shape):
        """[1, N, 1, C] -> rows first.. of axis 1."""
        options = fb.StridedSliceOptionsT()
        begin = np.array([0, first, 0, 0], np.int32)
        end = np.array([1, first + rows, 1, shape[3]], np.int32)
        inputs = [source] + [self.tensor(f"slice{k}_{target}", [4], data=v)
                             for k, v in enumerate((begin, end, np.ones(4, np.int32)))]  # fmt: skip
        self._op(fb.BuiltinOperator.STRIDED_SLICE, 2, inputs, [target], fb.BuiltinOptions.StridedSliceOptions, options)

    def conv(self, source, weight, bias, target, relu):
        options = fb.Conv2DOptionsT()
        options.padding, options.strideH, options.strideW = fb.Padding.VALID, 1, 1
        options.dilationHFactor = options.dilationWFactor = 1
        options.fusedActivationFunction = fb.ActivationFunctionType.RELU if relu else fb.ActivationFunctionType.NONE
        self._op(fb.BuiltinOperator.CONV_2D, 3, [source, weight, bias], [target], fb.BuiltinOptions.Conv2DOptions, options)

    def depthwise(self, source, weight, bias, target):
        options = fb.DepthwiseConv2DOptionsT()
        options.padding, options.strideH, options.strideW, options.depthMultiplier = fb.Padding.VALID, 1, 1, 1
        options.dilationHFactor = options.dilationWFactor = 1
        options.fusedActivationFunction = fb.ActivationFunctionType.NONE
        self._op(fb.BuiltinOperator.DEPTHWISE_CONV_2D, 3, [source, weight, bias], [target],
                 fb.BuiltinOptions.DepthwiseConv2DOptions, options)  # fmt: skip

    def add(self, a, b, target, relu):
        options = fb.AddOptionsT()
        options.fusedActivationFunction = fb.ActivationFunctionType.RELU if relu else fb.ActivationFunctionType.NONE
        options.potScaleInt16 = False
        self._op(fb.BuiltinOperator.ADD, 2, [a, b], [target], fb.BuiltinOptions.AddOptions, options)

    def bytes(self, inputs, outputs):
        self.graph.inputs, self.graph.outputs = inputs, outputs
        builder = flatbuffers.Builder(1 << 18)
        builder.Finish(self.model.Pack(builder), b"TFL3")
        return bytes(builder.Output())
