"""Asking the chain whether triggers would fire now, many in one request, on the node's pending state: what others sent counts already."""

from collections.abc import Mapping, Sequence
from typing import Any

from gateway.keeping.due import Due
from ledger.chain.calls import call_data, result
from ledger.chain.manifest import Manifest
from ledger.chain.rpc import Rpc, RpcError
from ledger.domain.ids import from_hex
from ledger.mirror.schema import word
from ledger.mirror.triggers import TriggerKind

NOT_ASKED = bytes(4)
"""The selector of a kind without a dry run."""


def refusals(rpc: Rpc, manifest: Manifest, kinds: Mapping[str, TriggerKind], asked: Sequence[Due]) -> list[bytes | None]:
    """Why each would not fire now, as revert data; None if it would. Raises NodeUnreachable."""
    answers = rpc.batch([("eth_call", [_call(manifest, kinds, each), "pending"]) for each in asked])
    return [_refusal(None if each.call else kinds[each.trigger], answer) for each, answer in zip(asked, answers, strict=True)]


def _call(manifest: Manifest, kinds: Mapping[str, TriggerKind], each: Due) -> dict[str, Any]:
    if each.call is not None:
        return {"to": manifest.address(each.call.contract), "data": each.call.data}
    return _asked(manifest.address("Triggers"), kinds[each.trigger], each.subject)


def _asked(door: bytes, kind: TriggerKind, subject: int) -> dict[str, Any]:
    if kind.asked_by == NOT_ASKED:
        # What has no dry run is tried: a call that is not sent changes nothing.
        return {"from": door, "to": kind.target, "data": kind.fired_by + word(subject), "gas": hex(2 * kind.gas)}
    return {"to": door, "data": call_data("Triggers", "check", kind.trigger, subject)}


def _refusal(kind: TriggerKind | None, answer: Any) -> bytes | None:
    if isinstance(answer, RpcError):
        return answer.revert_data or b""
    if kind is None or kind.asked_by == NOT_ASKED:
        return None
    ready, reason = result("Triggers", "check", from_hex(answer))
    return None if ready else reason
