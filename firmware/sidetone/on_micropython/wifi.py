"""The Wi-Fi, as long as the device runs: connect, notice that it is gone, connect again with pauses that grow.

    off -> trying -> up -> off ...
off      until the pause is over; then the station is told to connect                              -> trying
trying   connected: `up`; a refusal, or nothing within TRY_MS: told once, a longer pause           -> up, off
up       for STEADY_MS: the pauses begin small again; gone: counted in `flaps`, told, a short pause -> off
The chip's own endless retries are switched off: they would tell us nothing, and with a wrong key keep the radio busy for ever.
"""

import errno
import os

from sidetone.core.telemetry.delivery import Backoff

TRY_MS = 15000  # association, key and DHCP; slow access points need ten seconds
STEADY_MS = 10000
OFF, TRYING, UP = "off", "trying", "up"


class WifiError(Exception):
    """There is no Wi-Fi on this board, or it cannot be used; one line."""


class Wifi:
    """ssid, key: str (key empty: an open network); device: its host name; notice(line): one plain line; network: the module.

    keep(now_ms) is called by the network thread, often; the rest is anybody's. `flaps`: how often it was lost.
    """

    def __init__(self, ssid, key, device, notice=lambda line: None, network=None):
        if network is None:
            import network
        if not ssid:
            raise WifiError("no Wi-Fi is set: give its name and key with `sidetone provision`")
        self.flaps = 0
        self.state = OFF
        self._ssid = ssid
        self._key = key
        self._notice = notice
        self._said = ""
        self._backoff = Backoff()
        self._next_ms = 0
        self._since_ms = 0
        self._saving = None
        self._in_call = False
        self._refusals = {}
        for name, why in (
            ("STAT_WRONG_PASSWORD", "refuses the key"),
            ("STAT_HANDSHAKE_TIMEOUT", "refuses the key"),
            ("STAT_NO_AP_FOUND", "is not in reach"),
            ("STAT_NO_AP_FOUND_IN_RSSI_THRESHOLD", "is too weak here"),
            ("STAT_NO_AP_FOUND_IN_AUTHMODE_THRESHOLD", "does not offer the security that its key needs"),
            ("STAT_NO_AP_FOUND_W_COMPATIBLE_SECURITY", "does not offer the security that its key needs"),
            ("STAT_ASSOC_FAIL", "turns this device away"),
            ("STAT_CONNECT_FAIL", "turns this device away"),
            ("STAT_BEACON_TIMEOUT", "has gone silent"),
        ):
            if hasattr(network, name):
                self._refusals[getattr(network, name)] = why
        try:
            network.hostname(device)
            self._station = network.WLAN(getattr(network, "STA_IF", 0))
            self._station.active(True)
            self._station.config(reconnects=0)
            self._power = (self._station.PM_NONE, self._station.PM_PERFORMANCE)
        except (OSError, RuntimeError, AttributeError) as error:
            raise WifiError("the Wi-Fi of this board does not start: " + str(error)) from None

    def keep(self, now_ms):
        """Do what is due. -> whether the network is up."""
        connected = self._station.isconnected()
        if self.state == UP:
            if not connected:
                self.flaps += 1
                self._fail(now_ms, "is gone")
            elif now_ms - self._since_ms >= STEADY_MS:
                self._backoff.reset()
        elif connected:
            self.state = UP
            self._since_ms = now_ms
            self._say("the Wi-Fi " + self._ssid + " is up (" + str(self.rssi()) + " dBm)")
        elif self.state == TRYING:
            why = self._refusals.get(self._station.status())
            if why or now_ms - self._since_ms >= TRY_MS:
                self._fail(now_ms, why or "does not answer")
        elif now_ms >= self._next_ms:
            self._try(now_ms)
        self._set_power()
        return self.state == UP

    def in_call(self, in_call):
        """During a call the radio does not sleep: a sleeping one answers late, and wakes with bursts of work."""
        self._in_call = in_call

    def rssi(self):
        """The signal's strength in dBm, or None while there is none."""
        try:
            return self._station.status("rssi") if self._station.isconnected() else None
        except (OSError, ValueError):
            return None

    def _try(self, now_ms):
        self.state = TRYING
        self._since_ms = now_ms
        try:
            self._station.connect(self._ssid, self._key) if self._key else self._station.connect(self._ssid)
        except (OSError, RuntimeError) as error:  # "Wifi Internal Error": an attempt of before is not over yet
            self._fail(now_ms, "cannot be tried (" + str(error) + ")")

    def _fail(self, now_ms, why):
        self.state = OFF
        self._next_ms = now_ms + self._backoff.next_ms(os.urandom(1)[0] * 1000 // 255)
        self._say("the Wi-Fi " + self._ssid + " " + why + "; trying again")
        try:
            self._station.disconnect()
        except (OSError, RuntimeError) as error:
            if error.args and error.args[0] == errno.ENOMEM:
                raise

    def _set_power(self):
        saving = not self._in_call
        if self.state == UP and saving != self._saving:
            self._saving = saving
            self._station.config(pm=self._power[1] if saving else self._power[0])

    def _say(self, line):
        if line != self._said:
            self._said = line
            self._notice(line)
