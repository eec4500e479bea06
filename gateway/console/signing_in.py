"""What is answered without a session: the style sheet, and the form by which one signs in with an API key or a token."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fastapi.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from gateway.access import Session
from gateway.console import cookies, forgery
from gateway.console.forms import Form
from gateway.console.rendering import ROOM
from gateway.console.sessions import Entered
from gateway.console.visit import own_path
from gateway.errors import Problem
from gateway.limits import TooMany, neighbourhood

if TYPE_CHECKING:
    from gateway.console.front import Console

_STYLE = (ROOM / "static" / "console.css").read_text()
_FORM_BYTES = 32
UNKNOWN = ("Not authenticated", "give a valid API key or token; the gateway's operator issues keys")
"""What everybody is told who isn't known, whatever was wrong: title and detail."""


@dataclass(frozen=True)
class Desk:
    """A request of somebody who may not be known yet."""

    console: Console
    request: Request
    form: Form
    entered: Entered | None


async def style(_: Desk) -> Response:
    """The one style sheet."""
    return Response(_STYLE, media_type="text/css")


async def sign_in(desk: Desk) -> Response:
    """The form; who is signed in needs none."""
    asked = desk.request.query_params
    if desk.entered is not None:
        return RedirectResponse(own_path(asked.get("next")), 303)
    return _page(desk, next_=own_path(asked.get("next")), over="over" in asked, out="out" in asked)


async def enter(desk: Desk) -> Response:
    """Signs in. Whatever is wrong with a key or token is told in the same words."""
    console, request, before = desk.console, desk.request, cookies.read(desk.request.scope, cookies.FORM)
    next_ = own_path(desk.form.get("next"))
    if before is None:
        return _page(
            desk, Problem(403, "Form not ours", "the form's cookie is missing: allow cookies of this site, and try again"), next_=next_
        )
    try:
        forgery.check(request.headers, request.url.scheme, desk.form, before)
    except Problem as wrong:
        return _page(desk, wrong, next_=next_)
    text = desk.form.get("key", "")
    peer = neighbourhood(request.client.host if request.client else "")
    try:
        session = await console.sessions.of(text, peer)
    except TooMany as late:
        return _page(desk, late, next_=next_)
    if session is None:
        unknown = Problem(401, *UNKNOWN, field="key")
        return _page(desk, unknown, next_=next_)
    answer = RedirectResponse(next_, 303)
    await admit(desk, session, console.sessions.opener(text), answer)
    cookies.forget(answer, request.scope, cookies.FORM)
    return answer


async def admit(desk: Desk, session: Session, opener: str | None, answer: Response) -> None:
    """Opens a session under a new id, which the answer's cookie brings; what the browser had before is over."""
    id_ = await run_in_threadpool(desk.console.visits.open, session, opener, cookies.read(desk.request.scope))
    cookies.give(answer, desk.request.scope, id_)


def _page(desk: Desk, problem: Problem | None = None, *, next_: str, over: bool = False, out: bool = False) -> Response:
    """The form, under a fresh token of its own."""
    value = secrets.token_urlsafe(_FORM_BYTES)
    shown: dict[str, Any] = {
        "signed_in": None, "reason": None, "told": None, "names": {}, "here": desk.request.url.path, "problem": problem,
        "token": forgery.token_of(value), "next": next_, "over": over, "out": out, "form": {}, "issuers": desk.console.sign_ins(),
    }  # fmt: skip
    answer = HTMLResponse(desk.console.render("sign-in.html", shown), 200 if problem is None else problem.status)
    if isinstance(problem, TooMany):
        answer.headers["Retry-After"] = str(problem.retry_after)
    cookies.give(answer, desk.request.scope, value, cookies.FORM)
    return answer


OPEN: Mapping[str, Callable[[Desk], Awaitable[Response]]] = {"style": style, "sign_in": sign_in, "enter": enter}
