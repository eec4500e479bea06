"""An office copied whole between both kinds of databases: every row, all or none, and what is written next goes on from there."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import BigInteger, Boolean, Integer, LargeBinary, Table, insert, select

from gateway.office import copying, database
from gateway.office.copying import CopyRefused
from gateway.office.models import ACT_HISTORY, LEAST_PROGRAM, PROGRAM
from gateway.office.models import office as tables
from gateway.signers import sealing
from gateway.signers.keystore import Keystore
from ledger.mirror.database import Database

ROWS = 3
COPIED = [each for each in tables.sorted_tables if each not in (PROGRAM, LEAST_PROGRAM)]


def value(column: Any, number: int) -> Any:
    """What a column may hold, another for each number; alike in tables that name each other."""
    kind = column.type
    if isinstance(kind, Boolean):
        return number % 2 == 0
    if isinstance(kind, Integer | BigInteger):
        return number
    return bytes([number]) * (getattr(kind, "length", None) or 40) if isinstance(kind, LargeBinary) else f"text {number}\n\u94b1"


def fill(source: Database) -> None:
    with source.write() as conn:
        for table in COPIED:
            conn.execute(insert(table), [{each.name: value(each, number) for each in table.columns} for number in range(1, ROWS + 1)])


def rows(found: Database, table: Table) -> list[Any]:
    with found.read() as conn:
        return [tuple(row) for row in conn.execute(select(table).order_by(*table.primary_key))]


@pytest.mark.parametrize("to", ["sqlite", "postgresql"])
def test_every_row_is_there_and_numbers_go_on(office: Database, to: str, tmp_path: Path, make_postgres: Callable[[], str]) -> None:
    fill(office)
    url = f"sqlite:///{tmp_path}/copy.db" if to == "sqlite" else make_postgres()
    assert copying.copy(office, url) == ROWS * len(COPIED)
    copied = database.open(url)
    for table in COPIED:
        assert len(rows(copied, table)) == ROWS and rows(copied, table) == rows(office, table), table.name
    with copied.write() as conn:
        made = conn.execute(insert(ACT_HISTORY).values(member_id=b"m" * 20, act_id=b"a" * 32, state="ready", at=1)).inserted_primary_key
    assert made is not None and tuple(made) == (ROWS + 1,)
    copied.close()
    with pytest.raises(CopyRefused, match="there already" if to == "sqlite" else "has rows already"):
        copying.copy(office, url)


def test_a_copy_that_fails_leaves_no_file(office: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(office)
    whole, done = copying._copied, list[str]()

    def failing(reading: Any, writing: Any, table: Table) -> int:
        done.append(table.name)
        if len(done) == len(COPIED):
            raise OSError("the disk is away")
        return whole(reading, writing, table)

    monkeypatch.setattr(copying, "_copied", failing)
    before = set(tmp_path.iterdir())
    with pytest.raises(OSError, match="away"):
        copying.copy(office, f"sqlite:///{tmp_path}/copy.db")
    assert set(tmp_path.iterdir()) == before


def test_keys_open_with_the_passphrase_of_then(office: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "SCRYPT_N", 1 << 10)
    keystore, member = Keystore(office), b"m" * 20
    keystore.unlock(b"a long enough passphrase")
    key = keystore.create(member)
    copying.copy(office, f"sqlite:///{tmp_path}/copy.db")
    keystore.change_passphrase(b"a long enough passphrase", b"another long passphrase")
    copied = Keystore(database.open(f"sqlite:///{tmp_path}/copy.db"))
    copied.unlock(b"a long enough passphrase")
    assert copied.sign(member, key, b"x") == keystore.sign(member, key, b"x")
