"""Who gets into the console, and what may be sent there: every route of the declaration, tried by everybody, and forms that aren't ours."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select, update

from gateway import access, app, runtime
from gateway.access import READ
from gateway.api.rights import RIGHTS, Seen, Undeclared
from gateway.config import Settings
from gateway.console import cookies, forgery, front, rights
from gateway.console.asking import Api as Asking
from gateway.console.rights import GET, PAGES, POST, PREFIX, Page
from gateway.console.visit import own_path
from gateway.office.models import AUDIT, CONSOLE_SESSION
from tests.gateway.conftest import Api
from tests.gateway.console.browser import ORIGIN, Browser, drawn_up, key_of, opened, signed_in
from tests.gateway.test_certificates import Desk
from tests.gateway.test_financing_reads import Market

NOWHERE = "9" * 40
"""A number that nothing has."""
GUARDED = {name: page for name, page in PAGES.items() if not page.open}
FORMS = {name: page for name, page in GUARDED.items() if page.method == POST}
NOWHERE_PATHS = {"receivable": NOWHERE, "act_id": NOWHERE, "deal": NOWHERE, "loan": "999", "hash": "0x" + "99" * 32, "offer": NOWHERE}


def _is_for_all(page: Page) -> bool:
    """Whether every member sees what the page is about."""
    return {RIGHTS[each].seen for each in page.asks} == {Seen.MEMBERS}


Spoil = Callable[[Api, str], None]
"""Makes a session one that is over, by its id."""


@dataclass
class World:
    """A receivable between two members, an act of one of them, and a third member that has nothing to do with it."""

    api: Api
    paths: dict[str, str]

    def address(self, page: Page, **other: str) -> str:
        return PREFIX + page.path.format(**{**self.paths, **other})

    def browser(self, page: Page, *scopes: str) -> Browser:
        """A browser of who has a right to what the page is about."""
        owners = {"{act_id}": "supplier", "{hash}": "supplier", "{deal}": "market bank", "{loan}": "market bank",
                  "{offer}": "market supplier"}  # fmt: skip
        member = next((name for part, name in owners.items() if part in page.path), "obligor")
        return signed_in(self.api, self.api.members[member], *scopes)

    def row(self, id_: str) -> Any:
        with self.api.running.services.office.read() as conn:
            return conn.execute(select(CONSOLE_SESSION).where(CONSOLE_SESSION.c.id_hash == sha256(id_.encode()).digest())).one_or_none()

    def ask(self, browser: Browser, page: Page, address: str, **fields: str) -> httpx.Response:
        """A page, or its form with the token of the browser's session."""
        if page.method == GET:
            return browser.http.get(address, headers=ORIGIN)
        id_ = browser.http.cookies.get(cookies.SESSION) or "none"
        told = {"token": forgery.token_of(id_), **fields}
        return browser.http.post(address, data=told, headers={"Origin": browser.origin, **ORIGIN})


@pytest.fixture(scope="module")
def world(api: Api, desk: Desk, market: Market) -> World:
    supplier, obligor, _ = api.admit("supplier", "SUPPLIER"), api.admit("obligor", "OBLIGOR"), api.admit("stranger", "OBLIGOR")
    receivable = drawn_up(api, supplier, obligor)
    acts = api.http.get("/acts", params={"account": supplier.account}).json()["data"]
    certificate = desk.certify({"kind": "extract", "pledge": desk.pledge}, supplier.account)
    (loan,) = api.http.get("/loans").json()["data"]
    asset = api.http.get(f"/pledges/{desk.pledge}/assets").json()["data"][0]["asset_text"]
    offer = api.http.get("/purchase-offers", params={"state": "open"}).json()["data"][0]["offer"]
    paths = {
        "offer": offer, "answer": "accept", "account": supplier.account,
        "act_id": acts[0]["id"], "receivable": receivable, "act": "confirm", "pledge": str(desk.pledge),
        "asset": asset, "hash": certificate["hash"], "deal": str(market.deal), "loan": str(loan["loan"]),
    }  # fmt: skip
    return World(api, paths)


# --- The declaration -------------------------------------------------------------------------------------------------------------


def test_every_route_is_declared_and_asks_only_what_the_api_has() -> None:
    rights.check(PAGES)
    for odd in ([*PAGES, "another"], [name for name in PAGES if name != "home"]):
        with pytest.raises(Undeclared, match=r"another|home"):
            rights.check(odd)


