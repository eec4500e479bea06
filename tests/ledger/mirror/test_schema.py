"""What every table keeps to, on SQLite and PostgreSQL."""

from collections.abc import Callable
from typing import NamedTuple, get_type_hints

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import BigInteger, Boolean, LargeBinary, Table, Text, inspect, make_url

from ledger.mirror import database
from ledger.mirror.concepts import FOLDS
from ledger.mirror.database import Database, DatabaseUnfit, DatabaseUrlError
from ledger.mirror.schema import Address, Word, number, projections, raw, versioned, word

TABLES = [*raw.sorted_tables, *projections.sorted_tables]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_only_exact_types(table: Table) -> None:
    for column in table.c:
        assert isinstance(column.type, BigInteger | Boolean | LargeBinary | Text), f"{table.name}.{column.name} is {column.type}"


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_keys_order_alike_in_both_databases(table: Table) -> None:
    # Text collates differently from server to server, so the order of verification may not hang on it.
    assert all(not isinstance(column.type, Text) for column in table.primary_key)


def test_every_projection_is_folded_and_every_row_knows_its_event() -> None:
    assert {projection.name for projection in FOLDS.projections} == set(projections.tables)
    for projection in FOLDS.projections:
        assert projection.since.name in ("from_pos", "pos")
        assert [column.name for column in projection.table.c] == list(get_type_hints(projection.row))


def test_words_keep_the_order_of_numbers() -> None:
    numbers = [0, 1, 255, 256, 2**64 + 1, 2**255, 2**256 - 1]
    assert [number(word(one)) for one in numbers] == numbers
    assert sorted(map(word, numbers)) == [word(one) for one in numbers]
    with pytest.raises(OverflowError):
        word(2**256)


@pytest.mark.of_no_ledger
def test_migrations_make_the_models_tables(db: Database) -> None:
    with db.read() as conn:
        context = MigrationContext.configure(conn, opts={"target_metadata": raw, "compare_type": True})
        differences = [one for one in compare_metadata(context, raw) if not _is_projection(one)]
        assert differences == []
        assert set(raw.tables) <= set(inspect(conn).get_table_names())


def _is_projection(difference: object) -> bool:
    return (
        isinstance(difference, tuple) and difference[0] == "remove_table" and difference[1].name in {*projections.tables, "alembic_version"}
    )


def test_opening_again_keeps_what_is_there(database_url: str) -> None:
    for _ in range(2):
        opened = database.open(database_url)
        with opened.read() as conn:
            assert set(raw.tables) <= set(inspect(conn).get_table_names())
        opened.close()


def test_another_kind_of_database_is_refused() -> None:
    with pytest.raises(DatabaseUrlError, match="give sqlite"):
        database.open("mysql://localhost/x")


def test_amounts_to_the_edge_of_64_bits_come_back_exact(db: Database) -> None:
    class Edge(NamedTuple):
        word: Word
        address: Address
        amount: int
        known: bool | None
        from_pos: int = 0
        to_pos: int | None = None

    from ledger.mirror.writer import insert_rows

    edge = versioned(Edge, "edge_case", 1)
    try:
        rows = [Edge(word(2**256 - 1), b"\0" * 20, 2**63 - 1, None, 1, None), Edge(word(0), b"\xff" * 20, -(2**63), True, 2, 2**63 - 1)]
        with db.write() as conn:
            edge.table.create(conn)
            insert_rows(conn, edge.table, rows)
        with db.read() as conn:
            assert [Edge(*row) for row in conn.execute(edge.table.select().order_by(edge.table.c.from_pos))] == rows
    finally:
        projections.remove(edge.table)


@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1"])
def test_a_database_that_can_not_hold_every_script_is_refused(postgres_url: str, encoding: str) -> None:
    """Not on the day on which a name in another script comes."""
    name = f"of_{encoding.lower()}"
    with psycopg.connect(postgres_url, autocommit=True) as conn:
        conn.execute(f"CREATE DATABASE {name} ENCODING '{encoding}' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'")
        try:
            with pytest.raises(DatabaseUnfit, match=f"its encoding is {encoding}; give one with ENCODING 'UTF8'"):
                database.open(make_url(postgres_url).set(database=name).render_as_string(hide_password=False))
        finally:
            conn.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_a_role_without_the_schema_is_told_what_to_grant(make_postgres: Callable[[], str]) -> None:
    url = make_postgres()
    database.open(url).close()
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute("CREATE ROLE stranger LOGIN")
        try:
            with pytest.raises(DatabaseUnfit, match="GRANT USAGE, CREATE ON SCHEMA mirror"):
                database.open(make_url(url).set(username="stranger").render_as_string(hide_password=False))
        finally:
            conn.execute("DROP ROLE stranger")
