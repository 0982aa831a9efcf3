"""Rules of the voice alone: too loud (C1), too quiet (C2), pace (D1), monotone (E1), shrill (E2), tired over the shift (E4)."""

from sidetone.core.call.record import NO_HABIT, NO_SHIFT, TOO_LITTLE, decibels
from sidetone.core.etiquette.judge import NO_CHANGE, TURNED_ON, Judge
from sidetone.core.telemetry.messages import Fixed

HOP_MS = 10
# ours: a silence of this length ends the talker's turn; whoever is silent is neither loud nor quiet, and his lamp must not stay red
TURN_MS = 2000
WORD_MS = 120  # the closure inside a word does not stop the volume's clocks; a pause does
FLAT_DEAD_BAND_Q8 = 77  # 0.3 st: twice the error of the pitch measurement (FACTS.md)
FLAT_HOLD_MS = 3000
NO_RELEASE_MS = 1000
HIGH_DEAD_BAND_Q8 = 256  # 1 st


class Voice:
    """Volume is judged every hop, so that the lamp is quick; pace and pitch every tick."""

    def __init__(self, scene):
        profile = scene.profile
        self._scene = scene
        base = scene.baseline_q8
        loud = profile.get("volume.loud_db")
        quiet = profile.get("volume.quiet_db")
        dead = profile.get("volume.hysteresis_db")
        release = profile.get("volume.loud_release_s")
        self._baseline_q8 = base
        self._loud_limit = decibels(loud)
        self._quiet_limit = decibels(quiet)
        cool = profile.get("calm.cool_down_s")
        self.loud = Judge(base + loud, base + loud - dead, profile.get("volume.loud_hold_s"), release, cool)
        self.quiet = Judge(base + quiet, base + quiet + dead, profile.get("volume.quiet_hold_s"), release, cool)
        self.loud_ms = 0
        self.quiet_ms = 0
        red = profile.rate("red_above")
        slow = profile.rate("slow_below")
        band = profile.get("rate.common.dead_band")
        hold = profile.get("rate.common.red_hold_s")
        rate_release = profile.get("rate.common.release_s")
        self._red = red
        self._slow = slow
        self.fast_judge = Judge(red, red - red * band // 1000, hold, rate_release, cool)
        self.slow_judge = Judge(slow, slow + slow * band // 1000, hold, rate_release, cool)
        # amber only: the upper edge of the good band
        top = profile.rate("target_max")
        self.brisk_judge = Judge(top, top - top * band // 1000, hold // 2, rate_release)
        flat = profile.get("intonation.flat_sd_semitones")
        self._flat_limit = decibels(flat)
        self._flat_window_ms = profile.get("intonation.window_voiced_s")
        self._usual_st_q8 = scene.usual.pitch_st_q8
        high = profile.get("intonation.high_st")
        self._high_limit = decibels(high)
        self.high_judge = Judge(high, high - HIGH_DEAD_BAND_Q8, FLAT_HOLD_MS, NO_RELEASE_MS, cool)
        self._flat_share_pm = profile.get("shift.flat_share")
        if self._usual_st_q8 is None:
            scene.cannot_judge("E2", NO_HABIT)
        self.flat_judge = Judge(flat, flat + FLAT_DEAD_BAND_Q8, FLAT_HOLD_MS, NO_RELEASE_MS, cool, False)

    def hop(self, t_ms, agent):
        """Every hop: C1 and C2. Frozen in pauses within a turn."""
        if not agent.speaking or not agent.level_known or t_ms - agent.speech_ended_ms > WORD_MS:
            return
        level_q8 = agent.level_q8
        loud = self.loud
        quiet = self.quiet
        change = loud.step(level_q8, HOP_MS)
        if change != NO_CHANGE:
            self._tell("C1", change, t_ms, decibels(level_q8 - self._baseline_q8), self._loud_limit)
        change = quiet.step(level_q8, HOP_MS)
        if change != NO_CHANGE:
            self._tell("C2", change, t_ms, decibels(level_q8 - self._baseline_q8), self._quiet_limit)
        if loud.on:
            self.loud_ms += HOP_MS
        elif quiet.on:
            self.quiet_ms += HOP_MS

    def _tell(self, rule, change, t_ms, value, limit):
        if change == TURNED_ON:
            self._scene.findings.on(rule, t_ms, value, limit)
        else:
            self._scene.findings.off(rule, t_ms, value)

    def _end_turn(self, t_ms):
        if self.loud.clear():
            self._scene.findings.off("C1", t_ms, None)
        if self.quiet.clear():
            self._scene.findings.off("C2", t_ms, None)

    def tick(self, t_ms, step_ms):
        """Every tick: D1 and E1, frozen in pauses; a turn that is over ends C1 and C2."""
        agent = self._scene.agent
        if not agent.speaking:
            if agent.speech_ended_ms is not None and t_ms - agent.speech_ended_ms >= TURN_MS:
                self._end_turn(t_ms)
            return
        rate = agent.rate_per_min
        if rate is not None:
            fast = self.fast_judge.step(rate, step_ms)
            slow = self.slow_judge.step(rate, step_ms)
            self.brisk_judge.step(rate, step_ms)
            # the one that ends goes first: D1 is one rule with two sides
            if fast < 0 or slow < 0:
                self._scene.findings.off("D1", t_ms, rate)
            if fast > 0:
                self._scene.findings.on("D1", t_ms, rate, self._red)
            if slow > 0:
                self._scene.findings.on("D1", t_ms, rate, self._slow)
        spread = agent.pitch_recent_sd_st_q8
        if spread is not None and agent.voiced_ms >= self._flat_window_ms:
            change = self.flat_judge.step(spread, step_ms)
            if change != NO_CHANGE:
                self._tell("E1", change, t_ms, decibels(spread), self._flat_limit)
        if self._usual_st_q8 is not None and agent.pitch_recent_median_st_q8 is not None:
            over_q8 = agent.pitch_recent_median_st_q8 - self._usual_st_q8
            change = self.high_judge.step(over_q8, step_ms)
            if change != NO_CHANGE:
                self._tell("E2", change, t_ms, decibels(over_q8), self._high_limit)

    def end(self, t_ms):
        """The call is over: is the voice flatter than in the shift's first calls?"""
        scene = self._scene
        usual = scene.usual
        spread_q8 = scene.agent.pitch_sd_st_q8 if scene.agent is not None else None
        if usual.first_spread_q8 is None or usual.recent_spread_q8 is None:
            scene.cannot_judge("E4", NO_SHIFT)
        elif spread_q8 is None:
            scene.cannot_judge("E4", TOO_LITTLE)
        else:
            # this call and the ones before it, weighed alike: one flat call is no tiredness
            share_pm = (usual.recent_spread_q8 + spread_q8) * 500 // usual.first_spread_q8
            if share_pm < self._flat_share_pm and spread_q8 * 1000 < usual.first_spread_q8 * self._flat_share_pm:
                scene.findings.event("E4", t_ms, Fixed(share_pm, 3), Fixed(self._flat_share_pm, 3))
