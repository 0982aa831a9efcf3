"""The network: corpus, training, quantization, release and evaluation (host only, never on the device)."""

import sys
from pathlib import Path

# The product's own front path, spotter and readings are what is trained for and measured: found beside us where they are not installed.
for _folder in ("firmware", "host_tools"):
    _path = str(Path(__file__).resolve().parent.parent / _folder)
    if _path not in sys.path:
        sys.path.append(_path)
