"""What the customer's line says by its tones: rings, a call put through, a line hung up. Signalled call states take precedence.

The rules, in words:
- What the customer seemed to say while a tone was not yet sure, was the tone.
- A ring heard before anybody spoke starts `ringing`. The first word of either side after it is the pick-up, or a ring's rest and PATIENCE_MS
  without another ring.
- Where ringing is signalled, so is the pick-up: the agent may talk to a neighbour meanwhile. Only ANSWERED_MS of his speech say that the
  signal has been lost.
- A zip tone before anybody spoke is a pick-up at its end: the call was put through to a waiting agent.
- A busy tone after somebody spoke says that the customer hung up first; after it nobody is left waiting.
"""

from sidetone.core.call.cadence import BUSY, RING, ZIP, Cadence
from sidetone.core.call.countries import tones_of
from sidetone.core.call.phase import RINGING
from sidetone.core.speech.tones import late_ms

ANSWERED_MS = 5_000
EARLY_MS = 50  # a meter dates a spurt by its first hop, which a tone's own edge may precede
PATIENCE_MS = 2_500  # over the rest between two rings: then nobody rings any more


class Line:
    """`hop` for every hop with a tone in it and every hop while `listening`; `tick` every tick."""

    def __init__(self, scene):
        self._scene = scene
        tones = tones_of(scene.profile.get)
        self._late_ms = late_ms(tones.beat_hops)
        self._cadence = Cadence(self._late_ms, tones)
        self._sounding = False
        self._no_ring_ms = tones.rest_ms + PATIENCE_MS
        self.listening = False  # a tone sounds or has just sounded: hops without one matter too
        self._last_ring_ms = None
        self._spoken_ms = None  # the agent's speech counter when the ringing began

    def hop(self, t_ms, tone):
        """One hop; tone: the customer's meter hears a steady tone."""
        if tone and not self._sounding:
            self._scene.turns.customer.take_back(t_ms - self._late_ms - EARLY_MS)
        self._sounding = tone
        cadence = self._cadence
        heard = cadence.hop(t_ms, tone)
        self.listening = cadence.is_waiting()
        if heard is None:
            return
        what, at_ms = heard
        scene = self._scene
        phase = scene.phase
        if what == RING:
            self._last_ring_ms = t_ms
            phase.hear_ring(at_ms, t_ms, scene.anybody_spoke())
        elif what == BUSY:
            if scene.anybody_spoke() and phase.ended_by is None:
                phase.ended_by = "customer"
                phase.hung_up = True
        elif what == ZIP and phase.ring_began_ms is None and phase.pick_up_ms is None:
            first_ms = scene.turns.agent.first_ms
            if scene.turns.customer.first_ms is None and (first_ms is None or first_ms > at_ms):
                phase.pick_up_ms = at_ms

    def tick(self, t_ms):
        """Has somebody picked up?"""
        phase = self._scene.phase
        if phase.phase != RINGING:
            return
        began_ms = phase.ring_began_ms
        if phase.ringing_signalled:
            spoken_ms = self._scene.turns.agent.speech_ms
            if self._spoken_ms is None:
                self._spoken_ms = spoken_ms
            elif spoken_ms - self._spoken_ms >= ANSWERED_MS:
                phase.happen("pick_up", t_ms)
            return
        for side in (self._scene.turns.agent, self._scene.turns.customer):
            if side.first_ms is not None and side.first_ms > began_ms:
                phase.happen("pick_up", t_ms)
                return
        if t_ms - self._last_ring_ms > self._no_ring_ms:
            phase.happen("pick_up", t_ms)
