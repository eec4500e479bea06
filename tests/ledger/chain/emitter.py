"""A contract for tests that emits whatever log its caller asks for, so that any history of events can be put on a real chain."""

from collections.abc import Iterable, Sequence
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


class Emitter:
    """Emitters at given addresses of an anvil that mines on demand."""

    def __init__(self, rpc: Rpc, addresses: Iterable[bytes]) -> None:
        self._rpc = rpc
        rpc.call("anvil_impersonateAccount", SENDER)
        for address in addresses:
            rpc.call("anvil_setCode", address, _runtime())

    def emit(self, address: bytes, topics: Sequence[bytes], data: bytes) -> None:
        """Sends a transaction that emits one log at `address`; `mine` puts it into a block."""
        self._rpc.call("eth_sendTransaction", emission(address, topics, data))

    def mine(self) -> int:
        """Mines what was sent; the new head."""
        self._rpc.call("evm_mine")
        return int(self._rpc.call("eth_blockNumber"), 16)


def emission(address: bytes, topics: Sequence[bytes], data: bytes) -> dict[str, Any]:
    """The transaction that emits one log."""
    padded = b"".join(topics).ljust(4 * 32, b"\0")
    call_data = len(topics).to_bytes(32) + padded + data
    return {"from": SENDER, "to": "0x" + address.hex(), "gas": GAS, "gasPrice": "0x0", "data": "0x" + call_data.hex()}
