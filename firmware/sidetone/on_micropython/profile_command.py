"""Settings of a `profile` command, in JSON's types, compiled as core/etiquette/profile.Profile takes them.

The host does the same from TOML (sidetone_host/profile.py), with Decimal. Here a number with a fraction is a float of single precision;
its shortest text is read digit by digit, which is exact for the two or three digits that settings have.
"""

from sidetone.core.etiquette.profile import minutes_of_clock, scaled_decimal, span_of_hours
from sidetone.core.etiquette.settings import row_of, unit_scale


def values_of(values):
    """{dotted key: value as in TOML} -> [(key, compiled value)...]. ValueError with all faults in one line."""
    rows = []
    faults = []
    for key in sorted(values):
        row = row_of(key)
        compiled = None if row is None else _compiled(row, values[key])
        if row is None:
            faults.append(key + ": is not a setting")
        elif compiled is None:
            faults.append(key + ": cannot be this")
        else:
            rows.append((key, compiled))
    if faults:
        raise ValueError("; ".join(faults))
    return rows


def _compiled(row, value):
    """The compiled value, or None where its kind is wrong; ranges are judged by Profile."""
    kind = row[3]
    scale = unit_scale(row[2])
    if kind in ("number", "whole"):
        return _number(value, scale, kind == "whole")
    if kind == "span":
        pair = value if isinstance(value, list) else [value, value]
        compiled = [_number(item, scale, False) for item in pair]
        return None if len(compiled) != 2 or None in compiled else tuple(compiled)
    if kind == "clock":
        return minutes_of_clock(value) if isinstance(value, str) else None
    if kind == "hours":
        if not isinstance(value, list):
            return None
        spans = [span_of_hours(item) if isinstance(item, str) else None for item in value]
        return None if None in spans else tuple(spans)
    return tuple(value) if isinstance(value, list) else value


def _number(value, scale, whole):
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    if whole and value != int(value):
        return None
    return scaled_decimal(str(value), scale)
