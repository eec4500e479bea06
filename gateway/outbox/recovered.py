"""An act as the chain has it: read from the call data of the transaction that ran it, for an office that doesn't know it (any more)."""

from dataclasses import dataclass
from functools import cache

from eth_abi.abi import decode
from eth_abi.exceptions import DecodingError
from sqlalchemy import Connection

from gateway.refusals import abi_type
from ledger.chain import artifacts
from ledger.chain.blocks import LOG_BITS
from ledger.chain.rpc import Rpc
from ledger.domain.acts import SignerClaim, run_selector
from ledger.domain.ids import from_hex
from ledger.mirror.models import Act as Told
from ledger.mirror.queries import chain


@dataclass(frozen=True, slots=True)
class Ran:
    """What an act that ran carried beside its body. Nothing of it is believed: the event's digest decides."""

    deadline: int
    gas: int
    signers: tuple[SignerClaim, ...]
    signatures: tuple[bytes, ...]


def act_of(rpc: Rpc, conn: Connection, told: Told) -> Ran | None:
    """The act behind an outcome; None where the node doesn't give its transaction, or it isn't a direct call of Acts.run.

    Raises NodeUnreachable, RpcError.
    """
    hash_ = chain.transaction_hash(conn, told.pos >> LOG_BITS, told.tx_index)
    sent = rpc.call("eth_getTransactionByHash", hash_) if hash_ else None
    return _find(from_hex(sent["input"]), told) if sent else None


def _find(data: bytes, told: Told) -> Ran | None:
    if data[:4] != run_selector():
        return None
    try:
        (acts,) = decode([_run_type()], data[4:])
    except (DecodingError, OverflowError):
        return None
    for account, number, deadline, gas, _, signers, _, signatures in acts:
        if from_hex(account) == told.account and number.to_bytes(32) == told.act_id:
            return Ran(deadline, gas, tuple(SignerClaim(from_hex(who), from_hex(key), *rest) for who, key, *rest in signers), signatures)
    return None


@cache
def _run_type() -> str:
    """The ABI type of the list that Acts.run takes."""
    run = next(entry for entry in artifacts.load("Acts").abi if entry.get("name") == "run")
    return abi_type(run["inputs"][0])
