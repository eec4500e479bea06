"""A mirror that is started again for each block: no row is in memory that another block told of."""

from ledger.chain.manifest import Manifest
from ledger.chain.rpc import Rpc
from ledger.chain.sources import node_source
from ledger.mirror import verify
from ledger.mirror.concepts import FOLDS, table
from ledger.mirror.database import Database
from ledger.mirror.sync import Identity, Mirror


def assert_folds_the_same(db: Database, rpc: Rpc, manifest: Manifest) -> None:
    """An empty mirror comes to the head by single steps of one block, and is what a rebuild in one go gives."""
    events, steps = table(manifest), 1
    source, identity = node_source(rpc, events), Identity(manifest.chain_id, manifest.ledger_id, manifest.block)
    while Mirror(db, source, events, identity, FOLDS, development=True).step():
        steps += 1
    assert steps > 100
    assert verify.of(db, manifest).equal
