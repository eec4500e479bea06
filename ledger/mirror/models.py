"""The mirror's tables. Positions are block << 20 | log index; times are UTC seconds of blocks unless a field says otherwise."""

from enum import IntEnum, IntFlag
from typing import NamedTuple

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, LargeBinary, Table, Text, text

from ledger.domain.pledge_words import Flag
from ledger.mirror.schema import Address, Word, facts, raw, versioned

BLOCK = Table(
    "block",
    raw,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary(32), nullable=False),
    Column("parent", LargeBinary(32), nullable=False),
    Column("time", BigInteger, nullable=False),
)

TX = Table(
    "tx",
    raw,
    Column("block", BigInteger, primary_key=True, autoincrement=False),
    Column("tx_index", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary(32), nullable=False),
    Index("tx_hash", "hash"),
)

RAW_EVENT = Table(
    "raw_event",
    raw,
    Column("pos", BigInteger, primary_key=True, autoincrement=False),
    Column("tx_index", BigInteger, nullable=False),
    Column("address", LargeBinary(20), nullable=False),
    Column("topics", LargeBinary, nullable=False, comment="the topics' words, joined"),
    Column("subject", LargeBinary(32), comment="the first indexed value: the id of the record concerned"),
    Column("data", LargeBinary, nullable=False),
    Index("raw_event_subject", "subject", "pos"),
)

CHECKPOINT = Table(
    "checkpoint",
    raw,
    Column("id", BigInteger, CheckConstraint("id = 1"), primary_key=True, autoincrement=False),
    Column("chain_id", BigInteger, nullable=False),
    Column("ledger_id", LargeBinary(32), nullable=False),
    Column("start", BigInteger, nullable=False, comment="the block of the deployment: nothing below it is read"),
    Column("block", BigInteger, nullable=False, comment="the last block held; start - 1 while none is"),
    Column("hash", LargeBinary(32), comment="the hash of the last block held; null while none is"),
    Column("projections", Text, nullable=False, comment="the version of the folds that wrote the projections"),
)


class Outcome(IntEnum):
    """What became of a signed act in one transaction: only SKIPPED spent nothing, so that the act may be sent again."""

    DONE = 1
    REFUSED = 2
    SKIPPED = 3
    VOIDED = 4


class Act(NamedTuple):
    """What the chain says of an act id. `reason` is the target's revert data (REFUSED) or one byte with the cause (SKIPPED); `signer` the
    one to blame.
    """

    account: Address
    act_id: Word
    pos: int
    tx_index: int
    outcome: int
    kind: Word | None
    digest: Word | None
    reason: bytes | None
    signer: int | None


class Relayer(NamedTuple):
    """An address that may send acts; it has no other power."""

    address: Address
    from_pos: int = 0
    to_pos: int | None = None


class Kind(NamedTuple):
    """A kind of act (EIP-712 type hash of its body) and the function that it runs."""

    kind: Word
    pos: int
    target: Address
    selector: bytes


class Member(NamedTuple):
    """An organisation's account. `party` is its registered identifier's word; keys of an epoch below `epoch` are dead. `held`: a court
    holds all that it has on receivables.
    """

    account: Address
    party: Word
    name: str
    roles: int
    suspended: bool
    is_contract: bool
    accepts_direct: bool
    held: bool
    epoch: int
    from_pos: int = 0
    to_pos: int | None = None


class MemberKey(NamedTuple):
    """An operator key: its row ends with its revocation; it acts while its epoch is its account's."""

    key: Address
    account: Address
    roles: int
    epoch: int
    from_pos: int = 0
    to_pos: int | None = None


class MemberSlot(NamedTuple):
    """Words that a member publishes under a key type (transport key, encryption key, hash of its URL), joined."""

    account: Address
    key_type: Word
    epoch: int
    words: bytes
    from_pos: int = 0
    to_pos: int | None = None


class Cash(NamedTuple):
    """A settlement bank's cash contract, by address. `number` is what receivables and acts name; `currency` its ISO 4217 number."""

    address: Address
    number: int
    pos: int
    bank: Address
    currency: int


