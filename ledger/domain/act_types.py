"""Bodies of signed acts, generated from the contracts' ABI by `python -m ledger.chain.bindings`; not edited by hand.

Addresses and bytesN are bytes, lists are tuples. Field meanings and units stand at the structs in contracts/interfaces/.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of act: its body's struct, the contract and function that it runs, and that function's selector."""

    name: str
    contract: str
    function: str
    selector: bytes


@dataclass(frozen=True, slots=True)
class IssueCash:
    """Solidity struct IssueCash."""

    cash: int
    to: bytes
    amount: int
    ref: bytes


@dataclass(frozen=True, slots=True)
class RedeemCash:
    """Solidity struct RedeemCash."""

    cash: int
    holder: bytes
    amount: int
    ref: bytes


@dataclass(frozen=True, slots=True)
class TransferCash:
    """Solidity struct TransferCash."""

    cash: int
    to: bytes
    amount: int
    ref: bytes


@dataclass(frozen=True, slots=True)
class OfferPurchase:
    """Solidity struct OfferPurchase."""

    token: int
    start: int
    end: int
    seller: bytes
    length: int
    payments: int
    leastOwed: int
    advance: int
    fee: int
    discountRate: int
    discountBasis: int
    dayStart: int
    recourse: int
    until: int
    cash: int
    contentRoot: bytes


@dataclass(frozen=True, slots=True)
class AcceptPurchase:
    """Solidity struct AcceptPurchase."""

    offer: int
    bank: bytes
    terms: OfferPurchase


@dataclass(frozen=True, slots=True)
class AssignDeal:
    """Solidity struct AssignDeal."""

    deal: int
    to: bytes
    price: int
    payments: int
    leastOwed: int


@dataclass(frozen=True, slots=True)
class BuyBack:
    """Solidity struct BuyBack."""

    deal: int
    most: int


@dataclass(frozen=True, slots=True)
class RefinanceDeal:
    """Solidity struct RefinanceDeal."""

    deal: int
    mostPayoff: int
    offer: int
    bank: bytes
    terms: OfferPurchase


@dataclass(frozen=True, slots=True)
class ReleaseTail:
    """Solidity struct ReleaseTail."""

    deal: int
    tailStart: int
    to: bytes
    document: bytes


@dataclass(frozen=True, slots=True)
class SettleDeal:
    """Solidity struct SettleDeal."""

    deal: int
    to: bytes
    document: bytes


@dataclass(frozen=True, slots=True)
class TakeOutDeal:
    """Solidity struct TakeOutDeal."""

    deal: int


@dataclass(frozen=True, slots=True)
class WaiveDeal:
    """Solidity struct WaiveDeal."""

    deal: int
    reason: bytes


@dataclass(frozen=True, slots=True)
class WithdrawFinancing:
    """Solidity struct WithdrawFinancing."""

    cash: int


@dataclass(frozen=True, slots=True)
class CoverReceivable:
    """Solidity struct CoverReceivable."""

    pool: int
    receivable: int
    most: int


@dataclass(frozen=True, slots=True)
class OpenPool:
    """Solidity struct OpenPool."""

    guarantors: tuple[bytes, ...]
    shares: tuple[int, ...]
    cash: int
    cap: int
    wait: int
    until: int
    agreement: bytes


@dataclass(frozen=True, slots=True)
class LoanTerms:
    """Solidity struct LoanTerms."""

    cash: int
    principal: int
    start: int
    rate: int
    overdueRate: int
    dayCount: int
    flags: int
    prepayment: int
    grace: int
    defaultAfter: int
    mostLoanToValue: int
    cure: int
    appraiser: bytes
    releaseWithin: int
    contentRoot: bytes


@dataclass(frozen=True, slots=True)
class ScheduleRow:
    """Solidity struct ScheduleRow."""

    due: int
    principal: int
    numerator: int
    interestDue: bool


@dataclass(frozen=True, slots=True)
class PledgedRange:
    """Solidity struct PledgedRange."""

    token: int
    start: int
    end: int
    payments: int
    leastOwed: int


@dataclass(frozen=True, slots=True)
class OpenLoan:
    """Solidity struct OpenLoan."""

    lender: bytes
    borrower: bytes
    terms: LoanTerms
    rows: tuple[ScheduleRow, ...]
    pledges: tuple[int, ...]
    ranges: tuple[PledgedRange, ...]


@dataclass(frozen=True, slots=True)
class RenewLoan:
    """Solidity struct RenewLoan."""

    loan: int
    terms: LoanTerms
    rows: tuple[ScheduleRow, ...]


@dataclass(frozen=True, slots=True)
class AccelerateLoan:
    """Solidity struct AccelerateLoan."""

    loan: int
    ground: int
    subject: int
    evidence: bytes


@dataclass(frozen=True, slots=True)
class AcknowledgePayment:
    """Solidity struct AcknowledgePayment."""

    loan: int
    amount: int
    ref: bytes


@dataclass(frozen=True, slots=True)
class ChargeCosts:
    """Solidity struct ChargeCosts."""

    loan: int
    amount: int
    evidence: bytes


@dataclass(frozen=True, slots=True)
class DischargeLoan:
    """Solidity struct DischargeLoan."""

    loan: int
    reason: bytes


@dataclass(frozen=True, slots=True)
class PayLoan:
    """Solidity struct PayLoan."""

    loan: int
    amount: int
    ref: bytes


@dataclass(frozen=True, slots=True)
class PrepayLoan:
    """Solidity struct PrepayLoan."""

    loan: int
    amount: int
    ref: bytes


@dataclass(frozen=True, slots=True)
class WithdrawLoanCredit:
    """Solidity struct WithdrawLoanCredit."""

    cash: int


@dataclass(frozen=True, slots=True)
class EndMandate:
    """Solidity struct EndMandate."""

    cash: int


@dataclass(frozen=True, slots=True)
class SetMandate:
    """Solidity struct SetMandate."""

    cash: int
    cap: int
    until: int
    partial_: bool


@dataclass(frozen=True, slots=True)
class AddKey:
    """Solidity struct AddKey."""

    key: bytes
    roles: int


@dataclass(frozen=True, slots=True)
class RevokeKey:
    """Solidity struct RevokeKey."""

    key: bytes


@dataclass(frozen=True, slots=True)
class SetAcceptance:
    """Solidity struct SetAcceptance."""

    acceptsDirect: bool


@dataclass(frozen=True, slots=True)
class SetSlot:
    """Solidity struct SetSlot."""

    keyType: bytes
    words: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class AnchoredRecord:
    """Solidity struct AnchoredRecord."""

    register: int
    officeNumber: bytes
    state: int
    flags: int
    effective: int
    expires: int
    kind: int
    currency: int
    ceiling: int
    due: int
    holders: int
    pledgorsRoot: bytes
    holdersRoot: bytes
    assetCount: int
    assetsRoot: bytes
    content: bytes


@dataclass(frozen=True, slots=True)
class Party:
    """Solidity struct Party."""

    role: int
    id: bytes
    nameHash: bytes
    share: int


