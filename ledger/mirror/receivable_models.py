"""The mirror's tables of what happens to receivables beside issue, moves and payments.

Positions are block << 20 | log index, times UTC seconds, amounts minor units. What a member may name without having it (a cap, a ceiling)
can be any 64-bit number, so it is kept as a word.
"""

from enum import IntEnum
from typing import NamedTuple

from ledger.mirror.schema import Address, Word, facts, versioned


class OfferState(IntEnum):
    """How an offer of a range stands; one that is open after its deadline has lapsed, whether or not anybody said so."""

    OPEN = 1
    ACCEPTED = 2
    DECLINED = 3
    RECALLED = 4
    LAPSED = 5
    OVERRULED = 6
    """A court's officer cut the range."""


class CourtTarget(IntEnum):
    """What a court holds."""

    RECEIVABLE = 1
    RANGE = 2
    ACCOUNT = 3


class RetirementReason(IntEnum):
    """Why a range left."""

    CREDIT_NOTE = 1
    SET_OFF = 2
    WAIVER = 3
    PAID_OUTSIDE = 4
    RETURNED = 5


class Offer(NamedTuple):
    """The newest offer of the token at `start`: locked for the recipient until the second `deadline`. `reason` is that of a refusal."""

    receivable: int
    start: int
    state: int
    sender: Address
    recipient: Address
    length: int
    deadline: int
    reference: Word
    offered_at: int
    reason: Word | None
    from_pos: int = 0
    to_pos: int | None = None


class AssignmentNotice(NamedTuple):
    """Assignor or assignee told the obligor who holds a range; `acknowledged_at` is when the obligor said that it knows."""

    notice: Word
    receivable: int
    obligor: Address
    assignor: Address
    assignee: Address
    start: int
    length: int
    content_root: Word
    notified_at: int
    acknowledged_at: int | None
    from_pos: int = 0
    to_pos: int | None = None


class CourtHold(NamedTuple):
    """A hold that stands, by its number: on a receivable, on the range [start, end) of one, or on an account; it ends when it is lifted."""

    hold: int
    target: int
    authority: Address
    receivable: int | None
    account: Address | None
    start: int
    end: int
    order: Word
    laid_at: int
    from_pos: int = 0
    to_pos: int | None = None


class CourtOrder(NamedTuple):
    """An order under a hold was given, to be executed from a second on; `content` is the hash of its body."""

    order: Word
    pos: int
    hold: int
    content: Word
    executable_from: int


class OrderExecution(NamedTuple):
    """An order was executed: [start, stop) of the receivable with this number, or `amount` of a cash that a repayment module had credited,
    went from one account to another. `content` is that of the order as it was given.
    """

    order: Word
    pos: int
    hold: int
    sender: Address
    recipient: Address
    receivable: int | None
    start: int | None
    stop: int | None
    module: int | None
    cash: int | None
    amount: int | None
    content: Word


class Dispute(NamedTuple):
    """The newest dispute of a receivable: it stops the automatic debit up to the second `until`. `used` counts the seconds of the term that
    all its disputes took. `scope` has a bit each for existence, amount, due date and delivery.
    """

    receivable: int
    author: Address
    scope: int
    since: int
    until: int
    used: int
    document: Word
    ended_at: int | None
    from_pos: int = 0
    to_pos: int | None = None


class Retirement(NamedTuple):
    """A range left as step `payment` of the ruler: owner and obligor signed that it is owed nothing any more; `owed` fell away."""

    receivable: int
    payment: int
    pos: int
    owner: Address
    start: int
    length: int
    owed: int
    reason: int
    document: Word


class Claim(NamedTuple):
    """What the obligor owes to one who paid in its place. `bearing` is from principal and bears late interest by its own money-days,
    `plain` is from late interest; `early` are money-days that come off once grace is missed.
    """

    receivable: int
    payer: Address
    accrued_day: int
    bearing: int
    plain: Word
    early: Word
    money_days: Word
    interest_paid: Word
    from_pos: int = 0
    to_pos: int | None = None


class Recovery(NamedTuple):
    """The obligor's money reached one who had paid in its place; `paid` out at once, else credited."""

    receivable: int
    pos: int
    payer: Address
    interest: int
    principal: int
    paid: bool


