"""The pages people read: the wall board, the list of calls, one call. Jinja2 escapes everything; the script writes only text nodes."""

from __future__ import annotations

import hashlib
from datetime import datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from sidetone_host.dashboard import fields, query, report, texts
from sidetone_host.dashboard.hub import LAMPS
from sidetone_host.dashboard.store import StoreError

PAGE_CALLS = 50  # calls on one page of the list
_STATIC = Path(__file__).parent / "static"
_PAGE_PARAMETERS = ("since", "until", "device", "findings", "cursor", "lang")
_YEAR_S = 31_536_000

_templates = Environment(
    loader=PackageLoader("sidetone_host.dashboard"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)


@cache
def asset(name: str) -> str:
    """The address of a file of ours, with its content's mark, so that a browser may keep it for ever."""
    mark = version("plotly") if name == "charts.js" else hashlib.sha256((_STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={mark}"


async def board(request: Request) -> Response:
    return _page(request, "board.html", lamps=LAMPS)


async def calls(request: Request) -> Response:
    """The list of calls: `until` is the last day shown, so that a reader who writes one day twice sees that day."""
    words = _words(request)
    given = dict(request.query_params)
    form = {name: given.get(name, "") for name in ("since", "until", "device", "findings")}
    try:
        known = await run_in_threadpool(request.app.state.store.devices)
        asked = query.read(_whole_days({name: value for name, value in given.items() if name != "lang"}), _PAGE_PARAMETERS)
        rows = await run_in_threadpool(request.app.state.store.calls, **{**asked.selection(), "limit": PAGE_CALLS})
    except query.BadQuery as fault:
        return _error(request, 400, words("bad_request"), str(fault))
    except StoreError as fault:
        return _error(request, 503, words("store_down"), str(fault))
    kept = {name: value for name, value in form.items() if value}
    older = query.cursor(rows[-1]["at"], rows[-1]["id"]) if len(rows) == PAGE_CALLS else None
    exported = _whole_days(kept)
    return _page(
        request,
        "calls.html",
        form=form,
        rows=[report.list_row(row, words) for row in rows],
        devices=[f"{row['site']}/{row['device']}" for row in known],
        older=None if older is None else "/calls?" + urlencode({**kept, "cursor": older}),
        newest="/calls?" + urlencode(kept) if "cursor" in given else None,
        export="/api/v1/calls?" + urlencode({**exported, "format": "csv", "limit": query.LIMIT_MAX}),
    )


async def call(request: Request) -> Response:
    words = _words(request)
    call_id = request.path_params["id"]
    try:
        row = await run_in_threadpool(request.app.state.store.call, call_id) if call_id < 2**63 else None
    except StoreError as fault:
        return _error(request, 503, words("store_down"), str(fault))
    if row is None:
        return _error(request, 404, words("error"), words("not_found"))
    return _page(
        request,
        "call.html",
        call=report.list_row(row, words),
        facts=report.facts(row, words),
        findings=report.findings(row, words),
        phrases=report.phrases(row, words),
        record=report.record_table(row, words),
        not_judged=report.not_judged(row, words),
        advice=report.advice(row, words),
        intervals=report.interval_table(row, words),
        timeline=report.timeline(row, words),
        groups=fields.GROUPS,
    )


async def not_found(request: Request, fault: Exception) -> Response:
    """404 and 405, as JSON for programs and as a page for people."""
    status = fault.status_code if isinstance(fault, HTTPException) else 404
    if request.url.path.startswith(("/api/", "/healthz", "/metrics")):
        return JSONResponse({"error": "no such address" if status == 404 else "only GET"}, status_code=status)
    words = _words(request)
    return _error(request, status, words("error"), words("not_found"))


async def broken(request: Request, _fault: Exception) -> Response:
    """A bug of ours: its traceback is in the server's log, not on the page."""
    return JSONResponse({"error": "a bug in the dashboard: see its log"}, status_code=500)


def _whole_days(given: dict[str, str]) -> dict[str, str]:
    """`until` as a day (YYYY-MM-DD, what a date field sends) means the end of that day."""
    until = given.get("until", "")
    if len(until) != len("2026-11-21"):
        return given
    try:
        end = datetime.fromisoformat(until).replace(hour=23, minute=59, second=59, microsecond=999_999)
    except ValueError:
        return given
    return {**given, "until": end.isoformat()}


def _words(request: Request) -> texts.Words:
    headers = request.headers
    return texts.Words(texts.choose(request.query_params.get("lang"), request.cookies.get(texts.COOKIE), headers.get("accept-language")))


def _page(request: Request, template: str, status: int = 200, **values: Any) -> Response:
    words = _words(request)
    other = "en" if words.language == "zh" else "zh"
    parameters = {**request.query_params, "lang": other}
    html = _templates.get_template(template).render(
        words=words,
        asset=asset,
        path=request.url.path,
        switch=f"{request.url.path}?{urlencode(parameters)}",
        other=other,
        **values,
    )
    response = HTMLResponse(html, status_code=status, headers={"content-language": words.language, "vary": "accept-language, cookie"})
    if request.query_params.get("lang") in texts.LANGUAGES:
        response.set_cookie(texts.COOKIE, words.language, max_age=_YEAR_S, samesite="lax", httponly=True)
    return response


def _error(request: Request, status: int, title: str, line: str) -> Response:
    return _page(request, "error.html", status, title=title, line=line)
