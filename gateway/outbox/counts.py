"""How many transactions of a key the chain counts: what nodes tell, and what they can prove."""

from __future__ import annotations

import logging

from ledger.chain import sources, state_proofs
from ledger.chain.blocks import InconsistentAnswer, Link
from ledger.chain.headers import HeaderForm
from ledger.chain.rpc import NodeUnreachable, Rpc, RpcError
from ledger.domain.ids import to_hex

log = logging.getLogger(__name__)


def told(rpc: Rpc, key: bytes) -> int:
    """What the node in use tells of the newest block."""
    return int(rpc.call("eth_getTransactionCount", key, "latest"), 16)


def least_told(rpc: Rpc, key: bytes, block: int) -> int | None:
    """The least count at a block that a node tells; None where none that has the block answers."""
    found: list[int] = []
    for node in sources.each(rpc):
        try:
            found.append(int(node.call("eth_getTransactionCount", key, hex(block)), 16))
        except (NodeUnreachable, RpcError, TypeError, ValueError):
            continue
    return min(found, default=None)


def least_proven(rpc: Rpc, key: bytes, block: Link, form: HeaderForm) -> int | None:
    """The least count that a node proves from a block's state root; None where none can prove, as not every node keeps what it takes.

    Raises InconsistentAnswer where what a node gives for a proof is none, and no other node has one.
    """
    found, wrong = list[int](), None
    for node in sources.each(rpc):
        try:
            root = state_proofs.state_root(node, block.number, block.hash, form)
            found.append(state_proofs.transaction_count(node, root, block.number, key))
        except InconsistentAnswer as fault:
            wrong = fault
        except (NodeUnreachable, RpcError) as none:
            log.info("no proof of what the chain counts of %s: %s", to_hex(key), none)
    if wrong is not None and not found:
        raise wrong
    return min(found, default=None)
