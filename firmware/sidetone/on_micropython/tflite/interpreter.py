"""A TensorFlow Lite interpreter for stock MicroPython, with the method names of `tf.lite.Interpreter`.

    interpreter = Interpreter(model_path="model.tflite")
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], array("b", ...))
    interpreter.invoke()
    answer = interpreter.get_tensor(interpreter.get_output_details()[0]["index"])

Fully quantized int8 networks of batch 1; the operators are those of core/network/operators.py. ModelError, in one line, for a file
that is torn or damaged, an operator or a type we lack. Bit-identical to TensorFlow Lite Micro's reference kernels.
"""

from array import array

from sidetone.core.network.flatbuffer import ModelError
from sidetone.core.network.graph import INT8, UINT8, read_model
from sidetone.on_micropython.tflite import kernels
from sidetone.on_micropython.tflite.plan import Plan

_TYPES = {INT8: "int8", UINT8: "uint8"}


class Interpreter:
    def __init__(self, model_path=None, model_content=None):
        """Reads and compiles the model; give its path, or its bytes."""
        if model_content is None:
            try:
                with open(model_path, "rb") as file:
                    model_content = file.read()
            except OSError as fault:
                raise ModelError("cannot read %s (error %s)" % (model_path, fault.args[0])) from None
        model = read_model(model_content)
        for tensor in model.main.inputs + model.main.outputs:
            if model.main.tensors[tensor].type not in _TYPES:
                raise ModelError("the model takes or gives %s; int8 or uint8 is needed" % model.main.tensors[tensor].type_name)
        self._plan = Plan(model)
        self._inputs = [self._detail(place) for place in self._plan.inputs]
        self._outputs = [self._detail(place) for place in self._plan.outputs]
        self._plan.tensors = None  # parsed objects are large, and everything of them is in the plan
        self._plan.graph = None
        self._plan.memory.tensors = None

    def _detail(self, place):
        tensor = self._plan.tensors[place]
        self._plan.view(place)
        scale = (tensor.scale_bits[0] if tensor.scale_bits else 0, tensor.zero_points[0] if tensor.zero_points else 0)
        return {
            "name": tensor.name,
            "index": place,
            "shape": tensor.shape,
            "dtype": _TYPES[tensor.type],
            "scale_bits": scale[0],  # float32 bits: the device has no exact float for them
            "zero_point": scale[1],
        }

    def allocate_tensors(self):
        """Nothing left to do: memory was laid out when the model was read."""

    def get_input_details(self):
        return self._inputs

    def get_output_details(self):
        return self._outputs

    def set_tensor(self, index, value):
        """Bytes of a tensor's size into it: bytes, bytearray, memoryview, or array of int8 or uint8. Allocates nothing."""
        target = self._plan.view(index)
        if len(value) != len(target):
            raise ValueError("the tensor holds %d values, not %d" % (len(target), len(value)))
        self.put(index, value, 0)

    def put(self, index, value, offset):
        """As set_tensor for a part: `value` goes in from `offset` on. ValueError where it does not fit. Allocates nothing."""
        target = self._plan.view(index)
        if offset < 0 or offset + len(value) > len(target):
            raise ValueError("the tensor holds %d values" % len(target))
        if self._find(index)["dtype"] == "int8":
            kernels.flip(value, target, offset, len(value))
        else:
            target[offset : offset + len(value)] = value

    def get_tensor(self, index):
        """A copy of a tensor: array of int8 or uint8."""
        detail = self._find(index)
        source = self._plan.view(index)
        out = array("b" if detail["dtype"] == "int8" else "B", bytes(len(source)))
        self.read(index, out)
        return out

    def read(self, index, out):
        """A tensor into `out`, an array of its size. Allocates nothing."""
        source = self._plan.view(index)
        if self._find(index)["dtype"] == "int8":
            kernels.flip(source, out, 0, len(source))
        else:
            kernels.copy(source, out, len(source))

    def _find(self, index):
        for detail in self._inputs:
            if detail["index"] == index:
                return detail
        for detail in self._outputs:
            if detail["index"] == index:
                return detail
        raise ValueError("tensor %d is neither an input nor an output" % index)

    def invoke(self):
        """One pass through the network. Allocates nothing."""
        for step in self._plan.steps:
            step.run()

    def reset_all_variables(self):
        """Resource variables back to their initial values. Inputs keep theirs."""
        self._plan.start()

    def view(self, index):
        """A tensor's own bytes, int8 kept as q + 128: for those who carry a state from an output to an input."""
        return self._plan.view(index)

    def variables(self):
        """The resource variables' own bytes."""
        return [root.buffer for root in self._plan.variables.values()]

    @property
    def arena_bytes(self):
        """Bytes of all activations together; weights and resource variables come on top."""
        return self._plan.memory.arena_bytes
