"""The local keystore: one master secret, sealed under the passphrase, wraps a secret for each member, which wraps its keys.

Nothing here prints a secret: the classes that hold one have no fields in their repr. V3 files are for import and export only.
"""

import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from coincurve import PrivateKey
from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from gateway.office import audit
from gateway.office.database import insert_or_keep, now_ms
from gateway.office.models import MASTER, MEMBER, MEMBER_KEY
from gateway.signers import key_files
from gateway.signers.ecdsa import Sign, address_of, by
from gateway.signers.interface import KeyUnheld, SigningLocked, Vault
from gateway.signers.sealing import SECRET_BYTES, Unsealable, seal, seal_with_passphrase, unseal, unseal_with_passphrase
from ledger import faults
from ledger.domain.ids import to_hex
from ledger.mirror.database import Database

_MOST_NAMES = 400
OPERATOR, RELAYER, COUNCIL, DEPLOYER = "operator", "relayer", "council", "deployer"
HOUSE = bytes(20)
"""The owner of the gateway's own keys (relayers, the council's, and what deploys where that costs): no member's account."""


@dataclass
class Keystore:
    """Keys of the members served here. Without a passphrase it is locked: it knows which keys it holds, and signs nothing.

    A key lies here, sealed, or in one of `vaults`, which have names; then only its address and its member are known here.
    """

    office: Database = field(repr=False)
    vaults: Mapping[str, Vault] = field(default_factory=dict, repr=False)
    _master: bytes | None = field(default=None, repr=False)
    _secrets: dict[bytes, bytes] = field(default_factory=dict, repr=False)
    _signing: dict[bytes, tuple[bytes, Sign]] = field(default_factory=dict, repr=False)

    @property
    def locked(self) -> bool:
        return self._master is None

    def check_open(self) -> None:
        """Raises SigningLocked."""
        self._opened()

    @property
    def is_founded(self) -> bool:
        """Whether a master secret was made, so that its passphrase is needed."""
        return self._sealed() is not None

    def unlock(self, passphrase: bytes | bytearray) -> None:
        """Opens the keystore, or makes its master secret on the first use. Raises Unsealable for a wrong passphrase."""
        sealed = self._sealed()
        if sealed is None:
            fresh = seal_with_passphrase(passphrase, secrets.token_bytes(SECRET_BYTES))
            with self.office.write() as conn:
                insert_or_keep(conn, MASTER, {"id": 1, "sealed": fresh})
            sealed = self._sealed() or fresh
        self._master = unseal_with_passphrase(passphrase, sealed)

    def opens_with(self, passphrase: bytes | bytearray) -> bool:
        """Whether this is the passphrase of the master secret that was made."""
        try:
            unseal_with_passphrase(passphrase, self._sealed() or b"")
        except Unsealable:
            return False
        return True

    def change_passphrase(self, old: bytes | bytearray, new: bytes | bytearray) -> None:
        """Seals the master secret under another passphrase. It is one row, and members' secrets and keys stay as they are: so the old one
        or the new one opens all of them. An opened keystore stays open. Raises Unsealable for a wrong old one.
        """
        sealed = self._sealed() or b""
        fresh = seal_with_passphrase(new, unseal_with_passphrase(old, sealed))
        with self.office.write() as conn:
            # Another change meanwhile has made the old one wrong.
            if not conn.execute(update(MASTER).where(MASTER.c.sealed == sealed).values(sealed=fresh)).rowcount:
                raise Unsealable("the passphrase was changed meanwhile")
            audit.append(conn, None, [audit.Entry("gateway", "passphrase changed", "keystore", "done")])
            faults.point("passphrase.changing")
        faults.point("passphrase.changed")

    def create(self, member: bytes, purpose: str = OPERATOR) -> bytes:
        """A new key for an account that is served here; returns its address. Raises SigningLocked."""
        key = PrivateKey()
        self._store([(member, key)], purpose)
        return address_of(key)

    def accounts(self, names: Sequence[str]) -> list[bytes]:
        """The accounts under these names; a new name gets an account whose address is its first key. Raises SigningLocked."""
        try:
            return self._accounts(names)
        except IntegrityError:
            # Another process made one of these names meanwhile; it is found at the second try.
            return self._accounts(names)

    def _accounts(self, names: Sequence[str]) -> list[bytes]:
        with self.office.write() as conn:
            found = _named(conn, names)
            made = {name: PrivateKey() for name in dict.fromkeys(names) if name not in found}
            for name, key in made.items():
                found[name] = address_of(key)
                self._new_secret(conn, found[name], name)
            self._insert(conn, [(found[name], key) for name, key in made.items()], OPERATOR)
        return [found[name] for name in names]

    def add(self, member: bytes, private: bytes, purpose: str = OPERATOR) -> bytes:
        """Takes a private key in; returns its address. A key that is here for the same member stays as it is.

        Raises ValueError for bytes that are no key, and for a key that is another member's here or was retired; SigningLocked.
        """
        if len(private) != SECRET_BYTES:
            raise ValueError(f"a private key has {SECRET_BYTES} bytes, {len(private)} were given")
        key = PrivateKey(private)
        if not self._is_kept(member, address_of(key)):
            self._store([(member, key)], purpose)
        return address_of(key)

    def adopt(self, member: bytes, key: bytes, vault: str, purpose: str = OPERATOR) -> None:
        """Has a key of a vault sign for an account that is served here; one that does already stays as it is.

        Raises ValueError for a vault or a key that there isn't, and as `add`; SigningLocked, VaultAway.
        """
        if vault not in self.vaults:
            raise ValueError(f"vault {vault!r} is not set up; set up are {', '.join(sorted(self.vaults)) or 'none'}")
        if key not in self.vaults[vault].addresses():
            raise ValueError(f"vault {vault!r} has no key {to_hex(key)}")
        if not self._is_kept(member, key):
            with self.office.write() as conn:
                self._secret(conn, member)
                row = {"key": key, "member_id": member, "purpose": purpose, "sealed": b"", "vault": vault, "at": now_ms()}
                conn.execute(insert(MEMBER_KEY).values(row))

    def _is_kept(self, member: bytes, key: bytes) -> bool:
        """Whether a key is here for a member. Raises ValueError where it may not be taken in."""
        row = self._row(key)
        if row is not None and row.member_id != member:
            raise ValueError(f"key {to_hex(key)} is held for another account here")
        if row is not None and row.retired is not None:
            raise ValueError(f"key {to_hex(key)} was retired here and signs no more; make a new one")
        return row is not None

    def import_v3(self, member: bytes, file: object, passphrase: str) -> bytes:
        """Takes in a V3 key file. Raises ValueError for a wrong passphrase, a file that is none, or a key that `add` refuses."""
        return self.add(member, key_files.decrypted(file, passphrase))

    def export_v3(self, member: bytes, key: bytes, passphrase: str) -> dict[str, Any]:
        """A key as a V3 file under its own passphrase. Raises KeyUnheld, also for one in a vault, and SigningLocked."""
        return key_files.encrypted(self.private(key, member).secret, passphrase)

    def retire(self, member: bytes, key: bytes) -> None:
        """Signs no more with a key; its box stays, so that what it signed can be shown. Raises KeyUnheld."""
        with self.office.write() as conn:
            where = (MEMBER_KEY.c.key == key, MEMBER_KEY.c.member_id == member, MEMBER_KEY.c.retired.is_(None))
            if not conn.execute(update(MEMBER_KEY).where(*where).values(retired=now_ms())).rowcount:
                raise KeyUnheld(f"key {to_hex(key)} is not held for {to_hex(member)}")
        self._signing.pop(key, None)

    def holds(self, member: bytes, key: bytes) -> bool:
        """Whether `key` can sign for `member` here."""
        cached = self._signing.get(key)
        if cached is not None:
            return cached[0] == member
        row = self._row(key)
        return row is not None and row.member_id == member and row.retired is None

    def keys(self, member: bytes, purpose: str = OPERATOR) -> list[bytes]:
        """The keys held for a member, oldest first."""
        columns = MEMBER_KEY.c
        asked = select(columns.key).where(columns.member_id == member, columns.purpose == purpose, columns.retired.is_(None))
        with self.office.read() as conn:
            return list(conn.execute(asked.order_by(columns.at, columns.key)).scalars())

    def members(self) -> list[bytes]:
        """The accounts that this gateway holds keys of."""
        with self.office.read() as conn:
            found = conn.execute(select(MEMBER.c.member_id).where(MEMBER.c.member_id != HOUSE).order_by(MEMBER.c.at, MEMBER.c.member_id))
            return list(found.scalars())

    def serves(self, member: bytes) -> bool:
        """Whether this gateway serves a member, that is, keeps a secret for it."""
        if member in self._secrets:
            return member != HOUSE
        with self.office.read() as conn:
            return member != HOUSE and _secret_box(conn, member) is not None

    def sign(self, member: bytes, key: bytes, message: bytes) -> bytes:
        """r, s, v (27 or 28) of a message's hash. Raises KeyUnheld, VaultAway, SigningLocked."""
        return self.signing(key, member)(message)

    def signing(self, key: bytes, member: bytes | None = None) -> Sign:
        """What signs with a key: the gateway's own, or a member's. Raises KeyUnheld, SigningLocked."""
        owner = HOUSE if member is None else member
        cached = self._signing.get(key)
        if cached is None:
            cached = self._signing[key] = owner, self._made(owner, key)
        if cached[0] != owner:
            raise _unheld(owner, key)
        return cached[1]

    def private(self, key: bytes, member: bytes | None = None) -> PrivateKey:
        """A private key that lies here: the gateway's own, or a member's. Raises KeyUnheld, SigningLocked."""
        owner = HOUSE if member is None else member
        row = self._held(owner, key)
        if row.vault is not None:
            raise KeyUnheld(f"key {to_hex(key)} lies in the vault {row.vault!r}, which doesn't give it out")
        return PrivateKey(unseal(self._committed_secret(owner), row.sealed, owner + key))

    def derived(self, member: bytes, message: bytes) -> bytes:
        """32 bytes that only who has the member's secret can know (HMAC-SHA256). Raises SigningLocked."""
        return hmac.digest(self._committed_secret(member), message, "sha256")

    def _sealed(self) -> bytes | None:
        with self.office.read() as conn:
            found: bytes | None = conn.execute(select(MASTER.c.sealed)).scalar()
            return found

    def _opened(self) -> bytes:
        if self._master is None:
            raise SigningLocked
        return self._master

    def _store(self, made: list[tuple[bytes, PrivateKey]], purpose: str) -> None:
        with self.office.write() as conn:
            self._insert(conn, made, purpose)

    def _insert(self, conn: Connection, made: list[tuple[bytes, PrivateKey]], purpose: str) -> None:
        rows = [
            {
                "key": address_of(key),
                "member_id": member,
                "purpose": purpose,
                "sealed": seal(self._secret(conn, member), key.secret, member + address_of(key)),
                "at": now_ms(),
            }
            for member, key in made
        ]
        if rows:
            conn.execute(insert(MEMBER_KEY), rows)

    def _secret(self, conn: Connection, member: bytes) -> bytes:
        box = _secret_box(conn, member)
        return self._new_secret(conn, member) if box is None else unseal(self._opened(), box, member)

    def _new_secret(self, conn: Connection, member: bytes, name: str | None = None) -> bytes:
        secret = secrets.token_bytes(SECRET_BYTES)
        conn.execute(insert(MEMBER).values(member_id=member, name=name, sealed=seal(self._opened(), secret, member), at=now_ms()))
        return secret

    def _committed_secret(self, member: bytes) -> bytes:
        # Kept in memory only once it is on disk: an insert that rolls back must not leave a secret that nothing can be unsealed with.
        known = self._secrets.get(member)
        if known is None:
            with self.office.read() as conn:
                box = _secret_box(conn, member)
            known = self._made_secret(member) if box is None else unseal(self._opened(), box, member)
            self._secrets[member] = known
        return known

    def _made_secret(self, member: bytes) -> bytes:
        with self.office.write() as conn:
            return self._secret(conn, member)

    def _made(self, member: bytes, key: bytes) -> Sign:
        row = self._held(member, key)
        if row.vault is None:
            return by(self.private(key, member))
        self.check_open()
        if row.vault not in self.vaults:
            raise KeyUnheld(f"key {to_hex(key)} lies in the vault {row.vault!r}, which is not set up here")
        return partial(self.vaults[row.vault].sign, key)

    def _held(self, member: bytes, key: bytes) -> Any:
        row = self._row(key)
        if row is None or row.member_id != member or row.retired is not None:
            raise _unheld(member, key)
        return row

    def _row(self, key: bytes) -> Any:
        with self.office.read() as conn:
            return conn.execute(select(MEMBER_KEY).where(MEMBER_KEY.c.key == key)).one_or_none()


def _unheld(member: bytes, key: bytes) -> KeyUnheld:
    return KeyUnheld(f"key {to_hex(key)} is not held for {to_hex(member)}")


def _named(conn: Connection, names: Sequence[str]) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for at in range(0, len(names), _MOST_NAMES):
        asked = select(MEMBER.c.name, MEMBER.c.member_id).where(MEMBER.c.name.in_(names[at : at + _MOST_NAMES]))
        found |= {row.name: row.member_id for row in conn.execute(asked)}
    return found


def _secret_box(conn: Connection, member: bytes) -> bytes | None:
    found: bytes | None = conn.execute(select(MEMBER.c.sealed).where(MEMBER.c.member_id == member)).scalar()
    return found
