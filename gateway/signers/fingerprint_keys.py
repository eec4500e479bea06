"""The keys of invoices' fingerprints, which the gateways of a ledger share: versions, sealed beside the members' keys.

The newest version is current, older ones are still checked until they are retired. Nothing here prints a key; a key leaves in a file that
is sealed under a passphrase of its own.
"""

import hmac
import secrets
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, insert, select, update

from gateway.office.database import insert_or_keep, now_ms
from gateway.office.models import FINGERPRINT_KEY
from gateway.signers.keystore import HOUSE, Keystore
from gateway.signers.sealing import Unsealable, seal, seal_with_passphrase, unseal, unseal_with_passphrase
from ledger.chain.deploy import MOST_TENOR_SECONDS
from ledger.domain.fingerprints import KEY_BYTES, MOST_EARLIER, Fingerprints, Invoice, fingerprints, mark
from ledger.domain.ids import IdError, from_hex, to_hex
from ledger.foreseen import Foreseen

FILE_KIND = "pledgebook/fingerprint-key/1"
MOST_VERSION = (1 << 31) - 1
_PURPOSE = b"fingerprint keys"


class KeyState(StrEnum):
    """What a version is for: named first by every confirmation, named by every confirmation, or no more."""

    CURRENT = "current"
    CHECKED = "still checked"
    RETIRED = "retired"


class FingerprintKeyError(Foreseen, ValueError):
    """A version that is not there, or a step that would lose a double; one line that says what to do."""


@dataclass(frozen=True, slots=True)
class Version:
    """One version of the key as it may be shown. `at`, `replaced`, `retired`: UTC milliseconds."""

    number: int
    mark: bytes
    state: KeyState
    at: int
    replaced: int | None
    retired: int | None


