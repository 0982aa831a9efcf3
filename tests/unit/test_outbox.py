"""The outbox: what is saved survives anything, what was acknowledged is gone, and nothing is there twice."""

from checks import raises
from memory_storage import MemoryStorage, PowerCut
from sidetone.core.telemetry import outbox as module
from sidetone.core.telemetry.outbox import Outbox, line, parse_line

BASE = 7


def opened(storage, **settings):
    return Outbox(storage, BASE, **settings)


def waiting(box):
    return [(record.leaf, record.seq, record.payload) for record in box.pending()]


def keys(box):
    return [(record.boot, record.seq) for record in box.pending()]


def test_a_line_is_exactly_this():
    assert line("c", 7169, 3, b'{"a":1}') == b'a2d09e5d c 7169 3 {"a":1}\n'
    assert line("a", 1, 2) == b"156fffc5 a 1 2 \n"
    assert parse_line(b'a2d09e5d c 7169 3 {"a":1}') == ("c", 7169, 3, b'{"a":1}')


def test_a_line_cut_or_changed_anywhere_is_no_line():
    whole = line("c", 12, 34, b'{"a":1}')[:-1]
    for end in range(len(whole)):
        assert parse_line(whole[:end]) is None, end
    for place in range(len(whole)):
        for flip in (1, 0x20, 0x80):
            changed = bytearray(whole)
            changed[place] ^= flip
            assert parse_line(bytes(changed)) is None, (place, flip)


def test_calls_and_events_survive_a_restart_intervals_do_not():
    storage = MemoryStorage()
    box = opened(storage)
    for leaf in ("event", "interval", "call"):
        box.put(leaf, box.next_seq(), leaf.encode())
    assert box.commit()
    again = opened(storage)
    assert waiting(again) == [("event", 1, b"event"), ("call", 3, b"call")]
    assert keys(again) == [(box.boot, 1), (box.boot, 3)]
    assert again.boot == box.boot + 1


def test_only_an_ack_takes_a_record_out():
    storage = MemoryStorage()
    box = opened(storage)
    for seq in (1, 2, 3):
        box.put("call", seq, b"%d" % seq)
    box.commit()
    assert box.ack([(box.boot, 2), (box.boot, 9), (box.boot + 1, 1)]) == 1
    assert [seq for _, seq, _ in waiting(box)] == [1, 3]
    assert box.ack([(box.boot, 2)]) == 0
    again = opened(storage)
    assert [seq for _, seq, _ in waiting(again)] == [1, 3]
    again.ack(keys(again))
    assert waiting(opened(storage)) == []


def test_an_ack_need_not_be_on_the_disk_a_record_must():
    storage = MemoryStorage()
    box = opened(storage)
    box.put("call", 1, b"x")
    box.put("call", 2, b"y")
    box.commit()
    assert storage.durable == [True]
    box.ack([(box.boot, 1)])
    assert storage.durable == [True, False]


def journal_of_three():
    storage = MemoryStorage()
    box = opened(storage)
    box.put("event", 1, b'{"one":1}')
    box.put("call", 2, b'{"two":2}')
    box.commit()
    box.ack([(box.boot, 1)])
    box.put("call", 3, b'{"three":3}')
    box.commit()
    return storage, storage.files[module.JOURNAL]


def test_a_journal_cut_at_any_byte_costs_the_last_record_only():
    storage, whole = journal_of_three()
    ends = [place + 1 for place in range(len(whole)) if whole[place] == 10]
    for cut in range(len(whole) + 1):
        storage.files[module.JOURNAL] = whole[:cut]
        box = opened(MemoryStorage(storage.files))
        complete = len([end for end in ends if end - 1 <= cut])  # the newline itself may be missing
        expected = {0: [], 1: [1], 2: [1, 2], 3: [2], 4: [2, 3]}[complete]
        assert [seq for _, seq, _ in waiting(box)] == expected, cut
        assert box.damaged <= 1
        # and what is written after the damage is read again
        box.put("call", 4, b"four")
        assert box.commit()
        after = Outbox(box._storage, BASE)
        assert [seq for _, seq, _ in waiting(after)] == expected + [4], cut


def test_a_changed_byte_costs_the_record_it_is_in():
    storage, whole = journal_of_three()
    for place in range(len(whole)):
        changed = bytearray(whole)
        changed[place] ^= 0x41
        storage.files[module.JOURNAL] = bytes(changed)
        box = opened(MemoryStorage(storage.files))
        found = [seq for _, seq, _ in waiting(box)]
        # record 2 is safe unless it, or the newline before it or after it, was hit; likewise 3; a lost `gone` brings 1 back
        assert box.damaged >= 1
        assert len([seq for seq in (2, 3) if seq not in found]) <= (2 if whole[place] == 10 else 1), place


def test_garbage_for_a_journal_is_counted_and_nothing_else():
    for garbage in (b"\x00" * 100, b"\xff\xfe\n\n\n", b"12345678", b"\n", bytes(range(256))):
        box = opened(MemoryStorage({module.JOURNAL: garbage, module.CALL: garbage, module.BOOT: garbage}))
        assert waiting(box) == []
        assert box.boot == BASE * 1024 + 1
        box.put("call", 1, b"x")
        assert box.commit()
        assert len(waiting(opened(box._storage))) == 1


