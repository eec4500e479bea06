"""Rows as JSON: addresses and words as hex, amounts as text of minor units with their currency, times in RFC 3339."""

from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from gateway import acts, roles
from gateway.office.repository import Act, Call, Signature, Step
from ledger.chain.blocks import LOG_BITS
from ledger.domain.ids import to_hex, token_id
from ledger.domain.money import MoneyError, currency_of
from ledger.mirror.models import CashEntry, Member, MemberKey, ReceivableStatus, Token
from ledger.mirror.queries.receivables import Standing
from ledger.mirror.schema import number

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def time_text(seconds: int | None) -> str | None:
    """UTC seconds as RFC 3339; before 1970 too."""
    return None if seconds is None else (_EPOCH + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def money(minor: int, currency: int) -> dict[str, str]:
    """An amount with its currency (ISO 4217 number)."""
    return {"minor": str(minor), "currency": currency_code(currency)}


def currency_code(numeric: int) -> str:
    """The alphabetic code of an ISO 4217 number; the number as text where it is none."""
    try:
        return currency_of(numeric).code
    except MoneyError:
        return str(numeric)


def hex_or_none(value: bytes | None) -> str | None:
    """Hex text, or null."""
    return None if value is None else to_hex(value)


def plain(value: Any) -> Any:
    """Any decoded value: bytes as hex, integers as decimal text, tuples as lists or objects."""
    if isinstance(value, bytes):
        return to_hex(value)
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return {name: plain(item) for name, item in value._asdict().items()}
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    return value if isinstance(value, bool | str) or value is None else str(value)


def act(row: Act) -> dict[str, Any]:
    """An act as every endpoint shows it."""
    return {
        "id": str(row.id),
        "key": row.idem_key,
        "account": to_hex(row.member_id),
        "kind": row.kind,
        "state": row.state,
        "reason": None if row.reason is None else orjson.loads(row.reason),
        "digest": to_hex(row.digest),
        "deadline": time_text(min(row.deadline, 253_402_300_799)),
        "signers_needed": row.signers_needed,
        "done_pos": None if row.done_pos is None else str(row.done_pos),
        "done_at_block": None if row.done_pos is None else row.done_pos >> LOG_BITS,
    }


def act_whole(row: Act, signatures: list[Signature], history: list[Step]) -> dict[str, Any]:
    """An act with its body, signers and history."""
    return {
        **act(row),
        "body": acts.body_json(row),
        "signers": [signer(each) for each in signatures],
        "history": [{"state": step.state, "at": time_text(step.at // 1000), "note": step.note} for step in history],
    }


def signer(row: Signature) -> dict[str, Any]:
    """A signer of an act, and whether its signature is there."""
    return {
        "account": to_hex(row.signer),
        "key": to_hex(row.key),
        "role": roles.names_of(row.role)[0] if row.role else None,
        "mode": roles.mode_name(row.mode),
        "signed": row.sig is not None,
        "evidence": hex_or_none(row.evidence_root),
    }


def call(row: Call) -> dict[str, Any]:
    """A call as every endpoint shows it."""
    reason = None if row.reason is None else orjson.loads(row.reason)
    return {
        "id": to_hex(row.call_id),
        "key": row.idem_key,
        "what": row.what,
        "state": row.state,
        "transaction": hex_or_none(row.hash),
        "reason": reason,
    }


def member(row: Member) -> dict[str, Any]:
    """A member."""
    return {
        "account": to_hex(row.account),
        "name": row.name,
        "party": to_hex(row.party),
        "roles": roles.names_of(row.roles),
        "status": "suspended" if row.suspended else "active",
        "is_contract": row.is_contract,
        "accepts_direct": row.accepts_direct,
        "epoch": row.epoch,
    }


def member_key(row: MemberKey) -> dict[str, Any]:
    """An operator key of a member."""
    return {"key": to_hex(row.key), "roles": roles.names_of(row.roles), "epoch": row.epoch}


def receivable(standing: Standing) -> dict[str, Any]:
    """A receivable with its present state."""
    issued, state = standing.receivable, standing.state
    return {
        "id": str(number(issued.id)),
        "number": issued.number,
        "status": ReceivableStatus(state.status).name.lower(),
        "issuer": to_hex(issued.issuer),
        "supplier": to_hex(issued.supplier),
        "obligor": to_hex(issued.obligor),
        "face": money(issued.face, issued.currency),
        "due": time_text(issued.due),
        "grace_seconds": issued.grace,
        "late_interest": {"rate": issued.late_rate, "basis": issued.late_basis},
        "cash": issued.cash,
        "module": issued.module,
        "policy": issued.policy,
        "content_root": to_hex(issued.content_root),
        "issued": to_hex(issued.issued),
        "issued_at": time_text(issued.issued_at),
        "confirmed_at": time_text(state.confirmed_at),
        "owed_live": money(state.owed_live, issued.currency),
        "distributed": money(state.distributed, issued.currency),
        "interest_distributed": money(state.interest_distributed, issued.currency),
        "waiting": money(state.waiting, issued.currency),
        "waiting_interest": money(state.waiting_interest, issued.currency),
        "payments": state.payments,
    }


def token(row: Token, receivable_id: int, currency: int) -> dict[str, Any]:
    """A token: a range of a receivable."""
    return {
        "token": str(token_id(receivable_id, row.start)),
        "receivable": str(receivable_id),
        "start": str(row.start),
        "end": str(row.start + row.length),
        "value": money(row.length, currency),
        "owner": to_hex(row.owner),
        "cursor": row.cursor,
        "flags": row.flags,
        "since_pos": str(row.from_pos),
    }


def cash_entry(row: CashEntry, currency: int) -> dict[str, Any]:
    """A line of a cash statement."""
    return {
        "cash": row.cash,
        "account": to_hex(row.account),
        "delta": money(row.delta, currency),
        "balance": money(row.balance, currency),
        "counterparty": hex_or_none(row.counterparty),
        "reference": to_hex(row.reference),
        "pos": str(row.from_pos),
    }
