"""Which broker a program of ours talks to when nobody says."""

from __future__ import annotations

import contextlib
import os

from sidetone_host import folders

MQTT_DEFAULT = "mqtt://127.0.0.1:1883"


def broker_url(given: str | None, user: str) -> str:
    """What was given, else SIDETONE_MQTT, else the address that `sidetone broker` on this machine keeps for `user`, else MQTT_DEFAULT."""
    url = given or os.environ.get("SIDETONE_MQTT")
    if not url:
        with contextlib.suppress(OSError):  # no broker of ours here, or not this user's
            url = (folders.data() / "broker" / f"{user}.url").read_text("utf-8").strip()
    return url or MQTT_DEFAULT
