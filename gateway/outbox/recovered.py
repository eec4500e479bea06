"""An act as the chain has it: read from the call data of the transaction that ran it, for an office that doesn't know it (any more)."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from eth_abi.abi import decode
from sqlalchemy import Connection

from gateway.office.repository import Act
from gateway.outbox.envelopes import envelope_of
from gateway.refusals import abi_type
from ledger.chain import artifacts
from ledger.chain.blocks import LOG_BITS
from ledger.chain.rpc import Rpc
from ledger.domain.acts import encode_body, kind_of, type_hash
from ledger.domain.ids import from_hex
from ledger.mirror.models import Act as Told
from ledger.mirror.queries import chain


@dataclass(frozen=True, slots=True)
class Ran:
    """Kind (type hash) and encoded body of an act that ran."""

    kind: bytes
    body: bytes


def act_of(rpc: Rpc, conn: Connection, told: Told) -> Ran | None:
    """The act behind an outcome; None where its transaction carries no such act (a voided id has no body)."""
    hash_ = chain.transaction_hash(conn, told.pos >> LOG_BITS, told.tx_index)
    sent = rpc.call("eth_getTransactionByHash", hash_) if hash_ else None
    return _find(from_hex(sent["input"]), told) if sent else None


def kind_and_body(body: Any) -> tuple[bytes, bytes]:
    """What an act of this body has in its call data."""
    return type_hash(kind_of(body).name), encode_body(body)


def body_of(act: Act) -> Any:
    """The body of an act as the outbox keeps it."""
    return envelope_of(act.kind, act.typed).body


def _find(data: bytes, told: Told) -> Ran | None:
    (acts,) = decode([_run_type()], data[4:])
    for account, number, _, _, kind, _, body, _ in acts:
        if from_hex(account) == told.account and number.to_bytes(32) == told.act_id:
            return Ran(kind, body)
    return None


@cache
def _run_type() -> str:
    """The ABI type of the list that Acts.run takes."""
    run = next(entry for entry in artifacts.load("Acts").abi if entry.get("name") == "run")
    return abi_type(run["inputs"][0])