def checkpointed(storage, payload=b"so far"):
    box = opened(storage)
    seq = box.next_seq()
    number = box.next_call()
    box.begin_call(number, seq, b"call %d began" % number)
    box.checkpoint(payload)
    return box, seq, number


def test_a_call_cut_by_a_kill_is_there_once_with_what_was_known():
    storage = MemoryStorage()
    box, seq, number = checkpointed(storage)
    again = opened(storage)
    assert again.recovered == number == 1
    assert waiting(again) == [("call", seq, b"so far")]
    assert keys(again) == [(box.boot, seq)]
    third = opened(storage)
    assert third.recovered is None
    assert keys(third) == [(box.boot, seq)]
    third.ack(keys(third))
    assert waiting(opened(storage)) == []
    assert opened(storage).calls_begun == 1


def test_a_call_that_ended_is_not_reported_as_cut():
    storage = MemoryStorage()
    box, seq, _ = checkpointed(storage)
    box.end_call(b"whole")
    again = opened(storage)
    assert again.recovered is None
    assert waiting(again) == [("call", seq, b"whole")]
    assert again.next_call() == 2


def test_dying_at_any_write_at_any_byte_every_call_is_there_exactly_once():
    """Two calls with an event and an ack between them; the device dies in write k after n bytes, starts again and finishes its work."""

    def life(storage, acked):
        box = opened(storage)
        box.ack([key for key in keys(box) if key in acked])
        while box.calls_begun < 2:
            seq = box.next_seq()
            number = box.next_call()
            box.begin_call(number, seq, b"cut %d" % number)
            box.put("event", box.next_seq(), b"event of %d" % number)
            box.commit()
            box.checkpoint(b"cut %d" % number)
            box.end_call(b"whole %d" % number)
            stored.update({(record.boot, record.seq): record.payload for record in box.pending()})  # sent, stored …
            acked.update(keys(box))
            box.ack(list(keys(box)))  # … and acknowledged
        stored.update({(record.boot, record.seq): record.payload for record in box.pending() if (record.boot, record.seq) not in stored})
        return box

    clean = MemoryStorage()
    stored = {}
    life(clean, set())
    writes = clean.writes
    assert sorted(payload for payload in stored.values() if payload.startswith(b"whole")) == [b"whole 1", b"whole 2"]
    for die_after in range(writes):
        for torn in (0, 1, 8, 9, 20, 30):
            storage = MemoryStorage()
            storage.die_after = die_after
            storage.torn = torn
            stored = {}
            acked = set()
            with raises(PowerCut):
                life(storage, acked)
            storage.die_after = None
            life(storage, acked)
            calls = sorted(payload.split(b" ")[1] for payload in stored.values() if not payload.startswith(b"event"))
            assert calls == [b"1", b"2"], (die_after, torn, stored)


def test_a_full_disk_loses_nothing_that_was_saved_and_saves_the_rest_later():
    storage = MemoryStorage()
    box = opened(storage)
    box.put("call", 1, b"saved before")
    box.commit()
    for room in range(60):
        full = MemoryStorage(storage.files)
        box = opened(full)
        seq = box.next_seq()
        full.room = room
        box.put("call", seq, b"comes with the disk full: longer than sixty bytes with its header")
        assert not box.commit()
        assert box.fault and box.unsaved() == 1
        assert [payload for _, _, payload in waiting(box)][0] == b"saved before"
        died = opened(MemoryStorage(full.files))
        assert [payload for _, _, payload in waiting(died)] == [b"saved before"]
        full.room = None
        assert box.commit()
        assert box.fault is None and box.unsaved() == 0
        later = opened(MemoryStorage(full.files))
        assert [seq for _, seq, _ in waiting(later)] == [1, seq], room


def test_a_record_that_could_not_be_saved_is_acknowledged_like_any_other():
    storage = MemoryStorage()
    box = opened(storage)
    storage.room = 0
    box.put("call", 1, b"x")
    box.commit()
    assert box.ack([(box.boot, 1)]) == 1
    assert waiting(box) == [] and box.unsaved() == 0
    storage.room = None
    assert waiting(opened(storage)) == []


def test_a_call_on_a_full_disk_keeps_its_checkpoint_until_the_record_is_saved():
    storage = MemoryStorage()
    box, seq, _ = checkpointed(storage)
    storage.room = 0
    box.end_call(b"whole")
    assert [payload for _, _, payload in waiting(box)] == [b"whole"]
    died = opened(MemoryStorage(storage.files))
    assert waiting(died) == [("call", seq, b"so far")]
    storage.room = None
    box.commit()
    died = opened(MemoryStorage(storage.files))
    assert waiting(died) == [("call", seq, b"whole")]


