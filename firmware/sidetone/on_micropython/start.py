"""The device, from power-up to power-down: builds its parts in the order that a person notices them, and keeps them going.

    lamps -> network model -> sound and self-test -> listening -> Wi-Fi and broker (their own threads)

Rules
 1. Nothing stops the listening but a fault of the listening. What is missing (a configuration, a broker, the flash) has a stand-in, a
    line on the serial port and a lamp (lamps.STATES).
 2. An exception in the loop is logged, shown, and ends the call in progress with its record so far; the loop goes on. FAULTS_MAX of them
    without GOOD_MS between: the chip is reset. The watchdog resets it when the loop does not come round for WATCHDOG_MS.
 3. An update on trial is confirmed after a passed self-test and CONFIRM_MS of listening without a fault; a failed self-test or a fault
    before that ends `main`, and the launcher goes back to the version before.
 4. Memory is collected between calls and in their silences, never while somebody speaks: a collection takes up to 100 ms. A connection
    is begun only then, too: a TLS handshake holds the interpreter for longer than that.
"""

import gc
import json
import os
import time

import machine

from sidetone import app
from sidetone.agent import Agent
from sidetone.core.etiquette.profile import Profile, ProfileError
from sidetone.core.network.flatbuffer import ModelError
from sidetone.on_micropython import board, hearing, heartbeat, lamps, link, logbook, selftest
from sidetone.on_micropython.audio import I2sSource, SoundUnavailable
from sidetone.on_micropython.broker_address import BrokerAddressError
from sidetone.on_micropython.clock import Clock
from sidetone.on_micropython.inputs import NoInputs, PinInputs
from sidetone.on_micropython.nvs import SecretError, Secrets
from sidetone.on_micropython.profile_command import values_of
from sidetone.on_micropython.stand_ins import NoStorage, NoWifi
from sidetone.on_micropython.storage import FileStorage, StorageError
from sidetone.on_micropython.wifi import Wifi, WifiError

CPU_HZ = 240_000_000
WATCHDOG_MS = 10_000
REPL_WATCHDOG_MS = 3_600_000  # a technician at the prompt has an hour; the watchdog of this chip cannot be stopped
TAKE_MS = 200
SOUND_GONE_MS = 1000
CUT_CALL_MS = 10_000  # without sound: nobody knows whether the call goes on
CONFIRM_MS = 10_000
GOOD_MS = 60_000
FAULTS_MAX = 5
COLLECT_EVERY_MS = 20_000
SILENT_MS = 500  # in a call: neither side has spoken for so long
QUIET_MS = 3000  # in a call: long enough that a handshake may begin
OFFLINE_MS = 60_000
NO_BROKER = "mqtt://unset.invalid:1883"


class SelfTestFailed(Exception):
    """An update on trial has failed its self-test."""


class Released:
    """The network of this slot, as sidetone.app wants it: .manifest, and .model as a path."""

    def __init__(self, folder):
        with open(folder + "/manifest.json") as file:
            self.manifest = json.load(file)
        self.model = folder + "/" + self.manifest["file"]


