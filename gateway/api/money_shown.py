"""Rows about cash contracts and credits as answers."""

from gateway.api import money_answers as answers
from gateway.api.shown import currency_code, hex_or_none, money
from ledger.domain.ids import to_hex
from ledger.mirror.models import Cash, CashEntry, Credit, Receivable
from ledger.mirror.queries.payments import Totals
from ledger.mirror.schema import number


def cash(row: Cash, supply: int) -> answers.Cash:
    """A cash contract."""
    return answers.Cash(
        number=row.number,
        address=to_hex(row.address),
        bank=to_hex(row.bank),
        currency=currency_code(row.currency),
        in_circulation=money(supply, row.currency),
        pos=str(row.pos),
    )


def cash_entry(row: CashEntry, currency: int) -> answers.CashEntry:
    """A line of a cash statement."""
    return answers.CashEntry(
        cash=row.cash,
        account=to_hex(row.account),
        delta=money(row.delta, currency),
        balance=money(row.balance, currency),
        counterparty=hex_or_none(row.counterparty),
        reference=to_hex(row.reference),
        pos=str(row.from_pos),
    )


def cash_totals(row: Totals, of: Cash, account: bytes) -> answers.CashTotals:
    """A period of a cash statement."""
    sums = {name: money(getattr(row, name), of.currency) for name in ("opening", "received", "paid", "closing")}
    return answers.CashTotals(cash=of.number, account=to_hex(account), entries=row.entries, **sums)


def credit(row: Credit, currency: int, of: Receivable | None) -> answers.Credit:
    """Money that is held for an account; by range where it is a contract's."""
    named, start = (None, None) if of is None else (str(number(of.id)), str(row.start))
    return answers.Credit(cash=row.cash, receivable=named, start=start, amount=money(row.amount, currency))
