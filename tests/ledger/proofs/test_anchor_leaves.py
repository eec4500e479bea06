"""Leaves: the ABI's own words under the type's hash, back and forth, and a clear refusal of everything that no office can mean."""

import random
from dataclasses import astuple, fields, replace
from hashlib import sha256
from typing import Any

import pytest
from eth_abi.abi import encode as abi_encode
from eth_hash.auto import keccak
from hypothesis import given
from hypothesis import strategies as st

from ledger.proofs import merkle
from ledger.proofs.anchor_leaves import AnchoredRecord, LeafError, LiveAsset, decode, encode, live_leaves
from tests.ledger.proofs import vectors
from tests.ledger.proofs.vectors import number

RECORD_TEXT = (
    b"AnchoredRecord(uint16 register,bytes32 officeNumber,uint8 state,uint16 flags,int40 effective,uint40 expires,uint8 kind,"
    b"uint16 currency,uint128 ceiling,int40 due,uint8 holders,bytes32 pledgorsRoot,bytes32 holdersRoot,uint24 assetCount,"
    b"bytes32 assetsRoot,bytes32 content)"
)
ASSET_TEXT = b"LiveAsset(uint16 register,bytes32 asset,bytes32 officeNumber)"
RECORD_TYPES = [
    *("uint16", "bytes32", "uint8", "uint16", "int40", "uint40", "uint8", "uint16", "uint128", "int40", "uint8"),
    *("bytes32", "bytes32", "uint24", "bytes32", "bytes32"),
]
RECORD = AnchoredRecord(
    register=3,
    officeNumber=number("Y2023980012345"),
    state=3,
    flags=1 << 3,
    effective=-86_400,
    expires=0,
    kind=2,
    currency=156,
    ceiling=500_000_000,
    due=1_800_000_000,
    holders=1,
    pledgorsRoot=b"\1" * 32,
    holdersRoot=b"\2" * 32,
    assetCount=2,
    assetsRoot=b"\3" * 32,
    content=b"\4" * 32,
)
ASSET = LiveAsset(3, number("CNPA2019100000011"), number("Y2023980012345"))
NO_ASSETS = replace(RECORD, assetCount=0, assetsRoot=bytes(32), flags=1 << 2)
NO_CLAIM = replace(RECORD, kind=0, currency=0, ceiling=0)

dice = st.integers().map(random.Random)


# --- encoding


@given(dice)
def test_a_record_is_its_type_and_the_abis_words(dice: random.Random) -> None:
    record = vectors.record(dice)
    assert encode(record) == keccak(RECORD_TEXT) + abi_encode(RECORD_TYPES, list(astuple(record)))
    assert decode(AnchoredRecord, encode(record)) == record


@given(dice)
def test_a_live_asset_is_its_type_and_the_abis_words(dice: random.Random) -> None:
    asset = vectors.asset(dice)
    assert encode(asset) == keccak(ASSET_TEXT) + abi_encode(["uint16", "bytes32", "bytes32"], list(astuple(asset)))
    assert decode(LiveAsset, encode(asset)) == asset


def test_a_leaf_keeps_its_hash_for_ever() -> None:
    assert merkle.leaf_hash(encode(RECORD)) == sha256(b"\0" + encode(RECORD)).digest()
    assert merkle.leaf_hash(encode(RECORD)).hex() == "0e68ac58227f260b88c3ece2d004d103f5f189a3f82b9f3655d46e235b68142d"
    assert merkle.leaf_hash(encode(ASSET)).hex() == "aae2f843501acfd6650633c50e44ef10c86a12a4db74d6aa1d44b47028f47dcf"


def test_every_field_is_bound() -> None:
    changed: dict[str, Any] = {"state": 4, "flags": 1 << 5, "kind": 1, "currency": 840, "expires": 2_000_000_000}
    for field in fields(RECORD):
        value = getattr(RECORD, field.name)
        other = changed.get(field.name, value[:5] + b"5" + value[6:] if isinstance(value, bytes) else value + 1)
        assert encode(replace(RECORD, **{field.name: other})) != encode(RECORD), field.name


