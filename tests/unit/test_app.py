"""The device joined up with instruments, lamps and a link that only keep what they are told."""

from sidetone import app
from sidetone.core.etiquette.profile import Profile
from sidetone.listener import HOP_SAMPLES

VOICE, HUSH, SHOUT = -26 * 256, -80 * 256, -12 * 256


class Rows:
    def __init__(self, samples):
        self._samples = samples

    def rows(self):
        """A hop whose samples are all q8 dBFS: energy, band, vowel band, peak, clipped, flat, pitch, voicing."""
        levels = [self._samples[at] for at in range(0, len(self._samples), HOP_SAMPLES)]
        return [(q8, q8, q8, 100, 0, False, 0, 0) for q8 in levels]


class Hearing:
    class ChannelKernels:
        def __init__(self, pitch=True):
            pass

        def block(self, samples):
            return Rows(samples)

    class FrontEnd:
        pass

    quantize = StreamingModel = None


class Lamps:
    def __init__(self):
        self.shown = {}

    def show(self, lamp, colour, pattern):
        self.shown[lamp] = (colour, pattern)

    def tick(self, now_ms):
        pass


class Commands(list):
    def empty(self):
        return not self

    def get(self):
        return self.pop(0)


class Link:
    def __init__(self):
        self.commands = Commands()
        self.told = []

    def __getattr__(self, name):
        return lambda *values: self.told.append((name, values))

    def names(self):
        return [name for name, _ in self.told if name != "publish_live"]

    def last(self, name):
        return [values for told, values in self.told if told == name][-1]


class Desk:
    """A device with a clock of its own, and a speaker's words as levels."""

    def __init__(self, profile=None):
        self.link = Link()
        self.lamps = Lamps()
        self.now_ms = 0
        self.profiles = []
        self.profile = profile or Profile()
        self.device = app.Device(self.hear, self.lamps, self.link, lambda: self.now_ms, self.new_profile)

    def hear(self, emit):
        return app.build_listener(Hearing, None, self.profile, app.Calibration(), app.CallSetup(False), emit)

    def new_profile(self, name, values):
        if not values:
            raise ValueError("no values")
        self.profiles.append((name, values))

    def sound(self, level, hops):
        """Words of 80 ms with gaps of 20 ms: a level without any gap would be the noise floor."""
        for _ in range(0, hops, 10):
            self.now_ms += 100
            self.device.feed([[level] * (8 * HOP_SAMPLES) + [HUSH] * (2 * HOP_SAMPLES)], 0)


def value(rows, key):
    return [row[1] for row in rows if row[0] == key][0]


def test_a_call_is_begun_checkpointed_and_ended_with_its_record():
    desk = Desk()
    desk.device.begin_call()
    assert desk.device.in_call
    desk.sound(VOICE, 600)
    desk.device.end_call()
    assert not desk.device.in_call
    names = [name for name in desk.link.names() if name != "publish_event"]
    assert names == ["begin_call", "publish_interval", "checkpoint", "end_call"]
    assert desk.link.last("publish_interval")[0] == 5000
    so_far = desk.link.last("checkpoint")[0]
    record = desk.link.last("end_call")[0]
    assert [key for key, _ in so_far] == [key for key, _ in record]
    assert value(so_far, "duration_s").text() == "5.00"
    assert value(record, "duration_s").text() == "6.00"


def test_live_is_told_once_a_second_also_between_calls():
    desk = Desk()
    for _ in range(25):
        desk.device.tick()
        desk.now_ms += 100
    lives = [values for name, values in desk.link.told if name == "publish_live"]
    assert len(lives) == 3
    assert value(lives[0][0], "phase") == "idle"
    desk.device.begin_call()
    desk.sound(VOICE, 110)
    assert value(desk.link.last("publish_live")[0], "phase") == "talking"


def test_a_shout_lights_the_lamp_is_an_event_and_all_is_dark_after_the_call():
    desk = Desk()
    desk.device.begin_call()
    desk.sound(VOICE, 400)
    assert desk.lamps.shown["loud"][0] == "green"
    desk.sound(SHOUT, 200)
    assert desk.lamps.shown["loud"] == ("red", "steady")
    t_ms, what, rows = desk.link.last("publish_event")
    assert (what, value(rows, "rule"), value(rows, "state")) == ("finding", "C1", "on")
    assert 4000 < t_ms < 5000
    desk.device.end_call()
    assert value(desk.link.last("publish_event")[2], "state") == "off"
    assert sorted([state[0] for state in desk.lamps.shown.values()]) == ["off"] * len(desk.lamps.shown)


