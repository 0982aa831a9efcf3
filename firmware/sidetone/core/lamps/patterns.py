"""How a pattern looks over time: when a lamp that blinks is lit.

Both blink below 3 Hz, the rate under which flashing does not harm people with photosensitive epilepsy (WCAG 2.3.1).
"""

PERIODS_MS = {"slow": 2000, "fast": 400}


def lit(pattern, now_ms):
    """Whether a lamp with `pattern` ("steady", "slow", "fast") is lit at now_ms, any monotonic time: half of each period, first half on."""
    if pattern == "steady":
        return True
    period_ms = PERIODS_MS[pattern]
    return now_ms % period_ms < period_ms // 2
