"""What every operation answers. Amounts are minor units as text with their currency, times RFC 3339, bytes hex, ids that pass 2^53 text."""

from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

Data = TypeVar("Data")

Time = Annotated[str, Field(description="RFC 3339, UTC")]
Hex = Annotated[str, Field(description="Bytes as hex, with 0x")]
Id = Annotated[str, Field(description="A number as decimal text: it may pass 2^53")]
Position = Annotated[str, Field(description="block << 20 | log index, as decimal text: it orders every event")]


class Shown(BaseModel):
    """An answer or a part of one."""

    model_config = ConfigDict(frozen=True)


class Money(Shown):
    """An amount in minor units, with its ISO 4217 code."""

    minor: str
    currency: str


class Problem(Shown):
    """RFC 9457. Extension members beside these name what the problem is about."""

    model_config = ConfigDict(frozen=True, extra="allow")

    type: str
    title: str
    status: int
    detail: str
    field: Annotated[str | None, Field(exclude_if=lambda value: value is None)] = None


class Reason(Shown):
    """Why the ledger or a node refused: the contract's own error with its values, and a sentence for people."""

    error: str
    values: dict[str, Any]
    sentence: str


class Answer(Shown, Generic[Data]):
    """What was read from the mirror, as at `block`: whether that block is final, and how many blocks the mirror is behind its node.

    `next` asks for the page after this one; null at the end. `development`: a chain whose clock can be set.
    """

    data: Data
    next: str | None
    block: int
    final: bool
    behind: int
    development: bool


# --- Acts ------------------------------------------------------------------------------------------------------------------------


class Act(Shown):
    """An act as the outbox has it; `reason` says why it was refused, or why it waits for a person.

    `warnings`, where it was posted just now: what is lawful and odd about it.
    """

    id: Id
    key: str
    account: Hex
    kind: str
    state: str
    reason: Reason | None
    digest: Hex
    deadline: Time
    signers_needed: int
    done_pos: Position | None
    done_at_block: int | None
    warnings: Annotated[list[str], Field(default_factory=list, exclude_if=lambda value: not value)]


class ActSigner(Shown):
    """One signer of an act, and whether its signature is there."""

    account: Hex
    key: Hex
    role: str | None
    mode: str
    signed: bool
    evidence: Hex | None


class Step(Shown):
    """A line of an act's history."""

    state: str
    at: Time
    note: str | None


class ActWhole(Act):
    """An act with its body, signers and history."""

    body: dict[str, Any]
    signers: list[ActSigner]
    history: list[Step]


class Refused(Shown):
    """An item of a batch that was not accepted; nothing of it was kept."""

    key: str
    problem: Problem


class Acts(Shown):
    """Each item of a batch in its place."""

    acts: list[Act | Refused]


class ActsWaited(Shown):
    """Acts as they stand, and how many of them have not come as far as asked."""

    acts: list[Act]
    pending: int


class ActPage(Shown):
    """Acts of the outbox; `next` asks for the page after this one."""

    data: list[Act]
    next: str | None


class ActChecked(Shown):
    """Whether an act would be done now, and if not, why."""

    done: bool
    reason: Reason | None


class TypedData(Shown):
    """An act as `eth_signTypedData_v4` takes it (EIP-712)."""

    types: dict[str, list[dict[str, str]]]
    primaryType: str
    domain: dict[str, Any]
    message: dict[str, Any]


class Call(Shown):
    """A permissionless call."""

    id: Hex
    key: str
    what: str
    state: str
    transaction: Hex | None
    reason: Reason | None


class Calls(Shown):
    """Each item of a batch in its place."""

    calls: list[Call | Refused]


class CallsWaited(Shown):
    """Calls as they stand, and how many of them have not come as far as asked."""

    calls: list[Call]
    pending: int


# --- Members and content ---------------------------------------------------------------------------------------------------------


class Member(Shown):
    """A member of the ledger."""

    account: Hex
    name: str
    party: Hex
    roles: list[str]
    status: str
    is_contract: bool
    accepts_direct: bool
    epoch: int


class MemberKey(Shown):
    """An operator key of a member."""

    key: Hex
    roles: list[str]
    epoch: int


class MemberWhole(Member):
    """A member with its operator keys."""

    keys: list[MemberKey]


class Admission(Shown):
    """An admission on its way: the account is known at once."""

    key: str
    account: Hex
    operator: Hex
    state: str


