"""Where a reader had to judge: what was matched without a citation, differs from its pledge, or stands without its agreement. Pure."""

from collections.abc import Iterable, Iterator

from gateway.replay.pledge_acts import (
    Basis,
    Flag,
    Grant,
    Note,
    PartRelease,
    PartyChange,
    Placement,
    PledgeAct,
    Relation,
    Release,
    Supplement,
)
from gateway.replay.report import Aside
from ledger.domain.pledge_words import NoteKind

JUDGED = "judged"


def judgements(placements: Iterable[Placement]) -> Iterator[Aside]:
    """One line for each acting record of which something was inferred or differs, with all of it."""
    for placement in placements:
        found = list(dict.fromkeys(said for act in placement.acts for said in _of(act)))
        if found:
            yield Aside(placement.record.origin.set, str(placement.record.number), JUDGED, "; ".join(found))


def _of(act: PledgeAct) -> Iterator[str]:
    match act:
        case Grant():
            yield from _of_grant(act)
        case Relation(basis=Basis.INFERRED):
            yield f"{act.pledge} yields to {act.senior} by the names of their liens alone"
        case Note(remark=NoteKind.REMARK | NoteKind.DISCREPANCY):
            yield act.text
        case Release() | PartRelease():
            yield from _of_release(act)
            yield from _inferred(act)
        case Supplement() | PartyChange():
            yield from _inferred(act)
        case _:
            pass


def _of_grant(act: Grant) -> Iterator[str]:
    yield from (flag.value for flag in (Flag.PARENT_UNKNOWN, Flag.ASSETS_INCOMPLETE) if flag in act.flags)
    if act.same_as is not None:
        yield f"repeats the record of {act.same_as}; both stand"


def _of_release(act: Release | PartRelease) -> Iterator[str]:
    has = len(act.unpledged)
    if isinstance(act, PartRelease):
        if has:
            yield f"lists {has} assets that aren't pledged by {act.pledge}"
    elif has or act.unlisted:
        yield f"ends {act.pledge} whole, though its list lacks {len(act.unlisted)} of the assets and has {has} others"


def _inferred(act: Release | PartRelease | Supplement | PartyChange) -> Iterator[str]:
    if act.basis is Basis.INFERRED:
        yield f"cites no record: {act.pledge} fits its parties and what it lists or names"
