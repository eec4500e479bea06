"""A contract for tests that emits whatever log its caller asks for, so that any history of events can be put on a real chain."""

from collections.abc import Sequence
from typing import Any

from ledger.chain.rpc import Rpc

SENDER = "0x" + "5e" * 20
GAS = hex(10_000_000)

_PUSH0, _DUP1, _POP, _CALLDATALOAD, _CALLDATASIZE, _CALLDATACOPY = 0x5F, 0x80, 0x50, 0x35, 0x36, 0x37
_PUSH1, _SUB, _EQ, _JUMPI, _JUMPDEST, _LOG0, _STOP = 0x60, 0x03, 0x14, 0x57, 0x5B, 0xA0, 0x00
_HEAD = 5 * 32
_JUMP_BYTES = 7


def _runtime() -> bytes:
    """Call data: number of topics, four topic words, then the log's data."""
    start = [_PUSH1, _HEAD, _CALLDATASIZE, _SUB, _DUP1, _PUSH1, _HEAD, _PUSH0, _CALLDATACOPY, _PUSH0, _CALLDATALOAD]
    branches = [_branch(count) for count in (1, 2, 3, 4)]
    at = len(start) + _JUMP_BYTES * len(branches) + 1
    jumps: list[int] = []
    for count, branch in enumerate(branches, 1):
        jumps += [_DUP1, _PUSH1, count, _EQ, _PUSH1, at, _JUMPI]
        at += len(branch)
    return bytes([*start, *jumps, _STOP, *(byte for branch in branches for byte in branch)])


def _branch(count: int) -> list[int]:
    pushes = [byte for topic in range(count, 0, -1) for byte in (_PUSH1, topic * 32, _CALLDATALOAD)]
    return [_JUMPDEST, _POP, *pushes, _DUP1 + count, _PUSH0, _LOG0 + count, _STOP]


def _creation() -> bytes:
    """Code that returns the runtime code: PUSH1 size, DUP1, PUSH1 offset, PUSH0, CODECOPY, PUSH0, RETURN."""
    runtime = _runtime()
    head = [_PUSH1, len(runtime), _DUP1, _PUSH1, 9, _PUSH0, 0x39, _PUSH0, 0xF3]
    return bytes([*head, *runtime])


class Emitter:
    """Deployed emitters on an anvil that mines on demand, one for each contract of the ledger that a test plays."""

    def __init__(self, rpc: Rpc, contracts: Sequence[str]) -> None:
        self._rpc = rpc
        rpc.call("anvil_impersonateAccount", SENDER)
        hashes = [self._send({"data": _creation()}) for _ in contracts]
        rpc.call("evm_mine")
        receipts = [rpc.call("eth_getTransactionReceipt", each) for each in hashes]
        self.addresses = {name: bytes.fromhex(receipt["contractAddress"][2:]) for name, receipt in zip(contracts, receipts, strict=True)}

    def emit(self, contract: str, topics: Sequence[bytes], data: bytes) -> None:
        """Sends a transaction that emits one log; `mine` puts it into a block."""
        padded = b"".join(topics).ljust(4 * 32, b"\0")
        self._send({"to": self.addresses[contract], "data": len(topics).to_bytes(32) + padded + data})

    def mine(self) -> int:
        """Mines what was sent; the new head."""
        self._rpc.call("evm_mine")
        return int(self._rpc.call("eth_blockNumber"), 16)

    def _send(self, transaction: dict[str, Any]) -> str:
        sent: str = self._rpc.call("eth_sendTransaction", {"from": SENDER, "gas": GAS, "gasPrice": "0x0", **transaction})
        return sent