class Admissions(Shown):
    """Each organisation in its place."""

    members: list[Admission]


class Awaited(Shown):
    """The accounts that the mirror doesn't have yet."""

    pending: list[Hex]


class ContentKept(Shown):
    """A document that was kept: what its members may now sign."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    root: Hex
    schema_: Annotated[str, Field(alias="schema")]
    bytes: int


class ContentsKept(Shown):
    """Each document in its place."""

    items: list[ContentKept]


class Content(Shown):
    """A document with the seed of its salts."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    root: Hex
    schema_: Annotated[str, Field(alias="schema")]
    seed: Hex
    document: Any


# --- Receivables, tokens, money ----------------------------------------------------------------------------------------------------


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


class Cash(Shown):
    """A settlement bank's cash contract; `number` is what receivables and acts name."""

    number: int
    address: Hex
    bank: Hex
    currency: str
    in_circulation: Money
    pos: Position


class CashEntry(Shown):
    """A line of a cash statement; without a counterparty the bank issued or redeemed."""

    cash: int
    account: Hex
    delta: Money
    balance: Money
    counterparty: Hex | None
    reference: Hex
    pos: Position


class CashTotals(Shown):
    """A period of a cash statement: opening + received - paid = closing."""

    cash: int
    account: Hex
    opening: Money
    received: Money
    paid: Money
    closing: Money
    entries: int


class Credit(Shown):
    """Money that is held for an account; for a contract by the range that drew it."""

    cash: int
    receivable: Id | None
    start: str | None
    amount: Money


class AccountMoney(Shown):
    """An account's balances, and what is held for it."""

    balances: list[CashEntry]
    credits: list[Credit]


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


# --- Pledges and assets --------------------------------------------------------------------------------------------------------------


class Pledge(Shown):
    """A pledge as filed, and how it stands. Terms, number and the time that it counts from are published by its registration.

    `filing` is null where it was not filed here: a refinancing or an adopted record made it.
    """

    pledge: int
    register_: Annotated[int, Field(alias="register")]
    filer: Hex
    filing: Hex | None
    act: Hex
    pos: Position
    status: str
    number: str | None
    claim: str
    ceiling: Money | None
    due: Time | None
    effective: Time | None
    expires: Time | None
    ended_at: Time | None
    reason: str | None
    basis: str | None
    flags: list[str]
    rules: int
    version: int
    segments_taken: int
    content_root: Hex | None
    agreement: Hex | None

    model_config = ConfigDict(frozen=True, populate_by_name=True)


class LivePledge(Pledge):
    """A live pledge, how it stands ("nothing left" where every asset was released in part), and how many of its assets are live."""

    life: str
    assets: int


class Party(Shown):
    """A party of a pledge; a withheld name is empty and `name_hash` its commitment. Shares are proportions."""

    side: str
    ordinal: int
    role: str
    id: Hex
    name: str
    capacity: str
    name_hash: Hex
    share: str


class Segment(Shown):
    """A list of assets that a pledge took at one time; `effective` is null while it is only reserved."""

    segment: int
    assets: int
    claimed: int
    effective: Time | None
    reserved_until: Time | None
    date_only: bool
    root: Hex
    content_root: Hex | None


class Difference(Shown):
    """An asset on which a document and a pledge differ, or that a note names."""

    pledge: int
    kind: str
    asset: Hex
    asset_text: str
    pos: Position


class Note(Shown):
    """A remark on `pledge` without effect; `other` is the pledge that it links to. Each shows on both."""

    kind: str
    pledge: int
    other: int | None
    number: str
    subject: Hex
    text: str
    pos: Position


class Ground(Shown):
    """An examined ground and its result. Text and source (article) are null where only the chain knows the register."""

    ground: int
    text: str | None
    source: str | None
    result: str
    evidence: Hex
    pos: Position


class PledgeWhole(Pledge):
    """A pledge with its parties, segments, differences, notes and examined grounds."""

    parties: list[Party]
    segments: list[Segment]
    differences: list[Difference]
    notes: list[Note]
    grounds: list[Ground]


class PledgedAsset(Shown):
    """An asset that a pledge took, and how that ended."""

    asset: Hex
    asset_text: str
    title: str | None
    segment: int
    leaf: int
    reason: str | None
    basis: str | None
    ended_at: Time | None
    ended_by: Hex | None


