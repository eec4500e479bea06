"""Acts on purchases, loans, guarantees, courts' holds and cash from what people write: drafts to be signed, orders to be carried out."""

from typing import Any

from fastapi import APIRouter

from gateway import court_orders
from gateway.api.answers import Answer, Money, Shown, Time
from gateway.api.asking import Caller, Running, reading
from gateway.api.receivable_drafts import DraftedReceivable, drafted
from gateway.api.refusals import ANY, AWAY, CONFLICTS, NAMED, WRITES
from gateway.api.register_answers import OrderDecided
from gateway.api.register_shown import decision
from gateway.api.shown import money
from gateway.financing.given import FinancingGiven
from gateway.financing.writers import FINANCING
from gateway.pledging.known import Desk
from gateway.receivables import drafting
from gateway.receivables.writing import Made
from ledger.domain.calendar import rfc3339
from ledger.domain.ids import to_hex

router = APIRouter(tags=["drafts"], responses=ANY | AWAY)


class FirstCall(Shown):
    """A call that anybody may make, as POST /calls:batch takes it."""

    key: str
    contract: str
    function: str
    arguments: list[Any]


class DraftedInstalment(Shown):
    """What a loan makes due: the last day, the second from which it is late, and the amounts if all is paid when it is due."""

    day: str
    due: Time
    principal: Money
    interest: Money
    total: Money


class DraftedFinancing(DraftedReceivable):
    """A draft of an act on a purchase, a loan, a guarantee, a hold or cash; `schedule` is that of a loan which is opened or renewed.

    `first` are calls for POST /calls:batch that go before the act; without them the ledger would refuse it.
    """

    schedule: list[DraftedInstalment]
    first: list[FirstCall]


@router.post("/financing:draft", responses=WRITES | NAMED)
def draft_financing(asked: FinancingGiven, services: Running, session: Caller) -> Answer[DraftedFinancing]:
    """Makes an act on a purchase, a loan, a guarantee, a court's hold or cash of words: rates in percent a year, days that end in a zone.

    What an offer saw, what is outstanding and a loan's schedule are worked out from the ledger as it stands. It answers what would be
    signed, in words and as a body for POST /acts, and what the ledger says of it now. Nothing is signed, kept or sent.
    """
    with reading(services, session) as view:
        found = drafting.draft(Desk(services, session, view.conn, view.block, view.time), FINANCING, asked)
        return view.answer(DraftedFinancing(**drafted(found), schedule=_schedule(found.made), first=_first(found.made)))


@router.post("/court-orders:carry-out", status_code=202, responses=WRITES | NAMED | CONFLICTS)
def carry_out_order(asked: FinancingGiven, services: Running, session: Caller) -> OrderDecided:
    """Has the council carry out what a court ordered, by the key held here. The order is written once more, as `hold order` or
    `hold order-credit`: only the court's own words are carried out, and only when their time has come.

    Where the council's decisions wait, the first request announces one and the same request carries it out later.
    """
    with reading(services, session) as view:
        carried = court_orders.carry_out(Desk(services, session, view.conn, view.block, view.time), asked)
        return OrderDecided(hold=carried.hold, content=to_hex(carried.content), says=carried.says, **decision(carried.decision))


def _first(made: Made) -> list[FirstCall]:
    return [FirstCall(key=each.key, contract=each.contract, function=each.function, arguments=each.arguments) for each in made.first]


def _schedule(made: Made) -> list[DraftedInstalment]:
    return [
        DraftedInstalment(
            day=day.isoformat(),
            due=rfc3339(due),
            principal=money(principal, made.unit),
            interest=money(interest, made.unit),
            total=money(principal + interest, made.unit),
        )
        for day, due, principal, interest in made.schedule
    ]
