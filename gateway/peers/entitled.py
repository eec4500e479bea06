"""Who is entitled to content by an event of the ledger: the parties of the records that the event names, and the signers of its act."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from gateway.contents import NO_ROOT, roots_in
from gateway.office.repository import ActKey
from gateway.outbox import store
from gateway.outbox.envelopes import envelope_of
from gateway.receivables.visibility import concerns
from gateway.services import Services
from ledger.chain.blocks import last_position
from ledger.domain.ids import split_token_id
from ledger.mirror.queries import chain, events, financing, loans, members, offers, pledges, receivables, registers
from ledger.mirror.queries.events import Told
from ledger.mirror.schema import number, word


@dataclass(frozen=True, slots=True)
class Record:
    """A record with content: its roots, its parties as it names them (accounts), and who else has to do with it."""

    roots: frozenset[bytes]
    parties: tuple[bytes, ...]
    concerns: Callable[[bytes], bool]

    def entitles(self, account: bytes) -> bool:
        """Whether an account may have the record's content."""
        return account in self.parties or self.concerns(account)


def entitled(services: Services, conn: Connection, account: bytes, root: bytes, pos: int) -> bool:
    """Whether the event at a position entitles an account to content; what is not final entitles nobody. `conn`: of the mirror."""
    told = event_at(services, conn, pos)
    return told is not None and any(root in each.roots and each.entitles(account) for each in named_in(services, conn, told))


def event_at(services: Services, conn: Connection, pos: int) -> Told | None:
    """The final event at a position."""
    if pos > last_final(services, conn):
        return None
    found = events.feed(conn, services.events, after=pos - 1, until=pos, limit=1).rows
    return found[0] if found else None


def last_final(services: Services, conn: Connection) -> int:
    """The last position that nothing undoes any more; -1: none yet."""
    held = chain.held(conn)
    return -1 if held is None else last_position(held.block - services.engine.finality)


def named_in(services: Services, conn: Connection, told: Told) -> Iterator[Record]:
    """The records with content that an event names."""
    if told.contract == "Acts" and "digest" in told.values:
        yield from _act(services, (told.values["account"], word(told.values["id"])), told.values["digest"])
    for name, find in _RECORDS.items():
        if name in told.values:
            yield from find(conn, told.values[name])


def _record(roots: set[bytes], parties: tuple[bytes, ...], also: Callable[[bytes], bool] = lambda _: False) -> Iterator[Record]:
    if found := frozenset(roots - {NO_ROOT}):
        yield Record(found, parties, also)


def _act(services: Services, key: ActKey, digest: bytes) -> Iterator[Record]:
    """An act that this office has, too: its signers held its content when they signed."""
    with services.office.read() as conn:
        act = store.named(conn, [key]).get(key)
    if act is not None and act.digest == digest:
        envelope = envelope_of(act.kind, act.typed)
        yield from _record(set(roots_in(envelope.body)), tuple(claim.account for claim in envelope.signers))


def _receivable(conn: Connection, id_: int) -> Iterator[Record]:
    standing = receivables.get(conn, id_) if id_ < 1 << 192 else None
    if standing is not None:
        issued = standing.receivable
        parties = (issued.supplier, issued.obligor, issued.issuer)
        yield from _record({issued.content_root}, parties, lambda account: concerns(conn, standing, account))


def _token(conn: Connection, id_: int) -> Iterator[Record]:
    yield from _receivable(conn, split_token_id(id_)[0])


def _offer(conn: Connection, id_: int) -> Iterator[Record]:
    found = financing.offer(conn, id_)
    if found is not None:
        yield from _record({found.content_root}, (found.bank, found.seller))
        yield from _receivable(conn, number(found.receivable))


def _deal(conn: Connection, id_: int) -> Iterator[Record]:
    found = financing.deal(conn, id_)
    standing = None if found is None else receivables.by_number(conn, found.receivable)
    if standing is not None:
        yield from _receivable(conn, number(standing.receivable.id))


def _loan(conn: Connection, id_: int) -> Iterator[Record]:
    found = loans.get(conn, id_)
    if found is not None:
        yield from _record({found.terms.content_root}, (found.terms.lender, found.terms.borrower))


def _notice(conn: Connection, id_: bytes) -> Iterator[Record]:
    found = offers.notice(conn, id_)
    if found is not None:
        yield from _record({found.content_root}, (found.obligor, found.assignor, found.assignee))


def _pledge(conn: Connection, id_: int) -> Iterator[Record]:
    """A pledge: who filed it, the register's office, and its parties that are members."""
    found = pledges.get(conn, id_)
    if found is None:
        return
    office = registers.get(conn, found.pledge.register)
    lists = {segment.content for segment in pledges.segments(conn, id_)}
    named = {member.account for party in pledges.parties(conn, id_) for member in members.of_party(conn, party.id)}
    kept = () if office is None else (office.office,)
    yield from _record({each for each in (found.state.content, *lists) if each is not None}, (found.pledge.filer, *kept, *sorted(named)))


_RECORDS: dict[str, Callable[[Connection, Any], Iterator[Record]]] = {
    "receivable": _receivable,
    "token": _token,
    "offer": _offer,
    "deal": _deal,
    "loan": _loan,
    "notice": _notice,
    "pledge": _pledge,
}
"""By the name of an event's value: the records that it stands for."""