@dataclass(frozen=True, slots=True)
class PartyName:
    """Solidity struct PartyName."""

    name: str
    capacity: str


@dataclass(frozen=True, slots=True)
class Instrument:
    """Solidity struct Instrument."""

    number: bytes
    document: bytes
    executed: int
    caption: str


@dataclass(frozen=True, slots=True)
class AdoptRecord:
    """Solidity struct AdoptRecord."""

    anchor: int
    index: int
    record: AnchoredRecord
    proof: tuple[bytes, ...]
    parties: tuple[Party, ...]
    names: tuple[PartyName, ...]
    blind: bytes
    page: int
    pages: tuple[bytes, ...]
    assets: tuple[bytes, ...]
    agreement: bytes
    instrument: Instrument


@dataclass(frozen=True, slots=True)
class AnchorRegister:
    """Solidity struct AnchorRegister."""

    register: int
    recordsRoot: bytes
    records: int
    assetsRoot: bytes
    assets: int
    asAt: int
    replaces: int
    evidence: bytes


@dataclass(frozen=True, slots=True)
class SeedAssets:
    """Solidity struct SeedAssets."""

    register: int
    anchor: int
    first: int
    assets: tuple[bytes, ...]
    numbers: tuple[bytes, ...]
    proof: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Terms:
    """Solidity struct Terms."""

    ceiling: int
    currency: int
    kind: int
    due: int
    expires: int


@dataclass(frozen=True, slots=True)
class AssetList:
    """Solidity struct AssetList."""

    root: bytes
    count: int
    titles: bytes


@dataclass(frozen=True, slots=True)
class When:
    """Solidity struct When."""

    source: int
    dateOnly: bool
    effective: int


@dataclass(frozen=True, slots=True)
class Consent:
    """Solidity struct Consent."""

    role: int
    mode: int
    signer: int
    party: bytes
    evidence: bytes
    given: int
    until: int


@dataclass(frozen=True, slots=True)
class FilePledge:
    """Solidity struct FilePledge."""

    register: int
    version: int
    code: int
    flags: int
    terms: Terms
    parties: tuple[Party, ...]
    assets: AssetList
    content: bytes
    agreement: bytes
    instrument: Instrument
    when: When
    consents: tuple[Consent, ...]


@dataclass(frozen=True, slots=True)
class Ground:
    """Solidity struct Ground."""

    ground: int
    result: int
    evidence: bytes


@dataclass(frozen=True, slots=True)
class DecidePledge:
    """Solidity struct DecidePledge."""

    pledge: int
    decision: int
    filing: FilePledge
    names: tuple[PartyName, ...]
    titles: tuple[str, ...]
    grounds: tuple[Ground, ...]
    evidence: bytes


@dataclass(frozen=True, slots=True)
class PublishTitles:
    """Solidity struct PublishTitles."""

    segment: int
    page: int
    pages: tuple[bytes, ...]
    titles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StepFiling:
    """Solidity struct StepFiling."""

    pledge: int
    code: int
    evidence: bytes
    content: bytes
    until: int


@dataclass(frozen=True, slots=True)
class WithdrawFiling:
    """Solidity struct WithdrawFiling."""

    pledge: int
    filing: FilePledge
    instrument: Instrument
    consents: tuple[Consent, ...]


@dataclass(frozen=True, slots=True)
class AcceptPledge:
    """Solidity struct AcceptPledge."""

    pledge: int
    filing: FilePledge
    blind: bytes
    page: int
    pages: tuple[bytes, ...]
    assets: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class ContestAsset:
    """Solidity struct ContestAsset."""

    earlier: int
    later: int
    filing: FilePledge
    asset: bytes
    blind: bytes
    page: int
    pages: tuple[bytes, ...]
    assets: tuple[bytes, ...]
    consents: tuple[Consent, ...]


@dataclass(frozen=True, slots=True)
class ReserveSegment:
    """Solidity struct ReserveSegment."""

    pledge: int
    segment: int
    list: AssetList
    blind: bytes
    page: int
    pages: tuple[bytes, ...]
    assets: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class ActOn:
    """Solidity struct ActOn."""

    pledge: int
    version: int
    code: int
    when: When


@dataclass(frozen=True, slots=True)
class PartiesNow:
    """Solidity struct PartiesNow."""

    pledgorsRoot: bytes
    holdersRoot: bytes
    pledgors: tuple[Party, ...]
    holders: tuple[Party, ...]


@dataclass(frozen=True, slots=True)
class ChangeTerms:
    """Solidity struct ChangeTerms."""

    on: ActOn
    parties: PartiesNow
    terms: Terms
    content: bytes
    agreement: bytes


@dataclass(frozen=True, slots=True)
class ChangeParties:
    """Solidity struct ChangeParties."""

    on: ActOn
    parties: PartiesNow
    pledgors: tuple[Party, ...]
    holders: tuple[Party, ...]
    names: tuple[PartyName, ...]


@dataclass(frozen=True, slots=True)
class AddSegment:
    """Solidity struct AddSegment."""

    on: ActOn
    parties: PartiesNow
    list: AssetList
    reserved: int
    blind: bytes
    assets: tuple[bytes, ...]
    titles: tuple[str, ...]
    content: bytes


@dataclass(frozen=True, slots=True)
class LeafPage:
    """Solidity struct LeafPage."""

    segment: int
    blind: bytes
    page: int
    pages: tuple[bytes, ...]
    assets: tuple[bytes, ...]
    ended: int


@dataclass(frozen=True, slots=True)
class ReleaseAssets:
    """Solidity struct ReleaseAssets."""

    on: ActOn
    parties: PartiesNow
    basis: int
    reason: int
    leaves: tuple[LeafPage, ...]
    unpledged: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class ReleasePledge:
    """Solidity struct ReleasePledge."""

    on: ActOn
    parties: PartiesNow
    basis: int
    reason: int
    unlisted: tuple[bytes, ...]
    unpledged: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class SetPledgeState:
    """Solidity struct SetPledgeState."""

    on: ActOn
    parties: PartiesNow
    reason: int


@dataclass(frozen=True, slots=True)
class NotePledge:
    """Solidity struct NotePledge."""

    on: ActOn
    parties: PartiesNow
    kind: int
    other: int
    subject: bytes
    assets: tuple[bytes, ...]
    text: str


@dataclass(frozen=True, slots=True)
class PledgeActs:
    """Solidity struct PledgeActs."""

    instrument: Instrument
    consents: tuple[Consent, ...]
    terms: tuple[ChangeTerms, ...]
    parties: tuple[ChangeParties, ...]
    segments: tuple[AddSegment, ...]
    partReleases: tuple[ReleaseAssets, ...]
    releases: tuple[ReleasePledge, ...]
    states: tuple[SetPledgeState, ...]
    notes: tuple[NotePledge, ...]


@dataclass(frozen=True, slots=True)
class LiftHold:
    """Solidity struct LiftHold."""

    register: int
    code: int
    target: int
    id: bytes
    number: int
    authority: bytes
    order: bytes


