"""The benchmark of submission runs real gateways, prints one object, and its floor sends what the product would."""

import json

import pytest
from coincurve import PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from bench.submission.split import FRAME_GAS, ROLE, Splitter
from gateway.signers.ecdsa import address_of, by
from ledger.domain import acts
from ledger.domain.act_types import Move
from ledger.domain.acts import SIGNED, Envelope, SignedAct, SignerClaim, SigningDomain
from ledger.domain.ids import to_hex
from tests.bench.test_anchor import run

pytestmark = pytest.mark.long

KEYS = ["raw_per_s", "floor_per_s", "ours_per_s", "acts_batched_per_s", "accept_p99_ms", "queryable_p99_ms"]
KEY = PrivateKey(b"\7" * 32)
DOMAIN = SigningDomain(5, b"\xac" * 20, b"\x1d" * 32)
WORD = st.integers(0, 2**63)


@given(WORD, WORD, WORD, WORD, st.binary(min_size=20, max_size=20), st.binary(min_size=32, max_size=32))
def test_the_floors_transaction_is_the_products(number: int, token: int, start: int, end: int, to: bytes, ref: bytes) -> None:
    body = {"token": str(token), "start": str(start), "end": str(end), "to": to_hex(to), "ref": to_hex(ref)}
    account = address_of(KEY)
    claim = SignerClaim(account, account, ROLE, SIGNED, 0, number)
    envelope = Envelope(account, number, 99, FRAME_GAS, (claim,), Move(token, start, end, to, ref))
    signed = SignedAct(envelope, (by(KEY)(acts.message(envelope, DOMAIN)),))
    assert Splitter(DOMAIN, account, KEY).call_data(number, 99, body) == acts.encode_run([signed])


def test_json_is_one_flat_object_of_loads_that_all_ran() -> None:
    done = run("submit", "--json", "--count", "1000", "--seconds", "1")
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    assert set(KEYS) <= set(figures) and done.stdout.count("\n") == 1
    assert all(value > 0 for value in figures.values())