class CashEntry(NamedTuple):
    """A line of a cash statement, current until the account's next line: `delta` moved, `balance` after it, in minor units.

    No counterparty: issued by the bank (delta above 0) or redeemed.
    """

    cash: int
    account: Address
    delta: int
    balance: int
    counterparty: Address | None
    reference: Word
    from_pos: int = 0
    to_pos: int | None = None


class ReceivableStatus(IntEnum):
    """The stored states of a receivable and of its draft; due, grace and overdue are computed from time and debt."""

    DRAFT = 1
    LIVE = 2
    CLOSED = 3
    CANCELLED = 4
    REFUSED = 5
    WITHDRAWN = 6


class Condition(IntEnum):
    """How a receivable stands at a time, computed from time and debt as Repayment does; drafts have none."""

    NONE = 0
    CURRENT = 1
    PART_PAID = 2
    DUE = 3
    GRACE = 4
    OVERDUE = 5
    CLOSED = 6
    CANCELLED = 7
    SUBROGATED = 8
    """Holders are owed nothing any more, but the obligor owes those who paid in its place."""


class PaymentKind(IntEnum):
    """How a payment came. A retirement is no payment: a range left, and took a number in the order of payments."""

    VOLUNTARY = 1
    DEBIT = 2
    BANK_NOTICE = 3
    COLLECTED = 4
    THIRD_PARTY = 5
    GUARANTEE = 6
    RETIREMENT = 7


class TransferKind(IntEnum):
    """Why a range went from one account to another: only an assignment is one in law; what goes into or out of custody is none."""

    CONFIRMATION = 1
    ASSIGNMENT = 2
    SPLIT = 3
    """Cut, and still its owner's."""
    INTO_CUSTODY = 4
    OUT_OF_CUSTODY = 5
    COURT_ORDER = 6
    RETIREMENT = 7


class Receivable(NamedTuple):
    """A receivable as issued. `id` is its 192-bit id as a word, `number` its order of issue: what other rows name it by.

    Amounts in minor units; late interest a day is late_rate / late_basis of what is owed, from `due` on unless paid within `grace` seconds.
    `tenor_reason` is the hash of why the tenor is longer than usual, zero where it is not.
    """

    id: Word
    number: int
    pos: int
    issuer: Address
    supplier: Address
    obligor: Address
    face: int
    due: int
    grace: int
    late_rate: int
    late_basis: int
    currency: int
    cash: int
    module: int
    least_piece: int
    policy: int
    tenor_reason: Word
    content_root: Word
    issued: Word
    issued_at: int


class ReceivableState(NamedTuple):
    """What changes of a receivable. Waiting money has paid the debt and is not distributed yet; money-days are debt times days late.

    `fingerprint`, `confirmation` and the bits of `terms` are set by the obligor's confirmation, `reason` by its refusal; the marks of a
    hold and of a dispute are bits of `terms` too. `retired` is the length of what retired, `interest_retired` the late interest that fell
    away with it. `part_paid`: some principal was paid.
    """

    receivable: int
    status: int
    owed_live: int
    payments: int
    retired: int
    distributed: int
    interest_distributed: Word
    interest_retired: Word
    waiting: int
    waiting_interest: int
    money_days: Word
    accrued_day: int
    part_paid: bool
    paused: bool
    terms: int
    confirmation: Word | None
    fingerprint: Word | None
    confirmed_at: int | None
    reason: Word | None
    from_pos: int = 0
    to_pos: int | None = None


class Token(NamedTuple):
    """The range [start, start + length) of a receivable; `cursor` is the last payment that it has drawn.

    `flags` are the token word's, without the one for wallets' approvals.
    """

    receivable: int
    start: int
    owner: Address
    length: int
    cursor: int
    flags: int
    from_pos: int = 0
    to_pos: int | None = None


class Transfer(NamedTuple):
    """A range went from one account to another; `reference` is its trade background. The first goes from nobody to the supplier."""

    receivable: int
    pos: int
    sender: Address | None
    recipient: Address
    start: int
    length: int
    reference: Word
    kind: int


