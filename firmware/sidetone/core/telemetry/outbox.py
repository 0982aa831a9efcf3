"""The outbox: what the store must get waits here, also through a power cut, until the store says that it has it.

Rules
 1. Calls and events are saved, intervals are kept in memory only. A record leaves with the store's `ack`, not with the broker's PUBACK.
 2. The outbox is bounded. Room is made by dropping the oldest interval, then the oldest event, then the oldest call; drops are counted.
 3. A record that cannot be saved (disk full) waits in memory inside the same bound, is sent like any other and saved when that
    works again; `fault` holds the system's word for it meanwhile. What was saved before is never touched by a failing write.
 4. The call in progress has a checkpoint: its record so far, already as the message with `truncated` true. Killed in a call, the device
    finds it at the next start and puts it here under its old (boot, seq), once: not if the finished record was saved just before.

Files (on `storage`)
    journal   lines `CRC KIND BOOT SEQ PAYLOAD\\n`, only ever appended; KIND c call, e event, a gone (no payload).
              CRC: crc32 of what follows it, 8 hex digits. A line that does not match is skipped and counted: a cut or torn
              file costs the record being written, a flipped byte the record it is in. Rewritten without what is gone when long.
    call      one line of the same form, replaced whole: KIND o (open; SEQ reserved, PAYLOAD the checkpoint) or x (closed), with
              the call's number before PAYLOAD. It is therefore also the count of calls begun, exact through any kill.
    boot      one line of the same form, KIND b, no payload: the number of the latest boot.

storage: read(name) -> bytes or None; parts(name) -> the same in pieces, none if absent; write(name, data): replace whole, atomically and
durably; replace(name, pieces): the same with an iterable of bytes; append(name, data, durable); remove(name): no error if absent. Each
raises OSError. No other I/O here, and no clock.
"""

import binascii

JOURNAL, CALL, BOOT = "journal", "call", "boot"
SAVED_KINDS = {"call": "c", "event": "e"}
LEAF_OF_KIND = {"c": "call", "e": "event"}
DROP_ORDER = ("interval", "event", "call")
LEAVES = ("call", "event", "interval")
GONE, OPEN, CLOSED, BOOTED = "a", "o", "x", "b"
BOOT_STEP = 1024  # a new storage begins at a random multiple: a wiped device does not repeat the numbers of its earlier life
COMPACT_BYTES = 65536  # a journal shorter than this is left alone: rewriting it for each ack would wear the card
BATCH_BYTES = 16384  # of payloads in one append: after hours with a full disk the memory does not hold all of them once more
LINE_MAX = 4096  # bytes; ours stay below 1.6 KiB, so a longer one is damage and is not gathered in memory


class Record:
    """One message that waits. leaf: "call", "event" or "interval"; payload: bytes without a newline."""

    def __init__(self, leaf, boot, seq, payload):
        self.leaf = leaf
        self.boot = boot
        self.seq = seq
        self.payload = payload


def line(kind, boot, seq, rest=b""):
    """One line of a file, bytes."""
    body = (kind + " " + str(boot) + " " + str(seq) + " ").encode() + rest
    return _checksum(body) + body + b"\n"


def _checksum(body):
    return ("%08x " % (binascii.crc32(body) & 0xFFFFFFFF)).encode()


def parse_line(data):
    """bytes of one line without its newline -> (kind, boot, seq, rest) or None if it is damaged."""
    body = data[9:]
    if data[:9] != _checksum(body):
        return None
    parts = body.split(b" ", 3)
    return parts[0].decode(), int(parts[1]), int(parts[2]), parts[3]


