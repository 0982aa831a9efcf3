"""What the agent can press: contacts from a pin to ground, a help button and the hook switch; the twin of on_cpython/inputs.py."""

import machine

from sidetone.core.call.contacts import HELP, Contact

NOTHING = ()


class NoInputs:
    """Nothing to press."""

    has_help = False

    def poll(self, now_ms):
        return NOTHING


class PinInputs:
    """pins: "help" or "hook" -> GPIO number, from config.json. `poll` allocates only where something was pressed."""

    def __init__(self, pins):
        self._pins = []
        self._contacts = []
        for kind in pins:
            self._pins.append(machine.Pin(pins[kind], machine.Pin.IN, machine.Pin.PULL_UP))
            self._contacts.append(Contact(kind))
        self.has_help = HELP in pins

    def poll(self, now_ms):
        """-> what has happened since, events of core/call/contacts.py."""
        events = NOTHING
        for place in range(len(self._pins)):
            event = self._contacts[place].read(now_ms, not self._pins[place].value())
            if event is not None:
                events += (event,)
        return events
