"""The phase of the call: idle, ringing, talking, hold, closing, ended.

The rules, in words:
- Sound alone starts a call in `talking` at the first hop. A site that signals call states (`ringing`, `ring`, `talking`, `hold`, `closing`,
  `ended`) is believed at once, a hold or a closing it has signalled is ended only by its next signal,
  and a site that has signalled a hold is not second-guessed by sound.
- `ringing` begins with the first ring, signalled or heard on the customer's line; picking up is `talking`. Where it is not signalled it is heard
  as the first word of either side after the rings, or as a pause without another ring.
- `hold` begins and ends as `hold.py` hears it.
- `closing` begins with the agent's `anything else?` or farewell; a customer who has more to say brings `talking` back.
- `transferred` is no phase: the telephone system says that this call has been passed on to this agent.
- `ended` comes from a signal or from the end of the sound, and is final.
"""

IDLE, RINGING, TALKING, HOLD, CLOSING, ENDED = "idle", "ringing", "talking", "hold", "closing", "ended"

SIGNALS = ("ringing", "ring", "talking", "hold", "closing", "transferred", "ended")

# (phase, what happens, next phase). Anything not listed changes nothing.
TRANSITIONS = (
    (IDLE, "start", TALKING),
    (IDLE, "ring", RINGING),
    (TALKING, "ring", RINGING),  # only before anybody has spoken; see CallPhase.ring
    (IDLE, "pick_up", TALKING),
    (RINGING, "pick_up", TALKING),
    (TALKING, "hold", HOLD),
    (CLOSING, "hold", HOLD),
    (HOLD, "resume", TALKING),
    (TALKING, "close", CLOSING),
    (HOLD, "close", CLOSING),
    (CLOSING, "resume", TALKING),
    (IDLE, "end", ENDED),
    (RINGING, "end", ENDED),
    (TALKING, "end", ENDED),
    (HOLD, "end", ENDED),
    (CLOSING, "end", ENDED),
)


class CallPhase:
    """`emit(t_ms, "call", rows)` gets every change of phase."""

    def __init__(self, emit):
        self._emit = emit
        self.phase = IDLE
        self.since_ms = 0
        self.signalled = False  # the current hold or closing came from a signal
        self.signals_holds = False  # this site signals its holds: none is guessed from sound in this call
        self.ring_began_ms = None
        self.rings_signalled = 0
        self.rings_heard = 0
        self.ringing_signalled = False  # then the line's own tones are not counted
        self.pick_up_ms = None  # known only after ringing, or when signalled before anybody spoke
        self.answered_ms = None  # the pick-up as this call knows it, heard or signalled
        self.ended_by = None  # "agent", "customer" or None where unknown
        self.transferred = False
        self.hung_up = False  # the line's busy tone was heard

    def happen(self, what, t_ms, signalled=False):
        """Apply one event. Returns True if the phase has changed."""
        if self.signalled and not signalled and what != "end":
            return False
        for phase, event, following in TRANSITIONS:
            if phase == self.phase and event == what:
                self.phase = following
                self.since_ms = t_ms
                if what == "pick_up":
                    self.answered_ms = t_ms
                self.signalled = signalled and following in (HOLD, CLOSING)
                self._emit(t_ms, "call", [("phase", following)])
                return True
        return False

    def ring(self, t_ms, anybody_spoke):
        """A ring, or ringing, begins at `t_ms`."""
        if self.phase in (IDLE, RINGING) or (self.phase == TALKING and self.pick_up_ms is None and not anybody_spoke):
            self.happen("ring", t_ms, True)
            if self.ring_began_ms is None:
                self.ring_began_ms = t_ms

    def signal(self, t_ms, name, by, anybody_spoke):
        """A call-state input. `name` is one of SIGNALS (ValueError otherwise: the caller checks what the world sent)."""
        if name == "ringing":
            self.ringing_signalled = True
            self.ring(t_ms, anybody_spoke)
        elif name == "ring":
            self.ringing_signalled = True
            self.ring(t_ms, anybody_spoke)
            if self.phase == RINGING:
                self.rings_signalled += 1
        elif name == "talking":
            if self.phase in (IDLE, RINGING):
                self.happen("pick_up", t_ms, True)
                self.pick_up_ms = t_ms
            elif self.phase == TALKING and self.pick_up_ms is None and (self.ringing_signalled or not anybody_spoke):
                self.pick_up_ms = t_ms
            else:
                self.happen("resume", t_ms, True)
        elif name == "hold":
            self.signals_holds = True
            if self.phase == HOLD:
                self.signalled = True
            self.happen("hold", t_ms, True)
        elif name == "closing":
            if self.phase == CLOSING:
                self.signalled = True
            self.happen("close", t_ms, True)
        elif name == "transferred":
            self.transferred = True
        elif name == "ended":
            self.ended_by = by
            self.happen("end", t_ms, True)
        else:
            raise ValueError("not a call state: " + repr(name))

    def hear_ring(self, began_ms, t_ms, anybody_spoke):
        """A ring that began at `began_ms` is heard at `t_ms`; a site that signals ringing is believed instead."""
        if self.ringing_signalled:
            return
        self.ring(t_ms, anybody_spoke)
        if self.phase == RINGING:
            self.rings_heard += 1
            if self.rings_heard == 1:
                self.ring_began_ms = began_ms

    def rings(self, t_ms, ms_per_ring):
        """Rings until pick-up (or until `t_ms`), None where no ringing was heard or signalled."""
        if self.ring_began_ms is None:
            return None
        if self.rings_signalled:
            return self.rings_signalled
        if not self.ringing_signalled:
            return self.rings_heard
        until_ms = t_ms if self.answered_ms is None else self.answered_ms
        return max(1, (until_ms - self.ring_began_ms + ms_per_ring - 1) // ms_per_ring)
