"""Purchases of receivables: banks' offers and ceilings, deals with their figures, and money that could not be paid."""

from ledger.chain.decode import Event
from ledger.domain.deals import day_of
from ledger.mirror.finance_models import (
    BANK_CEILING,
    DEAL,
    DEAL_ASSIGNMENT,
    DEAL_CUT,
    DEAL_PAYMENT,
    KEPT_CREDIT,
    PURCHASE_OFFER,
    BankCeiling,
    Deal,
    DealAssignment,
    DealCut,
    DealPayment,
    DealState,
    Keeper,
    KeptCredit,
    PurchaseOffer,
    PurchaseState,
)
from ledger.mirror.models import MEMBER, RECEIVABLE
from ledger.mirror.schema import number, word
from ledger.mirror.state import FoldError, State
from ledger.mirror.tokens import number_of

_NOBODY = bytes(20)


# --- Offers and ceilings ---


def _offered(state: State, event: Event) -> None:
    told, terms = event.args, event.args.terms
    offer = PurchaseOffer(
        offer=word(told.offer),
        state=PurchaseState.OPEN,
        bank=told.bank,
        seller=told.seller,
        receivable=word(terms.token >> 64),
        token=word(terms.token),
        start=word(terms.start),
        stop=word(terms.end),
        length=word(terms.length),
        payments=terms.payments,
        least_owed=word(terms.leastOwed),
        advance=word(terms.advance),
        fee=word(terms.fee),
        discount_rate=terms.discountRate,
        discount_basis=terms.discountBasis,
        day_start=terms.dayStart,
        recourse=terms.recourse,
        until=terms.until,
        cash=terms.cash,
        content_root=terms.contentRoot,
        offered_at=told.offeredAt,
        epoch=state.need(MEMBER, (told.bank,)).epoch,
    )
    state.open(PURCHASE_OFFER, offer)


def _recalled(state: State, event: Event) -> None:
    state.change(PURCHASE_OFFER, (word(event.args.offer),), state=PurchaseState.RECALLED)


def _ceiling_set(state: State, event: Event) -> None:
    told = event.args
    ceiling = _ceiling(state, told.bank, told.obligor, told.currency)
    state.put(BANK_CEILING, ceiling._replace(most=word(told.most)))


def _ceiling(state: State, bank: bytes, obligor: bytes, currency: int) -> BankCeiling:
    return state.get(BANK_CEILING, (bank, obligor, currency)) or BankCeiling(bank, obligor, currency, word(0), None)


def _advanced(state: State, bank: bytes, receivable: bytes, delta: int) -> None:
    """The bank has so much more, or less, advanced on the receivable's obligor."""
    if delta == 0:
        return
    issued = state.need(RECEIVABLE, (receivable,))
    ceiling = _ceiling(state, bank, issued.obligor, issued.currency)
    advanced = number(ceiling.advanced) + delta
    if advanced < 0:
        raise FoldError(f"advances of 0x{bank.hex()} would fall to {advanced} at position {state.pos}")
    state.put(BANK_CEILING, ceiling._replace(advanced=word(advanced)))


# --- Deals ---


def _opened(state: State, event: Event) -> None:
    told, offer = event.args, state.need(PURCHASE_OFFER, (word(event.args.deal),))
    deal = Deal(
        deal=offer.offer,
        state=DealState.ACTIVE,
        bank=told.bank,
        seller=told.seller,
        custodian=event.address,
        receivable=number_of(state, event),
        start=told.start,
        stop=told.end,
        recourse=offer.recourse,
        cash=offer.cash,
        since=told.since,
        day_start=offer.day_start,
        discount_rate=offer.discount_rate,
        discount_basis=offer.discount_basis,
        advanced=told.advance,
        payoff=told.payoff,
        refinanced=word(told.refinanced) if told.refinanced else None,
        acceptance=told.acceptance,
        advance=told.advance,
        fee=offer.fee,
        day=day_of(told.since, offer.day_start),
        money_days=word(0),
        discount_paid=word(0),
        ending=None,
        ended_to=None,
        ended_at=None,
        unpaid_discount=None,
        document=None,
    )
    state.put(PURCHASE_OFFER, offer._replace(state=PurchaseState.ACCEPTED))
    state.open(DEAL, deal)
    _advanced(state, told.bank, offer.receivable, told.advance)