def test_silent_ms_counts_from_the_last_word():
    desk = Desk()
    desk.device.begin_call()
    desk.sound(HUSH, 50)
    assert desk.device.silent_ms == 500
    desk.sound(VOICE, 100)
    assert desk.device.silent_ms == 0
    desk.sound(HUSH, 500)
    assert 4500 <= desk.device.silent_ms <= 5000


def test_commands_are_obeyed_and_each_is_answered():
    desk = Desk()
    desk.link.commands.append({"id": "1", "cmd": "call_state", "phase": "ended", "by": "customer"})
    desk.link.commands.append({"id": "2", "cmd": "call_state", "phase": "ringing", "by": None})
    desk.link.commands.append({"id": "3", "cmd": "tag", "tag": "mystery caller"})
    desk.link.commands.append({"id": "4", "cmd": "profile", "name": "site", "values": {}})
    desk.link.commands.append({"id": "5", "cmd": "profile", "name": "site", "values": {"volume.loud_db": 7}})
    desk.device.tick()
    faults = [values[1] for name, values in desk.link.told if name == "answer"]
    assert faults == ["no call is in progress", None, None, "no values", None]
    assert desk.device.told_to_begin and not desk.device.told_to_end
    assert desk.link.last("tag") == ("mystery caller",)
    assert desk.profiles == [("site", {"volume.loud_db": 7})]


def test_a_call_state_in_a_call_reaches_the_rules_and_ended_ends_it():
    desk = Desk()
    desk.device.begin_call()
    desk.sound(VOICE, 100)
    desk.link.commands.append({"id": "1", "cmd": "call_state", "phase": "hold", "by": None})
    desk.sound(HUSH, 200)
    assert value(desk.link.last("publish_live")[0], "phase") == "hold"
    desk.link.commands.append({"id": "2", "cmd": "call_state", "phase": "ended", "by": "customer"})
    desk.sound(HUSH, 20)
    assert desk.device.told_to_end
    desk.device.end_call()
    assert value(desk.link.last("end_call")[0], "duration_s") is not None


def test_standby_wakes_for_a_voice_and_keeps_the_second_before_it():
    standby = app.Standby(Hearing, app.Calibration(), 1)
    heard = [standby.feed([[HUSH] * (10 * HOP_SAMPLES)]) for _ in range(50)]
    assert not any(heard)
    assert len(standby.kept) == 10
    woken = [standby.feed([[VOICE] * (10 * HOP_SAMPLES)]) for _ in range(10)]
    assert any(woken)


class Attended(Desk):
    """A desk whose sound goes through an Attendant; `lost` is what the capture says."""

    def __init__(self):
        Desk.__init__(self)
        self.lost = 0
        self.attendant = app.Attendant(self.device, app.Standby(Hearing, app.Calibration(), 1), lambda: self.lost)

    def sound(self, level, hops):
        for _ in range(0, hops, 10):
            self.now_ms += 100
            self.attendant.hear([[level] * (8 * HOP_SAMPLES) + [HUSH] * (2 * HOP_SAMPLES)])


def test_a_call_begins_a_second_before_the_voice_and_ends_after_a_long_silence():
    desk = Attended()
    desk.lost = 7
    desk.sound(HUSH, 300)
    assert not desk.device.in_call
    desk.sound(VOICE, 50)
    assert desk.device.in_call
    desk.lost = 9
    desk.sound(HUSH, app.SILENT_END_MS // 10 + 100)
    assert not desk.device.in_call
    record = desk.link.last("end_call")[0]
    assert value(record, "overruns") == 2
    length = int(value(record, "duration_s").text().split(".")[0]) * 1000
    assert app.SILENT_END_MS + 1000 <= length <= app.SILENT_END_MS + 2000


def test_the_telephones_word_begins_and_ends_a_call_also_while_no_sound_comes():
    desk = Attended()
    desk.sound(HUSH, 20)
    desk.link.commands.append({"id": "1", "cmd": "call_state", "phase": "talking", "by": None})
    desk.attendant.idle()
    assert desk.device.in_call
    desk.link.commands.append({"id": "2", "cmd": "call_state", "phase": "ended", "by": "agent"})
    desk.attendant.idle()
    assert not desk.device.in_call
    assert value(desk.link.last("end_call")[0], "duration_s").text() == "0.20"


def test_an_abandoned_call_has_its_record_so_far_and_no_lamp():
    desk = Desk()
    desk.device.begin_call()
    desk.sound(VOICE, 400)
    desk.device.abandon()
    assert not desk.device.in_call
    assert value(desk.link.last("end_call")[0], "duration_s").text() == "4.00"
    assert sorted([state[0] for state in desk.lamps.shown.values()]) == ["off"] * len(desk.lamps.shown)
    desk.device.abandon()
    assert len([name for name in desk.link.names() if name == "end_call"]) == 1
