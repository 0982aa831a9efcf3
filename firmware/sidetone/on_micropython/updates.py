"""A signed update goes into the idle slot; the launcher (firmware/main.py) then tries it. Nothing that runs is touched on the way.

A package is, in this order (host_tools/sidetone_host/flash/package.py writes it):
    b"sidetone update 1\\n", two unsigned 32-bit numbers (little-endian): bytes of the list, bytes of the signature
    the list: {"schema":1,"version":"1.4.0","target":"esp32s3","files":[[path, bytes, SHA-256 in hexadecimal], ...]}
    the signature of the list: RSA, PKCS#1 v1.5 over SHA-256, 2048 or 3072 bits, exponent 65537
    the files' contents, in the list's order, and nothing behind them

The rules:
1. The signature is checked before anything of the list is believed, and the list before anything is written.
2. Not for this kind of device, older than what runs, larger than a slot may be, or more than the flash has room for: refused. The same
   version may be installed again, to repair. An older one only by `sidetone flash` (roll-back after a failed trial needs no install).
3. Everything goes to the folder `new`. Each file is read back whole and hashed anew; then the idle slot is removed, `new` gets its
   name, and state.json asks for a trial. Before that rename a torn update has changed nothing, and a power cut leaves the slot that
   runs; after it too, for the launcher starts a slot on trial only when all its files match the list.
4. While a version is on trial no other is installed: the slot to go back to must stay.

Time, by calculation for 240 MHz: a signature of 3072 bits is 17 products and 17 divisions of numbers of 192 digits of 16 bits, 1.3 million
digit steps, some 70 ms. tests/device/on_device/updates_checks.py cuts the power at every block write.
"""

import binascii
import hashlib
import json
import os
import struct

TARGET = "esp32s3"
MAGIC = b"sidetone update 1\n"
LIST_BYTES = 32768  # longest list: about 300 files; parsed it takes some 100 KB of the heap
SLOT_BYTES = 700 * 1024  # longest application, as the host's budget
CHUNK_BYTES = 4096
KEY_BYTES = (256, 384)
PROMPT_MS = 30000  # between two chunks of a package at a slow prompt
START = "sidetone/on_micropython/start."  # what the launcher imports; .mpy or .py
# DER of DigestInfo(SHA-256) before the 32 bytes of the hash: RFC 8017, section 9.2, note 1
DIGEST_INFO = b"\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20"
PATH_CHARACTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./"
PATH_LENGTH = 100


class UpdateError(Exception):
    """The update was not installed and what runs is as it was: one plain line that says why."""


def signed(message, signature, public):
    """Whether `signature` is that of `message` by the key whose modulus is `public` (big-endian bytes; the exponent is 65537).

    The whole block is compared, so nothing can hide in a padding that was only skipped over.
    """
    size = len(public)
    if size not in KEY_BYTES or len(signature) != size:
        return False
    modulus = int.from_bytes(public, "big")
    number = int.from_bytes(signature, "big")
    if number >= modulus:
        return False
    power = number
    for _ in range(16):
        power = power * power % modulus
    power = power * number % modulus
    digest = DIGEST_INFO + hashlib.sha256(message).digest()
    return power.to_bytes(size, "big") == b"\x00\x01" + b"\xff" * (size - 3 - len(digest)) + b"\x00" + digest


def parse_version(text):
    """"1.4.0" -> (1, 4, 0). ValueError for anything else."""
    parts = text.split(".")
    if len(parts) != 3:
        raise ValueError(text)
    return tuple([int(part) for part in parts])


def install(slot_path, stream, public, feed=None, target=TARGET):
    """Install a package into the other slot and ask for its trial at the next boot -> its version. UpdateError in one line.

    slot_path: of the slot that runs, such as "/a"; stream: readinto(buffer) of the package, an open file or a Folder; public: the site's
    public key, NVS `update_pub`, None where the device has none; feed(): called every few milliseconds, for a watchdog.
    """
    root, running = slot_path[:-2], slot_path[-1:]
    if not public:
        raise UpdateError("this device has no key for updates: flash it with one (update_key in the site file)")
    _may_install(root, running)
    manifest, signature = _head(stream)
    if not signed(manifest, signature, bytes(public)):
        raise UpdateError("the update is not signed with this site's key: nothing was changed")
    table = _checked(manifest, target)
    _not_older(table["version"], slot_path)
    new = root + "/new"
    try:
        _remove(new)
        _room(root, table["files"])
        _receive(stream, new, table["files"], feed or _nothing)
        _keep(new + "/files.sig", signature)
        _keep(new + "/files.json", manifest)
        _switch(root, running, new)
    except OSError as error:
        raise UpdateError("the flash did not take the update (%s): what runs is as it was" % error) from None
    finally:
        try:
            _remove(new)
        except OSError:
            pass  # what is left is removed before the next update
    return table["version"]


