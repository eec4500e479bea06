"""Search of the register in two steps: names found, exact and similar, then those selected; and by number, party and record number.

A search by name reads the index of published names and never a table of records: a name is looked up by keys, its records by its number.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select, text

from ledger.domain.identifiers import Identifier, schemes_of
from ledger.domain.name_index import Entry, probe
from ledger.domain.name_matching import USUAL, Settings, compare
from ledger.domain.name_search import Found, search
from ledger.domain.names import NormalName, normal
from ledger.domain.pledge_words import Flag
from ledger.mirror.models import (
    INSTRUMENT,
    PARTY,
    PLEDGE,
    PLEDGE_ACT,
    PLEDGE_STATE,
    UNLISTED,
    UNLISTED_MARKS,
    WITHHELD,
    Party,
    PledgeStatus,
    Side,
)
from ledger.mirror.queries import anchors, names, parties, pledges, records
from ledger.mirror.queries.liveness import about, pledge_live
from ledger.mirror.queries.names import Form
from ledger.mirror.queries.pledges import Done, Standing, kept_by, of_number, stood
from ledger.mirror.queries.reading import given, portions, rows_of, told, valid
from ledger.mirror.queries.records import Life
from ledger.mirror.register_models import ADOPTION, PARTY_RECORD, SEED, Anchor, Seed


@dataclass(frozen=True, slots=True)
class Scope:
    """Where is looked: in one register or all, on one side of pledges or both."""

    register: int | None = None
    side: Side | None = None


EVERYWHERE = Scope()


class _Where(NamedTuple):
    """A scope, as known at a position about a time."""

    scope: Scope
    at: int | None
    time: int | None


class Hit(NamedTuple):
    """A record found: the party that was looked for, its pledge, how that stands about the time, and the pledges noted as the same."""

    party: Party
    pledge: Standing
    life: Life
    same_as: list[int]


class Registered(NamedTuple):
    """What bears an office's record number: pledges registered under it, acts that stand on a document of it, anchored records."""

    pledges: list[Standing]
    acts: list[Done]
    seeds: list[Seed]


# --- By name ---


def by_name(
    conn: Connection,
    text: str,
    *,
    scope: Scope = EVERYWHERE,
    settings: Settings = USUAL,
    at: int | None = None,
    time: int | None = None,
) -> Found:
    """Step one: the names that are like a text, with the ids of their records ("pledge/side/place"). Raises UnusableName.

    With `time`, of those who were parties then. Names that an office recorded of a party later find the party's records too. Step two is
    ledger.domain.name_search.select.
    """
    where = _Where(scope, at, time)
    return search(text, list(_entries(conn, text, settings, where)), settings, _hidden(conn, where))


def record_id(party: Party) -> str:
    """What a search calls a record of a party."""
    return f"{party.pledge}/{party.side}/{party.ordinal}"


def _entries(conn: Connection, text: str, settings: Settings, where: _Where) -> Iterator[Entry]:
    """An entry for each record of each name that is like a text. Only names that are have their records read."""
    wanted, alike = normal(text), dict[Form, NormalName]()
    for form in names.candidates(conn, probe(text, settings), where.at):
        if compare(wanted, form.normal, settings):
            alike[form] = form.normal
    ids = _of_names(conn, {form.name for form in alike}, where)
    for form, name in alike.items():
        yield from (Entry(name, form.text, each) for each in ids[form.name])


def _of_names(conn: Connection, names: Collection[int], where: _Where) -> dict[int, set[str]]:
    """The records of each name: of parties published under it, and of those to whom an office gave it later."""
    ids: dict[int, set[str]] = defaultdict(set)
    for some in portions(sorted(names)):
        for party in _parties(conn, PARTY.table.c.named.in_(some), where):
            ids[party.named or 0].add(record_id(party))
        for name, office, word in _renamed(conn, some, where.at):
            ids[name].update(map(record_id, _parties(conn, _known_to(office, word, where.at), where)))
    return ids


def _renamed(conn: Connection, names: Collection[int], at: int | None) -> list[tuple[int, bytes, bytes]]:
    columns = PARTY_RECORD.table.c
    asked = select(columns.named, columns.office, columns.party).where(columns.named.in_(names), told(PARTY_RECORD, at)).distinct()
    return [(name, office, party) for name, office, party in conn.execute(asked)]


