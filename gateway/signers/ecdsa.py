"""Signatures on secp256k1 in the one form that the ledger takes: r, s in the lower half of the group (EIP-2), v of 27 or 28."""

from collections.abc import Callable
from typing import TypeAlias

from coincurve import PrivateKey, PublicKey
from eth_hash.auto import keccak

Sign: TypeAlias = Callable[[bytes], bytes]
"""Signs the Keccak-256 hash of a message: 65 bytes."""

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
"""Of the group of secp256k1."""


class NoSignature(ValueError):
    """Numbers that are no signature of anybody."""


def by(key: PrivateKey) -> Sign:
    """Signs with a private key in memory."""

    def sign(message: bytes) -> bytes:
        made = key.sign_recoverable(keccak(message), hasher=None)
        return made[:64] + bytes([made[64] + 27])

    return sign


def address_of(key: PrivateKey | PublicKey) -> bytes:
    """The address of a key (20 bytes)."""
    public = key.public_key if isinstance(key, PrivateKey) else key
    return keccak(public.format(compressed=False)[1:])[-20:]


def lowered(signature: bytes) -> bytes:
    """A signature (r, s and v of 0, 1, 27 or 28) in the ledger's form: security modules give either half of the group."""
    s, parity = int.from_bytes(signature[32:64]), signature[64] % 27
    if s > ORDER // 2:
        s, parity = ORDER - s, parity ^ 1
    return signature[:32] + max(s, 0).to_bytes(32) + bytes([parity + 27])


def signer_of(signature: bytes, digest: bytes) -> bytes:
    """The address that made a signature in the ledger's form. Raises NoSignature."""
    try:
        return address_of(PublicKey.from_signature_and_message(signature[:64] + bytes([signature[64] - 27]), digest, hasher=None))
    except Exception as wrong:  # coincurve raises bare Exceptions for points off the curve
        raise NoSignature("no valid ECDSA signature") from wrong


def found(halves: bytes, digest: bytes, key: bytes) -> bytes:
    """The ledger's form of r and s (64 bytes) that `key` (an address) made of a digest. Raises NoSignature for another's."""
    for parity in (27, 28):
        made = lowered(halves + bytes([parity]))
        try:
            if signer_of(made, digest) == key:
                return made
        except NoSignature:
            continue
    raise NoSignature(f"not made by 0x{key.hex()}")
