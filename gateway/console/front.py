"""The console behind the gateway's door: its routes, who has a session, and the pages that refusals are."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import quote

from fastapi.concurrency import run_in_threadpool
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.console import acts, cookies, financing, forgery, forms, home, issuing, purchases, receivables, registers, rights, signing_in
from gateway.console.asking import Api
from gateway.console.rendering import Clock, environment
from gateway.console.rights import EVERY, PAGES, PREFIX, Page
from gateway.console.sessions import Entered, Visits
from gateway.console.signing_in import Desk
from gateway.console.visit import REASON_MISSING, Visit
from gateway.errors import Problem, not_found
from gateway.services import Services
from gateway.sessions import Sessions

Handler = Callable[[Visit], Awaitable[Response]]
HANDLERS: Mapping[str, Handler] = {
    **home.HANDLERS,
    **acts.HANDLERS,
    **receivables.HANDLERS,
    **purchases.HANDLERS,
    **registers.HANDLERS,
    **financing.HANDLERS,
}
OPEN: Mapping[str, Callable[[Desk], Awaitable[Response]]] = {**signing_in.OPEN, **issuing.OPEN}
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"  # no script, from nowhere
    ),
    # Without a referrer browsers say that a form comes from "null"; to others nothing is told.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_NAME_SECONDS, _MOST_NAMES = 60.0, 10_000


class Names:
    """Members' names by account, as the API told them a moment ago."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[float, str | None]] = {}

    async def of(self, api: Api, accounts: list[str]) -> dict[str, str]:
        """The names of those that are members."""
        now = time.monotonic()
        for each in accounts:
            if self._known.get(each, (0.0, None))[0] < now:
                self._keep(each, now + _NAME_SECONDS, await _name(api, each))
        found = {each: self._known[each][1] for each in accounts}
        return {each: name for each, name in found.items() if name is not None}

    def known(self) -> dict[str, str]:
        """All that are known now."""
        return {each: name for each, (_, name) in self._known.items() if name is not None}

    def _keep(self, account: str, until: float, name: str | None) -> None:
        if len(self._known) >= _MOST_NAMES:
            self._known.clear()
        self._known[account] = (until, name)


async def _name(api: Api, account: str) -> str | None:
    try:
        name: str = (await api.data("get_member", {"account": account}))["name"]
    except Problem as none:
        if none.status != 404:
            raise
        return None
    return name


def check() -> None:
    """Raises Undeclared unless every route is declared, and no other."""
    rights.check([*HANDLERS, *OPEN])


class Console:
    """The console over the API `inner`; `sessions` are those that keys and tokens open, as at the API's door."""

    def __init__(self, services: Services, inner: ASGIApp, outer: Starlette, sessions: Sessions) -> None:
        self.services, self.sessions = services, sessions
        self.visits = Visits(services.office, services.issuers, services.settings)
        self.names, self.clock = Names(), Clock(services.settings.zone)
        self._inner, self._outer = inner, outer
        self._templates = environment()
        self._templates.globals |= {"address": self.address, "clock": self.clock, "zone": self.clock.zone}
        routes = [Route(PREFIX + page.path, self._endpoint(name, page), methods=[page.method], name=name) for name, page in PAGES.items()]
        self._router = Router(routes, redirect_slashes=False)

    @staticmethod
    def has(path: str) -> bool:
        """Whether a path is the console's."""
        return path == PREFIX or path.startswith(f"{PREFIX}/")

    async def let_in(self, scope: Scope, state: dict[str, Any], taken: Callable[[str], None]) -> None:
        """Finds the browser's session; `taken` takes of its key's bucket. An unknown one is told so by the page that it asked for."""
        id_ = cookies.read(scope)
        state["cookie"] = id_
        entered = None if id_ is None else await run_in_threadpool(self.visits.find, id_)
        if entered is not None:
            taken(entered.session.key_id)
        state["entered"] = entered

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == PREFIX:
            await RedirectResponse(f"{PREFIX}/", 308)(scope, receive, send)
            return
        try:
            await self._router({**scope, "app": self._outer}, receive, send)
        except HTTPException as none:
            raise _missed(none, scope["path"]) from none

    def sign_ins(self) -> list[str]:
        """The issuers at which people sign in."""
        return [each.described.name for each in self.services.issuers.trusted if each.described.sign_in is not None]

    def address(self, name: str, **path: str) -> str:
        """The path of a page."""
        return str(self._router.url_path_for(name, **path))

    def render(self, template: str, shown: Mapping[str, Any]) -> str:
        """A page as text."""
        return self._templates.get_template(template).render(shown)

    def refused(self, scope: Scope, problem: Problem, headers: Mapping[str, str]) -> Response:
        """The page of a refusal: what is wrong, which field, and a way back."""
        entered: Entered | None = scope.get("state", {}).get("entered")
        shown = {
            "problem": problem,
            "signed_in": entered,
            "token": None if entered is None else forgery.token_of(entered.id),
            "reason": None if entered is None else entered.reason,
            "told": None,
            "names": self.names.known(),
            "here": scope["path"],
            "back": scope["path"] if scope["method"] == "GET" else self.address("home"),
        }
        return HTMLResponse(self.render("refused.html", shown), problem.status, dict(headers))

    def _endpoint(self, name: str, page: Page) -> Callable[[Request], Awaitable[Response]]:
        async def open_(request: Request) -> Response:
            form = await forms.read(request) if page.method == rights.POST else forms.EMPTY
            return await OPEN[name](Desk(self, request, form, request.scope["state"]["entered"]))

        async def guarded(request: Request) -> Response:
            entered: Entered | None = request.scope["state"]["entered"]
            if entered is None:
                return self._to_sign_in(request)
            form = forms.EMPTY
            if page.method == rights.POST:
                form = await forms.read(request)
                forgery.check(request.headers, request.url.scheme, form, entered.id)
            api = Api(self._inner, self._outer, entered.session, entered.reason, frozenset((*page.asks, *EVERY)))
            try:
                return await HANDLERS[name](Visit(self, request, page, api, entered, form))
            except Problem as problem:
                if problem.title != REASON_MISSING:
                    raise
                back = _asked(request) if page.method == rights.GET else self.address("home")
                return RedirectResponse(f"{self.address('reason')}?next={quote(back)}", 303)

        return open_ if page.open else guarded

    def _to_sign_in(self, request: Request) -> Response:
        """Who has no session is asked to sign in, and comes back to the page; a form is not kept."""
        over = request.scope["state"]["cookie"] is not None
        if request.method != rights.GET:
            ended = "your session is over" if over else "you are not signed in"
            raise Problem(401, "Signed out", f"{ended}: sign in and send the form again. Nothing was changed")
        back = _asked(request)
        answer = RedirectResponse(f"{self.address('sign_in')}?{'over=1&' if over else ''}next={quote(back)}", 303)
        if over:
            cookies.forget(answer, request.scope)
        return answer


def _missed(none: HTTPException, path: str) -> Problem:
    """What is no page, or takes no such form."""
    if none.status_code == 404:
        return not_found(f"page {path[:200]}")
    return Problem(none.status_code, str(none.detail), "the page takes no such request; open it anew. Nothing was changed")


def _asked(request: Request) -> str:
    """The page that was asked for, to come back to."""
    return f"{request.url.path}?{request.url.query}".rstrip("?")
