"""What is sent together: acts on one pledge go one after the other, everything else side by side. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from gateway.replay.pledge_acts import Grant, Placement, PledgeAct, Ref, Relation


@dataclass(frozen=True, slots=True)
class Done:
    """Acts of one document, and the wave in which they are sent."""

    placement: Placement
    acts: tuple[PledgeAct, ...]
    wave: int


def waves(placements: Iterable[Placement]) -> list[list[Done]]:
    """All grants first in their order, then of each pledge's later documents the first, the second, and so on.

    The order of blocks says nothing of the order in law: each act states the date that it counts from.
    """
    depth: dict[Ref, int] = {}
    found: list[list[Done]] = []
    for placement in placements:
        grants = tuple(act for act in placement.acts if isinstance(act, Grant))
        others = tuple(act for act in placement.acts if not isinstance(act, Grant))
        if grants:
            _put(found, Done(placement, grants, 0))
        if others:
            concerned = [pledge for act in others for pledge in touched(act)]
            wave = 1 + max(depth.get(pledge, 0) for pledge in concerned)
            depth |= dict.fromkeys(concerned, wave)
            _put(found, Done(placement, others, wave))
    return found


def touched(act: PledgeAct) -> tuple[Ref, ...]:
    """The pledges that an act needs as they stand: of a relation both must be live."""
    return (act.pledge, act.senior) if isinstance(act, Relation) else (act.pledge,)


def _put(found: list[list[Done]], done: Done) -> None:
    while len(found) <= done.wave:
        found.append([])
    found[done.wave].append(done)
