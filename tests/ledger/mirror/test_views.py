"""The auditors' views and their Parquet files: what they hold is the ledger's, and what the documentation says is what is there."""

import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pytest
from pyarrow import parquet
from sqlalchemy import Boolean, inspect, make_url, select, text

from ledger.chain.blocks import last_position
from ledger.mirror import database, export
from ledger.mirror.concepts import FOLDS
from ledger.mirror.database import Database, NotServed
from ledger.mirror.export import ExportError
from ledger.mirror.finance_models import KEPT_CREDIT, Keeper, KeptCredit
from ledger.mirror.models import CREDIT, PLEDGE_STATE, TOKEN, Credit, ReceivableStatus, Token
from ledger.mirror.queries import chain, payments, receivables, tokens, totals
from ledger.mirror.queries.reading import rows_of, valid
from ledger.mirror.sync import Mirror, WrongLedger
from ledger.mirror.views import making
from ledger.mirror.views.catalogue import VIEWS, described
from ledger.mirror.views.columns import Kind
from ledger.mirror.writer import insert_rows
from tests.ledger.mirror import told
from tests.ledger.mirror.chains import IDENTITY, START, Chain, table
from tests.ledger.mirror.conftest import MakeMirror
from tests.ledger.mirror.histories import PEOPLE, History

DOCS = Path(__file__).resolve().parents[3] / "docs" / "auditors.md"


def _history(seed: int, blocks: int = 150) -> History:
    history = History(seed)
    history.grow(blocks)
    return history


# --- The documentation ---


def test_the_documentation_has_every_column() -> None:
    assert described() in DOCS.read_text(), "docs/auditors.md: put in what ledger.mirror.views.catalogue.described() gives"


def test_the_views_have_the_columns_that_are_declared(db: Database, mirror_of: MakeMirror) -> None:
    mirror_of(_history(1, 5).chain.source()).catch_up()
    with db.read() as conn:
        schema = making.schema_of(conn)
        names = {view.name if schema else f"reading_{view.name}": view for view in VIEWS}
        assert set(inspect(conn).get_view_names(schema)) == set(names)
        for name, view in names.items():
            columns = inspect(conn).get_columns(name, schema)
            assert [each["name"] for each in columns] == [each.name for each in view.fields]
            if schema:
                kinds = {each.name: each.kind for each in view.fields}
                for each in columns:
                    assert _kind(each["type"]) is kinds[each["name"]], (view.name, each)


def _kind(of: Any) -> Kind:
    if isinstance(of, Boolean):
        return Kind.FLAG
    return {"TIMESTAMP": Kind.TIME, "TEXT": Kind.TEXT, "BIGINT": Kind.WHOLE, "INTEGER": Kind.WHOLE}[type(of).__name__]


# --- What they hold ---


@pytest.mark.parametrize("seed", range(3))
def test_they_hold_what_the_rows_hold(db: Database, mirror_of: MakeMirror, seed: int) -> None:
    mirror_of(_history(seed).chain.source()).catch_up()
    with db.read() as conn:
        found = _rows(db, conn, "tokens")
        expected = rows_of(conn, TOKEN, select(TOKEN.table).where(valid(TOKEN, None)))
        assert sorted((row["receivable"], row["start"], row["length"], row["owner"]) for row in found) == sorted(
            (row.receivable, row.start, row.length, f"0x{row.owner.hex()}") for row in expected
        )
        for row in _rows(db, conn, "receivables"):
            known = receivables.by_number(conn, row["receivable"])
            assert known is not None
            assert row["id"] == f"0x{known.receivable.id.hex()}" and row["owed"] == known.state.owed_live and row["currency"] == "CNY"
            assert _time(row["due"]) == datetime.fromtimestamp(known.receivable.due, UTC)
            assert row["status"] in ("draft", "live", "closed", "cancelled", "refused", "withdrawn")
        ceilings = {row.pledge: int.from_bytes(row.ceiling) for row in rows_of(conn, PLEDGE_STATE, _live_pledges())}
        listed = _rows(db, conn, "pledges")
        assert {row["pledge"]: int(row["ceiling_word"], 16) for row in listed} == ceilings
        assert {row["pledge"]: row["ceiling"] for row in listed} == {key: at if at < 2**63 else None for key, at in ceilings.items()}
        (about,) = _rows(db, conn, "about")
        held = chain.held(conn)
        assert held and (about["block"], about["ledger_id"]) == (held.block, f"0x{IDENTITY.ledger_id.hex()}")


