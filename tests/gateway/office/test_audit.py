"""The audit log: whatever is done to any of its rows is found, on SQLite and PostgreSQL, and what was kept before it was chained counts."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import rfc8785
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, delete, insert, text, update

import gateway.office
from gateway import access
from gateway.office import audit, database
from gateway.office.audit import EMPTY, Entry, Head, Line
from gateway.office.models import AUDIT
from ledger.mirror.database import Database, connect
from tests.gateway.rows import ALICE, BOB

COUNT = 7


def fill(office: Database, count: int = COUNT) -> list[Head]:
    """Rows of several transactions; the heads between them."""
    heads = []
    for number in range(count):
        with office.write() as conn:
            audit.append(conn, [ALICE, BOB, None][number % 3], [Entry("key", "act Issue", f"记录 {number}", "queued")])
        with office.read() as conn:
            heads.append(audit.head(conn))
    return heads


def faults(office: Database, heads: list[Head] | None = None) -> list[str]:
    with office.read() as conn:
        return list(audit.faults(audit.lines(conn), heads or []))


def tamper(office: Database, change: Callable[[Connection], Any]) -> None:
    """As who has the database may: past the triggers."""
    with office.write() as conn:
        if office.is_postgresql:
            conn.execute(text("SET LOCAL session_replication_role = replica"))
        else:
            for what in ("update", "delete"):
                conn.execute(text(f"DROP TRIGGER IF EXISTS audit_no_{what}"))
        change(conn)


def test_rows_are_numbered_and_chained_by_the_rule_that_is_written(office: Database) -> None:
    fill(office)
    before = bytes(32)
    with office.read() as conn:
        rows = list(audit.lines(conn))
    for number, row in enumerate(rows, 1):
        member = None if row.member_id is None else f"0x{row.member_id.hex()}"
        told = {
            "id": str(number), "at": str(row.at), "subject": "key", "member": member, "action": "act Issue",
            "record": f"记录 {number - 1}", "outcome": "queued",
        }  # fmt: skip
        before = sha256(before + rfc8785.dumps(told)).digest()
        assert (row.id, row.hash) == (number, before)
    assert faults(office) == []


def lose(office: Database) -> None:
    """A transaction that comes to nothing."""
    with office.write() as conn:
        audit.append(conn, ALICE, [Entry("key", "lost", "1", "x")])
        raise RuntimeError


def test_lines_of_one_transaction_are_chained_and_one_that_is_rolled_back_leaves_none(office: Database) -> None:
    with pytest.raises(RuntimeError):
        lose(office)
    with office.write() as conn:
        audit.append(conn, ALICE, [Entry("key", "one", str(number), "x") for number in range(3)])
        audit.append(conn, BOB, [Entry("key", "two", str(number), "x") for number in range(3)])
        audit.append(conn, BOB, [])
    with office.read() as conn:
        assert [(row.id, row.action) for row in audit.lines(conn)] == [
            (1, "one"),
            (2, "one"),
            (3, "one"),
            (4, "two"),
            (5, "two"),
            (6, "two"),
        ]
    assert faults(office) == []


@pytest.mark.parametrize("number", range(1, COUNT + 1))
@pytest.mark.parametrize(
    "changed",
    [{"at": 1}, {"subject": "other"}, {"member_id": b"\x01" * 20}, {"action": "x"}, {"record": ""}, {"outcome": "y"}, {"hash": b"h" * 32}],
    ids=lambda each: next(iter(each)),
)
def test_a_change_of_any_field_of_any_row_is_found(office: Database, number: int, changed: dict[str, Any]) -> None:
    fill(office)
    tamper(office, lambda conn: conn.execute(update(AUDIT).where(AUDIT.c.id == number).values(**changed)))
    assert any(f"row {number} " in each for each in faults(office))


@pytest.mark.parametrize("number", range(1, COUNT + 1))
def test_a_row_that_is_taken_out_is_found(office: Database, number: int) -> None:
    heads = fill(office)
    tamper(office, lambda conn: conn.execute(delete(AUDIT).where(AUDIT.c.id == number)))
    assert any(f"row {number} is missing" in each for each in faults(office, heads[-1:]))
    assert faults(office) or number == COUNT, "the last row alone is missed by nobody but who saw it"


@pytest.mark.parametrize("after", range(COUNT + 1))
def test_a_row_that_is_put_in_is_found(office: Database, after: int) -> None:
    """Those behind it move up, as they would have to."""
    heads = fill(office)

    def put(conn: Connection) -> None:
        for number in range(COUNT, after, -1):
            conn.execute(update(AUDIT).where(AUDIT.c.id == number).values(id=number + 1))
        conn.execute(insert(AUDIT).values(id=after + 1, at=1, subject="k", action="a", record="r", outcome="o", hash=b"h" * 32))

    tamper(office, put)
    assert faults(office, heads)
    assert any(f"row {after + 1} " in each for each in faults(office))


def test_two_rows_that_change_places_are_found(office: Database) -> None:
    fill(office)
    with office.read() as conn:
        third, fourth = [row for row in audit.lines(conn) if row.id in (3, 4)]

    def swap(conn: Connection) -> None:
        for at, row in ((3, fourth), (4, third)):
            conn.execute(update(AUDIT).where(AUDIT.c.id == at).values({**row._asdict(), "id": at}))

    tamper(office, swap)
    assert [each for each in faults(office) if "row 3 " in each]


@pytest.mark.parametrize("number", range(1, COUNT + 1))
def test_a_whole_chain_that_is_written_anew_is_found_by_a_head_that_was_shown(office: Database, number: int) -> None:
    """Who has the database and the rule can make a chain that is right in itself."""
    heads = fill(office)

    def rewrite(conn: Connection) -> None:
        before = bytes(32)
        for row in list(audit.lines(conn)):
            made = row._replace(outcome="refused") if row.id == number else row
            before = made.hashed(before)
            conn.execute(update(AUDIT).where(AUDIT.c.id == row.id).values(outcome=made.outcome, hash=before))

    tamper(office, rewrite)
    assert faults(office) == []
    assert faults(office, heads[number - 1 : number]) == [f"row {number} is not the one that was shown when the log ended there"]
    assert faults(office, heads[: number - 1]) == []


def test_an_empty_log_is_right_and_misses_what_was_shown(office: Database) -> None:
    assert faults(office) == []
    with office.read() as conn:
        assert audit.head(conn) == EMPTY
    assert faults(office, [EMPTY]) == []
    assert faults(office, [Head(2, b"x" * 32)]) == ["row 2 is missing: the log was shown with it"]


def test_writers_at_once_make_one_chain(office: Database) -> None:
    """None waits for another but at the very end, so that none waits in a circle."""
    failed: list[Exception] = []

    def write(name: str) -> None:
        try:
            for number in range(12):
                with office.write() as conn:
                    audit.append(conn, ALICE, [Entry(name, "a", str(number), "x")])
                    access.issue(conn, name, BOB)
                    audit.append(conn, BOB, [Entry(name, "b", str(number), "x")])
        except Exception as fault:  # noqa: BLE001  # told below
            failed.append(fault)

    threads = [threading.Thread(target=write, args=(f"writer {number}",)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == [] and faults(office) == []
    with office.read() as conn:
        rows = list(audit.lines(conn))
    assert len(rows) == 6 * 12 * 3
    for number in range(6):
        mine = [row.record for row in rows if row.subject == f"writer {number}" and row.action == "a"]
        assert mine == [str(each) for each in range(12)]


# --- What was kept before ----------------------------------------------------------------------------------------------------------


@contextmanager
def at_revision(url: str, revision: str) -> Any:
    opened = connect(url, database.SCHEMA, durable=True)
    config = Config()
    config.set_main_option("script_location", str(Path(gateway.office.__file__).parent / "migrations"))
    with opened.write() as conn:
        config.attributes["connection"] = conn
        command.upgrade(config, revision)
    yield opened
    opened.close()


def test_old_keys_open_and_old_lines_are_chained_in_their_order(database_url: str) -> None:
    secret, over = "5a" * 32, "7b" * 32
    columns = ("id", "member_id", "hash", "scopes", "name", "at", "expires", "revoked")
    keys = sa.table("api_key", *map(sa.column, columns))
    lines = sa.table("audit", *map(sa.column, ("id", "at", "subject", "member_id", "action", "record", "outcome")))
    with at_revision(database_url, "0005") as opened, opened.write() as conn:
        for key_id, word, revoked in (("a" * 16, secret, False), ("b" * 16, over, True)):
            row = (key_id, ALICE, sha256(word.encode()).digest(), "read", "old", 1, 1 << 50, revoked)
            conn.execute(insert(keys).values(dict(zip(columns, row, strict=True))))
        for number in (3, 4, 9):
            told = {"at": number, "subject": "k", "member_id": None, "action": "a", "record": str(number), "outcome": "o"}
            conn.execute(insert(lines).values(id=number, **told))
    office = database.open(database_url)
    try:
        with office.read() as conn:
            session = access.authenticate(conn, f"pbk_{'a' * 16}_{secret}")
            assert session == access.Session("a" * 16, ALICE, frozenset({"read"}))
            assert access.authenticate(conn, f"pbk_{'b' * 16}_{over}") is None
            rows: list[Line] = list(audit.lines(conn))
        assert [(row.id, row.record) for row in rows] == [(1, "3"), (2, "4"), (3, "9")] and faults(office) == []
        with office.write() as conn:
            audit.append(conn, ALICE, [Entry("key", "new", "1", "x")])
        assert faults(office) == []
        for statement in ("UPDATE audit SET at = 0", "DELETE FROM audit"):
            with pytest.raises(sa.exc.DatabaseError, match="append-only"), office.write() as conn:
                conn.execute(text(statement))
    finally:
        office.close()


@given(st.dictionaries(st.from_regex("[a-z_]{1,12}", fullmatch=True), st.text() | st.none(), max_size=8))
def test_lines_are_hashed_in_the_canonical_form(document: dict[str, str | None]) -> None:
    assert audit.canonical(document) == rfc8785.dumps(document)
