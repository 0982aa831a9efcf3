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
        step = array("b", [5, -6, 7, 8, -128, 0, 127, 1, 9, 9, 9, 9])
        before = list(network.step_bytes(step))
        network.reset()
        twin = network.twin()
        twin.step_bytes(step)
        for stream in (network, twin, network):
            stream.reset()
        micropython.heap_lock()
        try:
            answer = network.step_bytes(step)
            twin.step_bytes(step)  # swaps the states
        finally:
            micropython.heap_unlock()
        assert list(answer) == before


def test_familiar_methods_allocate_nothing_either():
    interpreter = Interpreter(model_content=tiny_models.explicit_states())
    interpreter.allocate_tensors()
    taken, given = interpreter.get_input_details()[0]["index"], interpreter.get_output_details()[0]["index"]
    step, out = array("b", range(12)), array("b", bytes(len(interpreter.get_tensor(given))))
    micropython.heap_lock()
    try:
        interpreter.set_tensor(taken, step)
        interpreter.invoke()
        interpreter.read(given, out)
    finally:
        micropython.heap_unlock()
    assert list(out) == list(interpreter.get_tensor(given))


def test_what_cannot_run_is_named():
    whole = tiny_models.resource_variables()
    for content, said in (
        (tiny_models.resource_variables(last=28), "operator TANH"),
        (whole[: len(whole) // 2], "cut short"),
        (b"no model at all, but long enough to be looked at", "not a .tflite model"),
        (b"", ""),
    ):
        with raises(ModelError, said):
            Interpreter(model_content=content)


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
