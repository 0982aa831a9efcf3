"""What this device is: config.json, written by `sidetone provision` and checked here whole; the twin of on_cpython/board.py.

A fault never stops the device. Every fault is a line, and what it is about takes its safe default:

| faulty                          | taken instead                                              |
|---------------------------------|------------------------------------------------------------|
| the file, or its schema         | the defaults of everything below; no broker                |
| site, device                    | "unset" and the chip's own number: records stay apart      |
| board: sound or its pins        | those of the generic board (boards/esp32s3-generic-oct)    |
| board: lamps or their pins      | no lamps where pins are faulty: nothing is driven by guess |
| profile                         | the standard's own defaults                                |
| calibration                     | -26 dBFS, scale 1.0, the network's cutoffs                 |
| broker                          | none: records wait in the outbox                           |
| the rest                        | as in DEFAULTS                                             |
"""

import json

from sidetone.core.call.contacts import HELP, HOOK
from sidetone.core.etiquette.profile import Profile, ProfileError
from sidetone.core.lamps.panel import LAMPS
from sidetone.core.telemetry.topics import name_fault

SCHEMA = 1
I2S_PINS = ("sck", "ws", "sd")
LAMP_KINDS = ("ws2812", "gpio", "none")
INPUTS = (HELP, HOOK)
GPIO_LAST = 48
# 22 to 25 do not exist, 26 to 37 are the flash's and the octal PSRAM's, 19 and 20 USB's
GPIO_TAKEN = tuple(range(22, 38)) + (19, 20)
FULL_PM = 1000
BASELINE_Q8 = (-60 * 256, 0)
SCALE_PM = (250, 4000)  # as the host takes it (sidetone_host/calibration.py)
CUTOFF_Q8 = (-32768, 32767)
UTC_OFFSET_MIN = (-12 * 60, 14 * 60)
# of the keys of config.json besides the tables
DEFAULTS = {"made_s": 0, "broker": "", "utc_offset_min": 480, "ntp": None, "brightness_pm": 100, "dim": False, "customer": True}
KEYS = ("schema", "site", "device", "board", "profile", "calibration") + tuple(DEFAULTS)


class Board:
    """One board. Channels are counted from 1; `customer_channel` is None where nothing taps the ear-piece, or nobody wants it heard.

    bits: 16 or 32, as the codec is asked for; gain_bits: how many of a 32-bit word's lower bits are kept besides (6 dB each).
    """

    def __init__(self):
        self.name = "esp32s3-generic-oct"
        self.i2s_pins = {"sck": 4, "ws": 5, "sd": 6}
        self.bits = 16
        self.gain_bits = 0
        self.agent_channel = 1
        self.customer_channel = 2
        self.block_ms = 30
        self.lamp_kind = "ws2812"
        self.lamp_pins = {}
        self.data_pin = 7
        self.input_pins = {}  # "help", "hook" -> pin


