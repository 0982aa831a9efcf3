"""What the device says on its way to the disk, and what the host says: bounded, in order, counted."""

from memory_storage import MemoryStorage
from sidetone.core.telemetry import post as post_module
from sidetone.core.telemetry import reporter as module
from sidetone.core.telemetry.messages import Fixed, Rows
from sidetone.core.telemetry.outbox import Outbox
from sidetone.core.telemetry.post import Post
from sidetone.core.telemetry.received import GARBAGE_TOLD, Received
from sidetone.core.telemetry.reporter import Reporter

RECORD = [("duration_s", Fixed(10, 1)), ("phrases", Rows([])), ("findings", Rows([])), ("unmeasured", Rows([])), ("not_judged", Rows([]))]


class Lock:
    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        return False


class Clock:
    jumps = 0
    t_ms = 0

    def uptime_ms(self):
        return self.t_ms

    def epoch_s(self):
        return None


class Desk:
    """A reporter without threads. eager: see Outbox."""

    def __init__(self, errands_max=8, eager=True):
        self.clock = Clock()
        self.storage = MemoryStorage()
        self.lines = []
        self.outbox = Outbox(self.storage, 3, eager=eager)
        self.post = Post(self.outbox, self.clock, [("board", "test")], self.counters, Lock)
        self.reporter = Reporter(self.post, self.outbox, self.clock, Lock, lambda: [("overruns", 4)], errands_max)
        self.received = Received(self.post, self.clock, self.reporter.obey, self.lines.append)

    def counters(self):
        return self.reporter.counters(self.received, 2)

    def waiting(self):
        return [(record.leaf, record.payload) for record in self.outbox.pending()]


def event(desk, t_ms=1):
    desk.reporter.publish_event(t_ms, "phrase", [("label", "x"), ("channel", "agent"), ("posterior", Fixed(1, 3))])


def test_nothing_is_written_before_the_store_thread_carries_it():
    desk = Desk()
    writes = desk.storage.writes
    desk.reporter.begin_call(RECORD)
    event(desk)
    desk.reporter.end_call(RECORD)
    assert desk.storage.writes == writes
    assert desk.reporter.carry()
    assert not desk.reporter.carry()
    assert [leaf for leaf, _ in desk.waiting()] == ["event", "call"]
    assert desk.storage.files["call"][9:10] == b"x"


def test_a_message_bears_the_time_at_which_it_was_said():
    desk = Desk()
    desk.clock.t_ms = 41
    event(desk)
    desk.clock.t_ms = 5000
    desk.reporter.carry()
    assert b'"uptime_ms":41,' in desk.waiting()[0][1]


def test_what_finds_no_room_is_dropped_and_counted_but_no_call_is():
    desk = Desk(errands_max=4)
    desk.reporter.begin_call(RECORD)
    for _ in range(10):
        event(desk)
    desk.reporter.end_call(RECORD)
    assert dict(desk.counters())["dropped_items"] == 7
    desk.reporter.carry()
    assert [leaf for leaf, _ in desk.waiting()] == ["event", "event", "event", "call"]


def test_a_disk_that_stands_still_for_calls_drops_whole_calls():
    desk = Desk(errands_max=4)
    for _ in range(module.CALLS_MAX + 10):
        desk.reporter.begin_call(RECORD)
        desk.reporter.checkpoint(RECORD)
        desk.reporter.end_call(RECORD)
    desk.reporter.carry()
    calls = [payload for leaf, payload in desk.waiting() if leaf == "call"]
    assert len(calls) == module.CALLS_MAX
    assert b'"call":1,' in calls[0]
    assert dict(desk.counters())["dropped_items"] >= 10
    desk.reporter.begin_call(RECORD)  # and it goes on
    desk.reporter.end_call(RECORD)
    desk.reporter.carry()
    assert b'"call":%d,' % (module.CALLS_MAX + 11) in desk.waiting()[-1][1]


def test_only_the_newest_checkpoint_is_written():
    desk = Desk()
    desk.reporter.begin_call(RECORD)
    desk.reporter.carry()
    writes = desk.storage.writes
    for number in range(20):
        desk.reporter.checkpoint([("duration_s", number)] + RECORD[1:])
    desk.reporter.carry()
    assert desk.storage.writes == writes + 1
    assert b'"duration_s":19' in desk.storage.files["call"]


