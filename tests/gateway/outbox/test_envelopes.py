"""Envelopes on disk: what is read back is what was written, to the bit."""

import orjson
from hypothesis import given

from gateway.outbox.envelopes import GAS_A_BODY_BYTE, LEAST_GAS, envelope_of, frame_gas, typed_bytes
from ledger.domain.acts import Envelope, SigningDomain, digest, encode_body, kind_of
from tests.gateway.outbox.acts import envelopes

DOMAIN = SigningDomain(1337, b"\xac" * 20, b"\x1d" * 32)


@given(envelopes())
def test_an_envelope_survives_the_disk(envelope: Envelope) -> None:
    read = envelope_of(kind_of(envelope.body).name, typed_bytes(envelope))
    assert read == envelope
    assert digest(read, DOMAIN) == digest(envelope, DOMAIN)


@given(envelopes())
def test_the_same_envelope_is_the_same_bytes(envelope: Envelope) -> None:
    written = typed_bytes(envelope)
    assert typed_bytes(envelope_of(kind_of(envelope.body).name, written)) == written
    assert list(orjson.loads(written)) == sorted(orjson.loads(written))


@given(envelopes())
def test_a_frame_gets_more_gas_the_longer_its_body_is(envelope: Envelope) -> None:
    assert frame_gas(envelope.body) == LEAST_GAS + GAS_A_BODY_BYTE * len(encode_body(envelope.body))
