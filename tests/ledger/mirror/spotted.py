"""Rows of a mirror held against the contracts: by their views, and by proofs of their storage under the block's state root."""

from collections import Counter

from sqlalchemy import func, select

from ledger.chain.blocks import LOG_BITS
from ledger.chain.headers import HeaderForm
from ledger.chain.manifest import Manifest
from ledger.chain.rpc import Rpc
from ledger.mirror import spot_checks, verify
from ledger.mirror.database import Database
from ledger.mirror.models import RAW_EVENT
from ledger.mirror.sync import Mirror
from tests.conftest import FULL

ROWS = 100_000 if FULL else 150


def assert_as_the_contracts_hold(db: Database, mirror: Mirror, rpc: Rpc, manifest: Manifest) -> Counter[str]:
    """Random rows of every table, at the block where the mirror is; how many of each were asked."""
    height = mirror.status().block
    with db.read() as conn:
        # Another sample at each block.
        report = spot_checks.check(conn, rpc, manifest, height, ROWS, height, headers=HeaderForm.ETHEREUM)
    assert report.differences == []
    assert report.proven.total() > 20
    return report.asked


def assert_outlives_a_fork(db: Database, mirror: Mirror, rpc: Rpc, manifest: Manifest, depth: int) -> None:
    """The chain loses so many blocks up to the last that told something, and what came after; then, too, every row is what the contracts
    hold.
    """
    mirror.catch_up()
    before = verify.of(db, manifest)
    with db.read() as conn:
        last = conn.execute(select(func.max(RAW_EVENT.c.pos))).scalar_one() >> LOG_BITS
    rpc.call("anvil_reorg", mirror.status().block - last + depth, [])
    rpc.call("anvil_dropAllTransactions")
    rpc.call("evm_mine")
    mirror.catch_up()
    mirror.catch_up()
    after = verify.of(db, manifest)
    assert after.equal and before.equal
    assert [each.digest for each in after.tables] != [each.digest for each in before.tables], "what was undone told something"
    assert_as_the_contracts_hold(db, mirror, rpc, manifest)