class Folder:
    """A slot's folder (files.json, files.sig and the files) as the stream of a package. UpdateError where it has no list or signature."""

    def __init__(self, folder):
        try:
            with open(folder + "/files.json", "rb") as file:
                manifest = file.read(LIST_BYTES + 1)
            with open(folder + "/files.sig", "rb") as file:
                signature = file.read(KEY_BYTES[-1] + 1)
            rows = json.loads(manifest)["files"]
        except (OSError, ValueError, KeyError, TypeError):
            raise UpdateError("%s holds no signed update: nothing was changed" % folder) from None
        self._folder = folder
        self._rest = memoryview(MAGIC + struct.pack("<II", len(manifest), len(signature)) + manifest + signature)
        self._rows = iter(rows)  # not believed yet: a file is opened when it is asked for, and that is after the signature
        self._file = None

    def readinto(self, buffer):
        count = min(len(buffer), len(self._rest))
        if count:
            buffer[:count] = self._rest[:count]
            self._rest = self._rest[count:]
            return count
        while True:
            if self._file is None:
                row = next(self._rows, None)
                if row is None:
                    return 0
                try:
                    self._file = open(self._folder + "/" + row[0], "rb")
                except OSError:
                    raise UpdateError("%s cannot be read from the update: nothing was changed" % row[0]) from None
            count = self._file.readinto(buffer)
            if count:
                return count
            self._file.close()
            self._file = None


def at_the_prompt(root, path):
    """For `sidetone update`: install the package at `path` into a device that was stopped at its serial prompt, and say how it went."""
    import machine

    from sidetone.on_micropython.nvs import SecretError, Secrets

    watchdog = machine.WDT(timeout=PROMPT_MS)  # should the other end of the cable go away in the middle, the device starts again by itself
    try:
        with open(root + "/state.json") as file:
            slot = json.load(file)["slot"]
    except (OSError, ValueError, KeyError, TypeError):
        slot = "a"
    try:
        with open(path, "rb") as stream:
            print("installed " + install(root + "/" + slot, stream, Secrets().get("update_pub"), watchdog.feed))
    except (UpdateError, SecretError) as fault:
        print("refused " + str(fault))


def _nothing():
    pass


def _may_install(root, running):
    try:
        with open(root + "/state.json") as file:
            state = json.load(file)
        confirmed, trial = state["slot"], state["trial"]
    except (OSError, ValueError, KeyError, TypeError):
        confirmed, trial = running, ""
    if trial:
        raise UpdateError("another version is on trial: restart the device and wait until it is confirmed")
    if confirmed != running:
        raise UpdateError("slot %s runs but slot %s is confirmed: restart the device first" % (running, confirmed))


def _head(stream):
    """(the list's bytes, the signature's), neither of them believed yet."""
    if _read(stream, len(MAGIC)) != MAGIC:
        raise UpdateError("this is not an update for Sidetone: nothing was changed")
    sizes = struct.unpack("<II", _read(stream, 8))
    if not 0 < sizes[0] <= LIST_BYTES or sizes[1] not in KEY_BYTES:
        raise UpdateError("the update's head is damaged: nothing was changed")
    return _read(stream, sizes[0]), _read(stream, sizes[1])


def _read(stream, size):
    data = bytearray(size)
    at = 0
    while at < size:
        count = stream.readinto(memoryview(data)[at:])
        if not count:
            raise UpdateError("the update is cut off: nothing was changed")
        at += count
    return bytes(data)


