"""Transactions that one key sends directly, one after another: deployment and council operations. Never the hot path of acts.

A failed transaction is an error at once; the same bytes are sent again after any doubt, so nothing runs twice.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ledger.chain.rpc import NodeUnreachable, Rpc, RpcError
from ledger.domain.ids import from_hex, to_hex
from ledger.foreseen import Foreseen

if TYPE_CHECKING:
    from eth_account.signers.local import LocalAccount

GAS_LIMIT = 12_000_000
WAIT_SECONDS = 60.0
PAUSE_SECONDS = 0.05
IN_FLIGHT = 200
_KNOWN = ("already known", "known transaction", "already imported", "nonce too low")


class TransactionFailed(Foreseen):
    """A direct transaction was refused or reverted; the message carries what, and the revert data where the node gives it."""


@dataclass
class Sender:
    """A key and its next nonce on one chain. `mine` is called while waiting, where blocks come only on demand; `gas_price` in wei."""

    rpc: Rpc
    key: LocalAccount
    chain_id: int
    mine: Callable[[], object] | None = None
    nonce: int = field(default=-1)
    gas_price: int = 0

    @staticmethod
    def of(rpc: Rpc, key: bytes, mine: Callable[[], object] | None = None, gas_price: int = 0) -> Sender:
        """A sender for a 32-byte private key."""
        # Half a second of a start, which mostly finds its contracts deployed.
        from eth_account import Account

        account: LocalAccount = Account.from_key(key)
        sender = Sender(rpc, account, int(rpc.call("eth_chainId"), 16), mine, gas_price=gas_price)
        sender.nonce = int(rpc.call("eth_getTransactionCount", account.address, "latest"), 16)
        return sender

    @property
    def address(self) -> bytes:
        """The sender's address, 20 bytes."""
        return from_hex(self.key.address)

    def run(self, calls: Sequence[tuple[bytes | None, bytes]]) -> list[dict[str, Any]]:
        """Sends (to, data) in order (to None: creation) and returns their receipts. Raises TransactionFailed."""
        receipts: list[dict[str, Any]] = []
        for start in range(0, len(calls), IN_FLIGHT):
            receipts += self._run_part(calls[start : start + IN_FLIGHT])
        return receipts

    def _run_part(self, calls: Sequence[tuple[bytes | None, bytes]]) -> list[dict[str, Any]]:
        signed = [self._sign(self.nonce + index, to, data) for index, (to, data) in enumerate(calls)]
        self._send([raw for raw, _ in signed])
        receipts = self._receipts([hash_ for _, hash_ in signed], [raw for raw, _ in signed])
        self.nonce += len(calls)
        for (to, data), receipt in zip(calls, receipts, strict=True):
            if int(receipt["status"], 16) != 1:
                raise TransactionFailed(self._why(to, data, receipt))
        return receipts

    def _sign(self, nonce: int, to: bytes | None, data: bytes) -> tuple[bytes, bytes]:
        fields: dict[str, Any] = {
            "chainId": self.chain_id,
            "nonce": nonce,
            "gas": GAS_LIMIT,
            "gasPrice": self.gas_price,
            "value": 0,
            "data": data,
        }
        if to is not None:
            fields["to"] = to
        signed = self.key.sign_transaction(fields)
        return bytes(signed.raw_transaction), bytes(signed.hash)

    def _send(self, raws: Sequence[bytes]) -> None:
        for outcome in self.rpc.batch([("eth_sendRawTransaction", [raw]) for raw in raws]):
            if isinstance(outcome, RpcError) and not any(text in outcome.message.lower() for text in _KNOWN):
                raise TransactionFailed(f"transaction refused by the node: {outcome}")

    def _receipts(self, hashes: Sequence[bytes], raws: Sequence[bytes]) -> list[dict[str, Any]]:
        until = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < until:
            if self.mine is not None:
                self.mine()
            found = self._ask(hashes)
            if all(isinstance(receipt, dict) for receipt in found):
                return found
            time.sleep(PAUSE_SECONDS)
        raise TransactionFailed(f"{len(raws)} transactions were not mined within {WAIT_SECONDS:.0f} s; is the chain producing blocks?")

    def _ask(self, hashes: Sequence[bytes]) -> list[Any]:
        try:
            return self.rpc.batch([("eth_getTransactionReceipt", [hash_]) for hash_ in hashes])
        except NodeUnreachable:
            return [None]

    def _why(self, to: bytes | None, data: bytes, receipt: dict[str, Any]) -> str:
        call: dict[str, Any] = {"from": self.key.address, "data": data} | ({"to": to} if to else {})
        try:
            self.rpc.call("eth_call", call, hex(int(receipt["blockNumber"], 16) - 1))
        except RpcError as error:
            return f"transaction {receipt['transactionHash']} reverted: {to_hex(error.revert_data or b'')} {error.message}"
        return f"transaction {receipt['transactionHash']} reverted; it would pass at the block before"
