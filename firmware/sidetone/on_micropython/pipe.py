"""What a host may ask of the device's code over a pipe: features of a sound, answers of a network, or a whole call replayed.

    micropython -m sidetone.on_micropython.pipe      (host_tools/sidetone_host/micropython.py starts it)

Standard input is a row of chunks, each its length (u32, little-endian) and so many bytes: first the request, a JSON object whose
"task" names one of the functions below, then what the task reads; an empty chunk ends it. Standard output is chunks again. A fault
of the world (a model that cannot be run) is one line on standard error and exit code 3; a bug is a traceback and exit code 1.
"""

import json
import struct
import sys
from array import array

WORLD_FAULT = 3


def read_chunk():
    """The next chunk's bytes; empty at the end. EOFError where the host went away in the middle."""
    head = sys.stdin.buffer.read(4)
    if len(head) < 4:
        raise EOFError
    size = struct.unpack("<I", head)[0]
    data = sys.stdin.buffer.read(size) if size else b""
    if len(data) < size:
        raise EOFError
    return data


def write_chunk(parts):
    """One chunk out of a list of buffers of bytes or 16-bit items."""
    size = 0
    for part in parts:
        size += len(bytes(part))
    out = sys.stdout.buffer
    out.write(struct.pack("<I", size))
    for part in parts:
        out.write(part)


def features(request):
    """int16 hops in, uint16 frames of 40 out: a chunk for a chunk."""
    from sidetone.on_micropython.frontend import FrontEnd

    front_end = FrontEnd()
    data = read_chunk()
    while data:
        write_chunk(front_end.block(array("h", data)))
        data = read_chunk()


def measures(request):
    """int16 hops in; eight int32 a hop out, the kernels' measurements in the order of their rows."""
    from sidetone.on_micropython.kernels import ChannelKernels

    kernels = ChannelKernels()
    data = read_chunk()
    while data:
        rows = array("i")
        for row in kernels.block(array("h", data)).rows():
            rows.extend(array("i", row))
        write_chunk([rows])
        data = read_chunk()


def model(request):
    """The model's bytes, then chunks of whole steps (int8) in; a chunk of raw answers out for each."""
    from sidetone.on_micropython.inference import StreamingModel

    network = StreamingModel(read_chunk())
    size = 1
    for length in network.input_shape:
        size *= length
    data = read_chunk()
    while data:
        steps = memoryview(data)
        write_chunk([bytes(network.step_bytes(steps[first : first + size])) for first in range(0, len(data), size)])
        data = read_chunk()


class Released:
    """A network and its manifest, as sidetone.app wants them."""

    def __init__(self, manifest, network):
        self.manifest = manifest
        self.model = network


def replay(request):
    """A whole call: the model's bytes, then blocks of whole hops (agent's samples, then the customer's); JSON Lines out for each.

    request: profile (differences from the defaults), baseline_q8, rate_scale_pm, cutoffs_q8 (label, cutoff), has_customer, direction, start_s, states
    (t_ms, phase, by), manifest; with "measures" true a line of kind `measure` after each block.
    """
    from sidetone import app
    from sidetone.core.etiquette.profile import Profile
    from sidetone.core.telemetry.messages import encode
    from sidetone.on_micropython import hearing

    said = []

    def emit(t_ms, kind, rows):
        said.append(encode([("kind", kind), ("t_ms", t_ms)] + list(rows)))
        said.append("\n")

    released = Released(request["manifest"], read_chunk())
    listener = app.build_listener(
        hearing,
        released,
        Profile(request["profile"]),
        app.Calibration(request["baseline_q8"], request["rate_scale_pm"], request["cutoffs_q8"]),
        app.CallSetup(request["has_customer"], request["direction"], request["start_s"]),
        emit,
    )
    for state in request["states"]:
        listener.call_state(*state)
    channels = 2 if request["has_customer"] else 1
    data = read_chunk()
    while data:
        samples = array("h", data)
        length = len(samples) // channels
        listener.feed([samples[channel * length : (channel + 1) * length] for channel in range(channels)])
        if request["measures"]:
            emit(listener.t_ms, "measure", listener.conduct.measures(listener.t_ms))
        write_chunk(["".join(said).encode()])
        said.clear()
        data = read_chunk()
    listener.finish()
    write_chunk(["".join(said).encode()])


TASKS = {"features": features, "measures": measures, "model": model, "replay": replay}


def main():
    from sidetone.core.network.flatbuffer import ModelError

    request = json.loads(read_chunk())
    try:
        TASKS[request["task"]](request)
    except ModelError as fault:
        sys.stderr.write(str(fault) + "\n")
        sys.exit(WORLD_FAULT)


if __name__ == "__main__":
    main()