class Receipt(NamedTuple):
    """Money came in for a receivable: late interest first, then principal, then claims of those who paid in the obligor's place
    (`recovered`); `excess` was credited to the payer.
    """

    receivable: int
    pos: int
    payer: Address
    reference: Word
    kind: int
    interest: int
    principal: int
    recovered: int
    excess: int


class Payment(NamedTuple):
    """A payment distributed over the live ranges: step `payment` of the ruler. In a retirement nothing is paid: what was owed from `low`
    on, by owed_before - owed_after, was the retired range's.
    """

    receivable: int
    payment: int
    pos: int
    principal: int
    interest: int
    owed_before: int
    owed_after: int
    kind: int
    low: int | None


class Draw(NamedTuple):
    """What a range drew of the payments after `from_payment` up to `to_payment`; `paid` out at once, else credited."""

    receivable: int
    pos: int
    owner: Address
    start: int
    length: int
    from_payment: int
    to_payment: int
    principal: int
    interest: int
    paid: bool


class Credit(NamedTuple):
    """Money that Repayment holds for an account; for a contract account by range (receivable and start), else both are 0."""

    account: Address
    cash: int
    receivable: int
    start: int
    amount: int
    from_pos: int = 0
    to_pos: int | None = None


class Mandate(NamedTuple):
    """The obligor lets due debts be debited: `cap_left` in minor units, until a second (UTC); `partial` allows less than the debt. `given`
    is the position at which this mandate was given.
    """

    obligor: Address
    cash: int
    given: int
    cap_left: Word
    until: int
    partial: bool
    from_pos: int = 0
    to_pos: int | None = None


class BankNotice(NamedTuple):
    """A settlement bank said that money reached it; the reference is consumed once."""

    reference: Word
    pos: int
    bank: Address
    cash: int
    booked_at: int
    total: int
    content_root: Word


class Policy(NamedTuple):
    """A policy version for receivables: the longest tenor without a reason and with one, and for how long all disputes of a receivable
    together stop its debit, in seconds; whether transfers need a trade background, closed to new drafts or not.
    """

    policy: int
    usual_tenor: int
    most_tenor: int
    dispute_term: int
    demands_background: bool
    retired: bool
    from_pos: int = 0
    to_pos: int | None = None


class Module(NamedTuple):
    """A repayment module that receivables may pin."""

    number: int
    pos: int
    address: Address


class PledgeStatus(IntEnum):
    """Stored states of a pledge; a lapse is computed from `expires`."""

    FILED = 1
    ACCEPTED = 2
    REGISTERED = 3
    ENFORCING = 4
    ENDED = 5
    RETURNED = 6
    WITHDRAWN = 7
    REFUSED = 8
    RESTORING = 9


class Change(IntFlag):
    """What an act on a pledge changes: what a reading about an earlier time asks the acts by."""

    TERMS = 1 << 0
    PLEDGORS = 1 << 1
    HOLDERS = 1 << 2
    STATE = 1 << 3


class Side(IntEnum):
    """The two sides of a pledge."""

    PLEDGORS = 1
    HOLDERS = 2


class Discrepancy(IntEnum):
    """How a document's list of assets and a pledge's differ."""

    UNLISTED = 1
    """Pledged, but not in the releasing document's list."""
    UNPLEDGED = 2
    """In the document's list, but not pledged here."""
    NOTED = 3
    """Named by a note."""


class Pledge(NamedTuple):
    """A pledge as it came in. `filing` is the hash of all that was filed, which later steps present again, None where it was made by a
    refinancing or an adoption; `act` the digest of the act that made it, `filer` that act's account.
    """

    pledge: int
    pos: int
    register: int
    filer: Address
    filing: Word | None
    act: Word


