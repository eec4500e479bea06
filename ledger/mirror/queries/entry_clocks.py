"""Statutory clocks of a pledge: of its filing, and of the entry that it became."""

from collections.abc import Iterator

from sqlalchemy import Connection, select

from ledger.domain.catalogue import CATALOGUE, Catalogue
from ledger.domain.entry_clocks import NAMES, Befell, Moment, entry_clocks
from ledger.domain.filing_clocks import FilingClock
from ledger.domain.pledge_words import HoldTarget, NoteKind
from ledger.mirror.models import NOTE, PLEDGE_ACT
from ledger.mirror.queries import filings, holds, pledges
from ledger.mirror.queries.pledges import Standing
from ledger.mirror.queries.reading import told
from ledger.mirror.schema import word


def every(conn: Connection, pledge: int, now: int, *, at: int | None = None, catalogue: Catalogue = CATALOGUE) -> tuple[FilingClock, ...]:
    """The clocks of a pledge's filing and of its entry at a second."""
    return (
        *filings.clocks(conn, pledge, now, at=at, catalogue=catalogue),
        *of_entry(conn, pledge, now, at=at, catalogue=catalogue),
    )


def of_entry(
    conn: Connection, pledge: int, now: int, *, at: int | None = None, catalogue: Catalogue = CATALOGUE
) -> tuple[FilingClock, ...]:
    """The clocks that have started of a registered pledge at a second, by its register's rules."""
    found = pledges.get(conn, pledge, at)
    if found is None or found.state.number is None:
        return ()
    named = {name: catalogue.clock(found.pledge.register, name) for name in NAMES}
    rules = {name: rule for name, rule in named.items() if rule is not None}
    return entry_clocks(rules, list(_befell(conn, found, at)), now) if rules else ()


def _befell(conn: Connection, found: Standing, at: int | None) -> Iterator[Moment]:
    state, pledge = found.state, found.pledge.pledge
    yield from _of_acts(conn, pledge, at)
    for target in (HoldTarget.PLEDGE, HoldTarget.CLAIM):
        yield from (Moment(Befell.HELD, hold.placed) for hold in holds.every(conn, target, word(pledge), at=at))
    if state.due:
        yield Moment(Befell.CLAIM_DUE, state.due)
    ends = [end for end in (state.ended_at, state.expires + 1 if state.expires else None) if end is not None]
    if ends:
        yield Moment(Befell.ENDED, min(ends))


def _of_acts(conn: Connection, pledge: int, at: int | None) -> Iterator[Moment]:
    """What acts did to an entry, at the seconds that they count from."""
    acts, note = PLEDGE_ACT.table, NOTE.table
    same = (note.c.pledge == acts.c.pledge) & (note.c.pos == acts.c.pos)
    asked = select(acts.c.event, acts.c.effective, note.c.kind).join(note, same, isouter=True)
    asked = asked.where(acts.c.pledge == pledge, acts.c.effective.is_not(None), told(PLEDGE_ACT, at)).order_by(acts.c.pos)
    for event, effective, kind in conn.execute(asked):
        what = _NOTES.get(kind) if event == "PledgeNoted" else _EVENTS.get(event)
        if what is not None:
            yield Moment(what, effective)


_NOTES = {int(NoteKind.OBJECTION): Befell.OBJECTED, int(NoteKind.NOTICE): Befell.NOTICED}
_EVENTS = {
    "TermsChanged": Befell.CHANGED,
    "PartiesChanged": Befell.CHANGED,
    "AssetsReleased": Befell.CHANGED,
    "PledgeRectified": Befell.CHANGED,
    "SaleRecorded": Befell.SOLD,
}