def _live_pledges() -> Any:
    return select(PLEDGE_STATE.table).where(valid(PLEDGE_STATE, None))


def _rows(db: Database, conn: Any, name: str) -> list[dict[str, Any]]:
    (view,) = (each for each in VIEWS if each.name == name)
    return [dict(row) for row in conn.execute(text(f"SELECT * FROM {making.full_name(conn, view)}")).mappings()]


def _time(given: Any) -> datetime:
    return datetime.fromisoformat(given) if isinstance(given, str) else given


@pytest.mark.parametrize("ceiling", [0, 1, 2**32 - 1, 2**32, 2**40 + 12_345, 2**63 - 1, 2**63, 2**64 + 1])
def test_a_word_is_a_number_or_nothing(db: Database, mirror_of: MakeMirror, ceiling: int) -> None:
    turns = Chain()
    turns.mine([told.register_set(2, "Office", 1 << 50)], told.recorded(1, 1, "1-1", -9, ["right"], ceiling=ceiling))
    mirror_of(turns.source()).catch_up()
    with db.read() as conn:
        (state,) = rows_of(conn, PLEDGE_STATE, _live_pledges())
        number = int.from_bytes(state.ceiling)
        (row,) = _rows(db, conn, "pledges")
        assert row["ceiling"] == (number if number < 2**63 else None)
        assert _time(row["ranks_from"]) == datetime(1969, 12, 31, 23, 59, 51, tzinfo=UTC)


def test_times_beyond_any_calendar_are_read(db: Database, mirror_of: MakeMirror) -> None:
    turns = Chain()
    turns.mine([told.issued(1, "A", "D", 5, 2**40 - 1)])
    mirror_of(turns.source()).catch_up()
    with db.read() as conn:
        if db.is_postgresql:
            conn.execute(text("SET LOCAL TIME ZONE 'UTC'"))
        (row,) = _rows(db, conn, "receivables")
        assert _time(row["due"]).year == 9999


def test_money_that_any_contract_keeps_is_there(db: Database, mirror_of: MakeMirror) -> None:
    """Repayment's, of ranges too, and what purchases and loans could not pay out; as at a past position what was kept then."""
    turns = Chain()
    turns.mine([told.cash_listed(1, "SettlementCash@1", "Bank")])
    mirror_of(turns.source()).catch_up()
    account, at = b"a" * 20, last_position(START + 1)
    with db.write() as conn:
        insert_rows(conn, CREDIT.table, [Credit(account, 1, 0, 0, 2**53 + 1, at, None), Credit(account, 1, 1, 7, 5, at, at + 1)])
        kept = [KeptCredit(Keeper.FINANCING, account, 1, 3, at, None), KeptCredit(Keeper.LOANS, account, 1, 0, at, None)]
        insert_rows(conn, KEPT_CREDIT.table, kept)
    (view,) = (each for each in VIEWS if each.name == "credits")
    with db.read() as conn:
        now = [(row["account"], row["keeper"], row["amount"], row["currency"]) for row in _rows(db, conn, "credits")]
        then = [(row.keeper, row.amount) for row in conn.execute(view.select(at))]
    holder = f"0x{account.hex()}"
    assert sorted(now) == [(holder, "financing", 3, "CNY"), (holder, "repayment", 2**53 + 1, "CNY")]
    assert sorted(then) == [("financing", 3), ("repayment", 5), ("repayment", 2**53 + 1)]


# --- Beside the projections ---


def test_they_come_and_go_with_the_projections(db: Database, mirror_of: MakeMirror) -> None:
    history = _history(2, 40)
    mirror_of(history.chain.source()).catch_up()
    with db.write() as conn:
        conn.execute(text("UPDATE checkpoint SET projections = '0-older'"))
    mirror_of(history.chain.source()).catch_up()
    with db.read() as conn:
        assert len(_rows(db, conn, "members")) >= len(PEOPLE)


def test_another_version_is_made_anew(db: Database, mirror_of: MakeMirror) -> None:
    history = _history(2, 5)
    mirror_of(history.chain.source()).catch_up()
    with db.write() as conn:
        making.drop(conn)
        name = making.full_name(conn, VIEWS[0])
        conn.execute(text(f"CREATE VIEW {name} AS SELECT 'older' AS views"))
    mirror_of(history.chain.source()).catch_up()
    with db.read() as conn:
        assert len(_rows(db, conn, "about")[0]) == len(VIEWS[0].fields)