@dataclass(frozen=True, slots=True)
class PlaceHold:
    """Solidity struct PlaceHold."""

    register: int
    code: int
    target: int
    id: bytes
    bars: int
    kind: int
    until: int
    authority: bytes
    order: bytes


@dataclass(frozen=True, slots=True)
class RecordParty:
    """Solidity struct RecordParty."""

    register: int
    party: bytes
    kind: int
    other: bytes
    account: bytes
    effective: int
    evidence: bytes
    name: str


@dataclass(frozen=True, slots=True)
class RecordPledge:
    """Solidity struct RecordPledge."""

    filing: FilePledge
    blind: bytes
    assets: tuple[bytes, ...]
    names: tuple[PartyName, ...]
    titles: tuple[str, ...]
    grounds: tuple[Ground, ...]


@dataclass(frozen=True, slots=True)
class JoinAssets:
    """Solidity struct JoinAssets."""

    register: int
    other: bytes
    key: bytes
    evidence: bytes


@dataclass(frozen=True, slots=True)
class RectifyPledge:
    """Solidity struct RectifyPledge."""

    on: ActOn
    kind: int
    corrects: bytes
    instrument: Instrument
    expires: int
    segments: tuple[int, ...]
    pages: tuple[LeafPage, ...]
    assets: tuple[bytes, ...]
    consents: tuple[Consent, ...]


@dataclass(frozen=True, slots=True)
class SaleShare:
    """Solidity struct SaleShare."""

    pledge: int
    rank: int
    claim: int
    amount: int


@dataclass(frozen=True, slots=True)
class RecordSale:
    """Solidity struct RecordSale."""

    on: ActOn
    parties: PartiesNow
    instrument: Instrument
    price: int
    currency: int
    costs: int
    surplus: int
    buyer: bytes
    assets: tuple[bytes, ...]
    shares: tuple[SaleShare, ...]
    consents: tuple[Consent, ...]


@dataclass(frozen=True, slots=True)
class RefinancePledge:
    """Solidity struct RefinancePledge."""

    on: ActOn
    parties: PartiesNow
    instrument: Instrument
    holders: tuple[Party, ...]
    names: tuple[PartyName, ...]
    terms: Terms
    content: bytes
    agreement: bytes
    segments: tuple[int, ...]
    consents: tuple[Consent, ...]


@dataclass(frozen=True, slots=True)
class RelatePledges:
    """Solidity struct RelatePledges."""

    on: ActOn
    parties: PartiesNow
    instrument: Instrument
    senior: int
    kind: int
    cap: int
    consents: tuple[Consent, ...]


@dataclass(frozen=True, slots=True)
class RecallPurchase:
    """Solidity struct RecallPurchase."""

    offeredBy: int


@dataclass(frozen=True, slots=True)
class SetBankCeiling:
    """Solidity struct SetBankCeiling."""

    obligor: bytes
    currency: int
    most: int


@dataclass(frozen=True, slots=True)
class Issue:
    """Solidity struct Issue."""

    supplier: bytes
    obligor: bytes
    face: int
    due: int
    grace: int
    lateRate: int
    lateBasis: int
    currency: int
    cash: int
    module: int
    leastPiece: int
    policy: int
    tenorReason: bytes
    contentRoot: bytes


@dataclass(frozen=True, slots=True)
class ConfirmReceivable:
    """Solidity struct ConfirmReceivable."""

    receivable: int
    issuer: bytes
    terms: Issue
    fingerprint: bytes
    confirmed: int
    earlier: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class RefuseReceivable:
    """Solidity struct RefuseReceivable."""

    receivable: int
    issuer: bytes
    terms: Issue
    reason: bytes


@dataclass(frozen=True, slots=True)
class WithdrawDraft:
    """Solidity struct WithdrawDraft."""

    issuedBy: int


@dataclass(frozen=True, slots=True)
class ConsentCancel:
    """Solidity struct ConsentCancel."""

    token: int
    length: int
    consents: bool


@dataclass(frozen=True, slots=True)
class DisputeReceivable:
    """Solidity struct DisputeReceivable."""

    receivable: int
    scope: int
    document: bytes


@dataclass(frozen=True, slots=True)
class EndDispute:
    """Solidity struct EndDispute."""

    receivable: int


@dataclass(frozen=True, slots=True)
class RetireRange:
    """Solidity struct RetireRange."""

    token: int
    start: int
    end: int
    reason: int
    payments: int
    owed: int
    document: bytes


@dataclass(frozen=True, slots=True)
class WriteOff:
    """Solidity struct WriteOff."""

    token: int
    writtenOff: bool


@dataclass(frozen=True, slots=True)
class HoldAccount:
    """Solidity struct HoldAccount."""

    account: bytes
    order: bytes


@dataclass(frozen=True, slots=True)
class HoldReceivable:
    """Solidity struct HoldReceivable."""

    receivable: int
    order: bytes


@dataclass(frozen=True, slots=True)
class LiftCourtHold:
    """Solidity struct LiftCourtHold."""

    hold: int
    tokens: tuple[int, ...]
    order: bytes


@dataclass(frozen=True, slots=True)
class NarrowHold:
    """Solidity struct NarrowHold."""

    hold: int
    start: int
    end: int
    tokens: tuple[int, ...]
    order: bytes


@dataclass(frozen=True, slots=True)
class OrderCredit:
    """Solidity struct OrderCredit."""

    hold: int
    module: int
    cash: int
    amount: int
    to: bytes
    order: bytes


@dataclass(frozen=True, slots=True)
class OrderRange:
    """Solidity struct OrderRange."""

    hold: int
    token: int
    start: int
    end: int
    to: bytes
    order: bytes


@dataclass(frozen=True, slots=True)
class AcceptRange:
    """Solidity struct AcceptRange."""

    token: int
    length: int
    payments: int
    leastOwed: int
    ref: bytes


@dataclass(frozen=True, slots=True)
class AcknowledgeNotice:
    """Solidity struct AcknowledgeNotice."""

    notice: bytes


@dataclass(frozen=True, slots=True)
class DeclineRange:
    """Solidity struct DeclineRange."""

    token: int
    reason: bytes


@dataclass(frozen=True, slots=True)
class NotifyAssignment:
    """Solidity struct NotifyAssignment."""

    receivable: int
    start: int
    end: int
    assignor: bytes
    assignee: bytes
    contentRoot: bytes


@dataclass(frozen=True, slots=True)
class OfferRange:
    """Solidity struct OfferRange."""

    token: int
    start: int
    end: int
    to: bytes
    ref: bytes
    deadline: int


@dataclass(frozen=True, slots=True)
class RecallRange:
    """Solidity struct RecallRange."""

    token: int


@dataclass(frozen=True, slots=True)
class Merge:
    """Solidity struct Merge."""

    left: int
    right: int


@dataclass(frozen=True, slots=True)
class Move:
    """Solidity struct Move."""

    token: int
    start: int
    end: int
    to: bytes
    ref: bytes


