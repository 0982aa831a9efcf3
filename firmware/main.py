"""The launcher: starts the application of slot a or b, and goes back to the other one when a new one fails. MicroPython runs it at boot.

It lies beside the slots on littlefs and is written by `sidetone flash` alone, never by an update, so it is short and imports nothing of
the application. The rules:

1. state.json holds {"slot": the confirmed slot, "trial": the slot on trial or "", "tries": its starts so far}. It is replaced by a
   rename, which littlefs does whole or not at all, so a power cut leaves the old state or the new one.
2. A trial is counted before it starts. The application ends it with confirm(), after its self-test and some listening.
3. A trial that raises, returns, was reset by the watchdog, has started TRIES times without confirm(), or whose files differ from its
   files.json, is over: the confirmed slot starts again, for good. TRIES is three because a person may pull the plug, too.
4. The confirmed slot's files are compared with its files.json only after a fault (no readable state, a watchdog's reset, an exception):
   hashing takes about a second. Are they broken and the other slot's whole, the other one becomes the confirmed slot.
5. No slot is whole: one line on the serial port and a red lamp, again after five seconds. The serial port stays open for repair.
"""

import binascii
import hashlib
import json
import os
import sys
import time

import machine

TRIES = 3
AGAIN_S = 5
TRIAL_WATCHDOG_MS = 60000  # ten times the longest start: a trial that hangs before it has its own watchdog is reset, too
SLOTS = ("a", "b")


def other(slot):
    return "b" if slot == "a" else "a"


def say(text):
    print("sidetone: " + text)


def load(root):
    """(confirmed slot, slot on trial or "", its starts so far); (None, "", 0) where there is no readable state."""
    try:
        with open(root + "/state.json") as file:
            state = json.load(file)
        slot, trial, tries = state["slot"], state["trial"], state["tries"]
        if slot in SLOTS and trial in ("", other(slot)) and type(tries) is int:
            return slot, trial, tries
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return None, "", 0


def save(root, slot, trial, tries):
    """Whether the state is on the flash now; False on a full or failing one, and then the old state is."""
    try:
        with open(root + "/state.new", "w") as file:
            file.write(json.dumps({"slot": slot, "trial": trial, "tries": tries}))
        os.rename(root + "/state.new", root + "/state.json")
    except OSError as error:
        say("cannot write state.json: %s" % error)
        return False
    return True


def whole(root, slot):
    """Whether every file of the slot is there with the size and SHA-256 of its files.json."""
    folder = root + "/" + slot + "/"
    buffer = bytearray(4096)
    try:
        with open(folder + "files.json") as file:
            rows = json.load(file)["files"]
        for path, size, digest in rows:
            sha = hashlib.sha256()
            with open(folder + path, "rb") as file:
                while True:
                    count = file.readinto(buffer)
                    if not count:
                        break
                    size -= count
                    sha.update(memoryview(buffer)[:count])
            if size or binascii.hexlify(sha.digest()).decode() != digest:
                return False
        return bool(rows)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def choose(root, watchdog):
    """(slot to start or None, whether it is on trial). watchdog: the last run ended by its reset."""
    slot, trial, tries = load(root)
    if trial:
        if tries >= TRIES or (tries and watchdog):
            say("slot %s was not confirmed: back to slot %s" % (trial, slot))
        elif not tries and not whole(root, trial):
            say("slot %s is damaged: back to slot %s" % (trial, slot))
        elif save(root, slot, trial, tries + 1):
            return trial, True
        else:
            return slot, False  # a trial that cannot be counted is not begun
        save(root, slot, "", 0)
    if slot and not watchdog:
        return slot, False
    return first_whole(root, slot or SLOTS[0], slot), False


def first_whole(root, wanted, confirmed):
    """The wanted slot, else the other one, where its files are whole; it becomes the confirmed one. None where neither is."""
    for slot in (wanted, other(wanted)):
        if whole(root, slot):
            if slot != confirmed:
                say("slot %s is started" % slot)
                save(root, slot, "", 0)
            return slot
    return None


def run(root, slot, trial):
    """Start the slot's application. Comes back only when it has failed."""

    def confirm():
        if load(root) != (slot, "", 0):
            save(root, slot, "", 0)

    sys.path.insert(0, root + "/" + slot)
    if trial:
        machine.WDT(timeout=TRIAL_WATCHDOG_MS)
    try:
        from sidetone.on_micropython import start

        start.main(root + "/" + slot, confirm)
        say("slot %s: the application ended" % slot)
    except Exception as error:
        sys.print_exception(error)
    confirmed, on_trial, _ = load(root)
    if trial and on_trial:
        say("slot %s failed before it was confirmed: back to slot %s" % (slot, confirmed))
        save(root, confirmed, "", 0)
    else:
        first_whole(root, slot, slot)


def red_lamp(root):
    """A sign for who stands before the device. Whatever is wrong with it must not hide what is wrong with the slots."""
    try:
        from neopixel import NeoPixel

        with open(root + "/config/config.json") as file:
            lamps = NeoPixel(machine.Pin(json.load(file)["board"]["lamps"]["data_pin"]), 4)
        lamps.fill((24, 0, 0))
        lamps.write()
    except Exception as error:
        say("no lamp: %s" % error)


def main():
    root = os.getcwd().rstrip("/")
    watchdog = machine.reset_cause() == machine.WDT_RESET
    slot, trial = choose(root, watchdog)
    if slot is None:
        say("no whole application in slot a or b: write it anew with `sidetone flash`")
        red_lamp(root)
    else:
        run(root, slot, trial)
    time.sleep(AGAIN_S)
    machine.reset()


if __name__ == "__main__":
    main()
