"""Tokens: disjoint ranges of a receivable, cut, moved and merged; their lengths always tile the face."""

from ledger.chain.decode import Event
from ledger.mirror.models import RECEIVABLE, TOKEN, TRANSFER, Token, Transfer
from ledger.mirror.schema import WORD_BYTES, word
from ledger.mirror.state import FoldError, State


def minted(state: State, receivable: int, supplier: bytes, face: int) -> None:
    """The whole range, which the supplier has once the obligor confirms."""
    state.open(TOKEN, Token(receivable, 0, supplier, face, cursor=0, flags=0))
    state.add(TRANSFER, Transfer(receivable, state.pos, None, supplier, 0, face, bytes(WORD_BYTES)))


def drawn_until(state: State, receivable: int, start: int, payment: int) -> None:
    """A token has drawn every payment up to this one."""
    state.change(TOKEN, (receivable, start), cursor=payment)


def number_of(state: State, event: Event) -> int:
    """The surrogate of the receivable that an event names."""
    return state.need(RECEIVABLE, (word(event.args.receivable),)).number


def _range_moved(state: State, event: Event) -> None:
    told, receivable = event.args, number_of(state, event)
    token = state.need(TOKEN, (receivable, told.tokenStart))
    if (token.owner, token.length) != (told.from_, told.tokenEnd - told.tokenStart):
        raise FoldError(f"token {receivable}/{told.tokenStart} is not the one that the move at position {event.pos} cuts")
    if told.start > told.tokenStart:
        state.put(TOKEN, token._replace(length=told.start - told.tokenStart, cursor=told.cursor))
    if told.end < told.tokenEnd:
        state.put(TOKEN, token._replace(start=told.end, length=told.tokenEnd - told.end, cursor=told.cursor))
    state.put(TOKEN, token._replace(start=told.start, owner=told.to, length=told.end - told.start, cursor=told.cursor))
    state.add(TRANSFER, Transfer(receivable, event.pos, told.from_, told.to, told.start, told.end - told.start, told.ref))


def _ranges_merged(state: State, event: Event) -> None:
    told, receivable = event.args, number_of(state, event)
    state.close(TOKEN, (receivable, told.middle))
    state.change(TOKEN, (receivable, told.start), length=told.end - told.start, cursor=told.cursor)


RULES = {
    ("ReceivableToken", "RangeMoved"): _range_moved,
    ("ReceivableToken", "RangesMerged"): _ranges_merged,
}
