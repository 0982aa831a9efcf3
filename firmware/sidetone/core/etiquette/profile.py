"""A validated profile: every setting of `settings.py` as a compiled integer, flag, text or tuple.

Compiled means: seconds are milliseconds, dB and semitones are Q8, ratios are per mille, clocks are minutes after midnight, a span is
(low, high), hours are a tuple of (start, end) minutes. Nothing else of the device ever sees a decimal point.

    profile = Profile([("volume.loud_db", 1792)])      # differences from the defaults; ProfileError names every fault
    profile.get("volume.loud_db") -> 1792              # KeyError for an unknown key: a bug, not the world's fault
    profile.rate("red_above") -> 330                   # from the [rate.*] table that rate_profile selects
    profile.silent("prompts") -> 3                     # likewise for silent_profile

The host reads TOML and compiles it (`sidetone_host/profile.py`) with the functions here, so both sides refuse the same things.
"""

from sidetone.core.etiquette.labels import labels_hearing
from sidetone.core.etiquette.settings import RATE_PROFILES, SETTINGS, row_of, unit_scale
from sidetone.core.etiquette.site_phrases import phrases_fault


class ProfileError(Exception):
    """The profile cannot be used. `faults` is a list of (key, what is wrong and what to do)."""

    def __init__(self, faults):
        super().__init__("; ".join([key + ": " + text for key, text in faults]))
        self.faults = faults


def _is_number(text):
    """Only plain digits; str.isdigit() takes others too, and not the same ones on every runtime."""
    for char in text:
        if char not in "0123456789":
            return False
    return bool(text)


def scaled_decimal(text, scale):
    """Decimal text ("-8.25") -> integer in 1/`scale` steps, rounded half away from zero; None if it is not a plain decimal number."""
    sign = 1
    digits = text
    if digits[:1] in ("-", "+"):
        if digits[0] == "-":
            sign = -1
        digits = digits[1:]
    parts = digits.split(".")
    if len(parts) > 2 or not _is_number(parts[0]):
        return None
    fraction = ""
    if len(parts) == 2:
        fraction = parts[1]
        if not _is_number(fraction):
            return None
    unit = 10 ** len(fraction)
    whole = (int(parts[0] + fraction) * scale * 2 + unit) // (2 * unit)
    return sign * whole


def minutes_of_clock(text):
    """ "HH:MM" -> minutes after midnight 0..1439, None if it is no time of day."""
    parts = text.split(":")
    if len(parts) != 2 or not _is_number(parts[0]) or not _is_number(parts[1]) or len(parts[1]) != 2 or len(parts[0]) > 2:
        return None
    hours = int(parts[0])
    minutes = int(parts[1])
    if hours > 23 or minutes > 59:
        return None
    return hours * 60 + minutes


def span_of_hours(text):
    """ "HH:MM-HH:MM" -> (start, end) minutes, None if it is not one."""
    parts = text.split("-")
    if len(parts) != 2:
        return None
    start = minutes_of_clock(parts[0].strip())
    end = minutes_of_clock(parts[1].strip())
    if start is None or end is None:
        return None
    return (start, end)


def compiled_default(row):
    """The default of one settings row in compiled form."""
    _key, default, unit, kind = row[:4]
    scale = unit_scale(unit)
    if kind in ("number", "whole"):
        return scaled_decimal(default, scale)
    if kind == "span":
        if isinstance(default, str):
            only = scaled_decimal(default, scale)
            return (only, only)
        return (scaled_decimal(default[0], scale), scaled_decimal(default[1], scale))
    if kind == "clock":
        return minutes_of_clock(default)
    if kind == "hours":
        return tuple([span_of_hours(item) for item in default])
    return default


def range_text(row):
    """The allowed range of a row in words, such as `1 to 30 s`."""
    unit = row[2]
    text = row[4] + " to " + row[5]
    return text + " " + unit if unit else text


def _is_whole(value):
    return isinstance(value, int) and not isinstance(value, bool)


def _is_minute(value):
    return _is_whole(value) and 0 <= value < 1440


def fault_of(row, value):
    """What is wrong with a compiled value for this row, in words that say what to do, or None."""
    kind = row[3]
    if kind in ("number", "whole"):
        values = (value,)
    elif kind == "span":
        if not isinstance(value, (tuple, list)) or len(value) != 2:
            return "must be one number or [low, high]"
        values = value
    elif kind == "flag":
        if not isinstance(value, bool):
            return "must be true or false"
        if row[6] is not None and value not in row[6]:
            return row[8] + " Remove the line"
        return None
    elif kind == "choice":
        if value not in row[6]:
            return "must be one of " + ", ".join(row[6])
        return None
    elif kind == "text":
        if not isinstance(value, str) or not value:
            return "must be a text"
        return None
    elif kind == "clock":
        if not _is_minute(value):
            return 'must be a time of day such as "05:00"'
        return None
    elif kind == "hours":
        if not isinstance(value, (tuple, list)):
            return 'must be a list such as ["12:00-14:00"]'
        for item in value:
            if not isinstance(item, (tuple, list)) or len(item) != 2 or not _is_minute(item[0]) or not _is_minute(item[1]):
                return 'must be a list such as ["12:00-14:00"]'
        return None
    elif kind == "phrases":
        return phrases_fault(value)
    else:  # words
        if not isinstance(value, (tuple, list)) or not value:
            return "must be a list of at least one text"
        for item in value:
            if not isinstance(item, str) or not item:
                return "must be a list of texts"
        return None
    scale = unit_scale(row[2])
    low = scaled_decimal(row[4], scale)
    high = scaled_decimal(row[5], scale)
    for item in values:
        if not _is_whole(item):
            return "must be a number"
        if not low <= item <= high:
            return "is out of range; allowed is " + range_text(row)
    if len(values) == 2 and values[0] > values[1]:
        return "has its low end above its high end; write [low, high]"
    return None


