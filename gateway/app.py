"""The HTTP application: every route wired in one place, and every error an RFC 9457 problem."""

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from gateway.api import assets, contents, events, health, members, payments, pledges, receivables, tokens, transactions
from gateway.errors import Problem
from gateway.services import Services
from gateway.signers.interface import KeyUnheld, SigningLocked
from ledger.chain.rpc import NodeUnreachable
from ledger.mirror.queries.reading import PageError

log = logging.getLogger(__name__)

PROBLEM_TYPE = "application/problem+json"
ROOMS = (transactions, members, contents, assets, pledges, receivables, tokens, payments, events, health)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
}


def create(services: Services) -> FastAPI:
    """The application over wired services."""
    app = FastAPI(title="Pledgebook gateway", version="0.1.0", description=__doc__, redoc_url=None)
    app.state.services = services
    for room in ROOMS:
        app.include_router(room.router)
    _answer_errors(app)
    app.middleware("http")(_guarded)
    return app


async def _guarded(request: Request, pass_on: Callable[[Request], Awaitable[Response]]) -> Response:
    """Refuses bodies that are too long, or whose length isn't told, before they are read; adds the headers that every answer carries."""
    limit = request.app.state.services.settings.body_bytes
    told = request.headers.get("content-length")
    if told is not None and (not told.isdigit() or int(told) > limit):
        return _answer(Problem(413, "Body too long", f"body: {told[:20]} bytes, at most {limit}; send smaller batches"))
    if told is None and "transfer-encoding" in request.headers:
        return _answer(Problem(411, "Length required", "send Content-Length; a body in chunks is not read"))
    response = await pass_on(request)
    if not request.url.path.startswith("/docs"):
        response.headers.update(HEADERS)
    return response


def _answer_errors(app: FastAPI) -> None:
    app.add_exception_handler(Problem, lambda _, error: _answer(_as_problem(error)))
    for kind in (RequestValidationError, HTTPException, NodeUnreachable, SigningLocked, KeyUnheld, PageError, Exception):
        app.add_exception_handler(kind, lambda _, error: _answer(_as_problem(error)))


def _as_problem(error: Exception) -> Problem:
    if isinstance(error, Problem):
        return error
    if isinstance(error, RequestValidationError):
        return _malformed(error)
    if isinstance(error, HTTPException):
        return Problem(error.status_code, str(error.detail), str(error.detail))
    if isinstance(error, NodeUnreachable):
        return Problem(503, "Node unreachable", f"{error}; nothing was changed, try again")
    if isinstance(error, SigningLocked):
        return Problem(503, "Signing locked", "this gateway has no passphrase, so it serves reads only; ask its operator")
    if isinstance(error, KeyUnheld):
        return Problem(409, "Key not held", str(error))
    if isinstance(error, PageError):
        return Problem(422, "Invalid request", f"after: {error}", field="after")
    log.error("unforeseen error", exc_info=error)
    return Problem(500, "Internal error", "the gateway met an error that it did not foresee; it is in its log")


def _malformed(error: RequestValidationError) -> Problem:
    told = [{"field": ".".join(str(part) for part in each["loc"] if part != "body"), "rule": each["msg"]} for each in error.errors()[:20]]
    first = told[0] if told else {"field": "body", "rule": "malformed"}
    return Problem(422, "Invalid request", f"{first['field'] or 'body'}: {first['rule']}", errors=told)


def _answer(problem: Problem) -> JSONResponse:
    headers: dict[str, Any] = {"WWW-Authenticate": "Bearer"} if problem.status == 401 else {}
    return JSONResponse(problem.body(), problem.status, headers=headers, media_type=PROBLEM_TYPE)
