"""How a database would look things up: what statements read table by table."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, event

from ledger.mirror.database import Database


@contextmanager
def explained(db: Database, *, writing: bool = False) -> Iterator[tuple[Connection, list[str]]]:
    """A connection, and the tables that its statements read whole."""
    scanned: list[str] = []
    asked: list[tuple[str, Any]] = []

    def note(_conn: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if statement.startswith(("SELECT", "WITH", "UPDATE")):
            asked.append((statement, parameters))

    with db.write() if writing else db.read() as conn:
        event.listen(db.engine, "before_cursor_execute", note)
        try:
            yield conn, scanned
        finally:
            event.remove(db.engine, "before_cursor_execute", note)
        for statement, parameters in asked:
            scanned += _scans(conn, statement, parameters)


def _scans(conn: Connection, statement: str, parameters: Any) -> list[str]:
    if conn.dialect.name == "postgresql":
        # A planner may read a table of few pages whole by choice: what counts is whether it can do without.
        conn.exec_driver_sql("SET LOCAL enable_seqscan = off")
        plan = [row[0] for row in conn.exec_driver_sql(f"EXPLAIN {statement}", parameters)]
        return [found[1] for line in plan if (found := re.search(r"Seq Scan on (\w+)", line))]
    plan = [row[3] for row in conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]
    its_own = set(re.findall(r"(?:WITH RECURSIVE|WITH|,)\s+(\w+)(?:\([\w, ]+\))? AS", statement))
    return [found[1] for line in plan if (found := re.match(r"SCAN ([a-z_]+)\b", line)) and found[1] not in its_own]
