"""One streaming, fully quantized network on the device, by our interpreter (package `tflite`): the twin of on_cpython/inference.py.

    network = StreamingModel("model.tflite")
    answer = network.step(frames)            # one step, as an array of int8 or uint8
    network.reset()                          # before another call
    other = network.twin()                   # a second stream through the same weights

A network's state is either explicit (input 1+k is paired with output 1+k; input 0 is the features, output 0 the answer) or in
resource variables.
"""

from array import array

from sidetone.core.network.flatbuffer import ModelError
from sidetone.on_micropython.tflite import kernels
from sidetone.on_micropython.tflite.interpreter import Interpreter

__all__ = ["ModelError", "StreamingModel"]


class _Shared:
    """What the streams of one network share: the interpreter, its states' places, and whose states lie there."""

    def __init__(self, interpreter, pairs):
        self.interpreter = interpreter
        self.pairs = pairs  # (where a state lies before a step, where after it)
        self.variables = interpreter.variables()
        self.user = None

    def places(self):
        """Everything that is one stream's own."""
        return [pair[0] for pair in self.pairs] + self.variables

    def swap(self, out, into):
        """The states that lie here go to `out`; those of `into` come here."""
        number = 0
        for pair in self.pairs:
            kernels.copy(pair[0], out[number], len(pair[0]))
            kernels.copy(into[number], pair[0], len(pair[0]))
            number += 1
        for variable in self.variables:
            kernels.copy(variable, out[number], len(variable))
            kernels.copy(into[number], variable, len(variable))
            number += 1


class StreamingModel:
    """A network that takes one step of features at a time and keeps its state between steps.

    input_shape: shape of one step without the batch, such as (3, 40); outputs: values a step; output_type: "int8" or "uint8".
    """

    def __init__(self, path_or_bytes):
        """Raises ModelError in one line for a file that is absent, torn, damaged or needs an operator we lack."""
        if isinstance(path_or_bytes, StreamingModel):
            self._share(path_or_bytes)
            return
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
        self.input_shape = inputs[0]["shape"][1:]
        self.output_type = outputs[0]["dtype"]
        self._features = interpreter.view(inputs[0]["index"])
        self._answer = interpreter.view(outputs[0]["index"])
        self.outputs = len(self._answer)
        pairs = []
        self._zeros = []
        for number in range(1, len(inputs)):
            before, after = inputs[number], outputs[number]
            same = True
            for key in ("shape", "dtype", "scale_bits", "zero_point"):
                same = same and before[key] == after[key]
            if not same or before["dtype"] != "int8":
                places = (number - 1, before["index"], after["index"])
                raise ModelError("state %d of the model goes in as tensor %d and comes out as tensor %d of another kind" % places)
            pairs.append((interpreter.view(before["index"]), interpreter.view(after["index"])))
            self._zeros.append(before["zero_point"] + 128)
        self._begin(_Shared(interpreter, pairs))

    def twin(self):
        """Another stream through the same network: weights and working memory are shared, the states are its own."""
        return StreamingModel(self)

    def _share(self, other):
        self.input_shape, self.output_type, self.outputs = other.input_shape, other.output_type, other.outputs
        self._features, self._answer, self._zeros = other._features, other._answer, other._zeros
        self._begin(other._shared)

    def _begin(self, shared):
        self._shared = shared
        self._code = "b" if self.output_type == "int8" else "B"
        self._logits = array(self._code, bytes(self.outputs))
        # this stream's states while another one's lie in the network: made when there is another one
        self._kept = None
        if shared.user is not None:
            for stream in (self, shared.user):
                if stream._kept is None:
                    stream._kept = [bytearray(len(place)) for place in shared.places()]
        shared.user = shared.user or self
        self.reset()

    def reset(self):
        """Forget everything heard: explicit states go to zero, resource variables to their initial values."""
        self._take()
        shared = self._shared
        for number in range(len(shared.pairs)):
            place, zero = shared.pairs[number][0], self._zeros[number]
            for i in range(len(place)):
                place[i] = zero
        shared.interpreter.reset_all_variables()

    def _take(self):
        """This stream's states into the network, another one's out of it."""
        shared = self._shared
        user = shared.user
        if user is not self:
            shared.swap(user._kept, self._kept)
            shared.user = self

    def step(self, frames):
        """One step as its frames, int8 arrays in the order heard -> its raw integers, a new array: the listener may keep it a while."""
        at = 0
        for frame in frames:
            kernels.flip(frame, self._features, at, len(frame))
            at += len(frame)
        return array(self._code, self._run())

    def step_bytes(self, data):
        """As `step`, the whole input in one buffer of int8; the answer is one array, overwritten by the next step. Allocates nothing."""
        if len(data) != len(self._features):
            raise ValueError("a step holds %d values, not %d" % (len(self._features), len(data)))
        kernels.flip(data, self._features, 0, len(data))
        return self._run()

    def _run(self):
        shared = self._shared
        if shared.user is not self:
            self._take()
        shared.interpreter.invoke()
        for pair in shared.pairs:
            kernels.copy(pair[1], pair[0], len(pair[0]))
        logits = self._logits
        if self._code == "b":
            kernels.flip(self._answer, logits, 0, len(logits))
        else:
            kernels.copy(self._answer, logits, len(logits))
        return logits
