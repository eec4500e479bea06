"""Opening `office`: its own SQLite file (write-ahead log) or the schema `office` of a PostgreSQL database."""

import time
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from ledger.mirror.database import Database, connect

SCHEMA = "office"

_MIGRATIONS = Path(__file__).parent / "migrations"


def open(url: str) -> Database:
    """The office at `url` (sqlite:///file or postgresql://...), migrated to the newest revision. Raises DatabaseUrlError."""
    database = connect(url, SCHEMA)
    with database.write() as conn:
        migrate(conn)
    return database


def migrate(conn: Connection) -> None:
    """Brings the tables to the newest revision, in the caller's transaction."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = conn
    command.upgrade(config, "head")


def now_ms() -> int:
    """The wall clock in UTC milliseconds."""
    return time.time_ns() // 1_000_000
