"""All measures of one channel: the hop's raw numbers in, running values with units in their names out.

`Meter.hop` takes one hop's measurements (on_cpython/kernels.py `HopMeasures.rows()`), in order; the attributes below
are plain ints, bools or None and are right after every call:

  active                 this hop is the wearer's own speech (raw gate)
  speaking               inside a talk spurt (hangover 250 ms)
  speech_began_ms        start of the current or last spurt; None before the first
  speech_ended_ms        end of the last active hop of that spurt; None before the first
  spurt_ms               its length so far
  level_q8               running active speech level, dBFS Q8, P.56 scale, time constant 0.5 s of speech, frozen in pauses:
                         this is what the volume rules compare with the baseline; valid while level_known
  level_known            300 ms of speech have been heard
  own_q8                 slow own level of the speech band (2.6 s), which the gate stands on
  energy_q8              this hop's level, dBFS Q8
  vowel_q8               this hop's level of 300-900 Hz, dBFS Q8
  band_q8                this hop's speech-band level, dBFS Q8 (what the other side leaks is told from it, core/call/turns.py)
  noise_q8               floor of the speech band, dBFS Q8
  speech_ms              sum of the spurts (hangover not counted)
  speech_with_pauses_ms  the same plus the pauses under 1 s
  syllables              counted so far, after the scale
  rate_per_min           syllables a minute over the last 20 s of speech with pauses < 1 s; None until 4 s
  pauses                 silences of 0.5-2 s between spurts (longer ones are turns, not pauses)
  pitch_sd_st_q8         standard deviation of the pitch, semitones Q8; None until 5 s voiced
  pitch_recent_sd_st_q8  the same over the last 15-30 s voiced, for the monotone rule; None until 15 s
  pitch_recent_median_st_q8  the median pitch of that time, semitones over 50 Hz Q8; None until 15 s voiced
  voiced_ms              voiced speech so far
  drawn_sounds           sounds held on one pitch for 400 ms and more
  tone                   a steady tone of the telephone system sounds (tones.py)
  clipped_hops           hops with two samples or more at the rails
  digital_silence_ms     hops whose samples are all equal
`pitch_median_st_q8()` and `pitch_last_st_q8()` are the call's median pitch and the pitch of the last 160 ms voiced (semitones over 50 Hz Q8, or
None); `expect_tones` says which telephone tones the line carries.
`call_level_q8()` is the whole call's P.56 level (None without speech): computed on call, for the record.
"""

from sidetone.core.speech import activity, decibel, level, pitch, syllables, tones

HOP_MS = 10
PAUSE_JOIN_MS = 1000  # shorter pauses belong to the speaking time of the rate
PAUSE_LOW_MS = 500
PAUSE_HIGH_MS = 2000
BIN_MS = 500  # the rate's window moves in half seconds
RATE_ENOUGH_MS = 4000
DEFAULT_SCALE_PM = 985  # syllables said to counted: real talkers 1.00, synthetic ones .94 (tests/bench/syllables.py measures both)
# Where the network counts too (its vowels), each of both counts half: on real Mandarin at tempos of 0.62-1.6 the error after one scale is 5.8
# syllables a minute with both, 11.2 with the counter alone, 7.7 with the network alone (docs/decisions/0205).
COUNTER_SHARE_PM = 500
NETWORK_MILLI = 508  # half a syllable before DEFAULT_SCALE_PM
CLIPPED_SAMPLES = 2  # one sample at the rail may be a true peak


