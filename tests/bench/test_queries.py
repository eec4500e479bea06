"""The benchmark of questions measures what it says: rows that the ledger could have, answers that are there, one flat object."""

import json
from random import Random

import pytest
from sqlalchemy import func, select

from bench import queries
from bench.scale import asks, pledges, receivables
from bench.scale.asks import ASKS, Unanswered, World
from bench.scale.rows import NOW, Size
from ledger.mirror import database
from ledger.mirror.database import Database
from ledger.mirror.models import CASH_ENTRY, RECEIVABLE, RECEIVABLE_STATE, TOKEN
from ledger.mirror.queries import chain, debts, exposure, ownership, payments, search, tokens
from ledger.mirror.queries import receivables as reading
from ledger.mirror.queries.reading import valid
from tests.bench.test_anchor import run

SMALL = Size(receivables=300, tokens_each=10, pledges=200, names=100, lenders=50, entries=30, splits=200)


@pytest.fixture(scope="module")
def small(postgres_url: str) -> "Database":
    """A small ledger written in bulk."""
    db = database.open(postgres_url, "bench_queries")
    queries.filled(db, SMALL)
    return db


def test_json_is_one_flat_object_and_nothing_else() -> None:
    done = run("queries", "--json", "--scale", "0.0005", "--calls", "10")
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    assert done.stdout.count("\n") == 1 and all(isinstance(value, int | float) and value > 0 for value in figures.values())
    assert {"lineage_p95_ms", "portfolio_p95_ms", "priority_p95_ms", "search_p95_ms"} <= figures.keys()
    assert set(figures) == {"receivables", "tokens", "pledges", "stored_mb", *(f"{ask.name}_p95_ms" for ask in ASKS)}
    assert (figures["receivables"], figures["pledges"]) == (500, 500)
    assert figures["tokens"] == (500 - receivables.HOT) * 10 + receivables.HOT * 10_001
    assert "not folded from events" in done.stderr


@pytest.mark.parametrize("wrong", [["--scale", "0"], ["--scale", "11"], ["--calls", "9"], ["--fast"]])
def test_options_that_make_no_sense_are_refused(wrong: list[str]) -> None:
    done = run("queries", *wrong)
    assert (done.returncode, done.stdout) == (2, "")
    assert wrong[0] in done.stderr


def test_the_goals_are_stated() -> None:
    assert queries.CALLS >= 200
    assert {ask.name: ask.goal for ask in ASKS if ask.goal} == {
        **dict.fromkeys(("lineage", "portfolio", "portfolio_page"), "at most 50"),
        **{"priority": "at most 10", "search": "at most 100"},
    }


def test_tokens_tile_every_receivable_and_owe_what_its_state_says(small: Database) -> None:
    with small.read() as conn:
        rows = conn.execute(
            select(RECEIVABLE.table.c.face, func.sum(TOKEN.table.c.length))
            .join(TOKEN.table, TOKEN.table.c.receivable == RECEIVABLE.table.c.number)
            .where(valid(TOKEN, None))
            .group_by(RECEIVABLE.table.c.number, RECEIVABLE.table.c.face)
        ).all()
        assert len(rows) == SMALL.receivables and all(face == tiled for face, tiled in rows)
        states = conn.execute(select(RECEIVABLE_STATE.table.c.receivable, RECEIVABLE_STATE.table.c.owed_live)).all()
        for number, owed in states[:60]:
            found = reading.by_number(conn, number)
            assert found is not None
            assert tokens.owed(conn, number, 0, found.receivable.face) == owed


def test_a_receivable_that_is_cut_much_has_its_history(small: Database) -> None:
    with small.read() as conn:
        face = SMALL.splits + 1
        line = ownership.by_events(conn, 1, 0, face)
        assert line == ownership.by_arithmetic(conn, 1, 0, face)
        assert sum(1 for one in line if one.to_pos is None) == SMALL.splits + 1
        assert tokens.tiled(conn, 1) == (SMALL.splits + 1, face)


def test_money_balances_and_sums_agree(small: Database) -> None:
    with small.read() as conn:
        bank = receivables.BANK[0]
        assert payments.totals(conn, 1, bank, -1).closing == payments.balance(conn, 1, bank) > 0
        assert conn.execute(select(func.count()).select_from(CASH_ENTRY.table).where(valid(CASH_ENTRY, None))).scalar_one() == len(
            receivables.BANK
        )
        for currency in receivables.CURRENCIES:
            owing = [each for each in debts.by_obligor(conn) if each.currency == currency]
            held = [each for each in debts.by_holder(conn) if each.currency == currency]
            assert sum(each.sum.amount for each in owing) == sum(each.sum.amount for each in held) == exposure.total(conn, currency) > 0


def test_names_are_found_with_their_pledges(small: Database) -> None:
    with small.read() as conn:
        found = [search.by_name(conn, pledges.name_of(number)) for number in range(30)]
        assert sum(bool(each.exact) for each in found) > 15
        assert search.by_registration(conn, pledges.record_of(7)).pledges or search.by_registration(conn, pledges.record_of(8)).pledges


def test_a_question_without_an_answer_is_no_figure(small: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asks, "BANK", [bytes(20)])
    portfolio = next(ask for ask in ASKS if ask.name == "portfolio")
    with small.read() as conn, pytest.raises(Unanswered):
        portfolio.call(conn, World(SMALL, Random(1)))


def test_the_world_ends_where_its_blocks_end(small: Database) -> None:
    with small.read() as conn:
        found = chain.held(conn)
        assert found is not None and found.time == NOW
