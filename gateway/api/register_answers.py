"""What is answered of registers: rules, clocks, routes, and records that were anchored."""

from typing import Annotated

from pydantic import ConfigDict, Field

from gateway.api.act_answers import Call
from gateway.api.answers import Hex, Position, Reason, Shown, Time


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
