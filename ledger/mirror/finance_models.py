"""The mirror's tables of purchases of receivables, of loans and of what secures them.

Positions are block << 20 | log index, times UTC seconds, amounts minor units. An amount that a party may name without having the money (an
offer, a fee, costs) or that only grows by reckoning (interest) can be any 64-bit number or more, so it is kept as a word.
"""

from enum import IntEnum
from typing import NamedTuple

from ledger.mirror.schema import Address, Word, facts, versioned


class PurchaseState(IntEnum):
    """How a bank's offer stands; one that is open lapses by time or by the facts, without a word."""

    OPEN = 1
    RECALLED = 2
    ACCEPTED = 3


class Recourse(IntEnum):
    """Whether the seller answers for the obligor."""

    FULL = 1
    NONE = 2


class DealState(IntEnum):
    """SATISFIED: the bank has everything; the range waits until it can go back."""

    ACTIVE = 1
    SATISFIED = 2
    ENDED = 3


class DealEnding(IntEnum):
    """Why a deal is over."""

    REPAID = 1
    EXHAUSTED = 2
    REFINANCED = 3
    TAKEN_OUT = 4
    WAIVED = 5
    SETTLED = 6


class DealSource(IntEnum):
    """Where money of a deal came from."""

    COLLECTION = 0
    RECOURSE = 1
    BUY_BACK = 2


class Keeper(IntEnum):
    """Which contract keeps money of an account that could not be paid."""

    FINANCING = 1
    LOANS = 2


class LoanStatus(IntEnum):
    """What is stored of a loan's state; the rest is computed (ledger/domain/loan_book.py)."""

    LIVE = 1
    REPAID = 2
    DISCHARGED = 3


class LoanPaymentKind(IntEnum):
    """How money reached a loan."""

    PAYMENT = 1
    PREPAYMENT = 2
    DEBIT = 3
    COLLECTION = 4
    PROCEEDS = 5
    ACKNOWLEDGED = 6
    RENEWAL = 7


class LoanGround(IntEnum):
    """Why a lender calls a loan before its time."""

    DEFAULT = 1
    LOAN_TO_VALUE = 2
    RIGHT_LAPSED = 3
    CROSS_DEFAULT = 4


class CustodyEvent(IntEnum):
    """What became of a pledged range. CLOSED: entry ended, and a receivable that is over left nothing to move. CUT: what lies behind a
    piece has an entry of its own. TAKEN: a court's order took the range or a part of it.
    """

    PLEDGED = 1
    COLLECTED = 2
    RETURNED = 3
    CLOSED = 4
    SOLD = 5
    SOLD_BY_ORDER = 6
    CUT = 7
    TAKEN = 8


class PurchaseOffer(NamedTuple):
    """A bank would buy [start, stop) of a token, which need not exist. `receivable` is the token's 192-bit id as a word; `length`,
    `payments` and `least_owed` are what the bank saw; discount a legal day is discount_rate / discount_basis of the unpaid advance.
    `epoch` is that of the bank's keys when it offered.
    """

    offer: Word
    state: int
    bank: Address
    seller: Address
    receivable: Word
    token: Word
    start: Word
    stop: Word
    length: Word
    payments: int
    least_owed: Word
    advance: Word
    fee: Word
    discount_rate: int
    discount_basis: int
    day_start: int
    recourse: int
    until: int
    cash: int
    content_root: Word
    offered_at: int
    epoch: int
    from_pos: int = 0
    to_pos: int | None = None


class Deal(NamedTuple):
    """An accepted offer: [start, stop) of the receivable with this number is in the custody of `custodian`.

    `advance`, `fee`, `money_days`, `discount_paid` and `day` are as last reckoned (ledger/domain/deals.py goes on from there); `advanced`
    is what was paid at first, `payoff` how much of it to the bank of the deal `refinanced`. Of an ended deal, `unpaid_discount`, `fee` and
    `advance` are what was left unpaid.
    """

    deal: Word
    state: int
    bank: Address
    seller: Address
    custodian: Address
    receivable: int
    start: int
    stop: int
    recourse: int
    cash: int
    since: int
    day_start: int
    discount_rate: int
    discount_basis: int
    advanced: int
    payoff: int
    refinanced: Word | None
    acceptance: Word
    advance: int
    fee: Word
    day: int
    money_days: Word
    discount_paid: Word
    ending: int | None
    ended_to: Address | None
    ended_at: int | None
    unpaid_discount: Word | None
    document: Word | None
    from_pos: int = 0
    to_pos: int | None = None


