"""config.json: what it says is taken, what is wrong with it is told line by line, and nothing in it stops the device."""

import json

from sidetone.core.etiquette.profile import Profile
from sidetone.on_micropython import board, profile_command

CHIP = b"\x84\xfc\xe6\x0a\x0b\x0c"
GOOD = {
    "schema": 1,
    "site": "hall1",
    "device": "seat07",
    "board": {
        "board": {"name": "ours", "runtime": "micropython", "summary": "s"},
        "sound": {"source": "i2s", "codec": "c", "i2s_pins": {"sck": 1, "ws": 2, "sd": 3}, "agent_channel": 2, "customer_channel": 1, "block_ms": 30},
        "lamps": {"kind": "gpio", "pins": {"loud": [8, 9], "pace": [10, 11], "phrase": [12, 13], "process": [14, 15]}},
        "clock": {"note": "n"},
        "inputs": {"help_pin": 16, "hook_pin": 17},
    },
    "profile": {"name": "hall", "values": {"volume.loud_db": 1024, "greeting.required_any": ["您好"]}},
    "calibration": {"baseline_q8": -6000, "rate_scale_pm": 1100, "cutoffs_q8": [["greeting", -96]]},
    "broker": "mqtts://broker.example:8883",
    "utc_offset_min": 480,
    "ntp": "ntp.example",
    "brightness_pm": 400,
    "dim": True,
    "made_s": 1795296146,
    "customer": True,
}


def changed(path, value):
    """GOOD with one value changed; `path` with dots."""
    table = json.loads(json.dumps(GOOD))
    place = table
    names = path.split(".")
    for name in names[:-1]:
        place = place[name]
    if value is None:
        del place[names[-1]]
    else:
        place[names[-1]] = value
    return table


def test_a_good_one_is_taken_whole():
    it = board.Config(GOOD, CHIP)
    assert it.faults == []
    assert (it.site, it.device, it.broker, it.ntp, it.utc_offset_min) == ("hall1", "seat07", "mqtts://broker.example:8883", "ntp.example", 480)
    assert it.brightness_pm == 100
    assert (it.baseline_q8, it.rate_scale_pm, it.cutoffs_q8) == (-6000, 1100, (("greeting", -96),))
    assert it.profile.get("volume.loud_db") == 1024 and it.profile_name == "hall"
    assert (it.board.agent_channel, it.board.customer_channel, it.board.lamp_kind) == (2, 1, "gpio")
    assert it.board.i2s_pins == {"sck": 1, "ws": 2, "sd": 3} and it.board.lamp_pins["pace"] == [10, 11]
    assert it.board.input_pins == {"help": 16, "hook": 17} and it.made_s == 1795296146
    assert board.Config(changed("customer", False), CHIP).board.customer_channel is None


FAULTY = (
    ("schema", 2, "schema", None),
    ("site", "a b", "site", ("site", "unset")),
    ("device", 7, "device", ("device", "chip-0a0b0c")),
    ("device", None, "device", ("device", "chip-0a0b0c")),
    ("broker", "http://x", "broker", ("broker", "")),
    ("broker", None, "broker", ("broker", "")),
    ("utc_offset_min", 9000, "utc_offset_min", ("utc_offset_min", 480)),
    ("ntp", 5, "ntp", ("ntp", None)),
    ("brightness_pm", 0, "brightness_pm", ("brightness_pm", 25)),
    ("dim", 1, "dim", ("brightness_pm", 400)),
    ("surprise", 1, "surprise", None),
    ("profile", [], "profile", ("profile_name", "default")),
    ("profile.values", {"volume.loud_db": -5000000}, "volume.loud_db", ("profile_name", "default")),
    ("profile.values", {"no.such": 1}, "no.such", ("profile_name", "default")),
    ("profile.values", 3, "profile.values", None),
    ("calibration.baseline_q8", 100, "baseline_q8", ("baseline_q8", -6656)),
    ("calibration.baseline_q8", True, "baseline_q8", ("baseline_q8", -6656)),
    ("calibration.rate_scale_pm", 5, "rate_scale_pm", ("rate_scale_pm", 1000)),
    ("calibration.cutoffs_q8", [["greeting"]], "cutoffs_q8", ("cutoffs_q8", ())),
    ("board.sound.i2s_pins", {"sck": 1, "ws": 2, "sd": 30}, "i2s_pins.sd", None),
    ("board.sound.i2s_pins", {"sck": 1, "ws": 2, "sd": 2}, "more than once", None),
    ("board.sound.i2s_pins", {"sck": 1, "ws": 8, "sd": 3}, "more than once", None),
    ("board.sound.block_ms", 31, "block_ms", None),
    ("board.sound.agent_channel", 3, "agent_channel", None),
    ("board.sound.customer_channel", 2, "customer_channel", None),
    ("board.sound.bits", 24, "bits", None),
    ("board.sound.gain_bits", 3, "needs bits = 32", None),
    ("board.lamps.kind", "lava", "kind", None),
    ("board.lamps.pins", {"loud": [8, 9]}, "pins.pace", None),
    ("board.lamps", None, "lamps", None),
    ("board.inputs", {"help_pin": 3, "bell_pin": 16}, "board.inputs", None),
    ("board.inputs", {"help_pin": 3}, "more than once", None),
    ("made_s", -1, "made_s", ("made_s", 0)),
)


