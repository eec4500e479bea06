"""How both databases look up what belongs to one receivable or account among many: by an index, and never by reading a table whole."""

from collections.abc import Callable, Iterator
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection

from ledger.domain.buckets import ageing, ladder
from ledger.mirror.database import Database
from ledger.mirror.queries import chain, claims, debts, exposure, marks, offers, ownership, payments, receivables, tokens
from ledger.mirror.queries.exposure import Side
from tests.ledger.mirror import told
from tests.ledger.mirror.chains import Chain
from tests.ledger.mirror.plans import explained, mirrored

pytestmark = pytest.mark.every_kind

MANY, FACE, UTC = 600, 1_000, ZoneInfo("UTC")
FEW = frozenset({"checkpoint", "cash", "court_hold", "court_order", "order_execution", "dispute", "claim", "pool", "cover"})
FEW |= {"guarantor", "guarantee_payment", "pot", "ceiling", "concentration", "mandate", "assignment_notice"}
"""Tables that have few rows here; a planner may read them whole."""


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def many(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """Many receivables of many parties, each cut, offered in part, paid in part, and with a range that retired."""
    chain = Chain()
    for key in range(MANY):
        seller, buyer, debtor = f"Seller {key}", f"Buyer {key}", f"Debtor {key}"
        chain.mine(
            [told.issued(key, seller, debtor, FACE)],
            [told.confirmed(key, seller, debtor, FACE), told.range_moved(key, seller, buyer, (0, FACE), (0, 300))],
            told.offered(key, seller, buyer, (300, FACE), (300, 400)),
            told.paid(key, debtor, 1, 100, FACE),
            told.retired(key, seller, debtor, (400, FACE), (900, FACE), 2, 800, 90, 900),
            [told.cash_listed(1, "SettlementCash@1", "Bank")] if key == 0 else [told.cash_moved(None, buyer, 50)],
        )
    with mirrored(request, tmp_path_factory, "receivable_plans", chain) as db:
        yield db


BUYER, DEBTOR = told.account("Buyer 77"), told.account("Debtor 77")

ASKED: dict[str, Callable[[Connection], object]] = {
    "receivable": lambda conn: receivables.get(conn, told.receivable_id(77)),
    "holds": lambda conn: marks.holds_on(conn, 78),
    "retirements": lambda conn: marks.retirements(conn, 78),
    "consented": lambda conn: marks.consented(conn, 78),
    "token": lambda conn: tokens.at_unit(conn, 78, 350),
    "steps": lambda conn: payments.steps(conn, 78),
    "claims": lambda conn: claims.of(conn, 78),
    "guarantee": lambda conn: claims.guarantee(conn, 78),
    "offers to": lambda conn: offers.find(conn, 0, recipient=BUYER),
    "offers by": lambda conn: offers.find(conn, 0, sender=told.account("Seller 77")),
    "ever offered": lambda conn: offers.ever_offered(conn, 78, BUYER),
    "notices": lambda conn: offers.notices_to(conn, DEBTOR),
    "events": lambda conn: ownership.by_events(conn, 78, 0, FACE),
    "arithmetic": lambda conn: ownership.by_arithmetic(conn, 78, 0, FACE),
    "outstanding": lambda conn: exposure.outstanding(conn, Side(DEBTOR, True), 156),
    "supplied": lambda conn: exposure.outstanding(conn, Side(told.account("Seller 77"), False), 156),
    "pots": lambda conn: claims.pots(conn, DEBTOR),
    "ladder of a holder": lambda conn: debts.owed_to(conn, BUYER, ladder(told.DUE, UTC)),
    "ages of an obligor's debts": lambda conn: debts.owed_by(conn, DEBTOR, ageing(told.DUE + 5, UTC)),
    "who owes a holder": lambda conn: debts.by_obligor(conn, BUYER),
    "who holds an obligor's debts": lambda conn: debts.by_holder(conn, DEBTOR),
    "portfolio": lambda conn: tokens.portfolio(conn, BUYER, live_only=True),
    "lineage": lambda conn: tokens.lineage_page(conn, 78, 100, 900),
    "period": lambda conn: payments.totals(conn, 1, BUYER, 0, 1 << 40),
    "block of a time": lambda conn: chain.position_before(conn, told.DUE),
}


@pytest.mark.parametrize("what", ASKED)
def test_nothing_that_grows_is_read_whole(many: Database, what: str) -> None:
    with explained(many) as (conn, scanned):
        ASKED[what](conn)
    assert set(scanned) <= FEW, scanned


def test_the_look_ups_find_something(many: Database) -> None:
    with many.read() as conn:
        assert len(offers.find(conn, 0, recipient=BUYER).rows) == len(offers.find(conn, 0, sender=told.account("Seller 77")).rows) == 1
        assert exposure.outstanding(conn, Side(DEBTOR, True), 156) == FACE - 100 - 90
        assert [row.length for row in marks.retirements(conn, 78)] == [100]
        assert debts.owed_to(conn, BUYER, ladder(told.DUE, UTC))[0].total == (1, 270)
        assert payments.totals(conn, 1, BUYER, 0).closing == 50
        assert debts.by_obligor(conn, BUYER)[0].account == DEBTOR
        assert ownership.by_events(conn, 78, 0, FACE) == ownership.by_arithmetic(conn, 78, 0, FACE) != []