class Outbox:
    """storage: see above. random_20_bits: 0..2**20-1, used only where no boot number is known.

    max_bytes: all payloads that wait; max_intervals: their number; compact_bytes: see COMPACT_BYTES; slack: the journal is rewritten when
    it is so many times as long as what waits, a small number makes a start after a long absence quick. eager: an ack is saved at once;
    else with the next commit(), which wears a flash less, and a power cut between costs a repeat that the store knows.
    Opening reads, repairs and counts; it never raises for what it reads.
    Attributes: boot; calls_begun (number of the latest call); recovered: number of the call found cut at this start, or None;
    fault: text of the last failing write until one works, or None; damaged: lines skipped; dropped(leaf).
    """

    def __init__(self, storage, random_20_bits, max_bytes=4 << 20, max_intervals=240, compact_bytes=COMPACT_BYTES, slack=4, eager=True):
        self._storage = storage
        self._max_bytes = max_bytes
        self._max_intervals = max_intervals
        self._compact_bytes = compact_bytes
        self._slack = slack
        self._eager = eager
        self._pending = []
        self._bytes = 0
        self._intervals = 0
        self._unsaved = []
        self._gone = []  # (boot, seq) not yet written to the journal
        self._dropped = [0, 0, 0]
        self._seq = 0
        self._call = None  # (number, seq) of the call in progress
        self._torn = False
        self._journal_bytes = 0
        self._compact_from = 0
        self.calls_begun = 0
        self.recovered = None
        self.fault = None
        self.damaged = 0
        self._read_checkpoint(self._read_journal())
        self.boot = self._next_boot(random_20_bits)
        self.commit()

    # ---- what the device puts in

    def next_seq(self):
        """The next message's number of this boot, from 1; every message of every topic takes one."""
        self._seq += 1
        return self._seq

    def put(self, leaf, seq, payload):
        """A message begins to wait. A call or an event is safe after the next commit()."""
        self._put(Record(leaf, self.boot, seq, payload))

    def next_call(self):
        """The number of the call that begins now; counted at once, saved by begin_call."""
        self.calls_begun += 1
        return self.calls_begun

    def begin_call(self, number, seq, payload):
        """A call begins. number: from next_call; seq: reserved for its record; payload: its checkpoint."""
        self._call = (number, seq)
        self.checkpoint(payload)

    def checkpoint(self, payload):
        """The record of the call in progress, so far: what the next start would report if the device died now."""
        number, seq = self._call
        self._write_call(OPEN, number, self.boot, seq, payload)

    def end_call(self, payload):
        """The call in progress has ended and this is its record: saved first, then the checkpoint is closed."""
        number, seq = self._call
        self._call = None
        self.put("call", seq, payload)
        if self.commit():
            self._write_call(CLOSED, number, self.boot, seq, b"")

    def commit(self):
        """Save what is not saved yet. True if nothing is left unsaved; else `fault` says why, and a later commit tries again."""
        if not self._unsaved and not self._gone:
            return True
        while self._unsaved or self._gone:
            try:
                self._append_some()
            except (OSError, MemoryError) as error:
                self._torn = True
                self.fault = str(error)
                return False
        self.fault = None
        self._compact()
        return True

    # ---- what the link takes out

    def pending(self):
        """The records that wait, oldest first: a list that the caller must not change."""
        return self._pending

    def ack(self, keys):
        """The store has these: [(boot, seq)…]; unknown ones are ignored (a repeated ack). -> how many left the outbox."""
        left = 0
        for boot, seq in keys:
            for place in range(len(self._pending)):
                record = self._pending[place]
                if record.seq == seq and record.boot == boot:
                    self._remove(place)
                    left += 1
                    break
        if not self._eager:
            return left
        if not self._pending:
            self._empty()
        else:
            self.commit()
        return left

    def dropped(self, leaf):
        """How many messages of a leaf were dropped for want of room since this start."""
        return self._dropped[LEAVES.index(leaf)]

    def unsaved(self):
        """How many calls and events wait in memory only."""
        return len(self._unsaved)

    # ---- inside

    def _append_some(self):
        """What is not saved, BATCH_BYTES of it at most."""
        gone = self._gone[: BATCH_BYTES // 32]
        lines = [line(GONE, boot, seq) for boot, seq in gone]
        count = room = 0
        if len(gone) == len(self._gone):
            room = BATCH_BYTES
        while room > 0 and count < len(self._unsaved):
            record = self._unsaved[count]
            lines.append(line(SAVED_KINDS[record.leaf], record.boot, record.seq, record.payload))
            room -= len(record.payload)
            count += 1
        data = (b"\n" if self._torn else b"") + b"".join(lines)
        self._storage.append(JOURNAL, data, count > 0)
        self._torn = False
        self._journal_bytes += len(data)
        self._gone = self._gone[len(gone) :]
        self._unsaved = self._unsaved[count:]

    def _put(self, record):
        if b"\n" in record.payload:
            raise ValueError("a payload of the outbox is one line")
        self._pending.append(record)
        self._bytes += len(record.payload)
        if record.leaf in SAVED_KINDS:
            self._unsaved.append(record)
        else:
            self._intervals += 1
            if self._intervals > self._max_intervals:
                self._drop("interval")
        for leaf in DROP_ORDER:
            while self._bytes > self._max_bytes and self._drop(leaf):
                pass

    def _drop(self, leaf):
        for place in range(len(self._pending)):
            if self._pending[place].leaf == leaf:
                self._remove(place)
                self._dropped[LEAVES.index(leaf)] += 1
                return True
        return False

    def _remove(self, place):
        record = self._pending.pop(place)
        self._bytes -= len(record.payload)
        if record.leaf not in SAVED_KINDS:
            self._intervals -= 1
        elif record in self._unsaved:
            self._unsaved.remove(record)
        else:
            self._gone.append((record.boot, record.seq))

    def _empty(self):
        """Nothing waits: the journal is not needed. A short one is kept and told so, which writes less."""
        if self._journal_bytes <= self._compact_bytes and self.commit():
            return
        try:
            self._storage.remove(JOURNAL)
        except OSError as error:
            self.fault = str(error)  # harmless: what is in it would be sent once more, and the store knows it
            return
        self._journal_bytes = 0
        self._gone = []
        self._torn = False
        self.fault = None

    def _compact(self):
        """Rewrite a journal of which most is gone; failing, the long one stays in use."""
        if self._journal_bytes <= max(self._compact_bytes, self._slack * self._bytes, self._compact_from):
            return
        try:
            self._storage.replace(JOURNAL, self._saved_lines())
        except (OSError, MemoryError) as error:
            self.fault = str(error)
            self._compact_from = self._journal_bytes + self._compact_bytes  # not at every commit again: each try wears the disk
            return
        self._journal_bytes = sum([len(saved) for saved in self._saved_lines()])
        self._compact_from = 0
        self._torn = False

    def _saved_lines(self):
        for record in self._pending:
            if record.leaf in SAVED_KINDS:
                yield line(SAVED_KINDS[record.leaf], record.boot, record.seq, record.payload)

    def _read(self, name):
        try:
            return self._storage.read(name) or b""
        except OSError as error:
            self.fault = str(error)
            return b""

    def _read_journal(self):
        """Fill the outbox. -> set of (boot, seq) of every record seen, gone ones too."""
        known = set()
        gone = set()
        records = []
        for raw in self._journal_lines():
            parsed = parse_line(raw)
            if parsed is None or (parsed[0] != GONE and parsed[0] not in LEAF_OF_KIND):
                self.damaged += 1
                continue
            kind, boot, seq, payload = parsed
            if kind == GONE:
                gone.add((boot, seq))
            elif (boot, seq) not in known:
                records.append(Record(LEAF_OF_KIND[kind], boot, seq, payload))
            known.add((boot, seq))
        for record in records:
            if (record.boot, record.seq) not in gone:
                self._pending.append(record)
                self._bytes += len(record.payload)
        for leaf in DROP_ORDER:  # the bound may be smaller than it was
            while self._bytes > self._max_bytes and self._drop(leaf):
                pass
        return known

    def _journal_lines(self):
        """The journal's lines, piece by piece: a device's memory does not hold it twice."""
        rest = b""
        try:
            for part in self._storage.parts(JOURNAL):
                self._journal_bytes += len(part)
                lines = (rest + part).split(b"\n")
                rest = lines.pop()
                if len(rest) > LINE_MAX:
                    rest = rest[-LINE_MAX:]  # damaged anyway
                for raw in lines:
                    if raw:
                        yield raw
        except OSError as error:
            self.fault = str(error)
        self._torn = self.fault is not None or bool(rest)  # unreadable: its end may be anything
        if rest:
            yield rest

    def _read_checkpoint(self, known):
        """A call that was open when the device died becomes a record, unless its finished record is already in the journal."""
        raw = self._read(CALL)
        if not raw:
            return
        parsed = parse_line(raw[:-1])
        if parsed is None or parsed[0] not in (OPEN, CLOSED):
            self.damaged += 1
            return
        kind, boot, seq, rest = parsed
        number, payload = rest.split(b" ", 1)
        self.calls_begun = int(number)
        if kind == CLOSED:
            return
        if (boot, seq) not in known:
            self.recovered = self.calls_begun
            self._put(Record("call", boot, seq, payload))
            if not self.commit():
                return  # the checkpoint stays open: it is the only copy
        self._write_call(CLOSED, self.calls_begun, boot, seq, b"")

    def _write_call(self, kind, number, boot, seq, payload):
        try:
            self._storage.write(CALL, line(kind, boot, seq, str(number).encode() + b" " + payload))
        except OSError as error:
            self.fault = str(error)

    def _next_boot(self, random_20_bits):
        """One more than the last boot. Where that is unknown or cannot be saved, a random number: it must not repeat an old one."""
        raw = self._read(BOOT)
        parsed = parse_line(raw[:-1])
        if raw and parsed is None:
            self.damaged += 1
        unknown = random_20_bits * BOOT_STEP + 1
        boot = parsed[1] + 1 if parsed and parsed[0] == BOOTED else unknown
        try:
            self._storage.write(BOOT, line(BOOTED, boot, 0))
        except OSError as error:
            self.fault = str(error)
            return unknown
        return boot