class DealPayment(NamedTuple):
    """Money of a deal and what it paid; the reserve went to the seller (with recourse) or to the bank."""

    deal: Word
    pos: int
    source: int
    discount: int
    fee: int
    advance: int
    reserve: int


class DealAssignment(NamedTuple):
    """A deal without recourse went from bank to bank at a price."""

    deal: Word
    pos: int
    assignor: Address
    assignee: Address
    price: int


class DealCut(NamedTuple):
    """[start, stop) left a deal that goes on: bank and seller released a tail by a document, a court's order took it, or it went back to
    the seller before the rest could.
    """

    deal: Word
    pos: int
    recipient: Address
    start: int
    stop: int
    document: Word | None


class BankCeiling(NamedTuple):
    """What a bank has advanced on an obligor in a currency and not got back, and the most that it will have; None set = no limit."""

    bank: Address
    obligor: Address
    currency: int
    advanced: Word
    most: Word | None
    from_pos: int = 0
    to_pos: int | None = None


class KeptCredit(NamedTuple):
    """Money that a contract keeps for an account that could not be paid."""

    keeper: int
    account: Address
    cash: int
    amount: int
    from_pos: int = 0
    to_pos: int | None = None


class LoanTerms(NamedTuple):
    """What lender and borrower agreed last. Rates are millionths a year, spans seconds; `day_count` and `prepayment` are numbers of
    contracts/types. `rows` counts the schedule; a call shortens it, ends the grace, and sets the flag of a called loan.
    """

    loan: int
    lender: Address
    borrower: Address
    cash: int
    principal: int
    start: int
    rate: int
    overdue_rate: int
    day_count: int
    flags: int
    prepayment: int
    grace: int
    default_after: int
    most_loan_to_value: int
    cure: int
    appraiser: Address
    release_within: int
    content_root: Word
    rows: int
    renewals: int
    opened_at: int
    agreed_at: int
    agreement: Word
    from_pos: int = 0
    to_pos: int | None = None


class LoanState(NamedTuple):
    """Status and figures as last told; loan_book reckons on from them. `outstanding` is principal not paid back; `kept` is money from
    collections that waits; `margin_called` and `margin_until` are set while a margin call stands.
    """

    loan: int
    status: int
    outstanding: int
    scheduled_paid: int
    prepaid: int
    costs: Word
    product: Word
    overdue_product: Word
    interest_paid: Word
    overdue_paid: Word
    day: int
    fallen: int
    ripe: int
    settled: int
    kept: int
    margin_called: int | None
    margin_until: int | None
    ended_at: int | None
    reason: Word | None
    from_pos: int = 0
    to_pos: int | None = None


class LoanRow(NamedTuple):
    """Row `row` (from 0): principal due by then in all, numerator of its period, and interest due by then in all, once it fell due and a
    transaction said so.
    """

    loan: int
    row: int
    due: int
    principal: int
    numerator: int
    interest_due: bool
    interest: Word | None
    from_pos: int = 0
    to_pos: int | None = None


class LoanPledge(NamedTuple):
    """A registered pledge that secures a loan."""

    loan: int
    pledge: int
    pos: int


class ReleaseDue(NamedTuple):
    """Nothing is owed on the loan: the lender has to have the pledge released by the second `by`."""

    loan: int
    pledge: int
    pos: int
    lender: Address
    by: int


class LoanPayment(NamedTuple):
    """Money of a loan and what it paid, in this order."""

    loan: int
    pos: int
    payer: Address
    reference: Word
    kind: int
    costs: Word
    overdue: Word
    interest: Word
    principal: int


class LoanCost(NamedTuple):
    """Costs of enforcement that were charged; `digest` is the act that lender and borrower, or a court, signed."""

    loan: int
    pos: int
    amount: Word
    evidence: Word
    digest: Word


