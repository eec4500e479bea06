"""Random histories played on a real anvil, block by block."""

from dataclasses import dataclass, field

from ledger.chain.blocks import NodeSource
from ledger.chain.engines import anvil as engine
from ledger.chain.rpc import Rpc
from ledger.mirror.sync import Identity, Mirror
from tests.ledger.chain.emitter import Emitter, emission
from tests.ledger.mirror.chains import CONTRACTS, address_of
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
    played: list[int] = field(default_factory=lambda: [0])
    """How many blocks of the history had been played at each block of the node."""

    def grow(self, blocks: int) -> None:
        """Plays random blocks of the history on the node."""
        self.history.grow(blocks)
        for block in self.history.chain.blocks[self.played[-1] :]:
            for log in block.logs:
                self.emitter.emit(log.address, log.topics, log.data)
            self.emitter.mine()
            self.played.append(self.played[-1] + 1)

    def reorganise(self, depth: int, stray: bytes) -> None:
        """The last blocks are replaced by as many, in which nothing of the history happens."""
        self._forget(depth)
        # A transaction of its own makes the new branch differ even where the old blocks were empty.
        self.rpc.call("anvil_reorg", depth, [[emission(address_of("Members"), [stray], b""), 0]])
        self.played += [self.played[-1]] * depth

    def roll_back(self, depth: int, mined: int) -> None:
        """The last blocks are lost, and so many empty ones are mined, at other times."""
        self._forget(depth)
        self.rpc.call("anvil_rollback", depth)
        self.rpc.call("evm_increaseTime", 1_000)
        for _ in range(mined):
            self.emitter.mine()
            self.played.append(self.played[-1])

    def _forget(self, depth: int) -> None:
        del self.played[len(self.played) - depth :]
        self.history.fork(len(self.history.chain.blocks) - self.played[-1])


LIVE_IDENTITY = Identity(engine.CHAIN_ID, b"L" * 32, 1)
"""The ledger that is played."""
