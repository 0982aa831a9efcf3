"""The agent as the device knows him: his calibration, what earlier calls taught (core/call/habit.py), and where that is kept.

storage: read(name) -> bytes or None, write(name, bytes), both raise OSError, as the outbox's; None keeps nothing. A storage that cannot be
written is no reason to stop: what was learned stays in memory, and `unsaved` counts.
"""

from sidetone.app import Calibration
from sidetone.core.call.habit import Habit

FILE = "habit"
LINE_MAX = 200


class Agent:
    """calibration: app.Calibration; profile: core/etiquette/profile.Profile; now_ms(): monotonic time of this boot."""

    def __init__(self, calibration, profile, storage, now_ms):
        self._calibration = calibration
        self._storage = storage
        self._now_ms = now_ms
        self._habit = Habit(calibration.baseline_q8, profile.get)
        self.unsaved = 0
        self.restored = False
        if storage is not None:
            try:
                kept = storage.read(FILE)
                self.restored = kept is not None and len(kept) <= LINE_MAX and self._habit.restore(kept.decode())
            except (OSError, ValueError):  # a damaged file teaches nothing
                self.restored = False

    def voice(self):
        """The calibration for a call that begins now."""
        known = self._calibration
        return Calibration(self._habit.level_q8(), known.rate_scale_pm, known.cutoffs_q8, self._habit.usual(self._now_ms()))

    def learn(self, lesson):
        """A call has ended; lesson: Conduct.lesson()."""
        if self._habit.learn(self._now_ms(), lesson) and self._storage is not None:
            try:
                self._storage.write(FILE, self._habit.state().encode())
            except OSError:
                self.unsaved += 1
