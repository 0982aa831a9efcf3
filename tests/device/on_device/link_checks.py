"""The device's link without a broker: the gate, what it allocates while nothing happens, what it writes to the flash, umqtt's ways."""

import gc
import socket

import vfs
from storage_checks import Flash
from umqtt import simple

from checks import raises
from sidetone.core.telemetry.messages import Fixed, Rows
from sidetone.on_micropython import broker_address, conversation
from sidetone.on_micropython.broker_address import BrokerAddress, BrokerAddressError, NotNow, Sockets, Wire
from sidetone.on_micropython.conversation import Client
from sidetone.on_micropython.link import CHECKPOINT_EVERY_MS, SAVE_EVERY_MS, Link, open_outbox
from sidetone.on_micropython.storage import FileStorage

RECORD = [("duration_s", Fixed(10, 1)), ("phrases", Rows([])), ("findings", Rows([])), ("unmeasured", Rows([])), ("not_judged", Rows([]))]


class Enough(Exception):
    """The test has seen what it came for."""


class Clock:
    jumps = drift_ppm = 0
    t_ms = 0

    def uptime_ms(self):
        return self.t_ms

    def epoch_s(self):
        return None

    def keep(self, network_is_up):
        return False


class Time:
    """The time module of the link, in virtual time: `slices` pauses, then Enough."""

    def __init__(self, clock, slices):
        self.clock = clock
        self.slices = slices

    def sleep_ms(self, pause_ms):
        self.clock.t_ms += pause_ms
        self.slices -= 1
        if self.slices < 0:
            raise Enough


class Memory:
    """A storage that counts its writes."""

    def __init__(self):
        self.files = {}

    def read(self, name):
        return self.files.get(name)

    def parts(self, name):
        return [self.files[name]] if name in self.files else []

    def write(self, name, data):
        self.files[name] = data

    def replace(self, name, pieces):
        self.files[name] = b"".join(pieces)

    def append(self, name, data, durable):
        self.files[name] = self.files.get(name, b"") + data

    def remove(self, name):
        self.files.pop(name, None)


def closed_port():
    """A port on which nobody listens, and from which nobody calls: a system's own are higher, and a socket may happen to call itself."""
    for port in range(21000, 22000):
        probe = socket.socket()
        try:
            probe.bind(socket.getaddrinfo("127.0.0.1", port)[0][-1])
            return port
        except OSError:
            pass
        finally:
            probe.close()
    raise OSError


def linked(url="mqtt://127.0.0.1:1"):
    clock = Clock()
    return Link(url, "test", "desk", open_outbox(Memory(), 5), clock, [("board", "test")]), clock


def run(link, clock, slices):
    conversation.time = broker_address.time = Time(clock, slices)
    try:
        link._conversation.run()
    except Enough:
        pass
    finally:
        import time

        conversation.time = broker_address.time = time


def test_no_connection_is_begun_while_the_gate_is_shut():
    link, clock = linked("mqtt://127.0.0.1:%d" % closed_port())
    link.may_connect = False
    run(link, clock, 1000)
    assert link._conversation.attempts == 0
    link.may_connect = True
    run(link, clock, 1000)
    assert link._conversation.attempts >= 1


