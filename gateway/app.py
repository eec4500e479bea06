"""The HTTP application: every route wired in one place, one door in front of all of them, and every error an RFC 9457 problem."""

import json
import logging
import sys
from collections.abc import Awaitable, Callable
from functools import lru_cache, partial
from typing import Any
from urllib.parse import unquote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.access import Purpose, Session
from gateway.api import (
    anchors,
    assets,
    certificates,
    contents,
    debits,
    document,
    drafts,
    events,
    exposures,
    financing,
    financing_drafts,
    health,
    invoices,
    keeping,
    members,
    offers,
    parties,
    payments,
    peer_doors,
    peers,
    pledges,
    receivable_drafts,
    receivables,
    registers,
    rights,
    searches,
    tokens,
    transactions,
    unambiguous,
    watches,
    webhooks,
)
from gateway.api.deprecation import DEPRECATED
from gateway.api.fields import FORMS
from gateway.api.refusals import PROBLEM_TYPE
from gateway.api.shaping import Shaping
from gateway.console import front
from gateway.console.front import Console
from gateway.errors import Problem, rule_said
from gateway.limits import Buckets, TooMany, neighbourhood
from gateway.office import audit
from gateway.office.audit import Entry
from gateway.peers import door as peer_door
from gateway.peers.door import PeerDoor
from gateway.peers.signing import Unsigned
from gateway.services import Services
from gateway.sessions import Sessions
from gateway.signers.fingerprint_keys import FingerprintKeyError
from gateway.signers.interface import KeyUnheld, SigningLocked, VaultAway
from ledger.chain.rpc import NodeUnreachable, RpcError
from ledger.mirror.database import NotServed, is_away, is_cut_off, is_full
from ledger.mirror.queries.payments import Unbalanced
from ledger.mirror.queries.reading import PageError

log = logging.getLogger(__name__)

ROOMS = (
    *(transactions, members, contents, registers, anchors, parties, assets, pledges, drafts, searches, certificates, watches),
    *(
        invoices,
        receivables,
        receivable_drafts,
        offers,
        tokens,
        payments,
        debits,
        exposures,
        financing,
        financing_drafts,
        keeping,
        events,
        webhooks,
        peers,
        peer_doors,
        health,
    ),
)
OPEN_PATHS = frozenset({"/health", document.PATH, document.PAGE})
"""What is answered without a key: whether the gateway works, and how to ask it."""
UNKNOWN = ("Not authenticated", "give a valid API key or token as `Authorization: Bearer ...`; see `pledgebook keys`")
"""What everybody is told who isn't known, whatever was wrong: title and detail."""
DATABASE_AWAY = (
    "this gateway's database can't be used now; a read changed nothing, and whether anything else was kept is not known: "
    "send the same again, under the same Idempotency-Key where it has one"
)
CUT_OFF = (
    "the database ended what took longer than it allows a query; a read changed nothing: ask for less (a narrower filter, a smaller "
    "limit), or have the operator raise its statement_timeout. Send anything else again, under the same Idempotency-Key where it has one"
)
FULL = "this gateway's disk is full; nothing of the request was kept: have its operator free some space, then send it again"
MOST_FRAMES = 1_000
GUESSES_AT_ONCE = 20
MOST_NOTED = 400
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
}


def _raw(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]


_RAW_HEADERS, _RAW_CONSOLE_HEADERS = _raw(HEADERS), _raw(front.HEADERS)


def create(services: Services) -> FastAPI:
    """The application over wired services."""
    # A library of elliptic curves raises this to 100,000 when it is imported, deeper than a thread's stack: a body of nested lists would
    # end the process.
    sys.setrecursionlimit(MOST_FRAMES)
    app = FastAPI(
        title="Pledgebook gateway",
        version="0.1.0",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        # A redirect is no answer of the document, and would send who asks, with the key, to the host and scheme that the request names.
        redirect_slashes=False,
        generate_unique_id_function=_operation_id,
    )
    app.state.services = services
    for room in ROOMS:
        # As routes of the application itself: a router within it would be asked anew at every request.
        for route in room.router.routes:
            if isinstance(route, APIRoute):
                route.unique_id = route.name
                route.deprecated = route.name in DEPRECATED or None
                unambiguous.attach(route)
            app.router.routes.append(route)
    rights.check(route.name for route in app.routes if isinstance(route, APIRoute))
    front.check()
    document.attach(app)
    _answer_errors(app)
    app.add_middleware(Shaping)
    app.add_middleware(Noting, services=services)
    app.add_middleware(Door, services=services, outer=app)
    return app


