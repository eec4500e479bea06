"""Many rows at once into an office's tables."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Table, insert

from ledger.mirror.writer import inserting


def insert_all(conn: Connection, table: Table, columns: tuple[str, ...], rows: Sequence[tuple[Any, ...]]) -> None:
    """Inserts rows given in the order of `columns`. Raises IntegrityError.

    On SQLite many a statement: each one gives up the interpreter's lock, which others wait for.
    """
    if conn.dialect.name == "sqlite":
        for statement, parameters in inserting(table, columns, rows):
            conn.exec_driver_sql(statement, parameters)
    elif rows:
        conn.execute(insert(table), [dict(zip(columns, row, strict=True)) for row in rows])
