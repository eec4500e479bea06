"""The keystore: keys come back, only for their member, only with the passphrase; files are eth-account's."""

import json
import secrets
import threading
from typing import Literal

import pytest
from coincurve import PrivateKey
from eth_account import Account
from eth_hash.auto import keccak
from sqlalchemy import insert, select, update

from gateway.office.audit import lines
from gateway.office.models import MASTER, MEMBER, MEMBER_KEY
from gateway.signers import keystore as keystores
from gateway.signers import sealing
from gateway.signers.ecdsa import address_of
from gateway.signers.interface import KeyUnheld, SigningLocked
from gateway.signers.keystore import COUNCIL, HOUSE, OPERATOR, RELAYER, Keystore
from gateway.signers.sealing import Unsealable
from ledger.mirror.database import Database

PASSPHRASE = b"a long enough passphrase"
ALICE, BOB = b"\xa1" * 20, b"\xb0" * 20
MESSAGE = b"what is signed"
DIGEST = keccak(MESSAGE)


@pytest.fixture(autouse=True)
def quick_sealing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "SCRYPT_N", 1 << 10)


def opened(office: Database, passphrase: bytes = PASSPHRASE) -> Keystore:
    keystore = Keystore(office)
    keystore.unlock(passphrase)
    return keystore


def signer_of(signature: bytes, digest: bytes = DIGEST) -> bytes:
    return bytes.fromhex(Account._recover_hash(digest, signature=signature)[2:])


# --- Round trips -----------------------------------------------------------------------------------------------------------------


def test_a_key_signs_after_a_restart_as_before(office: Database) -> None:
    first = opened(office)
    key = first.create(ALICE)
    signature = first.sign(ALICE, key, MESSAGE)
    assert signer_of(signature) == key and signature[64] in (27, 28)
    assert opened(office).sign(ALICE, key, MESSAGE) == signature


def test_accounts_of_names_are_made_once(office: Database) -> None:
    first = opened(office).accounts(["a", "b", "a"])
    assert first[0] == first[2] != first[1]
    again = opened(office)
    assert again.accounts(["b", "c", "a"])[::2] == [first[1], first[0]]
    assert again.keys(first[0]) == [first[0]] and again.holds(first[0], first[0])


def test_names_that_many_ask_for_at_once_get_one_account(office: Database) -> None:
    keystore, found, start = opened(office), list[bytes](), threading.Barrier(4)

    def ask() -> None:
        start.wait()
        found.append(keystore.accounts(["one name"])[0])

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4 and len(set(found)) == 1


def test_many_names_at_once(office: Database) -> None:
    names = [f"member {number}" for number in range(900)]
    keystore = opened(office)
    accounts = keystore.accounts(names)
    assert len(set(accounts)) == 900 and keystore.accounts(names) == accounts


def test_keys_have_a_purpose_and_the_house_is_no_member(office: Database) -> None:
    keystore = opened(office)
    relayer, council, own = keystore.create(HOUSE, RELAYER), keystore.create(HOUSE, COUNCIL), keystore.create(ALICE)
    assert keystore.keys(HOUSE, RELAYER) == [relayer] and keystore.keys(HOUSE, COUNCIL) == [council]
    assert keystore.keys(ALICE) == keystore.keys(ALICE, OPERATOR) == [own]
    assert keystore.members() == [ALICE] and keystore.serves(ALICE) and not keystore.serves(HOUSE) and not keystore.serves(BOB)
    assert address_of(keystore.private(relayer)) == relayer


def test_what_only_the_members_secret_can_derive(office: Database) -> None:
    one, again = opened(office), opened(office)
    assert one.derived(ALICE, b"x") == again.derived(ALICE, b"x") != one.derived(ALICE, b"y")
    assert one.derived(BOB, b"x") != one.derived(ALICE, b"x") and len(one.derived(ALICE, b"x")) == 32


# --- Passphrase --------------------------------------------------------------------------------------------------------------------


def test_a_wrong_passphrase_opens_nothing(office: Database) -> None:
    assert not Keystore(office).is_founded
    opened(office).create(ALICE)
    wrong = Keystore(office)
    assert wrong.is_founded
    with pytest.raises(Unsealable):
        wrong.unlock(b"another long passphrase")
    assert wrong.locked
    with pytest.raises(SigningLocked):
        wrong.check_open()
    with pytest.raises(Unsealable):
        wrong.change_passphrase(b"another long passphrase", b"and a third that is long")
    assert not opened(office).locked


