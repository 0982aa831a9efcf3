"""The network on CPython: bit for bit the official TensorFlow Lite Micro, whatever way the state is kept."""

from __future__ import annotations

import importlib
import importlib.resources
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tiny_models
from sidetone.core.network.flatbuffer import ModelError
from sidetone.core.network.graph import read_model
from sidetone.on_cpython.inference import StreamingModel

TREE = Path(__file__).resolve().parents[2]
STEPS = 300
MICRO_WAKE_WORDS = ("alexa", "hey_jarvis", "hey_mycroft", "okay_nabu")
ARENA_BYTES = 400_000


def official(content: bytes, steps: Any) -> Any:
    """The answers of tflite-micro, explicit states carried by hand."""
    runtime = importlib.import_module("tflite_micro").runtime
    interpreter = runtime.Interpreter.from_bytes(content, arena_size=ARENA_BYTES)
    graph = read_model(content).main
    states = [np.full(graph.tensors[place].shape, graph.tensors[place].zero_points[0], np.int8) for place in graph.inputs[1:]]
    answers = []
    for step in steps:
        interpreter.set_input(step[np.newaxis], 0)
        for number, state in enumerate(states):
            interpreter.set_input(state, 1 + number)
        interpreter.invoke()
        answers.append(interpreter.get_output(0).reshape(-1))
        states = [interpreter.get_output(1 + number) for number in range(len(states))]
    return np.array(answers)


def inputs(seed: int, shape: tuple[int, ...]) -> list[Any]:
    """Two kinds of steps: anything, and slowly wandering as features do."""
    random = np.random.RandomState(seed)
    anything = random.randint(-128, 128, (STEPS, *shape)).astype(np.int8)
    wandering = np.clip(np.cumsum(random.normal(0, 12, (STEPS, *shape)), axis=0), -128, 127).astype(np.int8)
    return [anything, wandering]


def micro_wake_word(name: str) -> bytes:
    return (importlib.resources.files("pymicro_wakeword") / "models" / f"{name}.tflite").read_bytes()


def with_logits_for_answer(content: bytes) -> bytes:
    """The same model giving the input of its LOGISTIC (int8) instead of a posterior, which noise leaves at 0 throughout."""
    graph = read_model(content).main
    logits = next(op.inputs[0] for op in graph.operators if op.name == "LOGISTIC")
    for place in range(0, len(content) - 8, 4):
        if content[place : place + 8] == struct.pack("<iI", 1, graph.outputs[0]):
            changed = content[: place + 4] + struct.pack("<I", logits) + content[place + 8 :]
            try:
                if read_model(changed).main.outputs == (logits,):
                    return changed
            except ModelError:
                continue
    raise AssertionError("the list of outputs was not found")


