"""The findings of one call: opened, closed, counted and handed to the outside.

A finding means that a rule was broken. `on` stays open until its `off`; `event` has no length. Whatever is open when the call ends is
closed then, so every `on` has its `off`.
"""

from sidetone.core.etiquette.rules import RULES


class Findings:
    """`emit(t_ms, "finding", rows)` gets every change. Values and limits are what `telemetry/messages.py` can print, or None."""

    def __init__(self, emit):
        self._emit = emit
        self._open = {}
        self._count = {}
        self.last_event = {}
        self.changed = False

    def on(self, rule, t_ms, value, limit):
        """The rule is being broken from now on. Nothing happens if it is open already."""
        if rule in self._open:
            return
        self._open[rule] = limit
        self._tell(rule, "on", t_ms, value, limit, ())
        self._count[rule] = self._count.get(rule, 0) + 1

    def off(self, rule, t_ms, value=None):
        """The rule is kept again. Nothing happens if it is not open."""
        if rule not in self._open:
            return
        limit = self._open.pop(rule)
        self._tell(rule, "off", t_ms, value, limit, ())

    def event(self, rule, t_ms, value, limit, extra=()):
        """The rule was broken once. `extra`: further (key, value) rows of the finding."""
        self._count[rule] = self._count.get(rule, 0) + 1
        self.last_event[rule] = t_ms
        self._tell(rule, "event", t_ms, value, limit, extra)

    def _tell(self, rule, state, t_ms, value, limit, extra):
        self.changed = True
        rows = [("rule", rule), ("state", state), ("value", value), ("limit", limit)]
        for row in extra:
            rows.append(row)
        self._emit(t_ms, "finding", rows)

    def is_open(self, rule):
        """True while the rule is being broken."""
        return rule in self._open

    def count(self, rule):
        """How often the rule was broken so far."""
        return self._count.get(rule, 0)

    def event_age_ms(self, rule, t_ms):
        """Time since the rule's last event, or None."""
        last = self.last_event.get(rule)
        return None if last is None else t_ms - last

    def close_all(self, t_ms):
        """The call is over: every open finding gets its `off`, in the rule table's order."""
        for row in RULES:
            self.off(row[0], t_ms)

    def counts(self):
        """(rule, count) of every broken rule, in the rule table's order."""
        return [(row[0], self._count[row[0]]) for row in RULES if row[0] in self._count]
