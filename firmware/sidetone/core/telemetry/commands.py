"""What the host says to the device on `cmd` and `ack`: garbage in, one plain fault out.

cmd          further keys                                                          what the device does
ping                                                                               says availability and meta again
call_state   phase: see PHASES; by: "agent", "customer" or null                    tells the call's phase (hook, telephone system)
profile      name: a profile the device has; values: {key: value…} differences     checks and uses it from the next call on
practice     on: true or false                                                     from the next call on: lamps only, nothing published
tag          tag: text of 1..48 characters or null                                 marks the call in progress, or the next one, as a test

Each command has `id`, 1..32 characters of the sender's choice, and is answered by an `event` with it. {"schema":1} is in both.
An ack is {"schema":1,"acked":[[boot,seq],…],"refused":[[boot,seq],…]}, at most ACK_KEYS_MAX pairs. Refused: the ingest understood who
sent what, but the message breaks its schema and can never be stored; the device lets it go and counts it.
"""

import json

COMMAND_MAX = 2048  # bytes
ACK_MAX = 2048  # bytes
ACK_KEYS_MAX = 60  # pairs of two 32-bit numbers: below 1.5 KiB
DEPTH_MAX = 4  # of brackets: a parser that recurses must not be led into the depth of the stack
ID_MAX = 32
TAG_MAX = 48
PHASES = ("ringing", "ring", "talking", "hold", "closing", "transferred", "ended")
NAMES = ("ping", "call_state", "profile", "practice", "tag")


class CommandError(ValueError):
    """A message that is not a command or an ack of ours; the text says why in one line and quotes at most 40 characters of it."""


def _parse(payload, limit):
    """bytes -> dict with schema 1. CommandError for anything else, whatever the bytes are."""
    if len(payload) > limit:
        raise CommandError("has " + str(len(payload)) + " bytes, " + str(limit) + " are allowed")
    depth = deepest = 0
    in_text = escaped = False
    for byte in payload:
        if in_text:
            in_text = escaped or byte != 0x22
            escaped = byte == 0x5C and not escaped
        elif byte == 0x22:
            in_text = True
        elif byte in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif byte in b"]}":
            depth -= 1
    if deepest > DEPTH_MAX:
        raise CommandError("is nested deeper than " + str(DEPTH_MAX))
    try:
        message = json.loads(payload.decode())
    except ValueError:  # UnicodeError is one
        message = None
    if depth != 0 or in_text:  # MicroPython 1.25 reads what is cut as if it were closed
        message = None
    if not isinstance(message, dict):
        raise CommandError("is not a JSON object: " + repr(bytes(payload[:40])))
    if message.get("schema") != 1 or message["schema"] is True:
        raise CommandError("needs schema 1, which this firmware speaks")
    return message


def _text(message, key, limit):
    """A text of 1..limit characters, none of them a control character."""
    value = message.get(key)
    if not isinstance(value, str) or not 1 <= len(value) <= limit or min(ord(char) for char in value) < 0x20:
        raise CommandError("needs " + key + ", a text of 1 to " + str(limit) + " characters")
    return value


def parse_command(payload):
    """bytes -> dict with id, cmd and that command's keys, each of them checked, none besides. CommandError for anything else."""
    message = _parse(payload, COMMAND_MAX)
    name = message.get("cmd")
    if not isinstance(name, str) or name not in NAMES:
        raise CommandError("knows no cmd " + repr(name)[:40] + "; there are " + " ".join(NAMES))
    command = {"id": _text(message, "id", ID_MAX), "cmd": name}
    if name == "call_state":
        command["phase"] = message.get("phase")
        command["by"] = message.get("by")
        if not isinstance(command["phase"], str) or command["phase"] not in PHASES:
            raise CommandError("needs phase, one of " + " ".join(PHASES))
        if command["by"] not in (None, "agent", "customer"):
            raise CommandError("needs by, agent, customer or null")
    elif name == "profile":
        command["name"] = _text(message, "name", TAG_MAX)
        command["values"] = message.get("values", {})
        if not isinstance(command["values"], dict):
            raise CommandError("needs values, an object of settings")
    elif name == "practice":
        command["on"] = message.get("on")
        if not isinstance(command["on"], bool):
            raise CommandError("needs on, true or false")
    elif name == "tag":
        command["tag"] = None if message.get("tag", "") is None else _text(message, "tag", TAG_MAX)
    for key in message:
        if key != "schema" and key not in command:
            raise CommandError("has an unknown key " + repr(key)[:40])
    return command


def parse_ack(payload):
    """bytes -> (acked, refused), each [(boot, seq)…]. CommandError for anything else."""
    message = _parse(payload, ACK_MAX)
    return _keys(message, "acked"), _keys(message, "refused")


def _keys(message, name):
    pairs = message.get(name, [])
    if not isinstance(pairs, list):
        raise CommandError("needs " + name + ", a list of [boot, seq]")
    keys = []
    for pair in pairs:
        if not isinstance(pair, list) or len(pair) != 2:
            raise CommandError("needs " + name + ", a list of [boot, seq]")
        for number in pair:
            if not isinstance(number, int) or isinstance(number, bool) or number < 0:
                raise CommandError("needs " + name + ", a list of [boot, seq]")
        keys.append((pair[0], pair[1]))
    return keys


class Throttle:
    """A bucket of tokens: `burst` at once, one more every `refill_ms`. Time is an argument, monotonic ms.

    refused: how many were turned away, and `opening`: True with the first of a flood, so that a flood is told of once.
    """

    def __init__(self, burst=20, refill_ms=500):
        self._burst = burst
        self._refill_ms = refill_ms
        self._tokens = burst
        self._since_ms = None
        self._flooded = False
        self.opening = False
        self.refused = 0

    def admits(self, t_ms):
        """Whether one more may pass at t_ms."""
        if self._since_ms is None:
            self._since_ms = t_ms
        gained = (t_ms - self._since_ms) // self._refill_ms
        if gained > 0:
            self._tokens = min(self._burst, self._tokens + gained)
            self._since_ms += gained * self._refill_ms
        self.opening = False
        if self._tokens > 0:
            if self._tokens == self._burst:
                self._flooded = False
            self._tokens -= 1
            return True
        self.refused += 1
        self.opening = not self._flooded
        self._flooded = True
        return False
