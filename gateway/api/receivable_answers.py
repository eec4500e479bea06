"""What is answered of receivables and their tokens: issue, payments, offers, notices, holds, ends, claims, guarantees, debits, ceilings."""

from gateway.api.answers import Hex, Id, Money, Position, Shown, Time


class LateInterest(Shown):
    """Late interest a day is rate / basis of what is owed."""

    rate: int
    basis: int


class Receivable(Shown):
    """A receivable as issued, and how it stands."""

    id: Id
    number: int
    status: str
    issuer: Hex
    supplier: Hex
    obligor: Hex
    face: Money
    due: Time
    grace_seconds: int
    late_interest: LateInterest
    cash: int
    module: int
    policy: int
    tenor_reason: Hex | None
    content_root: Hex
    issued: Hex
    issued_at: Time
    confirmed_at: Time | None
    owed_live: Money
    distributed: Money
    interest_distributed: Money
    waiting: Money
    waiting_interest: Money
    retired: Money
    payments: int


class ReceivableNamed(Shown):
    """The receivable that a payer's reference names, if it is one and paid in the cash asked about; null: none, or more than one."""

    name: str
    receivable: Id | None
    obligor: Hex | None
    status: str | None


class Debt(Shown):
    """Principal and late interest still to be paid."""

    principal: Money
    interest: Money


class Token(Shown):
    """A token: the range [start, end) of a receivable, in minor units."""

    token: Id
    receivable: Id
    start: str
    end: str
    value: Money
    owner: Hex
    cursor: int
    flags: int
    marks: list[str]
    since_pos: Position


class Holding(Shown):
    """Who held [start, end), from a position up to another; null: still."""

    start: str
    end: str
    owner: Hex
    from_pos: Position
    to_pos: Position | None


class Receipt(Shown):
    """Money that came in for a receivable: late interest first, then principal, then claims of those who paid in the obligor's place
    (`recovered`); an excess was credited to the payer.
    """

    pos: Position
    payer: Hex
    reference: Hex
    kind: str
    interest: Money
    principal: Money
    recovered: Money
    excess: Money


class Payment(Shown):
    """A payment that was distributed over the live ranges, or a range that retired (nothing was paid): a step of the ruler."""

    payment: int
    pos: Position
    kind: str
    principal: Money
    interest: Money
    owed_before: Money
    owed_after: Money


class Draw(Shown):
    """What a range drew of the payments after `from_payment` up to `to_payment`: paid out at once, or credited."""

    receivable: Id
    pos: Position
    start: str
    end: str
    from_payment: int
    to_payment: int
    principal: Money
    interest: Money
    paid: bool


class InvoiceFingerprint(Shown):
    """What a confirmation of an invoice names: its fingerprint under the current key and under each earlier one that is still checked.

    `used`: whether a receivable on the ledger has one of them, so that a confirmation would be refused.
    """

    fingerprint: Hex
    earlier: list[Hex]
    used: bool


class Offer(Shown):
    """The range [start, end) of a receivable, locked for its recipient until the deadline; `can_be_accepted` at the block's time."""

    token: Id
    receivable: Id
    start: str
    end: str
    value: Money
    sender: Hex
    recipient: Hex
    state: str
    deadline: Time
    reference: Hex
    offered_at: Time
    reason: Hex | None
    can_be_accepted: bool


class AssignmentNotice(Shown):
    """Assignor or assignee told the obligor who holds [start, end); null: the obligor has not acknowledged it."""

    notice: Hex
    receivable: Id
    start: str
    end: str
    obligor: Hex
    assignor: Hex
    assignee: Hex
    content_root: Hex
    notified_at: Time
    acknowledged_at: Time | None


class CourtOrder(Shown):
    """An order under a hold: given, to be executed from a time on."""

    order: Hex
    content: Hex
    executable_from: Time
    pos: Position


class OrderExecution(Shown):
    """An order that was executed: a range, or credited money, went from one account to another; `content` is that of the order given."""

    order: Hex
    sender: Hex
    recipient: Hex
    start: str | None
    end: str | None
    cash: int | None
    amount: str | None
    content: Hex
    pos: Position


class CourtHold(Shown):
    """A hold that stands: on a receivable, on [start, end) of one, or on an account; with the orders given under it."""

    hold: int
    target: str
    receivable: Id | None
    account: Hex | None
    start: str
    end: str
    authority: Hex
    order: Hex
    laid_at: Time
    orders: list[CourtOrder]
    executions: list[OrderExecution]


