"""Our encoding of transactions is eth-account's, byte for byte."""

from coincurve import PrivateKey
from eth_account import Account
from eth_keys.datatypes import PrivateKey as Reference
from eth_utils.address import to_checksum_address
from hypothesis import given
from hypothesis import strategies as st

from gateway.outbox.encode import FREE, Call, Fee, Signed, call_of, sign, sign_legacy
from gateway.signers.ecdsa import address_of, by

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141

privates = st.integers(1, ORDER - 1).map(lambda number: number.to_bytes(32))
calls = st.builds(
    Call,
    to=st.binary(min_size=20, max_size=20),
    data=st.binary(max_size=500),
    gas=st.integers(21_000, 2**32 - 1),
    value=st.integers(0, 2**128),
)
chain_ids = st.integers(1, 2**40)
nonces = st.integers(0, 2**53)
fees = st.integers(0, 2**60)


def theirs(private: bytes, call: Call, chain_id: int, nonce: int, fees: dict[str, int]) -> Signed:
    """The same transaction by eth-account."""
    fields = {
        "to": to_checksum_address(call.to),
        "data": call.data,
        "gas": call.gas,
        "value": call.value,
        "nonce": nonce,
        "chainId": chain_id,
    }
    made = Account.from_key(private).sign_transaction({**fields, **fees})
    return Signed(bytes(made.raw_transaction), bytes(made.hash))


@given(privates, calls, chain_ids, nonces, fees, fees)
def test_eip_1559_equals_eth_account(private: bytes, call: Call, chain_id: int, nonce: int, tip: int, base: int) -> None:
    ours = sign(call, chain_id=chain_id, nonce=nonce, fee=Fee(tip, tip + base), by=by(PrivateKey(private)))
    assert ours == theirs(private, call, chain_id, nonce, {"maxFeePerGas": tip + base, "maxPriorityFeePerGas": tip})
    assert call_of(ours.raw) == call


@given(privates, calls, chain_ids, nonces, fees)
def test_legacy_equals_eth_account(private: bytes, call: Call, chain_id: int, nonce: int, fee: int) -> None:
    ours = sign_legacy(call, chain_id=chain_id, nonce=nonce, fee=fee, by=by(PrivateKey(private)))
    assert ours == theirs(private, call, chain_id, nonce, {"gasPrice": fee})
    assert call_of(ours.raw) == call


@given(privates, calls)
def test_the_sender_is_recovered_from_the_bytes(private: bytes, call: Call) -> None:
    made = sign_legacy(call, chain_id=5, nonce=1, fee=0, by=by(PrivateKey(private)))
    assert Account.recover_transaction(made.raw) == Account.from_key(private).address


@given(privates)
def test_an_address_is_the_curves(private: bytes) -> None:
    assert address_of(PrivateKey(private)) == Reference(private).public_key.to_canonical_address()


def test_the_same_call_signed_twice_is_the_same_bytes() -> None:
    call, key = Call(b"\1" * 20, b"data", 30_000), PrivateKey(b"\7" * 32)
    assert sign_legacy(call, chain_id=1, nonce=0, fee=0, by=by(key)) == sign_legacy(call, chain_id=1, nonce=0, fee=0, by=by(key))
    assert sign(call, chain_id=1, nonce=0, fee=FREE, by=by(key)).hash != sign(call, chain_id=1, nonce=1, fee=FREE, by=by(key)).hash
