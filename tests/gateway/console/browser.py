"""A browser without a window: it keeps cookies, reads forms and sends them as a browser does, with their hidden fields and its origin."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import httpx

from gateway import access
from gateway.access import ACT, READ
from tests.gateway.conftest import Api, Member

ORIGIN = {"Sec-Fetch-Site": "same-origin"}


@dataclass
class Form:
    """A form of a page: where it goes, and what its fields hold."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    button: str = ""


class _Forms(HTMLParser):
    """The forms of a page, and its text as it is read."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.tags: list[str] = []
        self.text: list[str] = []
        self._open: Form | None = None
        self._in_button = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        if tag == "form":
            self._open = Form(told["action"], told["method"])
            self.forms.append(self._open)
        elif tag == "input" and self._open is not None and told.get("type") != "checkbox":
            self._open.fields[told["name"]] = told.get("value", "")
        elif tag == "button":
            self._in_button = True

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        elif tag == "button":
            self._in_button = False

    def handle_data(self, data: str) -> None:
        self.text.append(data)
        if self._in_button and self._open is not None:
            self._open.button += data.strip()


@dataclass(frozen=True)
class Page:
    """A page as it was answered."""

    answer: httpx.Response

    @property
    def status(self) -> int:
        return self.answer.status_code

    @property
    def read(self) -> _Forms:
        parser = _Forms()
        parser.feed(self.answer.text)
        return parser

    @property
    def text(self) -> str:
        """What a person reads, with single blanks."""
        return " ".join(" ".join(self.read.text).split())

    def form(self, button: str) -> Form:
        """The form with that button."""
        (found,) = [each for each in self.read.forms if each.button == button]
        return found


@dataclass
class Browser:
    """One person's browser at a gateway."""

    http: httpx.Client
    origin: str

    def get(self, path: str, **headers: str) -> Page:
        """Opens a page, and what it leads on to."""
        return Page(self.http.get(path, headers={**ORIGIN, **headers}, follow_redirects=True))

    def send(
        self, form: Form, *, follow: bool = True, headers: dict[str, str] | None = None, fields: dict[str, str] | None = None, **more: str
    ) -> Page:
        """Sends a form with more in its fields."""
        told = {"Origin": self.origin, **ORIGIN} if headers is None else headers
        return Page(self.http.post(form.action, data={**form.fields, **(fields or {}), **more}, headers=told, follow_redirects=follow))

    def sign_in(self, key: str) -> Page:
        """Signs in with a key or token."""
        return self.send(self.get("/console/sign-in").form("Sign in"), key=key)


def opened(api: Api) -> Browser:
    """A browser that nobody has signed in with."""
    return Browser(httpx.Client(base_url=api.running.url, timeout=60, trust_env=False), api.running.url)


def key_of(api: Api, member: Member | None, *scopes: str) -> str:
    """A new API key of a member, or of the operator."""
    with api.running.services.office.write() as conn:
        return access.issue(conn, "a person", None if member is None else member.address, scopes or (READ, ACT))


def signed_in(api: Api, member: Member | None, *scopes: str) -> Browser:
    """A browser with a session of a member."""
    browser = opened(api)
    page = browser.sign_in(key_of(api, member, *scopes))
    assert page.status == 200, page.text
    return browser


def drawn_up(api: Api, supplier: Member, obligor: Member, face: int = 10_000, days: int = 30, content: str = "", **more: Any) -> str:
    """A receivable that waits for its confirmation, over a document of its own or the one of the root `content`; its id."""
    root = content or api.content({"amount": str(face), "n": api.fresh_key("content")}, supplier, obligor)
    asked = {"act": "issue", "supplier": supplier.account, "obligor": obligor.account, "face": str(face), "currency": "USD",
             "due": "2024-02-29", "zone": "UTC", "content": root, "account": supplier.account, **more}  # fmt: skip
    (act,) = api.http.post("/receivables:draft", json=asked).raise_for_status().json()["data"]["acts"]
    body = {name: act[name] for name in ("account", "kind", "body", "signers")}
    answer = api.http.post("/acts", json=body, headers={"Idempotency-Key": act["key"]})
    assert api.done(answer)["state"] == "final", answer.text
    listed = api.http.get("/receivables", params={"party": supplier.account, "limit": 1000}).json()["data"]
    (found,) = [each["id"] for each in listed if each["content_root"] == root]
    return str(found)
