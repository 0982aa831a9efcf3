"""What the device says on each topic: one builder a message, rows in the order they are printed; docs/mqtt.md holds the schemas.

Every payload begins with the envelope
    schema 1    boot, seq: together the message's identity    uptime_ms since this boot    t: epoch seconds, null while unknown
and is UTF-8 JSON of at most PAYLOAD_MAX bytes. Only the record of a call could be longer (every label of the model and of the site
heard, every rule broken, nothing measured). Then, step by step until it fits:
 1. `unmeasured` is written by reason, reason -> [field…] instead of field -> reason, which loses nothing;
 2. entries are left out, and counted in `left_out`: first of `not_judged` (they follow from the board and the profile), then of
    `advice`, then of `phrases`, smallest count first, then of `findings`. Each phrase and each finding was an `event` of its own, so the
    store has them.
"""

from sidetone.core.telemetry.messages import Rows, encode

SCHEMA = 1
PAYLOAD_MAX = 1535  # bytes: below 1.5 KiB, so that a message, its topic and MQTT's header stay inside two TCP segments of 1460
TEXT_MAX = 48  # characters of any free text (a model's or profile's name, a tag, a label of the site): 48 * 4 bytes of UTF-8


class PayloadError(ValueError):
    """A message that does not fit its limits although its builder was given legal values: a bug, not the world's fault."""


def envelope(boot, seq, uptime_ms, t):
    """The rows every message begins with. t: epoch seconds (int) or None."""
    return [("schema", SCHEMA), ("boot", boot), ("seq", seq), ("uptime_ms", uptime_ms), ("t", t)]


def clipped(text, limit=TEXT_MAX):
    """Free text cut to `limit` characters; None stays None."""
    return text if text is None or len(text) <= limit else text[: limit - 1] + "…"


def _finished(rows):
    payload = encode(rows).encode()
    if len(payload) > PAYLOAD_MAX:
        raise PayloadError("a message of " + str(len(payload)) + " bytes: " + repr(payload[:80]))
    return payload


def availability(head, state, reason):
    """state: "online" or "offline"; reason: "start", "stop" (clean exit) or "lost" (said by the broker, the last will)."""
    return _finished(head + [("state", state), ("reason", reason)])


def meta(head, about, counters):
    """Who the device is. about: [(key, text, int, bool or None)…] (firmware, board, model, profile …); counters: [(key, int)…]."""
    about = [(key, clipped(value) if isinstance(value, str) else value) for key, value in about]
    return _finished(head + about + [("counters", Rows(counters))])


def live(head, measures, lamps):
    """Once a second. measures: rows (level_dbfs, rate_per_min, phase, speaking); lamps: [(lamp, colour, pattern)…]."""
    shown = [(lamp, Rows([("colour", colour), ("pattern", pattern)])) for lamp, colour, pattern in lamps]
    return _finished(head + measures + [("lamps", Rows(shown))])


def interval(head, call_number, t_ms, measures):
    """Every 5 s of a call. t_ms: call time; measures: rows (level_dbfs, rate_per_min, agent_activity, customer_activity, phase)."""
    return _finished(head + [("call", call_number), ("t_ms", t_ms)] + measures)


def event(head, call_number, t_ms, what, rows):
    """what: "phrase" (label, channel, posterior), "finding" (rule, state, value, limit …), their rows as replay prints them, or "help"
    (by: how it was asked for); t_ms: call time, None with call_number None outside a call."""
    rows = [(key, clipped(value) if isinstance(value, str) else value) for key, value in rows]
    return _finished(head + [("call", call_number), ("t_ms", t_ms), (what, Rows(rows))])


def answer(head, command_id, name, fault):
    """The event that answers a command. fault: None if it was done, else why not, in one line."""
    rows = [("id", command_id), ("cmd", name), ("fault", clipped(fault))]
    return _finished(head + [("call", None), ("t_ms", None), ("command", Rows(rows))])


def call(head, call_number, tag, truncated, record):
    """The record of a call. tag: text of a test call or None; truncated: the device died in it; record: the summary's rows."""
    front = head + [("call", call_number), ("tag", clipped(tag)), ("truncated", truncated)]
    left_out = 0
    rows = [("left_out", 0), ("record", Rows(record))]
    payload = encode(front + rows).encode()
    if len(payload) > PAYLOAD_MAX:
        record = [(key, _by_reason(value) if key == "unmeasured" else value) for key, value in record]
        payload = encode(front + [rows[0], ("record", Rows(record))]).encode()
    while len(payload) > PAYLOAD_MAX:
        record = _without_least(record)
        if record is None:
            raise PayloadError("the record of a call has " + str(len(payload)) + " bytes without its maps")
        left_out += 1
        payload = encode(front + [("left_out", left_out), ("record", Rows(record))]).encode()
    return payload


def _by_reason(unmeasured):
    """Rows of (field, reason) -> Rows of (reason, [field…]): nothing is lost, each reason is said once."""
    reasons = []
    for _, reason in unmeasured.rows:
        if reason not in reasons:
            reasons.append(reason)
    return Rows([(reason, [field for field, why in unmeasured.rows if why == reason]) for reason in reasons])


def _without_least(record):
    """The record without one entry: of `not_judged` or `advice` the last, else of `phrases`, else of `findings` the smallest; None
    if all are empty."""
    for name in ("not_judged", "advice", "phrases", "findings"):
        for place, (key, value) in enumerate(record):
            if key == name and isinstance(value, Rows) and value.rows:
                rows = list(value.rows)
                least = len(rows) - 1
                if name in ("phrases", "findings"):
                    for index in range(len(rows) - 1, -1, -1):
                        if rows[index][1] < rows[least][1]:
                            least = index
                del rows[least]
                record = list(record)
                record[place] = (key, Rows(rows))
                return record
    return None
