"""Pledges as at two times: what was known at a position (`at`, None = now) about a time (`time`, UTC seconds; None = then).

A pledge is live at a time if it is registered or enforcing and counts from then or earlier, has not lapsed, and no end that
counts from then or earlier is known. An encumbrance is live while its segment's pledge is, its segment counts, and its own end doesn't.
"""

from collections.abc import Collection, Sequence
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, Connection, Select, and_, bindparam, case, func, literal, or_, select

from ledger.domain.pledge_words import Flag, NoteKind
from ledger.mirror.models import (
    ASSET_TITLE,
    CONSENT,
    DIFFERENCE,
    ENCUMBRANCE,
    GROUND,
    INSTRUMENT,
    NOTE,
    PARTY,
    PLEDGE,
    PLEDGE_ACT,
    PLEDGE_STATE,
    REGISTER,
    SEGMENT,
    Change,
    Consent,
    Difference,
    Encumbrance,
    GroundFound,
    Instrument,
    Note,
    Party,
    Pledge,
    PledgeAct,
    PledgeState,
    Segment,
    Side,
)
from ledger.mirror.queries.liveness import about, leaf_live, of_pledge, of_segment, pledge_live, segment_held
from ledger.mirror.queries.numbers import resolve
from ledger.mirror.queries.reading import AT, TIME, Page, When, cut, given, ordered, portions, rows_of, told, valid
from ledger.mirror.register_models import OFFICER


class Standing(NamedTuple):
    """A pledge as filed, and its state as at the position asked."""

    pledge: Pledge
    state: PledgeState

    @classmethod
    def of(cls, row: Any) -> "Standing":
        """The standing of a row of `standings`."""
        width = len(PLEDGE.table.c)
        return cls(Pledge(*row[:width]), PledgeState(*row[width:]))


class Burden(NamedTuple):
    """A pledge on an asset, in rank order; `title` is the asset's as that pledge's registration published it.

    `same_as`: pledges that a note calls the same recording.
    """

    rank: int
    live: bool
    encumbrance: Encumbrance
    segment: Segment
    pledge: Standing
    title: str | None
    same_as: tuple[int, ...] = ()


class Pledged(NamedTuple):
    """An asset of a pledge."""

    encumbrance: Encumbrance
    title: str | None


class LivePledge(NamedTuple):
    """A live pledge, how many of its assets are live, and how many it ever had."""

    pledge: Standing
    assets: int
    listed: int

    @property
    def is_empty(self) -> bool:
        """Whether every asset was released in part, so that it holds nothing, though nothing ended it."""
        return self.listed > 0 == self.assets and not self.pledge.state.flags & _UNLISTED


_UNLISTED = Flag.ASSETS_NOT_STATED | Flag.GENERAL_DESCRIPTION
"""Marks of pledges on more than what they list."""


class Done(NamedTuple):
    """An act on a pledge, the document that it stands on (None for an officer's step without one), and the keys of who decided."""

    act: PledgeAct
    instrument: Instrument | None
    officers: tuple[bytes, ...] = ()


class Count(NamedTuple):
    """How many pledges of a register stand in a status."""

    register: int
    status: int
    pledges: int


def get(conn: Connection, pledge: int, at: int | None = None) -> Standing | None:
    """The pledge of a number."""
    row = conn.execute(_pledge(at is None), {"pledge": pledge, "at": at}).one_or_none()
    return None if row is None else Standing.of(row)


@cache
def _pledge(is_now: bool) -> Select[Any]:
    return standings(None if is_now else AT).where(PLEDGE.table.c.pledge == bindparam("pledge"))


def of_number(conn: Connection, number: bytes, at: int | None = None) -> list[Standing]:
    """The pledges registered under an office's own record number (32 bytes, left-aligned text)."""
    rows = conn.execute(standings(at).where(PLEDGE_STATE.table.c.number == number).order_by(PLEDGE.table.c.pledge))
    return [Standing.of(row) for row in rows]


def of_filing(conn: Connection, filing: bytes, at: int | None = None) -> list[Standing]:
    """The pledges filed with a filing of this hash (32 bytes)."""
    rows = conn.execute(standings(at).where(PLEDGE.table.c.filing == filing).order_by(PLEDGE.table.c.pledge))
    return [Standing.of(row) for row in rows]


