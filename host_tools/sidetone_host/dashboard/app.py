"""The dashboard: its routes, and what every answer carries. Everything it needs is handed in; it opens nothing by itself."""

from __future__ import annotations

import gzip
import importlib.resources
import ipaddress
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sidetone_host.dashboard import api, views
from sidetone_host.dashboard.hub import Hub
from sidetone_host.dashboard.store import Store

STATIC = Path(__file__).parent / "static"

# 'sha256-47DE…' is the hash of nothing: Plotly makes one empty <style> and fills it through the CSSOM. No other inline style, no
# inline script, no eval and no other host is allowed, so text that got past the escaping still could not run.
_EMPTY_STYLE = "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        f"style-src 'self' {_EMPTY_STYLE}",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}

API_ROUTES = (
    Route("/healthz", api.healthz),
    Route("/metrics", api.metrics),
    Route("/api/v1/devices", api.devices),
    Route("/api/v1/calls", api.calls),
    Route("/api/v1/calls/{id:int}", api.call),
    Route("/api/v1/stream", api.stream),
    Route("/api/v1/openapi.json", api.document),
)


def create_app(
    store: Store,
    hub: Hub,
    hosts: frozenset[str] | None = None,
    ingest_counters: Callable[[], Mapping[str, int]] = dict,
    is_stopping: Callable[[], bool] = lambda: False,
) -> Starlette:
    """The ASGI application.

    hosts: names by which it may be asked besides IP addresses (a page of another site that had its own name point at us must not
    read the calls: DNS rebinding); None asks nothing. is_stopping: true once the server is to end, so that open streams end too.
    """
    pages: list[BaseRoute] = [
        Route("/", views.board),
        Route("/calls", views.calls),
        Route("/calls/{id:int}", views.call),
        Route("/static/charts.js", charts),
        Route("/favicon.ico", favicon),
        Mount("/static", StaticFiles(directory=STATIC)),
    ]
    app = Starlette(
        routes=[*API_ROUTES, *pages],
        middleware=[Middleware(Guard, hosts=hosts)],
        exception_handlers={404: views.not_found, 405: views.not_found, 500: views.broken},
    )
    app.state.store = store
    app.state.hub = hub
    app.state.streams = 0
    app.state.ingest_counters = ingest_counters
    app.state.is_stopping = is_stopping
    return app


class Guard:
    """Refuses a strange Host, and gives every answer its security headers and its caching."""

    def __init__(self, app: ASGIApp, hosts: frozenset[str] | None) -> None:
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        if self._hosts is not None and not _is_known(request.headers.get("host", ""), self._hosts):
            refusal = PlainTextResponse("this name is not ours: add it to SIDETONE_HOSTS\n", status_code=421, headers=HEADERS)
            await refusal(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
                if scope["path"].startswith("/static/"):
                    # the address carries the content's mark (views.asset), so a kept copy is never an old one
                    headers["cache-control"] = "public, max-age=31536000, immutable"
                else:
                    headers.setdefault("cache-control", "no-store")
            await send(message)

        await self._app(scope, receive, send_with_headers)


def _is_known(host: str, names: frozenset[str]) -> bool:
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() and not host.endswith("]") else host
    name = name.strip("[]").lower().rstrip(".")
    if name in names:
        return True
    try:
        ipaddress.ip_address(name)  # an address can't be rebound to another machine
    except ValueError:
        return False
    return True


@cache
def charts_script() -> tuple[bytes, bytes]:
    """The chart library as it ships inside its Python package: (plain, gzip). It is 4.8 MB, 1.5 MB on the wire, once a browser."""
    plain = importlib.resources.files("plotly").joinpath("package_data", "plotly.min.js").read_bytes()
    return plain, gzip.compress(plain, compresslevel=6, mtime=0)


async def charts(request: Request) -> Response:
    plain, packed = await run_in_threadpool(charts_script)
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(packed, media_type="text/javascript", headers={"content-encoding": "gzip", "vary": "accept-encoding"})
    return Response(plain, media_type="text/javascript", headers={"vary": "accept-encoding"})


async def favicon(_request: Request) -> Response:
    return Response((STATIC / "icon.svg").read_bytes(), media_type="image/svg+xml")
