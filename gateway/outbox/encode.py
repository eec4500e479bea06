"""Signed transactions (EIP-1559 and legacy with chain id), by RLP and coincurve: held equal to eth-account byte for byte in tests."""

from dataclasses import dataclass

import rlp
from eth_hash.auto import keccak

from gateway.signers.ecdsa import Sign

_TYPE_1559 = b"\x02"


@dataclass(frozen=True, slots=True)
class Call:
    """What a transaction does."""

    to: bytes
    data: bytes
    gas: int
    value: int = 0


@dataclass(frozen=True, slots=True)
class Fee:
    """What a transaction offers, in wei a gas: the tip, and the cap on tip and base fee together."""

    tip: int
    cap: int


FREE = Fee(0, 0)


@dataclass(frozen=True, slots=True)
class Signed:
    """Raw bytes as a node takes them, and their hash."""

    raw: bytes
    hash: bytes


def sign(call: Call, *, chain_id: int, nonce: int, fee: Fee, by: Sign) -> Signed:
    """An EIP-1559 transaction."""
    fields: list[object] = [chain_id, nonce, fee.tip, fee.cap, call.gas, call.to, call.value, call.data, []]
    signature = by(_TYPE_1559 + rlp.encode(fields))
    raw = _TYPE_1559 + rlp.encode([*fields, signature[64] - 27, *_halves(signature)])
    return Signed(raw, keccak(raw))


def sign_legacy(call: Call, *, chain_id: int, nonce: int, fee: int, by: Sign) -> Signed:
    """A legacy transaction bound to its chain (EIP-155)."""
    fields: list[object] = [nonce, fee, call.gas, call.to, call.value, call.data]
    signature = by(rlp.encode([*fields, chain_id, 0, 0]))
    raw = rlp.encode([*fields, signature[64] + 8 + 2 * chain_id, *_halves(signature)])
    return Signed(raw, keccak(raw))


def call_of(raw: bytes) -> Call:
    """What a transaction that was signed here does."""
    typed = raw[:1] == _TYPE_1559
    fields = rlp.decode(raw[1:] if typed else raw)
    gas, to, value, data = fields[4:8] if typed else fields[2:6]
    return Call(to, data, int.from_bytes(gas), int.from_bytes(value))


def _halves(signature: bytes) -> tuple[int, int]:
    return int.from_bytes(signature[:32]), int.from_bytes(signature[32:64])
