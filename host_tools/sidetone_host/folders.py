"""Where Sidetone keeps what outlives a run: one folder of the user's, never the repository."""

from __future__ import annotations

import os
from pathlib import Path


def data() -> Path:
    """The user's data folder for Sidetone: $XDG_DATA_HOME/sidetone, else ~/.local/share/sidetone. Not made here."""
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "sidetone"
