"""What the host says on `cmd` and `ack`: acks go to the post room, commands are weighed, understood and handed on, garbage is counted."""

from sidetone.core.telemetry.commands import CommandError, Throttle, parse_ack, parse_command

GARBAGE_TOLD = 5  # lines about garbage, then one in a thousand: a stuck sender must not fill the device's log


class Received:
    """on_command(command): one that was understood; notice(line): one plain line. Lives in the network thread.

    refused: messages that the store can never take; garbage: what was no message of ours.
    """

    def __init__(self, post, clock, on_command, notice):
        self.throttle = Throttle()
        self.garbage = 0
        self.refused = 0
        self._post = post
        self._clock = clock
        self._on_command = on_command
        self._notice = notice

    def take(self, leaf, payload):
        """One message. leaf: "cmd" or "ack"; payload: bytes. -> whether the host asks who is there (ping)."""
        try:
            if leaf == "ack":
                self._acked(*parse_ack(payload))
                return False
            if not self.throttle.admits(self._clock.uptime_ms()):
                if self.throttle.opening:
                    self._notice("a flood of commands: those beyond two a second are refused")
                return False
            command = parse_command(payload)
        except CommandError as error:
            self.ignore(leaf, str(error))
            return False
        self._on_command(command)
        return command["cmd"] == "ping"

    def ignore(self, leaf, fault):
        """Count what is no message of ours, and tell of the first few."""
        self.garbage += 1
        if self.garbage <= GARBAGE_TOLD or self.garbage % 1000 == 0:
            self._notice("a message on " + leaf + " " + fault + "; ignored (" + str(self.garbage) + " so far)")

    def _acked(self, stored, refused):
        self._post.acked(stored + refused)
        if refused:
            self.refused += len(refused)
            count = str(len(refused))
            self._notice("the store refused " + count + " messages that break their schema: this firmware has a fault, report it")