class Meter:
    """One channel's measures. See the module's docstring for the attributes."""

    def __init__(self, baseline_q8, rate_scale_pm=1000, window_ms=20000):
        """baseline_q8: calibrated active speech level (dBFS Q8); rate_scale_pm: the agent's own scale on top of ours."""
        self._activity = activity.Activity(baseline_q8)
        self._running = level.RunningLevel(baseline_q8)
        self._call = level.CallLevel()
        self._syllables = syllables.SyllableCounter()
        self._pitch = pitch.PitchSpread()
        self._scale_pm = DEFAULT_SCALE_PM * rate_scale_pm // 1000
        self._counter_share_pm = 1000
        self._bins = [0] * (window_ms // BIN_MS)  # milli-syllables in each half second of speaking time, a ring
        self._bin = 0
        self._bin_ms = 0
        self._bins_full = 0
        self._window_milli = 0  # milli-syllables in the window
        self._milli = 0
        self.active = False
        self.speaking = False
        self.speech_began_ms = None
        self.speech_ended_ms = None
        self.spurt_ms = 0
        self.level_q8 = baseline_q8
        self.level_known = False
        self.own_q8 = baseline_q8
        self.energy_q8 = decibel.FLOOR_Q8
        self.band_q8 = decibel.FLOOR_Q8
        self.vowel_q8 = decibel.FLOOR_Q8
        self.noise_q8 = None
        self.speech_ms = 0
        self.speech_with_pauses_ms = 0
        self.syllables = 0
        self.rate_per_min = None
        self.pauses = 0
        self.pitch_sd_st_q8 = None
        self.pitch_recent_sd_st_q8 = None
        self.pitch_recent_median_st_q8 = None
        self.voiced_ms = 0
        self.drawn_sounds = 0
        self._tones = tones.ToneHops()
        self.tone = False
        self.clipped_hops = 0
        self.digital_silence_ms = 0

    def hop(self, t_ms, energy_q8, band_q8, vowel_q8, peak, clipped, flat, pitch_st_q8, voicing_pm):
        """One hop that ends at t_ms; the rest as HopMeasures names them."""
        if clipped >= CLIPPED_SAMPLES:
            self.clipped_hops += 1
        if flat:
            self.digital_silence_ms += HOP_MS
        gate = self._activity
        active = gate.hop(t_ms, band_q8)
        self.active = active
        self.energy_q8 = energy_q8
        self.band_q8 = band_q8
        self.vowel_q8 = vowel_q8
        self.tone = self._tones.hop(energy_q8, band_q8, peak)
        self.noise_q8 = gate.noise_q8
        power = decibel.mean_square(energy_q8)
        self._call.hop(energy_q8, power)
        if active:
            running = self._running
            running.hop(active, energy_q8, power)
            self.level_q8 = running.level_q8
            self.level_known = running.known
            self.own_q8 = gate.own_q8
            self._pitch.hop(pitch_st_q8, voicing_pm)
            self.pitch_sd_st_q8 = self._pitch.sd_st_q8
            self.pitch_recent_sd_st_q8 = self._pitch.recent_sd_st_q8
            self.pitch_recent_median_st_q8 = self._pitch.recent_median_st_q8
            self.voiced_ms = self._pitch.voiced_ms
            self.drawn_sounds = self._pitch.drawn
        was_speaking = self.speaking
        if gate.speaking:
            if not was_speaking:
                self._begin(gate.began_ms)
            self._grow(gate.ended_ms)
            self.speaking = True
        elif was_speaking:
            self.speaking = False
        added = self._syllables.hop(active, band_q8, vowel_q8, gate.own_q8)
        if added and (gate.speaking or was_speaking):
            self._add(added * self._counter_share_pm // 1000)

    def share_syllables(self):
        """Before the first hop: a network counts too, and tells its syllables by network_syllable()."""
        self._counter_share_pm = COUNTER_SHARE_PM

    def network_syllable(self):
        """The network has heard a syllable; it counts where the wearer speaks (100-150 ms ago: within the spurt's hangover)."""
        if self.speaking:
            self._add(NETWORK_MILLI)

    def _add(self, milli):
        self._bins[self._bin] += milli
        self._window_milli += milli
        self._milli += milli
        self.syllables = (self._milli * self._scale_pm // 1000 + 500) // 1000

    def expect_tones(self, beat_hops, loss_low_q8, loss_high_q8):
        """Before the first hop: what the line's tones are like (tones.py)."""
        self._tones = tones.ToneHops(beat_hops, loss_low_q8, loss_high_q8)

    def pitch_median_st_q8(self):
        return self._pitch.median_st_q8()

    def pitch_last_st_q8(self):
        return self._pitch.last_st_q8()

    def set_mask_q8(self, level_q8):
        """From the next hop on, what is under this band level is the other side leaking in (decibel.FLOOR_Q8 = nothing)."""
        self._activity.mask_q8 = level_q8

    def call_level_q8(self):
        """P.56 active speech level of the whole call, dBFS Q8; None where there was no speech."""
        return self._call.level_q8() if self.speech_ms else None

    def _restart(self):
        self._running.restart()

    def _begin(self, began_ms):
        if self.speech_ended_ms is not None:
            gap = began_ms - self.speech_ended_ms
            if PAUSE_LOW_MS <= gap < PAUSE_HIGH_MS:
                self.pauses += 1
            if gap < PAUSE_JOIN_MS:
                self._advance(gap)
            else:
                self._restart()
        self.speech_began_ms = began_ms
        self.speech_ended_ms = began_ms

    def _grow(self, ended_ms):
        more = ended_ms - self.speech_ended_ms
        if more:
            self.speech_ended_ms = ended_ms
            self.spurt_ms = ended_ms - self.speech_began_ms
            self.speech_ms += more
            self._advance(more)

    def _advance(self, more_ms):
        """Move the speaking clock on, and the rate's window with it."""
        self.speech_with_pauses_ms += more_ms
        self._bin_ms += more_ms
        if self._bin_ms < BIN_MS:
            return
        bins = self._bins
        while self._bin_ms >= BIN_MS:
            self._bin_ms -= BIN_MS
            self._bin = self._bin + 1 if self._bin + 1 < len(bins) else 0
            self._window_milli -= bins[self._bin]
            bins[self._bin] = 0
            if self._bins_full < len(bins) - 1:
                self._bins_full += 1
        heard_ms = self._bins_full * BIN_MS + self._bin_ms
        if heard_ms >= RATE_ENOUGH_MS:
            self.rate_per_min = self._window_milli * self._scale_pm // 1000 * 60 // heard_ms
