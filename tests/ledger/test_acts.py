"""The envelope: Python's digest is what wallets compute, and a wrong body is refused by field."""

from dataclasses import fields, replace
from typing import Any

import pytest
from eth_abi.abi import encode
from eth_account import Account
from eth_account.messages import encode_typed_data
from eth_hash.auto import keccak
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain import act_types, acts
from ledger.domain.act_types import KINDS, STRUCTS
from ledger.domain.acts import ActError, Envelope, SignedAct, SignerClaim, SigningDomain

DOMAIN = SigningDomain(chain_id=1337, acts=b"\xac" * 20, ledger_id=b"\x1d" * 32)
ACCOUNT, KEY = b"\x0a" * 20, b"\x0b" * 20


def values(type_: str) -> st.SearchStrategy[Any]:
    """Every value of an EIP-712 type, as act_types holds it."""
    if type_.endswith("]"):
        return st.lists(values(type_[: type_.rindex("[")]), max_size=3).map(tuple)
    if type_ in STRUCTS:
        return bodies(type_)
    if type_ == "bool":
        return st.booleans()
    if type_ == "string":
        return st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
    if type_ == "address" or (type_.startswith("bytes") and type_ != "bytes"):
        size = 20 if type_ == "address" else int(type_[5:])
        return st.binary(min_size=size, max_size=size)
    if type_ == "bytes":
        return st.binary(max_size=40)
    bits = int(type_.split("int")[1])
    return st.integers(0, 2**bits - 1) if type_[0] == "u" else st.integers(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)


def bodies(struct: str) -> st.SearchStrategy[Any]:
    """Every body of a struct."""
    return st.builds(getattr(act_types, struct), **{name: values(type_) for name, type_ in STRUCTS[struct]})


any_body = st.sampled_from([kind.name for kind in KINDS]).flatmap(bodies)


def envelope(body: Any, **changed: Any) -> Envelope:
    signer = SignerClaim(ACCOUNT, KEY, role=4, mode=acts.SIGNED, epoch=1, nonce=7)
    return replace(Envelope(ACCOUNT, 7, 2_000_000_000, 500_000, (signer,), body), **changed)


@given(any_body)
def test_the_digest_is_what_a_wallet_computes(body: Any) -> None:
    built = envelope(body)
    signable = encode_typed_data(full_message=acts.typed_data(built, DOMAIN))
    assert acts.digest(built, DOMAIN) == keccak(b"\x19" + signable.version + signable.header + signable.body)


@given(any_body)
def test_a_body_survives_json(body: Any) -> None:
    assert acts.body_from(type(body).__name__, acts.to_json(body)) == body


@given(any_body, st.sampled_from(["account", "id", "deadline", "gas", "signers"]))
def test_each_part_of_the_envelope_is_signed(body: Any, part: str) -> None:
    built = envelope(body)
    other = SignerClaim(b"\x0c" * 20, KEY, 4, acts.SIGNED, 1, 9)
    first = built.signers[0]
    changed = {
        "account": {"account": b"\x0d" * 20, "signers": (replace(first, account=b"\x0d" * 20),)},
        "id": {"id": 8, "signers": (replace(first, nonce=8),)},
        "deadline": {"deadline": 1},
        "gas": {"gas": 1},
        "signers": {"signers": (first, other)},
    }[part]
    assert acts.digest(replace(built, **changed), DOMAIN) != acts.digest(built, DOMAIN)  # type: ignore[arg-type]


@pytest.mark.parametrize("change", [{"chain_id": 1}, {"acts": b"\x01" * 20}, {"ledger_id": b"\x02" * 32}])
def test_a_signature_for_one_ledger_is_none_for_another(change: dict[str, Any]) -> None:
    built = envelope(act_types.RevokeKey(KEY))
    assert acts.digest(built, replace(DOMAIN, **change)) != acts.digest(built, DOMAIN)


def test_a_wallets_signature_recovers_its_key() -> None:
    wallet = Account.create()
    built = envelope(act_types.RevokeKey(KEY))
    signed = wallet.sign_typed_data(full_message=acts.typed_data(built, DOMAIN))
    assert Account._recover_hash(acts.digest(built, DOMAIN), signature=signed.signature) == wallet.address


