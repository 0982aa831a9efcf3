"""The whole loop, both ears with the released network: a hop in which nothing is said to anybody allocates nothing, heap locked.

The same call is heard twice. The first time tells which hops are events (something was emitted, or a phrase was heard or in doubt); the
second time the heap is locked in every other hop. What an event may allocate is bounded as well.
"""

import gc
import json
import sys
from array import array

import micropython
from sidetone import app
from sidetone.core.etiquette.profile import Profile
from sidetone.on_micropython import hearing
from sidetone.on_micropython.inference import StreamingModel

HOP = 160
HOPS = 2000
EVENT_BYTES = 8192  # a finding with its figures, lamps and rows; the tick of a whole second


class Released:
    def __init__(self):
        folder = sys.argv[1] + "/model/released/zh/"
        with open(folder + "manifest.json") as file:
            self.manifest = json.load(file)
        with open(folder + self.manifest["file"], "rb") as file:
            self.model = file.read()


def _sounds():
    """Hops of a voice at four pitches and two levels, of noise, of a tone and of silence."""
    found = []
    seed = 1
    for step in (6, 8, 9, 11, 30):
        for shift in (2, 4):
            hop = array("h", bytes(2 * HOP))
            for i in range(HOP):
                at = i * step % 160
                hop[i] = ((80 - at if at > 40 else 3 * at) * (160 - at) >> shift) - 500
            found.append(hop)
    for shift in (3, 7):
        hop = array("h", bytes(2 * HOP))
        for i in range(HOP):
            seed = (seed * 25173 + 13849) & 0xFFFF
            hop[i] = (seed - 32768) >> shift
        found.append(hop)
    found.append(array("h", bytes(2 * HOP)))
    return found


class Call:
    """One call of HOPS hops; `hear(number)` is the next one."""

    def __init__(self, released, sounds):
        self.said = 0
        self.sounds = sounds
        self.listener = app.build_listener(
            hearing, released, Profile({}), app.Calibration(-30 * 256), app.CallSetup(True, "in", None), self._emit
        )
        self.block = [None, None]
        self.doubted = set()

    def _emit(self, t_ms, kind, rows):
        self.said += 1

    def new_doubts(self):
        """True if an ear is in doubt about several labels, or about one for the first time: the same one again is noted in its old place."""
        new = False
        for ear in self.listener.ears:
            for label in ear.spotter.doubts:
                new = new or len(ear.spotter.doubts) > 1 or (ear.channel, label) not in self.doubted
                self.doubted.add((ear.channel, label))
        return new

    def hear(self, number):
        sounds = self.sounds
        turn = number // 400 & 1
        talks = number // 7 % 9
        self.block[turn] = sounds[talks] if number % 180 < 150 else sounds[10]
        self.block[1 - turn] = sounds[11] if number % 900 < 700 else sounds[12]
        self.listener.feed(self.block)


def test_a_hop_without_an_event_allocates_nothing():
    released, sounds = Released(), _sounds()
    call = Call(released, sounds)
    events = bytearray(HOPS)
    most = spoke = 0
    gc.collect()
    gc.disable()
    for number in range(HOPS):
        before = call.said
        used = gc.mem_alloc()
        call.hear(number)
        used = gc.mem_alloc() - used
        most = max(most, used)
        events[number] = call.said > before or call.new_doubts()
        spoke += call.listener.agent.meter.speaking or call.listener.customer.meter.speaking
        if number % 100 == 99:
            gc.enable()
            gc.collect()
            gc.disable()
    gc.enable()
    locked = HOPS - sum(events)
    assert spoke > HOPS // 3, spoke
    assert locked > HOPS * 9 // 10, locked
    assert most < EVENT_BYTES, most
    call = Call(released, sounds)
    gc.collect()
    for number in range(HOPS):
        if events[number]:
            call.hear(number)
        else:
            micropython.heap_lock()
            try:
                call.hear(number)
            finally:
                micropython.heap_unlock()


def test_two_streams_of_one_network_do_not_mix():
    released = Released()
    alone = [StreamingModel(released.model) for _ in range(2)]
    one = StreamingModel(released.model)
    twins = [one, one.twin()]
    seed = 7
    for step in range(40):
        for ear in range(2):
            data = bytearray(120)
            for i in range(120):
                seed = (seed * 25173 + 13849) & 0xFFFF
                data[i] = seed >> 8
            if step == 25 and ear:
                alone[ear].reset()
                twins[ear].reset()
            if step % 3 or ear:
                assert bytes(alone[ear].step_bytes(data)) == bytes(twins[ear].step_bytes(data)), (step, ear)
