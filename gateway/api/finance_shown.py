"""Rows about purchases and loans as answers."""

from gateway.api import finance_answers as answers
from gateway.api.answers import Money
from gateway.api.asking import Reading
from gateway.api.shown import hex_or_none, money, name, time_or_none
from ledger.domain.calendar import rfc3339
from ledger.domain.day_counts import DayCount
from ledger.domain.ids import to_hex
from ledger.domain.loan_book import LoanFlag, Parts, Scheduled
from ledger.mirror.finance_models import (
    BankCeiling,
    Deal,
    DealAssignment,
    DealCut,
    DealEnding,
    DealPayment,
    DealSource,
    DealState,
    Keeper,
    KeptCredit,
    LoanCall,
    LoanGround,
    LoanPayment,
    LoanPaymentKind,
    LoanStatus,
    PurchaseOffer,
    PurchaseState,
    Recourse,
    ReleaseDue,
)
from ledger.mirror.queries import financing, loans, payments, receivables
from ledger.mirror.queries.loans import Held, Standing
from ledger.mirror.schema import number


class Finances:
    """Shows rows as at the point that is read: amounts in the currency of their cash, receivables by their ids."""

    def __init__(self, view: Reading) -> None:
        self.view = view
        self.currencies = {row.number: row.currency for row in payments.cash_contracts(view.conn)}

    def money(self, minor: int, cash: int) -> Money:
        """Minor units of a cash contract."""
        return money(minor, self.currencies[cash])

    def receivable(self, of: int) -> str:
        """The id of the receivable with this number."""
        return str(number(receivables.of_numbers(self.view.conn, [of])[of].id))

    # --- Purchases ---

    def offer(self, row: PurchaseOffer) -> answers.PurchaseOffer:
        """A bank's offer."""
        return answers.PurchaseOffer(
            offer=str(number(row.offer)),
            state=name(PurchaseState, row.state),
            bank=to_hex(row.bank),
            seller=to_hex(row.seller),
            receivable=str(number(row.receivable)),
            token=str(number(row.token)),
            start=str(number(row.start)),
            end=str(number(row.stop)),
            advance=self.money(number(row.advance), row.cash),
            fee=self.money(number(row.fee), row.cash),
            least_owed=self.money(number(row.least_owed), row.cash),
            payments=row.payments,
            discount_rate=row.discount_rate,
            discount_basis=row.discount_basis,
            recourse=name(Recourse, row.recourse),
            until=rfc3339(row.until),
            content_root=to_hex(row.content_root),
            offered_at=rfc3339(row.offered_at),
        )

    def compared(self, row: PurchaseOffer, paid_by: int) -> answers.ComparedOffer:
        """An offer with what it costs if the bank has everything at a second."""
        found = financing.cost(row, self.view.time, paid_by)
        discount, fee, total = (self.money(each, row.cash) for each in (*found, found.total))
        cost = answers.PurchaseCost(paid_by=rfc3339(paid_by), discount=discount, fee=fee, total=total)
        obstacle = financing.obstacle(self.view.conn, row, self.view.time)
        return answers.ComparedOffer(**dict(self.offer(row)), cost=cost, obstacle=obstacle)

    def deal(self, row: Deal, time: int) -> answers.Deal:
        """A deal with what is outstanding at a time."""
        found = financing.outstanding(self.view.conn, row, time, self.view.at)
        parts = {"discount": found.discount, "fee": found.fee, "advance": found.advance, "total": found.total}
        amounts = {part: self.money(amount, row.cash) for part, amount in parts.items()}
        return answers.Deal(
            deal=str(number(row.deal)),
            state=name(DealState, row.state),
            bank=to_hex(row.bank),
            seller=to_hex(row.seller),
            receivable=self.receivable(row.receivable),
            start=str(row.start),
            end=str(row.stop),
            recourse=name(Recourse, row.recourse),
            advanced=self.money(row.advanced, row.cash),
            since=rfc3339(row.since),
            outstanding=answers.DealOutstanding(at=rfc3339(time), **amounts),
            refinanced=None if row.refinanced is None else str(number(row.refinanced)),
            ending=None if row.ending is None else name(DealEnding, row.ending),
            ended_at=time_or_none(row.ended_at),
            ended_to=hex_or_none(row.ended_to),
        )

    def deal_whole(self, row: Deal, time: int) -> answers.DealWhole:
        """A deal with its history."""
        conn, at = self.view.conn, self.view.at
        return answers.DealWhole(
            **dict(self.deal(row, time)),
            collectable=self.money(financing.collectable(conn, row, at), row.cash),
            payments=[self._paid(each, row.cash) for each in financing.paid(conn, row, at)],
            assignments=[self._assigned(each, row.cash) for each in financing.assignments(conn, row, at)],
            cuts=[_cut(each) for each in financing.cuts(conn, row, at)],
        )

    def _paid(self, row: DealPayment, cash: int) -> answers.DealPayment:
        amounts = {part: self.money(getattr(row, part), cash) for part in ("discount", "fee", "advance", "reserve")}
        return answers.DealPayment(pos=str(row.pos), source=name(DealSource, row.source), **amounts)

    def _assigned(self, row: DealAssignment, cash: int) -> answers.DealAssignment:
        banks = {"assignor": to_hex(row.assignor), "assignee": to_hex(row.assignee)}
        return answers.DealAssignment(pos=str(row.pos), price=self.money(row.price, cash), **banks)

    def advance(self, row: BankCeiling) -> answers.BankAdvance:
        """What a bank has advanced on an obligor."""
        most = None if row.most is None else money(number(row.most), row.currency)
        return answers.BankAdvance(obligor=to_hex(row.obligor), advanced=money(number(row.advanced), row.currency), most=most)

    def kept(self, row: KeptCredit) -> answers.KeptMoney:
        """Money that could not be paid."""
        return answers.KeptMoney(keeper=name(Keeper, row.keeper), cash=row.cash, amount=self.money(row.amount, row.cash))

    # --- Loans ---

    def loan(self, standing: Standing) -> answers.Loan:
        """A loan and how it stands at the block's time."""
        terms, state = standing
        schedule = loans.rows(self.view.conn, terms.loan, self.view.at)
        return answers.Loan(
            loan=terms.loan,
            lender=to_hex(terms.lender),
            borrower=to_hex(terms.borrower),
            status=name(LoanStatus, state.status),
            condition=self._condition(standing),
            principal=self.money(terms.principal, terms.cash),
            outstanding=self.money(state.outstanding, terms.cash),
            rate=terms.rate,
            overdue_rate=terms.overdue_rate,
            day_count=list(DayCount)[terms.day_count - 1].value,
            start=rfc3339(terms.start),
            ends=rfc3339(schedule[-1].due),
            called=bool(terms.flags & LoanFlag.ACCELERATED),
            margin_until=time_or_none(state.margin_until),
            opened_at=rfc3339(terms.opened_at),
            ended_at=time_or_none(state.ended_at),
            act=to_hex(terms.agreement),
        )

    def _condition(self, standing: Standing) -> str:
        if standing.state.status != LoanStatus.LIVE:
            return name(LoanStatus, standing.state.status)
        return loans.book(self.view.conn, standing, self.view.time, self.view.at).condition.name.lower()

    def loan_whole(self, standing: Standing) -> answers.LoanWhole:
        """A loan with its schedule, history and security."""
        conn, at, time, (terms, state) = self.view.conn, self.view.at, self.view.time, standing
        live = state.status == LoanStatus.LIVE
        book = loans.book(conn, standing, time, at) if live else None
        rest = loans.coming(conn, standing, time, at) if live else []
        return answers.LoanWhole(
            **dict(self.loan(standing)),
            due=self._parts(book.due, terms.cash) if book else None,
            owed=self._parts(book.owed, terms.cash) if book else None,
            schedule=[self._scheduled(each, terms.cash) for each in loans.schedule(conn, standing, time, at)],
            coming=[self._coming(*each, terms.cash) for each in rest],
            kept=self.money(state.kept, terms.cash),
            payments=[self._loan_paid(each, terms.cash) for each in loans.payments(conn, terms.loan, at)],
            calls=[_call(each) for each in loans.calls(conn, terms.loan, at)],
            pledges=loans.pledges(conn, terms.loan),
            ranges=[self.custody(each) for each in loans.ranges(conn, terms.loan, at)],
            security=self.money(loans.value(conn, standing, time, at), terms.cash),
            releases=[release(each) for each in loans.releases_of(conn, terms.loan, at)],
        )

    def _parts(self, parts: Parts, cash: int) -> answers.LoanParts:
        names = ("costs", "overdue", "interest", "principal", "total")
        return answers.LoanParts(**{part: self.money(getattr(parts, part), cash) for part in names})

    def _coming(self, due: int, principal: int, interest: int, cash: int) -> answers.LoanInstalment:
        return answers.LoanInstalment(due=rfc3339(due), principal=self.money(principal, cash), interest=self.money(interest, cash))

    def _scheduled(self, row: Scheduled, cash: int) -> answers.LoanScheduled:
        amounts = {part: self.money(getattr(row, part), cash) for part in ("principal", "interest", "paid_principal", "paid_interest")}
        return answers.LoanScheduled(due=rfc3339(row.due), state=row.state, **amounts)

    def _loan_paid(self, row: LoanPayment, cash: int) -> answers.LoanPayment:
        parts = Parts(number(row.costs), number(row.overdue), number(row.interest), row.principal)
        kind = name(LoanPaymentKind, row.kind)
        paid = self._parts(parts, cash)
        return answers.LoanPayment(pos=str(row.pos), kind=kind, payer=to_hex(row.payer), reference=to_hex(row.reference), paid=paid)

    def custody(self, held: Held) -> answers.CustodyRange:
        """A pledged range with holder and beneficiary."""
        entry = held.entry
        return answers.CustodyRange(
            loan=entry.loan,
            receivable=self.receivable(entry.receivable),
            start=str(entry.start),
            end=str(entry.stop),
            holder=hex_or_none(held.holder),
            beneficiary=to_hex(entry.beneficiary),
        )


def _cut(row: DealCut) -> answers.DealCut:
    return answers.DealCut(pos=str(row.pos), start=str(row.start), end=str(row.stop), recipient=to_hex(row.recipient))


def _call(row: LoanCall) -> answers.LoanCall:
    return answers.LoanCall(pos=str(row.pos), ground=name(LoanGround, row.ground), subject=row.subject, evidence=to_hex(row.evidence))


def release(row: ReleaseDue) -> answers.ReleaseDue:
    """A pledge that is to be released."""
    return answers.ReleaseDue(loan=row.loan, pledge=row.pledge, by=rfc3339(row.by))