class PledgeState(NamedTuple):
    """A pledge as it stands. `effective` is what it ranks from, `expires` when it lapses (0 = never): UTC seconds, signed.

    Until registration nothing published is known: terms are 0, `number` (the office's own record number) and roots are None, `expires` is
    the end of the reservation. `begins` is since when it stands: `effective`, but for a pledge that refinances another the time of the
    refinancing. `ceiling` in minor units as a word. `ended_at` is the time that the end counts from, `reason` and `basis` how it ended and
    how the document was matched. `pages` counts pages of assets, `pages_left` those that a restoration has still to do.
    """

    pledge: int
    status: int
    rules: int
    flags: int
    version: int
    sequence: int
    effective: int
    expires: int
    ceiling: Word
    currency: int
    kind: int
    due: int
    segments: int
    holders: int
    first_segment: int
    pages: int
    pages_left: int
    number: Word | None
    content: Word | None
    agreement: Word | None
    parties_root: Word | None
    begins: int | None
    reason: int | None
    basis: int | None
    ended_at: int | None
    from_pos: int = 0
    to_pos: int | None = None


class PledgeAct(NamedTuple):
    """An act on a pledge. `event` is the chain's name of it, `effective` what it counts from, `act` names instrument and consents,
    `changes` the bits of {Change}, `chain` the pledge's chain of acts after it.
    """

    pledge: int
    pos: int
    event: str
    act: Word
    account: Address | None
    code: int | None
    rules: int | None
    effective: int | None
    date_only: bool
    stated: bool
    chain: Word | None
    changes: int


class Instrument(NamedTuple):
    """The document behind an act: the office's record number as left-aligned text, its hash, when it was executed (0 = not stated)."""

    act: Word
    pos: int
    number: Word
    document: Word
    executed: int
    caption: str
    account: Address


class Consent(NamedTuple):
    """One party's consent to an act, in the mode in which it was given; `signer` is an index into the act's signers."""

    act: Word
    ordinal: int
    pos: int
    role: int
    mode: int
    signer: int
    party: Word
    evidence: Word
    given: int
    until: int


class GroundFound(NamedTuple):
    """An examined ground and its result: pass, fail or overridden."""

    pledge: int
    pos: int
    ordinal: int
    ground: int
    result: int
    evidence: Word


class Party(NamedTuple):
    """A party of a pledge by side and place in its list; a withheld name is empty and `name_hash` its commitment.

    `named` is the name's number in the index of names, None where it is withheld.
    """

    pledge: int
    side: int
    ordinal: int
    role: int
    id: Word
    name: str
    named: int | None
    capacity: str
    name_hash: Word
    share: int
    from_pos: int = 0
    to_pos: int | None = None


class Segment(NamedTuple):
    """A list of assets of a pledge, taken at one time; a supplement is a segment that ranks by its own time.

    Until it counts it has the end of its reservation (0: none) and no effective time. `held_since` is from when it belongs to `pledge`:
    a refinancing gives it to the new one. `titles`: pages of titles that were published by themselves, a bit each.
    """

    segment: int
    pledge: int
    assets: int
    claimed: int
    effective: int | None
    reserved_until: int | None
    held_since: int | None
    date_only: bool
    titles: Word
    root: Word
    content: Word | None
    from_pos: int = 0
    to_pos: int | None = None


class Encumbrance(NamedTuple):
    """An asset that a segment took, by leaf. `listed` is the number in the list, `asset` the key that it stood for then.

    `ended_at` is when its end counts from.
    """

    segment: int
    leaf: int
    asset: Word
    listed: Word
    reason: int | None
    basis: int | None
    ended_at: int | None
    ended_by: Word | None
    from_pos: int = 0
    to_pos: int | None = None


class AssetTitle(NamedTuple):
    """A published title of a pledged asset."""

    segment: int
    leaf: int
    pos: int
    title: str


class Difference(NamedTuple):
    """An asset on which a document and a pledge differ, or that a note names."""

    pledge: int
    pos: int
    kind: int
    ordinal: int
    asset: Word


class Note(NamedTuple):
    """A remark without effect: links to another pledge (0 = none), to what it remarks on, in words."""

    pledge: int
    pos: int
    kind: int
    other: int
    number: Word
    subject: Word
    text: str


class Register(NamedTuple):
    """A register: the version of its rules in force, the office's account, whether it is closed to new filings."""

    register: int
    version: int
    office: Address
    name: str
    closed: bool
    from_pos: int = 0
    to_pos: int | None = None


