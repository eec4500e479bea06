"""Tokens of identity providers: which open a session, and that no other does, whatever its signature and claims."""

from __future__ import annotations

import base64
import hmac
import json
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from threading import Event, Thread
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey, OKPKey, RSAKey

from gateway import identity, runtime
from gateway.access import Session
from gateway.api import stream
from gateway.config import Settings
from gateway.identity import ASKED_AGAIN_SECONDS, FILE, FRESH_SECONDS, TRUSTED_SECONDS, IdentityError, Issuers, Published, Rejected
from gateway.sessions import KNOWN_SECONDS
from tests.gateway.following.reader import following
from tests.gateway.rows import ALICE, BOB
from tests.listening import listening

NOW = 1_700_000_000
RSA, OTHER_RSA = (RSAKey.generate_key(2048, {"kid": kid}) for kid in ("rsa", "other"))
EC, ED = ECKey.generate_key("P-256", {"kid": "ec"}), OKPKey.generate_key("Ed25519", {"kid": "ed"})
ISSUER, AUDIENCE = "https://login.bank.example", "pledgebook"
FILE_TEXT = f"""
[[issuers]]
name = "bank"
issuer = "{ISSUER}"
audience = "{AUDIENCE}"
keys = "keys.json"
algorithms = ["RS256", "ES256", "Ed25519"]
leeway = 30
claim = ["realm_access", "roles"]
grants = [
    {{value = "officers", member = "0x{ALICE.hex()}", scopes = ["read", "act"]}},
    {{value = "readers", member = "0x{ALICE.hex()}"}},
    {{value = "guests", member = "0x{BOB.hex()}"}},
    {{value = "operators", operator = true, scopes = ["read", "act", "admit"]}},
]
"""


def published(*keys: Any) -> str:
    return json.dumps(KeySet(list(keys)).as_dict(private=False))


def trusting(home: Path, text: str = FILE_TEXT, keys: str | None = None) -> Issuers:
    home.mkdir(exist_ok=True)
    (home / FILE).write_text(text)
    (home / "keys.json").write_text(keys or published(RSA, EC, ED))
    return identity.read(home, clock=lambda: NOW)


@pytest.fixture
def issuers(tmp_path: Path) -> Issuers:
    return trusting(tmp_path)


CLAIMS = {"iss": ISSUER, "aud": AUDIENCE, "sub": "li.na", "iat": NOW - 5, "exp": NOW + 300, "realm_access": {"roles": ["officers"]}}


def token(key: Any = RSA, alg: str = "RS256", header: dict[str, Any] | None = None, **claims: Any) -> str:
    """A signed token; a claim that is None is left out."""
    told = {name: value for name, value in {**CLAIMS, **claims}.items() if value is not None}
    return jwt.encode({"alg": alg, "kid": key.kid, **(header or {})}, told, key, algorithms=[alg])


def roles(*named: str) -> dict[str, Any]:
    return {"realm_access": {"roles": list(named)}}


# --- What opens a session ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("key", "alg"), [(RSA, "RS256"), (EC, "ES256"), (ED, "Ed25519")])
def test_a_token_opens_the_session_that_its_claim_is_granted(issuers: Issuers, key: Any, alg: str) -> None:
    assert issuers.session(token(key, alg)) == Session("bank:li.na", ALICE, frozenset({"read", "act"}))


def test_scopes_of_one_member_add_up_and_no_other_value_counts(issuers: Issuers) -> None:
    assert issuers.session(token(**roles("readers"))).scopes == {"read"}
    assert issuers.session(token(**roles("readers", "officers", "cooks"))).scopes == {"read", "act"}
    assert issuers.session(token(realm_access={"roles": "readers"})).scopes == {"read"}
    operator = issuers.session(token(**roles("operators")))
    assert operator.is_operator and operator.scopes == {"read", "act", "admit"}


def test_an_audience_among_several_and_times_within_the_leeway_are_good(issuers: Issuers) -> None:
    for more in ({"aud": ["other", AUDIENCE]}, {"exp": NOW - 29}, {"nbf": NOW + 30}, {"iat": NOW + 30}):
        assert issuers.session(token(**more)).member == ALICE


