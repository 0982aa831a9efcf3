"""The four lamps of a device together.

`choose` picks, for one lamp, the first row of its table that is true; `CHOICES` is that table, and docs/judging.md prints it. A condition
is a name; the caller says which names are true (`core/etiquette/signs.py`). No condition true: the lamp is off.
"""

from sidetone.core.lamps.calm import AMBER, FAST, GREEN, OFF, RED, SLOW, STEADY, Lamp

LAMPS = ("loud", "pace", "phrase", "process")

# (lamp, condition, colour, pattern, en, zh), gravest first
CHOICES = (
    ("loud", "too_loud", RED, STEADY, "too loud (C1)", "音量过大"),
    ("loud", "too_quiet", AMBER, SLOW, "too quiet (C2)", "音量过小"),
    ("loud", "level_good", GREEN, STEADY, "level good", "音量适中"),
    ("pace", "too_fast", RED, STEADY, "too fast (D1)", "语速过快"),
    ("pace", "monologue", RED, SLOW, "let the customer speak (D6)", "请让客户讲话"),
    ("pace", "flat", AMBER, FAST, "monotone (E1), where switched on", "语调平淡"),
    ("pace", "too_slow", AMBER, SLOW, "too slow (D1)", "语速过慢"),
    ("pace", "brisk", AMBER, STEADY, "above the good band", "语速偏快"),
    ("pace", "pace_good", GREEN, STEADY, "pace good", "语速适中"),
    ("phrase", "taboo", RED, FAST, "possible taboo (G3, G7), from confirm_hits on", "疑似忌语"),
    ("phrase", "greeting_missing", RED, SLOW, "greeting missing (B1)", "缺少问候"),
    ("phrase", "phrase_missing", AMBER, STEADY, "a phrase was missing (A2, B2, B3, B5, H1, H5)", "缺少用语"),
    ("phrase", "help_asked", GREEN, FAST, "the shift leader is called (N3)", "已呼叫值班长"),
    ("phrase", "greeted", GREEN, STEADY, "greeted", "已问候"),
    ("process", "line_fault", RED, FAST, "one-way audio (I6)", "线路单通"),
    ("process", "progress_overdue", RED, STEADY, "report progress now (H2)", "立即反馈进展"),
    ("process", "hold_too_long", RED, SLOW, "offer a call-back (H3)", "建议回电"),
    ("process", "interrupted", AMBER, FAST, "customer interrupted (F1)", "打断客户"),
    ("process", "progress_soon", AMBER, STEADY, "progress report soon due", "即将反馈进展"),
    ("process", "late_answer", AMBER, SLOW, "answer now (A1)", "请立即接听"),
    ("process", "may_hang_up", GREEN, SLOW, "may hang up (J6)", "可以挂机"),
    ("process", "prompt_due", GREEN, FAST, "silent caller: prompt again (I1-I3)", "请再次提示"),
    ("process", "over_max", RED, STEADY, "call longer than duration.max_s: information (K1)", "通话较长(提示)"),
    ("process", "over_target", AMBER, STEADY, "call longer than duration.target_s: information (K1)", "通话偏长(提示)"),
    ("process", "in_call", GREEN, STEADY, "in a call", "通话中"),
)


class Panel:
    """Four lamps that are lit by conditions."""

    def __init__(self, emit, changes_per_min, min_dwell_ms, quiet):
        self.lamps = [Lamp(name, emit, changes_per_min, min_dwell_ms, quiet) for name in LAMPS]
        self._rows = [[row[1:4] for row in CHOICES if row[0] == name] for name in LAMPS]

    def show(self, t_ms, is_true):
        """Light every lamp after its first true condition; `is_true(name)` -> bool."""
        for index in range(len(LAMPS)):
            for condition, colour, pattern in self._rows[index]:
                if is_true(condition):
                    self.lamps[index].show(t_ms, colour, pattern)
                    break
            else:
                self.lamps[index].show(t_ms, OFF, STEADY)

    def put_out(self, t_ms):
        """All off at once."""
        for lamp in self.lamps:
            lamp.put_out(t_ms)

    def states(self):
        """(name, colour, pattern) of every lamp."""
        return [(lamp.name, lamp.colour, lamp.pattern) for lamp in self.lamps]
