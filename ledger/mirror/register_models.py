"""Tables of the pledge register beside the pledges themselves: assets, holds, parties, filings, sequels, anchors, names.

Times are UTC seconds; `pos`, `from_pos` and `to_pos` as in models.py.
"""

from typing import Annotated, NamedTuple, TypeAlias

from sqlalchemy import Index, LargeBinary

from ledger.mirror.schema import Address, Word, facts, versioned

Chain: TypeAlias = Annotated[bytes, LargeBinary(21)]
NameDigest: TypeAlias = Annotated[bytes, LargeBinary(16)]


class Asset(NamedTuple):
    """The word of an asset: who took it last, how often it was taken, its flags, the chain of its links.

    `alias_of` is the key that this number was joined to.
    """

    asset: Word
    segment: int
    leaf: int
    links: int
    flags: int
    chain: Chain
    alias_of: Word | None
    from_pos: int = 0
    to_pos: int | None = None


class Rival(NamedTuple):
    """A leaf that lies on an asset in conflict beside the taker that the asset's word names."""

    asset: Word
    ordinal: int
    segment: int
    leaf: int
    from_pos: int = 0
    to_pos: int | None = None


class Hold(NamedTuple):
    """What bars acts on an asset (by key), a pledge or its claim (by number) or, in `scope` of an office, a party.

    `number` is its own in the target's queue for ever. `bars` are effects; it runs from `placed` to `until` (0: until it is lifted).
    `lifted_by` is the act that ended it before its time.
    """

    target: int
    id: Word
    scope: Address
    number: int
    office: Address
    bars: int
    kind: int
    until: int
    placed: int
    authority: Word
    order_hash: Word
    account: Address
    act: Word
    lifted_by: Word | None
    lift_order: Word | None
    from_pos: int = 0
    to_pos: int | None = None


class PartyStatus(NamedTuple):
    """What an office's book says of a party now, and so who signs for it: `other` is the successor or receiver, `member` its account."""

    office: Address
    party: Word
    kind: int
    other: Word | None
    member: Address | None
    effective: int
    act: Word
    from_pos: int = 0
    to_pos: int | None = None


class PartyRecord(NamedTuple):
    """What an office recorded of a party, with its evidence; `named` is the new name's number in the index of names."""

    office: Address
    party: Word
    pos: int
    kind: int
    other: Word | None
    member: Address | None
    effective: int
    evidence: Word
    name: str
    named: int | None
    account: Address
    act: Word


class FilingStep(NamedTuple):
    """A step on a filing that decides nothing: notice, answer, reconsideration. `until`: last second for the answer (0: none)."""

    pledge: int
    pos: int
    code: int
    evidence: Word
    content: Word
    until: int


class DecisionMade(NamedTuple):
    """An office's decision on a filing and the hash of its reasons."""

    pledge: int
    pos: int
    decision: int
    evidence: Word


class Officer(NamedTuple):
    """A key of an officer who signed a decision, or a step, on a filing."""

    pledge: int
    pos: int
    ordinal: int
    key: Address


class Contest(NamedTuple):
    """An earlier filing that makes an accepted one wait, over an asset that both list."""

    pledge: int
    pos: int
    earlier: int
    asset: Word
    account: Address
    act: Word


class Relation(NamedTuple):
    """A pledge that yields to `senior`, for at most `cap` of its claim (minor units as a word, 0: all of it).

    Of the kind ENDED: what made `senior` yield to the pledge is over.
    """

    pledge: int
    pos: int
    senior: int
    kind: int
    cap: Word
    effective: int
    act: Word


class Refinancing(NamedTuple):
    """A pledge that stands in the place of `old`, up to the old ceiling (minor units as a word; currency 0: not stated)."""

    pledge: int
    pos: int
    old: int
    ceiling: Word
    currency: int
    effective: int
    act: Word


class Sale(NamedTuple):
    """What a sale under a pledge brought: price, costs and what was left for the pledgors, in minor units as words."""

    pledge: int
    pos: int
    price: Word
    currency: int
    costs: Word
    surplus: Word
    buyer: Word
    effective: int
    act: Word