class Instrument(Shown):
    """The document behind an act: the office's number, its hash, when it was executed."""

    number: str
    document: Hex
    executed: Time | None
    caption: str
    account: Hex


class Consent(Shown):
    """One party's consent to an act, in the mode in which it was given."""

    role: str
    mode: str
    signer: int
    party: Hex
    evidence: Hex
    given: Time | None
    until: Time | None


class PledgeAct(Shown):
    """An act on a pledge with its document and its consents; `stated`: the time was stated by the office.

    `account` brought it; `officers` are the keys of the officers who signed a decision or a step on a filing.
    """

    event: str
    pos: Position
    act: Hex
    account: Hex | None
    officers: list[Hex]
    code: int | None
    rules: int | None
    effective: Time | None
    date_only: bool
    stated: bool
    instrument: Instrument | None
    consents: list[Consent]


class Burden(Shown):
    """A pledge on an asset, in rank order; `same_as`: pledges noted as the same recording, which a release of this one does not end."""

    rank: int
    live: bool
    pledge: int
    segment: int
    effective: Time
    title: str | None
    same_as: list[int]


class Burdens(Shown):
    """What lies on an asset, and documents that differ from the record."""

    asset: Hex
    asset_text: str
    encumbrances: list[Burden]
    differences: list[Difference]


# --- Registers ---------------------------------------------------------------------------------------------------------------------


class GroundRule(Shown):
    """A ground that an officer answers before registering; informed consent overrides an overridable one."""

    number: int
    text: str
    source: str
    overridable: bool


class TermRule(Shown):
    """How long an entry may stand, in days from the act (0: no limit), and how many days before its end it may be renewed (0: always).

    `verified`: whether the source was read; else the figure is a default.
    """

    least_days: int
    most_days: int
    renewal_days: int
    source: str | None
    verified: bool


class Clock(Shown):
    """A statutory period of a register; `verified`: whether its source was read, else the length is a default."""

    name: str
    key: str
    length: int
    unit: str
    calendar: str
    counts_from: str
    source: str
    verified: bool


class RoleModes(Shown):
    """In which modes a party of a role may consent."""

    role: str
    modes: list[str]


class RegisterAct(Shown):
    """What a register's rules say of one act: from which states, what it does, who consents how, how many officers in which roles.

    `officers_vouching`: how many where consents are vouched for. Waits and periods in seconds.
    """

    code: int
    name: str
    effects: list[str]
    from_: Annotated[list[str], Field(alias="from")]
    to: str | None
    consents: list[RoleModes]
    officers: int
    officers_vouching: int
    officer_roles: list[str]
    times: list[str]
    sides: list[str]
    demands: list[str]
    wait: int
    period: int
    reasons: list[str]

    model_config = ConfigDict(frozen=True, populate_by_name=True)


class Register(Shown):
    """A register; `marks` are those that a filing may state of itself, `regimes` how entries over rights of a class rank otherwise.

    `key`, zone, regime, clocks and the grounds' words are null or empty where only the chain knows the register.
    """

    number: int
    version: int
    name: str
    key: str | None
    office: Hex
    closed: bool
    jurisdiction: str
    classes: str
    ranks: str
    assets_required: bool
    records: bool
    marks: list[str]
    rule_contract: Hex | None
    zone: str | None
    regime: str | None
    regimes: dict[str, str]
    term: TermRule | None
    grounds: list[GroundRule]
    clocks: list[Clock]


class RegisterWhole(Register):
    """A register with the rules of every act."""

    acts: list[RegisterAct]


class RegisterMonth(Shown):
    """What was done at a register in a month of its zone, by the blocks that told it. A lapse is no act and is not counted.

    A refinancing ends a pledge and makes one; it is neither a registration nor a discharge.
    """

    month: str
    filings: int
    registrations: int
    adoptions: int
    refinancings: int
    changes: int
    refusals: int
    returns: int
    withdrawals: int
    discharges: int
    part_discharges: int


class Route(Shown):
    """Where something given as security is filed, and what filing there does; `kept_here`: whether this ledger keeps that register."""

    asset: str
    jurisdiction: str
    register_: Annotated[str, Field(alias="register")]
    effect: str
    source: str
    why: str
    kept_here: bool

    model_config = ConfigDict(frozen=True, populate_by_name=True)


