"""Members, their keys and published words."""

from sqlalchemy import Connection, and_, select

from ledger.mirror.models import MEMBER, MEMBER_KEY, MEMBER_SLOT, Member, MemberKey, MemberSlot
from ledger.mirror.queries.reading import Page, one, page, rows_of, valid


def get(conn: Connection, account: bytes, at: int | None = None) -> Member | None:
    """The member of an account."""
    return one(conn, MEMBER, MEMBER.table.c.account == account, valid(MEMBER, at))


def of_party(conn: Connection, party: bytes, at: int | None = None) -> list[Member]:
    """The accounts whose registered identifier is this party word."""
    return rows_of(
        conn, MEMBER, select(MEMBER.table).where(MEMBER.table.c.party == party, valid(MEMBER, at)).order_by(MEMBER.table.c.from_pos)
    )


def all_members(
    conn: Connection, *, role: int | None = None, at: int | None = None, limit: int = 100, after: tuple[bytes] | None = None
) -> Page[Member]:
    """Members by account; with `role`, those that have one of its bits."""
    where = [valid(MEMBER, at)]
    if role is not None:
        where.append(MEMBER.table.c.roles.bitwise_and(role) != 0)
    return page(conn, MEMBER, where, ["account"], limit=limit, after=after)


def keys(conn: Connection, account: bytes, at: int | None = None) -> list[MemberKey]:
    """The keys that may act for an account: not revoked, and of its present epoch."""
    present = and_(MEMBER.table.c.account == MEMBER_KEY.table.c.account, MEMBER.table.c.epoch == MEMBER_KEY.table.c.epoch)
    asked = select(MEMBER_KEY.table).join(MEMBER.table, present)
    asked = asked.where(MEMBER_KEY.table.c.account == account, valid(MEMBER_KEY, at), valid(MEMBER, at))
    return rows_of(conn, MEMBER_KEY, asked.order_by(MEMBER_KEY.table.c.from_pos))


def of_key(conn: Connection, key: bytes, at: int | None = None) -> Member | None:
    """The member that a key acts for; None for a stranger, a revoked key or one of an older epoch."""
    asked = select(MEMBER.table).join(MEMBER_KEY.table, MEMBER.table.c.account == MEMBER_KEY.table.c.account)
    asked = asked.where(MEMBER_KEY.table.c.key == key, MEMBER_KEY.table.c.epoch == MEMBER.table.c.epoch)
    found = rows_of(conn, MEMBER, asked.where(valid(MEMBER_KEY, at), valid(MEMBER, at)))
    return found[0] if found else None


def slot(conn: Connection, account: bytes, key_type: bytes, at: int | None = None) -> MemberSlot | None:
    """The words that a member publishes under a key type."""
    return one(conn, MEMBER_SLOT, MEMBER_SLOT.table.c.account == account, MEMBER_SLOT.table.c.key_type == key_type, valid(MEMBER_SLOT, at))


def history(conn: Connection, account: bytes) -> list[Member]:
    """Every version of a member, oldest first."""
    return rows_of(conn, MEMBER, select(MEMBER.table).where(MEMBER.table.c.account == account).order_by(MEMBER.table.c.from_pos))