def _operation_id(route: APIRoute) -> str:
    return route.name


# --- The door --------------------------------------------------------------------------------------------------------------------


class Noting:
    """Before an auditor or a regulator is answered about others' records, the log has who asked for what, and why."""

    def __init__(self, app: ASGIApp, services: Services) -> None:
        self._app, self._services = app, services

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def answer(message: Message) -> None:
            session: Session | None = scope.get("state", {}).get("session")
            if message["type"] == "http.response.start" and session is not None and session.purpose.oversaw:
                await run_in_threadpool(self._note, session, Request(scope))
            await send(message)

        await self._app(scope, receive, answer)

    def _note(self, session: Session, request: Request) -> None:
        asked = f"{request.method} {request.url.path}?{request.url.query}".rstrip("?")[:MOST_NOTED]
        with self._services.office.write() as conn:
            audit.append(conn, session.member, [Entry(session.key_id, "oversight", asked, session.purpose.reason or "")])


class Door:
    """Nobody unknown passes, nobody asks too often, and no body is read further than it may be long; every answer carries the headers.
    The API opens by a key or token in a header, and by nothing else; the console by its own cookie, and by nothing else.
    """

    def __init__(self, app: ASGIApp, services: Services, outer: FastAPI) -> None:
        self._app, self._services = app, services
        stated = services.settings
        self._peers = Buckets(stated.rate_peer, 2 * stated.rate_peer)
        self._keys = Buckets(stated.rate_key, 2 * stated.rate_key)
        self._sessions = Sessions(services.office, services.issuers, Buckets(stated.rate_guesses, GUESSES_AT_ONCE))
        self._peer_door = PeerDoor(services)
        self._console = Console(services, app, outer, self._sessions)
        self._endless = {route.path for route in outer.routes if isinstance(route, APIRoute) and route.name in document.STREAMS}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_page = Console.has(scope["path"])
        began, headed, state = False, _with_headers(send, _RAW_CONSOLE_HEADERS if is_page else _RAW_HEADERS), scope.setdefault("state", {})

        async def answer(message: Message) -> None:
            nonlocal began
            began = began or message["type"] == "http.response.start"
            await headed(message)

        try:
            received = await self._check(scope, state, receive)
            await (self._console if is_page else self._app)(self._answered(scope), received, answer)
        except ClientDisconnect:
            return  # nobody is there to be answered; a body that was cut off is no error of the gateway
        except Exception as error:  # whatever it was, the answer is a problem and carries the headers
            problem = _as_problem(error)
            if began:
                raise
            await self._refused(scope, problem)(scope, receive, headed)

    def _answered(self, scope: Scope) -> Scope:
        """HEAD is answered as GET is (RFC 9110, 9.3.2), and the server sends the head alone; but what has no end would never be over."""
        path, method = unambiguous.parted(scope), scope["method"]
        if method == "HEAD" and path not in self._endless:
            method = "GET"
        return scope if (path, method) == (scope["path"], scope["method"]) else {**scope, "path": path, "method": method}

    def _refused(self, scope: Scope, problem: Problem) -> ASGIApp:
        if Console.has(scope["path"]):
            return self._console.refused(scope, problem, _more_of(problem))
        return _answer(problem)

    async def _check(self, scope: Scope, state: dict[str, Any], receive: Receive) -> Receive:
        """Lets a caller in, or another member's gateway by its signature, and gives what the body is read from."""
        peer, told = _peer(scope), dict(scope["headers"])
        _pass(self._peers, peer, "this address")
        if Console.has(scope["path"]):
            receive = self._bounded(told, receive)
            await self._console.let_in(scope, state, lambda name: _pass(self._keys, name, "this key"))
            return receive
        if scope["path"].startswith(peer_door.PREFIX):
            receive = self._bounded(told, receive)
            return await self._peer_door.let_in(scope, state, receive, lambda name: _pass(self._keys, name, "this key"))
        if scope["path"] not in OPEN_PATHS:
            session = await self._session(told, peer)
            _pass(self._keys, session.key_id, "this key")
            state["session"] = Session(session.key_id, session.member, session.scopes, Purpose(_reason(told)), session.ends)
            state["stands"] = partial(self._stands, session, told, peer)
        return self._bounded(told, receive)

    def _bounded(self, headers: dict[bytes, bytes], receive: Receive) -> Receive:
        """What a body is read from. Raises 413 for one that says that it is too long, 411 for another coding than chunks."""
        limit, told = self._services.settings.body_bytes, headers.get(b"content-length")
        if told is not None and (not _is_number(told) or int(told) > limit):
            raise _too_long(told[:20].decode("latin-1"), limit)
        coded = headers.get(b"transfer-encoding")
        if coded is None:
            return receive
        if coded.lower() != b"chunked":
            raise Problem(411, "Length required", "Transfer-Encoding: chunked is read and no other; or send Content-Length")
        return _counted(receive, limit)

    async def _session(self, headers: dict[bytes, bytes], peer: str) -> Session:
        """The caller's session. Raises 401, TooMany."""
        kind, _, text = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
        session = await self._sessions.of(text.strip(), peer) if kind.lower() == "bearer" else None
        if session is None:
            raise Problem(401, *UNKNOWN)
        return session

    async def _stands(self, session: Session, headers: dict[bytes, bytes], peer: str) -> bool:
        """Whether what opened a session would open it now: for answers that have no end."""
        try:
            return await self._session(headers, peer) == session
        except (Problem, TooMany):
            return False


