"""What became of parties, as offices recorded it: who signs for them, whom they followed, which accounts they are bound to."""

from collections.abc import Collection, Iterable, Iterator
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, bindparam, select

from ledger.domain.assets import MEMBER_SCHEME
from ledger.domain.pledge_words import PartyKind
from ledger.mirror.queries.reading import AT, portions, rows_of, told, valid
from ledger.mirror.register_models import PARTY_RECORD, PARTY_STATUS, PartyRecord, PartyStatus

_MOST_STEPS = 8
_FOLLOWED = (PartyKind.SUCCEEDED, PartyKind.RECEIVED)


class OfficeParty(NamedTuple):
    """A party as an office knows it."""

    office: bytes
    party: bytes


def status(conn: Connection, office: bytes, party: bytes, at: int | None = None) -> PartyStatus | None:
    """What an office's book says of a party; None if nothing."""
    return next(_statuses(conn, office, [party], at), None)


def _statuses(conn: Connection, office: bytes, parties: Collection[bytes], at: int | None) -> Iterator[PartyStatus]:
    for some in portions(parties):
        rows = conn.execute(_of_office(at is None), {"office": office, "parties": some, "at": at})
        yield from (PartyStatus(*row) for row in rows)


@cache
def _of_office(is_now: bool) -> Select[Any]:
    columns = PARTY_STATUS.table.c
    these = columns.party.in_(bindparam("parties", expanding=True))
    return select(PARTY_STATUS.table).where(columns.office == bindparam("office"), these, valid(PARTY_STATUS, None if is_now else AT))


def signer_of(conn: Connection, office: bytes, party: bytes, at: int | None = None) -> bytes | None:
    """The account that signs for a party before an office; None: nobody. The same answer as the registry's signerOf."""
    for _ in range(_MOST_STEPS):
        known = status(conn, office, party, at)
        if known is None:
            return _own(party)
        if known.kind not in _FOLLOWED:
            return known.member if known.kind == PartyKind.MEMBER else None
        party = known.other or b""
    return None


def successors(conn: Connection, office: bytes, party: bytes, at: int | None = None) -> list[bytes]:
    """A party and who took its place in law, one after another; a receiver doesn't."""
    return successors_of(conn, office, [party], at)[party]


def successors_of(conn: Connection, office: bytes, parties: Iterable[bytes], at: int | None = None) -> dict[bytes, list[bytes]]:
    """The same of several parties, in their order."""
    found = {party: [party] for party in parties}
    followed, fresh = dict[bytes, bytes](), set(found)
    while fresh:
        followed |= {row.party: row.other or b"" for row in _statuses(conn, office, fresh, at) if row.kind == PartyKind.SUCCEEDED}
        grown = [line for line in found.values() if line[-1] in fresh and followed.get(line[-1], line[-1]) not in line]
        for line in grown:
            line.append(followed[line[-1]])
        fresh = {line[-1] for line in grown}
    return found


def _own(party: bytes) -> bytes | None:
    account = party[12:]
    return account if party[0] == MEMBER_SCHEME and any(account) else None


def became(conn: Connection, party: bytes, *, office: bytes | None = None, at: int | None = None) -> list[PartyRecord]:
    """All that offices (or one) recorded of a party, in order."""
    columns = PARTY_RECORD.table.c
    where = [columns.party == party, told(PARTY_RECORD, at), *([] if office is None else [columns.office == office])]
    return rows_of(conn, PARTY_RECORD, select(PARTY_RECORD.table).where(*where).order_by(columns.pos))


def words_of(conn: Connection, account: bytes, at: int | None = None) -> list[OfficeParty]:
    """The parties that offices have bound to an account, and those whom they follow; not its own word, which needs no office."""
    columns = PARTY_STATUS.table.c
    asked = select(columns.office, columns.party).where(columns.member == account, valid(PARTY_STATUS, at)).order_by(columns.party)
    bound = [OfficeParty(*row) for row in conn.execute(asked)]
    return [each for one_ in bound for each in (one_, *followed_by(conn, one_.party, office=one_.office, at=at))]


def followed_by(conn: Connection, party: bytes, *, office: bytes | None = None, at: int | None = None) -> list[OfficeParty]:
    """The parties for which a party stands as successor or receiver, directly or through others."""
    columns = PARTY_STATUS.table.c
    scope = [] if office is None else [columns.office == office]
    found: list[OfficeParty] = []
    words = [party]
    for _ in range(_MOST_STEPS):
        asked = select(columns.office, columns.party).where(columns.other.in_(words), columns.kind.in_(_FOLLOWED), valid(PARTY_STATUS, at))
        new = sorted({OfficeParty(*row) for row in conn.execute(asked.where(*scope))} - set(found))
        if not new:
            break
        found += new
        words = [each.party for each in new]
    return found