def _known_to(office: bytes, word: bytes, at: int | None) -> ColumnElement[bool]:
    """A party in an office's registers."""
    return and_(PARTY.table.c.id == word, kept_by(office, at))


def _parties(conn: Connection, which: ColumnElement[bool], where: _Where) -> list[Party]:
    asked = select(PARTY.table).where(which, stood(where.at, where.time), *_within(where.scope))
    asked = asked.join(PLEDGE.table, PLEDGE.table.c.pledge == PARTY.table.c.pledge)
    # Sorted here: a planner asked for this order reads the table in it.
    return sorted(rows_of(conn, PARTY, asked), key=lambda party: (party.pledge, party.side, party.ordinal))


def _within(scope: Scope) -> list[ColumnElement[bool]]:
    where = [] if scope.register is None else [PLEDGE.table.c.register == scope.register]
    return where + ([] if scope.side is None else [PARTY.table.c.side == scope.side])


def hits(conn: Connection, ids: Iterable[str], *, at: int | None = None, time: int | None = None) -> list[Hit]:
    """The records of these ids, in their order; with `time`, of those who were parties then. Raises ValueError for an id that is none."""
    wanted = set(ids)
    found: list[Party] = []
    for some in portions(sorted({int(each.partition("/")[0]) for each in wanted})):
        asked = select(PARTY.table).where(PARTY.table.c.pledge.in_(some), stood(at, time)).order_by(*PARTY.key_columns)
        found += [party for party in rows_of(conn, PARTY, asked) if record_id(party) in wanted]
    return [_hit(conn, party, at, time) for party in found]


def _hit(conn: Connection, party: Party, at: int | None, time: int | None) -> Hit:
    standing = records.standing(conn, party.pledge, at, time)
    if standing is None:
        raise ValueError(f"pledge {party.pledge}: not known at that position")
    return Hit(party, standing, records.life(conn, standing, at, time), pledges.same_as(conn, party.pledge, at))


# --- By party, identifier and record number ---


def by_party(conn: Connection, word: bytes, *, scope: Scope = EVERYWHERE, at: int | None = None, time: int | None = None) -> list[Hit]:
    """The records of a party by its word, and of those whom it succeeded or acts for, as their office recorded."""
    where = _Where(scope, at, time)
    found = _parties(conn, PARTY.table.c.id == word, where)
    for before in parties.followed_by(conn, word, at=at):
        found += _parties(conn, _known_to(before.office, before.party, at), where)
    return [_hit(conn, party, at, time) for party in dict.fromkeys(found)]


def by_identifier(
    conn: Connection, text: str, *, scope: Scope = EVERYWHERE, at: int | None = None, time: int | None = None
) -> list[tuple[Identifier, list[Hit]]]:
    """The records of every party that a text may identify: each scheme whose check digits it satisfies (USCC, LEI, ABN...)."""
    return [(each, by_party(conn, each.word, scope=scope, at=at, time=time)) for each in schemes_of(text)]


def by_registration(conn: Connection, number: bytes, *, register: int | None = None, at: int | None = None) -> Registered:
    """What bears an office's record number (32 bytes, left-aligned text)."""
    pledges = [each for each in of_number(conn, number, at) if register in (None, each.pledge.register)]
    columns = SEED.table.c
    asked = select(SEED.table).where(
        columns.number == number, told(SEED, at), *([] if register is None else [columns.register == register])
    )
    return Registered(
        pledges, _on_documents(conn, number, register, at), rows_of(conn, SEED, asked.order_by(columns.register, columns.leaf))
    )


def _on_documents(conn: Connection, number: bytes, register: int | None, at: int | None) -> list[Done]:
    acts, documents = PLEDGE_ACT.table, INSTRUMENT.table
    asked = (
        select(acts, documents).join(documents, documents.c.act == acts.c.act).join(PLEDGE.table, PLEDGE.table.c.pledge == acts.c.pledge)
    )
    asked = asked.where(documents.c.number == number, told(PLEDGE_ACT, at))
    if register is not None:
        asked = asked.where(PLEDGE.table.c.register == register)
    width = len(acts.c)
    rows = conn.execute(asked.order_by(acts.c.pos, acts.c.pledge))
    return [Done(PLEDGE_ACT.row(*row[:width]), INSTRUMENT.row(*row[width:])) for row in rows]


