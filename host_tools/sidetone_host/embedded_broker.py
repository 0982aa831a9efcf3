"""The broker where mosquitto is not installed: amqtt in this process, with the same passwords and access list. No TLS, tens of devices."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from amqtt.broker import Broker
from amqtt.contexts import Action
from amqtt.plugins.base import BaseAuthPlugin, BaseTopicPlugin
from amqtt.session import Session

from sidetone_host.broker import Accounts, Place, may, password_matches
from sidetone_host.errors import CannotDo


class PasswordPlugin(BaseAuthPlugin):
    """Lets in whom the password file knows. (With anonymous access amqtt drops sessions, so it is never given.)"""

    async def authenticate(self, *, session: Session) -> bool:
        stored = Accounts(Path(self.config.folder)).read().get(session.username or "")
        return stored is not None and password_matches(session.password or "", stored)

    @dataclass
    class Config:
        folder: str = ""


class AccessPlugin(BaseTopicPlugin):
    """The access list for amqtt."""

    async def topic_filtering(self, *, session: Session | None = None, topic: str | None = None, action: Action | None = None) -> bool:
        return bool(session and session.username and topic and action and may(session.username, action.value, topic))

    @dataclass
    class Config:
        pass


async def _serve(place: Place, ready: Callable[[], None]) -> int:
    """Serve from this process until SIGTERM or SIGINT."""
    logging.getLogger("amqtt").setLevel(logging.CRITICAL)
    logging.getLogger("transitions").setLevel(logging.CRITICAL)
    host = f"[{place.host}]" if ":" in place.host else place.host
    plugins = {
        f"{__name__}.PasswordPlugin": {"folder": str(place.folder)},
        f"{__name__}.AccessPlugin": {},
    }
    broker = Broker({"listeners": {"default": {"type": "tcp", "bind": f"{host}:{place.port}"}}, "plugins": plugins})
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    try:
        await broker.start()
    except Exception as error:  # noqa: BLE001 (amqtt wraps what asyncio says of the port in its own exceptions)
        raise CannotDo(f"the embedded broker does not start: {error}") from None
    ready()
    await stop.wait()
    with contextlib.suppress(asyncio.TimeoutError):
        await asyncio.wait_for(broker.shutdown(), 5)
    return 0


def run(place: Place, ready: Callable[[], None]) -> int:
    """Serve until told to stop. ready(): called when it takes connections."""
    return asyncio.run(_serve(place, ready))
