"""Opening the mirror's database: SQLite (write-ahead log) or PostgreSQL (schema `mirror`), one model for both."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Dialect, Engine, LargeBinary, create_engine, event, make_url, text
from sqlalchemy.engine import URL
from sqlalchemy.pool import StaticPool
from sqlalchemy.schema import CreateSchema

from ledger.foreseen import Foreseen

SCHEMA = "mirror"

_MIGRATIONS = Path(__file__).parent / "migrations"
_WRITES = "ledger_writes"
_PRAGMAS = (
    "journal_mode = WAL",
    "busy_timeout = 10000",
    "foreign_keys = ON",
    "temp_store = MEMORY",
    "cache_size = -65536",
    # A page that many commits change goes from the log to the file once in 32 MB, not in 4.
    "wal_autocheckpoint = 8192",
)
_POOL: dict[str, Any] = {"pool_size": 20, "max_overflow": 20}
# Parameters are documents, sealed keys and hashes: errors, which go to logs, don't show them.
_SILENT: dict[str, Any] = {"hide_parameters": True}
_IN_MEMORY = (None, "", ":memory:")


class _Bytes(LargeBinary):
    """Bytes as they are: both drivers take them so, and the wrapping that SQLAlchemy does for others costs more than all else of a bind."""

    def bind_processor(self, dialect: Dialect) -> None:  # noqa: ARG002
        return None


class DatabaseUrlError(Foreseen, ValueError):
    """A database URL of another kind than SQLite or PostgreSQL."""


@dataclass(frozen=True)
class Database:
    """An open database: transactions that read one snapshot, and transactions that write."""

    engine: Engine
    # Reentrant, so that a thread that writes within its own writing meets SQLite's error and not itself.
    _turn: threading.RLock = field(default_factory=threading.RLock, repr=False, compare=False)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection whose reads all see one snapshot."""
        options: dict[str, Any] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True} if self.is_postgresql else {}
        with self.engine.connect().execution_options(**options) as conn, conn.begin():
            yield conn

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A connection in a transaction that commits at the end, or leaves nothing behind.

        SQLite has one writer, and who waits for it there asks again and again until it gives up; here threads wait for their turn.
        """
        turn = nullcontext() if self.is_postgresql else self._turn
        with turn, self.engine.connect().execution_options(**{_WRITES: True}) as conn, conn.begin():
            yield conn

    @property
    def is_postgresql(self) -> bool:
        return self.engine.dialect.name == "postgresql"

    def close(self) -> None:
        self.engine.dispose()


def open(url: str, schema: str = SCHEMA) -> Database:
    """The mirror at `url` (sqlite:///file or postgresql://...), its raw tables made or migrated. Raises DatabaseUrlError."""
    database = connect(url, schema)
    with database.write() as conn:
        migrate(conn)
    return database


def connect(url: str, schema: str, *, durable: bool = False) -> Database:
    """A database without any table made. On PostgreSQL everything lies in `schema`, which is created if missing.

    durable: what is committed survives a loss of power, too (on SQLite at the price of waiting for the disk; PostgreSQL always waits).
    """
    parsed = make_url(url)
    kind = parsed.get_backend_name()
    if kind == "sqlite":
        return Database(_sqlite(parsed, durable))
    if kind == "postgresql":
        return Database(_postgresql(parsed.set(drivername="postgresql+psycopg"), schema))
    raise DatabaseUrlError(f"database URL: {kind!r} is neither sqlite nor postgresql; give sqlite:///file or postgresql://user@host/name")


def migrate(conn: Connection) -> None:
    """Brings the raw tables to the newest revision, in the caller's transaction."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = conn
    command.upgrade(config, "head")


def _sqlite(url: URL, durable: bool) -> Engine:
    pool: dict[str, Any] = {"poolclass": StaticPool, "connect_args": {"check_same_thread": False}} if url.database in _IN_MEMORY else _POOL
    engine = _plain(create_engine(url, **pool, **_SILENT))
    event.listen(engine, "connect", partial(_configure_sqlite, durable))
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _plain(engine: Engine) -> Engine:
    engine.dialect.colspecs = {**engine.dialect.colspecs, LargeBinary: _Bytes}
    return engine


def _configure_sqlite(durable: bool, connection: Any, _record: Any) -> None:
    # The driver must not begin transactions by itself: a read would not be a snapshot, and DDL would commit.
    connection.isolation_level = None
    for pragma in (*_PRAGMAS, f"synchronous = {'FULL' if durable else 'NORMAL'}"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(conn: Connection) -> None:
    # A writer takes the lock at once, so that it never fails half-way because another writer came first.
    conn.exec_driver_sql("BEGIN IMMEDIATE" if conn.get_execution_options().get(_WRITES) else "BEGIN")


def _postgresql(url: URL, schema: str) -> Engine:
    options = {"options": f"-csearch_path={schema}"}
    engine = _plain(create_engine(url, connect_args=options, pool_pre_ping=True, **_POOL, **_SILENT))
    with engine.begin() as conn:
        if not conn.execute(text("SELECT 1 FROM pg_namespace WHERE nspname = :name"), {"name": schema}).first():
            conn.execute(CreateSchema(schema, if_not_exists=True))
    return engine
