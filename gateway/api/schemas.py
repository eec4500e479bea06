"""Bodies of requests. Unknown fields are refused, so that a misspelt one is never taken for an omission."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from gateway.api.fields import Day, Decimal, Hex20, Hex32, HexBytes, Instant, Key, Line, Minor, Mode, Pledges, Role, Shallow, Text, words_of
from gateway.roles import ROLES
from ledger.domain.fingerprints import MOST_INSTALMENT
from ledger.domain.routing import AssetKind, Transaction
from ledger.mirror.models import Side


class Strict(BaseModel):
    """A body without room for unknown fields, and without values of another type: 0 is no `false`, and "7" no 7."""

    model_config = ConfigDict(extra="forbid", strict=True)


class ActRef(Strict):
    """An act by its account and id."""

    account: Hex20
    id: Decimal


class SignerIn(Strict):
    """A signer: which account signs, in which role and mode, and, where it matters, with which key and nonce."""

    account: Hex20
    role: Role | None = None
    mode: Mode = "SIGNED"
    key: Hex20 | None = None
    nonce: Decimal | None = None
    evidence: Hex32 | None = None


class PaymentNamesIn(Strict):
    """What payers call receivables that are paid in a cash: ids as decimal text, or creditor references (ISO 11649)."""

    cash: Annotated[int, Field(ge=0, lt=1 << 8)]
    names: Annotated[list[Annotated[Text, Field(min_length=1, max_length=80)]], Field(max_length=500)]


class InvoiceIn(Strict):
    """What names an invoice. Parties: an account, whose registered identifier counts, a scheme and a number ("VAT DE123456789"), or a word.

    `issued`: the day on the invoice; only its year counts. `instalment`: which one; an invoice that is paid at once is 1.
    """

    seller: Annotated[Text, Field(min_length=1, max_length=80)]
    buyer: Annotated[Text, Field(min_length=1, max_length=80)]
    number: Annotated[Text, Field(min_length=1, max_length=200)]
    issued: Day
    instalment: Annotated[int, Field(ge=1, le=MOST_INSTALMENT)] = 1


class ActIn(Strict):
    """A signed act: `body` has the fields of the kind's struct; integers as numbers or decimal text, bytes as hex."""

    account: Hex20
    kind: Annotated[Text, Field(max_length=80)]
    body: Annotated[dict[str, Any], Shallow]
    role: Role | None = None
    signers: Annotated[list[SignerIn], Field(max_length=32)] = []
    deadline: Annotated[int, Field(ge=0, lt=1 << 64)] | None = None
    gas: Annotated[int, Field(ge=21_000, lt=1 << 32)] | None = None
    depends_on: Annotated[list[ActRef], Field(max_length=64)] = []


class KeyedAct(ActIn):
    """An act of a batch with its own idempotency key."""

    key: Key


class ActBatch(Strict):
    acts: Annotated[list[KeyedAct], Field(min_length=1, max_length=500)]


class ActWait(Strict):
    acts: Annotated[list[ActRef], Field(min_length=1, max_length=5000)]
    until: Annotated[str, Field(pattern="^(sent|mined|final)$")] = "final"
    timeout: Annotated[float, Field(ge=0, le=120)] = 30


class SignatureIn(Strict):
    """A signature by a wallet (r, s, v: 65 bytes), or what the key, a contract, takes for one (ERC-1271); without one the account's key
    held here signs."""

    account: Hex20
    signature: HexBytes | None = None
    evidence: Hex32 | None = None


class PartyNameIn(Strict):
    """Published texts of a party; both empty where they are withheld."""

    name: Annotated[Text, Field(max_length=1000)] = ""
    capacity: Annotated[Text, Field(max_length=1000)] = ""


class FilingIn(Strict):
    """A filing to be tried: the fields of FilePledge, and what goes with it as far as it is there.

    `kinds` states what is given where assets are described in general: patent, mark, copyright, receivable, licence fees, goods.
    """

    filing: Annotated[dict[str, Any], Shallow]
    assets: Annotated[list[Hex32], Field(max_length=8192)] = []
    blind: Hex32 | None = None
    names: Annotated[list[PartyNameIn], Field(max_length=512)] | None = None
    titles: Annotated[list[Annotated[str, Field(max_length=2000)]], Field(max_length=8192)] | None = None
    transaction: Annotated[str, Field(json_schema_extra=words_of(Transaction))] | None = None
    kinds: Annotated[list[Annotated[str, Field(json_schema_extra=words_of(AssetKind))]], Field(max_length=8)] = []
    on: Day | None = None


class LienIn(Strict):
    """A lien that is not registered here, by a key of the caller's own. Amounts in minor units of the order's currency."""

    key: Annotated[Text, Field(min_length=1, max_length=60)]
    amount: Minor
    kind: Annotated[str, Field(pattern="^(pledge|factoring|assignment)$")] = "pledge"
    ceiling: Minor | None = None
    noticed: Instant | None = None
    advance: Minor | None = None