class RegisterRule(NamedTuple):
    """The rule word of a version of a register's rules, and the contract that says what no word can."""

    register: int
    version: int
    pos: int
    rule: Word
    rule_contract: Address | None


class ActRule(NamedTuple):
    """What a version of a register's rules says of an act code."""

    register: int
    version: int
    code: int
    pos: int
    word: Word


ACT = facts(Act, "act", 3)
RELAYER = versioned(Relayer, "relayer", 1)
KIND = facts(Kind, "kind", 1)
CASH = facts(Cash, "cash", 1)
CASH_ENTRY = versioned(CashEntry, "cash_entry", 2, ["account"])
RECEIVABLE = facts(Receivable, "receivable", 1, ["obligor", "due"], ["supplier"])
Index("receivable_number", RECEIVABLE.table.c.number, unique=True)
RECEIVABLE_STATE = versioned(ReceivableState, "receivable_state", 1, ["status"])
TOKEN = versioned(Token, "token", 2, ["owner", "receivable", "start", "length"])
TRANSFER = facts(Transfer, "transfer", 2, ["recipient", "pos"], ["sender", "pos"])
RECEIPT = facts(Receipt, "receipt", 2, ["payer"], ["reference"])
PAYMENT = facts(Payment, "payment", 2)
DRAW = facts(Draw, "draw", 2, ["owner", "pos"])
CREDIT = versioned(Credit, "credit", 4)
MANDATE = versioned(Mandate, "mandate", 2)
BANK_NOTICE = facts(BankNotice, "bank_notice", 1)
POLICY = versioned(Policy, "policy", 1)
MODULE = facts(Module, "module", 1)
PLEDGE = facts(Pledge, "pledge", 1, ["register", "pledge"], ["filing"])
PLEDGE_STATE = versioned(PledgeState, "pledge_state", 1, ever=[["number"], ["status", "to_pos"]])
_marks = PLEDGE_STATE.table.c.flags.op("&")(text(str(int(Flag.ASSETS_NOT_STATED | Flag.GENERAL_DESCRIPTION))))
UNLISTED_MARKS, UNLISTED = _marks, _marks != text("0")
"""The marks of pledges that are on more than their list: few have any, and they are counted at every search. As the index has it."""
Index(
    "pledge_state_unlisted",
    UNLISTED_MARKS,
    # What decides whether such a pledge is live: it is counted from the index alone.
    *(PLEDGE_STATE.table.c[name] for name in ("to_pos", "from_pos", "flags", "status", "begins", "expires", "ended_at", "pledge")),
    sqlite_where=UNLISTED,
    postgresql_where=UNLISTED,
)
PLEDGE_ACT = facts(PledgeAct, "pledge_act", 2, ["act"])
INSTRUMENT = facts(Instrument, "instrument", 1, ["number"])
CONSENT = facts(Consent, "consent", 2, ["party"])
GROUND = facts(GroundFound, "ground", 3)
PARTY = versioned(Party, "party", 3, ever=[["id"], ["named"]])
WITHHELD = PARTY.table.c.named.is_(None)
"""Versions of parties that stand by a commitment: few, and counted at every search."""
Index("party_withheld", PARTY.table.c.id, PARTY.table.c.to_pos, sqlite_where=WITHHELD, postgresql_where=WITHHELD)
SEGMENT = versioned(Segment, "segment", 1, ever=[["pledge"]])
ENCUMBRANCE = versioned(Encumbrance, "encumbrance", 2, ever=[["asset"]])
ASSET_TITLE = facts(AssetTitle, "asset_title", 2)
DIFFERENCE = facts(Difference, "difference", 4, ["asset"])
NOTE = facts(Note, "note", 2, ["other"])
REGISTER = versioned(Register, "register", 1)
REGISTER_RULE = facts(RegisterRule, "register_rule", 2)
ACT_RULE = facts(ActRule, "act_rule", 3)
MEMBER = versioned(Member, "member", 1, ["party"])
MEMBER_KEY = versioned(MemberKey, "member_key", 1, ["account"])
MEMBER_SLOT = versioned(MemberSlot, "member_slot", 2)
