"""Content that concerns a member: what it should hold, what it lacks, who else has it, and what follows from events of the ledger."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from typing import NamedTuple

from sqlalchemy import Connection, and_, exists, func, insert, select, union, update

from gateway import contents
from gateway.following.looking import MOST_LOOKED_AT, Cursor, at, is_undone
from gateway.following.sight import mentions
from gateway.office.database import insert_or_keep, now_ms
from gateway.office.models import CONTENT, CONTENT_ENTITLED, CONTENT_ERASED, FOLLOWED, PEER_COPY
from gateway.office.repository import ActKey, Erased, Office
from gateway.outbox import act_rows
from gateway.peers import composing
from gateway.peers.book import Row
from gateway.peers.directory import entry
from gateway.peers.entitled import Record, event_at, last_final, named_in
from gateway.services import Services
from ledger.mirror.queries import chain, events
from ledger.mirror.queries.events import Told
from ledger.mirror.schema import word

LEAST_COPIES = 2
"""One's own, and one that another member signed for."""
HANDED_SECONDS = 30 * 86_400
"""So long content that was pushed may be on its way."""
_NAME = "content"
_BUSY = frozenset({"CashDesk", "ReceivableToken", "Repayment", "SettlementCash"})
"""Contracts whose events name whom they make a party."""
_E = CONTENT_ENTITLED.c


class Due(NamedTuple):
    """Content that concerns a member: by the event at `pos`."""

    member_id: bytes
    root: bytes
    pos: int
    attempts: int
    next_at: int
    fault: str | None
    at: int


class Found(NamedTuple):
    """What following the ledger's events found: content that concerns members here, messages that hand it on, and how far it came."""

    due: list[Due]
    handed: list[Row]
    cursor: Cursor
    more: bool


class Audited(NamedTuple):
    """Content of a member: whether it is held whole, how many other members signed that they hold it, and why it was erased, if it was."""

    root: bytes
    held: bool
    receipts: int
    erased: Erased | None
    fault: str | None

    @property
    def sound(self) -> bool:
        """Whether nothing is to be done about it."""
        return self.erased is not None or (self.held and 1 + self.receipts >= LEAST_COPIES)


# --- Following the ledger --------------------------------------------------------------------------------------------------------------


def follow(services: Services, members: Sequence[bytes]) -> Found | None:
    """Looks at the next final events; None where there are none."""
    with services.office.read() as office:
        cursor = _cursor(office)
    with services.snapshot() as conn:
        held, last = chain.held(conn), last_final(services, conn)
        if held is not None and is_undone(conn, cursor, held.block):
            cursor = Cursor()
        if last <= cursor.pos:
            return None
        page = events.feed(conn, services.events, after=cursor.pos, until=last, limit=MOST_LOOKED_AT)
        due = list(_due(services, conn, page.rows, members))
        pushed = list(_to_push(services, conn, page.rows, members, due))
        reached = at(conn, page.rows[-1].pos if page.next is not None else last)
        until = HANDED_SECONDS + (held.time if held is not None and held.time is not None else 0)
    rows = (composing.handed(services, *each, until) for each in pushed)
    return Found(due, [each for each in rows if each is not None], reached, page.next is not None)


def _due(services: Services, conn: Connection, told: Sequence[Told], members: Sequence[bytes]) -> Iterator[Due]:
    gathered = _gathered(services, told)
    for event in told:
        if not _may_entitle(event, members, gathered):
            continue
        for record in named_in(services, conn, event):
            for member in members:
                if record.entitles(member):
                    yield from (Due(member, root, event.pos, 0, 0, None, now_ms()) for root in record.roots)


def _gathered(services: Services, told: Sequence[Told]) -> Set[ActKey]:
    """The acts that ran in these events and that this office has with several signers: only these entitle whom no other record does."""
    keys = [_act_key(each) for each in told if each.contract == "Acts" and "digest" in each.values]
    with services.office.read() as conn:
        return {key for key, act in act_rows.named(conn, keys).items() if act.signers_needed > 1}


def _may_entitle(event: Told, members: Sequence[bytes], gathered: Set[ActKey]) -> bool:
    """Whether an event is worth a look. Most are not, and come by the thousand: payments, moves between others, acts of one signer."""
    if event.contract == "Acts":
        return "digest" in event.values and _act_key(event) in gathered
    return event.contract not in _BUSY or any(mentions(event.values, member) for member in members)


def _act_key(event: Told) -> ActKey:
    return event.values["account"], word(event.values["id"])


def _to_push(
    services: Services, conn: Connection, told: Sequence[Told], members: Sequence[bytes], newly: Sequence[Due]
) -> Iterator[tuple[bytes, bytes, bytes, int]]:
    """An assignor hands the content on with a piece: (assignor, assignee, root, position)."""
    for event in told:
        if event.name != "RangeMoved":
            continue
        sender, recipient = event.values["from_"], event.values["to"]
        if sender not in members or recipient == sender or services.keystore.serves(recipient):
            continue
        if entry(conn, recipient).speaks:
            for record in named_in(services, conn, event):
                roots = (root for root in record.roots if _is_of(services, conn, sender, root, record, newly))
                yield from ((sender, recipient, root, event.pos) for root in roots)


