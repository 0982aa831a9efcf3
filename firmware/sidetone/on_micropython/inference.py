"""One streaming, fully quantized network on the device, by our interpreter (package `tflite`): the twin of on_cpython/inference.py.

    network = StreamingModel("model.tflite")
    answer = network.step(frames)            # one step, as an array of int8 or uint8
    network.reset()                          # before another call

A network's state is either explicit (input 1+k is paired with output 1+k; input 0 is the features, output 0 the answer) or in
resource variables.
"""

from array import array

from sidetone.core.network.flatbuffer import ModelError
from sidetone.on_micropython.tflite import kernels
from sidetone.on_micropython.tflite.interpreter import Interpreter

__all__ = ["ModelError", "StreamingModel"]


class StreamingModel:
    """A network that takes one step of features at a time and keeps its state between steps.

    input_shape: shape of one step without the batch, such as (3, 40); outputs: values a step; output_type: "int8" or "uint8".
    """

    def __init__(self, path_or_bytes):
        """Raises ModelError in one line for a file that is absent, torn, damaged or needs an operator we lack."""
        if isinstance(path_or_bytes, str):
            interpreter = Interpreter(model_path=path_or_bytes)
        else:
            interpreter = Interpreter(model_content=path_or_bytes)
        inputs, outputs = interpreter.get_input_details(), interpreter.get_output_details()
        if inputs[0]["dtype"] != "int8":
            raise ModelError("the model takes %s; int8 is needed" % inputs[0]["dtype"])
        if inputs[0]["shape"][:1] != (1,):
            raise ModelError("the model takes shape %s; a batch of 1 is needed" % str(inputs[0]["shape"]))
        if len(inputs) != len(outputs):
            raise ModelError("the model has %d state inputs but %d state outputs" % (len(inputs) - 1, len(outputs) - 1))
        self._interpreter = interpreter
        self.input_shape = inputs[0]["shape"][1:]
        self.output_type = outputs[0]["dtype"]
        self._features = inputs[0]["index"]
        self._answer = outputs[0]["index"]
        self.outputs = len(interpreter.get_tensor(self._answer))
        self._states = []
        for number in range(1, len(inputs)):
            before, after = inputs[number], outputs[number]
            same = True
            for key in ("shape", "dtype", "scale_bits", "zero_point"):
                same = same and before[key] == after[key]
            if not same or before["dtype"] != "int8":
                places = (number - 1, before["index"], after["index"])
                raise ModelError("state %d of the model goes in as tensor %d and comes out as tensor %d of another kind" % places)
            self._states.append((interpreter.view(before["index"]), interpreter.view(after["index"]), before["zero_point"] + 128))
        self._code = "b" if self.output_type == "int8" else "B"
        self._logits = array(self._code, bytes(self.outputs))
        self.reset()

    def reset(self):
        """Forget everything heard: explicit states go to zero, resource variables to their initial values."""
        for before, _, zero in self._states:
            for i in range(len(before)):
                before[i] = zero
        self._interpreter.reset_all_variables()

    def step(self, frames):
        """One step as its frames, int8 arrays in the order heard -> its raw integers, a new array: the listener may keep it a while."""
        at = 0
        for frame in frames:
            self._interpreter.put(self._features, frame, at)
            at += len(frame)
        return array(self._code, self._run())

    def step_bytes(self, data):
        """As `step`, the whole input in one buffer of int8; the answer is one array, overwritten by the next step."""
        self._interpreter.set_tensor(self._features, data)
        return self._run()

    def _run(self):
        self._interpreter.invoke()
        for state in self._states:
            kernels.copy(state[1], state[0], len(state[0]))
        self._interpreter.read(self._answer, self._logits)
        return self._logits
