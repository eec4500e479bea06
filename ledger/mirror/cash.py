"""Cash: which cash contracts the desk lists, and every account's statement with its running balance."""

from ledger.chain.decode import Event
from ledger.mirror.models import CASH, CASH_ENTRY, Cash, CashEntry
from ledger.mirror.state import State

_NOBODY = bytes(20)


def _listed(state: State, event: Event) -> None:
    told = event.args
    state.add(CASH, Cash(told.cash, told.index, event.pos, told.bank, told.currency))


def _moved(state: State, event: Event) -> None:
    told, cash = event.args, state.get(CASH, (event.address,))
    # Anybody may deploy a contract that emits this event: only listed ones are money. Moved to oneself, nothing moves.
    if cash is None or told.from_ == told.to:
        return
    _book(state, cash.number, told.from_, -told.amount, told.to, told.ref)
    _book(state, cash.number, told.to, told.amount, told.from_, told.ref)


def _book(state: State, cash: int, account: bytes, delta: int, counterparty: bytes, reference: bytes) -> None:
    if account == _NOBODY or delta == 0:
        return
    before = state.get(CASH_ENTRY, (cash, account))
    balance = (before.balance if before else 0) + delta
    other = None if counterparty == _NOBODY else counterparty
    state.put(CASH_ENTRY, CashEntry(cash, account, delta, balance, other, reference))


RULES = {
    ("CashDesk", "CashListed"): _listed,
    ("SettlementCash", "CashMoved"): _moved,
}
