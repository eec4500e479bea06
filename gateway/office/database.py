"""Opening `office`: its own SQLite file (write-ahead log) or the schema `office` of a PostgreSQL database."""

import os
import time
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Table, make_url
from sqlalchemy.dialects import postgresql, sqlite

from gateway.office import audit
from ledger.mirror.database import Database, connect

SCHEMA = "office"

_MIGRATIONS = Path(__file__).parent / "migrations"


def open(url: str) -> Database:
    """The office at `url` (sqlite:///file or postgresql://...), migrated to the newest revision. What is committed is on disk; a new SQLite
    file is readable by its user only. Raises DatabaseUrlError.
    """
    _make_private(url)
    database = connect(url, SCHEMA, durable=True)
    audit.attend(database.engine)
    with database.write() as conn:
        migrate(conn)
    return database


def migrate(conn: Connection) -> None:
    """Brings the tables to the newest revision, in the caller's transaction."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = conn
    command.upgrade(config, "head")


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
    """The wall clock in UTC milliseconds."""
    return time.time_ns() // 1_000_000
