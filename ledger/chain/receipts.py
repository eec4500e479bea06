"""Receipts of a block, and the root that its header has of them: what proves that logs are all and are as they were emitted."""

from binascii import unhexlify
from collections.abc import Sequence
from typing import Annotated

import msgspec
import rlp

from ledger.domain.tries import list_root

Hex = Annotated[str, msgspec.Meta(pattern="^0x[0-9a-fA-F]*$")]


class NodeLog(msgspec.Struct, gc=False):
    """A log as a node tells it: plain text, since there are many; what is no hex is noticed when it is read."""

    blockNumber: str
    blockHash: str
    transactionIndex: str
    transactionHash: str
    logIndex: str
    address: str
    topics: list[str]
    data: str
    removed: bool = False


class Receipt(msgspec.Struct):
    """A transaction's receipt as a node tells it."""

    transactionHash: Hex
    cumulativeGasUsed: Hex
    logsBloom: Hex
    logs: list[NodeLog]
    status: Hex = "0x1"
    type: Hex = "0x0"
    root: Hex | None = None


def receipts_root(receipts: Sequence[Receipt]) -> bytes:
    """The root over receipts in the order of their transactions (EIP-2718)."""
    return list_root(list(map(_encoded, receipts)))


def _encoded(receipt: Receipt) -> bytes:
    logs = [[unhex(log.address), list(map(unhex, log.topics)), unhex(log.data)] for log in receipt.logs]
    outcome = _number(receipt.status) if receipt.root is None else unhex(receipt.root)
    body: bytes = rlp.encode([outcome, _number(receipt.cumulativeGasUsed), unhex(receipt.logsBloom), logs], infer_serializer=False)
    return _number(receipt.type) + body


def unhex(text: str) -> bytes:
    """The bytes of 0x hex. Raises ValueError."""
    if not text.startswith("0x"):
        raise ValueError(f"{text[:70]!r} is no hex")
    return unhexlify(text[2:])


def _number(text: str) -> bytes:
    value = int(text, 16)
    return value.to_bytes((value.bit_length() + 7) // 8)
