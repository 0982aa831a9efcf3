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

HOP_BYTES = 320


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


TASKS = {"features": features}


def main():
    request = json.loads(read_chunk())
    TASKS[request["task"]](request)


if __name__ == "__main__":
    main()
