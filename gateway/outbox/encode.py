"""Signed transactions (EIP-1559 and legacy with chain id), by RLP and coincurve: held equal to eth-account byte for byte in tests."""

from dataclasses import dataclass

import rlp
from eth_hash.auto import keccak

from gateway.signers.ecdsa import Sign

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


def sign(call: Call, *, chain_id: int, nonce: int, fee: int, by: Sign) -> Signed:
    """An EIP-1559 transaction."""
    fields: list[object] = [chain_id, nonce, fee, fee, call.gas, call.to, call.value, call.data, []]
    signature = by(_TYPE_1559 + rlp.encode(fields))
    raw = _TYPE_1559 + rlp.encode([*fields, signature[64] - 27, *_halves(signature)])
    return Signed(raw, keccak(raw))


def sign_legacy(call: Call, *, chain_id: int, nonce: int, fee: int, by: Sign) -> Signed:
    """A legacy transaction bound to its chain (EIP-155)."""
    fields: list[object] = [nonce, fee, call.gas, call.to, call.value, call.data]
    signature = by(rlp.encode([*fields, chain_id, 0, 0]))
    raw = rlp.encode([*fields, signature[64] + 8 + 2 * chain_id, *_halves(signature)])
    return Signed(raw, keccak(raw))


def _halves(signature: bytes) -> tuple[int, int]:
    return int.from_bytes(signature[:32]), int.from_bytes(signature[32:64])
