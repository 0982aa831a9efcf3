"""Call-state input as JSON Lines: what `replay --events FILE` reads and what a site's switch would send.

A line is {"t_ms": 0, "phase": "ringing"} with phase one of ringing, ring, talking, hold, closing, transferred, ended, and optionally
"by": "agent" or "customer" with `ended` (who hung up). `ring` is one more ring while ringing; `talking` is the pick-up, or
the return from a hold; `transferred` says that the call was passed on to this agent. The replay's own `call` lines have the same
shape, so one run's output can be another's input.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

from sidetone_host.errors import CannotDo

PHASES = ("ringing", "ring", "talking", "hold", "closing", "transferred", "ended")
PARTIES = ("agent", "customer")


class CallState(NamedTuple):
    t_ms: int
    phase: str
    by: str | None


def read(path: Path) -> list[CallState]:
    """The call states of a file, in time order. CannotDo with the first faulty line's number, or that the file cannot be read."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise CannotDo(f"cannot read the call events {path}: {getattr(fault, 'strerror', None) or 'not UTF-8 text'}") from fault
    states = [_parse(path, number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    return sorted(states, key=lambda state: state.t_ms)


def _parse(path: Path, number: int, line: str) -> CallState:
    def fault(why: str) -> CannotDo:
        return CannotDo(f'{path}:{number}: {why}; a line is {{"t_ms":0,"phase":"ringing"}} with phase one of {", ".join(PHASES)}')

    try:
        event = json.loads(line)
    except ValueError:
        raise fault("not JSON") from None
    if not isinstance(event, dict):
        raise fault("not an object")
    t_ms, phase, by = event.get("t_ms"), event.get("phase"), event.get("by")
    if not isinstance(t_ms, int) or isinstance(t_ms, bool) or not 0 <= t_ms < 2**30:
        raise fault('"t_ms" must be whole milliseconds from the start of the file')
    if phase not in PHASES:
        raise fault(f'unknown "phase" {phase!r}')
    if by is not None and by not in PARTIES:
        raise fault('"by" must be agent or customer')
    return CallState(t_ms, phase, by)