def test_what_offices_may_leave_out_is_taken() -> None:
    for record in (NO_ASSETS, NO_CLAIM, replace(RECORD, content=bytes(32)), replace(RECORD, due=0), replace(RECORD, flags=0x3868)):
        assert decode(AnchoredRecord, encode(record)) == record


def test_an_office_number_in_any_script_is_taken() -> None:
    assert decode(AnchoredRecord, encode(replace(RECORD, officeNumber=number("京知质2023-7号")))).officeNumber == number("京知质2023-7号")


# --- refusals


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"register": 0}, "register: 0 is no register"),
        ({"register": 2**16}, "register: 65536, a whole number from 0 to 65535 expected"),
        ({"register": -1}, "register: -1, "),
        ({"register": True}, "register: True, "),
        ({"register": "3"}, "register: '3', "),
        ({"officeNumber": "Y2023"}, "officeNumber: 32 bytes expected"),
        ({"officeNumber": b"Y2023"}, "officeNumber: 32 bytes expected"),
        ({"officeNumber": bytearray(32)}, "officeNumber: 32 bytes expected"),
        ({"officeNumber": bytes(32)}, "officeNumber: 0000.*readable text expected"),
        ({"officeNumber": b"1\x002".ljust(32, b"\0")}, "officeNumber: .*left-aligned"),
        ({"officeNumber": b"1\n".ljust(32, b"\0")}, "officeNumber: .*readable text expected"),
        ({"officeNumber": b"1".rjust(32, b"\0")}, "officeNumber: .*left-aligned"),
        ({"officeNumber": b"\xff".ljust(32, b"\0")}, "officeNumber: .*no UTF-8 text"),
        ({"state": 0}, "state: 0, one of 1 FILED, "),
        ({"state": 9}, "state: 9, one of"),
        ({"state": 256}, "state: 256, a whole number from 0 to 255 expected"),
        ({"flags": 1 << 7}, "flags: 0x80 has bits beyond 0x386c"),
        ({"flags": 1 << 1}, "flags: 0x2 has bits beyond"),
        ({"flags": 1 << 2}, "flags: ASSETS_NOT_STATED is set if and only if assetCount is 0, and it is 2"),
        ({"effective": 2**39}, "effective: 549755813888, a whole number from -549755813888 to 549755813887 expected"),
        ({"effective": -(2**39) - 1}, "effective: "),
        ({"effective": 1.5}, "effective: 1.5, a whole number"),
        ({"effective": 100, "expires": 100}, "expires: 100 is not after effective 100; 0 means never"),
        ({"expires": -1}, "expires: -1, a whole number from 0"),
        ({"kind": 3}, "kind: 3, 0 .not stated., 1 .fixed. or 2 .maximum. expected"),
        ({"kind": 0}, "currency: 156 with kind 0; it is 0 if and only if no claim is stated"),
        ({"kind": 0, "currency": 0}, "ceiling: 500000000 with kind 0"),
        ({"ceiling": 0}, "ceiling: 0 with kind 2"),
        ({"currency": 0}, "currency: 0 with kind 2"),
        ({"currency": 157}, "currency: currency number 157 is not in ISO 4217"),
        ({"ceiling": 2**128}, "ceiling: "),
        ({"due": 2**39}, "due: "),
        ({"holders": 0}, "holders: 0; a pledge has at least one"),
        ({"holders": 256}, "holders: 256"),
        ({"pledgorsRoot": bytes(32)}, "pledgorsRoot: zero"),
        ({"holdersRoot": bytes(32)}, "holdersRoot: zero"),
        ({"holdersRoot": b""}, "holdersRoot: 32 bytes expected"),
        ({"assetCount": 0}, "assetsRoot: it is zero if and only if assetCount is, which is 0"),
        ({"assetCount": 0, "assetsRoot": bytes(32)}, "flags: ASSETS_NOT_STATED"),
        ({"assetsRoot": bytes(32)}, "assetsRoot: "),
        ({"content": None}, "content: 32 bytes expected"),
    ],
)
def test_what_no_office_can_mean_is_refused_by_field_and_rule(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(LeafError, match=f"^{reason}"):
        encode(replace(RECORD, **changes))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"register": 0}, "register: 0"),
        ({"asset": bytes(32)}, "asset: "),
        ({"asset": b"\1" * 32}, "asset: .*readable text"),
        ({"officeNumber": bytes(32)}, "officeNumber: "),
    ],
)
def test_a_live_asset_that_is_none_is_refused(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(LeafError, match=f"^{reason}"):
        encode(replace(ASSET, **changes))


def test_bytes_that_are_no_leaf_are_refused() -> None:
    data = encode(RECORD)
    for wrong in (b"", data[:-1], data + b"\0", data[:-32], bytes(32) + data[32:], encode(ASSET)):
        with pytest.raises(LeafError, match="leaf: no AnchoredRecord"):
            decode(AnchoredRecord, wrong)
    with pytest.raises(LeafError, match="leaf: no LiveAsset; 544 bytes that begin with"):
        decode(LiveAsset, data)


@given(dice, st.integers(0, 544 * 8 - 1))
def test_bytes_with_one_other_bit_are_another_leaf_or_none(dice: random.Random, bit: int) -> None:
    """Nothing but `encode` makes bytes that `decode` takes: no two forms of one record."""
    data = bytearray(encode(vectors.record(dice)))
    data[bit // 8] ^= 1 << bit % 8
    try:
        assert encode(decode(AnchoredRecord, bytes(data))) == data
    except LeafError:
        return


def test_a_word_beyond_its_type_is_refused_by_field() -> None:
    data = encode(RECORD)
    for field, wrong in ((0, b"\1" + bytes(31)), (4, b"\0" + b"\xff" * 31), (2, (259).to_bytes(32))):
        at = 32 + 32 * field
        with pytest.raises(LeafError, match=f"^{fields(RECORD)[field].name}: word {wrong.hex()} is no number"):
            decode(AnchoredRecord, data[:at] + wrong + data[at + 32 :])


@pytest.mark.parametrize(("field", "word"), [("register", 0), ("state", 9), ("kind", 0), ("holders", 0), ("expires", 1)])
def test_words_that_no_office_can_mean_are_refused_by_field(field: str, word: int) -> None:
    at = 32 + 32 * [each.name for each in fields(RECORD)].index(field)
    data = encode(replace(RECORD, effective=5))
    with pytest.raises(LeafError, match="^currency: 156 with kind 0" if field == "kind" else f"^{field}: {word}"):
        decode(AnchoredRecord, data[:at] + word.to_bytes(32) + data[at + 32 :])


# --- the order of live assets


def test_live_assets_ascend_by_asset_and_office_number() -> None:
    assets = [
        ASSET,
        replace(ASSET, officeNumber=number("Y2024")),
        replace(ASSET, asset=number("CNPA2019100000012"), officeNumber=number("A1")),
    ]
    assert list(live_leaves(iter(assets))) == [encode(asset) for asset in assets]
    assert list(live_leaves([])) == []


@pytest.mark.parametrize(
    ("second", "reason"),
    [
        (ASSET, "asset: .* is not after"),
        (replace(ASSET, officeNumber=number("Y2022")), "asset: .* is not after"),
        (replace(ASSET, asset=number("CNPA2018100000011")), "asset: .* is not after"),
        (replace(ASSET, register=4, asset=number("CNPA2020100000011")), "register: 4 among assets of 3"),
    ],
)
def test_live_assets_out_of_order_are_refused_before_they_are_given(second: LiveAsset, reason: str) -> None:
    leaves = live_leaves([ASSET, second])
    assert next(leaves) == encode(ASSET)
    with pytest.raises(LeafError, match=reason):
        next(leaves)
