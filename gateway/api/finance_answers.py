"""What is answered of purchases of receivables and of loans.

Amounts are minor units as text with their currency, times RFC 3339, bytes hex, ids that pass 2^53 text, rates millionths a year.
"""

from gateway.api.answers import Hex, Id, Money, Position, Shown, Time


class PurchaseCost(Shown):
    """What an offer costs beside the advance, if it is accepted at the block's time and the bank has everything at `paid_by`."""

    paid_by: Time
    discount: Money
    fee: Money
    total: Money


class PurchaseOffer(Shown):
    """A bank's offer for [start, end) of a token. `obstacle`: the error that an acceptance would meet now, null if none."""

    offer: Id
    state: str
    bank: Hex
    seller: Hex
    receivable: Id
    token: Id
    start: str
    end: str
    advance: Money
    fee: Money
    least_owed: Money
    payments: int
    discount_rate: int
    discount_basis: int
    recourse: str
    until: Time
    content_root: Hex
    offered_at: Time


class ComparedOffer(PurchaseOffer):
    """An open offer beside its competitors: what it costs by a date, and why it could not be accepted now."""

    cost: PurchaseCost
    obstacle: str | None


class DealOutstanding(Shown):
    """What the bank still gets first, at a time."""

    at: Time
    discount: Money
    fee: Money
    advance: Money
    total: Money


class Deal(Shown):
    """A range of a receivable that a bank bought: in custody, until the bank has everything (with recourse) or the range is exhausted."""

    deal: Id
    state: str
    bank: Hex
    seller: Hex
    receivable: Id
    start: str
    end: str
    recourse: str
    advanced: Money
    since: Time
    outstanding: DealOutstanding
    refinanced: Id | None
    ending: str | None
    ended_at: Time | None
    ended_to: Hex | None


class DealPayment(Shown):
    """Money of a deal and what it paid."""

    pos: Position
    source: str
    discount: Money
    fee: Money
    advance: Money
    reserve: Money


class DealAssignment(Shown):
    """A deal went from bank to bank at a price."""

    pos: Position
    assignor: Hex
    assignee: Hex
    price: Money


class DealCut(Shown):
    """[start, end) left the deal: released by both, taken by a court's order, or back with the seller before the rest."""

    pos: Position
    start: str
    end: str
    recipient: Hex


class DealWhole(Deal):
    """A deal with its history, and what a collection would draw now."""

    collectable: Money
    payments: list[DealPayment]
    assignments: list[DealAssignment]
    cuts: list[DealCut]


class LoanParts(Shown):
    """An amount by what it pays, in this order."""

    costs: Money
    overdue: Money
    interest: Money
    principal: Money
    total: Money


class Loan(Shown):
    """A loan: `condition` is computed at the block's time, `outstanding` is principal not paid back; `act` is what both signed."""

    loan: int
    lender: Hex
    borrower: Hex
    status: str
    condition: str
    principal: Money
    outstanding: Money
    rate: int
    overdue_rate: int
    day_count: str
    start: Time
    ends: Time
    called: bool
    margin_until: Time | None
    opened_at: Time
    ended_at: Time | None
    act: Hex


class LoanInstalment(Shown):
    """What is still to fall due, if all is paid when it does."""

    due: Time
    principal: Money
    interest: Money


class LoanScheduled(LoanInstalment):
    """An instalment with what was paid of it. `state`: paid, unpaid (it fell due and isn't paid whole) or coming."""

    paid_principal: Money
    paid_interest: Money
    state: str


class LoanPayment(Shown):
    """Money of a loan and what it paid."""

    pos: Position
    kind: str
    payer: Hex
    reference: Hex
    paid: LoanParts


class LoanCall(Shown):
    """Why a loan was called; `subject` is the lapsed pledge or the borrower's other loan, 0 where the ground has none."""

    pos: Position
    ground: str
    subject: int
    evidence: Hex


class CustodyRange(Shown):
    """[start, end) in title escrow: its holder is the lender (null: an order took it), its beneficiary keeps what it is worth."""

    loan: int
    receivable: Id
    start: str
    end: str
    holder: Hex | None
    beneficiary: Hex


class ReleaseDue(Shown):
    """A pledge that the lender has to have released by a time."""

    loan: int
    pledge: int
    by: Time


class LoanWhole(Loan):
    """A loan with what can be asked for now (`due`), what full repayment takes (`owed`), its schedule, history and security."""

    due: LoanParts | None
    owed: LoanParts | None
    schedule: list[LoanScheduled]
    coming: list[LoanInstalment]
    kept: Money
    payments: list[LoanPayment]
    calls: list[LoanCall]
    pledges: list[int]
    ranges: list[CustodyRange]
    security: Money
    releases: list[ReleaseDue]


class BankAdvance(Shown):
    """What a bank has advanced on an obligor and not got back, and the most that it will have; null: no ceiling."""

    obligor: Hex
    advanced: Money
    most: Money | None


class KeptMoney(Shown):
    """Money that a contract keeps for the account, which could not be paid."""

    keeper: str
    cash: int
    amount: Money


class Portfolio(Shown):
    """A bank's business: deals that live with what is outstanding on each, live loans, advances by obligor, money kept, releases due."""

    deals: list[Deal]
    loans: list[Loan]
    advances: list[BankAdvance]
    kept: list[KeptMoney]
    releases: list[ReleaseDue]
