"""What a header says by itself: the hash of its own fields, and the bloom of its logs (Yellow Paper, section 4.4)."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import rlp
from eth_hash.auto import keccak

_WORDS = ("parentHash", "sha3Uncles", "miner", "stateRoot", "transactionsRoot", "receiptsRoot", "logsBloom")
_NUMBERS = ("difficulty", "number", "gasLimit", "gasUsed", "timestamp")
_SEAL = ("extraData", "mixHash", "nonce")
_FIELDS = (*_WORDS, *_NUMBERS, *_SEAL)
_LATER = ("baseFeePerGas", "withdrawalsRoot", "blobGasUsed", "excessBlobGas", "parentBeaconBlockRoot", "requestsHash")
"""What forks have appended, in this order: a header has the first few of them."""
_QUANTITIES = {*_NUMBERS, "baseFeePerGas", "blobGasUsed", "excessBlobGas"}

_MOST_MASKS = 1 << 16


def header_hash(fields: Mapping[str, Any]) -> bytes:
    """The hash of an Ethereum header, from its JSON-RPC fields. Raises LookupError or ValueError for what is no such header."""
    names = (*_FIELDS, *(name for name in _LATER if fields.get(name) is not None))
    digest: bytes = keccak(rlp.encode([_item(name, fields[name]) for name in names], infer_serializer=False))
    return digest


def _item(name: str, text: str) -> bytes:
    if name in _QUANTITIES:
        value = int(text, 16)
        return value.to_bytes((value.bit_length() + 7) // 8)
    return bytes.fromhex(text[2:])


@lru_cache(_MOST_MASKS)
def bloom_mask(item: bytes) -> int:
    """The three bits that an address or a topic sets in a header's bloom, the bloom read as a big-endian number."""
    digest = keccak(item)
    return sum({1 << (int.from_bytes(digest[at : at + 2]) & 0x7FF) for at in (0, 2, 4)})
