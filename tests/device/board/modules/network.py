"""MicroPython's network on the host's own sockets: a station that joins after a while, and whose access point may come and go."""

from fakeboard import settings, world

STA_IF = 0
AP_IF = 1
STAT_IDLE = 1000
STAT_CONNECTING = 1001
STAT_GOT_IP = 1010
STAT_NO_AP_FOUND = 201
STAT_WRONG_PASSWORD = 202

_wifi = settings.get("wifi", {})


def hostname(name=None):
    return name


def country(code=None):
    return code


class WLAN:
    IF_STA = 0
    IF_AP = 1
    PM_NONE = 0
    PM_PERFORMANCE = 1

    _asked_us = None

    def __init__(self, interface=0):
        self._active = False

    def active(self, state=None):
        if state is None:
            return self._active
        self._active = state
        if not state:
            WLAN._asked_us = None
        return None

    def config(self, *names, **values):
        return None

    def connect(self, ssid=None, key=None):
        if not self._active:
            raise OSError("Wifi Not Started")
        world.note("wifi_connect", ssid=ssid)
        WLAN._asked_us = world.time_us()

    def disconnect(self):
        WLAN._asked_us = None

    def isconnected(self):
        if WLAN._asked_us is None:
            return False
        now_us = world.time_us()
        for begin_ms, end_ms in _wifi.get("flaps", ()):
            if begin_ms * 1000 <= now_us < end_ms * 1000:
                return False
        return now_us - WLAN._asked_us >= _wifi.get("after_ms", 300) * 1000

    def status(self, what=None):
        if what == "rssi":
            return _wifi.get("rssi_dbm", -61)
        if self.isconnected():
            return STAT_GOT_IP
        return STAT_IDLE if WLAN._asked_us is None else STAT_CONNECTING

    def ifconfig(self, values=None):
        return ("127.0.0.1", "255.0.0.0", "127.0.0.1", "127.0.0.1")

    def ipconfig(self, *names, **values):
        return ("127.0.0.1", "255.0.0.0")
