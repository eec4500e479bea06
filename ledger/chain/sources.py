"""Blocks from several nodes: none is believed alone while another can be asked.

What is taken has been told alike by two nodes. A node that contradicts itself or another's proof, lags or is away rests, and another is
asked; two that show different final blocks stop everything, since only a person can say which is right.
"""

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import NamedTuple, Protocol, TypeVar

from ledger.chain.blocks import LEAST_CHECKS, Block, BlockSource, Checks, InconsistentAnswer, NodeSource
from ledger.chain.decode import EventTable
from ledger.chain.nodes import FAR_BEHIND, Nodes
from ledger.chain.rpc import NodeUnreachable, Rpc, RpcError, shown
from ledger.foreseen import Foreseen

FIRST_REST = 1.0
LONGEST_REST = 60.0
"""Seconds that a node rests: twice as long each time until its blocks are good again."""
MOST_REFUSALS = 5
"""Refusals in a row after which a node rests; fewer may only mean that too much was asked for."""

_FAULTS = (InconsistentAnswer, NodeUnreachable, RpcError)

log = logging.getLogger(__name__)
Answer = TypeVar("Answer")


class NodesDisagree(Foreseen, RuntimeError):
    """Two nodes show different blocks at a height that is final at both: nothing is taken from either, and a person decides."""


class Undecided(InconsistentAnswer):
    """Two nodes tell the same block differently, and nothing shows which of them lies."""


class ProvableSource(BlockSource, Protocol):
    """A node whose blocks can be held against its own receipts."""

    def prove(self, block: Block) -> None:
        """Raises InconsistentAnswer where the node's receipts tell other logs than the block has."""

    @property
    def proves(self) -> bool:
        """Whether headers commit to receipts in a way that `prove` can check: then logs that pass it are those of the block's hash."""


class Standing(NamedTuple):
    """How a node stands: the head that it showed last, until when it rests (of this machine's clock since its start), how long the next
    time, its refusals in a row, and why it rests.
    """

    head: int
    rests_until: float
    rest: float
    refusals: int
    why: str


@dataclass(slots=True)
class _Node:
    """A node and how it stands: the head that it showed last, and until when and why it rests."""

    url: str
    source: ProvableSource
    head: int = -1
    rests_until: float = 0.0
    rest: float = FIRST_REST
    refusals: int = 0
    why: str = ""


