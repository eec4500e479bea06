"""The keys with which a member's gateway speaks to others: Ed25519 signs, X25519 opens. Sealed by the member's secret, as its other keys.

Old keys stay: what was sealed to a key before it was replaced is still opened. Nothing here prints a key.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy import Connection, insert, select

from gateway.office.database import now_ms
from gateway.office.models import PEER_KEY
from gateway.signers.interface import KeyUnheld
from gateway.signers.keystore import Keystore
from gateway.signers.sealing import seal, unseal
from ledger.domain.ids import to_hex

_PURPOSE = b"peer keys"


class Purpose(StrEnum):
    """What a key is for."""

    TRANSPORT = "transport"
    ENCRYPTION = "encryption"


@dataclass(frozen=True)
class PeerKeys:
    """The keys of the members that this gateway serves."""

    keystore: Keystore = field(repr=False)

    def new(self, member: bytes, purpose: Purpose) -> bytes:
        """Makes a key; returns its public half (32 bytes). Raises SigningLocked."""
        key = Ed25519PrivateKey.generate() if purpose is Purpose.TRANSPORT else X25519PrivateKey.generate()
        public, wrapping = key.public_key().public_bytes_raw(), self._wrapping(member)
        sealed = seal(wrapping, key.private_bytes_raw(), _owner(member, purpose, public))
        with self.keystore.office.write() as conn:
            conn.execute(insert(PEER_KEY).values(public=public, member_id=member, purpose=purpose, sealed=sealed, at=now_ms()))
        return public

    def members(self) -> list[bytes]:
        """The members that have keys here."""
        with self.keystore.office.read() as conn:
            return list(conn.execute(select(PEER_KEY.c.member_id).distinct().order_by(PEER_KEY.c.member_id)).scalars())

    def newest(self, member: bytes, purpose: Purpose) -> bytes | None:
        """The public half of the member's last key; also while the keystore is locked."""
        mine = (PEER_KEY.c.member_id == member, PEER_KEY.c.purpose == purpose)
        asked = select(PEER_KEY.c.public).where(*mine).order_by(PEER_KEY.c.at.desc(), PEER_KEY.c.public).limit(1)
        with self.keystore.office.read() as conn:
            found: bytes | None = conn.execute(asked).scalar()
            return found

    def holds(self, member: bytes, public: bytes) -> bool:
        """Whether a key of the member is here."""
        with self.keystore.office.read() as conn:
            return _box(conn, member, public) is not None

    def transport(self, member: bytes, public: bytes) -> Ed25519PrivateKey:
        """The signing key behind a public one. Raises KeyUnheld, SigningLocked."""
        return Ed25519PrivateKey.from_private_bytes(self._private(member, Purpose.TRANSPORT, public))

    def encryption(self, member: bytes, public: bytes) -> X25519PrivateKey:
        """The opening key behind a public one. Raises KeyUnheld, SigningLocked."""
        return X25519PrivateKey.from_private_bytes(self._private(member, Purpose.ENCRYPTION, public))

    def _private(self, member: bytes, purpose: Purpose, public: bytes) -> bytes:
        wrapping = self._wrapping(member)
        with self.keystore.office.read() as conn:
            box = _box(conn, member, public)
        if box is None:
            raise KeyUnheld(f"the {purpose} key {to_hex(public)} is not held for {to_hex(member)}")
        return unseal(wrapping, box, _owner(member, purpose, public))

    def _wrapping(self, member: bytes) -> bytes:
        """Asked for before a connection is taken: it may take one itself."""
        return self.keystore.derived(member, _PURPOSE)


def _box(conn: Connection, member: bytes, public: bytes) -> bytes | None:
    found: bytes | None = conn.execute(
        select(PEER_KEY.c.sealed).where(PEER_KEY.c.public == public, PEER_KEY.c.member_id == member)
    ).scalar()
    return found


def _owner(member: bytes, purpose: Purpose, public: bytes) -> bytes:
    return b"|".join((_PURPOSE, purpose.encode(), member, public))
