"""Courts' orders, carried out by the council through a gateway that holds its key.

A court signs an order in full, and the ledger keeps its hash for some days before the council may carry it out. Who carries it out writes
it once more, from the court's own paper: only the same words have the same hash.
"""

from dataclasses import astuple, dataclass

from eth_hash.auto import keccak

from gateway import calls, council
from gateway.council import Decision
from gateway.errors import Problem, invalid
from gateway.financing.given import FinancingGiven
from gateway.financing.writers import FINANCING
from gateway.pledging.known import Desk
from gateway.receivables import drafting
from ledger.chain.calls import call_data
from ledger.domain.act_types import OrderCredit, OrderRange
from ledger.domain.calendar import rfc3339
from ledger.domain.ids import to_hex, token_id
from ledger.mirror.queries import financing, loans, marks, receivables, tokens
from ledger.mirror.schema import number

ORDERS = ("hold order", "hold order-credit")
ORDER_GAS = 1_500_000
_SELECTOR, _WORDS = 4, 6 * 32


@dataclass(frozen=True, slots=True)
class Carried:
    """An order on its way: under which hold, the hash of its words, what it says, and what the council does now."""

    hold: int
    content: bytes
    says: list[str]
    decision: Decision


def carry_out(desk: Desk, given: FinancingGiven) -> Carried:
    """Has the council carry out an order that a court gave in these words. Raises 403, 404, 409, 422, SigningLocked."""
    services, session = desk.services, desk.session
    council.check_operator(services, session, "carries out courts' orders")
    if given.act not in ORDERS:
        raise invalid(f"act: {given.act[:40]!r} is no order; one of {', '.join(ORDERS)}", field="act")
    _, made, body = drafting.written(desk, FINANCING, given)
    if isinstance(body, OrderRange):
        function, data = "executeRange", call_data("ReceivableHolds", "executeRange", astuple(body), _subject(desk, body))
    elif isinstance(body, OrderCredit):
        function, data = "executeCredit", call_data("ReceivableHolds", "executeCredit", astuple(body))
    else:
        raise AssertionError(f"{given.act} is written as {type(body).__name__}")
    content = keccak(data[_SELECTOR : _SELECTOR + _WORDS])
    executed = _check_given(desk, body.hold, content)
    asked = calls.Asked(f"order {content.hex()} {executed}", "ReceivableHolds", function, [])
    return Carried(body.hold, content, list(made.says), council.decide(services, session, asked, data, ORDER_GAS))


def _check_given(desk: Desk, hold: int, content: bytes) -> int:
    """How often the order was carried out before; it may be given again. Raises 404, 409."""
    orders, done = marks.orders(desk.conn, hold), [each.content for each in marks.executions(desk.conn, hold)]
    same = [each for each in orders if each.content == content]
    if not same:
        known = ", ".join(to_hex(each.order) for each in orders if each.content not in done) or "none"
        detail = f"under hold {hold} no court gave an order in these words; orders that wait there, by their document: {known}"
        raise Problem(404, "No such order", detail)
    if len(same) <= done.count(content):
        raise Problem(409, "Order carried out", f"the order of {to_hex(same[-1].order)} under hold {hold} was carried out already")
    if desk.time < same[-1].executable_from:
        when = rfc3339(same[-1].executable_from)
        raise Problem(409, "Order waits", f"the order may be carried out from {when} on", ready_at=same[-1].executable_from)
    return done.count(content)


def _subject(desk: Desk, order: OrderRange) -> int:
    """What a range in custody is there for: a deal by its number, a pledged range by its token, or nothing (0)."""
    id_, manifest = order.token >> 64, desk.services.manifest
    standing = receivables.get(desk.conn, id_)
    token = standing and tokens.at_unit(desk.conn, standing.receivable.number, order.start)
    if standing is None or token is None:
        return 0
    where = (desk.conn, standing.receivable.number, order.start, order.end)
    if token.owner == manifest.address("TitleEscrow"):
        entry = loans.entry_over(*where)
        return 0 if entry is None else token_id(id_, entry.start)
    deal = financing.deal_over(*where) if token.owner == manifest.address("Financing") else None
    return 0 if deal is None else number(deal.deal)
