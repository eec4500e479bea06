"""Rows go in whole, in order and unchanged, however many they are."""

import pytest
from sqlalchemy import select

from ledger.mirror.database import Database
from ledger.mirror.models import RAW_EVENT
from ledger.mirror.writer import insert_rows


@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 250])
def test_every_row_is_written_as_it_was_given(db: Database, count: int) -> None:
    rows = [(at, at % 7, bytes([at]) * 20, b"", None if at % 2 else bytes([at]), bytes(at)) for at in range(count)]
    with db.write() as conn:
        insert_rows(conn, RAW_EVENT, rows)
    with db.read() as conn:
        assert [tuple(row) for row in conn.execute(select(RAW_EVENT).order_by(RAW_EVENT.c.pos))] == rows
