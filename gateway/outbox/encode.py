"""Signed transactions (EIP-1559 and legacy with chain id), by RLP and coincurve: held equal to eth-account byte for byte in tests."""

from dataclasses import dataclass

import rlp
from coincurve import PrivateKey
from eth_hash.auto import keccak

_TYPE_1559 = b"\x02"


@dataclass(frozen=True, slots=True)
class Call:
    """What a transaction does. `fee` is wei a gas, tip and cap alike; 0 on a free-gas chain."""

    to: bytes
    data: bytes
    gas: int
    value: int = 0


@dataclass(frozen=True, slots=True)
class Signed:
    """Raw bytes as a node takes them, and their hash."""

    raw: bytes
    hash: bytes


def sign(call: Call, *, chain_id: int, nonce: int, fee: int, key: PrivateKey) -> Signed:
    """An EIP-1559 transaction."""
    fields: list[object] = [chain_id, nonce, fee, fee, call.gas, call.to, call.value, call.data, []]
    signature = key.sign_recoverable(keccak(_TYPE_1559 + rlp.encode(fields)), hasher=None)
    raw = _TYPE_1559 + rlp.encode([*fields, signature[64], *_halves(signature)])
    return Signed(raw, keccak(raw))


def sign_legacy(call: Call, *, chain_id: int, nonce: int, fee: int, key: PrivateKey) -> Signed:
    """A legacy transaction bound to its chain (EIP-155)."""
    fields: list[object] = [nonce, fee, call.gas, call.to, call.value, call.data]
    signature = key.sign_recoverable(keccak(rlp.encode([*fields, chain_id, 0, 0])), hasher=None)
    raw = rlp.encode([*fields, signature[64] + 35 + 2 * chain_id, *_halves(signature)])
    return Signed(raw, keccak(raw))


def address_of(key: PrivateKey) -> bytes:
    """The address of a private key (20 bytes)."""
    return keccak(key.public_key.format(compressed=False)[1:])[-20:]


def _halves(signature: bytes) -> tuple[int, int]:
    return int.from_bytes(signature[:32]), int.from_bytes(signature[32:64])
