"""The one JSON encoder of both runtimes: replay lines, MQTT payloads and records are written here, byte for byte alike.

A message is a sequence of (key, value) rows in a fixed order. A value is one of
    None, True, False, int, str
    Fixed(scaled, places)   a decimal printed from a scaled integer: Fixed(-2612, 2) -> -26.12
    Rows([(key, value)…])   an object, in the order given
    list or tuple           an array
No float, no dict and no json.dumps: their output differs between runtimes (FACTS.md, MicroPython differences).
"""

_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}
_HEX = "0123456789abcdef"


class Fixed:
    """A decimal number: `scaled` / 10**`places`, places 1..6."""

    def __init__(self, scaled, places):
        self.scaled = scaled
        self.places = places

    def text(self):
        """Plain decimal text with exactly `places` digits after the point; never `-0`."""
        scaled = self.scaled
        sign = ""
        if scaled < 0:
            sign = "-"
            scaled = -scaled
        unit = 10**self.places
        digits = str(scaled % unit)
        return sign + str(scaled // unit) + "." + "0" * (self.places - len(digits)) + digits


class Rows:
    """An object: (key, value) rows in the order they are printed."""

    def __init__(self, rows):
        self.rows = rows


def _append_text(text, out):
    out.append('"')
    for char in text:
        code = ord(char)
        if char in _ESCAPES:
            out.append(_ESCAPES[char])
        elif code < 0x20 or code == 0x7F:
            out.append("\\u00" + _HEX[code >> 4] + _HEX[code & 15])
        else:
            out.append(char)
    out.append('"')


def _append_value(value, out):
    if value is None:
        out.append("null")
    elif value is True:
        out.append("true")
    elif value is False:
        out.append("false")
    elif isinstance(value, str):
        _append_text(value, out)
    elif isinstance(value, int):
        out.append(str(value))
    elif isinstance(value, Fixed):
        out.append(value.text())
    elif isinstance(value, Rows):
        _append_rows(value.rows, out)
    elif isinstance(value, (list, tuple)):
        out.append("[")
        first = True
        for item in value:
            if not first:
                out.append(",")
            first = False
            _append_value(item, out)
        out.append("]")
    else:
        raise TypeError("a message cannot hold " + repr(type(value)))


def _append_rows(rows, out):
    out.append("{")
    first = True
    for key, value in rows:
        if not first:
            out.append(",")
        first = False
        _append_text(key, out)
        out.append(":")
        _append_value(value, out)
    out.append("}")


def encode(rows):
    """Rows -> JSON text (str), separators `,` and `:`, raw UTF-8 characters, no trailing newline.

    TypeError for a value of any other kind (a float above all): that is a bug, not the world's fault.
    """
    out = []
    _append_rows(rows, out)
    return "".join(out)


def text(value):
    """One value as JSON text: for people's eyes, a record's cell or a terminal line."""
    out = []
    _append_value(value, out)
    return "".join(out)
