"""The device's file system, made on this computer with littlefs' own code as MicroPython's ESP32 port mounts it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from littlefs import LittleFS, LittleFSError

from sidetone_host.errors import CannotDo

BLOCK_BYTES = 4096  # esp32.Partition's block, one sector of the flash
READ_BYTES = PROGRAM_BYTES = LOOKAHEAD_BYTES = 32  # MicroPython's extmod/vfs_lfs.c: LFS_MAKE_NEW's defaults
CACHE_BYTES = 4 * READ_BYTES  # extmod/vfs_lfsx.c: min(block, 4 x the larger of read and program); a small file inside its folder's
# block must fit in it, so the image has to be made with the very number that it will be read with
BLOCK_CYCLES = 100  # extmod/vfs_lfsx.c


def build(size_bytes: int, files: Mapping[str, bytes], folders: Iterable[str] = ()) -> bytes:
    """A littlefs image of that size with those files (path from the root -> content). CannotDo where they do not fit."""
    blocks = size_bytes // BLOCK_BYTES
    try:
        system = _open(blocks)
        for folder in folders:
            system.makedirs(folder, exist_ok=True)
        for path, content in files.items():
            if "/" in path:
                system.makedirs(path.rpartition("/")[0], exist_ok=True)
            with system.open(path, "wb") as file:
                file.write(content)
        system.unmount()
    except LittleFSError as fault:
        total = sum(map(len, files.values()))
        raise CannotDo(f"{total >> 10} KB of files do not fit in the file system's {size_bytes >> 10} KB (littlefs: {fault})") from None
    return bytes(system.context.buffer)


def read(image: bytes) -> dict[str, bytes]:
    """Every file of an image, path -> content."""
    system = _open(len(image) // BLOCK_BYTES, image)
    found = {}
    for folder, _, names in system.walk("/"):
        for name in names:
            path = f"{folder.rstrip('/')}/{name}"
            with system.open(path, "rb") as file:
                found[path.lstrip("/")] = file.read()
    return found


def _open(blocks: int, image: bytes | None = None) -> LittleFS:
    system = LittleFS(
        mount=False,
        block_size=BLOCK_BYTES,
        block_count=blocks,
        read_size=READ_BYTES,
        prog_size=PROGRAM_BYTES,
        cache_size=CACHE_BYTES,
        lookahead_size=LOOKAHEAD_BYTES,
        block_cycles=BLOCK_CYCLES,
    )
    if image is None:
        system.format()
    else:
        system.context.buffer[:] = image
    system.mount()
    return system