def test_an_undeclared_route_keeps_the_gateway_from_starting(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(front, "HANDLERS", {**front.HANDLERS, "hidden": front.HANDLERS["home"]})
    with pytest.raises(Undeclared, match="hidden"):
        app.create(api.running.services)


def test_an_operation_that_the_api_has_not_keeps_it_from_starting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rights, "PAGES", {**PAGES, "home": Page(GET, "/", ("no_operation",))})
    with pytest.raises(Undeclared, match="no_operation"):
        rights.check(rights.PAGES)


def test_a_page_asks_nothing_that_it_does_not_declare(api: Api) -> None:
    outer = app.create(api.running.services)
    asking = Asking(outer, outer, access.Session("k", None, frozenset({READ})), None, frozenset({"get_head"}))
    with pytest.raises(Undeclared, match="list_acts"):
        asyncio.run(asking.ask("list_acts", {"account": "0x" + "00" * 20}))


# --- Everybody against every route -----------------------------------------------------------------------------------------------


def _expired(api: Api, id_: str) -> None:
    _set(api, id_, expires=1)


def _idle(api: Api, id_: str) -> None:
    _set(api, id_, seen=1)


def _set(api: Api, id_: str, **values: int) -> None:
    with api.running.services.office.write() as conn:
        conn.execute(update(CONSOLE_SESSION).where(CONSOLE_SESSION.c.id_hash == sha256(id_.encode()).digest()).values(**values))


def _revoked(api: Api, id_: str) -> None:
    with api.running.services.office.write() as conn:
        hashed = sha256(id_.encode()).digest()
        key_id = conn.execute(select(CONSOLE_SESSION.c.key_id).where(CONSOLE_SESSION.c.id_hash == hashed)).scalar_one()
        assert access.revoke(conn, key_id)


def _unknown(api: Api, id_: str) -> None:
    with api.running.services.office.write() as conn:
        conn.execute(CONSOLE_SESSION.delete().where(CONSOLE_SESSION.c.id_hash == sha256(id_.encode()).digest()))


@pytest.mark.parametrize("spoil", [None, _expired, _idle, _revoked, _unknown], ids=["no cookie", "expired", "idle", "revoked", "unknown"])
@pytest.mark.parametrize("name", GUARDED)
def test_without_a_session_no_route_shows_or_does_anything(world: World, name: str, spoil: Spoil | None) -> None:
    page, browser = PAGES[name], opened(world.api)
    if spoil is not None:
        browser.sign_in(key_of(world.api, world.api.members["obligor"]))
        spoil(world.api, str(browser.http.cookies[cookies.SESSION]))
    answer = world.ask(browser, page, world.address(page), reason="because I may")
    if page.method == GET:
        assert answer.status_code == 303 and answer.headers["location"].startswith("/console/sign-in?")
        assert ("over=1" in answer.headers["location"]) is (spoil is not None)
    else:
        assert answer.status_code == 401 and "Signed out" in answer.text and "<form" not in answer.text
    assert world.paths["receivable"] not in answer.text and "obligor" not in answer.text


@pytest.mark.parametrize("name", GUARDED)
def test_who_has_a_right_gets_an_answer(world: World, name: str) -> None:
    page = PAGES[name]
    answer = world.ask(world.browser(page), page, world.address(page))
    if page.method == GET:
        assert answer.status_code == 200 and ("<h1>" in answer.text or name == "certificate_file")
    else:
        assert answer.status_code in (200, 303, 409, 422), answer.text
        assert not answer.headers.get("location", "").startswith("/console/sign-in") or name == "leave"


@pytest.mark.parametrize("name", [name for name, page in GUARDED.items() if "{" in page.path and not _is_for_all(page)])
def test_what_is_anothers_looks_as_if_it_were_not_there(world: World, name: str) -> None:
    page, stranger = PAGES[name], signed_in(world.api, world.api.members["stranger"])
    fields = {"key": "a key", "seal": "a seal", "signed_by": world.paths["account"], "signer": world.paths["account"]}
    theirs = world.ask(stranger, page, world.address(page), **fields)
    nothing = world.ask(stranger, page, world.address(page, **NOWHERE_PATHS), **fields)
    assert theirs.status_code == nothing.status_code == 404
    assert _unnamed(theirs.text, world.paths) == _unnamed(nothing.text, NOWHERE_PATHS)


def _unnamed(text: str, paths: dict[str, str]) -> str:
    for name in NOWHERE_PATHS:
        text = re.sub(rf"(?<=[ /]){paths[name]}(?=[:/\"?<])", "NUMBER", text)
    # The token is the session's own, and so the same; the footer's block may have moved on.
    return text


