"""Trying an act out before it is signed: the very call that Acts will make, on the node's pending state, changing nothing.

The act gets the gas that its frame will get: what the call costs by itself is added, as the node tells it, and what Acts will have read
before it is read already (an access list, EIP-2930).
"""

from typing import Any

from gateway.refusals import explain, of_body
from ledger.chain.manifest import Manifest
from ledger.chain.rpc import INTERNAL_ERROR, NodeUnreachable, Rpc, RpcError
from ledger.chain.state_proofs import slot_of
from ledger.domain.acts import Envelope, digest, encode_body, kind_of

_GAS_AN_ADDRESS, _GAS_A_SLOT = 2_500, 2_000
"""What a first read costs more than a later one: an access list costs 100 less, itself, and a node that leaves it aside asks so much."""
_NOBODY = b"pledgebook: nobody".rjust(20, b"\0")
"""An address without code: what a call of it costs is what the call itself costs."""
_OUT_OF_GAS = ("outofgas", "out of gas", "oog", "gas too high", "gas too low")


def simulate(rpc: Rpc, manifest: Manifest, envelope: Envelope) -> dict[str, Any] | None:
    """Why the act's target would refuse now ({error, values, sentence}); None if it would accept, or the node can't say.

    A node that is away can't say either: to try out is a courtesy, and acts are accepted meanwhile.
    """
    try:
        return tried(rpc, manifest, envelope)
    except (RpcError, NodeUnreachable):
        return None


def tried(rpc: Rpc, manifest: Manifest, envelope: Envelope) -> dict[str, Any] | None:
    """The same, but raises RpcError and NodeUnreachable where the node can't say."""
    kind = kind_of(envelope.body)
    data = kind.selector + encode_body(envelope.body) + suffix(envelope, digest(envelope, manifest.domain))
    read = _read_before(envelope)
    own = _gas_of_a_call(rpc, data) + _GAS_AN_ADDRESS + _GAS_A_SLOT * len(read)
    call = {
        "from": manifest.address("Acts"),
        "to": manifest.address(kind.contract),
        "data": data,
        "gas": hex(envelope.gas + own),
        "accessList": [{"address": manifest.address("Members"), "storageKeys": read}],
    }
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


def _gas_of_a_call(rpc: Rpc, data: bytes) -> int:
    """What a call with this data costs before anything runs: engines price its bytes differently."""
    told = rpc.call("eth_estimateGas", {"to": _NOBODY, "data": data})
    try:
        return int(told, 16)
    except (TypeError, ValueError) as wrong:
        raise RpcError(INTERNAL_ERROR, "the node's estimate of gas is no number") from wrong


def _read_before(envelope: Envelope) -> list[bytes]:
    """The slots of Members that Acts reads to check the signers: the word of each key and of its account."""
    read = dict.fromkeys(address for each in envelope.signers for address in (each.key, each.account))
    return [slot_of("Members", "word", address.rjust(32, b"\0")).to_bytes(32) for address in read]


def _told(refused: RpcError, gas: int) -> dict[str, Any] | None:
    if refused.revert_data is not None:
        return explain(refused.revert_data)
    if any(cause in refused.message.lower() for cause in _OUT_OF_GAS):
        sentence = f"The act needs more than the {gas} gas that is stated for it; state more, or none."
        return {"error": "OutOfGas", "values": {"gas": str(gas)}, "sentence": sentence}
    return None
