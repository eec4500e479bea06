"""Trying an act out before it is signed: the very call that Acts will make, on the node's pending state, changing nothing."""

from ledger.chain.manifest import Manifest
from ledger.chain.rpc import Rpc, RpcError
from ledger.domain.acts import Envelope, digest, encode_body, kind_of


def simulate(rpc: Rpc, manifest: Manifest, envelope: Envelope) -> bytes | None:
    """The revert data that the act's target would give now; None if it would accept. Raises NodeUnreachable."""
    kind = kind_of(envelope.body)
    data = kind.selector + encode_body(envelope.body) + suffix(envelope, digest(envelope, manifest.domain))
    call = {"from": manifest.address("Acts"), "to": manifest.address(kind.contract), "data": data, "gas": hex(envelope.gas)}
    try:
        rpc.call("eth_call", call, "pending")
    except RpcError as refused:
        return refused.revert_data
    return None


def suffix(envelope: Envelope, hashed: bytes) -> bytes:
    """What Acts appends to the call data: signers, digest, id and account, as contracts/ActTarget.sol lays it out."""
    signers = b"".join(
        each.account + each.role.to_bytes(2) + bytes([each.mode]) + bytes(9) + each.key + bytes(12) for each in envelope.signers
    )
    end = envelope.account + bytes(11) + bytes([len(envelope.signers)])
    return signers + hashed + envelope.id.to_bytes(32) + end
