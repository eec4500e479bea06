"""The real contracts under the mirror: what it folds from their events equals what their views answer."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.chain import calls, deploy
from ledger.chain.deploy import Founding
from ledger.domain import ids
from ledger.domain.act_types import ConfirmReceivable, Issue, IssueCash, Merge, Move, PayReceivable, SetMandate
from ledger.mirror import sync, verify
from ledger.mirror.database import Database
from ledger.mirror.models import Outcome
from ledger.mirror.queries import acts as act_queries
from ledger.mirror.queries import chain, members, payments, receivables, tokens
from ledger.mirror.schema import number
from ledger.mirror.sync import Mirror
from tests.ledger import ledgers
from tests.ledger.ledgers import ADMINISTRATOR, BANK, DAY, OBLIGOR, SETTLEMENT, SUPPLIER, Ledger, Person

pytestmark = pytest.mark.of_no_ledger

FACE = 1_000_003
NONE = bytes(32)


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    """One ledger for the module's tests, each of which issues receivables of its own."""
    people = [Person("Supplier", SUPPLIER), Person("Obligor", OBLIGOR), Person("Bank", BANK), Person("Money", SETTLEMENT)]
    with ledgers.running(tmp_path_factory.mktemp("ledger"), people) as one:
        yield one


@pytest.fixture
def mirror(db: Database, ledger: Ledger) -> Mirror:
    return sync.of(db, ledger.rpc, ledger.manifest, finality=0, development=True)


def _issued(ledger: Ledger) -> int:
    """A confirmed receivable; its 192-bit id."""
    supplier, obligor = ledger.people["Supplier"].account, ledger.people["Obligor"].account
    terms = Issue(supplier, obligor, FACE, ledger.now() + 100 * DAY, DAY, 5, 10_000, 156, 1, 1, 0, 1, NONE, b"c" * 32)
    receivable = ids.receivable_id(supplier, ledger.act("Supplier", terms))
    ledger.act("Obligor", ConfirmReceivable(receivable, supplier, terms, secrets.token_bytes(32), 15, ()))
    return receivable


def _move(ledger: Ledger, name: str, receivable: int, token: int, start: int, end: int, payee: str) -> None:
    ledger.act(name, Move(ids.token_id(receivable, token), start, end, ledger.people[payee].account, b"f" * 32))


def _lived(ledger: Ledger) -> int:
    """A receivable that was cut, moved, merged, paid late in parts with interest, debited and drawn."""
    receivable = _issued(ledger)
    obligor = ledger.people["Obligor"].account
    ledger.act("Money", IssueCash(1, obligor, 3 * FACE, NONE))
    _move(ledger, "Supplier", receivable, 0, 1_000, 500_001, "Bank")
    _move(ledger, "Supplier", receivable, 0, 0, 1_000, "Bank")
    ledger.act("Bank", Merge(ids.token_id(receivable, 0), ids.token_id(receivable, 1_000)))
    ledger.act("Obligor", PayReceivable(receivable, 123_457, b"p" * 32))
    _move(ledger, "Bank", receivable, 0, 7, 77, "Supplier")
    ledger.act("Obligor", PayReceivable(receivable, 10, b"q" * 32))
    ledger.call("Repayment", "draw", [ids.token_id(receivable, 77)])
    return receivable


def _standing(db: Database, receivable: int) -> receivables.Standing:
    with db.read() as conn:
        found = receivables.get(conn, receivable)
    assert found is not None
    return found


def _assert_equals_views(db: Database, ledger: Ledger, receivable: int) -> None:
    standing = _standing(db, receivable)
    book = ledger.view("Repayment", "bookOf", receivable)
    with db.read() as conn:
        held = tokens.of_receivable(conn, standing.receivable.number, limit=1_000).rows
        for token in held:
            told = (token.owner, token.start + token.length, token.cursor, token.flags)
            id_ = ids.token_id(receivable, token.start)
            assert told == ledger.view("ReceivableViews", "range", id_)
            waiting = tokens.undrawn(conn, token)
            assert (waiting.principal, waiting.interest) == ledger.view("Repayment", "undrawn", id_)
            owed = tokens.owed(conn, token.receivable, token.start, token.start + token.length)
            assert owed == ledger.view("Repayment", "owed", receivable, token.start, token.start + token.length)
        assert tokens.tiled(conn, standing.receivable.number) == (len(held), FACE)
    state, due = standing.state, standing.receivable.due
    assert (state.waiting, state.waiting_interest) == book[:2]
    assert state.waiting_interest + number(state.interest_distributed) + number(state.interest_retired) == book[2]
    for time in (due - 1, due, due + 1, due + DAY, due + DAY + 1, due + 40 * DAY):
        assert receivables.condition(standing, time) == ledger.view("Repayment", "stateAt", receivable, time)


