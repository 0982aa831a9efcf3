"""Does the greeting fit the time of day (B5)?

The rules, in words:
- Only what is said in the opening counts, and only where the clock is known.
- The network's trained label `greeting_time` says that it was such a greeting, the four that are given to it as text say which; they sound
  alike (早上好, 晚上好), so the one that fits the sound best is taken, WAIT_MS after the first. A network without the trained label needs a
  greeting that nothing else comes near.
- Doubt acquits: where the right greeting was heard too, hardly worse than another, or the clock stands within slack_min of the border to the
  greeting's own part of the day, nothing is found.
"""

from sidetone.core.call.record import NO_CLOCK, NO_NETWORK

WAIT_MS = 700  # detections of one greeting come within two thirds of a second of each other
NEAR_PM = 100  # posteriors this near each other do not tell two greetings apart
DAY_MIN = 1440
PARTS = (
    ("greeting_morning", "greeting.day_parts.morning"),
    ("greeting_noon", "greeting.day_parts.noon"),
    ("greeting_afternoon", "greeting.day_parts.afternoon"),
    ("greeting_evening", "greeting.day_parts.evening"),
)
TRAINED = "greeting_time"


class DayPart:
    """`phrase` for what the agent says, `tick` every tick, `end` with the call."""

    def __init__(self, scene):
        get = scene.profile.get
        self._scene = scene
        self._starts = [get(key) for _label, key in PARTS]  # minutes after midnight
        self._slack_min = get("greeting.day_parts.slack_min")
        self._opening_ms = get("greeting.opening_s")
        self._trained = TRAINED in scene.labels
        self._heard_pm = [0, 0, 0, 0]  # best posterior of each greeting
        self._from_ms = None  # the first of them
        self._judges = get("greeting.check_time_of_day")
        for label, _key in PARTS:
            if label not in scene.labels:
                self._judges = False
        if scene.start_s is None:
            self._judges = False
            scene.cannot_judge("B5", NO_CLOCK)
        elif PARTS[0][0] not in scene.labels:
            scene.cannot_judge("B5", NO_NETWORK)

    def phrase(self, t_ms, label, posterior_pm):
        """The agent said `label`."""
        if not self._judges:
            return
        for part in range(4):
            if label == PARTS[part][0]:
                start_ms = self._scene.answered_ms()
                if start_ms is None or t_ms - start_ms > self._opening_ms:
                    return
                if self._from_ms is None:
                    self._from_ms = t_ms
                if posterior_pm > self._heard_pm[part]:
                    self._heard_pm[part] = posterior_pm
                return

    def tick(self, t_ms):
        """Judge what has come due."""
        if self._from_ms is not None and t_ms - self._from_ms >= WAIT_MS:
            self._judge(t_ms)

    def end(self, t_ms):
        """The call is over."""
        if self._from_ms is not None:
            self._judge(t_ms)

    def _judge(self, t_ms):
        scene = self._scene
        heard = self._heard_pm
        best = 0
        for part in range(4):
            if heard[part] > heard[best]:
                best = part
        near = 0
        minute = scene.minute_of_day(self._from_ms)
        acquitted = False
        for part in range(4):
            if heard[part] and heard[part] + NEAR_PM >= heard[best]:
                near += 1
                acquitted = acquitted or self._fits(part, minute)
        said_ms = scene.said_ms((TRAINED,))
        if self._trained:
            sure = said_ms is not None and -WAIT_MS <= said_ms - self._from_ms <= WAIT_MS
        else:
            sure = near == 1
        if sure and not acquitted:
            scene.findings.event("B5", t_ms, minute, self._starts[best])
        self._from_ms = None
        for part in range(4):
            heard[part] = 0

    def _fits(self, part, minute):
        """True if a greeting of that part of the day may be said at `minute`; before the morning it is still the evening."""
        begins = self._starts[part]
        ends = self._starts[(part + 1) % 4]
        since = (minute - begins + self._slack_min) % DAY_MIN
        return since <= (ends - begins) % DAY_MIN + 2 * self._slack_min