def test_a_broker_lost_for_hours_is_tried_once_a_minute():
    link, clock = linked("mqtt://127.0.0.1:%d" % closed_port())
    lines = []
    link._conversation._notice = lines.append
    run(link, clock, 8 * 3600 * 1000 // conversation.SLICE_MS)
    assert 8 * 60 <= link._conversation.attempts <= 8 * 120 + 10, link._conversation.attempts
    assert len(lines) == 1 and "connection refused" in lines[0], lines


def test_a_gate_that_shuts_before_the_handshake_gives_the_attempt_up():
    listener = socket.socket()
    port = closed_port()
    listener.bind(socket.getaddrinfo("127.0.0.1", port)[0][-1])
    listener.listen(1)
    wire = Wire(BrokerAddress("mqtt://127.0.0.1:%d" % port), Clock().uptime_ms, lambda: False)
    with raises(NotNow):
        wire.connect(None)
    wire.drop()
    listener.close()


def test_a_bug_in_a_thread_of_the_link_is_the_devices_bug():
    link, clock = linked()
    link.end_call(RECORD)  # of no call
    link._guard(0, link.carry)
    assert isinstance(link.failure, TypeError)
    for act in (link.begin_call, link.end_call):
        with raises(RuntimeError, "a thread of the link has ended: TypeError"):
            act(RECORD)
    with raises(RuntimeError, "a thread of the link has ended"):
        link.flush()


class Silence:
    """A wire on which nothing comes in and everything goes out."""

    opened = shaken = True

    def __init__(self):
        self.sent = b""

    def receive(self, buffer):
        return 0

    def write(self, data, count=None):
        gathered = bytearray()
        gathered += data if count is None else memoryview(data)[:count]  # also text, as the Wire takes it
        self.sent += bytes(gathered)

    def flush(self):
        pass

    def drop(self):
        pass

    def read(self, count):
        return b"\x20\x02\x00\x00"[:count]

    def settimeout(self, timeout_s):
        pass

    def connect(self, place):
        pass


def connected():
    link, clock = linked()
    talk = link._conversation
    wire = Silence()
    talk._wire = talk._sockets.wire = wire
    talk._client = Client("c", "h", 1)
    talk._client.sock = wire
    talk.connected = True
    return link, clock, talk, wire


def test_a_link_with_nothing_to_say_allocates_next_to_nothing():
    """The garbage collector takes up to a tenth of a second over octal PSRAM: it must not run for an idle link's sake."""
    link, clock, talk, wire = connected()
    talk._post.meta()
    slices = 100  # five seconds, before the first ping
    conversation.time = Time(clock, slices)
    gc.collect()
    gc.disable()
    before = gc.mem_alloc()
    try:
        talk._converse()
    except Enough:
        pass
    per_slice = (gc.mem_alloc() - before) // slices
    gc.enable()
    import time

    conversation.time = time
    print("an idle slice of the link allocates %d bytes" % per_slice)
    assert wire.sent == b""
    assert per_slice <= 320, per_slice


def test_a_silent_broker_is_asked_and_then_given_up():
    link, clock, talk, wire = connected()
    conversation.time = Time(clock, 10_000)
    try:
        with raises(OSError):
            talk._converse()
    finally:
        import time

        conversation.time = time
    assert conversation.DEAD_AFTER_MS <= clock.t_ms <= conversation.DEAD_AFTER_MS + 100
    assert wire.sent.count(b"\xc0\x00") == 2


def test_numbers_of_packets_begin_anew_and_none_is_zero():
    wire = Silence()
    client = Client("c", "h", 1)
    client.sock = wire
    client.pid = 0xFFFE
    assert [client.say(b"t", b"p", False, 1) for _ in range(3)] == [0xFFFF, 1, 2]
    client.set_callback(print)
    client.pid = 0xFFFF
    wire.sent = b""
    client.ask_for(b"t/u")
    assert wire.sent == b"\x82\x08\x00\x01\x00\x03t/u\x01"


def test_a_message_is_exactly_these_bytes_and_waits_for_no_puback():
    wire = Silence()
    client = Client("c", "h", 1)
    client.sock = wire
    client.say(b"a/b", b"xyz", True, 1)
    client.say(b"a/b", b"", False, 0)
    assert wire.sent == b"\x33\x0a\x00\x03a/b\x00\x01xyz" + b"\x30\x05\x00\x03a/b"


def test_the_same_is_written_through_the_umqtt_of_newer_firmwares():
    """Since micropython-lib of 2024 connect() has a time-out and takes an SSL context; what it calls on its socket is what ours offers."""
    source = open(simple.__file__).read()
    old = "def connect(self, clean_session=True):\n        self.sock = socket.socket()\n"
    assert old in source
    source = source.replace(old, old.replace("=True)", "=True, timeout=None)") + "        self.sock.settimeout(timeout)\n")
    names = {}
    exec(source, names)
    sent = []
    for module_socket, kind in ((simple, simple.MQTTClient), (names, names["MQTTClient"])):
        sockets = Sockets()
        sockets.wire = Silence()
        if module_socket is simple:
            simple.socket = sockets
        else:
            names["socket"] = sockets
        client = kind("device", "host", 8883, b"user", "schlüssel".encode(), 15)
        client.set_last_will(b"w", b"gone", True, 1)
        client.connect()
        sent.append(sockets.wire.sent)
    assert sent[0] == sent[1]
    assert sent[0][:2] == b"\x10" + bytes([len(sent[0]) - 2])
    assert b"\x00\x0aschl\xc3\xbcssel" in sent[0]


def test_addresses_are_read_and_bad_ones_are_one_line():
    for url, host, port, text in (
        ("mqtt://a", "a", 1883, "mqtt://a:1883"),
        ("mqtt://broker.hall:2000", "broker.hall", 2000, "mqtt://broker.hall:2000"),
        ("mqtt://[::1]:2000", "::1", 2000, "mqtt://[::1]:2000"),
        ("mqtt://[::1]", "::1", 1883, "mqtt://[::1]:1883"),
    ):
        address = BrokerAddress(url)
        assert (address.host, address.port, address.text) == (host, port, text), url
    for url in ("", "a:1", "http://a", "mqtt://", "mqtt://a:b", "mqtt://u:p@a", "mqtt://a/x", "mqtt://:1"):
        with raises(BrokerAddressError, "not a broker's address"):
            BrokerAddress(url)


def test_faults_of_the_network_are_words():
    for error, text in (
        (OSError("[addrinfo error -2]"), "no such name"),
        (OSError(-202), "no such name"),
        (OSError(110 if 110 in broker_address._WORDS else 116), "no answer"),
        (OSError(-9984, "X509 - something"), "X509 - something"),
    ):
        assert broker_address.words(error) == text, error


def call(link, clock, acked, seconds=180):
    """A call of three minutes with ten events, saved as the store thread does; acked: whether the store answers within a second."""
    link.begin_call(RECORD)
    for second in range(seconds):
        clock.t_ms += 1000
        if second % 18 == 0:
            link.publish_event(second * 1000, "phrase", [("label", "greeting"), ("channel", "agent"), ("posterior", Fixed(970, 3))])
        if second % 5 == 0:
            link.publish_interval(second * 1000, [("level_dbfs", Fixed(-260, 1)), ("rate_per_min", None), ("phase", "talking")])
            link.checkpoint(RECORD)
        link.carry()
        if acked:
            link._post.acked([(record.boot, record.seq) for record in link.outbox.pending()])
        if clock.t_ms % SAVE_EVERY_MS == 0:
            link._post.commit()
    link.end_call(RECORD)
    link.carry()
    if acked:
        link._post.acked([(record.boot, record.seq) for record in link.outbox.pending()])


def test_a_days_calls_wear_the_flash_little():
    erases = {}
    for acked in (True, False):
        flash = CountedFlash()
        vfs.VfsLfs2.mkfs(flash)
        vfs.mount(vfs.VfsLfs2(flash), "/flash")
        try:
            clock = Clock()
            link = Link("mqtt://a", "test", "desk", open_outbox(FileStorage("/flash/data"), 5), clock, [])
            call(link, clock, acked)
            flash.erases = 0
            for _ in range(20):
                call(link, clock, acked)
            erases[acked] = flash.erases / 20
        finally:
            vfs.umount("/flash")
    print("blocks erased a call of three minutes: %.1f with a broker, %.1f without" % (erases[True], erases[False]))
    # 100 calls a day over 150 free blocks, each good for 100,000 times: at 40 a call ten years
    assert erases[True] <= 40 and erases[False] <= 80, erases
    assert CHECKPOINT_EVERY_MS >= 10_000


class CountedFlash(Flash):
    """A flash with the chip's blocks of 4 KiB."""

    def __init__(self):
        self.data = bytearray(b"\xff" * (150 * 4096))
        self.erases = 0

    def readblocks(self, block, buffer, offset=0):
        at = block * 4096 + offset
        buffer[:] = self.data[at : at + len(buffer)]

    def writeblocks(self, block, buffer, offset=0):
        at = block * 4096 + offset
        self.data[at : at + len(buffer)] = buffer

    def ioctl(self, operation, argument):
        if operation == 4:
            return 150
        if operation == 5:
            return 4096
        if operation == 6:
            self.erases += 1
            self.data[argument * 4096 : (argument + 1) * 4096] = b"\xff" * 4096
        return 0