def find(
    conn: Connection,
    *,
    register: int | None = None,
    status: int | None = None,
    party: bytes | None = None,
    at: int | None = None,
    limit: int = 100,
    after: tuple[int] | None = None,
) -> Page[Standing]:
    """Pledges in the order of filing; `party` is an identifier word on either side."""
    asked = standings(at).where(
        *given(register, lambda value: PLEDGE.table.c.register == value),
        *given(status, lambda value: PLEDGE_STATE.table.c.status == value),
        *given(party, lambda value: _names_party(value, at)),
    )
    rows = conn.execute(ordered(asked, [PLEDGE.table.c.pledge], limit, after))
    return cut([Standing.of(row) for row in rows], limit, lambda standing: (standing.pledge.pledge,))


def _names_party(party: bytes, at: int | None) -> ColumnElement[bool]:
    named = select(PARTY.table.c.pledge).where(PARTY.table.c.id == party, valid(PARTY, at))
    return PLEDGE.table.c.pledge.in_(named)


def live(
    conn: Connection, *, at: int | None = None, time: int | None = None, limit: int = 100, after: tuple[int] | None = None
) -> Page[LivePledge]:
    """Live pledges in the order of filing, each with the number of its live assets."""
    when = about(conn, at, time)
    asked = _with_assets(at, time, when).where(pledge_live(when))
    rows = conn.execute(ordered(asked, [PLEDGE.table.c.pledge], limit, after))
    return cut([_live(row) for row in rows], limit, lambda found: (found.pledge.pledge.pledge,))


def _with_assets(at: int | None, time: int | None, when: int) -> Select[Any]:
    """Selects pledges with how many of their assets live, and how many they have had."""
    listed = select(func.count()).select_from(ENCUMBRANCE.table).join(SEGMENT.table, of_segment(at, time))
    listed = listed.where(SEGMENT.table.c.pledge == PLEDGE.table.c.pledge, valid(ENCUMBRANCE, at))
    counts = (listed.where(leaf_live(when)).scalar_subquery(), listed.where(SEGMENT.table.c.effective <= when).scalar_subquery())
    return standings(at).add_columns(*counts)


def _live(row: Any) -> LivePledge:
    return LivePledge(Standing.of(row[:-2]), row[-2], row[-1])


def is_empty(conn: Connection, pledge: int, at: int | None = None, time: int | None = None) -> bool:
    """Whether every asset of a pledge was released in part, so that it holds nothing, though nothing ended it."""
    asked = _with_assets(at, time, about(conn, at, time)).where(PLEDGE.table.c.pledge == pledge)
    row = conn.execute(asked).one_or_none()
    return row is not None and _live(row).is_empty


def encumbrances(conn: Connection, asset: bytes, *, at: int | None = None, time: int | None = None, live_only: bool = True) -> list[Burden]:
    """The pledges on a right, by any number that stands for it, in the base order: by effective time, then by filing.

    Only pledges that were registered rank, and segments that count.
    """
    return on_right(conn, resolve(conn, asset, at).numbers, about(conn, at, time), at=at, time=time, live_only=live_only)


def on_right(
    conn: Connection, numbers: Sequence[bytes], when: int, *, at: int | None, time: int | None, live_only: bool = True
) -> list[Burden]:
    """The same of a right with these numbers; `when` is the time asked about, stated or not."""
    rows = conn.execute(_on_right(at is None, time is None), {"numbers": list(numbers), "when": when, "at": at, "time": time})
    found = [_burden(tuple(row)) for row in rows]
    wanted = [burden for burden in found if burden.live or not live_only]
    twice = same_as_of(conn, {burden.pledge.pledge.pledge for burden in wanted}, at)
    return [burden._replace(rank=rank, same_as=tuple(twice[burden.pledge.pledge.pledge])) for rank, burden in enumerate(wanted, 1)]


