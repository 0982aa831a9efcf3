"""The dashboard's HTTP interface for programs: health, metrics, devices, calls, the live stream. Its document is `openapi.py`.

Errors are JSON `{"error": "one line"}`: 400 a parameter is wrong, 404 no such call, 503 the store does not answer or too many
streams are open. Handlers read the store in a worker thread; the streams run on the event loop and only look at the hub.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse

from sidetone_host.dashboard import openapi, query, table
from sidetone_host.dashboard.hub import Hub
from sidetone_host.dashboard.metrics import metrics_text
from sidetone_host.dashboard.store import Store, StoreError

STREAM_TICK_S = 0.2  # how often a stream looks for changes: a lamp is on the page within 0.2 s, and a tile is sent 5 times a second at most
HEARTBEAT_S = 2.0  # a stream that has nothing to say says so: the page greys when it hears nothing for 6 s
STREAMS_MAX = 200  # open streams: each costs a socket and a task


def error(status: int, line: str) -> JSONResponse:
    return JSONResponse({"error": line}, status_code=status)


async def healthz(request: Request) -> Response:
    """200 while the store answers; an absent broker is told but is not the dashboard's illness."""
    store: Store = request.app.state.store
    hub: Hub = request.app.state.hub
    body: dict[str, Any] = {"status": "ok", "store": "ok", "broker": "connected" if hub.broker["connected"] else "absent"}
    try:
        await run_in_threadpool(store.check)
    except StoreError as fault:
        return JSONResponse({**body, "status": "failed", "store": str(fault)}, status_code=503)
    return JSONResponse(body)


async def metrics(request: Request) -> Response:
    """Prometheus text; the store's sizes are left out while it does not answer."""
    state = request.app.state
    try:
        sizes = await run_in_threadpool(state.store.sizes)
    except StoreError:
        sizes = None
    text = metrics_text(state.hub, sizes, state.streams, state.ingest_counters())
    return PlainTextResponse(text, headers={"content-type": "text/plain; version=0.0.4; charset=utf-8"})


async def devices(request: Request) -> Response:
    """Every device ever heard, with its newest live state."""
    state = request.app.state
    try:
        known = await run_in_threadpool(state.store.devices)
    except StoreError as fault:
        return error(503, str(fault))
    live = {(tile["site"], tile["device"]): tile for tile in state.hub.tiles()}
    now_ms = state.hub.now_ms()
    shown = [
        {
            "site": row["site"],
            "device": row["device"],
            "first_seen": table.iso(row["first_seen"]),
            "last_seen": table.iso(row["last_seen"]),
            "availability": row["availability"],
            "availability_at": table.iso(row["availability_at"]),
            "meta": row["meta"],
            "live": _live(live.pop((row["site"], row["device"]), None), now_ms),
        }
        for row in known
    ]
    # heard just now, not in the store yet
    for (site, device), tile in live.items():
        empty = dict.fromkeys(("first_seen", "last_seen", "availability", "availability_at", "meta"))
        shown.append({"site": site, "device": device, **empty, "live": _live(tile, now_ms)})
    return JSONResponse({"devices": shown})


def _live(tile: dict[str, Any] | None, now_ms: int) -> dict[str, Any] | None:
    if tile is None or tile["heard_ms"] is None:
        return None
    began_ms = tile["call_began_ms"]
    return {
        **{key: tile[key] for key in ("phase", "speaking", "level_dbfs", "rate_per_min", "lamps")},
        "age_ms": now_ms - tile["heard_ms"],
        "call_ms": None if began_ms is None else now_ms - began_ms,
    }


async def calls(request: Request) -> Response:
    """Call records, newest first, as JSON with `next`, or as CSV with the same cursor in the X-Next-Cursor header."""
    try:
        asked = query.read(request.query_params)
    except query.BadQuery as fault:
        return error(400, str(fault))
    try:
        rows = await run_in_threadpool(request.app.state.store.calls, **asked.selection())
    except StoreError as fault:
        return error(503, str(fault))
    following = query.cursor(rows[-1]["at"], rows[-1]["id"]) if len(rows) == asked.limit else None
    if asked.format == "json":
        return JSONResponse({"calls": [table.call_object(row) for row in rows], "next": following})
    headers = {"content-disposition": 'attachment; filename="sidetone-calls.csv"'}
    if following:
        headers["x-next-cursor"] = following
    return Response("".join(table.csv_lines(rows)), media_type="text/csv; charset=utf-8", headers=headers)


async def call(request: Request) -> Response:
    """One call with its timeline."""
    call_id = request.path_params["id"]
    if call_id >= 2**63:
        return error(404, "no such call")
    try:
        row = await run_in_threadpool(request.app.state.store.call, call_id)
    except StoreError as fault:
        return error(503, str(fault))
    return error(404, "no such call") if row is None else JSONResponse(table.call_object(row))


async def stream(request: Request) -> Response:
    """Server-sent events: all tiles at first, then whatever changed, at most every STREAM_TICK_S; a comment when nothing did."""
    state = request.app.state
    if state.streams >= STREAMS_MAX:
        return error(503, f"{STREAMS_MAX} streams are open already")
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}  # a proxy in front must not collect events
    return StreamingResponse(_events(state), media_type="text/event-stream", headers=headers)


async def _events(state: Any) -> AsyncIterator[str]:
    hub: Hub = state.hub
    state.streams += 1
    try:
        seen, quiet_s = -1, 0.0
        yield "retry: 1000\n\n"
        while not state.is_stopping():
            seen, text = hub.since(seen)
            if text is not None:
                quiet_s = 0.0
                yield f"event: tiles\ndata: {text}\n\n"
            elif quiet_s >= HEARTBEAT_S:
                quiet_s = 0.0
                yield f"event: still\ndata: {hub.now_ms()}\n\n"
            await asyncio.sleep(STREAM_TICK_S)
            quiet_s += STREAM_TICK_S
    finally:
        state.streams -= 1


async def document(request: Request) -> Response:
    """The OpenAPI document of all this."""
    return JSONResponse(openapi.document())