class Program:
    """slot_path: folder of this application; confirm(): this version is good; root: folder of config and data, "" on a device."""

    def __init__(self, slot_path, confirm):
        machine.freq(CPU_HZ)
        self._began_ms = time.ticks_ms()
        self._slot_path = slot_path
        self._confirm = confirm
        self._root = root = slot_path.rpartition("/")[0]
        self._on_trial = _on_trial(root, slot_path.rpartition("/")[2])
        self.config = config = board.load(root + "/config/config.json", machine.unique_id())
        lamp_fault = None
        try:
            self.lamps = lamps.of(config.board, config.brightness_pm)
        except lamps.LampsUnavailable as fault:
            lamp_fault = str(fault)
            self.lamps = lamps.NoLamps()
        storage_fault = None
        try:
            self.storage = FileStorage(root + "/data")
        except StorageError as fault:
            storage_fault = str(fault)
            self.storage = NoStorage()
        self.clock = Clock(config.ntp, config.utc_offset_min, self.storage, notice=self._note, made_s=config.made_s)
        self.log = logbook.Logbook(root + "/data", self.clock.uptime_ms)
        self.reset_cause = heartbeat.reset_cause()
        self._note("start after %s, slot %s" % (self.reset_cause, slot_path) + (", on trial" if self._on_trial else ""))
        for fault in config.faults:
            self._note("config: " + fault)
        self.test = selftest.Result()
        self.test.add(selftest.SETTINGS, config.faults[0] if config.faults else None)
        self.test.add(selftest.LAMPS, lamp_fault)
        self.test.add(selftest.STORAGE, storage_fault or selftest.storage(root + "/data"))
        self.profile = config.profile
        self.profile_name = config.profile_name
        self.voice = app.Calibration(config.baseline_q8, config.rate_scale_pm, config.cutoffs_q8)
        self.agent = Agent(self.voice, self.profile, self.storage, self.clock.uptime_ms)
        self.inputs = PinInputs(config.board.input_pins) if config.board.input_pins else NoInputs()
        self.source = I2sSource(config.board)
        self.released = self._load_network()
        self._instruments = self._make_instruments()
        self._instruments_stale = False
        self._standby = app.Standby(hearing, self.voice, self.source.channels)
        self.link = None
        self._faults = 0
        self._fault_ms = None
        self._confirmed = False
        self._collected_ms = time.ticks_ms()
        self._listening_ms = self._heard_ms = None
        self._sound_gone = False
        self._online_ms = None
        self._offline_shown = False
        self._overruns_seen = 0
        self._flash_full = False
        self._storage_passed = True

    # ---- set-up

    def _load_network(self):
        try:
            released = Released(self._slot_path + "/released")
        except (OSError, ValueError, KeyError) as fault:
            self.test.add(selftest.MODEL, "%s/released cannot be read (%r): phrases are not heard" % (self._slot_path, fault))
            return None
        return released

    def _make_instruments(self):
        has_customer = self.source.channels > 1
        try:
            made = app.Instruments(hearing, self.released, self.profile, has_customer, self.voice.cutoffs_q8)
            if self.released is not None:
                self.test.add(selftest.MODEL, None)
                if made.language != self.profile.get("language"):
                    self._note("the network hears %s, the calls are in %s: phrases are not heard" % (made.language, self.profile.get("language")))
            return made
        except (ModelError, KeyError, ValueError, MemoryError) as fault:
            self.test.add(selftest.MODEL, "the network cannot be used (%s): phrases are not heard" % fault)
            self.released = None
            return app.Instruments(hearing, None, self.profile, has_customer)

    def self_test(self):
        """Start the sound, listen to a moment of it, look at the memory; what failed is shown and told."""
        try:
            self.source.start()
            fault = selftest.microphone(self.source)
        except SoundUnavailable as refused:
            fault = str(refused)
        self.test.add(selftest.MICROPHONE, fault)
        self.test.add(selftest.MEMORY, selftest.memory())
        for part, fault in self.test.rows:
            if fault:
                if part != selftest.SETTINGS:  # those are told already, each by itself
                    self._note("self-test: %s: %s" % (part, fault))
                state = selftest.STATE_OF.get(part)
                if state:
                    self.lamps.state(state, True)
                    self._storage_passed = self._storage_passed and state != "storage"
        self._note("self-test: " + self.test.text())
        if self._on_trial and not self.test.confirms():
            raise SelfTestFailed(self.test.text())

    def connect(self):
        """The link, started where there is something to link to."""
        config = self.config
        self.wifi = NoWifi()
        user = password = key = None
        try:
            secrets = Secrets()
            user, password = secrets.text("mqtt_user"), secrets.text("mqtt_pass")
            key = secrets.get("client_key")
            if config.broker:
                self.wifi = Wifi(secrets.text("wifi_ssid"), secrets.text("wifi_key"), config.device, self._note)
            else:
                self._note("no broker is set: records wait on this device")
        except (SecretError, WifiError) as fault:
            self._note(str(fault))
        self.heart = heartbeat.Heartbeat(self.source, self.wifi.rssi)
        outbox = link.open_outbox(self.storage, int.from_bytes(os.urandom(3), "big") & 0xFFFFF)
        if outbox.recovered is not None:
            self._note("call %d was cut by the last stop and is reported as truncated" % outbox.recovered)
        papers = {"ca": self._read("ca.der"), "cert": self._read("client.der"), "key": key}
        for url in (config.broker or NO_BROKER, NO_BROKER):
            try:
                self.link = link.Link(
                    url,
                    config.site,
                    config.device,
                    outbox,
                    self.clock,
                    self._about(),
                    self.heart.rows,
                    self._note,
                    user=user,
                    password=password,
                    wifi=self.wifi,
                    **papers
                )
                break
            except BrokerAddressError as fault:
                self._note(str(fault))
                self.wifi = NoWifi()
                papers = {}
        self.device = app.Device(self._hear, self.lamps, self.link, self.clock.uptime_ms, self._new_profile, self.agent, self.inputs)
        self.attendant = app.Attendant(self.device, self._standby, self._lost)
        self.link.start()

    def _about(self):
        model = "none"
        if self.released is not None:
            model = "%s %s" % (self.released.manifest["name"], self.released.manifest["version"])
        return [
            ("firmware", _version(self._slot_path)),
            ("board", self.config.board.name),
            ("model", model),
            ("profile", self.profile_name),
            ("reset", self.reset_cause),
            ("self_test", self.test.text()),
        ]

    def _read(self, name):
        try:
            with open(self._root + "/config/" + name, "rb") as file:
                return file.read()
        except OSError:
            return None

    def _hear(self, emit):
        call = app.CallSetup(self.source.channels > 1, "in", self.clock.wall_s(), self.inputs.has_help)
        return app.build_listener(hearing, self.released, self.profile, self.agent.voice(), call, emit, self._instruments)

    def _lost(self):
        return self.source.overruns

    def _new_profile(self, name, values):
        """As the `profile` command says; ValueError with all faults in one line."""
        if name not in (self.config.profile_name, self.config.profile.get("name")):
            raise ValueError("no profile %r is on this device; it has %s" % (name, self.config.profile_name))
        rows = self.config.profile.differences()
        rows += values_of(values)
        try:
            self.profile = Profile(rows)
        except ProfileError as fault:
            raise ValueError(str(fault)) from None
        self._instruments_stale = True
        self._note("profile %s with %d changes, from the next call on" % (name, len(values)))

    def _note(self, line):
        self.log.note(line)

    # ---- the loop

    def run(self):
        """Listen until interrupted."""
        watchdog = machine.WDT(timeout=WATCHDOG_MS)
        self.lamps.state("boot", False)
        self.lamps.state("trial", self._on_trial)
        self._listening_ms = time.ticks_ms()
        self._note("listening, %d ms after the start" % time.ticks_diff(self._listening_ms, self._began_ms))
        while True:
            try:
                self._turn()
                watchdog.feed()
            except Exception as fault:  # whatever it is: the agent's lamps go on
                if self._on_trial and not self._confirmed:
                    raise
                self._failed(fault)

    def stop(self):
        """Someone pressed Ctrl-C: say goodbye, go dark."""
        machine.WDT(timeout=REPL_WATCHDOG_MS)
        self.source.close()
        if self.link is not None:
            if self.device.in_call:
                self.device.abandon()
            self.link.stop()
        self.lamps.close()

    def _turn(self):
        block = self.source.take(TAKE_MS)
        now = time.ticks_ms()
        if block is None:
            self.attendant.idle()
            self._without_sound()
        else:
            self.attendant.hear(block)
            self._with_sound(now)
        self._tidy(now)

    def _with_sound(self, now):
        if self._heard_ms is not None:
            gap = time.ticks_diff(now, self._heard_ms)
            if gap > self.heart.longest_gap_ms:
                self.heart.longest_gap_ms = gap
        self._heard_ms = now
        if self._sound_gone:
            self._sound_gone = False
            self.lamps.state("sound", False)
            self._note("sound is back")

    def _without_sound(self):
        silent_ms = self.source.silent_ms
        if silent_ms >= SOUND_GONE_MS and not self._sound_gone:
            self._sound_gone = True
            self.lamps.state("sound", True)
            self._note("no sound comes: the codec is started anew, again and again")
        if silent_ms >= CUT_CALL_MS and self.device.in_call:
            self.device.end_call()
            self._note("the call was ended: no sound for %d s" % (CUT_CALL_MS // 1000))

    def _tidy(self, now):
        """What is due now and then. Everything here is cheap, or done while nobody speaks."""
        device, heart = self.device, self.heart
        in_call = device.in_call
        silent_ms = device.silent_ms if in_call else QUIET_MS
        self.link.may_connect = silent_ms >= QUIET_MS
        self.wifi.in_call(in_call)
        overruns = self.source.overruns
        if overruns != self._overruns_seen:
            if self.link.connecting:
                heart.connect_overruns += overruns - self._overruns_seen
            self._overruns_seen = overruns
        if silent_ms >= SILENT_MS and time.ticks_diff(now, self._collected_ms) >= COLLECT_EVERY_MS:
            self._collected_ms = now
            heart.collections += 1
            gc.collect()
        heart.tick(now)
        if (self.link.outbox.fault is None) == self._flash_full:
            self._flash_full = not self._flash_full
            self.lamps.state("storage", self._flash_full or not self._storage_passed)
        if self._fault_ms is not None and time.ticks_diff(now, self._fault_ms) >= GOOD_MS:
            self._fault_ms = None
            self._faults = 0
            self.lamps.state("program", False)
        if self.link.connected:
            if self._offline_shown:
                self.lamps.state("offline", False)
            self._online_ms = now
            self._offline_shown = False
        elif not self._offline_shown and time.ticks_diff(now, self._listening_ms if self._online_ms is None else self._online_ms) >= OFFLINE_MS:
            self._offline_shown = True
            self.lamps.state("offline", True)
        if self.link.failure is not None and not in_call:
            self._note("a thread of the link has ended (%r): reset" % self.link.failure)
            machine.reset()
        if self._instruments_stale and not in_call:  # a profile may bring phrases and a language; it takes a second or two
            self._instruments_stale = False
            self._instruments = self._make_instruments()
        if not self._confirmed and time.ticks_diff(now, self._listening_ms) >= CONFIRM_MS:
            self._confirmed = True
            self.lamps.state("trial", False)
            if self.test.confirms():
                self._confirm()

    def _failed(self, fault):
        """Rule 2."""
        self.heart.task_faults += 1
        self._faults += 1
        self._fault_ms = time.ticks_ms()
        self.log.trace("fault %d" % self._faults, fault)
        self.lamps.state("program", True)
        if self._faults >= FAULTS_MAX:
            self._note("%d faults without a good minute between: reset" % self._faults)
            self.link.flush(2)
            machine.reset()
        try:
            self.device.abandon()
        except Exception as second:  # noqa: BLE001 (its checkpoint is all that is left of the call)
            self.log.trace("its call", second)
        self._standby = app.Standby(hearing, self.voice, self.source.channels)
        self.attendant = app.Attendant(self.device, self._standby, self._lost)


def _on_trial(root, slot):
    """Whether the launcher is trying this slot out (firmware/main.py writes state.json)."""
    try:
        with open(root + "/state.json") as file:
            return json.load(file)["trial"] == slot
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _version(slot_path):
    try:
        with open(slot_path + "/files.json") as file:
            return str(json.load(file)["version"])
    except (OSError, ValueError, KeyError, TypeError):
        return "unknown"


def main(slot_path, confirm):
    """Run the device; comes back only by an exception. slot_path: such as "/a"; confirm(): marks this version as good."""
    program = Program(slot_path, confirm)
    try:
        program.self_test()
        program.connect()
        gc.collect()
        program.run()
    except KeyboardInterrupt:
        program.stop()
        raise