@dataclass(frozen=True)
class FingerprintKeys:
    """The versions that this gateway holds for one ledger (`ledger`: its id, 32 bytes)."""

    keystore: Keystore = field(repr=False)
    ledger: bytes

    def versions(self) -> list[Version]:
        """All versions, newest first; also while the keystore is locked."""
        with self.keystore.office.read() as conn:
            return _versions(conn)

    def found(self) -> None:
        """Makes the first version of a ledger that this gateway founds; does nothing where there is one. Raises SigningLocked."""
        first = self._row(1, secrets.token_bytes(KEY_BYTES), self._wrapping())
        with self.keystore.office.write() as conn:
            if not _versions(conn):
                insert_or_keep(conn, FINGERPRINT_KEY, first)

    def new(self) -> Version:
        """Makes the next version, which is current from now on. Raises FingerprintKeyError where no more can be checked, SigningLocked."""
        wrapping = self._wrapping()
        with self.keystore.office.write() as conn:
            held = _versions(conn)
            if not held:
                raise FingerprintKeyError(
                    "no version of the fingerprint key is held here: import the one that the ledger's other gateways share, for a key "
                    "of one's own would find no double of theirs; whoever founds a ledger says --first"
                )
            return self._add(conn, held[0].number + 1, secrets.token_bytes(KEY_BYTES), wrapping)

    def retire(self, number: int, *, early: bool = False) -> None:
        """Checks a version no more; it stays, sealed, so that old fingerprints can be explained.

        Refused (FingerprintKeyError) for the current version, and, unless `early`, before the longest tenor has passed since it was
        replaced: invoices that only this version has seen could come a second time.
        """
        with self.keystore.office.write() as conn:
            version = _version(conn, number)
            if version.state is not KeyState.CHECKED:
                raise FingerprintKeyError(f"version {number} is {version.state}; only a version that is still checked is retired")
            left = (version.replaced or 0) + 1000 * MOST_TENOR_SECONDS - now_ms()
            if left > 0 and not early:
                raise FingerprintKeyError(
                    f"version {number} was replaced less than {MOST_TENOR_SECONDS // 86_400} days ago, the longest tenor: "
                    f"an invoice that only it has seen could come again; wait {left // 86_400_000 + 1} days, or say --early"
                )
            conn.execute(update(FINGERPRINT_KEY).where(FINGERPRINT_KEY.c.version == number).values(retired=now_ms()))

    def export(self, number: int, passphrase: bytes | bytearray) -> dict[str, Any]:
        """A version as a file under a passphrase, for another gateway of this ledger. Raises FingerprintKeyError, SigningLocked."""
        wrapping = self._wrapping()
        with self.keystore.office.read() as conn:
            version = _version(conn, number)
            key = self._unsealed(conn, number, wrapping)
        sealed = seal_with_passphrase(passphrase, key, self._owner(number))
        told = {"kind": FILE_KIND, "ledger": to_hex(self.ledger), "version": number, "mark": to_hex(version.mark)}
        return {**told, "sealed": to_hex(sealed)}

    def take_in(self, file: Any, passphrase: bytes | bytearray) -> Version:
        """Takes a version in from a file of `export`; one that is held already stays as it is.

        Raises FingerprintKeyError for another ledger's file, another key of a held version, a wrong passphrase; SigningLocked.
        """
        number, sealed = self._read(file)
        wrapping = self._wrapping()
        try:
            key = unseal_with_passphrase(passphrase, sealed, self._owner(number))
        except Unsealable as wrong:
            raise FingerprintKeyError(f"file: {wrong}; give the passphrase that it was exported with") from wrong
        if len(key) != KEY_BYTES:
            raise FingerprintKeyError(f"file: a key of {KEY_BYTES} bytes expected")
        with self.keystore.office.write() as conn:
            held = next((each for each in _versions(conn) if each.number == number), None)
            if held is None:
                return self._add(conn, number, key, wrapping)
        if not hmac.compare_digest(held.mark, mark(key)):
            raise FingerprintKeyError(
                f"version {number} is held here with mark {to_hex(held.mark)}, the file has {to_hex(mark(key))}: two gateways made a "
                "version each; agree on one, and let the other make the next"
            )
        return held

    def of(self, invoice: Invoice) -> Fingerprints:
        """What a confirmation of the invoice names. Raises FingerprintKeyError without a key, SigningLocked."""
        wrapping = self._wrapping()
        with self.keystore.office.read() as conn:
            checked = [each.number for each in _versions(conn) if each.state is not KeyState.RETIRED]
            if not checked:
                raise FingerprintKeyError("no fingerprint key is held here; take one in with `pledgebook fingerprint-key import`")
            return fingerprints(invoice, [self._unsealed(conn, number, wrapping) for number in checked])

    def _add(self, conn: Connection, number: int, key: bytes, wrapping: bytes) -> Version:
        live = [each for each in _versions(conn) if each.state is not KeyState.RETIRED]
        if len(live) > MOST_EARLIER:
            raise FingerprintKeyError(f"{len(live)} versions are checked, as many as a confirmation can name; retire one first")
        conn.execute(insert(FINGERPRINT_KEY).values(**self._row(number, key, wrapping)))
        return _version(conn, number)

    def _row(self, number: int, key: bytes, wrapping: bytes) -> dict[str, Any]:
        return {"version": number, "mark": mark(key), "sealed": seal(wrapping, key, self._owner(number)), "at": now_ms(), "retired": None}

    def _unsealed(self, conn: Connection, number: int, wrapping: bytes) -> bytes:
        sealed = conn.execute(select(FINGERPRINT_KEY.c.sealed).where(FINGERPRINT_KEY.c.version == number)).scalar_one()
        return unseal(wrapping, sealed, self._owner(number))

    def _wrapping(self) -> bytes:
        """Asked for before a connection is taken: it may take one itself. Raises SigningLocked."""
        return self.keystore.derived(HOUSE, _PURPOSE)

    def _owner(self, number: int) -> bytes:
        return b"|".join((_PURPOSE, self.ledger, number.to_bytes(4)))

    def _read(self, file: Any) -> tuple[int, bytes]:
        """Version and sealed key of a file. Raises FingerprintKeyError."""
        if not isinstance(file, dict) or file.get("kind") != FILE_KIND:
            raise FingerprintKeyError(f"file: no fingerprint key ({FILE_KIND}); give a file of `pledgebook fingerprint-key export`")
        if file.get("ledger") != to_hex(self.ledger):
            raise FingerprintKeyError(f"file: the key of ledger {file.get('ledger')}, this one is {to_hex(self.ledger)}")
        number = file.get("version")
        if not isinstance(number, int) or isinstance(number, bool) or not 1 <= number <= MOST_VERSION:
            raise FingerprintKeyError("file: version: a whole number from 1 on expected")
        try:
            return number, from_hex(str(file.get("sealed")), field="sealed")
        except IdError as wrong:
            raise FingerprintKeyError(f"file: {wrong}") from wrong


def _versions(conn: Connection) -> list[Version]:
    rows = conn.execute(select(FINGERPRINT_KEY).order_by(FINGERPRINT_KEY.c.version.desc())).all()
    found: list[Version] = []
    for row, newer in zip(rows, [None, *rows], strict=False):
        state = KeyState.RETIRED if row.retired is not None else KeyState.CHECKED if newer is not None else KeyState.CURRENT
        replaced = None if newer is None else max(row.at, newer.at)
        found.append(Version(row.version, row.mark, state, row.at, replaced, row.retired))
    return found


def _version(conn: Connection, number: int) -> Version:
    for each in _versions(conn):
        if each.number == number:
            return each
    raise FingerprintKeyError(f"version {number} is not held here; see `pledgebook fingerprint-key list`")