@pytest.mark.parametrize("name", [name for name, page in GUARDED.items() if page.acts])
def test_who_may_only_read_does_nothing(world: World, name: str) -> None:
    page = PAGES[name]
    reader = world.browser(page, READ)
    fields = {"number": "I-1", "issued": "2026-01-01", "key": "a key", "account": world.paths["account"], "signer": world.paths["account"]}
    answer = world.ask(reader, page, world.address(page), **fields)
    if name in ("submit", "make_purchase", "submit_answer"):
        assert answer.status_code in (403, 409, 422), "without what was shown nothing is signed"
    else:
        assert answer.status_code == 403 and "lacks the scope" in answer.text


@pytest.mark.parametrize("name", [name for name, page in PAGES.items() if page.open and page.method == GET and "{" not in page.path])
def test_what_is_open_is_answered_to_everybody(world: World, name: str) -> None:
    answer = opened(world.api).http.get(PREFIX + PAGES[name].path)
    assert answer.status_code == 200 and answer.headers["x-content-type-options"] == "nosniff"


def test_what_is_no_page_and_what_takes_no_such_form_are_told_so(world: World) -> None:
    browser = signed_in(world.api, world.api.members["obligor"])
    nothing = browser.http.get("/console/nothing")
    assert (
        nothing.status_code == 404 and "page /console/nothing" in nothing.text and nothing.headers["content-type"].startswith("text/html")
    )
    assert browser.http.post("/console/acts", data={}).status_code == 405
    assert browser.http.get("/console", follow_redirects=False).headers["location"] == "/console/"


@pytest.mark.parametrize("odd", ["%00", "%0A", "%7F", "%3F", "%23", "1%3Fblock=1", "1%23", "%25", "%F0%9F%98%80", "%ff"])
@pytest.mark.parametrize("list_", ["receivables", "pledges", "loans", "certificates"])
def test_a_part_of_an_address_is_asked_for_as_it_is(world: World, list_: str, odd: str) -> None:
    """One with a control character was an internal error, and what followed a question mark went on as a question to the API."""
    answer = signed_in(world.api, world.api.members["obligor"]).http.get(f"/console/{list_}/{odd}", headers=ORIGIN)
    assert answer.status_code in (404, 422) and "<h1>" in answer.text, answer.text


def test_what_is_pasted_is_taken_and_what_steers_is_refused(world: World) -> None:
    browser = signed_in(world.api, world.api.members["obligor"])
    form = browser.get("/console/reason").form("Keep this reason")
    browser.send(form, reason="audit\tof\u00a0the  \u0915\u094d\u200d\u0937")
    assert "because: audit of the \u0915\u094d\u200d\u0937" in browser.get("/console/").text
    turned = browser.send(form, reason="audit \u202eof the year")
    assert turned.status == 422 and "reason: it has characters" in turned.text


# --- Two doors -------------------------------------------------------------------------------------------------------------------


def test_the_cookie_opens_nothing_of_the_api(world: World) -> None:
    browser = signed_in(world.api, world.api.members["obligor"])
    for path in ("/members", "/receivables", "/acts?account=" + world.api.members["obligor"].account, "/health/details", "/consolex"):
        assert browser.http.get(path).status_code == 401, path
    assert browser.http.post("/acts", json={}, headers={"Idempotency-Key": "k"}).status_code == 401


def test_a_key_in_a_header_opens_no_page(world: World) -> None:
    headers = {"Authorization": f"Bearer {world.api.running.api_key}"}
    answer = httpx.get(f"{world.api.running.url}/console/receivables", headers=headers, trust_env=False)
    assert answer.status_code == 303 and answer.headers["location"].startswith("/console/sign-in")


def test_pages_are_no_operations_of_the_document(world: World) -> None:
    paths = world.api.http.get("/openapi.json").json()["paths"]
    assert paths and not [path for path in paths if path.startswith(PREFIX)]


def test_every_answer_of_the_console_says_what_a_browser_may_do_with_it(world: World) -> None:
    browser = signed_in(world.api, world.api.members["obligor"])
    for path in ("/console/", "/console/console.css", "/console/nothing", "/console/receivables/7"):
        headers = browser.http.get(path).headers
        assert headers["content-security-policy"] == (
            "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
        )
        assert (headers["cache-control"], headers["referrer-policy"]) == ("no-store", "same-origin")
        assert headers["x-content-type-options"] == "nosniff"
    assert "'unsafe-inline'" in world.api.http.get("/docs").headers["content-security-policy"], "the API's own are as they were"


