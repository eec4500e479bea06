"""Random lives of purchases and loans on a real chain, among those of the receivables under them; most steps lawful, some refused."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import astuple, replace
from typing import Any

from sqlalchemy import select

from ledger.domain import act_types as bodies
from ledger.domain import ids
from ledger.domain.day_counts import DayCount
from ledger.domain.loan_book import LoanFlag
from ledger.mirror.finance_models import CUSTODY_RANGE, DEAL, PURCHASE_OFFER, Deal, DealState, PurchaseOffer
from ledger.mirror.models import Receivable, Token
from ledger.mirror.queries import financing, loans, marks, receivables, tokens
from ledger.mirror.queries.loans import Standing
from ledger.mirror.queries.reading import rows_of, valid
from ledger.mirror.schema import number
from tests.ledger.ledgers import DAY, Person
from tests.ledger.mirror import receivable_lives
from tests.ledger.mirror.receivable_lives import CASH, REF, Lives

APPRAISER = 1 << 7
BANKS = ("Bank", "Buyer")
YUAN = 156
PLEDGES = (1, 2, 3)
"""Appraised here; whether such a pledge is registered is another test's."""


def people() -> list[Person]:
    """Those of receivables, and an appraiser."""
    return [*receivable_lives.people(), Person("Appraiser", APPRAISER)]