class LoanCall(NamedTuple):
    """The lender called the loan; `subject` is the lapsed pledge or the other loan, 0 where the ground has none."""

    loan: int
    pos: int
    ground: int
    subject: int
    evidence: Word


class MarginCall(NamedTuple):
    """A margin was called, to be restored by `until`, or was restored (None)."""

    loan: int
    pos: int
    value: Word
    principal: int
    until: int | None


class CustodyRange(NamedTuple):
    """The range [start, stop) that is pledged for a loan and in custody: the lender is its holder, `beneficiary` keeps what it is worth.
    The token at `start` may be shorter where a court has cut it.
    """

    receivable: int
    start: int
    stop: int
    loan: int
    beneficiary: Address
    custodian: Address
    from_pos: int = 0
    to_pos: int | None = None


class CustodyChange(NamedTuple):
    """What happened to a pledged range; `amount` is what was collected or the price, `account` the beneficiary, the buyer, or whom a
    court's order gave it to.
    """

    receivable: int
    start: int
    pos: int
    kind: int
    loan: int
    amount: int | None
    account: Address | None
    basis: Word | None


class Appraisal(NamedTuple):
    """An appraiser's value of the rights of a pledge; the latest of each appraiser counts."""

    pledge: int
    appraiser: Address
    pos: int
    amount: Word
    currency: int
    valued_at: int
    method: Word
    report: Word


class HolderShown(NamedTuple):
    """A holder (party word) behind the root of pledges' parties, in its place, as somebody showed it for a loan."""

    parties: Word
    ordinal: int
    id: Word
    pos: int


PURCHASE_OFFER = versioned(PurchaseOffer, "purchase_offer", 1, ["seller", "state"], ["bank", "state"], ["receivable", "state"])
DEAL = versioned(Deal, "deal", 1, ["bank", "state"], ["seller", "state"], ["receivable", "start"])
DEAL_PAYMENT = facts(DealPayment, "deal_payment", 2)
DEAL_ASSIGNMENT = facts(DealAssignment, "deal_assignment", 2)
DEAL_CUT = facts(DealCut, "deal_cut", 2)
BANK_CEILING = versioned(BankCeiling, "bank_ceiling", 3)
KEPT_CREDIT = versioned(KeptCredit, "kept_credit", 3, ["account"])
LOAN_TERMS = versioned(LoanTerms, "loan_terms", 1, ["lender", "loan"], ["borrower", "loan"])
LOAN_STATE = versioned(LoanState, "loan_state", 1)
LOAN_ROW = versioned(LoanRow, "loan_row", 2)
LOAN_PLEDGE = facts(LoanPledge, "loan_pledge", 2, ["pledge"])
RELEASE_DUE = facts(ReleaseDue, "release_due", 2, ["lender", "by"])
LOAN_PAYMENT = facts(LoanPayment, "loan_payment", 2, ["reference"])
LOAN_COST = facts(LoanCost, "loan_cost", 2)
LOAN_CALL = facts(LoanCall, "loan_call", 2)
MARGIN_CALL = facts(MarginCall, "margin_call", 2)
CUSTODY_RANGE = versioned(CustodyRange, "custody_range", 2, ["loan"], ["beneficiary"])
CUSTODY_CHANGE = facts(CustodyChange, "custody_change", 3, ["loan", "pos"])
APPRAISAL = facts(Appraisal, "appraisal", 3)
HOLDER_SHOWN = facts(HolderShown, "holder_shown", 2)

PROJECTIONS = (
    *(PURCHASE_OFFER, DEAL, DEAL_PAYMENT, DEAL_ASSIGNMENT, DEAL_CUT, BANK_CEILING, KEPT_CREDIT, LOAN_TERMS, LOAN_STATE, LOAN_ROW),
    *(LOAN_PLEDGE, RELEASE_DUE, LOAN_PAYMENT, LOAN_COST, LOAN_CALL, MARGIN_CALL, CUSTODY_RANGE, CUSTODY_CHANGE, APPRAISAL, HOLDER_SHOWN),
)
