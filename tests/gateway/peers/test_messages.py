"""Messages between gateways: what is sealed comes out as it went in, for its recipient alone, and nothing of it can be changed."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

import orjson
import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from gateway.peers.messages import (
    Consent,
    Given,
    Handed,
    Header,
    Kind,
    MessageError,
    Offer,
    Packed,
    Payload,
    id_of,
    opened,
    payload_json,
    read,
    written,
)
from tests.gateway.rows import ALICE, BOB

KEY, OTHER = X25519PrivateKey.generate(), X25519PrivateKey.generate()
PUBLIC = KEY.public_key().public_bytes_raw()

words = st.binary(min_size=32, max_size=32)
signatures = st.lists(
    st.builds(Given, st.integers(0, 255), st.binary(max_size=65) | st.binary(min_size=65, max_size=300), st.none() | words), max_size=3
)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
packages = st.lists(st.builds(Packed, words, words, texts, texts.map(str.encode)), max_size=3)
offers = st.builds(Offer, texts, texts.map(str.encode), signatures, packages, st.booleans(), st.none() | texts)
consents = st.builds(Consent, st.binary(min_size=20, max_size=20), words, words, signatures)
handed = st.builds(Handed, packages, st.integers(0, 2**63 - 1))

KINDS: dict[type, Kind] = {Offer: Kind.OFFER, Consent: Kind.CONSENT, Handed: Kind.CONTENT}


def header(kind: Kind, **more: Any) -> Header:
    return Header(kind, b"\x01" * 32, ALICE, BOB, PUBLIC, 1_800_000_000)._replace(**more)


def message(payload: Payload) -> bytes:
    return written(header(KINDS[type(payload)]), payload)


CONSENT = Consent(ALICE, b"\x02" * 32, b"\x03" * 32, [Given(1, b"\x04" * 65, None)])


@given(offers | consents | handed)
def test_what_is_sealed_comes_out_as_it_went_in(payload: Payload) -> None:
    body = message(payload)
    found = read(body)
    assert found.header == header(KINDS[type(payload)]) and opened(found, KEY) == payload


def test_nobody_else_opens_it_and_nothing_of_it_is_in_clear() -> None:
    body = message(Offer("FilePledge", b"a secret", [], [Packed(b"r" * 32, b"s" * 32, "schema/1", b'{"secret":1}')], True, "https://x"))
    with pytest.raises(MessageError, match="not sealed to this key"):
        opened(read(body), OTHER)
    assert b"secret" not in body and b"FilePledge" not in body and b"https" not in body


@given(st.integers(1_024, 3_000_000))
def test_a_message_is_a_sixteenth_longer_than_what_it_says_at_most(size: int) -> None:
    sealed, said = len(read(message(_offer_of(size))).sealed), len(orjson.dumps(payload_json(_offer_of(size))))
    assert said < sealed <= said * 17 / 16 + 64


def test_a_length_tells_little() -> None:
    lengths = {len(message(_offer_of(size))) for size in range(2_000, 4_000)}
    assert 2 <= len(lengths) <= 17
    assert len(message(CONSENT)) == len(message(replace(CONSENT, given=[Given(each, b"\x04" * 65, b"\x05" * 32) for each in range(2)])))


def _offer_of(size: int) -> Offer:
    return Offer("x" * size, b"", [], [], True, None)


@pytest.mark.parametrize("field", ["kind", "ledger", "from", "to", "key", "until"])
def test_what_is_told_outside_is_bound_into_the_seal(field: str) -> None:
    told = orjson.loads(message(CONSENT))
    told[field] = {"kind": "content", "until": "1800000001"}.get(field, "0x" + "05" * (len(told[field]) // 2 - 1))
    with pytest.raises(MessageError):
        opened(read(rfc8785.dumps(told)), KEY)


@pytest.mark.parametrize("field", ["from", "to", "ledger", "key", "until", "sealed"])
def test_a_message_has_one_form_and_so_one_id(field: str) -> None:
    """Another way to write the same value: capital hex digits, a leading zero, bits that base64 throws away."""
    who = header(Kind.OFFER, sender=b"\xab" * 20, recipient=b"\xab" * 20, ledger=b"\xab" * 32)
    bodies = (orjson.loads(written(who, Offer("F" * size, b"", [], [], True, None))) for size in range(3))
    told = next(each for each in bodies if each["sealed"].endswith("="))
    ways = {"until": "0" + told["until"], "sealed": _other_base64(told["sealed"])}
    other = ways.get(field, "0x" + told[field][2:].upper())
    assert other != told[field]
    with pytest.raises(MessageError):
        read(rfc8785.dumps({**told, field: other}))


def _other_base64(text: str) -> str:
    """The same bytes: the last letter before the padding has bits that nobody reads."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    bare = text.rstrip("=")
    other = bare[:-1] + letters[letters.index(bare[-1]) ^ 1] + text[len(bare) :]
    assert base64.b64decode(other, validate=True) == base64.b64decode(text)
    return other


@given(st.data())
def test_any_flipped_bit_is_noticed(data: st.DataObject) -> None:
    body = bytearray(message(CONSENT))
    at = data.draw(st.integers(0, len(body) - 1))
    body[at] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(MessageError):
        opened(read(bytes(body)), KEY)


@given(
    st.binary(max_size=200)
    | st.recursive(st.none() | st.text(), lambda each: st.lists(each) | st.dictionaries(st.text(), each)).map(orjson.dumps)
)
def test_anything_else_is_no_message(body: bytes) -> None:
    with pytest.raises(MessageError):
        read(body)


@pytest.mark.parametrize(
    "change",
    [{"form": "pledgebook/message/2"}, {"kind": "order"}, {"until": "01"}, {"until": "-1"}, {"until": str(2**63)}, {"from": "0x01"},
     {"sealed": "="}, {"sealed": None}, {"more": "x"}, {"from": [[[]]]}],
)  # fmt: skip
def test_a_field_of_another_form_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(MessageError):
        read(orjson.dumps({**orjson.loads(message(CONSENT)), **change}, option=orjson.OPT_SORT_KEYS))


def test_the_same_bytes_have_the_same_id_and_other_ones_another() -> None:
    first, second = message(CONSENT), message(CONSENT)
    assert first != second and id_of(first) != id_of(second) and id_of(first) == id_of(bytes(first))
