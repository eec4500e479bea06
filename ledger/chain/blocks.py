"""Blocks with the ledger's logs, checked by hash: from a node, or recorded.

A source never hands out a block that it could not tie to its parent, nor logs that it could not tie to their block. It keeps no state:
what is held,
how many blocks are asked at once and what a fork means is decided by the mirror.
"""

import random
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any, NamedTuple, Protocol

import msgspec

from ledger.chain import seals
from ledger.chain.headers import HeaderForm, bloom_mask, header_hash
from ledger.chain.receipts import EthereumReceipt, Hex, KaiaReceipt, NodeLog, Receipt, receipts_root, unhex
from ledger.chain.rpc import METHOD_NOT_FOUND, Rpc, RpcError
from ledger.chain.transactions import Transaction, transactions_root
from ledger.foreseen import Foreseen

LOG_BITS = 20
"""A position is block << 20 | log index: one integer that orders every event of the chain."""
_TIME_BITS = 63
"""What a database's integers hold of a block's time."""


class InconsistentAnswer(Foreseen, RuntimeError):
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


class Log(msgspec.Struct, frozen=True, gc=False):
    """One log as the chain has it; `index` counts in the block, `tx_index` names the transaction."""

    index: int
    tx_index: int
    address: bytes
    topics: tuple[bytes, ...]
    data: bytes


class Block(msgspec.Struct, frozen=True, gc=False):
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

    @property
    def fault(self) -> str | None:
        """What is wrong although blocks come: of several nodes one rests, or none is left to compare with."""

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


_word = lru_cache(maxsize=10_000)(unhex)
"""For addresses and topics, of which the same few come again and again."""


@dataclass(frozen=True, slots=True)
class Checks:
    """How far a node's answers are held against each other, beside the chain of parents' hashes and the blooms of logs.

    headers: each header's hash is that of its fields by the rules of this form; of a BFT network the last of an answer, and each with other
    validators than its parent, is sealed by them. receipts: all blocks' logs are those of their receipts. With both, logs are proven by the
    header's receipts root. transactions: those that a header lists are those of its root, where they have Ethereum's forms: no receipt
    commits to the hash of its transaction. suspects: without `receipts`, where a bloom hints at logs that were not told, and of many such
    blocks only some; for a node of one's own that is a price for nothing.
    """

    headers: HeaderForm | None = None
    receipts: bool = False
    transactions: bool = False
    suspects: bool = True


LEAST_CHECKS = Checks()

ONE_SUSPECT_IN = 16
"""Blooms of full blocks hint at everything: one block of so many, and one of an answer at least, is looked into for it, at random."""


class _Header(msgspec.Struct, gc=False):
    number: Hex
    hash: Hex
    parentHash: Hex
    timestamp: Hex
    transactions: list[Hex]
    logsBloom: Hex
    sha3Uncles: Hex | None = None
    miner: Hex | None = None
    stateRoot: Hex | None = None
    transactionsRoot: Hex | None = None
    receiptsRoot: Hex | None = None
    difficulty: Hex | None = None
    gasLimit: Hex | None = None
    gasUsed: Hex | None = None
    extraData: Hex | None = None
    mixHash: Hex | None = None
    nonce: Hex | None = None
    baseFeePerGas: Hex | None = None
    withdrawalsRoot: Hex | None = None
    blobGasUsed: Hex | None = None
    excessBlobGas: Hex | None = None
    parentBeaconBlockRoot: Hex | None = None
    requestsHash: Hex | None = None
    reward: Hex | None = None
    blockScore: Hex | None = None
    timestampFoS: Hex | None = None
    governanceData: Hex | None = None
    voteData: Hex | None = None
    randomReveal: Hex | None = None


class _Whole(msgspec.Struct):
    """What a block has beside its header."""

    transactions: list[Transaction]


_PROVEN_TRANSACTIONS = (HeaderForm.ETHEREUM, HeaderForm.QBFT)
"""Where transactions have Ethereum's forms; Kaia has some thirty of its own."""


class _Asks(NamedTuple):
    """The methods by which a node tells a block, its receipts and one of them, and what it tells of all."""

    block: str
    receipts: str
    receipt: str
    told: Any


_ETHEREUM = _Asks(HeaderForm.ETHEREUM.block_method, "eth_getBlockReceipts", "eth_getTransactionReceipt", list[EthereumReceipt])
_KAIA = _Asks(HeaderForm.KAIA.block_method, "kaia_getBlockReceipts", "kaia_getTransactionReceipt", list[KaiaReceipt])
"""Kaia's Ethereum methods leave out what its headers and receipts are hashed with."""


