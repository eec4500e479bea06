"""Opening `office`: its own SQLite file (write-ahead log) or the schema `office` of a PostgreSQL database."""

import logging
import os
import time
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, make_url, text
from sqlalchemy.dialects import postgresql, sqlite

from gateway.office import audit, programs
from ledger.mirror import migrating
from ledger.mirror.database import Database, connect

SCHEMA = "office"

_MIGRATIONS = Path(__file__).parent / "migrations"

log = logging.getLogger(__name__)


def open(url: str, owner: str | None = None) -> Database:
    """The office at `url` (sqlite:///file or postgresql://...), migrated to the newest revision. What is committed is on disk; a new SQLite
    file is readable by its user only. `owner`: the gateway that will work on it. Raises DatabaseUrlError, NewerTables, TablesInUse.
    """
    _make_private(url)
    database = connect(url, SCHEMA, durable=True)
    audit.attend(database.engine)
    with database.write() as conn:
        found = migrate(conn)
        if owner is not None and database.is_postgresql:
            programs.register(conn, owner, found.known[-1], clock_ms(conn))
    return database


def migrate(conn: Connection) -> migrating.Revisions:
    """Brings the tables to the newest revision, in the caller's transaction; what was there. Raises NewerTables, TablesInUse."""
    found = migrating.read(conn, _MIGRATIONS)
    if found.is_newer:
        programs.check_newer(conn, found)
        log.warning("office: a newer version made its tables, of revision %s; they serve this one, too", found.held)
    elif found.pending:
        programs.check_unused(conn, found, clock_ms(conn))
        migrating.upgrade(conn, found)
        programs.set_least(conn, found)
    return found


def still_works(database: Database, owner: str) -> None:
    """Says once more that a gateway works on an office that several may share. Raises NewerTables."""
    if database.is_postgresql:
        with database.write() as conn:
            # Not alone: it would wait for a migration that takes long, and its leases would end.
            found = migrating.read(conn, _MIGRATIONS, alone=False)
            programs.check_newer(conn, found)
            programs.register(conn, owner, found.known[-1], clock_ms(conn))


def works_no_more(database: Database, owner: str) -> None:
    """Says that a gateway has ended."""
    with database.write() as conn:
        programs.forget(conn, owner)


def insert_or_keep(conn: Connection, table: Table, values: dict[str, Any]) -> bool:
    """Inserts a row unless one with its key is there, which then stays as it is; whether it was inserted."""
    made = (sqlite if conn.dialect.name == "sqlite" else postgresql).insert(table).values(**values)
    inserted = made.on_conflict_do_nothing().returning(*table.primary_key)
    return conn.execute(inserted).first() is not None


def _make_private(url: str) -> None:
    """SQLite gives its journal the rights of the file, so they are set before the first byte is written."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and parsed.database not in (None, "", ":memory:"):
        os.close(os.open(str(parsed.database), os.O_RDWR | os.O_CREAT, 0o600))


def now_ms() -> int:
    """This machine's wall clock in UTC milliseconds."""
    return time.time_ns() // 1_000_000


def clock_ms(conn: Connection) -> int:
    """As clock_ns, in milliseconds."""
    return clock_ns(conn) // 1_000_000


def clock_ns(conn: Connection) -> int:
    """The wall clock that all who share an office go by, in UTC nanoseconds: the server's, for machines differ; SQLite is for one."""
    if conn.dialect.name == "sqlite":
        return time.time_ns()
    return 1_000 * int(conn.execute(_CLOCK).scalar_one())


_CLOCK = text("SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint")