class ClaimWaiver(NamedTuple):
    """One who had paid in the obligor's place gave its claim up."""

    receivable: int
    pos: int
    payer: Address
    claim: Word
    interest: Word
    reason: Word


class Pot(NamedTuple):
    """What the first debit of a due second put aside of the obligor's cash for all debts of that second, and what is left of it.

    `mandate` is the position at which the mandate was given that filled it.
    """

    obligor: Address
    cash: int
    due: int
    total: Word
    pot: int
    left: int
    opened_at: int
    mandate: int
    from_pos: int = 0
    to_pos: int | None = None


class PotShare(NamedTuple):
    """A receivable took its share of a pot; it does so once."""

    receivable: int
    pos: int
    obligor: Address
    cash: int
    due: int
    amount: int


class Pool(NamedTuple):
    """A guarantee or risk pool: `cap` is the most that it pays in all, `used` what it has paid; called `wait` seconds after grace at the
    earliest, until the second `until`.
    """

    pool: int
    manager: Address
    cash: int
    cap: Word
    used: Word
    wait: int
    until: int
    agreement: Word
    from_pos: int = 0
    to_pos: int | None = None


class Guarantor(NamedTuple):
    """A guarantor of a pool, and its share of what is called in basis points."""

    pool: int
    ordinal: int
    pos: int
    account: Address
    share: int


class Cover(NamedTuple):
    """A pool stands for a receivable, up to `most`."""

    receivable: int
    pos: int
    pool: int
    most: Word


class GuaranteePayment(NamedTuple):
    """A guarantor paid on a covered receivable."""

    receivable: int
    pos: int
    pool: int
    guarantor: Address
    amount: int


class Ceiling(NamedTuple):
    """The most that an account may have outstanding in a currency, as obligor or as supplier."""

    account: Address
    currency: int
    as_obligor: bool
    ceiling: Word
    from_pos: int = 0
    to_pos: int | None = None


class Concentration(NamedTuple):
    """The most basis points of a currency's total that one obligor may owe, once that total reaches `least`."""

    currency: int
    most_share: int
    least: Word
    from_pos: int = 0
    to_pos: int | None = None


OFFER = versioned(Offer, "offer", 2, ["recipient", "state"], ["sender", "state"], ever=[["receivable", "recipient"]])
ASSIGNMENT_NOTICE = versioned(AssignmentNotice, "assignment_notice", 1, ["receivable"], ["obligor"])
COURT_HOLD = versioned(CourtHold, "court_hold", 1, ["receivable"], ["account"])
COURT_ORDER = facts(CourtOrder, "court_order", 2, ["hold"])
ORDER_EXECUTION = facts(OrderExecution, "order_execution", 2, ["hold"])
DISPUTE = versioned(Dispute, "dispute", 1)
RETIREMENT = facts(Retirement, "retirement", 2)
CLAIM = versioned(Claim, "claim", 2, ["payer"])
RECOVERY = facts(Recovery, "recovery", 2, ["payer", "pos"])
CLAIM_WAIVER = facts(ClaimWaiver, "claim_waiver", 2)
POT = versioned(Pot, "pot", 3)
POT_SHARE = facts(PotShare, "pot_share", 1, ["obligor", "due"])
POOL = versioned(Pool, "pool", 1)
GUARANTOR = facts(Guarantor, "guarantor", 2, ["account"])
COVER = facts(Cover, "cover", 1, ["pool"])
GUARANTEE_PAYMENT = facts(GuaranteePayment, "guarantee_payment", 2, ["guarantor"])
CEILING = versioned(Ceiling, "ceiling", 3)
CONCENTRATION = versioned(Concentration, "concentration", 1)

PROJECTIONS = (
    *(OFFER, ASSIGNMENT_NOTICE, COURT_HOLD, COURT_ORDER, ORDER_EXECUTION, DISPUTE, RETIREMENT, CLAIM, RECOVERY, CLAIM_WAIVER),
    *(POT, POT_SHARE, POOL, GUARANTOR, COVER, GUARANTEE_PAYMENT, CEILING, CONCENTRATION),
)
