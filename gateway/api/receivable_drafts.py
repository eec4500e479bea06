"""Acts on receivables from what people write: drafts ready to be signed."""

from typing import Any

from fastapi import APIRouter

from gateway.api.answers import Answer, Hex, Reason, Shown
from gateway.api.asking import Caller, Running, reading
from gateway.api.refusals import ANY, AWAY, NAMED, WRITES
from gateway.pledging.known import Desk
from gateway.receivables import drafting
from gateway.receivables.given import ReceivableGiven
from gateway.receivables.writers import RECEIVABLES
from ledger.domain.ids import to_hex

router = APIRouter(tags=["drafts"], responses=ANY | AWAY)


class ReceivableSigner(Shown):
    """A signer, as POST /acts takes it; without a role the ledger's only fitting one is taken."""

    account: Hex
    role: str | None


class ReceivableAct(Shown):
    """An act ready for POST /acts under its idempotency key; the same draft has the same key."""

    key: str
    account: Hex
    kind: str
    body: dict[str, Any]
    signers: list[ReceivableSigner]


class DraftedReceivable(Shown):
    """A draft. `says`: what is signed, in words. `refusals`: why the ledger would not do it now; `untried`: why that is not known."""

    act: str
    says: list[str]
    acts: list[ReceivableAct]
    refusals: list[Reason]
    untried: str | None
    next: str


@router.post("/receivables:draft", responses=WRITES | NAMED)
def draft_receivable(asked: ReceivableGiven, services: Running, session: Caller) -> Answer[DraftedReceivable]:
    """Makes an act on a receivable of words: amounts and ranges in minor units, days that end in a zone, offers and debts as they stand.

    It answers what would be signed, in words and as a body for POST /acts, and what the ledger says of it now. Nothing is signed, kept or
    sent.
    """
    with reading(services, session) as view:
        found = drafting.draft(Desk(services, session, view.conn, view.block, view.time), RECEIVABLES, asked)
        return view.answer(DraftedReceivable(**drafted(found)))


def drafted(found: drafting.Drafted) -> dict[str, Any]:
    """What every answer to a draft has."""
    made = found.made
    signers = [ReceivableSigner(account=to_hex(each.account), role=each.role) for each in made.signers]
    act = ReceivableAct(key=found.key, account=signers[0].account, kind=found.spec.kind, body=made.body, signers=signers)
    told = {"refusals": [Reason(**each) for each in found.refusals], "untried": found.untried}
    return {"act": found.spec.name, "says": made.says, "acts": [act], "next": made.next} | told
