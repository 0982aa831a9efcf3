"""Where the broker is and how to be let in, from one URL; the paho client that both the device and the ingest are made of.

    mqtt://USER:PASSWORD@HOST:PORT                 port 1883 unless given
    mqtts://HOST:PORT?ca=FILE&cert=FILE&key=FILE   port 8883; ca: the authority to trust (default: the system's),
                                                   cert and key: a client certificate, instead of or beside a password
A user or password with one of : / ? # @ in it is percent-encoded.
"""

from __future__ import annotations

import ssl
from urllib.parse import parse_qsl, unquote, urlsplit

import paho.mqtt.client as mqtt

PORTS = {"mqtt": 1883, "mqtts": 8883}
KEEPALIVE_S = 15  # the last will is spoken after 1.5 of these: a wall board shows a dead device within 25 s
CONNECT_TIMEOUT_S = 5.0


class BrokerAddressError(ValueError):
    """A URL that names no broker, or files that are no certificates; one line."""


class BrokerAddress:
    """A parsed URL. `text` is fit to be shown: it has no password."""

    def __init__(self, url: str) -> None:
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise BrokerAddressError(f"not a broker's address: {error}") from None
        if parts.scheme not in PORTS or not parts.hostname or parts.path not in ("", "/") or parts.fragment:
            raise BrokerAddressError(
                "not a broker's address; give mqtt://USER:PASSWORD@HOST:PORT or mqtts://HOST:PORT?ca=FILE&cert=FILE&key=FILE"
            )
        options = dict(parse_qsl(parts.query, keep_blank_values=True))
        unknown = sorted(set(options) - {"ca", "cert", "key"})
        if unknown:
            raise BrokerAddressError(f"a broker's address has no option {unknown[0]}; there are ca, cert and key")
        if options and parts.scheme == "mqtt":
            raise BrokerAddressError("certificates need mqtts://")
        if ("cert" in options) != ("key" in options):
            raise BrokerAddressError("a client certificate needs both cert= and key=")
        self.host = parts.hostname
        self.port = port or PORTS[parts.scheme]
        self.user = unquote(parts.username) if parts.username else None
        self.password = unquote(parts.password) if parts.password else None
        self.tls = parts.scheme == "mqtts"
        self._options = options
        shown_host = f"[{self.host}]" if ":" in self.host else self.host
        self.text = f"{parts.scheme}://{shown_host}:{self.port}"

    def tls_context(self) -> ssl.SSLContext:
        """Trusts `ca` or the system's authorities, checks the host's name, shows the client certificate if there is one."""
        try:
            context = ssl.create_default_context(cafile=self._options.get("ca"))
            if "cert" in self._options:
                context.load_cert_chain(self._options["cert"], self._options["key"])
        except (OSError, ssl.SSLError) as error:
            raise BrokerAddressError(f"cannot use the certificates of {self.text}: {error}") from None
        return context

    def client(self, client_id: str, clean_session: bool, manual_ack: bool = False) -> mqtt.Client:
        """A paho client that is not connected yet; the caller sets its callbacks and then calls connect(client)."""
        client = mqtt.Client(
            mqtt.CallbackAPIVersion.VERSION2,
            client_id=client_id,
            clean_session=clean_session,
            protocol=mqtt.MQTTv311,
            manual_ack=manual_ack,
        )
        client.connect_timeout = CONNECT_TIMEOUT_S
        if self.user is not None:
            client.username_pw_set(self.user, self.password)
        if self.tls:
            client.tls_set_context(self.tls_context())
        return client

    def connect(self, client: mqtt.Client) -> None:
        """Open the connection; OSError (ssl.SSLError is one) says why it does not open."""
        client.connect(self.host, self.port, keepalive=KEEPALIVE_S)


def refusal(reason_code: object) -> str:
    """Why the broker did not let us in, in words, from CONNACK's reason."""
    text = str(reason_code)
    if text in ("Not authorized", "Bad user name or password"):
        return "refused the user name or the password"
    return "refused the connection: " + text.lower()
