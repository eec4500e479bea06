"""The office's tables, as models say and migrations make them, on SQLite and PostgreSQL."""

import stat
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import BigInteger, LargeBinary, Table, Text, inspect, select, text
from sqlalchemy.exc import DatabaseError, IntegrityError

import gateway.office
from gateway.office import database
from gateway.office.database import insert_or_keep
from gateway.office.models import (
    ACT,
    ACT_HISTORY,
    AUDIT,
    CALL,
    CONTENT,
    CONTENT_ERASED,
    PEER_MESSAGE_HISTORY,
    PEER_RECEIPT,
    PEER_RECEIVED,
    SIGNATURE,
)
from gateway.office.models import office as tables
from gateway.office.repository import Act, AddedAct, Call, Content, Office, Signature
from ledger.mirror import database as mirrors
from ledger.mirror.database import Database, DatabaseUrlError
from tests.gateway.rows import ALICE, act, keep

EXAMPLES: dict[type, object] = {LargeBinary: ALICE, Text: "text", BigInteger: 1}
ROWS = [(ACT, Act), (SIGNATURE, Signature), (CALL, Call), (CONTENT, Content)]


def test_migrations_make_the_models_tables(office: Database) -> None:
    with office.read() as conn:
        context = MigrationContext.configure(conn, opts={"target_metadata": tables, "compare_type": True})
        differences = compare_metadata(context, tables)
        assert [each for each in differences if "alembic_version" not in str(each)] == []
        assert set(tables.tables) <= set(inspect(conn).get_table_names())


def test_a_downgrade_leaves_nothing(database_url: str) -> None:
    opened = database.open(database_url)
    config = Config()
    config.set_main_option("script_location", str(Path(gateway.office.__file__).parent / "migrations"))
    with opened.write() as conn:
        config.attributes["connection"] = conn
        command.downgrade(config, "base")
    with opened.read() as conn:
        assert set(inspect(conn).get_table_names()) <= {"alembic_version"}
    opened.close()


def test_opening_again_keeps_what_is_there(database_url: str) -> None:
    first = database.open(database_url)
    keep(first, act(ALICE, 1))
    first.close()
    again = database.open(database_url)
    with again.read() as conn:
        assert Office(conn, ALICE).act(1) is not None
    again.close()


@pytest.mark.parametrize(("table", "row"), ROWS, ids=lambda each: each.name if isinstance(each, Table) else "")
def test_rows_have_the_tables_columns_in_order(table: Table, row: type[NamedTuple]) -> None:
    assert [column.name for column in table.c] == list(row._fields)


@pytest.mark.parametrize("table", tables.sorted_tables, ids=lambda table: table.name)
def test_every_row_about_a_member_names_it_first_in_its_key(table: Table) -> None:
    names = [column.name for column in table.primary_key]
    if "member_id" in names and table.name != "tx_act":
        assert names[0] == "member_id"


@pytest.mark.parametrize(
    "table", [ACT_HISTORY, AUDIT, PEER_MESSAGE_HISTORY, PEER_RECEIPT, PEER_RECEIVED, CONTENT_ERASED], ids=lambda table: table.name
)
@pytest.mark.parametrize("statement", ["UPDATE {} SET at = 0", "DELETE FROM {}"])
def test_history_and_audit_are_append_only(office: Database, table: Table, statement: str) -> None:
    keep(office, act(ALICE, 1))
    with office.write() as conn:
        Office(conn, ALICE).audit("key", "act", "1", "queued")
        if table not in (ACT_HISTORY, AUDIT):
            conn.execute(table.insert().values({column.name: EXAMPLES[type(column.type)] for column in table.c if column.name != "id"}))
    before = _all(office, table)
    with pytest.raises(DatabaseError, match="append-only"), office.write() as conn:
        conn.execute(text(statement.format(table.name)))
    assert before and _all(office, table) == before


def test_a_row_is_inserted_once(office: Database) -> None:
    row = {"member_id": ALICE, "root": b"r" * 32, "seed": b"s" * 32, "schema": "a", "bytes": b"1", "at": 1}
    with office.write() as conn:
        assert insert_or_keep(conn, CONTENT, row) is True
        assert insert_or_keep(conn, CONTENT, {**row, "bytes": b"2"}) is False
    assert [each[4] for each in _all(office, CONTENT)] == [b"1"]


def test_a_new_file_is_its_users_only(tmp_path: Path) -> None:
    opened = database.open(f"sqlite:///{tmp_path / 'office.db'}")
    keep(opened, act(ALICE, 1))
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}
    opened.close()
    assert {"office.db", "office.db-wal"} <= modes.keys() and set(modes.values()) == {0o600}


def test_what_is_committed_survives_a_loss_of_power(tmp_path: Path) -> None:
    """SQLite waits for the disk at every commit of the office; the mirror, which can be made anew, does not."""
    office, mirror = database.open(f"sqlite:///{tmp_path / 'office.db'}"), mirrors.open(f"sqlite:///{tmp_path / 'mirror.db'}")
    for opened, level in ((office, 2), (mirror, 1)):
        with opened.read() as conn:
            assert conn.exec_driver_sql("PRAGMA synchronous").scalar_one() == level
        opened.close()


def test_another_kind_of_database_is_refused() -> None:
    with pytest.raises(DatabaseUrlError, match="give sqlite"):
        database.open("mysql://localhost/x")


def test_a_transaction_that_fails_leaves_nothing(office: Database) -> None:
    with pytest.raises(IntegrityError):
        _add_twice(office)
    assert _all(office, ACT) == _all(office, ACT_HISTORY) == []


def test_two_kinds_of_database_keep_apart(database_urls: Callable[[], str]) -> None:
    first, second = database.open(database_urls()), database.open(database_urls())
    keep(first, act(ALICE, 1))
    assert _all(second, ACT) == []
    first.close()
    second.close()


def _add_twice(db: Database) -> None:
    with db.write() as conn:
        for _ in range(2):
            Office(conn, ALICE).add_acts([AddedAct(act(ALICE, 1), ())])


def _all(db: Database, table: Table) -> list[tuple[object, ...]]:
    with db.read() as conn:
        return [tuple(row) for row in conn.execute(select(table))]