@pytest.mark.parametrize(
    ("given_body", "rule"),
    [
        ({"roles": 1}, r"body\.key: missing"),
        ({"key": "0x" + "00" * 20, "roles": 1, "x": 1}, r"body\.x: AddKey has no such field"),
        ({"key": "0x00", "roles": 1}, r"body\.key: 20 bytes expected, 1 given"),
        ({"key": 5, "roles": 1}, r"body\.key: address as hex text expected"),
        ({"key": "0x" + "00" * 20, "roles": 65536}, r"body\.roles: 65536 is outside uint16"),
        ({"key": "0x" + "00" * 20, "roles": "1.5"}, r"body\.roles: '1\.5' is no decimal integer"),
        ({"key": "0x" + "00" * 20, "roles": "1_0"}, r"body\.roles: '1_0' is no decimal integer"),
        ({"key": "0x" + "00" * 20, "roles": " 1"}, r"body\.roles: ' 1' is no decimal integer"),
        ({"key": "0x" + "00" * 20, "roles": "\u0661"}, r"is no decimal integer"),
        ({"key": "0x" + "00" * 20, "roles": True}, r"body\.roles: an integer"),
        ([], r"body: an object with the fields of AddKey"),
    ],
)
def test_a_wrong_body_is_refused_by_field(given_body: Any, rule: str) -> None:
    with pytest.raises(ActError, match=rule):
        acts.body_from("AddKey", given_body)


def test_an_unknown_kind_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ActError, match="AddKey"):
        acts.body_from("Mint", {})


@pytest.mark.parametrize("act_id", [-1, 2**64, 2**255 - 1, 2**256])
def test_an_id_between_numbers_and_hashes_is_refused(act_id: int) -> None:
    signer = SignerClaim(ACCOUNT, KEY, 4, acts.SIGNED, 1, act_id)
    with pytest.raises(ActError, match="id: "):
        Envelope(ACCOUNT, act_id, 0, 0, (signer,), act_types.RevokeKey(KEY))


def test_the_acting_account_signs_first() -> None:
    other = SignerClaim(b"\x0c" * 20, KEY, 4, acts.SIGNED, 1, 7)
    with pytest.raises(ActError, match=r"signers\[0\]"):
        envelope(act_types.RevokeKey(KEY), signers=(other,))


RUN = "(address,uint256,uint64,uint32,bytes32,(address,address,uint16,uint8,uint32,uint256)[],bytes,bytes[])[]"
"""Act[] of contracts/interfaces/IActs.sol."""
some_signatures = st.lists(st.binary(max_size=70), max_size=3).map(tuple)


def as_abi(act: SignedAct) -> tuple[Any, ...]:
    body, built = act.envelope.body, act.envelope
    signers = [tuple(getattr(each, field.name) for field in fields(each)) for each in built.signers]
    encoded = encode([acts.abi_type(type(body).__name__)], [acts.abi_value(body)])
    head = (built.account, built.id, built.deadline, built.gas, acts.type_hash(type(body).__name__))
    return (*head, signers, encoded, list(act.signatures))


@given(st.lists(st.tuples(any_body, some_signatures), max_size=3))
def test_the_call_is_what_an_abi_encoder_writes(given_: list[tuple[Any, tuple[bytes, ...]]]) -> None:
    signed = [SignedAct(envelope(body), signatures) for body, signatures in given_]
    assert acts.encode_run(signed) == acts.run_selector() + encode([RUN], [[as_abi(act) for act in signed]])


@pytest.mark.parametrize(
    ("changed", "named"),
    [({"deadline": 2**64}, "uint64"), ({"gas": -1}, "uint32"), ({"account": b"\x0a" * 19}, "address"), ({"body": 0}, "bytes32")],
)
def test_no_word_is_cut_to_its_type(changed: dict[str, Any], named: str) -> None:
    body = act_types.Move(1, 0, 1, ACCOUNT, b"\0" * 31) if changed.pop("body", None) is not None else act_types.RevokeKey(KEY)
    account = changed.pop("account", ACCOUNT)
    signer = SignerClaim(account, KEY, 4, acts.SIGNED, 1, 7)
    with pytest.raises(ActError, match=named):
        acts.digest(envelope(body, account=account, signers=(signer,), **changed), DOMAIN)
