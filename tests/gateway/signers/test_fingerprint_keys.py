"""The keys of invoices' fingerprints: sealed, shared by file, rotated without losing a double."""

import copy
import json
from typing import Any

import pytest
from sqlalchemy import select, update

from gateway.office.models import FINGERPRINT_KEY
from gateway.signers import sealing
from gateway.signers.fingerprint_keys import FingerprintKeyError, FingerprintKeys, KeyState
from gateway.signers.interface import SigningLocked
from gateway.signers.keystore import HOUSE, Keystore
from gateway.signers.sealing import Unsealable
from ledger.domain.fingerprints import Invoice, mark
from ledger.mirror.database import Database
from tests.gateway.signers.test_keystore import opened

LEDGER, OTHER_LEDGER = b"\x11" * 32, b"\x22" * 32
INVOICE = Invoice(b"s" * 32, b"b" * 32, "2026-17", 2026)
PASSPHRASE = b"of the exported file"
DAY_MS = 86_400_000


@pytest.fixture(autouse=True)
def quick_sealing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "SCRYPT_N", 1 << 10)


@pytest.fixture
def keys(office: Database) -> FingerprintKeys:
    made = FingerprintKeys(opened(office), LEDGER)
    made.found()
    return made


def other_gateway(keys: FingerprintKeys, ledger: bytes = LEDGER) -> FingerprintKeys:
    """The same rows can't serve: another gateway's office begins empty, so its rows are put aside first."""
    with keys.keystore.office.write() as conn:
        conn.execute(FINGERPRINT_KEY.delete())
    return FingerprintKeys(keys.keystore, ledger)


def states(keys: FingerprintKeys) -> dict[int, KeyState]:
    return {each.number: each.state for each in keys.versions()}


def aged(keys: FingerprintKeys, days: int) -> None:
    """As if everything had happened so many days earlier."""
    with keys.keystore.office.write() as conn:
        conn.execute(update(FINGERPRINT_KEY).values(at=FINGERPRINT_KEY.c.at - days * DAY_MS))


def test_founding_makes_one_version_once(keys: FingerprintKeys) -> None:
    before = keys.of(INVOICE)
    keys.found()
    assert states(keys) == {1: KeyState.CURRENT} and keys.of(INVOICE) == before and before.earlier == ()


def test_the_same_invoice_has_the_same_words_after_a_restart(keys: FingerprintKeys, office: Database) -> None:
    keys.new()
    assert FingerprintKeys(opened(office), LEDGER).of(INVOICE) == keys.of(INVOICE)


def test_a_new_version_is_current_and_the_one_before_is_still_checked(keys: FingerprintKeys) -> None:
    first = keys.of(INVOICE)
    assert keys.new().number == 2
    assert states(keys) == {2: KeyState.CURRENT, 1: KeyState.CHECKED}
    second = keys.of(INVOICE)
    assert second.earlier == (first.current,) and second.current != first.current


def test_rotation_loses_no_double_wherever_the_new_version_has_come(keys: FingerprintKeys) -> None:
    """A gateway that has both versions and one that has only the old one: whoever confirms first is met by the other."""
    old = keys.of(INVOICE)
    keys.new()
    new = keys.of(INVOICE)
    words_old, words_new = {old.current, *old.earlier}, {new.current, *new.earlier}
    assert words_old & words_new


def test_retirement_waits_for_the_longest_tenor(keys: FingerprintKeys) -> None:
    keys.new()
    with pytest.raises(FingerprintKeyError, match=r"version 1 was replaced less than 366 days ago.* wait 36[67] days"):
        keys.retire(1)
    aged(keys, 365)
    with pytest.raises(FingerprintKeyError, match=r"wait [12] days"):
        keys.retire(1)
    aged(keys, 1)
    keys.retire(1)
    assert states(keys) == {2: KeyState.CURRENT, 1: KeyState.RETIRED} and keys.of(INVOICE).earlier == ()
    with pytest.raises(FingerprintKeyError, match="version 1 is retired; only a version that is still checked"):
        keys.retire(1)


def test_a_version_that_leaked_is_retired_early_when_told(keys: FingerprintKeys) -> None:
    with pytest.raises(FingerprintKeyError, match="version 1 is current"):
        keys.retire(1, early=True)
    keys.new()
    keys.retire(1, early=True)
    assert states(keys)[1] is KeyState.RETIRED


def test_a_retired_version_is_kept_so_that_old_words_can_be_explained(keys: FingerprintKeys) -> None:
    keys.new()
    file = keys.export(1, PASSPHRASE)
    keys.retire(1, early=True)
    assert keys.export(1, PASSPHRASE)["mark"] == file["mark"]


