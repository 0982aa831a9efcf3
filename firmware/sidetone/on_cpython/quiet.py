"""C libraries write notices straight to descriptor 2; they are not ours to show, and our own failures are one line each."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator


@contextlib.contextmanager
def silent_stderr() -> Iterator[None]:
    """Nothing written to descriptor 2 inside is seen, whoever writes it. Python's own stderr is flushed first."""
    with contextlib.suppress(OSError, ValueError):  # stderr may be closed or gone
        sys.stderr.flush()
    try:
        kept = os.dup(2)
    except OSError:  # there is no descriptor 2 to keep silent
        yield
        return
    null = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(null, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(null)
