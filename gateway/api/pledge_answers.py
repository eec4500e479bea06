"""What operations on the pledge register answer beside the record itself: rights, order of liens, holds, parties, clocks, searches."""

from typing import Annotated, Any

from pydantic import ConfigDict, Field

from gateway.api.answers import Burden, Difference, Hex, Money, PledgeWhole, Position, Shown, Time

# --- Holds, parties, clocks -------------------------------------------------------------------------------------------------------------


class Hold(Shown):
    """What bars acts on an asset, a pledge, its claim or a party; `number` is its own in the target's queue, `until` null: until lifted.

    `bars`: the effects that it bars. `runs`: whether it does about the time asked.
    """

    target: str
    id: Hex
    number: int
    office: Hex
    kind: str
    bars: list[str]
    placed: Time
    until: Time | None
    runs: bool
    authority: Hex
    order: Hex
    act: Hex
    lifted_by: Hex | None


class PartyEvent(Shown):
    """What an office recorded of a party: it is a member, was succeeded, received, dissolved, renamed, or the last record is cleared."""

    office: Hex
    kind: str
    other: Hex | None
    member: Hex | None
    effective: Time
    name: str
    evidence: Hex
    act: Hex
    pos: Position


class Signer(Shown):
    """Who signs for a party before an office now; null: nobody."""

    office: Hex
    account: Hex | None


class PartyWhole(Shown):
    """A party by its word: what identifies it (scheme and text; hashed schemes have hex), what became of it, and who signs for it."""

    party: Hex
    scheme: str | None
    text: str | None
    signers: list[Signer]
    became: list[PartyEvent]
    stands_for: list[Hex]


class FilingClock(Shown):
    """A statutory clock of a filing: what it shows, and until when. `run` counts examinations, or notices; `doubt` says what is not sure.

    `set_until` is the end that a notice itself set for its answer.
    """

    name: str
    key: str
    run: int
    state: str | None
    last_day: str | None
    deadline: Time | None
    days_left: int | None
    unit: str
    overdue: bool
    set_until: Time | None
    source: str
    verified: bool
    doubt: str | None


# --- Records ----------------------------------------------------------------------------------------------------------------------------


class FilingStep(Shown):
    """A step on a filing that decides nothing: a notice, an answer, a reconsideration; its text is private content behind a root."""

    step: str
    evidence: Hex
    content: Hex | None
    until: Time | None
    pos: Position


class Decision(Shown):
    """An office's decision on a filing; `evidence` is the hash of its reasons, `officers` are the keys of the officers who signed it."""

    decision: str
    evidence: Hex
    officers: list[Hex]
    pos: Position


class Contest(Shown):
    """An earlier filing that makes this one wait, over an asset that both list."""

    earlier: int
    asset: Hex
    asset_text: str
    pos: Position


class Relation(Shown):
    """Two pledges of which `junior` yields to `senior`, for at most `cap` of its claim (null: all of it)."""

    junior: int
    senior: int
    kind: str
    cap: str | None
    effective: Time
    act: Hex


class Refinancing(Shown):
    """A pledge that stands in the place of `old`, up to the old ceiling (null: no amount was stated)."""

    pledge: int
    old: int
    up_to: Money | None
    effective: Time
    act: Hex


class Rectification(Shown):
    """What was rectified, by an order or for the office's own error; `corrects` is the act that it undoes."""

    kind: str
    corrects: Hex
    act: Hex
    pos: Position


class SaleShare(Shown):
    """What a pledge's holders get of a sale at one of its ranks, of what they claim."""

    pledge: int
    rank: int
    claim: Money
    amount: Money


class Sale(Shown):
    """What a sale brought and who is paid; the right goes to the buyer by the sale, never by this ledger."""

    price: Money
    costs: Money
    surplus: Money
    buyer: Hex
    assets: list[str]
    shares: list[SaleShare]
    effective: Time
    act: Hex


class Adoption(Shown):
    """Where a pledge that was anchored stands under its office's anchor."""

    anchor: int
    index: int
    number: str