@dataclass(frozen=True, slots=True)
class Piece:
    """Solidity struct Piece."""

    end: int
    to: bytes
    ref: bytes


@dataclass(frozen=True, slots=True)
class MoveBatch:
    """Solidity struct MoveBatch."""

    token: int
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class MoveMany:
    """Solidity struct MoveMany."""

    tokens: tuple[int, ...]
    to: bytes
    ref: bytes


@dataclass(frozen=True, slots=True)
class RevokeApprovals:
    """Solidity struct RevokeApprovals."""

    reason: bytes


@dataclass(frozen=True, slots=True)
class PayAsThirdParty:
    """Solidity struct PayAsThirdParty."""

    receivable: int
    amount: int
    ref: bytes


@dataclass(frozen=True, slots=True)
class PayReceivable:
    """Solidity struct PayReceivable."""

    receivable: int
    amount: int
    ref: bytes


@dataclass(frozen=True, slots=True)
class Allocation:
    """Solidity struct Allocation."""

    receivable: int
    payer: bytes
    amount: int


@dataclass(frozen=True, slots=True)
class BankNotice:
    """Solidity struct BankNotice."""

    cash: int
    ref: bytes
    bookedAt: int
    total: int
    contentRoot: bytes
    allocations: tuple[Allocation, ...]