@contextmanager
def _reading() -> Iterator[None]:
    """What a node tells is read: text that is no hex, or no number, is its fault."""
    try:
        yield
    except ValueError as wrong:
        raise _malformed(wrong) from wrong


class _Alone:
    """A source that is asked whatever it did before: there is no other."""

    def standing(self) -> Sequence[Any]:
        """Nothing."""
        return ()

    def stand(self, standing: Sequence[Any]) -> None:
        """There is nothing to go on from."""


class NodeSource(_Alone):
    """A node, asked by JSON-RPC for the logs of `addresses` (None: of anybody) whose first topic is one of `topics`.

    `pairs` are the (address or None, topic) that there can be; without them any of these addresses may emit any of these topics.
    """

    fault: str | None = None

    def __init__(
        self,
        rpc: Rpc,
        addresses: Iterable[bytes] | None,
        topics: Iterable[bytes],
        *,
        pairs: Collection[tuple[bytes | None, bytes]] | None = None,
        checks: Checks = LEAST_CHECKS,
    ) -> None:
        self._rpc, self._checks = rpc, checks
        self._asks = _KAIA if checks.headers is HeaderForm.KAIA else _ETHEREUM
        self._addresses, self._topics = None if addresses is None else set(addresses), set(topics)
        emitters = {} if self._addresses is None else {"address": sorted("0x" + address.hex() for address in self._addresses)}
        self._filter = {**emitters, "topics": [sorted("0x" + topic.hex() for topic in self._topics)]}
        self._pairs = _by_topic(
            pairs if pairs is not None else [(each, topic) for topic in self._topics for each in self._addresses or (None,)]
        )

    @_reading()
    def head(self) -> int:
        return _number(self._rpc.call("eth_blockNumber"))

    @_reading()
    def hashes(self, numbers: Sequence[int]) -> list[bytes | None]:
        told = zip(numbers, self._headers(numbers), strict=True)
        # Another block's header would look like a chain that was undone.
        return [None if header is None else unhex(_present(header, number).hash) for number, header in told]

    @_reading()
    def fetch(self, first: int, last: int) -> list[Block]:
        """Headers, then logs, then the last header again: a chain that moved between the answers is noticed by its hash."""
        parent, headers = self._with_parent(first, last)
        logs = self._logs(first, last)
        if unhex(headers[-1].hash) != self.hashes([last])[0]:
            raise InconsistentAnswer(f"the node changed block {last} while its logs were read")
        blocks = linked(_blocks(headers, logs))
        if parent is not None and self._checks.headers is not None:
            self._check_seals(parent, headers, self._checks.headers)
        self._look_into(headers, blocks)
        return list(blocks)

    def _with_parent(self, first: int, last: int) -> tuple[_Header | None, list[_Header]]:
        """Headers, and the one before them where its validators must be known."""
        begin = first - 1 if self._checks.headers in seals.SEALED and first > 0 else first
        headers = [_present(header, number) for number, header in enumerate(self._headers(range(begin, last + 1)), begin)]
        return (headers[0], headers[1:]) if begin < first else (None, headers)

    @property
    def proves(self) -> bool:
        """Whether `prove` shows that logs are those of the block's hash, and not only those that this node has receipts for."""
        return self._checks.headers is not None

    @_reading()
    def prove(self, block: Block) -> None:
        """Holds a block's logs against its receipts. Raises InconsistentAnswer where this node's own receipts tell others."""
        self._hold_against_receipts(_present(self._headers([block.number])[0], block.number), block)

    def _headers(self, numbers: Sequence[int]) -> list[_Header | None]:
        answers = self._rpc.batch([(self._asks.block, [hex(number), False]) for number in numbers])
        headers = [_parsed(_result(answer), _Header | None) for answer in answers]
        if self._checks.headers is not None:
            for header in filter(None, headers):
                _check_hash(header, self._checks.headers)
        return headers

    def _check_seals(self, parent: _Header, headers: Sequence[_Header], form: HeaderForm) -> None:
        """Raises InconsistentAnswer for blocks that the validators of the block before them didn't seal. Hashes bind what lies between."""
        first = headers[0]
        if first.parentHash != parent.hash:
            raise InconsistentAnswer(f"block {int(first.number, 16)} does not follow block {int(parent.number, 16)}")
        fault = seals.fault(msgspec.structs.asdict(parent), list(map(msgspec.structs.asdict, headers)), form)
        if fault is not None:
            raise InconsistentAnswer(f"the chain's validators didn't make what the node tells: {fault}")

    def _logs(self, first: int, last: int) -> list[NodeLog]:
        asked = {"fromBlock": hex(first), "toBlock": hex(last), **self._filter}
        try:
            return self._rpc.call_as(list[NodeLog], "eth_getLogs", asked)
        except msgspec.ValidationError as wrong:
            raise _malformed(wrong) from wrong

    def _look_into(self, headers: Sequence[_Header], blocks: Sequence[Block]) -> None:
        both = list(zip(headers, blocks, strict=True))
        with_logs = [(header, block) for header, block in both if self._check_bloom(header, block)]
        for header, block in both if self._checks.receipts else self._drawn(with_logs):
            self._hold_against_receipts(header, block)
        for header in headers if self._checks.transactions and self._checks.headers in _PROVEN_TRANSACTIONS else ():
            self._hold_against_transactions(header)

    def _drawn(self, with_logs: Sequence[tuple[_Header, Block]]) -> list[tuple[_Header, Block]]:
        hinted = [(header, block) for header, block in with_logs if self._may_lack(header, block)] if self._checks.suspects else []
        return random.sample(hinted, min(len(hinted), 1 + len(with_logs) // ONE_SUSPECT_IN))

    def _check_bloom(self, header: _Header, block: Block) -> bool:
        """Whether the header's bloom has any log at all. Raises InconsistentAnswer for a told log that it lacks.

        Where the bloom is not known to be the hash's, emitters and names of events are enough.
        """
        bloom, words = int(header.logsBloom, 16), None if self._checks.headers else 1
        items = {log.address for log in block.logs}.union(*(log.topics[:words] for log in block.logs))
        if not all(_may_have(bloom, item) for item in items):
            raise InconsistentAnswer(f"block {block.number}: the node tells logs that are not in its header's bloom")
        return bloom != 0

    def _may_lack(self, header: _Header, block: Block) -> bool:
        """Whether the bloom could have an event that we read and that no log of the block is."""
        bloom = int(header.logsBloom, 16)
        told = {(log.address, log.topics[0]) for log in block.logs}
        anywhere = {topic for _, topic in told}
        return any(
            (address, topic) not in told
            and (address is not None or topic not in anywhere)
            and (address is None or _may_have(bloom, address))
            for topic, addresses in self._pairs.items()
            if _may_have(bloom, topic)
            for address in addresses
        )

    def _hold_against_receipts(self, header: _Header, block: Block) -> None:
        receipts = self._receipts(header) if header.transactions else []
        if [receipt.transactionHash for receipt in receipts] != header.transactions:
            raise InconsistentAnswer(f"the receipts of block {block.number} are not those of its transactions")
        try:
            root, emitted = receipts_root(receipts), list(_emitted(receipts))
        except ValueError as wrong:
            raise MalformedAnswer(f"the receipts of block {block.number}: {wrong}") from wrong
        if self._checks.headers is not None and root != unhex(header.receiptsRoot or "0x"):
            raise InconsistentAnswer(f"the receipts of block {block.number} have another root than its header")
        if tuple(filter(self._asks_for, emitted)) != block.logs:
            raise InconsistentAnswer(f"the logs of block {block.number} are not those of its receipts")

    def _hold_against_transactions(self, header: _Header) -> None:
        """Receipts don't commit to the hashes of their transactions: those that a header lists are held against its root of them."""
        listed: list[Transaction] = []
        if header.transactions:
            [whole] = self._rpc.batch([(self._asks.block, [header.number, True])])
            listed = _parsed(_result(whole), _Whole).transactions
        try:
            root = transactions_root(listed)
        except ValueError as wrong:
            raise MalformedAnswer(f"the transactions of block {int(header.number, 16)}: {wrong}") from wrong
        if root != unhex(header.transactionsRoot or "0x") or [each.hash for each in listed] != header.transactions:
            raise InconsistentAnswer(f"the transactions of block {int(header.number, 16)} are not those of its header's root")

    def _asks_for(self, log: Log) -> bool:
        return bool(log.topics) and log.topics[0] in self._topics and (self._addresses is None or log.address in self._addresses)

    def _receipts(self, header: _Header) -> list[Receipt]:
        """A block's receipts in one call, or one by one from a node without that call."""
        [whole] = self._rpc.batch([(self._asks.receipts, [header.hash])])
        if isinstance(whole, RpcError) and whole.code == METHOD_NOT_FOUND:
            whole = [_result(each) for each in self._rpc.batch([(self._asks.receipt, [tx]) for tx in header.transactions])]
        found: list[Receipt] = _parsed(_result(whole), self._asks.told)
        return found


def _emitted(receipts: Sequence[Receipt]) -> Iterator[Log]:
    """Every log of a block by its place among its receipts. Raises ValueError."""
    logs = ((at, log) for at, receipt in enumerate(receipts) for log in receipt.logs)
    for index, (at, log) in enumerate(logs):
        yield Log(index, at, unhex(log.address), tuple(map(unhex, log.topics)), unhex(log.data))


def _by_topic(pairs: Iterable[tuple[bytes | None, bytes]]) -> dict[bytes, list[bytes | None]]:
    found: dict[bytes, list[bytes | None]] = {}
    for address, topic in pairs:
        found.setdefault(topic, []).append(address)
    return found


def _may_have(bloom: int, item: bytes) -> bool:
    mask = bloom_mask(item)
    return bloom & mask == mask


def _check_hash(header: _Header, form: HeaderForm) -> None:
    try:
        own = header_hash(msgspec.structs.asdict(header), form)
    except (LookupError, TypeError, ValueError) as wrong:
        raise MalformedAnswer(f"the header of block {header.hash} lacks a field that its hash is made of") from wrong
    if own != unhex(header.hash):
        raise InconsistentAnswer(f"the header of block {int(header.number, 16)} has not the hash {header.hash} that the node gives it")


def _result(answer: Any) -> Any:
    if isinstance(answer, RpcError):
        raise answer
    return answer


def _malformed(wrong: Exception) -> MalformedAnswer:
    return MalformedAnswer(f"an answer has not the form of what was asked for ({wrong})")


def _parsed(answer: Any, shape: Any) -> Any:
    try:
        return msgspec.convert(answer, shape)
    except msgspec.ValidationError as wrong:
        raise _malformed(wrong) from wrong


def _number(answer: Any) -> int:
    return int(_parsed(answer, Hex), 16)


def _present(header: _Header | None, number: int) -> _Header:
    if header is None:
        raise InconsistentAnswer(f"the node has no block {number} although its head is above")
    if int(header.number, 16) != number:
        raise InconsistentAnswer(f"the node was asked for block {number} and told block {int(header.number, 16)}")
    return header


def _blocks(headers: Sequence[_Header], logs: Sequence[NodeLog]) -> list[Block]:
    by_block: dict[str, list[NodeLog]] = {}
    for log in logs:
        by_block.setdefault(log.blockHash, []).append(log)
    blocks = [_block(header, by_block.pop(header.hash, [])) for header in headers]
    if by_block:
        raise InconsistentAnswer(f"logs of block {next(iter(by_block))}, which is not among the headers")
    return blocks


def _block(header: _Header, logs: Sequence[NodeLog]) -> Block:
    found = sorted((_log(header, log) for log in logs), key=lambda log: log.index)
    if any(one.index == other.index for one, other in pairwise(found)):
        raise InconsistentAnswer(f"two logs with one index in block {header.hash}")
    time = int(header.timestamp, 16)
    if time >> _TIME_BITS:
        raise MalformedAnswer(f"block {int(header.number, 16)}: its time {header.timestamp[:70]} is none")
    return Block(
        number=int(header.number, 16),
        hash=unhex(header.hash),
        parent=unhex(header.parentHash),
        time=time,
        transactions=tuple(map(unhex, header.transactions)),
        logs=tuple(found),
    )


def _log(header: _Header, log: NodeLog) -> Log:
    emitter, topics = _word(log.address), tuple(map(_word, log.topics))
    found = Log(int(log.logIndex, 16), int(log.transactionIndex, 16), emitter, topics, unhex(log.data))
    if log.removed or log.blockNumber != header.number:
        raise InconsistentAnswer(f"a log of block {header.number} is withdrawn or names another number")
    if found.index >> LOG_BITS:
        raise MalformedAnswer(f"a log of block {header.number} has the index {log.logIndex[:70]}, more than a block holds")
    if not topics:
        raise InconsistentAnswer(f"a log of block {header.number} names no event, and none was asked for")
    if not 0 <= found.tx_index < len(header.transactions) or header.transactions[found.tx_index] != log.transactionHash:
        raise InconsistentAnswer(f"a log of block {header.number} names a transaction that its header lacks")
    return found


class RecordedSource(_Alone):
    """Blocks held in memory, with the interface of a node; `replace` moves it to a fork, `serve` lets it lag."""

    fault: str | None = None

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
        blocks, served = self._blocks, self._served
        at = number - blocks[0].number
        return blocks[at] if 0 <= at < len(blocks) and (served is None or number <= served) else None
