from memory_storage import MemoryStorage
from sidetone.core.telemetry import delivery as module
from sidetone.core.telemetry.delivery import Backoff, Delivery
from sidetone.core.telemetry.outbox import Outbox


def filled(count):
    box = Outbox(MemoryStorage(), 1)
    for _ in range(count):
        box.put("event", box.next_seq(), b"x")
    box.commit()
    return box, Delivery(box)


def seqs(records):
    return [record.seq for record in records]


def test_each_record_is_sent_once_until_the_store_is_silent_for_too_long():
    box, delivery = filled(2)
    assert seqs(delivery.due(0)) == [1, 2]
    assert seqs(delivery.due(module.RESEND_MIN_MS - 1)) == []
    assert seqs(delivery.due(module.RESEND_MIN_MS)) == [1, 2]
    assert delivery.resent == 2


def test_the_silence_that_is_allowed_doubles_up_to_a_bound():
    box, delivery = filled(1)
    sent_ms = []
    t_ms = 0
    while len(sent_ms) < 12:
        if delivery.due(t_ms):
            sent_ms.append(t_ms)
        t_ms += 100
    pauses = [later - earlier for earlier, later in zip(sent_ms, sent_ms[1:])]
    assert pauses == [min(module.RESEND_MIN_MS << doubling, module.RESEND_MAX_MS) for doubling in range(11)]


def test_an_ack_begins_the_silence_anew():
    box, delivery = filled(3)
    delivery.due(0)
    assert seqs(delivery.due(module.RESEND_MIN_MS)) == [1, 2, 3]
    delivery.acked(9000, [(box.boot, 1)])
    assert seqs(delivery.due(9000 + module.RESEND_MIN_MS - 1)) == []
    assert seqs(delivery.due(9000 + module.RESEND_MIN_MS)) == [2, 3]


def test_a_new_connection_sends_everything_again():
    box, delivery = filled(2)
    delivery.due(0)
    delivery.connected(10)
    assert seqs(delivery.due(10)) == [1, 2]
    assert delivery.resent == 0


def test_the_window_moves_with_the_acks():
    box, delivery = filled(module.WINDOW + 10)
    assert seqs(delivery.due(0)) == list(range(1, module.WINDOW + 1))
    assert delivery.due(1) == []
    delivery.acked(2, [(box.boot, 5), (box.boot, 1)])
    assert seqs(delivery.due(3)) == [module.WINDOW + 1, module.WINDOW + 2]


def test_records_that_the_outbox_dropped_free_their_place_in_the_window():
    box = Outbox(MemoryStorage(), 1, max_bytes=module.WINDOW)
    delivery = Delivery(box)
    for _ in range(module.WINDOW):
        box.put("event", box.next_seq(), b"x")
    delivery.due(0)
    box.put("call", box.next_seq(), b"xxx")
    assert seqs(delivery.due(1)) == [module.WINDOW + 1]


def test_nothing_waits_nothing_is_due():
    box, delivery = filled(0)
    for t_ms in (0, 10**6, 10**9):
        assert delivery.due(t_ms) == []
    box.put("event", box.next_seq(), b"x")
    assert seqs(delivery.due(10**9 + 1)) == [1]
    assert delivery.due(10**9 + 2) == []


def test_pauses_double_from_half_a_second_to_a_minute_and_are_shortened_by_up_to_half():
    backoff = Backoff()
    assert [backoff.next_ms(0) for _ in range(9)] == [500, 1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000]
    assert backoff.next_ms(1000) == 30000
    assert backoff.next_ms(500) == 45000
    backoff.reset()
    assert backoff.next_ms(1000) == 250
