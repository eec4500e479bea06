"""Which gateways work on an office now and which revision of its tables each knows, so that nothing is taken away that one of them needs.

A row counts for as long as a lane's lease, unless its process is known to have ended. Only gateways that share an office have rows.
"""

from sqlalchemy import Connection, delete, insert, inspect, select
from sqlalchemy.dialects.postgresql import insert as insert_or_change

from gateway.office.models import LEAST_PROGRAM, PROGRAM
from gateway.outbox import owners
from gateway.outbox.lanes import LEASE_MS
from ledger.mirror.migrating import NewerTables, Revisions, TablesInUse


def check_newer(conn: Connection, found: Revisions) -> None:
    """Raises NewerTables where a newer program made the tables what this one can't work with."""
    least = conn.execute(select(LEAST_PROGRAM.c.revision)).scalar()
    if least not in found.known:
        raise NewerTables(
            f"office: its tables are of revision {found.held or least} and need programs that know revision {least}, this one knows up to "
            f"{found.known[-1]}: start the newer version, or restore the backup of before the upgrade"
        )


def check_unused(conn: Connection, found: Revisions, now: int) -> None:
    """Raises TablesInUse where a gateway works that is too old for what the tables are about to be."""
    if found.held is None or PROGRAM.name not in _tables(conn):
        return
    least = found.known.index(found.least_of(found.pending))
    rows = conn.execute(select(PROGRAM.c.owner, PROGRAM.c.revision).where(PROGRAM.c.until > now).order_by(PROGRAM.c.owner))
    old = [row.owner for row in rows if row.revision in found.known[:least] and not owners.is_gone(row.owner)]
    if old:
        raise TablesInUse(
            f"office: this version takes away what gateways of earlier ones still use; stop these (host, process), then start this one "
            f"again: {'; '.join(map(owners.shown, old))}"
        )


def set_least(conn: Connection, found: Revisions) -> None:
    """Says which programs can work with the tables as they are now."""
    conn.execute(delete(LEAST_PROGRAM))
    conn.execute(insert(LEAST_PROGRAM).values(revision=found.least_of(found.known)))


def register(conn: Connection, owner: str, revision: str, now: int) -> None:
    """Says that a gateway works which knows the tables up to a revision, on PostgreSQL."""
    values = {"revision": revision, "until": now + LEASE_MS}
    conn.execute(insert_or_change(PROGRAM).values(owner=owner, **values).on_conflict_do_update(index_elements=["owner"], set_=values))
    conn.execute(delete(PROGRAM).where(PROGRAM.c.until < now - LEASE_MS))


def forget(conn: Connection, owner: str) -> None:
    """Says that a gateway has ended."""
    conn.execute(delete(PROGRAM).where(PROGRAM.c.owner == owner))


def _tables(conn: Connection) -> list[str]:
    return inspect(conn).get_table_names()
