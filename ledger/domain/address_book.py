"""The address book: under which key types a member publishes where its gateway is and with which keys it speaks to other gateways.

Each is one word of the member's slots on the ledger (contracts/Members.sol), which counts its epochs. The URL itself stays off the chain.
"""

from hashlib import sha256
from typing import NamedTuple

from eth_hash.auto import keccak

TRANSPORT_KEY = keccak(b"pledgebook: transport key, Ed25519")
"""Signs messages and receipts: a public key of RFC 8032."""
ENCRYPTION_KEY = keccak(b"pledgebook: encryption key, X25519")
"""What is for the member is sealed to it: a public key of RFC 7748."""
URL_HASH = keccak(b"pledgebook: URL, SHA-256")
"""SHA-256 of the URL of its gateway; zero: it has no door and fetches."""
NO_URL = bytes(32)


class KeyId(NamedTuple):
    """A member's transport key by its epoch: what a signature names."""

    account: bytes
    epoch: int

    def __str__(self) -> str:
        return f"0x{self.account.hex()}/{self.epoch}"


def key_named(text: str) -> KeyId | None:
    """The key that a text names; None for any other text than `str` of one makes."""
    account, _, epoch = text.partition("/")
    try:
        found = KeyId(bytes.fromhex(account[2:]), int(epoch))
    except ValueError:
        return None
    return found if len(found.account) == 20 and 0 < found.epoch < 1 << 32 and str(found) == text else None


def url_word(url: str | None) -> bytes:
    """What the ledger has of a URL: its hash without a slash at the end, or the word for none."""
    return NO_URL if url is None else sha256(url.rstrip("/").encode()).digest()
