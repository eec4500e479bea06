"""The interface that a place of keys has: the local keystore now, a remote signer or a PKCS#11 token behind the same three functions."""

from typing import Protocol

from ledger.foreseen import Foreseen


class SigningLocked(Foreseen):
    """The keystore is sealed: no passphrase was given at the start. Reads go on."""

    def __str__(self) -> str:
        return "signing locked: give the passphrase by file descriptor, systemd credential or PLEDGEBOOK_PASSPHRASE_FILE and start again"


class KeyUnheld(Foreseen, LookupError):
    """This gateway does not hold that key for that member."""


class Signer(Protocol):
    """Signs for members. A signature has 65 bytes: r, s, v (27 or 28)."""

    def holds(self, member: bytes, key: bytes) -> bool:
        """Whether `key` can sign for `member` here."""

    def sign(self, member: bytes, key: bytes, digest: bytes) -> bytes:
        """The member's signature of a 32-byte digest. Raises KeyUnheld, SigningLocked."""

    def keys(self, member: bytes) -> list[bytes]:
        """The keys held for a member, oldest first."""
