"""Trying an act out before it is signed: the very call that Acts will make, on the node's pending state, changing nothing."""

from typing import Any

from gateway.refusals import explain, of_body
from ledger.chain.manifest import Manifest
from ledger.chain.rpc import Rpc, RpcError
from ledger.domain.acts import Envelope, digest, encode_body, kind_of

_GAS_A_CALL, _GAS_A_BYTE = 121_000, 16
"""What a call by itself costs more than the same one from within Acts: its own 21,000, and slots that Acts would have read before."""
_OUT_OF_GAS = ("outofgas", "out of gas", "oog", "gas too high", "gas too low")


def simulate(rpc: Rpc, manifest: Manifest, envelope: Envelope) -> dict[str, Any] | None:
    """Why the act's target would refuse now ({error, values, sentence}); None if it would accept, or the node can't say.

    Raises NodeUnreachable.
    """
    try:
        return tried(rpc, manifest, envelope)
    except RpcError:
        return None


def tried(rpc: Rpc, manifest: Manifest, envelope: Envelope) -> dict[str, Any] | None:
    """The same, but raises RpcError where the node can't say."""
    kind = kind_of(envelope.body)
    data = kind.selector + encode_body(envelope.body) + suffix(envelope, digest(envelope, manifest.domain))
    gas = envelope.gas + _GAS_A_CALL + _GAS_A_BYTE * len(data)
    call = {"from": manifest.address("Acts"), "to": manifest.address(kind.contract), "data": data, "gas": hex(gas)}
    try:
        rpc.call("eth_call", call, "pending")
    except RpcError as refused:
        told = _told(refused, envelope.gas)
        if told is None:
            raise
        return of_body(told, envelope.body)
    return None


def suffix(envelope: Envelope, hashed: bytes) -> bytes:
    """What Acts appends to the call data: signers, digest, id and account, as contracts/ActTarget.sol lays it out."""
    signers = b"".join(
        each.account + each.role.to_bytes(2) + bytes([each.mode]) + bytes(9) + each.key + bytes(12) for each in envelope.signers
    )
    end = envelope.account + bytes(11) + bytes([len(envelope.signers)])
    return signers + hashed + envelope.id.to_bytes(32) + end


def _told(refused: RpcError, gas: int) -> dict[str, Any] | None:
    if refused.revert_data is not None:
        return explain(refused.revert_data)
    if any(cause in refused.message.lower() for cause in _OUT_OF_GAS):
        sentence = f"The act needs more than the {gas} gas that is stated for it; state more, or none."
        return {"error": "OutOfGas", "values": {"gas": str(gas)}, "sentence": sentence}
    return None