class Record(PledgeWhole):
    """A pledge whole. `life` is how it stands about the time asked: its state, and what follows from times alone (lapsed, not yet)."""

    life: str
    decisions: list[Decision]
    steps: list[FilingStep]
    contests: list[Contest]
    relations: list[Relation]
    refinances: Refinancing | None
    refinanced_by: list[Refinancing]
    rectifications: list[Rectification]
    sales: list[Sale]
    adoption: Adoption | None
    holds: list[Hold]


# --- Rights -----------------------------------------------------------------------------------------------------------------------------


class Reading(Shown):
    """A right that a text can name: its key, the number as its office writes it, what it is; `alias` where another number came first."""

    asset: Hex
    asset_text: str
    number: str
    kind: str
    alias: bool
    verified: bool


class Reservation(Shown):
    """A filing, or a supplement to come, that has claimed a right until a time."""

    pledge: int
    segment: int
    until: Time


class Anchored(Shown):
    """A live record of an anchored register on a right; `pledge` is what it became (null: adopted by nobody)."""

    register_: Annotated[int, Field(alias="register")]
    anchor: int
    number: str
    pledge: int | None

    model_config = ConfigDict(frozen=True, populate_by_name=True)


class Asset(Shown):
    """A right with everything on it, by whatever number it was asked for: `numbers` has its key first, then those joined to it."""

    asset: Hex
    asset_text: str
    numbers: list[str]
    encumbrances: list[Burden]
    reservations: list[Reservation]
    anchored: list[Anchored]
    holds: list[Hold]
    differences: list[Difference]
    conflict: bool
    closed: bool


# --- Order of liens ---------------------------------------------------------------------------------------------------------------------


class Source(Shown):
    """An act that decides a place, with the number of its document."""

    event: str
    act: Hex
    number: str | None
    effective: Time | None
    pos: Position


class RankedLien(Shown):
    """A lien of the order: the pledge (null for one that the caller named), what is secured, and the acts that it stands on."""

    lien: str
    pledge: int | None
    secured: str
    currency: str | None
    sources: list[Source]


class Tranche(Shown):
    """A part of a lien at a rank: amount, why it ranks there, by which source."""

    lien: str
    amount: str
    reason: str
    source: str


class Place(Shown):
    """One rank; several share it pro rata. `moved` names the relations that put it there."""

    rank: int
    tranches: list[Tranche]
    moved: list[str]


class CycleOf(Shown):
    """Relations that contradict each other: each lien before the next, the last before the first."""

    liens: list[str]
    sources: list[str]


class WithoutRight(Shown):
    """A lien that has no right in this register, and why."""

    lien: str
    why: str


class IfFiled(Shown):
    """Where a new lien would stand if it were filed at the time: what goes before, what shares its rank, what of the value is left.

    `rank` is null where the relations form a cycle. `refusals`: why the register would not take it.
    """

    rank: int | None
    ahead: str
    beside: str
    left: str
    refusals: list[str]


class Paid(Shown):
    """What a holder gets of the proceeds of a sale."""

    lien: str
    rank: int
    holder: str
    amount: str


class TurnedOver(Shown):
    """What a junior hands over to a senior under a turnover clause."""

    junior: str
    senior: str
    amount: str
    source: str


class Proceeds(Shown):
    """A sale paid out by rank: costs, payments, what is turned over afterwards, what is left for the pledgors."""

    costs: str
    payments: list[Paid]
    turned_over: list[TurnedOver]
    surplus: str


class Priority(Shown):
    """The order of the liens on a right, explained, or the cycle of their relations. Amounts in minor units of `currency`.

    `currency` is null where they are in several, or none is stated. `doubts`: what is not known or not stated.
    """

    asset: Hex
    asset_text: str
    register_: Annotated[int | None, Field(alias="register")]
    regime: str
    currency: str | None
    liens: list[RankedLien]
    places: list[Place]
    cycle: CycleOf | None
    handed_over: list[str]
    without_right: list[WithoutRight]
    conflicts: list[str]
    doubts: list[str]
    if_filed: IfFiled | None
    proceeds: Proceeds | None

    model_config = ConfigDict(frozen=True, populate_by_name=True)


# --- Searches ---------------------------------------------------------------------------------------------------------------------------


class NameGroup(Shown):
    """The records under one normal form of a name: spellings, how many, how near (0 to 100) and why."""

    normal_form: str
    spellings: list[str]
    records: int
    score: int
    why: list[str]


