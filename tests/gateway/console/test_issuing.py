"""Signing in at an identity provider: a real one answers over HTTP, and every answer that wasn't asked for is refused."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from gateway import identity, runtime
from gateway.config import Settings
from gateway.console import cookies
from gateway.identity import FILE, IdentityError
from gateway.runtime import Runtime
from tests.gateway.console.browser import Browser, Page
from tests.gateway.test_identity import OTHER_RSA, RSA, published
from tests.listening import listening

ISSUER, CLIENT, REDIRECT = "https://login.bank.example", "pledgebook", "https://ledger.bank.example/console/sign-in/from/bank"


@dataclass
class Provider:
    """An identity provider: it remembers what was asked, and gives a token for a code if the verifier fits."""

    url: str = ""
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    claims: dict[str, Any] = field(default_factory=dict)
    key: RSAKey = field(default_factory=lambda: RSA)
    status: int = 200
    now: int = 0

    def authorize(self, location: str) -> dict[str, str]:
        """Signs a person in: what it is asked with, by its code in `code`."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        return {**asked, "code": code}

    def token(self, given: dict[str, str]) -> dict[str, Any]:
        begun = self.codes.pop(given.get("code", ""), None)
        verifier = sha256(given.get("code_verifier", "").encode()).digest()
        if begun is None or base64.urlsafe_b64encode(verifier).decode().rstrip("=") != begun["code_challenge"]:
            return {"error": "invalid_grant"}
        now = time.time() if not self.now else self.now
        told = {"iss": ISSUER, "aud": CLIENT, "sub": "li.na", "iat": int(now), "exp": int(now) + 900, "groups": ["operators"],
                "nonce": begun["nonce"], **self.claims}  # fmt: skip
        return {
            "id_token": jwt.encode({"alg": "RS256", "kid": "rsa"}, told, self.key),
            "access_token": "not for us",
            "token_type": "Bearer",
        }


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    made = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            given = {name: values[0] for name, values in parse_qs(body).items()}
            made.asked.append(given)
            made.headers.append(dict(self.headers.items()))
            answer = json.dumps(made.token(given)).encode()
            self.send_response(made.status if b"error" not in answer else 400)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *given: object) -> None:
            """Nothing is written."""

    with listening(Handler) as made.url:
        yield made


def described(url: str, **more: str) -> str:
    told = {"authorize": f"{ISSUER}/authorize", "token": f"{url}/token", "client": CLIENT, "redirect": REDIRECT, **more}
    lines = "\n".join(f"{name} = {json.dumps(value)}" for name, value in told.items())
    return f"""
[[issuers]]
name = "bank"
issuer = "{ISSUER}"
audience = "{CLIENT}"
keys = "keys.json"
algorithms = ["RS256"]
grants = [{{value = "operators", operator = true, scopes = ["read"]}}]
[issuers.sign_in]
{lines}

[[issuers]]
name = "other"
issuer = "https://other.example"
audience = "{CLIENT}"
keys = "keys.json"
grants = [{{value = "operators", operator = true}}]
"""


@pytest.fixture(scope="module")
def running(provider: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runtime]:
    home = tmp_path_factory.mktemp("issuing") / "ledger"
    home.mkdir()
    (home / FILE).write_text(described(provider.url, credential_file="credential"))
    (home / "credential").write_text("a client's secret\n")
    (home / "keys.json").write_text(published(RSA))
    started = runtime.start(Settings(home=home, port=0, keeper=False), genesis_time=1_700_000_000)
    yield started
    started.stop()


@pytest.fixture
def browser(running: Runtime, provider: Provider) -> Iterator[Browser]:
    provider.claims, provider.key, provider.status = {}, RSA, 200
    with httpx.Client(base_url=running.url, trust_env=False, timeout=30) as http:
        yield Browser(http, running.url)


def begun(browser: Browser, provider: Provider) -> dict[str, str]:
    """A sign-in up to the issuer's answer."""
    assert "Sign in with bank" in browser.get("/console/sign-in").text
    answer = browser.http.get("/console/sign-in/with/bank")
    assert answer.status_code == 303 and answer.headers["location"].startswith(f"{ISSUER}/authorize?")
    return provider.authorize(answer.headers["location"])


def back(browser: Browser, **query: str) -> Page:
    return Page(browser.http.get("/console/sign-in/from/bank", params=query))


