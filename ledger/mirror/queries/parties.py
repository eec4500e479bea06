"""What became of parties, as offices recorded it: who signs for them, whom they followed, which accounts they are bound to."""

from typing import NamedTuple

from sqlalchemy import Connection, select

from ledger.domain.assets import MEMBER_SCHEME
from ledger.domain.pledge_words import PartyKind
from ledger.mirror.queries.reading import one, rows_of, told, valid
from ledger.mirror.register_models import PARTY_RECORD, PARTY_STATUS, PartyRecord, PartyStatus

_MOST_STEPS = 8
_FOLLOWED = (PartyKind.SUCCEEDED, PartyKind.RECEIVED)


class OfficeParty(NamedTuple):
    """A party as an office knows it."""

    office: bytes
    party: bytes


def status(conn: Connection, office: bytes, party: bytes, at: int | None = None) -> PartyStatus | None:
    """What an office's book says of a party; None if nothing."""
    columns = PARTY_STATUS.table.c
    return one(conn, PARTY_STATUS, columns.office == office, columns.party == party, valid(PARTY_STATUS, at))


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
    found = [party]
    while (known := status(conn, office, found[-1], at)) and known.kind == PartyKind.SUCCEEDED and known.other not in found:
        found.append(known.other or b"")
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
