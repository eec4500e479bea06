"""Opening the mirror's database: SQLite (write-ahead log) or PostgreSQL (schema `mirror`), one model for both."""

import errno
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from psycopg.errors import DiskFull, IdleInTransactionSessionTimeout, QueryCanceled, ReadOnlySqlTransaction, TransactionTimeout
from psycopg.types.string import BytesBinaryDumper
from sqlalchemy import Connection, Dialect, Engine, LargeBinary, create_engine, event, make_url, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoneFree
from sqlalchemy.pool import StaticPool
from sqlalchemy.schema import CreateSchema

from ledger.foreseen import Foreseen

SCHEMA = "mirror"
NEXT_SCHEMA = "mirror_next"
"""Where the next version of the projections is folded, on PostgreSQL."""

_MIGRATIONS = Path(__file__).parent / "migrations"
_WRITES = "ledger_writes"
_PRAGMAS = (
    "journal_mode = WAL",
    "busy_timeout = 10000",
    "foreign_keys = ON",
    "temp_store = MEMORY",
    # KiB of each connection, and forty may be open; what isn't there the system has in its own cache.
    "cache_size = -16384",
    # A page that many commits change goes from the log to the file once in 32 MB, not in 4.
    "wal_autocheckpoint = 8192",
)
# The connection that was used last has what is read next in its cache; taken in turn, each fills one of its own.
_POOL: dict[str, Any] = {"pool_size": 20, "max_overflow": 20, "pool_use_lifo": True}
# Parameters are documents, sealed keys and hashes: errors, which go to logs, don't show them.
_SILENT: dict[str, Any] = {"hide_parameters": True}
_IN_MEMORY = (None, "", ":memory:")
# A server that went away without a word is noticed in half a minute, not after the system's quarter of an hour, or two hours.
_CONNECTIONS: dict[str, str] = {
    "connect_timeout": "10",
    "tcp_user_timeout": "30000",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "4",
}
"""What libpq is told where the URL says nothing of it: seconds, and milliseconds for which what was sent may stay unconfirmed."""


class _Bytes(LargeBinary):
    """Bytes as they are: both drivers take them so, and the wrapping that SQLAlchemy does for others costs more than all else of a bind."""

    def bind_processor(self, dialect: Dialect) -> None:  # noqa: ARG002
        return None


class DatabaseUrlError(Foreseen, ValueError):
    """A database URL of another kind than SQLite or PostgreSQL."""


class DatabaseUnfit(Foreseen, RuntimeError):
    """A PostgreSQL database that can't be worked in: by its encoding, or for want of a right on its schema."""


class NotServed(Foreseen, RuntimeError):
    """The projections are of a version whose tables this program can't read; they are being folded again."""


@dataclass
class Serving:
    """The version of the projections that this program reads (none: whatever is there), and how far folding them anew has come.

    A version is a number and a digest of the tables. Rows of another number can be read, tables of another digest can't.
    """

    version: str | None = None
    progress: str = ""

    def check(self, conn: Connection) -> None:
        """Raises NotServed in a snapshot whose projections this program can't read.

        On PostgreSQL the snapshot must begin after the lock that switching takes whole: it would see the new tables with old eyes.
        """
        if self.version is None:
            return
        found = _version_locked(conn) if conn.dialect.name == "postgresql" else _version(conn)
        if found is not None and shape(found) != shape(self.version):
            folding = f"the projections are of version {found}, this program reads {self.version}; {self.progress or 'wait for them'}"
            raise NotServed(outdated(self.version, found) or folding)


def shape(version: str) -> str:
    """What two versions of the projections have in common whose tables are the same."""
    return version.rpartition("-")[2]


def oldest(version: str) -> str:
    """The same tables, as a version that every program's is newer than."""
    return f"0-{shape(version)}"


def gives_way(mine: str, found: str) -> bool:
    """Whether a program of version `mine` leaves the projections as it found them: of a later number, or of the same and other tables."""
    return found != mine and _generation(found) >= _generation(mine)


def outdated(mine: str, found: str) -> str:
    """What to do where a program gives way; empty where it doesn't."""
    if not gives_way(mine, found):
        return ""
    return f"the projections are of version {found}, which this program of version {mine} leaves alone: start its version here, too"


def _generation(version: str) -> int:
    return int(version.partition("-")[0])


_VERSION = "SELECT projections FROM checkpoint"


def _version(conn: Connection) -> str | None:
    found: str | None = conn.exec_driver_sql(_VERSION).scalar()
    return found


def _version_locked(conn: Connection) -> str | None:
    with closing(conn.connection.cursor()) as cursor:
        cursor.execute(f"LOCK TABLE checkpoint IN ACCESS SHARE MODE; {_VERSION}")
        cursor.nextset()
        row = cursor.fetchone()
    return None if row is None else str(row[0])