def test_a_version_goes_to_another_gateway_and_gives_the_same_words(keys: FingerprintKeys) -> None:
    keys.new()
    words, files = keys.of(INVOICE), [json.loads(json.dumps(keys.export(number, PASSPHRASE))) for number in (2, 1)]
    other = other_gateway(keys)
    with pytest.raises(FingerprintKeyError, match="no fingerprint key is held here"):
        other.of(INVOICE)
    with pytest.raises(FingerprintKeyError, match="import the one that the ledger's other gateways share"):
        other.new()
    taken = [other.take_in(file, PASSPHRASE) for file in files]
    assert [(each.number, each.state) for each in taken] == [(2, KeyState.CURRENT), (1, KeyState.CHECKED)]
    assert other.of(INVOICE) == words
    assert other.take_in(files[1], PASSPHRASE).number == 1 and len(other.versions()) == 2, "taken in once"


def test_two_gateways_that_made_the_same_version_are_told(keys: FingerprintKeys) -> None:
    theirs = keys.export(1, PASSPHRASE)
    other = other_gateway(keys)
    other.found()
    with pytest.raises(FingerprintKeyError, match=f"the file has {theirs['mark']}: two gateways made a version each"):
        other.take_in(theirs, PASSPHRASE)


def changed(file: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {**copy.deepcopy(file), **fields}


def test_another_file_is_refused_and_nothing_kept(keys: FingerprintKeys) -> None:
    file = keys.export(1, PASSPHRASE)
    other = other_gateway(keys)
    wrong: list[tuple[Any, bytes, str]] = [
        (file, b"another passphrase", "give the passphrase that it was exported with"),
        (changed(file, version=2), PASSPHRASE, "wrong passphrase or key, or a damaged box"),
        (changed(file, ledger="0x" + "22" * 32), PASSPHRASE, "the key of ledger 0x2222"),
        (changed(file, kind="x"), PASSPHRASE, "no fingerprint key"),
        (changed(file, version=True), PASSPHRASE, "version: a whole number"),
        (changed(file, version=1 << 40), PASSPHRASE, "version: a whole number"),
        (changed(file, sealed="zz"), PASSPHRASE, "sealed: hex text starts with 0x"),
        (changed(file, sealed=file["sealed"][:-2] + "00"), PASSPHRASE, "damaged box"),
        ([file], PASSPHRASE, "no fingerprint key"),
    ]
    for given, passphrase, said in wrong:
        with pytest.raises(FingerprintKeyError, match=said):
            other.take_in(given, passphrase)
    with pytest.raises(FingerprintKeyError, match="the key of ledger"):
        FingerprintKeys(keys.keystore, OTHER_LEDGER).take_in(file, PASSPHRASE)
    assert other.versions() == []


def test_no_key_is_readable_in_the_office_or_in_a_file(keys: FingerprintKeys) -> None:
    with keys.keystore.office.read() as conn:
        (row,) = conn.execute(select(FINGERPRINT_KEY)).all()
    wrapping = keys.keystore.derived(HOUSE, b"fingerprint keys")
    key = sealing.unseal(wrapping, row.sealed, b"|".join((b"fingerprint keys", LEDGER, (1).to_bytes(4))))
    assert mark(key) == row.mark and key not in row.sealed
    file = json.dumps(keys.export(1, PASSPHRASE))
    assert key.hex() not in file and key.hex() not in repr(keys) + repr(keys.versions())
    with pytest.raises(Unsealable):
        sealing.unseal(wrapping, row.sealed, b"|".join((b"fingerprint keys", LEDGER, (2).to_bytes(4))))


def test_a_locked_gateway_lists_and_does_nothing_else(keys: FingerprintKeys, office: Database) -> None:
    file = keys.export(1, PASSPHRASE)
    locked = FingerprintKeys(Keystore(office), LEDGER)
    assert states(locked) == {1: KeyState.CURRENT}
    for use in (
        lambda: locked.of(INVOICE),
        locked.new,
        locked.found,
        lambda: locked.export(1, PASSPHRASE),
        lambda: locked.take_in(file, PASSPHRASE),
    ):
        with pytest.raises(SigningLocked):
            use()


def test_no_more_versions_are_checked_than_a_confirmation_can_name(keys: FingerprintKeys) -> None:
    for _ in range(16):
        keys.new()
    assert len(keys.of(INVOICE).earlier) == 16
    with pytest.raises(FingerprintKeyError, match="17 versions are checked, as many as a confirmation can name; retire one first"):
        keys.new()
    keys.retire(1, early=True)
    assert keys.new().number == 18


def test_a_version_that_is_not_held_is_named(keys: FingerprintKeys) -> None:
    for use in (lambda: keys.export(7, PASSPHRASE), lambda: keys.retire(7)):
        with pytest.raises(FingerprintKeyError, match="version 7 is not held here"):
            use()