class AnchoredNames(NameGroup):
    """Records of an anchored register that is held here under names of one normal form; the first of their numbers in its order."""

    register_: Annotated[int, Field(alias="register")]
    anchor: int
    numbers: list[str]

    model_config = ConfigDict(frozen=True, populate_by_name=True)


class NamesFound(Shown):
    """Step one of a search by name: exact and similar names, nearest first, and what the search could not see.

    `anchored` is what anchored registers have that this gateway holds: no other can see it, so no certificate has it.

    Step two selects: every exact one, and of the similar ones those named by their normal forms.
    """

    query: str
    normal_form: str
    algorithm: int
    exact: list[NameGroup]
    similar: list[NameGroup]
    anchored: list[AnchoredNames]
    unseen: list[str]


class Hit(Shown):
    """A record that a search found: the party as it stands there, and the pledge; `same_as`: pledges noted as the same recording."""

    pledge: int
    register_: Annotated[int, Field(alias="register")]
    number: str | None
    life: str
    side: str
    role: str
    party: Hex
    name: str
    same_as: list[int]

    model_config = ConfigDict(frozen=True, populate_by_name=True)


class IdentifierFound(Shown):
    """The records of a party that a text identifies: the scheme whose check digits it satisfies, and the number in its shortest form."""

    scheme: str
    text: str
    party: Hex
    hits: list[Hit]


class Registered(Shown):
    """What bears an office's record number: pledges registered under it, pledges that a document of it acted on, anchored records."""

    number: str
    pledges: list[int]
    acted_on: list[int]
    anchored: list[Anchored]


# --- Certificates -------------------------------------------------------------------------------------------------------------------


class Certificate(Shown):
    """A certificate: `hash` is the SHA-256 of `document` in its canonical form (RFC 8785); `block` is the height that it speaks of."""

    kind: str
    subject: str
    block: int
    hash: Hex
    document: dict[str, Any]


class CertificateKept(Certificate):
    """A kept certificate: when it was issued, and the rectifications since of pledges that it names."""

    issued_at: Time
    corrections: list[Rectification]


class CertificateListed(Shown):
    """A kept certificate without its document."""

    kind: str
    subject: str
    block: int
    hash: Hex
    issued_at: Time


class CertificatePage(Shown):
    """Kept certificates; `next` asks for the page after this one."""

    data: list[CertificateListed]
    next: str | None


class CertificateChecked(Shown):
    """Whether this node's ledger says what a certificate says, and if not, what it says otherwise; what was rectified since of it."""

    kind: str
    subject: str
    hash: Hex
    holds: bool
    why: str | None
    corrections: list[Rectification]


# --- Watches ------------------------------------------------------------------------------------------------------------------------


class Alert(Shown):
    """One thing to watch: by which rule and source, what it is and what to do, since when it is known and when it acts.

    `urgency`: later, soon, pressing or past. `doubt`: what about it is not sure.
    """

    rule: str
    source: str
    subject: str
    what: str
    to_do: str
    known_since: Time
    acts_at: Time
    urgency: str
    doubt: str | None


class ReportsKept(Shown):
    """The keys of the rights of which reports were kept, in the order of the request; a number that was joined has its right's key."""

    assets: list[Hex]


class RightFacts(Shown):
    """Dates and counts of a right as reported, by whom and when."""

    jurisdiction: str
    kind: str
    facts: dict[str, str | int]
    source: str
    reported_at: Time


class OpenDuty(Shown):
    """A payment or filing that is not reported done; `verified`: the source was read, `on_calendar`: its working days are published."""

    key: str
    what: str
    due: str
    grace: str | None
    lost_from: str
    source: str
    verified: bool
    on_calendar: bool


class PublishedEvent(Shown):
    """An event that an office published."""

    office: str
    code: str
    happened: str
    source: str


class Valuation(Shown):
    """The newest valuation of a right."""

    value: Money
    valued_on: str
    method: str
    appraiser: str


class Reported(Shown):
    """What a member reported of a right; its last day and open duties follow by law. `doubt` says why one doesn't."""

    asset: Hex
    asset_text: str
    right: RightFacts | None
    last_day: str | None
    last_day_source: str | None
    duties: list[OpenDuty]
    doubt: str | None
    events: list[PublishedEvent]
    valuation: Valuation | None
