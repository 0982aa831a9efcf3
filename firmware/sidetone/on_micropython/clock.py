"""Time on the device: milliseconds that never wrap, and the wall clock once a time server has told it; the twin of on_cpython/clock.py.

Certificates are judged by date even before that. A chip that wakes in 2000 would take every one for a thing of the future, so its own
clock (machine.RTC, which mbedtls reads) is set at the start to the latest date this device has known: of the last telling, which is
kept on the flash, or of its configuration. What we tell others stays unknown (None) until a server has answered.
"""

import _thread
import os
import socket
import time

from sidetone.core.telemetry import sntp
from sidetone.core.telemetry.delivery import Backoff
from sidetone.core.telemetry.timekeeper import PLAUSIBLE_FROM_MS, Timekeeper

SYNC_EVERY_MS = 3_600_000
ANSWER_MS = 2000
REMEMBER_EVERY_MS = 86_400_000  # a block of the flash a day
FILE = "time"
EPOCH_2000_S = 946_684_800
PAUSE_MS = 20


def _set_rtc(epoch_s):
    """The chip's own clock, in UTC."""
    import machine

    year, month, day, hour, minute, second, weekday = time.gmtime(epoch_s - _port_epoch_s())[:7]
    machine.RTC().datetime((year, month, day, weekday, hour, minute, second, 0))


def _port_epoch_s():
    """Seconds from 1970 to where this port's time begins."""
    return EPOCH_2000_S if time.gmtime(0)[0] == 2000 else 0


class Clock:
    """server: the time server's name, "HOST" or "HOST:PORT", or None; utc_offset_min: the agent's wall clock; storage: where the date is
    kept through power cuts, or None; made_s: when the configuration was made, seconds since 1970; set_rtc(epoch_s): sets the chip's
    clock, None where it is not ours to set; ticks_ms, ticks_diff: arguments for the tests; notice(line): one plain line.

    `jumps`: how often the time was set by seconds; `drift_ppm`. keep() is the network thread's; the rest is anybody's.
    """

    def __init__(
        self,
        server=None,
        utc_offset_min=0,
        storage=None,
        set_rtc=_set_rtc,
        notice=lambda line: None,
        made_s=0,
        ticks_ms=time.ticks_ms,
        ticks_diff=time.ticks_diff,
    ):
        self._lock = _thread.allocate_lock()
        self._ticks_ms = ticks_ms
        self._ticks_diff = ticks_diff
        self._last_ticks = ticks_ms()
        self._uptime_ms = 0
        self._keeper = Timekeeper()
        self._server, _, port = (server or "").partition(":")
        self._port = int(port) if port else sntp.PORT
        self._utc_offset_s = utc_offset_min * 60
        self._storage = storage
        self._set_rtc = set_rtc
        self._notice = notice
        self._backoff = Backoff()
        self._next_ms = 0
        self._said = ""
        self._remember_ms = 0
        if set_rtc is not None:
            set_rtc(max(self._remembered_s(), made_s, PLAUSIBLE_FROM_MS // 1000))

    @property
    def jumps(self):
        return self._keeper.jumps

    @property
    def drift_ppm(self):
        return self._keeper.drift_ppm

    def uptime_ms(self):
        """Milliseconds since the start; never goes back, never wraps (ticks_ms does, after 12 days; asked more often than every 6)."""
        with self._lock:
            ticks = self._ticks_ms()
            passed = self._ticks_diff(ticks, self._last_ticks)
            if passed > 0:
                self._uptime_ms += passed
                self._last_ticks = ticks
            return self._uptime_ms

    def epoch_s(self):
        """Seconds since 1970 (UTC), or None while the time is not known: an unknown time is told as unknown, never guessed."""
        epoch_ms = self._keeper.epoch_ms(self.uptime_ms())
        return None if epoch_ms is None else epoch_ms // 1000

    def wall_s(self):
        """Seconds since 1970 on the agent's own wall clock, or None while the time is not known."""
        epoch_s = self.epoch_s()
        return None if epoch_s is None else epoch_s + self._utc_offset_s

    def keep(self, network_is_up):
        """Ask the time server if it is time to; waits for ANSWER_MS at most. -> whether it was asked."""
        if not self._server or not network_is_up or self.uptime_ms() < self._next_ms:
            return False
        try:
            epoch_ms = self._asked()
        except (OSError, ValueError) as error:
            self._say("no time from " + self._server + " (" + (str(error) or "no answer") + "); trying again")
            self._next_ms = self.uptime_ms() + 10 * self._backoff.next_ms(os.urandom(1)[0] * 1000 // 255)
            return True
        self.told(epoch_ms)
        return True

    def told(self, epoch_ms):
        """It is epoch_ms now. -> False if that is no year of ours."""
        uptime_ms = self.uptime_ms()
        first = self._keeper.epoch_ms(uptime_ms) is None
        if not self._keeper.tell(uptime_ms, epoch_ms):
            self._next_ms = uptime_ms + SYNC_EVERY_MS
            self._say("the time server " + self._server + " tells no time of this century")
            return False
        self._backoff.reset()
        self._next_ms = uptime_ms + SYNC_EVERY_MS - os.urandom(1)[0] * 1000  # not all devices at once
        self._said = ""
        if self._set_rtc is not None:
            self._set_rtc(epoch_ms // 1000)
        if first or uptime_ms >= self._remember_ms:
            self._remember_ms = uptime_ms + REMEMBER_EVERY_MS
            self._remember(epoch_ms // 1000)
        if first:
            self._notice("the time is known: " + "%04d-%02d-%02d %02d:%02d:%02d UTC" % _date(epoch_ms // 1000))
        return True

    def _asked(self):
        """The server's time, ms since 1970. OSError, sntp.SntpError."""
        where = socket.getaddrinfo(self._server, self._port, 0, socket.SOCK_DGRAM)[0]
        nonce = os.urandom(8)
        asking = socket.socket(where[0], socket.SOCK_DGRAM)
        try:
            asking.setblocking(False)
            since_ms = self.uptime_ms()
            asking.sendto(sntp.question(nonce), where[-1])
            while True:
                try:
                    packet = asking.recv(sntp.PACKET_BYTES)
                    return sntp.answer(packet, nonce, self.uptime_ms() - since_ms)
                except sntp.SntpError:
                    if self.uptime_ms() - since_ms > ANSWER_MS:
                        raise
                except OSError:  # nothing yet; what else is wrong ends in the same silence
                    if self.uptime_ms() - since_ms > ANSWER_MS:
                        raise OSError("no answer") from None
                time.sleep_ms(PAUSE_MS)
        finally:
            asking.close()

    def _say(self, line):
        if line != self._said:
            self._said = line
            self._notice(line)

    def _remembered_s(self):
        """The date of the last telling that was kept, or 0."""
        try:
            return int((self._storage.read(FILE) if self._storage else None) or 0)
        except (OSError, ValueError):
            return 0

    def _remember(self, epoch_s):
        if self._storage:
            try:
                self._storage.write(FILE, str(epoch_s).encode())
            except OSError as error:  # a full flash: the next start knows an older date, that is all
                self._say("cannot keep the date: " + str(error))


def _date(epoch_s):
    return tuple(time.gmtime(epoch_s - _port_epoch_s())[:6])