def test_each_fault_is_one_line_and_takes_its_default():
    for path, value, words, default in FAULTY:
        it = board.Config(changed(path, value), CHIP)
        assert it.faults, path
        for fault in it.faults:
            assert "\n" not in fault
        assert words in " ".join(it.faults), (path, it.faults)
        if default:
            assert getattr(it, default[0]) == default[1], (path, getattr(it, default[0]))
    assert board.Config(changed("board.lamps.pins", {"loud": [8, 9]}), CHIP).board.lamp_kind == "none"
    assert board.Config(changed("board.sound.i2s_pins", {}), CHIP).board.i2s_pins == board.Board().i2s_pins


def test_every_syllable_scale_that_the_host_takes_is_taken():
    for scale_pm in (250, 4000):
        it = board.Config(changed("calibration.rate_scale_pm", scale_pm), CHIP)
        assert (it.faults, it.rate_scale_pm) == ([], scale_pm)


def test_all_faults_are_told_together():
    table = changed("site", "")
    table["broker"] = "x"
    table["calibration"]["rate_scale_pm"] = 0
    assert len(board.Config(table, CHIP).faults) == 3


def test_anything_at_all_is_taken():
    for table in (None, [], 3, "x", {}, {"schema": True}, {"schema": 1}, {"schema": 1, "board": {"sound": 1, "lamps": []}}):
        it = board.Config(table, CHIP)
        assert bool(it.faults) == (table is not None)
        assert it.board.i2s_pins and it.profile.get("volume.loud_db") == Profile().get("volume.loud_db")


def test_a_file_that_is_cut_anywhere_is_no_configuration():
    path = "/tmp/sidetone-config-check.json"
    text = json.dumps(GOOD)
    for length in range(0, len(text), 7):
        with open(path, "w") as file:
            file.write(text[:length])
        assert board.load(path, CHIP).faults
    for content in (b"\xff\xfe{}", b"[" * 3000 + b"}", b"{" * 100 + b"}", b"\x00" * 64 + b"}"):
        with open(path, "wb") as file:
            file.write(content)
        assert board.load(path, CHIP).faults
    with open(path, "w") as file:
        file.write(text + "\n")
    assert board.load(path, CHIP).faults == []
    assert "cannot be read" in board.load("/tmp/no/such/file", CHIP).faults[0]


def test_a_profile_command_in_jsons_types():
    values = json.loads('{"volume.loud_db": 6.5, "answer.max_rings": 4, "greeting.deadline_s": 4, "greeting.day_parts.noon": "11:30"}')
    rows = dict(profile_command.values_of(values))
    assert rows == {"volume.loud_db": 1664, "answer.max_rings": 4, "greeting.deadline_s": 4000, "greeting.day_parts.noon": 690}
    Profile(list(rows.items()))
    for bad, words in (
        ({"no.such": 1}, "no.such: is not a setting"),
        ({"volume.loud_db": "6"}, "volume.loud_db"),
        ({"volume.loud_db": True}, "volume.loud_db"),
        ({"answer.max_rings": 3.5}, "answer.max_rings"),
        ({"greeting.day_parts.noon": 5}, "noon"),
    ):
        try:
            profile_command.values_of(bad)
        except ValueError as fault:
            assert words in str(fault)
        else:
            raise AssertionError(bad)