def test_an_auditor_reads_the_views_and_nothing_else(make_postgres: Callable[[], str]) -> None:
    """As docs/auditors.md says, its lines put into psql as they stand, and still after the views were made anew."""
    url = make_postgres()
    db, history = database.open(url), _history(2, 20)
    Mirror(db, history.chain.source(), table(), IDENTITY, FOLDS, development=True).catch_up()
    statements = [line.strip() for line in DOCS.read_text().splitlines() if line.startswith(("    CREATE ROLE", "    GRANT", "    ALTER"))]
    assert len(statements) == 4
    with psycopg.connect(url, autocommit=True) as admin:
        name = make_url(url).database
        owner = admin.execute("SELECT current_user").fetchone()
        admin.execute("\n".join(statements).replace("FOR ROLE pledgebook", f"FOR ROLE {owner[0] if owner else ''}").encode())
        with db.write() as conn:
            making.drop(conn)
            making.ensure(conn)
        admin.execute("ALTER ROLE auditor LOGIN")
        try:
            # The test server trusts its socket: the role is taken on in the session.
            admin.execute("SET ROLE auditor")
            assert admin.execute("SELECT count(*) FROM mirror_reading.members").fetchone() != (0,)
            for refused in ("SELECT * FROM mirror.token", "DELETE FROM mirror_reading.members", "CREATE TABLE mirror_reading.x (y int)"):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    admin.execute(refused)
        finally:
            admin.execute("RESET ROLE")
            admin.execute("DROP OWNED BY auditor")
            admin.execute("DROP ROLE auditor")
    assert name
    db.close()


# --- Parquet ---


@pytest.mark.parametrize("seed", range(2))
def test_the_files_add_up_to_the_ledger(db: Database, mirror_of: MakeMirror, tmp_path: Path, seed: int) -> None:
    mirror_of(_history(seed).chain.source()).catch_up()
    files = {each.file.stem: each for each in export.export(db, tmp_path / "out")}
    assert list(files) == [view.name for view in VIEWS]
    for view in VIEWS:
        read = parquet.read_table(files[view.name].file)
        assert read.num_rows == files[view.name].rows
        assert read.schema.names == [each.name for each in view.fields]
        assert {name: read.schema.field(name).metadata[b"description"].decode() for name in read.schema.names} == {
            each.name: each.means for each in view.fields
        }
    with db.read() as conn, duckdb.connect() as duck:
        _compare(conn, duck, tmp_path / "out")


def _compare(conn: Any, duck: duckdb.DuckDBPyConnection, folder: Path) -> None:
    def asked(sql: str) -> list[tuple[Any, ...]]:
        return duck.execute(sql.replace("@", f"{folder}/")).fetchall()

    owed = asked("SELECT status, count(*), sum(face), sum(owed), sum(distributed) FROM '@receivables.parquet' GROUP BY status ORDER BY 1")
    by_status: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for each in receivables.totals(conn):
        name = ReceivableStatus(each.status).name.lower()
        by_status[name] = [each.receivables, each.face, each.owed_live, each.distributed]
    assert {row[0]: [int(value) for value in row[1:]] for row in owed} == by_status
    for number, length in asked("SELECT receivable, sum(length) FROM '@tokens.parquet' GROUP BY receivable"):
        assert tokens.tiled(conn, number)[1] == length
    for account, moved in asked("SELECT account, sum(moved) FROM '@cash_entries.parquet' WHERE cash = 1 GROUP BY account"):
        assert payments.balance(conn, 1, bytes.fromhex(account[2:])) == moved
    ((pledges, ended),) = asked("SELECT count(*), count(*) FILTER (status = 'ended') FROM '@pledges.parquet'")
    whole = totals.pledges(conn)
    assert (pledges, ended) == (whole.pledges, whole.ended)
    ((links,),) = asked("SELECT count(*) FROM '@pledge_assets.parquet'")
    assert links == whole.links
    ((first, zone),) = asked("SELECT min(block_time), typeof(min(block_time)) FROM '@blocks.parquet'")
    assert first.timestamp() == chain.first_time(conn) and zone == "TIMESTAMP WITH TIME ZONE"


