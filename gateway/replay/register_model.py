"""A small model of the register: the plan is made on it, and chain and SQL have to agree with it.

A pledge has segments; each has its own assets and effective date. An end never touches an asset of another pledge.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from gateway.replay.parties import Party
from gateway.replay.pledge_acts import (
    Flag,
    Grant,
    Note,
    PartRelease,
    PartyChange,
    Placement,
    PledgeAct,
    Ref,
    Relation,
    Release,
    Restoration,
    Succession,
    Supplement,
)
from gateway.replay.records import Property, Recordation


@dataclass(slots=True)
class Segment:
    """The assets that one document pledged; none: not stated."""

    record: Recordation
    assets: dict[str, Property]
    ended: set[str] = field(default_factory=set)

    @property
    def live(self) -> dict[str, Property]:
        """The assets that haven't ended."""
        return {key: asset for key, asset in self.assets.items() if key not in self.ended}


@dataclass(slots=True)
class Pledge:
    """A pledge as it stands."""

    ref: Ref
    pledgors: tuple[Party, ...]
    holders: tuple[Party, ...]
    segments: list[Segment]
    flags: frozenset[Flag]
    facilities: frozenset[str]
    ended_by: Ref | None = None
    notes: list[Note] = field(default_factory=list)
    discrepancies: tuple[str, ...] = ()
    yields_to: tuple[Ref, ...] = ()

    @property
    def live(self) -> bool:
        """Whether it hasn't ended."""
        return self.ended_by is None

    @property
    def record(self) -> Recordation:
        """The document that granted it."""
        return self.segments[0].record

    @property
    def stated(self) -> bool:
        """Whether every segment states all its assets."""
        return all(segment.record.whole_list for segment in self.segments)

    @property
    def assets(self) -> dict[str, Property]:
        """Every asset that was ever pledged here, by key."""
        return {key: asset for segment in self.segments for key, asset in segment.assets.items()}

    @property
    def live_assets(self) -> dict[str, Property]:
        """The assets that are pledged now; none once the pledge has ended."""
        return {key: asset for segment in self.segments for key, asset in segment.live.items()} if self.live else {}


class Register:
    """All pledges of a plan, in the order of their grants."""

    def __init__(self) -> None:
        self.pledges: dict[Ref, Pledge] = {}

    def apply(self, act: PledgeAct) -> None:
        """Does one act. KeyError for a pledge that was never granted."""
        if isinstance(act, Grant):
            self._grant(act)
        else:
            _change(self.pledges[act.pledge], act)

    def live(self) -> list[Pledge]:
        """The pledges that haven't ended."""
        return [pledge for pledge in self.pledges.values() if pledge.live]

    def encumbered(self) -> set[str]:
        """Keys of the assets on which at least one pledge is live."""
        return {key for pledge in self.live() for key in pledge.live_assets}

    def _grant(self, act: Grant) -> None:
        record = act.record
        if act.pledge in self.pledges:
            raise ValueError(f"pledge {act.pledge} is granted twice")
        self.pledges[act.pledge] = Pledge(
            act.pledge, record.assignors, record.assignees, [Segment(record, _by_key(record.properties))], act.flags, act.facilities
        )


def run(placements: Iterable[Placement], until: date | None = None) -> Register:
    """The register after all planned acts, or after those that count from `until` or before."""
    register = Register()
    for placement in placements:
        if placement.acts and (until is None or placement.effective <= until):
            for act in placement.acts:
                if until is None or isinstance(act, Grant) or act.pledge in register.pledges:
                    # What was recorded before its pledge changes nothing that counts yet.
                    register.apply(act)
    return register


def _change(pledge: Pledge, act: PledgeAct) -> None:
    match act:
        case Supplement():
            pledge.segments.append(Segment(act.record, _by_key(act.assets)))
        case Release():
            pledge.ended_by = Ref(act.record.series.value, act.record.number)
            pledge.discrepancies = tuple(item.key for item in (*act.unlisted, *act.unpledged))
        case PartRelease():
            _end_assets(pledge, {item.key for item in act.ended})
        case PartyChange():
            pledge.pledgors = act.pledgors or pledge.pledgors
            pledge.holders = act.holders or pledge.holders
        case Restoration(restored=()):
            pledge.ended_by = None
        case Restoration():
            _revive_assets(pledge, {item.key for item in act.restored})
        case Relation():
            pledge.yields_to = (*pledge.yields_to, act.senior)
        case Succession():
            pass
        case Note():
            pledge.notes.append(act)
            pledge.facilities = pledge.facilities if act.facilities is None else act.facilities


def _end_assets(pledge: Pledge, keys: set[str]) -> None:
    for segment in pledge.segments:
        segment.ended |= keys & segment.assets.keys()


def _revive_assets(pledge: Pledge, keys: set[str]) -> None:
    for segment in pledge.segments:
        segment.ended -= keys


def _by_key(assets: Iterable[Property]) -> dict[str, Property]:
    return {asset.key: asset for asset in assets}
