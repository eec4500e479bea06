"""What the mirror says of purchases, loans and custody on a real chain, word by word against what the contracts answer."""

from typing import Any

from eth_abi.abi import encode
from eth_hash.auto import keccak
from sqlalchemy import Connection, Select, func, select

from ledger.chain import calls
from ledger.chain.rpc import RpcError
from ledger.domain import ids
from ledger.domain.loan_book import LoanFlag
from ledger.mirror.finance_models import (
    BANK_CEILING,
    CUSTODY_RANGE,
    DEAL,
    LOAN_TERMS,
    PURCHASE_OFFER,
    Deal,
    DealState,
    Keeper,
    LoanStatus,
    PurchaseOffer,
    PurchaseState,
)
from ledger.mirror.queries import financing, loans, members, receivables
from ledger.mirror.queries.loans import Standing
from ledger.mirror.queries.reading import rows_of, valid
from ledger.mirror.schema import number
from ledger.mirror.triggers import FIRING, TRIGGER_KIND
from ledger.mirror.views.catalogue import VIEWS
from tests.ledger.ledgers import DAY, Ledger
from tests.ledger.mirror.finance_lives import BANKS, PLEDGES, body_of
from tests.ledger.mirror.receivable_lives import CASH, OBLIGORS

NOBODY, YUAN = bytes(20), 156
_CHECKS = {"BankUnable", "OfferStale", "OfferNotOpen", "OfferLapsed", "FactsDiffer", "CashDiffers", "Disputed", "AboveCeiling"}


def assert_equal(conn: Connection, ledger: Ledger) -> tuple[int, int]:
    """Every offer, deal, ceiling, loan, pledged range, credit, appraisal and kind of trigger; the numbers of deals and loans."""
    offers = rows_of(conn, PURCHASE_OFFER, select(PURCHASE_OFFER.table).where(valid(PURCHASE_OFFER, None)))
    for offer in offers:
        _offer(conn, ledger, offer)
    deals = rows_of(conn, DEAL, select(DEAL.table).where(valid(DEAL, None)))
    for deal in deals:
        _deal(conn, ledger, deal)
    _ceilings(conn, ledger)
    numbers = rows_of(conn, LOAN_TERMS, select(LOAN_TERMS.table).where(valid(LOAN_TERMS, None)).order_by(LOAN_TERMS.table.c.loan))
    assert [row.loan for row in numbers] == list(range(1, ledger.view("Loans", "loanCount") + 1))
    for row in numbers:
        standing = loans.get(conn, row.loan)
        assert standing is not None
        _loan(conn, ledger, standing)
    _custody(conn, ledger)
    _credits(conn, ledger)
    _appraisals(conn, ledger)
    _triggers(conn, ledger)
    return len(deals), len(numbers)


def _offer(conn: Connection, ledger: Ledger, offer: PurchaseOffer) -> None:
    state, epoch, digest = ledger.view("PurchaseOffers", "offerOf", number(offer.offer))
    assert (offer.state, offer.epoch) == (state, epoch)
    types = "(uint256,uint64,uint64,address,uint64,uint16,uint64,uint64,uint64,uint32,uint32,uint32,uint8,uint40,uint8,bytes32)"
    body = body_of(offer)
    values = tuple(getattr(body, name) for name in body.__slots__)
    assert digest == int.from_bytes(keccak(encode(["address", types], [offer.bank, values]))) >> 56
    if offer.state == PurchaseState.OPEN:
        assert financing.obstacle(conn, offer, ledger.now()) == _refusal(ledger, offer), offer


def _refusal(ledger: Ledger, offer: PurchaseOffer) -> str | None:
    body = body_of(offer)
    values = tuple(getattr(body, name) for name in body.__slots__)
    try:
        ledger.view("PurchaseOffers", "checkOffer", number(offer.offer), offer.bank, values)
    except RpcError as refused:
        told = calls.error_of("PurchaseOffers", ids.from_hex(refused.data or "0x"))
        name = told[0] if told else "FactsDiffer"
        assert name in _CHECKS, name
        return name
    return None


