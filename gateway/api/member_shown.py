"""Members and private documents as answers."""

from typing import Any

import orjson

from gateway import roles
from gateway.api import member_answers as answers
from gateway.office.repository import Content
from ledger.domain.ids import to_hex
from ledger.mirror.models import Member, MemberKey


def _member_fields(row: Member) -> dict[str, Any]:
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


def member(row: Member) -> answers.Member:
    """A member."""
    return answers.Member(**_member_fields(row))


def member_whole(row: Member, keys: list[MemberKey]) -> answers.MemberWhole:
    """A member with its operator keys."""
    shown = [answers.MemberKey(key=to_hex(key.key), roles=roles.names_of(key.roles), epoch=key.epoch) for key in keys]
    return answers.MemberWhole(**_member_fields(row), keys=shown)


def content(row: Content) -> answers.Content:
    """A document that a member holds."""
    return answers.Content(root=to_hex(row.root), schema_=row.schema, seed=to_hex(row.seed), document=orjson.loads(row.bytes))