# What is asked of every right is built once: to build a statement costs more than to run it.
@cache
def _on_right(is_now: bool, is_untimed: bool) -> Select[Any]:
    at, time = None if is_now else AT, None if is_untimed else TIME
    when: ColumnElement[int] = bindparam("when", type_=BigInteger)
    is_live = func.coalesce(and_(pledge_live(when), leaf_live(when)), literal(False))
    title = (ASSET_TITLE.table.c.segment == ENCUMBRANCE.table.c.segment) & (ASSET_TITLE.table.c.leaf == ENCUMBRANCE.table.c.leaf)
    asked = select(is_live, ENCUMBRANCE.table, SEGMENT.table, PLEDGE.table, PLEDGE_STATE.table, ASSET_TITLE.table.c.title)
    asked = asked.select_from(ENCUMBRANCE.table).join(SEGMENT.table, of_segment(at, time)).join(PLEDGE_STATE.table, of_pledge(at))
    asked = asked.join(PLEDGE.table, PLEDGE.table.c.pledge == SEGMENT.table.c.pledge).join(ASSET_TITLE.table, title, isouter=True)
    asked = asked.where(ENCUMBRANCE.table.c.asset.in_(bindparam("numbers", expanding=True)), valid(ENCUMBRANCE, at))
    asked = asked.where(PLEDGE_STATE.table.c.number.is_not(None), SEGMENT.table.c.effective.is_not(None))
    # The last: numbers that were joined since may stand in one list, each with a leaf of its own.
    order = (SEGMENT.table.c.effective, PLEDGE_STATE.table.c.sequence, SEGMENT.table.c.segment, ENCUMBRANCE.table.c.leaf)
    return asked.order_by(*order)


def _burden(row: tuple[Any, ...]) -> Burden:
    parts: list[Any] = []
    at = 1
    for projection in (ENCUMBRANCE, SEGMENT, PLEDGE, PLEDGE_STATE):
        width = len(projection.table.c)
        parts.append(projection.row(*row[at : at + width]))
        at += width
    encumbrance, segment, pledge, state = parts
    return Burden(0, bool(row[0]), encumbrance, segment, Standing(pledge, state), row[at])


def kept_by(office: bytes, at: int | None) -> ColumnElement[bool]:
    """Whether a pledge is in a register of an office."""
    kept = select(REGISTER.table.c.register).where(REGISTER.table.c.office == office, valid(REGISTER, at))
    return PLEDGE.table.c.register.in_(kept)


def parties(conn: Connection, pledge: int, at: int | None = None, time: int | None = None) -> list[Party]:
    """A pledge's parties: pledgors, then holders, in their order; with `time`, those who were parties then."""
    return parties_of(conn, [pledge], at, time)[pledge]


def parties_of(conn: Connection, numbers: Collection[int], at: int | None = None, time: int | None = None) -> dict[int, list[Party]]:
    """The same of several pledges."""
    found: dict[int, list[Party]] = {number: [] for number in numbers}
    for some in portions(found):
        for row in conn.execute(_parties_of(at is None, time is None), {"pledges": some, "at": at, "time": time}):
            found[row.pledge].append(Party(*row))
    return found


@cache
def _parties_of(is_now: bool, is_untimed: bool) -> Select[Any]:
    party = PARTY.table.c
    these = party.pledge.in_(bindparam("pledges", expanding=True))
    asked = select(PARTY.table).where(these, stood(None if is_now else AT, None if is_untimed else TIME))
    return asked.order_by(party.side, party.ordinal)


def stood(at: When, time: When) -> ColumnElement[bool]:
    """The versions of parties that stand; with `time`, as the last act on their side says that counts from then or earlier."""
    if time is None:
        return valid(PARTY, at)
    party, acts = PARTY.table.c, PLEDGE_ACT.table.alias().c
    side = case((party.side == Side.PLEDGORS, int(Change.PLEDGORS)), else_=int(Change.HOLDERS))
    said = select(func.max(acts.pos)).where(acts.pledge == party.pledge, acts.effective <= time, acts.changes.bitwise_and(side) != 0)
    last = (said if at is None else said.where(acts.pos <= at)).scalar_subquery()
    return and_(party.from_pos <= last, or_(party.to_pos.is_(None), party.to_pos > last))


def segments(conn: Connection, pledge: int, at: int | None = None, time: int | None = None) -> list[Segment]:
    """A pledge's segments in order; with `time`, those that were its own then."""
    asked = select(SEGMENT.table).where(SEGMENT.table.c.pledge == pledge, segment_held(at, time))
    return rows_of(conn, SEGMENT, asked.order_by(SEGMENT.table.c.segment))


