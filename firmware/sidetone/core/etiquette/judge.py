"""Hysteresis, debounce and cool-down: turns a running value into `on` and `off`.

The rules, in words:
- A value is OUTSIDE beyond the enter limit, INSIDE behind the leave limit, and BETWEEN in the dead band (hysteresis) between them.
- From OFF the first step outside starts RISING. Only an unbroken stay outside of `hold_ms` (debounce) makes it ON; one step back cancels.
- From ON the first step inside starts FALLING. Only an unbroken stay inside of `release_ms` ends it; one step out of it cancels.
- After that it is COOLING for `cool_ms`: nothing can turn on (refractory period). With `cool_ms` 0 it is OFF at once.
- `clear` ends everything at once: what was judged is over (a turn, a call) and says nothing about what comes next.
- Time counts only when `step` is called: a pause of the talker simply is not stepped, so everything is frozen in it.
"""

OFF, RISING, ON, FALLING, COOLING = 0, 1, 2, 3, 4
OUTSIDE, BETWEEN, INSIDE = 0, 1, 2

# State after a step, by state and zone, before timers are looked at.
_NEXT = (
    # OUTSIDE  BETWEEN  INSIDE
    (RISING, OFF, OFF),  # OFF
    (RISING, OFF, OFF),  # RISING
    (ON, ON, FALLING),  # ON
    (ON, ON, FALLING),  # FALLING
    (COOLING, COOLING, COOLING),  # COOLING
)
# State after its timer has run out.
_AFTER = (OFF, ON, ON, COOLING, OFF)

TURNED_ON, TURNED_OFF, NO_CHANGE = 1, -1, 0


class Judge:
    """One judged value. `enter` and `leave` are limits in the value's own unit; `enter` > `leave` judges `too much`,
    `enter` < `leave` judges `too little`, equal limits mean no dead band and `above` decides."""

    def __init__(self, enter, leave, hold_ms, release_ms, cool_ms=0, above=True):
        if enter != leave:
            above = enter > leave
        self._sign = 1 if above else -1
        self._enter = enter * self._sign
        self._leave = leave * self._sign
        self._limit_ms = (0, hold_ms, 0, release_ms, cool_ms)
        self._state = OFF
        self._spent_ms = 0
        self.on = False

    def step(self, value, step_ms):
        """Count `step_ms` at `value`. Returns TURNED_ON, TURNED_OFF or NO_CHANGE."""
        value *= self._sign
        if value > self._enter:
            zone = OUTSIDE
        elif value > self._leave:
            zone = BETWEEN
        else:
            zone = INSIDE
        state = self._state
        following = _NEXT[state][zone]
        if following == OFF or following == ON:
            # the two resting states have no timer: the usual case, and the cheap one
            self._state = following
            return NO_CHANGE
        if following != state:
            self._spent_ms = 0
        self._spent_ms += step_ms
        change = NO_CHANGE
        while self._spent_ms >= self._limit_ms[following] and following != ON and following != OFF:
            following = _AFTER[following]
            self._spent_ms = 0
            if following == ON:
                self.on = True
                change = TURNED_ON
            elif following == COOLING:
                self.on = False
                change = TURNED_OFF
        self._state = following
        return change

    def clear(self):
        """Forget everything; True if it was on and so has turned off."""
        was_on = self.on
        self.on = False
        self._state = OFF
        self._spent_ms = 0
        return was_on