def test_a_tag_belongs_to_one_call():
    desk = Desk()
    desk.reporter.obey({"id": "t", "cmd": "tag", "tag": "test"})
    for _ in range(2):
        desk.reporter.begin_call(RECORD)
        desk.reporter.end_call(RECORD)
    desk.reporter.carry()
    calls = [payload for leaf, payload in desk.waiting() if leaf == "call"]
    assert b'"tag":"test"' in calls[0]
    assert b'"tag":null' in calls[1]


def test_commands_that_nobody_takes_are_refused():
    desk = Desk(errands_max=100)
    for number in range(module.COMMANDS_MAX + 2):
        desk.reporter.obey({"id": str(number), "cmd": "call_state", "phase": "hold", "by": None})
    desk.reporter.carry()
    assert len([payload for _, payload in desk.waiting() if b"too busy" in payload]) == 2
    assert desk.reporter.commands.qsize() == module.COMMANDS_MAX
    assert desk.reporter.commands.get()["id"] == "0"
    assert dict(desk.counters())["refused_commands"] == 2


def test_a_live_second_waits_for_a_wire_only_and_not_long():
    desk = Desk()
    desk.reporter.publish_live([("phase", "idle")], [])
    assert desk.post.lives() == []
    desk.reporter.connected = True
    for _ in range(post_module.LIVES_MAX + 3):
        desk.clock.t_ms += 1000
        desk.reporter.publish_live([("phase", "idle")], [])
    lives = desk.post.lives()
    assert len(lives) == post_module.LIVES_MAX
    assert b'"uptime_ms":4000,' in lives[0]
    assert dict(desk.counters())["dropped_live"] == 3


def test_meta_is_told_once_and_again_when_a_counter_has_changed_for_a_while():
    desk = Desk()
    assert b'"overruns":4' in desk.post.meta()
    assert desk.post.meta() is None
    desk.received.ignore("cmd", "is nothing")
    assert desk.post.meta() is None
    desk.clock.t_ms += post_module.META_EVERY_MS
    assert b'"garbage":1' in desk.post.meta()
    desk.post.tell_meta()
    assert desk.post.meta() is not None


def test_garbage_is_counted_and_told_a_few_times():
    desk = Desk()
    for _ in range(2000):
        assert not desk.received.take("ack", b"\xff")
    assert desk.received.garbage == 2000
    assert len(desk.lines) == GARBAGE_TOLD + 2


def test_a_flood_is_refused_before_it_is_read_and_told_once():
    desk = Desk()
    for _ in range(500):
        desk.received.take("cmd", b'{"schema":1,"id":"a","cmd":"ping"}')
    assert desk.received.throttle.refused == 480
    assert desk.lines == ["a flood of commands: those beyond two a second are refused"]


def test_a_ping_asks_who_is_there_and_is_answered():
    desk = Desk()
    assert desk.received.take("cmd", b'{"schema":1,"id":"a","cmd":"ping"}')
    desk.reporter.carry()
    assert b'"id":"a"' in desk.waiting()[0][1]


def test_what_the_store_refuses_leaves_the_outbox_and_is_told():
    desk = Desk()
    event(desk)
    desk.reporter.carry()
    record = desk.outbox.pending()[0]
    desk.received.take("ack", b'{"schema":1,"acked":[],"refused":[[%d,%d]]}' % (record.boot, record.seq))
    assert not desk.outbox.pending()
    assert desk.received.refused == 1
    assert "the store refused 1 messages" in desk.lines[0]


def test_what_the_store_takes_before_it_is_saved_is_never_written():
    desk = Desk(eager=False)
    desk.reporter.begin_call(RECORD)
    event(desk)
    desk.reporter.carry()
    writes = desk.storage.writes
    record = desk.outbox.pending()[0]
    desk.received.take("ack", b'{"schema":1,"acked":[[%d,%d]]}' % (record.boot, record.seq))
    desk.post.commit()
    assert desk.storage.writes == writes
    assert "journal" not in desk.storage.files


def test_a_lazy_outbox_saves_what_is_gone_with_the_next_commit():
    desk = Desk(eager=False)
    event(desk)
    desk.reporter.carry()
    desk.post.commit()
    record = desk.outbox.pending()[0]
    desk.received.take("ack", b'{"schema":1,"acked":[[%d,%d]]}' % (record.boot, record.seq))
    again = Outbox(MemoryStorage(desk.storage.files), 3)
    assert len(again.pending()) == 1  # a power cut now costs a repeat, which the store knows
    desk.post.commit()
    assert not Outbox(MemoryStorage(desk.storage.files), 3).pending()