@dataclass(frozen=True, slots=True)
class WaiveClaim:
    """Solidity struct WaiveClaim."""

    receivable: int
    reason: bytes


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Solidity struct Withdraw."""

    cash: int


@dataclass(frozen=True, slots=True)
class WithdrawRange:
    """Solidity struct WithdrawRange."""

    receivable: int
    start: int


@dataclass(frozen=True, slots=True)
class PledgeRanges:
    """Solidity struct PledgeRanges."""

    loan: int
    ranges: tuple[PledgedRange, ...]


@dataclass(frozen=True, slots=True)
class ReleaseRange:
    """Solidity struct ReleaseRange."""

    token: int


@dataclass(frozen=True, slots=True)
class SellRange:
    """Solidity struct SellRange."""

    token: int
    buyer: bytes
    price: int
    payments: int
    leastOwed: int
    basis: bytes


@dataclass(frozen=True, slots=True)
class RecordValuation:
    """Solidity struct RecordValuation."""

    pledge: int
    amount: int
    currency: int
    valuedAt: int
    method: bytes
    report: bytes


STRUCTS: dict[str, tuple[tuple[str, str], ...]] = {
    "AccelerateLoan": (
        ("loan", "uint40"),
        ("ground", "uint8"),
        ("subject", "uint40"),
        ("evidence", "bytes32"),
    ),
    "AcceptPledge": (
        ("pledge", "uint40"),
        ("filing", "FilePledge"),
        ("blind", "bytes32"),
        ("page", "uint16"),
        ("pages", "bytes32[]"),
        ("assets", "bytes32[]"),
    ),
    "AcceptPurchase": (
        ("offer", "uint192"),
        ("bank", "address"),
        ("terms", "OfferPurchase"),
    ),
    "AcceptRange": (
        ("token", "uint256"),
        ("length", "uint64"),
        ("payments", "uint16"),
        ("leastOwed", "uint64"),
        ("ref", "bytes32"),
    ),
    "AcknowledgeNotice": (
        ("notice", "bytes32"),
    ),
    "AcknowledgePayment": (
        ("loan", "uint40"),
        ("amount", "uint64"),
        ("ref", "bytes32"),
    ),
    "ActOn": (
        ("pledge", "uint40"),
        ("version", "uint24"),
        ("code", "uint16"),
        ("when", "When"),
    ),
    "AddKey": (
        ("key", "address"),
        ("roles", "uint16"),
    ),
    "AddSegment": (
        ("on", "ActOn"),
        ("parties", "PartiesNow"),
        ("list", "AssetList"),
        ("reserved", "uint40"),
        ("blind", "bytes32"),
        ("assets", "bytes32[]"),
        ("titles", "string[]"),
        ("content", "bytes32"),
    ),
    "AdoptRecord": (
        ("anchor", "uint16"),
        ("index", "uint48"),
        ("record", "AnchoredRecord"),
        ("proof", "bytes32[]"),
        ("parties", "Party[]"),
        ("names", "PartyName[]"),
        ("blind", "bytes32"),
        ("page", "uint16"),
        ("pages", "bytes32[]"),
        ("assets", "bytes32[]"),
        ("agreement", "bytes32"),
        ("instrument", "Instrument"),
    ),
    "Allocation": (
        ("receivable", "uint192"),
        ("payer", "address"),
        ("amount", "uint64"),
    ),
    "AnchorRegister": (
        ("register", "uint16"),
        ("recordsRoot", "bytes32"),
        ("records", "uint48"),
        ("assetsRoot", "bytes32"),
        ("assets", "uint48"),
        ("asAt", "int40"),
        ("replaces", "uint16"),
        ("evidence", "bytes32"),
    ),
    "AnchoredRecord": (
        ("register", "uint16"),
        ("officeNumber", "bytes32"),
        ("state", "uint8"),
        ("flags", "uint16"),
        ("effective", "int40"),
        ("expires", "uint40"),
        ("kind", "uint8"),
        ("currency", "uint16"),
        ("ceiling", "uint128"),
        ("due", "int40"),
        ("holders", "uint8"),
        ("pledgorsRoot", "bytes32"),
        ("holdersRoot", "bytes32"),
        ("assetCount", "uint24"),
        ("assetsRoot", "bytes32"),
        ("content", "bytes32"),
    ),
    "AssetList": (
        ("root", "bytes32"),
        ("count", "uint24"),
        ("titles", "bytes32"),
    ),
    "AssignDeal": (
        ("deal", "uint192"),
        ("to", "address"),
        ("price", "uint64"),
        ("payments", "uint16"),
        ("leastOwed", "uint64"),
    ),
    "BankNotice": (
        ("cash", "uint8"),
        ("ref", "bytes32"),
        ("bookedAt", "uint40"),
        ("total", "uint64"),
        ("contentRoot", "bytes32"),
        ("allocations", "Allocation[]"),
    ),
    "BuyBack": (
        ("deal", "uint192"),
        ("most", "uint64"),
    ),
    "ChangeParties": (
        ("on", "ActOn"),
        ("parties", "PartiesNow"),
        ("pledgors", "Party[]"),
        ("holders", "Party[]"),
        ("names", "PartyName[]"),
    ),
    "ChangeTerms": (
        ("on", "ActOn"),
        ("parties", "PartiesNow"),
        ("terms", "Terms"),
        ("content", "bytes32"),
        ("agreement", "bytes32"),
    ),
    "ChargeCosts": (
        ("loan", "uint40"),
        ("amount", "uint64"),
        ("evidence", "bytes32"),
    ),
    "ConfirmReceivable": (
        ("receivable", "uint192"),
        ("issuer", "address"),
        ("terms", "Issue"),
        ("fingerprint", "bytes32"),
        ("confirmed", "uint8"),
        ("earlier", "bytes32[]"),
    ),
    "Consent": (
        ("role", "uint8"),
        ("mode", "uint8"),
        ("signer", "uint8"),
        ("party", "bytes32"),
        ("evidence", "bytes32"),
        ("given", "int40"),
        ("until", "uint40"),
    ),
    "ConsentCancel": (
        ("token", "uint256"),
        ("length", "uint64"),
        ("consents", "bool"),
    ),
    "ContestAsset": (
        ("earlier", "uint40"),
        ("later", "uint40"),
        ("filing", "FilePledge"),
        ("asset", "bytes32"),
        ("blind", "bytes32"),
        ("page", "uint16"),
        ("pages", "bytes32[]"),
        ("assets", "bytes32[]"),
        ("consents", "Consent[]"),
    ),
    "CoverReceivable": (
        ("pool", "uint256"),
        ("receivable", "uint192"),
        ("most", "uint64"),
    ),
    "DecidePledge": (
        ("pledge", "uint40"),
        ("decision", "uint8"),
        ("filing", "FilePledge"),
        ("names", "PartyName[]"),
        ("titles", "string[]"),
        ("grounds", "Ground[]"),
        ("evidence", "bytes32"),
    ),
    "DeclineRange": (
        ("token", "uint256"),
        ("reason", "bytes32"),
    ),
    "DischargeLoan": (
        ("loan", "uint40"),
        ("reason", "bytes32"),
    ),
    "DisputeReceivable": (
        ("receivable", "uint192"),
        ("scope", "uint8"),
        ("document", "bytes32"),
    ),
    "EndDispute": (
        ("receivable", "uint192"),
    ),
    "EndMandate": (
        ("cash", "uint8"),
    ),
    "FilePledge": (
        ("register", "uint16"),
        ("version", "uint16"),
        ("code", "uint16"),
        ("flags", "uint16"),
        ("terms", "Terms"),
        ("parties", "Party[]"),
        ("assets", "AssetList"),
        ("content", "bytes32"),
        ("agreement", "bytes32"),
        ("instrument", "Instrument"),
        ("when", "When"),
        ("consents", "Consent[]"),
    ),
    "Ground": (
        ("ground", "uint8"),
        ("result", "uint8"),
        ("evidence", "bytes32"),
    ),
    "HoldAccount": (
        ("account", "address"),
        ("order", "bytes32"),
    ),
    "HoldReceivable": (
        ("receivable", "uint192"),
        ("order", "bytes32"),
    ),
    "Instrument": (
        ("number", "bytes32"),
        ("document", "bytes32"),
        ("executed", "int40"),
        ("caption", "string"),
    ),
    "Issue": (
        ("supplier", "address"),
        ("obligor", "address"),
        ("face", "uint64"),
        ("due", "uint40"),
        ("grace", "uint32"),
        ("lateRate", "uint32"),
        ("lateBasis", "uint32"),
        ("currency", "uint16"),
        ("cash", "uint8"),
        ("module", "uint8"),
        ("leastPiece", "uint8"),
        ("policy", "uint16"),
        ("tenorReason", "bytes32"),
        ("contentRoot", "bytes32"),
    ),
    "IssueCash": (
        ("cash", "uint8"),
        ("to", "address"),
        ("amount", "uint64"),
        ("ref", "bytes32"),
    ),
    "JoinAssets": (
        ("register", "uint16"),
        ("other", "bytes32"),
        ("key", "bytes32"),
        ("evidence", "bytes32"),
    ),
    "LeafPage": (
        ("segment", "uint40"),
        ("blind", "bytes32"),
        ("page", "uint16"),
        ("pages", "bytes32[]"),
        ("assets", "bytes32[]"),
        ("ended", "uint128"),
    ),
    "LiftCourtHold": (
        ("hold", "uint256"),
        ("tokens", "uint256[]"),
        ("order", "bytes32"),
    ),
    "LiftHold": (
        ("register", "uint16"),
        ("code", "uint16"),
        ("target", "uint8"),
        ("id", "bytes32"),
        ("number", "uint16"),
        ("authority", "bytes32"),
        ("order", "bytes32"),
    ),
    "LoanTerms": (
        ("cash", "uint8"),
        ("principal", "uint64"),
        ("start", "uint40"),
        ("rate", "uint32"),
        ("overdueRate", "uint32"),
        ("dayCount", "uint8"),
        ("flags", "uint8"),
        ("prepayment", "uint8"),
        ("grace", "uint32"),
        ("defaultAfter", "uint32"),
        ("mostLoanToValue", "uint16"),
        ("cure", "uint32"),
        ("appraiser", "address"),
        ("releaseWithin", "uint32"),
        ("contentRoot", "bytes32"),
    ),
    "Merge": (
        ("left", "uint256"),
        ("right", "uint256"),
    ),
    "Move": (
        ("token", "uint256"),
        ("start", "uint64"),
        ("end", "uint64"),
        ("to", "address"),
        ("ref", "bytes32"),
    ),
    "MoveBatch": (
        ("token", "uint256"),
        ("pieces", "Piece[]"),
    ),
    "MoveMany": (
        ("tokens", "uint256[]"),
        ("to", "address"),
        ("ref", "bytes32"),
    ),
    "NarrowHold": (
        ("hold", "uint256"),
        ("start", "uint64"),
        ("end", "uint64"),
        ("tokens", "uint256[]"),
        ("order", "bytes32"),
    ),
    "NotePledge": (
        ("on", "ActOn"),
        ("parties", "PartiesNow"),
        ("kind", "uint8"),
        ("other", "uint40"),
        ("subject", "bytes32"),
        ("assets", "bytes32[]"),
        ("text", "string"),
    ),
    "NotifyAssignment": (
        ("receivable", "uint192"),
        ("start", "uint64"),
        ("end", "uint64"),
        ("assignor", "address"),
        ("assignee", "address"),
        ("contentRoot", "bytes32"),
    ),
    "OfferPurchase": (
        ("token", "uint256"),
        ("start", "uint64"),
        ("end", "uint64"),
        ("seller", "address"),
        ("length", "uint64"),
        ("payments", "uint16"),
        ("leastOwed", "uint64"),
        ("advance", "uint64"),
        ("fee", "uint64"),
        ("discountRate", "uint32"),
        ("discountBasis", "uint32"),
        ("dayStart", "uint32"),
        ("recourse", "uint8"),
        ("until", "uint40"),
        ("cash", "uint8"),
        ("contentRoot", "bytes32"),
    ),
    "OfferRange": (
        ("token", "uint256"),
        ("start", "uint64"),
        ("end", "uint64"),
        ("to", "address"),
        ("ref", "bytes32"),
        ("deadline", "uint40"),
    ),
    "OpenLoan": (
        ("lender", "address"),
        ("borrower", "address"),
        ("terms", "LoanTerms"),
        ("rows", "ScheduleRow[]"),
        ("pledges", "uint40[]"),
        ("ranges", "PledgedRange[]"),
    ),
    "OpenPool": (
        ("guarantors", "address[]"),
        ("shares", "uint16[]"),
        ("cash", "uint8"),
        ("cap", "uint64"),
        ("wait", "uint40"),
        ("until", "uint40"),
        ("agreement", "bytes32"),
    ),
    "OrderCredit": (
        ("hold", "uint256"),
        ("module", "uint8"),
        ("cash", "uint8"),
        ("amount", "uint64"),
        ("to", "address"),
        ("order", "bytes32"),
    ),
    "OrderRange": (
        ("hold", "uint256"),
        ("token", "uint256"),
        ("start", "uint64"),
        ("end", "uint64"),
        ("to", "address"),
        ("order", "bytes32"),
    ),
    "PartiesNow": (
        ("pledgorsRoot", "bytes32"),
        ("holdersRoot", "bytes32"),
        ("pledgors", "Party[]"),
        ("holders", "Party[]"),
    ),
    "Party": (
        ("role", "uint8"),
        ("id", "bytes32"),
        ("nameHash", "bytes32"),
        ("share", "uint64"),
    ),
    "PartyName": (
        ("name", "string"),
        ("capacity", "string"),
    ),
    "PayAsThirdParty": (
        ("receivable", "uint192"),
        ("amount", "uint64"),
        ("ref", "bytes32"),
    ),
    "PayLoan": (
        ("loan", "uint40"),
        ("amount", "uint64"),
        ("ref", "bytes32"),
    ),
    "PayReceivable": (
        ("receivable", "uint192"),
        ("amount", "uint64"),
        ("ref", "bytes32"),
    ),
    "Piece": (
        ("end", "uint64"),
        ("to", "address"),
        ("ref", "bytes32"),
    ),
    "PlaceHold": (
        ("register", "uint16"),
        ("code", "uint16"),
        ("target", "uint8"),
        ("id", "bytes32"),
        ("bars", "uint8"),
        ("kind", "uint8"),
        ("until", "uint40"),
        ("authority", "bytes32"),
        ("order", "bytes32"),
    ),
    "PledgeActs": (
        ("instrument", "Instrument"),
        ("consents", "Consent[]"),
        ("terms", "ChangeTerms[]"),
        ("parties", "ChangeParties[]"),
        ("segments", "AddSegment[]"),
        ("partReleases", "ReleaseAssets[]"),
        ("releases", "ReleasePledge[]"),
        ("states", "SetPledgeState[]"),
        ("notes", "NotePledge[]"),
    ),
    "PledgeRanges": (
        ("loan", "uint40"),
        ("ranges", "PledgedRange[]"),
    ),
    "PledgedRange": (
        ("token", "uint256"),
        ("start", "uint64"),
        ("end", "uint64"),
        ("payments", "uint16"),
        ("leastOwed", "uint64"),
    ),
    "PrepayLoan": (
        ("loan", "uint40"),
        ("amount", "uint64"),
        ("ref", "bytes32"),
    ),
    "PublishTitles": (
        ("segment", "uint40"),
        ("page", "uint16"),
        ("pages", "bytes32[]"),
        ("titles", "string[]"),
    ),
    "RecallPurchase": (
        ("offeredBy", "uint256"),
    ),
    "RecallRange": (
        ("token", "uint256"),
    ),
    "RecordParty": (
        ("register", "uint16"),
        ("party", "bytes32"),
        ("kind", "uint8"),
        ("other", "bytes32"),
        ("account", "address"),
        ("effective", "int40"),
        ("evidence", "bytes32"),
        ("name", "string"),
    ),
    "RecordPledge": (
        ("filing", "FilePledge"),
        ("blind", "bytes32"),
        ("assets", "bytes32[]"),
        ("names", "PartyName[]"),
        ("titles", "string[]"),
        ("grounds", "Ground[]"),
    ),
    "RecordSale": (
        ("on", "ActOn"),
        ("parties", "PartiesNow"),
        ("instrument", "Instrument"),
        ("price", "uint128"),
        ("currency", "uint16"),
        ("costs", "uint128"),
        ("surplus", "uint128"),
        ("buyer", "bytes32"),
        ("assets", "bytes32[]"),
        ("shares", "SaleShare[]"),
        ("consents", "Consent[]"),
    ),
    "RecordValuation": (
        ("pledge", "uint40"),
        ("amount", "uint128"),
        ("currency", "uint16"),
        ("valuedAt", "uint40"),
        ("method", "bytes32"),
        ("report", "bytes32"),
    ),
    "RectifyPledge": (
        ("on", "ActOn"),
        ("kind", "uint8"),
        ("corrects", "bytes32"),
        ("instrument", "Instrument"),
        ("expires", "uint40"),
        ("segments", "uint40[]"),
        ("pages", "LeafPage[]"),
        ("assets", "bytes32[]"),
        ("consents", "Consent[]"),
    ),
    "RedeemCash": (
        ("cash", "uint8"),
        ("holder", "address"),
        ("amount", "uint64"),
        ("ref", "bytes32"),
    ),
    "RefinanceDeal": (
        ("deal", "uint192"),
        ("mostPayoff", "uint64"),
        ("offer", "uint192"),
        ("bank", "address"),
        ("terms", "OfferPurchase"),
    ),
    "RefinancePledge": (
        ("on", "ActOn"),
        ("parties", "PartiesNow"),
        ("instrument", "Instrument"),
        ("holders", "Party[]"),
        ("names", "PartyName[]"),
        ("terms", "Terms"),
        ("content", "bytes32"),
        ("agreement", "bytes32"),
        ("segments", "uint40[]"),
        ("consents", "Consent[]"),
    ),
    "RefuseReceivable": (
        ("receivable", "uint192"),
        ("issuer", "address"),
        ("terms", "Issue"),
        ("reason", "bytes32"),
    ),
    "RelatePledges": (
        ("on", "ActOn"),
        ("parties", "PartiesNow"),
        ("instrument", "Instrument"),
        ("senior", "uint40"),
        ("kind", "uint8"),
        ("cap", "uint128"),
        ("consents", "Consent[]"),
    ),
    "ReleaseAssets": (
        ("on", "ActOn"),
        ("parties", "PartiesNow"),
        ("basis", "uint8"),
        ("reason", "uint8"),
        ("leaves", "LeafPage[]"),
        ("unpledged", "bytes32[]"),
    ),
    "ReleasePledge": (
        ("on", "ActOn"),
        ("parties", "PartiesNow"),
        ("basis", "uint8"),
        ("reason", "uint8"),
        ("unlisted", "bytes32[]"),
        ("unpledged", "bytes32[]"),
    ),
    "ReleaseRange": (
        ("token", "uint256"),
    ),
    "ReleaseTail": (
        ("deal", "uint192"),
        ("tailStart", "uint64"),
        ("to", "address"),
        ("document", "bytes32"),
    ),
    "RenewLoan": (
        ("loan", "uint40"),
        ("terms", "LoanTerms"),
        ("rows", "ScheduleRow[]"),
    ),
    "ReserveSegment": (
        ("pledge", "uint40"),
        ("segment", "uint40"),
        ("list", "AssetList"),
        ("blind", "bytes32"),
        ("page", "uint16"),
        ("pages", "bytes32[]"),
        ("assets", "bytes32[]"),
    ),
    "RetireRange": (
        ("token", "uint256"),
        ("start", "uint64"),
        ("end", "uint64"),
        ("reason", "uint8"),
        ("payments", "uint16"),
        ("owed", "uint64"),
        ("document", "bytes32"),
    ),
    "RevokeApprovals": (
        ("reason", "bytes32"),
    ),
    "RevokeKey": (
        ("key", "address"),
    ),
    "SaleShare": (
        ("pledge", "uint40"),
        ("rank", "uint16"),
        ("claim", "uint128"),
        ("amount", "uint128"),
    ),
    "ScheduleRow": (
        ("due", "uint40"),
        ("principal", "uint64"),
        ("numerator", "uint24"),
        ("interestDue", "bool"),
    ),
    "SeedAssets": (
        ("register", "uint16"),
        ("anchor", "uint16"),
        ("first", "uint48"),
        ("assets", "bytes32[]"),
        ("numbers", "bytes32[]"),
        ("proof", "bytes32[]"),
    ),
    "SellRange": (
        ("token", "uint256"),
        ("buyer", "address"),
        ("price", "uint64"),
        ("payments", "uint16"),
        ("leastOwed", "uint64"),
        ("basis", "bytes32"),
    ),
    "SetAcceptance": (
        ("acceptsDirect", "bool"),
    ),
    "SetBankCeiling": (
        ("obligor", "address"),
        ("currency", "uint16"),
        ("most", "uint64"),
    ),
    "SetMandate": (
        ("cash", "uint8"),
        ("cap", "uint64"),
        ("until", "uint40"),
        ("partial_", "bool"),
    ),
    "SetPledgeState": (
        ("on", "ActOn"),
        ("parties", "PartiesNow"),
        ("reason", "uint8"),
    ),
    "SetSlot": (
        ("keyType", "bytes32"),
        ("words", "bytes32[]"),
    ),
    "SettleDeal": (
        ("deal", "uint192"),
        ("to", "address"),
        ("document", "bytes32"),
    ),
    "StepFiling": (
        ("pledge", "uint40"),
        ("code", "uint16"),
        ("evidence", "bytes32"),
        ("content", "bytes32"),
        ("until", "uint40"),
    ),
    "TakeOutDeal": (
        ("deal", "uint192"),
    ),
    "Terms": (
        ("ceiling", "uint128"),
        ("currency", "uint16"),
        ("kind", "uint8"),
        ("due", "int40"),
        ("expires", "uint40"),
    ),
    "TransferCash": (
        ("cash", "uint8"),
        ("to", "address"),
        ("amount", "uint64"),
        ("ref", "bytes32"),
    ),
    "WaiveClaim": (
        ("receivable", "uint192"),
        ("reason", "bytes32"),
    ),
    "WaiveDeal": (
        ("deal", "uint192"),
        ("reason", "bytes32"),
    ),
    "When": (
        ("source", "uint8"),
        ("dateOnly", "bool"),
        ("effective", "int40"),
    ),
    "Withdraw": (
        ("cash", "uint8"),
    ),
    "WithdrawDraft": (
        ("issuedBy", "uint256"),
    ),
    "WithdrawFiling": (
        ("pledge", "uint40"),
        ("filing", "FilePledge"),
        ("instrument", "Instrument"),
        ("consents", "Consent[]"),
    ),
    "WithdrawFinancing": (
        ("cash", "uint8"),
    ),
    "WithdrawLoanCredit": (
        ("cash", "uint8"),
    ),
    "WithdrawRange": (
        ("receivable", "uint192"),
        ("start", "uint64"),
    ),
    "WriteOff": (
        ("token", "uint256"),
        ("writtenOff", "bool"),
    ),
}

KINDS: tuple[Kind, ...] = (
    Kind("AccelerateLoan", "Loans", "accelerateLoan", bytes.fromhex("6e8b8c09")),
    Kind("AcceptPledge", "PledgeRegistry", "acceptPledge", bytes.fromhex("9f0febcc")),
    Kind("AcceptPurchase", "Financing", "acceptPurchase", bytes.fromhex("780e5d03")),
    Kind("AcceptRange", "ReceivableOffers", "accept", bytes.fromhex("14b204f7")),
    Kind("AcknowledgeNotice", "ReceivableOffers", "acknowledge", bytes.fromhex("24f66b8e")),
    Kind("AcknowledgePayment", "Loans", "acknowledgePayment", bytes.fromhex("9c4be7a1")),
    Kind("AddKey", "Members", "addKey", bytes.fromhex("13c6765d")),
    Kind("AdoptRecord", "PledgeRegistry", "adoptRecord", bytes.fromhex("a31fb5f2")),
    Kind("AnchorRegister", "PledgeRegistry", "anchorRegister", bytes.fromhex("18cb723f")),
    Kind("AssignDeal", "Financing", "assignDeal", bytes.fromhex("9820e18c")),
    Kind("BankNotice", "Repayment", "takeBankNotice", bytes.fromhex("14b0b775")),
    Kind("BuyBack", "Financing", "buyBack", bytes.fromhex("411dcd99")),
    Kind("ChargeCosts", "Loans", "chargeCosts", bytes.fromhex("edb9307e")),
    Kind("ConfirmReceivable", "ReceivableDrafts", "confirm", bytes.fromhex("dba992c5")),
    Kind("ConsentCancel", "ReceivableEndings", "consentCancel", bytes.fromhex("076ea9ce")),
    Kind("ContestAsset", "PledgeRegistry", "contestAsset", bytes.fromhex("31fb3392")),
    Kind("CoverReceivable", "Guarantees", "cover", bytes.fromhex("68ffd90b")),
    Kind("DecidePledge", "PledgeRegistry", "decidePledge", bytes.fromhex("49b27a42")),
    Kind("DeclineRange", "ReceivableOffers", "decline", bytes.fromhex("5d93814c")),
    Kind("DischargeLoan", "Loans", "dischargeLoan", bytes.fromhex("9c4b0567")),
    Kind("DisputeReceivable", "ReceivableEndings", "dispute", bytes.fromhex("33fe7f7f")),
    Kind("EndDispute", "ReceivableEndings", "endDispute", bytes.fromhex("9cca4f96")),
    Kind("EndMandate", "Mandates", "endMandate", bytes.fromhex("59d6bce9")),
    Kind("FilePledge", "PledgeRegistry", "filePledge", bytes.fromhex("b61c246a")),
    Kind("HoldAccount", "ReceivableHolds", "holdAccount", bytes.fromhex("94a6bfcc")),
    Kind("HoldReceivable", "ReceivableHolds", "holdReceivable", bytes.fromhex("52273c55")),
    Kind("Issue", "ReceivableDrafts", "issue", bytes.fromhex("57df5194")),
    Kind("IssueCash", "CashDesk", "issueCash", bytes.fromhex("2debcd26")),
    Kind("JoinAssets", "PledgeRegistry", "joinAssets", bytes.fromhex("7c17405a")),
    Kind("LiftCourtHold", "ReceivableHolds", "lift", bytes.fromhex("b25325a0")),
    Kind("LiftHold", "PledgeRegistry", "liftHold", bytes.fromhex("52965603")),
    Kind("Merge", "ReceivableToken", "merge", bytes.fromhex("6fe9016b")),
    Kind("Move", "ReceivableToken", "move", bytes.fromhex("2cb6ca5a")),
    Kind("MoveBatch", "ReceivableToken", "moveBatch", bytes.fromhex("cfc1a96c")),
    Kind("MoveMany", "ReceivableToken", "moveMany", bytes.fromhex("b5d8c731")),
    Kind("NarrowHold", "ReceivableHolds", "narrow", bytes.fromhex("136c5722")),
    Kind("NotifyAssignment", "ReceivableOffers", "notify", bytes.fromhex("8aefd9b5")),
    Kind("OfferPurchase", "PurchaseOffers", "offerPurchase", bytes.fromhex("e1f5adce")),
    Kind("OfferRange", "ReceivableOffers", "offer", bytes.fromhex("424622ea")),
    Kind("OpenLoan", "LoanAgreements", "openLoan", bytes.fromhex("1f4cf7e8")),
    Kind("OpenPool", "Guarantees", "openPool", bytes.fromhex("9d133da2")),
    Kind("OrderCredit", "ReceivableHolds", "orderCredit", bytes.fromhex("929d2b5e")),
    Kind("OrderRange", "ReceivableHolds", "orderRange", bytes.fromhex("4117e457")),
    Kind("PayAsThirdParty", "Repayment", "payAsThirdParty", bytes.fromhex("5bc46611")),
    Kind("PayLoan", "Loans", "payLoan", bytes.fromhex("d6a31bd0")),
    Kind("PayReceivable", "Repayment", "payReceivable", bytes.fromhex("5dbdbfbe")),
    Kind("PlaceHold", "PledgeRegistry", "placeHold", bytes.fromhex("c67337f9")),
    Kind("PledgeActs", "PledgeRegistry", "pledgeActs", bytes.fromhex("ff5ad65a")),
    Kind("PledgeRanges", "TitleEscrow", "pledgeRanges", bytes.fromhex("33fc9e61")),
    Kind("PrepayLoan", "Loans", "prepayLoan", bytes.fromhex("a68ab52a")),
    Kind("PublishTitles", "PledgeRegistry", "publishTitles", bytes.fromhex("23124023")),
    Kind("RecallPurchase", "PurchaseOffers", "recallPurchase", bytes.fromhex("7d22bfb1")),
    Kind("RecallRange", "ReceivableOffers", "recall", bytes.fromhex("63c8a9f5")),
    Kind("RecordParty", "PledgeRegistry", "recordParty", bytes.fromhex("ff2c3a3a")),
    Kind("RecordPledge", "PledgeRegistry", "recordPledge", bytes.fromhex("e3c32b70")),
    Kind("RecordSale", "PledgeRegistry", "recordSale", bytes.fromhex("4e5483ff")),
    Kind("RecordValuation", "Valuations", "recordValuation", bytes.fromhex("e9445b5d")),
    Kind("RectifyPledge", "PledgeRegistry", "rectifyPledge", bytes.fromhex("2c0f4f6c")),
    Kind("RedeemCash", "CashDesk", "redeemCash", bytes.fromhex("1c081fcb")),
    Kind("RefinanceDeal", "Financing", "refinanceDeal", bytes.fromhex("e22f4f07")),
    Kind("RefinancePledge", "PledgeRegistry", "refinancePledge", bytes.fromhex("2ae84719")),
    Kind("RefuseReceivable", "ReceivableDrafts", "refuse", bytes.fromhex("f6abc9c2")),
    Kind("RelatePledges", "PledgeRegistry", "relatePledges", bytes.fromhex("60fb9984")),
    Kind("ReleaseRange", "TitleEscrow", "releaseRange", bytes.fromhex("a1800249")),
    Kind("ReleaseTail", "Financing", "releaseTail", bytes.fromhex("275a3595")),
    Kind("RenewLoan", "LoanAgreements", "renewLoan", bytes.fromhex("d3727a8b")),
    Kind("ReserveSegment", "PledgeRegistry", "reserveSegment", bytes.fromhex("60f8e69f")),
    Kind("RetireRange", "ReceivableEndings", "retire", bytes.fromhex("7eec11a1")),
    Kind("RevokeApprovals", "ReceivableToken", "revokeApprovals", bytes.fromhex("7eb08fd5")),
    Kind("RevokeKey", "Members", "revokeKey", bytes.fromhex("a5707133")),
    Kind("SeedAssets", "PledgeRegistry", "seedAssets", bytes.fromhex("c6716bd1")),
    Kind("SellRange", "TitleEscrow", "sellRange", bytes.fromhex("e753472c")),
    Kind("SetAcceptance", "Members", "setAcceptance", bytes.fromhex("5bcb4051")),
    Kind("SetBankCeiling", "PurchaseOffers", "setBankCeiling", bytes.fromhex("4e6b18f9")),
    Kind("SetMandate", "Mandates", "setMandate", bytes.fromhex("f168ff32")),
    Kind("SetSlot", "Members", "setSlot", bytes.fromhex("7ef27227")),
    Kind("SettleDeal", "Financing", "settleDeal", bytes.fromhex("1aeaf150")),
    Kind("StepFiling", "PledgeRegistry", "stepFiling", bytes.fromhex("fc9d877a")),
    Kind("TakeOutDeal", "Financing", "takeOutDeal", bytes.fromhex("e7f0415a")),
    Kind("TransferCash", "CashDesk", "transferCash", bytes.fromhex("a9c417cd")),
    Kind("WaiveClaim", "Repayment", "waiveClaim", bytes.fromhex("c9ded18c")),
    Kind("WaiveDeal", "Financing", "waiveDeal", bytes.fromhex("e525bb74")),
    Kind("Withdraw", "Repayment", "withdraw", bytes.fromhex("b3efa187")),
    Kind("WithdrawDraft", "ReceivableDrafts", "withdrawDraft", bytes.fromhex("2e7ead64")),
    Kind("WithdrawFiling", "PledgeRegistry", "withdrawFiling", bytes.fromhex("9274bd73")),
    Kind("WithdrawFinancing", "Financing", "withdrawFinancing", bytes.fromhex("64b64671")),
    Kind("WithdrawLoanCredit", "Loans", "withdrawLoanCredit", bytes.fromhex("f57c5e4d")),
    Kind("WithdrawRange", "Repayment", "withdrawRange", bytes.fromhex("2fc41ea6")),
    Kind("WriteOff", "ReceivableEndings", "writeOff", bytes.fromhex("94903522")),
)