class RelationIn(Strict):
    """An agreement that is not recorded: `junior` yields to `senior` (pledges by number as text, others by their key), up to a cap."""

    senior: Annotated[Text, Field(max_length=60)]
    junior: Annotated[Text, Field(max_length=60)]
    kind: Annotated[str, Field(pattern="^(subordination|super-priority|intercreditor agreement|turnover)$")]
    source: Annotated[Text, Field(min_length=1, max_length=400)]
    up_to: Minor | None = None


class CandidateIn(LienIn):
    """A lien that would be filed now, over a right worth `value`; `parties`: words of who would be party to it, whom a hold may bar."""

    value: Minor
    parties: Annotated[list[Hex32], Field(max_length=200)] = []


class SaleIn(Strict):
    """What a sale would bring, and its costs."""

    amount: Minor
    costs: Minor = "0"


class PriorityIn(Strict):
    """What the ledger does not know: by pledge what is owed, when the debtor was first notified, what was advanced; liens and agreements.

    `if_filed` asks where a new lien would stand, `sale` who would get what of a sale's proceeds.
    """

    owed: Annotated[dict[Pledges, Minor], Field(max_length=1000)] = {}
    noticed: Annotated[dict[Pledges, Instant], Field(max_length=1000)] = {}
    advances: Annotated[dict[Pledges, Minor], Field(max_length=1000)] = {}
    others: Annotated[list[LienIn], Field(max_length=200)] = []
    relations: Annotated[list[RelationIn], Field(max_length=200)] = []
    if_filed: CandidateIn | None = None
    sale: SaleIn | None = None


class ProofIn(Strict):
    """A proof as this API gives it: of an anchored record, or of a live anchored asset."""

    kind: Annotated[Text, Field(max_length=40)]
    register_: Annotated[int, Field(alias="register", ge=1, lt=1 << 16)]
    anchor: Annotated[int, Field(ge=0, lt=1 << 16)]
    root: Hex32
    count: Annotated[int, Field(ge=0, lt=1 << 48)]
    index: Annotated[int, Field(ge=0, lt=1 << 48)]
    leaf: Annotated[dict[str, str], Field(max_length=32)]
    path: Annotated[list[Hex32], Field(max_length=64)]


class OfPledgeIn(Strict):
    """A pledge's registration, its record about a time (extract), or what one act changed (verification; without `act` the last one)."""

    kind: Literal["registration", "extract", "verification"]
    pledge: Annotated[int, Field(ge=1, lt=1 << 40)]
    act: Hex32 | None = None


class SearchIn(Strict):
    """A search: of a name with the normal forms selected among similar ones; of a party's word or identifier, a right's key, a number."""

    kind: Literal["search"]
    by: Literal["name", "party", "identifier", "number", "registration"]
    text: Annotated[Text, Field(min_length=1, max_length=400)]
    select: Annotated[list[Annotated[Text, Field(max_length=400)]], Field(max_length=1000)] = []
    register_: Annotated[int | None, Field(alias="register", ge=1, lt=1 << 16)] = None
    side: Annotated[Text, Field(max_length=20, json_schema_extra=words_of(Side))] | None = None


class CertificateIn(Strict):
    """What is to be certified, and for which member it is kept: without one, for the caller."""

    of: Annotated[OfPledgeIn | SearchIn, Field(discriminator="kind")]
    member: Hex20 | None = None


class CertificateCheckIn(Strict):
    """A certificate as it was given."""

    document: Annotated[dict[str, Any], Shallow]


class RightFactsIn(Strict):
    """Dates of a right as its office has them: `filed`, `granted`, `registered`, `last_day` and others, and counts as `renewals`."""

    jurisdiction: Annotated[str, Field(pattern="^[A-Z]{2}$")]
    kind: Annotated[Text, Field(max_length=60)]
    facts: Annotated[dict[str, str | int], Field(max_length=20)]


class DutyDoneIn(Strict):
    """A payment or filing that was done, by its key and the day on which it was due."""

    key: Annotated[Text, Field(min_length=1, max_length=60)]
    due: Day
    done: Day


class OfficeEventIn(Strict):
    """An event that an office published, under its INPADOC code."""

    office: Annotated[str, Field(pattern="^[A-Z]{2}$")]
    code: Annotated[Text, Field(min_length=1, max_length=20)]
    happened: Day


class ValuationIn(Strict):
    """What a right is worth: minor units of a currency, on which day, by which method and appraiser."""

    value: Minor
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")]
    valued_on: Day
    method: Line
    appraiser: Line


class ReportIn(Strict):
    """What a source says of a right (its key, hex or readable). `done_through`: every duty due up to this day was done in time."""

    asset: Annotated[Text, Field(max_length=66)]
    source: Line
    right: RightFactsIn | None = None
    duties: Annotated[list[DutyDoneIn], Field(max_length=100)] = []
    done_through: Day | None = None
    events: Annotated[list[OfficeEventIn], Field(max_length=1000)] = []
    valuations: Annotated[list[ValuationIn], Field(max_length=100)] = []


