"""One streaming, fully quantized network on CPython: tflite-runtime (Python <= 3.11) or ai-edge-litert, whichever is installed.

    network = StreamingModel("model.tflite")
    answers = network.run(features)          # int8 [steps, 3, 40] -> int8 or uint8 [steps, outputs]
    answer = network.step(frames)            # one step, as a list of ints
    network.reset()                          # before another call

A network's state is either explicit (subgraph input 1+k is paired with output 1+k; input 0 is the features, output 0 the
answer) or in resource variables. Reference kernels are used, because they equal TensorFlow Lite Micro bit for bit and XNNPACK's
do not. The C++ library trusts its file, so the whole file is read and judged by `core/network` before the library sees a byte.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sidetone.core.network.flatbuffer import ModelError
from sidetone.core.network.graph import INT8, UINT8, Model, Subgraph, read_model
from sidetone.on_cpython.quiet import silent_stderr

__all__ = ["ModelError", "StreamingModel"]

Int8s = NDArray[np.int8]
NUMPY_TYPES = {INT8: np.int8, UINT8: np.uint8}


def _runtime() -> Any:
    """The module that holds Interpreter and OpResolverType."""
    for name in ("tflite_runtime.interpreter", "ai_edge_litert.interpreter"):
        try:
            return importlib.import_module(name)
        except ImportError:
            continue
    raise ModelError("no TensorFlow Lite runtime is installed: run `make setup`")


def _state_pairs(graph: Subgraph) -> list[tuple[int, int]]:
    """(input tensor, output tensor) of each explicit state; ModelError unless they pair up exactly."""
    extra_inputs, extra_outputs = graph.inputs[1:], graph.outputs[1:]
    if len(extra_inputs) != len(extra_outputs):
        raise ModelError(f"the model has {len(extra_inputs)} state inputs but {len(extra_outputs)} state outputs")
    for number, (place, result) in enumerate(zip(extra_inputs, extra_outputs, strict=True)):
        before, after = graph.tensors[place], graph.tensors[result]
        same = (before.type, before.shape, before.scale_bits, before.zero_points) == (
            after.type,
            after.shape,
            after.scale_bits,
            after.zero_points,
        )
        if not same or before.type != INT8:
            raise ModelError(f"state {number} of the model goes in as tensor {place} and comes out as tensor {result} of another kind")
    return list(zip(extra_inputs, extra_outputs, strict=True))


class StreamingModel:
    """A network that takes one step of features at a time and keeps its state between steps.

    input_shape: shape of one step without the batch, such as (3, 40); outputs: values a step; output_type: numpy's int8 or uint8;
    model: the parsed file (`core/network/graph.Model`)."""

    def __init__(self, path_or_bytes: str | os.PathLike[str] | bytes, threads: int = 1) -> None:
        """Raises ModelError for a file that is absent, torn, damaged or needs an operator we lack: one line, with the path if there is one."""
        self._name = "" if isinstance(path_or_bytes, bytes) else f"{os.fspath(path_or_bytes)}: "
        self._threads = threads
        try:
            self._content = path_or_bytes if isinstance(path_or_bytes, bytes) else Path(path_or_bytes).read_bytes()
            self.model: Model = read_model(self._content)
            self._check_interface()
        except OSError as fault:
            raise ModelError(f"{self._name}{fault.strerror or fault}") from None
        except ModelError as fault:
            raise ModelError(f"{self._name}{fault}") from None
        self._build()

    def _check_interface(self) -> None:
        """What the first input and output must be, and how states pair up."""
        graph = self.model.main
        features, answer = graph.tensors[graph.inputs[0]], graph.tensors[graph.outputs[0]]
        if features.type != INT8 or answer.type not in NUMPY_TYPES:
            raise ModelError(f"the model takes {features.type_name} and gives {answer.type_name}; int8 in and int8 or uint8 out are needed")
        if features.shape[:1] != (1,):
            raise ModelError(f"the model takes shape {features.shape}; a batch of 1 is needed")
        self.input_shape: tuple[int, ...] = tuple(features.shape[1:])
        self.outputs: int = answer.elements
        self.output_type = NUMPY_TYPES[answer.type]
        self._states = _state_pairs(graph)
        self._state_zeros = [graph.tensors[place].zero_points[0] if graph.tensors[place].zero_points else 0 for place, _ in self._states]

    def _build(self) -> None:
        runtime = _runtime()
        with silent_stderr():
            try:
                self._interpreter = runtime.Interpreter(
                    model_content=self._content,
                    num_threads=self._threads,
                    experimental_op_resolver_type=runtime.OpResolverType.BUILTIN_REF,
                )
                self._interpreter.allocate_tensors()
            except (ValueError, RuntimeError) as fault:
                raise ModelError(f"{self._name}the TensorFlow Lite runtime refuses the model: {' '.join(str(fault).split())}") from None
        # The wrapper under the public class: its invoke() forbids views of the library's memory, which are what makes this fast.
        self._wrapper = self._interpreter._interpreter
        self._clear()

    def _view(self, tensor: int) -> NDArray[Any]:
        return self._interpreter.tensor(tensor)()  # type: ignore[no-any-return]

    def _clear(self) -> None:
        if not self.model.variables:
            # Views are good as long as nothing is allocated again: all shapes are fixed, so nothing is.
            graph = self.model.main
            self._features: NDArray[Any] = self._view(graph.inputs[0])[0]
            self._answer: NDArray[Any] = self._view(graph.outputs[0]).reshape(-1)
            self._carried = [(self._view(place), self._view(result)) for place, result in self._states]
            for (before, _), zero in zip(self._carried, self._state_zeros, strict=True):
                before.fill(zero)
        self._fresh = True

    def reset(self) -> None:
        """Forget everything heard: explicit states go back to zero; LiteRT cannot reset resource variables, so such a model is rebuilt."""
        if self._fresh:
            return
        if self.model.variables:
            self._build()
        else:
            self._clear()

    def twin(self) -> StreamingModel:
        """Another stream through the same network. Here it is a network of its own: memory is cheap."""
        return StreamingModel(self._content, self._threads)

    def run(self, steps: Int8s) -> NDArray[Any]:
        """Features int8 [steps, *input_shape] in, raw integers [steps, outputs] out; the state goes on from the last call."""
        if steps.dtype != np.int8 or steps.shape[1:] != self.input_shape:
            raise ValueError(f"needs int8 [steps, {', '.join(map(str, self.input_shape))}], not {steps.dtype} {list(steps.shape)}")
        answers = np.empty((len(steps), self.outputs), self.output_type)
        self._fresh = self._fresh and not len(steps)
        try:
            if self.model.variables:
                self._run_variables(steps, answers)
            else:
                self._run_states(steps, answers)
        except RuntimeError as fault:
            raise ModelError(f"{self._name}the model stopped: {' '.join(str(fault).split())}") from None
        return answers

    def step(self, frames: Sequence[Int8s]) -> list[int]:
        """One step as its frames, input_shape[0] of them, int8 [input_shape[1]] each -> its raw integers.

        The listener's way in: no arrays are made, and the answer is plain integers for core/.
        """
        if self.model.variables:
            return self.run(np.stack(frames)[np.newaxis])[0].tolist()  # type: ignore[no-any-return]
        self._fresh = False
        for place, frame in enumerate(frames):
            self._features[place] = frame
        self._wrapper.Invoke()
        for before, after in self._carried:
            before[...] = after
        return self._answer.tolist()  # type: ignore[no-any-return]

    def _run_states(self, steps: Int8s, answers: NDArray[Any]) -> None:
        one_step, answer, invoke, carried = self._features, self._answer, self._wrapper.Invoke, self._carried
        for number, features in enumerate(steps):
            one_step[...] = features
            invoke()
            answers[number] = answer
            for before, after in carried:
                before[...] = after

    def _run_variables(self, steps: Int8s, answers: NDArray[Any]) -> None:
        """What is read from a resource variable has no fixed place, so the library allocates while it runs: no view outlives a step."""
        place, result = self.model.main.inputs[0], self.model.main.outputs[0]
        wrapper = self._wrapper
        for number in range(len(steps)):
            wrapper.SetTensor(place, steps[number : number + 1], 0)
            wrapper.Invoke()
            answers[number] = wrapper.GetTensor(result, 0).reshape(-1)
