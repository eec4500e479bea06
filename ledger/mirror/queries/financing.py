"""Purchases of receivables: offers side by side with what each costs, deals with what is outstanding, banks' ceilings, kept money."""

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, or_, select

from ledger.domain import deals, ranges
from ledger.domain.deals import Figures, Outstanding, Rate, day_of
from ledger.domain.ranges import Range
from ledger.domain.token_flags import TokenFlag
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
    KeptCredit,
    PurchaseOffer,
    PurchaseState,
)
from ledger.mirror.models import TOKEN, Token
from ledger.mirror.queries import chain, marks, members, payments, receivables, tokens
from ledger.mirror.queries.reading import Page, given, one, page, rows_of, told, valid
from ledger.mirror.schema import number, word

BANK_ROLE = 1 << 4


class Cost(NamedTuple):
    """What the seller pays a bank beside the advance, in minor units: discount by a second, and the fee."""

    discount: int
    fee: int

    @property
    def total(self) -> int:
        return self.discount + self.fee


# --- Offers ---


def offer(conn: Connection, id_: int, at: int | None = None) -> PurchaseOffer | None:
    """The offer of a 192-bit id."""
    return one(conn, PURCHASE_OFFER, PURCHASE_OFFER.table.c.offer == word(id_), valid(PURCHASE_OFFER, at))


def offers(
    conn: Connection,
    *,
    party: bytes | None = None,
    receivable: int | None = None,
    state: PurchaseState | None = None,
    at: int | None = None,
    limit: int = 100,
    after: tuple[int, bytes] | None = None,
) -> Page[PurchaseOffer]:
    """Offers in their order; `party` is bank or seller, `receivable` a 192-bit id."""
    columns = PURCHASE_OFFER.table.c
    where = [
        valid(PURCHASE_OFFER, at),
        *given(party, lambda value: or_(columns.bank == value, columns.seller == value)),
        *given(receivable, lambda value: columns.receivable == word(value)),
        *given(state, lambda value: columns.state == value),
    ]
    return page(conn, PURCHASE_OFFER, where, ["offered_at", "offer"], limit=limit, after=after)


def competing(conn: Connection, seller: bytes, receivable: int, of: Range, at: int | None = None) -> list[PurchaseOffer]:
    """Open offers to a seller for any part of a range of a receivable (192-bit id), cheapest to read first: by what they advance."""
    columns = PURCHASE_OFFER.table.c
    where = (
        columns.receivable == word(receivable),
        columns.state == PurchaseState.OPEN,
        columns.seller == seller,
        columns.start < word(of.end),
        columns.stop > word(of.start),
        valid(PURCHASE_OFFER, at),
    )
    return rows_of(conn, PURCHASE_OFFER, select(PURCHASE_OFFER.table).where(*where).order_by(columns.advance.desc(), columns.offer))


