"""An act as the chain has it: read from the call data of the transaction that ran it, for an office that doesn't know it (any more)."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from eth_abi.abi import decode
from eth_abi.exceptions import DecodingError
from sqlalchemy import Connection

from gateway.refusals import abi_type
from ledger.chain import artifacts
from ledger.chain.blocks import LOG_BITS
from ledger.chain.rpc import Rpc
from ledger.domain.act_types import KINDS
from ledger.domain.acts import ActError, SignerClaim, decode_body, run_selector, type_hash
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


def bodies_in(rpc: Rpc, block: int, acts_address: bytes) -> Iterator[Any]:
    """The bodies of all acts that transactions of a block carry, whatever became of them. Raises NodeUnreachable, RpcError."""
    found = rpc.call("eth_getBlockByNumber", hex(block), True) or {"transactions": []}
    for sent in found["transactions"]:
        if sent["to"] is not None and from_hex(sent["to"]) == acts_address:
            yield from _bodies(from_hex(sent["input"]))


def _bodies(data: bytes) -> Iterator[Any]:
    if data[:4] != run_selector():
        return
    try:
        (acts,) = decode([_run_type()], data[4:])
    except (DecodingError, OverflowError):
        return
    for *_, kind, _, body, _ in acts:
        if (name := _kinds().get(kind)) is not None:
            try:
                yield decode_body(name, body)
            except ActError:
                # A relayer may carry what no contract takes; it is nobody's act.
                continue


@cache
def _kinds() -> dict[bytes, str]:
    return {type_hash(kind.name): kind.name for kind in KINDS}


@cache
def _run_type() -> str:
    """The ABI type of the list that Acts.run takes."""
    run = next(entry for entry in artifacts.load("Acts").abi if entry.get("name") == "run")
    return abi_type(run["inputs"][0])
