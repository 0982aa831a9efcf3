"""What the device learns of one agent from call to call: how loud he usually is, how high his voice is, and how lively it was at the shift's
start.

The rules, in words:
- A call teaches only with min_speech_ms of the agent's speech.
- His level moves by `share_pm` of the call's difference, and never further than `max_shift_q8` from the calibration. A call of which more
  than a quarter was too loud or too quiet teaches nothing of it: a bad day must not become the measure.
- His pitch is the mean of the first PITCH_CALLS calls, then moves by the same share; it is known from then on. A call FAR_Q8 away from it is
  somebody else's; after STRANGERS such calls in a row another agent wears the headset, and all is learned anew.
- A shift begins with the first call after `rest_ms` without one. The mean spread of pitch of its first `shift_calls` calls is what the later
  ones are compared with; the later ones' mean forgets with a time constant of as many calls.
- Level and pitch are stored (`state`, `restore`); what is stored for another calibration is not taken. A shift is not: it begins anew when the
  device starts.
Integers only, no clock of its own: the same calls teach the same.
"""

PITCH_CALLS = 3
FAR_Q8 = 6 * 256  # semitones: between most women's and men's voices; one talker's calls lie within two
STRANGERS = 3
ODD_SHARE = 4  # a quarter
STATE_VERSION = 1
_FINE = 8  # levels and pitches are held in Q16, so that a share of a small difference is not lost


class Usual:
    """What a call is judged by: semitones over 50 Hz and spreads in Q8, None while unknown."""

    def __init__(self, pitch_st_q8=None, first_spread_q8=None, recent_spread_q8=None):
        self.pitch_st_q8 = pitch_st_q8
        self.first_spread_q8 = first_spread_q8
        self.recent_spread_q8 = recent_spread_q8


class Habit:
    """See the module. baseline_q8: the calibrated level, dBFS Q8; `get`: a profile's."""

    def __init__(self, baseline_q8, get):
        self._calibrated_q8 = baseline_q8
        self._adapts = get("habit.adapt")
        self._max_shift = get("habit.max_shift_db") << _FINE
        self._share_pm = get("habit.share")
        self._min_speech_ms = get("habit.min_speech_s")
        self._shift_calls = get("shift.calls")
        self._rest_ms = get("shift.rest_h") * 3_600_000
        self._new_agent()
        self._last_ms = None  # end of the last call
        self._new_shift()

    def _new_agent(self):
        self._shift = 0  # level over the calibration, dB Q16
        self._pitch = 0  # semitones Q16
        self._pitch_calls = 0
        self._strangers = 0

    def _new_shift(self):
        self._calls = 0
        self._first_sum_q8 = 0
        self._recent_q8 = None

    def level_q8(self):
        """The level to judge the next call by, dBFS Q8."""
        return self._calibrated_q8 + (self._shift >> _FINE)

    def usual(self, now_ms):
        """Usual for a call that begins at `now_ms` (any monotonic clock of this boot)."""
        if self._last_ms is not None and now_ms - self._last_ms > self._rest_ms:
            self._new_shift()
        first_q8 = self._first_sum_q8 // self._shift_calls if self._calls >= self._shift_calls else None
        later = self._calls >= 2 * self._shift_calls
        return Usual(
            self._pitch >> _FINE if self._pitch_calls >= PITCH_CALLS else None, first_q8, self._recent_q8 if later else None
        )

    def learn(self, now_ms, lesson):
        """A call has ended at `now_ms`; lesson: Conduct.lesson(). Returns True if something was learned that is worth storing."""
        self._last_ms = now_ms
        level_q8, pitch_st_q8, spread_q8, speech_ms, odd_ms = lesson
        if not self._adapts or speech_ms < self._min_speech_ms or level_q8 is None:
            return False
        if pitch_st_q8 is not None:
            self._learn_pitch(pitch_st_q8)
        if self._strangers:
            return True
        if odd_ms * ODD_SHARE <= speech_ms:
            wanted = (level_q8 - self._calibrated_q8) << _FINE
            moved = self._shift + (wanted - self._shift) * self._share_pm // 1000
            self._shift = min(max(moved, -self._max_shift), self._max_shift)
        if spread_q8 is not None:
            self._learn_spread(spread_q8)
        return True

    def _learn_pitch(self, pitch_st_q8):
        pitch = pitch_st_q8 << _FINE
        if self._pitch_calls >= PITCH_CALLS and abs(pitch_st_q8 - (self._pitch >> _FINE)) > FAR_Q8:
            self._strangers += 1
            if self._strangers < STRANGERS:
                return
            self._new_agent()
            self._new_shift()
        self._strangers = 0
        if self._pitch_calls < PITCH_CALLS:
            self._pitch_calls += 1
            self._pitch += (pitch - self._pitch) // self._pitch_calls
        else:
            self._pitch += (pitch - self._pitch) * self._share_pm // 1000

    def _learn_spread(self, spread_q8):
        self._calls += 1
        if self._calls <= self._shift_calls:
            self._first_sum_q8 += spread_q8
        elif self._recent_q8 is None:
            self._recent_q8 = spread_q8
        else:
            self._recent_q8 += (spread_q8 - self._recent_q8) // self._shift_calls

    # -- on the disk

    def state(self):
        """What is worth keeping over a restart, as a line of whole numbers."""
        numbers = (STATE_VERSION, self._calibrated_q8, self._shift, self._pitch, self._pitch_calls)
        return " ".join([str(number) for number in numbers])

    def restore(self, line):
        """Take a `state` line. False, and nothing changed, where it is none, or one of another calibration."""
        try:
            numbers = [int(word) for word in line.split()]
        except ValueError:
            return False
        if len(numbers) != 5 or numbers[0] != STATE_VERSION or numbers[1] != self._calibrated_q8:
            return False
        _version, _calibrated, shift, pitch, calls = numbers
        if abs(shift) > self._max_shift or not 0 <= pitch < 60 << 16 or not 0 <= calls <= PITCH_CALLS:
            return False
        self._shift = shift
        self._pitch = pitch
        self._pitch_calls = calls
        return True
