"""A caller of a gateway's API for the command line: what the home says of it, and one line for every refusal."""

from __future__ import annotations

import json
import os
import ssl
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import quote

import httpx

from gateway.config import OPERATOR_KEY, URL_FILE, Settings
from ledger.foreseen import Foreseen

API_KEY, REASON = "PLEDGEBOOK_API_KEY", "PLEDGEBOOK_ACCESS_REASON"
_TIMEOUT = 120.0
_SILENCE, _AGAIN_SECONDS = 45.0, 1.0
"""A stream that says nothing for so long, three heartbeats, is taken for broken; it is asked for again after a moment."""
FAILED = frozenset({"refused", "expired", "voided", "undone"})

Json = dict[str, Any]


class Refused(Foreseen):
    """The gateway refused a request, or an act failed; one line that says why."""


class Client:
    """One gateway's API. Raises Refused, httpx.TransportError."""

    def __init__(self, http: httpx.Client) -> None:
        self._http = http

    def get(self, path: str, **query: Any) -> Json:
        """A read; what is None is left out."""
        return _body(self._http.get(path, params={name: value for name, value in query.items() if value is not None}))

    def data(self, path: str, **query: Any) -> Any:
        """What a read answers, without the block that it is as at."""
        return self.get(path, **query)["data"]

    def pages(self, path: str, **query: Any) -> Iterator[Any]:
        """Every row of a list, page after page."""
        after: str | None = None
        while True:
            page = self.get(path, **query, after=after)
            yield from page["data"]
            after = page["next"]
            if after is None:
                return

    def post(self, path: str, body: Json, key: str | None = None) -> Json:
        """A request with a body, and its idempotency key if it is an act."""
        named = {} if key is None else {b"Idempotency-Key": key.encode()}
        return _body(self._http.post(path, json=body, headers=named))

    def ask(self, path: str, body: Json, **query: Any) -> Json:
        """A read that is asked with a body."""
        params = {name: value for name, value in query.items() if value is not None}
        return _body(self._http.post(path, params=params, json=body))

    def delete(self, path: str, **query: Any) -> Json:
        """Ends what is at a path."""
        return _body(self._http.delete(path, params={name: value for name, value in query.items() if value is not None}))

    def follow(self, after: int = -1, **query: Any) -> Iterator[tuple[str, Json]]:
        """The ledger's events from a position on, without end: (event, data). A connection that breaks is taken up again where it was."""
        last = str(after)
        while True:
            with (
                suppress(httpx.TransportError),
                self._http.stream("GET", "/events:stream", params=query, headers={"Last-Event-ID": last}, timeout=_SILENCE) as answer,
            ):
                if not answer.is_success:
                    answer.read()
                    raise Refused(said(answer))
                for id_, name, data in told(answer.iter_lines()):
                    last = id_ or last
                    if data:
                        yield name, json.loads(data)
            time.sleep(_AGAIN_SECONDS)

    def done(self, act: Json, seconds: float = 300.0) -> Json:
        """Waits until an act is final. Raises Refused where it failed, or takes longer."""
        end = time.monotonic() + seconds
        while act["state"] != "final":
            if act["state"] in FAILED or (act["reason"] and act["state"] == "ready"):
                raise Refused(f"act {act['key']} ({act['kind']}) {sentence(act)}")
            if time.monotonic() > end:
                raise Refused(f"act {act['key']} ({act['kind']}) is still {act['state']} after {seconds:.0f} s; ask for it again")
            act = self.get(f"/acts/{act['id']}", account=act["account"], wait=20)
        return act

    def called(self, call: Json, seconds: float = 300.0) -> Json:
        """The same for a call of the gateway's own keys."""
        end = time.monotonic() + seconds
        while call["state"] != "final":
            if call["state"] in FAILED:
                raise Refused(f"{call['what']} {sentence(call)}")
            if time.monotonic() > end:
                raise Refused(f"{call['what']} is still {call['state']} after {seconds:.0f} s")
            (call,) = self.post("/calls:wait", {"ids": [call["id"]], "timeout": 20})["calls"]
        return call


@contextmanager
def connected(settings: Settings, url: str | None = None) -> Iterator[Client]:
    """A caller of the gateway that runs on a home, or of the one at `url`. Raises Refused where none is known, no key, or none answers."""
    headers = {"authorization": f"Bearer {_key(settings)}"}
    if reason := os.environ.get(REASON, "").strip():
        headers["Access-Reason"] = quote(reason)
    at = url or _url(settings)
    with httpx.Client(base_url=at, headers=headers, timeout=_TIMEOUT, trust_env=False, verify=_trust(settings)) as http:
        try:
            yield Client(http)
        except httpx.TransportError as away:
            started = "check its address, too" if url else "`pledgebook up` starts it"
            raise Refused(f"the gateway at {at} does not answer ({away or type(away).__name__}); check that it runs; {started}") from away


def _trust(settings: Settings) -> ssl.SSLContext | bool:
    """What the gateway's certificate is checked against, and the certificate that is shown to it."""
    if settings.tls_authority is None and settings.tls_client_certificate is None:
        return True
    trusted = ssl.create_default_context(cafile=settings.tls_authority)
    if settings.tls_client_certificate is not None:
        trusted.load_cert_chain(settings.tls_client_certificate)
    return trusted


def said(answer: httpx.Response) -> str:
    """Why a request was refused, in one line."""
    try:
        problem = answer.json()
        return str(problem.get("detail") or problem.get("title"))
    except (ValueError, AttributeError):
        return answer.text[:200]


def told(lines: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    """The blocks of `text/event-stream`, each with its id, event and data."""
    block: dict[str, str] = {}
    for line in lines:
        if line:
            name, _, value = line.partition(":")
            block[name] = value.removeprefix(" ")
        elif block:
            yield block.get("id", ""), block.get("event", "message"), block.get("data", "")
            block = {}


def url_of(settings: Settings) -> str | None:
    """Where the gateway of a home answers, by what it wrote there; none where no gateway runs."""
    file = settings.home / URL_FILE
    return file.read_text().strip() if file.exists() else None


def _url(settings: Settings) -> str:
    url = url_of(settings)
    if url is None:
        raise Refused(f"home {settings.home}: no gateway runs on it; start one with `pledgebook up`, or name one with --url")
    return url


def _key(settings: Settings) -> str:
    given, file = os.environ.get(API_KEY, "").strip(), settings.home / OPERATOR_KEY
    if not given and not file.exists():
        raise Refused(f"no API key: set {API_KEY}, or name the gateway's home with --home")
    key, source = (given, API_KEY) if given else (file.read_text().strip(), file)
    if not key.isascii() or not key.isprintable():
        raise Refused(f"{source}: what it has is no API key and no token, which have only ASCII letters, digits and signs")
    return key


def _body(answer: httpx.Response) -> Json:
    if not answer.is_success:
        raise Refused(said(answer))
    found: Json = answer.json()
    return found


def sentence(ended: Json) -> str:
    """How an act or a call that failed stands, and why."""
    reason = ended.get("reason") or {}
    return f"is {ended['state']}: {reason.get('sentence', 'no reason given')}"
