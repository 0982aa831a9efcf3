"""All measures of one channel on the device: core/speech/meter.py's Meter, number for number, its hop in viper (viper/voice.py)."""

from array import array

from sidetone.core.speech import activity, decibel, level, meter, syllables, tones
from sidetone.on_micropython.viper import voice

_EXP2 = array("I", decibel.EXP2_Q15)
_LOG2 = array("I", decibel.LOG2_Q16)
assert decibel.log2_to_db_q8(29 << 12) == 22348  # as viper/voice.py has it


class Meter(meter.Meter):
    """See core/speech/meter.py: the same attributes, right after every hop, which allocates nothing."""

    def __init__(self, baseline_q8, rate_scale_pm=1000, window_ms=20000):
        meter.Meter.__init__(self, baseline_q8, rate_scale_pm, window_ms)
        state = self._state = array("I", bytes(4 * voice.WORDS))
        gate = activity.Activity(baseline_q8)
        state[voice.MASK] = activity.NO_MASK_Q8 + voice.ZERO
        state[voice.LOWEST] = max(0, baseline_q8 + activity.OWN_LOW_Q8 + voice.ZERO)
        state[voice.OWN] = decibel.mean_square(gate.own_q8)
        state[voice.OWN + 1] = activity.TRUST_HOPS
        state[voice.OWN + 2] = activity.OWN_HOPS
        state[voice.OWN + 3] = gate.own_q8 + voice.ZERO
        state[voice.RUNNING] = decibel.mean_square(baseline_q8)
        state[voice.RUNNING + 1] = level.TRUST_HOPS
        state[voice.RUNNING + 2] = level.RUNNING_HOPS
        state[voice.RUNNING + 3] = baseline_q8 + voice.ZERO
        state[voice.TONE_LAST] = decibel.FLOOR_Q8 + voice.ZERO
        self._plain_tones = True
        state[voice.TONE_LOW] = tones.LOSS_LOW_Q8 + voice.ZERO
        state[voice.TONE_HIGH] = tones.LOSS_HIGH_Q8 + voice.ZERO
        state[voice.SYLLABLE_HOPS] = 100
        state[voice.PEAKS] = 100 * syllables.USUAL_DENSITY_Q12
        for counter in (voice.BAND, voice.VOWEL):
            state[counter + 1] = (decibel.FLOOR_Q8 + voice.ZERO) * syllables.SMOOTH_HOPS
            for place in range(3, 4 + syllables.SMOOTH_HOPS):
                state[counter + place] = decibel.FLOOR_Q8 + voice.ZERO

    def hop(self, t_ms, energy_q8, band_q8, vowel_q8, peak, clipped, flat, pitch_st_q8, voicing_pm):
        """One hop that ends at t_ms; the rest as HopMeasures names them."""
        if clipped >= meter.CLIPPED_SAMPLES:
            self.clipped_hops += 1
        if flat:
            self.digital_silence_ms += meter.HOP_MS
        state = self._state
        flags = voice.hop(0, state, t_ms, energy_q8, band_q8, vowel_q8, peak, _EXP2, _LOG2)
        self.energy_q8 = energy_q8
        self.band_q8 = band_q8
        self.vowel_q8 = vowel_q8
        self.tone = flags & 4 != 0 if self._plain_tones else self._tones.hop(energy_q8, band_q8, peak)
        self.noise_q8 = state[0] - 32768
        if flags & 1:
            self.active = True
            self.level_q8 = state[35] - 33056  # level.RUNNING_BIAS_Q8 under the running level
            self.level_known = state[36] != 0
            self.own_q8 = state[31] - 32768
            spread = self._pitch
            spread.hop(pitch_st_q8, voicing_pm)
            if pitch_st_q8 > 0:
                self.pitch_sd_st_q8 = spread.sd_st_q8
                self.pitch_recent_sd_st_q8 = spread.recent_sd_st_q8
                self.pitch_recent_median_st_q8 = spread.recent_median_st_q8
                self.voiced_ms = spread.voiced_ms
                self.drawn_sounds = spread.drawn
        else:
            self.active = False
        was_speaking = self.speaking
        if flags & 2:
            if not was_speaking:
                self._begin(state[19])
                self.speaking = True
            if state[20] != self.speech_ended_ms:
                self._grow(state[20])
        elif was_speaking:
            self.speaking = False
        if flags >= 8:
            self._peaks(flags >> 3, flags & 2 or was_speaking)

    def _peaks(self, found, counts):
        """Syllable peaks, one or two: core/speech/syllables.py's weight."""
        state = self._state
        peaks_q12 = state[voice.PEAKS] + (found << 11)
        state[voice.PEAKS] = peaks_q12
        density_x100 = (peaks_q12 * 100 // state[voice.SYLLABLE_HOPS] * 100) >> 12
        added = found * (syllables.WEIGHT_BASE + syllables.WEIGHT_DENSITY * density_x100 // 100) // 2
        if counts:
            self._add(added * self._counter_share_pm // 1000)

    def expect_tones(self, beat_hops, loss_low_q8, loss_high_q8):
        """As core's: tones that beat are core's own, plain ones the kernel's."""
        meter.Meter.expect_tones(self, beat_hops, loss_low_q8, loss_high_q8)
        self._plain_tones = beat_hops == 1
        self._state[voice.TONE_LOW] = loss_low_q8 + voice.ZERO
        self._state[voice.TONE_HIGH] = loss_high_q8 + voice.ZERO

    def _restart(self):
        """level.RunningLevel.restart, on the kernel's state."""
        state = self._state
        running = self._running
        if state[voice.RUNNING + 3] > running.start_q8 + voice.ZERO:
            state[voice.RUNNING + 3] = running.start_q8 + voice.ZERO
            state[voice.RUNNING] = decibel.mean_square(running.start_q8)

    def set_mask_q8(self, level_q8):
        """As core's."""
        self._state[4] = level_q8 + 32768 if level_q8 > -32768 else 0

    def call_level_q8(self):
        """As core's."""
        if not self.speech_ms:
            return None
        state, call = self._state, self._call
        for index in range(level.THRESHOLDS + 1):
            call.counts[index] = state[voice.COUNTS + index]
        call.energy_high = state[voice.ENERGY_HIGH]
        call.energy_low = state[voice.ENERGY_LOW]
        return call.level_q8()