def _assert_cash_equals(db: Database, ledger: Ledger) -> None:
    cash = ledger.manifest.cash[0].address
    with db.read() as conn:
        for account in [*(person.account for person in ledger.people.values()), ledger.manifest.address("Repayment")]:
            assert payments.balance(conn, 1, account) == calls.view(ledger.rpc, cash, "SettlementCash", "balanceOf", account)
        assert payments.supply(conn, 1) == calls.view(ledger.rpc, cash, "SettlementCash", "totalSupply")


def test_a_receivables_life_is_mirrored_as_the_contracts_answer(db: Database, ledger: Ledger, mirror: Mirror) -> None:
    receivable = _lived(ledger)
    mirror.catch_up()
    _assert_equals_views(db, ledger, receivable)
    _assert_cash_equals(db, ledger)
    assert verify.of(db, ledger.manifest).equal
    assert verify.of(db, ledger.manifest, rpc=ledger.rpc).equal
    assert verify.of(db, ledger.manifest, rpc=ledger.rpc, height=ledger.manifest.block + 5).height == ledger.manifest.block + 5


def test_debt_and_late_interest_equal_the_contracts(db: Database, ledger: Ledger, mirror: Mirror) -> None:
    receivable = _issued(ledger)
    ledger.act("Money", IssueCash(1, ledger.people["Obligor"].account, 3 * FACE, NONE))
    late = ledger.now() + 110 * DAY
    ledger.jump(late)
    ledger.act("Obligor", PayReceivable(receivable, 50_000, b"r" * 32))
    ledger.act("Obligor", SetMandate(1, 200_000, late + 900 * DAY, True))
    ledger.call("Mandates", "debit", receivable)
    mirror.catch_up()
    standing = _standing(db, receivable)
    for time in (late + 60, late + DAY, late + 365 * DAY):
        principal, interest, waiting, waiting_interest = ledger.view("Repayment", "debtAt", receivable, time)
        assert receivables.debt(standing, time) == (principal, interest)
        assert (standing.state.waiting, standing.state.waiting_interest) == (waiting, waiting_interest)
    assert receivables.debt(standing, late + 365 * DAY).interest > 0
    _assert_equals_views(db, ledger, receivable)
    with db.read() as conn:
        given = payments.mandate(conn, ledger.people["Obligor"].account, 1)
        assert given is not None
        assert (number(given.cap_left), given.until, given.partial) == ledger.view(
            "Mandates", "mandate", ledger.people["Obligor"].account, 1
        )


def test_members_acts_and_transactions_are_mirrored(db: Database, ledger: Ledger, mirror: Mirror) -> None:
    person = ledger.people["Bank"]
    refused = ledger.act("Bank", Move(ids.token_id(1, 0), 0, 1, person.account, NONE))
    done = ledger.act("Money", IssueCash(1, person.account, 5, NONE))
    mirror.catch_up()
    with db.read() as conn:
        found = members.get(conn, person.account)
        assert found is not None
        assert (found.name, found.roles, found.accepts_direct, found.epoch) == ("Bank", BANK | ADMINISTRATOR, True, 0)
        assert members.of_key(conn, person.account) == found
        outcomes = act_queries.outcomes(conn, [(person.account, refused), (ledger.people["Money"].account, done)])
        assert [one.outcome for one in outcomes] == [Outcome.REFUSED, Outcome.DONE]
        assert len(outcomes[0].reason or b"") >= 4
        assert act_queries.is_relayer(conn, ledger.relayer.address)
        assert len(act_queries.kinds(conn)) > 20
        sent = chain.transaction_hash(conn, outcomes[1].pos >> 20, outcomes[1].tx_index)
        assert sent is not None
        receipt = ledger.rpc.call("eth_getTransactionReceipt", sent)
        assert int(receipt["blockNumber"], 16) == chain.transactions(conn, [sent])[sent].block


def test_a_mirror_of_another_ledgers_manifest_is_refused(db: Database, ledger: Ledger, mirror: Mirror, tmp_path: Path) -> None:
    mirror.catch_up()
    other = deploy.deploy(ledger.rpc, Founding(b"c" * 20, DAY, (), (), ()), tmp_path / "manifest.json", ledger.relayer.mine)
    with pytest.raises(sync.WrongLedger):
        sync.of(db, ledger.rpc, other, finality=0, development=True)
