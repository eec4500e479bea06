"""Random histories played on a real anvil, block by block."""

from dataclasses import dataclass

from ledger.chain.blocks import NodeSource
from ledger.chain.engines import anvil as engine
from ledger.chain.rpc import Rpc
from ledger.mirror.sync import Identity, Mirror
from tests.ledger.chain.emitter import Emitter
from tests.ledger.mirror.chains import CONTRACTS
from tests.ledger.mirror.histories import History

PLAYED = [*CONTRACTS, "SettlementCash@1", "SettlementCash@stranger"]


@dataclass
class Live:
    """An anvil that plays the ledger's contracts, and a mirror of it."""

    rpc: Rpc
    emitter: Emitter
    mirror: Mirror
    source: NodeSource
    history: History
    played: int = 0

    def grow(self, blocks: int) -> None:
        """Plays random blocks of the history on the node."""
        self.history.grow(blocks)
        for block in self.history.chain.blocks[self.played :]:
            for log in block.logs:
                self.emitter.emit(log.address, log.topics, log.data)
            self.emitter.mine()
        self.played = len(self.history.chain.blocks)


LIVE_IDENTITY = Identity(engine.CHAIN_ID, b"L" * 32, 1)
"""The ledger that is played."""
