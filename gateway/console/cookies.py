"""The console's cookies: no script reads them, no other site's page sends them, and they end with the browser."""

from __future__ import annotations

from typing import Literal

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.responses import Response
from starlette.types import Scope

SESSION, FORM, FLOW = "pledgebook-console", "pledgebook-console-form", "pledgebook-console-flow"
"""A session's id; before there is one, what the token of the form is bound to by which one signs in; and what a sign-in at an issuer is."""
_FLOW_SECONDS = 600


def named(scope: Scope, name: str) -> str:
    """The cookie's name; under TLS with the prefix that keeps other hosts and plain HTTP from setting it."""
    return f"__Host-{name}" if scope["scheme"] == "https" else name


def read(scope: Scope, name: str = SESSION) -> str | None:
    """A cookie's value; None where it isn't there."""
    return cookie_parser(Headers(scope=scope).get("cookie", "")).get(named(scope, name)) or None


def give(answer: Response, scope: Scope, value: str, name: str = SESSION) -> None:
    """Gives the browser a cookie."""
    # A browser that comes back from the issuer brings no strict cookie.
    site: Literal["lax", "strict"] = "lax" if name == FLOW else "strict"
    ends = _FLOW_SECONDS if name == FLOW else None
    answer.set_cookie(named(scope, name), value, path="/", secure=scope["scheme"] == "https", httponly=True, samesite=site, max_age=ends)


def forget(answer: Response, scope: Scope, name: str = SESSION) -> None:
    """Takes it back."""
    answer.delete_cookie(named(scope, name), path="/", secure=scope["scheme"] == "https", httponly=True, samesite="strict")