class ReportBatch(Strict):
    """Reports of up to 500 rights, for the caller or the member whom it acts for. All are kept, or none."""

    reports: Annotated[list[ReportIn], Field(min_length=1, max_length=500)]
    member: Hex20 | None = None


class RegisterIn(Strict):
    """A register's description (TOML, docs/registers.md) and the account of its office."""

    description: Annotated[str, Field(min_length=1, max_length=200_000)]
    office: Hex20


class MemberIn(Strict):
    """An organisation to be admitted. Without account and operator the gateway makes a key that is both, in its keystore."""

    key: Key
    name: Annotated[Text, Field(min_length=1, max_length=400)]
    party: Hex32
    roles: Annotated[list[Role], Field(max_length=len(ROLES))]
    account: Hex20 | None = None
    operator: Hex20 | None = None
    is_contract: bool = False
    accepts_direct: bool = True


class MemberBatch(Strict):
    members: Annotated[list[MemberIn], Field(min_length=1, max_length=1000)]


class MemberWait(Strict):
    accounts: Annotated[list[Hex20], Field(min_length=1, max_length=2000)]
    timeout: Annotated[float, Field(ge=0, le=120)] = 30


class ContentIn(Strict):
    """A document for one member, and for others served here who are parties of the same record. Amounts in it are text."""

    member: Hex20
    share_with: Annotated[list[Hex20], Field(max_length=100)] = []
    content_schema: Annotated[Text, Field(alias="schema", min_length=1, max_length=200)]
    document: Annotated[Any, Shallow]
    seed: Hex32 | None = None


class ContentBatch(Strict):
    items: Annotated[list[ContentIn], Field(min_length=1, max_length=500)]


class CallIn(Strict):
    """A permissionless trigger."""

    key: Key
    contract: Annotated[Text, Field(max_length=80)]
    function: Annotated[Text, Field(max_length=80)]
    arguments: Annotated[list[Any], Shallow] = []


class CallBatch(Strict):
    calls: Annotated[list[CallIn], Field(min_length=1, max_length=500)]


class CallWait(Strict):
    ids: Annotated[list[Hex32], Field(min_length=1, max_length=2000)]
    until: Annotated[str, Field(pattern="^(sent|mined|final)$")] = "final"
    timeout: Annotated[float, Field(ge=0, le=120)] = 30


class WebhookIn(Strict):
    """A subscription: `url` takes POST requests; `kinds` and `records` limit what is sent; none: all that the member sees. `after`: the
    position from which on to tell; none: from now on.
    """

    url: Annotated[str, Field(min_length=1, max_length=2_000)]
    kinds: Annotated[list[Annotated[str, Field(max_length=100)]], Field(max_length=50)] = []
    records: Annotated[list[Hex32], Field(max_length=50)] = []
    after: Annotated[int | None, Field(ge=-1, lt=1 << 62)] = None


class WebhookStateIn(Strict):
    """Whether messages are sent."""

    state: Literal["active", "paused"]


class ReplayIn(Strict):
    """The position after which everything is sent once more."""

    after: Annotated[int, Field(ge=-1, lt=1 << 62)]


class ResendIn(Strict):
    """Positions of messages that are to be sent once more; none: all."""

    positions: Annotated[list[Annotated[int, Field(ge=0, lt=1 << 62)]] | None, Field(max_length=1_000)] = None


class MessageIn(Strict):
    """A message between gateways: canonical JSON (RFC 8785), its payload sealed (HPKE) to the recipient's key (docs/decisions/peers.md)."""

    form: Text
    kind: Literal["offer", "consent", "content"]
    ledger: Hex32
    sender: Annotated[Hex20, Field(alias="from")]
    to: Hex20
    key: Hex32
    until: Decimal
    sealed: Annotated[str, Field(pattern=r"^[A-Za-z0-9+/]+={0,2}$")]


class ReceiptIn(Strict):
    """What a member's gateway signed: that it has a message, or that it will never take it (JWS)."""

    receipt: Annotated[str, Field(max_length=1 << 16)]


class PublishIn(Strict):
    """What a member publishes of its gateway. `url`: where others reach it; empty: nowhere, it fetches; left out: as it is."""

    account: Hex20
    url: Annotated[Text | None, Field(max_length=2_000)] = None
    renew: bool = False
    """New keys in the place of the present ones."""


class RepairIn(Strict):
    """Content that is to be asked for again, where it is not held whole; no roots: all that concerns the member."""

    member: Hex20
    roots: Annotated[list[Hex32] | None, Field(max_length=500)] = None


class EraseIn(Strict):
    """Why a document is erased for good."""

    why: Annotated[Text, Field(min_length=8, max_length=400)]
