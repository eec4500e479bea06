"""Who sees a receivable: its parties, who holds or held a piece, was offered one, bought or lent on
one, or guarantees it, and who oversees the ledger."""

from sqlalchemy import Connection

from gateway.access import Session
from gateway.api.asking import sees_all
from gateway.errors import not_found
from ledger.mirror.queries import claims, financing, loans, offers, receivables, tokens
from ledger.mirror.queries.receivables import Standing


def visible(session: Session, conn: Connection, receivable: int, at: int | None = None) -> Standing:
    """The receivable of a 192-bit id, as at a position. Raises 404 where there is none, and for who has nothing to do with it."""
    standing = receivables.get(conn, receivable, at) if receivable < 1 << 192 else None
    if standing is None or not (concerns(conn, standing, session.member) or sees_all(session, conn)):
        raise not_found(f"receivable {receivable}")
    return standing


def concerns(conn: Connection, standing: Standing, account: bytes | None) -> bool:
    """Whether an account has, or had, to do with a receivable."""
    found = standing.receivable
    if account is None or account in (found.supplier, found.obligor, found.issuer):
        return account is not None
    held = tokens.ever_held(conn, found.number, account) or offers.ever_offered(conn, found.number, account)
    lent = financing.finances(conn, found.number, account) or loans.secures(conn, found.number, account)
    return held or lent or claims.guarantees(conn, found.number, account)