def _counted(receive: Receive, limit: int) -> Receive:
    """A body whose length isn't told, as it arrives. Raises 413 once it is too long."""
    length = 0

    async def counted() -> Message:
        nonlocal length
        message = await receive()
        length += len(message.get("body", b""))
        if length > limit:
            raise _too_long(f"more than {limit}", limit)
        return message

    return counted


def _too_long(told: str, limit: int) -> Problem:
    return Problem(413, "Body too long", f"body: {told} bytes, at most {limit}; send smaller batches")


def _with_headers(send: Send, headers: list[tuple[bytes, bytes]]) -> Callable[[Message], Awaitable[None]]:
    async def answer(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], *headers]
        await send(message)

    return answer


def _pass(buckets: Buckets, name: str, words: str) -> None:
    if missing := buckets.take(name):
        raise TooMany(f"too many requests of {words}", missing)


def _peer(scope: Scope) -> str:
    client = scope.get("client")
    return _neighbourhood(client[0] if client else "")


_neighbourhood = lru_cache(4_096)(neighbourhood)


def _reason(headers: dict[bytes, bytes]) -> str | None:
    """What the caller says it looks for; percent signs stand for what a header can't carry (UTF-8)."""
    given = headers.get(_REASON)
    return None if given is None else " ".join(unquote(given.decode("latin-1")).split())


_REASON = rights.REASON.lower().encode()


def _is_number(text: bytes) -> bool:
    return text.isdigit() and len(text) < 20


# --- Errors ----------------------------------------------------------------------------------------------------------------------


def _answer_errors(app: FastAPI) -> None:
    kinds = (
        Problem,
        RequestValidationError,
        HTTPException,
        NodeUnreachable,
        RpcError,
        SigningLocked,
        KeyUnheld,
        PageError,
        FingerprintKeyError,
        VaultAway,
        Unsigned,
        NotServed,
        Unbalanced,
    )
    for kind in kinds:
        app.add_exception_handler(kind, _answered)


def _answered(request: Request, error: Exception) -> Response:
    if request.method == "OPTIONS" and isinstance(error, HTTPException) and error.status_code == 405:
        # No page of another origin is let in by this: that would take headers of CORS, and there are none.
        return Response(status_code=204, headers={"Allow": _allowed(request)})
    return _answer(_as_problem(error), _headers_of(request, error))


_AWAY: dict[type[Exception], tuple[str, str]] = {
    NodeUnreachable: ("Node unreachable", "the gateway's node does not answer; nothing was changed, try again"),
    RpcError: ("Node busy", "the gateway's node could not answer; nothing was changed, try again"),
    SigningLocked: ("Signing locked", "this gateway has no passphrase, so it serves reads only; ask its operator"),
    VaultAway: ("Signer away", "the place that holds the key does not answer; nothing was signed or kept, try again"),
}
"""What is away, and what is said of it: its title and detail."""


