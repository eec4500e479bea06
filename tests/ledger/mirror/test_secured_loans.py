"""Loans secured by registered pledges on a real chain: who may lend on them, what they are worth, and the duty to release them."""

import random
from collections.abc import Iterator
from dataclasses import astuple, replace
from pathlib import Path

import pytest
from sqlalchemy import select

from ledger.domain import act_types as bodies
from ledger.domain.assets import member_party, name_hash, side_root
from ledger.domain.registers import PartyRole
from ledger.mirror import sync, verify
from ledger.mirror.database import Database
from ledger.mirror.finance_models import HOLDER_SHOWN
from ledger.mirror.queries import loans
from ledger.mirror.queries.loans import Standing
from ledger.mirror.queries.reading import rows_of
from tests.ledger import ledgers
from tests.ledger.ledgers import DAY, Person
from tests.ledger.mirror import register
from tests.ledger.mirror.finance_lives import YUAN, FinanceLives, people
from tests.ledger.mirror.receivable_lives import REF

pytestmark = pytest.mark.of_no_ledger

PLEDGE = 1
REPAID = 2


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FinanceLives]:
    """A ledger on which the bank holds a registered pledge of the supplier's, valued at 60,000."""
    folder: Path = tmp_path_factory.mktemp("secured")
    office = Person("Office", register.REGISTRAR, mode=register.ATTESTED)
    with ledgers.running(folder, [*people(), office], council_delay=0) as ledger:
        made = FinanceLives(ledger, random.Random(1), folder)
        _register(made)
        ledger.act("Appraiser", bodies.RecordValuation(PLEDGE, 60_000, YUAN, ledger.now(), REF, REF))
        yield made


def _register(life: FinanceLives) -> None:
    plan = register.plan(register.RANKED, life.account("Office"))
    rules = (plan.rule, list(plan.codes), list(plan.words), bytes(20), plan.name)
    life.ledger.decide("Registers", "setRegister", plan.register, 1, plan.office, *rules)
    rights = register.listed(register.RANKED, [1])
    pledgors, holders = _parties(life)
    consents = tuple(bodies.Consent(each.role, register.ATTESTED, 0, each.id, register.EVIDENCE, 0, 0) for each in (*pledgors, *holders))
    filing = replace(register.filing(register.RANKED, "P1", rights), parties=(*pledgors, *holders), consents=consents)
    life.ledger.act(
        "Office", bodies.RecordPledge(filing, register.BLIND, rights.keys, register.names(["Supplier", "Bank"]), rights.titles, ())
    )
    assert life.ledger.view("PledgeRegistry", "counts")[0] == 1


def _parties(life: FinanceLives) -> tuple[list[bodies.Party], list[bodies.Party]]:
    return [_party(life, "Supplier", PartyRole.PLEDGOR, 0)], [_party(life, "Bank", PartyRole.PLEDGEE, 1)]


def _party(life: FinanceLives, name: str, role: int, share: int) -> bodies.Party:
    return bodies.Party(role, member_party(life.account(name)), name_hash(name, ""), share)


def _lent(life: FinanceLives, lender: str) -> int:
    """What there are of loans after the bank, or another, was to lend 50,000 on the pledge."""
    terms = life.loan_terms(50_000, rate=0, prepayment=2, mostLoanToValue=9_000, appraiser=life.account("Appraiser"))
    rows = (bodies.ScheduleRow(terms.start + 30 * DAY, 50_000, 30, True),)
    terms = replace(terms, dayCount=1)
    life.fund(lender, 50_000)
    body = bodies.OpenLoan(life.account(lender), life.account("Supplier"), terms, rows, (PLEDGE,), ())
    life.ledger.act(lender, body, "Supplier")
    life.mirror.catch_up()
    count: int = life.ledger.view("Loans", "loanCount")
    return count


def _standing(life: FinanceLives, loan: int) -> Standing:
    life.mirror.catch_up()
    with life.db.read() as conn:
        found = loans.get(conn, loan)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def loan(life: FinanceLives) -> int:
    """A loan of the holder on the pledge, repaid; before it nobody had shown who the holders are, then another bank was to lend."""
    assert _lent(life, "Bank") == 0
    pledgors, holders = _parties(life)
    life.ledger.call("LoanAgreements", "showHolders", side_root(map(astuple, pledgors)), [astuple(each) for each in holders])
    assert _lent(life, "Buyer") == 0
    with life.db.read() as conn:
        assert [each.id for each in rows_of(conn, HOLDER_SHOWN, select(HOLDER_SHOWN.table))] == [each.id for each in holders]
    count = _lent(life, "Bank")
    assert count == 1
    standing = _standing(life, count)
    with life.db.read() as conn:
        assert loans.value(conn, standing, life.ledger.now()) == 60_000
        assert loans.releases_due(conn, life.account("Bank")) == []
    life.ledger.act("Supplier", bodies.PrepayLoan(count, 50_000, REF))
    return count


def test_a_registered_pledge_secures_a_loan_of_its_holder_to_its_release(db: Database, life: FinanceLives, loan: int) -> None:
    sync.of(db, life.ledger.rpc, life.ledger.manifest, finality=0, development=True).catch_up()
    with db.read() as conn:
        repaid = loans.get(conn, loan)
        assert repaid is not None
        assert repaid.state.status == REPAID
        assert loans.pledges(conn, loan) == [PLEDGE]
        assert loans.value(conn, repaid, life.ledger.now()) == life.ledger.view("LoanAgreements", "valueOf", loan) == 60_000
        (due,) = loans.releases_due(conn, life.account("Bank"))
        assert (due.loan, due.pledge, due.by) == (loan, PLEDGE, life.ledger.now() + 15 * DAY)
        assert loans.releases_of(conn, loan) == [due]
    assert verify.of(db, life.ledger.manifest, rpc=life.ledger.rpc).equal
