"""Drafts of acts: from a description to bodies ready to be signed, what they say in words, and what the ledger would say of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import rfc8785

from gateway import acts, filing
from gateway.drafts import Request, Wanted
from gateway.errors import Problem, invalid
from gateway.filing import Checked
from gateway.pledging import changes, filings, office, words
from gateway.pledging.given import Given
from gateway.pledging.known import Desk
from gateway.pledging.parts import Json
from gateway.pledging.table import BY_NAME, COMMON, ActKind
from gateway.pledging.writing import Made, Person, Writer, Writing
from gateway.roles import ROLES
from ledger.domain.acts import ActError, body_from, struct_hash
from ledger.domain.ids import to_hex
from ledger.domain.money import MoneyError
from ledger.domain.pledge_words import Flag, HoldTarget
from ledger.mirror.models import PledgeStatus
from ledger.mirror.queries import holds, pledges

_WRITERS: Mapping[str, Writer] = {
    "file": filings.file,
    "record": filings.record,
    "accept": filings.accept,
    "decide": filings.decide,
    "titles": filings.titles,
    **dict.fromkeys(("notify", "answer", "reconsider"), filings.step),
    "withdraw": filings.withdraw,
    "contest": filings.contest,
    **dict.fromkeys(("release", "end-by-order"), changes.release),
    **dict.fromkeys(("part-release", "end-rights-by-order"), changes.part_release),
    **dict.fromkeys(("transfer", "correct-parties"), changes.change_parties),
    **dict.fromkeys(("set-terms", "correct-terms"), changes.set_terms),
    "supplement": changes.supplement,
    "reserve": changes.reserve,
    **dict.fromkeys(("enforce", "stop-enforcing"), changes.set_state),
    **dict.fromkeys(("note", "agree", "object"), changes.note),
    "relate": changes.relate,
    "refinance": changes.refinance,
    "sale": changes.sale,
    "rectify": changes.rectify,
    **dict.fromkeys(("hold", "fee-hold"), office.hold),
    **dict.fromkeys(("lift", "fee-lift"), office.lift),
    "join": office.join,
    "record-party": office.party,
}


@dataclass(frozen=True, slots=True)
class Drafted:
    """A draft: the acts with their idempotency keys, in order; why the first one would be refused now (`untried`: why that is not known).

    `checked`: whether a filing would be registered today, which is another question than whether it is taken in.
    """

    spec: ActKind
    made: Made
    keys: tuple[str, ...]
    checked: Checked | None
    refusals: tuple[dict[str, Any], ...]
    warnings: tuple[str, ...]
    untried: str | None
    persons: tuple[Person, ...]


def draft(desk: Desk, given: Given) -> Drafted:
    """The bodies of what is described. Raises 404, 422 that name field, rule and what to do; SigningLocked, NodeUnreachable."""
    spec = BY_NAME.get(given.act)
    if spec is None:
        raise invalid(f"act: {given.act[:40]!r} is none of {', '.join(BY_NAME)}", field="act")
    _check_fields(spec, given)
    writing = Writing(desk, spec, given)
    try:
        made = _WRITERS[spec.name](writing)
    except (*words.REFUSALS, MoneyError, ActError) as wrong:
        raise invalid(str(wrong), field=str(wrong).split(":", 1)[0].split(" ")[0]) from wrong
    if not made.signers:
        raise invalid("account: nobody's consent is asked for this act; name the account that acts", field="account")
    return _tried(writing, made)


def _check_fields(spec: ActKind, given: Given) -> None:
    told = given.told()
    admitted = {*COMMON, *spec.needs, *spec.takes}
    if unknown := [name for name in told if name not in admitted]:
        raise invalid(f"{unknown[0]}: {spec.name} takes no such field; it takes {', '.join((*spec.needs, *spec.takes))}", field=unknown[0])
    if missing := [name for name in spec.needs if name not in told]:
        raise invalid(f"{missing[0]}: missing; {spec.name} needs {', '.join(spec.needs)}", field=missing[0])


def _tried(writing: Writing, made: Made) -> Drafted:
    desk = writing.desk
    after = _after(writing, made)
    keys = tuple(_key(writing.spec.name, made, body, after) for body in made.bodies)
    warnings = (*made.warnings, *filing.odd_ends(desk.services.catalogue, desk.conn, body_from(made.kind, made.bodies[0])))
    told, untried = _would_be(desk, made)
    refusals = [] if told is None else [told]
    checked = None if made.tried is None else filing.check(desk.services, desk.conn, made.tried, desk.block, desk.time)
    if checked is not None:
        # A filing may wait for what bars its registration today; in the wrong register it waits for nothing.
        refusals = [each for each in checked.refusals if each["error"] == "WrongRegister"] + refusals
    return Drafted(writing.spec, made, keys, checked, tuple(refusals), warnings, untried, tuple(writing.persons))


def _would_be(desk: Desk, made: Made) -> tuple[dict[str, Any] | None, str | None]:
    """Why the ledger would refuse the first act now, and why that could not be tried."""
    account = made.signers[0].account
    if not desk.session.may_act_for(account, desk.services.keystore):
        return None, f"{to_hex(account)} acts, for whom this API key does not speak"
    wanted = tuple(Wanted(each.account, ROLES[each.role], int(each.mode), None, None, None) for each in made.signers)
    request = Request("check", account, made.kind, made.bodies[0], wanted, None, None, ())
    try:
        return acts.check(desk.services, desk.session, request), None
    except Problem as wrong:
        return {"error": wrong.title.title().replace(" ", ""), "values": {}, "sentence": wrong.detail}, None


def _key(name: str, made: Made, body: Json, after: int) -> str:
    """The same act drafted again has the same key, so that it is done once."""
    told = {"kind": made.kind, "body": _plain(body), "after": after}
    return f"{name} {sha256(rfc8785.dumps(told)).hexdigest()[:40]}"


def _after(writing: Writing, made: Made) -> int:
    """How often what the act does was undone, so that it may be done once more in the same words.

    Acts on registered pledges name their version; those of the intake and of the office don't.
    """
    conn, body = writing.desk.conn, made.bodies[0]
    if made.kind in ("FilePledge", "RecordPledge"):
        filed = pledges.of_filing(conn, struct_hash(body_from("FilePledge", body.get("filing", body))))
        return sum(each.state.status in _OVER for each in filed)
    if made.kind == "PlaceHold":
        office = writing.kept.row.office if body["target"] == HoldTarget.PARTY else None
        placed = holds.every(conn, HoldTarget(body["target"]), bytes.fromhex(body["id"][2:]), office=office)
        return sum(each.lifted_by is not None or 0 < each.until < writing.desk.time for each in placed)
    if not writing.spec.on_pledge:
        return 0
    refused = sum(each.act.event == "PledgeRefused" for each in pledges.history(conn, writing.number))
    return refused * 2 + bool(writing.standing.state.flags & Flag.DISPLACED)


_OVER = (PledgeStatus.RETURNED, PledgeStatus.WITHDRAWN, PledgeStatus.REFUSED, PledgeStatus.ENDED)


def _plain(value: Any) -> Any:
    """Integers as text: they pass what JSON's canonical form holds."""
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value