def _is_of(services: Services, conn: Connection, member: bytes, root: bytes, record: Record, newly: Sequence[Due]) -> bool:
    """Whether a member has content for this record, and not for another whose root this one repeats."""
    if member in record.signed:
        return True
    with services.office.read() as office:
        known = due(office, member, root) or next((each for each in newly if (each.member_id, each.root) == (member, root)), None)
    told = None if known is None else event_at(services, conn, known.pos)
    return told is not None and any(each.name == record.name for each in named_in(services, conn, told))


def note(conn: Connection, found: Found) -> None:
    """Keeps what was found and how far it came."""
    for each in found.due:
        insert_or_keep(conn, CONTENT_ENTITLED, each._asdict())
    values = {"pos": found.cursor.pos, "hash": found.cursor.hash}
    if not conn.execute(update(FOLLOWED).where(FOLLOWED.c.name == _NAME).values(**values)).rowcount:
        conn.execute(insert(FOLLOWED).values(name=_NAME, **values))


def _cursor(conn: Connection) -> Cursor:
    row = conn.execute(select(FOLLOWED.c.pos, FOLLOWED.c.hash).where(FOLLOWED.c.name == _NAME)).one_or_none()
    return Cursor() if row is None else Cursor(row.pos, row.hash)


# --- What a member lacks ---------------------------------------------------------------------------------------------------------------


def lacking(conn: Connection, now: int, limit: int = 100) -> list[Due]:
    """Content that concerns a member here, is not held, and is to be asked for now."""
    held = exists(select(CONTENT.c.at).where(CONTENT.c.member_id == _E.member_id, CONTENT.c.root == _E.root))
    gone = exists(select(CONTENT_ERASED.c.at).where(CONTENT_ERASED.c.member_id == _E.member_id, CONTENT_ERASED.c.root == _E.root))
    asked = select(CONTENT_ENTITLED).where(_E.next_at <= now, ~held, ~gone).order_by(_E.next_at, _E.root).limit(limit)
    return [Due(*row) for row in conn.execute(asked)]


def due(conn: Connection, member: bytes, root: bytes) -> Due | None:
    """By which event content concerns a member."""
    row = conn.execute(select(CONTENT_ENTITLED).where(_E.member_id == member, _E.root == root)).one_or_none()
    return None if row is None else Due(*row)


def not_given(conn: Connection, wanted: Due, next_at: int, fault: str) -> None:
    """Nobody gave content: why, and when it is asked for again."""
    mine = and_(_E.member_id == wanted.member_id, _E.root == wanted.root)
    conn.execute(update(CONTENT_ENTITLED).where(mine).values(attempts=wanted.attempts + 1, next_at=next_at, fault=fault))


def parties(services: Services, wanted: Due) -> list[bytes]:
    """Who should hold content: the parties of the record that its event names."""
    with services.snapshot() as conn:
        told = event_at(services, conn, wanted.pos)
        records = [] if told is None else list(named_in(services, conn, told))
    found = [party for each in records if wanted.root in each.roots for party in each.parties]
    return [each for each in dict.fromkeys(found) if each != wanted.member_id]


# --- Audit -----------------------------------------------------------------------------------------------------------------------------


def audit(conn: Connection, member: bytes, limit: int, after: bytes) -> list[Audited]:
    """A member's content by root: what it holds, each recomputed, what concerns it, and what it erased."""
    tables = (CONTENT, CONTENT_ENTITLED, CONTENT_ERASED)
    known = union(*(select(table.c.root).where(table.c.member_id == member, table.c.root > after) for table in tables)).subquery()
    roots = list(conn.execute(select(known.c.root).order_by(known.c.root).limit(limit)).scalars())
    return [_audited(conn, member, root) for root in roots]


def _audited(conn: Connection, member: bytes, root: bytes) -> Audited:
    office, others = Office(conn, member), PEER_COPY.c
    copies = select(func.count()).select_from(PEER_COPY).where(others.member_id == member, others.root == root, others.holder != member)
    wanted = due(conn, member, root)
    held = contents.is_whole(office.content(root))
    fault = None if wanted is None or held else wanted.fault
    return Audited(root, held, conn.execute(copies).scalar_one(), office.erased(root), fault)


def ask_again(conn: Connection, member: bytes, roots: Sequence[bytes] | None) -> int:
    """Has content that is not held whole asked for at once, what is damaged put away first; how much that is. None: all of it."""
    mine = [_E.member_id == member, *([] if roots is None else [_E.root.in_(roots)])]
    found = [Due(*row) for row in conn.execute(select(CONTENT_ENTITLED).where(*mine))]
    office = Office(conn, member)
    missing = [each for each in found if office.erased(each.root) is None and not contents.is_whole(office.content(each.root))]
    for each in missing:
        office.drop_content(each.root)
        conn.execute(update(CONTENT_ENTITLED).where(_E.member_id == member, _E.root == each.root).values(next_at=0, attempts=0))
    return len(missing)
