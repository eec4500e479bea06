"""Receivables and their payments: states as at a block, what came in, was distributed, drawn, credited and paid out."""

import pytest

from ledger.chain.blocks import last_position
from ledger.mirror.database import Database
from ledger.mirror.models import ReceivableStatus
from ledger.mirror.queries import payments, receivables, tokens
from ledger.mirror.schema import number
from ledger.mirror.state import FoldError
from tests.ledger.mirror import told
from tests.ledger.mirror.chains import START, Chain, Told
from tests.ledger.mirror.conftest import MakeMirror

FACE = 1_000
HUGE = 2**63 - 1


def _chain() -> Chain:
    chain = Chain()
    chain.mine(told.admitted("A"), told.admitted("Escrow", is_contract=True), told.admitted("Obligor"))
    chain.mine([told.issued(1, "A", "Obligor", FACE)])
    chain.mine([told.confirmed(1, "A", "Obligor", FACE)], [told.issued(2, "A", "Other obligor", HUGE, due=told.DUE + 5)])
    chain.mine([told.range_moved(1, "A", "Escrow", (0, FACE), (0, 400))])
    chain.mine(told.paid(1, "Obligor", 1, 100, FACE))
    chain.mine([*told.drawn(1, "A", (400, FACE), (0, 1), 60), *told.drawn(1, "Escrow", (0, 400), (0, 1), 40, direct=False)])
    chain.mine(told.paid(1, "Obligor", 2, 900, 900, interest=7))
    return chain


@pytest.fixture
def followed(db: Database, mirror_of: MakeMirror) -> Database:
    """A mirror of the chain above."""
    mirror_of(_chain().source()).catch_up()
    return db


def _end(block: int) -> int:
    return last_position(START + block)


def test_a_receivable_stands_differently_at_each_block(followed: Database) -> None:
    with followed.read() as conn:
        states = [receivables.get(conn, told.receivable_id(1), _end(block)) for block in range(7)]
        assert states[0] is None
        assert [one and (one.state.status, one.state.owed_live, one.state.payments) for one in states[1:]] == [
            (ReceivableStatus.DRAFT, 0, 0),
            (ReceivableStatus.LIVE, FACE, 0),
            (ReceivableStatus.LIVE, FACE, 0),
            (ReceivableStatus.LIVE, 900, 1),
            (ReceivableStatus.LIVE, 900, 1),
            (ReceivableStatus.CLOSED, 0, 2),
        ]
        last = states[-1]
        assert last is not None
        assert (last.state.distributed, number(last.state.interest_distributed), last.state.waiting) == (FACE, 7, 0)
        assert last == receivables.by_number(conn, 1)
        assert last.receivable.content_root == (1).to_bytes(32)
        assert len(receivables.history(conn, 1)) >= 5


def test_receivables_are_found_by_party_status_and_due(followed: Database) -> None:
    with followed.read() as conn:

        def numbers(**wanted: bytes | int) -> list[int]:
            return [one.receivable.number for one in receivables.find(conn, **wanted).rows]  # type: ignore[arg-type]

        assert numbers() == [1, 2]
        assert numbers(supplier=told.account("A")) == [1, 2]
        assert numbers(obligor=told.account("Other obligor")) == [2]
        assert numbers(party=told.account("Obligor")) == [1]
        assert numbers(status=ReceivableStatus.DRAFT) == [2]
        assert numbers(due_from=told.DUE, due_until=told.DUE + 5) == [1]
        assert numbers(due_from=told.DUE + 1) == [2]


def test_totals_by_currency_and_status(followed: Database) -> None:
    with followed.read() as conn:
        draft, closed = receivables.totals(conn)
        assert (draft.status, draft.receivables, draft.face, draft.owed_live) == (ReceivableStatus.DRAFT, 1, HUGE, 0)
        assert (closed.status, closed.receivables, closed.face, closed.distributed) == (ReceivableStatus.CLOSED, 1, FACE, FACE)


def test_sums_beyond_64_bits_are_exact(db: Database, mirror_of: MakeMirror) -> None:
    chain = Chain()
    for key in range(1, 6):
        chain.mine([told.issued(key, "A", "Obligor", HUGE)])
    mirror_of(chain.source()).catch_up()
    with db.read() as conn:
        [total] = receivables.totals(conn)
        assert total.face == 5 * HUGE