def exact(network: StreamingModel) -> bool:
    """ai-edge-litert's FULLY_CONNECTED rounds a rare accumulator up where TFLM rounds down; tflite-runtime's never did."""
    return type(network._interpreter).__module__.startswith("tflite_runtime")


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("build", [tiny_models.explicit_states, tiny_models.resource_variables])
def test_tiny_networks_equal_the_official_interpreter(build: Any, seed: int) -> None:
    pytest.importorskip("tflite_micro", reason="tflite-micro has no package for this kind of machine")
    content = build(seed)
    network = StreamingModel(content)
    rounds = build is tiny_models.resource_variables and not exact(network)  # the one with a FULLY_CONNECTED, before its LOGISTIC
    if rounds:
        content = with_logits_for_answer(content)
        network = StreamingModel(content)
    for steps in inputs(seed, network.input_shape):
        network.reset()
        answers = network.run(steps)
        assert answers.dtype == network.output_type
        assert answers.shape == (STEPS, network.outputs)
        assert len(np.unique(answers)) > 4
        apart = abs(answers.astype(int) - official(content, steps).astype(int))
        assert apart.max() <= (1 if rounds else 0)
        assert (apart > 0).sum() <= (STEPS // 20 if rounds else 0)  # round scales such as 0.1 meet the halfway case more often


@pytest.mark.parametrize("name", MICRO_WAKE_WORDS)
def test_other_peoples_models_equal_the_official_interpreter(name: str) -> None:
    pytest.importorskip("tflite_micro", reason="tflite-micro has no package for this kind of machine")
    content = with_logits_for_answer(micro_wake_word(name))
    network = StreamingModel(content)
    for steps in inputs(7, network.input_shape):
        network.reset()
        ours, theirs = network.run(steps).astype(int), official(content, steps).astype(int)
        assert len(np.unique(theirs)) > 10
        differing = ours != theirs
        assert differing.sum() <= (0 if exact(network) else STEPS // 50)
        assert abs(ours - theirs).max() <= (0 if exact(network) else 1)


def test_released_networks_equal_the_official_interpreter() -> None:
    pytest.importorskip("tflite_micro", reason="tflite-micro has no package for this kind of machine")
    released = sorted((TREE / "model/released").glob("*/*.tflite"))
    assert released
    for path in released:
        network = StreamingModel(path)
        for steps in inputs(3, network.input_shape):
            network.reset()
            np.testing.assert_array_equal(network.run(steps), official(path.read_bytes(), steps))


@pytest.mark.parametrize("build", [tiny_models.explicit_states, tiny_models.resource_variables])
def test_state_goes_on_and_reset_forgets(build: Any) -> None:
    network = StreamingModel(build())
    steps = inputs(5, network.input_shape)[0]
    whole = network.run(steps)
    assert (network.run(steps[:4]) != whole[:4]).any()  # still remembers the end
    network.reset()
    pieces = [network.run(steps[:1]), network.run(steps[1:1]), network.run(steps[1:100])]
    singles = [network.step(list(step)) for step in steps[100:]]
    np.testing.assert_array_equal(np.concatenate([*pieces, np.array(singles)]), whole)
    network.reset()
    network.reset()
    np.testing.assert_array_equal(network.run(steps), whole)


def test_two_networks_do_not_share_their_state() -> None:
    content = tiny_models.explicit_states()
    one, other = StreamingModel(content), StreamingModel(content)
    steps = inputs(5, one.input_shape)[0]
    expected = one.run(steps)
    one.run(steps)
    np.testing.assert_array_equal(other.run(steps), expected)


def test_wrong_arrays_are_a_callers_mistake() -> None:
    network = StreamingModel(tiny_models.explicit_states())
    for wrong in (np.zeros((2, 3, 4), np.uint8), np.zeros((2, 4, 3), np.int8), np.zeros(12, np.int8)):
        with pytest.raises(ValueError, match="needs int8"):
            network.run(wrong)  # type: ignore[arg-type]


def test_states_must_pair_up() -> None:
    b = tiny_models.Builder()
    data = b.tensor("features", (1, 2), tiny_models.INT8, None, (tiny_models.ONE,), 0)
    state = b.tensor("state", (1, 2), tiny_models.INT8, None, (tiny_models.ONE,), 0)
    total = b.tensor("sum", (1, 2), tiny_models.INT8, None, (tiny_models.HALF,), 0)
    b.operator(0, (data, state), (total,), 11, [("b", 0)])
    b.end((data, state), (total, total), "main")
    with pytest.raises(ModelError, match="state 0 of the model"):
        StreamingModel(b.file())
    b = tiny_models.Builder()
    data = b.tensor("features", (1, 2), tiny_models.INT8, None, (tiny_models.ONE,), 0)
    b.end((data,), (data, data), "main")
    with pytest.raises(ModelError, match="0 state inputs but 1 state outputs"):
        StreamingModel(b.file())


def test_the_library_says_nothing_on_stderr(capfd: pytest.CaptureFixture[str]) -> None:
    StreamingModel(tiny_models.explicit_states()).run(np.zeros((2, 3, 4), np.int8))
    said = capfd.readouterr()
    assert said.out == said.err == ""
