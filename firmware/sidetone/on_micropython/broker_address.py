"""Where the broker is, and the wire to it: one socket, with or without TLS, on which nothing waits for ever.

umqtt makes its socket itself, blocking and without time-outs, and reads and writes it in crumbs. `Sockets` takes the place of the
socket module that umqtt sees, so that what it gets is a Wire: written crumbs are gathered and sent as one, every operation has a
deadline, and an end of the stream is an OSError everywhere.
"""

import errno
import socket
import time

import tls

PORTS = {"mqtt": 1883, "mqtts": 8883}
CONNECT_MS = 5000
HANDSHAKE_MS = 15000  # two seconds of arithmetic on this chip, and a slow network
ANSWER_MS = 10000  # the broker's CONNACK
WRITE_MS = 5000
PAUSE_MS = 5
GATHER_BYTES = 2048  # one message, its topic and header

_AGAIN = (errno.EAGAIN, getattr(errno, "EINTR", 4))
_WORDS = {
    errno.ECONNREFUSED: "connection refused",
    errno.ECONNRESET: "it ended the connection",
    errno.ETIMEDOUT: "no answer",
    errno.EHOSTUNREACH: "no way to it",
    errno.ENOTCONN: "the network is gone",
    errno.ENOMEM: "not enough memory for a connection",
    -2: "no such name",  # of the port's own getaddrinfo
    -202: "no such name",  # lwIP's EAI_FAIL: also where no name server answers
}
# the other side hung up: by TCP, or by TLS (an alert, or the end of the stream in the handshake)
_HUNG_UP = (errno.ECONNRESET, getattr(errno, "EPIPE", 32), errno.ENOTCONN, -0x7780, -0x7280)


class BrokerAddressError(ValueError):
    """A URL that names no broker, or papers that are no certificates; one line."""


class NotNow(Exception):
    """The listening needs the processor: the attempt is given up before the handshake."""


class BrokerAddress:
    """url: mqtt://HOST:PORT or mqtts://HOST:PORT; user, password: str or None.

    ca: DER bytes of the authority to trust, needed for mqtts; cert, key: DER bytes of a client certificate, or None.
    `text` is fit to be shown. `clock_known()` says whether certificates can be judged by date.
    """

    def __init__(self, url, user=None, password=None, ca=None, cert=None, key=None):
        scheme, _, rest = url.partition("://")
        host, _, port = rest.rpartition(":") if ":" in rest.rsplit("]", 1)[-1] else (rest, "", "")
        self.host = host.strip("[]")
        if scheme not in PORTS or not self.host or "/" in rest or "@" in rest or not (port or "1").isdigit():
            raise BrokerAddressError("not a broker's address: " + repr(url[:60]) + "; give mqtt://HOST:PORT or mqtts://HOST:PORT")
        self.port = int(port) if port else PORTS[scheme]
        self.tls = scheme == "mqtts"
        self.user = user
        self.password = password
        self.text = scheme + "://" + host + ":" + str(self.port)
        self.context = self._context(ca, cert, key) if self.tls else None

    def _context(self, ca, cert, key):
        """Made once: parsing certificates takes long, and its memory is not given back at once."""
        if not ca:
            raise BrokerAddressError("mqtts needs the certificate of the broker's authority (ca.der)")
        if bool(cert) != bool(key):
            raise BrokerAddressError("a client certificate needs both client.der and its key")
        context = tls.SSLContext(tls.PROTOCOL_TLS_CLIENT)
        context.verify_mode = tls.CERT_REQUIRED
        what = "ca.der"
        try:
            context.load_verify_locations(ca)
            what = "client.der and its key"
            if cert:
                context.load_cert_chain(cert, key)
        except (ValueError, OSError) as error:
            raise BrokerAddressError("cannot use " + what + ": " + str(error)) from None
        return context


def words(error):
    """An OSError of the network in words."""
    code = error.args[0] if error.args else 0
    if isinstance(code, str) and "addrinfo" in code:  # how the unix port says it
        code = -2
    if code in _WORDS:
        return _WORDS[code]
    return str(error.args[1]) if len(error.args) > 1 else str(error)


