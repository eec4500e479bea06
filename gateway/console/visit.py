"""One request of a browser: who is there, what it may ask, and the page that answers it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from gateway.access import ACT
from gateway.console import forgery
from gateway.console.asking import Api, Json
from gateway.console.forms import EMPTY, Form
from gateway.console.rendering import accounts_in
from gateway.console.rights import PREFIX, Page
from gateway.console.sessions import Entered
from gateway.errors import Problem, invalid
from ledger.domain.ids import to_hex

if TYPE_CHECKING:
    from gateway.console.front import Console

PAGE_ROWS = 25
REASON_MISSING = "Reason required"
"""The title by which the API asks an auditor or a regulator why."""


@dataclass
class Visit:
    """A request with its session, its form and the API as its caller asks it."""

    console: Console
    request: Request
    page: Page
    api: Api
    entered: Entered
    form: Form = field(default_factory=lambda: EMPTY)
    wrong: Problem | None = None
    """What a field of a list's address breaks: its page shows it, with the fields as they were."""

    # --- What is asked -------------------------------------------------------------------------------------------------------

    async def ask(
        self, operation: str, given: Mapping[str, Any] | None = None, *, body: Json | None = None, key: str | None = None
    ) -> Json:
        """An operation's answer. Raises Problem."""
        return await self.api.ask(operation, given, body=body, key=key)

    async def data(self, operation: str, given: Mapping[str, Any] | None = None, *, body: Json | None = None) -> Any:
        """What an operation answers, without the block. Raises Problem."""
        return await self.api.data(operation, given, body=body)

    async def listed(self, operation: str, given: Mapping[str, Any]) -> Json:
        """A page of a list; an empty one where a field of the address is wrong, which the page says then. Raises Problem."""
        asked = {**given, "limit": PAGE_ROWS, "after": self.query("after")}
        try:
            return await self.ask(operation, asked)
        except Problem as wrong:
            if wrong.status != 422:
                raise
            self.wrong = self._as_here(wrong, given)
            return {"data": [], "next": None}

    def _as_here(self, wrong: Problem, given: Mapping[str, Any]) -> Problem:
        """A problem with the account that a page is about, by the page's name for it: operations have others."""
        named = wrong.fields.get("field")
        if named in (None, "account") or given.get(str(named)) is None or given[str(named)] != self.query("account"):
            return wrong
        return invalid(wrong.detail.replace(f"{named}:", "account:", 1), field="account")

    async def seen(self, operation: str, given: Mapping[str, Any], unseen: Collection[int] = (404,)) -> Json | None:
        """The data of an answer; None where it is refused as what the caller may not see, or isn't there."""
        try:
            found: Json = await self.data(operation, given)
        except Problem as refused:
            if refused.status not in unseen:
                raise
            return None
        return found

    def path(self, name: str) -> str:
        """A part of the address."""
        found: str = self.request.path_params[name]
        return found

    def query(self, name: str) -> str | None:
        """A field of the address; None where it is left empty."""
        return (self.request.query_params.get(name) or "").strip() or None

    @property
    def member(self) -> str | None:
        """The account of the caller's member; None of the operator, who has none."""
        return None if self.entered.session.member is None else to_hex(self.entered.session.member)

    def account(self) -> str | None:
        """The account that a page is about: the caller's own, or the one that is named."""
        return self.query("account") or self.member

    @property
    def may_act(self) -> bool:
        return ACT in self.entered.session.scopes

    # --- What is answered ----------------------------------------------------------------------------------------------------

    async def show(self, template: str, /, *, problem: Problem | None = None, **values: Any) -> Response:
        """A page of a template; with a problem it has its status."""
        problem = problem or self.wrong
        if self.api.told is None:
            await self.ask("get_head")
        names = await self.console.names.of(self.api, accounts_in([values, self.member]))
        shown = {**self._shared(), "told": self.api.told, "names": names, "problem": problem, **values}
        return HTMLResponse(self.console.render(template, shown), 200 if problem is None else problem.status)

    def _shared(self) -> dict[str, Any]:
        entered = self.entered
        return {
            "visit": self,
            "token": forgery.token_of(entered.id),
            "signed_in": entered,
            "reason": entered.reason,
            "here": self.request.url.path,
            "form": self.form,
            "query": self.request.query_params,
        }

    def go(self, name: str, /, *, query: Mapping[str, str] | None = None, **path: str) -> Response:
        """On to another page, after a form."""
        asked = "" if not query else "?" + "&".join(f"{key}={quote(value)}" for key, value in query.items())
        return RedirectResponse(self.console.address(name, **path) + asked, 303)


def own_path(text: str | None) -> str:
    """A path of the console, where a text is one; else the console's first page. No address of elsewhere is ever gone to."""
    home, given = f"{PREFIX}/", text or ""
    try:
        parts = urlsplit(given)
    except ValueError:
        return home
    path = unquote(parts.path)
    is_own = not parts.scheme and not parts.netloc and path.startswith(home) and given.isprintable() and not _is_crooked(path)
    return f"{parts.path}{f'?{parts.query}' if parts.query else ''}" if is_own else home


def _is_crooked(path: str) -> bool:
    """Whether a browser may read another path than it looks."""
    return any(mark in path for mark in ("\\", ".."))
