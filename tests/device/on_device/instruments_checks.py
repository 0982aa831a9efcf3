"""Instruments that have heard another call and forgotten it hear the next one as new ones do."""

import json
import sys
from array import array

from sidetone import app
from sidetone.core.etiquette.profile import Profile
from sidetone.on_micropython import hearing

HOP_SAMPLES = 160


def sound(seed, hops):
    """Noise in bursts: loud, quiet, loud."""
    samples = array("h", bytes(2 * HOP_SAMPLES * hops))
    for i in range(len(samples)):
        seed = (seed * 25173 + 13849) & 0xFFFF
        samples[i] = (seed - 32768) >> (3 if i // 8000 % 2 else 9)
    return samples


class Released:
    """The network that ships."""

    def __init__(self, folder):
        with open(folder + "/manifest.json") as file:
            self.manifest = json.load(file)
        with open(folder + "/" + self.manifest["file"], "rb") as file:
            self.model = file.read()


RELEASED = Released(sys.argv[1] + "/model/released/zh")


def heard(instruments, seed):
    said = []
    call = app.CallSetup(True)
    profile = Profile()

    def emit(t_ms, kind, rows):
        said.append((t_ms, kind, [(key, str(value)) for key, value in rows if not hasattr(value, "__dict__")]))

    listener = app.build_listener(hearing, RELEASED, profile, app.Calibration(), call, emit, instruments)
    measures = []
    for _ in range(3):
        listener.feed([sound(seed, 60), sound(seed + 1, 60)])
        for ear in listener.ears:
            measures.append([ear.meter.energy_q8, ear.meter.level_q8, ear.meter.speaking, ear.meter.syllables])
            measures.append(list(ear.spotter.heard_q8))
    listener.finish()
    return said, measures


def test_the_second_call_is_as_with_new_instruments():
    kept = app.Instruments(hearing, RELEASED, Profile(), True)
    heard(kept, 5)
    assert heard(kept, 9) == heard(None, 9)
    assert heard(kept, 9) != heard(None, 5)