# --- Signing in and out ------------------------------------------------------------------------------------------------------------


def _cookie(answer: httpx.Response, name: str) -> str:
    (found,) = [each for each in answer.headers.get_list("set-cookie") if each.startswith(f"{name}=")]
    return found


def test_a_session_is_a_cookie_that_no_script_and_no_other_site_has(world: World) -> None:
    browser = opened(world.api)
    answer = browser.send(browser.get("/console/sign-in").form("Sign in"), key=key_of(world.api, None), follow=False).answer
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/")
    value, *attributes = _cookie(answer, cookies.SESSION).split("; ")
    assert re.fullmatch(rf"{cookies.SESSION}=[A-Za-z0-9_-]{{43}}", value)
    assert {each.lower() for each in attributes} == {"httponly", "path=/", "samesite=strict"}
    assert world.row(value.partition("=")[2]).member_id is None


def test_behind_tls_the_cookie_is_secure_and_bound_to_the_host(tmp_path: Path) -> None:
    running = runtime.start(Settings(home=tmp_path / "ledger", port=0, keeper=False, proxies="127.0.0.1"), genesis_time=1_700_000_000)
    try:
        proxied = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.7", "Host": "ledger.bank.example"}
        with httpx.Client(base_url=running.url, headers=proxied, trust_env=False) as http:
            first = http.get("/console/sign-in")
            before = _cookie(first, f"__Host-{cookies.FORM}")
            (token,) = re.findall(r'name="token" value="([0-9a-f]{64})"', first.text)
            headers = {"Cookie": before.split(";")[0], "Origin": "https://ledger.bank.example"}
            fields = {"token": token, "key": running.api_key, "next": "/console/"}
            plain = http.post("/console/sign-in", data=fields, headers={**headers, "Origin": "http://ledger.bank.example"})
            answer = http.post("/console/sign-in", data=fields, headers=headers)
            given = _cookie(answer, f"__Host-{cookies.SESSION}")
            assert plain.status_code == 403 and answer.status_code == 303
            assert {each.lower() for each in given.split("; ")[1:]} == {"httponly", "path=/", "samesite=strict", "secure"}
            value = given.split(";")[0].partition("=")[2]
            page = http.get("/console/", headers={"Cookie": f"__Host-{cookies.SESSION}={value}"})
            unbound = http.get("/console/", headers={"Cookie": f"{cookies.SESSION}={value}"})
            assert (page.status_code, unbound.status_code) == (200, 303)
            (token,) = set(re.findall(r'name="token" value="([0-9a-f]{64})"', page.text))
            mine = {"Cookie": f"__Host-{cookies.SESSION}={value}", "Origin": "https://ledger.bank.example"}
            out = http.post("/console/sign-out", data={"token": token}, headers=mine)
            assert out.status_code == 303 and out.headers["clear-site-data"] == '"cookies", "storage"'
            assert http.get("/console/", headers=mine).status_code == 303
    finally:
        running.stop()


@pytest.mark.parametrize("wrong", ["", "pbk", "pbk_0123456789abcdef_" + "0" * 64, "a.b.c", "ключ", "x" * 9_000])
def test_whatever_is_wrong_with_a_key_is_told_alike_and_is_not_shown_again(world: World, wrong: str) -> None:
    page = opened(world.api).sign_in(wrong)
    assert page.status == 401 and "give a valid API key or token; the gateway's operator issues keys" in page.text
    assert not wrong or wrong not in page.answer.text
    assert not [each for each in page.answer.headers.get_list("set-cookie") if each.startswith(f"{cookies.SESSION}=")]


def test_an_id_that_was_planted_is_not_taken_over(world: World) -> None:
    browser = opened(world.api)
    browser.http.cookies.set(cookies.SESSION, "planted" * 6, path="/")
    form = browser.get("/console/sign-in").form("Sign in")
    browser.send(form, key=key_of(world.api, None))
    given = {each.value for each in browser.http.cookies.jar if each.name == cookies.SESSION}
    assert "planted" * 6 not in {each for each in given if each and world.row(each) is not None} and len(given) >= 1
    planted = opened(world.api)
    planted.http.cookies.set(cookies.SESSION, "planted" * 6, path="/")
    assert "Sign in" in planted.get("/console/").text