def test_a_past_block_is_what_the_mirror_held_then(db: Database, mirror_of: MakeMirror, tmp_path: Path) -> None:
    history = _history(4)
    source, then = history.chain.source(), START + 70
    source.serve(then)
    mirror = mirror_of(source)
    mirror.catch_up()
    export.export(db, tmp_path / "then")
    source.serve(None)
    mirror.catch_up()
    export.export(db, tmp_path / "now", then)
    for view in VIEWS:
        one, other = (parquet.read_table(tmp_path / name / f"{view.name}.parquet") for name in ("then", "now"))
        assert one.schema.equals(other.schema, check_metadata=True)
        assert one.schema.metadata[b"pledgebook.block"] == str(then).encode()
        assert sorted(map(repr, one.to_pylist())) == sorted(map(repr, other.to_pylist())), view.name
    with db.read() as conn:
        assert parquet.read_table(tmp_path / "now" / "tokens.parquet").num_rows == len(_live_tokens(conn, last_position(then)))


def _live_tokens(conn: Any, at: int) -> list[Token]:
    return rows_of(conn, TOKEN, select(TOKEN.table).where(valid(TOKEN, at)))


def test_a_folder_is_there_when_it_is_whole(db: Database, mirror_of: MakeMirror, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mirror_of(_history(1, 10).chain.source()).catch_up()
    with pytest.raises(ExportError, match=r"block 99: the mirror holds blocks 5 to 15"):
        export.export(db, tmp_path / "out", 99)
    assert not (tmp_path / "out").exists()
    export.export(db, tmp_path / "out")
    with pytest.raises(ExportError, match="there already"):
        export.export(db, tmp_path / "out")
    assert [each.name for each in tmp_path.iterdir() if each.suffix != ".db" and ".db-" not in each.name] == ["out"]


def test_another_ledger_or_version_is_not_exported(db: Database, mirror_of: MakeMirror, tmp_path: Path) -> None:
    """Views of this program would read tables of another one's with other meanings."""
    mirror_of(_history(1, 10).chain.source()).catch_up()
    with pytest.raises(WrongLedger):
        export.export(db, tmp_path / "out", identity=replace(IDENTITY, ledger_id=b"M" * 32))
    with db.write() as conn:
        conn.execute(text("UPDATE checkpoint SET projections = '9-newer'"))
    db.serving.version = None
    with pytest.raises(NotServed):
        export.export(db, tmp_path / "out")
    assert not [each for each in tmp_path.iterdir() if each.name.startswith("out")]


def test_an_export_is_of_one_snapshot(db: Database, mirror_of: MakeMirror, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The mirror goes on between two files; they tell of one block."""
    history = _history(5, 60)
    source = history.chain.source()
    source.serve(START + 30)
    mirror = mirror_of(source)
    mirror.catch_up()
    plain = export._write

    def write(*given: Any) -> Any:
        source.serve(None)
        mirror.catch_up()
        return plain(*given)

    monkeypatch.setattr(export, "_write", write)
    export.export(db, tmp_path / "out")
    blocks = parquet.read_table(tmp_path / "out" / "blocks.parquet").column("block").to_pylist()
    assert max(blocks) == START + 30
    with db.read() as conn:
        at = last_position(START + 30)
        assert parquet.read_table(tmp_path / "out" / "tokens.parquet").num_rows == len(_live_tokens(conn, at))


def test_memory_is_bounded_whatever_the_length(tmp_path: Path) -> None:
    """Four times the rows take no more of it."""
    made = {count: _peak(tmp_path / str(count), count) for count in (100_000, 400_000)}
    assert made[400_000] < made[100_000] * 1.25, made


def _peak(folder: Path, count: int) -> int:
    """The most memory (KiB) of a process that exports so many cash entries."""
    folder.mkdir()
    code = f"""
import resource
from pathlib import Path
from ledger.mirror import database, export, rebuild
from ledger.mirror.concepts import FOLDS
from ledger.mirror.models import BLOCK, CHECKPOINT
db = database.open("sqlite:///{folder}/mirror.db")
with db.write() as conn:
    rebuild.create(conn, FOLDS)
    held = dict(chain_id=1, ledger_id=b"L" * 32, start=0, block=1, hash=b"h" * 32, projections=FOLDS.version())
    conn.execute(CHECKPOINT.insert().values(id=1, **held))
    conn.execute(BLOCK.insert().values(number=1, hash=b"h" * 32, parent=b"p" * 32, time=1))
    conn.exec_driver_sql("INSERT INTO cash VALUES (x'01', 1, 5, x'02', 156)")
    conn.exec_driver_sql(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})"
        " INSERT INTO cash_entry SELECT 1, randomblob(20), i, i, NULL, randomblob(32), 1048576 + i, NULL FROM n"
    )
export.export(db, Path("{folder}/out"))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return int(done.stdout)