def _paid(state: State, event: Event) -> None:
    told, paid = event.args, event.args.paid
    deal = _deal(state, event)
    reckoned = deal._replace(advance=told.advance, fee=word(told.fee), day=told.day)
    state.put(DEAL, reckoned._replace(money_days=word(told.moneyDays), discount_paid=word(told.discountPaid)))
    state.add(DEAL_PAYMENT, DealPayment(deal.deal, event.pos, told.source, paid.discount, paid.fee, paid.advance, paid.reserve))
    _advanced(state, deal.bank, _offer(state, deal).receivable, -paid.advance)


def _deal(state: State, event: Event) -> Deal:
    return state.need(DEAL, (word(event.args.deal),))


def _offer(state: State, deal: Deal) -> PurchaseOffer:
    return state.need(PURCHASE_OFFER, (deal.deal,))


def _satisfied(state: State, event: Event) -> None:
    state.put(DEAL, _deal(state, event)._replace(state=DealState.SATISFIED))


def _ended(state: State, event: Event) -> None:
    told, deal = event.args, _deal(state, event)
    ended = deal._replace(
        state=DealState.ENDED,
        ending=told.ending,
        ended_to=None if told.to == _NOBODY else told.to,
        ended_at=event.time,
        unpaid_discount=word(told.discount),
        document=told.document if any(told.document) else None,
    )
    state.put(DEAL, ended)
    _advanced(state, deal.bank, _offer(state, deal).receivable, -told.advance)


def _assigned(state: State, event: Event) -> None:
    told, deal = event.args, _deal(state, event)
    receivable = _offer(state, deal).receivable
    state.put(DEAL, deal._replace(bank=told.to))
    state.add(DEAL_ASSIGNMENT, DealAssignment(deal.deal, event.pos, told.from_, told.to, told.price))
    _advanced(state, told.from_, receivable, -deal.advance)
    _advanced(state, told.to, receivable, deal.advance)


def _tail_released(state: State, event: Event) -> None:
    told, deal = event.args, _deal(state, event)
    state.put(DEAL, deal._replace(stop=told.start))
    state.add(DEAL_CUT, DealCut(deal.deal, event.pos, told.to, told.start, told.end, told.document))


def _range_left(state: State, event: Event) -> None:
    told, deal = event.args, _deal(state, event)
    state.put(DEAL, deal._replace(start=told.from_, stop=told.until))
    state.add(DEAL_CUT, DealCut(deal.deal, event.pos, told.to, told.start, told.end, None))


# --- Money that could not be paid ---


def credited(state: State, keeper: Keeper, account: bytes, cash: int, delta: int) -> None:
    """A contract keeps so much more, or less, for an account. Raises FoldError below zero."""
    before = state.get(KEPT_CREDIT, (keeper, account, cash))
    amount = (before.amount if before else 0) + delta
    if amount < 0:
        raise FoldError(f"{keeper.name} would keep {amount} for 0x{account.hex()} at position {state.pos}")
    state.put(KEPT_CREDIT, KeptCredit(keeper, account, cash, amount))


def _credited(state: State, event: Event) -> None:
    credited(state, Keeper.FINANCING, event.args.account, event.args.cash, event.args.amount)


def _withdrawn(state: State, event: Event) -> None:
    credited(state, Keeper.FINANCING, event.args.account, event.args.cash, -event.args.amount)


RULES = {
    ("PurchaseOffers", "PurchaseOffered"): _offered,
    ("PurchaseOffers", "PurchaseRecalled"): _recalled,
    ("PurchaseOffers", "BankCeilingSet"): _ceiling_set,
    ("Financing", "DealOpened"): _opened,
    ("Financing", "DealPaid"): _paid,
    ("Financing", "DealSatisfied"): _satisfied,
    ("Financing", "DealEnded"): _ended,
    ("Financing", "DealAssigned"): _assigned,
    ("Financing", "TailReleased"): _tail_released,
    ("Financing", "RangeLeft"): _range_left,
    ("Financing", "FinancingCredited"): _credited,
    ("Financing", "FinancingWithdrawn"): _withdrawn,
}