# Lists of words that drive a rule: at least one of their words must be one that a phrase label can hear.
HEARD_LISTS = (
    "greeting.required_any",
    "greeting.stage2_any",
    "greeting.stage3_any",
    "hold.triggers",
    "hold.return_words",
    "transfer.triggers",
    "closing.anything_else",
    "closing.thanks",
    "closing.farewell",
    "taboo.words",
)

# (smaller key, larger key, True if equal is allowed, why it matters)
_ORDERED = (
    ("answer.target_rings", "answer.max_rings", True, "the aim cannot be later than the limit"),
    ("greeting.deadline_s", "greeting.opening_s", True, "the opening holds the greeting"),
    ("greeting.day_parts.morning", "greeting.day_parts.noon", False, "the parts of the day follow each other"),
    ("greeting.day_parts.noon", "greeting.day_parts.afternoon", False, "the parts of the day follow each other"),
    ("greeting.day_parts.afternoon", "greeting.day_parts.evening", False, "the parts of the day follow each other"),
    ("turns.interrupt_overlap_s", "turns.backchannel_max_s", True, "a longer overlap than a listening sound would never be seen"),
    ("hold.silence_after_phrase_s", "hold.progress_warn_s", False, "the warning would come before the hold"),
    ("hold.silence_unasked_s", "hold.progress_warn_s", False, "the warning would come before the hold"),
    ("hold.progress_warn_s", "hold.progress_every_s", False, "a warning after the limit is none"),
    ("hold.progress_every_s", "hold.callback_after_s", False, "a call-back would be due before the first progress report"),
    ("closing.farewell_window_s", "closing.window_s", True, "the farewell is part of the closing"),
    ("closing.thanks_window_s", "closing.window_s", True, "the thanks are part of the closing"),
    ("duration.target_s", "duration.max_s", False, "the aim cannot be later than the limit"),
)


def contradictions(get):
    """Faults between settings: a list of (keys tuple, text). `get(key)` gives compiled values that are each valid by themselves."""
    faults = []
    for name in RATE_PROFILES:
        prefix = "rate." + name + "."
        chain = (prefix + "slow_below", prefix + "target_min", prefix + "target_max", prefix + "red_above")
        for index in range(3):
            low = chain[index]
            high = chain[index + 1]
            equal_allowed = index != 1
            if get(low) > get(high) or (get(low) == get(high) and not equal_allowed):
                faults.append(((low, high), "slow_below <= target_min < target_max <= red_above must hold"))
    for low, high, equal_allowed, why in _ORDERED:
        if get(low) > get(high) or (get(low) == get(high) and not equal_allowed):
            must = " must not be above " if equal_allowed else " must be below "
            faults.append(((low, high), low.split(".")[-1] + must + high.split(".")[-1] + ": " + why))
    if get("volume.loud_db") - get("volume.quiet_db") <= 2 * get("volume.hysteresis_db"):
        faults.append(
            (
                ("volume.loud_db", "volume.quiet_db", "volume.hysteresis_db"),
                "loud_db - quiet_db must be more than 2 x hysteresis_db: else no level would be inside both limits",
            )
        )
    for key in HEARD_LISTS:
        if not labels_hearing(get(key)):
            faults.append(((key,), "none of these words is one that a phrase label can hear; see `sidetone profile labels`"))
    return faults


class Profile:
    """The compiled settings. `values`: (key, compiled value) pairs that differ from the defaults, in any order."""

    def __init__(self, values=()):
        faults = []
        compiled = {}
        for row in SETTINGS:
            compiled[row[0]] = compiled_default(row)
        for key, value in values:
            row = row_of(key)
            if row is None:
                faults.append((key, "is not a setting"))
                continue
            fault = fault_of(row, value)
            if fault is not None:
                faults.append((key, fault))
                continue
            compiled[key] = tuple(value) if isinstance(value, list) else value
        self._compiled = compiled
        self._labels = {}  # key of a list of words -> the labels that hear it: looked up once, not with every call
        for keys, text in contradictions(self.get):
            faults.append((", ".join(keys), text))
        if faults:
            raise ProfileError(faults)
        self._rate_prefix = "rate." + compiled["rate_profile"] + "."
        self._silent_prefix = "silent." + compiled["silent_profile"] + "."

    def get(self, key):
        """The compiled value of a setting."""
        return self._compiled[key]

    def rate(self, name):
        """A value of the selected rate band: target_min, target_max, red_above, slow_below (syllables per minute), label."""
        return self._compiled[self._rate_prefix + name]

    def silent(self, name):
        """A value of the selected silent-call variant: prompts, or pause_s as (low, high) ms."""
        return self._compiled[self._silent_prefix + name]

    def labels(self, key):
        """The phrase labels that hear the words listed under `key`, in the label table's order."""
        if key not in self._labels:
            self._labels[key] = labels_hearing(self._compiled[key])
        return self._labels[key]

    def differences(self):
        """(key, compiled value) of every setting that is not at its default, in table order: what a device is sent."""
        rows = []
        for row in SETTINGS:
            if self._compiled[row[0]] != compiled_default(row):
                rows.append((row[0], self._compiled[row[0]]))
        return rows
