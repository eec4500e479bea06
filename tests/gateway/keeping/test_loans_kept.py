"""Loans and ranges in custody are kept: instalments, margins, collections, and what goes back once nothing is owed."""

from ledger.domain.act_types import BuyBack, DischargeLoan, HoldReceivable, LiftCourtHold, PayLoan, PrepayLoan, TransferCash
from ledger.domain.ids import token_id
from ledger.domain.loan_book import LoanFlag
from tests.gateway.keeping.dues import REF, Watch, financed, fund, issued, lent, pay, rounds
from tests.ledger.ledgers import DAY, Ledger

HOUR = 3_600
ORDER = b"o" * 32


def owner(ledger: Ledger, receivable: int) -> bytes:
    found: bytes = ledger.view("ReceivableToken", "ownerOf", token_id(receivable, 0))
    return bytes.fromhex(found[2:]) if isinstance(found, str) else found


def test_an_instalment_is_listed_at_its_second_and_taken_once_by_two_keepers(ledger: Ledger, watch: Watch, another: Watch) -> None:
    loan = lent(ledger, [10, 20])
    start = ledger.now() + HOUR
    assert rounds(ledger, watch, another) == 0, "nothing is due yet"
    (first,) = watch.due(15)
    assert first[:2] == ("instalment", loan) and abs(first[2] - (start + 10 * DAY)) < HOUR
    assert watch.due(9) == []
    ledger.jump(first[2] - HOUR)
    assert rounds(ledger, watch, another) == 0
    ledger.jump(first[2])
    rounds(ledger, watch, another)
    assert watch.taken(loan) == [("DEBIT", 1_000)] and watch.fired(loan) == [True, False], "both fired; the chain did it once"
    assert watch.due(30) == [("instalment", loan, first[2] + 10 * DAY)]
    ledger.act("Supplier", PayLoan(loan, 1_000, REF))
    watch.house.read()
    assert watch.due(30) == [], "what was paid ahead is not due"


def test_a_borrower_without_cash_is_debited_once_it_has_some_and_by_parts(ledger: Ledger, watch: Watch) -> None:
    loan = lent(ledger, [10])
    ledger.act("Supplier", TransferCash(1, ledger.people["Guarantor"].account, 1_000, REF))
    ledger.jump(ledger.now() + 11 * DAY)
    assert rounds(ledger, watch) == 0 and watch.taken(loan) == []
    fund(ledger, "Supplier", 400)
    assert rounds(ledger, watch) == 1 and watch.taken(loan) == [("DEBIT", 400)]
    fund(ledger, "Supplier", 900)
    assert rounds(ledger, watch) == 1 and watch.taken(loan) == [("DEBIT", 400), ("DEBIT", 600)]
    assert rounds(ledger, watch) == 0 and watch.due(100) == []


def test_what_a_pledged_range_brings_prepays_and_the_range_goes_back_at_the_end(ledger: Ledger, watch: Watch, another: Watch) -> None:
    receivable = issued(ledger, "One", 5_000, ledger.now() + 90 * DAY)
    loan = lent(ledger, [60], [(receivable, 5_000)])
    assert rounds(ledger, watch) == 0
    fund(ledger, "One", 5_000)
    pay(ledger, "One", receivable, 400)
    watch.house.read()
    assert [each[:2] for each in watch.due()] == [("collect pledged", token_id(receivable, 0))]
    rounds(ledger, watch, another)
    assert watch.taken(loan) == [("COLLECTION", 400)]
    pay(ledger, "One", receivable, 800)
    rounds(ledger, watch, another)
    assert watch.taken(loan) == [("COLLECTION", 400), ("COLLECTION", 600)], "the rest is the borrower's"
    assert owner(ledger, receivable) == ledger.people["Supplier"].account, "the loan is repaid, so the range went back"
    assert rounds(ledger, watch, another) == 0 and watch.due(100) == []


def test_a_margin_is_called_once_and_its_end_is_told(ledger: Ledger, watch: Watch) -> None:
    receivable = issued(ledger, "One", 2_000, ledger.now() + 90 * DAY)
    appraiser = ledger.people["Guarantor"].account
    agreed = {"mostLoanToValue": 7_000, "cure": 5 * DAY, "appraiser": appraiser, "flags": int(LoanFlag.KEEP_COLLECTIONS)}
    loan = lent(ledger, [60], [(receivable, 2_000)], **agreed)
    assert rounds(ledger, watch) == 0 and [each for each in watch.due(30) if each[0] == "margin"] == []
    fund(ledger, "One", 2_000)
    pay(ledger, "One", receivable, 1_500)
    watch.house.read()
    assert [each[:2] for each in watch.due() if each[0] == "margin"] == [("margin", loan)]
    rounds(ledger, watch)
    assert ledger.view("Loans", "marginCalledAt", loan) > 0 and [each for each in watch.due() if each[0] == "margin"] == []
    ledger.act("Supplier", PrepayLoan(loan, 700, REF))
    assert rounds(ledger, watch) == 1 and ledger.view("Loans", "marginCalledAt", loan) == 0
    assert rounds(ledger, watch) == 0


def test_a_satisfied_deals_range_goes_back_once_the_hold_is_lifted(ledger: Ledger, watch: Watch) -> None:
    due = ledger.now() + 60 * DAY
    receivable = issued(ledger, "One", 60_000, due)
    deal = financed(ledger, receivable, 60_000, 50_000)
    ledger.act("Court", HoldReceivable(receivable, ORDER))
    ledger.act("Supplier", BuyBack(deal, 60_000))
    watch.house.read()
    assert ("release", deal) in [each[:2] for each in watch.due()]
    assert rounds(ledger, watch) == 0, "a court holds it"
    ledger.act("Court", LiftCourtHold(1, (), ORDER))
    assert rounds(ledger, watch) == 1 and owner(ledger, receivable) == ledger.people["Supplier"].account
    assert rounds(ledger, watch) == 0 and watch.due(100) == []


def test_a_discharged_loans_range_goes_back(ledger: Ledger, watch: Watch, another: Watch) -> None:
    receivable = issued(ledger, "One", 5_000, ledger.now() + 90 * DAY)
    loan = lent(ledger, [60], [(receivable, 5_000)])
    ledger.act("Bank", DischargeLoan(loan, ORDER))
    rounds(ledger, watch, another)
    assert owner(ledger, receivable) == ledger.people["Supplier"].account
    assert rounds(ledger, watch, another) == 0