def _deal(conn: Connection, ledger: Ledger, deal: Deal) -> None:
    receivable = receivables.by_number(conn, deal.receivable)
    assert receivable is not None
    parties = (deal.bank, deal.state, deal.recourse, deal.cash, deal.day_start, deal.since, deal.seller)
    place = (number(receivable.receivable.id), deal.start, deal.stop)
    sums = (number(deal.fee), number(deal.money_days), deal.discount_rate, deal.discount_basis, number(deal.discount_paid))
    assert (*parties, deal.advance, deal.day, *place, *sums) == tuple(ledger.view("Financing", "dealOf", number(deal.deal)))
    if deal.state == DealState.ENDED:
        return
    for time in (ledger.now(), ledger.now() + DAY // 2, ledger.now() + 40 * DAY):
        found = financing.outstanding(conn, deal, time)
        assert (found.discount, found.fee, found.advance) == ledger.view("Financing", "outstandingAt", number(deal.deal), time)
    assert financing.collectable(conn, deal) == ledger.view("Financing", "collectable", number(deal.deal))


def _ceilings(conn: Connection, ledger: Ledger) -> None:
    for bank in BANKS:
        for obligor in OBLIGORS:
            accounts = ledger.people[bank].account, ledger.people[obligor].account
            found = financing.ceiling(conn, *accounts, YUAN)
            most = None if found is None else found.most
            told = (number(found.advanced) if found else 0, most is not None, number(most) if most is not None else 0)
            assert told == ledger.view("PurchaseOffers", "advancedBy", *accounts, YUAN)
    assert rows_of(conn, BANK_CEILING, select(BANK_CEILING.table).limit(1))


def _loan(conn: Connection, ledger: Ledger, standing: Standing) -> None:
    terms, state = standing
    parties = (state.status, terms.lender, terms.borrower, terms.cash, terms.flags)
    assert parties == ledger.view("Loans", "partiesOf", terms.loan)
    kept = (state.kept, state.margin_called or 0)
    assert kept == (ledger.view("Loans", "keptOf", terms.loan), ledger.view("Loans", "marginCalledAt", terms.loan))
    assert loans.value(conn, standing, ledger.now()) == ledger.view("LoanAgreements", "valueOf", terms.loan)
    assert loans.pledges(conn, terms.loan) == list(ledger.view("LoanAgreements", "pledgesOf", terms.loan))
    _rows(conn, ledger, standing)
    assert sum(1 for call in loans.calls(conn, terms.loan)) >= bool(terms.flags & LoanFlag.ACCELERATED)
    if state.status != LoanStatus.LIVE:
        condition = {LoanStatus.REPAID: 5, LoanStatus.DISCHARGED: 6}[LoanStatus(state.status)]
        assert ledger.view("Loans", "conditionOf", terms.loan) == condition
        return
    book = loans.book(conn, standing, ledger.now())
    assert (book.due.costs, book.due.overdue, book.due.interest, book.due.principal) == ledger.view("Loans", "dueOf", terms.loan)
    assert (book.owed.costs, book.owed.overdue, book.owed.interest, book.owed.principal) == ledger.view("Loans", "owedOf", terms.loan)
    assert book.condition == ledger.view("Loans", "conditionOf", terms.loan)
    figures = book.figures
    told = (book.outstanding, *(getattr(figures, name) for name in figures.__slots__))
    assert told == tuple(ledger.view("Loans", "figuresOf", terms.loan))


def _rows(conn: Connection, ledger: Ledger, standing: Standing) -> None:
    rows = loans.rows(conn, standing.terms.loan)
    assert [row.row for row in rows] == list(range(standing.terms.rows))
    for row in rows:
        word, count = ledger.view("Loans", "rowOf", row.loan, row.row)
        packed = row.due | row.principal << 40 | row.numerator << 104 | row.interest_due << 128
        assert (packed, count) == (word & ((1 << 160) - 1), standing.terms.rows)
        # Of a row that only ends a stretch of days nothing is told: it repeats what the row before it says.
        assert not row.interest_due or number(row.interest or bytes(32)) == word >> 160


def _custody(conn: Connection, ledger: Ledger) -> None:
    for entry in rows_of(conn, CUSTODY_RANGE, select(CUSTODY_RANGE.table).where(valid(CUSTODY_RANGE, None))):
        receivable = receivables.by_number(conn, entry.receivable)
        held = loans.pledged(conn, entry.receivable, entry.start)
        assert receivable is not None
        assert held is not None
        token = ids.token_id(number(receivable.receivable.id), entry.start)
        assert (entry.loan, entry.beneficiary, entry.stop) == ledger.view("TitleEscrow", "pledgeOf", token)
        assert (held.holder or NOBODY) == ledger.view("TitleEscrow", "holderOf", token)
    for loan in range(1, ledger.view("Loans", "loanCount") + 1):
        assert len(loans.ranges(conn, loan)) == len(ledger.view("TitleEscrow", "rangesOf", loan))


def _credits(conn: Connection, ledger: Ledger) -> None:
    for person in ledger.people.values():
        kept = {(row.keeper, row.cash): row.amount for row in financing.kept_credits(conn, person.account)}
        assert kept.get((Keeper.FINANCING, CASH), 0) == ledger.view("Financing", "financingCredit", person.account, CASH)
        assert kept.get((Keeper.LOANS, CASH), 0) == ledger.view("Loans", "loanCredit", person.account, CASH)
        shown = {row[0]: row[1] for row in conn.execute(_shown(person.account))}
        assert shown.get("financing", 0) == ledger.view("Financing", "financingCredit", person.account, CASH)
        assert shown.get("loans", 0) == ledger.view("Loans", "loanCredit", person.account, CASH)
        if not person.is_contract:
            # A contract's is kept by range.
            assert shown.get("repayment", 0) == ledger.view("Repayment", "credit", person.account, CASH)
        assert members.get(conn, person.account) is not None


def _shown(account: bytes) -> Select[Any]:
    """What the auditors' view says that is kept for an account, by who keeps it."""
    (view,) = (each for each in VIEWS if each.name == "credits")
    rows = view.select().subquery()
    of_account = rows.c.account == f"0x{account.hex()}"
    return select(rows.c.keeper, func.sum(rows.c.amount)).where(of_account, rows.c.cash == CASH).group_by(rows.c.keeper)


def _appraisals(conn: Connection, ledger: Ledger) -> None:
    appraiser = ledger.people["Appraiser"].account
    for pledge in PLEDGES:
        found = loans.appraisal(conn, pledge, appraiser)
        told = (number(found.amount), found.currency, found.valued_at) if found else (0, 0, 0)
        assert told == ledger.view("Valuations", "valuation", pledge, appraiser)


def _triggers(conn: Connection, ledger: Ledger) -> None:
    kinds = rows_of(conn, TRIGGER_KIND, select(TRIGGER_KIND.table).order_by(TRIGGER_KIND.table.c.trigger))
    assert len(kinds) == ledger.view("Triggers", "triggerKinds")
    for kind in kinds:
        assert (kind.target, kind.asked_by, kind.fired_by, kind.gas) == tuple(ledger.view("Triggers", "triggerKind", kind.trigger))
    assert all(firing.done == (firing.reason == b"") for firing in rows_of(conn, FIRING, select(FIRING.table)) if firing.done)
