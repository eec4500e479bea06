"""Signed requests and statements: good as they were made, and refused with anything changed, by anybody else, elsewhere or later."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc import jws
from joserfc.jwk import OctKey

from gateway.peers import signing
from gateway.peers.signing import Unsigned, check_body, sign, state, stated, verify
from ledger.domain.address_book import KeyId, key_named, url_word
from tests.gateway.rows import ALICE, BOB

LEDGER, KEY, OTHER = b"\x07" * 32, Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
BY = KeyId(ALICE, 3)
TARGET, BODY = "/peer/offers?x=1", b'{"a":1}'


def public(named: KeyId) -> bytes | None:
    return KEY.public_key().public_bytes_raw() if named == BY else None


def signed(method: str = "POST", target: str = TARGET, body: bytes | None = BODY, ledger: bytes = LEDGER) -> dict[str, str]:
    return sign(method, target, body, BOB, ledger, BY, KEY)


def check(headers: dict[str, str], method: str = "POST", target: str = TARGET, body: bytes = BODY) -> signing.Signed:
    found = verify(method, target, headers, LEDGER, public)
    if method == "POST":
        check_body({name.lower(): value for name, value in headers.items()}, body)
    return found


def changed(text: str) -> str:
    at = len(text) // 2
    return text[:at] + ("b" if text[at] != "b" else "c") + text[at + 1 :]


def test_a_signed_request_says_who_sent_it_and_for_whom() -> None:
    headers = signed()
    found = check({name.lower(): value for name, value in headers.items()})
    assert (found.by, found.to) == (BY, BOB) and len(found.nonce) == 32
    assert check(signed()).nonce != found.nonce
    assert f'keyid="{BY}"' in headers["Signature-Input"] and "created=" in headers["Signature-Input"]
    assert check(signed("GET", "/peer/inbox?after=0", None), "GET", "/peer/inbox?after=0").by == BY


def test_anything_else_than_what_was_signed_is_refused() -> None:
    headers = signed()
    with pytest.raises(Unsigned):
        check(headers, method="PUT")
    with pytest.raises(Unsigned):
        check(headers, target="/peer/offers?x=2")
    with pytest.raises(Unsigned):
        check(headers, target="/peer/consents?x=1")
    with pytest.raises(Unsigned):
        check(headers, body=b'{"a":2}')
    for name in headers:
        with pytest.raises(Unsigned):
            check({each: value for each, value in headers.items() if each != name})
        with pytest.raises(Unsigned):
            check({**headers, name: changed(headers[name])})


def test_another_key_epoch_or_ledger_is_refused() -> None:
    for headers in (
        sign("POST", TARGET, BODY, BOB, LEDGER, BY, OTHER),
        sign("POST", TARGET, BODY, BOB, LEDGER, KeyId(ALICE, 2), KEY),
        sign("POST", TARGET, BODY, BOB, LEDGER, KeyId(BOB, 3), KEY),
        signed(ledger=b"\x08" * 32),
    ):
        with pytest.raises(Unsigned):
            check(headers)


@pytest.mark.parametrize("seconds", [-3_600, -signing.FRESH_SECONDS - signing.SKEW_SECONDS - 5, signing.SKEW_SECONDS + 30])
def test_an_old_one_and_one_from_the_future_are_refused(seconds: int, monkeypatch: pytest.MonkeyPatch) -> None:
    class Then(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
            return datetime.fromtimestamp(time.time() + seconds, UTC)

    with monkeypatch.context() as at:
        at.setattr("http_message_signatures.signatures.datetime.datetime", Then)
        headers = signed()
    with pytest.raises(Unsigned):
        check(headers)


def test_what_is_not_covered_does_not_count() -> None:
    """A signature that leaves out the body, the path or the recipient is none, however good it is."""
    whole = signed()
    for left_out in ("@path", "content-digest", "pledgebook-to", "@method", "@query"):
        with pytest.MonkeyPatch.context() as less:
            less.setattr(signing, "_COVERED", tuple(each for each in signing._COVERED if each != left_out))
            headers = sign("POST", TARGET, None if left_out == "content-digest" else BODY, BOB, LEDGER, BY, KEY)
        with pytest.raises(Unsigned):
            check({**headers, "Content-Digest": whole["Content-Digest"]})


def test_a_second_signature_beside_the_first_is_refused() -> None:
    first, second = signed(), signed()
    twice = {name: f"{first[name]}, {second[name].replace('sig=', 'more=', 1)}" for name in ("Signature", "Signature-Input")}
    with pytest.raises(Unsigned):
        check({**first, **twice})


def test_a_statement_is_its_signers_and_of_its_form() -> None:
    text = state("receipt", {"message": "0x01"}, BY, KEY)
    found = stated("receipt", text, public)
    assert (found.by, found.told) == (BY, {"message": "0x01"})
    head, body, mark = text.split(".")
    unsigned = jws.serialize_compact({"alg": "HS256", "kid": str(BY), "typ": "receipt"}, b"{}", OctKey.import_key(public(BY) or b""))
    wrongs = [
        state("receipt", {}, BY, OTHER), state("receipt", {}, KeyId(BOB, 3), KEY), state("inbox", {}, BY, KEY), unsigned, "", "a.b.c",
        f"{head}.{body}.", f"{head}.{body[:-2]}.{mark}", f"eyJhbGciOiJub25lIn0.{body}.",
    ]  # fmt: skip
    for wrong in wrongs:
        with pytest.raises(Unsigned):
            stated("receipt", wrong, public)


def test_a_keys_name_is_read_in_one_form_only() -> None:
    assert key_named(str(BY)) == BY
    for text in (
        "",
        "0x",
        "x/1",
        f"{BY}0 ",
        str(BY).upper(),
        f"0x{ALICE.hex()}/03",
        f"0x{ALICE.hex()}/0",
        f"0x{ALICE.hex()}/-1",
        f"{ALICE.hex()}/3",
    ):
        assert key_named(text) is None
    assert url_word("https://a.example/") == url_word("https://a.example") != url_word("https://b.example") and url_word(None) == bytes(32)
