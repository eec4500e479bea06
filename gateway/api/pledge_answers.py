"""What is answered of pledges: the record, its acts and consents, holds, parties, clocks."""

from typing import Annotated

from pydantic import ConfigDict, Field

from gateway.api.answers import Hex, Money, Position, Shown, Time


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
    """An act on a pledge with its document and its consents, and when its block came (`at`); `stated`: the time was stated by the office.

    `account` brought it; `officers` are the keys of the officers who signed a decision or a step on a filing.
    """

    event: str
    pos: Position
    at: Time
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
