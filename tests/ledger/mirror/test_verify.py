"""What is changed, missing or too much in a mirror's tables is found, whichever table, row and column it is."""

import random
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import BigInteger, Boolean, Column, Table, Text, delete, insert, select
from sqlalchemy.exc import DatabaseError, IntegrityError

from ledger.chain.blocks import RecordedSource
from ledger.mirror import database, verify
from ledger.mirror.concepts import FOLDS
from ledger.mirror.database import Database, NotServed
from ledger.mirror.models import BLOCK, CHECKPOINT, RAW_EVENT, TX
from ledger.mirror.sync import Mirror, WrongLedger
from ledger.mirror.verify import NothingToVerify
from tests.conftest import FULL
from tests.ledger.mirror.chains import IDENTITY, table
from tests.ledger.mirror.conftest import MakeMirror
from tests.ledger.mirror.histories import History

ATTEMPTS = 1_000 if FULL else 24
LATER = 1 << 50
"""Above every position of these histories."""
UNSAID = {(BLOCK, "time"), (TX, "hash")}
"""What only the chain says: the stored events are folded by a block's time, and nothing stored says a transaction's hash."""

Rows = list[tuple[Any, ...]]


def _mirrored(mirror_of: MakeMirror, seed: int) -> RecordedSource:
    history = History(seed)
    history.grow(60)
    mirror_of(history.chain.source()).catch_up()
    return history.chain.source()


def _is_equal(db: Database, source: RecordedSource | None = None) -> bool:
    try:
        return verify.verify(db, table(), FOLDS, source=source, identity=IDENTITY).equal
    except (NothingToVerify, NotServed, WrongLedger):
        return False


def _rows(db: Database, of: Table) -> Rows:
    with db.read_raw() as conn:
        return [tuple(row) for row in conn.execute(select(of).order_by(*of.primary_key))]


def _put(db: Database, of: Table, rows: Rows) -> bool:
    """Whether the database takes these rows in the place of the table's; where it doesn't, it keeps what it has."""
    try:
        with db.write() as conn:
            conn.execute(delete(of))
            if rows:
                conn.execute(insert(of), [dict(zip(of.c.keys(), row, strict=True)) for row in rows])
    except IntegrityError:
        return False
    return True


def _other(value: Any, of: Column[Any]) -> Any:
    if isinstance(of.type, Boolean):
        return not value
    if isinstance(of.type, BigInteger):
        return LATER if value is None else value + 1
    if isinstance(of.type, Text):
        return f"{value or ''}x"
    return bytes([value[0] ^ 1]) + value[1:] if value else b"\1"


def _changed(of: Table, rows: Rows, at: int, draw: random.Random) -> tuple[str, Rows]:
    """One of a table's columns in one of its rows is another."""
    column = draw.choice([each for each in of.c if each.name != "id" or of is not CHECKPOINT])
    place = list(of.c).index(column)
    row = rows[at]
    return column.name, [*rows[:at], (*row[:place], _other(row[place], column), *row[place + 1 :]), *rows[at + 1 :]]


def _missing(_of: Table, rows: Rows, at: int, _draw: random.Random) -> tuple[str, Rows]:
    return "a row less", [*rows[:at], *rows[at + 1 :]]


def _later(of: Table, rows: Rows, at: int, _draw: random.Random) -> tuple[str, Rows]:
    """A row of the same kind as if blocks that nobody mirrored had told it."""
    later = {"pos": LATER, "from_pos": LATER, "to_pos": LATER + 1} | (
        {"number": LATER} if of is BLOCK else {"block": LATER} if of is TX else {}
    )
    more = tuple(later.get(column.name, value) for column, value in zip(of.c, rows[at], strict=True))
    first = next((at for at, column in enumerate(of.c) if column.primary_key and column.name not in later), None)
    if first is not None:
        more = (*more[:first], _other(more[first], list(of.c)[first]), *more[first + 1 :])
    return "a row more", [*rows, more]


@pytest.mark.parametrize("seed", range(2))
def test_whatever_is_changed_is_found(db: Database, mirror_of: MakeMirror, seed: int) -> None:
    source, draw = _mirrored(mirror_of, seed), random.Random(seed)
    tables = [each for each in (BLOCK, TX, RAW_EVENT, CHECKPOINT, *(one.table for one in FOLDS.projections)) if _rows(db, each)]
    assert _is_equal(db) and _is_equal(db, source)
    for attempt in range(ATTEMPTS):
        of = tables[attempt % 4] if attempt % 2 else draw.choice(tables)
        rows, way = _rows(db, of), draw.choice([_changed] * 2 + ([_missing, _later] if of is not CHECKPOINT else []))
        what, put = way(of, rows, draw.randrange(len(rows)), draw)
        if _put(db, of, put):
            assert not _is_equal(db, source), (of.name, what)
            assert not _is_equal(db) or (of, what) in UNSAID, (of.name, what)
            assert _put(db, of, rows)
    assert _is_equal(db) and _is_equal(db, source)


def test_a_mirror_of_another_ledger_is_not_verified(db: Database, mirror_of: MakeMirror) -> None:
    _mirrored(mirror_of, 1)
    with pytest.raises(WrongLedger):
        verify.verify(db, table(), FOLDS, identity=replace(IDENTITY, ledger_id=b"M" * 32))


def test_an_index_of_a_file_that_lacks_a_row_is_found(tmp_path: Path) -> None:
    """On SQLite; PostgreSQL has its own program for that (docs/operations.md)."""
    file, history = tmp_path / "mirror.db", History(2)
    history.grow(60)
    whole = database.open(f"sqlite:///{file}")
    Mirror(whole, history.chain.source(), table(), IDENTITY, FOLDS, development=True).catch_up()
    assert verify.verify(whole, table(), FOLDS).equal
    whole.close()
    with closing(sqlite3.connect(file, isolation_level=None)) as conn:
        conn.execute("PRAGMA writable_schema = ON")
        # The index is emptied as a page that was lost would: rows that it should have are there.
        made = conn.execute("SELECT sql FROM sqlite_master WHERE name = 'token_live'").fetchone()[0]
        narrower = made.replace("to_pos IS NULL", "to_pos IS NULL AND start < 0")
        conn.execute("UPDATE sqlite_master SET sql = ? WHERE name = 'token_live'", (narrower,))
    with closing(sqlite3.connect(file, isolation_level=None)) as conn:
        conn.execute("REINDEX token_live")
        conn.execute("PRAGMA writable_schema = ON")
        conn.execute("UPDATE sqlite_master SET sql = ? WHERE name = 'token_live'", (made,))
    torn = database.open(f"sqlite:///{file}")
    report = verify.verify(torn, table(), FOLDS)
    torn.close()
    assert all(each.equal for each in report.tables) and not report.equal
    assert any("token_live" in fault for fault in report.faults)


def test_a_torn_schema_is_told_as_a_fault_of_the_database(tmp_path: Path) -> None:
    file = tmp_path / "torn.db"
    database.open(f"sqlite:///{file}").close()
    file.write_bytes(file.read_bytes().replace(b"CREATE TABLE checkpoint", b"CREATE \xf2\xf2BLE \xf2heckpoint"))
    with pytest.raises(DatabaseError, match="malformed"):
        database.open(f"sqlite:///{file}")
