"""The outbox's storage as files of one folder on littlefs, whose closes and renames are atomic: the twin of on_cpython/storage.py."""

import errno
import os

PIECE_BYTES = 4096
ENOSPC = 28  # MicroPython's errno module does not name it


class StorageError(Exception):
    """The folder cannot be used; the text says why and what to do, in one line."""


class FileStorage:
    """What core/telemetry/outbox.py asks of a storage, in `folder`, which is made if absent.

    read, write, append and remove raise OSError (a full flash above all); a failed write leaves the old file as it was.
    littlefs commits a file when it is closed, so `durable` makes no difference here: every append is.
    """

    def __init__(self, folder):
        self.folder = folder
        made = ""
        for part in folder.split("/"):
            made += part
            if part:
                _make(made)
            made += "/"

    def close(self):
        """Nothing is held open: the device is its own only process."""

    def read(self, name):
        try:
            with open(self.folder + "/" + name, "rb") as file:
                return file.read()
        except OSError as error:
            if error.args[0] == errno.ENOENT:
                return None
            raise

    def parts(self, name):
        """The file in pieces; none if there is no file."""
        try:
            with open(self.folder + "/" + name, "rb") as file:
                while True:
                    piece = file.read(PIECE_BYTES)
                    if not piece:
                        return
                    yield piece
        except OSError as error:
            if error.args[0] != errno.ENOENT:
                raise

    def write(self, name, data):
        """Replace the whole file: after a power cut it is the old one or the new one."""
        self.replace(name, (data,))

    def replace(self, name, pieces):
        """As write, of pieces."""
        path = self.folder + "/" + name
        try:
            _write(path + ".new", "wb", pieces)
            os.rename(path + ".new", path)
        except OSError as error:
            self.remove(name + ".new")
            raise error

    def append(self, name, data, durable):
        """Add to the end of the file; all of it or nothing."""
        _write(self.folder + "/" + name, "ab", (data,))

    def remove(self, name):
        try:
            os.remove(self.folder + "/" + name)
        except OSError as error:
            if error.args[0] != errno.ENOENT:
                raise


def _write(path, mode, pieces):
    with open(path, mode) as file:
        for piece in pieces:
            if file.write(piece) != len(piece):
                raise OSError(ENOSPC)


def _make(folder):
    try:
        os.mkdir(folder)
    except OSError as error:
        if error.args[0] != errno.EEXIST:
            raise StorageError("cannot keep data in %s (error %d): format the flash anew" % (folder, error.args[0])) from None
