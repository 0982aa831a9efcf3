"""The outbox on real littlefs in memory: files, a full flash, and a power cut at every single block write."""

import os

import vfs

from checks import raises
from sidetone.core.telemetry.outbox import Outbox
from sidetone.on_micropython.storage import FileStorage, StorageError

BLOCK_BYTES = 512
BLOCKS = 64


class PowerCut(Exception):
    """The device died in a block write: no OSError, which the outbox would live through."""


class Flash:
    """A block device in memory. writes_left: block writes and erases that still happen; None: all."""

    def __init__(self, data=None):
        self.data = bytearray(BLOCK_BYTES * BLOCKS) if data is None else bytearray(data)
        self.writes_left = None
        self.writes = 0
        self.buried = False  # nothing more is written, also not by files that the garbage collector closes

    def readblocks(self, block, buffer, offset=0):
        at = block * BLOCK_BYTES + offset
        for i in range(len(buffer)):
            buffer[i] = self.data[at + i]

    def writeblocks(self, block, buffer, offset=0):
        if self.buried:
            return
        self._happens()
        at = block * BLOCK_BYTES + offset
        self.data[at : at + len(buffer)] = buffer

    def ioctl(self, operation, argument):
        if operation == 4:
            return BLOCKS
        if operation == 5:
            return BLOCK_BYTES
        if operation == 6 and not self.buried:  # erase
            self._happens()
            self.data[argument * BLOCK_BYTES : (argument + 1) * BLOCK_BYTES] = b"\xff" * BLOCK_BYTES
        return 0

    def _happens(self):
        self.writes += 1
        if self.writes_left is not None:
            if self.writes_left == 0:
                raise PowerCut
            self.writes_left -= 1


def formatted():
    flash = Flash()
    vfs.VfsLfs2.mkfs(flash)
    return flash


class mounted:
    """`with mounted(flash) as storage:` a storage in the folder /flash/data."""

    def __init__(self, flash):
        self.flash = flash

    def __enter__(self):
        vfs.mount(vfs.VfsLfs2(self.flash), "/flash")
        try:
            return FileStorage("/flash/data/outbox")
        except Exception:
            vfs.umount("/flash")
            raise

    def __exit__(self, kind, error, trace):
        vfs.umount("/flash")
        return False


def test_files_hold_what_was_written():
    flash = formatted()
    with mounted(flash) as storage:
        assert storage.read("x") is None
        storage.write("x", b"one")
        storage.append("x", b"two", True)
        storage.append("x", b"three", False)
        storage.append("y", b"first", True)
    with mounted(flash) as storage:
        assert storage.read("x") == b"onetwothree"
        assert storage.read("y") == b"first"
        storage.write("x", b"new")
        assert storage.read("x") == b"new"
        storage.remove("x")
        storage.remove("x")
        assert storage.read("x") is None
        assert sorted(os.listdir("/flash/data/outbox")) == ["y"]


def test_a_folder_that_cannot_be_made_is_one_line():
    flash = formatted()
    with mounted(flash):
        with open("/flash/file", "w"):
            pass
        with raises(StorageError, "cannot keep data in /flash/file/x"):
            FileStorage("/flash/file/x")


def test_a_full_flash_leaves_the_old_file():
    flash = formatted()
    with mounted(flash) as storage:
        storage.write("x", b"old")
        storage.append("y", b"line\n", True)
        for name in ("x", "y"):
            with raises(OSError):
                storage.write(name, bytes(BLOCKS * BLOCK_BYTES))
        with raises(OSError):
            storage.append("y", bytes(BLOCKS * BLOCK_BYTES), True)
        assert storage.read("x") == b"old"
        assert storage.read("y") == b"line\n"
        assert sorted(os.listdir("/flash/data/outbox")) == ["x", "y"]
    with mounted(flash) as storage:
        assert storage.read("x") == b"old"
        assert storage.read("y") == b"line\n"


def _life(flash, said, acked, eager):
    """A boot of the device: what waits is acknowledged, calls 1 and 2 are made if they are not yet.

    said: payloads that commit() has answered for; acked: those the store has.
    """
    with mounted(flash) as storage:
        box = Outbox(storage, 7, eager=eager)
        for record in list(box.pending()):
            if record.leaf == "call":
                acked.add(record.payload)
                box.ack([(record.boot, record.seq)])
        box.commit()
        while box.calls_begun < 2:
            number = box.next_call()
            box.begin_call(number, box.next_seq(), b"cut %d" % number)
            box.put("event", box.next_seq(), b"event of %d" % number)
            if box.commit():
                said.add(b"event of %d" % number)
            box.end_call(b"whole %d" % number)
            if not box.unsaved():
                said.add(b"whole %d" % number)


def _waiting(flash):
    with mounted(flash) as storage:
        return {record.payload for record in Outbox(storage, 7).pending()}


def test_a_power_cut_at_every_block_write_loses_no_answered_record():
    _cut_everywhere(True)


def test_nor_where_acks_are_saved_later():
    _cut_everywhere(False)


def _cut_everywhere(eager):
    empty = formatted().data
    flash = Flash(empty)
    _life(flash, set(), set(), eager)
    writes = flash.writes
    assert writes > 20
    assert _waiting(flash) == {b"whole 1", b"whole 2", b"event of 1", b"event of 2"}
    for cut in range(writes):
        flash = Flash(empty)
        flash.writes_left = cut
        said, acked = set(), set()
        try:
            _life(flash, said, acked, eager)
            died = False
        except PowerCut:
            died = True
        assert died
        flash.buried = True
        flash = Flash(flash.data)  # the power comes back, twice
        _life(flash, said, acked, eager)
        _life(flash, said, acked, eager)
        waiting = _waiting(flash)
        for payload in said:
            assert payload in waiting or payload in acked, (cut, payload, waiting)
        for number in (1, 2):  # each call once: whole, or reported as cut
            found = [payload for payload in waiting | acked if payload in (b"whole %d" % number, b"cut %d" % number)]
            assert len(found) == 1, (cut, number, found)
