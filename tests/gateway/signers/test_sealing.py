"""Boxes: only the right key, for the right owner, opens an unchanged one."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.signers.sealing import Unsealable, seal, seal_with_passphrase, unseal, unseal_with_passphrase

keys = st.binary(min_size=32, max_size=32)
KEY, OWNER = b"k" * 32, b"owner"


@given(keys, st.binary(max_size=100), st.binary(max_size=60))
def test_a_box_opens_with_its_key_for_its_owner(key: bytes, secret: bytes, owner: bytes) -> None:
    assert unseal(key, seal(key, secret, owner), owner) == secret


@given(keys, keys, st.binary(max_size=100))
def test_another_key_opens_nothing(key: bytes, other: bytes, secret: bytes) -> None:
    box = seal(key, secret, OWNER)
    if key != other:
        with pytest.raises(Unsealable):
            unseal(other, box, OWNER)


@given(st.binary(min_size=1, max_size=40), st.data())
def test_a_changed_bit_or_another_length_opens_nothing(secret: bytes, data: st.DataObject) -> None:
    box = bytearray(seal(KEY, secret, OWNER))
    at, bit = data.draw(st.integers(0, len(box) - 1)), data.draw(st.integers(0, 7))
    box[at] ^= 1 << bit
    for wrong in (bytes(box), bytes(box[:-1]), bytes(box) + b"\0", bytes(box[: data.draw(st.integers(0, 27))])):
        with pytest.raises(Unsealable):
            unseal(KEY, wrong, OWNER)


def test_a_box_moved_to_another_owner_opens_nothing() -> None:
    with pytest.raises(Unsealable):
        unseal(KEY, seal(KEY, b"secret", b"one"), b"two")


def test_the_same_secret_never_makes_the_same_box() -> None:
    assert len({seal(KEY, b"secret", OWNER) for _ in range(100)}) == 100


@settings(max_examples=3)
@given(st.binary(min_size=12, max_size=40), keys)
def test_a_passphrase_opens_its_own_box_only(passphrase: bytes, secret: bytes) -> None:
    box = seal_with_passphrase(passphrase, secret)
    assert unseal_with_passphrase(passphrase, box) == secret and secret not in box
    with pytest.raises(Unsealable):
        unseal_with_passphrase(passphrase + b"x", box)


def test_the_salt_is_drawn_anew_and_belongs_to_the_box() -> None:
    one, two = seal_with_passphrase(b"a long passphrase", b"s" * 32), seal_with_passphrase(b"a long passphrase", b"s" * 32)
    assert one[:16] != two[:16]
    with pytest.raises(Unsealable):
        unseal_with_passphrase(b"a long passphrase", two[:16] + one[16:])
