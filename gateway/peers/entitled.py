"""Who is entitled to content by an event of the ledger: the parties of the records that the event names, and the signers of its act.

Roots are on the ledger for all to see, so anybody can name another's in a record of its own, whose party it is, or make another a party
of it. So a holder gives content only by what it signed itself: a record whose roots its signature covers, or an event of such an act.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from gateway.contents import NO_ROOT, roots_in
from gateway.office.repository import ActKey
from gateway.outbox import act_rows
from gateway.outbox.envelopes import envelope_of
from gateway.receivables.visibility import concerns
from gateway.services import Services
from ledger.chain.blocks import last_position
from ledger.domain.ids import split_token_id
from ledger.mirror.finance_models import PurchaseState
from ledger.mirror.queries import chain, events, financing, loans, members, offers, pledges, receivables, registers
from ledger.mirror.queries.events import Told
from ledger.mirror.schema import number, word

MOST_OF_AN_ACT = 1_000
"""So many events of a block are looked at for the end of an act's."""


@dataclass(frozen=True, slots=True)
class Record:
    """A record with content: its kind and id as events name it, its roots, its parties as it names them (accounts), those whose signature
    covers the roots, and who else has to do with it.
    """

    name: tuple[str, Any]
    roots: frozenset[bytes]
    parties: tuple[bytes, ...]
    signed: tuple[bytes, ...]
    concerns: Callable[[bytes], bool]

    def entitles(self, account: bytes) -> bool:
        """Whether an account may have the record's content."""
        return account in self.parties or self.concerns(account)


def entitled(services: Services, conn: Connection, account: bytes, root: bytes, pos: int) -> bool:
    """Whether the event at a position entitles an account to content; what is not final entitles nobody. `conn`: of the mirror."""
    told = event_at(services, conn, pos)
    return told is not None and any(each.entitles(account) for each in _with_root(services, conn, told, root))


def may_give(services: Services, conn: Connection, holder: bytes, account: bytes, root: bytes, pos: int) -> bool:
    """Whether a holder gives content to an account by the event at a position: the account is entitled by it, and the holder signed."""
    told = event_at(services, conn, pos)
    found = [] if told is None else [each for each in _with_root(services, conn, told, root) if each.entitles(account)]
    return told is not None and any(holder in each.signed or has_signed(services, conn, holder, root, told) for each in found)


def has_signed(services: Services, conn: Connection, holder: bytes, root: bytes, told: Told) -> bool:
    """Whether an event is of an act that this office has, that an account signed, and whose body names the content."""
    done = _act_of(services, conn, told)
    records = [] if done is None else _act(services, (done.values["account"], word(done.values["id"])), done.values["digest"])
    return any(root in each.roots and holder in each.signed for each in records)


def _act_of(services: Services, conn: Connection, told: Told) -> Told | None:
    """The outcome that ends the events of an act, behind one of them in its transaction."""
    later = events.feed(conn, services.events, after=told.pos - 1, until=last_position(told.block), limit=MOST_OF_AN_ACT).rows
    own = (each for each in later if each.transaction == told.transaction)
    return next((each for each in own if each.contract == "Acts" and "digest" in each.values), None)


def _with_root(services: Services, conn: Connection, told: Told, root: bytes) -> list[Record]:
    return [each for each in named_in(services, conn, told) if root in each.roots]


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


def _record(
    name: tuple[str, Any],
    roots: set[bytes],
    parties: tuple[bytes, ...],
    signed: tuple[bytes, ...] = (),
    also: Callable[[bytes], bool] = lambda _: False,
) -> Iterator[Record]:
    if found := frozenset(roots - {NO_ROOT}):
        yield Record(name, found, parties, signed, also)


def _act(services: Services, key: ActKey, digest: bytes) -> Iterator[Record]:
    """An act that this office has, too: its signers held its content when they signed."""
    with services.office.read() as conn:
        act = act_rows.named(conn, [key]).get(key)
    if act is not None and act.digest == digest:
        envelope = envelope_of(act.kind, act.typed)
        signers = tuple(claim.account for claim in envelope.signers)
        yield from _record(("act", key), set(roots_in(envelope.body)), signers, signers)


def _receivable(conn: Connection, id_: int) -> Iterator[Record]:
    standing = receivables.get(conn, id_) if id_ < 1 << 192 else None
    if standing is not None:
        issued = standing.receivable
        parties = (issued.supplier, issued.obligor, issued.issuer)
        signed = (issued.issuer, *(() if standing.state.confirmed_at is None else (issued.obligor,)))
        name = ("receivable", id_)
        yield from _record(name, {issued.content_root}, parties, signed, lambda account: concerns(conn, standing, account))


def _token(conn: Connection, id_: int) -> Iterator[Record]:
    yield from _receivable(conn, split_token_id(id_)[0])


def _offer(conn: Connection, id_: int) -> Iterator[Record]:
    found = financing.offer(conn, id_)
    if found is not None:
        signed = (found.bank, *((found.seller,) if found.state == PurchaseState.ACCEPTED else ()))
        yield from _record(("offer", id_), {found.content_root}, (found.bank, found.seller), signed)
        yield from _receivable(conn, number(found.receivable))


def _deal(conn: Connection, id_: int) -> Iterator[Record]:
    found = financing.deal(conn, id_)
    standing = None if found is None else receivables.by_number(conn, found.receivable)
    if standing is not None:
        yield from _receivable(conn, number(standing.receivable.id))


def _loan(conn: Connection, id_: int) -> Iterator[Record]:
    found = loans.get(conn, id_)
    if found is not None:
        agreed = (found.terms.lender, found.terms.borrower)
        yield from _record(("loan", id_), {found.terms.content_root}, agreed, agreed)


def _notice(conn: Connection, id_: bytes) -> Iterator[Record]:
    found = offers.notice(conn, id_)
    if found is not None:
        yield from _record(("notice", id_), {found.content_root}, (found.obligor, found.assignor, found.assignee))


def _pledge(conn: Connection, id_: int) -> Iterator[Record]:
    """A pledge: who filed it, the register's office, and its parties that are members."""
    found = pledges.get(conn, id_)
    if found is None:
        return
    office = registers.get(conn, found.pledge.register)
    lists = {segment.content for segment in pledges.segments(conn, id_)}
    named = {member.account for party in pledges.parties(conn, id_) for member in members.of_party(conn, party.id)}
    kept = () if office is None else (office.office,)
    roots = {each for each in (found.state.content, *lists) if each is not None}
    yield from _record(("pledge", id_), roots, (found.pledge.filer, *kept, *sorted(named)))


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
