"""What is answered of pledged rights: readings, what lies on one, the order of liens and what a sale pays by it."""

from typing import Annotated

from pydantic import ConfigDict, Field

from gateway.api.answers import Hex, Position, Shown, Time
from gateway.api.pledge_answers import Difference, Hold


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
