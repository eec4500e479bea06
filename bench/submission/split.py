"""One split as a signed act in a transaction of its own, encoded word by word: what the floor and the raw load send.

A test holds it equal to what the product's encoders write for the same act.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from coincurve import PrivateKey
from eth_hash.auto import keccak

from ledger.domain.acts import SIGNED, SigningDomain, domain_separator, envelope_type_hash, run_selector, type_hash

GAS, FRAME_GAS = 1_000_000, 400_000
ROLE = 1 << 2
BODY = ("token", "start", "end")
_SIGNER_TYPE = b"Signer(address account,address key,uint16 role,uint8 mode,uint32 epoch,uint256 nonce)"
_SIGNER = keccak(_SIGNER_TYPE)


@dataclass(frozen=True, slots=True)
class Splitter:
    """A supplier's key on a ledger; its account is the key's address (20 bytes)."""

    domain: SigningDomain
    account: bytes
    key: PrivateKey

    def call_data(self, number: int, deadline: int, body: Mapping[str, str]) -> bytes:
        """Call data of Acts.run with the split as its only act."""
        account = self.account.rjust(32, b"\0")
        move = b"".join(int(body[name]).to_bytes(32) for name in BODY)
        move += bytes.fromhex(body["to"][2:]).rjust(32, b"\0") + bytes.fromhex(body["ref"][2:])
        head = account + number.to_bytes(32) + deadline.to_bytes(32) + FRAME_GAS.to_bytes(32)
        signer = account + account + _words(ROLE, SIGNED, 0, number)
        hashed = envelope_type_hash("Move") + head + keccak(keccak(_SIGNER + signer)) + keccak(type_hash("Move") + move)
        digest = keccak(b"\x19\x01" + domain_separator(self.domain) + keccak(hashed))
        made = self.key.sign_recoverable(digest, hasher=None)
        signature = (made[:64] + bytes([made[64] + 27])).ljust(96, b"\0")
        act = head + type_hash("Move") + _words(256, 480, 672) + _words(1) + signer + _words(160) + move + _words(1, 32, 65) + signature
        return run_selector() + _words(32, 1, 32) + act


def _words(*numbers: int) -> bytes:
    return b"".join(number.to_bytes(32) for number in numbers)