class RegisterSet(Shown):
    """A register on its way to the chain. `step`: announced (from `ready_at` on the same request carries it out), carried out,
    or described (the chain has it in these words)."""

    number: int
    version: int
    key: str
    step: str
    call: Call | None
    ready_at: Time | None


class OrderDecided(Shown):
    """A court's order that the council carries out. `step`: announced (from `ready_at` on the same request carries it out), or
    carried out; `content` is the order's as it was given."""

    hold: int
    content: Hex
    says: list[str]
    step: str
    call: Call
    ready_at: Time | None


class OfficersWord(Shown):
    """What an officer decides: grounds to answer, officers needed, how long acceptance reserves and registration waits (seconds)."""

    grounds: list[GroundRule]
    officers: int
    officers_vouching: int
    reserves: int
    waits: int


class FilingChecked(Shown):
    """Whether a filing would be registered now. `refusals`: each rule that it breaks; `routes`: where its assets belong.

    `left`: what stays an officer's word, and how many officers it takes; the dry run can't know whose key will sign.
    """

    registrable: bool
    refusals: list[Reason]
    routes: list[Route]
    left: OfficersWord


# --- Anchored registers ------------------------------------------------------------------------------------------------------------


class Anchor(Shown):
    """An existing register as its office anchored it: roots and counts of its records and of its live assets, shown as at a time.

    `seeded`: how many live assets are in their words; `replaces`: the number of a wrong anchor in whose place it stands (null: none);
    `held_here`: whether this gateway has the records and can prove them.
    """

    register_: Annotated[int, Field(alias="register")]
    anchor: int
    records_root: Hex
    records: int
    assets_root: Hex
    assets: int
    seeded: int
    replaces: int | None
    as_at: Time
    evidence: Hex
    account: Hex
    act: Hex
    pos: Position
    held_here: bool

    model_config = ConfigDict(frozen=True, populate_by_name=True)


class Proof(Shown):
    """A record or live asset with its path (RFC 6962, SHA-256) to an anchor's root; `leaf` has its fields, numbers as text."""

    kind: str
    register_: Annotated[int, Field(alias="register")]
    anchor: int
    root: Hex
    count: int
    index: int
    leaf: dict[str, str]
    path: list[Hex]

    model_config = ConfigDict(frozen=True, populate_by_name=True)


class AnchoredRecord(Shown):
    """An anchored record with its proof, and the pledge that it became (null: not adopted)."""

    proof: Proof
    pledge: int | None


class AnchoredAsset(Shown):
    """The live anchored records on an asset, each with its proof; none: nothing lies on it in that anchor."""

    asset: Hex
    asset_text: str
    proofs: list[Proof]


class ProofChecked(Shown):
    """Whether a proof holds: its path by itself (`path`), against the anchor that the office signed (`anchored`), and by the contract.

    `contract` is null for a live asset, which the contract checks when it is seeded. `why` says what fails.
    """

    path: bool
    anchored: bool
    contract: bool | None
    why: str | None


# --- The ledger and the gateway --------------------------------------------------------------------------------------------------------


class InvoiceFingerprint(Shown):
    """What a confirmation of an invoice names: its fingerprint under the current key and under each earlier one that is still checked.

    `used`: whether a receivable on the ledger has one of them, so that a confirmation would be refused.
    """

    fingerprint: Hex
    earlier: list[Hex]
    used: bool


class Event(Shown):
    """An event as the chain has it; values by the ABI's names, numbers as decimal text."""

    pos: Position
    block: int
    time: Time
    transaction: Hex
    contract: str
    event: str
    values: dict[str, Any]


class Head(Shown):
    """The last mirrored block."""

    block: int


class Health(Shown):
    """`ok` or `degraded`; faults by name. What they are about is for those who oversee the node (`/health/details`)."""

    status: str
    faults: list[str]


class Fault(Shown):
    """A fault by name, and what is wrong."""

    name: str
    text: str


class MirrorHealth(Shown):
    """How far the mirror is: last block held, the node's head, blocks between them, last final block."""

    block: int
    head: int
    behind: int
    final: int


class HealthDetails(Shown):
    """What is wrong in words, how far the mirror is, and how many acts stand in each state."""

    status: str
    faults: list[Fault]
    mirror: MirrorHealth
    outbox: dict[str, int]
    engine: str
    chain_id: int