class Config:
    """board: Board; site, device: str; profile_name, profile: Profile; baseline_q8, rate_scale_pm, cutoffs_q8: the agent's calibration;
    broker: URL or "" for none; made_s: when this was written, epoch seconds; utc_offset_min; ntp: host or None; brightness_pm, with `dim`
    already in it. faults: lines, empty where all is right.
    """

    def __init__(self, table, chip_id):
        """table: what json.load gave, anything at all; chip_id: bytes."""
        self.faults = []
        self._chip = "".join(["%02x" % byte for byte in chip_id[-3:]])
        if not isinstance(table, dict):
            if table is not None:
                self.faults.append("config.json must hold an object; write it anew with `sidetone provision`")
            table = {}
        elif table.get("schema") != SCHEMA:
            self.faults.append("schema must be %d; write config.json anew with `sidetone provision`" % SCHEMA)
            table = {}
        for key in sorted(table):
            if key not in KEYS:
                self.faults.append("%s is unknown; remove it" % _short(key))
        self._known = bool(table)
        self.site = self._name(table, "site", "unset")
        self.device = self._name(table, "device", "chip-" + self._chip)
        self.board = self._board(self._table(table, "board"))
        if not self._flag(table, "customer"):
            self.board.customer_channel = None
        self._profile(self._table(table, "profile"))
        self._calibration(self._table(table, "calibration"))
        self.broker = self._broker(table)
        self.made_s = self._whole(table, "made_s", (0, 0x7FFFFFFF), 0)
        self.utc_offset_min = self._whole(table, "utc_offset_min", UTC_OFFSET_MIN, DEFAULTS["utc_offset_min"])
        self.ntp = self._ntp(table)
        self.brightness_pm = self._whole(table, "brightness_pm", (1, FULL_PM), DEFAULTS["brightness_pm"])
        if self._flag(table, "dim"):
            self.brightness_pm = max(1, self.brightness_pm // 4)

    # ---- the parts

    def _board(self, tables):
        board = Board()
        about, sound, lamps = [self._table(tables, key, "board.") if tables else {} for key in ("board", "sound", "lamps")]
        if isinstance(about.get("name"), str):
            board.name = about["name"]
        if not tables:
            return board
        if sound.get("source", "i2s") != "i2s":
            self.faults.append("board.sound.source must be i2s")
        used = []
        pins = sound.get("i2s_pins")
        if self._pins("board.sound.i2s_pins", pins, I2S_PINS, used):
            board.i2s_pins = pins
        board.bits = self._choice(sound, "bits", "board.sound.", (16, 32), board.bits)
        board.gain_bits = self._whole(sound, "gain_bits", (0, 12), 0, "board.sound.")
        if board.gain_bits and board.bits != 32:
            self.faults.append("board.sound.gain_bits needs bits = 32")
        board.block_ms = self._choice(sound, "block_ms", "board.sound.", (10, 20, 30, 60, 90), board.block_ms)
        board.agent_channel = self._whole(sound, "agent_channel", (1, 2), 1, "board.sound.")
        board.customer_channel = None
        if sound.get("customer_channel") is not None:
            board.customer_channel = self._whole(sound, "customer_channel", (1, 2), 3 - board.agent_channel, "board.sound.")
            if board.customer_channel == board.agent_channel:
                self.faults.append("board.sound.customer_channel is the agent's; give the ear-piece a channel of its own, or remove the key")
                board.customer_channel = 3 - board.agent_channel
        self._lamps(board, lamps, used)
        inputs = tables.get("inputs", {})
        if not isinstance(inputs, dict) or not set(inputs) <= {kind + "_pin" for kind in INPUTS}:
            self.faults.append("board.inputs may have help_pin and hook_pin")
        elif self._pins("board.inputs", inputs, sorted(inputs), used):
            board.input_pins = {key[: -len("_pin")]: inputs[key] for key in inputs}
        return board

    def _lamps(self, board, lamps, used):
        board.lamp_kind = self._choice(lamps, "kind", "board.lamps.", LAMP_KINDS, "none")
        if board.lamp_kind == "ws2812":
            pin = {"data_pin": lamps.get("data_pin")}
            if self._pins("board.lamps", pin, ("data_pin",), used):
                board.data_pin = pin["data_pin"]
            else:
                board.lamp_kind = "none"
        elif board.lamp_kind == "gpio":
            pins = lamps.get("pins")
            good = isinstance(pins, dict)
            if not good:
                self.faults.append("board.lamps.pins must give [red, green] for each lamp")
            for lamp in LAMPS if good else ():
                pair = pins.get(lamp)
                if not isinstance(pair, list) or len(pair) != 2:
                    self.faults.append("board.lamps.pins.%s must be [red, green]" % lamp)
                    good = False
                elif not self._pins("board.lamps.pins." + lamp, {"red": pair[0], "green": pair[1]}, ("red", "green"), used):
                    good = False
            if good:
                board.lamp_pins = pins
            else:
                board.lamp_kind = "none"

    def _profile(self, table):
        self.profile_name = "default"
        values = []
        if isinstance(table.get("name"), str) and table["name"]:
            self.profile_name = table["name"]
        elif table:
            self.faults.append("profile.name must be a text")
        given = table.get("values", {})
        if isinstance(given, dict):
            values = [(key, given[key]) for key in sorted(given)]
        else:
            self.faults.append("profile.values must be an object")
        try:
            self.profile = Profile(values)
        except ProfileError as fault:
            self.faults += ["profile: %s: %s" % row for row in fault.faults]
            self.profile_name = "default"
            self.profile = Profile()

    def _calibration(self, table):
        self.baseline_q8 = self._whole(table, "baseline_q8", BASELINE_Q8, -26 * 256, "calibration.")
        self.rate_scale_pm = self._whole(table, "rate_scale_pm", SCALE_PM, 1000, "calibration.")
        cutoffs = table.get("cutoffs_q8", [])
        good = isinstance(cutoffs, list)
        for row in cutoffs if good else ():
            good = good and isinstance(row, list) and len(row) == 2 and isinstance(row[0], str) and _is_whole(row[1], CUTOFF_Q8)
        if not good:
            self.faults.append("calibration.cutoffs_q8 must be a list of [label, cutoff]")
        self.cutoffs_q8 = tuple([(row[0], row[1]) for row in cutoffs]) if good else ()

    def _broker(self, table):
        url = table.get("broker", "")
        if isinstance(url, str) and url.split("://")[0] in ("mqtts", "mqtt"):
            return url
        if url is None or not self._known:
            return ""
        self.faults.append("broker must be mqtts://HOST:PORT, or null where records are to stay on the device")
        return ""

    def _ntp(self, table):
        host = table.get("ntp")
        if host is None or (isinstance(host, str) and 1 <= len(host) <= 253):
            return host
        self.faults.append("ntp must be a time server's name, or null")
        return None

    # ---- values

    def _table(self, table, key, where=""):
        value = table.get(key)
        if isinstance(value, dict):
            return value
        if self._known:
            self.faults.append("%s%s is missing or no object" % (where, key))
        return {}

    def _name(self, table, key, default):
        value = table.get(key)
        fault = name_fault(value) if isinstance(value, str) else "must be a text"
        if fault is None:
            return value
        if self._known:
            self.faults.append("%s %s" % (key, fault))
        return default

    def _whole(self, table, key, span, default, where=""):
        value = table.get(key, default)
        if _is_whole(value, span):
            return value
        self.faults.append("%s%s must be a whole number from %d to %d" % (where, key, span[0], span[1]))
        return default

    def _choice(self, table, key, where, choices, default):
        value = table.get(key, default)
        if value in choices and not isinstance(value, bool):
            return value
        self.faults.append("%s%s must be one of %s" % (where, key, ", ".join([str(choice) for choice in choices])))
        return default

    def _flag(self, table, key):
        value = table.get(key, DEFAULTS[key])
        if isinstance(value, bool):
            return value
        self.faults.append("%s must be true or false" % key)
        return DEFAULTS[key]

    def _pins(self, where, pins, names, used):
        """Whether pins holds a free pin of this chip for each of names and nothing else; they are used then."""
        if not isinstance(pins, dict) or sorted(pins) != sorted(names):
            self.faults.append("%s must name a pin for each of %s" % (where, ", ".join(names)))
            return False
        good = True
        for name in names:
            if not _is_whole(pins[name], (0, GPIO_LAST)) or pins[name] in GPIO_TAKEN:
                self.faults.append("%s.%s is no free pin of this chip" % (where, name))
                good = False
            elif pins[name] in used:
                self.faults.append("%s.%s: pin %d is used more than once" % (where, name, pins[name]))
                good = False
            else:
                used.append(pins[name])
        return good


def _is_whole(value, span):
    return isinstance(value, int) and not isinstance(value, bool) and span[0] <= value <= span[1]


def _short(value):
    return repr(value)[:40]


def _closed(text):
    """Whether every bracket and text is closed: MicroPython's reader takes what is cut off as if it were."""
    depth = 0
    in_text = escaped = False
    for char in text:
        if in_text:
            in_text = escaped or char != '"'
            escaped = char == "\\" and not escaped
        elif char == '"':
            in_text = True
        elif char in "[{":
            depth += 1
        elif char in "]}":
            depth -= 1
    return depth == 0 and not in_text


def load(path, chip_id):
    """The configuration in a file -> Config, whatever the file holds."""
    fault = None
    table = None
    try:
        with open(path) as file:
            text = file.read()
        if not _closed(text):
            raise ValueError
        table = json.loads(text)
    except OSError as error:
        fault = "%s cannot be read (error %d); write it with `sidetone provision`" % (path, error.args[0])
    except (ValueError, MemoryError, RuntimeError):  # not JSON, no UTF-8, or brackets without end
        fault = "%s is not JSON; write it anew with `sidetone provision`" % path
    config = Config(table, chip_id)
    if fault:
        config.faults.insert(0, fault)
    return config
