"""Acts on pledges from what people write: drafts ready to be signed, and what may be released for a debt paid in part."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from gateway.access import Session
from gateway.api import draft_answers, register_shown
from gateway.api.answers import Answer, Reason
from gateway.api.asking import Caller, Reading, Running, reading
from gateway.api.draft_answers import Drafted, DraftedAct, DraftedContent, DraftedName, DraftedPerson, DraftedRight, DraftedSigner
from gateway.api.fields import Minor, Text
from gateway.api.refusals import ANY, AWAY, NAMED, WRITES
from gateway.api.schemas import Strict
from gateway.pledging import drafting, partial
from gateway.pledging.given import Given
from gateway.pledging.known import Desk
from gateway.services import Services
from ledger.domain import pro_rata
from ledger.domain.ids import to_hex

router = APIRouter(tags=["drafts"], responses=ANY | AWAY)


class ProRataIn(Strict):
    """The whole debt before the payment and what of it was paid, minor units; `values`: of every live right by its number, if rights go."""

    debt: Minor
    paid: Minor
    values: Annotated[dict[Annotated[Text, Field(max_length=80)], Minor], Field(max_length=8192, default_factory=dict)]


@router.post("/pledges:draft", responses=WRITES | NAMED)
def draft_act(asked: Given, services: Running, session: Caller) -> Answer[Drafted]:
    """Makes the acts of a description: rights by numbers as offices write them, parties by identifier or name, days of the register's zone.

    It answers what would be signed, in words and as bodies for POST /acts, and what the ledger and the router say of it now. Nothing is
    signed, kept or sent.
    """
    with reading(services, session) as view:
        made = drafting.draft(_desk(services, session, view), asked)
        here = {each.key for each in services.catalogue.registers.values()}
        return view.answer(_drafted(made, here))


@router.post("/pledges/{pledge}/pro-rata", responses=WRITES | NAMED)
def propose_release(pledge: int, asked: ProRataIn, services: Running, session: Caller) -> Answer[draft_answers.ProRata]:
    """Says what may be released of a pledge when a part of the debt was paid: of its ceiling, or of rights that are valued.

    Exact in minor units, and rounded for the pledgee; `draft` describes the act that does it, with the basis in its document's heading.
    """
    with reading(services, session) as view:
        valued = {right: int(value) for right, value in asked.values.items()}
        found = partial.propose(_desk(services, session, view), pledge, int(asked.debt), int(asked.paid), valued)
        return view.answer(_proposed(found, asked))


def _desk(services: Services, session: Session, view: Reading) -> Desk:
    return Desk(services, session, view.conn, view.block, view.time)


def _drafted(found: drafting.Drafted, here: set[str]) -> Drafted:
    made = found.made
    listed, dossier = made.listed, made.dossier
    signers = [DraftedSigner(**each.body()) for each in made.signers]
    account = to_hex(made.signers[0].account)
    return Drafted(
        act=found.spec.name,
        says=made.says,
        warnings=list(found.warnings),
        contents=[] if dossier is None else [DraftedContent(**dossier)],
        acts=[
            DraftedAct(key=key, account=account, kind=made.kind, body=body, signers=signers)
            for key, body in zip(found.keys, made.bodies, strict=True)
        ],
        rights=[]
        if listed is None
        else [_right(key, title) for key, title in zip(listed.keys, listed.titles or ("",) * len(listed.keys), strict=True)],
        blind=None if listed is None else to_hex(listed.blind),
        names=[DraftedName(name=each.name, capacity=each.capacity) for each in made.names],
        persons=[DraftedPerson(**each.body()) for each in found.persons],
        refusals=[Reason(**each) for each in found.refusals],
        untried=found.untried,
        checked=None if found.checked is None else register_shown.filing_checked(found.checked, here),
        next=made.next,
    )


def _right(key: bytes, title: str) -> DraftedRight:
    return DraftedRight(key=to_hex(key), number=key.rstrip(b"\0").decode("ascii", "replace"), title=title)


def _proposed(found: partial.Proposed, asked: ProRataIn) -> draft_answers.ProRata:
    proposal, valued = found.proposal, bool(found.values)
    return draft_answers.ProRata(
        debt=asked.debt,
        paid=asked.paid,
        ceiling_before=None if found.before is None else str(found.before),
        ceiling=None if proposal.ceiling is None else str(proposal.ceiling),
        value=str(proposal.value) if valued else None,
        kept=str(proposal.kept) if valued else None,
        released=[draft_answers.ReleasedRight(right=each, value=str(found.values[each])) for each in found.released],
        whole=proposal.whole,
        rule=pro_rata.VALUE_RULE if valued else pro_rata.CEILING_RULE,
        basis=found.basis,
        draft=found.draft,
        next="POST /pledges:draft with this draft and the instrument's number and document" if found.draft else "nothing can go yet",
    )