def _checked(manifest, target):
    """The list as a table, every row of it looked at. A signed list may still be meant for another device, or a mistake."""
    try:
        table = json.loads(manifest)
        rows, schema, made_for = table["files"], table["schema"], table["target"]
        parse_version(table["version"])
    except (ValueError, KeyError, TypeError):
        raise UpdateError("the update's list cannot be read: nothing was changed") from None
    if schema != 1 or made_for != target:
        raise UpdateError("the update is for %s, this device is %s: nothing was changed" % (made_for, target))
    seen = set()
    total = 0
    start = False
    for row in rows:
        if len(row) != 3 or not _good_path(row[0]) or row[0] in seen or type(row[1]) is not int or row[1] < 0 or len(row[2]) != 64:
            raise UpdateError("the update's list has a row that is none: nothing was changed")
        seen.add(row[0])
        total += row[1]
        start = start or row[0].startswith(START)
    if total + len(manifest) > SLOT_BYTES:
        raise UpdateError("the update has %d KB, a slot takes %d: nothing was changed" % (total // 1024, SLOT_BYTES // 1024))
    if not start:
        raise UpdateError("the update holds no application to start: nothing was changed")
    return table


def _good_path(path):
    if not isinstance(path, str) or not 0 < len(path) <= PATH_LENGTH or path in ("files.json", "files.sig"):
        return False
    for char in path:
        if char not in PATH_CHARACTERS:
            return False
    for part in path.split("/"):
        if part in ("", ".", ".."):
            return False
    return True


def _not_older(version, slot_path):
    try:
        with open(slot_path + "/files.json") as file:
            runs = json.load(file)["version"]
        older = parse_version(version) < parse_version(runs)
    except (OSError, ValueError, KeyError, TypeError):
        return  # what runs does not say what it is: any signed version is better
    if older:
        raise UpdateError("the update is version %s, this device runs %s: an older one is installed by `sidetone flash` only" % (version, runs))


def _room(root, rows):
    """Room for the new files beside both slots: whole blocks, and a tenth more for folders."""
    facts = os.statvfs(root or "/")
    block = facts[0]
    needed = 0
    for row in rows:
        needed += (row[1] + block - 1) // block
    needed += needed // 10 + 8
    if facts[3] < needed:
        raise UpdateError("the flash has %d KB free, the update needs %d: nothing was changed" % (facts[3] * block // 1024, needed * block // 1024))


def _receive(stream, folder, rows, feed):
    """Write every file, then read it back from the flash: its hash is that of the list both times."""
    buffer = bytearray(CHUNK_BYTES)
    view = memoryview(buffer)
    for path, size, digest in rows:
        _folders(folder, path)
        sha = hashlib.sha256()
        with open(folder + "/" + path, "wb") as file:
            left = size
            while left:
                count = stream.readinto(view[: min(left, CHUNK_BYTES)])
                if not count:
                    raise UpdateError("the update is cut off in %s: nothing was changed" % path)
                sha.update(view[:count])
                if file.write(view[:count]) != count:
                    raise OSError(28)  # ENOSPC
                left -= count
                feed()
        if binascii.hexlify(sha.digest()).decode() != digest:
            raise UpdateError("%s is damaged in the update: nothing was changed" % path)
        if _hash(folder + "/" + path, view, feed) != digest:
            raise UpdateError("%s reads back differently from the flash: nothing was changed" % path)
    if stream.readinto(view[:1]):
        raise UpdateError("the update is longer than its list: nothing was changed")


def _hash(path, view, feed):
    sha = hashlib.sha256()
    with open(path, "rb") as file:
        while True:
            count = file.readinto(view)
            if not count:
                return binascii.hexlify(sha.digest()).decode()
            sha.update(view[:count])
            feed()


def _keep(path, data):
    with open(path, "wb") as file:
        file.write(data)
    with open(path, "rb") as file:
        if file.read() != data:
            raise UpdateError("the flash reads back differently: nothing was changed")


def _folders(folder, path):
    """Make `folder` and the folders of `path` below it."""
    made = folder
    for part in [""] + path.split("/")[:-1]:
        made = made + "/" + part if part else made
        try:
            os.mkdir(made)
        except OSError as error:
            if error.args[0] != 17:  # EEXIST
                raise


def _switch(root, running, new):
    """The new files become the idle slot, and the launcher is asked for a trial. The slot that runs is not touched."""
    idle = "b" if running == "a" else "a"
    _remove(root + "/" + idle)
    os.rename(new, root + "/" + idle)
    with open(root + "/state.new", "w") as file:
        file.write(json.dumps({"slot": running, "trial": idle, "tries": 0}))
    os.rename(root + "/state.new", root + "/state.json")


def _remove(path):
    """A folder with all below it, its list first: what is half removed never looks whole."""
    try:
        names = os.listdir(path)
    except OSError as error:
        if error.args[0] == 2:  # ENOENT
            return
        raise
    if "files.json" in names:
        os.remove(path + "/files.json")
        names.remove("files.json")
    for name in names:
        inner = path + "/" + name
        if os.stat(inner)[0] & 0x4000:
            _remove(inner)
        else:
            os.remove(inner)
    os.rmdir(path)