def assets(
    conn: Connection,
    pledge: int,
    at: int | None = None,
    *,
    time: int | None = None,
    limit: int = 100,
    after: tuple[int, int] | None = None,
) -> Page[Pledged]:
    """The assets of a pledge's segments, by segment and leaf, ended ones with their end; with `time`, of those it had then."""
    title = (ASSET_TITLE.table.c.segment == ENCUMBRANCE.table.c.segment) & (ASSET_TITLE.table.c.leaf == ENCUMBRANCE.table.c.leaf)
    asked = select(ENCUMBRANCE.table, ASSET_TITLE.table.c.title).join(ASSET_TITLE.table, title, isouter=True)
    asked = asked.join(SEGMENT.table, of_segment(at, time)).where(SEGMENT.table.c.pledge == pledge, valid(ENCUMBRANCE, at))
    asked = asked.join(PLEDGE_STATE.table, of_pledge(at)).where(or_(SEGMENT.table.c.effective.is_not(None), _is_claim()))
    rows = conn.execute(ordered(asked, [ENCUMBRANCE.table.c.segment, ENCUMBRANCE.table.c.leaf], limit, after))
    found = [Pledged(Encumbrance(*row[:-1]), row[-1]) for row in rows]
    return cut(found, limit, lambda pledged: (pledged.encumbrance.segment, pledged.encumbrance.leaf))


def _is_claim() -> ColumnElement[bool]:
    """The list that a filing claims now: what it had claimed before it was refused is its own no more."""
    state = PLEDGE_STATE.table.c
    return and_(state.number.is_(None), state.first_segment == SEGMENT.table.c.segment)


def history(conn: Connection, pledge: int, at: int | None = None) -> list[Done]:
    """All that was done on a pledge, in the order of the chain, with the documents."""
    return _done(conn, pledge, at, _acts_on(pledge, at).order_by(PLEDGE_ACT.table.c.pos))


def history_page(conn: Connection, pledge: int, at: int | None = None, *, limit: int, after: tuple[Any, ...] | None = None) -> Page[Done]:
    """The same in pages."""
    found = _done(conn, pledge, at, ordered(_acts_on(pledge, at), [PLEDGE_ACT.table.c.pos], limit, after))
    return cut(found, limit, lambda done: (done.act.pos,))


def _acts_on(pledge: int, at: int | None) -> Select[Any]:
    same = INSTRUMENT.table.c.act == PLEDGE_ACT.table.c.act
    asked = select(PLEDGE_ACT.table, INSTRUMENT.table).join(INSTRUMENT.table, same, isouter=True)
    return asked.where(PLEDGE_ACT.table.c.pledge == pledge, told(PLEDGE_ACT, at))


def _done(conn: Connection, pledge: int, at: int | None, asked: Select[Any]) -> list[Done]:
    width, keys = len(PLEDGE_ACT.table.c), officers(conn, pledge, at)
    made = [(PledgeAct(*row[:width]), None if row[width] is None else Instrument(*row[width:])) for row in conn.execute(asked)]
    return [Done(act, instrument, keys.get(act.pos, ())) for act, instrument in made]


def officers(conn: Connection, pledge: int, at: int | None = None) -> dict[int, tuple[bytes, ...]]:
    """The keys of the officers who signed each decision or step on a filing, by its position."""
    columns = OFFICER.table.c
    asked = select(columns.pos, columns.key).where(columns.pledge == pledge, told(OFFICER, at)).order_by(columns.pos, columns.ordinal)
    found: dict[int, tuple[bytes, ...]] = {}
    for pos, key in conn.execute(asked):
        found[pos] = (*found.get(pos, ()), key)
    return found


def states(conn: Connection, pledge: int) -> list[PledgeState]:
    """Every state of a pledge, oldest first."""
    asked = select(PLEDGE_STATE.table).where(PLEDGE_STATE.table.c.pledge == pledge)
    return rows_of(conn, PLEDGE_STATE, asked.order_by(PLEDGE_STATE.table.c.from_pos))


def consents(conn: Connection, act: bytes) -> list[Consent]:
    """The consents to an act, in their order."""
    return rows_of(conn, CONSENT, select(CONSENT.table).where(CONSENT.table.c.act == act).order_by(CONSENT.table.c.ordinal))


