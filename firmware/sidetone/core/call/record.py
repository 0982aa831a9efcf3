"""The call record: the one fixed set of numbers a call leaves behind.

`RECORD_FIELDS` is the table: (name, decimal places or None for a whole number, meaning). Times are in seconds, levels in dBFS
(dB re RMS 1.0). What was not measured is None, never 0, and `unmeasured` says why; the reasons are those of REASONS.
"""

from sidetone.core.telemetry.messages import Fixed, Rows

RECORD_FIELDS = (
    ("duration_s", 2, "length of the call; from its first hop to its end"),
    ("rings", None, "rings until pick-up"),
    ("answer_s", 2, "first ring to the agent's first word"),
    ("agent_speech_s", 2, "agent's active speech"),
    ("customer_speech_s", 2, "customer's active speech"),
    ("talk_ratio", 3, "agent's share of both sides' speech, 0..1"),
    ("syllables", None, "agent's syllables, after the agent's scale"),
    ("rate_speaking_per_min", 1, "syllables per minute of speech and pauses < 1 s"),
    ("rate_clock_per_min", 1, "syllables per minute of duration_s"),
    ("level_dbfs", 2, "agent's active speech level of the whole call (ITU-T P.56)"),
    ("loud_s", 2, "agent's speech while too loud (C1)"),
    ("quiet_s", 2, "agent's speech while too quiet (C2)"),
    ("pitch_sd_st", 2, "spread of the agent's pitch, semitones"),
    ("pauses_per_min", 1, "pauses of 0.5 s and more in the agent's turns, per minute of his speaking time"),
    ("interruptions", None, "agent over customer, back-channels excluded"),
    ("backchannels", None, "agent's listening sounds"),
    ("overlap_s", 2, "both speak"),
    ("response_latency_s", 2, "median time from the customer's last word to the agent's first"),
    ("longest_monologue_s", 2, "agent's longest turn without the customer"),
    ("holds", None, "times the customer was left waiting"),
    ("hold_max_gap_s", 2, "longest silence of the agent in a hold"),
    ("silent_prompts", None, "prompts to a caller who said nothing"),
    ("opening_stages", None, "of greeting, service, offer: how many were heard in time"),
)

ONE_CHANNEL = "one channel"
NO_RINGING = "no ringing"
NO_SPEECH = "no speech"
TOO_LITTLE = "too little speech"
NO_CUSTOMER_SPEECH = "no customer speech"
NO_NETWORK = "no phrase network"
NO_HOLD = "no hold"
NO_CLOCK = "no clock"
NOT_SIGNALLED = "not signalled"
CALL_TOO_SHORT = "call too short"
NOT_CLEAR = "not heard clearly"
OTHER_LANGUAGE = "another language"
NO_SIGNAL = "line dead"
NO_HABIT = "usual voice not known yet"
NO_SHIFT = "shift too young"
NO_BUTTON = "no help button"
SWAPPED = "channels perhaps swapped"
REASONS = (
    ONE_CHANNEL,
    NO_RINGING,
    NO_SPEECH,
    TOO_LITTLE,
    NO_CUSTOMER_SPEECH,
    NO_NETWORK,
    NO_HOLD,
    NO_CLOCK,
    NOT_SIGNALLED,
    CALL_TOO_SHORT,
    NOT_CLEAR,
    OTHER_LANGUAGE,
    NO_SIGNAL,
    NO_HABIT,
    NO_SHIFT,
    NO_BUTTON,
    SWAPPED,
)


def scaled(value, divisor_in, places):
    """An integer in 1/`divisor_in` units -> Fixed with `places` decimals, rounded half away from zero. None stays None."""
    if value is None:
        return None
    unit = 10**places
    if value < 0:
        return Fixed(-((-value * unit * 2 + divisor_in) // (2 * divisor_in)), places)
    return Fixed((value * unit * 2 + divisor_in) // (2 * divisor_in), places)


def seconds(ms, places=2):
    """Milliseconds -> Fixed seconds."""
    return scaled(ms, 1000, places)


def decibels(q8, places=2):
    """Q8 dB (or semitones) -> Fixed."""
    return scaled(q8, 256, places)


def per_minute(count, ms, places=1):
    """`count` events in `ms` -> Fixed per minute; None if there was no time."""
    if not ms:
        return None
    return scaled(count * 60_000, ms, places)


def record_rows(values, reasons, phrases, findings, overruns, not_judged, advice=()):
    """The record's rows in table order.

    `values`: name -> printable value or None for every field of RECORD_FIELDS (KeyError otherwise); `reasons`: name -> reason for each
    None; `phrases`, `findings`: (name, count) in table order, zero counts are left out; `not_judged`: (reason, [rule…]);
    `advice`: (rule, figure) of the advisory rules that could be measured.
    """
    rows = []
    unmeasured = []
    for name, _places, _meaning in RECORD_FIELDS:
        value = values[name]
        rows.append((name, value))
        if value is None:
            unmeasured.append((name, reasons[name]))
    rows.append(("phrases", Rows([row for row in phrases if row[1]])))
    rows.append(("findings", Rows([row for row in findings if row[1]])))
    rows.append(("advice", Rows(list(advice))))
    rows.append(("overruns", overruns))
    rows.append(("unmeasured", Rows(unmeasured)))
    rows.append(("not_judged", Rows([(reason, list(rules)) for reason, rules in not_judged])))
    return rows