def test_room_is_made_from_intervals_then_events_then_calls():
    box = opened(MemoryStorage(), max_bytes=50)
    for seq, leaf in enumerate(("call", "event", "interval", "event", "call"), 1):
        box.put(leaf, seq, b"0123456789")
    assert [seq for _, seq, _ in waiting(box)] == [1, 2, 3, 4, 5]
    expected = ([1, 2, 4, 5, 6], [1, 4, 5, 6, 7], [1, 5, 6, 7, 8], [5, 6, 7, 8, 9], [6, 7, 8, 9, 10])
    for seq, left in zip(range(6, 11), expected):
        box.put("call", seq, b"0123456789")
        assert [kept for _, kept, _ in waiting(box)] == left
    assert (box.dropped("interval"), box.dropped("event"), box.dropped("call")) == (1, 2, 2)


def test_what_was_dropped_does_not_come_back():
    storage = MemoryStorage()
    box = opened(storage, max_bytes=20)
    box.put("call", 1, b"0123456789")
    box.put("call", 2, b"0123456789")
    box.commit()
    box.put("call", 3, b"0123456789")
    box.commit()
    assert [seq for _, seq, _ in waiting(opened(storage))] == [2, 3]


def test_a_smaller_bound_is_kept_at_the_next_start():
    storage = MemoryStorage()
    box = opened(storage)
    for seq in (1, 2, 3):
        box.put("call", seq, b"0123456789")
    box.commit()
    small = opened(storage, max_bytes=20)
    assert [seq for _, seq, _ in waiting(small)] == [2, 3]
    assert small.dropped("call") == 1


def test_intervals_are_bounded_by_number():
    box = opened(MemoryStorage(), max_intervals=3)
    for seq in range(1, 6):
        box.put("interval", seq, b"x")
    assert [seq for _, seq, _ in waiting(box)] == [3, 4, 5]
    assert box.dropped("interval") == 2


def test_the_journal_stays_short():
    storage = MemoryStorage()
    box = opened(storage)
    longest = 0
    payload = b"x" * 1000
    box.put("call", box.next_seq(), payload)
    box.commit()
    for _ in range(500):
        box.put("event", box.next_seq(), payload)
        box.commit()
        box.ack(keys(box)[1:])
        longest = max(longest, len(storage.files[module.JOURNAL]))
    assert longest < module.COMPACT_BYTES + 3000
    assert keys(opened(storage)) == [(box.boot, 1)]
    box.ack(keys(box))
    assert waiting(opened(storage)) == []


def test_boot_numbers_rise_and_a_new_storage_does_not_repeat_them():
    storage = MemoryStorage()
    assert [opened(storage).boot for _ in range(3)] == [7169, 7170, 7171]
    whole = storage.files[module.BOOT]
    for cut in range(len(whole) - 1):
        storage.files[module.BOOT] = whole[:cut]
        assert Outbox(MemoryStorage(storage.files), 99).boot == 99 * 1024 + 1, cut
    full = MemoryStorage({module.BOOT: whole})
    full.room = 0
    assert Outbox(full, 99).boot == 99 * 1024 + 1


def test_a_checkpoint_cut_or_changed_is_counted_not_believed():
    storage = MemoryStorage()
    checkpointed(storage)
    whole = storage.files[module.CALL]
    for cut in range(1, len(whole) - 1):
        files = dict(storage.files)
        files[module.CALL] = whole[:cut]
        box = opened(MemoryStorage(files))
        assert box.recovered is None and waiting(box) == [] and box.damaged == 1, cut


def test_a_payload_of_two_lines_is_a_bug():
    with raises(ValueError, "one line"):
        opened(MemoryStorage()).put("call", 1, b"a\nb")


def test_what_gathered_while_the_disk_was_full_is_saved_in_pieces():
    storage = MemoryStorage()
    box = opened(storage)
    storage.room = 0
    for _ in range(400):
        box.put("event", box.next_seq(), b"x" * 200)
    assert not box.commit()
    assert box.unsaved() == 400
    storage.room = 2 * module.BATCH_BYTES
    assert not box.commit()
    assert 0 < box.unsaved() < 400  # what found room is saved
    storage.room = None
    before = storage.writes
    assert box.commit()
    assert storage.writes - before >= 3
    assert box.fault is None
    assert waiting(opened(storage)) == [("event", seq, b"x" * 200) for seq in range(1, 401)]


def test_a_journal_that_cannot_be_rewritten_is_tried_again_only_when_it_has_grown():
    storage = MemoryStorage()
    box = opened(storage, compact_bytes=2000, eager=False)
    tries = []

    def replace(name, pieces):
        tries.append(name)
        raise OSError(28)

    storage.replace = replace
    for _ in range(100):
        box.put("event", box.next_seq(), b"x" * 60)
        box.commit()
        box.ack(keys(box))
        box.commit()
    assert len(storage.files[module.JOURNAL]) > 9_000
    assert 3 <= len(tries) <= 8, len(tries)
    del storage.replace
    for _ in range(30):
        box.put("event", box.next_seq(), b"x" * 60)
        box.commit()
        box.ack(keys(box))
        box.commit()
    assert len(storage.files[module.JOURNAL]) <= 2200
    assert not opened(storage).pending()
