"""What the device's program does besides its kernels, for tests/bench/device_budget.py: bytecodes, heap and allocation. For MicroPython.

    micropython tests/bench/device_work.py APPLICATION SOUND HOPS CHANNELS

APPLICATION: the folder that goes into a slot; SOUND: int16, the agent's half first. One JSON object comes out. Bytecodes are counted where
micropython.opcodes() is there (get_counting_micropython.sh), else they are 0.
"""

import gc
import json
import sys
from array import array

import micropython

sys.path.insert(0, sys.argv[1])
opcodes = getattr(micropython, "opcodes", int)
gc.collect()
empty = gc.mem_alloc()
began = opcodes()

from sidetone import app  # noqa: E402
from sidetone.core.etiquette.profile import Profile  # noqa: E402
from sidetone.on_micropython import hearing  # noqa: E402

HOP_BYTES = 320
FIRST_HOP = 500


class Released:
    pass


def main(folder, sound, hops, channels):
    found = {"imports": opcodes() - began}
    released = Released()
    with open(folder + "/released/manifest.json") as file:
        released.manifest = json.load(file)
    released.model = folder + "/released/" + released.manifest["file"]
    start = opcodes()
    said = [0]

    def emit(t_ms, kind, rows):
        said[0] += 1

    profile = Profile([("language", released.manifest["language"])])
    listener = app.build_listener(hearing, released, profile, app.Calibration(), app.CallSetup(channels > 1, "in", None), emit)
    found["build"] = opcodes() - start
    gc.collect()
    found["heap"] = gc.mem_alloc() - empty
    left_open = listener.conduct._scene.not_judged  # noting a rule that is not judged is an event, once a call and rule
    block = [array("h", bytes(HOP_BYTES)) for _ in range(channels)]
    total = locked = 0
    event_bytes = worst = speaking = speaking_spent = 0
    with open(sound, "rb") as file:
        half = file.seek(0, 2) // 2
        for hop in range(FIRST_HOP, FIRST_HOP + hops):
            for channel in range(channels):
                file.seek(channel * half + hop * HOP_BYTES)
                file.readinto(block[channel])
            gc.collect()
            before, used, start = said[0] + len(left_open), gc.mem_alloc(), opcodes()
            listener.feed(block)
            spent, used = opcodes() - start, gc.mem_alloc() - used
            event = said[0] + len(left_open) > before
            for ear in listener.ears:
                event = event or ear.spotter.doubts
            total += spent
            worst = max(worst, spent)
            if listener.agent.meter.speaking:
                speaking += 1
                speaking_spent += spent
            if event:
                event_bytes = max(event_bytes, used)
            elif used:
                locked += used
    gc.collect()
    found.update({"hop": total / hops, "worst": worst, "quiet_bytes": locked, "event_bytes": event_bytes, "heap_after": gc.mem_alloc() - empty})
    found["speaking_pm"] = speaking * 1000 // hops
    found["speaking_hop"] = speaking_spent / max(1, speaking)
    print(json.dumps(found))


main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