@dataclass(frozen=True)
class Database:
    """An open database: transactions that read one snapshot, and transactions that write."""

    engine: Engine
    serving: Serving = field(default_factory=Serving, repr=False, compare=False)
    # Reentrant, so that a thread that writes within its own writing meets SQLite's error and not itself.
    _turn: threading.RLock = field(default_factory=threading.RLock, repr=False, compare=False)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection whose reads all see one snapshot of projections that this program can read. Raises NotServed."""
        with self.read_raw() as conn:
            self.serving.check(conn)
            yield conn

    @contextmanager
    def read_raw(self) -> Iterator[Connection]:
        """The same for who reads the raw tables only: they are of this program whatever the projections are."""
        options: dict[str, Any] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True} if self.is_postgresql else {}
        with _told_alike(self.engine), self.engine.connect().execution_options(**options) as conn, conn.begin():
            yield conn

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A connection in a transaction that commits at the end, or leaves nothing behind.

        SQLite has one writer, and who waits for it there asks again and again until it gives up; here threads wait for their turn.
        """
        with _told_alike(self.engine), self.turn, self.engine.connect().execution_options(**{_WRITES: True}) as conn, conn.begin():
            yield conn

    @property
    def turn(self) -> AbstractContextManager[Any]:
        """One writer's turn within this process."""
        return nullcontext() if self.is_postgresql else self._turn

    @property
    def is_postgresql(self) -> bool:
        return self.engine.dialect.name == "postgresql"

    @property
    def is_in_memory(self) -> bool:
        """Whether nobody else can open it."""
        return not self.is_postgresql and self.engine.url.database in _IN_MEMORY

    @property
    def url(self) -> str:
        """Where another process finds it, with the password if there is one."""
        return self.engine.url.render_as_string(hide_password=False)

    def close(self) -> None:
        self.engine.dispose()


@contextmanager
def _told_alike(engine: Engine) -> Iterator[None]:
    """What a driver's own cursor raises becomes what SQLAlchemy makes of it: one kind for who tries again, or asks for a full disk."""
    dialect = engine.dialect
    base: type[Exception] = dialect.loaded_dbapi.Error
    try:
        yield
    except base as raw:
        raise DBAPIError.instance(None, None, raw, base, dialect=dialect) from raw


def open(url: str, schema: str = SCHEMA) -> Database:
    """The mirror at `url` (sqlite:///file or postgresql://...), its raw tables made or migrated. Raises DatabaseUrlError, NewerTables."""
    database = connect(url, schema)
    with database.write() as conn:
        migrate(conn)
    return database


def connect(url: str, schema: str, *, durable: bool = False) -> Database:
    """A database without any table made. On PostgreSQL everything lies in `schema`, which is created if missing.

    durable: what is committed survives a loss of power, too (on SQLite at the price of waiting for the disk; PostgreSQL always waits).
    Raises DatabaseUrlError, DatabaseUnfit.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        # Not shown: it may hold a password.
        raise DatabaseUrlError("database URL: it can't be read; give sqlite:///file or postgresql://user@host/name") from None
    kind = parsed.get_backend_name()
    if kind == "sqlite":
        return Database(_sqlite(parsed, durable))
    if kind == "postgresql":
        return Database(_postgresql(parsed.set(drivername="postgresql+psycopg"), schema, schema))
    raise DatabaseUrlError(f"database URL: {kind!r} is neither sqlite nor postgresql; give sqlite:///file or postgresql://user@host/name")


_PASSING = (ReadOnlySqlTransaction, IdleInTransactionSessionTimeout, TransactionTimeout)
"""The driver calls these internal errors: a server is for reading only (another one takes over, its disk fills up), or a transaction took
longer than it may."""


def passes(error: BaseException) -> bool:
    """Whether a database's fault is one of its state, and not of what was asked: the same may be asked again."""
    return isinstance(error, OperationalError | InterfaceError | NoneFree) or isinstance(getattr(error, "orig", None), _PASSING)


def is_away(error: BaseException) -> bool:
    """As passes, without what SQLite calls operational and is a fault of what was asked: a table that is not there."""
    told = getattr(error, "orig", None)
    return passes(error) and not (isinstance(told, sqlite3.Error) and told.sqlite_errorcode == sqlite3.SQLITE_ERROR)


def is_cut_off(error: BaseException) -> bool:
    """Whether PostgreSQL ended a query that took longer than its `statement_timeout`, or that somebody ended there."""
    return isinstance(getattr(error, "orig", None), QueryCanceled)


def is_full(error: BaseException) -> bool:
    """Whether something could not be written because a disk is full: the system's error, or a database's."""
    if isinstance(error, OSError):
        return error.errno in (errno.ENOSPC, errno.EDQUOT)
    told = getattr(error, "orig", None)
    return isinstance(told, DiskFull) or (isinstance(told, sqlite3.OperationalError) and told.sqlite_errorcode == sqlite3.SQLITE_FULL)