_TOLD: dict[type[Exception], tuple[int, str]] = {
    NotServed: (503, "Records being folded again"),
    Unbalanced: (503, "Statement out of balance"),
    FingerprintKeyError: (503, "Fingerprint key not held"),
    KeyUnheld: (409, "Key not held"),
}
"""What tells a person by its own words what is wrong and what to do: its status and title."""


def _as_problem(error: Exception) -> Problem:
    if isinstance(error, Problem):
        return error
    if isinstance(error, Unsigned):
        log.info("a peer was not let in: %s", error)
        return Problem(401, *UNKNOWN)
    if isinstance(error, RequestValidationError):
        return _malformed(error)
    if isinstance(error, HTTPException):
        return _of_http(error)
    for kind, answer in _AWAY.items():
        if isinstance(error, kind):
            log.warning("%s: %s", answer[0].lower(), error)
            return Problem(503, *answer)
    for kind, (status, title) in _TOLD.items():
        if isinstance(error, kind):
            return Problem(status, title, str(error))
    if isinstance(error, PageError):
        return Problem(422, "Invalid request", str(error), field=str(error).partition(":")[0])
    return _unforeseen(error)


def _unforeseen(error: Exception) -> Problem:
    if is_full(error):
        log.error("a disk is full: %s", error)
        return Problem(503, "Disk full", FULL)
    if is_cut_off(error):
        log.error("a query was ended by the database: %s", error)
        return Problem(503, "Query took too long", CUT_OFF)
    if is_away(error):
        log.error("a database is away: %s", error, exc_info=error)
        return Problem(503, "Database away", DATABASE_AWAY)
    log.error("unforeseen error", exc_info=error)
    return Problem(500, "Internal error", "the gateway met an error that it did not foresee; it is in its log")


def _of_http(error: HTTPException) -> Problem:
    if error.status_code == 400:
        return Problem(422, "Invalid request", "body: no JSON that can be read", field="body")
    return Problem(error.status_code, str(error.detail), f"{error.detail}: see {document.PATH}")


def _headers_of(request: Request, error: Exception) -> dict[str, str]:
    if not isinstance(error, HTTPException):
        return {}
    return {**(error.headers or {}), **({"Allow": _allowed(request)} if error.status_code == 405 else {})}


def _allowed(request: Request) -> str:
    """The methods of a path: each is a route of its own, and the first one found knows itself only."""
    found = [route for route in request.app.routes if isinstance(route, Route) and route.path_regex.match(request.url.path)]
    methods = {method for route in found for method in route.methods or ()}
    headed = {"HEAD"} if "GET" in methods and all(route.name not in document.STREAMS for route in found) else set[str]()
    return ", ".join(sorted(methods | headed | {"OPTIONS"}))


def _malformed(error: RequestValidationError) -> Problem:
    told = [{"field": _field(each), "rule": _rule(each)} for each in error.errors()[:20]]
    detail = "; ".join(f"{each['field']}: {each['rule']}" for each in told[:3])
    return Problem(422, "Invalid request", detail, field=told[0]["field"], errors=told)


def _rule(each: dict[str, Any]) -> str:
    """A rule in words; that of a pattern says what is to be written."""
    words = FORMS.get(each.get("ctx", {}).get("pattern", ""))
    if words is not None:
        return f"{str(each['input'])[:40]!r} is not {words}"
    return rule_said(each)


def _field(each: dict[str, Any]) -> str:
    """A field as everywhere: items[1].name, wherever in the request it is."""
    parts = () if each["type"] == "json_invalid" else each["loc"][1:]
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts).removeprefix(".") or "body"


def _answer(problem: Problem, headers: dict[str, str] | None = None) -> JSONResponse:
    more = {"WWW-Authenticate": "Bearer"} if problem.status == 401 else _more_of(problem)
    return _ProblemResponse(problem.body(), problem.status, headers={**(headers or {}), **more}, media_type=PROBLEM_TYPE)


def _more_of(problem: Problem) -> dict[str, str]:
    return {"Retry-After": str(problem.retry_after)} if isinstance(problem, TooMany) else {}


class _ProblemResponse(JSONResponse):
    """A problem may repeat what was wrong with a request, be it text that can't be written."""

    def render(self, content: Any) -> bytes:
        return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode(errors="backslashreplace")