def cost(found: PurchaseOffer, accepted: int, paid: int) -> Cost:
    """What an offer costs if it is accepted at one second and the bank has everything at another."""
    days = max(0, day_of(paid, found.day_start) - day_of(accepted, found.day_start))
    return Cost(number(found.advance) * days * found.discount_rate // found.discount_basis, number(found.fee))


def obstacle(conn: Connection, found: PurchaseOffer, time: int) -> str | None:
    """The error that an acceptance by the seller, who has the range, would meet at a time; None if it would go through."""
    return _standing(conn, found, time) or _facts(conn, found, time) or _above(conn, found)


def _standing(conn: Connection, found: PurchaseOffer, time: int) -> str | None:
    if found.state != PurchaseState.OPEN:
        return "OfferNotOpen"
    if time > found.until:
        return "OfferLapsed"
    bank = members.get(conn, found.bank)
    if bank is None or bank.suspended or bank.held or not bank.roles & BANK_ROLE:
        return "BankUnable"
    return "OfferStale" if bank.epoch != found.epoch else None


def _facts(conn: Connection, found: PurchaseOffer, time: int) -> str | None:
    standing = receivables.get(conn, number(found.receivable))
    if standing is None or standing.state.confirmed_at is None or standing.receivable.cash != found.cash:
        return "CashDiffers"
    if marks.disputed(marks.dispute(conn, standing.receivable.number), time):
        return "Disputed"
    token = tokens.by_token_id(conn, number(found.token))
    if token is None or (token.owner, token.length, standing.state.payments) != _seen(found):
        return "FactsDiffer"
    owed = tokens.owed(conn, token.receivable, number(found.start), number(found.stop))
    return None if owed >= number(found.least_owed) else "FactsDiffer"


def _seen(found: PurchaseOffer) -> tuple[bytes, int, int]:
    """Owner and length of the token, and the payments, that the bank saw."""
    return found.seller, number(found.length), found.payments


def _above(conn: Connection, found: PurchaseOffer) -> str | None:
    standing = receivables.get(conn, number(found.receivable))
    limit = ceiling(conn, found.bank, standing.receivable.obligor, standing.receivable.currency) if standing else None
    if limit is None or limit.most is None:
        return None
    return "AboveCeiling" if number(limit.advanced) + number(found.advance) > number(limit.most) else None


# --- Ceilings and kept money ---


def ceiling(conn: Connection, bank: bytes, obligor: bytes, currency: int, at: int | None = None) -> BankCeiling | None:
    """What a bank has advanced on an obligor in a currency (ISO 4217 number), and its ceiling."""
    columns = BANK_CEILING.table.c
    where = (columns.bank == bank, columns.obligor == obligor, columns.currency == currency, valid(BANK_CEILING, at))
    return one(conn, BANK_CEILING, *where)


def ceilings(conn: Connection, bank: bytes, at: int | None = None) -> list[BankCeiling]:
    """All that a bank has advanced, by obligor and currency."""
    where = (BANK_CEILING.table.c.bank == bank, valid(BANK_CEILING, at))
    return rows_of(conn, BANK_CEILING, select(BANK_CEILING.table).where(*where).order_by(*BANK_CEILING.key_columns))


def kept_credits(conn: Connection, account: bytes, at: int | None = None) -> list[KeptCredit]:
    """What financing and loans keep for an account that could not be paid."""
    where = (KEPT_CREDIT.table.c.account == account, KEPT_CREDIT.table.c.amount > 0, valid(KEPT_CREDIT, at))
    return rows_of(conn, KEPT_CREDIT, select(KEPT_CREDIT.table).where(*where).order_by(*KEPT_CREDIT.key_columns))


# --- Deals ---


def deal(conn: Connection, id_: int, at: int | None = None) -> Deal | None:
    """The deal of a 192-bit id, which is its offer's."""
    return one(conn, DEAL, DEAL.table.c.deal == word(id_), valid(DEAL, at))


def find(
    conn: Connection,
    *,
    party: bytes | None = None,
    bank: bytes | None = None,
    receivable: int | None = None,
    state: DealState | None = None,
    at: int | None = None,
    limit: int = 100,
    after: tuple[int, bytes] | None = None,
) -> Page[Deal]:
    """Deals in the order of their acceptance; `party` is bank or seller, `receivable` the number that rows name it by."""
    columns = DEAL.table.c
    where: list[ColumnElement[bool]] = [
        valid(DEAL, at),
        *given(party, lambda value: or_(columns.bank == value, columns.seller == value)),
        *given(bank, lambda value: columns.bank == value),
        *given(receivable, lambda value: columns.receivable == value),
        *given(state, lambda value: columns.state == value),
    ]
    return page(conn, DEAL, where, ["since", "deal"], limit=limit, after=after)


def deal_over(conn: Connection, receivable: int, start: int, end: int, at: int | None = None) -> Deal | None:
    """The deal on [start, end) of the receivable with this number: the one that lives, else the last that ended."""
    columns = DEAL.table.c
    where = (columns.receivable == receivable, columns.start <= start, columns.stop >= end, valid(DEAL, at))
    asked = select(DEAL.table).where(*where).order_by(columns.state == DealState.ENDED, columns.since.desc(), columns.deal)
    return next(iter(rows_of(conn, DEAL, asked.limit(1))), None)


def outstanding(conn: Connection, found: Deal, time: int, at: int | None = None) -> Outstanding:
    """What the bank still gets first on a deal, as at `at`, at a time (UTC seconds) not before its last payment; nothing once it ended."""
    if found.state == DealState.ENDED:
        return Outstanding(0, 0, 0)
    figures = Figures(found.advance, number(found.fee), found.day, number(found.money_days), number(found.discount_paid))
    rate = Rate(found.discount_rate, found.discount_basis, found.day_start)
    return deals.outstanding(figures, rate, _undrawn(conn, found, at), time)


def collectable(conn: Connection, found: Deal, at: int | None = None) -> int:
    """What a collection would draw now, in minor units."""
    return 0 if found.state == DealState.ENDED else sum(amount for _, amount in _undrawn(conn, found, at))


def finances(conn: Connection, receivable: int, account: bytes) -> bool:
    """Whether an account is or was the bank of a deal on the receivable with this number."""
    columns = DEAL.table.c
    asked = select(columns.deal).where(columns.receivable == receivable, columns.bank == account).limit(1)
    return conn.execute(asked).first() is not None


def in_custody(conn: Connection, found: Deal, at: int | None = None) -> list[Token]:
    """The tokens of a deal that are in custody, by start: what left its middle is not, and comes into no custody while the deal lives."""
    columns = TOKEN.table.c
    where = (columns.receivable == found.receivable, columns.start >= found.start, columns.start < found.stop)
    held = select(TOKEN.table).where(*where, columns.owner == found.custodian, valid(TOKEN, at))
    return rows_of(conn, TOKEN, held.order_by(columns.start))


def _undrawn(conn: Connection, found: Deal, at: int | None) -> list[tuple[int, int]]:
    """(second, amount) of each payment that the deal's tokens have not drawn; what a court holds brings nothing yet."""
    standing = receivables.by_number(conn, found.receivable, at)
    if standing is None or marks.is_held(standing.state):
        return []
    held = [token for token in in_custody(conn, found, at) if not token.flags & TokenFlag.HELD]
    rows = payments.distributed(conn, found.receivable, at)
    amounts = _brought(payments.steps(conn, found.receivable, at), held)
    times = chain.times_of(conn, [row.pos for row in rows])
    return [(times[row.pos], amount) for row, amount in zip(rows, amounts, strict=True) if amount]


def _brought(steps: list[ranges.Step], held: Iterable[Token]) -> list[int]:
    """What each step of the ruler brings to tokens that have not drawn it."""
    amounts = [0] * len(steps)
    for token in held:
        low, high = token.start, token.start + token.length
        for at, step in enumerate(steps):
            if at >= token.cursor and isinstance(step, ranges.Payment):
                amounts[at] += step.principal_until(high) - step.principal_until(low)
                amounts[at] += step.interest_until(high) - step.interest_until(low)
            low, high = step.after(low), step.after(high)
    return amounts


def paid(conn: Connection, found: Deal, at: int | None = None) -> list[DealPayment]:
    """The money of a deal and what each of it paid, in order."""
    where = (DEAL_PAYMENT.table.c.deal == found.deal, told(DEAL_PAYMENT, at))
    return rows_of(conn, DEAL_PAYMENT, select(DEAL_PAYMENT.table).where(*where).order_by(DEAL_PAYMENT.table.c.pos))


def assignments(conn: Connection, found: Deal, at: int | None = None) -> list[DealAssignment]:
    """From which bank to which a deal went, in order."""
    where = (DEAL_ASSIGNMENT.table.c.deal == found.deal, told(DEAL_ASSIGNMENT, at))
    return rows_of(conn, DEAL_ASSIGNMENT, select(DEAL_ASSIGNMENT.table).where(*where).order_by(DEAL_ASSIGNMENT.table.c.pos))


def cuts(conn: Connection, found: Deal, at: int | None = None) -> list[DealCut]:
    """What left a deal's range while it went on, in order."""
    where = (DEAL_CUT.table.c.deal == found.deal, told(DEAL_CUT, at))
    return rows_of(conn, DEAL_CUT, select(DEAL_CUT.table).where(*where).order_by(DEAL_CUT.table.c.pos))