def beside(database: Database) -> Database | None:
    """A database for tables of the same names, which is found before the given one's own and is read together with it.

    On PostgreSQL a schema that comes first, on SQLite a file to which the given one is attached; None beside one in memory.
    """
    url = database.engine.url
    if database.is_postgresql:
        return Database(_postgresql(url, NEXT_SCHEMA, f"{NEXT_SCHEMA},{SCHEMA}"))
    if database.is_in_memory:
        return None
    return Database(_attached(url.set(database=str(_next_file(database))), Path(str(url.database))))


def remove_beside(database: Database) -> None:
    """Removes the file beside an SQLite database, if there is one; nobody may have it open."""
    for suffix in ("", "-wal", "-shm"):
        Path(f"{_next_file(database)}{suffix}").unlink(missing_ok=True)


def _next_file(database: Database) -> Path:
    return Path(f"{database.engine.url.database}.next")


def reading_beside(database: Database) -> Database:
    """An SQLite database with the file beside it attached as `next`; what is written goes into the given one."""
    return Database(_attached(database.engine.url, _next_file(database)))


def migrate(conn: Connection) -> None:
    """Brings the raw tables to the newest revision, in the caller's transaction. Raises NewerTables."""
    # Who only reads (ledger.mirror.far_reader) begins without it.
    from ledger.mirror import migrating

    found = migrating.read(conn, _MIGRATIONS)
    if found.is_newer:
        raise migrating.NewerTables(
            f"mirror: its tables are of revision {found.held}, this program knows up to {found.known[-1]}: start the newer version, or "
            "give this one another database (PLEDGEBOOK_MIRROR_URL, or mirror.db put aside), which it fills from the chain"
        )
    migrating.upgrade(conn, found)


def _sqlite(url: URL, durable: bool) -> Engine:
    pool: dict[str, Any] = {"poolclass": StaticPool, "connect_args": {"check_same_thread": False}} if url.database in _IN_MEMORY else _POOL
    engine = _plain(create_engine(url, **pool, **_SILENT))
    event.listen(engine, "connect", partial(_configure_sqlite, durable))
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _attached(url: URL, other: Path) -> Engine:
    """An engine that finds the other file's tables as `next`, and by their bare names where its own file has none of that name."""

    def attach(connection: Any, _record: Any) -> None:
        connection.execute("ATTACH DATABASE ? AS next", (str(other),))

    engine = _sqlite(url, durable=False)
    event.listen(engine, "connect", attach)
    return engine


def _plain(engine: Engine) -> Engine:
    engine.dialect.colspecs = {**engine.dialect.colspecs, LargeBinary: _Bytes}
    return engine


def _configure_sqlite(durable: bool, connection: Any, _record: Any) -> None:
    # The driver must not begin transactions by itself: a read would not be a snapshot, and DDL would commit.
    connection.isolation_level = None
    try:
        for pragma in (*_PRAGMAS, f"synchronous = {'FULL' if durable else 'NORMAL'}"):
            connection.execute(f"PRAGMA {pragma}")
    except UnicodeDecodeError as torn:
        # What the driver can't read is its own error's text, which has damaged bytes of the schema in it.
        raise sqlite3.DatabaseError("database disk image is malformed") from torn


def _configure_postgresql(connection: Any, _record: Any) -> None:
    # Else a name in another script would stop the mirror on the day that it comes.
    encoding = connection.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise DatabaseUnfit(f"database: its encoding is {encoding}; give one with ENCODING 'UTF8' (CREATE DATABASE ... TEMPLATE template0)")
    # The driver's own, in C, before that in Python for DB-API's Binary objects, of which there are none.
    connection.adapters.register_dumper(bytes, BytesBinaryDumper)


def _begin_sqlite(conn: Connection) -> None:
    # A writer takes the lock at once, so that it never fails half-way because another writer came first.
    conn.exec_driver_sql("BEGIN IMMEDIATE" if conn.get_execution_options().get(_WRITES) else "BEGIN")


_USABLE = text("SELECT has_schema_privilege(oid, 'USAGE') FROM pg_namespace WHERE nspname = :name")


def _postgresql(url: URL, schema: str, search_path: str) -> Engine:
    told = {name: value for name, value in _CONNECTIONS.items() if name not in url.query}
    options = {**told, "options": f"-csearch_path={search_path}"}
    engine = _plain(create_engine(url, connect_args=options, pool_pre_ping=True, **_POOL, **_SILENT))
    # Before SQLAlchemy's own look at a new server, which can't read what one without an encoding says.
    event.listen(engine, "connect", _configure_postgresql, insert=True)
    with engine.begin() as conn:
        usable = conn.execute(_USABLE, {"name": schema}).scalar()
        if usable is None:
            conn.execute(CreateSchema(schema, if_not_exists=True))
        elif not usable:
            raise DatabaseUnfit(f"database: its role has no right on the schema {schema}; GRANT USAGE, CREATE ON SCHEMA {schema}")
    return engine
