"""Drafts of acts: from a description to a body ready to be signed, what it says in words, and what the ledger says of it."""

from dataclasses import dataclass
from hashlib import sha256
from itertools import count
from typing import Any

import rfc8785
from sqlalchemy import Connection

from gateway import acts
from gateway.drafts import Request, Wanted
from gateway.errors import Problem, invalid
from gateway.outbox import act_rows
from gateway.outbox.states import FAILED, State
from gateway.pledging.known import Desk
from gateway.pledging.words import REFUSALS
from gateway.receivables.given import Given
from gateway.receivables.table import COMMON, ActKind
from gateway.receivables.writing import Acts, Made, Told, Writing
from gateway.roles import MODES, ROLES, fitting, names_of
from ledger.domain.acts import ActError, body_from
from ledger.domain.ids import act_id, to_hex
from ledger.domain.money import MoneyError
from ledger.mirror.queries import members
from ledger.mirror.schema import word


@dataclass(frozen=True, slots=True)
class Drafted:
    """A draft with its idempotency key; why it would be refused now (`untried`: why that is not known)."""

    spec: ActKind
    made: Made
    key: str
    refusals: tuple[dict[str, Any], ...]
    untried: str | None


def draft(desk: Desk, acts_: Acts[Told], given: Told) -> Drafted:
    """The body of what is described. Raises 404, 422 that name field, rule and what to do; SigningLocked, NodeUnreachable."""
    spec, made, _ = written(desk, acts_, given)
    _check_roles(desk, spec, made)
    refused, untried = _would_be(desk, spec, made)
    return Drafted(spec, made, _open_key(desk, made, _key(spec, made)), () if refused is None else (refused,), untried)


def written(desk: Desk, acts_: Acts[Told], given: Told) -> tuple[ActKind, Made, Any]:
    """The kind of an act, its body and the same as its struct (ledger/domain/act_types.py), unchecked. Raises 404, 422."""
    spec = acts_.kind(given.act)
    _check_fields(spec, given)
    try:
        made = acts_.writers[spec.name](Writing(desk, spec, given))
        return spec, made, body_from(spec.kind, made.body)
    except (*REFUSALS, MoneyError, ActError) as wrong:
        raise invalid(str(wrong), field=str(wrong).split(":", 1)[0].split(" ")[0]) from wrong


def _check_fields(spec: ActKind, given: Given) -> None:
    told = given.told()
    fields = (*spec.needs, *spec.takes)
    if unknown := sorted(name for name in told if name not in {*COMMON, *fields}):
        raise invalid(f"{unknown[0]}: {spec.name} takes no such field; it takes {', '.join(fields)}", field=unknown[0])
    if missing := [name for name in spec.needs if name not in told]:
        raise invalid(f"{missing[0]}: missing; {spec.name} needs {', '.join(spec.needs)}", field=missing[0])


def _check_roles(desk: Desk, spec: ActKind, made: Made) -> None:
    """Who is no member, or can't sign in any role that the act takes, is told so, rather than that it has no such key. Raises 422."""
    for at, signer in enumerate(made.signers):
        found = members.get(desk.conn, signer.account)
        wanted = fitting(spec.kind, at == 0) if signer.role is None else ROLES[signer.role]
        if found is None:
            raise invalid(f"account: {to_hex(signer.account)} is no member of this ledger; it must be admitted first", field="account")
        if not found.roles & wanted:
            held, asked = ", ".join(names_of(found.roles)) or "no role", " or ".join(names_of(wanted))
            raise invalid(f"account: {found.name} ({to_hex(found.account)}) is {held}; {spec.name} takes {asked}", field="account")


def _would_be(desk: Desk, spec: ActKind, made: Made) -> tuple[dict[str, Any] | None, str | None]:
    """Why the ledger would refuse the act now, and why that could not be tried."""
    account = made.signers[0].account
    if made.first:
        return None, f"{', '.join(f'{each.contract}.{each.function}' for each in made.first)} goes before it"
    if not desk.session.may_act_for(account, desk.services.keystore):
        return None, f"{to_hex(account)} acts, for whom this API key does not speak"
    roles = (None if each.role is None else ROLES[each.role] for each in made.signers)
    wanted = tuple(Wanted(each.account, role, MODES["SIGNED"], None, None, None) for each, role in zip(made.signers, roles, strict=True))
    try:
        return acts.check(desk.services, desk.session, Request("check", account, spec.kind, made.body, wanted, None, None, ())), None
    except Problem as wrong:
        return {"error": wrong.title.title().replace(" ", ""), "values": {}, "sentence": wrong.detail}, None


def _key(spec: ActKind, made: Made) -> str:
    """The same act drafted again has the same key, so that it is done once."""
    told = {"kind": spec.kind, "account": to_hex(made.signers[0].account), "body": _plain(made.body), "after": str(made.after)}
    return f"{spec.name} {sha256(rfc8785.dumps(told)).hexdigest()[:40]}"


def _open_key(desk: Desk, made: Made, key: str) -> str:
    """What was refused, or not signed in time, came to nothing: the same words after that are another act."""
    account, keys = made.signers[0].account, (f"{key} {again}" if again else key for again in count())
    with desk.services.office.read() as conn:
        return next(each for each in keys if not _has_failed(conn, account, each))


def _has_failed(conn: Connection, account: bytes, key: str) -> bool:
    return any(State(each.state) in FAILED for each in act_rows.named(conn, [(account, word(act_id(key)))]).values())


def _plain(value: Any) -> Any:
    """Integers as text: they pass what JSON's canonical form holds."""
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value
