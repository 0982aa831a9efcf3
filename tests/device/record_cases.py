"""Golden vectors of every viper kernel: what each was given and what it left, while the device's code heard a sound. For MicroPython.

    micropython tests/device/record_cases.py TREE SOUND OUT MODEL...

SOUND: int16 file; MODEL: networks, the first of them as the listener uses it, the others for a few steps. OUT gets JSON Lines:
{"module", "name", "args": [["i", 5] or ["b", before, after, offset]], "result"}; buffers in hexadecimal, the argument `offset` bytes into it;
one that is given twice, or overlaps, is ["same", n, offset].
Calls number 1, 30 and 90 of each kernel are kept, and of a network's kernels a few with each model; with "step" in the request instead
all calls of the six hops from STEP_HOP on, which are two steps of the network. Standard input: {"kernels": {module: names}, "manifest",
"step"}.
"""

import binascii
import json
import sys
from array import array

import uctypes

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
        rows, places = [], []
        for value in given:
            if isinstance(value, int):
                rows.append(["i", value])
                places.append(None)
                continue
            # a buffer is [address, end]; those that overlap grow together into one
            start = uctypes.addressof(value)
            place = [start, start + len(bytes(value))]
            for other in places:
                if other and place[0] < other[1] and other[0] < place[1]:
                    other[0] = min(other[0], place[0])
                    other[1] = max(other[1], place[1])
                    place = other
                    break
            rows.append(["b", start])
            places.append(place)
        for number, row in enumerate(rows):
            if row[0] == "b":
                place = places[number]
                offset = row[1] - place[0]
                first = [other is place for other in places].index(True)
                rows[number] = ["b", _hex(place), "", offset] if first == number else ["same", first, offset]
        result = self.kernel(*given)
        for number, row in enumerate(rows):
            if row[0] == "b":
                row[2] = _hex(places[number])
        self.out.write(json.dumps({"module": self.module.__name__, "name": self.name, "args": rows, "result": result}) + "\n")
        return result


def _hex(place):
    return str(binascii.hexlify(uctypes.bytearray_at(place[0], place[1] - place[0])), "ascii")


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
    graph = decoder.KeywordGraph([[1, 2, 3, 2], [4, 4], [5], [2, 3]], [200] * 4)
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
