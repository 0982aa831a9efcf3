"""The device's interpreter against the official TensorFlow Lite Micro, every answer: single operators, whole networks, state."""

from __future__ import annotations

import importlib
import importlib.resources
import struct
from typing import Any

import numpy as np
import pytest

import programs
import tiny_models
from device import networks
from device.interpreters import BOTH
from sidetone.core.network.flatbuffer import ModelError
from sidetone.core.network.graph import INT8, read_model
from sidetone_host import micropython
from sidetone_host.errors import CannotDo

official = pytest.importorskip("tflite_micro", reason="tflite-micro has no package for this kind of machine")
MICRO_WAKE_WORDS = ("alexa", "hey_jarvis", "hey_mycroft", "okay_nabu")
SEEDS = 5


@pytest.fixture(params=BOTH, autouse=True)
def _interpreter(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIDETONE_MICROPYTHON", programs.path(request.param))


def reference(content: bytes, steps: Any) -> Any:
    """tflite-micro's answers, explicit states carried by hand."""
    interpreter = importlib.import_module("tflite_micro").runtime.Interpreter.from_bytes(content, arena_size=400_000)
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


def assert_equal(content: bytes, steps: Any) -> Any:
    expected = reference(content, steps)
    np.testing.assert_array_equal(micropython.answers(content, steps, expected.shape[1], expected.dtype.type), expected)
    return expected


def some_steps(random: np.random.RandomState, content: bytes, count: int) -> Any:
    """Half of them anything, half wandering slowly as features do."""
    graph = read_model(content).main
    shape = (count // 2, *graph.tensors[graph.inputs[0]].shape[1:])
    wandering = np.clip(np.cumsum(random.normal(0, 12, shape), axis=0), -128, 127).astype(np.int8)
    return np.concatenate([random.randint(-128, 128, shape).astype(np.int8), wandering])


@pytest.mark.parametrize("kind", networks.KINDS)
def test_one_operator(kind: str) -> None:
    for seed in range(SEEDS):
        random = np.random.RandomState(seed)
        content = networks.KINDS[kind](random)
        steps = some_steps(random, content, 8)
        if kind in ("LOGISTIC", "QUANTIZE"):
            steps[0] = np.arange(-128, 128)
        assert_equal(content, steps)


@pytest.mark.parametrize("build", [tiny_models.explicit_states, tiny_models.resource_variables])
def test_tiny_networks(build: Any) -> None:
    for seed in range(3):
        content = build(seed)
        assert len(np.unique(assert_equal(content, some_steps(np.random.RandomState(seed), content, 200)))) > 4


def _with_answer(content: bytes, tensor: int) -> bytes:
    """The same model giving another of its tensors for an answer."""
    graph = read_model(content).main
    for place in range(0, len(content) - 8, 4):
        if content[place : place + 8] == struct.pack("<iI", 1, graph.outputs[0]):
            changed = content[: place + 4] + struct.pack("<I", tensor) + content[place + 8 :]
            try:
                if read_model(changed).main.outputs == (tensor,):
                    return changed
            except ModelError:
                continue
    raise AssertionError("the list of outputs was not found")


@pytest.mark.parametrize("name", MICRO_WAKE_WORDS)
def test_other_peoples_models(name: str) -> None:
    """Each model as it is, and each layer's own output: the posterior alone hardly moves on anything but the wake word."""
    content = (importlib.resources.files("pymicro_wakeword") / "models" / f"{name}.tflite").read_bytes()
    random = np.random.RandomState(11)
    assert_equal(content, some_steps(random, content, 400))
    graph = read_model(content).main
    layers = [op for op in graph.operators if op.name in ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED")]
    for op in layers[::3] + layers[-1:]:
        assert graph.tensors[op.outputs[0]].type == INT8
        changed = _with_answer(content, op.outputs[0])
        assert len(np.unique(assert_equal(changed, some_steps(random, content, 60)))) > 10


def test_released_networks() -> None:
    released = sorted((programs.TREE / "model/released").glob("*/*.tflite"))
    assert released
    for path in released:
        content = path.read_bytes()
        assert_equal(content, some_steps(np.random.RandomState(3), content, 200))


def _refused(content: bytes) -> str:
    with pytest.raises(CannotDo) as caught:
        micropython.answers(content, np.zeros((1, 3, 4), np.int8), 1, np.uint8)
    return str(caught.value)


def test_what_cannot_run_is_named_in_one_line() -> None:
    content = tiny_models.resource_variables()
    for length in (0, 5, 40, len(content) // 2, len(content) - 1):
        said = _refused(content[:length] or b"x")
        assert "\n" not in said
        assert "cut short" in said or "not a .tflite" in said or "damaged" in said
    assert "TANH" in _refused(tiny_models.resource_variables(last=28))