def test_signing_in_anew_ends_the_session_before(world: World) -> None:
    browser = opened(world.api)
    form = browser.get("/console/sign-in").form("Sign in")
    held = str(browser.http.cookies[cookies.FORM])
    browser.send(form, key=key_of(world.api, None))
    first = str(browser.http.cookies[cookies.SESSION])
    browser.http.cookies.set(cookies.FORM, held, domain="127.0.0.1", path="/")
    browser.send(form, key=key_of(world.api, None))
    second = str(browser.http.cookies[cookies.SESSION])
    assert second != first and world.row(first) is None and world.row(second) is not None


def test_signing_out_ends_the_session_everywhere(world: World) -> None:
    browser = signed_in(world.api, world.api.members["obligor"])
    id_ = str(browser.http.cookies[cookies.SESSION])
    answer = browser.send(browser.get("/console/").form("Sign out"), follow=False).answer
    assert answer.status_code == 303 and "clear-site-data" not in answer.headers, "over TLS only"
    assert "max-age=0" in _cookie(answer, cookies.SESSION).lower() and world.row(id_) is None
    stolen = opened(world.api)
    stolen.http.cookies.set(cookies.SESSION, id_, path="/")
    assert "Sign in" in stolen.get("/console/receivables").text


@pytest.mark.parametrize(
    ("next_", "gone_to"),
    [
        ("/console/acts?state=final", "/console/acts?state=final"),
        ("https://evil.example/console/", "/console/"),
        ("//evil.example/console/", "/console/"),
        ("/\\evil.example/console/", "/console/"),
        ("/console/../members", "/console/"),
        ("/console/%2e%2e/members", "/console/"),
        ("/console/%5cevil.example", "/console/"),
        ("//[", "/console/"),
        ("/members", "/console/"),
        ("javascript:alert(1)", "/console/"),
        ("/console/\r\nX: y", "/console/"),
        ("", "/console/"),
    ],
)
def test_signing_in_leads_to_pages_of_the_console_only(world: World, next_: str, gone_to: str) -> None:
    assert own_path(next_) == gone_to
    browser = opened(world.api)
    form = browser.get("/console/sign-in").form("Sign in")
    if next_.isprintable():
        answer = browser.send(form, key=key_of(world.api, None), next=next_, follow=False).answer
        assert (answer.status_code, answer.headers["location"]) == (303, gone_to)


# --- Forms of other sites -----------------------------------------------------------------------------------------------------------


def _sent(browser: Browser, **more: Any) -> httpx.Response:
    form = browser.get("/console/reason").form("Keep this reason")
    asked: dict[str, Any] = {"data": {**form.fields, "reason": "a reason of mine"}, "headers": {"Origin": browser.origin}, **more}
    return browser.http.post("/console/reason", **asked)


def _reason(world: World, browser: Browser) -> str | None:
    found: str | None = world.row(str(browser.http.cookies[cookies.SESSION])).reason
    return found


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {},
    ],
    ids=str,
)
def test_a_form_from_elsewhere_does_nothing(world: World, headers: dict[str, str]) -> None:
    browser = signed_in(world.api, world.api.members["obligor"])
    answer = _sent(browser, headers=headers)
    assert answer.status_code == 403 and "Another site" in answer.text and _reason(world, browser) is None


