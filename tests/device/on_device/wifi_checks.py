"""The Wi-Fi with the network module's behaviour as ports/esp32 has it, in virtual time; and the chip's store of secrets."""

from checks import raises
from sidetone.on_micropython.nvs import NOT_FOUND, SecretError, Secrets
from sidetone.on_micropython.wifi import OFF, STEADY_MS, TRY_MS, TRYING, UP, Wifi, WifiError


class Station:
    """network.WLAN(STA_IF): joins `after` looks after connect() where `in_reach`, else ends with the status `refusal`."""

    PM_NONE, PM_PERFORMANCE = 0, 1

    def __init__(self):
        self.log = []
        self.in_reach = True
        self.refusal = 201
        self.after = 0
        self.trying = False
        self.joined = False
        self.pm = None
        self.busy = False

    def active(self, on):
        self.log.append("active")

    def config(self, **words):
        self.pm = words.get("pm", self.pm)
        if "reconnects" in words:
            self.log.append("reconnects %d" % words["reconnects"])

    def connect(self, ssid, key=None):
        if self.busy:
            raise OSError("Wifi Internal Error")
        self.log.append("connect")
        self.trying = True
        self.left = self.after

    def disconnect(self):
        self.trying = self.joined = False

    def isconnected(self):
        if self.trying and self.in_reach:
            self.left -= 1
            if self.left < 0:
                self.trying, self.joined = False, True
        if not self.in_reach:
            self.joined = False
        return self.joined

    def status(self, what=None):
        if what == "rssi":
            return -61
        return 1010 if self.joined else 1001 if self.trying and self.refusal is None else self.refusal if self.trying else 1000


class Network:
    STA_IF = 0
    STAT_WRONG_PASSWORD = 202
    STAT_NO_AP_FOUND = 201

    def __init__(self):
        self.station = Station()
        self.name = None

    def WLAN(self, interface):
        return self.station

    def hostname(self, name):
        self.name = name


def made(ssid="hall", key="secret"):
    network = Network()
    lines = []
    return Wifi(ssid, key, "seat07", lines.append, network), network.station, lines, network


def run(wifi, from_ms, until_ms, step_ms=50):
    """keep() through virtual time. -> the time at which it first was up, or None."""
    first = None
    for now_ms in range(from_ms, until_ms, step_ms):
        if wifi.keep(now_ms) and first is None:
            first = now_ms
    return first


def test_it_comes_up_and_tells_so_once():
    wifi, station, lines, network = made()
    station.after, station.refusal = 20, None
    assert wifi.rssi() is None
    assert run(wifi, 0, 30_000) == 1050
    assert wifi.state == UP and wifi.rssi() == -61 and wifi.flaps == 0
    assert network.name == "seat07"
    assert station.log == ["active", "reconnects 0", "connect"]
    assert lines == ["the Wi-Fi hall is up (-61 dBm)"]


def test_a_wrong_key_is_one_line_and_tried_ever_more_rarely():
    wifi, station, lines, _ = made()
    station.in_reach = False
    station.refusal = 202
    run(wifi, 0, 3_600_000)
    assert lines == ["the Wi-Fi hall refuses the key; trying again"]
    tries = station.log.count("connect")
    assert 60 <= tries <= 130, tries  # once a minute, each pause shortened by up to a half
    station.in_reach = True
    assert run(wifi, 3_600_000, 3_661_000) is not None
    assert lines[1:] == ["the Wi-Fi hall is up (-61 dBm)"]


def test_an_access_point_that_never_answers_is_given_up_and_tried_again():
    wifi, station, lines, _ = made()
    station.refusal = None
    station.after = 1_000_000
    run(wifi, 0, TRY_MS + 1000)
    assert lines == ["the Wi-Fi hall does not answer; trying again"]
    assert run(wifi, TRY_MS + 1000, 300_000) is None
    assert 5 <= station.log.count("connect") <= 12


def test_a_wifi_that_flaps_is_counted_and_not_besieged():
    wifi, station, lines, _ = made()
    ups = 0
    now_ms = 0
    for _ in range(100):  # it goes each time as soon as it is there
        station.in_reach = True
        while not wifi.keep(now_ms):
            now_ms += 50
        ups += 1
        station.in_reach = False
        now_ms += 50
        assert not wifi.keep(now_ms)
    assert wifi.flaps == ups == 100
    assert now_ms > 40 * 60_000  # not one try a second: the pauses have grown
    assert len(lines) == 200  # up and gone, each told: they take turns
    station.in_reach = True
    while not wifi.keep(now_ms):
        now_ms += 50
    run(wifi, now_ms, now_ms + STEADY_MS + 100)
    now_ms += STEADY_MS + 100
    station.in_reach = False
    wifi.keep(now_ms)
    station.in_reach = True
    assert run(wifi, now_ms, now_ms + 600) is not None  # it held: the next pause is short again


def test_the_radio_sleeps_only_between_calls():
    wifi, station, _, _ = made()
    run(wifi, 0, 1000)
    assert station.pm == Station.PM_PERFORMANCE
    wifi.in_call(True)
    run(wifi, 1000, 1100)
    assert station.pm == Station.PM_NONE
    wifi.in_call(False)
    run(wifi, 1100, 1200)
    assert station.pm == Station.PM_PERFORMANCE


def test_a_driver_that_is_busy_is_waited_for():
    wifi, station, lines, _ = made()
    station.busy = True
    run(wifi, 0, 5000)
    assert wifi.state in (OFF, TRYING) and "cannot be tried" in lines[0] and len(lines) == 1
    station.busy = False
    assert run(wifi, 5000, 20_000) is not None


def test_no_name_is_one_line():
    with raises(WifiError, "no Wi-Fi is set"):
        made("")


class Store:
    """esp32.NVS with what a technician wrote."""

    written = {"wifi_ssid": "hall 中".encode(), "client_key": b"\x30\x82\xff"}

    def __init__(self, namespace):
        if namespace != "sidetone":
            raise OSError(NOT_FOUND)

    def get_blob(self, name, buffer):
        if name == "broken":
            raise OSError(-0x110B)
        if name not in self.written:
            raise OSError(NOT_FOUND, "ESP_ERR_NVS_NOT_FOUND")
        value = self.written[name]
        buffer[: len(value)] = value
        return len(value)


def test_secrets_are_bytes_and_texts_and_may_be_absent():
    secrets = Secrets(Store)
    assert secrets.text("wifi_ssid") == "hall 中"
    assert secrets.get("client_key") == b"\x30\x82\xff"
    assert secrets.get("mqtt_pass") is None
    assert secrets.text("mqtt_pass") is None
    with raises(SecretError, "the secret broken cannot be read"):
        secrets.get("broken")
    with raises(SecretError, "is no text"):
        secrets.text("client_key")
