"""What is answered of cash contracts, their statements, and of what accounts may withdraw."""

from gateway.api.answers import Hex, Id, Money, Position, Shown


class Cash(Shown):
    """A settlement bank's cash contract; `number` is what receivables and acts name."""

    number: int
    address: Hex
    bank: Hex
    currency: str
    in_circulation: Money
    pos: Position


class CashEntry(Shown):
    """A line of a cash statement; without a counterparty the bank issued or redeemed."""

    cash: int
    account: Hex
    delta: Money
    balance: Money
    counterparty: Hex | None
    reference: Hex
    pos: Position


class CashTotals(Shown):
    """A period of a cash statement: opening + received - paid = closing."""

    cash: int
    account: Hex
    opening: Money
    received: Money
    paid: Money
    closing: Money
    entries: int


class Credit(Shown):
    """Money that is held for an account; for a contract by the range that drew it."""

    cash: int
    receivable: Id | None
    start: str | None
    amount: Money


class AccountMoney(Shown):
    """An account's balances, and what is held for it."""

    balances: list[CashEntry]
    credits: list[Credit]
