"""Blocks with the ledger's logs, checked by hash: from a node, or recorded.

A source never hands out a block that it could not tie to its parent, nor logs that it could not tie to their block. It keeps no state:
what is held,
how many blocks are asked at once and what a fork means is decided by the mirror.
"""

from binascii import unhexlify
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Annotated, Any, Protocol

import msgspec

from ledger.chain.rpc import Rpc, RpcError

LOG_BITS = 20
"""A position is block << 20 | log index: one integer that orders every event of the chain."""


class InconsistentAnswer(RuntimeError):
    """A node's answers contradict each other: its chain moved between two of them, or it lags, or it lies. Asking again is harmless."""


class MalformedAnswer(InconsistentAnswer):
    """A node's answer lacks what JSON-RPC promises."""


def position(block: int, index: int) -> int:
    """The position of a log: block << 20 | its index in the block."""
    return block << LOG_BITS | index


def last_position(block: int) -> int:
    """The last position that a block can hold: as at this position is as at the block's end."""
    return (block + 1 << LOG_BITS) - 1


@dataclass(frozen=True, slots=True)
class Link:
    """A block by number and hash."""

    number: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Log:
    """One log as the chain has it; `index` counts in the block, `tx_index` names the transaction."""

    index: int
    tx_index: int
    address: bytes
    topics: tuple[bytes, ...]
    data: bytes


@dataclass(frozen=True, slots=True)
class Block:
    """A header's identity, its transactions' hashes in order and the ledger's logs in order. `time` is UTC seconds."""

    number: int
    hash: bytes
    parent: bytes
    time: int
    transactions: tuple[bytes, ...]
    logs: tuple[Log, ...]

    @property
    def link(self) -> Link:
        return Link(self.number, self.hash)


class BlockSource(Protocol):
    """Where blocks come from."""

    def head(self) -> int:
        """The number of the newest block that the source has now; it may be lower than it was (a lagging node)."""

    def hashes(self, numbers: Sequence[int]) -> list[bytes | None]:
        """The hashes that the source has now at these heights; None above its head."""

    def fetch(self, first: int, last: int) -> list[Block]:
        """Blocks first..last, each the parent of the next. Raises InconsistentAnswer, RpcError or NodeUnreachable."""


def linked(blocks: Sequence[Block]) -> Sequence[Block]:
    """The same blocks, if numbers ascend by one and each names its predecessor's hash. Raises InconsistentAnswer."""
    for parent, child in pairwise(blocks):
        if child.number != parent.number + 1 or child.parent != parent.hash:
            raise InconsistentAnswer(f"block {child.number} does not follow block {parent.number}")
    return blocks


def _unhex(text: str) -> bytes:
    if not text.startswith("0x"):
        raise ValueError(f"{text[:70]!r} is no hex")
    return unhexlify(text[2:])


_word = lru_cache(maxsize=10_000)(_unhex)
"""For addresses and topics, of which the same few come again and again."""


_Hex = Annotated[str, msgspec.Meta(pattern="^0x[0-9a-fA-F]*$")]


class _Header(msgspec.Struct, gc=False):
    number: _Hex
    hash: _Hex
    parentHash: _Hex
    timestamp: _Hex
    transactions: list[_Hex]


class _Log(msgspec.Struct, gc=False):
    # Plain text, since there are many: what is no hex is noticed when it is read.
    blockNumber: str
    blockHash: str
    transactionIndex: str
    transactionHash: str
    logIndex: str
    address: str
    topics: list[str]
    data: str
    removed: bool = False


class NodeSource:
    """A node, asked by JSON-RPC for the logs of `addresses` (None: of anybody) whose first topic is one of `topics`."""

    def __init__(self, rpc: Rpc, addresses: Iterable[bytes] | None, topics: Iterable[bytes]) -> None:
        self._rpc = rpc
        emitters = {} if addresses is None else {"address": sorted("0x" + address.hex() for address in addresses)}
        self._filter = {**emitters, "topics": [sorted("0x" + topic.hex() for topic in topics)]}

    def head(self) -> int:
        return _number(self._rpc.call("eth_blockNumber"))

    def hashes(self, numbers: Sequence[int]) -> list[bytes | None]:
        return [None if header is None else _unhex(header.hash) for header in self._headers(numbers)]

    def fetch(self, first: int, last: int) -> list[Block]:
        """Headers, then logs, then the last header again: a chain that moved between the answers is noticed by its hash."""
        headers = [_present(header, number) for number, header in enumerate(self._headers(range(first, last + 1)), first)]
        logs = self._logs(first, last)
        if _unhex(headers[-1].hash) != self.hashes([last])[0]:
            raise InconsistentAnswer(f"the node changed block {last} while its logs were read")
        return list(linked(_blocks(headers, logs)))

    def _headers(self, numbers: Sequence[int]) -> list[_Header | None]:
        answers = self._rpc.batch([("eth_getBlockByNumber", [hex(number), False]) for number in numbers])
        return [_parsed(_result(answer), _Header | None) for answer in answers]

    def _logs(self, first: int, last: int) -> list[_Log]:
        asked = {"fromBlock": hex(first), "toBlock": hex(last), **self._filter}
        try:
            return self._rpc.call_as(list[_Log], "eth_getLogs", asked)
        except msgspec.ValidationError as wrong:
            raise MalformedAnswer(str(wrong)) from wrong


