"""Contract views asked of the node, many in one request."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gateway.replay.client import chunks
from ledger.chain.calls import call_data, result, view
from ledger.chain.manifest import Manifest
from ledger.chain.rpc import Rpc, RpcError
from ledger.domain.ids import from_hex, to_hex

OVERDUE = 5
"""IRepayment.Condition.Overdue."""
_VIEWS_A_BATCH = 400


class Views:
    """Views of a ledger's contracts, through one node and never through the mirror."""

    def __init__(self, rpc: Rpc, manifest: Manifest) -> None:
        self._rpc = rpc
        self._manifest = manifest

    def ask(self, contract: str, function: str, arguments: Sequence[Sequence[Any]]) -> list[Any]:
        """The results in order. Raises RpcError for the first one that reverts."""
        to = to_hex(self._manifest.address(contract))
        found: list[Any] = []
        for part in chunks(arguments, _VIEWS_A_BATCH):
            calls: list[tuple[str, list[Any]]] = [
                ("eth_call", [{"to": to, "data": to_hex(call_data(contract, function, *each))}, "latest"]) for each in part
            ]
            for values, answer in zip(part, self._rpc.batch(calls), strict=True):
                if isinstance(answer, RpcError):
                    found.append(view(self._rpc, self._manifest.address(contract), contract, function, *values))
                else:
                    found.append(result(contract, function, from_hex(answer)))
        return found

    def balance(self, cash: int, account: bytes) -> int:
        """What an account has in the cash of an index at the desk, minor units."""
        (place,) = (each.address for each in self._manifest.cash if each.index == cash)
        found: int = view(self._rpc, place, "SettlementCash", "balanceOf", account)
        return found

    def overdue(self, receivables: Sequence[int], at: int) -> int:
        """How many of these receivables are overdue at a second, unpaid as they are now."""
        conditions = self.ask("Repayment", "stateAt", [(receivable, at) for receivable in receivables])
        return sum(condition == OVERDUE for condition in conditions)