# --- What doesn't ------------------------------------------------------------------------------------------------------------------


def unsigned(header: dict[str, Any], claims: dict[str, Any], signature: bytes = b"") -> str:
    parts = (json.dumps(header).encode(), json.dumps(claims).encode(), signature)
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)


def with_shared_secret() -> str:
    """The old trick: the issuer's public key taken for a shared secret."""
    unfinished = unsigned({"alg": "HS256", "kid": "rsa"}, CLAIMS).rstrip(".")
    made = hmac.digest(RSA.as_pem(private=False), unfinished.encode(), "sha256")
    return f"{unfinished}.{base64.urlsafe_b64encode(made).decode().rstrip('=')}"


def tampered() -> str:
    head, _, signature = token().split(".")
    claims = base64.urlsafe_b64encode(json.dumps({**CLAIMS, **roles("operators")}).encode()).decode().rstrip("=")
    return f"{head}.{claims}.{signature}"


def with_own_key() -> str:
    """A key that the token itself brings."""
    return token(OTHER_RSA, header={"kid": "rsa", "jwk": OTHER_RSA.as_dict(private=False)})


WRONG: dict[str, Callable[[], str]] = {
    "not of the issuer's list": lambda: token(RSA, "RS384"),
    "no algorithm": lambda: unsigned({"alg": "none"}, CLAIMS),
    "no algorithm, with the name of a key": lambda: unsigned({"alg": "none", "kid": "rsa"}, CLAIMS),
    "algorithm in other letters": lambda: unsigned({"alg": "nOnE", "kid": "rsa"}, CLAIMS),
    "a shared secret": with_shared_secret,
    "another's key under a known name": lambda: token(OTHER_RSA, header={"kid": "rsa"}),
    "a key that it brings": with_own_key,
    "a key from an address": lambda: token(OTHER_RSA, header={"jku": "http://127.0.0.1:1/keys"}),
    "a key of another kind": lambda: unsigned({"alg": "ES256", "kid": "rsa"}, CLAIMS, b"x" * 64),
    "an unknown key": lambda: token(OTHER_RSA),
    "no name of a key among several": lambda: unsigned({"alg": "RS256"}, CLAIMS, b"x" * 256),
    "a name that is no text": lambda: unsigned({"alg": "RS256", "kid": ["rsa"]}, CLAIMS, b"x"),
    "a critical extension": lambda: unsigned({"alg": "RS256", "kid": "rsa", "crit": ["b64"], "b64": False}, CLAIMS, b"x"),
    "changed claims": tampered,
    "no signature": lambda: token().rsplit(".", 1)[0] + ".",
    "expired": lambda: token(exp=NOW - 30),
    "not yet": lambda: token(nbf=NOW + 31),
    "issued in the future": lambda: token(iat=NOW + 31),
    "no end": lambda: token(exp=None),
    "no start": lambda: token(iat=None),
    "an end that is no time": lambda: token(exp="never"),
    "an end that is no number": lambda: token(exp=float("nan")),
    "no subject": lambda: token(sub=None),
    "an empty subject": lambda: token(sub=""),
    "a subject with a line break": lambda: token(sub="li\nna"),
    "a long subject": lambda: token(sub="x" * 201),
    "another issuer": lambda: token(iss="https://login.bank.example/"),
    "no issuer": lambda: token(iss=None),
    "issuers in a list": lambda: token(iss=[ISSUER]),
    "another audience": lambda: token(aud="pledgebook2"),
    "no audience": lambda: token(aud=None),
    "no grant": lambda: token(**roles("cooks")),
    "no claim": lambda: token(realm_access=None),
    "a claim of another form": lambda: token(realm_access=[["officers"]]),
    "grants of two members": lambda: token(**roles("officers", "guests")),
    "grants of a member and the operator": lambda: token(**roles("officers", "operators")),
    "no token": lambda: "x",
    "two parts": lambda: "a.b",
    "four parts": lambda: token() + ".x",
    "five parts": lambda: "e30.e30.e30.e30.e30",
    "no JSON": lambda: "e30.WFg.e30",
    "a list": lambda: "W10.W10.W10",
    "nested lists": lambda: f"{base64.urlsafe_b64encode(b'[' * 2_000).decode().rstrip('=')}.e30.e30",
    "other letters": lambda: "é.é.é",
}


