"""Golden vectors of every viper kernel: what each was given and what it left, while the device's code heard a sound. For MicroPython.

    micropython tests/device/record_cases.py TREE SOUND OUT MODEL...

SOUND: int16 file; MODEL: networks, the first of them as the listener uses it, the others for a few steps. OUT gets JSON Lines:
{"module", "name", "args": [["i", 5] or ["b", before, after]], "result"}; buffers in hexadecimal, one that is given twice as ["same", n].
Calls number 1, 30 and 90 of each kernel are kept, and of a network's kernels a few with each model; with "step" in the request instead
all calls of the six hops from STEP_HOP on, which are two steps of the network. Standard input: {"kernels": {module: names}, "manifest",
"step"}.
"""

import binascii
import json
import sys
from array import array

sys.path.insert(0, sys.argv[1] + "/firmware")

KEPT = (1, 30, 90)
STEP_HOP = 90
STEP_HOPS = 6


class Recorder:
    """Stands in a module for one of its kernels."""

    keep_all = None  # None: the calls of KEPT; else whether every call is kept

    def __init__(self, module, name, out):
        self.module = module
        self.name = name
        self.out = out
        self.kernel = getattr(module, name)
        self.calls = 0
        setattr(module, name, self)

    def __call__(self, *given):
        self.calls += 1
        if not (self.calls in KEPT if Recorder.keep_all is None else Recorder.keep_all):
            return self.kernel(*given)
        rows = []
        for number, value in enumerate(given):
            if isinstance(value, int):
                rows.append(["i", value])
                continue
            for before in range(number):
                if given[before] is value:
                    rows.append(["same", before])
                    break
            else:
                rows.append(["b", _hex(value), ""])
        result = self.kernel(*given)
        for number, row in enumerate(rows):
            if row[0] == "b":
                row[2] = _hex(given[number])
        self.out.write(json.dumps({"module": self.module.__name__, "name": self.name, "args": rows, "result": result}) + "\n")
        return result


def _hex(value):
    return str(binascii.hexlify(value), "ascii")


def main(sound, path, models):
    with open(path, "w") as out:
        listen(sound, out, models)


def listen(sound, out, models):
    from sidetone.on_micropython import decoder, frontend, kernels
    from sidetone.on_micropython.inference import StreamingModel
    from sidetone.on_micropython.meter import Meter
    from sidetone.on_micropython.spotter import PhraseSpotter
    from sidetone.on_micropython.tflite.interpreter import Interpreter
    from sidetone.on_micropython.viper import samples as slots
    from sidetone.on_micropython.words import Words

    recorders = []
    request = json.loads(sys.stdin.read())
    names = request["kernels"]
    if request["step"]:
        Recorder.keep_all = False
    for place in names:
        module = __import__(place, None, None, ("*",))
        for name in names[place]:
            recorders.append(Recorder(module, name, out))
    with open(sound, "rb") as file:
        samples = array("h", file.read())
    network = StreamingModel(models[0])
    graph = decoder.KeywordGraph([[1, 2, 3, 2], [4, 4], [5], [2, 3]], 200)
    spotter, meter = PhraseSpotter(request["manifest"]), Meter(-26 * 256)
    words, channel = Words(frontend.FrontEnd(), network, 3, True), kernels.ChannelKernels()
    picked = array("h", bytes(160))
    for first in range(0, len(samples), 160):
        hop = samples[first : first + 160]
        if request["step"]:
            Recorder.keep_all = STEP_HOP <= first // 160 < STEP_HOP + STEP_HOPS
        slots.pick(hop, picked, 80, 2)
        slots.pick_louder(hop, picked, 40, 4)
        channel.begin(hop)
        channel.measure(0, first // 16 + 10, meter)
        words.begin(hop)
        if words.hop(0):
            logits = words.answer(0)
            spotter.step(first // 16, logits)
            if not request["step"]:
                graph.step([(100 - logits[i]) % 256 for i in range(8)], 40)
    for model in models[1:]:
        for recorder in recorders:
            recorder.calls = 29 if recorder.module.__name__.find("tflite") >= 0 else 99
        interpreter = Interpreter(model_path=model)
        details = interpreter.get_input_details()[0]
        size = 1
        for length in details["shape"]:
            size *= length
        seed = 1
        for _ in range(3):
            data = bytearray(size)
            for i in range(size):
                seed = (seed * 25173 + 13849) & 0xFFFF
                data[i] = seed >> 8
            interpreter.set_tensor(details["index"], data)
            interpreter.invoke()


main(sys.argv[2], sys.argv[3], sys.argv[4:])
