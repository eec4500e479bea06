"""Blocks from a real node, and from answers that contradict each other."""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from ledger.chain.blocks import InconsistentAnswer, Link, MalformedAnswer, NodeSource, RecordedSource, last_position, position
from ledger.chain.rpc import Call, NodeUnreachable, Result, Rpc, RpcError
from ledger.chain.sources import OnlySource
from ledger.domain.ids import from_hex
from tests.ledger.chain.emitter import Emitter

TOPIC, OTHER = b"t" * 32, b"o" * 32
OURS, THEIRS = b"u" * 20, b"v" * 20


@pytest.fixture
def grown(anvil: Rpc) -> Rpc:
    """An anvil with two emitters and five blocks with three logs each."""
    made = Emitter(anvil, [OURS, THEIRS])
    for at in range(5):
        made.emit(OURS, [TOPIC, at.to_bytes(32)], b"data %d" % at)
        made.emit(THEIRS, [TOPIC], b"")
        made.emit(OURS, [OTHER, TOPIC, TOPIC, TOPIC], b"")
        made.mine()
    return anvil


def _source(rpc: Rpc) -> NodeSource:
    return NodeSource(rpc, [OURS], [TOPIC])


def test_positions_order_events() -> None:
    assert position(5, 3) == 5 << 20 | 3
    assert position(5, 2**20 - 1) == last_position(5) == position(6, 0) - 1


def test_a_node_gives_linked_blocks_with_the_logs_asked_for(grown: Rpc) -> None:
    source = _source(grown)
    assert source.head() == 5
    blocks = source.fetch(0, 5)
    assert [block.number for block in blocks] == list(range(6))
    assert [block.parent for block in blocks[1:]] == [block.hash for block in blocks[:-1]]
    assert [len(block.transactions) for block in blocks] == [0, 3, 3, 3, 3, 3]
    assert [[log.data for log in block.logs] for block in blocks[1:]] == [[b"data %d" % at] for at in range(5)]
    log = blocks[2].logs[0]
    assert (log.index, log.tx_index, log.topics) == (0, 0, (TOPIC, (1).to_bytes(32)))
    assert blocks[2].time >= blocks[1].time > 1_500_000_000
    assert source.hashes([5, 2, 99]) == [blocks[5].hash, blocks[2].hash, None]
    assert blocks[2].link == Link(2, blocks[2].hash)


def test_blocks_above_the_head_are_no_silent_gap(grown: Rpc) -> None:
    with pytest.raises(InconsistentAnswer, match="no block 6"):
        _source(grown).fetch(5, 7)


def test_a_stopped_node_is_named() -> None:
    with Rpc("http://127.0.0.1:9", timeout=1) as nobody, pytest.raises(NodeUnreachable, match=r"127\.0\.0\.1:9"):
        _source(nobody).head()


class _Tampering(Rpc):
    """A node between us and the real one, whose answers a test changes."""

    def __init__(self, url: str, change: Callable[[str, Any], Any]) -> None:
        super().__init__(url)
        self._change = change

    def batch(self, calls: Sequence[Call]) -> list[Any]:
        return [self._change(method, answer) for (method, _), answer in zip(calls, super().batch(calls), strict=True)]

    def call_as(self, kind: type[Result], method: str, *params: Any) -> Result:
        return msgspec.convert(self._change(method, super().call(method, *params)), kind)


def _logs(change: Callable[[list[dict[str, Any]]], Any]) -> Callable[[str, Any], Any]:
    return lambda method, answer: change(answer) if method == "eth_getLogs" else answer


def _set(**values: Any) -> Callable[[list[dict[str, Any]]], Any]:
    return lambda logs: [{**logs[0], **values}, *logs[1:]]


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        (_set(blockHash="0x" + "ab" * 32), "not among the headers"),
        (_set(removed=True), "withdrawn"),
        (_set(blockNumber="0x1"), "another number"),
        (_set(transactionIndex="0x63"), "transaction that its header lacks"),
        (_set(transactionHash="0x" + "cd" * 32), "transaction that its header lacks"),
        (_set(transactionIndex="-0x3"), "transaction that its header lacks"),
        (_set(logIndex="0x100000"), "more than a block holds"),
        (_set(logIndex="-0x1"), "more than a block holds"),
        (_set(topics=[]), "names no event"),
        (lambda logs: [*logs, logs[-1]], "two logs with one index"),
    ],
)
def test_logs_that_do_not_fit_their_headers(grown: Rpc, change: Callable[[Any], Any], wrong: str) -> None:
    with _Tampering(grown.url, _logs(change)) as rpc, pytest.raises(InconsistentAnswer, match=wrong):
        _source(rpc).fetch(2, 5)