def test_our_origin_with_a_cross_site_mark_does_nothing(world: World) -> None:
    browser = signed_in(world.api, world.api.members["obligor"])
    answer = _sent(browser, headers={"Origin": browser.origin, "Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403 and _reason(world, browser) is None


@pytest.mark.parametrize("headers", [{"Origin": None}, {"Origin": "own"}, {"Sec-Fetch-Site": "none"}], ids=str)
def test_a_form_of_ours_is_taken(world: World, headers: dict[str, str | None]) -> None:
    browser = signed_in(world.api, world.api.members["obligor"])
    told = {name: browser.origin if value == "own" else value for name, value in headers.items() if value is not None}
    answer = _sent(browser, headers=told or {"Sec-Fetch-Site": "same-origin"})
    assert answer.status_code == 303 and _reason(world, browser) == "a reason of mine"


def test_a_form_without_its_token_or_with_another_sessions_does_nothing(world: World) -> None:
    browser, other = (signed_in(world.api, world.api.members["obligor"]) for _ in range(2))
    theirs = other.get("/console/reason").form("Keep this reason").fields["token"]
    for token in (None, "", theirs, "é", theirs[:-1]):
        fields = {"reason": "a reason of mine", "next": "/console/"} | ({} if token is None else {"token": token})
        answer = _sent(browser, data=fields)
        assert answer.status_code == 403 and "Form not ours" in answer.text and _reason(world, browser) is None


def test_what_is_no_form_does_nothing(world: World) -> None:
    browser = signed_in(world.api, world.api.members["obligor"])
    token = browser.get("/console/reason").form("Keep this reason").fields["token"]
    told = {"token": token, "reason": "a reason of mine"}
    for more in (
        {"json": told},
        {"files": {name: (None, value) for name, value in told.items()}},
        {"content": f"token={token}&reason=12345678"},
    ):
        answer = browser.http.post("/console/reason", headers={"Origin": browser.origin}, **more)
        assert answer.status_code == 415 and _reason(world, browser) is None


@pytest.mark.parametrize(
    ("body", "status"), [("a=1&a=2", 422), ("a=%00", 422), ("a=" + "x" * 70_000, 413), ("&".join(f"a{n}=" for n in range(101)), 422)]
)
def test_a_form_that_is_odd_is_refused_by_name(world: World, body: str, status: int) -> None:
    browser = signed_in(world.api, world.api.members["obligor"])
    headers = {"Origin": browser.origin, "Content-Type": "application/x-www-form-urlencoded"}
    answer = browser.http.post("/console/reason", content=body, headers=headers)
    assert answer.status_code == status and "<h1>" in answer.text


def test_signing_in_needs_our_origin_and_the_forms_own_cookie(world: World) -> None:
    key = key_of(world.api, None)
    browser = opened(world.api)
    form = browser.get("/console/sign-in").form("Sign in")
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {}):
        assert browser.send(form, key=key, headers=headers).status == 403
    assert browser.send(form, key=key, token="0" * 64).status == 403
    other = opened(world.api)
    assert other.send(form, key=key).status == 403, "a form of another browser's, without its cookie"
    other.get("/console/sign-in")
    assert other.send(form, key=key).status == 403, "with a cookie that the token is not of"
    assert cookies.SESSION not in other.http.cookies and cookies.SESSION not in browser.http.cookies


@pytest.mark.parametrize("name", FORMS)
def test_no_form_is_taken_without_its_token(world: World, name: str) -> None:
    page, browser = PAGES[name], signed_in(world.api, world.api.members["obligor"])
    answer = browser.http.post(world.address(page), data={"reason": "a reason of mine"}, headers={"Origin": browser.origin})
    assert answer.status_code == 403 and "Form not ours" in answer.text
    assert world.row(str(browser.http.cookies[cookies.SESSION])).reason is None


def test_pages_change_nothing(world: World) -> None:
    browser = signed_in(world.api, world.api.members["supplier"])
    id_ = str(browser.http.cookies[cookies.SESSION])
    with world.api.running.services.office.read() as conn:
        before = conn.execute(select(AUDIT.c.id).order_by(AUDIT.c.id.desc()).limit(1)).scalar_one()
    row = world.row(id_)
    for page in GUARDED.values():
        if page.method == GET:
            assert browser.http.get(world.address(page)).status_code in (200, 404)
    with world.api.running.services.office.read() as conn:
        after = conn.execute(select(AUDIT.c.id).order_by(AUDIT.c.id.desc()).limit(1)).scalar_one()
    assert after == before and (world.row(id_).reason, world.row(id_).expires) == (row.reason, row.expires)


# --- Too many -------------------------------------------------------------------------------------------------------------------------


def test_guesses_are_slow_here_too(world: World) -> None:
    browser, good = opened(world.api), key_of(world.api, None)
    form = browser.get("/console/sign-in").form("Sign in")
    held = str(browser.http.cookies[cookies.FORM])
    answers: list[httpx.Response] = []

    def guess(number: int) -> None:
        headers = {"Origin": browser.origin, "Cookie": f"{cookies.FORM}={held}"}
        fields = {**form.fields, "key": good[:-8] + f"{number:08x}"}
        answers.append(httpx.post(browser.origin + form.action, data=fields, headers=headers, timeout=60, trust_env=False))

    threads = [threading.Thread(target=guess, args=(number,)) for number in range(40)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    late = [each for each in answers if each.status_code == 429]
    assert {each.status_code for each in answers} == {401, 429} and len(late) >= 5
    assert int(late[0].headers["retry-after"]) >= 1 and "Too many requests" in late[0].text and "<form" in late[0].text
