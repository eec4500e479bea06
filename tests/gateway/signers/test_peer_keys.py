"""Keys between gateways: made, found and opened for their member only, and never on disk in clear."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from gateway.office.models import PEER_KEY
from gateway.signers import sealing
from gateway.signers.interface import KeyUnheld, SigningLocked
from gateway.signers.keystore import Keystore
from gateway.signers.peer_keys import PeerKeys, Purpose
from gateway.signers.sealing import Unsealable
from ledger.mirror.database import Database
from tests.gateway.rows import ALICE, BOB


@pytest.fixture
def keys(office: Database, monkeypatch: pytest.MonkeyPatch) -> PeerKeys:
    monkeypatch.setattr(sealing, "SCRYPT_N", 1 << 10)
    keystore = Keystore(office)
    keystore.unlock(b"a long enough passphrase")
    return PeerKeys(keystore)


def test_a_key_is_its_members_and_of_its_purpose(keys: PeerKeys) -> None:
    signs, opens = keys.new(ALICE, Purpose.TRANSPORT), keys.new(ALICE, Purpose.ENCRYPTION)
    assert keys.transport(ALICE, signs).public_key().public_bytes_raw() == signs
    assert keys.encryption(ALICE, opens).public_key().public_bytes_raw() == opens
    assert keys.members() == [ALICE] and keys.holds(ALICE, signs) and not keys.holds(BOB, signs)
    with pytest.raises(KeyUnheld):
        keys.transport(BOB, signs)
    with pytest.raises(Unsealable):
        keys.encryption(ALICE, signs)


def test_the_last_one_is_the_newest_and_older_ones_still_open(keys: PeerKeys) -> None:
    assert keys.newest(ALICE, Purpose.ENCRYPTION) is None
    first = keys.new(ALICE, Purpose.ENCRYPTION)
    with keys.keystore.office.write() as conn:
        conn.execute(update(PEER_KEY).values(at=1))
    second = keys.new(ALICE, Purpose.ENCRYPTION)
    assert keys.newest(ALICE, Purpose.ENCRYPTION) == second and keys.newest(ALICE, Purpose.TRANSPORT) is None
    assert keys.encryption(ALICE, first).public_key().public_bytes_raw() == first


def test_on_disk_it_is_sealed_by_the_members_secret_and_locked_without_the_passphrase(keys: PeerKeys) -> None:
    public = keys.new(ALICE, Purpose.TRANSPORT)
    private = keys.transport(ALICE, public).private_bytes_raw()
    office = keys.keystore.office
    with office.read() as conn:
        (row,) = conn.execute(select(PEER_KEY))
    assert private not in row.sealed and private.hex() not in repr(row) + repr(keys)
    locked = PeerKeys(Keystore(office))
    assert locked.newest(ALICE, Purpose.TRANSPORT) == public
    with pytest.raises(SigningLocked):
        locked.transport(ALICE, public)
    with office.write() as conn:
        conn.execute(update(PEER_KEY).values(member_id=BOB))
    with pytest.raises(Unsealable):
        keys.transport(BOB, public)
