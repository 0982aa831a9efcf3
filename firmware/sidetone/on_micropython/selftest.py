"""The boot self-test: does what the device needs work? A second of sound, one file, one look at the memory.

| part       | passes when                                                                                          | lamp's state |
|------------|------------------------------------------------------------------------------------------------------|--------------|
| microphone | sound comes, and the agent's channel neither stands still (digital silence, a stuck bit) nor is mostly at full scale | sound  |
| lamps      | their driver took them                                                                               | (serial)     |
| storage    | a file written under /data reads back the same                                                       | storage      |
| memory     | HEAP_FREE_BYTES are free after a collection                                                          | storage      |
| model      | the network was read and fits its manifest                                                           | storage      |
| settings   | config.json has no fault                                                                             | settings     |

What only a person can see (does the red LED light?) is the boot pattern: all four amber, then dark. An update on trial is confirmed only
if every part but `settings` and `lamps` passes: those are not the update's.
"""

import gc
import os

BLOCKS = 10  # of sound: 300 ms, ten times a converter's start-up
WARM_UP_BLOCKS = 3  # that are not judged: converters send zeros until their filters are full
HEAP_FREE_BYTES = 256 * 1024
STUCK_PEAK = 1  # a converter's noise spans more than one step: a 16-bit step is -96 dBFS
FULL_SCALE = 32700
PATTERN = b"\x00\xff\x55\xaasidetone"

MICROPHONE, LAMPS, STORAGE, MEMORY, MODEL, SETTINGS = "microphone", "lamps", "storage", "memory", "model", "settings"
STATE_OF = {MICROPHONE: "sound", STORAGE: "storage", MEMORY: "storage", MODEL: "storage", SETTINGS: "settings"}
OF_THE_UPDATE = (MICROPHONE, STORAGE, MEMORY, MODEL)


class Result:
    """rows: [(part, None or what is wrong)...] in the order tested."""

    def __init__(self):
        self.rows = []

    def add(self, part, fault):
        """fault: None or one line."""
        self.rows.append((part, fault))

    def failed(self):
        """The parts that failed."""
        return [part for part, fault in self.rows if fault]

    def confirms(self):
        """Whether an update on trial may be kept."""
        for part in self.failed():
            if part in OF_THE_UPDATE:
                return False
        return True

    def text(self):
        """For `meta`: "passed" or the parts that failed."""
        failed = self.failed()
        return "failed: " + " ".join(failed) if failed else "passed"


def microphone(source):
    """None, or what is wrong with the sound. Takes BLOCKS blocks of a started source."""
    low, high = 32767, -32768
    total = extreme = 0
    for count in range(BLOCKS):
        block = source.take(1000)
        if block is None:
            return "no sound comes: check the codec's power, its clock and i2s_pins"
        if count >= WARM_UP_BLOCKS:
            total += len(block[0])
            for sample in block[0]:
                if sample >= FULL_SCALE or sample <= -FULL_SCALE:
                    extreme += 1
                if sample < low:
                    low = sample
                if sample > high:
                    high = sample
    if high - low <= STUCK_PEAK:
        what = "digital silence" if -1 <= low <= 1 else "a stuck input (%d)" % low
        return "%s on the agent's channel: check the codec's data pin and the cable" % what
    if 2 * extreme > total:
        return "full scale on the agent's channel: check the amplifier and the data pin"
    return None


def storage(folder):
    """None, or what is wrong with the flash."""
    path = folder + "/self-test"
    try:
        with open(path, "wb") as file:
            file.write(PATTERN)
        with open(path, "rb") as file:
            same = file.read() == PATTERN
        os.remove(path)
    except OSError as error:
        return "%s cannot be written (error %d): the flash is full or worn" % (folder, error.args[0])
    return None if same else "%s reads otherwise than written: the flash is worn" % folder


def memory():
    """None, or that there is too little."""
    gc.collect()
    free = gc.mem_free()
    return None if free >= HEAP_FREE_BYTES else "%d kB of memory are free: a board with PSRAM is needed" % (free // 1024)
