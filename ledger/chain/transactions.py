"""Transactions of a block as nodes tell them, and the root that its header has of them: what proves which transactions a block has."""

from collections.abc import Sequence
from typing import Any

import msgspec
import rlp
from eth_hash.auto import keccak

from ledger.chain.receipts import Hex, unhex
from ledger.domain.tries import list_root

_BLOBS = ("maxFeePerBlobGas", "blobVersionedHashes")
_CALL = ("to", "value", "input")
_FEES = ("maxPriorityFeePerGas", "maxFeePerGas", "gas")
_FIELDS: tuple[tuple[str, ...], ...] = (
    ("nonce", "gasPrice", "gas", *_CALL, "v"),
    ("chainId", "nonce", "gasPrice", "gas", *_CALL, "accessList", "yParity"),
    ("chainId", "nonce", *_FEES, *_CALL, "accessList", "yParity"),
    ("chainId", "nonce", *_FEES, *_CALL, "accessList", *_BLOBS, "yParity"),
    ("chainId", "nonce", *_FEES, *_CALL, "accessList", "authorizationList", "yParity"),
)
"""What is signed and sent of each type (EIP-155, 2930, 1559, 4844, 7702), in order; `r` and `s` follow."""

_TEXTS = {"to", "input", "address"}


class _Access(msgspec.Struct):
    address: Hex
    storageKeys: list[Hex]


class _Authorization(msgspec.Struct):
    chainId: Hex
    address: Hex
    nonce: Hex
    yParity: Hex
    r: Hex
    s: Hex


class Transaction(msgspec.Struct):
    """A transaction with all that its hash is made of."""

    hash: Hex
    nonce: Hex
    gas: Hex
    value: Hex
    input: Hex
    r: Hex
    s: Hex
    to: Hex | None = None
    type: Hex = "0x0"
    v: Hex | None = None
    yParity: Hex | None = None
    chainId: Hex | None = None
    gasPrice: Hex | None = None
    maxPriorityFeePerGas: Hex | None = None
    maxFeePerGas: Hex | None = None
    maxFeePerBlobGas: Hex | None = None
    accessList: list[_Access] | None = None
    blobVersionedHashes: list[Hex] | None = None
    authorizationList: list[_Authorization] | None = None

    def encoded(self) -> bytes:
        """What was signed and sent (EIP-2718). Raises ValueError for a type that no fork has, or where a field is missing."""
        kind = int(self.type, 16)
        if kind >= len(_FIELDS):
            raise ValueError(f"a transaction of type {kind}, which is not known")
        # Nodes told the parity as `v` before they had a name for it.
        told = self if self.yParity is not None or not kind else msgspec.structs.replace(self, yParity=self.v)
        body: bytes = rlp.encode([_item(told, name) for name in (*_FIELDS[kind], "r", "s")], infer_serializer=False)
        return bytes([kind]) + body if kind else body


def transactions_root(transactions: Sequence[Transaction]) -> bytes:
    """The root over transactions in their order, each of which has the hash that it is told with. Raises ValueError."""
    sent = [each.encoded() for each in transactions]
    for each, raw in zip(transactions, sent, strict=True):
        if keccak(raw) != unhex(each.hash):
            raise ValueError(f"transaction {each.hash} has another hash")
    return list_root(sent)


def _item(of: Any, name: str) -> Any:
    value = getattr(of, name)
    if name == "accessList":
        return [[unhex(each.address), [unhex(key) for key in each.storageKeys]] for each in value or ()]
    if name == "authorizationList":
        return [[_item(each, part) for part in each.__struct_fields__] for each in value or ()]
    if name == "blobVersionedHashes":
        return [unhex(each) for each in value or ()]
    if name in _TEXTS:
        return b"" if value is None else unhex(value)
    if value is None:
        raise ValueError(f"a transaction without {name}")
    number = int(value, 16)
    return number.to_bytes((number.bit_length() + 7) // 8)