def test_what_came_in_and_was_distributed(followed: Database) -> None:
    with followed.read() as conn:
        came = payments.receipts(conn, 1)
        assert [(one.principal, one.interest, one.excess) for one in came] == [(100, 0, 0), (900, 7, 0)]
        assert payments.receipts_with(conn, b"p" * 32) == came
        steps = payments.distributed(conn, 1)
        assert [(one.payment, one.principal, one.owed_before, one.owed_after) for one in steps] == [(1, 100, FACE, 900), (2, 900, 900, 0)]
        assert payments.distributed(conn, 1, _end(4)) == steps[:1]


def test_draws_move_the_cursor_and_credit_contracts_by_range(followed: Database) -> None:
    with followed.read() as conn:
        assert [(one.owner, one.principal, one.paid) for one in payments.draws(conn, 1).rows] == [
            (told.account("A"), 60, True),
            (told.account("Escrow"), 40, False),
        ]
        assert [token.cursor for token in tokens.of_receivable(conn, 1).rows] == [1, 1]
        [credit] = payments.credits_of(conn, told.account("Escrow"))
        assert (credit.receivable, credit.start, credit.amount) == (1, 0, 40)
        assert payments.credits_of(conn, told.account("A")) == []
        assert len(payments.draws_of(conn, told.account("Escrow")).rows) == 1


def test_credits_are_paid_out_and_never_below_nothing(db: Database, mirror_of: MakeMirror) -> None:
    chain = _chain()
    chain.mine([told.withdrawn("Escrow", 40, key=1, start=0)])
    mirror = mirror_of(chain.source())
    mirror.catch_up()
    with db.read() as conn:
        assert payments.credits_of(conn, told.account("Escrow")) == []
        assert len(payments.credits_of(conn, told.account("Escrow"), _end(6))) == 1
    chain.mine([told.withdrawn("Escrow", 1, key=1, start=0)])
    with pytest.raises(FoldError, match="would fall to -1"):
        mirror_of(chain.source()).catch_up()


def _repayment(event: str, **values: object) -> Told:
    return "Repayment", event, values


def _mandates(event: str, **values: object) -> Told:
    return "Mandates", event, values


def test_mandates_and_notices(db: Database, mirror_of: MakeMirror) -> None:
    chain, obligor = Chain(), told.account("Obligor")
    chain.mine([_mandates("MandateSet", obligor=obligor, cash=1, cap=500, until=told.DUE, partial_=True)])
    chain.mine([_mandates("MandateUsed", obligor=obligor, cash=1, amount=200, capLeft=300)])
    chain.mine([_mandates("MandateEnded", obligor=obligor, cash=1)])
    notice = {"ref": b"u" * 32, "bank": told.account("Bank"), "cash": 1, "bookedAt": told.DUE, "total": 900, "contentRoot": b"c" * 32}
    chain.mine([_repayment("BankNoticeTaken", **notice), _repayment("Credited", account=obligor, cash=1, receivable=1, amount=9)])
    mirror_of(chain.source()).catch_up()
    with db.read() as conn:
        caps = [payments.mandate(conn, obligor, 1, _end(block)) for block in range(3)]
        assert [mandate and number(mandate.cap_left) for mandate in caps] == [500, 300, None]
        taken = payments.notice(conn, b"u" * 32)
        assert taken is not None
        assert (taken.total, taken.booked_at) == (900, told.DUE)
        assert [(credit.receivable, credit.amount) for credit in payments.credits_of(conn, obligor)] == [(0, 9)]


def test_policies_are_set_once_and_retired(db: Database, mirror_of: MakeMirror) -> None:
    chain = Chain()
    chain.mine([told.policy_set(1, demands_background=True)])
    chain.mine([("ReceivableDrafts", "PolicyRetired", {"policy": 1})])
    mirror_of(chain.source()).catch_up()
    with db.read() as conn:
        policies = [receivables.policy(conn, 1, _end(block)) for block in (0, 1)]
        assert [policy and policy[1:6] for policy in policies] == [(180, 366, 60, True, False), (180, 366, 60, True, True)]