class SaleShare(NamedTuple):
    """What the holders of `to_pledge` get of a sale at one of its ranks: of `claim` so much, in minor units as words."""

    pledge: int
    pos: int
    ordinal: int
    to_pledge: int
    rank: int
    claim: Word
    amount: Word


class SaleAsset(NamedTuple):
    """An asset sold."""

    pledge: int
    pos: int
    ordinal: int
    asset: Word


class Rectification(NamedTuple):
    """A rectification of a pledge; `corrects` is the digest of the act that it undoes."""

    pledge: int
    pos: int
    kind: int
    corrects: Word
    account: Address
    act: Word


class Anchor(NamedTuple):
    """An existing register as two roots with their counts, shown as at a time; `replaces` is the number of one that was wrong (0: none)."""

    register: int
    anchor: int
    pos: int
    records_root: Word
    records: int
    assets_root: Word
    assets: int
    as_at: int
    replaces: int
    evidence: Word
    account: Address
    act: Word


class AnchoredRegister(NamedTuple):
    """How many live anchored assets are not in their words yet."""

    register: int
    unseeded: int
    from_pos: int = 0
    to_pos: int | None = None


class SeededPage(NamedTuple):
    """A page of live anchored assets that was written into their words."""

    register: int
    anchor: int
    leaf: int
    pos: int
    assets: int
    account: Address
    act: Word


class Seed(NamedTuple):
    """A live anchored record, by the office's own number, on an asset."""

    register: int
    anchor: int
    leaf: int
    pos: int
    asset: Word
    number: Word


class Adoption(NamedTuple):
    """An anchored record that became a pledge; `place` is its place under the anchor."""

    pledge: int
    pos: int
    register: int
    anchor: int
    place: int
    number: Word


class Name(NamedTuple):
    """A published name as it was written, once; `number` is what other rows call it by."""

    digest: Word
    number: int
    pos: int
    text: str


class NameForm(NamedTuple):
    """The normal form of a part of a name (present, former, trade name): words joined by blanks, legal form; how many letters the words
    have, and which (63 bits, see ledger.domain.name_index.letters).
    """

    name: int
    part: int
    pos: int
    words: str
    form: str
    length: int
    letters: int


class NameKey(NamedTuple):
    """A key under which a part of a name is found (the first 16 bytes of its SHA-256)."""

    key: NameDigest
    name: int
    part: int
    pos: int


ASSET = versioned(Asset, "asset", 1, ever=[["alias_of"]])
RIVAL = versioned(Rival, "rival", 2)
HOLD = versioned(Hold, "hold", 4)
PARTY_STATUS = versioned(PartyStatus, "party_status", 2, ever=[["party"], ["other"], ["member"]])
PARTY_RECORD = facts(PartyRecord, "party_record", 3, ["party"], ["named"])
FILING_STEP = facts(FilingStep, "filing_step", 2)
DECISION = facts(DecisionMade, "decision", 2)
OFFICER = facts(Officer, "officer", 3)
CONTEST = facts(Contest, "contest", 2, ["earlier"])
RELATION = facts(Relation, "relation", 2, ["senior"])
REFINANCING = facts(Refinancing, "refinancing", 1, ["old"])
SALE = facts(Sale, "sale", 2)
SALE_SHARE = facts(SaleShare, "sale_share", 3, ["to_pledge"])
SALE_ASSET = facts(SaleAsset, "sale_asset", 3, ["asset"])
RECTIFICATION = facts(Rectification, "rectification", 2, ["corrects"])
ANCHOR = facts(Anchor, "anchor", 2)
ANCHORED_REGISTER = versioned(AnchoredRegister, "anchored_register", 1)
SEEDED_PAGE = facts(SeededPage, "seeded_page", 3)
SEED = facts(Seed, "seed", 3, ["asset"], ["number"])
ADOPTION = facts(Adoption, "adoption", 1, ["register", "number"])
NAME = facts(Name, "party_name", 1)
Index("party_name_number", NAME.table.c.number, unique=True)
NAME_FORM = facts(NameForm, "party_name_form", 2, ["length", "letters", "name", "part"])
NAME_KEY = facts(NameKey, "party_name_key", 3)
