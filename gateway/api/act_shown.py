"""Acts and calls of the office as answers."""

from typing import Any

import orjson

from gateway import acts, roles
from gateway.api import act_answers as answers
from gateway.api.answers import Reason
from gateway.api.shown import hex_or_none
from gateway.office.repository import Act, Call, Signature, Step
from ledger.chain.blocks import LOG_BITS
from ledger.domain.calendar import rfc3339
from ledger.domain.ids import to_hex


def _reason(stored: bytes | None) -> Reason | None:
    return None if stored is None else Reason(**orjson.loads(stored))


def _act_fields(row: Act) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "key": row.idem_key,
        "account": to_hex(row.member_id),
        "kind": row.kind,
        "state": row.state,
        "reason": _reason(row.reason),
        "digest": to_hex(row.digest),
        "deadline": rfc3339(row.deadline),
        "signers_needed": row.signers_needed,
        "done_pos": None if row.done_pos is None else str(row.done_pos),
        "done_at_block": None if row.done_pos is None else row.done_pos >> LOG_BITS,
    }


def act(row: Act) -> answers.Act:
    """An act as every endpoint shows it."""
    return answers.Act(**_act_fields(row))


def act_whole(row: Act, signatures: list[Signature], history: list[Step]) -> answers.ActWhole:
    """An act with its body, signers and history."""
    steps = [answers.Step(state=step.state, at=rfc3339(step.at // 1000), note=step.note) for step in history]
    return answers.ActWhole(**_act_fields(row), body=acts.body_json(row), signers=[signer(each) for each in signatures], history=steps)


def signer(row: Signature) -> answers.ActSigner:
    """A signer of an act, and whether its signature is there."""
    return answers.ActSigner(
        account=to_hex(row.signer),
        key=to_hex(row.key),
        role=roles.names_of(row.role)[0] if row.role else None,
        mode=roles.mode_name(row.mode),
        signed=row.sig is not None,
        evidence=hex_or_none(row.evidence_root),
    )


def call(row: Call) -> answers.Call:
    """A call as every endpoint shows it."""
    return answers.Call(
        id=to_hex(row.call_id),
        key=row.idem_key,
        what=row.what,
        state=row.state,
        transaction=hex_or_none(row.hash),
        reason=_reason(row.reason),
    )
