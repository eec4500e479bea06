"""Cash statements that balance, of listed contracts only."""

from ledger.chain.blocks import last_position
from ledger.mirror.database import Database
from ledger.mirror.queries import payments
from tests.ledger.mirror import told
from tests.ledger.mirror.chains import START, Chain
from tests.ledger.mirror.conftest import MakeMirror

A, B = told.account("A"), told.account("B")


def _chain() -> Chain:
    chain = Chain()
    chain.mine([told.cash_listed(1, "SettlementCash@1", "Bank"), told.cash_listed(2, "SettlementCash@2", "Other bank")])
    chain.mine([told.cash_moved(None, "A", 1_000)])
    chain.mine([told.cash_moved("A", "B", 300), told.cash_moved("A", "B", 1)], [told.cash_moved("B", "A", 5, "SettlementCash@3")])
    chain.mine([told.cash_moved("B", None, 301)], [told.cash_moved(None, "A", 7, "SettlementCash@2")])
    return chain


def test_every_line_follows_the_one_before(db: Database, mirror_of: MakeMirror) -> None:
    mirror_of(_chain().source()).catch_up()
    with db.read() as conn:
        lines = payments.statement(conn, 1, A, newest_first=False).rows
        assert [(line.delta, line.balance, line.counterparty) for line in lines] == [(1_000, 1_000, None), (-300, 700, B), (-1, 699, B)]
        lines = payments.statement(conn, 1, B).rows
        assert [(line.delta, line.balance, line.counterparty) for line in lines] == [(-301, 0, None), (1, 301, A), (300, 300, A)]
        assert lines[0].reference == b"r" * 32


def test_balances_now_and_then(db: Database, mirror_of: MakeMirror) -> None:
    mirror_of(_chain().source()).catch_up()
    with db.read() as conn:
        assert [payments.balance(conn, 1, A, last_position(START + at)) for at in range(4)] == [0, 1_000, 699, 699]
        assert (payments.balance(conn, 1, B), payments.balance(conn, 2, A), payments.balance(conn, 2, B)) == (0, 7, 0)
        assert [(entry.cash, entry.balance) for entry in payments.balances(conn, A)] == [(1, 699), (2, 7)]
        assert [payments.supply(conn, 1, last_position(START + at)) for at in range(4)] == [0, 1_000, 1_000, 699]


def test_a_contract_that_nobody_listed_is_no_money(db: Database, mirror_of: MakeMirror) -> None:
    mirror_of(_chain().source()).catch_up()
    with db.read() as conn:
        assert [(cash.number, cash.bank) for cash in payments.cash_contracts(conn)] == [
            (1, told.account("Bank")),
            (2, told.account("Other bank")),
        ]
        assert payments.supply(conn, 3) == 0


def test_money_moved_to_oneself_moves_nothing(db: Database, mirror_of: MakeMirror) -> None:
    chain = _chain()
    chain.mine([told.cash_moved("A", "A", 5)])
    mirror_of(chain.source()).catch_up()
    with db.read() as conn:
        assert payments.balance(conn, 1, A) == 699
        assert len(payments.statement(conn, 1, A).rows) == 3


def test_a_statement_comes_in_pages(db: Database, mirror_of: MakeMirror) -> None:
    chain = _chain()
    for _ in range(10):
        chain.mine([told.cash_moved("A", "B", 2)])
    mirror_of(chain.source()).catch_up()
    with db.read() as conn:
        first = payments.statement(conn, 1, A, limit=7)
        rest = payments.statement(conn, 1, A, limit=7, after=first.next)
        lines = [*first.rows, *rest.rows]
        assert [line.balance - line.delta for line in lines[:-1]] == [line.balance for line in lines[1:]]
        assert len(lines) == 13
        assert rest.next is None
