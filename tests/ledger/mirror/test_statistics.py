"""A register's months, and periods of cash statements, against a count of every event, over random lives."""

from collections import Counter
from datetime import date
from random import Random
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, select

from ledger.chain.blocks import last_position
from ledger.domain.calendar import add_months, legal_date
from ledger.mirror.database import Database
from ledger.mirror.models import BLOCK, PLEDGE, PLEDGE_ACT
from ledger.mirror.queries import chain, payments, statistics
from ledger.mirror.queries.reading import rows_of
from tests.ledger.mirror import told
from tests.ledger.mirror.chains import START, Chain
from tests.ledger.mirror.conftest import MakeMirror
from tests.ledger.mirror.histories import PEOPLE, History

ZONE = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize("seed", range(3))
def test_months_are_a_count_of_acts_by_the_day_of_their_block(db: Database, mirror_of: MakeMirror, seed: int) -> None:
    history = History(seed)
    history.grow(100)
    mirror_of(history.chain.source()).catch_up()
    middle = last_position(START + 50)
    with db.read() as conn:
        for at in (None, middle):
            expected = _counted(conn, at)
            first = legal_date(history.chain.blocks[0].time, ZONE).replace(day=1)
            months = [add_months(first, ahead) for ahead in range(4)]
            found = {}
            for register in {register for register, *_ in expected} | {1, 2, 77}:
                for month in months:
                    row = statistics.month(conn, register, month, ZONE, at)
                    found.update({(register, month, name): count for name, count in row._asdict().items() if name != "first" and count})
            assert found == expected
            assert sum(found.values()) > 0


def _counted(conn: Connection, at: int | None) -> dict[tuple[int, date, str], int]:
    registers = {row.pledge: row.register for row in rows_of(conn, PLEDGE, select(PLEDGE.table))}
    acts = [row for row in rows_of(conn, PLEDGE_ACT, select(PLEDGE_ACT.table)) if at is None or row.pos <= at]
    found: Counter[tuple[int, date, str]] = Counter()
    for act in acts:
        if name := statistics.KINDS.get(act.event):
            found[registers[act.pledge], legal_date(chain.time_of(conn, act.pos), ZONE).replace(day=1), name] += 1
    return dict(found)


@pytest.mark.parametrize("seed", range(3))
def test_every_period_of_a_statement_balances(db: Database, mirror_of: MakeMirror, seed: int) -> None:
    history, dice = History(seed + 50), Random(seed)
    history.grow(100)
    mirror_of(history.chain.source()).catch_up()
    last = last_position(history.chain.blocks[-1].number)
    with db.read() as conn:
        for name in PEOPLE:
            account = told.account(name)
            lines = payments.statement(conn, 1, account, limit=1_000, newest_first=False).rows
            for _ in range(20):
                low, high = sorted((dice.randrange(-1, last + 1), dice.randrange(last + 1)))
                mine = [line for line in lines if low < line.from_pos <= high]
                assert payments.statement(conn, 1, account, begin=low, until=high, limit=1_000, newest_first=False).rows == mine
                found = payments.totals(conn, 1, account, low, high)
                assert found.entries == len(mine)
                assert found.received == sum(line.delta for line in mine if line.delta > 0)
                assert found.paid == -sum(line.delta for line in mine if line.delta < 0)
                assert found.opening == next((line.balance for line in reversed(lines) if line.from_pos <= low), 0)
                assert found.closing == found.opening + sum(line.delta for line in mine)
            assert payments.totals(conn, 1, account, -1).closing == payments.balance(conn, 1, account)


def test_a_statement_whose_lines_are_wrong_is_refused(db: Database, mirror_of: MakeMirror) -> None:
    told_ = Chain()
    told_.mine([told.cash_listed(1, "SettlementCash@1", "Bank")], [told.cash_moved(None, "A", 700)], [told.cash_moved("A", "B", 300)])
    mirror_of(told_.source()).catch_up()
    with db.write() as conn:
        conn.exec_driver_sql("UPDATE cash_entry SET delta = delta + 1 WHERE to_pos IS NULL")
    with db.read() as conn, pytest.raises(payments.Unbalanced, match="0 \\+ 700 - 299 is not 400"):
        payments.totals(conn, 1, told.account("A"), -1)


def test_sums_of_a_period_pass_two_to_the_63(db: Database, mirror_of: MakeMirror) -> None:
    turns, most = Chain(), 2**63 - 1
    turns.mine([told.cash_listed(1, "SettlementCash@1", "Bank")])
    for _ in range(3):
        turns.mine([told.cash_moved(None, "A", most)], [told.cash_moved("A", None, most)])
    mirror_of(turns.source()).catch_up()
    with db.read() as conn:
        assert payments.totals(conn, 1, told.account("A"), -1) == (0, 3 * most, 3 * most, 0, 6)


def test_the_block_of_a_time_is_found_among_all(db: Database, mirror_of: MakeMirror) -> None:
    history = History(3)
    history.grow(60)
    mirror_of(history.chain.source()).catch_up()
    with db.read() as conn:
        blocks = list(conn.execute(select(BLOCK.c.number, BLOCK.c.time).order_by(BLOCK.c.number)))
        assert chain.first_time(conn) == blocks[0].time
        for time in {time + step for _, time in blocks for step in (-1, 0, 1)}:
            before = [number for number, at in blocks if at <= time]
            found = chain.block_at(conn, time)
            assert (found and found.number) == (before[-1] if before else None)
            assert chain.position_before(conn, time + 1) == (last_position(before[-1]) if before else -1)