class NodesSource:
    """The nodes at these addresses, in order of preference, as one source. `forks`: final blocks may be undone (a development chain)."""

    def __init__(
        self, nodes: Mapping[str, ProvableSource], *, finality: int, forks: bool, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._nodes = [_Node(shown(url), source) for url, source in nodes.items()]
        self._finality, self._forks, self._now = finality, forks, now

    @property
    def fault(self) -> str | None:
        """Which nodes rest, and why; None if none does."""
        return "; ".join(f"node {node.url} rests: {node.why}" for node in self._nodes if self._rests(node)) or None

    def standing(self) -> Sequence[Standing]:
        """How the nodes stand."""
        return [Standing(node.head, node.rests_until, node.rest, node.refusals, node.why) for node in self._nodes]

    def stand(self, standing: Sequence[Standing]) -> None:
        """Goes on from how the same nodes stood in another process."""
        for node, each in zip(self._nodes, standing, strict=True):
            node.head, node.rests_until, node.rest, node.refusals, node.why = each

    def head(self) -> int:
        """The newest block that two nodes have, or that the only one has that can be asked."""
        shown = self._each(lambda source: source.head())
        best = max(head for _, head in shown)
        heads = [head for node, head in shown if self._keeps_up(node, head, best)]
        return sorted(heads)[-2:][0]

    def hashes(self, numbers: Sequence[int]) -> list[bytes | None]:
        """Hashes from the first node that has them all, held against the others'. Raises NodesDisagree."""
        (first, told), *others = sorted(self._each(lambda source: source.hashes(numbers)), key=lambda each: None in each[1])
        for other, also in others:
            for number, one, another in zip(numbers, told, also, strict=True):
                if one and another and one != another:
                    self._differ(first, other, number)
        return told

    def fetch(self, first: int, last: int) -> list[Block]:
        """Blocks that two nodes tell alike, or that the only one tells that can be asked. Raises NodesDisagree, and what nodes raise."""
        fault: Exception = InconsistentAnswer("no node can be asked")
        for node in self._awake():
            try:
                with self._asking(node):
                    blocks = node.source.fetch(first, last)
                    self._compare(node, blocks)
                    node.rest, node.refusals = FIRST_REST, 0
                return blocks
            except Undecided:
                raise
            except (InconsistentAnswer, NodeUnreachable) as wrong:
                fault = wrong
        raise fault

    def _compare(self, node: _Node, blocks: Sequence[Block]) -> None:
        """Holds blocks against those of another node, or each against its receipts if there is none. Raises InconsistentAnswer."""
        for other, also in self._others(node, blocks):
            for one, another in zip(blocks, also, strict=True):
                if one.hash != another.hash:
                    return self._differ(node, other, one.number)
                if one != another:
                    self._decide(node, other, one, another)
            return None
        for block in blocks if node.source.proves else ():
            node.source.prove(block)
        return None

    def _others(self, node: _Node, blocks: Sequence[Block]) -> Iterator[tuple[_Node, Sequence[Block]]]:
        """What other nodes tell in the place of these blocks."""
        for other in self._awake():
            also: Sequence[Block] = ()
            if other is not node and other.head >= blocks[-1].number:
                with suppress(InconsistentAnswer, NodeUnreachable), self._asking(other):
                    also = other.source.fetch(blocks[0].number, blocks[-1].number)
            if also:
                yield other, also

    def _decide(self, node: _Node, other: _Node, one: Block, another: Block) -> None:
        """Which of two nodes tells a block as it is: who can't prove it rests. Raises InconsistentAnswer if it is `node`, or Undecided."""
        node.source.prove(one)
        try:
            other.source.prove(another)
        except InconsistentAnswer as lie:
            self._rest(other, str(lie))
            return
        raise Undecided(f"nodes {node.url} and {other.url} tell block {one.number} differently, and each has receipts for it")

    def _differ(self, node: _Node, other: _Node, number: int) -> None:
        """Two nodes gave different hashes of a block. Raises NodesDisagree if they still do and it is final at both."""
        if self._forks or number > min(node.head, other.head) - self._finality:
            return
        [one], [another] = node.source.hashes([number]), other.source.hashes([number])
        if one is None or another is None or one == another:
            raise Undecided(f"node {node.url} or {other.url} changed block {number} while both were asked")
        raise NodesDisagree(
            f"nodes {node.url} and {other.url} show different blocks {number}, which are final: 0x{one.hex()} and 0x{another.hex()}; "
            "nothing was taken from either: find out which is right, leave the other out, and start again"
        )

    def _each(self, ask: Callable[[ProvableSource], Answer]) -> list[tuple[_Node, Answer]]:
        """What every node says that is awake, the preferred first. Raises what the last raised if none answers."""
        answers: list[tuple[_Node, Answer]] = []
        fault: Exception = InconsistentAnswer("no node can be asked")
        for node in self._awake():
            try:
                with self._asking(node):
                    answers.append((node, ask(node.source)))
            except _FAULTS as wrong:
                fault = wrong
        if not answers:
            raise fault
        return answers

    def _awake(self) -> list[_Node]:
        """The nodes that don't rest; if all do, the one whose rest ends first."""
        return [node for node in self._nodes if not self._rests(node)] or [min(self._nodes, key=lambda node: node.rests_until)]

    def _rests(self, node: _Node) -> bool:
        return node.rests_until > self._now()

    @contextmanager
    def _asking(self, node: _Node) -> Iterator[None]:
        """Sends a node to rest for a wrong answer or none. Who refuses is left to the caller, who may have asked for too much."""
        try:
            yield
        except Undecided:
            raise
        except RpcError as refusal:
            node.refusals += 1
            if node.refusals >= MOST_REFUSALS:
                self._rest(node, str(refusal))
            raise
        except (InconsistentAnswer, NodeUnreachable) as fault:
            self._rest(node, str(fault))
            raise

    def _keeps_up(self, node: _Node, head: int, best: int) -> bool:
        """Notes a node's head; one that is far behind another, or behind what itself showed, rests."""
        before, node.head = node.head, head
        if head + FAR_BEHIND < best:
            self._rest(node, f"it is at block {head}, another at {best}")
            return False
        if head < before <= best:
            self._rest(node, f"its head went back from block {before} to {head}")
            return False
        return True

    def _rest(self, node: _Node, why: str) -> None:
        log.warning("node %s rests %.0f s: %s", node.url, node.rest, why)
        node.why, node.rests_until = why, self._now() + node.rest
        node.rest = min(node.rest * 2, LONGEST_REST)


class OnlySource:
    """The one node there is, whose name is in what it is found to do."""

    fault: str | None = None

    def __init__(self, url: str, source: NodeSource) -> None:
        self._name, self._source = f"node {shown(url)}", source

    def standing(self) -> Sequence[Standing]:
        """Nothing: it is asked whatever it did before."""
        return ()

    def stand(self, standing: Sequence[Standing]) -> None:
        """There is nothing to go on from."""

    def head(self) -> int:
        with self._naming():
            return self._source.head()

    def hashes(self, numbers: Sequence[int]) -> list[bytes | None]:
        with self._naming():
            return self._source.hashes(numbers)

    def fetch(self, first: int, last: int) -> list[Block]:
        with self._naming():
            return self._source.fetch(first, last)

    @contextmanager
    def _naming(self) -> Iterator[None]:
        try:
            yield
        except InconsistentAnswer as wrong:
            raise type(wrong)(f"{self._name}: {wrong}") from wrong
        except RpcError as refusal:
            raise RpcError(refusal.code, f"{self._name}: {refusal.message}", refusal.data) from refusal


def source_of(rpc: Rpc, events: EventTable, *, finality: int, forks: bool, checks: Checks = LEAST_CHECKS) -> OnlySource | NodesSource:
    """A node, or several behind one interface, as the source of these events."""
    nodes = each(rpc)
    if len(nodes) == 1:
        return OnlySource(rpc.url, node_source(rpc, events, checks))
    return NodesSource({node.url: node_source(node, events, checks) for node in nodes}, finality=finality, forks=forks)


def node_source(rpc: Rpc, events: EventTable, checks: Checks = LEAST_CHECKS) -> NodeSource:
    """A node as the source of these events."""
    return NodeSource(rpc, events.addresses, events.topics, pairs=events.pairs, checks=checks)


def each(rpc: Rpc) -> Sequence[Rpc]:
    """Each node by itself."""
    return rpc.each if isinstance(rpc, Nodes) else (rpc,)
