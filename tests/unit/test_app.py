"""The device joined up with instruments, lamps and a link that only keep what they are told."""

from sidetone import app
from sidetone.core.etiquette.profile import Profile
from sidetone.core.speech.meter import Meter
from sidetone.listener import HOP_SAMPLES

VOICE, HUSH, SHOUT = -26 * 256, -80 * 256, -12 * 256


class Kernels:
    """A hop is all of the level, in q8 dBFS, that its first sample says."""

    def __init__(self, pitch=True):
        pass

    def begin(self, samples):
        self._samples = samples

    def measure(self, hop, t_ms, meter):
        q8 = self._samples[hop * HOP_SAMPLES]
        meter.hop(t_ms, q8, q8, q8, 100, 0, False, 0, 0)


class Hearing:
    ChannelKernels = Kernels
    Meter = Meter


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

    def __init__(self, profile=None, agent=None, inputs=None):
        self.link = Link()
        self.lamps = Lamps()
        self.now_ms = 0
        self.profiles = []
        self.profile = profile or Profile()
        self.device = app.Device(self.hear, self.lamps, self.link, lambda: self.now_ms, self.new_profile, agent, inputs)

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


class Keys:
    """What is pressed, as inputs tell it."""

    has_help = True

    def __init__(self):
        self.pressed = []

    def poll(self, now_ms):
        pressed, self.pressed = self.pressed, []
        return pressed


def test_a_call_state_before_the_call_is_part_of_it():
    desk = Desk()
    for phase in ("ringing", "ring", "ring"):
        desk.link.commands.append({"id": "1", "cmd": "call_state", "phase": phase, "by": None})
    desk.device.tick()
    assert desk.device.told_to_begin
    desk.device.begin_call()
    desk.sound(HUSH, 100)
    desk.device.end_call()
    assert value(desk.link.last("end_call")[0], "rings") == 2


def test_help_is_told_in_a_call_and_outside():
    keys = Keys()
    desk = Desk(inputs=keys)
    keys.pressed = ["help"]
    desk.device.tick()
    assert desk.link.last("publish_event") == (None, "help", [("by", "button")])
    desk.device.begin_call()
    desk.sound(VOICE, 100)
    keys.pressed = ["help"]
    desk.sound(VOICE, 10)
    assert desk.link.last("publish_event") == (1100, "help", [("by", "button")])
    desk.sound(VOICE, 10)
    assert desk.lamps.shown["phrase"] == ("green", "fast")


def test_the_hook_switch_begins_and_ends_the_call():
    keys = Keys()
    desk = Desk(inputs=keys)
    keys.pressed = ["on_hook"]
    desk.device.tick()
    assert not desk.device.told_to_begin
    keys.pressed = ["off_hook"]
    desk.device.tick()
    assert desk.device.told_to_begin
    desk.device.begin_call()
    desk.sound(VOICE, 1500)
    keys.pressed = ["on_hook"]
    desk.sound(HUSH, 10)
    assert desk.device.told_to_end
    desk.sound(HUSH, 10)
    desk.device.end_call()
    record = desk.link.last("end_call")[0]
    # who hung up is known now, and that it was too soon
    assert ("J5", 1) in value(record, "findings").rows


def test_in_practice_nothing_is_told_but_help():
    keys = Keys()
    desk = Desk(inputs=keys)
    desk.link.commands.append({"id": "1", "cmd": "practice", "on": True})
    desk.device.tick()
    desk.device.begin_call()
    desk.sound(VOICE, 400)
    desk.sound(SHOUT, 200)
    assert desk.lamps.shown["loud"] == ("red", "steady")
    keys.pressed = ["help"]
    desk.sound(HUSH, 100)
    # practice ends with the call it began in
    desk.link.commands.append({"id": "2", "cmd": "practice", "on": False})
    desk.sound(SHOUT, 100)
    desk.device.end_call()
    assert [name for name, _ in desk.link.told if name not in ("publish_live", "answer")] == ["publish_event"]
    assert desk.link.last("publish_event")[1] == "help"
    assert all([value(values[0], "phase") == "idle" for name, values in desk.link.told if name == "publish_live"])
    desk.device.begin_call()
    desk.sound(VOICE, 100)
    assert desk.link.names()[-1] == "begin_call"


class Pupil:
    def __init__(self):
        self.lessons = []

    def learn(self, lesson):
        self.lessons.append(lesson)


def test_each_call_teaches_but_practice_does_not():
    desk = Desk(agent=Pupil())
    desk.device.begin_call()
    desk.sound(VOICE, 400)
    desk.device.end_call()
    desk.device.practice = True
    desk.device.begin_call()
    desk.sound(SHOUT, 400)
    desk.device.end_call()
    (lesson,) = desk.device._agent.lessons
    assert abs(lesson[0] - VOICE) < 256 and lesson[3] > 3_000


def test_a_profile_that_comes_in_a_call_judges_the_next_one():
    desk = Desk()
    desk.device.begin_call()
    desk.sound(VOICE, 200)
    desk.profile = Profile([("volume.loud_db", 30 * 256)])
    desk.sound(SHOUT, 200)
    assert desk.lamps.shown["loud"] == ("red", "steady")
    desk.device.end_call()
    desk.device.begin_call()
    desk.sound(VOICE, 200)
    desk.sound(SHOUT, 200)
    assert desk.lamps.shown["loud"] == ("green", "steady")


def test_a_call_that_never_ends_is_cut():
    desk = Desk()
    desk.device.begin_call()
    desk.sound(VOICE, 100)
    desk.device._listener.hops = app.LONGEST_CALL_MS // 10 - 20
    desk.sound(VOICE, 10)
    assert not desk.device.told_to_end
    desk.sound(VOICE, 10)
    assert desk.device.told_to_end
    desk.device.end_call()
    assert value(desk.link.last("end_call")[0], "duration_s").text() == "14400.00"


def test_five_hundred_calls_leave_nothing_behind():
    desk = Desk(agent=Pupil())
    for call in range(500):
        desk.device.begin_call()
        desk.sound(VOICE, 20)
        desk.device.end_call()
        if call > 10:
            desk.link.told = desk.link.told[-20:]
    assert len(desk.device._agent.lessons) == 500
    assert value(desk.link.last("end_call")[0], "duration_s").text() == "0.20"
    assert not desk.device._states and not desk.device.in_call


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
    desk.lost = 40  # the sound has gone
    desk.link.commands.append({"id": "2", "cmd": "call_state", "phase": "ended", "by": "agent"})
    desk.attendant.idle()
    assert not desk.device.in_call
    assert value(desk.link.last("end_call")[0], "overruns") == 40
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