class FinanceLives(Lives):
    """A ledger on which receivables are bought, pledged and lent on."""

    def name_of(self, account: bytes) -> str:
        """A contract can't sign, so somebody tries in its place."""
        return next((each.name for each in self.ledger.people.values() if each.account == account), "Guarantor")

    def live(self, steps: int) -> None:
        """Takes so many random steps: two of three of financing."""
        for _ in range(steps):
            self.mirror.catch_up()
            among: Sequence[Callable[[Any], None]] = STEPS if self.dice.random() < 0.7 else receivable_lives.STEPS
            self.dice.choice(among)(self)

    def scripted(self) -> None:
        """What chance brings about too seldom."""
        for step in (
            _two_offers,
            _satisfied_under_hold,
            _loan_with_margin,
            _called,
            _released_tail,
            _credited,
            _order_takes_the_head,
            _order_cuts_a_pledge,
        ):
            step(self)

    def subject_of(self, order: bodies.OrderRange) -> int:
        """What the range of an order is in custody for: a deal, a pledged range by its token, or nothing (0)."""
        with self.db.read() as conn:
            found = receivables.get(conn, order.token >> 64)
            assert found is not None
            receivable = found.receivable.number
            deals = rows_of(conn, DEAL, select(DEAL.table).where(DEAL.table.c.receivable == receivable, valid(DEAL, None)))
            entries = select(CUSTODY_RANGE.table).where(CUSTODY_RANGE.table.c.receivable == receivable, valid(CUSTODY_RANGE, None))
            pledged = rows_of(conn, CUSTODY_RANGE, entries)
        deals.sort(key=lambda deal: deal.state == DealState.ENDED)
        at_deals = (number(deal.deal) for deal in deals if deal.start <= order.start and order.end <= deal.stop)
        at_loans = (order.token >> 64 << 64 | each.start for each in pledged if each.start <= order.start and order.end <= each.stop)
        return next(at_loans, next(at_deals, 0))

    def held_by(self, name: str) -> list[tuple[Receivable, Token]]:
        """Tokens of an account, of receivables that live."""
        with self.db.read() as conn:
            found = tokens.portfolio(conn, self.account(name), live_only=True, limit=1_000).rows
        return [(each.receivable, each.token) for each in found]

    def terms(self, receivable: Receivable, token: Token, start: int, end: int, recourse: int = 1, **more: Any) -> bodies.OfferPurchase:
        """What a bank offers for [start, end) as everybody sees it now."""
        with self.db.read() as conn:
            standing = receivables.by_number(conn, receivable.number)
            owed = tokens.owed(conn, receivable.number, start, end)
        assert standing is not None
        made = bodies.OfferPurchase(
            token=ids.token_id(number(receivable.id), token.start),
            start=start,
            end=end,
            seller=token.owner,
            length=token.length,
            payments=standing.state.payments,
            leastOwed=owed,
            advance=max(1, owed * 4 // 5),
            fee=owed // 100,
            discountRate=self.dice.choice([0, 500, 90_000]),
            discountBasis=3_600_000,
            dayStart=57_600,
            recourse=recourse,
            until=self.ledger.now() + 3 * DAY,
            cash=CASH,
            contentRoot=REF,
        )
        return replace(made, **more)

    def offer(self, bank: str, terms: bodies.OfferPurchase) -> int:
        """A bank offers; the offer's id."""
        return ids.receivable_id(self.account(bank), self.ledger.act(bank, terms))

    def bought(self, bank: str = "Bank", face: int = 10_000, recourse: int = 1, due_days: int = 5, **more: Any) -> tuple[int, Receivable]:
        """A fresh receivable that its supplier sold to a bank whole; the deal and the receivable."""
        receivable, token = receivable_lives.first_token(self, self.issue(face, due_days))
        terms = self.terms(receivable, token, 0, face, recourse, **more)
        self.fund(bank, terms.advance)
        deal = self.offer(bank, terms)
        self.ledger.act("Supplier", bodies.AcceptPurchase(deal, self.account(bank), terms))
        self.mirror.catch_up()
        return deal, receivable

    def any_deal(self) -> Deal | None:
        """Mostly a deal that lives."""
        with self.db.read() as conn:
            found = rows_of(conn, DEAL, select(DEAL.table).where(valid(DEAL, None)))
        living = [deal for deal in found if deal.state != DealState.ENDED]
        among = living if living and self.dice.random() < 0.9 else found
        return self.dice.choice(among) if among else None

    def any_loan(self) -> Standing | None:
        """Any loan, mostly one that lives."""
        with self.db.read() as conn:
            found = loans.find(conn, limit=1_000).rows
        living = [each for each in found if each.state.status == 1]
        among = living if living and self.dice.random() < 0.9 else found
        return self.dice.choice(among) if among else None

    def pledgeable(self) -> bodies.PledgedRange | None:
        """A part of a token of the supplier's, to be pledged as it is now."""
        held = self.held_by("Supplier")
        if not held:
            return None
        receivable, token = self.dice.choice(held)
        start, end = self.part(token)
        with self.db.read() as conn:
            standing = receivables.by_number(conn, receivable.number)
            owed = tokens.owed(conn, receivable.number, start, end)
        assert standing is not None
        return bodies.PledgedRange(ids.token_id(number(receivable.id), token.start), start, end, standing.state.payments, owed)

    def loan_terms(self, principal: int, **more: Any) -> bodies.LoanTerms:
        """Terms that a ledger admits."""
        grace = self.dice.choice([0, DAY])
        rate = self.dice.choice([0, 43_500, 240_000])
        terms = bodies.LoanTerms(
            cash=CASH,
            principal=principal,
            start=self.ledger.now() + 3_600,
            rate=rate,
            overdueRate=rate + 50_000,
            dayCount=self.dice.choice([DayCount.ACT_360, DayCount.ACT_365, DayCount.ACT_ACT]).number,
            flags=self.dice.choice([0, LoanFlag.OVERDUE_ON_INTEREST, LoanFlag.CROSS_DEFAULT, LoanFlag.KEEP_COLLECTIONS, 7]),
            prepayment=self.dice.randint(1, 3),
            grace=grace,
            defaultAfter=grace + 2 * DAY,
            mostLoanToValue=0,
            cure=DAY,
            appraiser=bytes(20),
            releaseWithin=15 * DAY,
            contentRoot=REF,
        )
        return replace(terms, **more)

    def schedule(self, terms: bodies.LoanTerms) -> tuple[bodies.ScheduleRow, ...]:
        """One to four rows of some days each, one of which may only end a stretch."""
        rows, due, left = list[bodies.ScheduleRow](), terms.start, terms.principal
        count = self.dice.randint(1, 4)
        for at in range(count):
            days, is_last = self.dice.randint(3, 9), at == count - 1
            due += days * DAY
            owes = is_last or self.dice.random() < 0.8
            part = left if is_last else self.dice.randint(0, left) if owes else 0
            left -= part
            numerator = days * 366 - self.dice.randint(0, days) if terms.dayCount == DayCount.ACT_ACT.number else days
            rows.append(bodies.ScheduleRow(due, part, numerator, owes))
        return tuple(rows)

    def lent(
        self,
        terms: bodies.LoanTerms,
        ranges: tuple[bodies.PledgedRange, ...] = (),
        lender: str = "Bank",
        rows: tuple[bodies.ScheduleRow, ...] = (),
    ) -> int:
        """A loan to the supplier; its number, or that of the last one if it was refused."""
        self.fund(lender, terms.principal)
        parties = (self.account(lender), self.account("Supplier"))
        self.ledger.act(lender, bodies.OpenLoan(*parties, terms, rows or self.schedule(terms), (), ranges), "Supplier")
        self.mirror.catch_up()
        count: int = self.ledger.view("Loans", "loanCount")
        return count


def _part(life: Lives, amount: int) -> int:
    return life.dice.choice([1, max(1, amount // 3), max(1, amount), amount + 50])


# --- Purchases ---


def _offer(life: FinanceLives) -> None:
    if not (held := life.held_by("Supplier")):
        return
    receivable, token = life.dice.choice(held)
    terms = life.terms(receivable, token, *life.part(token), life.dice.randint(1, 2))
    odd: dict[str, Any] = life.dice.choice(
        [{}, {}, {}, {}, {"fee": 2**64 - 1}, {"advance": 2**64 - 1}, {"leastOwed": 2**63}, {"token": 2**256 - 1}]
    )
    life.offer(life.dice.choice(BANKS), replace(terms, **odd))


def _open_offer(life: FinanceLives) -> PurchaseOffer | None:
    with life.db.read() as conn:
        found = rows_of(conn, PURCHASE_OFFER, select(PURCHASE_OFFER.table).where(valid(PURCHASE_OFFER, None)))
    open_ = [each for each in found if each.state == 1]
    return life.dice.choice(open_) if open_ else None


def body_of(offer: PurchaseOffer) -> bodies.OfferPurchase:
    """The terms of an offer as they were signed."""
    figures = (number(offer.token), number(offer.start), number(offer.stop))
    seen = (number(offer.length), offer.payments, number(offer.least_owed), number(offer.advance), number(offer.fee))
    rate = (offer.discount_rate, offer.discount_basis, offer.day_start)
    return bodies.OfferPurchase(*figures, offer.seller, *seen, *rate, offer.recourse, offer.until, offer.cash, offer.content_root)


def _accept(life: FinanceLives) -> None:
    if offer := _open_offer(life):
        life.fund(life.name_of(offer.bank), min(number(offer.advance), 2**61))
        body = bodies.AcceptPurchase(number(offer.offer), offer.bank, body_of(offer))
        life.ledger.act(life.name_of(offer.seller), body)


def _recall(life: FinanceLives) -> None:
    bank = life.dice.choice(BANKS)
    life.ledger.act(bank, bodies.RecallPurchase(life.dice.randint(1, life.ledger.people[bank].acts)))


def _ceiling(life: FinanceLives) -> None:
    most = life.dice.choice([0, 2**64 - 1, 2**62, 2**62])
    body = bodies.SetBankCeiling(life.account(life.dice.choice(receivable_lives.OBLIGORS)), YUAN, most)
    life.ledger.act(life.dice.choice(BANKS), body)


def _refinance(life: FinanceLives) -> None:
    deal = life.any_deal()
    if deal is None or deal.state != DealState.ACTIVE:
        return
    with life.db.read() as conn:
        found, receivable = tokens.get(conn, deal.receivable, deal.start), receivables.by_number(conn, deal.receivable)
        owed = financing.outstanding(conn, deal, life.ledger.now()).total
    if found is None or receivable is None:
        return
    bank = life.dice.choice(BANKS)
    terms = life.terms(receivable.receivable, found, deal.start, deal.stop, life.dice.randint(1, 2), seller=deal.seller)
    terms = replace(terms, advance=min(2**61, owed + life.dice.choice([0, 7, 1_000])))
    life.fund(bank, terms.advance)
    body = bodies.RefinanceDeal(number(deal.deal), terms.advance, life.offer(bank, terms), life.account(bank), terms)
    life.ledger.act(life.name_of(deal.seller), body)


def _step_of_deal(life: FinanceLives) -> None:
    deal = life.any_deal()
    if deal is None:
        return
    id_, bank, seller = number(deal.deal), life.name_of(deal.bank), life.name_of(deal.seller)
    kind = life.dice.choice(
        ["buy back", "assign", "take out", "waive", "settle", "tail", "recourse", "release", "join", "collect", "collect"]
    )
    if kind == "buy back":
        life.fund(seller, deal.advance + min(number(deal.fee), 2**40))
        life.ledger.act(seller, bodies.BuyBack(id_, 2**63))
    elif kind == "assign":
        other = next(each for each in BANKS if each != bank)
        life.fund(other, 500)
        with life.db.read() as conn:
            standing = receivables.by_number(conn, deal.receivable)
        assert standing is not None
        life.ledger.act(bank, bodies.AssignDeal(id_, life.account(other), 500, standing.state.payments, 0), other)
    elif kind == "take out":
        life.ledger.act(bank, bodies.TakeOutDeal(id_))
    elif kind == "waive":
        life.ledger.act(bank, bodies.WaiveDeal(id_, REF))
    elif kind == "settle":
        life.ledger.act(bank, bodies.SettleDeal(id_, life.dice.choice([deal.bank, deal.seller]), REF), seller)
    elif kind == "tail":
        tail = life.dice.randint(deal.start + 1, deal.stop)
        life.ledger.act(bank, bodies.ReleaseTail(id_, tail, life.dice.choice([deal.bank, deal.seller]), REF), seller)
    else:
        life.call("Financing", {"recourse": "fireRecourse"}.get(kind, kind), id_)


def _withdraw(life: FinanceLives) -> None:
    for name in ("Bank", "Buyer", "Supplier"):
        life.ledger.act(name, life.dice.choice([bodies.WithdrawFinancing(CASH), bodies.WithdrawLoanCredit(CASH)]))


def _suspend(life: FinanceLives) -> None:
    account = life.account(life.dice.choice(["Bank", "Buyer", "Supplier"]))
    life.decide("Members", life.dice.choice(["suspend", "reinstate", "reinstate"]), account, REF)


# --- Loans ---


def _lend(life: FinanceLives) -> None:
    principal = life.dice.choice([life.dice.randint(1, 20), life.dice.randint(10_000, 90_000), 2**40])
    ranges = tuple(found for _ in range(life.dice.randint(0, 2)) if (found := life.pledgeable()))
    life.lent(life.loan_terms(principal), ranges, life.dice.choice(BANKS))


def _renew(life: FinanceLives) -> None:
    if standing := life.any_loan():
        terms = life.loan_terms(standing.state.outstanding)
        life.fund("Supplier", 10_000)
        lender = life.name_of(standing.terms.lender)
        life.ledger.act(lender, bodies.RenewLoan(standing.terms.loan, terms, life.schedule(terms)), "Supplier")


def _pay_loan(life: FinanceLives) -> None:
    if standing := life.any_loan():
        loan, amount = standing.terms.loan, _part(life, standing.state.outstanding)
        life.fund("Supplier", amount)
        lender = life.name_of(standing.terms.lender)
        kind = life.dice.choice(["pay", "pay", "prepay", "acknowledge", "cost", "fire", "fire"])
        if kind == "pay":
            life.ledger.act("Supplier", bodies.PayLoan(loan, amount, REF))
        elif kind == "prepay":
            life.ledger.act("Supplier", bodies.PrepayLoan(loan, amount, REF), *life.dice.choice([(), (lender,)]))
        elif kind == "acknowledge":
            life.ledger.act(lender, bodies.AcknowledgePayment(loan, min(amount, 5), secrets.token_bytes(32)))
        elif kind == "cost":
            life.ledger.act(lender, bodies.ChargeCosts(loan, life.dice.choice([1, 30]), REF), life.dice.choice(["Supplier", "Court"]))
        else:
            life.call("Loans", "fireInstalment", loan)


def _step_of_loan(life: FinanceLives) -> None:
    if standing := life.any_loan():
        loan, lender = standing.terms.loan, life.name_of(standing.terms.lender)
        kind = life.dice.choice(["call", "call", "margin", "discharge", "none", "none", "none"])
        if kind == "call":
            subject = life.dice.randint(1, life.ledger.view("Loans", "loanCount"))
            life.ledger.act(lender, bodies.AccelerateLoan(loan, life.dice.randint(1, 4), subject, REF))
        elif kind == "discharge" and life.dice.random() < 0.3:
            life.ledger.act(lender, bodies.DischargeLoan(loan, REF))
        elif kind == "margin":
            life.call("Loans", "fireMargin", loan)


def _more_security(life: FinanceLives) -> None:
    standing, found = life.any_loan(), life.pledgeable()
    if standing and found:
        life.ledger.act("Supplier", bodies.PledgeRanges(standing.terms.loan, (found,)))


def _step_of_custody(life: FinanceLives) -> None:
    with life.db.read() as conn:
        entries = rows_of(conn, CUSTODY_RANGE, select(CUSTODY_RANGE.table).where(valid(CUSTODY_RANGE, None)))
        if not entries:
            return
        entry = life.dice.choice(entries)
        standing, receivable = loans.get(conn, entry.loan), receivables.by_number(conn, entry.receivable)
        pieces = tokens.of_receivable(conn, entry.receivable, limit=1_000).rows
    assert standing is not None
    assert receivable is not None
    token, lender = ids.token_id(number(receivable.receivable.id), entry.start), life.name_of(standing.terms.lender)
    kind = life.dice.choice(["collect", "collect", "return", "release", "sell", "enter"])
    if kind == "release":
        life.ledger.act(lender, bodies.ReleaseRange(token))
    elif kind == "sell":
        life.fund("Guarantor", 400)
        body = bodies.SellRange(token, life.account("Guarantor"), 400, receivable.state.payments, 0, REF)
        life.ledger.act(lender, body, "Guarantor", life.dice.choice(["Supplier", "Court"]))
    elif kind == "enter":
        piece = life.dice.choice(pieces)
        life.call("TitleEscrow", "enterPiece", ids.token_id(number(receivable.receivable.id), piece.start), token)
    else:
        life.call("TitleEscrow", f"{kind}Range", token)


def _appraise(life: FinanceLives) -> None:
    amount = life.dice.choice([1, 70_000, 2**128 - 1])
    life.ledger.act("Appraiser", bodies.RecordValuation(life.dice.choice(PLEDGES), amount, YUAN, life.ledger.now(), REF, REF))


def _fire(life: FinanceLives) -> None:
    deal, loan, standing = life.any_deal(), life.any_loan(), life.any()
    subjects = [2**256 - 1, number(deal.deal) if deal else 0, loan.terms.loan if loan else 0, number(standing.id) if standing else 0]
    firings = [(life.dice.randint(1, 11), life.dice.choice(subjects)) for _ in range(3)]
    life.call("Triggers", "fire", firings)


STEPS: tuple[Callable[[FinanceLives], None], ...] = (
    *(_offer, _offer, _offer, _accept, _accept, _accept, _recall, _ceiling, _refinance, _refinance),
    *(_step_of_deal, _step_of_deal, _step_of_deal, _step_of_deal, _withdraw, _suspend),
    *(_lend, _lend, _renew, _pay_loan, _pay_loan, _pay_loan, _pay_loan, _step_of_loan, _step_of_loan, _more_security),
    *(_step_of_custody, _step_of_custody, _step_of_custody, _appraise, _fire),
)


# --- Lives with a plot ---


def _two_offers(life: FinanceLives) -> None:
    """The seller takes the better of two offers, one bank recalls its own, another bank refinances, and the obligor pays late in parts."""
    receivable, token = receivable_lives.first_token(life, life.issue(10_000, 5))
    terms = life.terms(receivable, token, 0, 10_000, discountRate=900)
    life.fund("Bank", 20_000)
    life.fund("Buyer", 20_000)
    deal = life.offer("Bank", terms)
    worse = life.offer("Buyer", replace(terms, advance=7_000, fee=200))
    assert worse != deal
    life.ledger.act("Buyer", bodies.RecallPurchase(life.ledger.people["Buyer"].acts))
    life.ledger.act("Bank", bodies.SetBankCeiling(life.account("Obligor"), YUAN, 2**62))
    life.ledger.act("Supplier", bodies.AcceptPurchase(deal, life.account("Bank"), terms))
    life.ledger.jump(life.ledger.now() + 2 * DAY)
    again = replace(terms, advance=9_000, until=life.ledger.now() + DAY)
    second = life.offer("Buyer", again)
    life.ledger.act("Supplier", bodies.RefinanceDeal(deal, 9_000, second, life.account("Buyer"), again))
    life.fund("Obligor", 30_000)
    life.ledger.jump(life.ledger.now() + 9 * DAY)
    for amount in (4_000, 30_000):
        life.ledger.act("Obligor", bodies.PayReceivable(number(receivable.id), amount, REF))
        life.call("Financing", "collect", second)


def _satisfied_under_hold(life: FinanceLives) -> None:
    """A seller buys back while a court holds the receivable; the range goes back when it is lifted."""
    deal, receivable = life.bought()
    life.fund("Supplier", 30_000)
    life.ledger.act("Court", bodies.HoldReceivable(number(receivable.id), REF))
    life.ledger.act("Supplier", bodies.BuyBack(deal, 2**63))
    assert life.ledger.view("Financing", "dealOf", deal)[1] == DealState.SATISFIED


def _loan_with_margin(life: FinanceLives) -> None:
    """The value of a pledged range falls with a payment on it: the margin is called, and restored by another range."""
    ranges = list[bodies.PledgedRange]()
    for face in (10_000, 50_000):
        receivable, _ = receivable_lives.first_token(life, life.issue(face, 60))
        ranges.append(bodies.PledgedRange(ids.token_id(number(receivable.id), 0), 0, face, 0, face))
    ltv = {"mostLoanToValue": 9_000, "appraiser": life.account("Appraiser"), "flags": LoanFlag.KEEP_COLLECTIONS}
    loan = life.lent(life.loan_terms(9_000, **ltv), (ranges[0],))
    life.fund("Obligor", 10_000)
    life.ledger.act("Obligor", bodies.PayReceivable(ranges[0].token >> 64, 6_000, REF))
    life.call("Loans", "fireMargin", loan)
    life.ledger.act("Supplier", bodies.PledgeRanges(loan, (ranges[1],)))
    life.call("Loans", "fireMargin", loan)
    life.call("TitleEscrow", "collectRange", ranges[0].token)
    life.ledger.act("Bank", bodies.ReleaseRange(ranges[0].token))
    life.ledger.jump(life.ledger.now() + 40 * DAY)
    life.call("Loans", "fireInstalment", loan)
    life.fund("Guarantor", 50_000)
    sale = bodies.SellRange(ranges[1].token, life.account("Guarantor"), 45_000, 0, 0, REF)
    life.ledger.act("Bank", sale, "Guarantor", "Court")
    assert life.ledger.view("Loans", "partiesOf", loan)[0] == 2


def _called(life: FinanceLives) -> None:
    """A loan in default is called, charged with costs, renewed, and discharged."""
    terms = life.loan_terms(50_000, rate=43_500, overdueRate=90_000, dayCount=DayCount.ACT_360.number)
    rows = tuple(bodies.ScheduleRow(terms.start + days * DAY, 25_000, count, True) for days, count in ((5, 5), (60, 55)))
    loan = life.lent(terms, rows=rows)
    life.ledger.jump(life.ledger.now() + 13 * DAY)
    life.ledger.act("Bank", bodies.ChargeCosts(loan, 77, REF), "Court")
    life.ledger.act("Bank", bodies.AccelerateLoan(loan, 1, 0, REF))
    life.fund("Supplier", 90_000)
    life.ledger.act("Supplier", bodies.PayLoan(loan, 20_000, REF))
    life.mirror.catch_up()
    with life.db.read() as conn:
        standing = loans.get(conn, loan)
    assert standing is not None
    again = life.loan_terms(standing.state.outstanding)
    life.ledger.act("Bank", bodies.RenewLoan(loan, again, life.schedule(again)), "Supplier")
    life.ledger.act("Bank", bodies.DischargeLoan(loan, REF))
    assert life.ledger.view("Loans", "partiesOf", loan)[0] == 3


def _released_tail(life: FinanceLives) -> None:
    """A tail leaves custody, a deal without recourse changes its bank and is taken out, another is waived, a third settled."""
    deal, _ = life.bought()
    life.ledger.act("Bank", bodies.ReleaseTail(deal, 6_000, life.account("Supplier"), REF), "Supplier")
    life.ledger.act("Bank", bodies.WaiveDeal(deal, REF))
    deal, _ = life.bought(recourse=2)
    life.fund("Buyer", 9_000)
    life.ledger.act("Bank", bodies.AssignDeal(deal, life.account("Buyer"), 8_500, 0, 0), "Buyer")
    life.ledger.act("Buyer", bodies.TakeOutDeal(deal))
    deal, _ = life.bought()
    life.ledger.act("Bank", bodies.SettleDeal(deal, life.account("Bank"), REF), "Supplier")
    assert life.ledger.view("Financing", "dealOf", deal)[1] == DealState.ENDED


def _credited(life: FinanceLives) -> None:
    """A suspended bank and lender is credited, and withdraws when it is reinstated."""
    deal, receivable = life.bought()
    loan = life.lent(life.loan_terms(1_000))
    life.decide("Members", "suspend", life.account("Bank"), REF)
    life.fund("Obligor", 10_000)
    life.ledger.act("Obligor", bodies.PayReceivable(number(receivable.id), 5_000, REF))
    life.call("Financing", "collect", deal)
    life.ledger.act("Supplier", bodies.PrepayLoan(loan, 500, REF))
    life.ledger.act("Supplier", bodies.PayLoan(loan, 500, REF))
    life.ledger.jump(life.ledger.now() + 10 * DAY)
    life.call("Loans", "fireInstalment", loan)
    life.decide("Members", "reinstate", life.account("Bank"), REF)
    life.ledger.act("Bank", bodies.WithdrawFinancing(CASH))
    life.ledger.act("Bank", bodies.WithdrawLoanCredit(CASH))


def _order_takes_the_head(life: FinanceLives) -> None:
    """A court's order takes the head of a financed range, its taker merges it with its own, and the deal goes on behind it."""
    receivable, _ = receivable_lives.first_token(life, life.issue(10_000, 60))
    first, second = (ids.token_id(number(receivable.id), start) for start in (0, 1_000))
    life.ledger.act("Supplier", bodies.Move(first, 0, 1_000, life.account("Buyer"), REF))
    life.mirror.catch_up()
    with life.db.read() as conn:
        token = tokens.get(conn, receivable.number, 1_000)
    assert token is not None
    terms = life.terms(receivable, token, 1_000, 10_000)
    life.fund("Bank", terms.advance)
    deal = life.offer("Bank", terms)
    life.ledger.act("Supplier", bodies.AcceptPurchase(deal, life.account("Bank"), terms))
    life.ledger.act("Court", bodies.HoldReceivable(number(receivable.id), REF))
    life.mirror.catch_up()
    with life.db.read() as conn:
        (hold,) = marks.holds_on(conn, receivable.number)
    life.ledger.act("Court", bodies.NarrowHold(hold.hold, 1_000, 1_400, (second,), REF))
    order = bodies.OrderRange(hold.hold, second, 1_000, 1_400, life.account("Buyer"), REF)
    life.ledger.act("Court", order)
    life.ledger.jump(life.ledger.now() + 3 * DAY)
    life.ledger.decide("ReceivableHolds", "executeRange", astuple(order), deal)
    life.ledger.act("Court", bodies.LiftCourtHold(hold.hold, (), REF))
    life.ledger.act("Buyer", bodies.Merge(first, second))
    assert life.ledger.view("Financing", "dealOf", deal)[10] == 1_400


def _order_cuts_a_pledge(life: FinanceLives) -> None:
    """A court cuts a pledged range, an order takes a part of it, and each piece that stays has an entry of its own."""
    receivable, _ = receivable_lives.first_token(life, life.issue(10_000, 60))
    token = ids.token_id(number(receivable.id), 0)
    life.lent(life.loan_terms(50_000), (bodies.PledgedRange(token, 0, 10_000, 0, 10_000),))
    life.ledger.act("Court", bodies.HoldReceivable(number(receivable.id), REF))
    life.mirror.catch_up()
    with life.db.read() as conn:
        (hold,) = marks.holds_on(conn, receivable.number)
    life.ledger.act("Court", bodies.NarrowHold(hold.hold, 2_000, 5_000, (token,), REF))
    life.ledger.call("TitleEscrow", "enterPiece", token + 5_000, token)
    order = bodies.OrderRange(hold.hold, token + 2_000, 3_000, 4_000, life.account("Buyer"), REF)
    life.ledger.act("Court", order)
    life.ledger.jump(life.ledger.now() + 3 * DAY)
    life.ledger.decide("ReceivableHolds", "executeRange", astuple(order), token)
    life.ledger.act("Court", bodies.LiftCourtHold(hold.hold, (), REF))
    ends = [life.ledger.view("TitleEscrow", "pledgeOf", token + start)[2] for start in (0, 4_000, 5_000)]
    assert ends == [3_000, 5_000, 10_000]
