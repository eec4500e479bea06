"""Parties and holds: what became of a party and who signs for it, and what bars acts on rights, pledges and parties."""

from typing import Annotated

from fastapi import APIRouter, Query

from gateway.api import pledge_shown
from gateway.api.answers import Answer
from gateway.api.asking import Caller, Point, Reading, Running, WordPath, addressed, reading, whole_number, worded
from gateway.api.assets import keyed
from gateway.api.fields import ACCOUNT, words_of
from gateway.api.pledge_answers import Hold, PartyWhole, Signer
from gateway.api.pledges import Effective, seconds
from gateway.api.refusals import ANY, AWAY, NAMED
from gateway.api.registers import named
from gateway.errors import invalid
from ledger.domain.assets import WORD
from ledger.domain.ids import to_hex
from ledger.domain.pledge_words import HoldTarget
from ledger.mirror.queries import holds, parties, registers
from ledger.mirror.queries.liveness import about
from ledger.mirror.schema import word

router = APIRouter(tags=["parties"], responses=ANY | AWAY)


@router.get("/parties/{party}", responses=NAMED)
def get_party(party: WordPath, services: Running, session: Caller, point: Point) -> Answer[PartyWhole]:
    """A party by its word: what became of it before each office, who signs for it now, and for whom it stands."""
    key = worded(party, WORD, "party")
    with reading(services, session, point) as view:
        signing = [(office, parties.signer_of(view.conn, office, key, view.at)) for office in _offices(view)]
        signers = [Signer(office=to_hex(office), account=_hex(account)) for office, account in signing]
        stands_for = [each.party for each in parties.followed_by(view.conn, key, at=view.at)]
        became = parties.became(view.conn, key, at=view.at)
        return view.answer(pledge_shown.party_whole(key, signers, became, list(dict.fromkeys(stands_for))))


@router.get("/holds")
def list_holds(
    services: Running,
    session: Caller,
    point: Point,
    target: Annotated[str, Query(json_schema_extra=words_of(HoldTarget))],
    id_: Annotated[str, Query(alias="id", max_length=78, description="The asset's key, the pledge's number, or the party's word")],
    office: Annotated[str | None, Query(pattern=ACCOUNT, description="The office's account: a party's holds are an office's")] = None,
    effective_at: Effective = None,
    ended: Annotated[bool, Query(description="Those that are over or lifted, too")] = False,
) -> Answer[list[Hold]]:
    """What bars acts on a right, a pledge, its claim, or a party, in the order of placing."""
    kind = named(HoldTarget, target, "target")
    with reading(services, session, point) as view:
        key, scope = _held(kind, id_), _scope(kind, office)
        when = about(view.conn, view.at, seconds(effective_at))
        found = holds.every(view.conn, kind, key, office=scope, at=view.at)
        return view.answer([pledge_shown.hold(each, when) for each in found if ended or holds.runs(each, when)])


def _held(kind: HoldTarget, text: str) -> bytes:
    if kind is HoldTarget.ASSET:
        return keyed(text)
    if kind is HoldTarget.PARTY:
        return worded(text, WORD, "id")
    return word(whole_number(text, "id"))


def _scope(kind: HoldTarget, office: str | None) -> bytes | None:
    if kind is not HoldTarget.PARTY:
        return None
    if office is None:
        raise invalid("office: a party's holds are an office's; name its account", field="office")
    return addressed(office, "office")


def _offices(view: Reading) -> list[bytes]:
    return list(dict.fromkeys(row.office for row in registers.all_registers(view.conn, view.at)))


def _hex(account: bytes | None) -> str | None:
    return None if account is None else to_hex(account)
