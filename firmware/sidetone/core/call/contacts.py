"""Switches beside the telephone: the hook switch and the help button, told from their contacts without their bounce.

| contact | closes | opens |
|---|---|---|
| help | `help`, at most once in HELP_AGAIN_MS | nothing |
| hook | `off_hook` | `on_hook` |
A contact counts once it has been the same for SETTLED_MS. What it is at the start is no event, but a receiver off the hook is told, since a
call is in progress then.
"""

HELP, HOOK = "help", "hook"
OFF_HOOK, ON_HOOK = "off_hook", "on_hook"
SETTLED_MS = 30  # mechanical contacts bounce for 1 to 10 ms
HELP_AGAIN_MS = 3_000  # an anxious agent presses more than once


class Contact:
    """One contact. `read` as often as there is time; it returns what has happened, or None."""

    def __init__(self, kind):
        self._kind = kind
        self._closed = False
        self._looks = False  # what it looks like, and since when
        self._since_ms = None
        self._told_ms = None

    def read(self, t_ms, closed):
        """closed: the contact as it is at t_ms, any monotonic time."""
        if self._since_ms is None or closed != self._looks:
            self._looks = closed
            self._since_ms = t_ms
        if closed == self._closed or t_ms - self._since_ms < SETTLED_MS:
            return None
        self._closed = closed
        if self._kind == HOOK:
            return OFF_HOOK if closed else ON_HOOK
        if not closed or (self._told_ms is not None and t_ms - self._told_ms < HELP_AGAIN_MS):
            return None
        self._told_ms = t_ms
        return HELP
