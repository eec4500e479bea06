"""Signing in at an identity provider that the home trusts: OpenID Connect by authorization code, with PKCE, state and nonce.

All three are derived from one random value that the browser keeps in a cookie for ten minutes, so nothing is kept here and an answer
that this browser didn't ask for fits none of them.
"""

from __future__ import annotations

import base64
import hmac
import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping
from hashlib import sha256
from typing import Any
from urllib.parse import quote, urlencode

import httpx
from fastapi.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, RedirectResponse, Response

from gateway.access import Session
from gateway.console import cookies
from gateway.console.signing_in import UNKNOWN, Desk, admit
from gateway.errors import Problem, not_found
from gateway.identity import Issuer, Rejected, SignIn
from gateway.limits import neighbourhood

log = logging.getLogger(__name__)

_FLOW_BYTES, _ANSWER_SECONDS, _LONGEST_ANSWER = 32, 5.0, 1 << 17


async def sign_in_with(desk: Desk) -> Response:
    """Sends the browser to the issuer. Raises 404."""
    issuer, stated = _issuer(desk)
    flow = secrets.token_urlsafe(_FLOW_BYTES)
    asked = {
        "response_type": "code",
        "client_id": stated.client,
        "redirect_uri": stated.redirect,
        "scope": stated.scope,
        "state": _derived(flow, f"state {issuer.described.name}"),
        "nonce": _derived(flow, "nonce"),
        "code_challenge": _text(sha256(_derived(flow, "verifier").encode()).digest()),
        "code_challenge_method": "S256",
    }
    answer = RedirectResponse(f"{stated.authorize}{'&' if '?' in stated.authorize else '?'}{urlencode(asked)}", 303)
    cookies.give(answer, desk.request.scope, flow, cookies.FLOW)
    return answer


async def signed_in_from(desk: Desk) -> Response:
    """Takes the browser back from the issuer, with a session. Raises 401, 403, 404, 503, TooMany."""
    issuer, stated = _issuer(desk)
    flow, given = cookies.read(desk.request.scope, cookies.FLOW), desk.request.query_params
    if flow is None or not hmac.compare_digest(given.get("state", "").encode(), _derived(flow, f"state {issuer.described.name}").encode()):
        raise Problem(403, "Sign-in not begun here", "this browser did not ask for it, or ten minutes ago: sign in anew")
    if given.get("iss", issuer.described.issuer) != issuer.described.issuer:
        raise Problem(403, "Sign-in not begun here", "another issuer answered than was asked: sign in anew")
    if not given.get("code"):
        log.warning("sign-in at %s was refused there: %r", issuer.described.name, given.get("error", "")[:80])
        raise Problem(401, "Not authenticated", "your identity provider did not sign you in; try again, or ask its operator")
    client = desk.request.client
    peer = neighbourhood(client.host if client else "")
    desk.console.sessions.guess(peer)
    session = await _session(desk, issuer, stated, flow, given["code"])
    desk.console.sessions.was_none(peer)
    answer = _arrived(desk)
    await admit(desk, session, None, answer)
    cookies.forget(answer, desk.request.scope, cookies.FLOW)
    return answer


def _issuer(desk: Desk) -> tuple[Issuer, SignIn]:
    name: str = desk.request.path_params["issuer"]
    found = desk.console.services.issuers.named(name)
    if found is None or found.described.sign_in is None:
        raise not_found(f"issuer {name[:40]}")
    return found, found.described.sign_in


def _arrived(desk: Desk) -> HTMLResponse:
    """A page that goes on by itself: a browser that comes from elsewhere brings no strict cookie, one that comes from this page does."""
    shown: dict[str, Any] = {
        "signed_in": None, "reason": None, "told": None, "names": {}, "here": desk.request.url.path, "problem": None, "token": "",
    }  # fmt: skip
    return HTMLResponse(desk.console.render("signed-in.html", shown))


async def _session(desk: Desk, issuer: Issuer, stated: SignIn, flow: str, code: str) -> Session:
    text = await _id_token(desk, stated, flow, code)
    try:
        return await run_in_threadpool(issuer.signed_in, text, _derived(flow, "nonce"))
    except Rejected as why:
        log.warning("token refused: %s; from a sign-in at %s", why, issuer.described.name)
        raise Problem(401, *UNKNOWN) from why


async def _id_token(desk: Desk, stated: SignIn, flow: str, code: str) -> str:
    """The id token that the issuer gives for a code. Raises 401, 503."""
    asked = {
        "grant_type": "authorization_code", "code": code, "redirect_uri": stated.redirect, "client_id": stated.client,
        "code_verifier": _derived(flow, "verifier"),
    }  # fmt: skip
    try:
        auth = await run_in_threadpool(_auth, desk, stated)
        async with httpx.AsyncClient(timeout=_ANSWER_SECONDS, trust_env=False, follow_redirects=False, auth=auth) as http:
            answer = await http.post(stated.token, data=asked, headers={"Accept": "application/json"})
        found = answer.json() if len(answer.content) <= _LONGEST_ANSWER else None
    except (OSError, httpx.HTTPError, ValueError) as fault:
        log.warning("the token endpoint %s can't be asked: %s", stated.token, fault)
        raise Problem(503, "Issuer away", "your identity provider does not answer the gateway; try again") from fault
    text = found.get("id_token") if isinstance(found, dict) and answer.is_success else None
    if not isinstance(text, str):
        log.warning("the token endpoint %s gave no id token: %d", stated.token, answer.status_code)
        raise Problem(401, "Not authenticated", "your identity provider did not sign you in; sign in anew")
    return text


def _auth(desk: Desk, stated: SignIn) -> httpx.BasicAuth | None:
    """The client's own secret, where it has one (RFC 6749, 2.3.1)."""
    if stated.credential_file is None:
        return None
    secret = (desk.console.services.settings.home / stated.credential_file).read_text().strip()
    return httpx.BasicAuth(quote(stated.client, safe=""), quote(secret, safe=""))


def _derived(flow: str, what: str) -> str:
    return _text(hmac.digest(flow.encode(), f"pledgebook console {what}".encode(), "sha256"))


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


OPEN: Mapping[str, Callable[[Desk], Awaitable[Response]]] = {"sign_in_with": sign_in_with, "signed_in_from": signed_in_from}
