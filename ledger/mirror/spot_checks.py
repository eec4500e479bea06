"""Random rows of the mirror held against the contracts themselves: views asked at the block, and storage proven under its state root."""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, func, select

from ledger.chain import calls
from ledger.chain.blocks import InconsistentAnswer, last_position
from ledger.chain.headers import HeaderForm
from ledger.chain.manifest import Manifest
from ledger.chain.rpc import Rpc
from ledger.chain.state_proofs import state_root, storage
from ledger.foreseen import Foreseen
from ledger.mirror.models import BLOCK
from ledger.mirror.onchain import RULES, Claim, Past, differing
from ledger.mirror.queries.reading import valid
from ledger.mirror.state import AnyProjection


class NotThisChain(Foreseen, RuntimeError):
    """The node has another block at the height, so its answers say nothing of this mirror."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A row says one thing, the chain another. `proven`: by storage under the state root, not only by the node's word."""

    table: str
    key: tuple[Any, ...]
    what: str
    row: Any
    chain: Any
    proven: bool


@dataclass(frozen=True, slots=True)
class SpotReport:
    """Rows compared at block `height` by table: asked of views, and of these proven; what differs. `seed` draws the same rows again."""

    height: int
    seed: int
    asked: Counter[str] = field(default_factory=Counter)
    proven: Counter[str] = field(default_factory=Counter)
    differences: list[Difference] = field(default_factory=list)

    @property
    def equal(self) -> bool:
        return not self.differences


def check(conn: Connection, rpc: Rpc, manifest: Manifest, height: int, rows: int, seed: int, *, headers: HeaderForm | None) -> SpotReport:
    """Compares `rows` random rows as at the end of block `height`, spread over the tables that the contracts answer for.

    headers: storage is proven too, under headers of this form. Raises NotThisChain, InconsistentAnswer, and RpcError where the node
    has no state of that block any more.
    """
    block_hash = conn.execute(select(BLOCK.c.hash).where(BLOCK.c.number == height)).scalar_one()
    root = _root(rpc, height, block_hash, headers)
    report = SpotReport(height, seed)
    past = Past(conn, last_position(height))
    for projection, row in _drawn(past, rows, random.Random(seed)):  # noqa: S311  # a sample
        claim = RULES[projection](past, row)
        if claim is not None:
            _compare(rpc, manifest, report, projection, row, claim, root)
    return report


def _root(rpc: Rpc, height: int, block_hash: bytes, headers: HeaderForm | None) -> bytes | None:
    shown = rpc.call("eth_getBlockByNumber", hex(height), False)
    if shown is None or shown["hash"] != "0x" + block_hash.hex():
        raise NotThisChain(f"the node has another block {height} than the mirror: compare with the node that it was read from")
    return None if headers is None else state_root(rpc, height, block_hash, headers)


def _drawn(past: Past, rows: int, draw: random.Random) -> Iterator[tuple[AnyProjection, Any]]:
    """Random rows that were valid, as many of each table as there are or as its share of `rows` is."""
    counts = {each: _count(past, each) for each in RULES}
    chosen: Counter[AnyProjection] = Counter()
    for at in range(rows):
        left = [each for each in counts if chosen[each] < counts[each]]
        if not left:
            break
        chosen[left[at % len(left)]] += 1
    for projection, count in chosen.items():
        for place in sorted(draw.sample(range(counts[projection]), count)):
            asked = select(projection.table).where(valid(projection, past.pos)).order_by(*projection.table.primary_key)
            yield projection, projection.row(*past.conn.execute(asked.offset(place).limit(1)).one())


def _count(past: Past, projection: AnyProjection) -> int:
    return int(past.conn.execute(select(func.count()).select_from(projection.table).where(valid(projection, past.pos))).scalar_one())


def _compare(
    rpc: Rpc, manifest: Manifest, report: SpotReport, projection: AnyProjection, row: Any, claim: Claim, root: bytes | None
) -> None:
    key = row[: projection.keys]
    address = claim.address or manifest.address(claim.contract)
    answer = calls.view(rpc, address, claim.contract, claim.function, *claim.arguments, block=hex(report.height))
    for what, ours, theirs in differing(claim, claim.seen(answer)):
        report.differences.append(Difference(projection.name, key, what, ours, theirs, False))
    report.asked[projection.name] += 1
    if root is not None and claim.stored:
        _prove(rpc, manifest, report, projection, key, claim, root)


def _prove(
    rpc: Rpc, manifest: Manifest, report: SpotReport, projection: AnyProjection, key: tuple[Any, ...], claim: Claim, root: bytes
) -> None:
    keeper = claim.keeper or claim.contract
    address = claim.address or manifest.address(keeper)
    code_hash, words = storage(rpc, root, report.height, address, [each.slot for each in claim.stored])
    if code_hash != _code_hash(manifest, keeper, address):
        raise InconsistentAnswer(f"{keeper} at 0x{address.hex()} has other code than the manifest says")
    for each, held in zip(claim.stored, words, strict=True):
        if held & each.mask != each.value & each.mask:
            report.differences.append(Difference(projection.name, key, each.what, each.value & each.mask, held & each.mask, True))
    report.proven[projection.name] += 1


def _code_hash(manifest: Manifest, contract: str, address: bytes) -> bytes | None:
    cash = next((each.code_hash for each in manifest.cash if each.address == address), None)
    return cash or (manifest.contracts[contract].code_hash if contract in manifest.contracts else None)