def test_a_header_that_does_not_follow_its_parent(grown: Rpc) -> None:
    def change(method: str, answer: Any) -> Any:
        odd = method == "eth_getBlockByNumber" and answer["number"] == "0x4"
        return {**answer, "parentHash": "0x" + "ee" * 32} if odd else answer

    with _Tampering(grown.url, change) as rpc, pytest.raises(InconsistentAnswer, match="block 4 does not follow block 3"):
        _source(rpc).fetch(2, 5)


def test_a_time_that_no_database_holds(grown: Rpc) -> None:
    def change(method: str, answer: Any) -> Any:
        return {**answer, "timestamp": hex(1 << 63)} if method == "eth_getBlockByNumber" else answer

    with _Tampering(grown.url, change) as rpc, pytest.raises(MalformedAnswer, match="block 2: its time 0x8000000000000000 is none"):
        _source(rpc).fetch(2, 5)


def test_another_blocks_header_is_not_taken_for_the_one_asked_for(grown: Rpc) -> None:
    third = grown.call("eth_getBlockByNumber", "0x3", False)

    def change(method: str, _: Any) -> Any:
        return third if method == "eth_getBlockByNumber" else None

    with _Tampering(grown.url, change) as rpc:
        assert _source(rpc).hashes([3]) == [from_hex(third["hash"])]
        with pytest.raises(InconsistentAnswer, match="asked for block 4 and told block 3"):
            _source(rpc).hashes([4])


def test_a_chain_that_moves_while_its_logs_are_read(grown: Rpc) -> None:
    def change(method: str, answer: Any) -> Any:
        if method == "eth_getLogs":
            grown.call("anvil_reorg", 1, [])
        return answer

    with _Tampering(grown.url, change) as rpc, pytest.raises(InconsistentAnswer, match="changed block 5"):
        _source(rpc).fetch(2, 5)


@pytest.mark.parametrize("method", ["eth_getBlockByNumber", "eth_getLogs"])
def test_answers_without_what_the_protocol_promises(grown: Rpc, method: str) -> None:
    def change(asked: str, answer: Any) -> Any:
        return {"number": 1} if asked == method else answer

    with _Tampering(grown.url, change) as rpc, pytest.raises(MalformedAnswer, match="an answer has not the form of what was asked for"):
        _source(rpc).fetch(2, 5)


def test_the_only_node_is_named_in_what_it_does(grown: Rpc) -> None:
    def change(method: str, answer: Any) -> Any:
        return answers.get(method, answer)

    answers: dict[str, Any] = {"eth_getLogs": {"number": 1}}
    with _Tampering(grown.url, change) as rpc:
        only = OnlySource(rpc.url, _source(rpc))
        with pytest.raises(MalformedAnswer, match=f"^node {rpc.url}: an answer has not the form"):
            only.fetch(2, 5)
        answers = {"eth_getBlockByNumber": RpcError(-32005, "limit exceeded")}
        for ask in (lambda: only.fetch(2, 5), lambda: only.hashes([2])):
            with pytest.raises(RpcError, match=f"node {rpc.url}: limit exceeded") as refused:
                ask()
            assert refused.value.code == -32005


def test_a_refused_call_of_a_batch_is_raised(grown: Rpc) -> None:
    def change(method: str, answer: Any) -> Any:
        return RpcError(-32005, "limit exceeded") if method == "eth_getBlockByNumber" else answer

    with _Tampering(grown.url, change) as rpc, pytest.raises(RpcError, match="limit exceeded"):
        _source(rpc).fetch(2, 5)


def test_a_recording_is_served_like_a_node(grown: Rpc) -> None:
    node = _source(grown)
    blocks = node.fetch(0, 5)
    recorded = RecordedSource(blocks)
    assert recorded.head() == node.head()
    assert recorded.fetch(2, 4) == node.fetch(2, 4)
    assert recorded.hashes([0, 5, 6]) == node.hashes([0, 5, 6])
    with pytest.raises(InconsistentAnswer):
        recorded.fetch(4, 6)
    recorded.serve(4)
    assert recorded.head() == 4
    assert recorded.hashes([4, 5]) == [blocks[4].hash, None]
    with pytest.raises(InconsistentAnswer, match="block 5 does not follow block 3"):
        RecordedSource([*blocks[:4], blocks[5]])
    recorded.serve(None)
    recorded.replace([replace(blocks[5], hash=b"f" * 32)])
    assert recorded.head() == 5
    assert recorded.hashes([5]) == [b"f" * 32]