def grounds(conn: Connection, pledge: int, at: int | None = None) -> list[GroundFound]:
    """What was examined before the decisions on a pledge."""
    asked = select(GROUND.table).where(GROUND.table.c.pledge == pledge, told(GROUND, at))
    return rows_of(conn, GROUND, asked.order_by(GROUND.table.c.pos, GROUND.table.c.ordinal))


def instruments(conn: Connection, number: bytes) -> list[Instrument]:
    """The documents recorded under an office's record number."""
    asked = select(INSTRUMENT.table).where(INSTRUMENT.table.c.number == number)
    return rows_of(conn, INSTRUMENT, asked.order_by(INSTRUMENT.table.c.pos))


def differences(conn: Connection, *, pledge: int | None = None, asset: bytes | None = None, at: int | None = None) -> list[Difference]:
    """Where documents and pledges differ, of a pledge, of an asset, or all."""
    asked = _differences(pledge is not None, asset is not None, at is None)
    return [Difference(*row) for row in conn.execute(asked, {"pledge": pledge, "asset": asset, "at": at})]


@cache
def _differences(of_pledge: bool, of_asset: bool, is_now: bool) -> Select[Any]:
    columns = DIFFERENCE.table.c
    asked = select(DIFFERENCE.table).where(told(DIFFERENCE, None if is_now else AT)).order_by(columns.pos, *DIFFERENCE.key_columns)
    asked = asked.where(columns.pledge == bindparam("pledge")) if of_pledge else asked
    return asked.where(columns.asset == bindparam("asset")) if of_asset else asked


def notes(conn: Connection, pledge: int, at: int | None = None) -> list[Note]:
    """Notes on a pledge, and those of other pledges that name it."""
    either = or_(NOTE.table.c.pledge == pledge, NOTE.table.c.other == pledge)
    return rows_of(conn, NOTE, select(NOTE.table).where(either, told(NOTE, at)).order_by(NOTE.table.c.pos))


def same_as(conn: Connection, pledge: int, at: int | None = None) -> list[int]:
    """The pledges that a note calls the same recording as this one, by number: a release of one does not end the other."""
    return same_as_of(conn, [pledge], at)[pledge]


def same_as_of(conn: Connection, numbers: Collection[int], at: int | None = None) -> dict[int, list[int]]:
    """The same of several pledges."""
    found: dict[int, set[int]] = {number: set() for number in numbers}
    for some in portions(found):
        for pledge, other in conn.execute(_same_as(at is None), {"pledges": some, "at": at}):
            found.get(pledge, set()).add(other)
            found.get(other, set()).add(pledge)
    return {number: sorted(others) for number, others in found.items()}


@cache
def _same_as(is_now: bool) -> Select[Any]:
    note = NOTE.table.c
    either = or_(*(column.in_(bindparam("pledges", expanding=True)) for column in (note.pledge, note.other)))
    return select(note.pledge, note.other).where(
        either, note.kind == int(NoteKind.SAME_AS), note.other != 0, told(NOTE, None if is_now else AT)
    )


def counts(conn: Connection, at: int | None = None) -> list[Count]:
    """Pledges by register and stored status: what a reconciliation holds against source and chain."""
    asked = select(PLEDGE.table.c.register, PLEDGE_STATE.table.c.status, func.count())
    asked = asked.join_from(PLEDGE.table, PLEDGE_STATE.table, PLEDGE_STATE.table.c.pledge == PLEDGE.table.c.pledge).where(
        valid(PLEDGE_STATE, at)
    )
    grouped = asked.group_by(PLEDGE.table.c.register, PLEDGE_STATE.table.c.status)
    return [Count(*row) for row in conn.execute(grouped.order_by(PLEDGE.table.c.register, PLEDGE_STATE.table.c.status))]


def standings(at: When) -> Select[Any]:
    """Selects pledges with their state as at a position."""
    same = PLEDGE_STATE.table.c.pledge == PLEDGE.table.c.pledge
    return select(PLEDGE.table, PLEDGE_STATE.table).join_from(PLEDGE.table, PLEDGE_STATE.table, same).where(valid(PLEDGE_STATE, at))
