"""The interpreter on its own: its familiar methods, its errors, and that running allocates nothing. Numbers: ../test_tflite.py."""

from array import array

import micropython
import tiny_models
from checks import raises
from sidetone.on_micropython.inference import StreamingModel
from sidetone.on_micropython.tflite.interpreter import Interpreter, ModelError


def test_familiar_methods():
    interpreter = Interpreter(model_content=tiny_models.resource_variables())
    interpreter.allocate_tensors()
    (taken,) = interpreter.get_input_details()
    (given,) = interpreter.get_output_details()
    assert (taken["shape"], taken["dtype"], given["shape"], given["dtype"]) == ((1, 3, 4), "int8", (1, 1), "uint8")
    answers = []
    for _ in range(2):
        interpreter.reset_all_variables()
        seen = []
        for step in range(5):
            interpreter.set_tensor(taken["index"], array("b", [(step * 37 + i * 11) % 256 - 128 for i in range(12)]))
            interpreter.invoke()
            seen.append(interpreter.get_tensor(given["index"])[0])
        answers.append(seen)
    assert answers[0] == answers[1]
    assert len(set(answers[0])) > 1


def test_wrong_use_is_named():
    interpreter = Interpreter(model_content=tiny_models.explicit_states())
    first = interpreter.get_input_details()[0]["index"]
    with raises(ValueError, "holds 12 values"):
        interpreter.set_tensor(first, bytes(11))
    for offset, count in ((10, 4), (-1, 4)):
        with raises(ValueError, "holds 12 values"):
            interpreter.put(first, bytes(count), offset)
    with raises(ValueError, "neither an input nor an output"):
        interpreter.get_tensor(2)
    with raises(ModelError, "cannot read /nowhere/at.all"):
        Interpreter(model_path="/nowhere/at.all")


def test_a_step_allocates_nothing():
    for content in (tiny_models.explicit_states(), tiny_models.resource_variables()):
        network = StreamingModel(content)
        frames = [array("b", [5, -6, 7, 8]), array("b", [-128, 0, 127, 1]), array("b", [9, 9, 9, 9])]
        before = list(network.step(frames))
        network.reset()
        micropython.heap_lock()
        try:
            at = 0
            for frame in frames:
                network._interpreter.put(network._features, frame, at)
                at += 4
            answer = network._run()
        finally:
            micropython.heap_unlock()
        assert list(answer) == before


def test_each_answer_is_its_own():
    network = StreamingModel(tiny_models.explicit_states())
    first = network.step([array("b", [1, 2, 3, 4])] * 3)
    kept = list(first)
    network.step([array("b", [100, -100, 50, -50])] * 3)
    assert list(first) == kept


def test_state_is_forgotten_by_reset():
    for content in (tiny_models.explicit_states(), tiny_models.resource_variables()):
        network = StreamingModel(content)
        steps = [[array("b", [(k * 29 + i * 13) % 256 - 128 for i in range(4)])] * 3 for k in range(6)]
        first = [list(network.step(step)) for step in steps]
        network.reset()
        assert [list(network.step(step)) for step in steps] == first