class Dispute(Shown):
    """The newest dispute: it stops the automatic debit up to `until`. `stands` is said as at the block's time."""

    author: Hex
    scope: list[str]
    since: Time
    until: Time
    ended_at: Time | None
    document: Hex
    stands: bool


class Claim(Shown):
    """What the obligor owes to one who paid in its place."""

    payer: Hex
    claim: Money
    interest: Money


class Guarantor(Shown):
    """A guarantor, its share in basis points, and what it has paid on this receivable."""

    account: Hex
    share: int
    paid: Money


class Guarantee(Shown):
    """What stands behind a receivable: the pool, up to what, and who pays."""

    pool: Id
    most: Money
    manager: Hex
    cap: Money
    used: Money
    callable_from: Time
    callable_until: Time
    agreement: Hex
    guarantors: list[Guarantor]


class PoolGuarantor(Shown):
    """A guarantor of a pool; its share in basis points."""

    account: Hex
    share: int


class Pool(Shown):
    """A guarantee or risk pool: `cap` is the most that it pays in all, `used` what it has paid; called `wait_seconds` after grace."""

    pool: Id
    manager: Hex
    cap: Money
    used: Money
    wait_seconds: int
    until: Time
    agreement: Hex
    guarantors: list[PoolGuarantor]


class ReceivableWhole(Receivable):
    """A receivable with its condition, debts and marks at the block's time, and the number of its tokens.

    `debt` is what holders are owed, `claims` what those are owed who paid in the obligor's place; `consented` is the length of the ranges
    whose owners agree to a cancellation.
    """

    condition: str
    debt: Debt
    claims: list[Claim]
    confirmed: list[str]
    held: bool
    paused: bool
    demands_background: bool
    dispute: Dispute | None
    holds: list[CourtHold]
    consented: Money
    guarantee: Guarantee | None
    tokens: int


class TokenWhole(Token):
    """A token with what it is still owed, what it could draw, its offer, and who held its range (at most 1,000 lines, oldest
    first; the receivable's lineage of the same range has all, in pages).
    """

    owed: Money
    undrawn: Debt
    offer: Offer | None
    lineage: list[Holding]


class Retirement(Shown):
    """[start, end) left the receivable as step `payment` of the ruler: owner and obligor signed that it is owed nothing any more."""

    payment: int
    pos: Position
    owner: Hex
    start: str
    end: str
    owed: Money
    reason: str
    document: Hex


class Payments(Shown):
    """What came in for a receivable, what was distributed of it, and which ranges left: the steps of the ruler."""

    currency: str
    received: list[Receipt]
    distributed: list[Payment]
    retired: list[Retirement]


class Transfer(Shown):
    """[start, end) went from one account to another. Only an assignment is one in law: not what goes into or out of custody."""

    pos: Position
    kind: str
    sender: Hex | None
    recipient: Hex
    start: str
    end: str
    reference: Hex


class Mandate(Shown):
    """What an obligor lets be debited: `cap_left` until a time; `partial`: less than the debt may be taken."""

    cash: int
    cap_left: Money
    until: Time
    partial: bool
    pos: Position


class Pot(Shown):
    """What the first debit of a due second put aside for all debts of that second, `total` in all, and what is left of it."""

    cash: int
    due: Time
    total: Money
    pot: Money
    left: Money
    opened_at: Time


class Debits(Shown):
    """An obligor's mandates and pots."""

    mandates: list[Mandate]
    pots: list[Pot]


class Outstanding(Shown):
    """What an account has outstanding in a currency, as obligor or as supplier, and the most that it may have; null: no ceiling."""

    side: str
    outstanding: Money
    ceiling: Money | None


class DueBucket(Shown):
    """What is due in a span of days: `count` receivables, or of a holder ranges."""

    days: str
    count: int
    owed: Money


class DueLadder(Shown):
    """The buckets of a currency, empty ones too; they add up to `total`."""

    total: Money
    count: int
    buckets: list[DueBucket]


class Dues(Shown):
    """Debts by when they are due, at the block's time, each currency by itself. Days are those of `zone`; account null: everybody's."""

    account: Hex | None
    side: str
    zone: str
    time: Time
    currencies: list[DueLadder]


class Exposure(Shown):
    """What an account owes, or holds, of a currency's `total`; `share_ppm` in parts of a million, rounded down.

    `most_basis_points` is the ledger's limit of one obligor's share, where there is one and the question is about the whole ledger.
    """

    account: Hex
    name: str | None
    count: int
    owed: Money
    total: Money
    share_ppm: int
    most_basis_points: int | None