def test_a_new_passphrase_takes_the_olds_place_and_keys_stay(office: Database) -> None:
    new, running = b"the new long passphrase", opened(office)
    key = running.create(ALICE)
    Keystore(office).change_passphrase(PASSPHRASE, new)
    with pytest.raises(Unsealable):
        opened(office)
    # A gateway that runs goes on, also with members that are new to it.
    later = running.create(BOB)
    again = opened(office, new)
    assert signer_of(again.sign(ALICE, key, MESSAGE)) == key and signer_of(again.sign(BOB, later, MESSAGE)) == later
    with office.read() as conn:
        assert [(each.action, each.record) for each in lines(conn)] == [("passphrase changed", "keystore")]


def test_of_two_changes_at_once_one_is_refused(office: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    opened(office).create(ALICE)

    def overtaken(passphrase: bytes, box: bytes) -> bytes:
        monkeypatch.setattr(keystores, "unseal_with_passphrase", sealing.unseal_with_passphrase)
        Keystore(office).change_passphrase(PASSPHRASE, b"the one that was first")
        return sealing.unseal_with_passphrase(passphrase, box)

    monkeypatch.setattr(keystores, "unseal_with_passphrase", overtaken)
    with pytest.raises(Unsealable, match="changed meanwhile"):
        Keystore(office).change_passphrase(PASSPHRASE, b"the one that was second")
    assert not opened(office, b"the one that was first").locked


def test_two_first_starts_at_once_found_one_keystore(office: Database) -> None:
    keystores, start = [Keystore(office) for _ in range(3)], threading.Barrier(3)

    def found(keystore: Keystore) -> None:
        start.wait()
        keystore.unlock(PASSPHRASE)

    threads = [threading.Thread(target=found, args=(keystore,)) for keystore in keystores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    key = keystores[0].create(ALICE)
    assert all(signer_of(keystore.sign(ALICE, key, MESSAGE)) == key for keystore in keystores)


def test_a_locked_keystore_knows_its_keys_and_uses_none(office: Database) -> None:
    key = opened(office).create(ALICE)
    locked = Keystore(office)
    assert locked.locked and locked.holds(ALICE, key) and locked.keys(ALICE) == [key] and locked.serves(ALICE)
    for use in (
        lambda: locked.sign(ALICE, key, MESSAGE),
        lambda: locked.create(ALICE),
        lambda: locked.accounts(["new"]),
        lambda: locked.derived(ALICE, b"x"),
        lambda: locked.export_v3(ALICE, key, "x"),
        lambda: locked.private(key),
    ):
        with pytest.raises((SigningLocked, KeyUnheld)):
            use()
    with pytest.raises(SigningLocked, match="PLEDGEBOOK_PASSPHRASE_FILE"):
        locked.check_open()


# --- Who may use a key ---------------------------------------------------------------------------------------------------------------


def test_a_key_signs_for_its_own_member_only(office: Database) -> None:
    keystore = opened(office)
    key = keystore.create(ALICE)
    keystore.create(BOB)
    for _ in range(2):
        with pytest.raises(KeyUnheld, match="is not held for"):
            keystore.sign(BOB, key, MESSAGE)
        assert not keystore.holds(BOB, key)
        keystore.sign(ALICE, key, MESSAGE)
    with pytest.raises(KeyUnheld):
        keystore.private(key)


def test_a_key_is_not_readable_under_another_members_secret(office: Database) -> None:
    """Who can write to the database moves a row to another member, or gives one member's secret to another: nothing opens."""
    keystore = opened(office)
    key = keystore.create(ALICE)
    keystore.create(BOB)
    with office.write() as conn:
        conn.execute(update(MEMBER_KEY).where(MEMBER_KEY.c.key == key).values(member_id=BOB))
    with pytest.raises(Unsealable):
        opened(office).sign(BOB, key, MESSAGE)
    with office.write() as conn:
        conn.execute(update(MEMBER_KEY).where(MEMBER_KEY.c.key == key).values(member_id=ALICE))
        box = conn.execute(select(MEMBER.c.sealed).where(MEMBER.c.member_id == BOB)).scalar_one()
        conn.execute(update(MEMBER).where(MEMBER.c.member_id == ALICE).values(sealed=box))
    with pytest.raises(Unsealable):
        opened(office).sign(ALICE, key, MESSAGE)


def test_a_key_that_is_swapped_for_another_of_the_same_member_opens_nothing(office: Database) -> None:
    keystore = opened(office)
    one, two = keystore.create(ALICE), keystore.create(ALICE)
    with office.write() as conn:
        boxes = {row.key: row.sealed for row in conn.execute(select(MEMBER_KEY.c.key, MEMBER_KEY.c.sealed))}
        conn.execute(update(MEMBER_KEY).where(MEMBER_KEY.c.key == one).values(sealed=boxes[two]))
    with pytest.raises(Unsealable):
        opened(office).sign(ALICE, one, MESSAGE)


@pytest.mark.parametrize("at", [0, 12, -1])
def test_tampered_ciphertext_opens_nothing(office: Database, at: int) -> None:
    key = opened(office).create(ALICE)
    for table, column in ((MEMBER_KEY, MEMBER_KEY.c.sealed), (MEMBER, MEMBER.c.sealed), (MASTER, MASTER.c.sealed)):
        with office.write() as conn:
            whole = conn.execute(select(column)).scalar_one()
            changed = bytearray(whole)
            changed[at] ^= 1
            conn.execute(update(table).values(sealed=bytes(changed)))
        with pytest.raises(Unsealable):
            opened(office).sign(ALICE, key, MESSAGE)
        with office.write() as conn:
            conn.execute(update(table).values(sealed=whole))
    assert signer_of(opened(office).sign(ALICE, key, MESSAGE)) == key


def test_a_retired_key_signs_no_more_and_its_box_stays(office: Database) -> None:
    keystore = opened(office)
    key = keystore.create(ALICE)
    keystore.sign(ALICE, key, MESSAGE)
    with pytest.raises(KeyUnheld):
        keystore.retire(BOB, key)
    keystore.retire(ALICE, key)
    for each in (keystore, opened(office)):
        assert not each.holds(ALICE, key) and each.keys(ALICE) == []
        with pytest.raises(KeyUnheld):
            each.sign(ALICE, key, MESSAGE)
    with pytest.raises(KeyUnheld):
        keystore.retire(ALICE, key)
    with office.read() as conn:
        assert conn.execute(select(MEMBER_KEY.c.sealed).where(MEMBER_KEY.c.key == key)).scalar_one()


def test_a_secret_that_was_rolled_back_is_not_used(office: Database) -> None:
    keystore = opened(office)

    def fail(*_: object) -> None:
        raise OSError("no space left on device")

    with pytest.MonkeyPatch.context() as disk:
        disk.setattr(Keystore, "_insert", fail)
        with pytest.raises(OSError, match="no space"):
            keystore.accounts(["a"])
    account = keystore.accounts(["a"])[0]
    assert signer_of(opened(office).sign(account, account, MESSAGE)) == account


# --- V3 files ------------------------------------------------------------------------------------------------------------------------


def test_eth_accounts_files_are_taken_in(office: Database) -> None:
    private = secrets.token_bytes(32)
    file = json.loads(json.dumps(Account.encrypt(private, "secret", kdf="scrypt", iterations=1 << 10)))
    keystore = opened(office)
    key = keystore.import_v3(ALICE, file, "secret")
    assert key == address_of(PrivateKey(private)) and keystore.import_v3(ALICE, file, "secret") == key
    assert signer_of(opened(office).sign(ALICE, key, MESSAGE)) == key


@pytest.mark.parametrize("kdf", ["scrypt", "pbkdf2"])
def test_both_stretchings_of_a_file_are_taken(office: Database, kdf: Literal["scrypt", "pbkdf2"]) -> None:
    file = Account.encrypt(b"\7" * 32, "secret", kdf=kdf, iterations=1 << 10)
    assert opened(office).import_v3(ALICE, file, "secret") == address_of(PrivateKey(b"\7" * 32))


def test_an_exported_file_is_eth_accounts(office: Database) -> None:
    keystore = opened(office)
    key = keystore.create(ALICE)
    exported = keystore.export_v3(ALICE, key, "its own secret")
    private = bytes(Account.decrypt(exported, "its own secret"))
    assert address_of(PrivateKey(private)) == key and exported["version"] == 3
    assert private.hex() not in json.dumps(exported)
    with pytest.raises(ValueError, match="MAC"):
        Account.decrypt(exported, "another")
    with pytest.raises(KeyUnheld):
        keystore.export_v3(BOB, key, "x")


def test_a_published_test_vector_of_the_format_is_read(office: Database) -> None:
    """The PBKDF2 vector of the Web3 Secret Storage Definition."""
    file = {
        "crypto": {
            "cipher": "aes-128-ctr",
            "cipherparams": {"iv": "6087dab2f9fdbbfaddc31a909735c1e6"},
            "ciphertext": "5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46",
            "kdf": "pbkdf2",
            "kdfparams": {
                "c": 262144,
                "dklen": 32,
                "prf": "hmac-sha256",
                "salt": "ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd",
            },
            "mac": "517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2",
        },
        "id": "3198bc9c-6672-5ab3-d995-4942343ae5b6",
        "version": 3,
    }
    private = bytes.fromhex("7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d")
    assert opened(office).import_v3(ALICE, file, "testpassword") == address_of(PrivateKey(private))


@pytest.mark.parametrize("file", [{}, {"version": 3}, {"version": 1, "crypto": {}}, {"version": 3, "crypto": {"kdf": "unknown"}}])
def test_a_file_that_is_none_is_one_error(office: Database, file: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        opened(office).import_v3(ALICE, file, "secret")


def test_a_wrong_passphrase_of_a_file_takes_nothing_in(office: Database) -> None:
    file = Account.encrypt(b"\7" * 32, "secret", kdf="scrypt", iterations=1 << 10)
    keystore = opened(office)
    with pytest.raises(ValueError, match="MAC"):
        keystore.import_v3(ALICE, file, "wrong")
    assert keystore.keys(ALICE) == []


def test_a_key_is_one_members_and_a_retired_one_is_not_taken_in_again(office: Database) -> None:
    keystore = opened(office)
    key = keystore.add(ALICE, b"\7" * 32)
    with pytest.raises(ValueError, match="held for another account here"):
        keystore.add(BOB, b"\7" * 32)
    keystore.retire(ALICE, key)
    with pytest.raises(ValueError, match="was retired here"):
        keystore.add(ALICE, b"\7" * 32)
    for wrong in (bytes(32), b"\xff" * 32, b"short"):
        with pytest.raises(ValueError, match=r".+"):
            keystore.add(BOB, wrong)


# --- At rest, and in words -------------------------------------------------------------------------------------------------------------


def test_nothing_that_opens_a_key_lies_in_the_database_or_in_a_repr(office: Database) -> None:
    keystore = opened(office)
    key = keystore.create(ALICE)
    keystore.sign(ALICE, key, MESSAGE)
    private = keystore.private(key, ALICE).secret
    hidden = [PASSPHRASE, private, keystore._opened(), keystore._committed_secret(ALICE)]
    with office.read() as conn:
        stored = b"".join(
            bytes(cell) if isinstance(cell, bytes) else str(cell).encode()
            for table in (MASTER, MEMBER, MEMBER_KEY)
            for row in conn.execute(select(table))
            for cell in row
        )
    shown = (repr(keystore) + str(vars(keystore).keys())).encode()
    for secret in hidden:
        assert secret not in stored and secret.hex().encode() not in stored
        assert secret not in shown and secret.hex().encode() not in shown


def test_errors_name_no_secret(office: Database) -> None:
    opened(office).create(ALICE)
    with pytest.raises(Unsealable) as refused:
        opened(office, b"another long passphrase")
    assert "another" not in str(refused.value) and "passphrase" in str(refused.value)


def test_a_master_that_is_there_is_never_replaced(office: Database) -> None:
    with office.write() as conn:
        conn.execute(insert(MASTER).values(id=1, sealed=sealing.seal_with_passphrase(PASSPHRASE, b"m" * 32)))
    assert opened(office)._opened() == b"m" * 32
