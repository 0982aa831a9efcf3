"""Which of the lamps' conditions hold now (`core/lamps/panel.py` CHOICES): read off the findings and the running measures."""

from sidetone.core.call.phase import ENDED, HOLD, IDLE, RINGING

# events that show on a lamp for lamps.event_show_s
_MISSING = ("A2", "B2", "B3", "B5", "H1", "H5")
_TABOO = ("G3", "G7")


class Signs:
    """`is_true(name)` answers for the time of the last `look`."""

    def __init__(self, scene, voice, waiting, words, closing):
        get = scene.profile.get
        self._scene = scene
        self._voice = voice
        self._waiting = waiting
        self._words = words
        self._closing = closing
        self._show_ms = get("lamps.event_show_s")
        self._flat_led = get("intonation.led")
        self._target_ms = get("duration.target_s")
        self._max_ms = get("duration.max_s")
        self._greetings = scene.hearing("greeting.required_any")
        self._prompt_ms = scene.profile.silent("pause_s")[0]
        self._t_ms = 0
        self._in_call = False

    def look(self, t_ms):
        """The time that `is_true` answers for."""
        self._t_ms = t_ms
        phase = self._scene.phase.phase
        self._in_call = phase != IDLE and phase != ENDED and phase != RINGING  # a tuple of names would be made anew every time

    def is_true(self, name):
        """One of panel.CHOICES' conditions."""
        if name == "late_answer":
            return self._scene.phase.phase == RINGING and self._fresh(("A1",), 60_000)
        return self._in_call and _CONDITIONS[name](self)

    def _fresh(self, rules, show_ms):
        findings = self._scene.findings
        for rule in rules:
            age_ms = findings.event_age_ms(rule, self._t_ms)
            if age_ms is not None and age_ms < show_ms:
                return True
        return False

    def _help_asked(self):
        helped_ms = self._scene.helped_ms
        return helped_ms is not None and self._t_ms - helped_ms < self._show_ms

    def _is_open(self, rule):
        return self._scene.findings.is_open(rule)

    def _level_good(self):
        agent = self._scene.agent
        return agent is not None and agent.level_known

    def _pace_good(self):
        agent = self._scene.agent
        return agent is not None and agent.rate_per_min is not None

    def _taboo(self):
        return self._words.hits >= self._words.confirm_hits and self._fresh(_TABOO, self._show_ms)

    def _progress_soon(self):
        return self._scene.phase.phase == HOLD and self._scene.hold.gap_ms >= self._waiting.warn_ms

    def _prompt_due(self):
        waiting = self._waiting
        silent_ms = self._scene.turns.agent.silent_ms(self._t_ms)
        return (
            waiting.silent_call and self._scene.turns.customer.first_ms is None and silent_ms is not None and silent_ms >= self._prompt_ms
        )


_CONDITIONS = {
    "too_loud": lambda signs: signs._is_open("C1"),
    "too_quiet": lambda signs: signs._is_open("C2"),
    "level_good": lambda signs: signs._level_good(),
    "too_fast": lambda signs: signs._is_open("D1") and signs._voice.fast_judge.on,
    "too_slow": lambda signs: signs._is_open("D1") and signs._voice.slow_judge.on,
    "monologue": lambda signs: signs._is_open("D6"),
    "flat": lambda signs: signs._flat_led and signs._is_open("E1"),
    "brisk": lambda signs: signs._voice.brisk_judge.on,
    "pace_good": lambda signs: signs._pace_good(),
    "taboo": lambda signs: signs._taboo(),
    "greeting_missing": lambda signs: signs._is_open("B1"),
    "phrase_missing": lambda signs: signs._fresh(_MISSING, signs._show_ms),
    "help_asked": lambda signs: signs._help_asked(),
    "greeted": lambda signs: signs._scene.said_ms(signs._greetings) is not None,
    "line_fault": lambda signs: signs._is_open("I6"),
    "progress_overdue": lambda signs: signs._is_open("H2"),
    "hold_too_long": lambda signs: signs._is_open("H3"),
    "interrupted": lambda signs: signs._fresh(("F1",), signs._show_ms),
    "progress_soon": lambda signs: signs._progress_soon(),
    "may_hang_up": lambda signs: signs._closing.may_hang_up(signs._t_ms),
    "prompt_due": lambda signs: signs._prompt_due(),
    "over_max": lambda signs: signs._t_ms >= signs._max_ms,
    "over_target": lambda signs: signs._t_ms >= signs._target_ms,
    "in_call": lambda signs: True,
}
