"""Random acts for tests of the outbox's pure parts."""

from typing import Any

from hypothesis import strategies as st

from ledger.domain.acts import Envelope, SignedAct, SignerClaim
from ledger.domain.ids import HASHED_ID
from tests.ledger.test_acts import any_body

addresses = st.binary(min_size=20, max_size=20)
ids = st.integers(0, 2**64 - 1) | st.integers(HASHED_ID, 2**256 - 1)
signatures = st.binary(min_size=65, max_size=65)
claims = st.builds(
    SignerClaim,
    account=addresses,
    key=addresses,
    role=st.integers(0, 2**16 - 1),
    mode=st.integers(0, 255),
    epoch=st.integers(0, 2**32 - 1),
    nonce=ids,
)


@st.composite
def envelopes(draw: st.DrawFn) -> Envelope:
    """Any envelope that Acts could take: the acting account signs first, with the act id as its nonce."""
    account, number = draw(addresses), draw(ids)
    first = draw(claims)
    actor = SignerClaim(account, first.key, first.role, first.mode, first.epoch, number)
    others = draw(st.lists(claims, max_size=3))
    deadline, gas = draw(st.integers(0, 2**64 - 1)), draw(st.integers(21_000, 2**32 - 1))
    body: Any = draw(any_body)
    return Envelope(account, number, deadline, gas, (actor, *others), body)


@st.composite
def signed_acts(draw: st.DrawFn) -> SignedAct:
    """An envelope with one signature for each signer."""
    envelope = draw(envelopes())
    return SignedAct(envelope, tuple(draw(signatures) for _ in envelope.signers))
