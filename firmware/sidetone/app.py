"""The composition root: the only place where the device's parts are built and joined.

`build_listener` makes what hears one call; `Device` (device.py's loop is here, at the end) joins it to sound, lamps and the wire.
Ports (on_cpython, on_micropython) are handed in as modules, so this file knows their shape and none of them by name.
"""

from sidetone.core.etiquette.conduct import Conduct
from sidetone.core.speech.meter import Meter
from sidetone.core.speech.phrases import PhraseSpotter
from sidetone.listener import Ear, Listener

BASELINE_DBFS_Q8 = -26 * 256  # the active speech level that telephony aligns to (ITU-T P.56 practice: -26 dBov)
RATE_SCALE_PM = 1000


class Calibration:
    """What is known of this agent's voice: comfortable active speech level (dBFS Q8) and syllable scale (per mille)."""

    def __init__(self, baseline_q8=BASELINE_DBFS_Q8, rate_scale_pm=RATE_SCALE_PM):
        self.baseline_q8 = baseline_q8
        self.rate_scale_pm = rate_scale_pm


class CallSetup:
    """What is known of a call before it begins.

    direction: "in" or "out"; start_s: seconds since 1970 on the agent's own wall clock, None while the time is unknown.
    """

    def __init__(self, has_customer, direction="in", start_s=None):
        self.has_customer = has_customer
        self.direction = direction
        self.start_s = start_s


def build_listener(hearing, released, profile, calibration, call, emit):
    """A listener for one call, ready for its first block.

    hearing: the runtime's module of instruments; released: .manifest (dict) and .model (bytes), or None to listen without a
    network (phrases are then not measured); profile: core/etiquette/profile.Profile; emit(t_ms, kind, rows).
    """
    channels = ("agent", "customer") if call.has_customer else ("agent",)
    ears = []
    for channel in channels:
        network = spotter = None
        if released is not None:
            network = hearing.StreamingModel(released.model)
            spotter = PhraseSpotter(released.manifest)
        scale_pm = calibration.rate_scale_pm if channel == "agent" else RATE_SCALE_PM
        meter = Meter(calibration.baseline_q8, scale_pm)
        ears.append(Ear(channel, hearing.ChannelKernels(), hearing.FrontEnd(), hearing.quantize, network, spotter, meter))
    conduct = Conduct(
        profile,
        emit,
        baseline_q8=calibration.baseline_q8,
        rate_scale_pm=calibration.rate_scale_pm,
        start_s=call.start_s,
        direction=call.direction,
        has_customer=call.has_customer,
        labels=() if released is None else tuple(row["label"] for row in released.manifest["labels"]),
    )
    return Listener(ears, conduct, 3 if released is None else released.manifest["stride_hops"], emit)
