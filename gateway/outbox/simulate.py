"""Trying an act out before it is signed: the very call that Acts will make, on the node's pending state, changing nothing.

The act gets the gas that its frame will get: what the call costs by itself is added, as the node tells it, and what Acts will have read
before it is read already (an access list, EIP-2930).
"""

from typing import Any

from eth_abi.abi import encode
from eth_hash.auto import keccak

from gateway.refusals import explain, of_body
from ledger.chain import calls
from ledger.chain.manifest import Manifest
from ledger.chain.rpc import INTERNAL_ERROR, NodeUnreachable, Rpc, RpcError
from ledger.chain.state_proofs import slot_of
from ledger.domain.acts import Envelope, digest, encode_body, kind_of
from ledger.domain.ids import from_hex

_GAS_AN_ADDRESS, _GAS_A_SLOT = 2_500, 2_000
"""What a first read costs more than a later one: an access list costs 100 less, itself, and a node that leaves it aside asks so much."""
ERC1271_GAS = 200_000
"""What contracts/Acts.sol gives a contract key to look at a signature."""
_IS_VALID = keccak(b"isValidSignature(bytes32,bytes)")[:4]
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


def vouched(rpc: Rpc, manifest: Manifest, key: bytes, hashed: bytes, signature: bytes) -> bool | None:
    """Whether a contract key takes a signature of a digest now (ERC-1271), by the call that Acts will make; None: nothing there answers.

    Raises RpcError and NodeUnreachable where the node can't say.
    """
    data = _IS_VALID + encode(["bytes32", "bytes"], [hashed, signature])
    gas = hex(ERC1271_GAS + _gas_of_a_call(rpc, data) + _GAS_AN_ADDRESS)
    try:
        answer = from_hex(calls.at_head(rpc, "eth_call", {"from": manifest.address("Acts"), "to": key, "data": data, "gas": gas}))
    except RpcError as refused:
        if _told(refused, ERC1271_GAS) is None:
            raise
        return False
    return answer[:32] == _IS_VALID.ljust(32, b"\0") if len(answer) >= 32 else None


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
