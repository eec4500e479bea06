"""Blocks of a real network of four Besu validators under QBFT, as its nodes answered them: another engine than our tests can start."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import Any, cast

import msgspec
import pytest

from ledger.chain import seals
from ledger.chain.blocks import Checks, InconsistentAnswer, MalformedAnswer, NodeSource
from ledger.chain.engines import besu
from ledger.chain.headers import HeaderForm, decoded, encoded, header_hash
from ledger.chain.receipts import EthereumReceipt, receipts_root
from ledger.chain.rpc import Rpc
from ledger.chain.state_proofs import state_root, storage, transaction_count
from ledger.domain.ids import from_hex, to_hex

DATA = Path(os.environ.get("PLEDGEBOOK_DATA") or Path(__file__).parents[4] / "shared" / "data") / "besu-qbft"
pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason=f"no recorded Besu network at {DATA}: name the folder of data with PLEDGEBOOK_DATA"
)

QBFT = HeaderForm.QBFT
LAST = 125
"""Blocks 0 to this one were recorded without a gap."""
FIVE, FOUR_AGAIN = 56, 69
"""The first blocks of a fifth validator and without it."""
LATER_ROUNDS = (1, 77, 319)

Block = dict[str, Any]


def lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (DATA / name).read_text().splitlines()]


@pytest.fixture(scope="module")
def blocks() -> dict[int, Block]:
    return {each["number"]: each["block"] for each in lines("blocks.jsonl")}


@pytest.fixture(scope="module")
def receipts() -> dict[int, list[Any]]:
    return {each["number"]: each["receipts"] for each in lines("receipts.jsonl")}


class Recorded:
    """The node that was recorded: what it answered, and nothing else. Blocks may be changed."""

    def __init__(self, blocks: dict[int, Block], receipts: dict[int, list[Any]]) -> None:
        self.blocks = {number: {**block, "transactions": [tx["hash"] for tx in block["transactions"]]} for number, block in blocks.items()}
        self.receipts = {block["hash"]: receipts[number] for number, block in blocks.items()}

    def call_as(self, kind: Any, method: str, *_: Any) -> Any:
        assert method == "eth_getLogs"
        return msgspec.convert([], kind)

    def batch(self, calls: Sequence[tuple[str, Sequence[Any]]]) -> list[Any]:
        ask = {"eth_getBlockByNumber": lambda number: self.blocks[int(number, 16)], "eth_getBlockReceipts": self.receipts.__getitem__}
        return [ask[method](parameters[0]) for method, parameters in calls]

    def source(self) -> NodeSource:
        return NodeSource(cast(Rpc, self), None, [], checks=Checks(headers=besu.ENGINE.headers, receipts=True))


@pytest.fixture
def node(blocks: dict[int, Block], receipts: dict[int, list[Any]]) -> Recorded:
    return Recorded(blocks, receipts)


def test_every_block_is_known_by_its_header_its_receipts_and_its_seals(node: Recorded) -> None:
    assert [block.number for block in node.source().fetch(1, LAST)] == list(range(1, LAST + 1))
    for number in (*range(1, LAST + 1), *range(318, 322)):
        assert len(node.source().fetch(number, number)) == 1


def test_a_header_has_the_hash_of_its_fields_whatever_its_round(blocks: dict[int, Block]) -> None:
    assert all(blocks[number]["hash"] == "0x" + header_hash(blocks[number], QBFT).hex() for number in blocks)
    for number, name in product(LATER_ROUNDS, ("stateRoot", "receiptsRoot", "gasLimit", "timestamp", "miner")):
        changed = blocks[number] | {name: hex(int(blocks[number][name], 16) ^ 1)[2:].rjust(len(blocks[number][name]) - 2, "0")}
        assert header_hash(changed | {name: "0x" + changed[name]}, QBFT) != from_hex(blocks[number]["hash"])


def test_receipts_of_every_type_have_the_root_of_their_block(blocks: dict[int, Block], receipts: dict[int, list[Any]]) -> None:
    types = {receipt["type"] for each in receipts.values() for receipt in each}
    assert types == {"0x0", "0x1", "0x2"}
    for number, told in receipts.items():
        assert "0x" + receipts_root(msgspec.convert(told, list[EthereumReceipt])).hex() == blocks[number]["receiptsRoot"]


def test_validators_are_those_that_the_network_named(blocks: dict[int, Block]) -> None:
    for each in lines("blocks.jsonl"):
        found = seals.seals(each["block"], QBFT)
        assert found.validators == {from_hex(address) for address in each["validatorsAtBlock"]}
        assert found.sealers <= found.validators and (len(found.sealers) >= 3) is (each["number"] > 0)
    counts = [len(seals.validators(blocks[number], QBFT)) for number in (FIVE - 1, FIVE, FOUR_AGAIN - 1, FOUR_AGAIN)]
    assert counts == [4, 5, 5, 4]


def test_a_block_without_a_quorum_of_seals_is_refused(node: Recorded) -> None:
    node.blocks[7] = _with_seals(node.blocks[7], slice(0, 2))
    node.source().fetch(1, 8)
    with pytest.raises(InconsistentAnswer, match="block 7: 2 of its 4 validators sealed it, 3 must"):
        node.source().fetch(1, 7)


def test_one_seal_does_not_count_twice(node: Recorded) -> None:
    node.blocks[7] = _with_seals(node.blocks[7], slice(0, 1), times=4)
    with pytest.raises(InconsistentAnswer, match="1 of its 4"):
        node.source().fetch(7, 7)


def test_validators_that_nobody_knew_before_are_refused(blocks: dict[int, Block]) -> None:
    """A chain that a node makes up: well formed, and sealed by a quorum of validators of its own."""
    strangers = [bytes([number]) * 20 for number in range(4)]
    one_sealed = [*strangers[:3], min(seals.seals(blocks[7], QBFT).sealers)]
    two_sealed = [*strangers[:2], *sorted(seals.seals(blocks[7], QBFT).sealers)[:2]]
    refused = "block 7: {} of the 4 validators before it sealed it, more than a third must"
    assert seals.fault(_listing(blocks[6], strangers), [blocks[7]], QBFT) == refused.format(0)
    assert seals.fault(_listing(blocks[6], one_sealed), [blocks[7], blocks[8]], QBFT) == refused.format(1)
    assert seals.fault(_listing(blocks[6], two_sealed), [blocks[7]], QBFT) is None


def _listing(block: Block, validators: list[bytes]) -> Block:
    vanity, _, *rest = decoded(from_hex(block["extraData"]))
    return block | {"extraData": to_hex(encoded([vanity, validators, *rest]))}


@pytest.mark.parametrize("extra", ["0x", "0xc0", "0xff", "0x" + "00" * 40, "0xc5c0c0c0c0c0", "0xc58080808080", "0xc580c1c0808080"])
def test_extra_data_that_is_none_is_a_nodes_fault(node: Recorded, extra: str) -> None:
    node.blocks[7] = node.blocks[7] | {"extraData": extra}
    with pytest.raises(InconsistentAnswer):
        node.source().fetch(7, 7)


def test_a_seal_that_is_none_is_a_nodes_fault(node: Recorded) -> None:
    node.blocks[7] = _with_seals(node.blocks[7], slice(0, 3), end=b"\x09")
    with pytest.raises(MalformedAnswer):
        node.source().fetch(7, 7)


def _with_seals(block: Block, kept: slice, *, times: int = 1, end: bytes = b"") -> Block:
    *first, given = decoded(from_hex(block["extraData"]))
    changed = [seal[:-1] + end if end else seal for seal in given[kept] * times]
    return block | {"extraData": to_hex(encoded([*first, changed]))}


def test_a_header_of_another_engine_says_what_to_do() -> None:
    told = json.loads((DATA / "proofs.json").read_text())
    with pytest.raises(InconsistentAnswer, match=r"block 147, hashed as ethereum's are, .*: name the node's own engine"):
        state_root(cast(Rpc, Proofs(told, {})), told["provedBlock"], from_hex(told["header"]["hash"]), HeaderForm.ETHEREUM)


class Proofs:
    """The recorded answers of eth_getProof, and the header that they belong to."""

    def __init__(self, told: dict[str, Any], answer: dict[str, Any]) -> None:
        self._told, self._answer = told, answer

    def call(self, method: str, *_: Any) -> Any:
        return self._told["header"] if method == "eth_getBlockByNumber" else self._answer


def test_words_of_storage_are_proven_from_a_headers_state_root() -> None:
    """Those that are there, in the order that was asked for, and those that aren't."""
    told = json.loads((DATA / "proofs.json").read_text())
    of_contract = [
        each
        for each in told["proofs"]
        if each["name"] in ("contract with existing slots", "missing slots", "existing and missing together")
    ]
    assert len(of_contract) == 3
    for each in of_contract:
        address, slots, block = each["request"]["params"]
        answer = each["response"]["result"]
        rpc, asked = cast(Rpc, Proofs(told, answer)), [int(slot, 16) for slot in slots]
        root = state_root(rpc, int(block, 16), from_hex(told["header"]["hash"]), QBFT)
        code_hash, words = storage(rpc, root, int(block, 16), from_hex(address), asked)
        assert code_hash == from_hex(answer["codeHash"])
        values = {int(slot["key"], 16): int(slot["value"], 16) for slot in answer["storageProof"]}
        assert words == [values[slot] for slot in asked]


@pytest.mark.parametrize("name", ["no slots", "externally owned account", "absent account"])
def test_counts_of_transactions_are_proven_from_a_headers_state_root(name: str) -> None:
    """Of a contract, of who has sent, and of who is not there."""
    told = json.loads((DATA / "proofs.json").read_text())
    each = next(each for each in told["proofs"] if each["name"] == name)
    address, _, block = each["request"]["params"]
    answer = each["response"]["result"]
    rpc, number = cast(Rpc, Proofs(told, answer)), int(block, 16)
    root = state_root(rpc, number, from_hex(told["header"]["hash"]), QBFT)
    assert transaction_count(rpc, root, number, from_hex(address)) == int(answer["nonce"], 16)
    with pytest.raises(InconsistentAnswer, match="lacks node"):
        transaction_count(cast(Rpc, Proofs(told, answer | {"accountProof": answer["accountProof"][:-1]})), root, number, from_hex(address))