# --- What a search can't see ---


def unseen(
    conn: Connection, scope: Scope = EVERYWHERE, at: int | None = None, time: int | None = None, read: Collection[Anchor] = ()
) -> tuple[str, ...]:
    """What a search of the scope does not cover, in words; none where nothing is missing. `read`: anchors searched, too."""
    unlisted = _unlisted(conn, _Where(scope, at, time))
    said = (
        (_undecided(conn, scope, at), "filings wait for a decision: their parties and assets are not published"),
        (_unadopted(conn, scope, at, read), "records of anchored registers are known by their roots only"),
        (unlisted[Flag.ASSETS_NOT_STATED], "pledges state no assets, or not all"),
        (unlisted[Flag.GENERAL_DESCRIPTION], "pledges describe their assets in general beside a list"),
    )
    return tuple(f"{count} {what}" for count, what in said if count)


def _hidden(conn: Connection, where: _Where) -> int:
    """Parties that stand by a commitment, each once."""
    asked = select(func.count(PARTY.table.c.id.distinct())).select_from(PARTY.table)
    if where.scope.register is not None:
        asked = asked.join(PLEDGE.table, PLEDGE.table.c.pledge == PARTY.table.c.pledge)
    # Each has a word; that it is asked for leads SQLite to the index of those withheld.
    hidden = (WITHHELD, PARTY.table.c.id > b"")
    return int(conn.execute(asked.where(*hidden, stood(where.at, where.time), *_within(where.scope))).scalar_one())


def _of_register(scope: Scope) -> list[ColumnElement[bool]]:
    return [] if scope.register is None else [PLEDGE.table.c.register == scope.register]


def _states(scope: Scope, at: int | None) -> Select[Any]:
    same = PLEDGE_STATE.table.c.pledge == PLEDGE.table.c.pledge
    asked = select(func.count()).select_from(PLEDGE_STATE.table).where(valid(PLEDGE_STATE, at))
    return asked if scope.register is None else asked.join(PLEDGE.table, same).where(*_of_register(scope))


def _undecided(conn: Connection, scope: Scope, at: int | None) -> int:
    waiting = PLEDGE_STATE.table.c.status.in_((PledgeStatus.FILED, PledgeStatus.ACCEPTED))
    return int(conn.execute(_states(scope, at).where(waiting)).scalar_one())


def _unlisted(conn: Connection, where: _Where) -> dict[Flag, int]:
    """How many live pledges have each of the marks of those that are on more than their list."""
    live = pledge_live(about(conn, where.at, where.time))
    marks = PLEDGE_STATE.table.c.flags.bitwise_and(_UNLISTED)
    asked = _states(where.scope, where.at).where(live, UNLISTED, UNLISTED_MARKS.in_(_MARKS)).add_columns(marks).group_by(text("2"))
    found = [(count, Flag(held)) for count, held in conn.execute(asked)]
    return {flag: sum(count for count, held in found if flag in held) for flag in Flag(_UNLISTED)}


_UNLISTED = int(Flag.ASSETS_NOT_STATED | Flag.GENERAL_DESCRIPTION)
_MARKS = [marks for marks in range(1, _UNLISTED + 1) if marks & ~_UNLISTED == 0]


def _unadopted(conn: Connection, scope: Scope, at: int | None, read: Collection[Anchor]) -> int:
    """Records under anchors that stand, but for those adopted or read. One that two anchors have counts twice: roots don't tell."""
    held = [row for row in anchors.standing(conn, scope.register, at) if row not in read]
    rows = ADOPTION.table.c
    asked = select(func.count()).select_from(ADOPTION.table).where(told(ADOPTION, at))
    asked = asked.where(*given(scope.register, lambda value: rows.register == value))
    for row in read:
        asked = asked.where(or_(rows.register != row.register, rows.anchor != row.anchor))
    return max(0, sum(row.records for row in held) - int(conn.execute(asked).scalar_one()))
