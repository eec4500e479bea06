"""Asking the chain whether triggers would fire now, many in one request, on the node's pending state: what others sent counts already."""

from collections.abc import Mapping, Sequence
from typing import Any

from gateway.keeping.due import Due
from ledger.chain.calls import call_data, result
from ledger.chain.rpc import Rpc, RpcError
from ledger.domain.ids import from_hex
from ledger.mirror.schema import word
from ledger.mirror.triggers import TriggerKind

NOT_ASKED = bytes(4)
"""The selector of a kind without a dry run."""


def refusals(rpc: Rpc, door: bytes, kinds: Mapping[str, TriggerKind], asked: Sequence[Due]) -> list[bytes | None]:
    """Why each would not fire now, as revert data; None if it would. Raises NodeUnreachable."""
    answers = rpc.batch([("eth_call", [_call(door, kinds[each.trigger], each.subject), "pending"]) for each in asked])
    return [_refusal(kinds[each.trigger], answer) for each, answer in zip(asked, answers, strict=True)]


def _call(door: bytes, kind: TriggerKind, subject: int) -> dict[str, Any]:
    if kind.asked_by == NOT_ASKED:
        # What has no dry run is tried: a call that is not sent changes nothing.
        return {"from": door, "to": kind.target, "data": kind.fired_by + word(subject), "gas": hex(2 * kind.gas)}
    return {"to": door, "data": call_data("Triggers", "check", kind.trigger, subject)}


def _refusal(kind: TriggerKind, answer: Any) -> bytes | None:
    if isinstance(answer, RpcError):
        return answer.revert_data or b""
    if kind.asked_by == NOT_ASKED:
        return None
    ready, reason = result("Triggers", "check", from_hex(answer))
    return None if ready else reason
