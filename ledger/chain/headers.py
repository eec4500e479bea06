"""What a header says by itself: the hash of its own fields, and the bloom of its logs (Yellow Paper, section 4.4).

The validators of a BFT network sign a header after it was made, so its hash leaves out what came later: their seals, and the round.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import lru_cache
from typing import Any

import rlp
from eth_hash.auto import keccak


class HeaderForm(StrEnum):
    """By whose rules a header is hashed."""

    ETHEREUM = "ethereum"
    QBFT = "qbft"
    KAIA = "kaia"

    @property
    def block_method(self) -> str:
        """The JSON-RPC method that tells a block with all that its hash is made of: Kaia's Ethereum methods leave some of it out."""
        return "kaia_getBlockByNumber" if self is HeaderForm.KAIA else "eth_getBlockByNumber"


_WORDS = ("parentHash", "sha3Uncles", "miner", "stateRoot", "transactionsRoot", "receiptsRoot", "logsBloom")
_NUMBERS = ("difficulty", "number", "gasLimit", "gasUsed", "timestamp")
_SEAL = ("extraData", "mixHash", "nonce")
_FIELDS = (*_WORDS, *_NUMBERS, *_SEAL)
_LATER = ("baseFeePerGas", "withdrawalsRoot", "blobGasUsed", "excessBlobGas", "parentBeaconBlockRoot", "requestsHash")
"""What forks have appended, in this order: a header has the first few of them."""

_KAIA_WORDS = ("parentHash", "reward", "stateRoot", "transactionsRoot", "receiptsRoot", "logsBloom")
_KAIA_NUMBERS = ("blockScore", "number", "gasUsed", "timestamp", "timestampFoS")
_KAIA_FIELDS = (*_KAIA_WORDS, *_KAIA_NUMBERS, "extraData", "governanceData", "voteData")
_KAIA_LATER = ("baseFeePerGas", "randomReveal", "mixHash")

_QUANTITIES = {*_NUMBERS, *_KAIA_NUMBERS, "baseFeePerGas", "blobGasUsed", "excessBlobGas"}

VANITY = 32
"""Bytes of Kaia's extra data before its list: free text, and in the last the round."""

_MOST_MASKS = 1 << 16


def header_hash(fields: Mapping[str, Any], form: HeaderForm) -> bytes:
    """The hash of a header, from its JSON-RPC fields. Raises LookupError, TypeError or ValueError for what is no such header."""
    return hash_with(fields, form, _UNSEALED[form](_bytes(fields["extraData"])))


def hash_with(fields: Mapping[str, Any], form: HeaderForm, extra: bytes) -> bytes:
    """The hash of a header with other extra data than its own. Raises as header_hash."""
    always, later = (_KAIA_FIELDS, _KAIA_LATER) if form is HeaderForm.KAIA else (_FIELDS, _LATER)
    names = (*always, *(name for name in later if fields.get(name) is not None))
    items = [extra if name == "extraData" else _item(name, fields[name]) for name in names]
    digest: bytes = keccak(rlp.encode(items, infer_serializer=False))
    return digest


def _qbft_unsealed(extra: bytes) -> bytes:
    """QBFT's extra data without commit seals, the round 0."""
    vanity, validators, vote, _, _ = decoded(extra)
    return encoded([vanity, validators, vote, b"", []])


def _kaia_unsealed(extra: bytes) -> bytes:
    """Kaia's extra data without committed seals, the round 0. The proposer's own seal stays."""
    validators, seal, _ = decoded(extra[VANITY:])
    return extra[: VANITY - 1] + bytes(1) + encoded([validators, seal, []])


def encoded(item: Any) -> bytes:
    """RLP of bytes and lists of them."""
    text: bytes = rlp.encode(item, infer_serializer=False)
    return text


def decoded(text: bytes) -> list[Any]:
    """A list from RLP. Raises ValueError."""
    try:
        found = rlp.decode(text)
    except rlp.exceptions.RLPException as wrong:
        raise ValueError(f"no RLP: {wrong}") from wrong
    if not isinstance(found, list):
        raise ValueError("a list expected")
    return found


_UNSEALED: Mapping[HeaderForm, Callable[[bytes], bytes]] = {
    HeaderForm.ETHEREUM: lambda extra: extra,
    HeaderForm.QBFT: _qbft_unsealed,
    HeaderForm.KAIA: _kaia_unsealed,
}


def _item(name: str, text: str) -> bytes:
    if name in _QUANTITIES:
        value = int(text, 16)
        return value.to_bytes((value.bit_length() + 7) // 8)
    return _bytes(text)


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text[2:])


@lru_cache(_MOST_MASKS)
def bloom_mask(item: bytes) -> int:
    """The three bits that an address or a topic sets in a header's bloom, the bloom read as a big-endian number."""
    digest = keccak(item)
    return sum({1 << (int.from_bytes(digest[at : at + 2]) & 0x7FF) for at in (0, 2, 4)})
