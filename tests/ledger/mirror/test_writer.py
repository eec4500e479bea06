"""Rows go in whole, in order and unchanged, however many they are."""

import pytest
from sqlalchemy import Column, select

from ledger.mirror.concepts import FOLDS
from ledger.mirror.database import Database
from ledger.mirror.models import RAW_EVENT
from ledger.mirror.schema import projections
from ledger.mirror.state import Folded, FoldError
from ledger.mirror.writer import DatabaseReader, insert_rows, write_folded


@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 250])
def test_every_row_is_written_as_it_was_given(db: Database, count: int) -> None:
    rows = [(at, at % 7, bytes([at]) * 20, b"", None if at % 2 else bytes([at]), bytes(at)) for at in range(count)]
    with db.write() as conn:
        insert_rows(conn, RAW_EVENT, rows)
    with db.read() as conn:
        assert [tuple(row) for row in conn.execute(select(RAW_EVENT).order_by(RAW_EVENT.c.pos))] == rows


def test_every_table_can_be_asked_for_a_row_and_told_of_its_end(db: Database) -> None:
    """Some columns are named by words of SQL: start, end, order."""
    with db.write() as conn:
        projections.create_all(conn)
    for projection in FOLDS.projections:
        key = tuple(map(_nothing, projection.key_columns))
        with db.read_raw() as conn:
            assert DatabaseReader(conn).live(projection, key) is None
        if projection.versioned:
            with db.write() as conn, pytest.raises(FoldError, match=f"{projection.name}: 1 live rows to end, 0 found"):
                write_folded(conn, Folded({projection: [(7, *key)]}, {}))


def _nothing(column: Column[object]) -> object:
    return column.type.python_type()