def test_who_signs_in_there_has_a_session_here(browser: Browser, provider: Provider) -> None:
    asked = begun(browser, provider)
    assert (asked["response_type"], asked["client_id"], asked["redirect_uri"]) == ("code", CLIENT, REDIRECT)
    assert asked["code_challenge_method"] == "S256" and len({asked["state"], asked["nonce"], asked["code_challenge"]}) == 3
    flow = [each for each in browser.http.cookies.jar if each.name == cookies.FLOW]
    assert flow[0].value not in asked.values() and flow[0].has_nonstandard_attr("HttpOnly")
    page = back(browser, code=asked["code"], state=asked["state"], iss=ISSUER)
    assert page.status == 200 and '<meta http-equiv="refresh" content="0; url=/console/">' in page.answer.text
    assert "Key or token bank:li.na" in browser.get("/console/").text and "May read" in browser.get("/console/").text
    assert provider.asked[-1]["redirect_uri"] == REDIRECT and "client_secret" not in provider.asked[-1]
    basic = base64.b64encode(b"pledgebook:a%20client%27s%20secret").decode()
    assert provider.headers[-1]["Authorization"] == f"Basic {basic}"
    assert cookies.FLOW not in browser.http.cookies


def test_a_code_is_good_once_and_a_finished_sign_in_is_over(browser: Browser, provider: Provider) -> None:
    asked = begun(browser, provider)
    assert back(browser, code=asked["code"], state=asked["state"]).status == 200
    assert back(browser, code=asked["code"], state=asked["state"]).status == 403


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"state": ""}, 403),
        ({"state": "x" * 43}, 403),
        ({"state": "é"}, 403),
        ({"iss": "https://other.example"}, 403),
        ({"code": ""}, 401),
        ({"code": "invented"}, 401),
    ],
)
def test_an_answer_that_was_not_asked_for_opens_nothing(browser: Browser, provider: Provider, changed: dict[str, str], status: int) -> None:
    asked = begun(browser, provider)
    page = back(browser, **{"code": asked["code"], "state": asked["state"], **changed})
    assert page.status == status and cookies.SESSION not in browser.http.cookies


def test_another_browsers_answer_opens_nothing(browser: Browser, provider: Provider, running: Runtime) -> None:
    asked = begun(browser, provider)
    with httpx.Client(base_url=running.url, trust_env=False) as http:
        other = Browser(http, running.url)
        assert back(other, code=asked["code"], state=asked["state"]).status == 403
        begun(other, provider)
        assert back(other, code=asked["code"], state=asked["state"]).status == 403
        assert cookies.SESSION not in http.cookies


@pytest.mark.parametrize(
    ("claims", "key"),
    [
        ({"nonce": "another"}, RSA),
        ({"nonce": None}, RSA),
        ({"aud": "another"}, RSA),
        ({"azp": "another client"}, RSA),
        ({"iss": "https://other.example"}, RSA),
        ({"exp": 1}, RSA),
        ({"groups": ["cooks"]}, RSA),
        ({}, OTHER_RSA),
    ],
    ids=lambda given: str(given) if isinstance(given, dict) else "",
)
def test_a_token_that_is_not_for_this_sign_in_opens_nothing(
    browser: Browser, provider: Provider, claims: dict[str, Any], key: RSAKey
) -> None:
    provider.claims, provider.key = claims, key
    asked = begun(browser, provider)
    page = back(browser, code=asked["code"], state=asked["state"])
    assert page.status == 401 and "Not authenticated" in page.text and cookies.SESSION not in browser.http.cookies


def test_an_issuer_that_fails_is_told_so(browser: Browser, provider: Provider) -> None:
    provider.status = 500
    asked = begun(browser, provider)
    assert back(browser, code=asked["code"], state=asked["state"]).status == 401
    assert cookies.SESSION not in browser.http.cookies


@pytest.mark.parametrize("name", ["other", "nobody", "%2e%2e"])
def test_where_nobody_signs_in_there_is_no_page(browser: Browser, name: str) -> None:
    assert browser.http.get(f"/console/sign-in/with/{name}").status_code == 404
    assert browser.http.get(f"/console/sign-in/from/{name}?code=a&state=b").status_code == 404


def test_a_pasted_token_opens_a_session_too(browser: Browser, provider: Provider) -> None:
    token = provider.token({"code": begun(browser, provider)["code"]}).get("id_token")
    assert token is None, "the verifier is the browser's alone"
    now = int(time.time())
    claims = {"iss": ISSUER, "aud": CLIENT, "sub": "wang", "iat": now, "exp": now + 60, "groups": ["operators"]}
    page = browser.sign_in(jwt.encode({"alg": "RS256", "kid": "rsa"}, claims, RSA))
    assert page.status == 200 and "Key or token bank:wang" in page.text


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"authorize": "http://login.bank.example/a"}, "authorize"),
        ({"token": "ftp://127.0.0.1/"}, "token"),
        ({"redirect": "https://ledger.bank.example/console/sign-in/from/other"}, "redirect"),
        ({"redirect": "http://ledger.bank.example/console/sign-in/from/bank"}, "redirect"),
        ({"credential": "not in this file"}, "credential"),
    ],
)
def test_a_wrong_description_is_named(tmp_path: Path, more: dict[str, str], told: str) -> None:
    (tmp_path / FILE).write_text(described("http://127.0.0.1:1", **more))
    with pytest.raises(IdentityError, match=told):
        identity.read(tmp_path)
