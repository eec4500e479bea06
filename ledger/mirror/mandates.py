"""Mandates of obligors, and the pots by which the debts of one due second share what was free."""

from ledger.chain.decode import Event
from ledger.mirror.models import MANDATE, Mandate
from ledger.mirror.receivable_models import POT, POT_SHARE, Pot, PotShare
from ledger.mirror.schema import number, word
from ledger.mirror.state import State
from ledger.mirror.tokens import number_of


def _set(state: State, event: Event) -> None:
    told = event.args
    state.put(MANDATE, Mandate(told.obligor, told.cash, event.pos, word(told.cap), told.until, told.partial_))


def _used(state: State, event: Event) -> None:
    state.change(MANDATE, (event.args.obligor, event.args.cash), cap_left=word(event.args.capLeft))


def _ended(state: State, event: Event) -> None:
    state.close(MANDATE, (event.args.obligor, event.args.cash))


def _pot_opened(state: State, event: Event) -> None:
    told = event.args
    mandate = state.need(MANDATE, (told.obligor, told.cash))
    amounts = (word(told.total), told.pot, told.pot)
    state.open(POT, Pot(told.obligor, told.cash, told.due, *amounts, opened_at=event.time, mandate=mandate.given))


def _pot_taken(state: State, event: Event) -> None:
    told = event.args
    key = (told.obligor, told.cash, told.due)
    state.change(POT, key, left=state.need(POT, key).left - told.amount)
    state.add(POT_SHARE, PotShare(number_of(state, event), event.pos, *key, told.amount))


def _pot_closed(state: State, event: Event) -> None:
    told = event.args
    pot = state.need(POT, (told.obligor, told.cash, told.due))
    state.put(POT, pot._replace(left=0))
    # What comes back is free again under the mandate that it was taken under, and under no later one.
    mandate = state.get(MANDATE, (told.obligor, told.cash))
    if mandate is not None and mandate.given == pot.mandate:
        state.put(MANDATE, mandate._replace(cap_left=word(number(mandate.cap_left) + told.returned)))


RULES = {
    ("Mandates", "MandateSet"): _set,
    ("Mandates", "MandateUsed"): _used,
    ("Mandates", "MandateEnded"): _ended,
    ("Mandates", "PotOpened"): _pot_opened,
    ("Mandates", "PotTaken"): _pot_taken,
    ("Mandates", "PotClosed"): _pot_closed,
}