def hung_up(error):
    """Whether an OSError says that the other side has ended the connection."""
    return bool(error.args) and error.args[0] in _HUNG_UP


class Wire:
    """One connection. now_ms() -> monotonic; may_go_on() -> False where a handshake would now disturb the listening.

    What umqtt calls: connect, write, read, close, settimeout and setblocking (both without effect). What we call: flush, receive.
    """

    def __init__(self, address, now_ms, may_go_on):
        self._address = address
        self._now_ms = now_ms
        self._may_go_on = may_go_on
        self._raw = None
        self._stream = None
        self._gathered = bytearray()
        self.opened = False
        self.shaken = not address.tls  # hands, in TLS

    def connect(self, place):
        fault = OSError(-2)
        for info in socket.getaddrinfo(self._address.host, self._address.port, 0, socket.SOCK_STREAM):
            try:
                self._raw = socket.socket(info[0], socket.SOCK_STREAM)
                self._raw.settimeout(CONNECT_MS // 1000)
                self._raw.connect(info[-1])
                break
            except OSError as error:
                fault = error
                self.drop()
        if self._raw is None:
            raise fault
        if not self._may_go_on():
            raise NotNow
        self.opened = True
        self._raw.setblocking(False)
        self._stream = self._raw
        if self._address.tls:
            # the handshake is done by the first write, in steps, so that it has a deadline as a whole
            self._stream = self._address.context.wrap_socket(self._raw, server_hostname=self._address.host, do_handshake_on_connect=False)

    def write(self, data, count=None):
        """Gather; what is more than one message is sent at once."""
        self._gathered += data if count is None else memoryview(data)[:count]
        if len(self._gathered) >= GATHER_BYTES:
            self.flush()

    def flush(self):
        """Send all that is gathered."""
        until_ms = self._now_ms() + (WRITE_MS if self.shaken else HANDSHAKE_MS)
        view = memoryview(self._gathered)
        sent = 0
        while sent < len(view):
            count = self._once(self._stream.write, view[sent:])
            if count is None:
                self._wait(until_ms)
            elif count == 0:
                raise OSError(errno.ECONNRESET)
            else:
                sent += count
                self.shaken = True
        self._gathered = bytearray()

    def read(self, count):
        """Exactly `count` bytes, after sending what is gathered."""
        self.flush()
        until_ms = self._now_ms() + ANSWER_MS
        data = b""
        while len(data) < count:
            more = self._once(self._stream.read, count - len(data))
            if more is None:
                self._wait(until_ms)
            elif not more:
                raise OSError(errno.ECONNRESET)
            else:
                data += more
        return data

    def receive(self, buffer):
        """What has come in, into `buffer`. -> how many bytes; never waits."""
        count = self._once(self._stream.readinto, buffer)
        if count == 0:
            raise OSError(errno.ECONNRESET)
        return count or 0

    def close(self):
        """umqtt's, right after its farewell, which is still gathered."""
        self.flush()
        self.drop()

    def drop(self):
        """End it, whatever it is by now; a fault here would change nothing."""
        for end in (self._stream, self._raw):
            try:
                if end is not None:
                    end.close()
            except OSError:
                pass
        self._stream = self._raw = None
        self._gathered = bytearray()

    def settimeout(self, timeout_s):
        """umqtt's; ours are per operation."""

    def setblocking(self, blocking):
        """umqtt's; ours never blocks."""

    def _once(self, operation, argument):
        if self._stream is None:
            raise OSError(errno.ENOTCONN)
        try:
            return operation(argument)
        except OSError as error:
            if error.args[0] in _AGAIN:
                return None
            raise

    def _wait(self, until_ms):
        if self._now_ms() >= until_ms:
            raise OSError(errno.ETIMEDOUT)
        time.sleep_ms(PAUSE_MS)


class Sockets:
    """What umqtt takes for the socket module: it gives out the one Wire that we made before."""

    def __init__(self):
        self.wire = None

    def socket(self):
        return self.wire

    def getaddrinfo(self, host, port):
        return [(host, port)]
