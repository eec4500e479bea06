"""Identifiers that every gateway derives alike."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain import ids


@pytest.mark.parametrize("key", ["0", "7", str(2**64 - 1)])
def test_a_canonical_decimal_is_its_own_act_id(key: str) -> None:
    assert ids.act_id(key) == int(key)


@pytest.mark.parametrize("key", ["00", "07", "+7", " 7", "-1", "7 ", str(2**64), "٣", "INV-2024-001"])
def test_any_other_key_is_hashed_with_bit_255_set(key: str) -> None:
    assert ids.act_id(key) >> 255 == 1


@pytest.mark.parametrize("key", ["", "x" * 257])
def test_a_key_of_the_wrong_length_is_refused(key: str) -> None:
    with pytest.raises(ids.IdError, match="1 to 256"):
        ids.act_id(key)


@given(st.text(min_size=1, max_size=256), st.text(min_size=1, max_size=256))
def test_two_keys_never_share_an_act_id(one: str, other: str) -> None:
    assert (ids.act_id(one) == ids.act_id(other)) == (one == other)


@given(st.integers(1, 2**192 - 1), st.integers(0, 2**64 - 1))
def test_a_token_id_says_receivable_and_start(receivable: int, start: int) -> None:
    assert ids.split_token_id(ids.token_id(receivable, start)) == (receivable, start)


@pytest.mark.parametrize(("receivable", "start"), [(0, 0), (2**192, 0), (1, 2**64), (1, -1)])
def test_a_token_outside_its_words_is_refused(receivable: int, start: int) -> None:
    with pytest.raises(ids.IdError):
        ids.token_id(receivable, start)


def test_a_receivable_id_is_192_bits_of_issuer_and_act() -> None:
    one = ids.receivable_id(b"\x01" * 20, 7)
    assert 0 < one < 2**192
    assert one != ids.receivable_id(b"\x01" * 20, 8) != ids.receivable_id(b"\x02" * 20, 7)


@pytest.mark.parametrize(("text", "rule"), [("00", "starts with 0x"), ("0xzz", "no hex"), ("0x00", "20 bytes expected, 1 given")])
def test_a_wrong_address_is_refused_by_rule(text: str, rule: str) -> None:
    with pytest.raises(ids.IdError, match=f"owner: .*{rule}"):
        ids.address(text, "owner")


@given(st.binary(min_size=20, max_size=20))
def test_an_address_survives_hex(value: bytes) -> None:
    assert ids.address(ids.to_hex(value)) == value
