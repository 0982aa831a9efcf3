"""What the device says, on its way to the store thread: a bounded list of small errands, so that the listening never waits.

    device thread --errands--> store thread (carry) --> post room <-- network thread <--> broker
Rules
 1. Every method of the device returns at once. It notes the time, packs the errand, and is done.
 2. An event or an interval that finds ERRANDS_MAX errands waiting is dropped and counted (`dropped_items`).
 3. A checkpoint that waits is replaced by the next one: only the newest is worth writing.
 4. A call's begin and end may wait beyond that bound, CALLS_MAX more; a begin that finds no room even there drops its whole call,
    counted: an end without its begin would be a bug's record.
Ports add the threads: on_*/link.Link is a Reporter with a wire.
"""

from sidetone.core.telemetry import payloads
from sidetone.core.telemetry.post import Stamp

ERRANDS_MAX = 4000  # of events and intervals on their way to the disk: minutes of a call, should the disk stand still
CALLS_MAX = 64
COMMANDS_MAX = 32


class Commands:
    """Commands that wait for the device, oldest first; put from the network thread, taken by the device."""

    def __init__(self, lock, most=COMMANDS_MAX):
        self._lock = lock
        self._most = most
        self._waiting = []

    def empty(self):
        return not self._waiting

    def qsize(self):
        return len(self._waiting)

    def put(self, command):
        """-> False if there are too many."""
        with self._lock:
            if len(self._waiting) >= self._most:
                return False
            self._waiting.append(command)
            return True

    def get(self):
        """The oldest; only where not empty()."""
        with self._lock:
            return self._waiting.pop(0)


class Reporter:
    """post: core/telemetry/post.Post; new_lock() -> a lock for `with`; more_counters() -> rows for `meta`.

    begin_call .. end_call and publish_* are called from one thread, in the order of the call. `outbox.calls_begun` counts with
    begin_call. Commands that were understood wait in `commands` (dicts, see core/telemetry/commands.py) for the device to do and
    answer; ping and tag are done here. A port overrides `connected`, `_check` (raises if a thread of its own has died) and `_wake`.
    """

    connected = False

    def __init__(self, post, outbox, clock, new_lock, more_counters, errands_max=ERRANDS_MAX):
        self.outbox = outbox
        self.commands = Commands(new_lock())
        self._post = post
        self._clock = clock
        self._more_counters = more_counters
        self._errands_max = errands_max
        self._lock = new_lock()
        self._errands = []  # [what, do], what: "record" for what may be dropped, "checkpoint", "call"
        self._calls_waiting = 0
        self._skipping = False  # the call in progress was dropped whole
        self._dropped_errands = 0
        self._dropped_commands = 0
        self._tag = None

    # ---- what the device says

    def begin_call(self, record):
        """A call begins. record: what would be reported of it if the device died at once."""
        self._check()
        number, stamp = self.outbox.next_call(), Stamp(self._clock)
        self._skipping = not self._put("call", lambda: self._post.begin_call(number, self._tag, stamp, record))

    def checkpoint(self, record):
        """The call's record so far, every interval: what the next start reports as truncated if this device dies now."""
        number, stamp = self.outbox.calls_begun, Stamp(self._clock)
        if not self._skipping:
            self._put("checkpoint", lambda: self._post.checkpoint(number, self._tag, stamp, record))

    def end_call(self, record):
        """The call is over and this is its record."""
        self._check()
        number, stamp = self.outbox.calls_begun, Stamp(self._clock)

        def end():
            self._post.end_call(number, self._tag, stamp, record)
            self._tag = None

        if self._skipping:
            self._skipping = False
        else:
            self._put("end", end)

    def publish_interval(self, t_ms, measures):
        """Every 5 s of a call. t_ms: call time."""
        number = self.outbox.calls_begun
        self._say("interval", lambda head: payloads.interval(head, number, t_ms, list(measures)))

    def publish_event(self, t_ms, what, rows):
        """what: "phrase", "finding" or "help"; rows: as emitted, without kind and t_ms; t_ms: None outside a call."""
        number = None if t_ms is None else self.outbox.calls_begun
        self._say("event", lambda head: payloads.event(head, number, t_ms, what, list(rows)))

    def answer(self, command, fault=None):
        """What became of a command: done (None) or why not."""
        self._say("event", lambda head: payloads.answer(head, command["id"], command["cmd"], fault))

    def publish_live(self, measures, lamps):
        """Once a second, lost if the broker is away: nobody wants to see an old second. lamps: [(lamp, colour, pattern)…]."""
        if self.connected:
            self._post.live(measures, lamps)
            self._wake()

    def tag(self, text):
        """The call in progress, or else the next one, is a test call of this name; taken back by None; forgotten with the call's end."""

        def note():
            self._tag = text

        self._put("record", note)

    def counters(self, received, connects):
        """Everything that was dropped, refused or tried again, for `meta`: [(name, count)…]. received: core/telemetry/received.Received."""
        box = self.outbox
        counts = [("dropped_" + leaf, box.dropped(leaf)) for leaf in ("interval", "event", "call")]
        counts += [("dropped_live", self._post.dropped_lives), ("dropped_items", self._dropped_errands), ("unsaved", box.unsaved())]
        counts += [("damaged", box.damaged), ("resent", self._post.resent), ("refused", received.refused), ("connects", connects)]
        counts += [("garbage", received.garbage), ("refused_commands", received.throttle.refused + self._dropped_commands)]
        return counts + [("clock_jumps", self._clock.jumps)] + list(self._more_counters())

    # ---- what the host says, from the network thread

    def obey(self, command):
        """A command that was understood."""
        if command["cmd"] in ("ping", "tag"):
            if command["cmd"] == "tag":
                self.tag(command["tag"])
            self.answer(command)
        elif not self.commands.put(command):
            self._dropped_commands += 1
            self.answer(command, "the device is too busy")

    # ---- the store thread

    def carry(self):
        """Do all errands that wait, in their order. -> whether there were any."""
        if not self._errands:
            return False
        with self._lock:
            errands, self._errands = self._errands, []
            self._calls_waiting = 0
        for _, do in errands:
            do()
        return True

    # ---- for the port

    def _check(self):
        """A bug in a thread of the link is the device's bug."""

    def _wake(self):
        """Something waits for the store thread or for the network."""

    def _say(self, leaf, payload_of):
        stamp = Stamp(self._clock)
        self._put("record", lambda: self._post.put(leaf, stamp, payload_of))

    def _put(self, what, do):
        """-> False if the errand was dropped."""
        with self._lock:
            waiting = self._errands
            if what == "checkpoint" and waiting and waiting[-1][0] == what:
                waiting[-1] = (what, do)
            elif what == "end" or (what == "call" and self._calls_waiting < CALLS_MAX) or len(waiting) < self._errands_max:
                waiting.append((what, do))
                if what == "call":
                    self._calls_waiting += 1
            else:
                self._dropped_errands += 1
                return False
        self._wake()
        return True
