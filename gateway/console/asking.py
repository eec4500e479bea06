"""What a page asks: the API's own operations, in this process, as the caller of the session.

Rights, refusals and the audit log are theirs: nothing is decided twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import httpx
from fastapi.routing import APIRoute
from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.access import Purpose, Session
from gateway.api.rights import Undeclared
from gateway.errors import Problem

Json = dict[str, Any]
_FIXED = frozenset({"type", "title", "status", "detail"})


class Api:
    """The API as one caller asks it; `told` is the newest answer that says as at which block it is."""

    def __init__(self, app: ASGIApp, outer: Starlette, session: Session, reason: str | None, allowed: frozenset[str]) -> None:
        self._app, self._outer, self._session, self._reason, self._allowed = app, outer, session, reason, allowed
        self._routes = {route.name: route for route in outer.routes if isinstance(route, APIRoute)}
        self._http = httpx.AsyncClient(transport=httpx.ASGITransport(self._call), base_url="http://console", trust_env=False)
        self.told: Json | None = None

    async def ask(
        self, operation: str, given: Mapping[str, Any] | None = None, *, body: Json | None = None, key: str | None = None
    ) -> Json:
        """An operation's answer; what is None is left out of the query. Raises Problem, as the API answered it."""
        if operation not in self._allowed:
            raise Undeclared(f"gateway/console/rights.py: this page asks {operation} and doesn't declare it")
        route, told = self._routes[operation], {name: value for name, value in (given or {}).items() if value is not None}
        path = {name: quote(str(told.pop(name)), safe="") for name in route.param_convertors}
        headers = {} if key is None else {"Idempotency-Key": key}
        method = min(route.methods or ())
        answer = await self._http.request(method, route.url_path_for(operation, **path), params=told, json=body, headers=headers)
        found: Json = answer.json()
        if not answer.is_success and operation != "get_health":
            raise Problem(answer.status_code, found["title"], found["detail"], **{k: v for k, v in found.items() if k not in _FIXED})
        if "block" in found and "behind" in found:
            self.told = {name: found[name] for name in ("block", "final", "behind", "development")}
        return found

    async def data(self, operation: str, given: Mapping[str, Any] | None = None, *, body: Json | None = None) -> Any:
        """The same without the block that it is as at."""
        return (await self.ask(operation, given, body=body))["data"]

    async def _call(self, scope: Scope, receive: Receive, send: Send) -> None:
        # A purpose of its own for each question: what one oversaw is no other's.
        session = Session(self._session.key_id, self._session.member, self._session.scopes, Purpose(self._reason), self._session.ends)
        await self._app({**scope, "app": self._outer, "state": {"session": session}}, receive, send)