def _result(answer: Any) -> Any:
    if isinstance(answer, RpcError):
        raise answer
    return answer


def _parsed(answer: Any, shape: Any) -> Any:
    try:
        return msgspec.convert(answer, shape)
    except msgspec.ValidationError as wrong:
        raise MalformedAnswer(str(wrong)) from wrong


def _number(answer: Any) -> int:
    return int(_parsed(answer, _Hex), 16)


def _present(header: _Header | None, number: int) -> _Header:
    if header is None or int(header.number, 16) != number:
        raise InconsistentAnswer(f"the node has no block {number} although its head is above")
    return header


def _blocks(headers: Sequence[_Header], logs: Sequence[_Log]) -> list[Block]:
    by_block: dict[str, list[_Log]] = {}
    for log in logs:
        by_block.setdefault(log.blockHash, []).append(log)
    blocks = [_block(header, by_block.pop(header.hash, [])) for header in headers]
    if by_block:
        raise InconsistentAnswer(f"logs of block {next(iter(by_block))}, which is not among the headers")
    return blocks


def _block(header: _Header, logs: Sequence[_Log]) -> Block:
    found = sorted((_log(header, log) for log in logs), key=lambda log: log.index)
    if any(one.index == other.index for one, other in pairwise(found)):
        raise InconsistentAnswer(f"two logs with one index in block {header.hash}")
    return Block(
        number=int(header.number, 16),
        hash=_unhex(header.hash),
        parent=_unhex(header.parentHash),
        time=int(header.timestamp, 16),
        transactions=tuple(map(_unhex, header.transactions)),
        logs=tuple(found),
    )


def _log(header: _Header, log: _Log) -> Log:
    try:
        emitter, topics = _word(log.address), tuple(map(_word, log.topics))
        found = Log(int(log.logIndex, 16), int(log.transactionIndex, 16), emitter, topics, _unhex(log.data))
    except ValueError as wrong:
        raise MalformedAnswer(f"a log of block {header.number}: {wrong}") from wrong
    if log.removed or log.blockNumber != header.number:
        raise InconsistentAnswer(f"a log of block {header.number} is withdrawn or names another number")
    if found.tx_index >= len(header.transactions) or header.transactions[found.tx_index] != log.transactionHash:
        raise InconsistentAnswer(f"a log of block {header.number} names a transaction that its header lacks")
    return found


class RecordedSource:
    """Blocks held in memory, with the interface of a node; `replace` moves it to a fork, `serve` lets it lag."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        self._blocks: list[Block] = []
        self._served: int | None = None
        self.extend(blocks)

    def extend(self, blocks: Sequence[Block]) -> None:
        """Appends blocks that follow the present ones. Raises InconsistentAnswer."""
        self._blocks = list(linked([*self._blocks, *blocks]))

    def replace(self, blocks: Sequence[Block]) -> None:
        """Drops every block from the first one's number on and appends these: a reorganisation."""
        kept = [block for block in self._blocks if block.number < blocks[0].number]
        self._blocks = list(linked([*kept, *blocks]))

    def serve(self, head: int | None) -> None:
        """Serves nothing above `head` (a node that lags); None serves all."""
        self._served = head

    def head(self) -> int:
        newest = self._blocks[-1].number
        return newest if self._served is None else min(newest, self._served)

    def hashes(self, numbers: Sequence[int]) -> list[bytes | None]:
        return [block.hash if (block := self._at(number)) else None for number in numbers]

    def fetch(self, first: int, last: int) -> list[Block]:
        found = [self._at(number) for number in range(first, last + 1)]
        if None in found:
            raise InconsistentAnswer(f"no blocks {first} to {last}: the recording has {self._blocks[0].number} to {self.head()}")
        return [block for block in found if block]

    def _at(self, number: int) -> Block | None:
        at = number - self._blocks[0].number
        return self._blocks[at] if 0 <= at < len(self._blocks) and number <= self.head() else None
