"""Identifiers: addresses, act ids, receivable and token ids. Bytes inside, hex text only at the edges."""

import re
from functools import lru_cache

from eth_hash.auto import keccak

from ledger.foreseen import Foreseen

ADDRESS_BYTES = 20
NUMBERED_IDS = 2**64
HASHED_ID = 1 << 255
MAX_KEY_LENGTH = 256
RECEIVABLE_BITS = 192
START_BITS = 64

_CANONICAL_DECIMAL = re.compile(r"0|[1-9][0-9]{0,19}")


class IdError(Foreseen, ValueError):
    """An identifier of the wrong form; the message names the rule."""


def from_hex(text: str, length: int | None = None, field: str = "value") -> bytes:
    """The bytes of 0x-prefixed hex text; `length` in bytes where it is fixed. Raises IdError."""
    if not text.startswith("0x"):
        raise IdError(f"{field}: hex text starts with 0x")
    try:
        value = bytes.fromhex(text[2:])
    except ValueError as wrong:
        raise IdError(f"{field}: {text[:80]!r} is no hex text") from wrong
    if length is not None and len(value) != length:
        raise IdError(f"{field}: {length} bytes expected, {len(value)} given")
    return value


def to_hex(value: bytes) -> str:
    """0x-prefixed lower-case hex text."""
    return "0x" + value.hex()


def address(text: str, field: str = "address") -> bytes:
    """The 20 bytes of an address in hex; letter case is not checked. Raises IdError."""
    return from_hex(text, ADDRESS_BYTES, field)


@lru_cache(1 << 12)
def act_id(idempotency_key: str) -> int:
    """The act id of an idempotency key: a canonical decimal below 2^64 is its own id, any other key is hashed with bit 255 set.

    Every gateway derives the same id, so that the chain refuses the second use. Raises IdError.
    """
    if not 0 < len(idempotency_key) <= MAX_KEY_LENGTH:
        raise IdError(f"Idempotency-Key: 1 to {MAX_KEY_LENGTH} characters")
    if _CANONICAL_DECIMAL.fullmatch(idempotency_key) and int(idempotency_key) < NUMBERED_IDS:
        return int(idempotency_key)
    return int.from_bytes(keccak(idempotency_key.encode())) | HASHED_ID


def receivable_id(issuer: bytes, act: int) -> int:
    """The 192-bit id of the receivable that `issuer` issues by act id `act`, known before it is mined."""
    return int.from_bytes(keccak(issuer.rjust(32, b"\0") + act.to_bytes(32))) >> (256 - RECEIVABLE_BITS)


def token_id(receivable: int, start: int) -> int:
    """The token that begins at `start` of a receivable: receivableId << 64 | start (design.md section 3)."""
    if not 0 < receivable < 1 << RECEIVABLE_BITS or not 0 <= start < 1 << START_BITS:
        raise IdError(f"no token at start {start} of receivable {receivable}")
    return receivable << START_BITS | start


def split_token_id(token: int) -> tuple[int, int]:
    """(receivable, start) of a token id."""
    return token >> START_BITS, token & ((1 << START_BITS) - 1)
