"""A mirror of much, on both databases, and how it would look things up: what statements read table by table."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Connection, event, text

from ledger.mirror import database
from ledger.mirror.concepts import FOLDS
from ledger.mirror.database import Database
from ledger.mirror.sync import Mirror
from tests.ledger.mirror.chains import IDENTITY, Chain, table


@contextmanager
def mirrored(request: pytest.FixtureRequest, folders: pytest.TempPathFactory, name: str, chain: Chain) -> Iterator[Database]:
    """A chain's mirror on the database that a fixture's parameter names (sqlite or postgresql), with the planner's statistics."""
    on_file = request.param == "sqlite"
    url = f"sqlite:///{folders.mktemp(name) / 'mirror.db'}" if on_file else request.getfixturevalue("postgres_url")
    schema = f"{name}_{request.param}"
    db = database.open(url, schema)
    Mirror(db, chain.source(), table(), IDENTITY, FOLDS, development=True).catch_up()
    with db.write() as conn:
        conn.execute(text("ANALYZE"))
    yield db
    if db.is_postgresql:
        with db.write() as conn:
            conn.execute(text(f'DROP SCHEMA "{schema}" CASCADE'))
    db.close()


@contextmanager
def asked_of(db: Database, *, writing: bool = False) -> Iterator[tuple[Connection, list[tuple[str, Any]]]]:
    """A connection, and the statements that look something up in it, with their parameters."""
    asked: list[tuple[str, Any]] = []

    def note(_conn: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if statement.startswith(("SELECT", "WITH", "UPDATE")):
            asked.append((statement, parameters))

    with db.write() if writing else db.read() as conn:
        event.listen(db.engine, "before_cursor_execute", note)
        try:
            yield conn, asked
        finally:
            event.remove(db.engine, "before_cursor_execute", note)


@contextmanager
def explained(db: Database, *, writing: bool = False) -> Iterator[tuple[Connection, list[str]]]:
    """A connection, and the tables that its statements read whole."""
    scanned: list[str] = []
    with asked_of(db, writing=writing) as (conn, asked):
        yield conn, scanned
        for statement, parameters in list(asked):
            scanned += _scans(conn, statement, parameters)


def plan_of(conn: Connection, statement: str, parameters: Any) -> list[str]:
    """A statement's plan, in lines."""
    if conn.dialect.name == "postgresql":
        # A planner may read a table of few pages whole by choice: what counts is whether it can do without.
        conn.exec_driver_sql("SET LOCAL enable_seqscan = off")
        return [row[0] for row in conn.exec_driver_sql(f"EXPLAIN {statement}", parameters)]
    return [row[3] for row in conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]


def _scans(conn: Connection, statement: str, parameters: Any) -> list[str]:
    whole = r"Seq Scan on (\w+)" if conn.dialect.name == "postgresql" else r"^SCAN ([a-z_]+)\b"
    its_own = set(re.findall(r"(?:WITH RECURSIVE|WITH|,)\s+(\w+)(?:\([\w, ]+\))? AS", statement))
    found = (re.search(whole, line) for line in plan_of(conn, statement, parameters))
    return [each[1] for each in found if each and each[1] not in its_own]
