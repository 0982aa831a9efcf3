"""The network: corpus, training, quantization, release and evaluation (host only, never on the device)."""

import multiprocessing
import sys
from pathlib import Path

# The product's own front path, spotter and readings are what is trained for and measured: found beside us where they are not installed.
for _folder in ("firmware", "host_tools"):
    _path = str(Path(__file__).resolve().parent.parent / _folder)
    if _path not in sys.path:
        sys.path.append(_path)


def _told(kind, fault, trace):
    """Ctrl-C is no fault: one line instead of a traceback. Files are renamed when they are complete, so all that was finished is still there."""
    if not issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, fault, trace)
    elif multiprocessing.parent_process() is None:
        print("stopped; the same command goes on with what is there", file=sys.stderr)


sys.excepthook = _told