@pytest.mark.parametrize("name", WRONG)
def test_no_other_token_opens_one(issuers: Issuers, name: str) -> None:
    with pytest.raises(Rejected):
        issuers.session(WRONG[name]())


def test_a_shared_secret_among_published_keys_is_none(tmp_path: Path) -> None:
    secret = OctKey.import_key({"kty": "oct", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA", "kid": "shared"})
    issuers = trusting(tmp_path, keys=json.dumps({"keys": [RSA.as_dict(private=False), secret.as_dict(private=True)]}))
    assert issuers.session(token()).member == ALICE
    with pytest.raises(Rejected):
        issuers.session(jwt.encode({"alg": "HS256", "kid": "shared"}, dict(CLAIMS), secret, algorithms=["HS256"]))


@pytest.mark.filterwarnings("ignore:Key size should be")
def test_a_short_key_and_one_for_another_use_are_none(tmp_path: Path) -> None:
    short = RSAKey.generate_key(1024, {"kid": "short"})
    sealing = {**OTHER_RSA.as_dict(private=False), "use": "enc"}
    known = json.loads(published(RSA, short))["keys"]
    issuers = trusting(tmp_path, keys=json.dumps({"keys": [*known, sealing]}))
    with pytest.raises(Rejected, match="other"):
        issuers.session(token(OTHER_RSA))
    with pytest.raises(Rejected, match="short"):
        issuers.session(unsigned({"alg": "RS256", "kid": "short"}, CLAIMS, b"x" * 128))


def test_a_key_that_is_not_understood_takes_nothing_from_the_others(tmp_path: Path) -> None:
    good, off = RSA.as_dict(private=False), base64.urlsafe_b64encode(b"\1" * 32).decode().rstrip("=")
    odd: list[Any] = [
        "x",
        {"kty": "EC", "crv": "BP-256", "x": off, "y": off, "kid": "curve"},
        {"kty": "EC", "crv": "P-256", "x": off, "y": off, "kid": "off the curve"},
        {"kty": "OKP", "crv": "X25519", "x": off, "kid": "sealing"},
        {"kty": "RSA", "n": "AQAB", "kid": "no exponent"},
        {"kty": "RSA", "n": "!!", "e": "AQAB", "kid": "no number"},
        {**OTHER_RSA.as_dict(private=False), "kid": 5},
    ]
    for keys in (*([each, good] for each in odd), [*odd, good]):
        assert trusting(tmp_path, keys=json.dumps({"keys": keys})).session(token()).member == ALICE
    with pytest.raises(Rejected):
        trusting(tmp_path, keys=json.dumps({"keys": odd})).session(token())


def test_of_two_kinds_of_keys_of_one_name_the_algorithm_chooses(tmp_path: Path) -> None:
    two = [{**key.as_dict(private=False), "kid": "one"} for key in (EC, RSA)]
    issuers = trusting(tmp_path, keys=json.dumps({"keys": two}))
    for key, alg in ((RSA, "RS256"), (EC, "ES256")):
        assert issuers.session(token(key, alg, header={"kid": "one"})).member == ALICE


@pytest.mark.filterwarnings("ignore:EdDSA")
def test_the_older_name_of_ed25519_is_one_where_it_is_listed(tmp_path: Path) -> None:
    older = token(ED, "EdDSA")
    assert trusting(tmp_path, FILE_TEXT.replace('"Ed25519"', '"EdDSA"')).session(older).member == ALICE
    with pytest.raises(Rejected, match="not of the issuer's list"):
        trusting(tmp_path).session(older)


# --- Published keys ----------------------------------------------------------------------------------------------------------------


@dataclass
class Keys:
    """An issuer's server of keys on loopback, which counts how often it is asked."""

    url: str = ""
    answers: list[tuple[int, bytes]] = field(default_factory=list)
    asked: int = 0


@pytest.fixture
def served() -> Iterator[Keys]:
    keys = Keys(answers=[(200, published(RSA).encode())])

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            keys.asked += 1
            status, body = keys.answers[0]
            self.send_response(status)
            self.send_header("location", "/elsewhere")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *given: object) -> None:
            """Nothing is written."""

    with listening(Handler) as url:
        keys.url = f"{url}/keys"
        yield keys


@dataclass
class Clock:
    now: float = 1_000.0

    def __call__(self) -> float:
        return self.now


def test_keys_are_asked_for_once_and_again_for_an_unknown_one_at_most_once_a_minute(served: Keys) -> None:
    clock = Clock()
    keys = Published(served.url, Path(), clock)
    for _ in range(20):
        assert keys.key("rsa").kid == "rsa"
    assert served.asked == 1
    served.answers = [(200, published(RSA, EC).encode())]
    for _ in range(20):
        with pytest.raises(Rejected):
            keys.key("ec")
    assert served.asked == 1
    clock.now += ASKED_AGAIN_SECONDS
    assert keys.key("ec").kid == "ec" and served.asked == 2
    for number in range(20):
        with pytest.raises(Rejected):
            keys.key(f"invented {number}")
    assert served.asked == 2


def test_a_key_that_is_published_no_more_ends_within_minutes(served: Keys) -> None:
    clock = Clock()
    keys = Published(served.url, Path(), clock)
    keys.key("rsa")
    served.answers = [(200, published(EC).encode())]
    clock.now += FRESH_SECONDS + 1
    with pytest.raises(Rejected):
        keys.key("rsa")


@pytest.mark.parametrize(
    "answer", [(500, b""), (200, b"no JSON"), (200, b"{}"), (200, b'{"keys": []}'), (302, b""), (200, b" " * 1_100_000)]
)
def test_while_the_issuer_is_away_its_last_keys_count_for_a_day(served: Keys, answer: tuple[int, bytes]) -> None:
    clock = Clock()
    keys = Published(served.url, Path(), clock)
    keys.key("rsa")
    served.answers = [answer]
    clock.now += TRUSTED_SECONDS - 1
    assert keys.key("rsa").kid == "rsa" and served.asked == 2
    clock.now += 2
    with pytest.raises(Rejected):
        keys.key("rsa")


@pytest.mark.parametrize("head", [b"HTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.1 200 OK\r\nx: "], ids=["body", "head"])
def test_an_issuer_that_sends_a_byte_now_and_then_holds_nobody(monkeypatch: pytest.MonkeyPatch, head: bytes) -> None:
    monkeypatch.setattr(identity, "_FETCH_SECONDS", 0.5)
    ended = Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            with suppress(OSError):
                self.wfile.write(head)
                while not ended.wait(0.1):
                    self.wfile.write(b" ")

        def log_message(self, *given: object) -> None:
            """Nothing is written."""

    with listening(Handler) as url:
        keys = Published(f"{url}/keys", Path())
        asking = Thread(target=keys._refresh, daemon=True)
        asking.start()
        asking.join(20)
        ended.set()
        assert not asking.is_alive()
        with pytest.raises(Rejected):
            keys.key("rsa")


def test_a_file_of_keys_is_read_again(tmp_path: Path) -> None:
    clock, file = Clock(), tmp_path / "keys.json"
    file.write_text(published(RSA))
    keys = Published("keys.json", tmp_path, clock)
    assert keys.key(None).kid == "rsa"
    file.write_text(published(RSA, ED))
    clock.now += ASKED_AGAIN_SECONDS
    assert keys.key("ed").kid == "ed"


# --- The file ----------------------------------------------------------------------------------------------------------------------


def test_a_home_without_the_file_trusts_nobody(tmp_path: Path) -> None:
    with pytest.raises(Rejected):
        identity.read(tmp_path).session(token())


CHANGES = [
    ('["RS256", "ES256", "Ed25519"]', '["HS256"]', "algorithms"),
    ('["RS256", "ES256", "Ed25519"]', '["none"]', "algorithms"),
    ('["RS256", "ES256", "Ed25519"]', "[]", "algorithms"),
    ('keys = "keys.json"', 'keys = "http://login.bank.example/keys"', "https URL"),
    ('keys = "keys.json"', 'keys = "ftp://127.0.0.1/keys"', "https URL"),
    ('keys = "keys.json"', "", "keys"),
    ("leeway = 30", "leeway = 3000", "leeway"),
    ('name = "bank"', 'name = "a:b"', "name"),
    ("leeway = 30", "leway = 30", "leway"),
    (f'member = "0x{BOB.hex()}"', 'member = "0x12"', "member"),
    (f'member = "0x{BOB.hex()}"', "operator = false", "member"),
    (f'member = "0x{BOB.hex()}"', f'member = "0x{BOB.hex()}", operator = true', "member"),
    (f'member = "0x{BOB.hex()}"', f'member = "0x{BOB.hex()}", scopes = ["admit"]', "operator's only"),
    ('scopes = ["read", "act"]', 'scopes = ["write"]', "scopes"),
    ("[[issuers]]", "[[issuers", "line"),
]


@pytest.mark.parametrize(("old", "new", "told"), CHANGES)
def test_a_wrong_file_is_named_with_its_entry(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert old in FILE_TEXT
    with pytest.raises(IdentityError, match=told) as wrong:
        trusting(tmp_path, FILE_TEXT.replace(old, new, 1))
    assert FILE in str(wrong.value) and "\n" not in str(wrong.value)


def test_two_issuers_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(IdentityError, match="two issuers"):
        trusting(tmp_path, FILE_TEXT * 2)


# --- Through the door --------------------------------------------------------------------------------------------------------------


def test_every_refused_token_gets_the_same_words_and_the_log_has_why(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    trusting(home)
    monkeypatch.setattr(identity, "read", partial(identity.read, clock=lambda: NOW))
    running = runtime.start(Settings(home=home, port=0, keeper=False), genesis_time=NOW)
    try:
        answers = set()
        with httpx.Client(base_url=running.url) as http, caplog.at_level(logging.WARNING, "gateway.sessions"):
            for make in WRONG.values():
                given = make().encode()
                answers.add(_refused(http, given))
            answers.add(_refused(http, b"pbk_" + b"0" * 16 + b"_" + b"0" * 64))
            good = token(**roles("operators"))
            assert http.get("/members", headers={"authorization": f"Bearer {good}"}).status_code == 200
            assert http.get("/events", headers={"authorization": f"Bearer {token()}"}).status_code == 403
        assert len(answers) == 1
        assert "no grant for" in caplog.text and "algorithm 'none'" in caplog.text and "no trusted issuer" in caplog.text
        assert token().split(".")[2] not in caplog.text
    finally:
        running.stop()


def _refused(http: httpx.Client, given: bytes) -> tuple[int, str, str]:
    answer = http.get("/members", headers={b"authorization": b"Bearer " + given})
    return answer.status_code, answer.text, answer.headers["www-authenticate"]


def test_a_stream_lasts_as_long_as_its_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home, clock = tmp_path / "home", Clock(NOW)
    trusting(home)
    monkeypatch.setattr(identity, "read", partial(identity.read, clock=clock))
    monkeypatch.setattr(stream, "HEARTBEAT_SECONDS", 0.2)
    running = runtime.start(Settings(home=home, port=0, keeper=False), genesis_time=NOW)
    try:
        with following(running.url, token(**roles("operators")), kind="DealOpened") as blocks:
            began = time.monotonic()
            while time.monotonic() - began < 3 * (stream.LOOK_SECONDS + KNOWN_SECONDS):
                assert next(blocks).id is not None
            clock.now, ended = NOW + 331, time.monotonic()
            for _ in blocks:
                assert time.monotonic() - ended < stream.LOOK_SECONDS + KNOWN_SECONDS + 5
    finally:
        running.stop()
