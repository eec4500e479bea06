"""What signs for members, and what a place of keys outside the gateway must do: the keystore knows which key lies where."""

from typing import Protocol

from ledger.foreseen import Foreseen


class SigningLocked(Foreseen):
    """The keystore is sealed: no passphrase was given at the start. Reads go on."""

    def __str__(self) -> str:
        return "signing locked: give the passphrase by file descriptor, systemd credential or PLEDGEBOOK_PASSPHRASE_FILE and start again"


class KeyUnheld(Foreseen, LookupError):
    """This gateway does not hold that key for that member."""


class VaultAway(Foreseen):
    """A place of keys outside this gateway does not answer, or answers with no signature of the key: nothing was signed."""


class Vault(Protocol):
    """A place of keys outside this gateway, which never gives them out: a remote signer, a security module."""

    def addresses(self) -> frozenset[bytes]:
        """Addresses of the keys that it holds. Raises VaultAway."""

    def sign(self, key: bytes, message: bytes) -> bytes:
        """r, s, v (27 or 28) of the Keccak-256 hash of a message by the key of an address. Raises KeyUnheld, VaultAway."""


class Signer(Protocol):
    """Signs for members. A signature has 65 bytes: r, s, v (27 or 28)."""

    def holds(self, member: bytes, key: bytes) -> bool:
        """Whether `key` can sign for `member` here."""

    def sign(self, member: bytes, key: bytes, message: bytes) -> bytes:
        """The member's signature of the Keccak-256 hash of a message. Raises KeyUnheld, VaultAway, SigningLocked."""

    def keys(self, member: bytes) -> list[bytes]:
        """The keys held for a member, oldest first."""
