"""The outbox's storage as files of one folder: written to the disk before it is said to be written."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

PIECE_BYTES = 65536


class StorageError(Exception):
    """The folder cannot be used; the text says why and what to do, in one line."""


class FileStorage:
    """What core/telemetry/outbox.py asks of a storage, in `folder`, which is made if absent and locked for this process.

    read, write, append and remove raise OSError (a full disk above all); a failed write leaves the old file as it was.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StorageError(f"cannot keep data in {folder}: {error.strerror}") from None
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._lock)
            raise StorageError(f"{folder} is in use by another device process; stop it or give --data another folder") from None

    def close(self) -> None:
        """Give the folder up."""
        os.close(self._lock)

    def read(self, name: str) -> bytes | None:
        try:
            return (self.folder / name).read_bytes()
        except FileNotFoundError:
            return None

    def parts(self, name: str) -> Iterator[bytes]:
        """The file in pieces; none if there is no file."""
        with contextlib.suppress(FileNotFoundError), open(self.folder / name, "rb") as file:
            while piece := file.read(PIECE_BYTES):
                yield piece

    def write(self, name: str, data: bytes) -> None:
        """Replace the whole file: after a power cut it is the old one or the new one."""
        self.replace(name, (data,))

    def replace(self, name: str, pieces: Iterable[bytes]) -> None:
        """As write, of pieces."""
        path = self.folder / name
        new = self.folder / (name + ".new")
        try:
            with open(new, "wb") as file:
                for piece in pieces:
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())
            os.replace(new, path)
        except OSError:
            with contextlib.suppress(OSError):  # the disk may be too full even for this; the next write replaces it
                os.unlink(new)
            raise
        self._sync_folder()

    def append(self, name: str, data: bytes, durable: bool) -> None:
        """Add to the end of the file. durable: it is on the disk when this returns, else whenever the system likes."""
        path = self.folder / name
        is_new = not path.exists()
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            end = os.fstat(handle).st_size
            try:
                view = memoryview(data)
                while view:
                    view = view[os.write(handle, view) :]
                if durable:
                    os.fsync(handle)
            except OSError:
                with contextlib.suppress(OSError):  # half a line would do no harm, its checksum fails
                    os.ftruncate(handle, end)
                raise
        finally:
            os.close(handle)
        if is_new and durable:
            self._sync_folder()

    def remove(self, name: str) -> None:
        (self.folder / name).unlink(missing_ok=True)

    def _sync_folder(self) -> None:
        """A new name is on the disk only when its folder is."""
        handle = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
