"""Receipts of a block, and the root that its header has of them: what proves that logs are all and are as they were emitted."""

from binascii import unhexlify
from collections.abc import Sequence
from typing import Annotated, Any

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


class _Receipt(msgspec.Struct):
    """What a receipt of every form has."""

    transactionHash: Hex
    logsBloom: Hex
    logs: list[NodeLog]
    status: Hex = "0x1"

    def _logs(self) -> list[Any]:
        return [[unhex(log.address), list(map(unhex, log.topics)), unhex(log.data)] for log in self.logs]


class EthereumReceipt(_Receipt, kw_only=True):
    """As Ethereum's nodes tell it."""

    cumulativeGasUsed: Hex
    type: Hex = "0x0"
    root: Hex | None = None

    def encoded(self) -> bytes:
        """What the root of receipts has of it (EIP-2718); before Byzantium a state root in place of the status. Raises ValueError."""
        outcome = _number(self.status) if self.root is None else unhex(self.root)
        body: bytes = rlp.encode([outcome, _number(self.cumulativeGasUsed), unhex(self.logsBloom), self._logs()], infer_serializer=False)
        return _number(self.type) + body


class KaiaReceipt(_Receipt, kw_only=True):
    """As Kaia's nodes tell it: `txError` is the status of what failed."""

    gasUsed: Hex
    txError: Hex | None = None

    def encoded(self) -> bytes:
        """What the root of receipts has of it: Kaia's receiptRLP, by index (`deriveShaImpl` 0). Raises ValueError."""
        outcome = _number(self.status if self.txError is None else self.txError)
        body: bytes = rlp.encode([outcome, _number(self.gasUsed), unhex(self.logsBloom), self._logs()], infer_serializer=False)
        return body


Receipt = EthereumReceipt | KaiaReceipt


def receipts_root(receipts: Sequence[Receipt]) -> bytes:
    """The root over receipts in the order of their transactions. Raises ValueError."""
    return list_root([receipt.encoded() for receipt in receipts])


def unhex(text: str) -> bytes:
    """The bytes of 0x hex. Raises ValueError."""
    if not text.startswith("0x"):
        raise ValueError(f"{text[:70]!r} is no hex")
    return unhexlify(text[2:])


def _number(text: str) -> bytes:
    value = int(text, 16)
    return value.to_bytes((value.bit_length() + 7) // 8)
